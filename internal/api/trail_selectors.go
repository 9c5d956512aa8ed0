package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/selector"
)

// putEventSelectors answers PutEventSelectors with what was put, defaults of
// basic selectors filled in.
func (s *Server) putEventSelectors(ctx context.Context, r *Request, in *ctapi.PutEventSelectorsInput) (*ctapi.PutEventSelectorsOutput, error) {
	t, err := s.cfg.Trails.PutEventSelectors(ctx, r.trailCaller(), text(in.TrailName), selectorsInput(in.EventSelectors, in.AdvancedEventSelectors))
	if err != nil {
		return nil, err
	}
	out := &ctapi.PutEventSelectorsOutput{TrailARN: &t.ARN}
	out.EventSelectors, out.AdvancedEventSelectors = selectorsOutput(t.Selectors())
	return out, nil
}

func (s *Server) getEventSelectors(ctx context.Context, r *Request, in *ctapi.GetEventSelectorsInput) (*ctapi.GetEventSelectorsOutput, error) {
	t, err := s.cfg.Trails.GetEventSelectors(ctx, r.trailCaller(), text(in.TrailName))
	if err != nil {
		return nil, err
	}
	out := &ctapi.GetEventSelectorsOutput{TrailARN: &t.ARN}
	out.EventSelectors, out.AdvancedEventSelectors = selectorsOutput(t.Selectors())
	return out, nil
}

// selectorsInput fills in the defaults of basic selectors, as
// [selector.EventSelector] has them.
func selectorsInput(basic []ctapi.EventSelector, advanced []ctapi.AdvancedEventSelector) (out selector.Selectors) {
	for _, b := range basic {
		one := selector.EventSelector{
			ReadWriteType:                 string(b.ReadWriteType),
			IncludeManagementEvents:       b.IncludeManagementEvents == nil || *b.IncludeManagementEvents,
			DataResources:                 []selector.DataResource{},
			ExcludeManagementEventSources: append([]string{}, b.ExcludeManagementEventSources...),
		}
		if one.ReadWriteType == "" {
			one.ReadWriteType = selector.All
		}
		for _, d := range b.DataResources {
			one.DataResources = append(one.DataResources, selector.DataResource{Type: text(d.Type), Values: append([]string{}, d.Values...)})
		}
		out.Basic = append(out.Basic, one)
	}
	for _, a := range advanced {
		one := selector.AdvancedEventSelector{Name: text(a.Name)}
		for _, f := range a.FieldSelectors {
			one.FieldSelectors = append(one.FieldSelectors, selector.FieldSelector{
				Field: text(f.Field), Equals: f.Equals, StartsWith: f.StartsWith, EndsWith: f.EndsWith,
				NotEquals: f.NotEquals, NotStartsWith: f.NotStartsWith, NotEndsWith: f.NotEndsWith,
			})
		}
		out.Advanced = append(out.Advanced, one)
	}
	return out
}

// selectorsOutput gives the kind that is in force; the other one is absent.
// Basic selectors have all their members, as CloudTrail answers them.
func selectorsOutput(in selector.Selectors) (basic []ctapi.EventSelector, advanced []ctapi.AdvancedEventSelector) {
	for _, b := range in.Basic {
		one := ctapi.EventSelector{
			ReadWriteType:                 ctapi.ReadWriteType(b.ReadWriteType),
			IncludeManagementEvents:       new(b.IncludeManagementEvents),
			DataResources:                 []ctapi.DataResource{},
			ExcludeManagementEventSources: append([]string{}, b.ExcludeManagementEventSources...),
		}
		for _, d := range b.DataResources {
			one.DataResources = append(one.DataResources, ctapi.DataResource{Type: new(d.Type), Values: append([]string{}, d.Values...)})
		}
		basic = append(basic, one)
	}
	for _, a := range in.Advanced {
		one := ctapi.AdvancedEventSelector{Name: optional(a.Name)}
		for _, f := range a.FieldSelectors {
			one.FieldSelectors = append(one.FieldSelectors, ctapi.AdvancedFieldSelector{
				Field: new(f.Field), Equals: f.Equals, StartsWith: f.StartsWith, EndsWith: f.EndsWith,
				NotEquals: f.NotEquals, NotStartsWith: f.NotStartsWith, NotEndsWith: f.NotEndsWith,
			})
		}
		advanced = append(advanced, one)
	}
	return basic, advanced
}
