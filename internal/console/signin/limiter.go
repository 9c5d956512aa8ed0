package signin

import (
	"container/list"
	"crypto/sha256"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
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
	// maxCounts bounds each of the two tables; the count that failed longest ago
	// makes room.
	maxCounts = 20000
)

// limiter counts failures for principals and for sources. What is counted is the name
// that was tried, whether there is such a principal or not, so that a lock-out tells
// nothing.
type limiter struct {
	now func() time.Time

	mu         sync.Mutex // guards what follows
	principals counts
	sources    counts
}

type countKey [sha256.Size]byte

// counts is a table of failures, the most recent at the front of order.
type counts struct {
	free  int
	byKey map[countKey]*list.Element
	order *list.List // of *count
}

type count struct {
	key      countKey
	failures int
	last     time.Time
}

func newLimiter(now func() time.Time) *limiter {
	table := func(free int) counts { return counts{free, make(map[countKey]*list.Element), list.New()} }
	return &limiter{now: now, principals: table(freeFailures), sources: table(freeSourceFailures)}
}

// principalKey is a user or root as it was named in the attempt.
func principalKey(r identity.Ref) countKey {
	return sha256.Sum256([]byte("principal\x00" + r.AccountID + "\x00" + string(r.Type) + "\x00" + strings.ToLower(r.Name)))
}

// accessKeyKey is an access key as it was named in the attempt.
func accessKeyKey(id string) countKey { return sha256.Sum256([]byte("key\x00" + id)) }

// sourceKey is an address; of IPv6 it is the network of 64 bits, all of which one host
// usually has.
func sourceKey(address string) countKey {
	if a, err := netip.ParseAddr(address); err == nil && a.Unmap().Is6() {
		if p, err := a.Prefix(64); err == nil {
			address = p.String()
		}
	}
	return sha256.Sum256([]byte("source\x00" + address))
}

// attempt is one try to prove something. It counts as a failure from the beginning, so
// that many at the same time are not free; whoever began it may take that back.
type attempt struct {
	l                 *limiter
	principal, source countKey
}

// begin starts an attempt, or tells how long to wait before the next one.
func (l *limiter) begin(principal, source countKey) (*attempt, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if wait := max(l.principals.wait(principal, now), l.sources.wait(source, now)); wait > 0 {
		return nil, wait
	}
	l.principals.fail(principal, now)
	l.sources.fail(source, now)
	return &attempt{l, principal, source}, 0
}

// release takes the attempt back: it proved nothing and disproved nothing.
func (a *attempt) release() {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	a.l.principals.undo(a.principal)
	a.l.sources.undo(a.source)
}

// succeed forgets the principal's failures. Those of the source stay, or else who has
// one account could try others without end.
func (a *attempt) succeed() {
	a.l.mu.Lock()
	defer a.l.mu.Unlock()
	a.l.principals.remove(a.principal)
	a.l.sources.undo(a.source)
}

func (c *counts) wait(key countKey, now time.Time) time.Duration {
	e, ok := c.byKey[key]
	if !ok {
		return 0
	}
	n := e.Value.(*count)
	if now.Sub(n.last) > forgetFailures {
		c.remove(key)
		return 0
	}
	return n.last.Add(delay(n.failures, c.free)).Sub(now)
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

func (c *counts) fail(key countKey, now time.Time) {
	e, ok := c.byKey[key]
	if !ok {
		if len(c.byKey) >= maxCounts {
			c.remove(c.order.Back().Value.(*count).key)
		}
		e = c.order.PushFront(&count{key: key})
		c.byKey[key] = e
	}
	n := e.Value.(*count)
	n.failures++
	n.last = now
	c.order.MoveToFront(e)
}

func (c *counts) undo(key countKey) {
	if e, ok := c.byKey[key]; ok {
		if n := e.Value.(*count); n.failures > 1 {
			n.failures--
			return
		}
		c.remove(key)
	}
}

func (c *counts) remove(key countKey) {
	if e, ok := c.byKey[key]; ok {
		c.order.Remove(e)
		delete(c.byKey, key)
	}
}
