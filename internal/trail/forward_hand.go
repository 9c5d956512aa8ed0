package trail

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// forwarded is how many records are handed on at once.
const forwarded = 500

// commitEvery is how often the position is committed while there is more to
// forward: what a crash repeats.
const commitEvery = time.Second

// hand forwards the records of one trail to one target. What is not atomic is
// its goroutine's; ended is guarded by the Forwarder's lock.
type hand struct {
	f           *Forwarder
	id          string // of the state
	arn, target string
	forwardOf   func(Trail) Forward

	loaded    bool
	fresh     bool       // nothing was read for the target yet
	s         forwarding // as committed, but for Sequence, which may be ahead
	rules     rules
	to        Forward
	feed      *journal.Feed
	committed time.Time
	retries   int

	ended    bool
	reload   atomic.Bool
	woken    chan struct{}
	sequence atomic.Uint64
}

func newHand(f *Forwarder, id, arn, target string, forward func(Trail) Forward) *hand {
	h := &hand{f: f, id: id, arn: arn, target: target, forwardOf: forward, woken: make(chan struct{}, 1)}
	h.reload.Store(true)
	return h
}

// wake makes the hand look at its trail again.
func (h *hand) wake() {
	h.reload.Store(true)
	select {
	case h.woken <- struct{}{}:
	default:
	}
}

// run forwards until ctx ends, the trail has ended (errEnded), or it cannot go on.
func (h *hand) run(ctx context.Context) error {
	defer h.close()
	for ctx.Err() == nil {
		err := h.step(ctx)
		switch {
		case err == nil:
		case errors.Is(err, errEnded), errors.Is(err, errFatal), errors.Is(err, store.ErrUncertain):
			return err
		case ctx.Err() == nil:
			h.f.cfg.Logger.Error("forwarding the records of a trail is tried again", "trail", h.arn, "target", h.target, "error", err)
			h.wait(ctx, h.pause(err))
		}
	}
	return ctx.Err()
}

func (h *hand) close() {
	if h.feed != nil {
		h.feed.Close()
		h.feed = nil
	}
	h.loaded = false
}

// step looks at the trail if it has changed, and forwards the next batch.
func (h *hand) step(ctx context.Context) error {
	if h.reload.Swap(false) || !h.loaded {
		if err := h.load(ctx); err != nil {
			if !errors.Is(err, errEnded) {
				h.reload.Store(true)
			}
			return err
		}
	}
	if g := h.s.Gone; g != nil && h.s.Sequence >= g.Through {
		return h.forget(ctx)
	}
	if h.feed == nil {
		if err := h.open(ctx); err != nil {
			return err
		}
	}
	select {
	case b, ok := <-h.feed.Batches:
		return h.take(ctx, b, ok)
	default:
	}
	// Nothing waits: now is the time to commit.
	if err := h.commit(ctx); err != nil {
		return err
	}
	select {
	case b, ok := <-h.feed.Batches:
		return h.take(ctx, b, ok)
	case <-h.woken:
	case <-ctx.Done():
	}
	return nil
}

// load reads the trail and, at first, the position.
func (h *hand) load(ctx context.Context) error {
	item, err := h.f.trails.Get(ctx, h.arn)
	exists := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read the trail: %w", err)
	}
	t := item.Value
	state, err := h.f.state.Get(ctx, h.id)
	begun := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read how far the target is: %w", err)
	}
	s := h.s
	if !h.loaded {
		s = state.Value
	}
	same := exists && t.Created.Equal(s.Trail.Created)
	wanted := exists && h.forwardOf(t) != nil
	switch {
	case !begun && !wanted, begun && same && !wanted:
		return h.forget(ctx)
	case !begun:
		if s, err = h.begin(ctx, t); err != nil {
			return err
		}
	case same:
		s.Trail = t
	case s.Gone == nil: // deleted, and perhaps made anew under the name
		s.Gone = &gone{Through: h.f.cfg.Journal.Last(), At: h.f.cfg.Now().UTC()}
		if exists {
			s.Gone.Through = min(s.Gone.Through, firstSequence(&t))
		}
	}
	if h.rules, err = compileRules(s.Trail.Epochs); err != nil {
		return fmt.Errorf("selectors: %w", err)
	}
	if _, err := h.f.state.Put(ctx, h.id, s); err != nil {
		return fmt.Errorf("note how far the target is: %w", err)
	}
	if !h.loaded {
		h.f.cfg.Journal.Register(sinkName(h.id), s.Sequence)
		h.sequence.Store(s.Sequence)
	}
	h.s, h.to, h.loaded, h.committed = s, h.forwardOf(s.Trail), true, h.f.cfg.Now()
	return nil
}

// begin is the state of a target that has nothing yet: of a trail of which
// nothing is delivered it gets everything, of another what comes from now on.
func (h *hand) begin(ctx context.Context, t Trail) (forwarding, error) {
	s := forwarding{Trail: t, Sequence: h.f.cfg.Journal.Last()}
	p, err := h.f.progress.Get(ctx, h.arn)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return s, fmt.Errorf("read how far the trail is: %w", err)
	}
	if h.fresh = err != nil || !p.Value.Trail.Created.Equal(t.Created); h.fresh {
		s.Sequence = begin(&t, s.Sequence).Sequence
	}
	return s, nil
}

