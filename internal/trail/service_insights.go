package trail

import (
	"context"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/selector"
)

// PutInsightSelectors replaces the Insights of a trail; none turns Insights
// off. Selectors are kept and answered as they are given.
//
// The rate of calls is of write management events and the rate of errors of
// read or write ones, so the trail has to log them ("Working with CloudTrail
// Insights", User Guide); a selector for data events needs that it logs such.
// Else it is InvalidInsightSelectorsException.
func (s *Service) PutInsightSelectors(ctx context.Context, c Caller, name string, selectors []selector.InsightSelector) (Trail, error) {
	return s.change(ctx, c, name, func(_ context.Context, t *Trail) error {
		if err := selector.CheckInsights(selectors, t.Selectors().ToAdvanced(), "a trail"); err != nil {
			return refusal.New(CodeInvalidInsightSelectors, "%v", err)
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
		return Trail{}, refusal.New(CodeInsightNotEnabled, "Trail %s does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.", t.ARN)
	}
	return t, nil
}
