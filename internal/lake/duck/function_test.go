package duck

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// same is a function that returns its argument.
func same(typ string) value.Function {
	return value.Function{Name: "same", Params: []string{typ}, Result: typ, Call: func(args []any) (any, error) { return args[0], nil }}
}

// What goes into a Go function and out again is the same.
func TestFunctionValues(t *testing.T) {
	cases := map[string][]string{
		"BOOLEAN": {"true", "NULL"}, "TINYINT": {"-1"}, "SMALLINT": {"300"}, "INTEGER": {"70000"}, "BIGINT": {"-5000000000"},
		"HUGEINT": {"-170141183460469231731687303715884105728", "18446744073709551616"}, "UBIGINT": {"18446744073709551615"}, "FLOAT": {"1.5"},
		"DOUBLE": {"'NaN'", "-0.5"}, "VARCHAR": {"''", "'a'", "repeat('é', 100)"}, "BLOB": {"'\\x00\\xFF'"}, "DATE": {"'1969-12-31'", "'2024-02-29'"},
		"TIME": {"'23:59:59.999999'"}, "TIMESTAMP": {"'1969-12-31 23:59:59.5'"}, "TIMESTAMPTZ": {"'2023-07-10 13:45:00+02'"},
		"INTERVAL": {"'1 year 2 days 3 seconds'"}, "DECIMAL(4,2)": {"-1.25"}, "DECIMAL(9,2)": {"1.25"}, "DECIMAL(18,2)": {"1.25"}, "DECIMAL(38,2)": {"-1.25"},
		"VARCHAR[]": {"['a', NULL, 'b']", "[]", "NULL"}, "INTEGER[][]": {"[[1], NULL, [2, 3]]"}, "MAP(VARCHAR, VARCHAR)": {"MAP {'z': '1', 'a': NULL}", "MAP {}"},
		"STRUCT(a INTEGER, b VARCHAR[])":            {"{'a': 1, 'b': ['x']}", "{'a': NULL, 'b': NULL}", "NULL"},
		"STRUCT(a MAP(VARCHAR, STRUCT(b INTEGER)))": {"{'a': MAP {'x': {'b': 1}, 'y': NULL}}"},
	}
	for typ, values := range cases {
		e := open(t, Config{Functions: []value.Function{same(typ)}})
		for _, v := range values {
			// Many rows, some NULL, so that lists follow one another.
			got, err := all(t.Context(), e, fmt.Sprintf(`SELECT v IS NOT DISTINCT FROM same(v), count(*)
				FROM (SELECT CASE WHEN i %% 7 = 0 THEN NULL ELSE (%s)::%s END AS v FROM range(5000) t(i)) GROUP BY 1`, v, typ))
			if err != nil || len(got) != 1 || got[0][0] != true || got[0][1] != int64(5000) {
				t.Errorf("%s of %s: %v, %v", v, typ, got, err)
			}
		}
	}
}

