package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/lake"
)

// partSize is how many events one file has at most, as those of AWS's console.
const partSize = 200_000

// download sends the events of a view as a file; part counts the files from 1. The
// headers X-Cairn-Events and X-Cairn-Parts say how many events there are, and how many
// files; HEAD gives them alone. With an end, parts do not shift while events come.
func (c *Console) download(x *call) error {
	format, err := formatOf(x)
	if err != nil {
		return err
	}
	part := 1
	if text := x.URL.Query().Get("part"); text != "" {
		if part, err = strconv.Atoi(text); err != nil || part < 1 || part > 1e6 {
			return invalid("The parameter part is a number from 1.")
		}
	}
	return c.streaming(x, func(ctx context.Context) error {
		q, err := c.lookup(x)
		if err != nil {
			return err
		}
		count, err := c.cfg.History.Count(ctx, q)
		if err != nil {
			return err
		}
		x.w.Header().Set("X-Cairn-Events", strconv.Itoa(count))
		x.w.Header().Set("X-Cairn-Parts", strconv.Itoa((count+partSize-1)/partSize))
		if x.Method == http.MethodHead {
			return nil
		}
		if q.After, err = c.cfg.History.Skip(ctx, q, (part-1)*partSize); err != nil {
			return err
		}
		q.Limit = partSize
		name := "event_history_" + x.caller.Region + "_" + c.cfg.Now().UTC().Format("20060102T150405Z")
		if part > 1 {
			name += "_part" + strconv.Itoa(part)
		}
		if format == "csv" {
			return c.downloadCSV(ctx, newAttachment(x, name+".csv", "text/csv; charset=utf-8; header=present"), q)
		}
		return c.downloadJSON(ctx, newAttachment(x, name+".json", "application/json"), q)
	})
}

// downloadJSON writes events as log files have them: {"Records":[…]}, each as it was
// recorded.
func (c *Console) downloadJSON(ctx context.Context, out *attachment, q lake.LookupQuery) error {
	return out.list(`{"Records":[`, func(add func([]byte) error) error {
		return c.cfg.History.Walk(ctx, q, func(e *lake.LookupEvent) error { return add(e.Raw) })
	})
}

// eventColumns are the columns of a table of events: those of the page, and the record.
var eventColumns = []string{
	"Event name", "Event time", "User name", "Event source", "Resource type", "Resource name",
	"Event ID", "Read-only", "AWS access key", "AWS region", "Source IP address", "Error code", "Request ID", "Event record",
}

func (c *Console) downloadCSV(ctx context.Context, out *attachment, q lake.LookupQuery) error {
	t := newTable(out)
	if err := t.row(append([]string(nil), eventColumns...)); err != nil {
		return err
	}
	cells := make([]string, 0, len(eventColumns))
	err := c.cfg.History.Walk(ctx, q, func(e *lake.LookupEvent) error {
		cells = eventCells(cells[:0], e)
		return t.row(cells)
	})
	if err == nil {
		err = t.flush()
	}
	if err != nil {
		return err
	}
	return out.finish()
}

// eventCells appends an event's row.
func eventCells(cells []string, e *lake.LookupEvent) []string {
	more := event.Texts(e.Raw, "sourceIPAddress", "requestID")
	var types, names []string
	for _, r := range e.Resources {
		types, names = append(types, r.Type), append(names, r.Name)
	}
	return append(cells, e.EventName, e.EventTime.UTC().Format(time.RFC3339), e.Username, e.EventSource, strings.Join(types, ", "), strings.Join(names, ", "),
		e.EventID, e.ReadOnly, e.AccessKeyID, e.Region, more[0], e.ErrorCode, more[1], string(e.Raw))
}
