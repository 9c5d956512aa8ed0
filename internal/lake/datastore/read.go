package datastore

import (
	"context"
	"errors"

	"github.com/cairntrail/cairn/internal/naming"
)

// GetEventDataStore returns a store, also one that is pending deletion.
func (s *Service) GetEventDataStore(ctx context.Context, c Caller, name string) (Store, error) {
	return s.find(ctx, c, name)
}

// ListEventDataStores returns the stores of the caller's account and Region, in
// the order of their creation, those pending deletion among them.
func (s *Service) ListEventDataStores(ctx context.Context, c Caller) ([]Store, error) {
	all, err := s.ofAccount(ctx, c.AccountID)
	if err != nil {
		return nil, err
	}
	var out []Store
	for i := range all {
		if all[i].Region == c.Region {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// Active returns a store that queries may run on. The store's ID names its
// table, and [Store.Category] says which schema that has.
//
// Errors: EventDataStoreARNInvalidException, EventDataStoreNotFoundException, and
// InactiveEventDataStoreException for one that is pending deletion.
func (s *Service) Active(ctx context.Context, c Caller, name string) (Store, error) {
	d, err := s.find(ctx, c, name)
	if err != nil {
		return Store{}, err
	}
	if !d.Queryable() {
		return Store{}, inactive(&d)
	}
	return d, nil
}

// Exists tells whether there is a store with an ARN, also one that is pending
// deletion.
func (s *Service) Exists(ctx context.Context, arn string) (bool, error) {
	a, ok := naming.ParseARN(arn)
	if !ok {
		return false, nil
	}
	_, err := s.find(ctx, Caller{a.Account, a.Region}, arn)
	if _, refused := errors.AsType[*Error](err); refused {
		return false, nil
	}
	return err == nil, err
}

// PartitionKey is a column that a store's table is divided by.
type PartitionKey struct{ Name, Type string }

// PartitionKeys are those of every store's table: days of eventTime.
func (s *Store) PartitionKeys() []PartitionKey {
	return []PartitionKey{{Name: "eventTime", Type: "timestamp"}}
}
