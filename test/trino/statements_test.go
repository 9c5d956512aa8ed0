package trino_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/query/sqltest"
	"github.com/cairntrail/cairn/internal/query/trino"
	"github.com/cairntrail/cairn/internal/trinosql"
)

var record = flag.Bool("record", false, "write Trino's answers into the statement files, instead of comparing them")

// statements are the files whose answers are the same on both engines.
const statements = "../../internal/query/testdata/*.slt"

// TestStatements runs the statements that Cairn's tests run on DuckDB: Trino gives the
// same rows, types and errors, for each statement as it is written, and again as Cairn
// writes it for Trino. What is marked as an extension is run the second way only.
func TestStatements(t *testing.T) {
	e := open(t)
	files, err := filepath.Glob(statements)
	check(t, err)
	if len(files) == 0 {
		t.Fatal("there are no statement files in", statements)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".slt")
		t.Run(name, func(t *testing.T) { runFile(t, e, file, "memory.cairn_"+strings.ReplaceAll(name, "-", "_")) })
	}
}

func runFile(t *testing.T, e *trino.Engine, file, schema string) {
	entries, err := sqltest.Read(file)
	check(t, err)
	ask(t, e, "DROP SCHEMA IF EXISTS "+schema+" CASCADE")
	ask(t, e, "CREATE SCHEMA "+schema)
	t.Cleanup(func() {
		// The test's own ctx has ended by now.
		rows, err := e.Query(context.Background(), "DROP SCHEMA IF EXISTS "+schema+" CASCADE") //nolint:usetesting // see above
		check(t, err)
		check(t, rows.Close())
	})
	in := open(t, func(c *trino.Config) { c.Schema = strings.TrimPrefix(schema, "memory.") })
	known := make(tables)
	for i := range entries {
		entry := &entries[i]
		switch {
		case entry.Kind == sqltest.Table:
			ask(t, in, "CREATE TABLE "+entry.Name+" AS "+entry.SQL)
			known.add(t, *entry)
		case *record && !entry.Extension:
			answer(t, in, entry)
		case !*record:
			if !entry.Extension {
				compare(t, in, filepath.Base(file), *entry)
			}
			if printed, ok := known.print(t, *entry); ok && !entry.Unlike {
				again := *entry
				again.SQL = printed
				compare(t, in, "as Cairn writes it: "+filepath.Base(file), again)
			}
		}
	}
	if *record {
		check(t, os.WriteFile(file, []byte(sqltest.Write(entries)), 0o644))
		return
	}
	t.Logf("%d entries", len(entries))
}

// tables is a catalog of the tables that a file makes.
type tables map[string]*trinosql.Table

func (c tables) Table(_ context.Context, name string) (*trinosql.Table, error) {
	if t, ok := c[strings.ToLower(name)]; ok {
		return t, nil
	}
	return nil, trinosql.ErrNoTable
}

func (c tables) check(t *testing.T, e sqltest.Entry) (*trinosql.Checked, error) {
	parsed, err := trinosql.Parse(e.SQL)
	if err != nil {
		return nil, err
	}
	return trinosql.Check(t.Context(), parsed, c, trinosql.Options{User: "cairn", Strict: !e.Extension})
}

func (c tables) add(t *testing.T, e sqltest.Entry) {
	t.Helper()
	checked, err := c.check(t, e)
	check(t, err)
	c[strings.ToLower(e.Name)] = &trinosql.Table{Name: e.Name, Columns: checked.Columns()}
}

// print is a statement as Cairn writes it for Trino; false for one that Cairn refuses, as
// the file may say.
func (c tables) print(t *testing.T, e sqltest.Entry) (string, bool) {
	t.Helper()
	checked, err := c.check(t, e)
	if err != nil {
		if e.Kind != sqltest.Error && !e.Unlike {
			t.Errorf("line %d: %s\nCairn refuses it: %v", e.Line, e.SQL, err)
		}
		return "", false
	}
	return checked.Trino(func(table string) string { return table }), true
}

// result is what a statement gave.
type result struct {
	types []string
	rows  [][]string
	err   error
}

// run runs a statement, and formats its rows.
func run(t *testing.T, e *trino.Engine, statement string) result {
	t.Helper()
	rows, err := e.Query(t.Context(), statement)
	if err != nil {
		return result{err: err}
	}
	defer func() { check(t, rows.Close()) }()
	var out result
	columns := rows.Columns()
	for _, c := range columns {
		out.types = append(out.types, c.Type.String())
	}
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			out.err = err
			return out
		}
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = sqltest.Cell(trinosql.Format(columns[i].Type, sorted(v)))
		}
		out.rows = append(out.rows, cells)
	}
}

func compare(t *testing.T, e *trino.Engine, file string, entry sqltest.Entry) {
	t.Helper()
	got := run(t, e, entry.SQL)
	if entry.Kind == sqltest.Error {
		if code := errorName(got.err); code != entry.Name {
			t.Errorf("%s:%d: %s\nthe error is %s (%v), want %s", file, entry.Line, entry.SQL, code, got.err, entry.Name)
		}
		return
	}
	if got.err != nil {
		t.Errorf("%s:%d: %s\nit fails: %s: %v", file, entry.Line, entry.SQL, errorName(got.err), got.err)
		return
	}
	if want := strings.Join(entry.Types, "; "); entry.Types != nil && strings.Join(got.types, "; ") != want {
		t.Errorf("%s:%d: %s\nthe types are %s\nwant %s", file, entry.Line, entry.SQL, strings.Join(got.types, "; "), want)
	}
	if d := entry.Compare(got.rows); d != "" {
		if !close(result{types: got.types, rows: entry.Rows}, got) {
			t.Errorf("%s:%d: %s\n%s", file, entry.Line, entry.SQL, d)
		}
	}
}

// answer puts Trino's answer into an entry.
func answer(t *testing.T, e *trino.Engine, entry *sqltest.Entry) {
	t.Helper()
	got := run(t, e, entry.SQL)
	entry.Types, entry.Rows = nil, nil
	if got.err != nil {
		entry.Kind, entry.Name, entry.Sorted = sqltest.Error, errorName(got.err), false
		if entry.Name == "" {
			t.Fatal(got.err)
		}
		return
	}
	entry.Kind, entry.Name, entry.Types, entry.Rows = sqltest.Query, "", got.types, got.rows
	entry.Sorted = entry.Sorted || len(got.rows) > 1 && !strings.Contains(strings.ToUpper(entry.SQL), "ORDER BY")
}

// errorName is the name of a statement's error; empty for none and for others.
func errorName(err error) string {
	var said *trinosql.Error
	if !errors.As(err, &said) {
		return ""
	}
	return string(said.Code)
}
