package decode

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// element is an XML element, without namespaces.
type element struct {
	name     string
	attrs    []xml.Attr
	text     strings.Builder
	children []*element
}

func (e *element) child(name string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// readXML reads the root element, or nil where the body is empty. Entities of
// a document's own are refused, as encoding/xml does.
func readXML(body []byte, b *budget) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	var root *element
	var stack []*element
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return root, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := b.enter(len(stack)); err != nil {
				return root, err
			}
			e := &element{name: t.Name.Local, attrs: t.Attr}
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.children = append(top.children, e)
			} else if root == nil {
				root = e
			}
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text.Write(t)
			}
		}
	}
}

// xmlStructure reads an element as a structure.
func xmlStructure(e *element, s *awsmodel.Shape) Value {
	v := Value{Kind: Object}
	if e == nil {
		return v
	}
	for _, a := range e.attrs {
		for i := range s.Members {
			m := &s.Members[i]
			name := m.WireName()
			if m.XMLAttribute && name[strings.IndexByte(name, ':')+1:] == a.Name.Local {
				v.Fields = append(v.Fields, Field{Name: m.Name, Member: m, Value: Value{Kind: Text, Text: a.Value}})
			}
		}
	}
	at := make(map[string]int) // of flattened lists and maps in v.Fields
	for _, c := range e.children {
		m := xmlMember(s, c.name)
		if m == nil {
			v.Fields = append(v.Fields, Field{Name: c.name, Value: xmlUntyped(c)})
			continue
		}
		if !m.Flattened || m.Shape.Type != awsmodel.List && m.Shape.Type != awsmodel.Map {
			v.Fields = append(v.Fields, Field{Name: m.Name, Member: m, Value: xmlValue(c, m.Shape)})
			continue
		}
		i, ok := at[m.Name]
		if !ok {
			i = len(v.Fields)
			at[m.Name] = i
			v.Fields = append(v.Fields, Field{Name: m.Name, Member: m, Value: Value{Kind: List}})
		}
		flat := &v.Fields[i].Value
		if m.Shape.Type == awsmodel.Map {
			flat.Kind = Object
			flat.Fields = append(flat.Fields, xmlEntry(c, m.Shape))
		} else {
			flat.Items = append(flat.Items, xmlValue(c, m.Shape.Element().Shape))
		}
	}
	return v
}

// xmlMember finds the member of an element. A flattened list goes by its own
// name or, where it has none, its element's.
func xmlMember(s *awsmodel.Shape, name string) *awsmodel.Member {
	for i := range s.Members {
		m := &s.Members[i]
		wire := m.WireName()
		if m.Flattened && m.LocationName == "" && m.Shape.Type == awsmodel.List && m.Shape.Element().LocationName != "" {
			wire = m.Shape.Element().LocationName
		}
		if m.Location == awsmodel.InBody && !m.XMLAttribute && wire == name {
			return m
		}
	}
	return nil
}

func xmlValue(e *element, s *awsmodel.Shape) Value {
	switch s.Type {
	case awsmodel.Structure:
		return xmlStructure(e, s)
	case awsmodel.List:
		v := Value{Kind: List}
		for _, c := range e.children {
			v.Items = append(v.Items, xmlValue(c, s.Element().Shape))
		}
		return v
	case awsmodel.Map:
		v := Value{Kind: Object}
		for _, c := range e.children {
			v.Fields = append(v.Fields, xmlEntry(c, s))
		}
		return v
	}
	return Value{Kind: Text, Text: e.text.String()}
}

func xmlEntry(e *element, s *awsmodel.Shape) Field {
	f := Field{Member: s.Value()}
	if key := e.child(s.Key().WireName()); key != nil {
		f.Name = key.text.String()
	}
	if value := e.child(s.Value().WireName()); value != nil {
		f.Value = xmlValue(value, s.Value().Shape)
	}
	return f
}

// xmlUntyped reads what the model does not have.
func xmlUntyped(e *element) Value {
	if len(e.children) == 0 {
		return Value{Kind: Text, Text: e.text.String()}
	}
	v := Value{Kind: Object}
	for _, c := range e.children {
		v.Fields = append(v.Fields, Field{Name: c.name, Value: xmlUntyped(c)})
	}
	return v
}
