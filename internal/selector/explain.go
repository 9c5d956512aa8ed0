package selector

import (
	"fmt"
	"strings"
)

// Explain says in one sentence, for people, whether the event is selected and
// why: by which selector, or by which condition of the selector that came
// nearest it is not.
func (m *Matcher) Explain(e *Event) string {
	rules := m.byCategory[e.Category]
	if len(rules) == 0 {
		return fmt.Sprintf("Not selected: no selector is for %s events.", e.Category)
	}
	var nearest verdict
	label := ""
	for i := range rules {
		v := rules[i].check(e)
		if v.selected() {
			return fmt.Sprintf("Selected by %s.", rules[i].label)
		}
		if label == "" || v.step > nearest.step {
			nearest, label = v, rules[i].label
		}
	}
	if len(rules) == 1 {
		return fmt.Sprintf("Not selected by %s: %s.", label, nearest.reason())
	}
	return fmt.Sprintf("Not selected by any of %d selectors for %s events, of which the nearest is %s: %s.",
		len(rules), e.Category, label, nearest.reason())
}

// reason is the condition that does not hold, as a clause.
func (v *verdict) reason() string {
	switch {
	case v.op != 0:
		return fmt.Sprintf("the event's %s is %s, which %s %s excludes", v.field, quote(v.got), operatorList(v.op), quote(v.hit))
	case v.field == fieldResourceType:
		return "the event has no resource whose type " + v.test.wanted()
	case v.got == "":
		return fmt.Sprintf("the event has no %s, and the selector wants one that %s", v.field, v.test.wanted())
	}
	return fmt.Sprintf("the event's %s is %s and not one that %s", v.field, quote(v.got), v.test.wanted())
}

// wanted says what the operators without Not ask for, like `equals "a", "b" or
// 3 more, or starts with "c"`.
func (t *test) wanted() string {
	var parts []string
	for _, w := range []struct {
		verb   string
		values []string
	}{{"equals ", t.from.Equals}, {"starts with ", t.from.StartsWith}, {"ends with ", t.from.EndsWith}} {
		if len(w.values) > 0 {
			parts = append(parts, w.verb+listed(w.values))
		}
	}
	if len(parts) == 0 {
		return "is not excluded"
	}
	return strings.Join(parts, ", or ")
}

// listed names up to three values.
func listed(values []string) string {
	const most = 3
	quoted := make([]string, 0, most+1)
	for i, v := range values {
		if i == most {
			quoted = append(quoted, fmt.Sprintf("%d more", len(values)-most))
			break
		}
		quoted = append(quoted, quote(v))
	}
	last := len(quoted) - 1
	if last == 0 {
		return quoted[0]
	}
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// quote puts text into quotes and cuts what is too long for a sentence.
func quote(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
