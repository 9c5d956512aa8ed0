package style

import (
	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// dynamodbParameters leaves the values of items out of the parameters of item
// operations: of items there are the names of their attributes, of keys the
// values ("Understanding DynamoDB log file entries": PutItem, UpdateItem and
// PartiQL; the others are inferred from these).
func dynamodbParameters(call *awsmodel.Call, v *decode.Value) {
	if itemOperations[call.OperationName] {
		withoutItems(v)
	}
}

// itemOperations read or write items.
//
//nolint:gochecknoglobals // a table
var itemOperations = map[string]bool{
	"PutItem": true, "GetItem": true, "UpdateItem": true, "DeleteItem": true, "Query": true, "Scan": true,
	"BatchGetItem": true, "BatchWriteItem": true, "TransactGetItems": true, "TransactWriteItems": true,
	"ExecuteStatement": true, "BatchExecuteStatement": true, "ExecuteTransaction": true,
}

func withoutItems(v *decode.Value) {
	switch v.Kind {
	case decode.List:
		for i := range v.Items {
			withoutItems(&v.Items[i])
		}
	case decode.Object:
		kept := v.Fields[:0]
		for _, f := range v.Fields {
			switch f.Name {
			case "expressionAttributeValues", "parameters":
				continue
			case "item", "attributeUpdates", "expected", "keyConditions", "queryFilter", "scanFilter":
				f.Value = attributeNames(&f.Value)
			case "key", "exclusiveStartKey":
				f.Value = plainKey(&f.Value)
			case "keys":
				for i := range f.Value.Items {
					f.Value.Items[i] = plainKey(&f.Value.Items[i])
				}
			case "requestItems": // by the names of tables
				for i := range f.Value.Fields {
					withoutItems(&f.Value.Fields[i].Value)
				}
			case "statement":
				f.Value.Text = withoutLiterals(f.Value.Text)
			default:
				withoutItems(&f.Value)
			}
			kept = append(kept, f)
		}
		v.Fields = kept
	}
}

// attributeNames is the list of an item's names.
func attributeNames(v *decode.Value) decode.Value {
	out := decode.Value{Kind: decode.List}
	for i := range v.Fields {
		out.Items = append(out.Items, decode.Value{Kind: decode.Text, Text: v.Fields[i].Name})
	}
	return out
}

// plainKey is a key with its values as they are, without their types.
func plainKey(v *decode.Value) decode.Value {
	out := decode.Value{Kind: decode.Object}
	for i := range v.Fields {
		f := &v.Fields[i]
		if len(f.Value.Fields) == 1 && f.Value.Fields[0].Value.Kind == decode.Text {
			out.Fields = append(out.Fields, decode.Field{Name: f.Name, Value: f.Value.Fields[0].Value})
		}
	}
	return out
}

// withoutLiterals replaces the literals of a PartiQL statement by ***: texts
// between single quotes, and numbers that are not part of a name.
func withoutLiterals(s string) string {
	var b []byte
	name := false // the byte before belongs to a name
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\'':
			for i++; i < len(s) && (s[i] != '\'' || i+1 < len(s) && s[i+1] == '\''); i++ {
				if s[i] == '\'' {
					i++ // a doubled quote stands for one
				}
			}
			b, name = append(b, "***"...), false
		case c == '"':
			end := i + 1
			for end < len(s) && s[end] != '"' {
				end++
			}
			b, i, name = append(b, s[i:min(end+1, len(s))]...), end, false
		case !name && c >= '0' && c <= '9':
			for i+1 < len(s) && (s[i+1] >= '0' && s[i+1] <= '9' || s[i+1] == '.' || s[i+1] == 'e' || s[i+1] == 'E') {
				i++
			}
			b = append(b, "***"...)
		default:
			name = c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
			b = append(b, c)
		}
	}
	return string(b)
}
