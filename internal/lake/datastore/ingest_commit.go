package datastore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

// gather waits for the next batch, for the time of a commit, or for news.
func (w *worker) gather(ctx context.Context) error {
	if len(w.rows) > 0 && (len(w.rows) >= w.in.cfg.MaxRows || w.bytes >= w.in.room()) {
		return w.commit(ctx)
	}
	if at := w.flush.Load(); at != 0 && w.consumed >= at {
		w.flush.CompareAndSwap(at, 0)
		if len(w.rows) > 0 {
			return w.commit(ctx)
		}
	}
	var ring <-chan time.Time
	if at := w.deadline(); !at.IsZero() {
		wait := at.Sub(w.in.cfg.Now())
		if wait <= 0 {
			return w.expire(ctx)
		}
		timer := time.NewTimer(wait)
		defer timer.Stop()
		ring = timer.C
	}
	select {
	case b, ok := <-w.feed.Batches:
		if !ok {
			return fmt.Errorf("%w: %w", errFatal, w.feed.Err)
		}
		return w.take(b)
	case <-ring:
		return nil
	case <-w.woken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deadline is when something is due without a batch. Zero is never.
func (w *worker) deadline() time.Time {
	if len(w.rows) > 0 {
		return w.due
	}
	return w.saveAt
}

func (w *worker) expire(ctx context.Context) error {
	if len(w.rows) > 0 {
		return w.commit(ctx)
	}
	return w.save(ctx)
}

// commit has the table take what waits. The table's commit is the commit point:
// behind it a restart goes on behind consumed, before it behind done.
func (w *worker) commit(ctx context.Context) error {
	began := w.in.cfg.Now()
	if err := w.table.Append(ctx, w.rows, w.consumed); err != nil {
		return fmt.Errorf("append %d events up to batch %d to the table: %w", len(w.rows), w.consumed, err)
	}
	w.in.metrics.committed(w.id, len(w.rows), w.bytes, w.in.cfg.Now().Sub(began))
	w.done, w.saved, w.saveAt = w.consumed, w.consumed, time.Time{}
	if err := w.noteCommit(ctx); err != nil {
		return err
	}
	w.rows, w.bytes, w.due = nil, 0, time.Time{}
	w.oldest.Store(0)
	w.retries = 0
	if err := w.release(ctx); err != nil {
		return err
	}
	return w.tell(ctx)
}

// noteCommit writes down now and then how far the table is: at the next start the
// journal is told before the table is open.
func (w *worker) noteCommit(ctx context.Context) error {
	now := w.in.cfg.Now()
	if now.Before(w.noteAt) {
		return nil
	}
	if _, err := w.in.progress.Put(ctx, w.id, progress{Through: w.done}); err != nil {
		return fmt.Errorf("write down how far the event data store is: %w", err)
	}
	w.noteAt = now.Add(w.in.cfg.SaveEvery)
	return nil
}

// save writes down how far the store is without rows, so that the journal need
// not keep what it does not want.
func (w *worker) save(ctx context.Context) error {
	w.saveAt = time.Time{}
	if w.done == w.saved {
		return nil
	}
	if _, err := w.in.progress.Put(ctx, w.id, progress{Through: w.done}); err != nil {
		return fmt.Errorf("write down how far the event data store is: %w", err)
	}
	w.saved = w.done
	return w.release(ctx)
}

// release lets the journal delete what a restart would not read again.
func (w *worker) release(ctx context.Context) error {
	w.park.Lock()
	defer w.park.Unlock()
	return w.releaseLocked(ctx)
}

func (w *worker) releaseLocked(ctx context.Context) error {
	w.park.all = false
	if err := w.in.cfg.Journal.Release(ctx, sinkName(w.id), w.saved); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", errFatal, err)
	}
	return nil
}

// settleUp has the journal keep only what the store needs, after a hold.
func (w *worker) settleUp(ctx context.Context) error {
	w.park.Lock()
	defer w.park.Unlock()
	if !w.park.all || w.in.held(w.id) {
		return nil
	}
	return w.releaseLocked(ctx)
}

// tell says how far the store is to who waits for it: the service, which ends the
// short-lived states, and Settle.
func (w *worker) tell(ctx context.Context) error {
	if err := w.settleUp(ctx); err != nil {
		return err
	}
	next := w.d
	next.Epochs = slices.Clone(w.d.Epochs)
	if !next.reach(w.done) {
		w.progressed()
		return nil
	}
	// The service drops epochs. Behind them, what a restart finds must be as far.
	if err := w.save(ctx); err != nil {
		return err
	}
	if err := w.in.cfg.Service.Reached(ctx, w.id, w.done); err != nil {
		return err
	}
	if err := w.load(ctx); err != nil {
		return err
	}
	w.progressed()
	return nil
}

// progressed tells those who wait in Settle.
func (w *worker) progressed() {
	if was := w.reached.Swap(w.done); was != w.done || w.news {
		w.news = false
		w.in.moved()
	}
}

// rest ends reading for a store that wants nothing more: what waits is committed,
// the journal let go of, and nothing done until there is news or the time of a
// deletion.
func (w *worker) rest(ctx context.Context) error {
	if len(w.rows) > 0 {
		return w.commit(ctx)
	}
	w.closeFeed()
	if err := w.save(ctx); err != nil {
		return err
	}
	if err := w.tell(ctx); err != nil {
		return err
	}
	if err := w.letGo(ctx); err != nil {
		return err
	}
	var ring <-chan time.Time
	if w.d.Status == PendingDeletion {
		timer := time.NewTimer(w.d.Deleted.Add(DeletionWait).Sub(w.in.cfg.Now()))
		defer timer.Stop()
		ring = timer.C
	}
	if !w.reload.Load() {
		w.reached.Store(parked)
		w.in.moved()
	}
	select {
	case <-ring:
	case <-w.woken:
	case <-ctx.Done():
	}
	w.reached.Store(w.done)
	return nil
}

// letGo has the journal keep nothing for the store, unless the store is being
// changed.
func (w *worker) letGo(ctx context.Context) error {
	w.park.Lock()
	defer w.park.Unlock()
	// Who changes the store wakes the worker before it is not held any more: without
	// news, the journal has nothing that a change would want.
	if w.park.released || w.in.held(w.id) || w.reload.Load() {
		return nil
	}
	w.park.released, w.park.all = true, false
	if err := w.in.cfg.Journal.Release(ctx, sinkName(w.id), parked); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", errFatal, err)
	}
	return nil
}

