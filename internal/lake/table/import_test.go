package table

import (
	"errors"
	"testing"
	"time"
)

// Imports and what comes from the journal are there side by side, each with its own
// position, and a position is forgotten when it is not needed.
func TestImport(t *testing.T) {
	h := newHouse(t, nil)
	take := func(events [][]byte, source, position string) {
		t.Helper()
		if err := h.t.Import(t.Context(), events, source, position); err != nil {
			t.Fatal(err)
		}
	}
	first, second, journaled := records(1, 500, 1, start), records(2, 500, 1, start.Add(-48*time.Hour)), records(3, 500, 1, start)
	take(first, "a", "1")
	h.append(journaled, 7)
	take(second, "b", `{"key":"é"}`)
	h.reopen()
	if a, b, c := h.t.Position("a"), h.t.Position("b"), h.t.Position("c"); a != "1" || b != `{"key":"é"}` || c != "" || h.t.Sequence() != 7 {
		t.Errorf("positions %q, %q and %q, sequence %d", a, b, c, h.t.Sequence())
	}
	all := append(append(append([][]byte{}, first...), journaled...), second...)
	h.check(all)
	take(nil, "a", "")
	h.reopen()
	if a, b := h.t.Position("a"), h.t.Position("b"); a != "" || b == "" {
		t.Errorf("positions %q and %q", a, b)
	}
	h.check(all)
}

// Whatever step of an import fails, its events and its position are there together or
// not at all.
func TestImportFails(t *testing.T) {
	boom := errors.New("boom")
	for _, step := range []string{"write", "written", "commit", "staged", "committed"} {
		t.Run(step, func(t *testing.T) {
			var armed bool
			h := newHouse(t, func(c *Config) {
				c.fault = func(at string) error {
					if armed && at == step {
						armed = false
						return boom
					}
					return nil
				}
			})
			events := records(1, 500, 1, start)
			armed = true
			if err := h.t.Import(t.Context(), events, "a", "1"); !errors.Is(err, boom) {
				t.Fatalf("the error is %v", err)
			}
			h.reopen()
			want, position := [][]byte(nil), h.t.Position("a")
			if position != "" {
				want = events
			}
			if stored := step == "committed"; stored != (position == "1") {
				t.Errorf("the position is %q", position)
			}
			h.check(want)
		})
	}
}
