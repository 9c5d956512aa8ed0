package signin

import (
	"container/list"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/store"
)

// Failures are free at first; each one after doubles the wait before the next attempt.
// A source has more of them, since many people may share an address.
const (
	freeFailures       = 5
	freeSourceFailures = 20
	firstDelay         = time.Second
	maxDelay           = 15 * time.Minute
	// forgetFailures is how long nothing has to fail for a count to begin anew.
	forgetFailures = 24 * time.Hour
	// maxCounts bounds the counts of each kind twice: those that make nobody wait yet,
	// and those that do, so that the many of the first do not push out the second.
	// The count that failed longest ago makes room.
	maxCounts = 10000
)

// kind is what failures are counted for.
type kind byte

// A password's name and a code's are counted apart: only who has proved something is
// asked for a code, so nobody else can lock that step.
const (
	byName   kind = 'n' // a user or root and their password
	byCode   kind = 'c' // a user or root and their device
	byKey    kind = 'k' // an access key
	bySource kind = 's' // an address
)

// countKey is whose failures count together: what was tried, whether it exists or not,
// so that a lock-out tells nothing. It is an HMAC, since people type passwords into the
// wrong field, and counts rest in the store. The zero one stands for nothing.
type countKey struct {
	kind kind
	sum  [sha256.Size]byte
}

// limiter counts failures, and makes who has many of them wait.
type limiter struct {
	now        func() time.Time
	key        [32]byte
	collection *store.Collection[lockOut]
	logger     *slog.Logger

	mu     sync.Mutex // guards what follows; not held while the store works
	tables map[kind]*counts
	budget budget
	// changed are the counts that the store does not have as they are.
	changed map[countKey]bool

	storing sync.Mutex // lets one write to the store after the other
}

// counts is a table of failures. few make nobody wait and many do, the most recent at
// the front.
type counts struct {
	free      int
	byKey     map[countKey]*list.Element
	few, many *list.List // of *count
}

type count struct {
	key      countKey
	failures int
	// attempts numbers the attempts; before is when the last but one was.
	attempts     uint64
	last, before time.Time
	// stored tells that the store has it.
	stored bool
	// records are those that the wait leaves room for; leftOut counts attempts for
	// which there was none.
	records *rate.Limiter
	leftOut int64
}

func newCounts(free int) *counts {
	return &counts{free, make(map[countKey]*list.Element), list.New(), list.New()}
}

func (l *limiter) sum(k kind, text string) countKey {
	mac := hmac.New(sha256.New, l.key[:])
	mac.Write([]byte{byte(k)})
	mac.Write([]byte(text))
	return countKey{k, [sha256.Size]byte(mac.Sum(nil))}
}

// name is a user or root as it was named in an attempt by password, and code is one
// that is asked for a code.
func (l *limiter) name(r identity.Ref) countKey { return l.sum(byName, refText(r)) }
func (l *limiter) code(r identity.Ref) countKey { return l.sum(byCode, refText(r)) }

func refText(r identity.Ref) string {
	return r.AccountID + "\x00" + string(r.Type) + "\x00" + strings.ToLower(r.Name)
}

// accessKey is an access key as it was named in the attempt.
func (l *limiter) accessKey(id string) countKey { return l.sum(byKey, id) }

// source is an address; of IPv6 it is the network of 64 bits, all of which one host
// usually has.
func (l *limiter) source(address string) countKey {
	if a, err := netip.ParseAddr(address); err == nil && a.Unmap().Is6() {
		if p, err := a.Prefix(64); err == nil {
			address = p.String()
		}
	}
	return l.sum(bySource, address)
}

// attempt is one try to prove something. It counts as a failure from the beginning, so
// that many at the same time are not free; whoever began it may take that back.
type attempt struct {
	l            *limiter
	name, source countKey
	// nameTry and sourceTry number it.
	nameTry, sourceTry uint64
	// wait is how long to wait before the next one, if this one came too early: it
	// does not count then, and nothing is to be looked at.
	wait time.Duration
	// recorded tells, of one that came too early, that there is room for its record.
	recorded bool
}

