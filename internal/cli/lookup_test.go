package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// invoke runs a command line against a server's URL, with credentials of a data
// folder.
func invoke(t *testing.T, url string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	// What this machine's environment says to the SDK does not count here.
	for _, name := range []string{"AWS_CA_BUNDLE", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"} {
		t.Setenv(name, "")
	}
	dir := t.TempDir()
	file := "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
	if err := os.WriteFile(filepath.Join(dir, "credentials"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	sh := &shell{runner: brokenRunner{}, stdin: strings.NewReader(""), stdout: &out, stderr: &errs, settings: map[string]string{}}
	code = sh.run(t.Context(), append(args, "--endpoint", url, "--data-dir", dir))
	return code, out.String(), errs.String()
}

// historyServer answers LookupEvents with the events, as many as asked for,
// and keeps the requests.
type historyServer struct {
	*httptest.Server
	events   []map[string]any
	requests []lookupRequest
	multi    []string
}

type lookupRequest struct {
	LookupAttributes []struct{ AttributeKey, AttributeValue string }
	StartTime        *float64
	MaxResults       int
	NextToken        string
}

func newHistoryServer(t *testing.T) *historyServer {
	h := &historyServer{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in lookupRequest
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		if !strings.Contains(r.Header.Get("Authorization"), "AKIAIOSFODNN7EXAMPLE/") || !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".LookupEvents") {
			t.Errorf("headers %v", r.Header)
		}
		if m := r.Header.Get("X-Cairn-Lookup"); m != "" && !strings.Contains(r.Header.Get("Authorization"), "x-cairn-lookup") {
			t.Error("the header is not signed")
		}
		// Under load the SDK loses a connection now and then, and asks for the
		// same page again.
		if n := len(h.requests); n == 0 || h.requests[n-1].NextToken != in.NextToken {
			h.requests = append(h.requests, in)
			h.multi = append(h.multi, r.Header.Get("X-Cairn-Lookup"))
		}
		from := 0
		if in.NextToken != "" {
			if _, err := fmt.Sscan(in.NextToken, &from); err != nil {
				t.Error(err)
			}
		}
		to := min(from+in.MaxResults, len(h.events))
		out := map[string]any{"Events": h.events[from:to]}
		if to < len(h.events) {
			out["NextToken"] = fmt.Sprint(to)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if err := json.NewEncoder(w).Encode(out); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(h.Close)
	return h
}

// shown makes an event as LookupEvents answers it.
func shown(id, name, user, record string) map[string]any {
	return map[string]any{
		"EventId": id, "EventName": name, "EventSource": "s3.amazonaws.com", "Username": user, "EventTime": 1793527200,
		"ReadOnly": "false", "CloudTrailEvent": record,
		"Resources": []map[string]string{{"ResourceName": "bucket", "ResourceType": "AWS::S3::Bucket"}, {"ResourceName": "=cmd()"}},
	}
}

func TestLookupPages(t *testing.T) {
	h := newHistoryServer(t)
	for i := range 120 {
		h.events = append(h.events, shown(fmt.Sprint("id-", i), "PutObject", "dora", `{}`))
	}
	code, out, errs := invoke(t, h.URL, "lookup", "--limit", "70", "--raw", "--event-name", "PutObject")
	if code != exitDone || strings.Count(out, "\n") != 70 {
		t.Errorf("exit %d, %d lines, %s", code, strings.Count(out, "\n"), errs)
	}
	if len(h.requests) != 2 || h.requests[0].MaxResults != 50 || h.requests[1].MaxResults != 20 || h.multi[0] != "" {
		t.Errorf("requests %+v, %q", h.requests, h.multi)
	}
	h.requests, h.multi = nil, nil
	code, out, errs = invoke(t, h.URL, "lookup", "--limit", "0", "--username", "dora", "--read-only", "false", "--since", "2026-11-01", "--json")
	var all []jsonEvent
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != exitDone || len(all) != 120 || all[7].EventID != "id-7" || all[7].EventTime != "2026-11-01T10:00:00Z" {
		t.Errorf("exit %d, %v, %d events, %s", code, err, len(all), errs)
	}
	if len(h.requests) != 3 || h.multi[0] != "multi" || h.multi[2] != "multi" || len(h.requests[0].LookupAttributes) != 2 || *h.requests[0].StartTime != 1793491200 {
		t.Errorf("requests %+v, %q", h.requests, h.multi)
	}
}

// TestLookupHostile: no format lets a field's characters act.
func TestLookupHostile(t *testing.T) {
	h := newHistoryServer(t)
	record := `{"sourceIPAddress":"@SUM(1)","errorCode":"-2+3","errorMessage":"\ttab","userIdentity":{"type":"IAMUser"},"note":"\u001b]0;x"}`
	h.events = []map[string]any{shown("+id", "=HYPERLINK(\"http://x\")", hostile, record)}

	code, out, errs := invoke(t, h.URL, "lookup")
	if code != exitDone || cleanLines(out) != out || !strings.Contains(out, `\u202e`) || !strings.Contains(out, "bucket +1") {
		t.Errorf("exit %d, table %q, %s", code, out, errs)
	}
	code, out, errs = invoke(t, h.URL, "lookup", "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || code != exitDone || len(rows) != 2 || len(rows[1]) != len(csvHeading) {
		t.Fatalf("exit %d, %v, %q, %s", code, err, out, errs)
	}
	cells := map[string]string{}
	for i, name := range rows[0] {
		cells[name] = rows[1][i]
	}
	for name, want := range map[string]string{
		"event_id": "'+id", "event_name": `'=HYPERLINK("http://x")`, "source_ip": "'@SUM(1)",
		"error_code": "'-2+3", "error_message": "'\ttab", "resource_names": "bucket =cmd()",
	} {
		if cells[name] != want {
			t.Errorf("%s: %q, want %q", name, cells[name], want)
		}
	}
	for in, want := range map[string]string{"": "", "a=b": "a=b", "\rx": "'\rx", "=": "'="} {
		if got := defuse(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	code, out, _ = invoke(t, h.URL, "lookup", "--raw")
	if code != exitDone || out != record+"\n" {
		t.Errorf("raw: %q", out)
	}
}

func TestLookupNothing(t *testing.T) {
	h := newHistoryServer(t)
	if code, out, errs := invoke(t, h.URL, "lookup"); code != exitDone || !strings.HasPrefix(out, "TIME (UTC)") || !strings.Contains(errs, "No events match") {
		t.Errorf("%d %q %q", code, out, errs)
	}
	if code, out, errs := invoke(t, h.URL, "lookup", "--json"); code != exitDone || out != "[]\n" || errs != "" {
		t.Errorf("%d %q %q", code, out, errs)
	}
	if code, out, _ := invoke(t, h.URL, "lookup", "--format", "csv"); code != exitDone || out != strings.Join(csvHeading, ",")+"\n" {
		t.Errorf("%d %q", code, out)
	}
}

// TestRefusals: every refusal comes with what to do.
func TestRefusals(t *testing.T) {
	status, body := 0, ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	defer s.Close()
	for code, advice := range map[string]string{
		"UnrecognizedClientException":   "does not know this access key",
		"SignatureDoesNotMatch":         "the secret does not belong",
		"AccessDeniedException":         "attach a policy",
		"RequestExpired":                "clocks",
		"UnsupportedOperationException": "as new as this program",
		"InvalidTimeRangeException":     "InvalidTimeRangeException: No\\x1b[0m.",
	} {
		status, body = 400, `{"__type":"`+code+`","message":"No\u001b[0m."}`
		for _, args := range [][]string{{"lookup"}, {"account", "list"}} {
			exit, out, errs := invoke(t, s.URL, args...)
			if exit != exitFailed || out != "" || !strings.Contains(errs, advice) || !strings.Contains(errs, code) || strings.Contains(errs, "\x1b") {
				t.Errorf("%v %s: %d %q %q", args, code, exit, out, errs)
			}
		}
	}
	status, body = 404, "<html>not here</html>"
	if exit, _, errs := invoke(t, s.URL, "account", "list"); exit != exitFailed || !strings.Contains(errs, "404 Not Found") {
		t.Errorf("%d %q", exit, errs)
	}
}
