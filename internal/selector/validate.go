package selector

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// CodeInvalid is the exception of PutEventSelectors, CreateEventDataStore and
// UpdateEventDataStore for selectors that break a rule.
const CodeInvalid = "InvalidEventSelectorsException"

// Error says which rule selectors break. Find it with errors.As.
type Error struct {
	// Code is the name of the API's exception.
	Code string
	// Message says, in whole sentences, what is wrong and what to do.
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func invalid(format string, args ...any) error {
	return &Error{Code: CodeInvalid, Message: fmt.Sprintf(format, args...)}
}

// Quotas and lengths.
const (
	// MaxBasic is how many basic selectors a trail may have (line 1583).
	MaxBasic = 5
	// MaxDataResources is how many data resources the basic selectors of a
	// trail may name, not counting values that mean all resources (lines 1587-1592).
	MaxDataResources = 250
	// MaxValues is how many values the advanced selectors of a trail or an
	// event data store may have in total (line 1584).
	MaxValues = 500

	maxName  = 1000 // SelectorName of the service model, in characters
	maxValue = 2048 // OperatorValue of the service model, in characters
)

// Validate checks the selectors against the rules and quotas of a target. Its
// error is an *Error that names the first rule broken.
func (s Selectors) Validate(t Target) error {
	switch {
	case len(s.Basic) > 0 && len(s.Advanced) > 0:
		return invalid("Both EventSelectors and AdvancedEventSelectors are given. A trail uses one kind: leave one of them out.")
	case len(s.Basic) > 0 && t != Trail:
		return invalid("An event data store does not take basic event selectors. Use AdvancedEventSelectors.")
	case len(s.Basic) > 0:
		return validateBasic(s.Basic)
	case len(s.Advanced) > 0:
		return validateAdvanced(s.Advanced, t)
	}
	return invalid("There are no event selectors. Give at least one; one for all management events is what is used by default.")
}

// CheckUpdate checks, for selectors that Validate accepts, whether the new ones
// may take the place of the old ones of the same event data store, which always
// keeps to events of its kind (lines 3906-3927, 5618 and 16338).
func CheckUpdate(old, updated Selectors) error {
	from, to := old.Categories(), updated.Categories()
	if len(from) == 0 || len(to) == 0 || storeKinds[from[0]] == storeKinds[to[0]] {
		return nil
	}
	return invalid("The event data store is for %s and can not be changed to %s. Create another event data store for these.",
		storeKinds[from[0]], storeKinds[to[0]])
}

func validateAdvanced(list []AdvancedEventSelector, t Target) error {
	total := 0
	kinds := make([]string, len(list))
	for i := range list {
		c := advancedCheck{selector: &list[i], number: i + 1, target: t}
		if err := c.run(); err != nil {
			return err
		}
		total += c.values
		kinds[i] = storeKinds[c.category]
	}
	if total > MaxValues {
		return invalid("The advanced event selectors have %d values in total; the limit is %d. Leave some out, or match several with one StartsWith or EndsWith.", total, MaxValues)
	}
	for _, k := range kinds[1:] {
		switch {
		case k != kinds[0]:
			return invalid("An event data store for %s can not hold %s. Use a separate event data store.", kinds[0], k)
		case k != cloudTrailEvents:
			return invalid("An event data store for %s takes one advanced event selector. Leave out the others.", k)
		}
	}
	return nil
}

// advancedCheck validates one advanced selector.
type advancedCheck struct {
	selector *AdvancedEventSelector
	number   int // from 1
	target   Target
	category string
	resource ResourceType
	values   int
}

func (c *advancedCheck) invalid(format string, args ...any) error {
	where := fmt.Sprintf("Advanced event selector %d", c.number)
	if c.selector.Name != "" {
		where += fmt.Sprintf(" (%.100q)", c.selector.Name)
	}
	return invalid("%s: %s", where, fmt.Sprintf(format, args...))
}

func (c *advancedCheck) run() error {
	if n := utf8.RuneCountInString(c.selector.Name); n > maxName || !oneLine(c.selector.Name) {
		return c.invalid("Name is no line of at most %d characters. Use a shorter text.", maxName)
	}
	if err := c.findCategory(); err != nil {
		return err
	}
	rules := fieldRules[c.category]
	for i := range c.selector.FieldSelectors {
		if err := c.field(i, rules); err != nil {
			return err
		}
	}
	for _, r := range rules {
		if r.required && c.find(r.field) == nil {
			return c.invalid("It has no field selector for %s, which %s events need. Add one with Equals and one value.", r.field, c.category)
		}
	}
	return c.arns()
}

func (c *advancedCheck) find(f field) *FieldSelector {
	for i := range c.selector.FieldSelectors {
		if fs := &c.selector.FieldSelectors[i]; fs.Field == f.String() {
			return fs
		}
	}
	return nil
}

// findCategory reads eventCategory, which decides all other rules.
func (c *advancedCheck) findCategory() error {
	if len(c.selector.FieldSelectors) == 0 {
		return c.invalid("It has no FieldSelectors. Add at least one for eventCategory.")
	}
	fs := c.find(fieldCategory)
	if fs == nil {
		return c.invalid("It has no field selector for eventCategory. Add one, such as Equals %q.", Management)
	}
	if len(fs.Equals) != 1 {
		return c.invalid("eventCategory needs Equals with exactly one value. For several categories use a selector for each.")
	}
	c.category = fs.Equals[0]
	kind, known := storeKinds[c.category]
	switch {
	case !known && c.target == Trail, known && c.target == Trail && kind != cloudTrailEvents:
		return c.invalid("eventCategory %.100q is not one that a trail logs. Use %s, %s or %s.", c.category, Management, Data, NetworkActivity)
	case !known:
		return c.invalid("eventCategory %.100q is not known. Use %s, %s, %s, %s, %s, %s or %s.", c.category,
			Management, Data, NetworkActivity, Insight, ConfigurationItem, ActivityAuditLog, Evidence)
	}
	return nil
}

// field checks field selector i.
func (c *advancedCheck) field(i int, rules []fieldRule) error {
	fs := &c.selector.FieldSelectors[i]
	for _, earlier := range c.selector.FieldSelectors[:i] {
		if earlier.Field == fs.Field {
			return c.invalid("The field %s is there twice. Put all its conditions into one field selector.", fs.Field)
		}
	}
	at := slices.IndexFunc(rules, func(r fieldRule) bool { return r.field.String() == fs.Field })
	if at < 0 {
		return c.invalid("The field %.100q can not be used for %s events. Use %s.", fs.Field, c.category, fieldList(rules))
	}
	rule, some := rules[at], false
	for _, o := range operators {
		values := o.values(fs)
		if values == nil {
			continue
		}
		some = true
		if rule.ops&o.op == 0 {
			return c.invalid("%s does not take the operator %s. Use %s.", fs.Field, o.name, operatorList(rule.ops))
		}
		if err := c.operator(rule, o.name, values); err != nil {
			return err
		}
		if err := c.conflict(fs, o.op, o.opposite); err != nil {
			return err
		}
		c.values += len(values)
	}
	if !some {
		return c.invalid("%s has no operator. Add one of %s with its values.", fs.Field, operatorList(rule.ops))
	}
	return nil
}

// oneLine is the pattern ".*" of the service model.
func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsAny(s, "\n\r\u0085\u2028\u2029")
}

func fieldList(rules []fieldRule) string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.field.String()
	}
	return strings.Join(names, ", ")
}

func operatorList(ops operator) string {
	var names []string
	for _, o := range operators {
		if ops&o.op != 0 {
			names = append(names, o.name)
		}
	}
	return strings.Join(names, ", ")
}
