package datastore

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/cairntrail/cairn/internal/store"
)

// epoch changes what a store takes from the next batch of the journal on. It is
// called inside of the transaction that writes the store. A change that changes
// nothing adds nothing, and an epoch that no batch belongs to is replaced.
func (s *Service) epoch(d *Store, change func(*Epoch)) {
	var before Epoch
	n := len(d.Epochs)
	if n > 0 {
		before = d.Now()
	}
	next := before
	change(&next)
	if n > 0 && reflect.DeepEqual(before, next) {
		return
	}
	// The last epoch may begin later than the journal ends only if the journal was
	// put back to an older state; epochs stay in order then too.
	next.After = max(s.cfg.Journal.Last(), before.After)
	if n > 0 && before.After == next.After {
		d.Epochs[n-1] = next
		return
	}
	d.Epochs = append(d.Epochs, next)
}

// Reached says that everything that the store takes up to a batch is in its
// table. That ends the short-lived states whose change of epoch is passed, and
// drops the epochs that nothing needs any more. A store that is not there is
// passed over.
func (s *Service) Reached(ctx context.Context, id string, sequence uint64) error {
	err := s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		item, err := s.stores.Get(ctx, id)
		if err != nil {
			return err
		}
		d := item.Value
		if !d.reach(sequence) {
			return errUnchanged
		}
		d.Updated = s.now()
		_, err = s.stores.Put(ctx, id, d)
		return err
	})
	if err != nil && !errors.Is(err, errUnchanged) && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("move the event data store %s on: %w", id, err)
	}
	return nil
}

// reach is Reached for a store in memory; it tells whether anything changed.
func (d *Store) reach(sequence uint64) (changed bool) {
	drop := 0
	for i, e := range d.Epochs {
		if e.After <= sequence {
			drop = i
		}
	}
	d.Epochs, changed = d.Epochs[drop:], drop > 0
	if d.Now().After > sequence {
		return changed
	}
	switch d.Status {
	case Created, StartingIngestion, StoppingIngestion:
		d.Status = StoppedIngestion
		if d.Now().Ingesting {
			d.Status = Enabled
		}
		return true
	}
	return changed
}
