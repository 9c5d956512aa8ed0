package duck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

func open(t testing.TB, cfg Config) *Engine {
	t.Helper()
	e, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// all runs a query and returns its rows.
func all(ctx context.Context, e *Engine, sql string) (out [][]any, err error) {
	rows, err := e.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, append([]any{}, row...))
	}
}

func TestValues(t *testing.T) {
	e := open(t, Config{})
	check := func(sql string, want any) {
		t.Helper()
		got, err := all(t.Context(), e, "SELECT "+sql)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if len(got) != 1 || !reflect.DeepEqual(got[0][0], want) {
			t.Errorf("%s is %#v, want %#v", sql, got, want)
		}
	}
	day := time.Date(2023, 7, 10, 0, 0, 0, 0, time.UTC)
	check("NULL", nil)
	check("true", true)
	check("1::TINYINT", int64(1))
	check("-2::SMALLINT", int64(-2))
	check("3", int64(3))
	check("-4::BIGINT", int64(-4))
	check("200::UTINYINT", int64(200))
	check("18446744073709551615::UBIGINT", new(big.Int).SetUint64(1<<64-1))
	check("(-170141183460469231731687303715884105728)::HUGEINT", new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), 127)))
	check("340282366920938463463374607431768211455::UHUGEINT", new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1)))
	check("1.5::FLOAT", float32(1.5))
	check("-2.5::DOUBLE", -2.5)
	check("'short'", "short")
	check("repeat('long', 10)", strings.Repeat("long", 10))
	check("'a\\x00b'::BLOB", []byte("a\x00b"))
	check("-1.25::DECIMAL(4,2)", value.Decimal{Unscaled: big.NewInt(-125), Scale: 2})
	check("1.25::DECIMAL(9,2)", value.Decimal{Unscaled: big.NewInt(125), Scale: 2})
	check("1.25::DECIMAL(18,2)", value.Decimal{Unscaled: big.NewInt(125), Scale: 2})
	check("-1.25::DECIMAL(38,2)", value.Decimal{Unscaled: big.NewInt(-125), Scale: 2})
	check("DATE '2023-07-10'", day)
	check("DATE '1969-12-31'", time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC))
	check("TIME '11:45:00.5'", 11*time.Hour+45*time.Minute+500*time.Millisecond)
	check("TIMESTAMP '2023-07-10 11:45:00.123456'", day.Add(11*time.Hour+45*time.Minute+123456*time.Microsecond))
	check("TIMESTAMPTZ '2023-07-10 13:45:00+02'", day.Add(11*time.Hour+45*time.Minute))
	check("'2023-07-10'::TIMESTAMP_MS", day)
	check("'2023-07-10'::TIMESTAMP_S", day)
	check("'2023-07-10'::TIMESTAMP_NS", day)
	check("INTERVAL 14 MONTHS", value.Interval{Months: 14})
	check("INTERVAL '3 days 4 seconds'", value.Interval{Days: 3, Micros: 4_000_000})
	check("'0e5d0ab6-097e-49d8-99ef-0123456789ab'::UUID", "0e5d0ab6-097e-49d8-99ef-0123456789ab")
	check("'b'::ENUM('a', 'b')", "b")
	check("[1, NULL, 3]", []any{int64(1), nil, int64(3)})
	check("[]::INTEGER[]", []any{})
	check("[['a'], [], NULL]", []any{[]any{"a"}, []any{}, nil})
	check("[1, 2]::INTEGER[2]", []any{int64(1), int64(2)})
	check("MAP {'z': 1, 'a': NULL}", value.Map{{Key: "z", Value: int64(1)}, {Key: "a"}})
	check("{'z': 1, 'a': {'b': NULL}}", value.Row{int64(1), value.Row{nil}})
	check("list_filter([3, 1, 2], x -> x > 1)", []any{int64(3), int64(2)})
	check("list_sort(['b', 'a'])", []any{"a", "b"})
	check("[{'a': x} FOR x IN [1, 2] IF x > 1]", []any{value.Row{int64(2)}})
	check("'{\"a\": 1}'::JSON", `{"a": 1}`)
}

// Values below a filter come as DuckDB has them: a selection of a vector.
func TestNestedValuesOfManyRows(t *testing.T) {
	e := open(t, Config{})
	got, err := all(t.Context(), e, `SELECT i, [i, i + 1] AS l, MAP {'k' || i: i} AS m, {'a': [{'b': i}]} AS s, list_filter([i, i + 1, i + 2], x -> x % 2 = 0)
		FROM range(10000) t(i) WHERE i % 3 = 1 ORDER BY i`)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3333 {
		t.Fatalf("%d rows", len(got))
	}
	for n, row := range got {
		i := int64(3*n + 1)
		even := []any{i, i + 2}
		if i%2 == 1 {
			even = []any{i + 1}
		}
		want := []any{i, []any{i, i + 1}, value.Map{{Key: fmt.Sprintf("k%d", i), Value: i}}, value.Row{[]any{value.Row{i}}}, even}
		if !reflect.DeepEqual(row, want) {
			t.Fatalf("row %d is %#v, want %#v", n, row, want)
		}
	}
}

