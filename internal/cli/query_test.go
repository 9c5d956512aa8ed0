package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// queryServer answers the operations that cairn query asks for: a query that is
// RUNNING for so many looks and then ends as it is told to.
type queryServer struct {
	*httptest.Server
	mu        sync.Mutex
	stores    []string // names
	looks     int
	status    string
	message   string
	delivery  string
	refuse    string // the answer to StartQuery, "CODE: message"
	rows      [][]map[string]string
	started   map[string]any
	cancelled int
	described chan struct{} // told of each look, if there is one
}

func newQueryServer(t *testing.T, rows ...[]map[string]string) *queryServer {
	q := &queryServer{stores: []string{"main"}, status: "FINISHED", rows: rows}
	q.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in map[string]any
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		q.mu.Lock()
		defer q.mu.Unlock()
		op := r.Header.Get("X-Amz-Target")
		status, out := q.answer(op[strings.LastIndexByte(op, '.')+1:], in)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(out); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(q.Close)
	return q
}

func storeID(n int) string { return fmt.Sprintf("%08d-0000-4000-8000-000000000000", n) }

func (q *queryServer) answer(op string, in map[string]any) (int, map[string]any) {
	switch op {
	case "ListEventDataStores":
		var list []map[string]string
		for i, name := range q.stores {
			list = append(list, map[string]string{"EventDataStoreArn": "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/" + storeID(i+1), "Name": name})
		}
		return 200, map[string]any{"EventDataStores": list}
	case "StartQuery":
		q.started = in
		if code, message, refused := strings.Cut(q.refuse, ": "); refused {
			return 400, map[string]any{"__type": code, "message": message}
		}
		return 200, map[string]any{"QueryId": "query-1"}
	case "CancelQuery":
		q.cancelled++
		return 200, map[string]any{"QueryId": "query-1", "QueryStatus": "CANCELLED"}
	case "GetQueryResults":
		from := 0
		if token, ok := in["NextToken"].(string); ok {
			fmt.Sscan(token, &from)
		}
		to := min(from+2, len(q.rows))
		out := map[string]any{"QueryStatus": q.status, "QueryResultRows": q.rows[from:to]}
		if to < len(q.rows) {
			out["NextToken"] = fmt.Sprint(to)
		}
		return 200, out
	}
	if q.described != nil {
		select {
		case q.described <- struct{}{}:
		default:
		}
	}
	out := map[string]any{"QueryId": "query-1", "QueryStatus": "RUNNING", "QueryStatistics": map[string]any{"EventsScanned": 1234567, "EventsMatched": 321, "BytesScanned": 12345678, "ExecutionTimeInMillis": 420}}
	if q.looks--; q.looks < 0 {
		out["QueryStatus"] = q.status
		if q.message != "" {
			out["ErrorMessage"] = q.message
		}
		if q.delivery != "" {
			out["DeliveryStatus"] = q.delivery
		}
	}
	return 200, out
}

func cells(pairs ...string) (row []map[string]string) {
	for i := 0; i < len(pairs); i += 2 {
		row = append(row, map[string]string{pairs[i]: pairs[i+1]})
	}
	return row
}

