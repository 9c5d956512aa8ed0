package redact

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/event"
)

// A path that is read is written so that it reads the same.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"a.b", "a['b.c'].d", `a\.b`, "a[].b", "**.x", "*", "a.**", "a['it''s']", "a[", "a..b", "a.[]", "[]", "['a'].b", `a\`, "a]b", "a['x']['y'][]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		steps, err := parsePath(text)
		if err != nil {
			return
		}
		again, err := parsePath(formatPath(steps))
		if err != nil || !slices.Equal(steps, again) {
			t.Errorf("%q is %v, and written as %q %v, %v", text, steps, formatPath(steps), again, err)
		}
	})
}

// Whatever the record and the path: hiding leaves a record that holds JSON, in
// which the same rule finds nothing more, and where nothing was hidden the
// record is the same.
func FuzzRecord(f *testing.F) {
	f.Add(`{"eventID":"e","eventTime":"2026-11-01T10:00:00Z","requestParameters":{"a":[{"b":"x"}]}}`, "requestParameters.a[].b", "", byte(0))
	f.Add(`{"eventID":"e","eventTime":"2026-11-01T10:00:00Z","requestParameters":{"a":1e9},"userAgent":"x"}`, "**", "^1", byte(1))
	f.Add(`{"eventID":"e","eventTime":"2026-11-01T10:00:00Z","responseElements":{"a":{"a":null}}}`, "*.**.a", "", byte(2))
	f.Add(`{"eventID":"e","eventTime":"2026-11-01T10:00:00Z","userIdentity":{"type":"Root","arn":"\ud800"}}`, "userIdentity.**.arn", "", byte(1))
	f.Fuzz(func(t *testing.T, text, path, value string, action byte) {
		raw := []byte(text)
		if _, err := event.Parse(raw); err != nil || len(value) > 100 {
			return
		}
		rules, err := New([]Rule{{Name: "r", Path: path, Value: value, Action: []Action{Drop, Mask, Token, Empty}[action%4]}}, ring(t, "k"))
		if err != nil {
			return
		}
		before := strings.Clone(text)
		out, hidden, err := rules.Record(raw)
		if err != nil {
			t.Fatalf("a record that the parser takes: %v", err)
		}
		changed := slices.ContainsFunc(hidden, func(h Hidden) bool { return !h.Already })
		if string(raw) != before || !json.Valid(out) || changed == bytes.Equal(out, raw) {
			t.Fatalf("%d hidden\n%s\n%s", len(hidden), before, out)
		}
		if _, err := event.Parse(out); err != nil && len(out) <= event.MaxSize {
			t.Fatalf("%v\n%s", err, out)
		}
		if value != "" || action%4 == 0 {
			return // What is left may match anew: of a list without its first element, say.
		}
		if again, _, err := rules.Record(out); err != nil || !bytes.Equal(again, out) {
			t.Fatalf("hiding twice is not hiding once: %v\n%s\n%s", err, out, again)
		}
	})
}

// The tree and the text agree, and what a rule ends at is gone from the tree.
func FuzzApply(f *testing.F) {
	f.Add(`{"a":[{"b":"x"},["c"]],"B":{"b":{}}}`, "requestParameters.**.b")
	f.Add(`[[[]],{"a":{"":[1]}}]`, "requestParameters.*[].a")
	f.Fuzz(func(t *testing.T, text, path string) {
		v, err := decode.JSON([]byte(text), recordLimits)
		if err != nil {
			return
		}
		rules, err := New([]Rule{{Name: "r", Path: path, Action: Mask, Literal: "gone"}}, nil)
		if err != nil {
			return
		}
		before := string(appendJSON(nil, &v, false))
		kept := v
		list := rules.Explain(Call{}, RequestParameters, &v)
		if got := string(appendJSON(nil, &kept, false)); got != before {
			t.Fatalf("a shared tree changed from %s to %s", before, got)
		}
		if got := strings.Count(string(appendJSON(nil, &v, false)), `"gone"`); got < len(list) {
			t.Fatalf("%d hidden and %d literals", len(list), got)
		}
		for _, h := range rules.Explain(Call{}, RequestParameters, &v) {
			if !h.Already {
				t.Fatalf("%s was hidden twice", h.Path)
			}
		}
	})
}
