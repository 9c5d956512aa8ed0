package redact

import (
	"errors"
	"fmt"
	"sync"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// Call is what rules see of an event.
type Call struct {
	// EventSource is such as "sns.amazonaws.com"; EventName such as "Publish".
	EventSource, EventName string
	// ErrorMessage is "" for calls that succeeded.
	ErrorMessage string
}

// Sensitive tells whether a value that no rule hides is to be masked, and with
// what; "" is [DefaultLiteral]. path is that of a member or element, its side
// first and [] for elements; it is valid during the call only. m is nil for what
// the model does not have.
type Sensitive func(c Call, path []string, m *awsmodel.Member) (literal string, hide bool)

// Hidden is one value that was hidden, without the value.
type Hidden struct {
	// Rule is the rule's name, or "" for what [Sensitive] named.
	Rule   string `json:"rule"`
	Action Action `json:"action"`
	// Path is where the value stood, written as a rule's path. Elements of
	// lists have no number, so that one path is one kind of value.
	Path string `json:"path"`
	// Kind is null, bool, number, string, bytes, list, object or stream.
	Kind string `json:"kind"`
	// Length is in bytes for scalars, in elements or members for lists and
	// objects.
	Length int `json:"length"`
	// After is the text that stands there now; "" if nothing does.
	After string `json:"after,omitempty"`
	// Already tells that the value was what the rule makes of it, so that
	// nothing changed.
	Already bool `json:"already,omitempty"`
}

// Rules is a set of rules in their order. It does not change.
type Rules struct {
	rules     []*rule
	keys      *Keyring
	sensitive Sensitive

	// mu guards plans, which holds what was found for calls so far. Names of
	// events are written by callers, so its size is bounded.
	mu    sync.RWMutex
	plans map[planKey]*plan
}

type planKey struct{ source, name string }

// maxPlans is how many kinds of calls are remembered: more than an installation
// uses, and few MB at most.
const maxPlans = 8192

// maxRules bounds a set; a state counts rules in 16 bits, and every kind of call
// looks at each of them once.
const maxRules = 10_000

// plan is the rules that concern one kind of call, for each side.
type plan [sides][]*rule

// New makes a set of rules. Keys may be nil if no rule makes tokens. An error
// has all that is wrong, one line for each rule.
func New(rules []Rule, keys *Keyring) (*Rules, error) {
	if len(rules) > maxRules {
		return nil, fmt.Errorf("%w: there are %d rules, and at most %d", ErrRule, len(rules), maxRules)
	}
	out := &Rules{keys: keys, plans: make(map[planKey]*plan)}
	var problems []error
	names := make(map[string]bool, len(rules))
	for _, r := range rules {
		c, err := checked(r, keys)
		if err == nil && names[r.Name] {
			err = errTwice
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("rule %q: %w", r.Name, err))
			continue
		}
		names[r.Name] = true
		out.rules = append(out.rules, c)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return out, nil
}

var errTwice = fmt.Errorf("%w: its name was given before", ErrRule)

// checked compiles a rule of a set with the keys.
func checked(r Rule, keys *Keyring) (*rule, error) {
	switch {
	case r.Name == "":
		return nil, fmt.Errorf("%w: it has no name", ErrRule)
	case r.Action == Token && keys == nil:
		return nil, fmt.Errorf("%w: tokens need a key; add one under keys", ErrRule)
	}
	return compileRule(r)
}

// Combine makes one set of several: where more than one rule hides a value, the
// earlier set's decides. Of the keys the first set's that has any are used, and
// the first [Sensitive]. Sets whose rules share a name are refused, and so are
// two sets with keys of their own.
func Combine(sets ...*Rules) (*Rules, error) {
	out := &Rules{plans: make(map[planKey]*plan)}
	names := make(map[string]bool)
	for _, s := range sets {
		if s == nil {
			continue
		}
		for _, r := range s.rules {
			if names[r.Name] {
				return nil, fmt.Errorf("%w: two sets have a rule named %q; rename one", ErrRule, r.Name)
			}
			names[r.Name] = true
		}
		if s.keys != nil && out.keys != nil && s.keys != out.keys {
			return nil, fmt.Errorf("%w: two sets have keys for tokens; keep the keys in one file", ErrRule)
		}
		if s.keys != nil {
			out.keys = s.keys
		}
		if out.sensitive == nil {
			out.sensitive = s.sensitive
		}
		out.rules = append(out.rules, s.rules...)
	}
	return out, nil
}

// WithSensitive returns the same rules with another function for what is
// sensitive; nil is none.
func (r *Rules) WithSensitive(f Sensitive) *Rules {
	return &Rules{rules: r.rules, keys: r.keys, sensitive: f, plans: make(map[planKey]*plan)}
}

// List gives the rules in their order. What was left out of a Rule is filled
// in.
func (r *Rules) List() []Rule {
	out := make([]Rule, len(r.rules))
	for i, c := range r.rules {
		out[i] = c.Rule
	}
	return out
}

// Keys are the keys of tokens, or nil.
func (r *Rules) Keys() *Keyring { return r.keys }

// Concerns tells whether anything on a side of such a call might be hidden. A
// caller that has no tree yet need not make one if not.
func (r *Rules) Concerns(c Call, side Side) bool {
	return r.sensitive != nil && side.free() || len(r.plan(c)[side]) > 0
}

// Apply hides values in one side of a call, in place, and tells how many. v is
// the top-level member itself. It takes well under a microsecond where no rule
// concerns the call and there is no [Sensitive].
func (r *Rules) Apply(c Call, side Side, v *decode.Value) int {
	n, _ := r.hide(c, side, v, false)
	return n
}

// Explain is Apply with a list of what was hidden, in the order of the tree. It
// has what was hidden already, too.
func (r *Rules) Explain(c Call, side Side, v *decode.Value) []Hidden {
	_, list := r.hide(c, side, v, true)
	return list
}

// Text is Apply for a side that is a text: sourceIPAddress, userAgent or
// errorMessage.
func (r *Rules) Text(c Call, side Side, text string) string {
	if len(r.plan(c)[side]) == 0 {
		return text
	}
	v := decode.Value{Kind: decode.Text, Text: text}
	r.Apply(c, side, &v)
	return v.Text
}

func (r *Rules) hide(c Call, side Side, v *decode.Value, explain bool) (int, []Hidden) {
	rules := r.plan(c)[side]
	if len(rules) == 0 && (r.sensitive == nil || !side.free()) {
		return 0, nil
	}
	w := walker{call: c, side: side, rules: rules, keys: r.keys, explain: explain}
	if side.free() {
		w.sensitive = r.sensitive
	}
	w.root(v)
	return w.changed, w.hidden
}

// plan finds the rules of a call.
func (r *Rules) plan(c Call) *plan {
	key := planKey{c.EventSource, c.EventName}
	r.mu.RLock()
	p := r.plans[key]
	r.mu.RUnlock()
	if p != nil {
		return p
	}
	p = new(plan)
	for _, rule := range r.rules {
		if rule.EventSource != "" && !glob(rule.EventSource, c.EventSource) || rule.EventName != "" && !glob(rule.EventName, c.EventName) {
			continue
		}
		for side := range sides {
			if rule.side == side && !rule.wide || rule.wide && side.free() {
				p[side] = append(p[side], rule)
			}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.plans) >= maxPlans {
		clear(r.plans)
	}
	r.plans[key] = p
	return p
}
