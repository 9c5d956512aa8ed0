package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// lookup gives the records of an event name.
func (s *server) lookup(name string) []map[string]any {
	s.tb.Helper()
	out, err := s.client("default").trail().LookupEvents(context.Background(), &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: aws.String(name)}}})
	if err != nil {
		s.tb.Fatal(err)
	}
	var records []map[string]any
	for _, e := range out.Events {
		var m map[string]any
		if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &m); err != nil {
			s.tb.Fatal(err)
		}
		records = append(records, m)
	}
	return records
}

// TestGateways is the server as an operator configures it: two gateways, rules
// for redaction, a selector for data events, a registered caller, and a gap that
// an earlier run left behind.
func TestGateways(t *testing.T) {
	upstream := func(name string) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Amzn-Requestid", name)
			fmt.Fprint(w, `{"Version":1}`)
		}))
		t.Cleanup(s.Close)
		return s
	}
	rest, ssm := upstream("rest"), upstream("ssm")
	dir, settings := t.TempDir(), t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(settings, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	rules := write("rules.yaml", "rules:\n  - name: descriptions\n    path: requestParameters.description\n    action: mask\n    literal: \"***\"\n")
	selectors := write("selectors.json", `[{"Name":"objects","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]}]}]`)
	file := write("cairn.yaml", fmt.Sprintf(`
redaction-rules: %s
event-selectors: %s
gateway-fail-open: true
gateways:
  - name: lab
    listen: 127.0.0.1:0
    upstream: %s
    upstreams: {ssm: "%s"}
    region: us-east-1
`, rules, selectors, rest.URL, ssm.URL))
	if err := os.WriteFile(filepath.Join(dir, "gap"), []byte(`{"count":7,"first":"2026-11-20T10:00:00Z","last":"2026-11-20T10:05:00Z","reason":"disk full"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir, map[string]string{"config": file, "gateway-listen": "127.0.0.1:0", "gateway-upstream": rest.URL})
	if len(s.Gateways()) != 2 {
		t.Fatalf("gateways %v", s.Gateways())
	}
	call := func(gateway int, target, body string) string {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, "http://"+s.Gateways()[gateway]+"/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"X-Amz-Target": {target}, "Content-Type": {"application/x-amz-json-1.1"}}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		return resp.Header.Get("X-Amzn-Requestid")
	}
	if by := call(1, "AmazonSSM.PutParameter", `{"Name":"a","Value":"secret","Description":"about customer 7"}`); by != "ssm" {
		t.Errorf("the call went to %q", by)
	}
	if by := call(1, "TrentService.ListKeys", `{}`); by != "rest" {
		t.Errorf("the call went to %q", by)
	}
	call(0, "TrentService.ListAliases", `{}`)
	s.settle()
	rs := s.lookup("PutParameter")
	if len(rs) != 1 {
		t.Fatalf("%d records of PutParameter: %v", len(rs), rs)
	}
	parameters, err := json.Marshal(rs[0]["requestParameters"])
	if err != nil || string(parameters) != `{"description":"***","name":"a","value":"HIDDEN_DUE_TO_SECURITY_REASONS"}` || rs[0]["awsRegion"] != "us-east-1" {
		t.Errorf("%s, %v, %v", parameters, rs[0]["awsRegion"], err)
	}
	if rs := s.lookup("ListAliases"); len(rs) != 1 {
		t.Errorf("%d records of ListAliases", len(rs))
	}
	rs = s.lookup("RecordingGap")
	if len(rs) != 1 || rs[0]["eventType"] != "AwsServiceEvent" {
		t.Fatalf("the gap has %d records: %v", len(rs), rs)
	}
	if details, _ := rs[0]["serviceEventDetails"].(map[string]any); details["unrecordedCalls"] != 7.0 || details["from"] != "2026-11-20T10:00:00Z" {
		t.Errorf("the gap says %v", rs[0]["serviceEventDetails"])
	}
}

// TestGatewaySettings: what is wrong is named before anything listens.
func TestGatewaySettings(t *testing.T) {
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, c := range []struct {
		name, want string
		settings   map[string]string
	}{
		{"rules", "redaction-rules", map[string]string{"redaction-rules": write("rules:\n  - nam: x\n")}},
		{"rules that are not there", "redaction-rules", map[string]string{"redaction-rules": "/does/not/exist"}},
		{"selectors", "event-selectors", map[string]string{"event-selectors": write(`[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Dat"]}]}]`)}},
		{"models", "service-models", map[string]string{"service-models": "/does/not/exist"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.settings["gateway-listen"], c.settings["gateway-upstream"] = "127.0.0.1:0", "http://127.0.0.1:9"
			cfg, err := testConfig(t.TempDir(), c.settings)
			if err == nil {
				var a *App
				if a, err = (Runner{}).Start(t.Context(), cfg, io.Discard); err == nil {
					t.Error(a.Stop(context.Background()), "the server started")
				}
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
