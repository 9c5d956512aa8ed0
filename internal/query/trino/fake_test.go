package trino

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
)

// coordinator speaks the protocol of a Trino server: a statement's pages, one a
// request.
type coordinator struct {
	*httptest.Server
	testing.TB
	// pages are what is answered, the last without a next address. A page of nil
	// is answered when the client has gone.
	pages []map[string]any
	// next, if set, replaces the host in the addresses.
	next string

	mu       sync.Mutex
	asked    []*http.Request
	texts    []string
	canceled []string
	counted  int
	waiting  chan struct{} // closed when a request waits at a nil page
}

func newCoordinator(t testing.TB, pages ...map[string]any) *coordinator {
	c := &coordinator{TB: t, pages: pages, waiting: make(chan struct{})}
	c.Server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.Server.Close)
	return c
}

func (c *coordinator) serve(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		c.Error(err)
	}
	c.mu.Lock()
	c.asked = append(c.asked, r)
	c.texts = append(c.texts, string(text))
	c.mu.Unlock()
	var n int
	switch {
	case r.Method == http.MethodDelete:
		c.mu.Lock()
		c.canceled = append(c.canceled, r.URL.Path)
		c.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
		return
	case r.URL.Path == "/v1/query/q1":
		c.figures(w)
		return
	case r.Method == http.MethodPost && r.URL.Path == "/v1/statement":
	default:
		if _, err := fmt.Sscanf(r.URL.Path, "/v1/statement/executing/q1/%d", &n); err != nil || n >= len(c.pages) {
			http.NotFound(w, r)
			return
		}
	}
	if c.pages[n] == nil {
		close(c.waiting)
		<-r.Context().Done()
		return
	}
	page := map[string]any{"id": "q1", "stats": stats("RUNNING", 0, 0)}
	for k, v := range c.pages[n] {
		page[k] = v
	}
	if n+1 < len(c.pages) {
		host := c.URL
		if c.next != "" {
			host = c.next
		}
		page["nextUri"] = fmt.Sprintf("%s/v1/statement/executing/q1/%d", host, n+1)
	}
	if err := json.NewEncoder(w).Encode(page); err != nil {
		c.Error(err)
	}
}

// figures answers with what was counted, which is final when it is asked for again.
func (c *coordinator) figures(w http.ResponseWriter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted++
	_, err := fmt.Fprintf(w, `{"finalQueryInfo": %v, "queryStats": {"physicalInputPositions": 30, "operatorSummaries": [
		{"stageId": "0", "pipelineId": 0, "operatorId": 0, "operatorType": "ExchangeOperator", "outputPositions": 1000},
		{"stageId": 1, "pipelineId": 0, "operatorId": 0, "operatorType": "TableScanOperator", "outputPositions": 10},
		{"stageId": 1, "pipelineId": 0, "operatorId": 1, "operatorType": "FilterAndProjectOperator", "outputPositions": 7},
		{"stageId": 1, "pipelineId": 1, "operatorId": 0, "operatorType": "ScanFilterAndProjectOperator", "outputPositions": 5},
		{"stageId": 2, "pipelineId": 0, "operatorId": 0, "operatorType": "TableScanOperator", "outputPositions": 10},
		{"stageId": 2, "pipelineId": 0, "operatorId": 2, "operatorType": "FilterAndProjectOperator", "outputPositions": 1}]}}`, c.counted > 1)
	if err != nil {
		c.Error(err)
	}
}

// stats are figures as the protocol has them.
func stats(state string, rows, bytes int64) map[string]any {
	leaf := map[string]any{"processedRows": rows, "subStages": []any{}}
	root := map[string]any{"processedRows": 1, "subStages": []any{leaf}}
	return map[string]any{"state": state, "processedRows": rows + 1, "physicalInputBytes": bytes, "progressPercentage": 50.0, "rootStage": root}
}

func column(name, typ string) map[string]any {
	return map[string]any{"name": name, "type": typ, "typeSignature": map[string]any{"rawType": typ, "arguments": []any{}}}
}

// failed is a page that says what is wrong.
func failed(name, message string) map[string]any {
	return map[string]any{"stats": stats("FAILED", 5, 50), "error": map[string]any{"errorName": name, "errorType": "USER_ERROR", "message": message}}
}

// open makes an engine for the coordinator.
func (c *coordinator) open(change ...func(*Config)) *Engine {
	c.Helper()
	cfg := Config{URL: c.URL, User: "alice"}
	for _, f := range change {
		f(&cfg)
	}
	e, err := Open(cfg)
	if err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() {
		if err := e.Close(); err != nil {
			c.Error(err)
		}
	})
	return e
}

// recorded are the columns and rows that a Trino server gave.
func recorded(t testing.TB, file string) map[string]any {
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	var page map[string]any
	if err := d.Decode(&page); err != nil {
		t.Fatal(err)
	}
	return page
}
