package encode

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// document is an XML document while it is written. The first error stays.
type document struct {
	out bytes.Buffer
	err error
}

// xmlName is what names of elements are held to. XML allows more letters, which
// no model uses.
var xmlName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.:-]*$`)

// open begins an element. attrs are names and values in turn.
func (d *document) open(name string, attrs ...string) {
	if !xmlName.MatchString(name) && d.err == nil {
		d.err = fmt.Errorf("%w: %q is no name of an XML element", ErrValue, name)
	}
	d.out.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		d.out.WriteString(" " + attrs[i] + `="`)
		d.text(attrs[i+1])
		d.out.WriteString(`"`)
	}
	d.out.WriteString(">")
}

func (d *document) close(name string) { d.out.WriteString("</" + name + ">") }

func (d *document) text(s string) {
	// A buffer does not fail.
	_ = xml.EscapeText(&d.out, []byte(s))
}

// leaf writes an element that has text only, or nothing where there is none.
func (d *document) leaf(name, text string) {
	if text != "" {
		d.open(name)
		d.text(text)
		d.close(name)
	}
}

// element writes a value as one element. m is nil for what the model does not
// have.
func (d *document) element(name string, m *awsmodel.Member, v decode.Value) {
	var attrs []string
	if m != nil {
		attrs = append(xmlns(m.XMLPrefix, m.XMLNamespace), attributes(m.Shape, v)...)
	}
	d.open(name, attrs...)
	d.content(m, v)
	d.close(name)
}

// xmlns is the attribute that declares a namespace, or none.
func xmlns(prefix, uri string) []string {
	switch {
	case uri == "":
		return nil
	case prefix == "":
		return []string{"xmlns", uri}
	}
	return []string{"xmlns:" + prefix, uri}
}

// attributes lists the names and values of the members that are attributes.
func attributes(s *awsmodel.Shape, v decode.Value) (out []string) {
	for _, f := range v.Fields {
		if m := s.Member(f.Name); m != nil && m.XMLAttribute {
			out = append(out, m.WireName(), scalarText(m, f.Value, iso8601))
		}
	}
	return out
}

func (d *document) content(m *awsmodel.Member, v decode.Value) {
	switch {
	case v.Kind == decode.Null:
	case v.Kind == decode.List:
		name := "member"
		if e := element(m); e != nil {
			name = e.WireName()
		}
		for _, item := range v.Items {
			d.element(name, element(m), item)
		}
	case v.Kind == decode.Object && is(m, awsmodel.Map):
		for _, f := range v.Fields {
			d.entry("entry", m.Shape, f)
		}
	case v.Kind == decode.Object && !(m != nil && m.JSONValue):
		d.fields(m, v)
	default:
		d.text(scalarText(m, v, iso8601))
	}
}

// fields writes the fields of a structure.
func (d *document) fields(m *awsmodel.Member, v decode.Value) {
	for _, f := range v.Fields {
		inner, name := field(m, f.Name)
		switch {
		case f.Value.Kind == decode.Null || inner != nil && inner.XMLAttribute:
		case inner != nil && inner.Flattened && f.Value.Kind == decode.List && is(inner, awsmodel.List):
			for _, item := range f.Value.Items {
				d.element(flatName(inner), element(inner), item)
			}
		case inner != nil && inner.Flattened && f.Value.Kind == decode.Object && is(inner, awsmodel.Map):
			for _, entry := range f.Value.Fields {
				d.entry(name, inner.Shape, entry)
			}
		default:
			d.element(name, inner, f.Value)
		}
	}
}

// entry writes an entry of a map.
func (d *document) entry(name string, s *awsmodel.Shape, f decode.Field) {
	d.open(name)
	key := decode.Value{Kind: decode.Text, Text: f.Name}
	d.element(s.Key().WireName(), s.Key(), key)
	d.element(s.Value().WireName(), s.Value(), f.Value)
	d.close(name)
}
