package redact

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// DefaultLiteral is what CloudTrail writes in place of most of what it hides.
const DefaultLiteral = "HIDDEN_DUE_TO_SECURITY_REASONS"

// Action is what a rule does to a value.
type Action string

// The actions.
const (
	// Drop leaves the value out: a member with its name, an element of a list.
	// A whole top-level member becomes null.
	Drop Action = "drop"
	// Mask replaces the value by the rule's literal, a string.
	Mask Action = "mask"
	// Token replaces the value by a keyed hash of it; see [Keyring.Token]. Null
	// and what was a stream have no value to join by: null stays, a stream is
	// masked.
	Token Action = "token"
	// Empty replaces the value by an object without members.
	Empty Action = "empty"
)

// Side is a top-level member of a record in which values can be hidden.
type Side uint8

// The sides.
const (
	RequestParameters Side = iota
	ResponseElements
	AdditionalEventData
	ServiceEventDetails
	UserIdentity
	SourceIPAddress
	UserAgent
	ErrorMessage
	Resources
	sides
)

var sideNames = [sides]string{
	"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails",
	"userIdentity", "sourceIPAddress", "userAgent", "errorMessage", "resources",
}

// String is the member's name in the record.
func (s Side) String() string {
	if s < sides {
		return sideNames[s]
	}
	return "unknown"
}

// free tells whether the side holds what callers and services wrote, and no
// field by which Cairn finds or routes events.
func (s Side) free() bool { return s <= ServiceEventDetails }

func sideNamed(name string) (Side, bool) {
	i := slices.IndexFunc(sideNames[:], func(s string) bool { return strings.EqualFold(s, name) })
	return Side(i), i >= 0
}

// Rule hides one kind of value. Its fields are those of the rules file, which
// [Parse] describes.
type Rule struct {
	// Name is unique in a set.
	Name string
	// EventSource and EventName are patterns in which * is any text and ? one
	// byte; "" is any.
	EventSource, EventName string
	// Path begins with a top-level member of the record. One that begins with *
	// or ** looks into requestParameters, responseElements,
	// additionalEventData and serviceEventDetails.
	Path string
	// Value, if set, is a regular expression (RE2) that scalars must match
	// somewhere; objects and lists then never match.
	Value  string
	Action Action
	// Literal is what Mask writes; "" is [DefaultLiteral].
	Literal string
	// Domain separates tokens: rules with different domains give different
	// tokens for the same value.
	Domain string
	// Source says where the rule comes from.
	Source string

	// failed, if set, is the errorMessage that an event must have.
	failed string
}

// ErrRoutingField is a rule for a field by which Cairn, or a reader of records,
// finds, counts or delivers events.
var ErrRoutingField = errors.New("events are found and delivered by this field, so it cannot be hidden")

// ErrRule is a rule that makes no sense.
var ErrRule = errors.New("the rule makes no sense")

// rule is a Rule in the form that is matched.
type rule struct {
	Rule
	steps []step // with the side as the first
	value *regexp.Regexp
	// wide rules begin with a star and hold for every free side.
	wide bool
	side Side
}

func compileRule(r Rule) (*rule, error) {
	steps, err := parsePath(r.Path)
	if err != nil {
		return nil, err
	}
	c := &rule{Rule: r, steps: steps}
	if c.Literal == "" {
		c.Literal = DefaultLiteral
	}
	if r.Value != "" {
		if c.value, err = regexp.Compile(r.Value); err != nil {
			return nil, fmt.Errorf("%w: value is no regular expression: %w", ErrRule, err)
		}
	}
	if !slices.Contains([]Action{Drop, Mask, Token, Empty}, r.Action) {
		return nil, errAction(r.Action)
	}
	if steps[0].kind != byName {
		if c.wide = true; len(steps) == 1 && steps[0].kind == anyName {
			return nil, fmt.Errorf("%w: * alone is every parameter of every event; name what is in it", ErrRule)
		}
		return c, nil
	}
	side, known := sideNamed(steps[0].name)
	switch {
	case known:
	case slices.ContainsFunc(routing, func(f string) bool { return strings.EqualFold(f, steps[0].name) }):
		return nil, fmt.Errorf("%w: %s", ErrRoutingField, steps[0].name)
	default:
		return nil, fmt.Errorf("%w: a path begins with one of %s, or with a star, and not with %q%s",
			ErrRule, strings.Join(sideNames[:], ", "), steps[0].name, suggest(steps[0].name, sideNames[:]))
	}
	c.side = side
	return c, c.check()
}

func errAction(a Action) error {
	known := []string{string(Drop), string(Mask), string(Token)}
	return fmt.Errorf("%w: there is no action %q; the actions are drop, mask and token%s", ErrRule, a, suggest(string(a), known))
}

// routing are the top-level members of a record (CloudTrail User Guide,
// "CloudTrail record contents") that are no sides.
var routing = []string{
	"eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "errorCode", "requestID", "eventID",
	"readOnly", "eventType", "managementEvent", "recipientAccountId", "eventCategory", "sharedEventID",
	"vpcEndpointId", "vpcEndpointAccountId", "apiVersion", "tlsDetails", "sessionCredentialFromConsole",
	"addendum", "edgeDeviceDetails", "insightDetails", "eventContext",
}

// check refuses what would take from a record what its readers rely on.
func (c *rule) check() error {
	removes := c.Action == Drop || c.Action == Empty
	last := c.steps[len(c.steps)-1]
	switch {
	case c.side.free():
		if len(c.steps) == 1 && c.Action != Drop {
			return fmt.Errorf("%w: %s as a whole can only be dropped, since it is an object or null; name what is in it, as %s.*", ErrRule, c.side, c.side)
		}
	case removes:
		return fmt.Errorf("%w: %s can be masked or made a token, but not dropped", ErrRule, c.Path)
	case c.side == UserIdentity:
		if len(c.steps) == 1 || last.kind != byName {
			return fmt.Errorf("%w: a path into userIdentity ends with the name of a member, as userIdentity.arn", ErrRoutingField)
		}
		if strings.EqualFold(last.name, "type") || strings.EqualFold(last.name, "accountId") {
			return fmt.Errorf("%w: %s", ErrRoutingField, c.Path)
		}
	case c.side == Resources:
		if len(c.steps) != 3 || c.steps[1].kind != element || !strings.EqualFold(last.name, "ARN") && !strings.EqualFold(last.name, "ARNPrefix") {
			return fmt.Errorf("%w: of resources only resources[].ARN and resources[].ARNPrefix can be hidden", ErrRoutingField)
		}
	case len(c.steps) > 1:
		return fmt.Errorf("%w: %s is a text, so the path ends there", ErrRule, c.side)
	}
	return nil
}

// scalarsOnly tells whether only scalars are replaced: where a record's readers
// expect the objects that the record format has.
func (s Side) scalarsOnly() bool { return !s.free() }

// suggest is ", did you mean ...?" where a known name is at most two edits away.
func suggest(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := distanceOf(strings.ToLower(name), strings.ToLower(k)); d < distance && d < len(k)-1 {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distanceOf counts insertions, deletions and replacements (Wagner and Fischer).
func distanceOf(a, b string) int {
	above := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		line := make([]int, len(b)+1)
		line[0] = i
		for j := 1; j <= len(b); j++ {
			change := above[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			line[j] = min(change, above[j]+1, line[j-1]+1)
		}
		above = line
	}
	return above[len(b)]
}
