package query_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/query/sqltest"
	"github.com/cairntrail/cairn/internal/trinosql"
	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// now is the current time of all statements.
var now = time.Date(2024, 3, 15, 12, 34, 56, 789e6, time.UTC)

// tables is a catalog of what the files make.
type tables map[string]*trinosql.Table

func (c tables) Table(_ context.Context, name string) (*trinosql.Table, error) {
	if t, ok := c[strings.ToLower(name)]; ok {
		return t, nil
	}
	return nil, trinosql.ErrNoTable
}

// TestStatements runs the statements in testdata on DuckDB. What they have to answer is
// what a Trino server answered: test/trino records it, and compares again.
func TestStatements(t *testing.T) {
	files, err := filepath.Glob("testdata/*.slt")
	if err != nil || len(files) == 0 {
		t.Fatal("no statements to test", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".slt"), func(t *testing.T) {
			entries, err := sqltest.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			r := &runner{t: t, path: path, catalog: make(tables)}
			r.engine, err = duck.Open(t.Context(), duck.Config{
				Functions: trinosql.Functions(), Macros: trinosql.Macros(), Setup: r.makeTables(entries), Threads: 1,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer r.engine.Close()
			for _, e := range entries {
				switch {
				case e.Unlike:
					r.unlike(e)
				case e.Kind != sqltest.Table:
					r.run(e)
				}
			}
		})
	}
}

type runner struct {
	t       *testing.T
	path    string
	catalog tables
	engine  *duck.Engine
}

func (r *runner) check(e sqltest.Entry) (*trinosql.Checked, error) {
	stmt, err := trinosql.Parse(e.SQL)
	if err != nil {
		return nil, err
	}
	return trinosql.Check(r.t.Context(), stmt, r.catalog, trinosql.Options{Now: now, User: "cairn", Strict: !e.Extension})
}

func (r *runner) fail(e sqltest.Entry, format string, args ...any) {
	r.t.Helper()
	r.t.Errorf("%s:%d: %s\n%s", r.path, e.Line, e.SQL, fmt.Sprintf(format, args...))
}

// makeTables are the statements that make the tables of a file.
func (r *runner) makeTables(entries []sqltest.Entry) []string {
	var setup []string
	for _, e := range entries {
		if e.Kind != sqltest.Table {
			continue
		}
		checked, err := r.check(e)
		if err != nil {
			r.fail(e, "%v", err)
			continue
		}
		table := &trinosql.Table{Name: e.Name, Columns: checked.Columns()}
		var columns []string
		for i, c := range table.Columns {
			columns = append(columns, fmt.Sprintf("\"c%d\" AS %q", i+1, strings.ToLower(c.Name)))
		}
		setup = append(setup, fmt.Sprintf("CREATE TABLE %q AS SELECT %s FROM (%s)", e.Name, strings.Join(columns, ", "), checked.DuckDB()))
		r.catalog[strings.ToLower(e.Name)] = table
	}
	return setup
}

func (r *runner) run(e sqltest.Entry) {
	r.t.Helper()
	checked, err := r.check(e)
	var rows [][]string
	text := ""
	if err == nil {
		text = checked.DuckDB()
		rows, err = r.query(checked)
	}
	if e.Kind == sqltest.Error {
		var te *trinosql.Error
		switch {
		case err == nil:
			r.fail(e, "gives %v, and not the error %s\n%s", rows, e.Name, text)
		case !errors.As(err, &te) || string(te.Code) != e.Name:
			r.fail(e, "fails with %s, and not with %s", describe(err), e.Name)
		}
		return
	}
	if err != nil {
		r.fail(e, "%s\n%s", describe(err), text)
		return
	}
	if have, want := types(checked), strings.Join(e.Types, "; "); want != "" && have != want {
		r.fail(e, "has the types %s, want %s", have, want)
	}
	if diff := e.Compare(rows); diff != "" && !r.close(e, checked, rows) {
		r.fail(e, "%s\n%s", diff, text)
	}
}

// unlike makes sure that an entry about a difference is still about one.
func (r *runner) unlike(e sqltest.Entry) {
	r.t.Helper()
	checked, err := r.check(e)
	var rows [][]string
	if err == nil {
		rows, err = r.query(checked)
	}
	var te *trinosql.Error
	switch {
	case err != nil && !errors.As(err, &te):
		r.fail(e, "%s", describe(err))
	case e.Kind == sqltest.Error && err != nil && string(te.Code) == e.Name,
		e.Kind == sqltest.Query && err == nil && types(checked) == strings.Join(e.Types, "; ") && e.Compare(rows) == "":
		r.fail(e, "the answer is like Trino's: take away the word unlike")
	}
}

// types are the types of a result, as files have them.
func types(checked *trinosql.Checked) string {
	var out []string
	for _, c := range checked.Columns() {
		out = append(out, c.Type.String())
	}
	return strings.Join(out, "; ")
}

// close says whether rows differ in nothing but the last digits of floating point numbers,
// which depend on the order of additions and on the mathematical library.
func (r *runner) close(e sqltest.Entry, checked *trinosql.Checked, rows [][]string) bool {
	if len(rows) != len(e.Rows) {
		return false
	}
	for i, row := range rows {
		for j, have := range row {
			kind := checked.Columns()[j].Type.Kind
			a, err1 := strconv.ParseFloat(have, 64)
			b, err2 := strconv.ParseFloat(e.Rows[i][j], 64)
			near := err1 == nil && err2 == nil && (kind == trinosql.DoubleKind || kind == trinosql.RealKind) && math.Abs(a-b) <= 1e-12*math.Abs(b)
			if have != e.Rows[i][j] && !near {
				return false
			}
		}
	}
	return true
}

// describe is an error with its code and cause.
func describe(err error) string {
	var e *trinosql.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v (%v)", e.Code, e, e.Cause)
	}
	return fmt.Sprintf("%s: %v", e.Code, e)
}

// query runs a statement and returns its rows as files have them.
func (r *runner) query(checked *trinosql.Checked) (out [][]string, err error) {
	rows, err := r.engine.Query(r.t.Context(), checked.DuckDB())
	if err != nil {
		return nil, trinosql.EngineError(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, trinosql.EngineError(err)
		}
		cells := make([]string, len(row))
		for i, v := range row {
			t := checked.Columns()[i].Type
			cells[i] = sqltest.Cell(trinosql.Format(t, sortMaps(t, v)))
		}
		out = append(out, cells)
	}
}

// sortMaps puts the entries of maps in an order, which they have none of: that of their
// keys' texts.
func sortMaps(t trinosql.Type, v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = sortMaps(t.Elems[0], v[i])
		}
	case value.Row:
		for i := range v {
			if i < len(t.Elems) {
				v[i] = sortMaps(t.Elems[i], v[i])
			}
		}
	case value.Map:
		for i := range v {
			v[i].Value = sortMaps(t.Elems[1], v[i].Value)
		}
		key := func(i int) string { s, _ := trinosql.Format(t.Elems[0], v[i].Key); return s }
		sort.SliceStable(v, func(i, j int) bool { return key(i) < key(j) })
	}
	return v
}
