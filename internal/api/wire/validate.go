package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Rule is the kind of constraint that a [Violation] breaks.
type Rule uint8

// The kinds of constraints in the service models.
const (
	Required Rule = iota
	EnumSet
	Range
	Length
	Regex
)

// Violation is a constraint of the model that a member does not satisfy.
type Violation struct {
	// Path is the member in record spelling; list members count from 1:
	// "lookupAttributes.1.member.attributeKey".
	Path string
	Rule Rule
	// Text is the violation in the words of AWS.
	Text string
}

// maxViolations bounds how many violations of one request are reported, and
// maxShown how many code points of a value are shown, so that an answer is
// never much larger than a page.
const (
	maxViolations = 50
	maxShown      = 1024
)

// Validate checks a coerced value against the constraints of its shape, and
// returns what it breaks, in the order of the model.
func Validate(shape *Shape, v *Value) []Violation {
	var c checker
	c.value(shape, v, "")
	return c.found
}

// Describe joins violations to the message that AWS services answer with.
func Describe(violations []Violation) string {
	var b strings.Builder
	if len(violations) == 1 {
		b.WriteString("1 validation error detected: ")
	} else {
		fmt.Fprintf(&b, "%d validation errors detected: ", len(violations))
	}
	for i := range violations {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(violations[i].Text)
	}
	return b.String()
}

type checker struct{ found []Violation }

func (c *checker) add(path string, rule Rule, shown, constraint string) {
	if len(c.found) < maxViolations {
		c.found = append(c.found, Violation{path, rule,
			"Value " + shown + " at '" + path + "' failed to satisfy constraint: " + constraint})
	}
}

func (c *checker) value(shape *Shape, v *Value, path string) {
	switch shape.Kind {
	case Structure:
		for i := range shape.Members {
			m := &shape.Members[i]
			at := join(path, m.RecordName)
			if field := v.Get(m.Name); field != nil {
				c.value(m.Shape, field, at)
			} else if m.Required {
				c.add(at, Required, "null", "Member must not be null")
			}
		}
		return
	case List:
		c.own(shape, v, path)
		if scalar(shape.Elem) {
			c.nested(shape, v, path, "Member", shape.Elem, v.Items)
			return
		}
		for i := range v.Items {
			c.value(shape.Elem, &v.Items[i], path+"."+strconv.Itoa(i+1)+".member")
		}
	case Map:
		c.own(shape, v, path)
		keys, values := make([]Value, len(v.Fields)), make([]Value, len(v.Fields))
		for i := range v.Fields {
			keys[i], values[i] = Text(v.Fields[i].Name), v.Fields[i].Value
		}
		c.nested(shape, v, path, "Map keys", shape.Key, keys)
		if scalar(shape.Elem) {
			c.nested(shape, v, path, "Map value", shape.Elem, values)
			return
		}
		for i := range v.Fields {
			c.value(shape.Elem, &v.Fields[i].Value, join(path, v.Fields[i].Name))
		}
	default:
		c.own(shape, v, path)
	}
}

// own checks the constraints of the shape itself.
func (c *checker) own(shape *Shape, v *Value, path string) {
	for _, b := range broken(shape, v) {
		c.add(path, b.rule, "'"+shown(shape, v)+"'", b.text)
	}
}

// nested checks scalars inside of a list or map. AWS names the container for
// them, with all constraints of the member in brackets.
func (c *checker) nested(shape *Shape, v *Value, path, subject string, elem *Shape, items []Value) {
	for i := range items {
		bad := broken(elem, &items[i])
		if len(bad) == 0 {
			continue
		}
		var all []string
		for _, b := range constraints(elem) {
			all = append(all, b.text)
		}
		c.add(path, bad[0].rule, "'"+shown(shape, v)+"'",
			subject+" must satisfy constraint: ["+strings.Join(all, ", ")+"]")
		return
	}
}

type constraint struct {
	rule Rule
	text string
}

