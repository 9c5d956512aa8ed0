package lake

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/synth"
)

const account, region = "111122223333", "us-east-1"

// house is a history with its journal and store, over one folder.
type house struct {
	tb      testing.TB
	dir     string
	now     atomic.Int64
	change  func(*HistoryConfig)
	db      *store.DB
	journal *journal.Journal
	history *History
	cancel  context.CancelFunc
	ended   chan error
}

func newHouse(tb testing.TB, change func(*HistoryConfig)) *house {
	h := &house{tb: tb, dir: tb.TempDir(), change: change}
	h.now.Store(time.Now().Unix())
	h.start()
	tb.Cleanup(func() { h.stop() })
	return h
}

func (h *house) start() {
	h.tb.Helper()
	var err error
	if h.db, err = store.Open(context.Background(), filepath.Join(h.dir, "state.db")); err != nil {
		h.tb.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	if h.journal, err = journal.Open(context.Background(), journal.Config{Dir: filepath.Join(h.dir, "journal"), MaxBytes: 8 << 30, Logger: log}); err != nil {
		h.tb.Fatal(err)
	}
	cfg := HistoryConfig{Dir: filepath.Join(h.dir, "history"), Store: h.db, Journal: h.journal, Retention: 90 * 24 * time.Hour,
		FlushRows: DefaultFlushRows, FlushBytes: DefaultFlushBytes, FlushAge: time.Hour, Logger: log,
		Now: func() time.Time { return time.Unix(h.now.Load(), 0) }}
	if h.change != nil {
		h.change(&cfg)
	}
	if h.history, err = OpenHistory(context.Background(), cfg); err != nil {
		h.tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel, h.ended = cancel, make(chan error, 1)
	go func() { h.ended <- h.history.Run(ctx) }()
	h.settle()
}

func (h *house) stop() {
	h.tb.Helper()
	if h.cancel == nil {
		return
	}
	h.cancel()
	h.cancel = nil
	if err := <-h.ended; err != nil {
		h.tb.Error(err)
	}
	for _, c := range []interface{ Close() error }{h.history, h.journal, h.db} {
		if err := c.Close(); err != nil {
			h.tb.Error(err)
		}
	}
}

// settle waits until lookups see all that was appended.
func (h *house) settle() {
	h.tb.Helper()
	if err := h.history.WaitFor(context.Background(), h.journal.Last()); err != nil {
		h.tb.Fatal(err)
	}
}

func (h *house) append(records ...[]byte) {
	h.tb.Helper()
	for chunk := range slices.Chunk(records, 500) {
		if err := h.journal.Append(context.Background(), chunk...); err != nil {
			h.tb.Fatal(err)
		}
	}
	h.settle()
}

// all pages through a lookup.
func (h *house) all(q LookupQuery) (out []LookupEvent) {
	h.tb.Helper()
	if q.AccountID == "" {
		q.AccountID, q.Region = account, region
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	for {
		page, err := h.history.Lookup(context.Background(), q)
		if err != nil {
			h.tb.Fatal(err)
		}
		if len(page.Events) > q.Limit {
			h.tb.Fatalf("a page of %d, limit %d", len(page.Events), q.Limit)
		}
		out = append(out, page.Events...)
		if page.Next == nil {
			return out
		}
		q.After = page.Next
	}
}

func records(n int, cfg synth.Config) (out [][]byte) {
	g := synth.New(cfg)
	for range n {
		rec, _ := g.Next(nil)
		out = append(out, rec)
	}
	return out
}

// model answers lookups by looking at every record.
func model(recs []event.Envelope, q LookupQuery) (ids []string) {
	type hit struct {
		time, nth int64
		id        string
	}
	var hits []hit
	for i, e := range recs {
		t := e.EventTime
		if matches(&recs[i], &q) && (q.Start.IsZero() || !t.Before(q.Start)) && (q.End.IsZero() || !t.After(q.End)) {
			hits = append(hits, hit{t.Unix(), int64(i), e.EventID})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return -cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.nth, b.nth)) })
	for _, x := range hits {
		ids = append(ids, x.id)
	}
	return ids
}

func ids(events []LookupEvent) (out []string) {
	for _, e := range events {
		out = append(out, e.EventID)
	}
	return out
}

// TestLookupAgainstModel asks random questions of a history that flushes,
// merges and restarts, and compares with a scan of all records.
func TestLookupAgainstModel(t *testing.T) {
	const n = 8_000
	recs := records(n, synth.Config{Seed: 1, Start: time.Now().Add(-time.Hour), PerSecond: 10, Users: 30, Buckets: 40, Instances: 100})
	rng := rand.New(rand.NewPCG(7, 7))
	// Records do not come in the order of their time.
	rng.Shuffle(n, func(i, j int) {
		if d := i - j; d < 3000 && d > -3000 {
			recs[i], recs[j] = recs[j], recs[i]
		}
	})
	parsed := make([]event.Envelope, n)
	for i, r := range recs {
		var err error
		if parsed[i], err = event.Parse(r); err != nil {
			t.Fatal(err)
		}
	}
	h := newHouse(t, func(c *HistoryConfig) { c.FlushRows = 700 })
	check := func(count int) {
		t.Helper()
		have := parsed[:count]
		for i := range 24 {
			e := have[rng.IntN(len(have))]
			q := LookupQuery{AccountID: account, Region: region, Limit: 1 + rng.IntN(50)}
			attrs := []Attribute{{EventID, e.EventID}, {EventName, e.EventName}, {ReadOnly, e.ReadOnly}, {Username, e.Username},
				{EventSource, e.EventSource}, {AccessKeyID, e.AccessKeyID}, {EventName, "Never"}}
			for _, r := range e.Resources {
				attrs = append(attrs, Attribute{ResourceName, r.Name})
				if r.Type != "" {
					attrs = append(attrs, Attribute{ResourceType, r.Type})
				}
			}
			for range i % 4 {
				q.Attributes = append(q.Attributes, attrs[rng.IntN(len(attrs))])
			}
			if i%3 == 1 {
				q.Start = e.EventTime.Add(-time.Duration(rng.IntN(900)) * time.Second)
			}
			if i%5 == 2 {
				q.End = e.EventTime
			}
			want := model(have, q)
			q.Limit = max(q.Limit, len(want)/10) // a bounded number of pages
			got := h.all(q)
			if !slices.Equal(ids(got), want) {
				t.Fatalf("%+v: %d events, want %d", q, len(got), len(want))
			}
		}
	}
	for step := range 4 {
		h.append(recs[step*n/4 : (step+1)*n/4]...)
		check((step + 1) * n / 4)
		if step == 1 {
			h.stop()
			h.start()
			check(n / 2)
		}
	}
	if err := h.history.maintain(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	check(n)
	if files := len(h.history.mu.files); files > 20 {
		t.Errorf("%d files after merging", files)
	}
	byID := make(map[string][]byte)
	for i, r := range recs {
		byID[parsed[i].EventID] = r
	}
	for _, e := range h.all(LookupQuery{}) {
		if !bytes.Equal(e.Raw, byID[e.EventID]) {
			t.Fatalf("event %s: the bytes changed", e.EventID)
		}
	}
	for _, f := range h.history.mu.files {
		if err := f.idx.verify(); err != nil {
			t.Errorf("index %s: %v", f.meta.Name, err)
		}
	}
}

func TestSameEventIDTwiceIsOneEvent(t *testing.T) {
	h := newHouse(t, func(c *HistoryConfig) { c.FlushRows = 100 })
	recs := records(250, synth.Config{Seed: 2, Start: time.Now().Add(-time.Hour)})
	h.append(recs...)
	h.append(recs...) // known from files and memory
	h.append(recs[249], recs[249])
	twice := records(1, synth.Config{Seed: 3, Start: time.Now().Add(-time.Minute)})[0]
	h.append(twice, twice) // in one batch
	h.stop()
	h.start()
	h.append(twice)
	if got := len(h.all(LookupQuery{})); got != 251 {
		t.Errorf("%d events, want 251", got)
	}
	e, _ := event.Parse(twice)
	view := h.history.View()
	defer view.Close()
	if known, err := view.Knows(&e); err != nil || !known {
		t.Errorf("Knows: %v, %v", known, err)
	}
	e.EventID = "never"
	if known, err := view.Knows(&e); err != nil || known {
		t.Errorf("Knows of a new event: %v, %v", known, err)
	}
}

func plain(id string, at time.Time, more string) []byte {
	return fmt.Appendf(nil, `{"eventID":"%s","eventTime":"%s","awsRegion":"us-east-1","recipientAccountId":"111122223333"%s}`, id, at.UTC().Format(time.RFC3339), more)
}

func TestOnlyManagementEventsOfOneAccountAndRegion(t *testing.T) {
	h := newHouse(t, nil)
	now := time.Now()
	h.append(plain("m", now, ""), plain("d", now, `,"eventCategory":"Data"`), plain("n", now, `,"eventCategory":"NetworkActivity"`),
		plain("old-data", now, `,"managementEvent":false`),
		[]byte(`{"eventID":"other-region","eventTime":"2026-11-01T00:00:00Z","awsRegion":"eu-west-1","recipientAccountId":"111122223333"}`),
		[]byte(`{"eventID":"other-account","eventTime":"2026-11-01T00:00:00Z","awsRegion":"us-east-1","recipientAccountId":"444455556666"}`))
	if got := ids(h.all(LookupQuery{})); !slices.Equal(got, []string{"m"}) {
		t.Errorf("events %v", got)
	}
	if got := ids(h.all(LookupQuery{AccountID: "444455556666", Region: region})); !slices.Equal(got, []string{"other-account"}) {
		t.Errorf("events %v", got)
	}
}

// TestRetention moves the clock around the 90 days of live events and of
// backfill, in memory and in files.
func TestRetention(t *testing.T) {
	const retention = 90 * 24 * time.Hour
	f := func(name string, flushRows int) {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, func(c *HistoryConfig) { c.FlushRows = flushRows })
			start := time.Unix(h.now.Load(), 0)
			h.append(plain("live", start.Add(-24*time.Hour), ""), plain("live+1s", start.Add(-24*time.Hour+time.Second), ""),
				plain("backfill", start.Add(-1000*24*time.Hour), ""))
			if flushRows == 1 {
				h.stop()
				h.start()
			}
			at := func(d time.Duration, want ...string) {
				t.Helper()
				h.now.Store(start.Add(d).Unix())
				if err := h.history.maintain(t.Context(), false); err != nil {
					t.Fatal(err)
				}
				if got := ids(h.all(LookupQuery{})); !slices.Equal(got, want) {
					t.Errorf("after %v: %v, want %v", d, got, want)
				}
			}
			at(0, "live+1s", "live", "backfill")
			at(retention-24*time.Hour, "live+1s", "live", "backfill")
			at(retention-24*time.Hour+time.Second, "live+1s", "backfill")
			at(retention-24*time.Hour+2*time.Second, "backfill")
			at(retention + time.Minute)
			if n := len(h.history.mu.files); n != 0 {
				t.Errorf("%d files after everything expired", n)
			}
			if left, _ := filepath.Glob(filepath.Join(h.dir, "history", "*")); flushRows == 1 && len(left) != 0 {
				t.Errorf("left on disk: %v", left)
			}
		})
	}
	f("memory", 1000)
	f("files", 1)
}

