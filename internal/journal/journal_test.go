package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func open(tb testing.TB, dir string, change func(*Config)) (*Journal, error) {
	tb.Helper()
	cfg := Config{Dir: dir, MaxBytes: 1 << 30, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&cfg)
	}
	return Open(context.Background(), cfg)
}

func mustOpen(tb testing.TB, dir string, change func(*Config)) *Journal {
	tb.Helper()
	j, err := open(tb, dir, change)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { j.Close() })
	return j
}

func mustAppend(tb testing.TB, j *Journal, events ...string) {
	tb.Helper()
	var raw [][]byte
	for _, e := range events {
		raw = append(raw, []byte(e))
	}
	if err := j.Append(tb.Context(), raw...); err != nil {
		tb.Fatal(err)
	}
}

// drain reads everything that the journal holds behind a sequence.
func drain(tb testing.TB, j *Journal, after uint64) (events []string) {
	tb.Helper()
	tap, err := j.Read(tb.Context(), after)
	if err != nil {
		tb.Fatal(err)
	}
	defer tap.Close()
	for seq := after; seq < j.Last(); {
		b, err := tap.Next(tb.Context())
		if err != nil {
			tb.Fatal(err)
		}
		for _, e := range b.Events {
			events = append(events, string(e))
		}
		seq = b.Sequence
	}
	return events
}

func TestAppendIsReadBackInOrderAfterReopening(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, nil)
	var want []string
	for i := range 50 {
		e := fmt.Sprintf("event %d %s", i, strings.Repeat("x", i*100))
		mustAppend(t, j, e, "second of "+e)
		want = append(want, e, "second of "+e)
	}
	if got := drain(t, j, 0); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatal("read back something else")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(t.Context(), []byte("late")); !errors.Is(err, ErrClosed) {
		t.Errorf("append to a closed journal: %v", err)
	}
	j = mustOpen(t, dir, nil)
	if got := drain(t, j, 0); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatal("read back something else after reopening")
	}
	if got := drain(t, j, 49); len(got) != 2 {
		t.Errorf("behind batch 49: %d events, want 2", len(got))
	}
}

