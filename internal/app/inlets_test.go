package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/cairntrail/cairn/internal/config"
)

// startInlets starts a server with inlets, as the YAML file has them.
func startInlets(t *testing.T, dir, inlets string) *server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cairn.yaml")
	if err := os.WriteFile(file, []byte("inlets:\n"+inlets), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, dir, map[string]string{"config": file})
}

// post sends a document to an inlet.
func (s *server) post(name, path, token string, doc []byte) (string, int) {
	s.tb.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+s.Inlet(name)+path, bytes.NewReader(doc))
	if err != nil {
		s.tb.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.tb.Fatal(err)
	}
	return string(body), resp.StatusCode
}

// mustPost sends a sample of the decoders' tests.
func (s *server) mustPost(name, path, token, sample string) {
	s.tb.Helper()
	doc, err := os.ReadFile(filepath.Join("..", "intake", "inlet", "testdata", sample))
	if err != nil {
		s.tb.Fatal(err)
	}
	if answer, status := s.post(name, path, token, doc); status != 200 {
		s.tb.Errorf("%s: %d %s", sample, status, answer)
	}
}

// query runs a statement through the API, over what was acknowledged.
func (s *server) query(t *testing.T, sql string) []string {
	t.Helper()
	if err := s.ingester.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	api := s.client("default").trail()
	started, err := api.StartQuery(t.Context(), &cloudtrail.StartQueryInput{QueryStatement: &sql})
	if err != nil {
		t.Fatal(err)
	}
	if ended := queryEnded(t, api, started.QueryId); ended.QueryStatus != types.QueryStatusFinished {
		t.Fatalf("%s: %s %s", sql, ended.QueryStatus, aws.ToString(ended.ErrorMessage))
	}
	return resultRows(t, api, started.QueryId)
}

