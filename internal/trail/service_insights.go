package trail

import (
	"context"
	"slices"

	"github.com/cairntrail/cairn/internal/selector"
)

// The values of InsightSelector.InsightType.
const (
	APICallRate  = "ApiCallRateInsight"
	APIErrorRate = "ApiErrorRateInsight"
)

// PutInsightSelectors replaces the Insights of a trail; none turns Insights
// off. Selectors are kept and answered as they are given.
//
// The rate of calls is of write management events and the rate of errors of
// read or write ones, so the trail has to log them ("Working with CloudTrail
// Insights", User Guide); a selector for data events needs that it logs such.
// Else it is InvalidInsightSelectorsException.
func (s *Service) PutInsightSelectors(ctx context.Context, c Caller, name string, selectors []InsightSelector) (Trail, error) {
	return s.change(ctx, c, name, func(_ context.Context, t *Trail) error {
		if err := checkInsights(selectors, logsOf(t.Selectors())); err != nil {
			return err
		}
		t.InsightSelectors = selectors
		return nil
	})
}

// GetInsightSelectors returns a trail that has Insights.
func (s *Service) GetInsightSelectors(ctx context.Context, c Caller, name string) (Trail, error) {
	t, err := s.read(ctx, c, name)
	if err != nil {
		return Trail{}, err
	}
	if len(t.InsightSelectors) == 0 {
		return Trail{}, refuse(CodeInsightNotEnabled, "Trail %s does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.", t.ARN)
	}
	return t, nil
}

func checkInsights(selectors []InsightSelector, l logs) error {
	bad := func(format string, args ...any) error { return refuse(CodeInvalidInsightSelectors, format, args...) }
	for i, in := range selectors {
		if in.InsightType != APICallRate && in.InsightType != APIErrorRate {
			return bad("InsightType %.100q is not known. Use %s or %s.", in.InsightType, APICallRate, APIErrorRate)
		}
		if slices.ContainsFunc(selectors[:i], func(o InsightSelector) bool { return o.InsightType == in.InsightType }) {
			return bad("InsightType %s is there twice. Leave one of them out.", in.InsightType)
		}
		categories := in.EventCategories
		if len(categories) == 0 {
			categories = []string{selector.Management}
		}
		for _, category := range categories {
			switch {
			case category == selector.Data:
				if !l.data {
					return bad("%s for data events needs a trail that logs data events. Change the event selectors first.", in.InsightType)
				}
			case category != selector.Management:
				return bad("The event category %.100q is not known. Use %s or %s.", category, selector.Management, selector.Data)
			case in.InsightType == APICallRate && !l.managementWrites:
				return bad("%s needs a trail that logs write management events. Change the event selectors first.", in.InsightType)
			case !l.managementWrites && !l.managementReads:
				return bad("%s needs a trail that logs read or write management events. Change the event selectors first.", in.InsightType)
			}
		}
	}
	return nil
}
