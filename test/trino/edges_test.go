package trino_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/query/sqltest"
	"github.com/cairntrail/cairn/internal/query/trino"
	"github.com/cairntrail/cairn/internal/trinosql"
)

var edgeCalls = flag.Int("edges.calls", 8, "how many calls each signature gets")

// excused are functions whose answers may be unlike Trino's, with why.
var excused = map[string]string{
	"approx_distinct":      "the sketch is another one, and so is how exact it can be asked to be",
	"approx_most_frequent": "counted exactly, and without Trino's bounds on its capacity",
	"approx_percentile":    "the sketch is another one; the percentage has to be a constant",
	"checksum":             "the hash is one of Trino's memory layout",
	"numeric_histogram":    "bins of equal weight are merged in another order",

	"array_except":                   "Trino keeps what is there twice if nothing is taken away",
	"bitwise_left_shift":             "shifts by less than nothing or more than the size of the number",
	"bitwise_right_shift":            "the same",
	"bitwise_right_shift_arithmetic": "the same",
	"cosine_distance":                "NULL and vectors of length 0 among the numbers",
	"cosine_similarity":              "the same",
	"euclidean_distance":             "NULL among the numbers, which Trino takes for 0",
	"format_datetime":                "letters in the pattern that mean nothing, which Trino refuses",
	"format_number":                  "fractions, and what is no finite number",
	"from_unixtime":                  "which error it is that a number, an offset or a zone is none",
	"from_utf8":                      "replacements that are no character",
	"human_readable_seconds":         "more seconds than a 64-bit number has",
	"inverse_beta_cdf":               "the last digits near 0",
	"json_array_contains":            "whether NaN is in what is no array: NULL, and false in Trino",
	"max":                            "NULL as the number of rows wanted, which is an error",
	"max_by":                         "the same",
	"min":                            "the same",
	"min_by":                         "the same",
	"round":                          "digits before the point of small integers, where Trino finds no room",
	"sequence":                       "which error it is that a sequence is too long",
	"split":                          "NULL as the delimiter",
	"strpos":                         "occurrences by the smallest 64-bit number",
	"substr":                         "places by the largest 64-bit numbers",
	"substring":                      "the same",
	"t_cdf":                          "which arguments are refused: NaN and beyond 10 to the 300th",
	"t_pdf":                          "the same",
	"width_bucket":                   "bins with NULL or out of order, which Trino refuses only if it meets them",
}

// edges are values of each type that functions may stumble over, as literals. Where a
// signature has a variable, it stands for one of the types in variables.
var edges = map[string][]string{
	"boolean":                  {"true", "false"},
	"tinyint":                  {"TINYINT '0'", "TINYINT '-128'", "TINYINT '127'", "TINYINT '3'"},
	"smallint":                 {"SMALLINT '0'", "SMALLINT '-32768'", "SMALLINT '32767'", "SMALLINT '3'"},
	"integer":                  {"0", "1", "-1", "2", "7", "2147483647", "INTEGER '-2147483648'"},
	"bigint":                   {"BIGINT '0'", "BIGINT '1'", "BIGINT '-1'", "BIGINT '2'", "BIGINT '5'", "BIGINT '100'", "BIGINT '9223372036854775807'", "BIGINT '-9223372036854775808'"},
	"real":                     {"REAL '0'", "REAL '1.5'", "REAL '-2.25'", "REAL '3.4E38'", "REAL 'NaN'"},
	"double":                   {"0e0", "1e0", "5e-1", "-2.5e0", "3e0", "1e300", "-1e-300", "nan()", "infinity()", "DOUBLE '-0.0'"},
	"decimal":                  {"0.0", "1.5", "-2.50", "DECIMAL '99999999999999999999999999999999999999'", "0.000001", "DECIMAL '12345'"},
	"varchar":                  {"''", "'a'", "'abc'", "'Hello, World'", "'  b '", "'é日本😀'", "'a,b,,c'", "'-12'", "'3.5e1'", "'2023-07-10'", "'x=1&y=%20z'", "'http://h.example:81/p/q?a=1&b=%C3%A9#f'", "'{\"a\":[1,\"x\",null]}'", "'A\\d.*(b)'"},
	"char":                     {"CAST('' AS char(3))", "CAST('ab' AS char(3))", "CAST('é  ' AS char(3))"},
	"varbinary":                {"X''", "X'00'", "X'616263'", "X'ff00fe'", "X'0102030405060708'", "X'01020304'"},
	"json":                     {"JSON '{\"b\":1,\"a\":[1.50,\"x\",null,true]}'", "JSON 'null'", "JSON '\"é\"'", "JSON '12345678901234567890'", "JSON '[1,2,3]'"},
	"date":                     {"DATE '2023-07-10'", "DATE '1970-01-01'", "DATE '2024-02-29'", "DATE '1582-10-15'", "DATE '2021-01-03'"},
	"time":                     {"TIME '00:00:00'", "TIME '23:59:59.999'", "TIME '11:45:00.123456'"},
	"timestamp":                {"TIMESTAMP '2023-07-10 11:45:00'", "TIMESTAMP '1969-12-31 23:59:59.999'", "TIMESTAMP '2024-02-29 00:00:00.123456'", "TIMESTAMP '2023-12-31 23:59:59.999'"},
	"timestamp with time zone": {"TIMESTAMP '2023-07-10 11:45:00.5 UTC'", "TIMESTAMP '2023-03-12 01:30:00 America/New_York'", "TIMESTAMP '2023-11-05 12:00:00.123 +05:30'"},
	"time with time zone":      {"TIME '11:45:00 +02:00'"},
	"interval day to second":   {"INTERVAL '0' SECOND", "INTERVAL '-90' MINUTE", "INTERVAL '3 04:05:06.789' DAY TO SECOND"},
	"interval year to month":   {"INTERVAL '0' MONTH", "INTERVAL '-14' MONTH", "INTERVAL '3' YEAR"},
	"uuid":                     {"UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'"},
	"ipaddress":                {"IPADDRESS '10.1.2.3'", "IPADDRESS '2001:db8::1'"},
}

