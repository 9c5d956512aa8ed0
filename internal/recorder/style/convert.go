package style

import (
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/redact"
)

// converter turns values by the names of the model into what is recorded.
type converter struct {
	row       service
	operation *awsmodel.Operation
	protocol  awsmodel.Protocol
	rules     redact.Call
}

func newConverter(call *awsmodel.Call) *converter {
	return &converter{row: serviceOf(call), operation: call.Operation, protocol: call.Protocol, rules: redact.Call{EventSource: Source(call)}}
}

// hides tells whether a member is hidden because the model says so.
func (c *converter) hides(m *awsmodel.Member) bool {
	_, hide := redact.ByModel(c.rules, nil, m)
	return hide
}

// structure converts the fields of a structure.
func (c *converter) structure(v *decode.Value) decode.Value {
	out := decode.Value{Kind: decode.Object, Fields: make([]decode.Field, 0, len(v.Fields))}
	for i := range v.Fields {
		f := &v.Fields[i]
		if f.Member == nil && namesSecret(c.operation, f.Name) {
			out.Fields = append(out.Fields, decode.Field{Name: c.name(f.Name), Value: decode.Value{Kind: decode.Text, Text: redact.DefaultLiteral}})
			continue
		}
		if converted, ok := c.member(&f.Value, f.Member); ok {
			out.Fields = append(out.Fields, decode.Field{Name: c.name(f.Name), Value: converted, Member: f.Member})
		}
	}
	return out
}

// name is how a member is spelled.
func (c *converter) name(name string) string {
	if c.row.verbatim {
		return name
	}
	return lowerFirst(name)
}

// lowerFirst gives a name a small first letter, and no more: ARN becomes aRN
// and DBName dBName, as in real records.
func lowerFirst(name string) string {
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return name
	}
	return string(name[0]+'a'-'A') + name[1:]
}

// member converts the value of a member; ok is false for what is left out.
func (c *converter) member(v *decode.Value, m *awsmodel.Member) (out decode.Value, ok bool) {
	if v.Kind == decode.Null || v.Kind == decode.Bytes || v.Streamed || m != nil && m.Location == awsmodel.InStatusCode {
		return out, false
	}
	if m == nil {
		return c.unknown(v), true
	}
	switch m.Shape.Type {
	case awsmodel.Blob:
		return out, false
	case awsmodel.Document:
		return *v, true
	case awsmodel.Structure:
		if v.Kind == decode.Object {
			return c.structure(v), true
		}
	case awsmodel.List:
		return c.list(v, m.Shape.Element()), true
	case awsmodel.Map:
		return c.entries(v, m.Shape.Value()), true
	default:
		return c.scalar(v, m), true
	}
	return *v, true
}

func (c *converter) list(v *decode.Value, element *awsmodel.Member) decode.Value {
	if v.Kind != decode.List {
		return c.unknown(v)
	}
	out := decode.Value{Kind: decode.List, Items: make([]decode.Value, 0, len(v.Items))}
	for i := range v.Items {
		if item, ok := c.member(&v.Items[i], element); ok {
			out.Items = append(out.Items, item)
		}
	}
	return out
}

// entries keeps the keys of a map.
func (c *converter) entries(v *decode.Value, value *awsmodel.Member) decode.Value {
	if v.Kind != decode.Object {
		return c.unknown(v)
	}
	out := decode.Value{Kind: decode.Object, Fields: make([]decode.Field, 0, len(v.Fields))}
	for i := range v.Fields {
		if converted, ok := c.member(&v.Fields[i].Value, value); ok {
			out.Fields = append(out.Fields, decode.Field{Name: v.Fields[i].Name, Value: converted, Member: value})
		}
	}
	return out
}

// unknown converts what the model does not have.
func (c *converter) unknown(v *decode.Value) decode.Value {
	switch v.Kind {
	case decode.Object:
		return c.structure(v)
	case decode.List:
		out := decode.Value{Kind: decode.List, Items: make([]decode.Value, len(v.Items))}
		for i := range v.Items {
			out.Items[i] = c.unknown(&v.Items[i])
		}
		return out
	case decode.Bytes:
		return decode.Value{}
	case decode.Text:
		// XML has no types: what can only be a boolean is one (R: a member of
		// RDS's answers that its model lacks).
		if xml := c.protocol == awsmodel.Query || c.protocol == awsmodel.RESTXML; xml && (v.Text == "true" || v.Text == "false") {
			return decode.Value{Kind: decode.Bool, Text: v.Text}
		}
	}
	return *v
}

// scalar gives a text of the wire the type that the model says.
func (c *converter) scalar(v *decode.Value, m *awsmodel.Member) decode.Value {
	switch m.Shape.Type {
	case awsmodel.Timestamp:
		return c.time(v, m)
	case awsmodel.String:
		if v.Kind == decode.Number || v.Kind == decode.Bool {
			return decode.Value{Kind: decode.Text, Text: v.Text}
		}
		return *v
	}
	if v.Kind != decode.Text || c.row.queryText && m.Location == awsmodel.InQuery {
		return *v
	}
	return typed(v.Text, m.Shape.Type)
}

// typed reads a text as a scalar of a type, or leaves it.
func typed(text string, t awsmodel.Type) decode.Value {
	switch t {
	case awsmodel.Boolean:
		if lower := strings.ToLower(text); lower == "true" || lower == "false" {
			return decode.Value{Kind: decode.Bool, Text: lower}
		}
	case awsmodel.Integer, awsmodel.Long, awsmodel.Float, awsmodel.Double:
		if isNumber(text) {
			return decode.Value{Kind: decode.Number, Text: text}
		}
	}
	return decode.Value{Kind: decode.Text, Text: text}
}

// isNumber tells whether a text is a number of JSON as it stands.
func isNumber(s string) bool {
	digits := func(s string) int {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		return n
	}
	s = strings.TrimPrefix(s, "-")
	n := digits(s)
	if n == 0 || n > 1 && s[0] == '0' {
		return false
	}
	s = s[n:]
	if rest, ok := strings.CutPrefix(s, "."); ok {
		if n = digits(rest); n == 0 {
			return false
		}
		s = rest[n:]
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = strings.TrimLeft(s[1:], "+-")
		n = digits(s)
		return n > 0 && n == len(s)
	}
	return s == ""
}
