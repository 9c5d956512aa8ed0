package console

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/cairntrail/cairn/internal/lake"
)

// attribute is a lookup attribute as LookupEvents has it.
type attribute struct {
	Key   string `json:"AttributeKey"`
	Value string `json:"AttributeValue"`
}

// view says which events a page shows.
type view struct {
	Attributes []attribute `json:"attributes"`
	Start      *time.Time  `json:"start"`
	End        *time.Time  `json:"end"`
}

// input is the view as the input of LookupEvents, which validates and records it.
func (v *view) input() map[string]any {
	in := make(map[string]any)
	if len(v.Attributes) > 0 {
		in["LookupAttributes"] = v.Attributes
	}
	for name, t := range map[string]*time.Time{"StartTime": v.Start, "EndTime": v.End} {
		if t != nil {
			in[name] = float64(t.UnixMilli()) / 1000
		}
	}
	return in
}

// viewOf reads the view of a query string.
func viewOf(q url.Values) (v view, err error) {
	if text := q.Get("attributes"); text != "" {
		if err := json.Unmarshal([]byte(text), &v.Attributes); err != nil {
			return v, invalid(`The parameter attributes is not a JSON array of {"AttributeKey","AttributeValue"}.`)
		}
	}
	for _, t := range []struct {
		name string
		to   **time.Time
	}{{"start", &v.Start}, {"end", &v.End}} {
		text := q.Get(t.name)
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return v, invalid("The parameter " + t.name + " is no time as 2026-11-27T10:00:00Z.")
		}
		*t.to = &at
	}
	return v, nil
}

// lookup reads a call's view, and gives the query when the lookup is recorded.
func (c *Console) lookup(x *call) (lake.LookupQuery, error) {
	v, err := viewOf(x.URL.Query())
	if err != nil {
		return lake.LookupQuery{}, err
	}
	return c.cfg.API.Lookup(x.Request, x.caller, v.input())
}
