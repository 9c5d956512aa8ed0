package lake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// SinkName is the history's name at the journal.
const SinkName = "history"

// HistoryConfig says how to open the event history.
type HistoryConfig struct {
	// Dir is the history's own folder; it is created.
	Dir     string
	Store   *store.DB
	Journal *journal.Journal
	// Retention is how long events stay: 90 days in CloudTrail.
	Retention time.Duration
	// FlushRows, FlushBytes and FlushAge say when the events in memory become a
	// data file: as soon as one is reached.
	FlushRows, FlushBytes int
	FlushAge              time.Duration
	Now                   func() time.Time
	Logger                *slog.Logger
	Registerer            prometheus.Registerer
}

// Defaults of HistoryConfig: a file of 96,000 events takes about a second to
// write on one core, and two memtables of 160 MB fit any machine.
const (
	DefaultFlushRows  = 96_000
	DefaultFlushBytes = 160 << 20
	DefaultFlushAge   = 5 * time.Minute
)

// History is the event history: all management events of the last 90 days, per
// account and Region, newest first. It fills itself through a tap of the
// journal (Run) and answers lookups meanwhile.
//
// An event is visible as soon as Run has read it from the journal. It is kept
// in memory first, found by scanning, and goes to immutable Parquet files with
// an index beside each (flush), which are merged in the background (compact).
// An eventID that is there already is not taken again.
//
// An event leaves the history exactly Retention after its eventTime. Events
// that were older than that already when they were taken (an ingested old log
// file: backfill) leave it Retention after they were taken, to within a day.
//
// Locks: mu guards the list of files and the memtables; maintaining is taken
// before it, never under it. That of the followers stands alone. Goroutines: those of Run.
type History struct {
	cfg      HistoryConfig
	manifest manifest
	metrics  historyMetrics
	flushing chan *memtable
	idle     chan struct{} // holds a token while no memtable is being flushed
	changed  chan struct{} // signals that files were added: compaction looks again
	stop     chan struct{} // closed when Run begins to end
	gone     chan struct{} // closed when the flusher has ended

	maintaining sync.Mutex // held while files are merged or dropped

	followers followers

	mu struct {
		sync.RWMutex
		active  *memtable
		sealed  *memtable   // being flushed, or nil
		files   []*dataFile // descending by meta.Max; the slice is never changed in place
		applied uint64      // the last journal batch that lookups see
		waiters []waiter
		flooded time.Time // when a memtable was last full before its time
	}
}

type waiter struct {
	sequence uint64
	done     chan struct{}
}

// OpenHistory opens the history's files. Run must be called to fill it.
func OpenHistory(ctx context.Context, cfg HistoryConfig) (*History, error) {
	h := &History{cfg: cfg, manifest: newManifest(cfg.Store), flushing: make(chan *memtable), idle: make(chan struct{}, 1), changed: make(chan struct{}, 1), stop: make(chan struct{}), gone: make(chan struct{})}
	h.idle <- struct{}{}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the history's folder: %w", err)
	}
	metas, committed, err := h.manifest.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the history's manifest: %w", err)
	}
	// Before anything is removed: files that the manifest does not name are
	// leftovers only if manifest and journal belong together.
	if err := cfg.Journal.Check(ctx, committed); err != nil {
		return nil, fmt.Errorf("event history: %w", err)
	}
	if err := removeStrays(cfg.Dir, metas); err != nil {
		return nil, fmt.Errorf("remove what the last stop left unfinished: %w", err)
	}
	for _, m := range metas {
		f, err := openDataFile(cfg.Dir, m)
		if errors.Is(err, errIndex) {
			cfg.Logger.Warn("an index of the event history is missing or damaged; it is made anew", "error", err)
			if err = reindex(cfg.Dir, m); err == nil {
				f, err = openDataFile(cfg.Dir, m)
			}
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open the event history: %w", err), h.Close())
		}
		h.mu.files = append(h.mu.files, f)
	}
	sortFiles(h.mu.files)
	h.mu.active = newMemtable(0)
	h.mu.active.last = committed
	h.mu.applied = committed
	h.metrics = newHistoryMetrics(cfg.Registerer, h)
	cfg.Journal.Register(SinkName, committed)
	return h, nil
}

func sortFiles(files []*dataFile) {
	slices.SortFunc(files, func(a, b *dataFile) int {
		if before(b.meta.Max, a.meta.Max) {
			return -1
		}
		return 1
	})
}

// Run fills the history from the journal, flushes, compacts and expires, until
// ctx ends. It then flushes what is in memory, so that the next start has
// nothing to read again.
func (h *History) Run(ctx context.Context) error {
	tap, err := h.cfg.Journal.Read(ctx, h.mu.applied)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("event history: %w", err)
	}
	defer tap.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(h.flushing)
		return h.fill(ctx, tap)
	})
	g.Go(func() error {
		<-ctx.Done()
		close(h.stop)
		return nil
	})
	// The flusher outlives ctx: it ends when fill has handed over the last table.
	g.Go(func() error {
		defer close(h.gone)
		return h.flushLoop(context.WithoutCancel(ctx))
	})
	g.Go(func() error { return h.maintainLoop(ctx) })
	if err := g.Wait(); err != nil {
		return fmt.Errorf("event history: %w", err)
	}
	return nil
}

