package console

import (
	"context"
	"net/http"
	"strings"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/query"
)

// maxScanned is how many rows one call looks at for a filter: a second's work at most.
const maxScanned = 200_000

// resultColumn is a column of a result.
type resultColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// results is a page of a query's results.
type results struct {
	Status       string         `json:"status"`
	Columns      []resultColumn `json:"columns"`
	Rows         [][]*string    `json:"rows"`
	NextToken    string         `json:"nextToken,omitempty"`
	Total        int64          `json:"total"`
	Scanned      int64          `json:"scanned"`
	BytesScanned int64          `json:"bytesScanned"`
	Error        string         `json:"error,omitempty"`
}

// resultsInput is what a page asks for.
type resultsInput struct {
	QueryID    string `json:"queryId"`
	Filter     string `json:"filter"`
	NextToken  string `json:"nextToken"`
	MaxResults int    `json:"maxResults"`
}

// recorded is the input as that of GetQueryResults.
func (in *resultsInput) recorded() map[string]any {
	out := map[string]any{"QueryId": in.QueryID}
	if in.NextToken != "" {
		out["NextToken"] = in.NextToken
	}
	if in.MaxResults != 0 {
		out["MaxQueryResults"] = in.MaxResults
	}
	return out
}

// queryResults answers with rows of a result: those in which the filter stands, in any
// cell and whatever case. A page may have fewer rows than it could, or none, and a
// token nevertheless, when much was looked at.
func (c *Console) queryResults(x *call) error {
	var in resultsInput
	if err := x.read(&in); err != nil {
		return err
	}
	if len(in.Filter) > maxPrefix {
		return invalid("The filter is too long.")
	}
	var out results
	err := c.cfg.API.Do(x.Request, api.ConsoleCall{Operation: "GetQueryResults", Caller: x.caller, Input: in.recorded()}, func(ctx context.Context, r *api.Request) error {
		at, err := c.cfg.API.ResultsPlace(r, in.QueryID, in.NextToken)
		if err != nil {
			return err
		}
		next, err := c.filter(ctx, r, &in, at, &out)
		if err == nil && next != nil {
			out.NextToken = c.cfg.API.ResultsToken(r, in.QueryID, *next)
		}
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(x.w, http.StatusOK, out)
	return nil
}

// filter reads rows from a place on, and says where to go on.
func (c *Console) filter(ctx context.Context, r *api.Request, in *resultsInput, at query.Position, out *results) (*query.Position, error) {
	limit, text := query.MaxPage, strings.ToLower(in.Filter)
	if in.MaxResults != 0 {
		limit = in.MaxResults
	}
	wanted := func(row []query.Cell) bool { return text == "" || stands(text, row) }
	page, err := c.cfg.Queries.FindQueryResults(ctx, c.cfg.API.QueryCaller(r, "GetQueryResults"), query.Reference{ID: in.QueryID}, at, limit, maxScanned, wanted)
	if err != nil {
		return nil, err
	}
	r.Touch(&page.Query)
	q := &page.Query
	out.Status, out.Total, out.BytesScanned, out.Error = string(q.Status), q.Rows, q.Statistics.BytesScanned, q.Error
	out.Columns, out.Rows, out.Scanned = columnsOf(q), make([][]*string, len(page.Rows)), page.Scanned
	for i, row := range page.Rows {
		out.Rows[i] = texts(row)
	}
	return page.Next, nil
}

func columnsOf(q *query.Query) []resultColumn {
	out := make([]resultColumn, len(q.Columns))
	for i, name := range q.Columns {
		out[i] = resultColumn{Name: name, Type: "varchar"}
		if i < len(q.Types) {
			out[i].Type = q.Types[i]
		}
	}
	return out
}

// stands tells whether a text in small letters is in a row.
func stands(text string, row []query.Cell) bool {
	for i := range row {
		if !row[i].Null && strings.Contains(strings.ToLower(row[i].Text), text) {
			return true
		}
	}
	return false
}

// texts are a row's cells; NULL is null.
func texts(row []query.Cell) []*string {
	out := make([]*string, len(row))
	for i := range row {
		if !row[i].Null {
			out[i] = &row[i].Text
		}
	}
	return out
}
