package trail

import (
	"context"
	"errors"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

// deliveryError is a failure that the trail's status tells, as one of log files
// or of digests.
type deliveryError struct {
	kind string
	err  error
}

func (e *deliveryError) Error() string { return e.err.Error() }
func (e *deliveryError) Unwrap() error { return e.err }

// fail notes a failure, gives up what has failed for too long, and waits before
// the next try, or until there is news.
func (w *worker) fail(ctx context.Context, err error) error {
	step, retries := "load", &w.retries
	var failed *deliveryError
	if errors.As(err, &failed) {
		step = failed.kind
	}
	if step == "digest" {
		retries = &w.digestRetries
	}
	w.c.metrics.failures.WithLabelValues(w.arn, step).Inc()
	pause := w.pause(err, retries)
	w.c.cfg.Logger.Warn("delivery of a trail failed and is tried again", "trail", w.arn, "step", step, "error", err, "pause", pause)
	if failed != nil {
		if err := w.note(ctx, failed); err != nil {
			return err
		}
		if w.tooLong(failed.kind) {
			return w.giveUp(ctx, failed)
		}
	}
	if step == "digest" && w.p.Final.IsZero() {
		w.digestAt = w.c.cfg.Now().Add(pause)
		return nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.woken:
	case <-ctx.Done():
	}
	return nil
}

// pause is how long to wait before the next try.
func (w *worker) pause(err error, retries *int) time.Duration {
	cfg := &w.c.cfg
	return pause(err, retries, cfg.RetryMin, cfg.RetryMax, cfg.Jitter())
}

// pause doubles from least to most with each retry, and is the longest at once
// for an error that a retry alone does not help. Half of it is jitter.
func pause(err error, retries *int, least, most time.Duration, jitter float64) time.Duration {
	d := most
	var kind interface{ Retryable() bool }
	if (!errors.As(err, &kind) || kind.Retryable()) && *retries < 30 {
		d = min(most, least<<*retries)
	}
	*retries++
	return d/2 + time.Duration(jitter*float64(d)/2)
}

// note commits a failure to the status.
func (w *worker) note(ctx context.Context, failed *deliveryError) error {
	now := w.c.cfg.Now().UTC()
	p, s := w.p, w.status
	d, since := &s.Logs, &p.Failing
	if failed.kind == "digest" {
		d, since = &s.Digests, &p.DigestsFailing
	}
	if since.IsZero() {
		*since = now
	}
	d.Attempted, d.Error = now, codeOf(failed.err)
	err := w.save(ctx, p, s, nil)
	if err != nil && !errors.Is(err, store.ErrUncertain) && ctx.Err() == nil {
		w.c.cfg.Logger.Error("the status of a trail cannot be kept", "trail", w.arn, "error", err)
		return nil
	}
	return err
}

// patience is how long the rest of a trail that was deleted is tried: deleting a
// trail is what ends the tries, says the guide.
const patience = 15 * time.Minute

// tooLong tells whether what is being delivered is given up: when it is old and
// nothing has worked for as long. What piled up behind is given up one by one,
// as it gets old, and as soon as one works, nothing more. Digests that cannot be
// signed are not given up: what the next ones would name is not known.
func (w *worker) tooLong(kind string) bool {
	since, end := w.p.Failing, time.Time{}
	switch {
	case kind == "digest" && w.digests != nil:
		since, end = w.p.DigestsFailing, w.digests.end
	case kind == "log" && w.p.Cut != nil:
		end = w.p.Cut.End
	default:
		return false
	}
	now := w.c.cfg.Now()
	if g := w.p.Gone; g != nil && now.Sub(g.At) >= patience && now.Sub(since) >= patience {
		return true
	}
	return now.Sub(end) >= w.c.cfg.GiveUp && now.Sub(since) >= w.c.cfg.GiveUp
}

// giveUp goes on without what failed.
func (w *worker) giveUp(ctx context.Context, failed *deliveryError) error {
	w.c.metrics.lost.WithLabelValues(failed.kind).Inc()
	log := w.c.cfg.Logger.With("trail", w.arn, "kind", failed.kind, "error", failed.err)
	if failed.kind == "digest" {
		log.Error("digests are given up: nobody can validate the log files that they name", "end", w.digests.end, "failing since", w.p.DigestsFailing)
		return w.commitDigests(ctx, w.status)
	}
	k := *w.p.Cut
	events := 0
	for _, o := range w.sending {
		events += o.file.events
	}
	log.Error("log files are given up: these events are not in the trail's bucket", "window", k.End, "events", events, "last batch", k.Through, "failing since", w.p.Failing)
	return w.commit(ctx, k, w.status, nil)
}

// retarget points a cut at another bucket when the trail was, and the old one
// fails: that is how a trail is repaired. Otherwise a cut that has begun goes
// where it began, so that no file is in two buckets.
func (w *worker) retarget(k *cut, p *progress) *cut {
	if p.Gone != nil || p.Failing.IsZero() || k.Trail.destination() == p.Trail.destination() {
		return k
	}
	moved := *k
	moved.Trail = k.Trail.to(p.Trail.destination())
	for _, o := range w.sending {
		next := newObject(&moved.Trail, o.kind, logKey(&moved.Trail, o.file.place), o.in.Body)
		o.in, o.done = next.in, false
	}
	return &moved
}
