package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// browser is somebody at the console.
type browser struct {
	*server
	http *http.Client
	csrf string
}

const browserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"

// browse signs in with the access key of the first account's administrator.
func (s *server) browse() *browser {
	s.tb.Helper()
	key, err := s.client("default").cfg.Credentials.Retrieve(context.Background())
	if err != nil {
		s.tb.Fatal(err)
	}
	return s.browseWith(key.AccessKeyID, key.SecretAccessKey)
}

func (s *server) browseWith(id, secret string) *browser {
	s.tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.tb.Fatal(err)
	}
	b := &browser{server: s, http: &http.Client{Jar: jar}, csrf: "sign-in"}
	var session struct{ CSRF, Account, Type string }
	b.must("POST", "sign-in/key", map[string]string{"accessKeyId": id, "secretAccessKey": secret}, &session)
	if session.CSRF == "" || session.Account != "111122223333" || session.Type != "IAMUser" {
		s.tb.Fatalf("signed in as %+v", session)
	}
	b.csrf = session.CSRF
	return b
}

// open makes a request as the console's page does.
func (b *browser) open(ctx context.Context, method, path string, body any) *http.Response {
	b.tb.Helper()
	var text io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			b.tb.Fatal(err)
		}
		text = strings.NewReader(string(raw))
	}
	r, err := http.NewRequestWithContext(ctx, method, b.APIURL()+"/console/api/"+path, text)
	if err != nil {
		b.tb.Fatal(err)
	}
	r.Header.Set("User-Agent", browserAgent)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method != http.MethodGet {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Cairn-Csrf", b.csrf)
	}
	resp, err := b.http.Do(r)
	if err != nil {
		b.tb.Fatal(err)
	}
	return resp
}

