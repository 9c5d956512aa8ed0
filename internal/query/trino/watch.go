package trino

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Stats are the coordinator's figures of a statement.
type Stats struct {
	// State is Trino's: QUEUED, PLANNING, RUNNING, FINISHED, FAILED and others.
	State string
	// Read counts the rows that were read from tables, and Matched those of them that
	// came through the conditions on their table. While a statement runs, Read lacks
	// what is read for joins, and Matched is 0.
	Read, Matched int64
	// Bytes is what was read from storage.
	Bytes int64
	// Progress is from 0 to 1.
	Progress float64
}

// watch is what is known of one statement. The driver tells of these things to a
// callback that it may skip, and not at all of the last ones; so the responses
// themselves are read.
type watch struct {
	mu       sync.Mutex
	id       string
	stats    Stats
	ended    bool // the server has nothing more to say: finished, failed or canceled
	canceled bool // the server was asked to end it
}

type watchKey struct{}

// response is what a watch wants of a response's body.
type response struct {
	ID      string `json:"id"`
	NextURI string `json:"nextUri"`
	Stats   struct {
		State    string  `json:"state"`
		Bytes    int64   `json:"physicalInputBytes"`
		Progress float64 `json:"progressPercentage"`
		Root     stage   `json:"rootStage"`
	} `json:"stats"`
}

// stage is a stage of a plan; those below it feed it.
type stage struct {
	Rows  int64   `json:"processedRows"`
	Below []stage `json:"subStages"`
}

// leaves counts the rows of stages that nothing but tables feeds.
func (s stage) leaves() int64 {
	if len(s.Below) == 0 {
		return s.Rows
	}
	var n int64
	for _, b := range s.Below {
		n += b.leaves()
	}
	return n
}

func (w *watch) saw(r response) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.id = r.ID
	s := r.Stats
	w.stats = Stats{State: s.State, Read: s.Root.leaves(), Bytes: s.Bytes, Progress: s.Progress / 100}
	w.ended = w.ended || r.NextURI == ""
}

// unfinished is the id of the statement if the server still works on it; empty if it
// does not, or was never asked.
func (w *watch) unfinished() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended || w.canceled {
		return ""
	}
	return w.id
}

// watcher is the way of all requests to the server.
type watcher struct {
	next http.RoundTripper
	host string
}

// encodingHeader asks for results that are put down elsewhere for the client to
// fetch, which the server may then choose.
const encodingHeader = "X-Trino-Query-Data-Encoding"

func (t *watcher) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != t.host {
		return nil, fmt.Errorf("the Trino server at %s says to go on at %s, where nobody said to go: check its http-server.process-forwarded setting", t.host, req.URL.Host)
	}
	if req.Header.Get(encodingHeader) != "" {
		req = req.Clone(req.Context())
		req.Header.Del(encodingHeader)
	}
	w, _ := req.Context().Value(watchKey{}).(*watch)
	resp, err := t.next.RoundTrip(req)
	if w == nil || err != nil {
		return resp, err
	}
	if req.Method == http.MethodDelete {
		if resp.StatusCode < 300 {
			w.mu.Lock()
			w.canceled = true
			w.mu.Unlock()
		}
		return resp, nil
	}
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(req.URL.Path, "/v1/statement") {
		return resp, nil
	}
	if err := w.read(resp); err != nil {
		return nil, err
	}
	return resp, nil
}

// read reads a whole response, whose pages are bounded by the server, and puts it
// back for the driver.
func (w *watch) read(resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	if closing := resp.Body.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	var r response
	if err := json.Unmarshal(body, &r); err == nil {
		w.saw(r)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}
