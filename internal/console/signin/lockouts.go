package signin

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/store"
)

// lockOut is a count that makes somebody wait, as the store keeps it.
type lockOut struct {
	Failures int       `json:"failures"`
	Last     time.Time `json:"last"`
}

// openLimiter reads the counts that make somebody wait: a restart ends no lock-out.
// Those that make nobody wait are in memory only, so who mistypes a password writes
// nothing to the disk.
func openLimiter(ctx context.Context, db *store.DB, key identity.Key, now func() time.Time, logger *slog.Logger) (*limiter, error) {
	l := &limiter{
		now: now, key: key.Derive("console-lock-outs"), collection: store.NewCollection[lockOut](db, "console.lock-outs"), logger: logger,
		tables: map[kind]*counts{byName: newCounts(freeFailures), byCode: newCounts(freeFailures), byKey: newCounts(freeFailures), bySource: newCounts(freeSourceFailures)},
		budget: newBudget(), changed: make(map[countKey]bool),
	}
	items, err := l.collection.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("signin: read the console's lock-outs: %w", err)
	}
	slices.SortFunc(items, func(a, b store.Item[lockOut]) int { return a.Value.Last.Compare(b.Value.Last) })
	for _, it := range items {
		key, ok := readKey(it.ID)
		if !ok || l.tables[key.kind] == nil {
			logger.Warn("a stored lock-out of the console is of a kind that this version does not know, and was left out", "id", it.ID)
			continue
		}
		l.place(&count{key: key, failures: it.Value.Failures, last: it.Value.Last, stored: true})
	}
	l.sweep(ctx)
	return l, nil
}

// id is a key's in the store.
func (k countKey) id() string { return string(k.kind) + "/" + hex.EncodeToString(k.sum[:]) }

func readKey(id string) (k countKey, ok bool) {
	if len(id) != 2+2*len(k.sum) {
		return k, false
	}
	k.kind = kind(id[0])
	_, err := hex.Decode(k.sum[:], []byte(id[2:]))
	return k, err == nil
}

// write stores the counts that have changed. One that cannot be written counts in
// memory, and is tried again with the next.
func (l *limiter) write(ctx context.Context) {
	l.storing.Lock()
	defer l.storing.Unlock()
	ctx = context.WithoutCancel(ctx)
	var failed error
	for key, value := range l.take() {
		var err error
		if value.Failures > 0 {
			_, err = l.collection.Put(ctx, key.id(), value)
		} else if err = l.collection.Delete(ctx, key.id()); errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		if err != nil {
			failed = err
			l.mu.Lock()
			l.changed[key] = true
			l.mu.Unlock()
		}
	}
	if failed != nil {
		l.logger.Warn("a lock-out of the console could not be stored; a restart would end it", "error", failed)
	}
}

// take gives what the store has to have under the keys that changed; no failures are
// for none.
func (l *limiter) take() map[countKey]lockOut {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[countKey]lockOut, len(l.changed))
	for key := range l.changed {
		out[key] = lockOut{}
		if n := l.find(key); n != nil {
			if n.stored = n.failures >= l.tables[key.kind].free; n.stored {
				out[key] = lockOut{n.failures, n.last}
			}
		}
	}
	clear(l.changed)
	return out
}

// sweep forgets counts that have not failed for long.
func (l *limiter) sweep(ctx context.Context) {
	l.mu.Lock()
	now := l.now()
	for _, t := range l.tables {
		for e := t.many.Back(); e != nil && now.Sub(e.Value.(*count).last) > forgetFailures; e = t.many.Back() {
			l.remove(e.Value.(*count).key)
		}
	}
	l.mu.Unlock()
	l.write(ctx)
}
