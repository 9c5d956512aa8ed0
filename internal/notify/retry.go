package notify

import (
	"context"
	"time"
)

// The pause between two attempts doubles from firstPause; more than maxPause is
// for callers to wait.
const (
	firstPause = 200 * time.Millisecond
	maxPause   = 5 * time.Second
)

// try sends a request until it is answered well, or there is no sense in it.
func (s *Sinks) try(ctx context.Context, op, endpoint string, send func(ctx context.Context) error) *Error {
	for attempt := 1; ; attempt++ {
		once, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
		err := send(once)
		cancel()
		if err == nil {
			return nil
		}
		e := explain(ctx, op, endpoint, err)
		if !e.Retry || attempt >= s.cfg.Attempts || e.after > maxPause {
			return e
		}
		pause := min(firstPause<<(attempt-1), maxPause)
		// Half of it is random, so that those who failed together do not return
		// together.
		pause = max(e.after, pause/2+time.Duration(s.cfg.Jitter()*float64(pause/2)))
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return e
		}
	}
}
