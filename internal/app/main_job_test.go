package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/cairntrail/cairn/internal/identity"
)

// lookup pages through LookupEvents with the SDK.
func (c *client) lookup(attr ...types.LookupAttribute) []types.Event {
	c.tb.Helper()
	return c.lookupUntil(nil, attr...)
}

func (c *client) lookupUntil(end *time.Time, attr ...types.LookupAttribute) (out []types.Event) {
	c.tb.Helper()
	pages := cloudtrail.NewLookupEventsPaginator(c.trail(), &cloudtrail.LookupEventsInput{LookupAttributes: attr, EndTime: end})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			c.tb.Fatal(err)
		}
		out = append(out, page.Events...)
	}
	return out
}

func by(key types.LookupAttributeKey, value string) types.LookupAttribute {
	return types.LookupAttribute{AttributeKey: key, AttributeValue: aws.String(value)}
}

// realRecords are the shared log files; the test is skipped without them.
func realRecords(t *testing.T) (files []string) {
	dir := os.Getenv("CAIRN_REAL_DATA")
	if dir == "" {
		dir = "../../../shared/data/real"
	}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".json.gz") {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Skip("no real records at hand: set CAIRN_REAL_DATA to a folder of CloudTrail log files")
	}
	return files
}

// TestRealRecordsAreAnsweredExactly ingests real log files and compares the
// answer for every value of every attribute with what the files say.
func TestRealRecordsAreAnsweredExactly(t *testing.T) {
	files := realRecords(t)
	s := start(t, t.TempDir(), nil)
	admin := s.client("default")
	type values map[string][]string // attribute value to eventIDs
	want := map[types.LookupAttributeKey]values{}
	raws := make(map[string]string)
	accounts := make(map[string]bool)
	add := func(key types.LookupAttributeKey, value, id string) {
		if value == "" {
			return
		}
		if want[key] == nil {
			want[key] = values{}
		}
		if !slices.Contains(want[key][value], id) {
			want[key][value] = append(want[key][value], id)
		}
	}
	for _, path := range files {
		packed, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if sum := admin.mustIngest(packed, true); sum.Rejected != 0 || sum.Incomplete != "" {
			t.Fatalf("%s: %+v", path, sum)
		}
		var file struct{ Records []json.RawMessage }
		if err := json.Unmarshal(gunzipped(t, packed), &file); err != nil {
			t.Fatal(err)
		}
		for _, raw := range file.Records {
			var r struct {
				EventID, EventName, EventSource, RecipientAccountID string
				ReadOnly                                            bool
				UserIdentity                                        struct{ UserName, AccessKeyID string }
				Resources                                           []struct{ ARN, Type string }
			}
			if err := json.Unmarshal(raw, &r); err != nil {
				t.Fatal(err)
			}
			raws[r.EventID] = string(raw)
			accounts[r.RecipientAccountID] = true
			add(types.LookupAttributeKeyEventId, r.EventID, r.EventID)
			add(types.LookupAttributeKeyEventName, r.EventName, r.EventID)
			add(types.LookupAttributeKeyEventSource, r.EventSource, r.EventID)
			add(types.LookupAttributeKeyUsername, r.UserIdentity.UserName, r.EventID)
			add(types.LookupAttributeKeyAccessKeyId, r.UserIdentity.AccessKeyID, r.EventID)
			add(types.LookupAttributeKeyReadOnly, map[bool]string{true: "true", false: "false"}[r.ReadOnly], r.EventID)
			for _, res := range r.Resources {
				add(types.LookupAttributeKeyResourceName, res.ARN, r.EventID)
				add(types.LookupAttributeKeyResourceType, res.Type, r.EventID)
			}
		}
	}
	if len(accounts) != 1 {
		t.Fatalf("accounts %v", accounts)
	}
	s.settle()
	var reader *client
	for id := range accounts {
		reader = s.client(id) // the profile that ingest wrote
	}
	// The reader's own lookups are events of the account too, of today.
	yesterday := aws.Time(time.Now().Add(-24 * time.Hour))
	if all := reader.lookupUntil(yesterday); len(all) != len(raws) {
		t.Errorf("%d events in all, the files have %d", len(all), len(raws))
	} else if !slices.IsSortedFunc(all, func(a, b types.Event) int { return b.EventTime.Compare(*a.EventTime) }) {
		t.Error("the events are not newest first")
	}
	queries := 0
	for key, vs := range want {
		n := 0
		for value, ids := range vs {
			if key == types.LookupAttributeKeyEventId && n > 100 {
				break
			}
			n++
			queries++
			got := reader.lookupUntil(yesterday, by(key, value))
			var gotIDs []string
			for _, e := range got {
				gotIDs = append(gotIDs, *e.EventId)
				if *e.CloudTrailEvent != raws[*e.EventId] {
					t.Fatalf("event %s: the bytes differ:\n got %s\nwant %s", *e.EventId, *e.CloudTrailEvent, raws[*e.EventId])
				}
			}
			slices.Sort(gotIDs)
			slices.Sort(ids)
			if !slices.Equal(gotIDs, ids) {
				t.Errorf("%s=%s: %d events, the files have %d", key, value, len(gotIDs), len(ids))
			}
		}
	}
	t.Logf("%d records, %d queries", len(raws), queries)
	for _, path := range files[:3] {
		packed, _ := os.ReadFile(path)
		if sum := admin.mustIngest(packed, true); sum.Accepted != 0 || sum.Duplicates != sum.Records {
			t.Errorf("a file again: %+v", sum)
		}
	}
}

