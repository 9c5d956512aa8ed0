package datastore

import (
	"sync"
	"time"
)

// hourly counts what came in the last 60 minutes, by store, to the minute.
type hourly struct {
	mu     sync.Mutex
	stores map[string]*hour
}

// hour has a counter for each of the last 60 minutes; last is the newest one's
// minute since 1970.
type hour struct {
	minutes [60]int64
	last    int64
}

func newHourly() *hourly { return &hourly{stores: make(map[string]*hour)} }

// add counts n for a store at a time.
func (h *hourly) add(id string, at time.Time, n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.stores[id]
	if s == nil {
		s = &hour{last: minute(at)}
		h.stores[id] = s
	}
	s.move(minute(at))
	s.minutes[s.last%60] += n
}

// sum is what was counted for a store in the 60 minutes up to a time.
func (h *hourly) sum(id string, at time.Time) (n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.stores[id]
	if s == nil {
		return 0
	}
	s.move(minute(at))
	for _, m := range s.minutes {
		n += m
	}
	return n
}

func (h *hourly) drop(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.stores, id)
}

// move empties the minutes since the last one. A clock that is set back counts in
// the newest minute.
func (s *hour) move(to int64) {
	for n := 0; s.last < to && n < 60; n++ {
		s.last++
		s.minutes[s.last%60] = 0
	}
	s.last = max(s.last, to)
}

func minute(t time.Time) int64 { return t.Unix() / 60 }
