package trinosql

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// What an engine says is told in Trino's terms, and without how the engine was asked.
func TestEngineError(t *testing.T) {
	check := func(text string, code Code, message string) {
		t.Helper()
		cause := errors.New(text)
		e := EngineError(cause)
		if e.Code != code || !strings.Contains(e.Message, message) || !errors.Is(e, cause) {
			t.Errorf("%s is %s: %s, want %s: %s", text, e.Code, e.Message, code, message)
		}
		if strings.Contains(e.Message, "LINE 1") || strings.Contains(e.Message, failPrefix) || strings.Contains(e.Message, failEnd) {
			t.Errorf("%s tells of the engine: %s", text, e.Message)
		}
	}
	check("Conversion Error: Could not convert string 'trino!DIVISION_BY_ZERO:Division by zero!;0' to BOOL\n\nLINE 1: SELECT x", CodeDivisionByZero, "Division by zero")
	check("Invalid Input Error: trino!INVALID_FUNCTION_ARGUMENT:it's bad!;", CodeInvalidArgument, "it's bad")
	check("Out of Range Error: Overflow in addition of INT32 (2147483647 + 1)!", CodeOutOfRange, "Overflow in addition")
	check("Conversion Error: Could not convert string 'x' to INT32\n\nLINE 1: SELECT secret", CodeInvalidCast, "Could not convert string 'x'")
	check("Conversion Error: Type DOUBLE with value 1e20 can't be cast because the value is out of range for the destination type INT64", CodeInvalidCast, "1e20")
	check("Conversion Error: Type INT32 with value 300 can't be cast because the value is out of range for the destination type INT8", CodeOutOfRange, "300")
	check("Out of Memory Error: failed to allocate data of size 1.0 GiB", CodeResources, "Query exhausted resources at this scale factor")
	check("Invalid Input Error: More than one row returned by a subquery used as an expression", CodeMultipleRows, "multiple rows")
	check("INTERRUPT Error: Interrupted!", "USER_CANCELED", "canceled")
	check("Catalog Error: Table with name secret does not exist!", CodeInternal, "could not run")
	check("IO Error: No files found that match the pattern \"/secret\"", CodeInternal, "could not run")
	if EngineError(nil) != nil {
		t.Error("no error is one")
	}
}

func TestFormat(t *testing.T) {
	day := time.Date(2023, 7, 10, 11, 45, 0, 123456000, time.UTC)
	check := func(typ string, v any, want string) {
		t.Helper()
		have, ok := Format(MustParseType(typ), v)
		if !ok {
			have = "NULL"
		}
		if have != want {
			t.Errorf("%v of %s is %q, want %q", v, typ, have, want)
		}
	}
	check("varchar", nil, "NULL")
	check("varchar", "", "")
	check("bigint", int64(-5), "-5")
	check("boolean", true, "true")
	check("double", 1.0, "1.0")
	check("double", 1e7, "1.0E7")
	check("double", 123456.789, "123456.789")
	check("double", 0.0001, "1.0E-4")
	check("real", float32(0.1), "0.1")
	check("decimal(4,2)", value.Decimal{Unscaled: big.NewInt(-5), Scale: 2}, "-0.05")
	check("decimal(4,0)", value.Decimal{Unscaled: big.NewInt(12), Scale: 0}, "12")
	check("char(3)", "a", "a  ")
	check("varbinary", []byte{1, 0xab}, "01 ab")
	check("date", day, "2023-07-10")
	check("timestamp(0)", day, "2023-07-10 11:45:00")
	check("timestamp(3)", day, "2023-07-10 11:45:00.123")
	check("timestamp(6)", day, "2023-07-10 11:45:00.123456")
	check("timestamp(3) with time zone", value.Row{day, "UTC"}, "2023-07-10 11:45:00.123 UTC")
	check("timestamp(3) with time zone", value.Row{day, "America/New_York"}, "2023-07-10 07:45:00.123 America/New_York")
	check("timestamp(0) with time zone", value.Row{day, "+05:30"}, "2023-07-10 17:15:00 +05:30")
	check("timestamp(0) with time zone", value.Row{nil, "UTC"}, "NULL")
	check("time(1)", 11*time.Hour+500*time.Millisecond, "11:00:00.5")
	check("interval day to second", int64(-90061001), "-1 01:01:01.001")
	check("interval year to month", int64(14), "1-2")
	check("ipaddress", append(make([]byte, 10), 0xff, 0xff, 10, 0, 0, 1), "10.0.0.1")
	check("array(varchar)", []any{"a", nil}, "[a, null]")
	check("map(varchar, array(bigint))", value.Map{{Key: "k", Value: []any{int64(1)}}}, "{k=[1]}")
	check("row(a varchar, b row(bigint))", value.Row{"x", value.Row{int64(1)}}, "{a=x, b={1}}")
	check("json", `{"a":1}`, `{"a":1}`)
}