func TestColumns(t *testing.T) {
	e := open(t, Config{})
	rows, err := e.Query(t.Context(), `SELECT 1 AS "A b", {'x': [1.5]} AS s, MAP {1: DATE '2023-01-01'} AS m, '{}'::JSON AS j`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // it has no error
	want := []Column{{"A b", "INTEGER"}, {"s", `STRUCT("x" DECIMAL(2,1)[])`}, {"m", "MAP(INTEGER, DATE)"}, {"j", "JSON"}}
	if !reflect.DeepEqual(rows.Columns(), want) {
		t.Errorf("%+v, want %+v", rows.Columns(), want)
	}
}

func TestErrorsAfterTheFirstRows(t *testing.T) {
	e := open(t, Config{Threads: 2})
	got, err := all(t.Context(), e, "SELECT CAST(CASE WHEN i = 900000 THEN 'x' ELSE '1' END AS INTEGER) FROM range(1000000) t(i)")
	var bad *Error
	if !errors.As(err, &bad) || bad.Kind != "Conversion" || !strings.Contains(bad.Message, "'x'") {
		t.Fatalf("%d rows, error %v", len(got), err)
	}
	if got, err := all(t.Context(), e, "SELECT 1"); err != nil || len(got) != 1 {
		t.Errorf("after an error: %v, %v", got, err)
	}
}

func TestOnlyOneSelect(t *testing.T) {
	e := open(t, Config{})
	for _, sql := range []string{
		"CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (1)", "COPY (SELECT 1) TO 'x.csv'", "SELECT 1; SELECT 2", "SET threads = 1",
		"PRAGMA database_size", "ATTACH 'x.db'", "INSTALL httpfs", "LOAD httpfs", "CALL pragma_version()", "EXPLAIN SELECT 1", "", ";",
		"BEGIN", "EXPORT DATABASE 'x'", "CHECKPOINT", "VACUUM", "DROP VIEW x", "PREPARE p AS SELECT 1", "EXECUTE p", "USE memory",
	} {
		if got, err := all(t.Context(), e, sql); err == nil {
			t.Errorf("%q ran: %v", sql, got)
		}
	}
	if err := e.Exec(t.Context(), "CREATE TABLE t (a INTEGER)"); err == nil {
		t.Error("an engine that reads ran a CREATE TABLE")
	}
}

// parquet writes a file with n rows and returns its path.
func parquet(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	w := open(t, Config{Write: []string{dir}})
	name := filepath.Join(dir, "a file's name.parquet")
	if err := w.Exec(t.Context(), fmt.Sprintf("COPY (SELECT i FROM range(%d) t(i)) TO %s", n, Quote(name))); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReadsItsFilesOnly(t *testing.T) {
	allowed, forbidden := parquet(t, 10), parquet(t, 20)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := open(t, Config{Files: []string{allowed}, Setup: []string{"CREATE VIEW t AS SELECT * FROM " + ReadParquet([]string{allowed})}})
	got, err := all(t.Context(), e, "SELECT count(*), sum(i) FROM t")
	if err != nil || got[0][0] != int64(10) {
		t.Fatalf("%v, %v", got, err)
	}
	for _, sql := range []string{
		"SELECT * FROM " + ReadParquet([]string{forbidden}), "SELECT * FROM " + Quote(forbidden), "SELECT * FROM " + ReadParquet([]string{allowed, forbidden}),
		"SELECT * FROM system.main.read_text(" + Quote(secret) + ")", "SELECT * FROM system.main.read_blob(" + Quote(secret) + ")",
		"SELECT * FROM system.main.read_csv(" + Quote(secret) + ")", "SELECT * FROM system.main.sniff_csv(" + Quote(secret) + ")",
		"SELECT * FROM system.main.read_json_auto(" + Quote(secret) + ")", "SELECT * FROM system.main.glob(" + Quote(filepath.Dir(secret)+"/*") + ")",
		"SELECT * FROM system.main.parquet_metadata(" + Quote(forbidden) + ")", "SELECT * FROM " + Quote(secret),
		"SELECT * FROM " + ReadParquet([]string{filepath.Dir(allowed) + "/../" + filepath.Base(filepath.Dir(forbidden)) + "/" + filepath.Base(forbidden)}),
		"SELECT * FROM 'http://127.0.0.1:1/x.parquet'", "SELECT * FROM system.main.read_parquet('s3://b/x.parquet')", "SELECT * FROM system.main.read_text('/etc/passwd')",
	} {
		// It is refused, and not misunderstood.
		got, err := all(t.Context(), e, sql)
		if err == nil || !strings.Contains(err.Error(), "Permission Error") && !strings.Contains(err.Error(), "extension") &&
			!strings.Contains(err.Error(), "Macro parquet_scan() does not support") && !strings.Contains(err.Error(), "unavailable") {
			t.Errorf("%s gave %v, %v", sql, got, err)
		}
	}
}

func TestHidden(t *testing.T) {
	e := open(t, Config{Spill: filepath.Join(t.TempDir(), "spill")})
	for _, sql := range []string{
		"SELECT current_setting('temp_directory')", "SELECT version()", "SELECT current_database()", "SELECT getvariable('x')", "SELECT user()",
		"SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_functions()", "SELECT * FROM duckdb_databases()",
		"SELECT * FROM glob()", "SELECT write_log('x')",
	} {
		got, err := all(t.Context(), e, sql)
		if err == nil || !strings.Contains(err.Error(), "is not available") {
			t.Errorf("%s: %v, %v", sql, got, err)
		}
	}
	for _, sql := range []string{
		"SELECT getenv('PATH')", "SELECT * FROM read_csv('x')", "SELECT * FROM query('SELECT 1')", "SELECT * FROM arrow_scan(1, 2, 3)",
		"SELECT * FROM enable_logging(storage = 'file', storage_config = {'path': 'x'})", "SELECT * FROM glob('*')", "SELECT * FROM read_parquet('x')",
		"SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", "SELECT * FROM sniff_csv('x', sample_size = 1)",
	} {
		got, err := all(t.Context(), e, sql)
		if err == nil || !strings.Contains(err.Error(), "does not") && !strings.Contains(err.Error(), "not available") && !strings.Contains(err.Error(), "not supported") {
			t.Errorf("%s: %v, %v", sql, got, err)
		}
	}
}

// Every table function of this DuckDB is either hidden or known to be harmless.
func TestTableFunctionsAreKnown(t *testing.T) {
	harmless := strings.Fields("generate_series histogram histogram_values icu_calendar_names json_each json_tree pg_timezone_names range repeat repeat_row summary test_all_types test_vector_types unnest")
	e := open(t, Config{Plain: true})
	got, err := all(t.Context(), e, "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'table_macro') ORDER BY 1")
	if err != nil || len(got) < 50 {
		t.Fatalf("%d functions, %v", len(got), err)
	}
	for _, row := range got {
		if name := row[0].(string); !slices.Contains(harmless, name) && !slices.Contains(hiddenTables, name) {
			t.Errorf("%s is neither hidden nor harmless", name)
		}
	}
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	e := open(t, Config{Write: []string{dir}})
	for _, sql := range []string{
		"SET enable_external_access = true", "SET memory_limit = '1TB'", "SET threads = 64", "SET lock_configuration = false", "RESET memory_limit",
		"SET allowed_directories = ['/']", "INSTALL httpfs", "LOAD httpfs", "COPY (SELECT 1) TO " + Quote(filepath.Join(t.TempDir(), "x.csv")),
		"ATTACH " + Quote(filepath.Join(t.TempDir(), "x.db")),
	} {
		if err := e.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
	if err := e.Exec(t.Context(), "COPY (SELECT 1) TO "+Quote(filepath.Join(dir, "x.csv"))); err != nil {
		t.Error(err)
	}
}

const endless = "SELECT count(*) FROM range(100000000000) a(i), range(100000000000) b(j) WHERE hash(i + j) = 0"

func TestInterrupt(t *testing.T) {
	e := open(t, Config{Threads: 2})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if got, err := all(ctx, e, endless); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, %v", got, err)
	}
	// While rows are streamed.
	ctx, cancel = context.WithCancel(t.Context())
	rows, err := e.Query(ctx, "SELECT i FROM range(100000000000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rows.Next(); err != nil {
		t.Fatal(err)
	}
	cancel()
	for err == nil {
		_, err = rows.Next()
	}
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if _, err := all(ctx, e, "SELECT 1"); !errors.Is(err, context.Canceled) {
		t.Errorf("a query of a caller who is gone: %v", err)
	}
	if got, err := all(t.Context(), e, "SELECT 1"); err != nil || len(got) != 1 {
		t.Errorf("after an interruption: %v, %v", got, err)
	}
}

// A result is larger than the memory there is; it is never in memory as a whole.
func TestStreams(t *testing.T) {
	e := open(t, Config{MemoryLimit: 64 << 20, Threads: 2})
	rows, err := e.Query(t.Context(), "SELECT i, repeat('x', 1000) FROM range(1000000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for {
		row, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if row[0] != n {
			t.Fatalf("row %d is %v: the order is lost", n, row[0])
		}
		n++
	}
	if n != 1_000_000 {
		t.Errorf("%d rows", n)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	const hungry = "SELECT count(*) FROM (SELECT s, row_number() OVER (ORDER BY hash(i)) AS n FROM (SELECT i, repeat('x', 100) || i AS s FROM range(2000000) t(i))) WHERE n > 0 AND length(s) > 5"
	e := open(t, Config{MemoryLimit: 64 << 20, Threads: 1})
	var bad *Error
	if got, err := all(t.Context(), e, hungry); !errors.As(err, &bad) || bad.Kind != "Out of Memory" {
		t.Errorf("%v, %v", got, err)
	}
	spill := filepath.Join(t.TempDir(), "spill")
	e = open(t, Config{MemoryLimit: 64 << 20, Threads: 1, Spill: spill})
	if got, err := all(t.Context(), e, hungry); err != nil || got[0][0] != int64(2_000_000) {
		t.Errorf("with a folder to spill to: %v, %v", got, err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(spill); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the spill folder is still there: %v", err)
	}
}
