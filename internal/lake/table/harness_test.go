package table

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/synth"
)

const store = "11111111-2222-3333-4444-555555555555"

// house is a warehouse in a folder, which can be closed and opened again.
type house struct {
	testing.TB
	dir string
	cfg Config
	w   *Warehouse
	t   *Table
}

func newHouse(t testing.TB, set func(*Config)) *house {
	t.Helper()
	h := &house{TB: t, dir: t.TempDir()}
	h.cfg = Config{
		Catalog: filepath.Join(h.dir, "catalog.db"), Warehouse: "s3://tables/lake", Root: filepath.Join(h.dir, "root"),
		Spill: filepath.Join(h.dir, "spill"),
	}
	if set != nil {
		set(&h.cfg)
	}
	h.open()
	t.Cleanup(func() {
		if err := h.w.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *house) spec() Spec { return Spec{ID: store, Category: "Management"} }

// open opens the warehouse and the table.
func (h *house) open() {
	h.Helper()
	var err error
	if h.w, err = Open(h.Context(), h.cfg); err != nil {
		h.Fatal(err)
	}
	if h.t, err = h.w.Table(h.Context(), h.spec()); err != nil {
		h.Fatal(err)
	}
}

// reopen opens everything again, as after a stop or a crash.
func (h *house) reopen() {
	h.Helper()
	if err := h.w.Close(); err != nil {
		h.Fatal(err)
	}
	h.open()
}

func (h *house) append(events [][]byte, sequence uint64) {
	h.Helper()
	if err := h.t.Append(h.Context(), events, sequence); err != nil {
		h.Fatal(err)
	}
}

// ask runs a query over the view "t" of the events between two times.
func (h *house) ask(from, to time.Time, query string) ([][]any, *Plan) {
	h.Helper()
	p, err := h.w.Plan(h.Context(), store, from, to)
	if err != nil {
		h.Fatal(err)
	}
	defer p.Release()
	rows, err := run(h.Context(), p, query)
	if err != nil {
		h.Fatalf("%s: %v", query, err)
	}
	return rows, p
}

func run(ctx context.Context, p *Plan, query string) (out [][]any, err error) {
	e, err := duck.Open(ctx, duck.Config{Files: p.Files, Setup: []string{p.View("t")}, Threads: 2})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	rows, err := e.Query(ctx, query)
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
			return nil, err
		}
		out = append(out, slices.Clone(row))
	}
}

func (h *house) value(query string) any {
	h.Helper()
	rows, _ := h.ask(time.Time{}, time.Time{}, query)
	if len(rows) != 1 || len(rows[0]) != 1 {
		h.Fatalf("%s gave %v", query, rows)
	}
	return rows[0][0]
}

// check reads the whole table: every record is there once, byte by byte, in the right
// file, and the sums that are kept are right.
func (h *house) check(want [][]byte) {
	h.Helper()
	rows, p := h.ask(time.Time{}, time.Time{}, "SELECT eventjson, eventjsonchecksum = sha256(eventjson) FROM t")
	got := make(map[string]int)
	for _, row := range rows {
		got[row[0].(string)]++
		if row[1] != true {
			h.Errorf("the checksum of %s is wrong", row[0])
		}
	}
	for _, raw := range want {
		if got[string(raw)] == 0 {
			h.Errorf("%s is missing or there too seldom", raw)
		}
		got[string(raw)]--
	}
	for raw, n := range got {
		if n > 0 {
			h.Errorf("%s is there %d times too often", raw, n)
		}
	}
	s := h.t.Stats()
	if s.Rows != int64(len(want)) || p.Rows != s.Rows || p.Bytes != s.Bytes || len(p.Files) != s.Files {
		h.Errorf("the table says %+v, the plan %d rows, %d bytes, %d files; there are %d events", s, p.Rows, p.Bytes, len(p.Files), len(want))
	}
	for _, f := range h.t.list() {
		one := &Plan{Files: []string{f.path}, Columns: h.t.Columns()}
		rows, err := run(h.Context(), one, "SELECT count(*), epoch_us(min(eventtime)), epoch_us(max(eventtime)), coalesce(bool_and(ordered), true) FROM (SELECT eventtime, eventtime >= coalesce(lag(eventtime) OVER (), eventtime) AS ordered FROM t)")
		if err != nil {
			h.Fatal(err)
		}
		info, err := os.Stat(f.path)
		if err != nil {
			h.Fatal(err)
		}
		if !slices.Equal(rows[0], []any{f.rows, f.first, f.last, true}) || info.Size() != f.bytes || dayOf(f.first) != f.day || dayOf(f.last) != f.day {
			h.Errorf("file %s has %v and %d bytes, the table says %d rows, %d to %d, day %d, %d bytes", f.path, rows[0], info.Size(), f.rows, f.first, f.last, f.day, f.bytes)
		}
	}
}

// records makes n records, so many a second from a time on.
func records(seed uint64, n, perSecond int, start time.Time) [][]byte {
	g := synth.New(synth.Config{Seed: seed, Start: start, PerSecond: perSecond})
	out := make([][]byte, n)
	for i := range out {
		out[i], _ = g.Next(nil)
	}
	return out
}

var start = time.Date(2026, 11, 1, 22, 0, 0, 0, time.UTC)

// openLog opens a log file, compressed or not.
func openLog(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil || filepath.Ext(name) != ".gz" {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}
