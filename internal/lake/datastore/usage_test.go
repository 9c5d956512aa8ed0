package datastore

import (
	"context"
	"sync"
	"testing"
	"time"
)

// fixedStorage is a Storage with figures for each store.
type fixedStorage struct {
	mu       sync.Mutex
	retained map[string]int64
	before   time.Time
	fail     error
}

func (f *fixedStorage) Stored(_ context.Context, id string, before time.Time) (all, older int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = before
	return 100 * f.retained[id], 10 * f.retained[id], f.fail
}

func (f *fixedStorage) Retained(_ context.Context, id string) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.retained[id], f.fail
}

// change changes the figures while they may be read.
func (f *fixedStorage) change(id string, retained int64, fail error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retained[id], f.fail = retained, fail
}

// TestUsage: the figures of stores, the costly one as it was last measured.
func TestUsage(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		d, fixed := h.make("abc"), h.make("fixed", func(in *CreateInput) { in.BillingMode = new(Fixed) })
		storage := &fixedStorage{retained: map[string]int64{d.ID: 5, fixed.ID: 7}}
		u := NewUsage(UsageConfig{Service: h.svc, Storage: storage, Registerer: h.registry})
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() { ended <- u.Run(ctx) }()
		want := func(what string, d Store, stored, paid, retained float64) {
			t.Helper()
			for name, want := range map[string]float64{"storage": stored, "paid_storage": paid, "retained": retained} {
				if got := h.metric("cairn_eventdatastore_"+name+"_bytes", d.ID); got != want {
					t.Errorf("%s: %s is %v, want %v", what, name, got, want)
				}
			}
		}
		want("before it is measured", d, 500, 50, 0)
		if got := time.Since(storage.before); got != 366*day {
			t.Errorf("paid storage is older than %v", got)
		}
		h.pass(5 * time.Minute)
		want("measured", d, 500, 50, 5)
		want("fixed billing", fixed, 700, 0, 7)
		storage.change(d.ID, 6, nil)
		h.pass(23 * time.Hour)
		want("in between", d, 600, 60, 5)
		storage.change(d.ID, 6, errInjected)
		h.pass(time.Hour)
		storage.change(d.ID, 6, nil)
		want("a day later, it failed", d, 600, 60, 5)
		h.pass(24 * time.Hour)
		want("two days later", d, 600, 60, 6)
		h.do(h.svc.DeleteEventDataStore, fixed)
		h.pass(DeletionWait + time.Minute)
		want("gone", fixed, 0, 0, 0)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestHourly: what came in the last hour, and no more.
func TestHourly(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		d := h.make("abc")
		in := 0.0
		const name = "cairn_eventdatastore_hourly_ingested_bytes"
		for range 3 {
			in += float64(len(h.add(nil)))
			h.pass(19 * time.Minute)
		}
		if got := h.metric(name, d.ID); got != in {
			t.Errorf("got %v, want %v", got, in)
		}
		h.pass(4 * time.Minute) // The first one is an hour old.
		if got := h.metric(name, d.ID); got != in*2/3 {
			t.Errorf("got %v, want %v", got, in*2/3)
		}
		h.pass(5 * time.Hour)
		if got := h.metric(name, d.ID); got != 0 {
			t.Errorf("got %v, want 0", got)
		}
	})
	c := newHourly()
	at := time.Unix(1_000_000, 0)
	c.add("a", at, 1)
	c.add("a", at.Add(-time.Hour), 2) // A clock that was set back.
	if got := c.sum("a", at.Add(59*time.Minute)); got != 3 {
		t.Errorf("got %d", got)
	}
	if got := c.sum("a", at.Add(time.Hour)); got != 0 {
		t.Errorf("an hour later: %d", got)
	}
}
