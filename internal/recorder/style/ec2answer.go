package style

import (
	"net/http"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// ec2 reads EC2's answers: the document as it is for newer operations, and
// typed by the model for older ones.
func (out *Response) ec2(call *awsmodel.Call, body []byte, wanted, needed bool) {
	if out.RequestID == "" {
		out.RequestID = innerText(body, "requestId")
	}
	if needed {
		out.Output, out.Err = decode.Output(call.Operation, call.Protocol, http.StatusOK, nil, body, "", decode.DefaultLimits)
	}
	if !wanted {
		return
	}
	doc, err := decode.Document(body, decode.DefaultLimits)
	if out.Err == nil {
		out.Err = err
	}
	if len(doc.Fields) == 0 {
		return
	}
	root := &doc.Fields[0]
	row, old := ec2Operations[call.Operation.Name]
	if !old {
		out.Elements = decode.Value{Kind: decode.Object, Fields: []decode.Field{{Name: root.Name, Value: loose(&root.Value)}}}
		return
	}
	a := &ec2Answer{converter: newConverter(call), row: row}
	out.Elements = orNull(a.structure(&root.Value, call.Operation.Output))
}

// ec2Answer writes the answer of an older operation.
type ec2Answer struct {
	*converter
	row ec2Operation
}

// structure converts an element by its shape, which may be nil.
func (a *ec2Answer) structure(v *decode.Value, shape *awsmodel.Shape) decode.Value {
	out := decode.Value{Kind: decode.Object, Fields: make([]decode.Field, 0, len(v.Fields))}
	for i := range v.Fields {
		f := &v.Fields[i]
		if f.Name == "@xmlns" || f.Name == "#text" {
			continue
		}
		name := f.Name
		if name == "return" {
			name = "_return"
		}
		out.Fields = append(out.Fields, decode.Field{Name: name, Value: a.element(name, &f.Value, memberByWire(shape, f.Name))})
	}
	return out
}

func memberByWire(shape *awsmodel.Shape, name string) *awsmodel.Member {
	if shape == nil || shape.Type != awsmodel.Structure {
		return nil
	}
	for i := range shape.Members {
		if shape.Members[i].WireName() == name {
			return &shape.Members[i]
		}
	}
	return nil
}

func (a *ec2Answer) element(name string, v *decode.Value, m *awsmodel.Member) decode.Value {
	switch {
	case m == nil:
		return a.unmodeled(name, v)
	case m.Shape.Type == awsmodel.List:
		return a.items(name, v, m.Shape.Element().Shape)
	case m.Shape.Type == awsmodel.Structure:
		return a.structure(v, m.Shape)
	case a.hides(m):
		return decode.Value{Kind: decode.Text, Text: sensitiveDataRemoved}
	case a.row.texts[name]:
		return *v
	case m.Shape.Type == awsmodel.Timestamp:
		return ec2Time(v.Text)
	}
	return typed(v.Text, m.Shape.Type)
}

// items are the children called item of a set.
func (a *ec2Answer) items(name string, v *decode.Value, element *awsmodel.Shape) decode.Value {
	var items []decode.Value
	for i := range v.Fields {
		child := &v.Fields[i].Value
		switch {
		case v.Fields[i].Name != "item":
		case child.Kind == decode.Object || element.Type == awsmodel.Structure:
			items = append(items, a.structure(child, element))
		default:
			items = append(items, typed(child.Text, element.Type))
		}
	}
	return itemSet(items, a.row.calledItem(name))
}

// unmodeled converts what the model does not have: an element without content
// is a set without items.
func (a *ec2Answer) unmodeled(name string, v *decode.Value) decode.Value {
	switch {
	case v.Kind == decode.Object && v.Get("item") != nil:
		return a.items(name, v, &awsmodel.Shape{Type: awsmodel.String})
	case v.Kind == decode.Object:
		return a.structure(v, nil)
	case v.Text == "":
		return decode.Value{Kind: decode.Object}
	case v.Text == "true" || v.Text == "false":
		return decode.Value{Kind: decode.Bool, Text: v.Text}
	}
	return *v
}
