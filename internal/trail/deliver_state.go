package trail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

const progressCollection = "trails.delivery"

// progress is how far the delivery of a trail is, in the collection
// "trails.delivery" under the trail's ARN.
type progress struct {
	// Trail is the trail as last seen: one that was deleted is delivered to its end.
	Trail Trail `json:"trail"`
	// Sequence is the last batch that is delivered.
	Sequence uint64 `json:"sequence"`
	// Closed is the end of what is closed: all windows that end up to then are
	// delivered, and what the journal dates earlier counts as of then. That can
	// happen: the journal dates a batch before it acknowledges it, and clocks are
	// set back.
	Closed time.Time `json:"closed"`
	// Part counts the deliveries of the window that ends at PartOf, which is not
	// closed yet.
	Part   int       `json:"part,omitempty"`
	PartOf time.Time `json:"partOf,omitzero"`
	// Cut is what is being delivered.
	Cut *cut `json:"cut,omitempty"`
	// Passed is the epoch that holds behind Sequence.
	Passed *Epoch `json:"passed,omitempty"`

	// Since is when the next digest begins; zero while there are none. Final is
	// when the chain ends, zero while it goes on.
	Since time.Time `json:"since,omitzero"`
	Final time.Time `json:"final,omitzero"`
	// DigestsTo is where the digests go that are being delivered.
	DigestsTo *destination `json:"digestsTo,omitempty"`
	// Chains have the last digest of each account and Region.
	Chains map[string]chain `json:"chains,omitempty"`

	// Failing is since when log files fail, and DigestsFailing since when digests
	// do; zero when the last one worked.
	Failing        time.Time `json:"failing,omitzero"`
	DigestsFailing time.Time `json:"digestsFailing,omitzero"`
	// Gone is set when the trail was deleted.
	Gone *gone `json:"gone,omitempty"`
}

// cut says what one delivery has: the batches behind progress.Sequence up to
// Through, of a window that ends at End. It is committed before anything of it
// is put, and makes what is put a function of the journal: without it, a window
// that was closed because its time was over could have one more batch when it is
// delivered again, or be selected by an epoch that came in between.
type cut struct {
	End     time.Time `json:"end"`
	Part    int       `json:"part"`
	Through uint64    `json:"through"`
	// Closes is false when the window goes on.
	Closes bool  `json:"closes"`
	Trail  Trail `json:"trail"`
}

// destination is where a trail's files go.
type destination struct {
	Bucket   string `json:"bucket"`
	Prefix   string `json:"prefix,omitempty"`
	KMSKeyID string `json:"kmsKeyId,omitempty"`
}

func (t *Trail) destination() destination {
	return destination{t.S3BucketName, t.S3KeyPrefix, t.KMSKeyID}
}

// to is the trail with another destination.
func (t Trail) to(d destination) Trail {
	t.S3BucketName, t.S3KeyPrefix, t.KMSKeyID = d.Bucket, d.Prefix, d.KMSKeyID
	return t
}

// gone is the end of a trail that was deleted.
type gone struct {
	Through uint64    `json:"through"`
	At      time.Time `json:"at"`
}

// fileEntry is a log file that waits for its digest, in the collection
// "trails.files" under the ARN, the window's end and the part.
type fileEntry struct {
	Account string    `json:"account"`
	Region  string    `json:"region"`
	Bucket  string    `json:"bucket"`
	Object  string    `json:"object"`
	Hash    string    `json:"hash"`
	Oldest  time.Time `json:"oldest"`
	Newest  time.Time `json:"newest"`
}

// filesID is where the entries of a delivery stand; filesUpTo sorts behind those
// of all windows that end up to a time.
func filesID(arn string, end time.Time, part int) string {
	return fmt.Sprintf("%s|%020d|%06d", arn, end.UnixNano(), part)
}

func filesUpTo(arn string, end time.Time) string {
	return fmt.Sprintf("%s|%020d|~", arn, end.UnixNano())
}

// inForce are the epochs that hold for the batches from after+1 to through.
func inForce(epochs []Epoch, after, through uint64) []Epoch {
	var out []Epoch
	for _, e := range epochs {
		switch {
		case e.After >= through && e.After > after:
		case e.After <= after:
			out = []Epoch{e}
		default:
			out = append(out, e)
		}
	}
	return out
}

// current is the epoch that holds behind a batch.
func current(epochs []Epoch, sequence uint64) Epoch {
	if e := inForce(epochs, sequence, sequence); len(e) > 0 {
		return e[0]
	}
	return Epoch{}
}

// passing are the epochs that begin up to a batch and that are not passed yet.
// The API may replace the last epoch; then those that begin where it did count.
func (p *progress) passing(epochs []Epoch, through uint64) []Epoch {
	first := 0
	for i := range epochs {
		if p.Passed != nil && (epochs[i].After < p.Passed.After || sameEpochs(epochs[i:i+1], []Epoch{*p.Passed})) {
			first = i + 1
		}
	}
	var out []Epoch
	for _, e := range epochs[first:] {
		if e.After <= through {
			out = append(out, e)
		}
	}
	return out
}

