package style

import (
	"strings"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/event"
)

// Append writes a value as JSON behind b. Numbers that JSON does not have are
// written as texts, and bytes are not written.
func Append(b []byte, v *decode.Value) []byte {
	switch v.Kind {
	case decode.Text:
		return appendText(b, v.Text)
	case decode.Number:
		if !isNumber(v.Text) {
			return appendText(b, v.Text)
		}
		return append(b, v.Text...)
	case decode.Bool:
		if v.Text == "true" {
			return append(b, "true"...)
		}
		return append(b, "false"...)
	case decode.List:
		b = append(b, '[')
		for i := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = Append(b, &v.Items[i])
		}
		return append(b, ']')
	case decode.Object:
		b = append(b, '{')
		for i := range v.Fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, v.Fields[i].Name), ':')
			b = Append(b, &v.Fields[i].Value)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

// appendText writes a text; what is not UTF-8 in it is replaced.
func appendText(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return event.AppendString(b, s)
}
