package keys

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

func TestSign(t *testing.T) {
	h := newHouse(t, 0)
	one := h.mustSign(east, start)
	check(t, one.verify(h.Ring))
	again := h.mustSign(east, start)
	if !bytes.Equal(one.signature, again.signature) || one.fingerprint != again.fingerprint {
		t.Error("the same digest was signed differently")
	}
	if other := h.mustSign(east, start.Add(time.Hour)); other.fingerprint != one.fingerprint || bytes.Equal(other.signature, one.signature) {
		t.Error("another digest has the same signature, or another key")
	}
	if other := h.mustSign(west, start); other.fingerprint == one.fingerprint {
		t.Error("two Regions share a key")
	}
	one.digest[0] ^= 1
	if one.verify(h.Ring) == nil {
		t.Error("a changed digest verifies")
	}

	fingerprint, sign, err := h.Signer(t.Context(), east, start)
	check(t, err)
	signature, err := sign(again.digest)
	check(t, err)
	if fingerprint != again.fingerprint || !bytes.Equal(signature, again.signature) {
		t.Error("Signer and Sign differ")
	}
	h.fsck(again)
	if h.made.Load() != 2 {
		t.Errorf("%d keys were made, want 2", h.made.Load())
	}
	if restarted := h.mustSign(east, start); restarted.fingerprint != again.fingerprint || !bytes.Equal(restarted.signature, again.signature) {
		t.Error("after a restart the same digest was signed differently")
	}
}

func TestSignRefuses(t *testing.T) {
	h := newHouse(t, 0)
	f := func(region string, at time.Time, digest []byte, want string) {
		t.Helper()
		signature, fingerprint, err := h.Sign(t.Context(), region, at, digest)
		if err == nil || !strings.Contains(err.Error(), want) || signature != nil {
			t.Errorf("Sign: %x, key %q, error %v, want one with %q", signature, fingerprint, err, want)
		}
	}
	f("", start, digestOf(""), "asked for with")
	f(east, time.Time{}, digestOf(""), "asked for with")
	if len(h.stored()) != 0 {
		t.Error("a refused signature made a key")
	}
	f(east, start, digestOf("")[1:], "31 bytes")

	defer func() {
		if p, _ := recover().(string); !strings.HasPrefix(p, "BUG:") {
			t.Errorf("inside a transaction Sign ended with %q, want a panic", p)
		}
	}()
	_ = h.db.Tx(t.Context(), func(ctx context.Context) error {
		_, _, err := h.Sign(ctx, east, start, digestOf(""))
		return err
	})
}

// The keys have the size, exponent, form and times that CloudTrail's have.
func TestKeysAreCloudTrails(t *testing.T) {
	h := newHouse(t, 0)
	r, err := h.open() // with the real generate
	check(t, err)
	_, fingerprint, err := r.Sign(t.Context(), east, start, digestOf("x"))
	check(t, err)
	got := r.Public(start, start)
	if len(got) != 1 {
		t.Fatalf("%d keys, want 1", len(got))
	}
	k := got[0]
	public, err := x509.ParsePKCS1PublicKey(k.Value)
	check(t, err)
	if public.N.BitLen() != 2048 || public.E != 65537 || len(k.Value) != 270 {
		t.Errorf("%d bits, exponent %d, %d bytes of DER", public.N.BitLen(), public.E, len(k.Value))
	}
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(k.Fingerprint) || k.Fingerprint != fingerprint {
		t.Errorf("fingerprint %q, signed with %q", k.Fingerprint, fingerprint)
	}
	if d := k.ValidityEnd.Sub(k.ValidityStart); d != 30*24*time.Hour {
		t.Errorf("valid for %v, CloudTrail's are for 30 days", d)
	}
	if k.ValidityStart.Nanosecond() != 0 || k.ValidityStart.Location() != time.UTC {
		t.Errorf("validity starts at %v, want whole seconds in UTC", k.ValidityStart)
	}
}

func TestPublicByRange(t *testing.T) {
	h := newHouse(t, 0)
	var names []string // a, b, c: three keys of one Region, 29 days apart; then d, of another
	for range 3 {
		names = append(names, h.mustSign(east, h.clock()).fingerprint)
		h.advance(29 * day)
	}
	now := 2 * 29 * day // since start
	h.ns.Store(start.Add(now).UnixNano())
	names = append(names, h.mustSign(west, h.clock()).fingerprint)

	at := func(d time.Duration) time.Time { return start.Truncate(time.Second).Add(d) }
	const margin = 12 * time.Hour
	f := func(from, to time.Time, want string) {
		t.Helper()
		var got strings.Builder
		for _, k := range h.Public(from, to) {
			for i, name := range names {
				if k.Fingerprint == name {
					got.WriteByte("abcd"[i])
				}
			}
		}
		// c and d start at the same second, so that their Regions decide.
		if got.String() != want {
			t.Errorf("from %v to %v: keys %s, want %s", from, to, got.String(), want)
		}
	}
	f(at(0), at(0), "a")
	f(at(-margin-time.Second), at(-margin-time.Second), "")
	f(at(-margin-time.Second), at(-margin), "a")
	f(at(-margin), at(-margin), "a")
	f(at(29*day), at(29*day), "ab")
	f(at(29*day-margin), at(29*day-margin), "ab")
	f(at(29*day+margin), at(29*day+margin), "ab")
	f(at(29*day+margin+time.Second), at(30*day), "b")
	f(at(0), at(58*day), "abdc")
	f(at(40*day), at(400*day), "bdc")
	f(at(-400*day), at(400*day), "abdc")
	f(at(1*day), at(0), "")
	f(time.Time{}, time.Time{}, "bdc") // now
	f(time.Time{}, at(0), "")          // from now to before
	f(at(0), time.Time{}, "abdc")
	f(time.Time{}, at(90*day), "bdc")

	h.Public(at(0), at(0))[0].Value[0] ^= 1
	if _, err := x509.ParsePKCS1PublicKey(h.Public(at(0), at(0))[0].Value); err != nil {
		t.Errorf("who gets a key can change the ring's: %v", err)
	}
}