func TestStrayFilesAreRemoved(t *testing.T) {
	h := newHouse(t, nil)
	h.append(records(10, synth.Config{Start: time.Now().Add(-time.Hour)})...)
	h.stop()
	stray := filepath.Join(h.dir, "history", "0000.parquet")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h.start()
	if _, err := os.Stat(stray); !os.IsNotExist(err) {
		t.Error("a stray file is still there")
	}
	if got := len(h.all(LookupQuery{})); got != 10 {
		t.Errorf("%d events, want 10", got)
	}
}

// TestFlushTriesAgain takes the folder away under the flusher and gives it back.
func TestFlushTriesAgain(t *testing.T) {
	h := newHouse(t, func(c *HistoryConfig) { c.FlushRows = 50 })
	dir := filepath.Join(h.dir, "history")
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	h.append(records(60, synth.Config{Start: time.Now().Add(-time.Hour)})...)
	if got := len(h.all(LookupQuery{})); got != 60 {
		t.Errorf("%d events while flushing fails, want 60", got)
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	h.stop()
	h.start()
	if got := len(h.all(LookupQuery{})); got != 60 {
		t.Errorf("%d events after flushing recovered, want 60", got)
	}
}

// TestStopOnABrokenDisk: a stop that cannot write says so, ends, and loses nothing.
func TestStopOnABrokenDisk(t *testing.T) {
	h := newHouse(t, func(c *HistoryConfig) { c.FlushRows = 50 })
	dir := filepath.Join(h.dir, "history")
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	recs := records(120, synth.Config{Start: time.Now().Add(-time.Hour)})
	h.append(recs[:60]...) // on its way to a file
	h.append(recs[60:70]...)
	h.cancel()
	h.cancel = nil
	if err := <-h.ended; err == nil || !strings.Contains(err.Error(), "60 events stay in the journal") {
		t.Errorf("ended with %v", err)
	}
	for _, c := range []interface{ Close() error }{h.history, h.journal, h.db} {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	h.start()
	if got := len(h.all(LookupQuery{})); got != 70 {
		t.Errorf("%d events after the disk came back, want 70", got)
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	h := newHouse(t, nil)
	h.append(records(100, synth.Config{Start: time.Now().Add(-time.Hour)})...)
	h.stop()
	log := slog.New(slog.DiscardHandler)
	j, err := journal.Open(t.Context(), journal.Config{Dir: filepath.Join(h.dir, "journal"), MaxBytes: 1 << 30, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	paths, _ := filepath.Glob(filepath.Join(h.dir, "history", "*.parquet"))
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, body[:len(body)-9], 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(t.Context(), filepath.Join(h.dir, "state.db"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = OpenHistory(t.Context(), HistoryConfig{Dir: filepath.Join(h.dir, "history"), Store: db, Journal: j, Logger: log}); err == nil {
			t.Errorf("%s cut short was opened", filepath.Base(path))
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	h.start()
	if got := len(h.all(LookupQuery{})); got != 100 {
		t.Errorf("%d events, want 100", got)
	}
}

// TestIndexesAreMadeAnew: an index is lost, another is cut; nothing is missing.
func TestIndexesAreMadeAnew(t *testing.T) {
	h := newHouse(t, func(c *HistoryConfig) { c.FlushRows = 100 })
	recs := records(250, synth.Config{Seed: 6, Start: time.Now().Add(-time.Hour)})
	h.append(recs[:120]...)
	h.append(recs[120:]...)
	h.stop()
	paths, err := filepath.Glob(filepath.Join(h.dir, "history", "*.idx"))
	if err != nil || len(paths) < 2 {
		t.Fatal(paths, err)
	}
	before := make(map[string][]byte)
	for i, path := range paths {
		if before[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, int64(len(before[path])-9)); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.start()
	for path, was := range before {
		if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, was) {
			t.Errorf("%s is another than before: %d bytes, was %d, %v", filepath.Base(path), len(is), len(was), err)
		}
	}
	h.append(recs...)
	if got := len(h.all(LookupQuery{})); got != 250 {
		t.Errorf("%d events, want 250", got)
	}
}

// TestLostStoreIsRefused: without its manifest the history's files would all
// look like leftovers. They must survive.
func TestLostStoreIsRefused(t *testing.T) {
	h := newHouse(t, nil)
	h.append(records(100, synth.Config{Start: time.Now().Add(-time.Hour)})...)
	h.stop()
	state := filepath.Join(h.dir, "state.db")
	if err := os.Rename(state, state+".lost"); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), state)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	j, err := journal.Open(t.Context(), journal.Config{Dir: filepath.Join(h.dir, "journal"), MaxBytes: 1 << 30, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenHistory(t.Context(), HistoryConfig{Dir: filepath.Join(h.dir, "history"), Store: db, Journal: j, Logger: log}); err == nil {
		t.Error("a history without its manifest was opened")
	}
	for _, c := range []interface{ Close() error }{j, db} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{state, state + "-wal", state + "-shm"} {
		os.Remove(name)
	}
	if err := os.Rename(state+".lost", state); err != nil {
		t.Fatal(err)
	}
	h.start()
	if got := len(h.all(LookupQuery{})); got != 100 {
		t.Errorf("%d events after the store came back, want 100", got)
	}
}
