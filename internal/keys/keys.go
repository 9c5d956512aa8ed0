// Package keys keeps the RSA keys with which digest files are signed: one at a
// time for each Region, made when it is first needed and replaced before it is
// 30 days old.
//
// It guarantees that a key is durable before the first signature with it goes
// out, and that whoever asks [Ring.Public] for the time of a digest gets the key
// that signed it, also when the digest was signed late or around a rotation. The
// same digest signed again with the same key has the same signature.
//
// The keys rest in the collection keys.signing of the control-plane store. A
// private key is sealed there with the master key, and bound to its Region and
// fingerprint; at rotation it is overwritten. The public key stays for ever. All
// keys are in memory too, so that a signature needs no SQL. The package starts no
// goroutines; its locks are described at [Ring].
//
// What it does not do: it knows no digests and no API. It does not protect public
// keys from one who can write the store; an auditor who must not depend on that
// saves them. A private key that was overwritten may still be, sealed, in a backup
// or in unused pages of the store's file.
//
// Source of the rules: "Validating CloudTrail log file integrity", AWS CloudTrail
// User Guide, and ListPublicKeys of the CloudTrail API reference.
package keys

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

// ErrDamaged is a stored key that is not what was stored, or that was sealed with
// another master key.
var ErrDamaged = errors.New("a signing key in the control-plane store is damaged, or was sealed with another master key")

// DefaultLifetime is how long a key signs, and the longest that it may. With the
// margins before and behind it makes the 30 days for which CloudTrail's keys are
// valid.
const DefaultLifetime = 29 * 24 * time.Hour

// minLifetime keeps the margins longer than the seconds to which the times of
// validity are cut.
const minLifetime = time.Minute

// keyBits is the size of CloudTrail's keys.
const keyBits = 2048

// Sealer encrypts what rests in the store; identity.Key is one. What was sealed
// for one purpose opens for no other.
type Sealer interface {
	Seal(purpose string, plaintext []byte) []byte
	Open(purpose string, sealed []byte) ([]byte, error)
}

// Config is what a [Ring] is made of.
type Config struct {
	Store *store.DB
	Seal  Sealer
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Lifetime is how long a key signs, from a minute to DefaultLifetime; 0 is
	// DefaultLifetime. A key is valid for a fifty-eighth of it more at both ends.
	Lifetime time.Duration
}

// Ring has the signing keys of all Regions. It is safe for concurrent use.
//
// Each Region has a lock of its own for changes, so that the tenth of a second
// that a new key takes, or much more on a busy machine, holds up neither another
// Region nor [Ring.Public].
type Ring struct {
	db       *store.DB
	records  *store.Collection[record]
	seal     Sealer
	now      func() time.Time
	lifetime time.Duration
	margin   time.Duration

	// generate and tx are rsa.GenerateKey and db.Tx.
	generate func() (*rsa.PrivateKey, error)
	tx       func(ctx context.Context, fn func(ctx context.Context) error) error

	// mu guards regions and what its comment says of region. It is taken after a
	// region's change, and never held while something waits.
	mu      sync.RWMutex
	regions map[string]*region
}

// region is the keys of one Region.
type region struct {
	// change serializes what makes and changes keys, from the decision to the
	// copy in memory, and guards failed.
	change sync.Mutex
	// failed is a commit with an unknown outcome: what the store has is not what
	// is in memory, so nothing more is changed until the next start.
	failed error

	// Ring.mu guards the fields below. Keys are replaced and never changed.
	current *signingKey // nil before the first signature
	retired []record
}

// PublicKey is the public half of a signing key.
type PublicKey struct {
	Region string
	// Value is the key in DER, as an RSAPublicKey of PKCS #1.
	Value []byte
	// Fingerprint is 32 hexadecimal digits, as digest files name the key.
	Fingerprint string
	// ValidityStart and ValidityEnd are whole seconds, in UTC. The end times of all
	// digests that the key signed are between them.
	ValidityStart, ValidityEnd time.Time
}

// Open reads the keys from the store and opens the private ones. It fails with
// [ErrDamaged] when one of them is not whole, rather than make another: a key that
// is lost makes what it signed unverifiable, and that has to be known.
func Open(ctx context.Context, cfg Config) (*Ring, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Lifetime == 0 {
		cfg.Lifetime = DefaultLifetime
	}
	if cfg.Lifetime < minLifetime || cfg.Lifetime > DefaultLifetime {
		return nil, fmt.Errorf("keys: a signing key cannot be used for %v; choose a time from %v to %v", cfg.Lifetime, minLifetime, DefaultLifetime)
	}
	r := &Ring{
		db: cfg.Store, records: store.NewCollection[record](cfg.Store, "keys.signing"), seal: cfg.Seal, now: cfg.Now,
		// The margins of DefaultLifetime are 12 hours each.
		lifetime: cfg.Lifetime, margin: cfg.Lifetime / 58,
		generate: func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) },
		tx:       cfg.Store.Tx, regions: make(map[string]*region),
	}
	items, err := r.records.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("keys: read the signing keys: %w", err)
	}
	for _, it := range items {
		if err := r.load(it.ID, it.Value); err != nil {
			return nil, fmt.Errorf("keys: signing key %s: %w: %w; restore the store and the key file from the same backup", it.ID, ErrDamaged, err)
		}
	}
	return r, nil
}

// Public gives the keys of all Regions that are valid at some time from the one
// to the other, both included, ordered by the start of their validity. A zero time
// is now, as in ListPublicKeys. A range that ends before it starts has no keys.
func (r *Ring) Public(from, to time.Time) []PublicKey {
	now := r.now()
	if from.IsZero() {
		from = now
	}
	if to.IsZero() {
		to = now
	}
	if from.After(to) {
		return nil
	}
	var out []PublicKey
	add := func(k record) {
		if k.Start.After(to) || k.End.Before(from) {
			return
		}
		out = append(out, PublicKey{
			Region: k.Region, Value: bytes.Clone(k.Public), Fingerprint: k.Fingerprint, ValidityStart: k.Start, ValidityEnd: k.End,
		})
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, g := range r.regions {
		for _, k := range g.retired {
			add(k)
		}
		if g.current != nil {
			add(g.current.record)
		}
	}
	slices.SortFunc(out, func(a, b PublicKey) int {
		if c := a.ValidityStart.Compare(b.ValidityStart); c != 0 {
			return c
		}
		return strings.Compare(a.Region+a.Fingerprint, b.Region+b.Fingerprint)
	})
	return out
}
