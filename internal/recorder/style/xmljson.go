package style

import (
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// loose turns a document without a model into what S3 and the newer operations
// of EC2 record: the children of an element by their names, those that occur
// several times as a list, attributes beside them, and texts that look like
// numbers or booleans as such (real records: PutBucketTagging with the tag value
// true, CreateNatGateway). An element with attributes and a text has the text as
// "content".
func loose(v *decode.Value) decode.Value {
	if v.Kind != decode.Object {
		return looseText(v.Text)
	}
	out := decode.Value{Kind: decode.Object, Fields: make([]decode.Field, 0, len(v.Fields))}
	for i := range v.Fields {
		f := &v.Fields[i]
		name := f.Name
		switch {
		case name == "#text":
			name = "content"
		case strings.HasPrefix(name, "@"):
			addLoose(&out, name[1:], decode.Value{Kind: decode.Text, Text: f.Value.Text})
			continue
		}
		addLoose(&out, name, loose(&f.Value))
	}
	return out
}

// addLoose adds a field; a second one of its name makes a list of the two.
func addLoose(out *decode.Value, name string, v decode.Value) {
	old := out.Get(name)
	switch {
	case old == nil:
		out.Fields = append(out.Fields, decode.Field{Name: name, Value: v})
	case old.Kind == decode.List:
		old.Items = append(old.Items, v)
	default:
		*old = decode.Value{Kind: decode.List, Items: []decode.Value{*old, v}}
	}
}

// looseText types a text by its looks. Account ids and other digits beginning
// with zero stay texts.
func looseText(text string) decode.Value {
	switch {
	case text == "true" || text == "false":
		return decode.Value{Kind: decode.Bool, Text: text}
	case len(text) <= 15 && isNumber(text):
		return decode.Value{Kind: decode.Number, Text: text}
	}
	return decode.Value{Kind: decode.Text, Text: text}
}
