package event

import (
	"slices"
	"testing"
)

func TestTexts(t *testing.T) {
	raw := []byte(`{"requestParameters":{"sourceIPAddress":"inside"},"sourceIPAddress":"192.0.2.1","n":1,"requestID":"a\u0062\n","list":["x"],"nothing":null}`)
	if got := Texts(raw, "requestID", "sourceIPAddress", "n", "list", "nothing", "none"); !slices.Equal(got, []string{"ab\n", "192.0.2.1", "", "", "", ""}) {
		t.Errorf("%q", got)
	}
	if got := Texts([]byte(`{"a":"x","b":`), "a", "b"); !slices.Equal(got, []string{"x", ""}) {
		t.Errorf("%q", got)
	}
}

// FuzzTexts: whatever the bytes are, it ends and gives texts; of a record it gives what
// is there.
func FuzzTexts(f *testing.F) {
	f.Add([]byte(`{"requestID":"a","x":{"requestID":["\ud83d\ude00"]}}`))
	f.Add([]byte(`{"requestID":"` + "\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := Texts(raw, "requestID", "eventID"); len(got) != 2 {
			t.Fatalf("%q", got)
		}
		if e, err := Parse(raw); err == nil && Texts(raw, "eventID")[0] != e.EventID {
			t.Fatalf("%q, parsed %q: %s", Texts(raw, "eventID"), e.EventID, raw)
		}
	})
}
