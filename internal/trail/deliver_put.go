package trail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/store"
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

// deliveryError is a failure that the trail's status tells, as one of log files
// or of digests.
type deliveryError struct {
	kind string
	err  error
}

func (e *deliveryError) Error() string { return e.err.Error() }
func (e *deliveryError) Unwrap() error { return e.err }

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
		case b, ok := <-w.feed.batches:
			if !ok {
				return fmt.Errorf("%w: %w", errFatal, w.feed.err)
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
	w.forward(ctx, &k.Trail, &s)
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

// maxNotice bounds the keys in a notice: SNS takes messages of up to 256 KB.
const maxNotice = 500

// notify tells the topic.
func (w *worker) notify(ctx context.Context, t *Trail, s *Status) {
	if w.c.cfg.Notify == nil || t.SNSTopicARN == "" {
		return
	}
	var err error
	for i := 0; i < len(w.sending) && err == nil; i += maxNotice {
		n := Notice{Bucket: t.S3BucketName}
		for _, o := range w.sending[i:min(i+maxNotice, len(w.sending))] {
			n.Keys = append(n.Keys, o.in.Key)
		}
		err = w.c.cfg.Notify.Notify(ctx, *t, n)
	}
	w.tell("notify", &s.Notifications, err)
}

// tell notes the outcome of what goes elsewhere.
func (w *worker) tell(step string, d *Delivery, err error) {
	now := w.c.cfg.Now().UTC()
	d.Attempted, d.Error = now, ""
	if err == nil {
		d.Succeeded = now
		return
	}
	d.Error = codeOf(err)
	w.c.metrics.failures.WithLabelValues(w.arn, step).Inc()
	w.c.cfg.Logger.Warn("a trail's log files are delivered, but what goes with them is not", "trail", w.arn, "step", step, "error", err)
}

// forwarded is how many records are forwarded at once.
const forwarded = 500

// forward hands the records on.
func (w *worker) forward(ctx context.Context, t *Trail, s *Status) {
	if w.c.cfg.Records == nil {
		return
	}
	to := w.c.cfg.Records(*t)
	if to == nil {
		return
	}
	var err error
	for _, o := range w.sending {
		if err = forwardFile(ctx, to, o); err != nil {
			break
		}
	}
	w.tell("records", &s.CloudWatch, err)
}

func forwardFile(ctx context.Context, to Forward, o *object) error {
	content := unpack(o.in.Body)
	defer content.Close()
	r := event.NewReader(content)
	for left := o.file.events; left > 0; {
		records := make([]Record, 0, min(left, forwarded))
		for range cap(records) {
			rec, err := r.Next()
			if err != nil {
				return fmt.Errorf("read %s again: %w", o.in.Key, err)
			}
			records = append(records, Record{Raw: append([]byte(nil), rec.Raw...), Time: rec.EventTime, Account: o.file.account, Region: o.file.region, Category: rec.Category})
		}
		if err := to(ctx, records); err != nil {
			return err
		}
		left -= len(records)
	}
	return nil
}

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
	pause := cfg.RetryMax
	var kind interface{ Retryable() bool }
	if (!errors.As(err, &kind) || kind.Retryable()) && *retries < 30 {
		pause = min(pause, cfg.RetryMin<<*retries)
	}
	*retries++
	return pause/2 + time.Duration(cfg.Jitter()*float64(pause)/2)
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
