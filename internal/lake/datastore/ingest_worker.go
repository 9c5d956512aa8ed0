package datastore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// worker ingests for one store. What has no lock and is not atomic is its
// goroutine's.
//
// A batch is in one of three states: behind consumed and not read; consumed, and
// what the store takes of it in rows; or done, and that in the table. Without
// rows, done is consumed.
type worker struct {
	in *Ingester
	id string

	d     Store // as last read
	rules rules
	// news tells that the store was read since somebody in Settle was told.
	news bool
	// table is nil until it is open, and after a failure. keeps is the retention
	// that it was told.
	table Table
	keeps time.Duration

	feed *journal.Feed
	at   uint64 // what feed gives next follows this batch

	consumed, done uint64
	rows           [][]byte
	bytes          int64
	due            time.Time // when rows are committed
	// saved is the position that a restart would find, and saveAt when it is
	// written down again; zero while it need not be.
	saved   uint64
	saveAt  time.Time
	noteAt  time.Time // when a commit is written down beside the table
	retries int

	reload atomic.Bool
	flush  atomic.Uint64
	woken  chan struct{}
	// reached is done, parked for a store that waits for nothing. It says so only of
	// what was loaded.
	reached atomic.Uint64
	oldest  atomic.Int64 // journal's time of the oldest batch in rows, 0 for none

	// park orders what the journal is told. released tells that it keeps nothing for
	// the store, all that it keeps everything.
	park struct {
		sync.Mutex
		released, all bool
	}
}

// errEnded says that the store is gone.
var errEnded = errors.New("the event data store is gone")

// errFatal is wrapped by errors that end the server.
var errFatal = errors.New("ingestion cannot go on")

func newWorker(in *Ingester, id string) *worker {
	w := &worker{in: in, id: id, woken: make(chan struct{}, 1)}
	w.reload.Store(true)
	return w
}

// takeUp has the journal keep what it has, if it does not already. The ingester
// counts a hold before.
func (w *worker) takeUp() {
	w.park.Lock()
	defer w.park.Unlock()
	if w.park.released {
		w.park.released, w.park.all = false, true
		w.in.cfg.Journal.Register(sinkName(w.id), 0)
	}
}

// wake makes the worker look at its store again.
func (w *worker) wake() {
	w.reload.Store(true)
	w.nudge()
}

func (w *worker) flushAt(sequence uint64) {
	w.flush.Store(sequence)
	w.nudge()
}

func (w *worker) nudge() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// settled tells whether the store has everything up to a batch, and is loaded.
func (w *worker) settled(sequence uint64) bool {
	return !w.reload.Load() && w.reached.Load() >= sequence
}

// run works until ctx ends or the store is gone.
func (w *worker) run(ctx context.Context) error {
	defer w.rewind()
	for {
		err := w.step(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, errEnded):
			return nil
		case err == nil:
		case errors.Is(err, errFatal), errors.Is(err, store.ErrUncertain):
			return err
		default:
			w.fail(ctx, err)
		}
	}
}

// rewind forgets what is consumed and not done.
func (w *worker) rewind() {
	w.closeFeed()
	if w.table != nil {
		if err := w.table.Close(); err != nil {
			w.in.cfg.Logger.Warn("a table could not be closed", "store", w.id, "error", err)
		}
		w.table = nil
	}
	w.consumed, w.rows, w.bytes, w.due = w.done, nil, 0, time.Time{}
	w.oldest.Store(0)
}

func (w *worker) closeFeed() {
	if w.feed != nil {
		w.feed.Close()
		w.feed = nil
	}
}

// fail waits before the next try, or until there is news. What is not in the
// table is read again: after a failure nobody knows what the table has, but the
// table when it is opened again.
func (w *worker) fail(ctx context.Context, err error) {
	w.rewind()
	cfg := &w.in.cfg
	pause := min(cfg.RetryMax, cfg.RetryMin<<min(w.retries, 20))
	pause = pause/2 + time.Duration(cfg.Jitter()*float64(pause)/2)
	w.retries++
	w.in.metrics.failures.WithLabelValues(w.id).Inc()
	cfg.Logger.Warn("ingestion of an event data store failed and is tried again", "store", w.id, "error", err, "pause", pause)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.woken:
	case <-ctx.Done():
	}
}

