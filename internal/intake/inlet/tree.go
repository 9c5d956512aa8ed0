package inlet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// parse reads one JSON value; numbers keep their digits.
func parse(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more behind the JSON value")
	}
	return v, nil
}

// at is what stands at a path, nil if nothing does. The steps are names and, in
// arrays, numbers from 0.
func at(v any, path ...string) any {
	for _, step := range path {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// text is the scalar at a path, as text; empty if something else stands there.
func text(v any, path ...string) string {
	switch s := at(v, path...).(type) {
	case string:
		return s
	case json.Number:
		return s.String()
	case bool:
		return strconv.FormatBool(s)
	}
	return ""
}

// object is the object at a path; nil if something else stands there.
func object(v any, path ...string) map[string]any {
	m, _ := at(v, path...).(map[string]any)
	return m
}

// pick makes an object of members of another, under new names: pairs of both.
func pick(from map[string]any, names ...string) map[string]any {
	out := make(map[string]any)
	for i := 0; i+1 < len(names); i += 2 {
		v, there := from[names[i]]
		if there && v != nil && v != "" {
			out[names[i+1]] = v
		}
	}
	return out
}

// moments are forms of time that senders have; RFC 3339 is the first.
var moments = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 Z0700",
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.RFC1123Z, time.RFC1123,
}

// moment reads a time: a text in one of several forms, or a number of seconds,
// milliseconds, microseconds or nanoseconds since 1970, whichever is of our days. It
// is zero if it is none.
func moment(v any) time.Time {
	s := text(v)
	for _, layout := range moments {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	switch {
	case n < 1e11:
		part, err := strconv.ParseFloat("0."+fraction+"0", 64)
		if err != nil {
			part = 0
		}
		return time.Unix(n, int64(part*1e9)).UTC()
	case n < 1e14:
		return time.UnixMilli(n).UTC()
	case n < 1e17:
		return time.UnixMicro(n).UTC()
	}
	return time.Unix(0, n).UTC()
}

// maxBroken bounds how often values looks for the end of a JSON value in vain: each
// time it reads what is left of the document.
const maxBroken = 16

// values takes a document apart that has JSON values behind each other, as one a
// line. What is no JSON is taken to the end of its line; behind many of these each line
// is taken by itself.
func values(doc []byte) (out [][]byte) {
	for broken := 0; ; {
		doc = bytes.TrimSpace(doc)
		if len(doc) == 0 {
			return out
		}
		if broken < maxBroken {
			d := json.NewDecoder(bytes.NewReader(doc))
			var raw json.RawMessage
			if d.Decode(&raw) == nil {
				out, doc = append(out, raw), doc[d.InputOffset():]
				continue
			}
			broken++
		}
		line, rest, _ := bytes.Cut(doc, []byte("\n"))
		out, doc = append(out, line), rest
	}
}

// elements are the elements of an array, as they were sent.
func elements(raw []byte) ([]json.RawMessage, bool) {
	var out []json.RawMessage
	err := json.Unmarshal(raw, &out)
	return out, err == nil && out != nil
}

// member is a member of an object as it was sent, nil if there is none.
func member(raw []byte, name string) json.RawMessage {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	return all[name]
}

// each reads each value of a document by itself. What one does not understand is an
// event all the same, of the source.
func each(doc []byte, source string, one func(v map[string]any, raw []byte) Event) (b Batch) {
	for _, raw := range values(doc) {
		b.Events = append(b.Events, entry(raw, source, one))
	}
	return b
}

// entry reads one entry.
func entry(raw []byte, source string, one func(v map[string]any, raw []byte) Event) Event {
	if d := depth(raw); d > maxDepth {
		return unmapped(raw, source, fmt.Sprintf("the entry nests %d levels deep, and %d are understood", d, maxDepth))
	}
	v, err := parse(raw)
	if err != nil {
		return unmapped(raw, source, "the entry is not JSON: "+err.Error())
	}
	m, ok := v.(map[string]any)
	if !ok {
		return unmapped(raw, source, "the entry is not a JSON object")
	}
	e := one(m, raw)
	e.Original = raw
	return e
}

// unmapped is the event of an entry that is not understood.
func unmapped(raw []byte, source, why string) Event {
	return Event{IdentityType: "Unknown", Source: source, Name: "UnmappedEntry", Original: raw, Unmapped: why}
}