func TestConcurrentAppendsShareBatches(t *testing.T) {
	j := mustOpen(t, t.TempDir(), nil)
	const writers, each = 32, 50
	var wg sync.WaitGroup
	var failed atomic.Int32
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if j.Append(context.Background(), fmt.Appendf(nil, "%d/%d", w, i)) != nil {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	got := drain(t, j, 0)
	seen := make(map[string]bool)
	for _, e := range got {
		seen[e] = true
	}
	if failed.Load() != 0 || len(got) != writers*each || len(seen) != len(got) {
		t.Errorf("%d failed, %d events, %d different; want 0, %d, %d", failed.Load(), len(got), len(seen), writers*each, writers*each)
	}
	if j.Last() >= writers*each {
		t.Errorf("%d batches for %d appends: nothing was committed together", j.Last(), writers*each)
	}
}

func TestReleaseDeletesWhatEverySinkIsDoneWith(t *testing.T) {
	j := mustOpen(t, t.TempDir(), nil)
	j.Register("a", 0)
	j.Register("b", 0)
	for i := range 10 {
		mustAppend(t, j, fmt.Sprint(i))
	}
	for _, step := range []struct {
		sink  string
		done  uint64
		first uint64
	}{{"a", 8, 1}, {"b", 3, 4}, {"b", 10, 9}} {
		if err := j.Release(t.Context(), step.sink, step.done); err != nil {
			t.Fatal(err)
		}
		info, err := j.stream.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if info.State.FirstSeq != step.first {
			t.Errorf("after %s released %d: first batch %d, want %d", step.sink, step.done, info.State.FirstSeq, step.first)
		}
	}
	if _, err := j.Read(t.Context(), 2); err == nil || !strings.Contains(err.Error(), "begins with batch 9") {
		t.Errorf("a tap on deleted batches: %v", err)
	}
	if _, err := j.Read(t.Context(), 99); err == nil || !strings.Contains(err.Error(), "older than the rest") {
		t.Errorf("a tap beyond the end: %v", err)
	}
}

func TestReopenAfterEverythingIsReleased(t *testing.T) {
	dir := t.TempDir()
	for round := range 3 {
		j := mustOpen(t, dir, nil)
		for range 7 {
			mustAppend(t, j, strings.Repeat("y", 3000))
		}
		if got, want := j.Last(), uint64(7*(round+1)); got != want {
			t.Fatalf("round %d: last batch %d, want %d", round, got, want)
		}
		if err := j.Release(t.Context(), "sink", j.Last()); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFullJournalRefusesAndRecovers(t *testing.T) {
	t.Run("limit", func(t *testing.T) {
		j := mustOpen(t, t.TempDir(), func(c *Config) { c.MaxBytes = 64 << 10 })
		j.Register("sink", 0)
		var err error
		kept := 0
		for range 1000 {
			if err = j.Append(t.Context(), []byte(strings.Repeat("x", 900))); err != nil {
				break
			}
			kept++
		}
		if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "its limit") {
			t.Fatalf("a journal at its limit: %v", err)
		}
		if err := j.Ready(); !errors.Is(err, ErrFull) {
			t.Errorf("Ready at the limit: %v", err)
		}
		if got := len(drain(t, j, 0)); got != kept {
			t.Errorf("%d events are there, %d were acknowledged", got, kept)
		}
		if err := j.Release(t.Context(), "sink", j.Last()); err != nil {
			t.Fatal(err)
		}
		mustAppend(t, j, "there is room again")
	})
	t.Run("disk", func(t *testing.T) {
		var free atomic.Int64
		j := mustOpen(t, t.TempDir(), func(c *Config) {
			c.MinFree = 100
			c.FreeSpace = func(string) (int64, error) { return free.Load(), nil }
		})
		if err := j.Append(t.Context(), []byte("x")); !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "make room") {
			t.Fatalf("a full disk: %v", err)
		}
		free.Store(1 << 20)
		mustAppend(t, j, "there is room again")
	})
}

func blocks(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(blockFilesDir), "*.blk"))
	if err != nil || len(files) == 0 {
		t.Fatal("no block files", err)
	}
	return files
}

