package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/lake"
)

const (
	// heartbeat is how often a stream says that it is there.
	heartbeat = 15 * time.Second
	// gather is how long events wait for others before a page gets them together.
	gather = 200 * time.Millisecond
)

// live sends the events of a view as they become visible. The history tells of them;
// nothing is asked again and again.
func (c *Console) live(x *call) error {
	if x.Method != http.MethodGet {
		return errMethod
	}
	return c.streaming(x, func(ctx context.Context) error {
		q, err := c.lookup(x)
		if err != nil {
			return err
		}
		follower := c.cfg.History.Follow(q)
		defer follower.Close()
		out, err := newSender(x.w)
		for err == nil {
			var page []json.RawMessage
			var missed int
			if page, missed, err = next(ctx, follower); err != nil {
				break
			}
			if len(page) > 0 {
				err = out.send("events", page)
			}
			switch {
			case err != nil:
			case missed > 0:
				err = out.send("missed", map[string]int{"count": missed})
			case len(page) == 0:
				err = out.comment("")
			}
			if err == nil {
				pause(ctx, gather)
			}
		}
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	})
}

// next waits for events until it is time for a heartbeat, and gives the newest first.
func next(ctx context.Context, f *lake.Follower) (page []json.RawMessage, missed int, err error) {
	wait, cancel := context.WithTimeout(ctx, heartbeat)
	defer cancel()
	events, missed, err := f.Next(wait)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, 0, nil
	}
	for i := len(events) - 1; i >= 0; i-- {
		page = append(page, api.LookupOutput(&events[i]))
	}
	return page, missed, err
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
