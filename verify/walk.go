package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// place is where a digest should be, and what is known of it beforehand.
type place struct {
	bucket, key string
	// signature and hash come from the next digest, which names this one.
	signature, hash string
}

type fetchedDigest struct {
	digest    *Digest
	content   []byte
	signature string // of the object's metadata, "" if there is none
	err       error
}

// run lists the digests, walks from the newest to the oldest, and then looks
// for log files that none of them names.
func (w *walker) run(ctx context.Context) error {
	if err := w.list(ctx, w.opt.End.Add(time.Hour)); err != nil {
		return fmt.Errorf("list the digests: %w", err)
	}
	if len(w.listed) == 0 {
		return nil
	}
	next := place{bucket: w.trail.Bucket, key: w.listed[len(w.listed)-1]}
	var younger *Digest
	for next.key != "" && ctx.Err() == nil {
		w.readAhead(ctx, next.key)
		got := w.get(ctx, next)
		older := w.listedBefore(next.key)
		err := w.judge(next, &got)
		if errors.Is(err, errUnsigned) {
			w.add(Finding{Kind: Gap, Bucket: next.bucket, Key: next.key, Message: "the newest digest cannot be checked: its signature is in the object's metadata, which this copy has not"})
			next, younger = got.digest.previous(), got.digest
			continue
		}
		f, fatal := verdict(DigestFile, next.bucket, next.key, err)
		if fatal != nil {
			return fatal
		}
		w.add(f)
		if err != nil {
			w.lost(next.key, older, younger, err)
			next = place{bucket: w.trail.Bucket, key: older}
			continue
		}
		next, younger = w.accept(ctx, got.digest, older), got.digest
		if err := w.follow(ctx, next, younger); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	w.stayed()
	for _, s := range w.stays {
		if err := w.orphans(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// stay is a time of which the digests are in one place.
type stay struct {
	trail    Trail
	from, to time.Time
}

// stayed notes the place that the walk has been in since it last moved.
func (w *walker) stayed() {
	to := w.report.FoundEnd
	if n := len(w.stays); n > 0 {
		to = w.stays[n-1].from
	}
	w.stays = append(w.stays, stay{w.trail, w.report.FoundStart, to})
}

// follow goes to where the trail delivered before, when the chain leads there:
// its bucket was changed, or the prefix. What was before a break of the chain is
// then looked for there too.
func (w *walker) follow(ctx context.Context, next place, younger *Digest) error {
	prefix, _, ok := strings.Cut(next.key, "AWSLogs/")
	if !ok || next.bucket == w.trail.Bucket && prefix == w.trail.Prefix {
		return nil
	}
	w.stayed()
	w.trail.Bucket, w.trail.Prefix = next.bucket, prefix
	w.listed, w.fetched = nil, make(map[string]chan fetchedDigest)
	if err := w.list(ctx, younger.StartTime); err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("list the digests of the bucket that the trail had before: %w", err)
	}
	return nil
}

// list finds the digests of the range that end at last or before. A digest that
// ends up to an hour behind the range still covers a part.
func (w *walker) list(ctx context.Context, last time.Time) error {
	pattern := w.trail.digestPattern()
	after := w.trail.digestKey(w.opt.Start.Add(-time.Minute))
	defer func() { w.opt.Listed(len(w.listed)) }()
	return w.src.List(ctx, w.trail.Bucket, w.trail.folder("CloudTrail-Digest"), after, func(key string) bool {
		m := pattern.FindStringSubmatch(key)
		if m == nil {
			return true
		}
		if end, err := time.Parse(digestTime, m[1]); err == nil && end.After(last) {
			return false
		}
		w.listed = append(w.listed, key)
		return true
	})
}

// listedBefore is the newest listed digest older than key, "" if there is none.
func (w *walker) listedBefore(key string) string {
	i, _ := slices.BinarySearch(w.listed, key)
	if i == 0 {
		return ""
	}
	return w.listed[i-1]
}

// readAhead reads the digest at key and those that probably follow.
func (w *walker) readAhead(ctx context.Context, key string) {
	i, found := slices.BinarySearch(w.listed, key)
	if !found {
		i--
	}
	for n := 0; n < cap(w.slots)/2+1 && i >= 0; n, i = n+1, i-1 {
		k := w.listed[i]
		if _, ok := w.fetched[k]; ok {
			continue
		}
		result := make(chan fetchedDigest, 1)
		w.fetched[k] = result
		w.slots <- struct{}{}
		go func() {
			defer func() { <-w.slots }()
			result <- w.fetch(ctx, w.trail.Bucket, k)
		}()
	}
}

func (w *walker) get(ctx context.Context, p place) fetchedDigest {
	if result, ok := w.fetched[p.key]; ok && p.bucket == w.trail.Bucket {
		delete(w.fetched, p.key)
		return <-result
	}
	return w.fetch(ctx, p.bucket, p.key)
}

func (w *walker) fetch(ctx context.Context, bucket, key string) (f fetchedDigest) {
	obj, err := w.src.Get(ctx, bucket, key)
	if err != nil {
		return fetchedDigest{err: err}
	}
	defer obj.Body.Close()
	var content bytes.Buffer
	if f.err = unpack(io.LimitReader(obj.Body, maxDigest), &content); f.err != nil {
		return f
	}
	f.content, f.signature = content.Bytes(), obj.Metadata["signature"]
	f.digest, f.err = parseDigest(f.content)
	return f
}

var errUnsigned = errors.New("the signature is not at hand")

// judge says whether a digest is what stands at its place.
func (w *walker) judge(p place, got *fetchedDigest) error {
	if got.err != nil {
		return got.err
	}
	d := got.digest
	if d.S3Bucket != p.bucket || d.S3Object != p.key {
		return &invalidError{"has been moved from its original location"}
	}
	key, ok := w.keys[d.KeyFingerprint]
	if !ok {
		return &invalidError{fmt.Sprintf("public key not found in region %s for fingerprint %s", w.trail.Region, d.KeyFingerprint)}
	}
	signature := got.signature
	if signature == "" {
		signature = p.signature
	}
	if signature == "" {
		return errUnsigned
	}
	if err := d.checkSignature(got.content, signature, key); err != nil {
		if errors.Is(err, errSignature) {
			return err
		}
		return &invalidError{err.Error()}
	}
	if sum := sha256.Sum256(got.content); p.hash != "" && hex.EncodeToString(sum[:]) != p.hash {
		return &invalidError{"is signed, but is not the digest that the next one names"}
	}
	return nil
}

func (d *Digest) previous() place {
	return place{bucket: d.PreviousS3Bucket, key: d.PreviousS3Object, signature: d.PreviousSignature, hash: d.PreviousHash}
}

// accept takes a valid digest: its log files are checked, and the walk goes on
// with the digest before.
func (w *walker) accept(ctx context.Context, d *Digest, older string) place {
	r := w.report
	if r.FoundEnd.IsZero() {
		r.FoundEnd = d.EndTime
		if d.EndTime.After(w.opt.End) {
			r.FoundEnd = w.opt.End
		}
	}
	r.FoundStart = d.StartTime
	if n := len(r.Keys); n == 0 || r.Keys[n-1] != d.KeyFingerprint {
		r.Keys = append(r.Keys, d.KeyFingerprint)
	}
	for _, f := range d.LogFiles {
		w.addLog(ctx, f)
	}
	if d.PreviousS3Object != "" {
		if end, ok := w.endOf(d.PreviousS3Object); ok && end.Before(w.opt.Start) {
			return place{}
		}
		return d.previous()
	}
	// The first digest of a chain: before it, validation was off.
	if older == "" {
		return place{}
	}
	if end, ok := w.endOf(older); ok {
		w.add(Finding{Kind: Gap, Message: fmt.Sprintf("No log files were delivered by CloudTrail between %s and %s", stamp(end), stamp(d.StartTime))})
	}
	return place{bucket: w.trail.Bucket, key: older}
}

// lost says which time an invalid digest leaves unchecked, and how many digests
// are gone in a row: a chain shows only the first of them.
func (w *walker) lost(key, older string, younger *Digest, err error) {
	end, ok := w.endOf(key)
	if !ok {
		return
	}
	from := w.opt.Start
	if older != "" {
		if t, ok := w.endOf(older); ok {
			from = t
		}
	}
	message := fmt.Sprintf("Log files delivered between %s and %s cannot be validated", stamp(from), stamp(end))
	if errors.Is(err, ErrNotFound) && younger != nil {
		if interval := younger.EndTime.Sub(younger.StartTime); interval > 0 {
			n := max(1, int(math.Round(float64(end.Sub(from))/float64(interval))))
			message = fmt.Sprintf("%s: %d digest files in a row are missing", message, n)
		}
	}
	w.add(Finding{Kind: Gap, Message: message})
}

// endOf reads the end time out of a digest's name.
func (w *walker) endOf(key string) (time.Time, bool) {
	m := w.trail.digestPattern().FindStringSubmatch(key)
	if m == nil {
		return time.Time{}, false
	}
	t, err := time.Parse(digestTime, m[1])
	return t, err == nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// orphans lists the log files delivered in the time that valid digests in a
// place cover, and reports those that none of them names.
func (w *walker) orphans(ctx context.Context, s stay) error {
	if s.from.IsZero() {
		return nil
	}
	pattern := s.trail.logPattern()
	folder := s.trail.folder("CloudTrail")
	from, to := s.from, s.to
	for day := from.UTC().Truncate(24 * time.Hour); !day.After(to); day = day.Add(24 * time.Hour) {
		err := w.src.List(ctx, s.trail.Bucket, folder+day.Format("2006/01/02/"), "", func(key string) bool {
			m := pattern.FindStringSubmatch(key)
			if m == nil {
				return true
			}
			// Names have minutes only: a file on the edge may belong to a digest
			// outside of the range.
			at, err := time.Parse(logTime, m[1])
			if err != nil || at.Before(from.Add(time.Minute)) || at.After(to.Add(-time.Minute)) {
				return true
			}
			if _, ok := w.named[maphash.String(w.seed, s.trail.Bucket+"/"+key)]; !ok {
				w.add(Finding{Kind: Orphan, Bucket: s.trail.Bucket, Key: key, Message: "no valid digest names this log file"})
			}
			return ctx.Err() == nil
		})
		if err != nil {
			return fmt.Errorf("list the log files: %w", err)
		}
	}
	return nil
}