// begin starts an attempt at a name from a source.
func (l *limiter) begin(name, source countKey) *attempt {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, now := &attempt{l: l, name: name, source: source}, l.now()
	var waiting []*count
	for _, key := range []countKey{name, source} {
		if n, wait := l.waits(key, now); wait > 0 {
			waiting, a.wait = append(waiting, n), max(a.wait, wait)
		}
	}
	if a.wait > 0 {
		a.recorded = l.budget.spend(now, waiting)
		return a
	}
	a.nameTry, a.sourceTry = l.count(name, now), l.count(source, now)
	return a
}

// fail lets an attempt count, durably where somebody has to wait for it now.
func (a *attempt) fail(ctx context.Context) {
	a.l.mu.Lock()
	for _, key := range []countKey{a.name, a.source} {
		if n := a.l.find(key); n != nil && n.failures >= a.l.tables[key.kind].free {
			a.l.changed[key] = true
		}
	}
	a.l.mu.Unlock()
	a.l.write(ctx)
}

// release takes the attempt back: it proved nothing and disproved nothing.
func (a *attempt) release() {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	a.l.undo(a.name, a.nameTry)
	a.l.undo(a.source, a.sourceTry)
}

// succeed forgets the failures of the name, and of others that were proved on the way.
// Those of the source stay, or else who has one account could try others without end.
func (a *attempt) succeed(ctx context.Context, also ...countKey) {
	a.l.mu.Lock()
	for _, key := range append(also, a.name) {
		a.l.remove(key)
	}
	a.l.undo(a.source, a.sourceTry)
	a.l.mu.Unlock()
	a.l.write(ctx)
}

// leftOut takes how many attempts at this name or from this source are in no record
// since their last one, for the record that is made now.
func (a *attempt) leftOut() (out int64) {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	for _, key := range []countKey{a.name, a.source} {
		if n := a.l.find(key); n != nil {
			out += n.leftOut
			n.leftOut = 0
		}
	}
	return out
}

// What follows needs mu.

func (l *limiter) find(key countKey) *count {
	if e, ok := l.tables[key.kind].byKey[key]; ok {
		return e.Value.(*count)
	}
	return nil
}

// waits tells how long a key has to wait.
func (l *limiter) waits(key countKey, now time.Time) (*count, time.Duration) {
	n := l.find(key)
	switch {
	case n == nil:
		return nil, 0
	case now.Sub(n.last) > forgetFailures:
		l.remove(key)
		return nil, 0
	case n.last.After(now):
		n.last = now // the clock was set back: nobody waits for it to catch up
	}
	return n, n.last.Add(delay(n.failures, l.tables[key.kind].free)).Sub(now)
}

// delay is the wait after a number of failures.
func delay(failures, free int) time.Duration {
	if failures < free {
		return 0
	}
	d := firstDelay
	for range failures - free {
		if d *= 2; d >= maxDelay {
			return maxDelay
		}
	}
	return d
}

// count counts a failure, and numbers it.
func (l *limiter) count(key countKey, now time.Time) uint64 {
	n := l.find(key)
	if n == nil {
		n = &count{key: key}
	}
	n.failures++
	n.attempts++
	n.before, n.last = n.last, now
	l.place(n)
	return n.attempts
}

// place puts a count at the front of its list, and makes room there.
func (l *limiter) place(n *count) {
	t := l.tables[n.key.kind]
	t.take(n.key)
	in := t.few
	if n.failures >= t.free {
		in = t.many
	}
	t.byKey[n.key] = in.PushFront(n)
	if in.Len() > maxCounts {
		l.remove(in.Back().Value.(*count).key)
	}
}

// undo takes a failure back. If nothing was tried since, the wait is what it was.
func (l *limiter) undo(key countKey, try uint64) {
	n := l.find(key)
	if n == nil {
		return
	}
	if n.failures--; n.failures <= 0 {
		l.remove(key)
		return
	}
	if n.attempts == try {
		n.last = n.before
	}
	if n.stored && n.failures < l.tables[key.kind].free {
		l.changed[key] = true
	}
	l.place(n)
}

func (l *limiter) remove(key countKey) {
	if n := l.find(key); n != nil {
		l.tables[key.kind].take(key)
		if n.stored {
			l.changed[key] = true
		}
	}
}

func (t *counts) take(key countKey) {
	if e, ok := t.byKey[key]; ok {
		t.few.Remove(e) // of the two lists it leaves the one that it is in
		t.many.Remove(e)
		delete(t.byKey, key)
	}
}
