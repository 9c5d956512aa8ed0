package datastore

import (
	"context"
	"fmt"
	"slices"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/selector"
)

// Destination finds the store that a channel names as its destination. It has to
// be for events from outside AWS ("Create an integration with an event source
// outside of AWS", CloudTrail User Guide).
//
// Errors: those of [Service.Active], and InvalidEventDataStoreCategoryException.
func (s *Service) Destination(ctx context.Context, c Caller, name string) (Store, error) {
	d, err := s.Active(ctx, c, name)
	switch {
	case err != nil:
		return Store{}, err
	case d.Category() != selector.ActivityAuditLog:
		return Store{}, refusal.New(CodeInvalidCategory, "The event data store %s is for %s events. Channels deliver to those for %s events.", d.ARN, d.Category(), selector.ActivityAuditLog)
	}
	return d, nil
}

// Route has the stores of these IDs take a channel's events from the next batch of
// the journal on, and no others of the account; none when the channel is deleted.
// What with writes is committed together with that.
func (s *Service) Route(ctx context.Context, channelARN string, ids []string, with func(ctx context.Context) error) error {
	a, ok := naming.ParseARN(channelARN)
	if !ok {
		return fmt.Errorf("the channel %q has no ARN", channelARN)
	}
	// Whichever store changes, the journal must keep what it begins with.
	known, err := s.forChannels(ctx, a.Account)
	if err != nil {
		return err
	}
	for i := range known {
		s.hold(known[i].ID)
		defer s.changed(known[i].ID)
	}
	return s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		if err := with(ctx); err != nil {
			return err
		}
		all, err := s.forChannels(ctx, a.Account)
		if err != nil {
			return err
		}
		found := 0
		for i := range all {
			d := &all[i]
			wanted := slices.Contains(ids, d.ID)
			if wanted {
				found++
			}
			if slices.Contains(d.Now().Channels, channelARN) == wanted {
				continue
			}
			s.epoch(d, func(e *Epoch) { e.Channels = included(e.Channels, channelARN, wanted) })
			if _, err := s.stores.Put(ctx, d.ID, *d); err != nil {
				return fmt.Errorf("route the channel %s: %w", channelARN, err)
			}
		}
		if found != len(ids) {
			return refusal.New(CodeNotFound, "An event data store that the channel delivers to has been deleted meanwhile. Choose another.")
		}
		return nil
	})
}

// forChannels are the stores of an account that channels may deliver to.
func (s *Service) forChannels(ctx context.Context, account string) ([]Store, error) {
	all, err := s.ofAccount(ctx, account)
	return slices.DeleteFunc(all, func(d Store) bool { return d.Category() != selector.ActivityAuditLog || !d.Queryable() }), err
}

// included is a sorted list with or without one of its members; in is not changed.
func included(in []string, member string, wanted bool) []string {
	out := slices.DeleteFunc(slices.Clone(in), func(s string) bool { return s == member })
	if wanted {
		out = append(out, member)
		slices.Sort(out)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
