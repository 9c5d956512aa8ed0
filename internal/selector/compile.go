package selector

import (
	"errors"
	"fmt"
	"slices"
)

// Matcher decides which events a trail or an event data store takes.
type Matcher struct {
	// byCategory has the rules for each eventCategory, in the selectors' order.
	byCategory map[string][]rule
}

// rule is one compiled selector.
type rule struct {
	// label names the selector to people.
	label string
	// types and arn are the conditions on resources, which have to hold for
	// the same one; nil when there are none.
	types, arn *test
	fields     []fieldTest
}

type fieldTest struct {
	field field
	*test
}

// Compile makes a Matcher of selectors. It takes whatever [Selectors.Validate]
// accepts and, so that what was once accepted can be read for ever, also what
// exceeds quotas or holds values that no table knows: anything that has one
// meaning. Selectors without any selector have none: see [Default].
func Compile(s Selectors) (*Matcher, error) {
	if len(s.Basic) == 0 && len(s.Advanced) == 0 {
		return nil, errors.New("there are no event selectors to compile")
	}
	if len(s.Basic) > 0 && len(s.Advanced) > 0 {
		return nil, errors.New("there are both basic and advanced event selectors")
	}
	m := &Matcher{byCategory: make(map[string][]rule)}
	for i, b := range s.Basic {
		if err := m.addBasic(i+1, b); err != nil {
			return nil, fmt.Errorf("event selector %d: %w", i+1, err)
		}
	}
	for i, a := range s.Advanced {
		label := fmt.Sprintf("advanced event selector %d", i+1)
		if a.Name != "" {
			label += fmt.Sprintf(" (%s)", quote(a.Name))
		}
		if err := m.add(label, a); err != nil {
			return nil, fmt.Errorf("advanced event selector %d: %w", i+1, err)
		}
	}
	return m, nil
}

// addBasic compiles a basic selector as the advanced ones that it stands for.
func (m *Matcher) addBasic(n int, b EventSelector) error {
	switch b.ReadWriteType {
	case All, ReadOnly, WriteOnly:
	default:
		return fmt.Errorf("the ReadWriteType %.100q is not known", b.ReadWriteType)
	}
	if b.IncludeManagementEvents {
		if err := m.add(fmt.Sprintf("event selector %d for management events", n), b.management()); err != nil {
			return err
		}
	}
	for _, r := range b.DataResources {
		if _, known := basicTypes[r.Type]; !known || len(r.Values) == 0 {
			return fmt.Errorf("the data resources of type %.100q can not be compiled", r.Type)
		}
		if err := m.add(fmt.Sprintf("event selector %d for %s data events", n, r.Type), b.data(r)); err != nil {
			return err
		}
	}
	return nil
}

func (m *Matcher) add(label string, a AdvancedEventSelector) error {
	r := rule{label: label}
	category := ""
	for _, fs := range a.FieldSelectors {
		f, known := fieldNamed(fs.Field)
		if !known {
			return fmt.Errorf("the field %.100q is not known", fs.Field)
		}
		if !meaningful(&fs) {
			return fmt.Errorf("%s has no values or an empty one", f)
		}
		t := newTest(fs)
		switch {
		case f == fieldCategory:
			if category != "" || valueCount(&fs) != 1 || len(fs.Equals) != 1 {
				return errors.New("eventCategory does not equal exactly one value")
			}
			category = fs.Equals[0]
		case f == fieldResourceType:
			if r.types != nil || valueCount(&fs) != 1 || len(fs.Equals) != 1 {
				return errors.New("resources.type does not equal exactly one value")
			}
			r.types = t
		case f == fieldResourceARN && r.arn != nil:
			return errors.New("resources.ARN is there twice")
		case f == fieldResourceARN:
			r.arn = t
		default:
			r.fields = append(r.fields, fieldTest{f, t})
		}
	}
	if category == "" {
		return errors.New("eventCategory is missing")
	}
	m.byCategory[category] = append(m.byCategory[category], r)
	return nil
}

// meaningful tells whether there are values and none is empty, which events
// that lack the field would hit.
func meaningful(fs *FieldSelector) bool {
	for _, o := range operators {
		if slices.Contains(o.values(fs), "") {
			return false
		}
	}
	return valueCount(fs) > 0
}

func valueCount(fs *FieldSelector) int {
	n := 0
	for _, o := range operators {
		n += len(o.values(fs))
	}
	return n
}
