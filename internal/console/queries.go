package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/query"
)

// pageOfQueries is how many queries of the last days come at once.
const pageOfQueries = 50

// pastQuery is a query of the last days.
type pastQuery struct {
	QueryID        string    `json:"queryId"`
	Statement      string    `json:"statement"`
	Status         string    `json:"status"`
	Created        time.Time `json:"created"`
	RunTimeMS      int64     `json:"runTimeMs"`
	EventsScanned  int64     `json:"eventsScanned"`
	EventsMatched  int64     `json:"eventsMatched"`
	BytesScanned   int64     `json:"bytesScanned"`
	EventDataStore string    `json:"eventDataStore,omitempty"`
	DeliveryS3URI  string    `json:"deliveryS3Uri,omitempty"`
	DeliveryStatus string    `json:"deliveryStatus,omitempty"`
	ErrorMessage   string    `json:"errorMessage,omitempty"`
}

func (c *Console) pastQuery(q *query.Query) pastQuery {
	out := pastQuery{QueryID: q.ID, Statement: q.Statement, Status: string(q.Status), Created: q.Created, RunTimeMS: q.Took(c.cfg.Now()).Milliseconds(),
		EventsScanned: q.Statistics.EventsScanned, EventsMatched: q.Statistics.EventsMatched, BytesScanned: q.Statistics.BytesScanned, ErrorMessage: q.Error}
	var stores []string
	for _, s := range q.Stores {
		stores = append(stores, s.ARN)
	}
	out.EventDataStore = strings.Join(stores, ",")
	if q.Delivery != nil {
		out.DeliveryS3URI, out.DeliveryStatus = q.Delivery.URI, string(q.Delivery.Status)
	}
	return out
}

// listQueries answers with the queries of the last seven days and their statements:
// of one event data store, or of all that the caller may list.
func (c *Console) listQueries(x *call) error {
	q := x.URL.Query()
	input := make(map[string]string)
	for name, from := range map[string]string{"EventDataStore": "eventDataStore", "QueryStatus": "status", "NextToken": "nextToken"} {
		if v := q.Get(from); v != "" {
			input[name] = v
		}
	}
	store := input["EventDataStore"]
	var out struct {
		Queries   []pastQuery `json:"queries"`
		NextToken string      `json:"nextToken,omitempty"`
	}
	out.Queries = []pastQuery{}
	err := c.cfg.API.Do(x.Request, api.ConsoleCall{Operation: "ListQueries", Caller: x.caller, Input: input, Wide: store == ""}, func(ctx context.Context, r *api.Request) error {
		list := query.ListInput{EventDataStore: store, Status: query.Status(input["QueryStatus"]), Limit: pageOfQueries}
		bound := store + "\n" + input["QueryStatus"]
		var err error
		if list.Before, err = c.cfg.API.QueriesPlace(r, bound, input["NextToken"]); err != nil {
			return err
		}
		find := c.cfg.Queries.History
		if store != "" {
			find = c.cfg.Queries.ListQueries
		}
		all, more, err := find(ctx, c.cfg.API.QueryCaller(r, "ListQueries"), list)
		if err != nil {
			return err
		}
		for i := range all {
			out.Queries = append(out.Queries, c.pastQuery(&all[i]))
		}
		if more {
			out.NextToken = c.cfg.API.QueriesToken(r, bound, all[len(all)-1].Sequence)
		}
		return nil
	})
	if err != nil {
		return err
	}
	writeJSON(x.w, http.StatusOK, out)
	return nil
}
