package trail

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// worker delivers one trail. What is not atomic is its goroutine's.
//
// A batch is in one of three states: behind consumed and not read; consumed and
// in the open window; or delivered, up to p.Sequence. So without a window,
// consumed is p.Sequence.
type worker struct {
	c   *Courier
	arn string

	loaded bool
	fresh  bool // nothing was read for the trail yet
	p      progress
	status Status
	rules  rules // of p.Trail or, while there is one, of p.Cut

	feed     *journal.Feed
	held     *journal.Batch // read, and behind what the window takes
	consumed uint64
	win      *window
	// sending are the files of p.Cut, digests those of the next digest.
	sending []*object
	digests *digestRound
	retries int
	// digestAt is when digests that failed are tried again.
	digestAt      time.Time
	digestRetries int

	reload   atomic.Bool
	flush    atomic.Uint64
	woken    chan struct{}
	sequence atomic.Uint64 // p.Sequence
	oldest   atomic.Int64  // time of the oldest batch that was read and is not delivered, 0 for none
}

// errEnded says that the trail is gone and everything of it delivered.
var errEnded = errors.New("the trail has ended")

// errFatal is wrapped by errors that end the server.
var errFatal = errors.New("delivery of a trail cannot go on")

func newWorker(c *Courier, arn string) *worker {
	w := &worker{c: c, arn: arn, woken: make(chan struct{}, 1)}
	w.reload.Store(true)
	return w
}

// wake makes the worker look at its trail again.
func (w *worker) wake() {
	w.reload.Store(true)
	w.nudge()
}

// flushAt asks for a delivery as soon as the window has a batch.
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

// run works until ctx ends or the trail has ended.
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
			if err := w.fail(ctx, err); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// step does the next thing.
func (w *worker) step(ctx context.Context) error {
	if w.reload.Swap(false) || !w.loaded {
		if err := w.load(ctx); err != nil {
			if !errors.Is(err, errEnded) {
				w.reload.Store(true)
			}
			return err
		}
	}
	switch {
	case w.p.Cut != nil:
		return w.deliver(ctx)
	case w.digestDue():
		return w.deliverDigests(ctx)
	case w.p.Gone != nil && w.consumed >= w.p.Gone.Through:
		return w.end(ctx)
	}
	if w.feed == nil {
		if err := w.open(ctx); err != nil {
			return err
		}
	}
	return w.gather(ctx)
}

// open starts reading behind what is delivered.
func (w *worker) open(ctx context.Context) error {
	f, err := journal.OpenFeed(ctx, w.c.cfg.Journal, w.p.Sequence)
	if last := w.c.cfg.Journal.Last(); err != nil && ctx.Err() == nil && w.fresh && last > w.p.Sequence {
		// Between the making of the trail and Changed, others released what it begins
		// with.
		w.c.cfg.Logger.Error("the journal does not have the first batches of a new trail any more; its log files begin later", "trail", w.arn, "behind", last, "error", err)
		p := w.p
		p.Sequence = last
		if err := w.save(ctx, p, w.status, nil); err != nil {
			return err
		}
		f, err = journal.OpenFeed(ctx, w.c.cfg.Journal, last)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errFatal, err)
	}
	w.fresh = false
	w.feed, w.consumed = f, w.p.Sequence
	return nil
}

// rewind forgets what is consumed and not delivered.
func (w *worker) rewind() {
	if w.feed != nil {
		w.feed.Close()
		w.feed = nil
	}
	if w.win != nil {
		w.win.discard()
		w.win = nil
	}
	w.held, w.consumed = nil, w.p.Sequence
	w.oldest.Store(0)
}

