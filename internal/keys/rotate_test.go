package keys

import (
	"context"
	"crypto/rsa"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

const day = 24 * time.Hour

// A year of digests in two Regions, with a restart every month: each is found by
// its time, no key signs for 30 days, and keys follow each other without a hole.
func TestRotationOverAYear(t *testing.T) {
	h := newHouse(t, 0)
	type use struct{ first, last time.Time }
	uses := make(map[string]use)
	var all []signed
	for n := 0; h.clock().Before(start.AddDate(1, 0, 0)); n++ {
		if n%60 == 59 {
			h.reopen()
		}
		for _, region := range []string{east, west} {
			// The clock is always a little behind the end of the digest.
			s := h.mustSign(region, h.clock().Add(-time.Duration(n%50)*time.Minute))
			check(t, s.verify(h.Ring))
			all = append(all, s)
			u, ok := uses[s.fingerprint]
			if !ok {
				u.first = s.at
			}
			u.last = h.clock()
			uses[s.fingerprint] = u
		}
		h.advance(12 * time.Hour)
	}
	h.fsck(all...)
	for name, u := range uses {
		if d := u.last.Sub(u.first); d >= 30*day {
			t.Errorf("key %s signed for %v", name, d)
		}
	}
	previous := make(map[string]PublicKey)
	for _, k := range h.Public(start.AddDate(-1, 0, 0), start.AddDate(2, 0, 0)) {
		if d := k.ValidityEnd.Sub(k.ValidityStart); d > 30*day+time.Hour {
			t.Errorf("key %s is valid for %v", k.Fingerprint, d)
		}
		if p, ok := previous[k.Region]; ok && p.ValidityEnd.Sub(k.ValidityStart) < 12*time.Hour {
			t.Errorf("key %s ends at %v, the next one starts at %v", p.Fingerprint, p.ValidityEnd, k.ValidityStart)
		}
		previous[k.Region] = k
	}
	// 365 days of 29 each, rounded up, in two Regions.
	if len(uses) != 2*13 || h.made.Load() != 2*13 {
		t.Errorf("%d keys signed and %d were made, want %d", len(uses), h.made.Load(), 2*13)
	}
}

func TestWhenKeysRotate(t *testing.T) {
	// Times count from the start; the key is a letter in the order of first use.
	type step struct {
		clock, at time.Duration
		key       rune
	}
	f := func(name string, life time.Duration, steps ...step) {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, life)
			var names []string
			var all []signed
			for _, step := range steps {
				h.ns.Store(start.Add(step.clock).UnixNano())
				s := h.mustSign(east, start.Add(step.at))
				if err := s.verify(h.Ring); err != nil {
					t.Errorf("%+v: %v", step, err)
				}
				if !slices.Contains(names, s.fingerprint) {
					names = append(names, s.fingerprint)
				}
				if got := 'a' + rune(slices.Index(names, s.fingerprint)); got != step.key {
					t.Errorf("at %v by a clock of %v: key %c, want %c", step.at, step.clock, got, step.key)
				}
				all = append(all, s)
			}
			h.fsck(all...)
		})
	}
	f("by the age at the digest", 0,
		step{0, 0, 'a'}, step{0, 29*day - time.Second, 'a'}, step{0, 29 * day, 'b'}, step{0, 57 * day, 'b'})
	f("by the clock", 0,
		step{0, 0, 'a'}, step{29*day - time.Second, 0, 'a'}, step{29 * day, 0, 'b'})
	f("a shorter lifetime", 58*time.Minute,
		step{0, 0, 'a'}, step{57 * time.Minute, 57 * time.Minute, 'a'}, step{58 * time.Minute, 58 * time.Minute, 'b'})
	// The bucket of one of two trails is away for 30 days, twice.
	f("late digests", 0,
		step{0, 0, 'a'}, step{28 * day, 28 * day, 'a'}, step{40 * day, 40 * day, 'b'},
		step{40 * day, 10 * day, 'b'}, step{40 * day, 40*day + time.Hour, 'b'}, step{40 * day, 11 * day, 'b'}, step{68 * day, 68 * day, 'b'},
		step{69 * day, 38 * day, 'c'}, step{69 * day, 69 * day, 'd'}, // c ends where its lifetime after the late digest does
		step{69 * day, 39 * day, 'd'}, step{69 * day, 69 * day, 'd'})
	f("a clock that was ahead", 0,
		step{0, 0, 'a'}, step{900 * day, 900 * day, 'b'}, step{1 * day, 1 * day, 'c'}, step{29 * day, 29 * day, 'c'}, step{30 * day, 30 * day, 'd'})
	f("a digest from the future", 0,
		step{0, 900 * day, 'a'}, step{0, 0, 'a'}, step{28 * day, 28 * day, 'a'}, step{29 * day, 29 * day, 'b'})
}

// What was changed for a late digest is there after a restart.
func TestLateDigestMovesValidity(t *testing.T) {
	h := newHouse(t, 0)
	s := h.mustSign(east, start)
	before := h.Public(start, start)[0]
	late := h.mustSign(east, start.Add(-20*day))
	h.fsck(s, late)
	after := h.Public(start, start)[0]
	if !after.ValidityEnd.Equal(before.ValidityEnd) || !after.ValidityStart.Before(late.at) || after.Fingerprint != before.Fingerprint {
		t.Errorf("valid from %v to %v, was from %v to %v", after.ValidityStart, after.ValidityEnd, before.ValidityStart, before.ValidityEnd)
	}
	if got := h.Public(start.Add(-25*day), start.Add(-21*day)); len(got) != 0 {
		t.Errorf("the validity was moved by more than a margin: %+v", got)
	}
}