// TestInlets: events of other systems stand side by side in one store.
func TestInlets(t *testing.T) {
	work := t.TempDir()
	token, log, socket := filepath.Join(work, "token"), filepath.Join(work, "vault.log"), filepath.Join(work, "s")
	for name, text := range map[string]string{token: "secret\n", log: `{"time":"2026-11-27T09:00:05Z","type":"request","request":{"id":"1","operation":"from-file"}}` + "\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := startInlets(t, t.TempDir(), `
  - {name: minio, kind: minio, channel: external, listen: "127.0.0.1:0", path: /minio, token-file: `+token+`}
  - {name: kubernetes, kind: kubernetes, channel: external, listen: "127.0.0.1:0"}
  - {name: vault, kind: vault, channel: external, listen: "127.0.0.1:0", tail: `+log+`, socket: "unix:`+socket+`"}
  - {name: keystone, kind: keystone, channel: external, listen: "127.0.0.1:0"}
  - {name: otlp, kind: otlp, channel: external, listen: "127.0.0.1:0"}
  - {name: app, kind: json, channel: external, listen: "127.0.0.1:0", fields: {eventName: what, eventSource: =app, userIdentity.principalId: who}}
`)
	// Without the channel nothing is taken, and nothing is lost.
	if answer, status := s.post("app", "/", "", []byte(`{"what":"Deploy"}`)); status != 503 || !strings.Contains(answer, "no channel") {
		t.Error(answer, status)
	}
	store, _ := s.channelTo("external")
	if answer, status := s.post("minio", "/minio", "wrong", []byte(`{}`)); status != 401 {
		t.Error(answer, status)
	}
	s.mustPost("minio", "/minio", "secret", "minio/batch.ndjson")
	s.mustPost("kubernetes", "/", "", "kubernetes/list.json")
	s.mustPost("vault", "/", "", "vault/audit.ndjson")
	s.mustPost("keystone", "/", "", "keystone/payload.json")
	s.mustPost("otlp", "/v1/logs", "", "otlp/logs.json")
	if answer, status := s.post("app", "/", "", []byte(`{"what":"Deploy","who":"u-1"}`)); status != 200 {
		t.Error(answer, status)
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, `{"time":"2026-11-27T09:00:06Z","type":"request","request":{"id":"2","operation":"from-socket"}}`+"\n"); err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	want := []string{
		"app|Deploy|u-1|", "checkout|log|checkout|", "checkout|order.refunded|u-3|192.0.2.20", "keystone|authenticate|c9f76d3c31e142af9291de2935bde98a|10.3.0.2",
		"kubernetes|UnmappedEntry|system:anonymous|", "kubernetes|UnmappedEntry|unknown|", "kubernetes|create pods/exec|system:serviceaccount:ci:runner|10.0.0.10",
		"kubernetes|create secrets|jane@example.com|10.0.0.9", "kubernetes|get|system:anonymous|127.0.0.1",
		"minio|DeleteMultipleObjects|alice|2001:db8::7", "minio|GetObject|anonymous|10.1.2.4", "minio|UnmappedEntry|anonymous|", "minio|UnmappedEntry|unknown|", "minio|site-replication|anonymous|",
		"vault|UnmappedEntry|unauthenticated|", "vault|from-file|unauthenticated|", "vault|from-socket|unauthenticated|",
		"vault|read|0c5a2b1e-9f5c-44d0-8d7f-3f1f6d1a0001|10.2.0.5", "vault|read|0c5a2b1e-9f5c-44d0-8d7f-3f1f6d1a0001|10.2.0.5", "vault|update|unauthenticated|10.2.0.6",
	}
	sql := "SELECT eventData.eventSource, eventData.eventName, eventData.userIdentity.principalId, eventData.sourceIPAddress FROM " + store
	var got []string
	until(t, func() bool { // the file and the socket answer nobody
		got = s.query(t, sql)
		return len(got) >= len(want)
	})
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := s.query(t, "SELECT json_extract_scalar(element_at(eventData.additionalEventData, 'original'), '$.request.path') FROM "+store+" WHERE eventData.eventName = 'update'"); !slices.Equal(got, []string{"sys/seal"}) {
		t.Errorf("the original has %v", got)
	}
}

// TestInletRecords: configuration items and evidence are in stores of their own.
func TestInletRecords(t *testing.T) {
	s := startInlets(t, t.TempDir(), `
  - {name: items, kind: config-items, listen: "127.0.0.1:0"}
  - {name: proof, kind: evidence, listen: "127.0.0.1:0"}
`)
	stores := make(map[string]string)
	for _, category := range []string{"ConfigurationItem", "Evidence"} {
		made, err := s.client("default").trail().CreateEventDataStore(t.Context(), &cloudtrail.CreateEventDataStoreInput{
			Name: aws.String(category), TerminationProtectionEnabled: aws.Bool(false),
			AdvancedEventSelectors: []types.AdvancedEventSelector{{FieldSelectors: []types.AdvancedFieldSelector{{Field: aws.String("eventCategory"), Equals: []string{category}}}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		stores[category] = (*made.EventDataStoreArn)[strings.LastIndexByte(*made.EventDataStoreArn, '/')+1:]
	}
	s.mustPost("items", "/", "", "config-items/snapshot.json")
	s.mustPost("items", "/", "", "config-items/change.json")
	s.mustPost("proof", "/", "", "evidence/folder.json")
	if answer, status := s.post("items", "/", "", []byte(`[{"resourceId":"sg-1"}]`)); status != 400 || !strings.Contains(answer, "resourceType") {
		t.Error(answer, status)
	}
	got := s.query(t, "SELECT eventData.resourceType, eventData.resourceId, element_at(eventData.tags, 'env'), awsRegion FROM "+stores["ConfigurationItem"]+" ORDER BY eventTime")
	if want := []string{"AWS::EC2::SecurityGroup|sg-0123|prod|us-east-1", "AWS::S3::Bucket|b-1||eu-west-1", "AWS::IAM::Role|AROA1||us-east-1"}; !slices.Equal(got, want) {
		t.Errorf("the items are %q, want %q", got, want)
	}
	got = s.query(t, "SELECT eventData.evidenceId, eventData.dataSource, eventData.complianceCheck, element_at(eventData.attributes, 'userName'), cast(eventData.time AS varchar), eventType FROM "+stores["Evidence"])
	if want := []string{"e-0001|AWS CloudTrail|PASS|x|2026-11-27 07:00:00.500|AwsAuditManagerEvidence"}; !slices.Equal(got, want) {
		t.Errorf("the evidence is %q, want %q", got, want)
	}
}

// TestInletConfiguration: what cannot work is told at the start.
func TestInletConfiguration(t *testing.T) {
	for _, c := range []struct{ inlet, want string }{
		{`{name: a, kind: json, channel: c, listen: "127.0.0.1:0", fields: {eventname: x}}`, "is no field of an event"},
		{`{name: a, kind: minio, channel: c, listen: "127.0.0.1:0", token-file: not-there}`, "token-file"},
	} {
		file := filepath.Join(t.TempDir(), "cairn.yaml")
		if err := os.WriteFile(file, fmt.Appendf(nil, "data-dir: %s\nlisten: 127.0.0.1:0\nadmin-listen: 127.0.0.1:0\ns3-listen: 'off'\ninlets:\n  - %s\n", t.TempDir(), c.inlet), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(config.Sources{Flags: map[string]string{"config": file}})
		if err != nil {
			t.Fatal(err)
		}
		if a, err := (Runner{}).Start(t.Context(), cfg, io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.inlet, err)
			if err == nil {
				_ = a.Stop(context.Background())
			}
		}
	}
}
