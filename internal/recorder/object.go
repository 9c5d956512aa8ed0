package recorder

import (
	"encoding/json"
	"time"
)

// object writes JSON objects member by member. Records are made on the path of
// every call, where reflection over a struct costs several times as much.
type object struct {
	b     []byte
	comma bool // a member stands before
}

func (o *object) open() {
	o.b = append(o.b, '{')
	o.comma = false
}

func (o *object) close() {
	o.b = append(o.b, '}')
	o.comma = true
}

// member begins a member; name needs no escapes. Its value is written next.
func (o *object) member(name string) {
	if o.comma {
		o.b = append(o.b, ',')
	}
	o.b = append(append(append(o.b, '"'), name...), `":`...)
	o.comma = true
}

func (o *object) text(name, value string) {
	o.member(name)
	o.b = appendText(o.b, value)
}

// some writes a member unless its value is empty.
func (o *object) some(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *object) bool(name string, value bool) {
	o.member(name)
	if value {
		o.b = append(o.b, "true"...)
	} else {
		o.b = append(o.b, "false"...)
	}
}

// raw writes JSON as it is; nothing is null.
func (o *object) raw(name string, value json.RawMessage) {
	o.member(name)
	if len(value) == 0 {
		value = json.RawMessage("null")
	}
	o.b = append(o.b, value...)
}

// time writes whole seconds of UTC, as CloudTrail does.
func (o *object) time(name string, t time.Time) {
	o.member(name)
	o.b = append(t.UTC().AppendFormat(append(o.b, '"'), "2006-01-02T15:04:05Z"), '"')
}

const hexDigits = "0123456789abcdef"

// appendText writes a string of valid UTF-8, escaping only what JSON demands:
// CloudTrail writes <, > and & as they are.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, s[from:]...), '"')
}