func TestManyAtOnce(t *testing.T) {
	h := newHouse(t, 0)
	regions := []string{east, west, "ap-south-1"}
	for round := range 3 {
		var wg sync.WaitGroup
		var mu sync.Mutex
		names := make(map[string]string)
		for n := range 36 {
			wg.Go(func() {
				region := regions[n%len(regions)]
				digest := digestOf("x")
				signature, name, err := h.Sign(t.Context(), region, h.clock(), digest)
				if err != nil {
					t.Error(err)
					return
				}
				if err := (signed{region, name, h.clock(), digest, signature}).verify(h.Ring); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if other, ok := names[region]; ok && other != name {
					t.Errorf("round %d: %s signed with %s and with %s", round, region, name, other)
				}
				names[region] = name
			})
		}
		wg.Wait()
		if want := int64((round + 1) * len(regions)); h.made.Load() != want {
			t.Errorf("round %d: %d keys were made, want %d", round, h.made.Load(), want)
		}
		h.fsck()
		h.advance(DefaultLifetime)
	}
}

// While a Region waits for its key, another signs, and the keys can be listed.
func TestGenerationHoldsUpNobodyElse(t *testing.T) {
	h := newHouse(t, 0)
	h.mustSign(west, start)
	begun, end := make(chan struct{}), make(chan struct{})
	quick := h.generate
	h.generate = func() (*rsa.PrivateKey, error) {
		close(begun)
		<-end
		return quick()
	}
	done := make(chan error)
	go func() {
		_, _, err := h.Sign(t.Context(), east, start, digestOf("x"))
		done <- err
	}()
	<-begun
	h.mustSign(west, start)
	h.mustSign(west, start.Add(-day)) // and writes
	if got := h.Public(start, start); len(got) != 1 || got[0].Region != west {
		t.Errorf("while a key is made the list is %v", got)
	}
	select {
	case err := <-done:
		t.Errorf("signed before there was a key: %v", err)
	default:
	}
	close(end)
	check(t, <-done)
}

// Every change of the store, with everything that can become of it, then a full
// look at what is on disk.
func TestCrashMatrix(t *testing.T) {
	changes := map[string]func(h *house) (at time.Time){
		"first key": func(h *house) time.Time { return h.clock() },
		"rotation": func(h *house) time.Time {
			h.advance(DefaultLifetime)
			return h.clock()
		},
		"late digest": func(h *house) time.Time { return h.clock().Add(-20 * day) },
	}
	outcomes := map[string]struct {
		tx      func(db *store.DB) txFunc
		again   bool // a second try without a restart works
		isThere bool
	}{
		"failed and not stored": {func(db *store.DB) txFunc {
			return func(ctx context.Context, fn func(context.Context) error) error {
				return db.Tx(ctx, func(ctx context.Context) error {
					if err := fn(ctx); err != nil {
						return err
					}
					return context.DeadlineExceeded
				})
			}
		}, true, false},
		"uncertain and not stored": {func(*store.DB) txFunc {
			return func(context.Context, func(context.Context) error) error { return store.ErrUncertain }
		}, false, false},
		"uncertain but stored": {func(db *store.DB) txFunc {
			return func(ctx context.Context, fn func(context.Context) error) error {
				if err := db.Tx(ctx, fn); err != nil {
					return err
				}
				return store.ErrUncertain
			}
		}, false, true},
	}
	for what, prepare := range changes {
		for how, o := range outcomes {
			t.Run(what+" "+how, func(t *testing.T) {
				h := newHouse(t, 0)
				var handedOut []signed
				if what != "first key" {
					handedOut = append(handedOut, h.mustSign(east, h.clock()))
				}
				at, before := prepare(h), len(h.stored())
				h.tx = o.tx(h.db)
				if s, _, err := h.Sign(t.Context(), east, at, digestOf("x")); err == nil || s != nil {
					t.Fatalf("signed with what is not durable: %v", err)
				}
				h.tx = h.db.Tx
				_, _, err := h.Sign(t.Context(), east, at, digestOf("x"))
				if o.again {
					check(t, err)
				} else {
					mustIs(t, err, store.ErrUncertain)
					if what == "late digest" { // the key itself is sound
						handedOut = append(handedOut, h.mustSign(east, h.clock()))
					}
				}
				if there := len(h.stored()) > before; what != "late digest" && !o.again && there != o.isThere {
					t.Errorf("the new key is stored: %v, want %v", there, o.isThere)
				}
				h.fsck(handedOut...)
				s := h.mustSign(east, at) // the next start works with what is there
				check(t, s.verify(h.Ring))
				made := h.made.Load()
				h.fsck(append(handedOut, s)...)
				if s2 := h.mustSign(east, at); s2.fingerprint != s.fingerprint || h.made.Load() != made {
					t.Errorf("the key changed from %s to %s", s.fingerprint, s2.fingerprint)
				}
			})
		}
	}
}

func TestEndedContext(t *testing.T) {
	h := newHouse(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := h.Sign(ctx, east, start, digestOf("x"))
	mustIs(t, err, context.Canceled)
	if h.made.Load() != 0 || len(h.stored()) != 0 {
		t.Errorf("%d keys were made and %d stored for nobody", h.made.Load(), len(h.stored()))
	}
	h.fsck(h.mustSign(east, start))
}
