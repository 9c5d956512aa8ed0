package shred

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/synth"
	"github.com/cairntrail/cairn/internal/trinosql"
	"github.com/cairntrail/cairn/internal/trinosql/value"
)

func columns(t testing.TB, category string) []trinosql.Column {
	t.Helper()
	c, err := schema.Columns(category)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get is the i-th value of a column, as an engine would give it.
func (c *Chunk) get(col *Column, i int) any {
	if col.Valid[i/64]&(1<<(i%64)) == 0 {
		return nil
	}
	switch col.Kind {
	case trinosql.BooleanKind:
		return col.Bools[i]
	case trinosql.IntegerKind:
		return int64(col.Ints[i])
	case trinosql.DoubleKind:
		return col.Doubles[i]
	case trinosql.TimestampKind:
		return time.UnixMicro(col.Micros[i]).UTC()
	case trinosql.VarcharKind:
		s := col.Strings[i]
		return string(c.Arena[s.Offset : s.Offset+s.Length])
	case trinosql.RowKind:
		row := value.Row{}
		for k := range col.Children {
			row = append(row, c.get(&col.Children[k], i))
		}
		return row
	}
	first, n := int(col.Entries[i][0]), int(col.Entries[i][1])
	if col.Kind == trinosql.ArrayKind {
		list := []any{}
		for k := range n {
			list = append(list, c.get(&col.Children[0], first+k))
		}
		return list
	}
	m := value.Map{}
	for k := range n {
		m = append(m, value.Entry{Key: c.get(&col.Children[0], first+k), Value: c.get(&col.Children[1], first+k)})
	}
	return m
}

// whole fails unless every column has a value for each row, and lists fit what is in
// them.
func (c *Chunk) whole() error {
	var check func(name string, col *Column, rows int) error
	check = func(name string, col *Column, rows int) error {
		if col.Rows != rows || len(col.Valid) != (rows+63)/64 {
			return fmt.Errorf("%s has %d values, want %d", name, col.Rows, rows)
		}
		values := len(col.Bools) + len(col.Ints) + len(col.Doubles) + len(col.Micros) + len(col.Strings) + len(col.Entries)
		if col.Kind != trinosql.RowKind && values != rows {
			return fmt.Errorf("%s has %d values in memory, want %d", name, values, rows)
		}
		for _, s := range col.Strings {
			if int(s.Offset)+int(s.Length) > len(c.Arena) {
				return fmt.Errorf("%s has text outside of the arena", name)
			}
		}
		below := rows
		if col.Kind != trinosql.RowKind {
			below = 0
			for _, e := range col.Entries {
				if int(e[0]) != below {
					return fmt.Errorf("%s has a list that begins at %d, want %d", name, e[0], below)
				}
				below += int(e[1])
			}
		}
		for i := range col.Children {
			if err := check(fmt.Sprintf("%s.%d", name, i), &col.Children[i], below); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range c.Columns {
		if err := check(fmt.Sprint(i), &c.Columns[i], c.Rows); err != nil {
			return err
		}
	}
	return nil
}

// strings are all texts of the chunk.
func (c *Chunk) strings() (out [][]byte) {
	var walk func(col *Column)
	walk = func(col *Column) {
		for _, s := range col.Strings {
			out = append(out, c.Arena[s.Offset:s.Offset+s.Length])
		}
		for i := range col.Children {
			walk(&col.Children[i])
		}
	}
	for i := range c.Columns {
		walk(&c.Columns[i])
	}
	return out
}

// at is the value at a path of names in the last row, such as useridentity.type.
func at(t testing.TB, s *Shredder, columns []trinosql.Column, path string) any {
	t.Helper()
	c := s.Chunk()
	names := strings.Split(path, ".")
	for i, col := range columns {
		if col.Name != names[0] {
			continue
		}
		v, typ := c.get(&c.Columns[i], c.Rows-1), col.Type
		for _, n := range names[1:] {
			row, ok := v.(value.Row)
			if !ok {
				return v
			}
			v, typ = row[typ.Field(n)], typ.Elems[typ.Field(n)]
		}
		return v
	}
	t.Fatalf("there is no column %s", names[0])
	return nil
}

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func TestColumns(t *testing.T) {
	cols := columns(t, "Management")
	s := New(cols)
	check := func(raw, path string, want any) {
		t.Helper()
		s.Add([]byte(raw), noon)
		if err := s.Chunk().whole(); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if got := at(t, s, cols, path); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s is %#v, want %#v", raw, path, got, want)
		}
		if got := at(t, s, cols, "eventjson"); got != strings.ToValidUTF8(raw, "\ufffd") {
			t.Errorf("the record is %q, want %q", got, raw)
		}
		if got := at(t, s, cols, "eventtime"); got != noon {
			t.Errorf("the time is %v", got)
		}
	}
	type m = value.Map
	e := func(key string, v any) value.Entry { return value.Entry{Key: key, Value: v} }
	// Text.
	check(`{"eventName":"Get"}`, "eventname", "Get")
	check(` { "eventName" : "Get" } `, "eventname", "Get")
	check(`{"EVENTNAME":"Get"}`, "eventname", "Get")
	check(`{"eventName":""}`, "eventname", "")
	check(`{"eventName":null}`, "eventname", nil)
	check(`{}`, "eventname", nil)
	check(`{"eventName":"a\"b\\c\/\b\f\n\r\té"}`, "eventname", "a\"b\\c/\b\f\n\r\té")
	check(`{"eventName":"\ud83d\ude00 \ud83d \ude00x \u0000"}`, "eventname", "😀 \ufffd \ufffdx \x00")
	check(`{"eventName":1.50e3}`, "eventname", "1.50e3")
	check(`{"eventName":true}`, "eventname", "true")
	check(`{"eventName":{"a": [1, "}"]}}`, "eventname", `{"a": [1, "}"]}`)
	check(`{"eventName":"first","eventName":"second"}`, "eventname", "first")
	check(`{"eventName":"a","unknown":{"eventName":"b"}}`, "eventname", "a")
	// Booleans.
	check(`{"readOnly":true}`, "readonly", true)
	check(`{"readOnly":"False"}`, "readonly", false)
	check(`{"readOnly":"yes"}`, "readonly", nil)
	check(`{"readOnly":1}`, "readonly", nil)
	check(`{"readOnly":{"a":true}}`, "readonly", nil)
	// Maps.
	check(`{"requestParameters":{"a":"b","n":1.0,"t":true,"z":null,"o":{"x": [1]},"l":[]}}`, "requestparameters",
		m{e("a", "b"), e("n", "1.0"), e("t", "true"), e("z", nil), e("o", `{"x": [1]}`), e("l", "[]")})
	check(`{"requestParameters":{}}`, "requestparameters", m{})
	check(`{"requestParameters":null}`, "requestparameters", nil)
	check(`{"requestParameters":"text"}`, "requestparameters", nil)
	check(`{"requestParameters":[1,2],"eventName":"x"}`, "requestparameters", nil)
	check(`{"requestParameters":{"a":"1","a":"2","A":"3"}}`, "requestparameters", m{e("a", "1"), e("A", "3")})
	check(`{"requestParameters":{"é\n":"1","é\n":"2"}}`, "requestparameters", m{e("é\n", "1")})
	// Rows.
	check(`{"userIdentity":{"type":"Root","sessionContext":{"attributes":{"creationDate":"2023-07-10T11:45:00Z","mfaAuthenticated":"false"}}}}`,
		"useridentity.sessioncontext.attributes", value.Row{time.Date(2023, 7, 10, 11, 45, 0, 0, time.UTC), "false"})
	check(`{"userIdentity":{"sessionContext":{"attributes":{"creationDate":"yesterday","mfaAuthenticated":false}}}}`,
		"useridentity.sessioncontext.attributes", value.Row{nil, "false"})
	check(`{"userIdentity":{}}`, "useridentity.type", nil)
	check(`{"userIdentity":"root","eventName":"x"}`, "useridentity", nil)
	check(`{"userIdentity":7,"eventName":"x"}`, "eventname", "x")
	check(`{"userIdentity":[{"type":"a"},{"type":"b"}],"eventName":"x"}`, "useridentity.type", "a")
	check(`{"userIdentity":[[]],"eventName":"x"}`, "useridentity", nil)
	check(`{"userIdentity":{"inScopeOf":{"credentialsIssuedTo":"x"}}}`, "useridentity.inscopeof.credentiaisissuedto", "x")
	check(`{"userIdentity":{"inScopeOf":{"credentialsIssuedTo":"x"}}}`, "useridentity.inscopeof.credentialsissuedto", "x")
	check(`{"userIdentity":{"inScopeOf":{"issuerType":"x"}}}`, "useridentity.inscopeof.credentiaisissuedto", nil)
	// Lists.
	check(`{"resources":[{"ARN":"a","type":"t"},{"arn":"b"}]}`, "resources",
		[]any{value.Row{nil, "t", "a", nil}, value.Row{nil, nil, "b", nil}})
	check(`{"resources":[]}`, "resources", []any{})
	check(`{"resources":{"ARN":"a"}}`, "resources", []any{value.Row{nil, nil, "a", nil}})
	check(`{"resources":"a"}`, "resources", nil)
	check(`{"resources":[null,"a",{"ARN":"b"},[]]}`, "resources", []any{nil, nil, value.Row{nil, nil, "b", nil}, nil})
	check(`{"eventContext":{"requestContext":{"aws:ViaAWSService":"false"},"tagContext":{"resourceTags":[{"arn":"r","tags":{"k":"v"}}],"principalTags":{"p":"q"}}}}`,
		"eventcontext", value.Row{m{e("aws:ViaAWSService", "false")}, value.Row{[]any{value.Row{"r", m{e("k", "v")}}}, m{e("p", "q")}}})
	// No JSON, or the beginning of some: what stands before the error is there.
	for _, raw := range []string{``, `x`, `[]`, `null`, `"eventName"`, `{`, `{"eventName`, `{"eventName"`, `{"eventName":`, `{"eventName":"x`, `{"eventName":"x\`, "\xff\xfe"} {
		check(raw, "eventname", nil)
	}
	check(`{"eventName":"x","userIdentity":{"type":"y","sessionContext":{`, "useridentity.type", "y")
	check(`{"eventName":"x",}`, "eventname", "x")
	check(`{"eventName":"x" "eventSource":"y"}`, "eventname", "x")
	check(`{"resources":[{"ARN":"a"},`, "eventname", nil)
	check(`{"resources":[{"ARN":"a"}}}]`, "eventname", nil)
	check(`{"requestParameters":{"a":"b","c"`, "eventname", nil)
	check(`{"requestParameters":{"a":`, "requestparameters", m{e("a", nil)})
}

func TestOtherCategories(t *testing.T) {
	check := func(category, raw, path string, want any) {
		t.Helper()
		cols := columns(t, category)
		s := New(cols)
		s.Add([]byte(raw), noon)
		if err := s.Chunk().whole(); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if got := at(t, s, cols, path); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s is %#v, want %#v", raw, path, got, want)
		}
	}
	check("Insight", `{"insightContext":{"baselineAverage":0.5,"insightDuration":12,"baselineDuration":"10081"}}`, "insightcontext",
		value.Row{0.5, nil, int64(10081), int64(12), nil})
	check("Insight", `{"insightContext":{"attributions":[{"attribute":"userAgent","insight":[{"value":"v","average":1}],"baseline":[]}]}}`, "insightcontext.attributions",
		[]any{value.Row{"userAgent", nil, nil, nil, nil, []any{value.Row{"v", 1.0}}, []any{}}})
	check("Insight", `{"insightContext":{"baselineDuration":1.5,"insightAverage":"many"}}`, "insightcontext", value.Row{nil, nil, nil, nil, nil})
	check("ActivityAuditLog", `{"eventData":{"errorMessage":"no","userIdentity":{"details":{"a":{"b":1}}}}}`, "eventdata.errormssage", "no")
	check("ActivityAuditLog", `{"eventData":{"userIdentity":{"details":{"a":{"b":1}}}}}`, "eventdata.useridentity.details", value.Map{{Key: "a", Value: `{"b":1}`}})
	check("ActivityAuditLog", `{"addendum":{"reason":"r","originalUID":"u"}}`, "addendum", value.Row{"r", nil, "u", nil})
	check("ConfigurationItem", `{"eventData":{"relationships":[{"name":"first"},{"name":"second"}]}}`, "eventdata.relationships.name", "first")
	check("Evidence", `{"eventData":{"time":"2026-01-02T03:04:05.678Z"}}`, "eventdata.time", time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC))
	for _, category := range schema.Categories() {
		check(category, `{}`, "eventjson", "{}")
	}
}

func TestEventTime(t *testing.T) {
	check := func(raw string, want time.Time) {
		t.Helper()
		if got, ok := EventTime([]byte(raw)); ok != !want.IsZero() || !got.Equal(want) {
			t.Errorf("%s: %v, %v, want %v", raw, got, ok, want)
		}
	}
	check(`{"eventTime":"2026-11-01T12:00:00Z"}`, noon)
	check(`{"userIdentity":{"eventTime":"1999-01-01T00:00:00Z"},"x":[1],"eventTime":"2026-11-01T12:00:00Z"}`, noon)
	check(`{"eventTime":"2026-11-01T14:00:00+02:00"}`, noon)
	check(`{"eventTime":"2026-11-01T12:00:00"}`, noon)
	check(`{"eventTime":"2026-11-01 12:00:00"}`, noon)
	check(`{"eventTime":"2026-11-01T12:00:00.0001234Z"}`, noon)
	check(`{"eventTime":"2026-11-01T12:00:00.987654Z"}`, noon.Add(987*time.Millisecond))
	check(`{"eventTime":"0001-01-02T00:00:00Z"}`, time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC))
	check(`{"eventTime":"9999-12-31T23:59:59Z"}`, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC))
	for _, raw := range []string{``, `{}`, `{"eventTime":null}`, `{"eventTime":1793534400}`, `{"eventTime":""}`, `{"eventTime":"soon"}`, `{"eventTime":"2026-13-01T12:00:00Z"}`, `{"eventTime":"`, `[]`} {
		check(raw, time.Time{})
	}
}

// Memory and time do not depend on how a record is made, only on its size.
func TestHostileRecords(t *testing.T) {
	cols := columns(t, "Management")
	s := New(cols)
	many := func(n int, part func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(part(i))
		}
		return b.String()
	}
	const size = 100_000
	for name, raw := range map[string]string{
		"deep lists":        `{"requestParameters":{"a":` + strings.Repeat("[", size) + strings.Repeat("]", size) + `},"eventName":"x"}`,
		"deep in a row":     `{"userIdentity":` + strings.Repeat(`{"sessionContext":`, size) + strings.Repeat("}", size) + `,"eventName":"x"}`,
		"deep and open":     `{"eventName":"x","resources":` + strings.Repeat(`[`, size),
		"many keys":         `{"requestParameters":{` + many(size, func(i int) string { return fmt.Sprintf(`"k%d":1,`, i) }) + `"z":1},"eventName":"x"}`,
		"one key often":     `{"requestParameters":{` + many(size, func(int) string { return `"k":1,` }) + `"z":1},"eventName":"x"}`,
		"unknown members":   `{` + many(size, func(i int) string { return fmt.Sprintf(`"k%d":1,`, i) }) + `"eventName":"x"}`,
		"many resources":    `{"resources":[` + many(size, func(int) string { return `{},` }) + `{}],"eventName":"x"}`,
		"backslashes":       `{"userAgent":"` + strings.Repeat(`\\`, size) + `","eventName":"x"}`,
		"a long name":       `{"` + strings.Repeat("k", size) + `":1,"eventName":"x"}`,
		"a long white word": `{` + strings.Repeat(" ", size) + `"eventName":"x"}`,
	} {
		s.Reset()
		s.Add([]byte(raw), noon)
		if err := s.Chunk().whole(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := at(t, s, cols, "eventname"); got != "x" {
			t.Errorf("%s: the name is %v", name, got)
		}
	}
	if got := at(t, s, cols, "eventjsonchecksum"); len(got.(string)) != 64 {
		t.Errorf("the checksum is %v", got)
	}
}

// FuzzAdd: no bytes do harm, and what is JSON has the columns that encoding/json reads.
func FuzzAdd(f *testing.F) {
	g := synth.New(synth.Config{Seed: 1, Start: noon})
	for range 5 {
		raw, _ := g.Next(nil)
		f.Add(raw)
	}
	f.Add([]byte(`{"userIdentity":[{"type":"\ud800"}],"resources":{"ARN":[]},"requestParameters":{"a":{},"a":1}}`))
	f.Add([]byte(`{"eventName":"x","resources":[{"ARN":"a"}}]`))
	cols := columns(f, "Management")
	s := New(cols)
	f.Fuzz(func(t *testing.T, raw []byte) {
		s.Reset()
		EventTime(raw)
		s.Add([]byte(`{"eventName":"before"}`), noon)
		s.Add(raw, noon)
		if err := s.Chunk().whole(); err != nil {
			t.Fatal(err)
		}
		for _, span := range s.Chunk().strings() {
			if !utf8.Valid(span) {
				t.Fatalf("%q is text and no UTF-8", span)
			}
		}
		if got := at(t, s, cols, "eventjson"); got != strings.ToValidUTF8(string(raw), "\ufffd") {
			t.Fatalf("the record is %q", got)
		}
		var want struct{ EventName *string }
		once := bytes.Count(bytes.ToLower(raw), []byte(`eventname`)) == 1 && bytes.Contains(raw, []byte(`"eventName"`))
		if utf8.Valid(raw) && once && json.Unmarshal(raw, &want) == nil && want.EventName != nil {
			if got := at(t, s, cols, "eventname"); got != *want.EventName {
				t.Errorf("the name is %q, want %q", got, *want.EventName)
			}
		}
		s.Add([]byte(`{"eventName":"after"}`), noon)
		if err := s.Chunk().whole(); err != nil {
			t.Fatal(err)
		}
		if got := at(t, s, cols, "eventname"); got != "after" {
			t.Fatalf("the record behind has the name %q", got)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	g := synth.New(synth.Config{Seed: 1, Start: noon})
	recs := make([][]byte, 2000)
	size := 0
	for i := range recs {
		recs[i], _ = g.Next(nil)
		size += len(recs[i])
	}
	s := New(columns(b, "Management"))
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		s.Reset()
		for _, r := range recs {
			s.Add(r, noon)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(recs)), "ns/event")
}
