package selector

import "slices"

// ToAdvanced returns advanced selectors that select the same events as the
// basic ones, for a trail that is to log more than basic selectors can express
// (the guide, from line 16559: get the selectors, rebuild equal coverage, add,
// put). Each basic selector gives one advanced selector for management events,
// where it includes them, and one for each data resource type. Advanced
// selectors are returned as they are. Selectors must be valid.
//
// There is no way back: advanced selectors can say what basic ones cannot.
func (s Selectors) ToAdvanced() []AdvancedEventSelector {
	out := slices.Clone(s.Advanced)
	for _, b := range s.Basic {
		if b.IncludeManagementEvents {
			out = append(out, b.management())
		}
		for _, r := range b.DataResources {
			out = append(out, b.data(r))
		}
	}
	return out
}

func (s EventSelector) management() AdvancedEventSelector {
	fields := []FieldSelector{{Field: "eventCategory", Equals: []string{Management}}}
	if len(s.ExcludeManagementEventSources) > 0 {
		fields = append(fields, FieldSelector{Field: "eventSource", NotEquals: slices.Clone(s.ExcludeManagementEventSources)})
	}
	return AdvancedEventSelector{Name: "Management events selector", FieldSelectors: s.readWrite(fields)}
}

func (s EventSelector) data(r DataResource) AdvancedEventSelector {
	fields := []FieldSelector{
		{Field: "eventCategory", Equals: []string{Data}},
		{Field: "resources.type", Equals: []string{r.Type}},
	}
	rule := basicTypes[r.Type]
	if !slices.ContainsFunc(r.Values, rule.isAll) {
		f := FieldSelector{Field: "resources.ARN"}
		if values := distinct(r.Values); rule.prefix {
			f.StartsWith = values
		} else {
			f.Equals = values
		}
		fields = append(fields, f)
	}
	return AdvancedEventSelector{Name: r.Type + " data events selector", FieldSelectors: s.readWrite(fields)}
}

// readWrite adds the condition on readOnly that ReadWriteType stands for
// (lines 15436-15458).
func (s EventSelector) readWrite(fields []FieldSelector) []FieldSelector {
	switch s.ReadWriteType {
	case ReadOnly:
		return append(fields, FieldSelector{Field: "readOnly", Equals: []string{"true"}})
	case WriteOnly:
		return append(fields, FieldSelector{Field: "readOnly", Equals: []string{"false"}})
	}
	return fields
}

// Categories lists the event categories that the selectors name, in the order
// of their first selector, without repetition.
func (s Selectors) Categories() []string {
	var out []string
	for _, a := range s.ToAdvanced() {
		for _, f := range a.FieldSelectors {
			if f.Field == "eventCategory" {
				out = append(out, f.Equals...)
			}
		}
	}
	return distinct(out)
}

// distinct is values without repetition, in their order.
func distinct(values []string) []string {
	seen := make(map[string]bool, len(values))
	out := make([]string, 0, len(values))
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