// step does the next thing.
func (w *worker) step(ctx context.Context) error {
	if w.reload.Load() {
		if err := w.load(ctx); err != nil {
			return err
		}
	}
	if w.expired() {
		return w.remove(ctx)
	}
	if w.table == nil {
		if err := w.open(ctx); err != nil {
			return err
		}
	}
	if err := w.retention(ctx); err != nil {
		return err
	}
	if reads := w.skip(); !reads {
		return w.rest(ctx)
	}
	if w.feed == nil {
		f, err := journal.OpenFeed(ctx, w.in.cfg.Journal, w.consumed)
		if err != nil {
			return fmt.Errorf("%w: %w", errFatal, err)
		}
		w.feed, w.at = f, w.consumed
	}
	if err := w.tell(ctx); err != nil {
		return err
	}
	return w.gather(ctx)
}

// load reads the store.
func (w *worker) load(ctx context.Context) error {
	w.reload.Store(false)
	item, err := w.in.stores.Get(ctx, w.id)
	if errors.Is(err, store.ErrNotFound) {
		return w.forget(ctx)
	}
	var compiled rules
	if err == nil {
		compiled, err = compileRules(item.Value.Epochs)
	}
	if err != nil {
		w.reload.Store(true)
		return fmt.Errorf("read the event data store: %w", err)
	}
	if w.rows != nil && stale(w.rules, compiled, w.done, w.consumed) {
		// What waits was taken by rules that no longer hold for it: a change was
		// committed behind batches that it comes before.
		w.closeFeed()
		w.consumed, w.rows, w.bytes, w.due = w.done, nil, 0, time.Time{}
		w.oldest.Store(0)
	}
	w.d, w.rules, w.news = item.Value, compiled, true
	return nil
}

// stale tells whether a batch from after+1 to through has another rule now.
func stale(was, now rules, after, through uint64) bool {
	for s := after + 1; s <= through; {
		a, nextA := was.at(s)
		b, nextB := now.at(s)
		if (a == nil) != (b == nil) || a != nil && !sameEpoch(a.Epoch, b.Epoch) {
			return true
		}
		to := through
		for _, n := range []*rule{nextA, nextB} {
			if n != nil {
				to = min(to, n.After)
			}
		}
		s = to + 1
	}
	return false
}

// open opens the table, and finds where to go on.
func (w *worker) open(ctx context.Context) error {
	spec := w.d.table()
	table, err := w.in.cfg.Tables.Open(ctx, spec)
	if err != nil {
		return fmt.Errorf("open the table: %w", err)
	}
	w.table, w.keeps = table, spec.Retention
	p, err := w.in.position(ctx, &w.d)
	if err != nil {
		return err
	}
	w.closeFeed()
	w.saved = max(p, table.Sequence())
	w.done, w.consumed = w.saved, w.saved
	return w.release(ctx)
}

// retention tells the table how long it keeps events.
func (w *worker) retention(ctx context.Context) error {
	keeps := time.Duration(w.d.RetentionPeriod) * day
	if keeps == w.keeps {
		return nil
	}
	if err := w.table.SetRetention(ctx, keeps); err != nil {
		return fmt.Errorf("set the table's retention: %w", err)
	}
	w.keeps = keeps
	return nil
}

// skip passes over batches that the store does not want, and tells whether there
// are others to wait for.
func (w *worker) skip() (reads bool) {
	for {
		holds, next := w.rules.at(w.consumed + 1)
		switch {
		case holds != nil && holds.Ingesting:
			return true
		case next == nil:
			return false
		case len(w.rows) > 0:
			// What is before has to be done first; rest does it.
			return false
		}
		w.consumed, w.done = next.After, next.After
		w.closeFeed()
	}
}

// take adds what the store takes of a batch.
func (w *worker) take(b journal.Batch) error {
	if b.Sequence != w.at+1 {
		return fmt.Errorf("%w: the journal gave batch %d behind %d", errFatal, b.Sequence, w.at)
	}
	w.at, w.consumed = b.Sequence, b.Sequence
	holds, _ := w.rules.at(b.Sequence)
	before := len(w.rows)
	var t tally
	var added int64
	w.rows, added = holds.selects(w.rows, &w.d, b, &t)
	w.bytes += added
	if t.unreadable > 0 {
		w.in.cfg.Logger.Error("records in the journal cannot be read; the event data store leaves them out", "store", w.id, "batch", b.Sequence, "records", t.unreadable)
	}
	w.in.metrics.left(w.id, t)
	switch {
	case len(w.rows) == 0:
		w.done = w.consumed
		if w.saveAt.IsZero() {
			w.saveAt = w.in.cfg.Now().Add(w.in.cfg.SaveEvery)
		}
	case before == 0:
		w.due = w.in.cfg.Now().Add(w.in.cfg.Interval)
		w.oldest.Store(b.Time.UnixNano())
	}
	return nil
}