// sameEpochs compares epochs as they are stored.
func sameEpochs(a, b []Epoch) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// pass moves the digests' state over the epochs of the batches from after+1 to
// p.Sequence, at the end of a window that began at a time. A chain ends when
// logging stops or validation is switched off, and when both are on again
// another one begins: so it shows that there was a time without.
func (p *progress) pass(t *Trail, after uint64, began time.Time) {
	p.start(t, after, began)
	before, stopped := Epoch{}, false
	if p.Passed != nil {
		before = *p.Passed
	}
	for _, e := range p.passing(t.Epochs, p.Sequence) {
		stopped = stopped || before.Logging && !e.Logging
		before = e
	}
	now := current(t.Epochs, p.Sequence)
	p.Passed = &now
	switch {
	case p.Since.IsZero() || !stopped && p.on(t):
	case p.Closed.After(p.Since):
		p.Final = p.Closed
	default: // nothing was delivered since
		p.Since, p.Chains = time.Time{}, nil
	}
}

// on tells whether there are digests behind p.Sequence.
func (p *progress) on(t *Trail) bool {
	return p.Gone == nil && t.LogFileValidation && current(t.Epochs, p.Sequence).Logging
}

// start begins a chain when one of the batches from after+1 to p.Sequence was
// logged or the next will be: at a time or when logging was started, if that is
// later and not behind p.Closed.
func (p *progress) start(t *Trail, after uint64, at time.Time) {
	logs := func(e Epoch) bool { return e.Logging }
	if !p.Since.IsZero() || !t.LogFileValidation || !slices.ContainsFunc(inForce(t.Epochs, after, p.Sequence), logs) && !p.on(t) {
		return
	}
	p.Since = at
	if began := t.StartLogging.UTC().Truncate(time.Second); began.After(at) && began.Before(p.Closed) {
		p.Since = began
	}
}

// changes tells whether pass would do something.
func (p *progress) changes(t *Trail) bool {
	q := *p
	q.pass(t, p.Sequence, p.Closed)
	return q.Since != p.Since || q.Final != p.Final
}

// save commits the state with whatever else belongs to it. After
// store.ErrUncertain nobody may go on.
func (w *worker) save(ctx context.Context, p progress, s Status, also func(context.Context) error) error {
	s.Sequence = p.Sequence
	dropped := p.dropEpochs()
	err := w.c.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		if _, err := w.c.progress.Put(ctx, w.arn, p); err != nil {
			return err
		}
		if _, err := w.c.status.Put(ctx, w.arn, s); err != nil {
			return err
		}
		if dropped {
			if err := w.dropEpochs(ctx, &p); err != nil {
				return err
			}
		}
		if also != nil {
			return also(ctx)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("commit the delivery: %w", err)
	}
	w.p, w.status = p, s
	w.sequence.Store(p.Sequence)
	w.c.moved()
	return nil
}

// passed counts the epochs that no batch behind a sequence needs.
func passed(epochs []Epoch, sequence uint64) int {
	n := 0
	for i, e := range epochs {
		if e.After <= sequence {
			n = i
		}
	}
	return n
}

// dropEpochs leaves out the epochs that are passed, and tells whether there were
// any.
func (p *progress) dropEpochs() bool {
	n := passed(p.Trail.Epochs, p.Sequence)
	p.Trail.Epochs = p.Trail.Epochs[n:]
	return n > 0
}

// dropEpochs does the same with the trail that the API has. The API changes
// trails in transactions too, so nothing of either is lost.
func (w *worker) dropEpochs(ctx context.Context, p *progress) error {
	item, err := w.c.trails.Get(ctx, w.arn)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t := item.Value
	if !t.Created.Equal(p.Trail.Created) {
		return nil
	}
	needed := p.Sequence
	// A target that is behind still needs the epochs of what it has not taken.
	targets, err := w.c.forwarded.List(ctx, w.arn+"|")
	if err != nil {
		return err
	}
	for _, f := range targets {
		needed = min(needed, f.Value.Sequence)
	}
	t.Epochs = t.Epochs[passed(t.Epochs, needed):]
	_, err = w.c.trails.Put(ctx, w.arn, t)
	return err
}

// forget removes everything of a trail that was deleted and is delivered.
func (w *worker) forget(ctx context.Context) error {
	err := w.c.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		files, err := w.c.files.List(ctx, w.arn+"|")
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := w.c.files.Delete(ctx, f.ID); err != nil {
				return err
			}
		}
		if err := w.c.status.Delete(ctx, w.arn); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := w.c.progress.Delete(ctx, w.arn); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget the trail: %w", err)
	}
	// The journal need not wait for it. The next number would overflow there.
	return w.c.cfg.Journal.Release(ctx, sinkName(w.arn), math.MaxUint64-1)
}