func TestQuery(t *testing.T) {
	q := newQueryServer(t, cells("name", "RunInstances", "n", "12"), cells("name", "=cmd()", "n", "-3"), cells("name", "a\x1b[2Jb", "n", ""))
	q.looks = 3
	code, out, errs := invoke(t, q.URL, "query", "SELECT * FROM $eds_id WHERE x = '$EDS_ID'", "--param", "a,b", "--param", "c")
	if code != exitDone || out != "name          n\nRunInstances  12\n=cmd()        -3\na\\x1b[2Jb\n" {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	if want := "3 rows in 420ms; 1,234,567 events scanned, 321 of them matched, 12.3 MB read\n"; errs != want {
		t.Errorf("said %q", errs)
	}
	if want := map[string]any{"QueryStatement": "SELECT * FROM " + storeID(1) + " WHERE x = '" + storeID(1) + "'", "QueryParameters": []any{"a,b", "c"}}; !reflect.DeepEqual(q.started, want) {
		t.Errorf("started %v", q.started)
	}
	code, out, errs = invoke(t, q.URL, "query", "SELECT 1", "--format", "csv", "--quiet")
	lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if want := [][]string{{"name", "n"}, {"RunInstances", "12"}, {"'=cmd()", "-3"}, {"a\x1b[2Jb", ""}}; err != nil || !reflect.DeepEqual(lines, want) || errs != "" {
		t.Errorf("exit %d: %q, %v, %s", code, lines, err, errs)
	}
	q.rows = [][]map[string]string{cells("n", "1", "n", "2", "m", "<&>")}
	code, out, _ = invoke(t, q.URL, "query", "SELECT 1", "--json")
	if want := "[\n{\"n\": \"1\", \"n_2\": \"2\", \"m\": \"<&>\"}\n]\n"; code != exitDone || out != want {
		t.Errorf("exit %d: %s", code, out)
	}
	q.rows = [][]map[string]string{}
	for format, want := range map[string]string{"table": "", "json": "[]\n", "csv": ""} {
		if code, out, errs = invoke(t, q.URL, "query", "SELECT 1", "--format", format); code != exitDone || out != want || !strings.HasPrefix(errs, "0 rows in") {
			t.Errorf("%s: exit %d: %q %s", format, code, out, errs)
		}
	}
	q.rows = [][]map[string]string{cells("n", ""), cells("n", "x")}
	if _, out, _ = invoke(t, q.URL, "query", "SELECT 1", "--format", "csv"); out != "n\n\"\"\nx\n" {
		t.Errorf("an empty cell: %q", out)
	}
}

func TestQueryStore(t *testing.T) {
	q := newQueryServer(t)
	q.stores = []string{"main", "other"}
	asked := func(args ...string) string {
		q.started = nil
		_, _, errs := invoke(t, q.URL, append([]string{"query", "SELECT * FROM $EDS_ID"}, args...)...)
		if q.started == nil {
			return errs
		}
		return q.started["QueryStatement"].(string)
	}
	if got := asked(); !strings.Contains(got, "one of 2 event data stores") || !strings.Contains(got, storeID(2)+"  other") {
		t.Errorf("two stores: %s", got)
	}
	for _, name := range []string{"other", storeID(2), "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/" + storeID(2)} {
		if got := asked("--event-data-store", name); got != "SELECT * FROM "+storeID(2) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := asked("--event-data-store", "third"); !strings.Contains(got, "there is no event data store third") {
		t.Errorf("no such store: %s", got)
	}
	q.stores = nil
	if got := asked(); !strings.Contains(got, "create-event-data-store") {
		t.Errorf("no store: %s", got)
	}
	if code, _, errs := invoke(t, q.URL, "query", "SELECT 1", "--event-data-store", "main"); code != exitUsage || !strings.Contains(errs, "no $EDS_ID") {
		t.Errorf("a store for nothing: %d, %s", code, errs)
	}
}

func TestQueryStatement(t *testing.T) {
	q := newQueryServer(t)
	file := filepath.Join(t.TempDir(), "q.sql")
	if err := os.WriteFile(file, []byte("\nSELECT 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	invoke(t, q.URL, "query", "--file", file)
	if q.started["QueryStatement"] != "SELECT 1" {
		t.Errorf("from a file: %v", q.started)
	}
	for name, args := range map[string][]string{"nothing": {"--file", "-"}, "two": {"SELECT 1", "--file", file}, "formats": {"SELECT 1", "--json", "--format", "csv"}} {
		if code, _, errs := invoke(t, q.URL, append([]string{"query"}, args...)...); code != exitUsage {
			t.Errorf("%s: exit %d, %s", name, code, errs)
		}
	}
}

func TestQueryFailures(t *testing.T) {
	q := newQueryServer(t, cells("n", "1"))
	check := func(name string, code int, stdout, stderr string) {
		t.Helper()
		got, out, errs := invoke(t, q.URL, "query", "SELECT x,\n\ty FROM z")
		if got != code || !strings.Contains(out, stdout) || stdout == "" && out != "" || !strings.Contains(errs, stderr) {
			t.Errorf("%s: exit %d\n%s%s", name, got, out, errs)
		}
	}
	q.refuse = "InvalidQueryStatementException: line 2:2: Column 'y' cannot be resolved"
	check("refused", exitFailed, "", "The query failed: InvalidQueryStatementException: line 2:2: Column 'y' cannot be resolved\n   y FROM z\n   ^\n")
	q.refuse = ""
	q.status, q.message = "FAILED", "line 1:8: Division by zero"
	check("failed", exitFailed, "", "The query failed: line 1:8: Division by zero\n  SELECT x,\n         ^\n")
	q.status, q.message = "TIMED_OUT", "It ran for an hour."
	check("timed out", exitFailed, "n\n1\n", "these are not all of its rows: It ran for an hour.")
	q.status, q.message = "CANCELLED", ""
	check("cancelled", exitFailed, "", "somebody cancelled the query")
}

func TestQueryDelivery(t *testing.T) {
	q := newQueryServer(t, cells("n", "1"))
	for status, want := range map[string]int{"SUCCESS": exitDone, "ACCESS_DENIED": exitFailed} {
		q.delivery, q.looks = status, 1
		code, _, errs := invoke(t, q.URL, "query", "SELECT 1", "--deliver-to", "s3://results/here")
		if code != want || !strings.Contains(errs, "Delivery to s3://results/here: "+status) || q.started["DeliveryS3Uri"] != "s3://results/here" {
			t.Errorf("%s: exit %d, %s, %v", status, code, errs, q.started)
		}
	}
}

// Whoever stops waiting for a query has it cancelled on the server.
func TestQueryInterrupted(t *testing.T) {
	q := newQueryServer(t)
	q.looks, q.described = 1_000_000, make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-q.described
		cancel()
	}()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "credentials"), []byte("[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	sh := &shell{runner: brokenRunner{}, stdin: strings.NewReader("SELECT 1"), stdout: &out, stderr: &errs, settings: map[string]string{}}
	code := sh.run(ctx, []string{"query", "--endpoint", q.URL, "--data-dir", dir})
	if code != exitFailed || q.cancelled != 1 || !strings.Contains(errs.String(), "The query query-1 was cancelled.") {
		t.Errorf("exit %d, cancelled %d times, %s", code, q.cancelled, errs.String())
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 12_345_678: "12.3 MB", 5_000_000_000: "5.0 GB", 7_000_000_000_000_000: "7000.0 TB"} {
		if got := size(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