func (b *browser) call(method, path string, body any) (status int, text string) {
	b.tb.Helper()
	resp := b.open(b.tb.Context(), method, path, body)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.tb.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func (b *browser) must(method, path string, body, out any) {
	b.tb.Helper()
	status, text := b.call(method, path, body)
	if status/100 != 2 {
		b.tb.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	if out != nil {
		if err := json.Unmarshal([]byte(text), out); err != nil {
			b.tb.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
}

// stream reads server-sent events.
func stream(body io.Reader) func() (event, data string, ok bool) {
	in := bufio.NewScanner(body)
	in.Buffer(nil, 16<<20)
	return func() (event, data string, ok bool) {
		for in.Scan() {
			switch name, value, _ := strings.Cut(in.Text(), ": "); {
			case name == "event":
				event = value
			case name == "data":
				data = value
			case name == "" && event != "":
				return event, data, true
			}
		}
		return "", "", false
	}
}

// events looks events up over the console.
func (b *browser) events(name string) (records []map[string]any) {
	b.tb.Helper()
	b.settle()
	var out struct {
		Events []struct{ CloudTrailEvent string }
	}
	b.must("POST", "cloudtrail/LookupEvents", map[string]any{"LookupAttributes": []map[string]string{{"AttributeKey": "EventName", "AttributeValue": name}}}, &out)
	for _, e := range out.Events {
		var record map[string]any
		if err := json.Unmarshal([]byte(e.CloudTrailEvent), &record); err != nil {
			b.tb.Fatal(err)
		}
		records = append(records, record)
	}
	return records
}

// members are the names of a record's members, in their order.
func (b *browser) members(name string) (names []string) {
	b.tb.Helper()
	var out struct {
		Events []struct{ CloudTrailEvent string }
	}
	b.must("POST", "cloudtrail/LookupEvents", map[string]any{"LookupAttributes": []map[string]string{{"AttributeKey": "EventName", "AttributeValue": name}}}, &out)
	in := json.NewDecoder(strings.NewReader(out.Events[0].CloudTrailEvent))
	if _, err := in.Token(); err != nil {
		b.tb.Fatal(err)
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			b.tb.Fatal(err)
		}
		names = append(names, key.(string))
		var skipped json.RawMessage
		if err := in.Decode(&skipped); err != nil {
			b.tb.Fatal(err)
		}
	}
	return names
}

// TestConsole signs in over HTTP, and finds what the console itself did: as golden
// record X3 has it, a call with a session's credentials in a browser.
func TestConsole(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	b := s.browse()
	b.must("POST", "cloudtrail/DescribeTrails", map[string]any{"includeShadowTrails": false}, nil)
	b.must("POST", "cloudtrail/DescribeTrails?region=eu-west-1", map[string]any{}, nil)
	if status, text := b.call("POST", "cloudtrail/GetTrailStatus", map[string]string{"Name": "none"}); status != http.StatusBadRequest || !strings.HasPrefix(text, `{"code":"TrailNotFoundException","message":"`) {
		t.Errorf("%d %s", status, text)
	}
	found := b.events("DescribeTrails")
	if len(found) != 1 { // the other is in another Region
		t.Fatalf("%d events", len(found))
	}
	record := found[0]
	for name, want := range map[string]any{
		"sessionCredentialFromConsole": "true", "userAgent": browserAgent, "sourceIPAddress": "127.0.0.1", "eventSource": "cloudtrail.amazonaws.com", "awsRegion": "us-east-1",
		"eventType": "AwsApiCall", "managementEvent": true, "readOnly": true, "eventCategory": "Management", "recipientAccountId": "111122223333", "responseElements": nil,
	} {
		if record[name] != want {
			t.Errorf("%s is %v, want %v", name, record[name], want)
		}
	}
	who := record["userIdentity"].(map[string]any)
	if key, _ := who["accessKeyId"].(string); !strings.HasPrefix(key, "ASIA") || who["type"] != "IAMUser" || who["userName"] != "admin" {
		t.Errorf("userIdentity %v", who)
	}
	attributes := who["sessionContext"].(map[string]any)["attributes"].(map[string]any)
	if attributes["mfaAuthenticated"] != "false" || attributes["creationDate"] == "" {
		t.Errorf("session %v", attributes)
	}
	// The members of the guide's own example of such a record (enriched events aside),
	// over HTTP without tlsDetails.
	const members = "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent requestParameters responseElements requestID eventID readOnly eventType managementEvent recipientAccountId eventCategory sessionCredentialFromConsole"
	if got := strings.Join(b.members("DescribeTrails"), " "); got != members {
		t.Errorf("members %s", got)
	}
	if len(b.events("GetTrailStatus")) != 1 || len(b.events("LookupEvents")) != 3 || len(b.events("ConsoleLogin")) != 1 {
		t.Errorf("a call has no record, or several")
	}
	// The key of the session signs nothing: its secret is nobody's.
	if status, text := b.call("POST", "sign-out", map[string]any{}); status != http.StatusNoContent {
		t.Errorf("sign out: %d %s", status, text)
	}
	if status, _ := b.call("POST", "cloudtrail/DescribeTrails", map[string]any{}); status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", status)
	}
}

// TestConsoleBesideTheAPI: what AWS clients see does not change, and a browser finds
// the console.
func TestConsoleBesideTheAPI(t *testing.T) {
	for _, with := range []bool{true, false} {
		s := start(t, t.TempDir(), map[string]string{"console": fmt.Sprint(with)})
		if _, err := s.client("default").callerIdentity(); err != nil {
			t.Error(err)
		}
		direct := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		get := func(path, accept string) (int, string) {
			t.Helper()
			r, err := http.NewRequest("GET", s.APIURL()+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", accept)
			resp, err := direct.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			return resp.StatusCode, resp.Header.Get("Location") + string(body)
		}
		status, text := get("/", "text/html")
		if with && (status != http.StatusFound || !strings.HasPrefix(text, "/console/")) || !with && status != http.StatusForbidden {
			t.Errorf("a browser: %d %s", status, text)
		}
		if status, text := get("/", "*/*"); status != http.StatusForbidden || !strings.Contains(text, "MissingAuthenticationToken") {
			t.Errorf("no browser: %d %s", status, text)
		}
		if status, text := get("/healthz", "text/html"); status != http.StatusOK || text != "ok\n" {
			t.Errorf("health: %d %s", status, text)
		}
		if status, text := get("/console/events", "text/html"); with != (status == http.StatusOK && strings.Contains(text, "<title>Cairn</title>")) {
			t.Errorf("the page: %d %s", status, text)
		}
		if (s.ConsoleURL() != "") != with {
			t.Errorf("the console is at %q", s.ConsoleURL())
		}
	}
}

// TestConsoleLive follows events while others call, until the server stops.
func TestConsoleLive(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	b := s.browse()
	filter := url.QueryEscape(`[{"AttributeKey":"EventName","AttributeValue":"GetCallerIdentity"}]`)
	resp := b.open(t.Context(), "GET", "events/live?attributes="+filter, nil)
	defer resp.Body.Close()
	next := stream(resp.Body)
	id, err := s.client("default").callerIdentity()
	if err != nil {
		t.Fatal(err)
	}
	event, data, ok := next()
	if !ok || event != "events" || !strings.Contains(data, id) {
		t.Fatalf("%v %s %s", ok, event, data)
	}
	leaving := s.browse()
	other := leaving.open(t.Context(), "GET", "events/live", nil)
	defer other.Body.Close()
	leaving.must("POST", "sign-out", map[string]any{}, nil)
	if _, err := io.Copy(io.Discard, other.Body); err != nil {
		t.Errorf("the stream of a session that ended: %v", err)
	}
	stop, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Stop(stop); err != nil {
		t.Errorf("the stream holds up the stop: %v", err)
	}
	if event, data, ok := next(); ok {
		t.Errorf("after the stop came %s %s", event, data)
	}
}

// TestConsoleTrail makes a bucket and a trail over the console, and validates the
// trail's files there.
func TestConsoleTrail(t *testing.T) {
	s := start(t, t.TempDir(), map[string]string{"s3-listen": "127.0.0.1:0", "log-file-interval": "1s", "digest-interval": "1s"})
	b := s.browse()
	b.must("POST", "buckets", map[string]string{"name": "logs-of-main", "purpose": "trail", "trailName": "other"}, nil)
	b.must("PUT", "buckets", map[string]string{"name": "logs-of-main", "purpose": "trail", "trailName": "main", "prefix": "some/folder"}, nil)
	if status, text := b.call("PUT", "buckets", map[string]string{"name": "not-there", "purpose": "query-results"}); status != http.StatusNotFound || !strings.Contains(text, "NoSuchBucket") {
		t.Errorf("a policy for no bucket: %d %s", status, text)
	}
	for _, again := range []string{"logs-of-main", "not..allowed"} {
		if status, text := b.call("POST", "buckets", map[string]string{"name": again, "purpose": "query-results"}); status/100 != 4 {
			t.Errorf("a bucket %s: %d %s", again, status, text)
		}
	}
	b.must("POST", "buckets", map[string]string{"name": "results-of-queries", "purpose": "query-results"}, nil)
	var listed struct{ Buckets []struct{ Name string } }
	b.must("GET", "buckets", nil, &listed)
	if len(listed.Buckets) != 2 {
		t.Errorf("buckets %+v", listed)
	}
	var made struct{ TrailARN string }
	b.must("POST", "cloudtrail/CreateTrail", map[string]any{"Name": "main", "S3BucketName": "logs-of-main", "S3KeyPrefix": "some/folder", "EnableLogFileValidation": true}, &made)
	began := time.Now().Add(-time.Minute)
	b.must("POST", "cloudtrail/StartLogging", map[string]string{"Name": "main"}, nil)
	var started struct{ QueryId string }
	b.must("POST", "cloudtrail/StartQuery", map[string]string{"QueryStatement": "SELECT 1 AS one, '<b>' AS text", "DeliveryS3Uri": "s3://results-of-queries/q"}, &started)
	report := b.validated(made.TrailARN, began)
	for _, want := range []string{"Validating log files for trail " + made.TrailARN, "digest files valid", "log files valid"} {
		if !strings.Contains(report.Text, want) {
			t.Errorf("the report lacks %q:\n%s", want, report.Text)
		}
	}
	if report.Damaged || report.Digests.Invalid != 0 || report.LogFiles.Invalid != 0 || report.Bytes == 0 {
		t.Errorf("%+v", report)
	}
	var state struct{ QueryStatus, DeliveryStatus string }
	until(t, func() bool {
		b.must("POST", "cloudtrail/DescribeQuery", started, &state)
		return state.DeliveryStatus == "SUCCESS"
	})
	var results struct {
		Rows  [][]string
		Total int
	}
	b.must("POST", "query-results", map[string]string{"queryId": started.QueryId}, &results)
	if results.Total != 1 || results.Rows[0][0] != "1" || results.Rows[0][1] != "<b>" {
		t.Errorf("%+v", results)
	}
	if made, written := b.events("CreateBucket"), b.events("PutBucketPolicy"); len(made) != 3 || len(written) != 4 { // one of each was refused
		t.Errorf("recorded %v, %v", made, written)
	}
	s.othersValidate(made.TrailARN)
	// A file that is changed is found, and named.
	s.spoil("logs-of-main")
	report = b.validated(made.TrailARN, began)
	if !report.Damaged || report.LogFiles.Invalid == 0 || len(report.Findings) == 0 || report.Findings[0].Valid || !strings.Contains(report.Text, "INVALID") {
		t.Errorf("%+v", report)
	}
	if status, text := b.call("GET", "validate?start=2026-01-01T00:00:00Z&trail=none", nil); status != http.StatusBadRequest || !strings.Contains(text, "TrailNotFoundException") {
		t.Errorf("%d %s", status, text)
	}
}

// othersValidate looks at validations by somebody who may not read the bucket.
func (s *server) othersValidate(arn string) {
	s.tb.Helper()
	ctx, ref := context.Background(), identity.Ref{AccountID: "111122223333", Type: identity.User, Name: "auditor"}
	if _, err := s.directory.CreateUser(ctx, ref.AccountID, ref.Name, "/"); err != nil {
		s.tb.Fatal(err)
	}
	key, err := s.directory.CreateAccessKey(ctx, ref)
	if err != nil {
		s.tb.Fatal(err)
	}
	for _, c := range []struct{ allowed, denied string }{
		{`{"Effect":"Allow","Action":"cloudtrail:*","Resource":"*"}`, "s3:ListBucket on resource: arn:aws:s3:::logs-of-main"},
		{`{"Effect":"Allow","Action":["cloudtrail:*","s3:ListBucket"],"Resource":"*"}`, "s3:GetObject on resource: arn:aws:s3:::logs-of-main/some/folder/AWSLogs/111122223333/"},
		{`{"Effect":"Allow","Action":["cloudtrail:*","s3:ListBucket","s3:GetObject"],"Resource":"*"},{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::logs-of-main/*/CloudTrail/*.gz"}`, "s3:GetObject on resource: arn:aws:s3:::logs-of-main/some/folder/AWSLogs/111122223333/CloudTrail/us-east-1/"},
	} {
		if err := s.directory.AttachPolicy(ctx, ref, "rights", []byte(`{"Version":"2012-10-17","Statement":[`+c.allowed+`]}`)); err != nil {
			s.tb.Fatal(err)
		}
		b := s.browseWith(key.AccessKeyID, key.SecretAccessKey)
		if _, text := b.call("GET", "validate?start=2026-01-01T00:00:00Z&trail="+url.QueryEscape(arn), nil); !strings.Contains(text, `"code":"AccessDeniedException"`) || !strings.Contains(text, "user/auditor is not authorized to perform: "+c.denied) {
			s.tb.Errorf("with %s: %s", c.allowed, text)
		}
	}
}

// validationReport is the end of a validation.
type validationReport struct {
	Digests, LogFiles struct{ Valid, Invalid int }
	Findings          []struct {
		Key, Message string
		Valid        bool
	}
	Damaged bool
	Bytes   int64
	Text    string
}

// validated runs a validation until it sees a log file.
func (b *browser) validated(arn string, began time.Time) (report validationReport) {
	b.tb.Helper()
	until(b.tb, func() bool {
		query := url.Values{"trail": {arn}, "start": {began.UTC().Format(time.RFC3339)}, "end": {time.Now().Add(time.Minute).UTC().Format(time.RFC3339)}}
		resp := b.open(b.tb.Context(), "GET", "validate?"+query.Encode(), nil)
		defer resp.Body.Close()
		for next := stream(resp.Body); ; {
			event, data, ok := next()
			switch {
			case !ok:
				b.tb.Fatalf("the validation ended without a report: %d", resp.StatusCode)
			case event == "failed":
				b.tb.Fatalf("the validation failed: %s", data)
			case event == "report":
				report = validationReport{}
				if err := json.Unmarshal([]byte(data), &report); err != nil {
					b.tb.Fatal(err)
				}
				return report.LogFiles.Valid+report.LogFiles.Invalid > 0
			}
		}
	})
	return report
}

// until tries again until it is done, or a minute is over.
func until(tb testing.TB, done func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatal("it did not happen within a minute")
		}
	}
}

// spoil overwrites the log files of a bucket on the disk.
func (s *server) spoil(bucket string) {
	s.tb.Helper()
	err := filepath.WalkDir(filepath.Join(s.dir, "buckets", bucket), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(name, "/CloudTrail/") || !strings.HasSuffix(name, ".json.gz") {
			return err
		}
		return os.WriteFile(name, gzipped(s.tb, []byte(`{"Records":[]}`)), 0o600)
	})
	if err != nil {
		s.tb.Fatal(err)
	}
}
