package console

import (
	"net/http"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/lake"
)

// Bounds of suggestions.
const (
	maxSuggestions = 50
	maxPrefix      = 2000
)

// suggest answers with values of an attribute, for somebody who types one.
//
// It reads events as LookupEvents does, and needs its permission. Each letter that is
// typed asks again, so that only the first question of a while is recorded; see asked.
func (c *Console) suggest(x *call) error {
	var in struct {
		view
		Key    string `json:"key"`
		Prefix string `json:"prefix"`
	}
	if err := x.read(&in); err != nil {
		return err
	}
	if len(in.Prefix) > maxPrefix {
		return invalid("The text to look for is too long.")
	}
	if !lake.AttributeKey(in.Key).Known() {
		return invalid("The key is none of the eight lookup attributes.")
	}
	q, err := c.suggestable(x, &in.view)
	if err != nil {
		return err
	}
	q.Limit = maxSuggestions
	out, err := c.cfg.History.Suggest(x.Context(), lake.SuggestQuery{LookupQuery: q, Key: lake.AttributeKey(in.Key), Text: in.Prefix, Budget: lake.SuggestBudget})
	if err != nil {
		return err
	}
	writeJSON(x.w, http.StatusOK, out)
	return nil
}

// suggestable gives the query of a view: recorded, unless the session did the like a
// moment ago and still may.
func (c *Console) suggestable(x *call, v *view) (lake.LookupQuery, error) {
	if c.asked.lately(x.session.ID, x.caller.Region) && c.cfg.Allowed(x.caller, "cloudtrail:LookupEvents", "*") {
		return c.cfg.API.LookupUnrecorded(x.caller, v.input())
	}
	q, err := c.cfg.API.Lookup(x.Request, x.caller, v.input())
	if err == nil {
		c.asked.note(x.session.ID, x.caller.Region)
	}
	return q, err
}

// asked remembers which sessions were recorded as reading a Region's events for
// suggestions: again after a while. It forgets what is older.
type asked struct {
	now func() time.Time
	mu  sync.Mutex
	at  map[askedKey]time.Time
}

type askedKey struct{ session, region string }

// askedFor is how long suggestions count as one lookup.
const askedFor = 5 * time.Minute

func newAsked(now func() time.Time) *asked { return &asked{now: now, at: make(map[askedKey]time.Time)} }

func (a *asked) lately(session, region string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, ok := a.at[askedKey{session, region}]
	return ok && a.now().Sub(at) < askedFor
}

func (a *asked) note(session, region string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	for key, at := range a.at {
		if now.Sub(at) >= askedFor {
			delete(a.at, key)
		}
	}
	a.at[askedKey{session, region}] = now
}
