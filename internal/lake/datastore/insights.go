package datastore

import (
	"context"
	"errors"
	"slices"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/selector"
)

// PutInsightsInput is the input of [Service.PutInsightSelectors]. The two stores
// are ARNs or IDs; Destination is nil when it is not given.
type PutInsightsInput struct {
	EventDataStore string
	Destination    *string
	Selectors      []selector.InsightSelector
}

// PutInsightSelectors replaces the Insights of a store; none turns them off. The
// destination is a store for Insights events, of the same account and Region. It
// has to be given, unless Insights are turned off or the store has one already.
//
// The rate of calls is of write management events and the rate of errors of read
// or write ones, so the store has to take them ("Working with CloudTrail
// Insights", User Guide); a selector for data events needs that it takes such. Else
// it is InvalidInsightSelectorsException. The model of the operation has no
// exception for a store that is not there, or not active: these are
// InvalidParameterException.
func (s *Service) PutInsightSelectors(ctx context.Context, c Caller, in PutInsightsInput) (Store, error) {
	d, err := s.change(ctx, c, in.EventDataStore, func(ctx context.Context, d *Store) error {
		if d.Status == PendingDeletion {
			return inactive(d)
		}
		if len(in.Selectors) > 0 && !ofCloudTrail(d.Category()) {
			return refusal.New(CodeInvalidParameter, "The event data store %s is for %s events. Insights need one for %s events.", d.ARN, d.Category(), selector.Management)
		}
		if err := checkInsights(in.Selectors, d.Now().Selectors); err != nil {
			return err
		}
		destination := d.InsightsDestination
		if in.Destination != nil {
			to, err := s.destination(ctx, c, *in.Destination)
			if err != nil {
				return err
			}
			destination = to.ARN
		}
		if destination == "" && len(in.Selectors) > 0 {
			return refusal.New(CodeInvalidParameter, "InsightsDestination is missing. Give an event data store for Insights events.")
		}
		if len(in.Selectors) == 0 {
			destination = ""
		}
		d.InsightSelectors, d.InsightsDestination = in.Selectors, destination
		return nil
	})
	return d, asParameter(err)
}

// asParameter gives refusals that the model of an operation does not have another
// exception.
func asParameter(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && slices.Contains([]string{CodeARNInvalid, CodeNotFound, CodeInactive}, e.Code) {
		return &Error{Code: CodeInvalidParameter, Message: e.Message, Cause: err}
	}
	return err
}

// destination finds the store that Insights events go to.
func (s *Service) destination(ctx context.Context, c Caller, name string) (Store, error) {
	to, err := s.Active(ctx, c, name)
	if err != nil {
		return Store{}, err
	}
	if to.Category() != selector.Insight {
		return Store{}, refusal.New(CodeInvalidParameter, "The destination %s is for %s events. Give an event data store for Insights events: one whose selector has eventCategory Equals %s.", to.ARN, to.Category(), selector.Insight)
	}
	return to, nil
}

// GetInsightSelectors returns a store that has Insights.
func (s *Service) GetInsightSelectors(ctx context.Context, c Caller, name string) (Store, error) {
	d, err := s.find(ctx, c, name)
	if err != nil {
		return Store{}, asParameter(err)
	}
	if len(d.InsightSelectors) == 0 {
		return Store{}, refusal.New(CodeInsightNotEnabled, "The event data store %s does not have Insights enabled. Edit its settings to enable Insights, and then try the operation again.", d.ARN)
	}
	return d, nil
}

// checkInsights checks whether Insights find what they look at in a store.
func checkInsights(list []selector.InsightSelector, events []selector.AdvancedEventSelector) error {
	if err := selector.CheckInsights(list, events, "an event data store"); err != nil {
		return refusal.New(CodeInvalidInsightSelectors, "%v", err)
	}
	return nil
}
