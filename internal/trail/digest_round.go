package trail

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// digestRound is the digests of one time, one for each account and Region, which
// are delivered together.
type digestRound struct {
	end     time.Time
	objects []*object
	chains  map[string]chain
	// ids are the entries of "trails.files" that these digests name.
	ids []string
}

// digestEnd is when the next digest ends: at the next full interval, or with the
// chain.
func (w *worker) digestEnd() time.Time {
	p := &w.p
	next := floor(p.Since, w.c.cfg.DigestInterval).Add(w.c.cfg.DigestInterval)
	if !p.Final.IsZero() && p.Final.Before(next) {
		return p.Final
	}
	return next
}

// digestReady tells whether all log files of the next digest are delivered.
func (w *worker) digestReady() bool {
	return !w.p.Since.IsZero() && !w.p.Closed.Before(w.digestEnd())
}

// digestDue tells whether the next digest is to be delivered before anything
// else. Digests that fail do not hold up log files, except for the end of a
// chain: what comes behind it is for another one.
func (w *worker) digestDue() bool {
	return w.digestReady() && (!w.p.Final.IsZero() || !w.c.cfg.Now().Before(w.digestAt))
}

// deliverDigests puts the digests that are due, and commits.
func (w *worker) deliverDigests(ctx context.Context) error {
	if w.digests == nil {
		// That the time of the digests is closed is committed before they are made.
		// Otherwise a batch that the journal dated in it, and that comes behind a
		// crash, would be in a log file that the digest then has to name. And where
		// they go is, so that they are not in two buckets, see retarget.
		p := w.p
		if p.DigestsTo == nil || !p.DigestsFailing.IsZero() {
			to := p.Trail.destination()
			p.DigestsTo = &to
		}
		if err := w.save(ctx, p, w.status, nil); err != nil {
			return err
		}
		round, err := w.buildDigests(ctx)
		if err != nil {
			return &deliveryError{"digest", err}
		}
		w.digests = round
	}
	if err := w.put(ctx, "digest", w.digests.objects); err != nil {
		return err
	}
	now := w.c.cfg.Now().UTC()
	s := w.status
	s.Digests = Delivery{Attempted: now, Succeeded: now}
	return w.commitDigests(ctx, s)
}

// chainKey names a chain: ACCOUNT/REGION.
func chainKey(account, region string) string { return account + "/" + region }

// buildDigests makes and signs the digests that are due. A digest names the log
// files whose windows end in its time, its beginning excluded.
func (w *worker) buildDigests(ctx context.Context) (*digestRound, error) {
	trail := w.p.Trail.to(*w.p.DigestsTo)
	t := &trail
	round := &digestRound{end: w.digestEnd(), chains: make(map[string]chain)}
	files, err := w.undigested(ctx, round)
	if err != nil {
		return nil, err
	}
	keys := make(map[string]bool)
	for k := range files {
		keys[k] = true
	}
	for k := range w.p.Chains {
		keys[k] = true
	}
	multi := current(t.Epochs, w.p.Sequence).MultiRegion
	if multi {
		for _, region := range w.c.cfg.Regions {
			keys[chainKey(t.AccountID, region)] = true
		}
	}
	home := chainKey(t.AccountID, t.HomeRegion)
	keys[home] = true
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		account, region, _ := strings.Cut(k, "/")
		d := newDigest(t, account, region, w.p.Since, round.end, w.p.Chains[k], files[k])
		content, c, err := d.sign(ctx, w.c.cfg.Signer, region, round.end)
		if err != nil {
			return nil, err
		}
		o := newObject(t, "digest", d.Object, pack(w.c.zip, content))
		o.in.Metadata = map[string]string{"signature": c.Signature, "signature-algorithm": signatureAlgorithm}
		round.objects = append(round.objects, o)
		// A trail that became one of a single Region has a last digest elsewhere.
		if multi || k == home {
			round.chains[k] = c
		}
	}
	return round, nil
}

// undigested reads the log files of a round, by chain.
func (w *worker) undigested(ctx context.Context, round *digestRound) (map[string][]fileEntry, error) {
	items, err := w.c.files.List(ctx, w.arn+"|")
	if err != nil {
		return nil, fmt.Errorf("read which log files wait for a digest: %w", err)
	}
	out := make(map[string][]fileEntry)
	last := filesUpTo(w.arn, round.end)
	for _, it := range items {
		if it.ID > last {
			continue
		}
		round.ids = append(round.ids, it.ID)
		for _, f := range it.Value {
			k := chainKey(f.Account, f.Region)
			out[k] = append(out[k], f)
		}
	}
	return out, nil
}

// commitDigests moves the chains on. A crash before it puts the digests again,
// with the same content as long as the Region's key is the same.
func (w *worker) commitDigests(ctx context.Context, s Status) error {
	p, round := w.p, w.digests
	p.Chains, p.Since, p.DigestsTo = round.chains, round.end, nil
	if s.Digests.Error == "" {
		p.DigestsFailing = time.Time{}
	}
	if round.end.Equal(p.Final) {
		p.Chains, p.Since, p.Final = nil, time.Time{}, time.Time{}
		if p.on(&p.Trail) {
			p.Since = round.end
		}
	}
	err := w.save(ctx, p, s, func(ctx context.Context) error {
		for _, id := range round.ids {
			if err := w.c.files.Delete(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.digests, w.digestRetries = nil, 0
	return nil
}