// constraints lists what a shape demands, in the order AWS prints them.
func constraints(shape *Shape) []constraint {
	var out []constraint
	rule, noun := Length, "length"
	if numeric(shape) {
		rule, noun = Range, "value"
	}
	if shape.Max != nil {
		out = append(out, constraint{rule, fmt.Sprintf("Member must have %s less than or equal to %d", noun, *shape.Max)})
	}
	if shape.Min != nil {
		out = append(out, constraint{rule, fmt.Sprintf("Member must have %s greater than or equal to %d", noun, *shape.Min)})
	}
	if shape.Pattern != nil {
		out = append(out, constraint{Regex, "Member must satisfy regular expression pattern: " + shape.Pattern.String()})
	}
	if len(shape.Enum) > 0 {
		out = append(out, constraint{EnumSet, "Member must satisfy enum value set: [" + strings.Join(shape.Enum, ", ") + "]"})
	}
	return out
}

// broken lists the constraints of the shape that v does not satisfy.
func broken(shape *Shape, v *Value) []constraint {
	if satisfied(shape, v) {
		return nil
	}
	above, below := outside(shape, v)
	return slices.DeleteFunc(constraints(shape), func(c constraint) bool {
		switch c.rule {
		case Regex:
			return shape.Pattern.Match(v.Text)
		case EnumSet:
			return slices.Contains(shape.Enum, v.Text)
		}
		if strings.Contains(c.text, " less than ") {
			return !above
		}
		return !below
	})
}

// satisfied is the quick answer for members that are in order.
func satisfied(shape *Shape, v *Value) bool {
	if above, below := outside(shape, v); above || below {
		return false
	}
	if len(shape.Enum) > 0 && !slices.Contains(shape.Enum, v.Text) {
		return false
	}
	return shape.Pattern == nil || shape.Pattern.Match(v.Text)
}

// outside tells whether v lies above Max or below Min of the shape.
func outside(shape *Shape, v *Value) (above, below bool) {
	if shape.Min == nil && shape.Max == nil {
		return false, false
	}
	var n int64
	switch shape.Kind {
	case List:
		n = int64(len(v.Items))
	case Map:
		n = int64(len(v.Fields))
	case String, Blob:
		n = int64(utf8.RuneCountInString(v.Text))
	case Float, Double:
		f := Float64(v)
		return shape.Max != nil && f > float64(*shape.Max), shape.Min != nil && f < float64(*shape.Min)
	default:
		n = Int64(v)
	}
	return shape.Max != nil && n > *shape.Max, shape.Min != nil && n < *shape.Min
}

func numeric(shape *Shape) bool { return shape.Kind >= Integer && shape.Kind <= Double }

func scalar(shape *Shape) bool {
	return shape.Kind != Structure && shape.Kind != List && shape.Kind != Map
}

// shown prints a value as AWS messages do, cut to a bearable length.
func shown(shape *Shape, v *Value) string {
	s := string(appendShown(nil, shape, v))
	if len(s) <= maxShown {
		return s
	}
	cut := maxShown
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}

func appendShown(dst []byte, shape *Shape, v *Value) []byte {
	if shape.Sensitive {
		return append(dst, "***"...)
	}
	if len(dst) > maxShown {
		return dst
	}
	switch shape.Kind {
	case Structure:
		dst = append(append(dst, shape.Name...), '(')
		for i := range v.Fields {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			_, m := shape.member(v.Fields[i].Name)
			dst = append(append(dst, m.RecordName...), '=')
			dst = appendShown(dst, m.Shape, &v.Fields[i].Value)
		}
		return append(dst, ')')
	case List:
		dst = append(dst, '[')
		for i := range v.Items {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendShown(dst, shape.Elem, &v.Items[i])
		}
		return append(dst, ']')
	case Map:
		dst = append(dst, '{')
		for i := range v.Fields {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(append(dst, v.Fields[i].Name...), '=')
			dst = appendShown(dst, shape.Elem, &v.Fields[i].Value)
		}
		return append(dst, '}')
	case Boolean:
		return strconv.AppendBool(dst, v.Bool)
	}
	return append(dst, v.Text...)
}
