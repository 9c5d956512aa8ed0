package resource

import "github.com/cairntrail/cairn/internal/awsmodel/decode"

// object makes an object of pairs of names and values: texts, values, or lists
// of texts.
func object(pairs ...any) *decode.Value {
	v := &decode.Value{Kind: decode.Object}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Fields = append(v.Fields, decode.Field{Name: pairs[i].(string), Value: value(pairs[i+1])})
	}
	return v
}

func list(items ...any) *decode.Value {
	v := &decode.Value{Kind: decode.List}
	for _, item := range items {
		v.Items = append(v.Items, value(item))
	}
	return v
}

func value(x any) decode.Value {
	if s, ok := x.(string); ok {
		return decode.Value{Kind: decode.Text, Text: s}
	}
	return *x.(*decode.Value)
}
