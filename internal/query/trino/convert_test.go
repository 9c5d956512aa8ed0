package trino

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/trinosql"
	"github.com/cairntrail/cairn/internal/trinosql/value"
)

func decimal(unscaled string, scale int) value.Decimal {
	n, ok := new(big.Int).SetString(unscaled, 10)
	if !ok {
		panic("BUG: " + unscaled)
	}
	return value.Decimal{Unscaled: n, Scale: scale}
}

// What a Trino server gave for a value of each type is read as what package value
// says.
func TestTypes(t *testing.T) {
	page := recorded(t, "types.json")
	rows, err := newCoordinator(t, map[string]any{}, page, map[string]any{}).open().Query(t.Context(), "SELECT")
	check(t, err)
	got, err := rows.Next()
	check(t, err)
	at := time.Date(2023, 7, 10, 11, 45, 0, 0, time.UTC)
	want := map[string]struct {
		typ   string
		value any
	}{
		"b": {"boolean", true}, "ti": {"tinyint", int64(-5)}, "si": {"smallint", int64(300)}, "i": {"integer", int64(7)},
		"bi": {"bigint", int64(math.MaxInt64)}, "r": {"real", float32(0.1)}, "d": {"double", 0.1}, "inf": {"double", math.Inf(-1)},
		"de": {"decimal(4,2)", decimal("-1250", 2)}, "big": {"decimal(38,9)", decimal("12345678901234567890123456789123456789", 9)},
		"v": {"varchar(1)", "é"}, "c": {"char(4)", "ab  "}, "vv": {"varchar", "x"}, "vb": {"varbinary", []byte{0, 255}},
		"j": {"json", `{"a":[1]}`}, "da": {"date", at.Truncate(24 * time.Hour)},
		"t":   {"time(3)", 11*time.Hour + 45*time.Minute + 123*time.Millisecond},
		"ts0": {"timestamp(0)", at}, "ts6": {"timestamp(6)", at.Add(123456 * time.Microsecond)},
		"id": {"interval day to second", int64(-93784500)},
		"im": {"interval year to month", int64(-14)},
		"u":  {"uuid", "12151fd2-7586-11e9-8f9e-2a86e4085a59"}, "ip": {"ipaddress", []byte{10: 255, 11: 255, 12: 10, 15: 1}}, "nul": {"unknown", nil},
		"a":   {"array(integer)", []any{int64(1), nil}},
		"ats": {"array(timestamp(1))", []any{at.Add(500 * time.Millisecond)}},
		"avb": {"array(varbinary)", []any{[]byte{255}}},
		"ade": {"array(decimal(3,2))", []any{decimal("150", 2)}},
		"ar":  {"array(real)", []any{float32(1.5)}},
		"m":   {"map(integer, varchar(1))", value.Map{{Key: int64(1)}, {Key: int64(2), Value: "b"}}},
		"ma":  {"map(varchar(1), array(integer))", value.Map{{Key: "x", Value: []any{}}, {Key: "y", Value: []any{int64(1)}}}},
		"md":  {"map(date, interval year to month)", value.Map{{Key: at.Truncate(24 * time.Hour), Value: int64(12)}}},
		"ro": {`row(n integer, "s p" varchar, t timestamp(3), l array(row(d decimal(3,2))))`,
			value.Row{int64(1), "z", at, []any{value.Row{decimal("150", 2)}}}},
		"an2": {"row(integer, interval day to second)", value.Row{int64(1), int64(86400000)}},
	}
	for i, c := range rows.Columns() {
		w, ok := want[c.Name]
		if !ok {
			continue
		}
		delete(want, c.Name)
		if c.Type.String() != w.typ {
			t.Errorf("%s: the type is %s, want %s", c.Name, c.Type, w.typ)
		}
		if !reflect.DeepEqual(got[i], w.value) {
			t.Errorf("%s: %#v, want %#v", c.Name, got[i], w.value)
		}
	}
	for name := range want {
		t.Errorf("there is no column %s", name)
	}
	check(t, rows.Close())
}

// What keeps its zone, and what is no number, cannot be compared as the others are.
func TestOddValues(t *testing.T) {
	page := recorded(t, "types.json")
	rows, err := newCoordinator(t, map[string]any{}, page, map[string]any{}).open().Query(t.Context(), "SELECT")
	check(t, err)
	got, err := rows.Next()
	check(t, err)
	text := make(map[string]string)
	for i, c := range rows.Columns() {
		text[c.Name] = fmt.Sprint(got[i])
	}
	for name, want := range map[string]string{
		"n": "NaN", "an": "[NaN 1]",
		"tz": "[2023-07-10 15:45:00.12 +0000 UTC America/New_York]", "tzo": "[2023-07-10 15:15:00 +0000 UTC -03:30]",
	} {
		if text[name] != want {
			t.Errorf("%s: %s, want %s", name, text[name], want)
		}
	}
	check(t, rows.Close())
}

func TestMoments(t *testing.T) {
	for text, want := range map[string]string{
		"2023-07-10":                           "2023-07-10 00:00:00 +0000 UTC",
		"2023-07-10 11:45:00.5":                "2023-07-10 11:45:00.5 +0000 UTC",
		"2023-07-10 11:45:00.5 UTC":            "2023-07-10 11:45:00.5 +0000 UTC",
		"2023-07-10 11:45:00 America/New_York": "2023-07-10 11:45:00 -0400 EDT",
		"2023-07-10 11:45:00.123 -03:30":       "2023-07-10 11:45:00.123 -0330 -0330",
		"11:45:00.25+02:00":                    "0000-01-01 11:45:00.25 +0200 +0200",
	} {
		got, err := parseMoment(text)
		if err != nil || got.String() != want {
			t.Errorf("%s: %s, want %s (%v)", text, got, want, err)
		}
	}
	for _, text := range []string{"", "2023-07", "2023-07-10 11:45:00 Nowhere/City", "11:45"} {
		if got, err := parseMoment(text); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, c := range []struct {
		typ string
		v   any
	}{
		{"bigint", "x"}, {"decimal(3,2)", "1,5"}, {"interval day to second", "1"}, {"interval year to month", "x"},
		{"date", "yesterday"}, {"array(integer)", "1"}, {"map(integer, integer)", []any{}},
		{"map(integer, integer)", map[string]any{"x": nil}}, {"row(integer)", []any{}}, {"row(integer)", 5},
		{"array(bigint)", []any{"x"}}, {"map(varchar, bigint)", map[string]any{"k": "x"}}, {"row(bigint)", []any{"x"}},
		{"varchar", struct{}{}},
	} {
		if v, err := convert(trinosql.MustParseType(c.typ), c.v); err == nil {
			t.Errorf("%v as %s is %v", c.v, c.typ, v)
		}
	}
}