func TestFunctions(t *testing.T) {
	e := open(t, Config{
		Functions: []value.Function{
			{Name: "plus", Params: []string{"BIGINT", "BIGINT"}, Result: "BIGINT", Call: func(a []any) (any, error) { return a[0].(int64) + a[1].(int64), nil }},
			{Name: "plus", Params: []string{"VARCHAR", "VARCHAR"}, Result: "VARCHAR", Call: func(a []any) (any, error) { return a[0].(string) + a[1].(string), nil }},
			{Name: "given", Variadic: "ANY", Result: "BIGINT", Nulls: true, Call: func(a []any) (any, error) {
				n := int64(0)
				for _, v := range a {
					if v != nil {
						n++
					}
				}
				return n, nil
			}},
			{Name: "kind", Params: []string{"ANY"}, Result: "VARCHAR", Call: func(a []any) (any, error) { return fmt.Sprintf("%T", a[0]), nil }},
			{Name: "fails", Params: []string{"BIGINT"}, Result: "BIGINT", Call: func(a []any) (any, error) {
				if a[0].(int64) == 5000 {
					return nil, errors.New("five thousand is too much")
				}
				return a[0], nil
			}},
			{Name: "panics", Result: "BIGINT", Call: func([]any) (any, error) { var m map[string]int; m["x"] = 1; return nil, nil }},
			{Name: "lies", Params: []string{"BIGINT"}, Result: "VARCHAR", Call: func(a []any) (any, error) { return a[0], nil }},
			{Name: "large", Params: []string{"BIGINT"}, Result: "TINYINT", Call: func([]any) (any, error) { return int64(1000), nil }},
			{Name: "next", Result: "BIGINT", Volatile: true, Call: func() func([]any) (any, error) {
				n := int64(0)
				return func([]any) (any, error) { n++; return n, nil }
			}()},
		},
		Macros: []value.Macro{{Name: "twice", SQL: "CREATE MACRO twice(a) AS plus(a, a)"}},
	})
	check := func(sql string, want any) {
		t.Helper()
		got, err := all(t.Context(), e, "SELECT "+sql)
		if err != nil || !reflect.DeepEqual(got[0][0], want) {
			t.Errorf("%s: %v, %v, want %v", sql, got, err, want)
		}
	}
	fails := func(sql, text string) {
		t.Helper()
		got, err := all(t.Context(), e, "SELECT "+sql)
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v, %v", sql, got, err)
		}
	}
	check("plus(1, 2)", int64(3))
	check("plus('a', 'b')", "ab")
	check("plus(1, NULL)", nil)
	check("twice('a')", "aa")
	check("given()", int64(0))
	check("given(1, NULL, 'x', [1])", int64(3))
	check("kind([1])", "[]interface {}")
	check("kind(1.5)", reflect.TypeFor[value.Decimal]().String())
	check("count(DISTINCT next()) FROM range(100)", int64(100))
	fails("sum(fails(i)) FROM range(10000) t(i)", "five thousand is too much")
	fails("panics()", "BUG: assignment to entry in nil map")
	fails("lies(1)", "a int64 is no VARCHAR")
	fails("large(1)", "1000 is out of the range of TINYINT")
	check("plus(1, 2)", int64(3))
}

func TestOpenFails(t *testing.T) {
	for want, cfg := range map[string]Config{
		"function bad: type NO_SUCH": {Functions: []value.Function{{Name: "bad", Result: "NO_SUCH", Call: func([]any) (any, error) { return nil, nil }}}},
		"macro bad:":                 {Macros: []value.Macro{{Name: "bad", SQL: "CREATE MACRO ("}}},
		"SELEKT: ":                   {Setup: []string{"SELEKT"}},
	} {
		e, err := Open(t.Context(), cfg)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if e != nil {
			t.Error("there is an engine")
		}
	}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string][2]uint64{
		"0": {0, 0}, "-1": {1<<64 - 1, 1<<64 - 1}, "18446744073709551616": {0, 1}, "-18446744073709551616": {0, 1<<64 - 1},
	} {
		n, _ := new(big.Int).SetString(text, 10)
		if got := split(n); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		e, err := Open(b.Context(), Config{})
		if err != nil {
			b.Fatal(err)
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFunction is the cost of a call of a Go function.
func BenchmarkFunction(b *testing.B) {
	e := open(b, Config{Threads: 1, Functions: []value.Function{same("VARCHAR")}})
	const calls = 1_000_000
	begun := time.Now()
	n := 0
	for b.Loop() {
		if _, err := all(b.Context(), e, fmt.Sprintf("SELECT count(same('a string of some length' || i)) FROM range(%d) t(i)", calls)); err != nil {
			b.Fatal(err)
		}
		n += calls
	}
	b.ReportMetric(float64(time.Since(begun).Nanoseconds())/float64(n), "ns/call")
}
