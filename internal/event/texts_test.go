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