// TestOwnCallsAreRecorded makes calls of every kind and looks at the records.
func TestOwnCallsAreRecorded(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	admin := s.client("default")
	ctx := t.Context()
	role, err := s.directory.CreateRole(ctx, "111122223333", "auditor", "/", []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/admin"},"Action":"sts:AssumeRole"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.directory.AttachPolicy(ctx, role.Ref(), "AWSCloudTrail_ReadOnlyAccess", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.directory.CreateUser(ctx, "111122223333", "mallory", "/"); err != nil {
		t.Fatal(err)
	}
	key, err := s.directory.CreateAccessKey(ctx, identity.Ref{AccountID: "111122223333", Type: identity.User, Name: "mallory"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.writeProfile("mallory", key); err != nil {
		t.Fatal(err)
	}
	assumed, err := admin.sts().AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(role.ARN), RoleSessionName: aws.String("night-shift")})
	if err != nil {
		t.Fatal(err)
	}
	session := s.client("default")
	session.cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: *assumed.Credentials.AccessKeyId, SecretAccessKey: *assumed.Credentials.SecretAccessKey, SessionToken: *assumed.Credentials.SessionToken}, nil
	})
	who, err := session.sts().GetCallerIdentity(ctx, nil)
	if err != nil || *who.Arn != "arn:aws:sts::111122223333:assumed-role/auditor/night-shift" {
		t.Fatal(who, err)
	}
	if _, err := session.trail().LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(7)}); err != nil {
		t.Fatal(err)
	}
	fails := func(err error, code string) {
		t.Helper()
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != code {
			t.Fatalf("got %v, want %s", err, code)
		}
	}
	_, err = s.client("mallory").trail().LookupEvents(ctx, nil)
	fails(err, "AccessDeniedException")
	_, err = admin.trail().LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(51)})
	fails(err, "InvalidMaxResultsException")
	_, err = admin.trail().CreateDashboard(ctx, &cloudtrail.CreateDashboardInput{Name: aws.String("board"), RefreshSchedule: &types.RefreshSchedule{Status: types.RefreshScheduleStatusEnabled}})
	fails(err, "UnsupportedOperationException")
	forged := s.client("default")
	forged.cfg.Credentials = aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		c, err := admin.cfg.Credentials.Retrieve(ctx)
		c.SecretAccessKey += "x"
		return c, err
	})
	_, err = forged.trail().LookupEvents(ctx, nil)
	fails(err, "SignatureDoesNotMatch")
	s.settle()

	type rec struct {
		EventVersion, EventSource, EventName, ErrorCode, ErrorMessage, AwsRegion, SourceIPAddress string
		ReadOnly                                                                                  bool
		RequestParameters, ResponseElements                                                       json.RawMessage
		UserIdentity                                                                              struct {
			Type, Arn, UserName, AccessKeyID string
			SessionContext                   struct{ SessionIssuer struct{ UserName string } }
		}
		Resources []struct{ ARN string }
	}
	read := func(e types.Event) (r rec) {
		t.Helper()
		if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &r); err != nil {
			t.Fatal(err)
		}
		if r.EventVersion != "1.11" || r.AwsRegion != "us-east-1" || r.SourceIPAddress != "127.0.0.1" {
			t.Errorf("record %s", *e.CloudTrailEvent)
		}
		return r
	}
	one := func(events []types.Event, pick func(rec) bool) rec {
		t.Helper()
		for _, e := range events {
			if r := read(e); pick(r) {
				return r
			}
		}
		t.Fatalf("none of %d records fits", len(events))
		return rec{}
	}
	assume := one(admin.lookup(by(types.LookupAttributeKeyResourceName, role.ARN)), func(r rec) bool { return r.EventName == "AssumeRole" })
	contains(t, string(assume.ResponseElements), *assumed.Credentials.AccessKeyId, "night-shift")
	if strings.Contains(string(assume.ResponseElements), *assumed.Credentials.SecretAccessKey) || strings.Contains(string(assume.ResponseElements), *assumed.Credentials.SessionToken) {
		t.Error("a record holds a secret")
	}
	lookups := admin.lookup(by(types.LookupAttributeKeyEventName, "LookupEvents"))
	bySession := one(lookups, func(r rec) bool { return r.UserIdentity.Type == "AssumedRole" })
	if bySession.UserIdentity.SessionContext.SessionIssuer.UserName != "auditor" || string(bySession.RequestParameters) != `{"maxResults":7}` || string(bySession.ResponseElements) != "null" || !bySession.ReadOnly {
		t.Errorf("record %+v", bySession)
	}
	denied := one(admin.lookup(by(types.LookupAttributeKeyUsername, "mallory")), func(r rec) bool { return true })
	if denied.ErrorCode != "AccessDenied" {
		t.Errorf("record %+v", denied)
	}
	contains(t, denied.ErrorMessage, "user/mallory is not authorized to perform: cloudtrail:LookupEvents")
	one(lookups, func(r rec) bool { return r.ErrorCode == "InvalidMaxResultsException" })
	one(lookups, func(r rec) bool {
		return r.ErrorCode == "SignatureDoesNotMatch" && r.UserIdentity.Type == "Unknown" && r.UserIdentity.AccessKeyID != ""
	})
	create := one(admin.lookup(by(types.LookupAttributeKeyEventName, "CreateDashboard")), func(r rec) bool { return true })
	if string(create.RequestParameters) != `{"name":"board","refreshSchedule":{"status":"ENABLED"}}` || create.ReadOnly || create.ErrorCode != "UnsupportedOperationException" {
		t.Errorf("record %+v", create)
	}
}

