package selector

import "slices"

// Match tells whether any selector selects the event. It allocates nothing.
func (m *Matcher) Match(e *Event) bool {
	rules := m.byCategory[e.Category]
	for i := range rules {
		if v := rules[i].check(e); v.selected() {
			return true
		}
	}
	return false
}

// verdict is why a rule does not select an event: the first condition that does
// not hold. Without one it selects it.
type verdict struct {
	test  *test
	field field
	// step is how many conditions hold, in the order of checking.
	step int
	// op is the Not operator that hit, with the value it hit with; 0 when no
	// other operator did.
	op  operator
	hit string
	// got is the event's value of the field.
	got string
}

func (v *verdict) selected() bool { return v.test == nil }

// check evaluates the rule: first the type of resource, which most rules for
// data events fail by, then the other fields, and the ARN last.
func (r *rule) check(e *Event) verdict {
	if r.types != nil && !r.anyType(e) {
		return verdict{test: r.types, field: fieldResourceType}
	}
	for i := range r.fields {
		f := &r.fields[i]
		got := e.value(f.field)
		if op, hit := f.excluded(got); op != 0 {
			return verdict{f.test, f.field, i + 1, op, hit, got}
		}
		if f.selects && !f.selected(got) {
			return verdict{f.test, f.field, i + 1, 0, "", got}
		}
	}
	if r.arn != nil {
		return r.checkARN(e)
	}
	return verdict{}
}

func (r *rule) anyType(e *Event) bool {
	for i := range e.Resources {
		if r.hasType(&e.Resources[i]) {
			return true
		}
	}
	return false
}

// hasType compares the type with the one that Compile saw to.
func (r *rule) hasType(res *Resource) bool {
	return r.types == nil || res.Type == r.types.from.Equals[0]
}

// checkARN looks at the ARNs of those resources that have the selector's type:
// none may be excluded and, with operators that select, one has to be selected.
func (r *rule) checkARN(e *Event) verdict {
	selected := !r.arn.selects
	first := ""
	for i := range e.Resources {
		res := &e.Resources[i]
		if !r.hasType(res) {
			continue
		}
		if op, hit := r.arn.excluded(res.ARN); op != 0 {
			return verdict{r.arn, fieldResourceARN, len(r.fields) + 1, op, hit, res.ARN}
		}
		selected = selected || r.arn.selected(res.ARN)
		if first == "" {
			first = res.ARN
		}
	}
	if !selected {
		return verdict{r.arn, fieldResourceARN, len(r.fields) + 1, 0, "", first}
	}
	return verdict{}
}

// Categories lists the event categories that the matcher may select events of,
// sorted.
func (m *Matcher) Categories() []string {
	out := make([]string, 0, len(m.byCategory))
	for c := range m.byCategory {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}
