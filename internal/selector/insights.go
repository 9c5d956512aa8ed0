package selector

import (
	"errors"
	"fmt"
	"slices"
)

// InsightSelector is one of PutInsightSelectors.
type InsightSelector struct {
	InsightType     string   `json:"insightType"`
	EventCategories []string `json:"eventCategories,omitempty"`
}

// The values of InsightSelector.InsightType.
const (
	APICallRate  = "ApiCallRateInsight"
	APIErrorRate = "ApiErrorRateInsight"
)

// CheckInsights checks whether Insights find what they look at among what is
// selected: the rate of calls is of write management events and the rate of errors
// of read or write ones, and Insights on data events need data events ("Working
// with CloudTrail Insights", CloudTrail User Guide). The error's text is for the
// caller; holder names what has the selectors, as "a trail".
func CheckInsights(list []InsightSelector, events []AdvancedEventSelector, holder string) error {
	has := lookedAt(events)
	for i, in := range list {
		if in.InsightType != APICallRate && in.InsightType != APIErrorRate {
			return fmt.Errorf("InsightType %.100q is not known. Use %s or %s.", in.InsightType, APICallRate, APIErrorRate) //nolint:staticcheck // a sentence for the caller
		}
		if slices.ContainsFunc(list[:i], func(o InsightSelector) bool { return o.InsightType == in.InsightType }) {
			return fmt.Errorf("InsightType %s is there twice. Leave one of them out.", in.InsightType) //nolint:staticcheck // a sentence for the caller
		}
		categories := in.EventCategories
		if len(categories) == 0 {
			categories = []string{Management}
		}
		for _, category := range categories {
			if err := has.enough(in.InsightType, category, holder); err != nil {
				return err
			}
		}
	}
	return nil
}

// looked is which events that Insights look at are selected.
type looked struct{ reads, writes, data bool }

func lookedAt(events []AdvancedEventSelector) (out looked) {
	for _, a := range events {
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
		case Management:
			out.reads, out.writes = out.reads || reads, out.writes || writes
		case Data:
			out.data = true
		}
	}
	return out
}

// enough tells what an Insight on a category lacks, if anything.
func (l looked) enough(insight, category, holder string) error {
	lacks := ""
	switch {
	case category == Data:
		if !l.data {
			lacks = "data events"
		}
	case category != Management:
		return fmt.Errorf("The event category %.100q is not known. Use %s or %s.", category, Management, Data) //nolint:staticcheck // a sentence for the caller
	case insight == APICallRate && !l.writes:
		lacks = "write management events"
	case !l.writes && !l.reads:
		lacks = "read or write management events"
	}
	if lacks == "" {
		return nil
	}
	return errors.New(insight + " needs " + holder + " that logs " + lacks + ". Change the event selectors first.")
}
