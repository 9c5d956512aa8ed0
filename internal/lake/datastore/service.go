package datastore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/store"
)

// MaxPerRegion is how many stores an account may have in a Region, in whatever
// state. A multi-Region store counts in every Region. Source: "Quotas in AWS
// CloudTrail".
const MaxPerRegion = 10

// DeletionWait is how long a deleted store can be restored ("Event data store
// lifecycle", CloudTrail User Guide).
const DeletionWait = 7 * 24 * time.Hour

// The collections of the store.
const (
	storesCollection   = "eventdatastores"
	progressCollection = "eventdatastores.progress"
)

// Sink is told of changes; it is an [Ingester].
type Sink interface {
	// Hold has the journal keep, from its return on, whatever it has for the store
	// of that id. Changed follows, also when nothing changed.
	Hold(id string)
	// Changed says that the store was made, changed or deleted. The change is
	// committed, or refused. Changed does not block.
	Changed(id string)
}

// Config is what a [Service] is made of.
type Config struct {
	// Store keeps the event data stores. Required.
	Store *store.DB
	// Journal tells the sequence of the last batch that is durable. Required.
	Journal interface{ Last() uint64 }
	// Now is the clock, NewID makes UUIDs. Nil takes the real ones.
	Now   func() time.Time
	NewID func() string
}

// Service answers the operations on event data stores.
//
// A change is one transaction of the store, which reads, checks the rules and
// writes: of two changes at once none is lost. Methods refuse with an *Error. Any
// other error is a failure, whose text is not for the caller. It has no locks and
// starts no goroutines.
type Service struct {
	cfg    Config
	stores *store.Collection[Store]
	sinks  []Sink
	busy   func(ctx context.Context, id string) (bool, error)
}

// NewService makes a service over the collection "eventdatastores".
func NewService(cfg Config) *Service {
	if cfg.Store == nil || cfg.Journal == nil {
		panic("BUG: datastore: a service needs a store and a journal")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = uuid.NewString
	}
	return &Service{cfg: cfg, stores: store.NewCollection[Store](cfg.Store, storesCollection)}
}

// Tell has sinks told of changes. It is called before the first operation.
func (s *Service) Tell(sinks ...Sink) { s.sinks = append(s.sinks, sinks...) }

// Caller is who calls, and the Region that is called.
type Caller struct {
	AccountID string
	Region    string
}

// now is the clock in the resolution that answers have.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Millisecond) }

// exists tells whether the API still knows a store.
func (s *Service) exists(d *Store) bool {
	return !d.Gone && !(d.Status == PendingDeletion && !s.now().Before(d.Deleted.Add(DeletionWait)))
}

// find reads a store of the caller's account and Region, which its ARN or its ID
// names.
//
// Errors: EventDataStoreARNInvalidException, EventDataStoreNotFoundException.
func (s *Service) find(ctx context.Context, c Caller, name string) (Store, error) {
	id, account, region, err := ParseName(c, name)
	if err != nil {
		return Store{}, err
	}
	if account == c.AccountID && region != c.Region {
		return Store{}, refusal.New(CodeARNInvalid, "The event data store %s is in another Region. Call the operation in %s.", name, region)
	}
	item, err := s.stores.Get(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Store{}, noStore(name)
	case err != nil:
		return Store{}, fmt.Errorf("read the event data store: %w", err)
	}
	d := item.Value
	if account != c.AccountID || d.AccountID != c.AccountID || d.Region != c.Region || !s.exists(&d) {
		return Store{}, noStore(name)
	}
	return d, nil
}

// ofAccount returns the stores of an account in all Regions, in the order of
// their creation.
func (s *Service) ofAccount(ctx context.Context, account string) ([]Store, error) {
	items, err := s.stores.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the event data stores: %w", err)
	}
	var out []Store
	for i := range items {
		if d := items[i].Value; d.AccountID == account && s.exists(&d) {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b Store) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

// change reads a store, changes it and writes it, in one transaction.
func (s *Service) change(ctx context.Context, c Caller, name string, apply func(context.Context, *Store) error) (Store, error) {
	d, err := s.find(ctx, c, name)
	if err != nil {
		return Store{}, err
	}
	s.hold(d.ID)
	defer s.changed(d.ID)
	err = s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		if d, err = s.find(ctx, c, name); err != nil {
			return err
		}
		if err := apply(ctx, &d); err != nil {
			return err
		}
		d.Updated = s.now()
		_, err := s.stores.Put(ctx, d.ID, d)
		return err
	})
	if err != nil {
		return Store{}, fmt.Errorf("change the event data store: %w", err)
	}
	return d, nil
}

func (s *Service) hold(id string) {
	for _, sink := range s.sinks {
		sink.Hold(id)
	}
}

func (s *Service) changed(id string) {
	for _, sink := range s.sinks {
		sink.Changed(id)
	}
}

// errUnchanged ends a transaction that has nothing to write.
var errUnchanged = errors.New("nothing changes")
