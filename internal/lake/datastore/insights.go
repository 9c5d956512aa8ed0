package datastore

import (
	"context"
	"errors"
	"slices"

	"github.com/cairntrail/cairn/internal/selector"
)

// The values of InsightSelector.InsightType.
const (
	APICallRate  = "ApiCallRateInsight"
	APIErrorRate = "ApiErrorRateInsight"
)

// PutInsightsInput is the input of [Service.PutInsightSelectors]. The two stores
// are ARNs or IDs; Destination is nil when it is not given.
type PutInsightsInput struct {
	EventDataStore string
	Destination    *string
	Selectors      []InsightSelector
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
			return refuse(CodeInvalidParameter, "The event data store %s is for %s events. Insights need one for %s events.", d.ARN, d.Category(), selector.Management)
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
			return refuse(CodeInvalidParameter, "InsightsDestination is missing. Give an event data store for Insights events.")
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
		return Store{}, refuse(CodeInvalidParameter, "The destination %s is for %s events. Give an event data store for Insights events: one whose selector has eventCategory Equals %s.", to.ARN, to.Category(), selector.Insight)
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
		return Store{}, refuse(CodeInsightNotEnabled, "The event data store %s does not have Insights enabled. Edit its settings to enable Insights, and then try the operation again.", d.ARN)
	}
	return d, nil
}

// checkInsights checks whether Insights find what they look at among what is
// selected.
func checkInsights(list []InsightSelector, events []selector.AdvancedEventSelector) error {
	bad := func(format string, args ...any) error {
		return refuse(CodeInvalidInsightSelectors, format, args...)
	}
	has := taken(events)
	for i, in := range list {
		if in.InsightType != APICallRate && in.InsightType != APIErrorRate {
			return bad("InsightType %.100q is not known. Use %s or %s.", in.InsightType, APICallRate, APIErrorRate)
		}
		if slices.ContainsFunc(list[:i], func(o InsightSelector) bool { return o.InsightType == in.InsightType }) {
			return bad("InsightType %s is there twice. Leave one of them out.", in.InsightType)
		}
		categories := in.EventCategories
		if len(categories) == 0 {
			categories = []string{selector.Management}
		}
		for _, category := range categories {
			switch {
			case category == selector.Data:
				if !has.data {
					return bad("%s for data events needs an event data store that has data events. Change the event selectors first.", in.InsightType)
				}
			case category != selector.Management:
				return bad("The event category %.100q is not known. Use %s or %s.", category, selector.Management, selector.Data)
			case in.InsightType == APICallRate && !has.writes:
				return bad("%s needs an event data store that has write management events. Change the event selectors first.", in.InsightType)
			case !has.writes && !has.reads:
				return bad("%s needs an event data store that has read or write management events. Change the event selectors first.", in.InsightType)
			}
		}
	}
	return nil
}

// looked is which events that Insights look at are selected.
type looked struct{ reads, writes, data bool }

func taken(list []selector.AdvancedEventSelector) (out looked) {
	for _, a := range list {
		category, reads, writes := "", true, true
		for _, f := range a.FieldSelectors {
			switch {
			case len(f.Equals) != 1:
			case f.Field == "eventCategory":
				category = f.Equals[0]
			case f.Field == "readOnly":
				reads, writes = f.Equals[0] == "true", f.Equals[0] == "false"
			}
		}
		switch category {
		case selector.Management:
			out.reads, out.writes = out.reads || reads, out.writes || writes
		case selector.Data:
			out.data = true
		}
	}
	return out
}
