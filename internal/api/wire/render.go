package wire

import (
	"strconv"
	"time"

	"github.com/cairntrail/cairn/internal/event"
)

// Hidden stands in records for the value of a sensitive member.
const Hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"

// recordTime is how CloudTrail records show timestamps inside of
// requestParameters and responseElements, in UTC.
const recordTime = "Jan 2, 2006, 3:04:05 PM"

// AppendRecord renders a coerced input, or an output, as the requestParameters
// or responseElements of a CloudTrail record: member names with their first
// letter in lower case, map keys verbatim, the order as sent, empty values
// kept, sensitive members replaced by [Hidden]. A structure without members is
// null, as records have it for calls without parameters.
func AppendRecord(dst []byte, shape *Shape, v *Value) []byte {
	if shape == nil {
		return append(dst, "null"...)
	}
	start := len(dst)
	dst = appendRecord(dst, shape, v)
	if len(dst)-start == 2 {
		dst = append(dst[:start], "null"...)
	}
	return dst
}

func appendRecord(dst []byte, shape *Shape, v *Value) []byte {
	if shape.Sensitive {
		return event.AppendString(dst, Hidden)
	}
	switch shape.Kind {
	case Structure:
		dst = append(dst, '{')
		first := true
		for i := range v.Fields {
			_, m := shape.member(v.Fields[i].Name)
			if m == nil || m.RecordOmit {
				continue
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(event.AppendString(dst, m.RecordName), ':')
			dst = appendRecord(dst, m.Shape, &v.Fields[i].Value)
		}
		return append(dst, '}')
	case List:
		dst = append(dst, '[')
		for i := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendRecord(dst, shape.Elem, &v.Items[i])
		}
		return append(dst, ']')
	case Map:
		dst = append(dst, '{')
		for i := range v.Fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(event.AppendString(dst, v.Fields[i].Name), ':')
			dst = appendRecord(dst, shape.Elem, &v.Fields[i].Value)
		}
		return append(dst, '}')
	case Timestamp:
		return event.AppendString(dst, v.Time().Format(recordTime))
	}
	return AppendJSON(dst, v)
}

// AppendJSON renders a tree as JSON, the body of JSON answers. Text that is
// not valid UTF-8 must not be in it.
func AppendJSON(dst []byte, v *Value) []byte {
	switch v.Kind {
	case BoolValue:
		return strconv.AppendBool(dst, v.Bool)
	case NumberValue:
		return append(dst, v.Text...)
	case StringValue:
		return event.AppendString(dst, v.Text)
	case ListValue:
		dst = append(dst, '[')
		for i := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, &v.Items[i])
		}
		return append(dst, ']')
	case ObjectValue:
		dst = append(dst, '{')
		for i := range v.Fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(event.AppendString(dst, v.Fields[i].Name), ':')
			dst = AppendJSON(dst, &v.Fields[i].Value)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// AppendXML renders a tree as the XML of AWS query answers: members as
// elements, list members as <member>, map entries as <entry><key/><value/>,
// timestamps in ISO 8601.
func AppendXML(dst []byte, shape *Shape, v *Value) []byte {
	switch shape.Kind {
	case Structure:
		for i := range v.Fields {
			_, m := shape.member(v.Fields[i].Name)
			if m == nil {
				continue
			}
			dst = append(append(append(dst, '<'), m.Name...), '>')
			dst = AppendXML(dst, m.Shape, &v.Fields[i].Value)
			dst = append(append(append(dst, "</"...), m.Name...), '>')
		}
		return dst
	case List:
		for i := range v.Items {
			dst = append(dst, "<member>"...)
			dst = AppendXML(dst, shape.Elem, &v.Items[i])
			dst = append(dst, "</member>"...)
		}
		return dst
	case Map:
		for i := range v.Fields {
			dst = append(dst, "<entry><key>"...)
			dst = AppendXMLText(dst, v.Fields[i].Name)
			dst = append(dst, "</key><value>"...)
			dst = AppendXML(dst, shape.Elem, &v.Fields[i].Value)
			dst = append(dst, "</value></entry>"...)
		}
		return dst
	case Timestamp:
		return v.Time().AppendFormat(dst, time.RFC3339)
	case Boolean:
		return strconv.AppendBool(dst, v.Bool)
	}
	return AppendXMLText(dst, v.Text)
}

// AppendXMLText escapes character data. Characters that XML 1.0 cannot hold
// become U+FFFD.
func AppendXMLText(dst []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&#34;"...)
		case r == '\'':
			dst = append(dst, "&#39;"...)
		case r == '\r':
			dst = append(dst, "&#xD;"...)
		case r < 0x20 && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF:
			dst = append(dst, "\uFFFD"...)
		default:
			dst = append(dst, string(r)...)
		}
	}
	return dst
}
