package style

import (
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/redact"
)

// InvertRequest turns requestParameters back into the input of the operation,
// by the names of the model. It is the inverse of [ReadRequest] for what a record
// tells: what was left out or hidden comes back as a stand-in. It serves the
// replay of records, for the services that are not S3 and the operations that
// are not EC2's newer ones, whose parameters are those of the wire.
func InvertRequest(call *awsmodel.Call, parameters *decode.Value) decode.Value {
	if call.Operation == nil || call.Operation.Input == nil {
		return *parameters
	}
	if call.Protocol == awsmodel.EC2 {
		row := ec2Operations[call.OperationName]
		return row.invert(parameters, call.Operation.Input)
	}
	return invertStructure(parameters, call.Operation.Input)
}

// InvertResponse does the same for responseElements.
func InvertResponse(call *awsmodel.Call, elements *decode.Value) decode.Value {
	shape := call.Operation.Output
	if shape == nil {
		return *elements
	}
	v := *elements
	if len(shape.Members) == 1 && shape.Members[0].Shape.Wrapper {
		m := &shape.Members[0]
		return decode.Value{Kind: decode.Object, Fields: []decode.Field{{Name: m.Name, Member: m, Value: invertStructure(&v, m.Shape)}}}
	}
	for _, spec := range operationOf(call).only {
		if member, name, renamed := strings.Cut(spec, "="); renamed {
			v.Fields = append([]decode.Field(nil), v.Fields...)
			for i := range v.Fields {
				if v.Fields[i].Name == name {
					v.Fields[i].Name = member
				}
			}
		}
	}
	return invertStructure(&v, shape)
}

// OlderEC2 tells whether an operation of EC2 is recorded in the form of its
// first interface.
func OlderEC2(name string) bool {
	_, ok := ec2Operations[name]
	return ok
}

func invertStructure(v *decode.Value, shape *awsmodel.Shape) decode.Value {
	out := decode.Value{Kind: decode.Object}
	for i := range v.Fields {
		f := &v.Fields[i]
		m := memberRecorded(shape, f.Name)
		if m == nil {
			out.Fields = append(out.Fields, *f)
			continue
		}
		out.Fields = append(out.Fields, decode.Field{Name: m.Name, Member: m, Value: invertValue(&f.Value, m)})
	}
	return out
}

// memberRecorded finds the member that is recorded under a name.
func memberRecorded(shape *awsmodel.Shape, name string) *awsmodel.Member {
	for i := range shape.Members {
		if m := &shape.Members[i]; m.Name == name || lowerFirst(m.Name) == name {
			return m
		}
	}
	return nil
}

func invertValue(v *decode.Value, m *awsmodel.Member) decode.Value {
	if v.Kind == decode.Text && v.Text == redact.DefaultLiteral && (m.Shape.Type == awsmodel.List || m.Shape.Type == awsmodel.Map || m.Shape.Type == awsmodel.Structure) {
		return decode.Value{Kind: decode.Object}
	}
	switch {
	case m.Shape.Type == awsmodel.Structure && v.Kind == decode.Object:
		return invertStructure(v, m.Shape)
	case m.Shape.Type == awsmodel.List && v.Kind == decode.List:
		out := decode.Value{Kind: decode.List}
		for i := range v.Items {
			out.Items = append(out.Items, invertValue(&v.Items[i], m.Shape.Element()))
		}
		return out
	case m.Shape.Type == awsmodel.Map && v.Kind == decode.Object:
		out := decode.Value{Kind: decode.Object}
		for _, f := range v.Fields {
			out.Fields = append(out.Fields, decode.Field{Name: f.Name, Member: m.Shape.Value(), Value: invertValue(&f.Value, m.Shape.Value())})
		}
		return out
	}
	return *v
}

// invert turns the sets of an older operation of EC2 back into lists.
func (o *ec2Operation) invert(v *decode.Value, shape *awsmodel.Shape) decode.Value {
	out := decode.Value{Kind: decode.Object}
	for i := range v.Fields {
		f := &v.Fields[i]
		if f.Name == "instancesSet" && shape.Member("ImageId") != nil && shape.Member("MinCount") != nil {
			for _, item := range setItems(&f.Value) { // RunInstances
				inner := o.invert(&item, shape)
				out.Fields = append(out.Fields, inner.Fields...)
			}
			continue
		}
		m := o.recorded(shape, f)
		if m == nil {
			if f.Value.Kind != decode.Object && f.Value.Kind != decode.List {
				out.Fields = append(out.Fields, *f)
			}
			continue
		}
		if inverted := o.invertMember(&f.Value, m); inverted.Kind != decode.Null {
			out.Fields = append(out.Fields, decode.Field{Name: m.Name, Member: m, Value: inverted})
		}
	}
	return out
}

// recorded finds the member that is recorded under a field's name. Of two, such
// as the names and the ids of security groups, the one whose item fits.
func (o *ec2Operation) recorded(shape *awsmodel.Shape, f *decode.Field) *awsmodel.Member {
	var found *awsmodel.Member
	for i := range shape.Members {
		m := &shape.Members[i]
		name := lowerFirst(m.Name)
		if renamed := o.names[m.Name]; renamed != "" {
			name = renamed
		}
		if m.Shape.Type != awsmodel.List {
			if name == f.Name {
				return m
			}
			continue
		}
		set := o.set(m)
		if set.to != f.Name {
			continue
		}
		items := setItems(&f.Value)
		if set.item == "" || len(items) > 0 && items[0].Get(set.item) != nil {
			return m
		}
		if found == nil {
			found = m
		}
	}
	return found
}

func (o *ec2Operation) invertMember(v *decode.Value, m *awsmodel.Member) decode.Value {
	switch m.Shape.Type {
	case awsmodel.Structure:
		return o.invert(v, m.Shape)
	case awsmodel.List:
		set := o.set(m)
		out := decode.Value{Kind: decode.List}
		for _, item := range setItems(v) {
			if inner := item.Get(set.item); set.item != "" && inner != nil {
				item = *inner
			} else if m.Shape.Element().Shape.Type == awsmodel.Structure {
				item = o.invert(&item, m.Shape.Element().Shape)
			}
			out.Items = append(out.Items, item)
		}
		if len(out.Items) == 0 {
			return decode.Value{}
		}
		return out
	}
	return *v
}

func setItems(v *decode.Value) []decode.Value {
	for _, name := range []string{"items", "item"} {
		if list := v.Get(name); list != nil {
			return list.Items
		}
	}
	return v.Items
}
