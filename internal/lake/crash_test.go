package lake

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/synth"
)

// TestCrashAtEachStep puts together what a crash at each step of a flush and of
// a merge leaves on disk, and starts on it: every event is there, once, and no
// file is left over.
func TestCrashAtEachStep(t *testing.T) {
	const n = 300
	recs := records(n, synth.Config{Seed: 5, Start: time.Now().Add(-time.Hour)})
	h := newHouse(t, func(c *HistoryConfig) { c.FlushRows = 1 << 20 })
	h.append(recs...)
	unflushed := copyOf(t, h.dir)
	h.stop()
	flushed := copyOf(t, h.dir)

	f := func(name string, parts ...[2]string) {
		t.Run(name, func(t *testing.T) {
			again := newHouse(t, nil)
			again.stop()
			if err := os.RemoveAll(again.dir); err != nil {
				t.Fatal(err)
			}
			for _, p := range parts {
				overlay(t, filepath.Join(p[0], p[1]), filepath.Join(again.dir, p[1]))
			}
			again.start()
			checkOnce(t, again, n)
			again.append(recs...) // known, whatever the crash left
			checkOnce(t, again, n)
			again.stop()
			again.start()
			checkOnce(t, again, n)
			again.history.maintaining.Lock() // no merge is halfway
			defer again.history.maintaining.Unlock()
			left, err := filepath.Glob(filepath.Join(again.dir, "history", "*"))
			if err != nil {
				t.Fatal(err)
			}
			if want := 2 * len(again.history.mu.files); len(left) != want {
				t.Errorf("%d files on disk, the manifest has %d", len(left), want)
			}
		})
	}
	store := func(dir string) [][2]string {
		return [][2]string{{dir, "state.db"}, {dir, "state.db-wal"}, {dir, "state.db-shm"}}
	}
	with := func(first [][2]string, more ...[2]string) [][2]string { return append(first, more...) }
	f("flush, before the files", with(store(unflushed), [2]string{unflushed, "journal"})...)
	f("flush, before the commit", with(store(unflushed), [2]string{unflushed, "journal"}, [2]string{flushed, "history"})...)
	f("flush, before the release", with(store(flushed), [2]string{unflushed, "journal"}, [2]string{flushed, "history"})...)
	f("flush, done", with(store(flushed), [2]string{flushed, "journal"}, [2]string{flushed, "history"})...)

	m := newHouse(t, func(c *HistoryConfig) { c.FlushRows = n / (2 * mergeWidth) })
	m.history.maintaining.Lock() // no merge before the copy
	for i := 0; i < n; i += n / (2 * mergeWidth) {
		m.append(recs[i:min(n, i+n/(2*mergeWidth))]...)
	}
	m.history.maintaining.Unlock()
	m.stop()
	m.change = func(c *HistoryConfig) { c.FlushRows = 1 << 20 }
	before := copyOf(t, m.dir)
	m.start()
	if err := m.history.maintain(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	m.stop()
	merged := copyOf(t, m.dir)
	f("merge, before the commit", with(store(before), [2]string{before, "journal"}, [2]string{before, "history"}, [2]string{merged, "history"})...)
	f("merge, before the old files are removed", with(store(merged), [2]string{merged, "journal"}, [2]string{before, "history"}, [2]string{merged, "history"})...)
	f("merge, done", with(store(merged), [2]string{merged, "journal"}, [2]string{merged, "history"})...)
}

func checkOnce(t *testing.T, h *house, want int) {
	t.Helper()
	h.settle()
	seen := make(map[string]bool)
	for _, e := range h.all(LookupQuery{}) {
		if seen[e.EventID] {
			t.Errorf("event %s is there twice", e.EventID)
		}
		seen[e.EventID] = true
	}
	if len(seen) != want {
		t.Errorf("%d events, want %d", len(seen), want)
	}
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	overlay(t, dir, to)
	return to
}

// overlay copies a file or a folder over another; what is not there is no part.
func overlay(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		return os.WriteFile(target, body, 0o600)
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}