// Nothing on disk gives a private key away, and after a rotation its sealed form
// is gone too.
func TestPrivateKeysAtRest(t *testing.T) {
	h := newHouse(t, 0)
	old := h.mustSign(east, start)
	private := h.currentOf(east).private
	h.advance(DefaultLifetime)
	h.mustSign(east, h.clock())
	h.fsck(old)
	k, ok := h.stored()[east+"/"+old.fingerprint]
	if !ok || k.Sealed != nil {
		t.Errorf("after its rotation the key is stored: %v, with %d bytes of private key", ok, len(k.Sealed))
	}
	entries, err := os.ReadDir(h.dir)
	check(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(h.dir, e.Name()))
		check(t, err)
		for _, secret := range [][]byte{private.D.Bytes(), private.Primes[0].Bytes(), private.Primes[1].Bytes()} {
			if bytes.Contains(data, secret) {
				t.Errorf("%s has a part of the private key", e.Name())
			}
			for shift := range 3 { // where in a group of three bytes the part may begin
				text := base64.StdEncoding.EncodeToString(secret[shift:])
				if bytes.Contains(data, []byte(text[:len(text)-4])) {
					t.Errorf("%s has a part of the private key in base64", e.Name())
				}
			}
		}
	}
}

func TestDamageIsLoud(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 1024)
	check(t, err)
	otherDER := x509.MarshalPKCS1PublicKey(&other.PublicKey)
	f := func(name string, damage func(h *house, k *record)) {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, 0)
			s := h.mustSign(east, start)
			id := east + "/" + s.fingerprint
			k := h.stored()[id]
			damage(h, &k)
			_, err := h.records.Put(t.Context(), id, k)
			check(t, err)
			_, err = h.open()
			mustIs(t, err, ErrDamaged)
			if !strings.Contains(err.Error(), id) {
				t.Errorf("the error does not name the key: %v", err)
			}
		})
	}
	f("sealed text changed", func(_ *house, k *record) { k.Sealed[len(k.Sealed)/2] ^= 1 })
	f("sealed text cut", func(_ *house, k *record) { k.Sealed = k.Sealed[:10] })
	f("sealed something else", func(h *house, k *record) { k.Sealed = h.seal.Seal(k.purpose(), []byte("x")) })
	f("sealed another key", func(h *house, k *record) {
		k.Sealed = h.seal.Seal(k.purpose(), x509.MarshalPKCS1PrivateKey(other))
	})
	f("sealed for another Region", func(h *house, k *record) {
		k.Sealed = h.seal.Seal(record{Region: west, Fingerprint: k.Fingerprint}.purpose(), x509.MarshalPKCS1PrivateKey(h.currentOf(east).private))
	})
	f("sealed for another fingerprint", func(h *house, k *record) {
		k.Sealed = h.seal.Seal(record{Region: east, Fingerprint: "x"}.purpose(), x509.MarshalPKCS1PrivateKey(h.currentOf(east).private))
	})
	f("private key of another Region", func(h *house, k *record) {
		s := h.mustSign(west, start)
		k.Sealed = h.stored()[west+"/"+s.fingerprint].Sealed
	})
	f("public key changed", func(_ *house, k *record) { k.Public[len(k.Public)/2] ^= 1 })
	f("no public key", func(_ *house, k *record) { k.Public = nil })
	f("another public key", func(_ *house, k *record) { k.Public = otherDER })
	f("another key in its place", func(_ *house, k *record) { k.Public, k.Fingerprint = otherDER, fingerprintOf(otherDER) })
	f("another Region", func(_ *house, k *record) { k.Region = west })
	f("validity upside down", func(_ *house, k *record) { k.End = k.Start.Add(-time.Second) })
	f("another master key", func(h *house, _ *record) {
		key, err := identity.LoadOrCreateKey(filepath.Join(t.TempDir(), "secret.key"))
		check(t, err)
		h.seal = key
	})
	retire := func(h *house, k *record) {
		h.advance(DefaultLifetime)
		h.mustSign(east, h.clock())
		k.Sealed = nil
	}
	f("old key changed", func(h *house, k *record) {
		retire(h, k)
		k.Public[len(k.Public)/2] ^= 1
	})
	f("another key in an old one's place", func(h *house, k *record) {
		retire(h, k)
		k.Public, k.Fingerprint = otherDER, fingerprintOf(otherDER)
	})
	f("old key of another Region", func(h *house, k *record) {
		retire(h, k)
		k.Region = west
	})
	f("two private keys", func(h *house, _ *record) {
		h.advance(DefaultLifetime)
		h.mustSign(east, h.clock()) // retires k, which is then put back as it was
	})
}

func TestLifetimes(t *testing.T) {
	h := newHouse(t, 0)
	f := func(life time.Duration, ok bool) {
		t.Helper()
		h.life = life
		if _, err := h.open(); (err == nil) != ok {
			t.Errorf("a lifetime of %v: %v, want accepted %v", life, err, ok)
		}
	}
	f(0, true)
	f(time.Minute, true)
	f(DefaultLifetime, true)
	f(time.Minute-1, false)
	f(DefaultLifetime+1, false)
	f(30*24*time.Hour, false)
	f(-time.Hour, false)
}
