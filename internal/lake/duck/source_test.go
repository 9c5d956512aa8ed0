package duck

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/lake/shred"
	"github.com/cairntrail/cairn/internal/trinosql"
)

func TestSource(t *testing.T) {
	columns := []trinosql.Column{
		{Name: "eventtime", Type: trinosql.Timestamp}, {Name: "eventname", Type: trinosql.Varchar}, {Name: "eventjson", Type: trinosql.Varchar},
		{Name: "requestparameters", Type: trinosql.Map(trinosql.Varchar, trinosql.Varchar)},
		{Name: "resources", Type: trinosql.Array(trinosql.Row([]string{"arn"}, []trinosql.Type{trinosql.Varchar}))},
		{Name: "useridentity", Type: trinosql.MustParseType("row(type varchar, sessioncontext row(attributes row(creationdate timestamp(3))))")},
		{Name: "readonly", Type: trinosql.Boolean},
	}
	begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	// Rows of all lengths: text in place and not, lists that are empty, and NULLs.
	raw := func(i int) string {
		switch i % 4 {
		case 0:
			return fmt.Sprintf(`{"eventName":"%s"}`, strings.Repeat("n", i%40))
		case 1:
			return fmt.Sprintf(`{"requestParameters":{"%d":"v\n","k":null},"resources":[{"arn":"a%d"},null]}`, i, i)
		case 2:
			return `{"readOnly":true,"requestParameters":{},"resources":[],"userIdentity":{"type":"Root","sessionContext":{"attributes":{"creationDate":"2023-07-10T11:45:00Z"}}}}`
		}
		return `{}`
	}
	const rows = 3*ChunkRows + 7
	next := func() Source {
		s, i := shred.New(columns), 0
		return func() (*shred.Chunk, error) {
			if i == rows {
				return nil, nil
			}
			s.Reset()
			for n := 0; n < ChunkRows && i < rows; n++ {
				s.Add([]byte(raw(i)), begin.Add(time.Duration(i)*time.Millisecond))
				i++
			}
			return s.Chunk(), nil
		}
	}
	e := open(t, Config{Write: []string{t.TempDir()}})
	if err := e.AddSource(t.Context(), "events", columns, next()); err != nil {
		t.Fatal(err)
	}
	if err := e.Exec(t.Context(), "CREATE TABLE kept AS SELECT * FROM events()"); err != nil {
		t.Fatal(err)
	}
	got, err := all(t.Context(), e, `SELECT eventjson, epoch_ms(eventtime), eventname, requestparameters::VARCHAR, resources::VARCHAR,
		useridentity.type, useridentity.sessioncontext.attributes.creationdate, readonly FROM kept`)
	if err != nil || len(got) != rows {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	for i, row := range got {
		want := []any{raw(i), begin.UnixMilli() + int64(i), nil, nil, nil, nil, nil, nil}
		switch i % 4 {
		case 0:
			want[2] = strings.Repeat("n", i%40)
		case 1:
			want[3], want[4] = fmt.Sprintf("{%d='v\n', k=NULL}", i), fmt.Sprintf("[{'arn': a%d}, NULL]", i)
		case 2:
			want[3], want[4], want[5], want[6], want[7] = "{}", "[]", "Root", time.Date(2023, 7, 10, 11, 45, 0, 0, time.UTC), true
		}
		if !reflect.DeepEqual(row, want) {
			t.Fatalf("row %d is %#v, want %#v", i, row, want)
		}
	}
}

func TestSourceFails(t *testing.T) {
	columns := []trinosql.Column{{Name: "eventtime", Type: trinosql.Timestamp}}
	e := open(t, Config{Write: []string{t.TempDir()}})
	for name, next := range map[string]Source{
		"no more today":                func() (*shred.Chunk, error) { return nil, errors.New("no more today") },
		"BUG: index out of range":      func() (*shred.Chunk, error) { var none []int; return nil, fmt.Errorf("%d", none[len(none)]) },
		"a chunk of 0 rows":            func() (*shred.Chunk, error) { return shred.New(columns).Chunk(), nil },
		"a chunk of 1 rows and 0 colu": func() (*shred.Chunk, error) { return &shred.Chunk{Rows: 1}, nil },
	} {
		source := fmt.Sprintf("s%d", len(name))
		if err := e.AddSource(t.Context(), source, columns, next); err != nil {
			t.Fatal(err)
		}
		text := strings.TrimPrefix(name, "BUG: ")
		if got, err := all(t.Context(), e, "SELECT * FROM "+source+"()"); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, %v, want %s", got, err, text)
		}
	}
	if err := open(t, Config{}).AddSource(t.Context(), "s", columns, nil); err == nil {
		t.Error("an engine that reads has a source")
	}
}

