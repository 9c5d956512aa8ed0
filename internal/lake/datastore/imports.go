package datastore

import (
	"context"
	"errors"
	"fmt"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
)

// ImportDestination finds the store that an import names: one for CloudTrail events,
// whether it takes new ones or not ("Copy trail events to CloudTrail Lake",
// CloudTrail User Guide).
//
// Errors: those of [Service.Active], InvalidEventDataStoreCategoryException and
// InvalidEventDataStoreStatusException.
func (s *Service) ImportDestination(ctx context.Context, c Caller, name string) (Store, error) {
	d, err := s.Active(ctx, c, name)
	switch {
	case err != nil:
		return Store{}, err
	case !ofCloudTrail(d.Category()):
		return Store{}, refusal.New(CodeInvalidCategory, "The event data store %s is for %s events. Imports go into those for %s, %s or %s events.", d.ARN, d.Category(), selector.Management, selector.Data, selector.NetworkActivity)
	case d.Status != Enabled && d.Status != StoppedIngestion && d.Status != Created:
		return Store{}, refusal.New(CodeInvalidStatus, "The event data store %s is %s. Wait until it is %s or %s.", d.ARN, d.Status, Enabled, StoppedIngestion)
	}
	return d, nil
}

// ByID returns a store that is there, whoever's it is.
//
// Errors: EventDataStoreNotFoundException.
func (s *Service) ByID(ctx context.Context, id string) (Store, error) {
	item, err := s.stores.Get(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && !s.exists(&item.Value):
		return Store{}, noStore(id)
	case err != nil:
		return Store{}, fmt.Errorf("read the event data store: %w", err)
	}
	return item.Value, nil
}

// Importing has the service ask, before a store is deleted, whether an import into
// it is in progress. It is called before the first operation.
func (s *Service) Importing(busy func(ctx context.Context, id string) (bool, error)) { s.busy = busy }

func (s *Service) importing(ctx context.Context, id string) (bool, error) {
	if s.busy == nil {
		return false, nil
	}
	busy, err := s.busy(ctx, id)
	if err != nil {
		return false, fmt.Errorf("look for imports: %w", err)
	}
	return busy, nil
}
