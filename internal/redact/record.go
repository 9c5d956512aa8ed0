package redact

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/event"
)

// recordLimits take every record that [event.Parse] accepts.
var recordLimits = decode.Limits{Depth: event.MaxDepth + 1, Values: event.MaxSize, Bytes: event.MaxSize}

// member is a top-level member of a record: where its value stands in the text.
type member struct {
	side       Side
	start, end int
}

// Record hides values of a recorded event, which [event.Parse] must have
// accepted. Where nothing is hidden the result is raw itself; otherwise those
// top-level members in which something was hidden are written anew, with their
// values in the same order but without white space, and everything else is as it
// was. A token of a known key stays what it is, so hiding twice is hiding once.
// [Sensitive] is not asked: recorded events have no model.
func (r *Rules) Record(raw []byte) (out []byte, hidden []Hidden, err error) {
	c, members, err := split(raw)
	if err != nil {
		return nil, nil, err
	}
	done := 0
	p := r.plan(c)
	for _, m := range members {
		rules := p[m.side]
		if len(rules) == 0 {
			continue
		}
		v, err := decode.JSON(raw[m.start:m.end], recordLimits)
		if err != nil {
			return nil, nil, fmt.Errorf("%s cannot be read: %w", m.side, err)
		}
		w := walker{call: c, side: m.side, rules: rules, keys: r.keys, explain: true, recorded: true}
		w.root(&v)
		hidden = append(hidden, w.hidden...)
		if w.changed > 0 {
			out = append(out, raw[done:m.start]...)
			out, done = appendJSON(out, &v, false), m.end
		}
	}
	if done == 0 {
		return raw, hidden, nil
	}
	return append(out, raw[done:]...), hidden, nil
}

// split finds the sides of a record, and what rules see of it.
func split(raw []byte) (c Call, members []member, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return c, nil, fmt.Errorf("the record is no JSON object: %w", decode.ErrMalformed)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return c, nil, fmt.Errorf("%w: %w", decode.ErrMalformed, err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return c, nil, fmt.Errorf("%w: %w", decode.ErrMalformed, err)
		}
		end := int(d.InputOffset())
		text := func(to *string) { _ = json.Unmarshal(value, to) } // Another kind counts as none.
		switch name, _ := key.(string); name {
		case "eventSource":
			text(&c.EventSource)
		case "eventName":
			text(&c.EventName)
		case "errorMessage":
			text(&c.ErrorMessage)
			members = append(members, member{side: ErrorMessage, start: end - len(value), end: end})
		default:
			if side, ok := sideNamed(name); ok && name == side.String() {
				members = append(members, member{side: side, start: end - len(value), end: end})
			}
		}
	}
	return c, members, nil
}
