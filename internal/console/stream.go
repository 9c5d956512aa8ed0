package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/console/signin"
)

// maxStreams is how many streams one session may have: browsers open six connections
// to a server, and somebody may use two.
const maxStreams = 12

// writeLimit is how long a browser may take for what was sent to it. One that takes
// nothing must not hold on to what a stream reads.
const writeLimit = time.Minute

// streams counts the streams of each session.
type streams struct {
	mu   sync.Mutex
	open map[string]int
}

func newStreams() *streams { return &streams{open: make(map[string]int)} }

var errStreams = &signin.Error{Status: http.StatusTooManyRequests, Code: "TooManyStreams", RetryAfterSeconds: 5,
	Message: "This session has too many live views, validations and downloads at once. Close some of them."}

func (s *streams) enter(session string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[session] >= maxStreams {
		return errStreams
	}
	s.open[session]++
	return nil
}

func (s *streams) leave(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[session]--; s.open[session] == 0 {
		delete(s.open, session)
	}
}

// streaming runs an answer that takes long. Its context ends when the browser goes,
// when the session ends, and when the server stops.
func (c *Console) streaming(x *call, run func(ctx context.Context) error) error {
	if err := c.streams.enter(x.session.ID); err != nil {
		return err
	}
	defer c.streams.leave(x.session.ID)
	ctx, cancel := context.WithCancel(x.Context())
	var watcher sync.WaitGroup
	watcher.Go(func() {
		select {
		case <-c.cfg.Sessions.Ended(x.session.ID):
		case <-c.closing:
		case <-ctx.Done():
		}
		cancel()
	})
	defer watcher.Wait()
	defer cancel()
	// The server's time for reading a request would end the request, and the time for a
	// write must not stay on a connection that the browser uses again.
	ctl := http.NewResponseController(x.w)
	if err := ctl.SetReadDeadline(time.Time{}); err != nil {
		c.cfg.Logger.Warn("a stream keeps its time limit", "error", err)
	}
	defer func() { _ = ctl.SetWriteDeadline(time.Time{}) }() // of a connection that is closed
	return run(ctx)
}

// sender writes server-sent events ("Server-sent events", HTML Standard). It is safe
// for concurrent use.
type sender struct {
	mu  sync.Mutex
	w   http.ResponseWriter
	ctl *http.ResponseController
}

// newSender begins the answer.
func newSender(w http.ResponseWriter) (*sender, error) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies that follow nginx pass events on at once
	w.WriteHeader(http.StatusOK)
	s := &sender{w: w, ctl: http.NewResponseController(w)}
	return s, s.comment("open")
}

// send sends one event. JSON has no line ends, so that it is one line of data.
func (s *sender) send(event string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return s.write("event: ", event, "\ndata: ", string(data), "\n\n")
}

// comment sends a line that pages do not see.
func (s *sender) comment(text string) error { return s.write(": ", text, "\n\n") }

func (s *sender) write(parts ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := timed{w: s.w, ctl: s.ctl}
	for _, p := range parts {
		if _, err := to.Write([]byte(p)); err != nil {
			return err
		}
	}
	if err := s.ctl.Flush(); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}
