package channel

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/store"
)

// Stores are the event data stores that channels deliver to.
type Stores interface {
	// Destination finds the store that a location names, by ID or ARN. It refuses,
	// with the exception for the caller, one that takes no events of channels.
	Destination(ctx context.Context, c Caller, location string) (id, arn string, err error)
	// Route has the stores of these IDs take a channel's events from now on, and no
	// others; none when the channel is deleted. What with writes is committed
	// together with that, or neither.
	Route(ctx context.Context, channelARN string, stores []string, with func(ctx context.Context) error) error
}

// Policies are the resource-based policies of channels; a sharing.Service.
type Policies interface {
	Policy(ctx context.Context, arn string) (p identity.ResourcePolicy, there bool, err error)
	Forget(ctx context.Context, arn string) error
}

// Journal takes the records. Append returns when they are durable.
type Journal interface {
	Append(ctx context.Context, events ...[]byte) error
}

// Config is what a [Service] is made of. Everything is required but Now.
type Config struct {
	Store    *store.DB
	Stores   Stores
	Policies Policies
	Journal  Journal
	NewUUID  func() string
	// Now is the clock; nil takes the real one.
	Now func() time.Time
}

// Service answers the operations on channels and takes their events. It is safe for
// concurrent use.
type Service struct {
	cfg       Config
	channels  *store.Collection[Channel]
	ingestion *store.Collection[Ingestion]

	mu struct {
		sync.Mutex
		// last has what is known of channels since the start, and saved when it was
		// written.
		last  map[string]Ingestion
		saved map[string]time.Time
	}
}

