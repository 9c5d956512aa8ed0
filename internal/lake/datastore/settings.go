package datastore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/selector"
)

// MinRetention is the fewest days that a store may keep events.
const MinRetention = 7

// retentions are the days that a billing mode keeps events by default and at
// most (BillingMode and RetentionPeriod of the CloudTrail API reference).
var retentions = map[string]struct{ usual, most int }{
	Extendable: {366, 3653},
	Fixed:      {2557, 2557},
}

// Settings are what CreateEventDataStore and UpdateEventDataStore set. What is
// nil is not set: a new store has the default, and a store that is there keeps
// what it has.
type Settings struct {
	// Selectors are nil when they are not given; an empty list selects nothing,
	// which is refused.
	Selectors []selector.AdvancedEventSelector
	// MultiRegion and TerminationProtection are true by default, but for events from
	// outside AWS, which have one Region; Organization is false.
	MultiRegion           *bool
	Organization          *bool
	TerminationProtection *bool
	// RetentionPeriod is in days.
	RetentionPeriod *int
	// KMSKeyID is "alias/NAME", the ARN of an alias or a key, or the id of a key.
	KMSKeyID    *string
	BillingMode *string
}

// CreateInput is the input of [Service.CreateEventDataStore].
type CreateInput struct {
	Name string
	Settings
	// StartIngestion is true by default.
	StartIngestion *bool
	Tags           []naming.Tag
}

// UpdateInput is the input of [Service.UpdateEventDataStore]. EventDataStore is an
// ARN or an ID.
type UpdateInput struct {
	EventDataStore string
	Name           *string
	Settings
}

// CreateEventDataStore makes a store in the caller's Region. It answers CREATED;
// the store is ENABLED, or has STOPPED_INGESTION, when its table is there.
func (s *Service) CreateEventDataStore(ctx context.Context, c Caller, in CreateInput) (Store, error) {
	if err := checkName(in.Name); err != nil {
		return Store{}, err
	}
	tags, err := naming.MergeTags(nil, in.Tags)
	if err != nil {
		return Store{}, refusal.New(CodeInvalidTag, "%v", err)
	}
	id := s.cfg.NewID()
	now := s.now()
	d := Store{
		ID: id, ARN: storeARN(c, id), Name: in.Name, AccountID: c.AccountID, Region: c.Region,
		Status: Created, TerminationProtection: true, Tags: tags, Created: now, Updated: now,
		Configuration: EventConfiguration{MaxEventSize: StandardSize},
	}
	e := Epoch{Ingesting: true, MultiRegion: true}
	if len(in.Selectors) == 0 {
		in.Selectors = selector.Default(selector.EventDataStore).Advanced
	}
	if err := in.create(c, &d, &e); err != nil {
		return Store{}, err
	}
	s.hold(id)
	defer s.changed(id)
	err = s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		d.Epochs = []Epoch{e} // For room, which looks at MultiRegion.
		if err := s.room(ctx, &d); err != nil {
			return err
		}
		d.Epochs = nil
		s.epoch(&d, func(next *Epoch) { *next = e })
		_, err := s.stores.Create(ctx, id, d)
		return err
	})
	if err != nil {
		return Store{}, fmt.Errorf("create the event data store: %w", err)
	}
	return d, nil
}

// create sets what a new store has, defaults filled in, and checks it.
func (in *CreateInput) create(c Caller, d *Store, e *Epoch) error {
	if in.BillingMode == nil {
		in.BillingMode = new(Extendable)
	}
	if in.RetentionPeriod == nil {
		in.RetentionPeriod = new(retentions[*in.BillingMode].usual)
	}
	if err := in.selectors(e); err != nil {
		return err
	}
	category := selector.Selectors{Advanced: e.Selectors}.Categories()[0]
	if in.MultiRegion == nil {
		in.MultiRegion = new(category != selector.ActivityAuditLog)
	}
	if in.StartIngestion != nil && !*in.StartIngestion {
		if !stoppable(category) {
			return refusal.New(CodeInvalidParameter, "An event data store for %s events can not be created without ingestion. Leave StartIngestion out.", category)
		}
		e.Ingesting = false
	}
	return in.apply(c, d, e)
}

// UpdateEventDataStore changes the settings that are given.
func (s *Service) UpdateEventDataStore(ctx context.Context, c Caller, in UpdateInput) (Store, error) {
	return s.change(ctx, c, in.EventDataStore, func(ctx context.Context, d *Store) error {
		if d.Status == PendingDeletion {
			return inactive(d)
		}
		was, next := d.Now(), d.Now()
		if in.Settings.Selectors != nil {
			if err := in.selectors(&next); err != nil {
				return err
			}
			if err := selector.CheckUpdate(advanced(was.Selectors), advanced(next.Selectors)); err != nil {
				return invalidSelectors(err)
			}
			if err := checkInsights(d.InsightSelectors, next.Selectors); err != nil {
				return err
			}
		}
		if err := in.apply(c, d, &next); err != nil {
			return err
		}
		renamed := in.Name != nil && *in.Name != d.Name
		if renamed {
			if err := checkName(*in.Name); err != nil {
				return err
			}
			d.Name = *in.Name
		}
		s.epoch(d, func(e *Epoch) { *e = next })
		if renamed || next.MultiRegion && !was.MultiRegion {
			return s.room(ctx, d)
		}
		return nil
	})
}

