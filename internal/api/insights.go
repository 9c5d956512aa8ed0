package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/trail"
)

// putInsightSelectors answers PutInsightSelectors, of a trail or of an event data
// store.
func (s *Server) putInsightSelectors(ctx context.Context, r *Request, in *ctapi.PutInsightSelectorsInput) (*ctapi.PutInsightSelectorsOutput, error) {
	ofStore, err := s.insightsOfStore(in.TrailName, in.EventDataStore, in.InsightsDestination)
	if err != nil {
		return nil, err
	}
	if ofStore {
		return s.putStoreInsights(ctx, r, in)
	}
	var put []selector.InsightSelector
	for _, i := range in.InsightSelectors {
		put = append(put, selector.InsightSelector{InsightType: string(i.InsightType), EventCategories: categoriesInput(i.EventCategories)})
	}
	t, err := s.cfg.Trails.PutInsightSelectors(ctx, r.trailCaller(), *in.TrailName, put)
	if err != nil {
		return nil, err
	}
	return &ctapi.PutInsightSelectorsOutput{TrailARN: &t.ARN, InsightSelectors: trailInsights(&t)}, nil
}

func (s *Server) putStoreInsights(ctx context.Context, r *Request, in *ctapi.PutInsightSelectorsInput) (*ctapi.PutInsightSelectorsOutput, error) {
	put := datastore.PutInsightsInput{EventDataStore: *in.EventDataStore, Destination: in.InsightsDestination}
	for _, i := range in.InsightSelectors {
		put.Selectors = append(put.Selectors, selector.InsightSelector{InsightType: string(i.InsightType), EventCategories: categoriesInput(i.EventCategories)})
	}
	d, err := s.cfg.EventDataStores.PutInsightSelectors(ctx, r.storeCaller(), put)
	if err != nil {
		return nil, err
	}
	return &ctapi.PutInsightSelectorsOutput{EventDataStoreArn: &d.ARN, InsightsDestination: optional(d.InsightsDestination), InsightSelectors: storeInsights(&d)}, nil
}

// getInsightSelectors answers GetInsightSelectors, of a trail or of an event data
// store.
func (s *Server) getInsightSelectors(ctx context.Context, r *Request, in *ctapi.GetInsightSelectorsInput) (*ctapi.GetInsightSelectorsOutput, error) {
	ofStore, err := s.insightsOfStore(in.TrailName, in.EventDataStore, nil)
	if err != nil {
		return nil, err
	}
	if ofStore {
		d, err := s.cfg.EventDataStores.GetInsightSelectors(ctx, r.storeCaller(), *in.EventDataStore)
		if err != nil {
			return nil, err
		}
		return &ctapi.GetInsightSelectorsOutput{EventDataStoreArn: &d.ARN, InsightsDestination: optional(d.InsightsDestination), InsightSelectors: storeInsights(&d)}, nil
	}
	t, err := s.cfg.Trails.GetInsightSelectors(ctx, r.trailCaller(), *in.TrailName)
	if err != nil {
		return nil, err
	}
	return &ctapi.GetInsightSelectorsOutput{TrailARN: &t.ARN, InsightSelectors: trailInsights(&t)}, nil
}

// insightsOfStore tells whether Insights of an event data store are meant, or of a
// trail, which takes no destination.
func (s *Server) insightsOfStore(trail, eventDataStore, destination *string) (bool, error) {
	switch {
	case trail == nil && eventDataStore == nil:
		return false, Errorf(ctapi.CodeInvalidParameterCombination, "Neither TrailName nor EventDataStore is given. Give one of them.")
	case trail != nil && (eventDataStore != nil || destination != nil):
		return false, Errorf(ctapi.CodeInvalidParameterCombination, "TrailName can not be given together with EventDataStore or InsightsDestination. Leave one out.")
	case trail == nil && s.cfg.EventDataStores == nil:
		return false, Errorf(CodeUnsupportedOperation, "This server has no event data stores.")
	}
	return trail == nil, nil
}

func categoriesInput(in []ctapi.SourceEventCategory) (out []string) {
	for _, c := range in {
		out = append(out, string(c))
	}
	return out
}

func insightOutput(kind string, categories []string) ctapi.InsightSelector {
	out := ctapi.InsightSelector{InsightType: ctapi.InsightType(kind)}
	for _, c := range categories {
		out.EventCategories = append(out.EventCategories, ctapi.SourceEventCategory(c))
	}
	return out
}

func trailInsights(t *trail.Trail) []ctapi.InsightSelector {
	out := []ctapi.InsightSelector{}
	for _, i := range t.InsightSelectors {
		out = append(out, insightOutput(i.InsightType, i.EventCategories))
	}
	return out
}

func storeInsights(d *datastore.Store) []ctapi.InsightSelector {
	out := []ctapi.InsightSelector{}
	for _, i := range d.InsightSelectors {
		out = append(out, insightOutput(i.InsightType, i.EventCategories))
	}
	return out
}