// NewService makes a service over the collections "channels" and
// "channels.ingestion".
func NewService(cfg Config) *Service {
	if cfg.Store == nil || cfg.Stores == nil || cfg.Policies == nil || cfg.Journal == nil || cfg.NewUUID == nil {
		panic("BUG: channel: a service needs a store, stores, policies, a journal and ids")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Service{cfg: cfg, channels: store.NewCollection[Channel](cfg.Store, "channels"), ingestion: store.NewCollection[Ingestion](cfg.Store, "channels.ingestion")}
	s.mu.last, s.mu.saved = make(map[string]Ingestion), make(map[string]time.Time)
	return s
}

const arnPrefix = "channel/"

var (
	channelID   = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	channelName = regexp.MustCompile(`^[A-Za-z0-9._-]{3,128}$`)
)

// arnOf is the ARN that names a channel of the caller's: its ARN or the ID at the
// end of it.
func arnOf(c Caller, name string) (string, error) {
	id := name
	if strings.HasPrefix(name, "arn:") {
		a, ok := naming.ParseARN(name)
		if !ok || a.Service != "cloudtrail" || !strings.HasPrefix(a.Resource, arnPrefix) {
			return "", invalidARN(name)
		}
		if a.Account != c.AccountID || a.Region != c.Region {
			return "", noChannel(name)
		}
		id = a.Resource[len(arnPrefix):]
	}
	if !channelID.MatchString(id) {
		return "", invalidARN(name)
	}
	return naming.ARN{Partition: "aws", Service: "cloudtrail", Region: c.Region, Account: c.AccountID, Resource: arnPrefix + id}.String(), nil
}

func invalidARN(name string) error {
	return refusal.New(CodeARNInvalid, "The channel %.300q is not valid. Use an ARN such as arn:aws:cloudtrail:us-east-1:123456789012:channel/01234567-89ab-cdef-0123-456789abcdef, or the ID at its end.", name)
}

func noChannel(name string) error {
	return refusal.New(CodeNotFound, "There is no channel %.300s in this account and Region.", name)
}

func (s *Service) get(ctx context.Context, c Caller, name string) (Channel, error) {
	arn, err := arnOf(c, name)
	if err != nil {
		return Channel{}, err
	}
	item, err := s.channels.Get(ctx, arn)
	if errors.Is(err, store.ErrNotFound) {
		return Channel{}, noChannel(name)
	}
	if err != nil {
		return Channel{}, fmt.Errorf("read the channel: %w", err)
	}
	return item.Value, nil
}

// Exists tells whether there is a channel with an ARN.
func (s *Service) Exists(ctx context.Context, arn string) (bool, error) {
	_, err := s.channels.Get(ctx, arn)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// CreateInput is what CreateChannel is given.
type CreateInput struct {
	Name, Source string
	Destinations []Destination
	Tags         []naming.Tag
}

// Create makes a channel. Its events go to the destinations from then on.
func (s *Service) Create(ctx context.Context, c Caller, in CreateInput) (Channel, error) {
	if !slices.Contains(Sources, in.Source) {
		return Channel{}, refusal.New(CodeInvalidSource, "The source %.100q is not known. Use Custom, or the name of a partner: %s.", in.Source, strings.Join(Sources[1:], ", "))
	}
	if !channelName.MatchString(in.Name) {
		return Channel{}, badName()
	}
	tags, err := mergeTags(nil, in.Tags)
	if err != nil {
		return Channel{}, err
	}
	ids, arns, err := s.destinations(ctx, c, in.Destinations)
	if err != nil {
		return Channel{}, err
	}
	id, now := s.cfg.NewUUID(), s.cfg.Now().UTC()
	arn, err := arnOf(c, id)
	if err != nil {
		return Channel{}, err
	}
	ch := Channel{ID: id, ARN: arn, Name: in.Name, Source: in.Source, AccountID: c.AccountID, Region: c.Region, Destinations: arns, Tags: tags, Created: now, Updated: now}
	err = s.cfg.Stores.Route(ctx, ch.ARN, ids, func(ctx context.Context) error {
		if err := s.room(ctx, c, &ch); err != nil {
			return err
		}
		_, err := s.channels.Create(ctx, ch.ARN, ch)
		return err
	})
	if err != nil {
		return Channel{}, fmt.Errorf("create the channel: %w", err)
	}
	return ch, nil
}

func badName() error {
	return refusal.New(CodeInvalidParameter, "The name of a channel has 3 to 128 characters: letters, digits, periods (.), underscores (_) and hyphens (-).")
}

// room refuses a channel whose name or source is taken, or that is one too many. A
// partner has one channel; there may be several for one's own applications.
func (s *Service) room(ctx context.Context, c Caller, ch *Channel) error {
	all, err := s.List(ctx, c)
	if err != nil {
		return err
	}
	others := 0
	for i := range all {
		o := &all[i]
		switch {
		case o.ARN == ch.ARN:
			continue
		case o.Name == ch.Name:
			return refusal.New(CodeExists, "A channel with the name %s already exists.", ch.Name)
		case o.Source == ch.Source && ch.Source != Custom:
			return refusal.New(CodeExists, "A channel with the source %s already exists: %s. A partner has one channel.", ch.Source, o.ARN)
		}
		others++
	}
	if others >= MaxPerRegion {
		return refusal.New(CodeTooMany, "There are %d channels in %s already, and no more are allowed. Delete one first.", others, c.Region)
	}
	return nil
}

// destinations finds the stores that a request names.
func (s *Service) destinations(ctx context.Context, c Caller, in []Destination) (ids, arns []string, err error) {
	if len(in) == 0 {
		return nil, nil, refusal.New(CodeInvalidParameter, "A channel has one destination or more.")
	}
	for _, d := range in {
		if d.Type != EventDataStore {
			return nil, nil, refusal.New(CodeInvalidParameter, "The type of a destination is %s, and not %.100q.", EventDataStore, d.Type)
		}
		id, arn, err := s.cfg.Stores.Destination(ctx, c, d.Location)
		if err != nil {
			return nil, nil, err
		}
		if slices.Contains(arns, arn) {
			return nil, nil, refusal.New(CodeInvalidParameter, "The destination %s is there twice. Leave one of them out.", arn)
		}
		ids, arns = append(ids, id), append(arns, arn)
	}
	return ids, arns, nil
}

// UpdateInput is what UpdateChannel is given; what is nil stays.
type UpdateInput struct {
	Name         *string
	Destinations []Destination
}

// Update changes a channel's name or destinations.
func (s *Service) Update(ctx context.Context, c Caller, name string, in UpdateInput) (Channel, error) {
	ch, err := s.get(ctx, c, name)
	if err != nil {
		return Channel{}, err
	}
	if in.Name != nil && !channelName.MatchString(*in.Name) {
		return Channel{}, badName()
	}
	var ids, arns []string
	if in.Destinations != nil {
		if ids, arns, err = s.destinations(ctx, c, in.Destinations); err != nil {
			return Channel{}, err
		}
	}
	write := func(ctx context.Context) error {
		item, err := s.channels.Get(ctx, ch.ARN)
		if errors.Is(err, store.ErrNotFound) {
			return noChannel(name)
		}
		if err != nil {
			return err
		}
		ch = item.Value
		if in.Name != nil {
			ch.Name = *in.Name
		}
		if err := s.room(ctx, c, &ch); err != nil {
			return err
		}
		ch.Updated = s.cfg.Now().UTC()
		if arns != nil {
			ch.Destinations = arns
		}
		_, err = s.channels.Put(ctx, ch.ARN, ch)
		return err
	}
	if arns != nil {
		err = s.cfg.Stores.Route(ctx, ch.ARN, ids, write)
	} else {
		err = s.cfg.Store.Tx(ctx, write)
	}
	if err != nil {
		return Channel{}, fmt.Errorf("update the channel: %w", err)
	}
	return ch, nil
}

// Delete deletes a channel with its policy. What it delivered stays.
func (s *Service) Delete(ctx context.Context, c Caller, name string) error {
	ch, err := s.get(ctx, c, name)
	if err != nil {
		return err
	}
	err = s.cfg.Stores.Route(ctx, ch.ARN, nil, func(ctx context.Context) error {
		if err := s.channels.Delete(ctx, ch.ARN); err != nil {
			if errors.Is(err, store.ErrNotFound) {
				return noChannel(name)
			}
			return err
		}
		if err := s.ingestion.Delete(ctx, ch.ARN); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return s.cfg.Policies.Forget(ctx, ch.ARN)
	})
	if err != nil {
		return fmt.Errorf("delete the channel: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.last, ch.ARN)
	delete(s.mu.saved, ch.ARN)
	return nil
}

// List returns the channels of an account and Region, oldest first.
func (s *Service) List(ctx context.Context, c Caller) ([]Channel, error) {
	prefix := naming.ARN{Partition: "aws", Service: "cloudtrail", Region: c.Region, Account: c.AccountID, Resource: arnPrefix}.String()
	items, err := s.channels.List(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("list the channels: %w", err)
	}
	var out []Channel
	for _, it := range items {
		out = append(out, it.Value)
	}
	slices.SortFunc(out, func(a, b Channel) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

// Get returns a channel and what is known of its last events.
func (s *Service) Get(ctx context.Context, c Caller, name string) (Channel, Ingestion, error) {
	ch, err := s.get(ctx, c, name)
	if err != nil {
		return Channel{}, Ingestion{}, err
	}
	s.mu.Lock()
	last, known := s.mu.last[ch.ARN]
	s.mu.Unlock()
	if known {
		return ch, last, nil
	}
	item, err := s.ingestion.Get(ctx, ch.ARN)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Channel{}, Ingestion{}, fmt.Errorf("read when the channel had events: %w", err)
	}
	return ch, item.Value, nil
}
