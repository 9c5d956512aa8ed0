package trinosql

import (
	"fmt"
	"sync"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// goFunctions are the functions in Go that printed statements may use, by name.
var goFunctions = sync.OnceValue(func() map[string][]value.Function {
	out := make(map[string][]value.Function)
	for _, list := range [][]value.Function{numberGo, decimalGo, textGo, regexpGo, timeGo, jsonGo, binaryGo, netGo} {
		for _, f := range list {
			out[f.Name] = append(out[f.Name], f)
		}
	}
	return out
})

// raise is an error of Trino's that a function in Go returns.
func raise(code Code, format string, args ...any) error {
	return fmt.Errorf("%s%s:%s%s", failPrefix, code, fmt.Sprintf(format, args...), failEnd)
}

func badArgument(format string, args ...any) error {
	return raise(CodeInvalidArgument, format, args...)
}

// goFunc makes a row of a table of functions.
func goFunc(name, result string, params []string, call func(a []any) (any, error)) value.Function {
	return value.Function{Name: name, Params: params, Result: result, Call: call}
}

func types(t ...string) []string { return t }

// nullable says that a function sees NULLs.
func nullable(f value.Function) value.Function {
	f.Nulls = true
	return f
}

func str(v any) string { return v.(string) }

func num(v any) int64 { return v.(int64) }

func flt(v any) float64 { return v.(float64) }

func bin(v any) []byte { return v.([]byte) }

// strs are the texts of an array; NULLs are empty.
func strs(v any) []string {
	list := v.([]any)
	out := make([]string, len(list))
	for i, x := range list {
		out[i], _ = x.(string)
	}
	return out
}

// anys is a list of values of a type.
func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}
