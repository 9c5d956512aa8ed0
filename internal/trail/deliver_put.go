package trail

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// object is a file that is being put.
type object struct {
	in   PutInput
	kind string // "log" or "digest", a label of metrics
	file *builtFile
	done bool
}

func newObject(t *Trail, kind, key string, body []byte) *object {
	return &object{kind: kind, in: PutInput{
		Bucket: t.S3BucketName, Key: key, Body: body, KMSKeyID: t.KMSKeyID, TrailARN: t.ARN,
		ContentType: "application/json", ContentEncoding: "gzip",
	}}
}

// puts is how many files of a trail are put at once.
const puts = 4

// put puts what is not there yet.
func (w *worker) put(ctx context.Context, kind string, objects []*object) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(puts)
	for _, o := range objects {
		if o.done {
			continue
		}
		g.Go(func() error {
			if err := w.c.cfg.Bucket.Put(ctx, o.in); err != nil {
				return fmt.Errorf("put %s into %s: %w", o.in.Key, o.in.Bucket, err)
			}
			o.done = true
			w.c.metrics.files.WithLabelValues(o.kind).Inc()
			w.c.metrics.bytes.WithLabelValues(o.kind).Add(float64(len(o.in.Body)))
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return &deliveryError{kind, err}
	}
	return nil
}

// prepare makes the files of the cut out of the window, which is complete.
func (w *worker) prepare() {
	k := w.p.Cut
	w.sending = []*object{}
	for _, f := range w.win.finish(k.Part) {
		o := newObject(&k.Trail, "log", logKey(&k.Trail, f.place), f.body())
		f.chunks = nil
		o.file = &f
		w.sending = append(w.sending, o)
	}
	w.win = nil
}

// regather reads the batches of a cut that was committed before a restart.
func (w *worker) regather(ctx context.Context) error {
	k := w.p.Cut
	if w.feed == nil || w.consumed != w.p.Sequence || w.held != nil {
		w.rewind()
		if err := w.open(ctx); err != nil {
			return err
		}
	}
	w.win = newWindow(k.End, w.c.zip, w.c.cfg.MaxFile)
	for w.consumed < k.Through {
		select {
		case b, ok := <-w.feed.Batches:
			if !ok {
				return fmt.Errorf("%w: %w", errFatal, w.feed.Err)
			}
			w.add(b)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.prepare()
	return nil
}

// deliver puts the files of the cut, tells about them, and commits.
func (w *worker) deliver(ctx context.Context) error {
	if w.sending == nil {
		if err := w.regather(ctx); err != nil {
			return err
		}
	}
	k := *w.p.Cut
	if err := w.put(ctx, "log", w.sending); err != nil {
		return err
	}
	now := w.c.cfg.Now().UTC()
	s := w.status
	s.Logs = Delivery{Attempted: now, Succeeded: now}
	w.notify(ctx, &k.Trail, &s)
	entries := make([]fileEntry, 0, len(w.sending))
	events := 0
	for _, o := range w.sending {
		f := o.file
		entries = append(entries, fileEntry{Account: f.account, Region: f.region, Bucket: o.in.Bucket, Object: o.in.Key, Hash: f.hash(), Oldest: f.oldest, Newest: f.newest})
		events += f.events
	}
	if err := w.commit(ctx, k, s, entries); err != nil {
		return err
	}
	w.c.metrics.events.Add(float64(events))
	return nil
}

// commit moves the position behind a cut. With the commit, the files count as
// delivered; a crash before delivers them again, under the same names.
func (w *worker) commit(ctx context.Context, k cut, s Status, entries []fileEntry) error {
	p, after := w.p, w.p.Sequence
	p.Sequence, p.Cut = k.Through, nil
	if len(entries) > 0 {
		p.Failing = time.Time{}
	}
	if k.Closes {
		before := p.Closed
		p.Part, p.PartOf = 0, time.Time{}
		if k.End.After(p.Closed) {
			p.Closed = k.End
		}
		p.pass(&p.Trail, after, before)
	} else {
		p.Part, p.PartOf = k.Part+1, k.End
		p.start(&p.Trail, after, p.Closed)
	}
	// Files are for digests when validation was on as they were delivered.
	if p.Since.IsZero() {
		entries = nil
	}
	err := w.save(ctx, p, s, func(ctx context.Context) error {
		if len(entries) == 0 {
			return nil
		}
		_, err := w.c.files.Put(ctx, filesID(w.arn, k.End, k.Part), entries)
		return err
	})
	if err != nil {
		return err
	}
	w.sending, w.win, w.retries = nil, nil, 0
	w.oldest.Store(0)
	if w.held != nil {
		w.oldest.Store(w.held.Time.UnixNano())
	}
	if w.rules, err = compileRules(w.p.Trail.Epochs); err != nil {
		return fmt.Errorf("selectors: %w", err)
	}
	// A release that is lost is made up for by the next one.
	if err := w.c.cfg.Journal.Release(ctx, sinkName(w.arn), p.Sequence); err != nil && ctx.Err() == nil {
		w.c.cfg.Logger.Warn("the journal does not take note of what a trail has delivered", "trail", w.arn, "error", err)
	}
	return nil
}
