package table

import (
	"testing"
	"time"
)

func TestAppend(t *testing.T) {
	h := newHouse(t, nil)
	if h.t.Sequence() != 0 {
		t.Errorf("the sequence of a new table is %d", h.t.Sequence())
	}
	h.check(nil)
	// Over the end of a day.
	first := records(1, 5000, 1, start.Add(time.Hour))
	h.append(first, 7)
	h.check(first)
	if n := h.t.Stats().Files; n != 2 {
		t.Errorf("%d files for two days", n)
	}
	// Again: the journal gives out what it does not know to be in.
	h.append(first, 7)
	h.append(records(9, 10, 1, start), 6)
	h.check(first)
	second := records(2, 3000, 1, start)
	h.append(second, 8)
	both := append(append([][]byte{}, first...), second...)
	h.check(both)
	h.append(nil, 12)
	h.reopen()
	if h.t.Sequence() != 12 {
		t.Errorf("the sequence is %d after a restart", h.t.Sequence())
	}
	h.check(both)
}
