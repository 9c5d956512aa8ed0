// Package value is what an engine's values are in Go, and what functions and macros
// an engine can be given: what trinosql and the engine have to agree on.
//
// A value is nil, bool, int64 (every integer up to 64 bits), float32 (real), float64,
// string, []byte, *big.Int (an integer over 64 bits), time.Time in UTC (dates and
// timestamps), time.Duration (a time of day), []any (an array), or one of [Decimal],
// [Interval], [Row] and [Map].
package value

import "math/big"

// Decimal is Unscaled / 10^Scale.
type Decimal struct {
	Unscaled *big.Int
	Scale    int
}

// Interval is an interval of either kind; the parts that a kind does not have are 0.
type Interval struct {
	Months, Days int32
	Micros       int64
}

// Row is a row's fields, in the order of its type.
type Row []any

// Map is a map's entries, in the order that the engine has them in.
type Map []Entry

// Entry is an entry of a [Map].
type Entry struct {
	Key, Value any
}

// Function is a scalar function in Go that DuckDB is given.
type Function struct {
	Name string
	// Params are the types of the parameters as DuckDB writes them, such as VARCHAR,
	// BIGINT[], MAP(VARCHAR, VARCHAR), or ANY. Variadic, if there is one, is the type
	// of any number of further arguments.
	Params   []string
	Variadic string
	Result   string
	// Volatile functions are called for every row, also with the same arguments.
	Volatile bool
	// Nulls says that Call wants to see NULLs. Without it the result of a call with a
	// NULL is NULL.
	Nulls bool
	// Call computes a result. It is called from several goroutines at once, and args
	// is used again. Its error is the error of the query, and so is its panic.
	Call func(args []any) (any, error)
}

// Macro is a whole CREATE MACRO statement for DuckDB.
type Macro struct {
	Name, SQL string
}
