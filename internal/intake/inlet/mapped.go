package inlet

import (
	"fmt"
	"slices"
	"strings"
)

// Fields are what a mapping may name: those of the integration event, "entries" for
// where in a document the entries are, and "dropped" for the number of events that the
// sender says it dropped.
var Fields = []string{
	"entries", "dropped", "eventSource", "eventName", "eventTime", "UID", "userIdentity.type", "userIdentity.principalId", "userIdentity.details", "userAgent",
	"sourceIPAddress", "errorCode", "errorMessage", "requestParameters", "responseElements",
}

// Mapping tells where in an entry the fields of an event are. A path has names and, in
// arrays, numbers from 0, with periods between: "request.headers.0". A field that is
// not there has the path of its own name. What begins with = is the value itself:
// "=billing".
type Mapping map[string]string

// Check refuses a mapping that names other fields than there are.
func (m Mapping) Check() error {
	for field, path := range m {
		switch {
		case !slices.Contains(Fields, field):
			return fmt.Errorf("%q is no field of an event; there are %s", field, strings.Join(Fields, ", "))
		case path == "":
			return fmt.Errorf("the field %s has no path", field)
		}
	}
	return nil
}

// at is what an entry has for a field.
func (m Mapping) at(v any, field string) any {
	path := or(m[field], field)
	if value, fixed := strings.CutPrefix(path, "="); fixed {
		return value
	}
	if whole, ok := v.(map[string]any); ok && path != "" {
		if x, there := whole[path]; there { // a name that has periods itself
			return x
		}
	}
	return at(v, strings.Split(strings.TrimPrefix(path, "$."), ".")...)
}

// JSON makes a decoder of JSON in any form: entries behind each other, in an array, or
// where the mapping says.
func JSON(m Mapping) Decoder {
	return func(doc []byte) (b Batch) {
		for _, raw := range values(doc) {
			list := [][]byte{raw}
			if path, there := m["entries"]; there && depth(raw) <= maxDepth {
				list = within(raw, strings.Split(strings.TrimPrefix(path, "$."), "."))
			} else if items, ok := elements(raw); ok {
				list = nil
				for _, item := range items {
					list = append(list, item)
				}
			}
			if _, there := m["dropped"]; there && depth(raw) <= maxDepth {
				b.Dropped += m.dropped(raw)
			}
			for _, one := range list {
				b.Events = append(b.Events, entry(one, "json", m.event))
			}
		}
		return b
	}
}

// within are the entries at a path of a document; the document itself if there are
// none, for nothing is lost.
func within(raw []byte, path []string) [][]byte {
	inner := raw
	for _, step := range path {
		if inner = member(inner, step); inner == nil {
			return [][]byte{raw}
		}
	}
	items, ok := elements(inner)
	if !ok {
		return [][]byte{raw}
	}
	var out [][]byte
	for _, item := range items {
		out = append(out, item)
	}
	return out
}

func (m Mapping) dropped(raw []byte) int {
	v, err := parse(raw)
	if err != nil {
		return 0
	}
	n := 0
	if _, err := fmt.Sscan(text(m.at(v, "dropped")), &n); err != nil || n < 0 {
		return 0
	}
	return n
}

func (m Mapping) event(v map[string]any, _ []byte) Event {
	get := func(field string) string { return text(m.at(v, field)) }
	e := Event{
		Source: get("eventSource"), Name: get("eventName"), Time: moment(m.at(v, "eventTime")), UID: get("UID"), UserAgent: get("userAgent"), SourceIP: get("sourceIPAddress"),
		ErrorCode: get("errorCode"), ErrorMessage: get("errorMessage"), IdentityType: get("userIdentity.type"), PrincipalID: get("userIdentity.principalId"),
		Details: m.object(v, "userIdentity.details"), Request: m.object(v, "requestParameters"), Response: m.object(v, "responseElements"),
	}
	e.Source = or(e.Source, "json")
	if e.Name == "" {
		e.Name, e.Unmapped = "UnmappedEntry", "the entry has nothing at the path of eventName, "+or(m["eventName"], "eventName")
	}
	return e
}

// object is an object of an entry; something else than an object becomes one, under
// the name "value".
func (m Mapping) object(v any, field string) map[string]any {
	switch x := m.at(v, field).(type) {
	case nil:
		return nil
	case map[string]any:
		return x
	default:
		return map[string]any{"value": x}
	}
}