// variables are the types that a variable of a signature stands for, in turns.
var variables = []string{"bigint", "varchar", "double", "boolean", "date"}

// restless are functions whose result is another one each time, or nothing to compare.
var restless = []string{"random", "rand", "uuid", "now", "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "shuffle",
	"approx_set", "empty_approx_set", "merge", "current_timezone", "version"}

// TestEdges calls each function of the registry with values that it may stumble over, on
// both engines.
func TestEdges(t *testing.T) {
	remote := open(t)
	local := newLocal(t)
	seen := make(map[string]bool)
	calls := 0
	for _, f := range trinosql.Registry() {
		if f.Unsupported != "" || excused[f.Name] != "" || f.Kind == trinosql.WindowFunc || slices.Contains(restless, f.Name) {
			continue
		}
		for _, s := range strings.Split(f.Sig, " | ") {
			for _, args := range combinations(f.Name, strings.TrimSpace(s)) {
				statement := fmt.Sprintf("SELECT %s(%s)", f.Name, strings.Join(args, ", "))
				if seen[statement] {
					continue
				}
				seen[statement] = true
				calls++
				same(t, remote, local, statement)
			}
		}
	}
	t.Logf("%d calls", calls)
}

// same compares what a statement gives on both engines.
func same(t *testing.T, remote *trino.Engine, local *local, statement string) {
	t.Helper()
	want, got := run(t, remote, statement), local.run(t, statement)
	if errorName(want.err) == string(trinosql.CodeInternal) {
		return // Trino's own defects are nobody's model
	}
	if text(want) != text(got) && !close(want, got) {
		t.Errorf("%s\nTrino: %s\nCairn: %s", statement, text(want), text(got))
	}
}

// text is a result on one line. Of errors only the name counts.
func text(r result) string {
	if r.err != nil {
		if name := errorName(r.err); name != "" {
			return name
		}
		return r.err.Error()
	}
	var rows []string
	for _, row := range r.rows {
		rows = append(rows, strings.Join(row, " | "))
	}
	return strings.Join(r.types, "; ") + ": " + strings.Join(rows, " / ")
}

// close says whether two results are the same but for the last digits of numbers, which
// differ between the mathematical libraries of Java and C.
func close(a, b result) bool {
	if a.err != nil || b.err != nil || !slices.Equal(a.types, b.types) || len(a.rows) != len(b.rows) {
		return false
	}
	for i := range a.rows {
		for j := range a.rows[i] {
			x, y := a.rows[i][j], b.rows[i][j]
			if x == y {
				continue
			}
			f, err1 := strconv.ParseFloat(x, 64)
			g, err2 := strconv.ParseFloat(y, 64)
			if err1 != nil || err2 != nil || a.types[j] != "double" && a.types[j] != "real" {
				return false
			}
			precision := 1e-13
			if a.types[j] == "real" {
				precision = 1e-6
			}
			if math.Abs(f-g) > precision*max(math.Abs(f), math.Abs(g)) {
				return false
			}
		}
	}
	return true
}

// local runs statements as Cairn does without tables.
type local struct{ engine *duck.Engine }

func newLocal(t *testing.T) *local {
	t.Helper()
	e, err := duck.Open(t.Context(), duck.Config{Functions: trinosql.Functions(), Macros: trinosql.Macros()})
	check(t, err)
	t.Cleanup(func() { check(t, e.Close()) })
	return &local{e}
}

// noTables is a catalog of nothing.
type noTables struct{}

func (noTables) Table(_ context.Context, name string) (*trinosql.Table, error) {
	return nil, fmt.Errorf("there is no event data store %s", name)
}