// fill applies batch after batch.
func (h *History) fill(ctx context.Context, tap *journal.Tap) error {
	for {
		wait, cancel := context.WithTimeout(ctx, h.cfg.FlushAge/4)
		b, err := tap.Next(wait)
		cancel()
		switch {
		case ctx.Err() != nil:
			h.seal(context.WithoutCancel(ctx))
			return nil
		case errors.Is(err, context.DeadlineExceeded):
		case err != nil:
			return err
		default:
			if err := h.apply(b); err != nil {
				return err
			}
		}
		if h.due() {
			h.seal(ctx)
		}
	}
}

// prepared is a row with its keys, ready to be put into the active memtable.
type prepared struct {
	row  memRow
	keys []uint64
}

// apply makes a batch visible.
func (h *History) apply(b journal.Batch) error {
	rows, err := h.prepare(b)
	if err != nil {
		return err
	}
	h.show(b, rows)
	h.followers.tell(rows)
	return nil
}

// show puts rows into the active memtable.
func (h *History) show(b journal.Batch, rows []prepared) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := h.mu.active
	for _, r := range rows {
		m.ids[r.keys[0]] = int32(len(m.rows))
		m.keys = append(m.keys, r.keys...)
		r.row.keysEnd = uint32(len(m.keys))
		m.rows = append(m.rows, r.row)
		m.bytes += len(r.row.row.EventJSON)
	}
	if m.since.IsZero() {
		m.since = h.cfg.Now()
	}
	m.last = b.Sequence
	h.mu.applied = b.Sequence
	h.wake()
	h.metrics.events.Add(float64(len(rows)))
	h.metrics.visible.Observe(h.cfg.Now().Sub(b.Time).Seconds())
}

// prepare picks what the history takes of a batch: management events that it
// does not have yet.
func (h *History) prepare(b journal.Batch) ([]prepared, error) {
	snap := h.snapshot()
	defer h.done(snap)
	rows := make([]prepared, 0, len(b.Events))
	keys := make([]uint64, 0, 12*len(b.Events))
	retention, taken := int64(h.cfg.Retention/time.Second), b.Time.Unix()
	fresh := make(map[string]bool, len(b.Events))
	for i, raw := range b.Events {
		env, err := event.Parse(raw)
		if err != nil {
			h.cfg.Logger.Error("a record in the journal does not parse; the history leaves it out", "batch", b.Sequence, "record", i, "error", err)
			h.metrics.skipped.WithLabelValues("unreadable").Inc()
			continue
		}
		if env.Category != "Management" {
			h.metrics.skipped.WithLabelValues("category").Inc()
			continue
		}
		first := len(keys)
		keys = appendKeys(keys, &env)
		known := fresh[env.EventID]
		if !known {
			if known, err = h.knows(snap, keys[first], &env); err != nil {
				return nil, err
			}
		}
		if known {
			keys = keys[:first]
			h.metrics.skipped.WithLabelValues("duplicate").Inc()
			continue
		}
		fresh[env.EventID] = true
		p := Position{Time: env.EventTime.Unix(), Ordinal: b.Sequence<<20 | uint64(i)}
		rows = append(rows, prepared{keys: keys[first:len(keys):len(keys)], row: memRow{Position: p, backfill: p.Time+retention <= taken, taken: taken, row: rowOf(&env, p, raw)}})
	}
	return rows, nil
}

// due tells whether the active memtable should become a file.
func (h *History) due() bool {
	m := h.mu.active
	return len(m.rows) >= h.cfg.FlushRows || m.bytes >= h.cfg.FlushBytes ||
		!m.since.IsZero() && h.cfg.Now().Sub(m.since) >= h.cfg.FlushAge
}

// seal hands the active memtable to the flusher, waiting for the one before.
func (h *History) seal(ctx context.Context) {
	if h.mu.active.since.IsZero() {
		return
	}
	select {
	case <-h.idle:
	case <-h.gone:
		return // the events stay in the journal
	case <-ctx.Done():
		return
	}
	h.mu.Lock()
	m := h.mu.active
	h.mu.sealed, h.mu.active = m, newMemtable(len(m.rows))
	h.mu.active.last = m.last
	if len(m.rows) >= h.cfg.FlushRows || m.bytes >= h.cfg.FlushBytes {
		h.mu.flooded = h.cfg.Now()
	}
	h.mu.Unlock()
	h.flushing <- m
}

// wake ends the waits that are over. Called under mu.
func (h *History) wake() {
	h.mu.waiters = slices.DeleteFunc(h.mu.waiters, func(w waiter) bool {
		if w.sequence > h.mu.applied {
			return false
		}
		close(w.done)
		return true
	})
}

// WaitFor waits until lookups see the journal's batch sequence.
func (h *History) WaitFor(ctx context.Context, sequence uint64) error {
	h.mu.Lock()
	if h.mu.applied >= sequence {
		h.mu.Unlock()
		return nil
	}
	w := waiter{sequence: sequence, done: make(chan struct{})}
	h.mu.waiters = append(h.mu.waiters, w)
	h.mu.Unlock()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close closes the files. Run has ended by then.
func (h *History) Close() (err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range h.mu.files {
		err = errors.Join(err, f.release())
	}
	h.mu.files = nil
	return err
}
