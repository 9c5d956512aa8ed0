package wire

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxPairs bounds the parameters of a query request; the largest STS call has
// fewer than 200.
const maxPairs = 10000

// Pair is one parameter of a form, in the order sent.
type Pair struct{ Name, Value string }

// ParseForm reads application/x-www-form-urlencoded text, which is the body of
// a query POST or the query string of a query GET. Order is kept.
func ParseForm(form string) ([]Pair, error) {
	var pairs []Pair
	for form != "" {
		var part string
		part, form, _ = strings.Cut(form, "&")
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, err := unescape(name)
		if err != nil {
			return nil, err
		}
		if value, err = unescape(value); err != nil {
			return nil, err
		}
		if len(pairs) == maxPairs {
			return nil, fmt.Errorf("%w: more than %d parameters", ErrSyntax, maxPairs)
		}
		pairs = append(pairs, Pair{name, value})
	}
	return pairs, nil
}

func unescape(s string) (string, error) {
	out, err := url.QueryUnescape(s)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if !utf8.ValidString(out) {
		return "", fmt.Errorf("%w: invalid UTF-8", ErrSyntax)
	}
	return out, nil
}

// First returns the value of the first parameter with the name.
func First(pairs []Pair, name string) string {
	for i := range pairs {
		if pairs[i].Name == name {
			return pairs[i].Value
		}
	}
	return ""
}

// ParseQuery builds the tree of an input shape from the parameters of the AWS
// query protocol: structure members are joined with dots, list members are
// "member.N" with N from 1, map entries "entry.N.key" and "entry.N.value". All
// leaves are strings; [CoerceText] gives them their types. Parameters that do
// not belong to the shape, as Action and Version, are ignored.
func ParseQuery(pairs []Pair, shape *Shape) (Value, error) {
	root := node{}
	for i := range pairs {
		if err := root.insert(shape, pairs[i].Name, pairs[i].Value); err != nil {
			return Value{}, err
		}
	}
	return root.value(shape), nil
}

// node is a tree under construction: children are structure members by name,
// list members and map entries by number.
type node struct {
	name     string
	number   int
	children []*node
	set      bool
	text     string
}

func (n *node) child(name string, number int) *node {
	for _, c := range n.children {
		if c.name == name && c.number == number {
			return c
		}
	}
	c := &node{name: name, number: number}
	n.children = append(n.children, c)
	return c
}

// insert follows path through shape. Its depth is the number of dots that lead
// into the shape, so the shape bounds it.
func (n *node) insert(shape *Shape, path, text string) error {
	switch shape.Kind {
	case Structure:
		name, rest, _ := strings.Cut(path, ".")
		_, m := shape.member(name)
		if m == nil {
			return nil
		}
		return n.child(name, 0).insert(m.Shape, rest, text)
	case List:
		if path == "" {
			// "List=" is how clients send an empty list.
			n.set = n.set || text == ""
			return nil
		}
		number, rest, err := index(path, "member.")
		if err != nil {
			return err
		}
		return n.child("", number).insert(shape.Elem, rest, text)
	case Map:
		number, rest, err := index(path, "entry.")
		if err != nil {
			return err
		}
		entry := n.child("", number)
		switch part, rest, _ := strings.Cut(rest, "."); part {
		case "key":
			return entry.child("key", 0).insert(shape.Key, rest, text)
		case "value":
			return entry.child("value", 0).insert(shape.Elem, rest, text)
		}
		return nil
	default:
		if path == "" {
			n.set, n.text = true, text
		}
		return nil
	}
}

// index reads "member.N" with what follows. The child lookup is linear, so the
// number of members is bounded with N.
func index(path, prefix string) (number int, rest string, err error) {
	digits, ok := strings.CutPrefix(path, prefix)
	if !ok {
		return 0, "", fmt.Errorf("%w: expected %sN", ErrSyntax, prefix)
	}
	digits, rest, _ = strings.Cut(digits, ".")
	number, err = strconv.Atoi(digits)
	if err != nil || number < 0 || number > 1000 {
		return 0, "", fmt.Errorf("%w: key list parsing failed, bad index", ErrSyntax)
	}
	return number, rest, nil
}

func (n *node) value(shape *Shape) Value {
	switch shape.Kind {
	case Structure:
		v := Value{Kind: ObjectValue}
		for _, c := range n.children {
			_, m := shape.member(c.name)
			v.Fields = append(v.Fields, Field{Name: c.name, Value: c.value(m.Shape)})
		}
		return v
	case List:
		slices.SortStableFunc(n.children, func(a, b *node) int { return a.number - b.number })
		v := Value{Kind: ListValue}
		for _, c := range n.children {
			v.Items = append(v.Items, c.value(shape.Elem))
		}
		return v
	case Map:
		slices.SortStableFunc(n.children, func(a, b *node) int { return a.number - b.number })
		v := Value{Kind: ObjectValue}
		for _, c := range n.children {
			v.Fields = append(v.Fields, Field{
				Name:  c.child("key", 0).text,
				Value: c.child("value", 0).value(shape.Elem),
			})
		}
		return v
	}
	if !n.set {
		return Value{}
	}
	return Text(n.text)
}
