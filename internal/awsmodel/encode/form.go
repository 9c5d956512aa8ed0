package encode

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// formCall makes a call of the query or EC2 protocol ("AWS query protocol" and
// "AWS EC2 query protocol" in the Smithy documentation).
func formCall(op *awsmodel.Operation, p awsmodel.Protocol, input decode.Value) *call {
	f := &form{ec2: p == awsmodel.EC2}
	f.add("Action", op.WireName)
	f.add("Version", op.Service.APIVersion)
	f.fields("", root(op.Input), object(input))
	c := &call{method: http.MethodPost, path: "/", header: http.Header{}, body: f.out}
	c.header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return c
}

// form is a form while it is written.
type form struct {
	ec2 bool
	out []byte
}

func (f *form) add(key, value string) {
	if len(f.out) > 0 {
		f.out = append(f.out, '&')
	}
	f.out = append(f.out, url.QueryEscape(key)+"="+url.QueryEscape(value)...)
}

// name is a member's name in forms.
func (f *form) name(m *awsmodel.Member) string {
	switch {
	case !f.ec2:
		return flatName(m)
	case m.QueryName != "":
		return m.QueryName
	}
	name := m.WireName()
	return strings.ToUpper(name[:1]) + name[1:]
}

// fields writes the fields of a structure below a prefix, which is "" or ends
// in a dot.
func (f *form) fields(prefix string, m *awsmodel.Member, v decode.Value) {
	for _, field := range v.Fields {
		name, member := field.Name, (*awsmodel.Member)(nil)
		if m != nil {
			if member = m.Shape.Member(field.Name); member != nil {
				name = f.name(member)
			}
		}
		f.value(prefix+name, member, field.Value)
	}
}

func (f *form) value(key string, m *awsmodel.Member, v decode.Value) {
	switch {
	case v.Kind == decode.Null:
	case v.Kind == decode.List:
		f.list(key, m, v)
	case v.Kind == decode.Object && is(m, awsmodel.Map):
		f.entries(key, m, v)
	case v.Kind == decode.Object && !(m != nil && m.JSONValue):
		f.fields(key+".", m, v)
	default:
		f.add(key, scalarText(m, v, iso8601))
	}
}

// list writes the items with their numbers. A list without items is an empty
// parameter in the query protocol, and nothing in EC2's.
func (f *form) list(key string, m *awsmodel.Member, v decode.Value) {
	if len(v.Items) == 0 && !f.ec2 {
		f.add(key, "")
	}
	if !f.ec2 && (m == nil || !m.Flattened) {
		name := "member"
		if e := element(m); e != nil {
			name = e.WireName()
		}
		key += "." + name
	}
	for i, item := range v.Items {
		f.value(key+"."+strconv.Itoa(i+1), element(m), item)
	}
}

func (f *form) entries(key string, m *awsmodel.Member, v decode.Value) {
	if !m.Flattened {
		key += ".entry"
	}
	for i, entry := range v.Fields {
		prefix := key + "." + strconv.Itoa(i+1) + "."
		f.add(prefix+m.Shape.Key().WireName(), entry.Name)
		f.value(prefix+m.Shape.Value().WireName(), m.Shape.Value(), entry.Value)
	}
}