func (l *local) run(t *testing.T, statement string) result {
	t.Helper()
	parsed, err := trinosql.Parse(statement)
	if err != nil {
		return result{err: err}
	}
	checked, err := trinosql.Check(t.Context(), parsed, noTables{}, trinosql.Options{Strict: true})
	if err != nil {
		return result{err: err}
	}
	rows, err := l.engine.Query(t.Context(), checked.DuckDB())
	if err != nil {
		return result{err: trinosql.EngineError(err)}
	}
	defer func() { check(t, rows.Close()) }()
	var out result
	for _, c := range checked.Columns() {
		out.types = append(out.types, c.Type.String())
	}
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			out.err = trinosql.EngineError(err)
			return out
		}
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = sqltest.Cell(trinosql.Format(checked.Columns()[i].Type, sorted(v)))
		}
		out.rows = append(out.rows, cells)
	}
}

// combinations are lists of arguments for a signature: all when they are few, else some.
func combinations(name, signature string) [][]string {
	most := *edgeCalls
	inside, _, ok := cutArguments(signature)
	if !ok {
		return nil
	}
	rng := rand.New(rand.NewPCG(1, uint64(len(name)*1000+len(signature))))
	var params []string
	for _, p := range splitTop(inside) {
		p, repeated := strings.CutSuffix(p, "...")
		params = append(params, p)
		if repeated {
			params = append(params, p)
		}
	}
	var out [][]string
	for i := range most {
		args := make([]string, len(params))
		bound := make(map[string]string)
		for j, p := range params {
			v, ok := pick(rng, p, bound, i)
			if !ok {
				return nil
			}
			args[j] = v
		}
		out = append(out, args)
		if len(params) == 0 {
			break
		}
	}
	return out
}

// cutArguments splits (a, b) c.
func cutArguments(signature string) (inside, result string, ok bool) {
	if !strings.HasPrefix(signature, "(") {
		return "", "", false
	}
	depth := 0
	for i, c := range signature {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return signature[1:i], strings.TrimSpace(signature[i+1:]), true
			}
		}
	}
	return "", "", false
}

// splitTop splits at commas that are in no parentheses.
func splitTop(text string) []string {
	var out []string
	depth, from := 0, 0
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			out = append(out, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	if rest := strings.TrimSpace(text[from:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// pick is a value of a type. The first values are in turns, so that each comes once.
func pick(rng *rand.Rand, typ string, bound map[string]string, turn int) (string, bool) {
	if len(typ) == 1 && typ[0] >= 'A' && typ[0] <= 'Z' {
		if bound[typ] == "" {
			bound[typ] = variables[turn%len(variables)]
		}
		return pick(rng, bound[typ], bound, turn)
	}
	base, _, _ := strings.Cut(typ, "(")
	if strings.HasSuffix(typ, "with time zone") {
		base = strings.TrimSpace(base) + " with time zone"
	}
	inside := strings.TrimSuffix(strings.TrimPrefix(typ, base+"("), ")")
	switch base {
	case "array":
		return pickArray(rng, inside, bound, turn)
	case "map":
		return pickMap(rng, inside, bound, turn)
	}
	values := edges[base]
	if values == nil {
		return "", false
	}
	if rng.IntN(12) == 0 {
		if cast, ok := castable(base); ok {
			return "CAST(NULL AS " + cast + ")", true
		}
	}
	return values[rng.IntN(len(values))], true
}

// castable is a type without variables.
func castable(base string) (string, bool) {
	switch base {
	case "char", "decimal":
		return base + "(5)", true
	case "time", "timestamp":
		return base + "(3)", true
	}
	return base, !strings.Contains(base, "with")
}

func pickArray(rng *rand.Rand, elem string, bound map[string]string, turn int) (string, bool) {
	n := rng.IntN(5)
	values := make([]string, n)
	for i := range values {
		v, ok := pick(rng, elem, bound, turn)
		if !ok {
			return "", false
		}
		values[i] = v
	}
	if n == 0 {
		v, ok := pick(rng, elem, bound, turn)
		return "slice(ARRAY[" + v + "], 2, 1)", ok
	}
	return "ARRAY[" + strings.Join(values, ", ") + "]", true
}

func pickMap(rng *rand.Rand, inside string, bound map[string]string, turn int) (string, bool) {
	parts := splitTop(inside)
	if len(parts) != 2 {
		return "", false
	}
	var keys, values []string
	for range 1 + rng.IntN(3) {
		k, ok1 := pick(rng, parts[0], bound, turn)
		v, ok2 := pick(rng, parts[1], bound, turn)
		if !ok1 || !ok2 {
			return "", false
		}
		if !slices.Contains(keys, k) && !strings.HasPrefix(k, "CAST(NULL") {
			keys, values = append(keys, k), append(values, v)
		}
	}
	if len(keys) == 0 {
		return "", false
	}
	return "MAP(ARRAY[" + strings.Join(keys, ", ") + "], ARRAY[" + strings.Join(values, ", ") + "])", true
}
