package api

import (
	"sync"
	"time"
)

// maxBuckets bounds the memory of a quota. Callers choose the Region they sign
// for, so the number of keys is theirs to grow; buckets that have refilled are
// the same as none and can be dropped.
const maxBuckets = 4096

// quota is a token bucket for each account and Region, as the API quotas of
// AWS are counted: rate calls a second, and as many at once, but at least one.
type quota struct {
	rate float64
	now  func() time.Time

	mu struct {
		sync.Mutex
		buckets map[quotaKey]bucket
	}
}

type quotaKey struct{ account, region string }

type bucket struct {
	tokens float64
	at     time.Time
}

// newQuota makes a quota; a rate of zero allows everything.
func newQuota(rate float64, now func() time.Time) *quota {
	q := &quota{rate: rate, now: now}
	q.mu.buckets = map[quotaKey]bucket{}
	return q
}

// take uses a token of the account and Region, if there is one.
func (q *quota) take(account, region string) bool {
	if q == nil || q.rate == 0 {
		return true
	}
	now, key := q.now(), quotaKey{account, region}
	q.mu.Lock()
	defer q.mu.Unlock()
	b, known := q.mu.buckets[key]
	if !known {
		if len(q.mu.buckets) >= maxBuckets {
			q.sweepLocked(now)
		}
		b = bucket{tokens: q.burst(), at: now}
	}
	b = q.refilled(b, now)
	ok := b.tokens >= 1
	if ok {
		b.tokens--
	}
	q.mu.buckets[key] = b
	return ok
}

func (q *quota) burst() float64 { return max(1, q.rate) }

func (q *quota) refilled(b bucket, now time.Time) bucket {
	if since := now.Sub(b.at); since > 0 {
		b.tokens = min(q.burst(), b.tokens+since.Seconds()*q.rate)
		b.at = now
	}
	return b
}

func (q *quota) sweepLocked(now time.Time) {
	for key, b := range q.mu.buckets {
		if q.refilled(b, now).tokens >= q.burst() {
			delete(q.mu.buckets, key)
		}
	}
}
