package encode

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// appendJSON appends a value as the JSON protocols have it. m is nil for what
// the model does not have.
func appendJSON(out []byte, m *awsmodel.Member, v decode.Value) []byte {
	if container(v) && m != nil && m.JSONValue {
		return appendQuoted(out, scalarText(m, v, ""))
	}
	switch v.Kind {
	case decode.List:
		out = append(out, '[')
		for i, item := range v.Items {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendJSON(out, element(m), item)
		}
		return append(out, ']')
	case decode.Object:
		out = append(out, '{')
		for i, f := range v.Fields {
			if i > 0 {
				out = append(out, ',')
			}
			inner, name := field(m, f.Name)
			out = append(appendQuoted(out, name), ':')
			out = appendJSON(out, inner, f.Value)
		}
		return append(out, '}')
	case decode.Null:
		return append(out, "null"...)
	}
	return appendJSONScalar(out, m, v)
}

func appendJSONScalar(out []byte, m *awsmodel.Member, v decode.Value) []byte {
	literal := v.Kind == decode.Number || v.Kind == decode.Bool
	switch {
	case is(m, awsmodel.String):
		literal = false
	case is(m, awsmodel.Boolean):
		if b, ok := boolean(v.Text); ok {
			return fmt.Append(out, b)
		}
	case is(m, awsmodel.Timestamp):
		t, ok := parseTime(v.Text)
		if !ok {
			break
		}
		format := timeFormat(m, unixTimestamp)
		if text := formatTime(t, format); format == unixTimestamp {
			return append(out, text...)
		} else {
			return appendQuoted(out, text)
		}
	case v.Kind == decode.Bytes:
		return appendQuoted(out, base64.StdEncoding.EncodeToString([]byte(v.Text)))
	case numeric(m):
		literal = true
	}
	if b, ok := boolean(v.Text); ok && v.Kind == decode.Bool && literal {
		return fmt.Append(out, b)
	}
	if literal && isNumber(v.Text) {
		return append(out, v.Text...)
	}
	if f, ok := special(v.Text); ok && literal {
		return appendQuoted(out, specialName(f))
	}
	return appendQuoted(out, v.Text)
}

func appendQuoted(out []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("BUG: a string has no JSON: %v", err))
	}
	return append(out, quoted...)
}
