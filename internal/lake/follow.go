package lake

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/cairntrail/cairn/internal/event"
)

// followed is how many events wait for a follower that is slow. What comes then is
// counted and not kept.
const followed = 2000

// Follower gets the events of a lookup as they become visible.
type Follower struct {
	h    *History
	q    LookupQuery
	keys []uint64
	wake chan struct{} // holds a token while something waits

	mu struct {
		sync.Mutex
		waiting []LookupEvent // without their envelopes
		missed  int
	}
}

// followers are the followers of a history.
type followers struct {
	mu  sync.RWMutex
	all []*Follower
}

// Follow begins to follow the events of a query, whose times and Limit do not count.
// It must be closed.
func (h *History) Follow(q LookupQuery) *Follower {
	f := &Follower{h: h, q: q, wake: make(chan struct{}, 1)}
	f.keys = keysOf(&q)
	h.followers.mu.Lock()
	defer h.followers.mu.Unlock()
	h.followers.all = append(h.followers.all, f)
	return f
}

// Close ends the following.
func (f *Follower) Close() {
	f.h.followers.mu.Lock()
	defer f.h.followers.mu.Unlock()
	f.h.followers.all = slices.DeleteFunc(f.h.followers.all, func(other *Follower) bool { return other == f })
}

// tell gives rows that have become visible to who follows them.
func (fs *followers) tell(rows []prepared) {
	fs.mu.RLock()
	defer fs.mu.RUnlock()
	for _, f := range fs.all {
		f.take(rows)
	}
}

func (f *Follower) take(rows []prepared) {
	f.mu.Lock()
	defer f.mu.Unlock()
	had := len(f.mu.waiting) + f.mu.missed
	for i := range rows {
		switch {
		case !containsAll(rows[i].keys, f.keys):
		case len(f.mu.waiting) == followed:
			f.mu.missed++
		default:
			f.mu.waiting = append(f.mu.waiting, LookupEvent{Position: rows[i].row.Position, Raw: rows[i].row.row.EventJSON})
		}
	}
	if len(f.mu.waiting)+f.mu.missed > had {
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

// Next waits for events, and gives those that came since the last call in the order in
// which they came; missed is how many more there were.
func (f *Follower) Next(ctx context.Context) (events []LookupEvent, missed int, err error) {
	for len(events) == 0 && missed == 0 {
		select {
		case <-f.wake:
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
		f.mu.Lock()
		waiting := f.mu.waiting
		f.mu.waiting, missed, f.mu.missed = nil, f.mu.missed, 0
		f.mu.Unlock()
		for _, e := range waiting {
			if e.Envelope, err = event.Parse(e.Raw); err != nil {
				return nil, 0, fmt.Errorf("an event of the history does not parse: %w", err)
			}
			if matches(&e.Envelope, &f.q) {
				events = append(events, e)
			}
		}
	}
	return events, missed, nil
}