func advanced(list []selector.AdvancedEventSelector) selector.Selectors {
	return selector.Selectors{Advanced: list}
}

func invalidSelectors(err error) error {
	if bad, ok := errors.AsType[*selector.Error](err); ok {
		return &Error{Code: bad.Code, Message: bad.Message}
	}
	return err
}

// selectors sets the selectors that are given, and checks them.
func (in *Settings) selectors(e *Epoch) error {
	if err := advanced(in.Selectors).Validate(selector.EventDataStore); err != nil {
		return invalidSelectors(err)
	}
	e.Selectors = in.Selectors
	return nil
}

// apply sets what else is given, and checks the result.
func (in *Settings) apply(c Caller, d *Store, e *Epoch) error {
	for _, b := range []struct{ from, to *bool }{
		{in.MultiRegion, &e.MultiRegion}, {in.Organization, &d.Organization}, {in.TerminationProtection, &d.TerminationProtection},
	} {
		if b.from != nil {
			*b.to = *b.from
		}
	}
	if d.Organization {
		return refusal.New(CodeOrganizationsNotInUse, "The request could not be processed because your account isn't a member of an organization. Sign in to an account that is, and then try again.")
	}
	if e.MultiRegion && slices.Contains(advanced(e.Selectors).Categories(), selector.ActivityAuditLog) {
		return refusal.New(CodeInvalidParameter, "An event data store for events from outside AWS has one Region. Leave MultiRegionEnabled out, or set it to false.")
	}
	if err := in.billing(d); err != nil {
		return err
	}
	if in.KMSKeyID == nil {
		return nil
	}
	key, err := naming.KeyARN(c.AccountID, c.Region, *in.KMSKeyID)
	if err != nil {
		return refusal.New(CodeInvalidKeyID, "%v", err)
	}
	if d.KMSKeyID != "" && d.KMSKeyID != key {
		return refusal.New(CodeInvalidParameter, "The event data store has the KMS key %s. A key can not be changed or removed.", d.KMSKeyID)
	}
	d.KMSKeyID = key
	return nil
}

// billing sets the billing mode and the retention period, which depend on each
// other.
func (in *Settings) billing(d *Store) error {
	if in.BillingMode != nil {
		mode := *in.BillingMode
		if _, known := retentions[mode]; !known {
			return refusal.New(CodeInvalidParameter, "BillingMode %.100q is not known. Use %s or %s.", mode, Extendable, Fixed)
		}
		if d.BillingMode == Extendable && mode == Fixed {
			return refusal.New(CodeInvalidParameter, "The billing mode of an event data store can not be changed from %s to %s. Create another event data store.", Extendable, Fixed)
		}
		d.BillingMode = mode
	}
	if in.RetentionPeriod != nil {
		d.RetentionPeriod = *in.RetentionPeriod
	}
	if most := retentions[d.BillingMode].most; d.RetentionPeriod < MinRetention || d.RetentionPeriod > most {
		return refusal.New(CodeInvalidParameter, "RetentionPeriod is %d days; with the billing mode %s it is from %d to %d.", d.RetentionPeriod, d.BillingMode, MinRetention, most)
	}
	return nil
}

// room refuses a store whose name is taken, or that is one too many in a Region.
// A store counts in all states; one that is pending deletion keeps its name, so
// that it can be restored.
func (s *Service) room(ctx context.Context, d *Store) error {
	all, err := s.ofAccount(ctx, d.AccountID)
	if err != nil {
		return err
	}
	multi, single := 0, map[string]int{}
	regions := []string{d.Region}
	for i := range all {
		other := &all[i]
		switch {
		case other.ID == d.ID:
			continue
		case other.Name == d.Name && other.Region == d.Region:
			return refusal.New(CodeExists, "There is an event data store with the name %s already: %s, which is %s.", d.Name, other.ARN, other.Status)
		case other.Now().MultiRegion:
			multi++
		default:
			single[other.Region]++
			if d.Now().MultiRegion {
				regions = append(regions, other.Region)
			}
		}
	}
	for _, region := range regions {
		if n := multi + single[region]; n >= MaxPerRegion {
			return refusal.New(CodeTooMany, "The account %s has %d event data stores in %s, and more are not allowed. Those pending deletion count.", d.AccountID, n, region)
		}
	}
	return nil
}
