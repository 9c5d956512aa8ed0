package trail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

// load reads the trail, and on the first call how far it is.
func (w *worker) load(ctx context.Context) error {
	if !w.loaded {
		if err := w.restore(ctx); err != nil {
			return err
		}
	}
	item, err := w.c.trails.Get(ctx, w.arn)
	exists := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read the trail: %w", err)
	}
	p, t := w.p, item.Value
	switch {
	case !w.loaded && !exists:
		if err := w.forget(ctx); err != nil {
			return err
		}
		return errEnded
	case !w.loaded:
		w.fresh = true
		p = begin(&t, w.c.cfg.Journal.Last())
	case exists && t.Created.Equal(p.Trail.Created):
		p.Trail = t
	case p.Gone == nil:
		p.Gone = &gone{Through: w.c.cfg.Journal.Last(), At: w.c.cfg.Now().UTC().Truncate(time.Second)}
		if exists { // made anew under the name
			p.Gone.Through = min(p.Gone.Through, firstSequence(&t))
			if made := t.Created.UTC().Truncate(time.Second); made.Before(p.Gone.At) {
				p.Gone.At = made
			}
		}
	}
	epochs := p.Trail.Epochs
	if p.Cut != nil {
		p.Cut = w.retarget(p.Cut, &p)
		epochs = p.Cut.Trail.Epochs
	}
	compiled, err := compileRules(epochs)
	if err != nil {
		return fmt.Errorf("selectors: %w", err)
	}
	// The window was gathered by epochs that no longer hold for it: a change was
	// committed after batches that it comes before.
	stale := w.p.Cut == nil && !sameEpochs(inForce(w.p.Trail.Epochs, w.p.Sequence, w.consumed), inForce(epochs, w.p.Sequence, w.consumed))
	if err := w.save(ctx, p, w.status, nil); err != nil {
		return err
	}
	w.rules, w.digests, w.digestAt = compiled, nil, time.Time{}
	if !w.loaded {
		w.loaded, w.consumed = true, p.Sequence
		w.c.cfg.Journal.Register(sinkName(w.arn), p.Sequence)
	}
	if stale || p.Gone != nil && w.consumed > p.Gone.Through {
		w.rewind()
	}
	return nil
}

// restore reads how far the trail is.
func (w *worker) restore(ctx context.Context) error {
	item, err := w.c.progress.Get(ctx, w.arn)
	if errors.Is(err, store.ErrNotFound) {
		w.p, w.status = progress{}, Status{}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read how far the trail is: %w", err)
	}
	status, err := w.c.status.Get(ctx, w.arn)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read the trail's status: %w", err)
	}
	w.p, w.status = item.Value, status.Value
	w.loaded = true
	w.consumed = w.p.Sequence
	w.sequence.Store(w.p.Sequence)
	return nil
}

// begin is the state of a trail of which nothing is delivered. Its first window
// begins when it was made.
func begin(t *Trail, last uint64) progress {
	p := progress{Trail: *t, Sequence: last, Closed: t.Created.UTC().Truncate(time.Second)}
	if len(t.Epochs) > 0 {
		p.Sequence = min(last, t.Epochs[0].After)
	}
	return p
}

// end finishes a trail that was deleted: what is open is delivered, then the
// last digest, then it is forgotten. A trail that was made under the name
// meanwhile begins.
func (w *worker) end(ctx context.Context) error {
	if w.win != nil {
		return w.cut(ctx, true)
	}
	if !w.p.Since.IsZero() {
		p := w.p
		p.Final = p.Gone.At
		if !p.Final.After(p.Since) {
			p.Final = p.Since.Add(time.Second)
		}
		if p.Final.After(p.Closed) {
			p.Closed = p.Final
		}
		return w.save(ctx, p, w.status, nil)
	}
	w.rewind()
	if err := w.forget(ctx); err != nil {
		return err
	}
	w.p, w.status, w.loaded = progress{}, Status{}, false
	w.c.metrics.drop(w.arn)
	return nil
}