// TestVisibleSoon: a call is in the history within the 3 seconds that are
// promised; waiting for it is the history's own, not a poll.
func TestVisibleSoon(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	c := s.client("default")
	var took []time.Duration
	for range 100 {
		begun := time.Now()
		id, err := c.callerIdentity()
		if err != nil {
			t.Fatal(err)
		}
		s.settle()
		out, err := c.trail().LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{LookupAttributes: []types.LookupAttribute{by(types.LookupAttributeKeyEventName, "GetCallerIdentity")}, MaxResults: aws.Int32(1)})
		if err != nil {
			t.Fatal(err)
		}
		contains(t, *out.Events[0].CloudTrailEvent, id)
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	if took[98] > 3*time.Second {
		t.Errorf("p99 from call to answer: %v", took[98])
	}
	t.Logf("from a call until LookupEvents answered with it: p50 %v, p99 %v", took[50], took[98])
}

func TestTLSDetailsAreRecorded(t *testing.T) {
	dir := t.TempDir()
	cert, key := certificate(t, dir)
	s := start(t, filepath.Join(dir, "data"), map[string]string{"tls-cert": cert, "tls-key": key})
	c := s.client("default")
	c.http.Transport.(*http.Transport).TLSClientConfig = trusting(t, cert)
	id, err := c.callerIdentity()
	if err != nil {
		t.Fatal(err)
	}
	s.settle()
	c.cfg.HTTPClient = c.http
	events := c.lookup(by(types.LookupAttributeKeyEventName, "GetCallerIdentity"))
	contains(t, *events[0].CloudTrailEvent, id, `"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"`+strings.TrimPrefix(s.APIURL(), "https://")+`"}`)
}

// TestAWSCLI drives the command line that users have.
func TestAWSCLI(t *testing.T) {
	cli := os.Getenv("CAIRN_AWS_CLI")
	if cli == "" {
		var err error
		if cli, err = exec.LookPath("aws"); err != nil {
			t.Skip("no AWS CLI on this machine: make test installs one where it can")
		}
	}
	s := start(t, t.TempDir(), nil)
	run := func(args ...string) (string, error) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), cli, append([]string{"--endpoint-url", s.APIURL(), "--region", "us-east-1", "--output", "json"}, args...)...)
		cmd.Env = append(os.Environ(), "AWS_SHARED_CREDENTIALS_FILE="+s.CredentialsFile(), "AWS_CONFIG_FILE=/dev/null", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true")
		out, err := cmd.CombinedOutput()
		s.settle()
		return string(out), err
	}
	out, err := run("sts", "get-caller-identity")
	if err != nil {
		t.Fatal(out, err)
	}
	contains(t, out, `"Arn": "arn:aws:iam::111122223333:user/admin"`)
	out, err = run("cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue=GetCallerIdentity", "--max-items", "1")
	if err != nil {
		t.Fatal(out, err)
	}
	var page struct {
		Events []struct{ EventName, Username, CloudTrailEvent string }
	}
	if err := json.Unmarshal([]byte(out), &page); err != nil || len(page.Events) != 1 || page.Events[0].Username != "admin" {
		t.Fatalf("%v: %s", err, out)
	}
	contains(t, page.Events[0].CloudTrailEvent, "aws-cli/")
	if out, err = run("cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=Nonsense,AttributeValue=x"); err == nil {
		t.Errorf("an unknown attribute was taken: %s", out)
	}
	contains(t, out, "InvalidLookupAttributesException")
	if out, err = run("cloudtrail", "list-dashboards"); err == nil {
		t.Errorf("list-dashboards: %s", out)
	}
	contains(t, out, "UnsupportedOperationException")
}

func TestHealth(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	get := func(url string) (int, string) {
		t.Helper()
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, body := get(s.APIURL() + path); code != 200 {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	_, metrics := get(s.AdminURL() + "/metrics")
	contains(t, metrics, "cairn_journal_events_total", "cairn_history_files", "cairn_history_visible_seconds", "go_goroutines")
	if code, _ := get(s.APIURL() + "/metrics"); code == 200 {
		t.Error("the API listener serves metrics")
	}
}
