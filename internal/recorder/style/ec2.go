package style

import (
	"net/http"
	"strconv"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// EC2 has two ways. The operations that it had before 2015 are recorded by the
// names of its first, SOAP, interface: lists are sets of items, and the sets that
// are not sent stand empty. Later operations are recorded as the XML that they
// are on the wire (real records: DescribeInstances and DescribeNatGateways).

// ec2Request gives EC2's requestParameters.
func ec2Request(call *awsmodel.Call, r *http.Request, body []byte, input *decode.Value) (decode.Value, error) {
	row, old := ec2Operations[call.OperationName]
	if !old || call.Operation == nil {
		return ec2Form(call, r, body)
	}
	w := &ec2Writer{row: row, op: call.OperationName, converter: newConverter(call)}
	v := w.structure(input)
	for _, set := range row.sets {
		if set.always && v.Get(set.to) == nil {
			v.Fields = append(v.Fields, decode.Field{Name: set.to, Value: decode.Value{Kind: decode.Object}})
		}
	}
	if call.OperationName == "RunInstances" {
		runInstances(&v)
	}
	return orNull(v), nil
}

// ec2Form records the form of a newer operation, below the operation's name.
// What is numbered has its number as "tag".
func ec2Form(call *awsmodel.Call, r *http.Request, body []byte) (decode.Value, error) {
	text := string(body)
	if text == "" && r.URL != nil {
		text = r.URL.RawQuery
	}
	tree, err := decode.FormTree(text, decode.DefaultLimits)
	kept := decode.Value{Kind: decode.Object}
	for i := range tree.Fields {
		if f := &tree.Fields[i]; !decode.Envelope(f.Name) {
			addForm(&kept, f.Name, &f.Value)
		}
	}
	if len(kept.Fields) == 0 {
		kept = decode.Value{Kind: decode.Text}
	}
	return decode.Value{Kind: decode.Object, Fields: []decode.Field{{Name: call.OperationName + "Request", Value: kept}}}, err
}

// addForm adds a node of a form's tree; a numbered list adds its elements.
func addForm(out *decode.Value, name string, v *decode.Value) {
	if v.Kind != decode.Object {
		addLoose(out, name, looseText(v.Text))
		return
	}
	if !numbered(v) {
		addLoose(out, name, formBranch(v, ""))
		return
	}
	for i := range v.Fields {
		addLoose(out, name, formBranch(&v.Fields[i].Value, v.Fields[i].Name))
	}
}

func formBranch(v *decode.Value, tag string) decode.Value {
	out := decode.Value{Kind: decode.Object}
	if tag != "" {
		out.Fields = append(out.Fields, decode.Field{Name: "tag", Value: looseText(tag)})
	}
	if v.Kind != decode.Object {
		addLoose(&out, "content", looseText(v.Text))
		return out
	}
	for i := range v.Fields {
		addForm(&out, v.Fields[i].Name, &v.Fields[i].Value)
	}
	return out
}

func numbered(v *decode.Value) bool {
	for i := range v.Fields {
		if _, err := strconv.ParseUint(v.Fields[i].Name, 10, 31); err != nil {
			return false
		}
	}
	return len(v.Fields) > 0
}

// ec2Writer writes the input of an older operation.
type ec2Writer struct {
	*converter
	row ec2Operation
	op  string
}

func (w *ec2Writer) structure(v *decode.Value) decode.Value {
	out := decode.Value{Kind: decode.Object, Fields: make([]decode.Field, 0, len(v.Fields))}
	for i := range v.Fields {
		f := &v.Fields[i]
		if f.Member == nil {
			out.Fields = append(out.Fields, decode.Field{Name: lowerFirst(f.Name), Value: loose(&f.Value)})
			continue
		}
		if name, value, ok := w.field(f); ok {
			out.Fields = append(out.Fields, decode.Field{Name: name, Value: value})
		}
	}
	return out
}

func (w *ec2Writer) field(f *decode.Field) (name string, v decode.Value, ok bool) {
	m := f.Member
	name = lowerFirst(m.Name)
	if renamed := w.row.names[m.Name]; renamed != "" {
		name = renamed
	}
	switch {
	case m.Name == "DryRun" || m.Shape.Type == awsmodel.Blob:
		return "", v, false
	case w.hides(m) || m.Name == "UserData":
		return name, decode.Value{Kind: decode.Text, Text: sensitiveDataRemoved}, true
	case m.Shape.Type == awsmodel.List:
		return w.list(f, m)
	case m.Shape.Type == awsmodel.Structure && f.Value.Kind == decode.Object:
		return name, w.structure(&f.Value), true
	case w.row.texts[name]:
		return name, decode.Value{Kind: decode.Text, Text: f.Value.Text}, true
	case m.Shape.Type == awsmodel.Timestamp:
		return name, ec2Time(f.Value.Text), true
	}
	return name, w.scalar(&f.Value, m), true
}

// sensitiveDataRemoved stands for EC2's user data ("Logging Amazon EC2 API
// calls").
const sensitiveDataRemoved = "<sensitiveDataRemoved>"

func (w *ec2Writer) list(f *decode.Field, m *awsmodel.Member) (string, decode.Value, bool) {
	set := w.row.set(m)
	var items []decode.Value
	for i := range f.Value.Items {
		item := &f.Value.Items[i]
		if item.Kind == decode.Object {
			items = append(items, w.element(item, m.Shape.Element().Shape))
			continue
		}
		one := w.scalar(item, m.Shape.Element())
		items = append(items, decode.Value{Kind: decode.Object, Fields: []decode.Field{{Name: set.item, Value: one}}})
	}
	if set.plain {
		return set.to, decode.Value{Kind: decode.List, Items: items}, true
	}
	return set.to, itemSet(items, w.row.calledItem(set.to)), true
}

// element writes an element of a list, with the sets that stand in it empty.
func (w *ec2Writer) element(v *decode.Value, shape *awsmodel.Shape) decode.Value {
	out := w.structure(v)
	for _, name := range ec2Nested[shape.Name] {
		if out.Get(name) == nil {
			out.Fields = append(out.Fields, decode.Field{Name: name, Value: decode.Value{Kind: decode.Object}})
		}
	}
	return out
}

// itemSet is a list as EC2 has it: an object with items or, empty, with none.
func itemSet(items []decode.Value, singular bool) decode.Value {
	v := decode.Value{Kind: decode.Object}
	if len(items) > 0 {
		name := "items"
		if singular {
			name = "item"
		}
		v.Fields = []decode.Field{{Name: name, Value: decode.Value{Kind: decode.List, Items: items}}}
	}
	return v
}

// runInstances moves what the first interface had in instancesSet, and adds
// what it filled in (real records: the calls of three clients).
func runInstances(v *decode.Value) {
	item := decode.Value{Kind: decode.Object}
	kept := v.Fields[:0]
	for _, f := range v.Fields {
		switch f.Name {
		case "imageId", "minCount", "maxCount", "keyName":
			item.Fields = append(item.Fields, f)
		default:
			kept = append(kept, f)
		}
	}
	v.Fields = append([]decode.Field{{Name: "instancesSet", Value: itemSet([]decode.Value{item}, false)}}, kept...)
	no := decode.Value{Kind: decode.Bool, Text: "false"}
	fill := func(name string, value decode.Value) {
		if v.Get(name) == nil {
			v.Fields = append(v.Fields, decode.Field{Name: name, Value: value})
		}
	}
	fill("monitoring", decode.Value{Kind: decode.Object, Fields: []decode.Field{{Name: "enabled", Value: no}}})
	fill("disableApiTermination", no)
	fill("disableApiStop", no)
}

// ec2Time is a time in milliseconds, as the older operations have it.
func ec2Time(text string) decode.Value {
	if t, ok := readTime(text); ok {
		return decode.Value{Kind: decode.Number, Text: strconv.FormatInt(t.UnixMilli(), 10)}
	}
	return decode.Value{Kind: decode.Text, Text: text}
}
