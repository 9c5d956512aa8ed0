package selector

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// operator checks the values of one operator of a field.
func (c *advancedCheck) operator(rule fieldRule, name string, values []string) error {
	if len(values) == 0 {
		return c.invalid("%s %s has no values. Give at least one or leave the operator out.", rule.field, name)
	}
	if rule.single && len(values) != 1 {
		return c.invalid("%s %s takes exactly one value and has %d. %s", rule.field, name, len(values), singleAdvice(rule.field))
	}
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		if seen[v] {
			return c.invalid("%s %s has the value %.100q twice. Leave one out.", rule.field, name, v)
		}
		seen[v] = true
		if err := c.value(rule, name, v); err != nil {
			return err
		}
	}
	return nil
}

func singleAdvice(f field) string {
	if f == fieldReadOnly {
		return "For read and write events leave readOnly out."
	}
	return "Use a selector for each."
}

func (c *advancedCheck) value(rule fieldRule, name, v string) error {
	if n := utf8.RuneCountInString(v); n == 0 || n > maxValue || !oneLine(v) {
		return c.invalid("%s %s has a value of %d characters: %.40q. Values are one line of 1 to %d characters.", rule.field, name, n, v, maxValue)
	}
	switch {
	case rule.values != nil && !slices.Contains(rule.values, v):
		return c.invalid("%s %s does not take the value %.100q. Use %s.", rule.field, name, v, strings.Join(rule.values, " or "))
	case rule.field == fieldResourceType:
		return c.resourceType(v)
	case rule.field == fieldUserARN && strings.HasSuffix(name, "Equals"):
		if _, ok := splitARN(v); !ok {
			return c.invalid("userIdentity.arn %s has %.100q, which is not a whole ARN. Give one, or match a part of it with StartsWith or EndsWith.", name, v)
		}
	}
	// Keys of S3 objects may hold an asterisk; nothing else does (line 11515:
	// wildcards are not supported).
	if rule.field != fieldResourceARN && strings.Contains(v, "*") {
		return c.invalid("%s %s has %.100q, but wildcards are not supported. Use StartsWith, EndsWith, NotStartsWith or NotEndsWith.", rule.field, name, v)
	}
	return nil
}

// resourceType keeps the selector's resource type for the checks of its ARNs.
func (c *advancedCheck) resourceType(name string) error {
	t, known := typeNamed[name]
	if known {
		c.resource = t
		return nil
	}
	for _, t := range resourceTypes {
		if strings.EqualFold(t.Type, name) {
			return c.invalid("resources.type %q is not known. Use %s.", name, t.Type)
		}
	}
	return c.invalid("resources.type %.100q is not a type that data events are logged for. Use one like %s.", name, s3Object)
}

// conflict looks for values that an operator and its opposite both have, such
// that no event could hold (lines 11548 and 15540 warn of these; to refuse them
// is Cairn's reading).
func (c *advancedCheck) conflict(fs *FieldSelector, op, opposite operator) error {
	if op > opposite {
		return nil // Found from the other side.
	}
	var values, others []string
	var name, otherName string
	for _, o := range operators {
		switch o.op {
		case op:
			values, name = o.values(fs), o.name
		case opposite:
			others, otherName = o.values(fs), o.name
		}
	}
	if len(others) == 0 {
		return nil
	}
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		seen[v] = true
	}
	for _, v := range others {
		if seen[v] {
			return c.invalid("%s has the value %.100q in %s and in %s, so that it selects and excludes the same events. Leave one out.", fs.Field, v, name, otherName)
		}
	}
	return nil
}

// arns checks resources.ARN against the selector's resource type.
func (c *advancedCheck) arns() error {
	fs := c.find(fieldResourceARN)
	if fs == nil {
		return nil
	}
	if c.resource.services == noARN {
		return c.invalid("resources.ARN can not be used with %s, whose resources have no ARN. Leave it out.", c.resource.Type)
	}
	for _, values := range [][]string{fs.Equals, fs.NotEquals} {
		for _, v := range values {
			if problem := c.resource.exactARN(v); problem != "" {
				return c.invalid("resources.ARN %.200q %s.", v, problem)
			}
		}
	}
	return nil
}

// excludable are the sources that basic selectors can exclude from management
// events (lines 15477-15489 and 12904-12966).
var excludable = []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}

func validateBasic(list []EventSelector) error {
	if len(list) > MaxBasic {
		return invalid("There are %d event selectors; a trail has at most %d. Merge some, or use advanced event selectors.", len(list), MaxBasic)
	}
	total := 0
	for i := range list {
		n, err := validateOne(i+1, &list[i])
		if err != nil {
			return err
		}
		total += n
	}
	if total > MaxDataResources {
		return invalid("The event selectors name %d data resources; a trail has at most %d. Name common prefixes or all resources, or use advanced event selectors.", total, MaxDataResources)
	}
	return nil
}

// validateOne checks basic selector number n and counts its data resources,
// without values that stand for all resources.
func validateOne(n int, s *EventSelector) (resources int, err error) {
	switch s.ReadWriteType {
	case All, ReadOnly, WriteOnly:
	default:
		return 0, invalid("Event selector %d: ReadWriteType %.100q is not known. Use %s, %s or %s.", n, s.ReadWriteType, All, ReadOnly, WriteOnly)
	}
	for i, source := range s.ExcludeManagementEventSources {
		switch {
		case !slices.Contains(excludable, source):
			return 0, invalid("Event selector %d: ExcludeManagementEventSources does not take %.100q. Use %s.", n, source, strings.Join(excludable, " or "))
		case slices.Contains(s.ExcludeManagementEventSources[:i], source):
			return 0, invalid("Event selector %d: ExcludeManagementEventSources has %s twice. Leave one out.", n, source)
		}
	}
	if !s.IncludeManagementEvents && len(s.ExcludeManagementEventSources) > 0 {
		return 0, invalid("Event selector %d: ExcludeManagementEventSources has no effect without management events. Set IncludeManagementEvents to true or exclude nothing.", n)
	}
	for _, r := range s.DataResources {
		k, err := validateDataResource(n, r)
		if err != nil {
			return 0, err
		}
		resources += k
	}
	return resources, nil
}

func validateDataResource(n int, r DataResource) (resources int, err error) {
	rule, ok := basicTypes[r.Type]
	switch {
	case !ok:
		return 0, invalid("Event selector %d: DataResources.Type %.100q can not be used in a basic event selector. Use %s, %s or %s, or advanced event selectors.",
			n, r.Type, dynamoDBTable, lambdaFunction, s3Object)
	case len(r.Values) == 0:
		return 0, invalid("Event selector %d: DataResources of %s has no Values. Give at least one: %s.", n, r.Type, rule.form)
	}
	for _, v := range r.Values {
		if !rule.fits(v) {
			return 0, invalid("Value %.200s for DataResources.Values is invalid. Event selector %d needs %s.", v, n, rule.form)
		}
		if !rule.isAll(v) {
			resources++
		}
	}
	return resources, nil
}