// expired tells whether the store's time to be restored is over.
func (w *worker) expired() bool {
	return w.d.Gone || w.d.Status == PendingDeletion && !w.in.cfg.Now().Before(w.d.Deleted.Add(DeletionWait))
}

// remove carries out a deletion: the store is marked, so that nobody restores it,
// then its table goes, and at last the store. After a crash it begins anew.
func (w *worker) remove(ctx context.Context) error {
	w.rewind()
	err := w.in.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		item, err := w.in.stores.Get(ctx, w.id)
		if err != nil {
			return err
		}
		d := item.Value
		if d.Status != PendingDeletion {
			return errUnchanged // It was restored at the last moment.
		}
		d.Gone = true
		_, err = w.in.stores.Put(ctx, w.id, d)
		return err
	})
	switch {
	case errors.Is(err, errUnchanged):
		w.reload.Store(true)
		return nil
	case errors.Is(err, store.ErrNotFound):
		return w.forget(ctx)
	case err != nil:
		return fmt.Errorf("mark the event data store as gone: %w", err)
	}
	if err := w.in.cfg.Tables.Drop(ctx, w.id); err != nil {
		return fmt.Errorf("drop the table: %w", err)
	}
	if err := w.in.stores.Delete(ctx, w.id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("remove the event data store: %w", err)
	}
	w.in.cfg.Logger.Info("an event data store is deleted for good", "store", w.id, "name", w.d.Name)
	return w.forget(ctx)
}

// forget removes what is left of a store that is not there.
func (w *worker) forget(ctx context.Context) error {
	if err := w.in.progress.Delete(ctx, w.id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forget the event data store: %w", err)
	}
	w.park.Lock()
	defer w.park.Unlock()
	if err := w.in.cfg.Journal.Release(ctx, sinkName(w.id), parked); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", errFatal, err)
	}
	w.in.metrics.drop(w.id)
	return errEnded
}

// sameEpoch compares epochs as they are stored.
func sameEpoch(a, b Epoch) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