// open starts reading behind what is forwarded.
func (h *hand) open(ctx context.Context) error {
	f, err := journal.OpenFeed(ctx, h.f.cfg.Journal, h.s.Sequence)
	if last := h.f.cfg.Journal.Last(); err != nil && ctx.Err() == nil && h.fresh && last > h.s.Sequence {
		// As in worker.open: others released what the trail begins with.
		h.f.cfg.Logger.Error("the journal does not have the first batches of a new trail any more; they are not forwarded", "trail", h.arn, "target", h.target, "behind", last, "error", err)
		h.s.Sequence = last
		f, err = journal.OpenFeed(ctx, h.f.cfg.Journal, last)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errFatal, err)
	}
	h.feed, h.fresh = f, false
	return nil
}

// take forwards what the trail logs of a batch.
func (h *hand) take(ctx context.Context, b journal.Batch, ok bool) error {
	if !ok {
		return fmt.Errorf("%w: %w", errFatal, h.feed.Err)
	}
	var records []Record
	h.rules.at(b.Sequence).each(b, &h.s.Trail, func(g group, raw []byte, env *event.Envelope) {
		records = append(records, Record{Raw: raw, Time: env.EventTime, Account: g.account, Region: g.region, Category: env.Category})
	})
	for len(records) > 0 {
		n := min(len(records), forwarded)
		err := h.to(ctx, records[:n])
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			if err := h.failed(ctx, err); err != nil {
				return err
			}
			if !h.tooLong(b) {
				h.wait(ctx, h.pause(err))
				if h.reload.Load() || ctx.Err() != nil {
					return h.again() // the trail may be repaired, or gone
				}
				continue
			}
			h.f.metrics.givenUp.WithLabelValues(h.target).Add(float64(len(records)))
			h.f.cfg.Logger.Error("records of a trail are given up; its log files have them", "trail", h.arn, "target", h.target, "batch", b.Sequence,
				"records", len(records), "failing since", h.s.Failing, "error", err)
			records = nil
		default:
			now := h.f.cfg.Now().UTC()
			h.retries, h.s.Failing, h.s.Status = 0, time.Time{}, Delivery{Attempted: now, Succeeded: now}
			h.f.metrics.records.WithLabelValues(h.target).Add(float64(n))
			records = records[n:]
		}
	}
	h.s.Sequence = b.Sequence
	if h.f.cfg.Now().Sub(h.committed) >= commitEvery {
		return h.commit(ctx)
	}
	return nil
}

// again makes the feed begin behind the last batch that was forwarded.
func (h *hand) again() error {
	h.feed.Close()
	h.feed = nil
	return nil
}

// commit makes the position durable, and lets the journal go on.
func (h *hand) commit(ctx context.Context) error {
	h.committed = h.f.cfg.Now()
	if h.sequence.Load() == h.s.Sequence {
		return nil
	}
	if _, err := h.f.state.Put(ctx, h.id, h.s); err != nil {
		return fmt.Errorf("note how far the target is: %w", err)
	}
	h.sequence.Store(h.s.Sequence)
	// A release that is lost is made up for by the next one.
	if err := h.f.cfg.Journal.Release(ctx, sinkName(h.id), h.s.Sequence); err != nil && ctx.Err() == nil {
		h.f.cfg.Logger.Warn("the journal does not take note of what is forwarded", "trail", h.arn, "target", h.target, "error", err)
	}
	return nil
}

// failed notes a failure.
func (h *hand) failed(ctx context.Context, err error) error {
	now := h.f.cfg.Now().UTC()
	if h.s.Failing.IsZero() {
		h.s.Failing = now
	}
	h.s.Status.Attempted, h.s.Status.Error = now, codeOf(err)
	h.f.metrics.failures.WithLabelValues(h.arn, h.target).Inc()
	h.f.cfg.Logger.Warn("records of a trail cannot be forwarded", "trail", h.arn, "target", h.target, "error", err)
	if _, err := h.f.state.Put(ctx, h.id, h.s); err != nil {
		return fmt.Errorf("note that the target fails: %w", err)
	}
	return nil
}

// tooLong tells whether a batch is given up.
func (h *hand) tooLong(b journal.Batch) bool {
	now := h.f.cfg.Now()
	failing := now.Sub(h.s.Failing)
	if g := h.s.Gone; g != nil && now.Sub(g.At) >= patience && failing >= patience {
		return true
	}
	return failing >= h.f.cfg.GiveUp && now.Sub(b.Time) >= h.f.cfg.GiveUp
}

func (h *hand) pause(err error) time.Duration {
	return pause(err, &h.retries, h.f.cfg.RetryMin, h.f.cfg.RetryMax, h.f.cfg.Jitter())
}

func (h *hand) wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-h.woken:
	case <-ctx.Done():
	}
}

// forget removes the state: the trail is gone, or its records go there no more.
func (h *hand) forget(ctx context.Context) error {
	if err := h.f.state.Delete(ctx, h.id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forget how far the target is: %w", err)
	}
	h.s = forwarding{}
	h.f.metrics.failures.DeleteLabelValues(h.arn, h.target)
	// The journal need not wait for it. The next number would overflow there.
	if err := h.f.cfg.Journal.Release(ctx, sinkName(h.id), math.MaxUint64-1); err != nil {
		return fmt.Errorf("release the journal: %w", err)
	}
	if item, err := h.f.trails.Get(ctx, h.arn); err == nil && h.forwardOf(item.Value) != nil {
		h.reload.Store(true) // made anew under the name
	}
	return errEnded
}
