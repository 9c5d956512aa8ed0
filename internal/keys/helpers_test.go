package keys

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/store"
)

const east, west = "us-east-1", "eu-west-1"

var start = time.Date(2026, 3, 14, 15, 9, 26, 535e6, time.UTC)

// house is a ring over a store that tests can close and open again.
type house struct {
	*Ring
	t    testing.TB
	dir  string
	db   *store.DB
	seal Sealer
	life time.Duration
	ns   atomic.Int64
	// made counts the keys that were generated.
	made atomic.Int64
}

func newHouse(t testing.TB, life time.Duration) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), life: life}
	h.ns.Store(start.UnixNano())
	seal, err := identity.LoadOrCreateKey(filepath.Join(h.dir, "secret.key"))
	check(t, err)
	h.seal = seal
	h.reopen()
	t.Cleanup(func() { _ = h.db.Close() })
	return h
}

func (h *house) clock() time.Time        { return time.Unix(0, h.ns.Load()) }
func (h *house) advance(d time.Duration) { h.ns.Add(int64(d)) }

// open opens a ring over the store as it is.
func (h *house) open() (*Ring, error) {
	return Open(h.t.Context(), Config{Store: h.db, Seal: h.seal, Now: h.clock, Lifetime: h.life})
}

// reopen starts again with what is on disk.
func (h *house) reopen() {
	h.t.Helper()
	if h.db != nil {
		check(h.t, h.db.Close())
	}
	db, err := store.Open(h.t.Context(), filepath.Join(h.dir, "state.db"))
	check(h.t, err)
	h.db = db
	h.Ring, err = h.open()
	check(h.t, err)
	h.generate = func() (*rsa.PrivateKey, error) {
		h.made.Add(1)
		// The smallest that Go makes: a hundredth of the time of the real size,
		// which TestKeysAreCloudTrails makes.
		return rsa.GenerateKey(rand.Reader, 1024)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func digestOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// signed is a signature that was handed out.
type signed struct {
	region, fingerprint string
	at                  time.Time
	digest, signature   []byte
}

// mustSign signs something of its own for each Region and time.
func (h *house) mustSign(region string, at time.Time) signed {
	h.t.Helper()
	s := signed{region: region, at: at, digest: digestOf(fmt.Sprint(region, at.UnixNano()))}
	var err error
	s.signature, s.fingerprint, err = h.Sign(h.t.Context(), region, at, s.digest)
	check(h.t, err)
	return s
}

// verify checks a signature as a verifier does, who has its time and its Region.
func (s signed) verify(r *Ring) error {
	for _, k := range r.Public(s.at, s.at) {
		if k.Region != s.region || k.Fingerprint != s.fingerprint {
			continue
		}
		public, err := x509.ParsePKCS1PublicKey(k.Value)
		if err != nil {
			return err
		}
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, s.digest, s.signature)
	}
	return fmt.Errorf("no key %s of %s is valid at %v", s.fingerprint, s.region, s.at)
}

// stored is what is on disk, by id.
func (h *house) stored() map[string]record {
	h.t.Helper()
	items, err := h.records.List(h.t.Context(), "")
	check(h.t, err)
	out := make(map[string]record)
	for _, it := range items {
		out[it.ID] = it.Value
	}
	return out
}

// fsck reads everything on disk again: each Region has one private key at most, it
// opens, and every signature that was handed out verifies.
func (h *house) fsck(handedOut ...signed) {
	h.t.Helper()
	h.reopen() // fails for a second private key, and for damage
	private := make(map[string]int)
	for _, k := range h.stored() {
		if len(k.Sealed) > 0 {
			private[k.Region]++
		}
	}
	for _, k := range h.stored() {
		if private[k.Region] != 1 {
			h.t.Errorf("%s has %d private keys on disk, want 1", k.Region, private[k.Region])
		}
	}
	for _, s := range handedOut {
		if err := s.verify(h.Ring); err != nil {
			h.t.Errorf("signature of %v: %v", s.at, err)
		}
	}
}

func mustIs(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

type txFunc = func(ctx context.Context, fn func(ctx context.Context) error) error
