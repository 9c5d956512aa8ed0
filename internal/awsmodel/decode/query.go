package decode

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// form is a node of the tree that the dots of a form's keys make.
type form struct {
	text     string
	children []*form
	names    []string
	byName   map[string]*form
}

func (f *form) child(name string) *form {
	if f == nil {
		return nil
	}
	return f.byName[name]
}

func (f *form) add(name string) *form {
	if c := f.byName[name]; c != nil {
		return c
	}
	if f.byName == nil {
		f.byName = make(map[string]*form)
	}
	c := new(form)
	f.byName[name] = c
	f.children, f.names = append(f.children, c), append(f.names, name)
	return c
}

// readForm parses a form into its tree.
func readForm(text string, b *budget) (*form, error) {
	root := new(form)
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		key, err := url.QueryUnescape(name)
		if err != nil {
			return root, fmt.Errorf("%w: form: %w", ErrMalformed, err)
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return root, fmt.Errorf("%w: form: %w", ErrMalformed, err)
		}
		n, depth := root, 0
		for step := range strings.SplitSeq(key, ".") {
			depth++
			if err := b.enter(depth); err != nil {
				return root, err
			}
			n = n.add(step)
		}
		n.text = value
	}
	return root, nil
}

// queryReader reads shapes out of a form ("AWS query protocol" and "AWS EC2
// query protocol" in the Smithy documentation).
type queryReader struct{ ec2 bool }

// name is a member's name in forms. A flattened list goes by the name of its
// element where that has one.
func (q queryReader) name(m *awsmodel.Member) string {
	if q.ec2 {
		name := m.QueryName
		if name == "" && m.WireName() != "" {
			name = m.WireName()
			name = strings.ToUpper(name[:1]) + name[1:]
		}
		return name
	}
	if m.Flattened && m.Shape.Type == awsmodel.List && m.Shape.Element().LocationName != "" {
		return m.Shape.Element().LocationName
	}
	return m.WireName()
}

func (q queryReader) value(f *form, m *awsmodel.Member) Value {
	switch m.Shape.Type {
	case awsmodel.Structure:
		return q.structure(f, m.Shape)
	case awsmodel.List:
		return q.list(f, m)
	case awsmodel.Map:
		return q.entries(f, m)
	}
	return Value{Kind: Text, Text: f.text}
}

func (q queryReader) structure(f *form, s *awsmodel.Shape) Value {
	v := Value{Kind: Object}
	for i, name := range f.names {
		member := q.member(s, name)
		if member == nil {
			v.Fields = append(v.Fields, Field{Name: name, Value: untyped(f.children[i])})
			continue
		}
		v.Fields = append(v.Fields, Field{Name: member.Name, Member: member, Value: q.value(f.children[i], member)})
	}
	return v
}

func (q queryReader) member(s *awsmodel.Shape, name string) *awsmodel.Member {
	for i := range s.Members {
		if q.name(&s.Members[i]) == name {
			return &s.Members[i]
		}
	}
	return nil
}

// untyped reads what the model does not have.
func untyped(f *form) Value {
	if len(f.children) == 0 {
		return Value{Kind: Text, Text: f.text}
	}
	v := Value{Kind: Object}
	for i, c := range f.children {
		v.Fields = append(v.Fields, Field{Name: f.names[i], Value: untyped(c)})
	}
	return v
}

// numbered lists the children of a node whose names are numbers, by number.
func numbered(f *form) []*form {
	type entry struct {
		n int
		f *form
	}
	var all []entry
	if f == nil {
		return nil
	}
	for i, name := range f.names {
		if n, err := strconv.Atoi(name); err == nil {
			all = append(all, entry{n, f.children[i]})
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return a.n - b.n })
	out := make([]*form, len(all))
	for i, e := range all {
		out[i] = e.f
	}
	return out
}

func (q queryReader) list(f *form, m *awsmodel.Member) Value {
	element := m.Shape.Element()
	v := Value{Kind: List}
	if !q.ec2 && !m.Flattened {
		f = f.child(element.WireName())
	}
	for _, item := range numbered(f) {
		v.Items = append(v.Items, q.value(item, element))
	}
	return v
}

func (q queryReader) entries(f *form, m *awsmodel.Member) Value {
	v := Value{Kind: Object}
	if !m.Flattened && f.child("entry") != nil {
		f = f.child("entry")
	}
	key, value := m.Shape.Key(), m.Shape.Value()
	for _, entry := range numbered(f) {
		field := Field{Member: value}
		if k := entry.child(key.WireName()); k != nil {
			field.Name = k.text
		}
		if e := entry.child(value.WireName()); e != nil {
			field.Value = q.value(e, value)
		}
		v.Fields = append(v.Fields, field)
	}
	return v
}
