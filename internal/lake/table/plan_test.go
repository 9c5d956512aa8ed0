package table

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/lake/duck"
)

// What stands in FROM has the events of the view, expired ones or not, and is the
// function that reads files wherever it can be.
func TestFrom(t *testing.T) {
	now := start.Add(4 * time.Hour)
	h := newHouse(t, func(c *Config) { c.Now = func() time.Time { return now } })
	from := func() (string, any) {
		t.Helper()
		p, err := h.t.Plan(time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Release()
		e, err := duck.Open(t.Context(), duck.Config{Files: p.Files})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}()
		rows, err := e.Query(t.Context(), "SELECT count(useridentity.arn) FROM "+p.From()+" AS x")
		if err != nil {
			t.Fatal(err)
		}
		row, err := rows.Next()
		if err != nil {
			t.Fatal(err)
		}
		n := row[0]
		if _, err := rows.Next(); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		return p.From(), n
	}
	check := func(want int64, direct bool) {
		t.Helper()
		text, n := from()
		if view := h.value("SELECT count(useridentity.arn) FROM t"); n != want || view != want {
			t.Errorf("%v events, the view has %v, want %d", n, view, want)
		}
		if strings.HasPrefix(text, "(") == direct {
			t.Errorf("FROM %.100s", text)
		}
	}
	check(0, false)
	h.append(records(1, 7200, 1, start), 1)
	check(7200, true)
	if err := h.t.SetRetention(t.Context(), 5*time.Hour); err != nil {
		t.Fatal(err)
	}
	check(7200, true)
	if err := h.t.SetRetention(t.Context(), 3*time.Hour); err != nil {
		t.Fatal(err)
	}
	check(3600, false)
}
