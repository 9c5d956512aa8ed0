package identity

import (
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

const testAccount = "111122223333"

// cheap is for tests that are not about the cost of a hash.
var cheap = PasswordHashing{MemoryKiB: 64, Passes: 1, Threads: 1, Slots: 2, Waiting: 8}

// clock is a clock that tests move by hand.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.ns.Load()) }
func (c *clock) advance(d time.Duration) { c.ns.Add(int64(d)) }

// house is a directory with one account in it.
type house struct {
	*Directory
	t     testing.TB
	clock *clock
	db    *store.DB
	key   Key
	admin Credential
}

func newHouse(t testing.TB) *house {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	check(t, err)
	t.Cleanup(func() { _ = db.Close() })
	h := &house{t: t, clock: newClock(), db: db, key: newKey([keySize]byte{1, 2, 3})}
	h.reopen()
	cred, created, err := h.EnsureFirstAccount(t.Context(), testAccount)
	check(t, err)
	if !created {
		t.Fatal("a new directory had an account already")
	}
	h.admin = cred
	return h
}

func (h *house) reopen() {
	h.t.Helper()
	d, err := OpenDirectory(h.t.Context(), h.db, h.key, h.clock.now, WithPasswordHashing(cheap))
	check(h.t, err)
	h.Directory = d
}

// user makes a user of the first account with an inline policy and a key.
func (h *house) user(name, policy string) (Caller, Credential) {
	h.t.Helper()
	return h.userIn(testAccount, name, policy)
}

func (h *house) userIn(account, name, policy string) (Caller, Credential) {
	h.t.Helper()
	p, err := h.CreateUser(h.t.Context(), account, name, "/")
	check(h.t, err)
	if policy != "" {
		check(h.t, h.AttachPolicy(h.t.Context(), p.Ref(), "inline", []byte(policy)))
	}
	cred, err := h.CreateAccessKey(h.t.Context(), p.Ref())
	check(h.t, err)
	return Caller{Principal: p, AccessKeyID: cred.AccessKeyID}, cred
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("got error %v, want code %s", err, code)
	}
}