func TestDamageIsNeverSilent(t *testing.T) {
	const n = 20
	record := strings.Repeat("z", 700)
	f := func(name string, damage func(path string, body []byte) []byte, want string) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			j := mustOpen(t, dir, nil)
			for range n {
				mustAppend(t, j, record)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			path := blocks(t, dir)[0]
			body, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			body = damage(path, body)
			if err := os.WriteFile(path, body, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = open(t, dir, nil)
			var de *DamageError
			if !errors.As(err, &de) || !strings.Contains(err.Error(), want) {
				t.Fatalf("opened with %v, want a DamageError with %q", err, want)
			}
			if after, _ := os.ReadFile(path); string(after) != string(body) {
				t.Fatal("the refusal changed the file")
			}
			j, err = open(t, dir, func(c *Config) { c.AcceptDamage = true })
			if err != nil {
				t.Fatal(err)
			}
			copies, _ := filepath.Glob(dir + "-damaged-*")
			if len(copies) != 1 {
				t.Fatalf("copies aside: %v", copies)
			}
			if kept, _ := os.ReadFile(blocks(t, copies[0])[0]); string(kept) != string(body) {
				t.Error("the damaged journal was not kept as it was")
			}
			os.RemoveAll(copies[0])
			if got := len(drain(t, j, 0)); got < 2 || got >= n || j.Last() != n {
				t.Errorf("%d of %d events were rescued, the last batch is %d", got, n, j.Last())
			}
			// A sink that had kept everything goes on, and so does the next start.
			if err := j.Check(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			mustAppend(t, j, "behind the damage")
			if got := drain(t, j, n); len(got) != 1 {
				t.Errorf("%d events behind the damage, want 1", len(got))
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			mustOpen(t, dir, nil)
		})
	}
	size := func(body []byte) int { return len(body) / n }
	f("flipped bit in the middle", func(_ string, b []byte) []byte { b[len(b)/2] ^= 1; return b }, "checksum")
	f("flipped bit in the last record", func(_ string, b []byte) []byte { b[len(b)-20] ^= 1; return b }, "checksum")
	f("flipped length field", func(_ string, b []byte) []byte { b[size(b)*3] ^= 0x40; return b }, "checksum")
	f("cut in the last record", func(_ string, b []byte) []byte { return b[:len(b)-5] }, "checksum")
	f("last records gone", func(_ string, b []byte) []byte { return b[:size(b)*(n-2)] }, "was acknowledged")
	f("records in the middle gone", func(_ string, b []byte) []byte { return append(b[:size(b)*5], b[size(b)*7:]...) }, "those between are gone")
}

// TestCatchUp: a journal that was lost goes on behind what sinks have kept, and each
// of them can be read to from where it is.
func TestCatchUp(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, nil)
	if err := j.Check(t.Context(), 10); err == nil {
		t.Fatal("a journal that ends too early was taken")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = mustOpen(t, dir, func(c *Config) { c.AcceptDamage = true })
	j.Register("slow", 3)
	j.Register("fast", 10)
	for _, after := range []uint64{10, 12, 10} {
		if err := j.Check(t.Context(), after); err != nil {
			t.Fatal(err)
		}
	}
	if j.Last() != 12 {
		t.Fatalf("the last batch is %d", j.Last())
	}
	mustAppend(t, j, "new")
	for _, after := range []uint64{3, 10, 12} {
		if got := drain(t, j, after); fmt.Sprint(got) != "[new]" {
			t.Errorf("behind %d there are %v", after, got)
		}
	}
	if err := j.Check(t.Context(), 2); err == nil {
		t.Error("batch 3 was never there")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if got := drain(t, mustOpen(t, dir, nil), 3); fmt.Sprint(got) != "[new]" {
		t.Errorf("at the next start there are %v", got)
	}
}

// TestCrashWhileRebuilding leaves the rebuilt journal beside its place.
func TestCrashWhileRebuilding(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "journal")
	j := mustOpen(t, dir, nil)
	mustAppend(t, j, "kept")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+"-rebuilt"); err != nil {
		t.Fatal(err)
	}
	if got := drain(t, mustOpen(t, dir, nil), 0); fmt.Sprint(got) != "[kept]" {
		t.Errorf("events %v", got)
	}
}

func TestTornWriteIsNoDamage(t *testing.T) {
	dir := t.TempDir()
	j := mustOpen(t, dir, nil)
	for range 5 {
		mustAppend(t, j, strings.Repeat("z", 700))
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	path := blocks(t, dir)[0]
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// What a crash leaves of a sixth write that was never acknowledged.
	if err := os.WriteFile(path, append(body, body[:len(body)/5-40]...), 0o600); err != nil {
		t.Fatal(err)
	}
	j = mustOpen(t, dir, nil)
	if got := len(drain(t, j, 0)); got != 5 {
		t.Errorf("%d events behind a torn write, want 5", got)
	}
	mustAppend(t, j, "goes on")
}

func FuzzDecodeBatch(f *testing.F) {
	f.Add(encodeBatch([]*appendCall{{events: [][]byte{[]byte("a"), []byte("bc")}}}, 3))
	f.Add(encodeBatch([]*appendCall{{events: [][]byte{[]byte(strings.Repeat("a", 5000))}}}, 5000))
	f.Fuzz(func(t *testing.T, msg []byte) {
		if events, err := decodeBatch(msg); err == nil && len(msg) > 0 {
			size := 0
			for _, e := range events {
				size += len(e)
			}
			if again, err := decodeBatch(encodeBatch([]*appendCall{{events: events}}, size)); err != nil || len(again) != len(events) {
				t.Fatal("a decoded batch does not survive encoding", err)
			}
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			j := mustOpen(b, b.TempDir(), nil)
			record := []byte(strings.Repeat("0123456789abcdef", 60))
			b.SetParallelism(writers / 2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := j.Append(context.Background(), record); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
