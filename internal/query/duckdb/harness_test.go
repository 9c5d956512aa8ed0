package duckdb

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/synth"
	"github.com/cairntrail/cairn/internal/trinosql"
)

const (
	storeA = "aaaaaaaa-1111-4111-8111-111111111111"
	storeB = "bbbbbbbb-2222-4222-8222-222222222222"
	// storeNew has no table yet.
	storeNew = "cccccccc-3333-4333-8333-333333333333"
)

// lake is a warehouse with tables, and an engine over it.
type lake struct {
	t      testing.TB
	w      *table.Warehouse
	engine *Engine
	dir    string
	now    time.Time
	// catalog, if set, finds stores instead of the lake itself; params are what
	// stands for question marks.
	catalog trinosql.Catalog
	params  []string
}

func newLake(t testing.TB, cfg Config) *lake {
	t.Helper()
	dir := t.TempDir()
	w, err := table.Open(t.Context(), table.Config{Catalog: filepath.Join(dir, "lake.db"), Warehouse: "s3://tables", Root: filepath.Join(dir, "root"), Spill: filepath.Join(dir, "spill")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return &lake{t: t, w: w, engine: New(w, cfg), dir: dir, now: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)}
}

// fill appends records to a store's table, which is made, in several commits.
func (l *lake) fill(id string, records [][]byte, commits int) {
	l.t.Helper()
	t, err := l.w.Table(l.t.Context(), table.Spec{ID: id, Category: selector.Management})
	if err != nil {
		l.t.Fatal(err)
	}
	for i := range commits {
		part := records[len(records)*i/commits : len(records)*(i+1)/commits]
		if err := t.Append(l.t.Context(), part, t.Sequence()+1); err != nil {
			l.t.Fatal(err)
		}
	}
}

// Table implements trinosql.Catalog.
func (l *lake) Table(_ context.Context, name string) (*trinosql.Table, error) {
	columns, err := schema.Columns(selector.Management)
	if name != storeA && name != storeB && name != storeNew {
		err = fmt.Errorf("there is no store %s", name)
	}
	return &trinosql.Table{Name: name, Columns: columns}, err
}

// job checks a statement.
func (l *lake) job(sql string) (query.Job, error) {
	stmt, err := trinosql.Parse(sql, l.params...)
	if err != nil {
		return query.Job{}, err
	}
	var catalog trinosql.Catalog = l
	if l.catalog != nil {
		catalog = l.catalog
	}
	checked, err := trinosql.Check(l.t.Context(), stmt, catalog, trinosql.Options{Now: l.now, EventDataStore: storeA})
	if err != nil {
		return query.Job{}, err
	}
	id := uuid.NewString()
	job := query.Job{ID: id, Statement: checked, Scratch: filepath.Join(l.dir, "scratch", id)}
	for _, use := range checked.Tables() {
		job.Stores = append(job.Stores, query.Store{ID: use.Table.Name, Category: selector.Management, From: use.From, To: use.To})
	}
	return job, nil
}

// ask runs a statement to its end. Rows are lines of values with | between.
func (l *lake) ask(ctx context.Context, sql string) (lines []string, stats query.Statistics, err error) {
	job, err := l.job(sql)
	if err != nil {
		return nil, stats, err
	}
	rows, err := l.engine.Run(ctx, job)
	if err != nil {
		return nil, stats, err
	}
	defer func() {
		err = errors.Join(err, rows.Close())
		if _, gone := os.Stat(job.Scratch); !errors.Is(gone, fs.ErrNotExist) {
			l.t.Errorf("%s: the scratch folder is left", sql)
		}
	}()
	columns := job.Statement.Columns()
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return lines, rows.Statistics(), nil
		}
		if err != nil {
			return lines, rows.Statistics(), err
		}
		cells := make([]string, len(row))
		for i, v := range row {
			text, ok := trinosql.Format(columns[i].Type, v)
			if cells[i] = text; !ok {
				cells[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
}

// want checks the rows of a statement.
func (l *lake) want(sql string, want ...string) query.Statistics {
	l.t.Helper()
	got, stats, err := l.ask(l.t.Context(), sql)
	if err != nil {
		l.t.Errorf("%s: %v", sql, err)
	} else if strings.Join(got, "\n") != strings.Join(want, "\n") {
		l.t.Errorf("%s:\n%s\nwant\n%s", sql, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return stats
}

// made are records that never happened, one a second.
func made(n int, start time.Time) [][]byte {
	g := synth.New(synth.Config{Seed: 1, Start: start, PerSecond: 1})
	out := make([][]byte, n)
	for i := range out {
		out[i], _ = g.Next(nil)
	}
	return out
}

// realRecords are those of the folder that CAIRN_REAL_DATA names.
func realRecords(t testing.TB) (out [][]byte) {
	t.Helper()
	dir := os.Getenv("CAIRN_REAL_DATA")
	if dir == "" {
		t.Skip("CAIRN_REAL_DATA names no folder of log files")
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(strings.TrimSuffix(name, ".gz"), ".json") {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		var in io.Reader = bufio.NewReader(f)
		if strings.HasSuffix(name, ".gz") {
			if in, err = gzip.NewReader(in); err != nil {
				return err
			}
		}
		var file struct{ Records []json.RawMessage }
		if err := json.NewDecoder(in).Decode(&file); err != nil {
			return err
		}
		for _, r := range file.Records {
			out = append(out, r)
		}
		return nil
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%d records, %v", len(out), err)
	}
	return out
}
