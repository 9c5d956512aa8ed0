package recorder

import (
	"encoding/json"
	"time"

	"github.com/cairntrail/cairn/internal/event"
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
	o.b = event.AppendString(o.b, value)
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