// What is merged is what sorting gives, ties in the order of the inputs.
func TestMerge(t *testing.T) {
	const each = 7000
	query := func(input int) string {
		times := []string{
			"i / 3",                       // runs of equal times
			"2000 + i // 5",               // beside and above the first
			"i + 100000",                  // after all others
			"CASE WHEN i < 10 THEN 0 END", // few rows
			"5",                           // all at once
			"i * 20",
		}[input]
		where := ""
		if input == 3 {
			where = " WHERE i < 10"
		}
		return fmt.Sprintf(`SELECT make_timestamp((%s)::BIGINT) AS ts, %d AS input, i, repeat('x', i %% 30) AS s, [i, i + 1][:i %% 3] AS l,
			MAP {'k' || i: i, 'j': NULL} AS m, {'a': [{'b': i}], 'c': CASE WHEN i %% 2 = 0 THEN 'even' END} AS r FROM range(%d) t(i)%s ORDER BY ts, i`,
			strings.Replace(times, "i / 3", "i // 3", 1), input, each, where)
	}
	for _, inputs := range [][]int{{0}, {0, 1}, {0, 1, 2, 3, 4, 5}, {4, 4}} {
		e := open(t, Config{Write: []string{t.TempDir()}})
		var results []*Rows
		var parts []string
		for _, n := range inputs {
			r, err := open(t, Config{Threads: 1}).Query(t.Context(), query(n))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = r.Close() })
			results = append(results, r)
			parts = append(parts, "("+query(n)+")")
		}
		if err := e.AddMerge(t.Context(), "merged", results, "ts"); err != nil {
			t.Fatal(err)
		}
		if err := e.Exec(t.Context(), "CREATE TABLE merged AS SELECT * FROM merged()"); err != nil {
			t.Fatal(err)
		}
		got, err := all(t.Context(), e, "SELECT * FROM merged")
		if err != nil {
			t.Fatal(err)
		}
		want, err := all(t.Context(), e, "SELECT * FROM ("+strings.Join(parts, " UNION ALL ")+") ORDER BY ts, input, i")
		if err != nil {
			t.Fatal(err)
		}
		if inputs[0] == 4 { // the same input twice: first all rows of the one
			want = append(pick(want, 0), pick(want, 1)...)
		}
		if len(got) != len(want) {
			t.Fatalf("%v: %d rows, want %d", inputs, len(got), len(want))
		}
		for i := range got {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("%v: row %d is %v, want %v", inputs, i, got[i], want[i])
			}
		}
	}
}

// pick is every other row.
func pick(rows [][]any, first int) (out [][]any) {
	for i := first; i < len(rows); i += 2 {
		out = append(out, rows[i])
	}
	return out
}

func TestMergeFails(t *testing.T) {
	input := func(ctx context.Context, sql string) *Rows {
		r, err := open(t, Config{Threads: 1}).Query(ctx, sql)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close() })
		return r
	}
	e := open(t, Config{Write: []string{t.TempDir()}})
	if err := e.AddMerge(t.Context(), "m", []*Rows{input(t.Context(), "SELECT 1 AS ts")}, "ts"); err == nil {
		t.Error("a merge by a number")
	}
	if err := e.AddMerge(t.Context(), "m", nil, "ts"); err == nil {
		t.Error("a merge of nothing")
	}
	// An input that fails on its way.
	bad := "SELECT make_timestamp(i) AS ts, CAST(CASE WHEN i = 2900000 THEN 'x' ELSE '1' END AS INTEGER) AS n FROM range(3000000) t(i)"
	if err := e.AddMerge(t.Context(), "late", []*Rows{input(t.Context(), bad), input(t.Context(), strings.Replace(bad, "2900000", "-1", 1))}, "ts"); err != nil {
		t.Fatal(err)
	}
	if got, err := all(t.Context(), e, "SELECT count(*) FROM late()"); err == nil || !strings.Contains(err.Error(), "'x'") {
		t.Errorf("%v, %v", got, err)
	}
	// An input whose caller is gone.
	ctx, cancel := context.WithCancel(t.Context())
	gone := input(ctx, "SELECT make_timestamp(i) AS ts FROM range(100000000) t(i)")
	if err := e.AddMerge(t.Context(), "gone", []*Rows{gone}, "ts"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if got, err := all(t.Context(), e, "SELECT count(*) FROM gone()"); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("%v, %v", got, err)
	}
}
