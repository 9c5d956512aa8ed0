package console

import (
	"context"
	"encoding/json"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/query"
)

// downloadResults sends all rows of a query's result as a file.
func (c *Console) downloadResults(x *call) error {
	format, err := formatOf(x)
	if err != nil {
		return err
	}
	in := resultsInput{QueryID: x.URL.Query().Get("queryId")}
	return c.streaming(x, func(ctx context.Context) error {
		var first query.Page
		var caller query.Caller
		err := c.cfg.API.Do(x.Request, api.ConsoleCall{Operation: "GetQueryResults", Caller: x.caller, Input: in.recorded()}, func(ctx context.Context, r *api.Request) (err error) {
			caller = c.cfg.API.QueryCaller(r, "GetQueryResults")
			first, err = c.cfg.Queries.GetQueryResults(ctx, caller, query.Reference{ID: in.QueryID}, query.Position{}, query.MaxPage)
			r.Touch(&first.Query)
			return err
		})
		if err != nil {
			return err
		}
		rows := func(yield func([]query.Cell) error) error {
			for page := first; ; {
				for _, row := range page.Rows {
					if err := yield(row); err != nil {
						return err
					}
				}
				if page.Next == nil || ctx.Err() != nil {
					return ctx.Err()
				}
				var err error
				if page, err = c.cfg.Queries.GetQueryResults(ctx, caller, query.Reference{ID: in.QueryID}, *page.Next, query.MaxPage); err != nil {
					return err
				}
			}
		}
		name := "query_results_" + first.Query.ID
		if format == "csv" {
			return resultsCSV(newAttachment(x, name+".csv", "text/csv; charset=utf-8; header=present"), &first.Query, rows)
		}
		return resultsJSON(newAttachment(x, name+".json", "application/json"), &first.Query, rows)
	})
}

// resultsCSV writes a head and rows; NULL is an empty cell.
func resultsCSV(out *attachment, q *query.Query, rows func(func([]query.Cell) error) error) error {
	t := newTable(out)
	cells := append([]string(nil), q.Columns...)
	err := t.row(cells)
	if err == nil {
		err = rows(func(row []query.Cell) error {
			for i := range row {
				cells[i] = row[i].Text
			}
			return t.row(cells)
		})
	}
	if err == nil {
		err = t.flush()
	}
	if err != nil {
		return err
	}
	return out.finish()
}

// resultsJSON writes the columns once and each row as an array, so that columns of the
// same name stay apart.
func resultsJSON(out *attachment, q *query.Query, rows func(func([]query.Cell) error) error) error {
	head, err := json.Marshal(columnsOf(q))
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return out.list(`{"columns":`+string(head)+`,"rows":[`, func(add func([]byte) error) error {
		return rows(func(row []query.Cell) error {
			line, err := json.Marshal(texts(row))
			if err != nil {
				panic("BUG: " + err.Error())
			}
			return add(line)
		})
	})
}