// gather waits for the next batch, the end of a window, or news.
func (w *worker) gather(ctx context.Context) error {
	if b := w.held; b != nil {
		w.held = nil
		return w.take(ctx, *b)
	}
	if at := w.flush.Load(); at != 0 && w.consumed >= at {
		w.flush.CompareAndSwap(at, 0)
		if w.win != nil {
			return w.cut(ctx, false)
		}
	}
	if w.win == nil && w.consumed >= w.c.cfg.Journal.Last() && w.p.changes(&w.p.Trail) {
		// A chain begins or ends with a window, also where nothing happens.
		w.enter(w.c.cfg.Now())
		return nil
	}
	var ring <-chan time.Time
	if until := w.deadline(); !until.IsZero() {
		wait := until.Sub(w.c.cfg.Now())
		if wait <= 0 && w.consumed >= w.c.cfg.Journal.Last() {
			return w.expire(ctx, until)
		}
		// When the time is over and there are batches, they come now.
		if wait > 0 {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			ring = timer.C
		}
	}
	select {
	case b, ok := <-w.feed.Batches:
		if !ok {
			return fmt.Errorf("%w: %w", errFatal, w.feed.Err)
		}
		return w.take(ctx, b)
	case <-ring:
		return nil
	case <-w.woken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deadline is when something is due without a batch: the end of the window or of
// the digest, or another try at a digest. Zero is never.
func (w *worker) deadline() (at time.Time) {
	if w.win != nil {
		at = w.win.end
	}
	if !w.p.Since.IsZero() {
		next := w.digestEnd()
		if w.digestReady() {
			next = w.digestAt
		}
		if at.IsZero() || next.Before(at) {
			at = next
		}
	}
	return at
}

// expire acts on a deadline that has passed, when everything that the journal
// had acknowledged after it is consumed. A batch that it dated before and
// acknowledges later may still come. It belongs to the next window, because
// the cut, or progress.Closed, is committed before anything says otherwise.
func (w *worker) expire(ctx context.Context, at time.Time) error {
	if w.win != nil && !w.win.end.After(at) {
		return w.cut(ctx, true)
	}
	w.close(at)
	return nil
}

// close says that all windows that end up to a time are closed. It is committed
// with the next digest or window.
func (w *worker) close(at time.Time) {
	if at.After(w.p.Closed) {
		w.p.Closed = at
	}
}

// floor is when the window of a time begins.
func floor(t time.Time, interval time.Duration) time.Time { return t.Truncate(interval) }

// enter opens the window of a time, unless a digest is due before: windows that
// had nothing are passed over.
func (w *worker) enter(t time.Time) (entered bool) {
	if t.Before(w.p.Closed) {
		t = w.p.Closed
	}
	begin := floor(t.UTC(), w.c.cfg.Interval)
	w.close(begin)
	if w.digestDue() {
		return false
	}
	w.win = newWindow(begin.Add(w.c.cfg.Interval), w.c.zip, w.c.cfg.MaxFile)
	return true
}

// take adds a batch to the window, or ends the window that it is behind.
func (w *worker) take(ctx context.Context, b journal.Batch) error {
	if b.Sequence != w.consumed+1 {
		return fmt.Errorf("%w: the journal gave batch %d behind %d", errFatal, b.Sequence, w.consumed)
	}
	if w.win == nil && !w.enter(b.Time) {
		w.held = &b
		return nil
	}
	if !b.Time.Before(w.win.end) {
		w.held = &b
		return w.cut(ctx, true)
	}
	w.add(b)
	switch {
	case w.p.Gone != nil && w.consumed >= w.p.Gone.Through:
		return w.cut(ctx, true)
	case w.win.raw >= w.c.cfg.PartBytes:
		return w.cut(ctx, false)
	}
	return nil
}

// add consumes a batch.
func (w *worker) add(b journal.Batch) {
	t := &w.p.Trail
	if w.p.Cut != nil {
		t = &w.p.Cut.Trail
	}
	if n := w.win.add(b, t, w.rules.at(b.Sequence)); n > 0 {
		w.c.cfg.Logger.Error("records in the journal cannot be read; the trail leaves them out", "trail", w.arn, "batch", b.Sequence, "records", n)
		w.c.metrics.skipped.Add(float64(n))
	}
	w.consumed = b.Sequence
	w.oldest.CompareAndSwap(0, b.Time.UnixNano())
}

// cut ends the window or, if closes is false, what is delivered of it now.
func (w *worker) cut(ctx context.Context, closes bool) error {
	k := cut{End: w.win.end, Through: w.consumed, Closes: closes, Trail: w.p.Trail}
	if k.End.Equal(w.p.PartOf) {
		k.Part = w.p.Part
	}
	if g := w.p.Gone; g != nil && closes && w.consumed >= g.Through && g.At.Before(k.End) && g.At.After(w.p.Closed) {
		k.End = g.At
	}
	if w.win.events == 0 {
		return w.commit(ctx, k, w.status, nil)
	}
	w.win.end = k.End
	p := w.p
	p.Cut = &k
	// From the commit on, the cut is what will be delivered, whatever happens.
	if err := w.save(ctx, p, w.status, nil); err != nil {
		return err
	}
	w.prepare()
	return nil
}
