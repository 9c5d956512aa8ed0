package table

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// files lists the files of the table's folder that end so.
func (h *house) files(ending string) (out []string) {
	h.Helper()
	err := filepath.WalkDir(filepath.Join(h.w.storage.root, store), func(name string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ending) {
			out = append(out, name)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.Fatal(err)
	}
	return out
}

func TestRetention(t *testing.T) {
	now := time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)
	h := newHouse(t, func(c *Config) { c.Now = func() time.Time { return now } })
	sequence := uint64(0)
	byDay := make(map[int][][]byte)
	for d := range 8 { // days ago, at 06:00 and at 18:00
		for _, hour := range []int{-6, 6} {
			sequence++
			batch := records(sequence, 20, 1, now.AddDate(0, 0, -d-1).Add(time.Duration(hour)*time.Hour))
			byDay[d+1] = append(byDay[d+1], batch...)
			h.append(batch, sequence)
		}
	}
	count := func(want int64) {
		t.Helper()
		if got := h.value("SELECT count(*) FROM t"); got != want {
			t.Errorf("%v events, want %d", got, want)
		}
	}
	count(320)
	set := func(days int) {
		t.Helper()
		if err := h.t.SetRetention(t.Context(), time.Duration(days)*24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	upkeep := func() {
		t.Helper()
		if err := h.t.upkeep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	set(7)
	count(7*40 - 20) // at once; of the seventh day the evening
	if n := h.t.Stats().Files; n != 16 {
		t.Errorf("%d files before the upkeep", n)
	}
	upkeep()
	count(7*40 - 20)
	if s := h.t.Stats(); s.Rows >= 320 {
		t.Errorf("after the upkeep the table has still %d rows", s.Rows)
	}
	set(3)
	count(3*40 - 20)
	h.reopen()
	set(3) // as the service says at each start
	count(3*40 - 20)
	upkeep()
	count(3*40 - 20)
	now = now.Add(6 * time.Hour)
	count(2*40 + 20) // an event of just then stays
	set(100)         // what is gone stays gone, what only was not shown is shown again
	upkeep()
	if got := h.value("SELECT count(*) FROM t").(int64); got > 3*40 || got < 2*40 {
		t.Errorf("%d events", got)
	}
}

func TestFilesThatNobodyNeeds(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Grace = time.Nanosecond })
	var events [][]byte
	for i := range 9 {
		batch := records(uint64(i), 50, 1, start)
		events = append(events, batch...)
		h.append(batch, uint64(i+1))
	}
	p, err := h.t.Plan(time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	// What a crash left.
	orphan := filepath.Join(filepath.Dir(p.Files[0]), "left-behind.parquet")
	if err := os.WriteFile(orphan, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	metadata := len(h.files(".avro"))
	upkeep := func() {
		t.Helper()
		if err := h.t.upkeep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	upkeep()
	if n := h.t.Stats().Files; n != 1 {
		t.Fatalf("%d files after a merge", n)
	}
	if _, err := os.Stat(orphan); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what a crash left is still there: %v", err)
	}
	// The plan is of before the merge, and reads.
	rows, err := run(t.Context(), p, "SELECT count(*) FROM t")
	if err != nil || rows[0][0] != int64(450) {
		t.Errorf("a plan of before a merge: %v, %v", rows, err)
	}
	if n := len(h.files(".parquet")); n != 10 {
		t.Errorf("%d data files while a plan has 9, want 10", n)
	}
	p.Release()
	p.Release()
	upkeep()
	if n := len(h.files(".parquet")); n != 1 {
		t.Errorf("%d data files when nobody reads, want 1", n)
	}
	if n := len(h.files(".avro")); n >= metadata {
		t.Errorf("%d files of metadata, before %d", n, metadata)
	}
	if n := len(h.t.mu.table.Metadata().Snapshots()); n != 1 {
		t.Errorf("%d snapshots", n)
	}
	h.check(events)
	h.reopen()
	h.check(events)
}

func TestDrop(t *testing.T) {
	h := newHouse(t, nil)
	h.append(records(1, 10, 1, start), 1)
	old := h.t
	for range 2 {
		if err := h.w.Drop(t.Context(), store); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Append(t.Context(), records(2, 10, 1, start), 2); !errors.Is(err, ErrNoTable) {
		t.Errorf("an append to a table that is dropped: %v", err)
	}
	if _, err := h.w.Plan(t.Context(), store, time.Time{}, time.Time{}); !errors.Is(err, ErrNoTable) {
		t.Errorf("a plan of a table that is dropped: %v", err)
	}
	if n := len(h.files("")); n != 0 {
		t.Errorf("%d files are left", n)
	}
	h.reopen() // makes it again
	h.check(nil)
	if h.t.Sequence() != 0 {
		t.Errorf("a new table begins at %d", h.t.Sequence())
	}
}

func TestSpecs(t *testing.T) {
	h := newHouse(t, nil)
	for _, bad := range []Spec{{ID: "", Category: "Data"}, {ID: "../x", Category: "Data"}, {ID: "x", Category: "Nothing"}} {
		if _, err := h.w.Table(t.Context(), bad); err == nil {
			t.Errorf("%+v has a table", bad)
		}
	}
	if _, err := Open(t.Context(), Config{Catalog: "x", Root: "y", Warehouse: "/z"}); err == nil {
		t.Error("a warehouse that is no URI was opened")
	}
}
