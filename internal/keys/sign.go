package keys

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

// Sign signs a SHA-256 digest (RSASSA-PKCS1-v1_5) with the Region's key, and says
// which that was. at is the end time of the digest file, by which verifiers look
// for the key. See [Ring.Signer], of which it is the short form.
func (r *Ring) Sign(ctx context.Context, region string, at time.Time, digest []byte) (signature []byte, fingerprint string, err error) {
	fingerprint, sign, err := r.Signer(ctx, region, at)
	if err != nil {
		return nil, "", err
	}
	signature, err = sign(digest)
	return signature, fingerprint, err
}

// Signer gives the key that signs a Region's digest file which ends at that time:
// its fingerprint, which the digest file has in it, and the function that then
// signs the SHA-256 of the signing string. The function is for this one digest
// file and not to be kept. It fails only when what it is given has not the length
// of a SHA-256.
//
// A Region without a key gets its first, and a key that is too old for that time,
// or by the clock, is replaced. For a digest that is signed late the validity of
// the key is moved back to its time. These are durable when Signer returns, and
// must not be part of somebody's transaction: inside a [store.DB.Tx] of the same
// database it panics.
//
// Errors: what the store says, [store.ErrUncertain] among it, after which the
// Region's key changes no more until the next start.
func (r *Ring) Signer(ctx context.Context, region string, at time.Time) (fingerprint string, sign func(digest []byte) ([]byte, error), err error) {
	if r.db.InTx(ctx) {
		panic("BUG: keys: a signing key was asked for inside a store transaction")
	}
	if region == "" || at.IsZero() {
		return "", nil, fmt.Errorf("keys: a signing key has a Region and a time, and was asked for with %q and %v", region, at)
	}
	k, err := r.key(ctx, region, at)
	if err != nil {
		return "", nil, fmt.Errorf("keys: signing key of %s: %w", region, err)
	}
	return k.Fingerprint, k.sign, nil
}

// region gives the keys of a Region, which are none for a new one.
func (r *Ring) region(name string) *region {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.regions[name]
	if g == nil {
		g = new(region)
		r.regions[name] = g
	}
	return g
}

func (r *Ring) currentOf(name string) *signingKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if g := r.regions[name]; g != nil {
		return g.current
	}
	return nil
}

// worn says that a key signs nothing more that ends at that time. Its age counts
// in two ways: by the digests, so that it signs within its validity, and by the
// clock, so that a backlog of old digests does not keep it in use. A key from the
// future was made by a clock that was wrong, and would not age for as long.
func (r *Ring) worn(k *signingKey, at time.Time) bool {
	age := r.now().Sub(k.Made)
	return !at.Before(k.End.Add(-r.margin)) || age >= r.lifetime || age < -r.margin
}

// key finds the key for a time, and where there is none makes or changes one.
func (r *Ring) key(ctx context.Context, name string, at time.Time) (*signingKey, error) {
	if k := r.currentOf(name); k != nil && !r.worn(k, at) && !at.Before(k.Start) {
		return k, nil
	}
	g := r.region(name)
	g.change.Lock()
	defer g.change.Unlock()
	k := r.currentOf(name) // somebody may have been faster
	fresh := k != nil && !r.worn(k, at)
	switch {
	case fresh && !at.Before(k.Start):
		return k, nil
	case g.failed != nil:
		return nil, fmt.Errorf("restart the server, which then sees which key it has: %w", g.failed)
	case fresh:
		return r.extend(ctx, g, k, at)
	}
	return r.rotate(ctx, g, k, name, at)
}

// extend moves the start of a key's validity back before a time. The keys that
// were current then can sign no more, and whoever validates the digest asks for
// the keys of that time. The caller holds g.change.
func (r *Ring) extend(ctx context.Context, g *region, k *signingKey, at time.Time) (*signingKey, error) {
	moved := &signingKey{k.record, k.private}
	moved.Start = second(at.Add(-r.margin))
	err := r.commit(ctx, g, func(ctx context.Context) error {
		_, err := r.records.Put(ctx, moved.id(), moved.record)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("move the validity of %s back to %v: %w", k.Fingerprint, moved.Start, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	g.current = moved
	return moved, nil
}

// rotate makes a key and forgets the private part of the one before, if there is
// one, in the same transaction: after a crash either key is the Region's only one
// with a private part. The caller holds g.change.
func (r *Ring) rotate(ctx context.Context, g *region, old *signingKey, name string, at time.Time) (*signingKey, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	private, err := r.generate()
	if err != nil {
		return nil, fmt.Errorf("make an RSA key: %w", err)
	}
	public := x509.MarshalPKCS1PublicKey(&private.PublicKey)
	k := &signingKey{private: private, record: record{
		Region: name, Fingerprint: fingerprintOf(public), Public: public, Made: second(r.now()),
		Start: second(at.Add(-r.margin)), End: second(at.Add(r.lifetime + r.margin)),
	}}
	k.Sealed = r.seal.Seal(k.purpose(), x509.MarshalPKCS1PrivateKey(private))
	var retired []record
	if old != nil {
		retired = []record{old.record}
		retired[0].Sealed = nil
	}
	err = r.commit(ctx, g, func(ctx context.Context) error {
		for _, o := range retired {
			if _, err := r.records.Put(ctx, o.id(), o); err != nil {
				return err
			}
		}
		_, err := r.records.Create(ctx, k.id(), k.record)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store a new key: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	g.retired = slices.Concat(g.retired, retired)
	g.current = k
	return k, nil
}

// commit runs write in a transaction. After an uncertain outcome the Region's
// newest key may be one that only the store knows; another change would give the
// Region two. What the current key still signs stays verifiable: its public part
// is in the store either way.
func (r *Ring) commit(ctx context.Context, g *region, write func(ctx context.Context) error) error {
	err := r.tx(ctx, write)
	if errors.Is(err, store.ErrUncertain) {
		g.failed = err
	}
	return err
}

// second cuts a time to the second, which is what ListPublicKeys shows.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
