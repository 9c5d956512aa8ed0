package selector

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/cairntrail/cairn/internal/event"
)

type recordCase struct {
	Want   Event
	Record json.RawMessage
}

func recordCases(t testing.TB) []recordCase {
	t.Helper()
	raw, err := os.ReadFile("testdata/records.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	var out []recordCase
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		var c recordCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func TestReadEvent(t *testing.T) {
	for _, c := range recordCases(t) {
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, c.Record, "", "\t"); err != nil {
			t.Fatal(err)
		}
		for _, raw := range [][]byte{c.Record, append(spaced.Bytes(), '\n')} {
			got, err := ReadEvent(raw)
			if err != nil {
				t.Fatalf("%s: %v", raw, err)
			}
			if !reflect.DeepEqual(got, c.Want) {
				t.Errorf("ReadEvent(%s)\n got %+v\nwant %+v", raw, got, c.Want)
			}
		}
	}
}

func TestReadEventRefuses(t *testing.T) {
	for _, text := range []string{"", " ", "null", "[]", `"x"`, "{", `{"a`, `{"a"`, `{"a":`, `{"a":1`, `{"a" 1}`, `{1:2}`, `{"a":}`,
		`{"eventName":"x\q"}`, `{"resources":[`, `{"resources":[{"type":"x"`, `{"a":[[[}`, `{} {}`, `{"a":"x\\\"}`} {
		if e, err := ReadEvent([]byte(text)); err == nil {
			t.Errorf("ReadEvent(%s) = %+v", text, e)
		}
	}
}

// What event.Parse accepts is read, and alike where both read it.
func FuzzReadEvent(f *testing.F) {
	for _, c := range recordCases(f) {
		f.Add([]byte(c.Record))
	}
	f.Add([]byte(`{"eventID":"1","eventTime":"2023-07-19T21:33:41Z","userIdentity":{"arn":"\ud800"},"a":[{"b":"]\\"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := ReadEvent(raw)
		env, refused := event.Parse(raw)
		if refused != nil {
			return
		}
		if err != nil {
			t.Fatalf("event.Parse accepts what ReadEvent does not: %v", err)
		}
		got := [...]string{e.Category, e.Name, e.Source, e.Type, e.ReadOnly, e.ErrorCode}
		want := [...]string{env.Category, env.EventName, env.EventSource, env.EventType, env.ReadOnly, env.ErrorCode}
		if got != want {
			t.Fatalf("ReadEvent has %q, event.Parse %q", got, want)
		}
	})
}
