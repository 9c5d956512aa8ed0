package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cairntrail/cairn/internal/lake/duck"
)

// inTable reads a column of an event data store's table: how often it has each
// value. It is asked behind everything that was acknowledged.
func (s *server) inTable(id, column string) map[string]int {
	s.tb.Helper()
	ctx := context.Background()
	if err := s.ingester.Flush(ctx); err != nil {
		s.tb.Fatal(err)
	}
	return s.readTable(id, column)
}

// readTable reads what is in a table now.
func (s *server) readTable(id, column string) map[string]int {
	s.tb.Helper()
	ctx := context.Background()
	plan, err := s.warehouse.Plan(ctx, id, time.Time{}, time.Time{})
	if err != nil {
		s.tb.Fatal(err)
	}
	defer plan.Release()
	engine, err := duck.Open(ctx, duck.Config{Files: plan.Files, Setup: []string{plan.View("events")}, Threads: 1})
	if err != nil {
		s.tb.Fatal(err)
	}
	defer engine.Close()
	rows, err := engine.Query(ctx, "SELECT "+column+" FROM events")
	if err != nil {
		s.tb.Fatal(err)
	}
	defer rows.Close()
	out := make(map[string]int)
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			s.tb.Fatal(err)
		}
		out[fmt.Sprint(row[0])]++
	}
}

// awsCLI runs "aws cloudtrail" against a server, and returns what it prints.
func awsCLI(t *testing.T, url, credentials, command string) string {
	t.Helper()
	return awsRun(t, url, credentials, append([]string{"cloudtrail"}, strings.Fields(command)...)...)
}

// awsRun runs any service of the AWS CLI against a server.
func awsRun(t *testing.T, url, credentials string, args ...string) string {
	t.Helper()
	name := os.Getenv("CAIRN_AWS_CLI")
	if name == "" {
		name = "aws"
	}
	cli, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("the AWS CLI is not on this machine: %v", err)
	}
	cmd := exec.Command(cli, append([]string{"--endpoint-url", url, "--region", "us-east-1", "--output", "json"}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_SHARED_CREDENTIALS_FILE="+credentials, "AWS_CONFIG_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSpace(out.String())
}

// calls makes some calls and returns their request ids.
func (c *client) calls(n int) (ids []string) {
	c.tb.Helper()
	for range n {
		id, err := c.callerIdentity()
		if err != nil {
			c.tb.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// wantOnce tells whether a table has what it has to have once, and nothing of what
// it must not.
func wantOnce(t *testing.T, what string, got map[string]int, once, never []string) {
	t.Helper()
	for _, id := range once {
		if got[id] != 1 {
			t.Errorf("%s: call %s is %d times in the table", what, id, got[id])
		}
	}
	for _, id := range never {
		if got[id] != 0 {
			t.Errorf("%s: call %s is in the table", what, id)
		}
	}
}

// TestEventDataStore is an event data store's life at a server on its defaults:
// made with the AWS CLI, its table has exactly the events since then, within five
// seconds, also across a restart; not those that were recorded while it was
// stopped or deleted.
func TestEventDataStore(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	cli := func(command string) string { return awsCLI(t, s.APIURL(), s.CredentialsFile(), command) }
	never := s.client("default").calls(3)
	var made struct{ EventDataStoreArn, Status string }
	if err := json.Unmarshal([]byte(cli("create-event-data-store --name main --no-termination-protection-enabled")), &made); err != nil {
		t.Fatal(err)
	}
	id := made.EventDataStoreArn[strings.LastIndex(made.EventDataStoreArn, "/")+1:]
	once := s.client("default").calls(5)
	// Nothing is flushed: this is how soon queries see events.
	begun, tick := time.Now(), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for s.readTable(id, "requestid")[once[4]] == 0 {
		if <-tick.C; time.Since(begun) > 5*time.Second {
			t.Fatal("after 5 s the event is not in the table")
		}
	}
	t.Logf("an event is in the table after %v", time.Since(begun).Round(10*time.Millisecond))
	wantOnce(t, "made", s.inTable(id, "requestid"), once, never)

	cli("stop-event-data-store-ingestion --event-data-store " + id)
	never = append(never, s.client("default").calls(3)...)
	s.settle()
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	s = start(t, dir, nil)
	if got := cli("get-event-data-store --query Status --event-data-store " + id); got != `"STOPPED_INGESTION"` {
		t.Errorf("the store is %s", got)
	}
	never = append(never, s.client("default").calls(3)...)
	cli("start-event-data-store-ingestion --event-data-store " + made.EventDataStoreArn)
	once = append(once, s.client("default").calls(5)...)
	wantOnce(t, "started", s.inTable(id, "requestid"), once, never)

	cli("delete-event-data-store --event-data-store " + id)
	never = append(never, s.client("default").calls(3)...)
	if got := cli("restore-event-data-store --query Status --event-data-store " + id); got != `"ENABLED"` {
		t.Errorf("the store is %s", got)
	}
	once = append(once, s.client("default").calls(5)...)
	wantOnce(t, "restored", s.inTable(id, "requestid"), once, never)

	// All that the table has is in the event history, byte for byte, and once.
	raw := s.inTable(id, "eventjson")
	bytes := 0
	for text := range raw {
		bytes += len(text)
	}
	if n, err := (tables{s.warehouse}).Retained(t.Context(), id); err != nil || n != int64(bytes) {
		t.Errorf("%d bytes are retained, %v, want %d", n, err, bytes)
	}
	all, older, err := (tables{s.warehouse}).Stored(t.Context(), id, time.Now().Add(-time.Hour))
	if soon, _, _ := (tables{s.warehouse}).Stored(t.Context(), id, time.Now().Add(time.Hour)); err != nil || all <= 0 || older != 0 || soon != all {
		t.Errorf("%d bytes are stored, %d of them an hour old, %v", all, older, err)
	}
	s.settle()
	history := make(map[string]bool)
	pages := cloudtrail.NewLookupEventsPaginator(s.client("default").trail(), &cloudtrail.LookupEventsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			history[*e.CloudTrailEvent] = true
		}
	}
	for text, n := range raw {
		if n != 1 || !history[text] {
			t.Errorf("%d times in the table, and %v in the event history: %s", n, history[text], text)
		}
	}
	// A call that has the store take events is one of them, and one that ends it is
	// not: it is recorded behind what it did.
	text := fmt.Sprint(raw)
	for name, in := range map[string]bool{"CreateEventDataStore": true, "StopEventDataStoreIngestion": false, "StartEventDataStoreIngestion": true, "DeleteEventDataStore": false, "RestoreEventDataStore": true} {
		if strings.Contains(text, `"eventName":"`+name) != in {
			t.Errorf("the call of %s is in the table: %v, want %v", name, !in, in)
		}
	}
}

// TestEventDataStoreWantsData: a gateway records the data events that an event
// data store selects, and the store has them; without it they pass.
func TestEventDataStoreWantsData(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	defer upstream.Close()
	dir := t.TempDir()
	settings := map[string]string{"gateway-listen": "127.0.0.1:0", "gateway-upstream": upstream.URL}
	s := start(t, dir, settings)
	ctx := t.Context()
	get := func(key string) {
		t.Helper()
		r, err := http.NewRequest(http.MethodGet, "http://"+s.Gateways()[0]+"/photos/"+key, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAX/20261121/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	get("before")
	equals := func(field, value string) types.AdvancedFieldSelector {
		return types.AdvancedFieldSelector{Field: &field, Equals: []string{value}}
	}
	made, err := s.client("default").trail().CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String("data"),
		AdvancedEventSelectors: []types.AdvancedEventSelector{{FieldSelectors: []types.AdvancedFieldSelector{equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object")}}}})
	if err != nil {
		t.Fatal(err)
	}
	id := (*made.EventDataStoreArn)[strings.LastIndex(*made.EventDataStoreArn, "/")+1:]
	get("made")
	if err := s.ingester.Flush(ctx); err != nil { // STOPPED and ENABLED are told apart from CREATED.
		t.Fatal(err)
	}
	if _, err := s.client("default").trail().StopEventDataStoreIngestion(ctx, &cloudtrail.StopEventDataStoreIngestionInput{EventDataStore: &id}); err != nil {
		t.Fatal(err)
	}
	get("stopped")
	if err := s.ingester.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client("default").trail().StartEventDataStoreIngestion(ctx, &cloudtrail.StartEventDataStoreIngestionInput{EventDataStore: &id}); err != nil {
		t.Fatal(err)
	}
	get("started")
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	s = start(t, dir, settings)
	get("restarted")
	text := fmt.Sprint(s.inTable(id, "eventjson"))
	for key, in := range map[string]bool{"before": false, "made": true, "stopped": false, "started": true, "restarted": true} {
		if strings.Contains(text, "photos/"+key) != in {
			t.Errorf("photos/%s is in the table: %v, want %v", key, !in, in)
		}
	}
}

// TestCrashEventDataStore kills the server at random moments under load: what was
// acknowledged is in the table once, and what was while the store was stopped is
// not.
func TestCrashEventDataStore(t *testing.T) {
	dir := t.TempDir()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 3))
	const settings = "CAIRN_LAKE_COMMIT_INTERVAL=100ms"
	p := launch(t, dir, settings)
	trails := func() *cloudtrail.Client { return newClient(t, p.url, dir, "default").trail() }
	made, err := trails().CreateEventDataStore(t.Context(), &cloudtrail.CreateEventDataStoreInput{Name: aws.String("crash")})
	if err != nil {
		t.Fatal(err)
	}
	id := made.EventDataStoreArn
	// becomes waits until the store is in a state.
	becomes := func(want types.EventDataStoreStatus) {
		t.Helper()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for deadline := time.Now().Add(30 * time.Second); ; <-tick.C {
			got, err := trails().GetEventDataStore(t.Context(), &cloudtrail.GetEventDataStoreInput{EventDataStore: id})
			if err != nil {
				t.Fatal(err)
			}
			if got.Status == want {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("the store is %s, want %s", got.Status, want)
			}
		}
	}
	var mu sync.Mutex
	var once, never []string
	load := func(into *[]string, wait time.Duration) {
		var wg sync.WaitGroup
		url := p.url
		for range 4 {
			wg.Go(func() {
				c := newClient(t, url, dir, "default")
				for {
					id, err := c.callerIdentity()
					if err != nil {
						return
					}
					mu.Lock()
					*into = append(*into, id)
					mu.Unlock()
				}
			})
		}
		timer := time.NewTimer(wait)
		<-timer.C
		p.kill(t)
		wg.Wait()
		p = launch(t, dir, settings)
	}
	for range *crashRounds {
		becomes(types.EventDataStoreStatusEnabled)
		load(&once, time.Duration(100+rng.IntN(600))*time.Millisecond)
		becomes(types.EventDataStoreStatusEnabled)
		if _, err := trails().StopEventDataStoreIngestion(t.Context(), &cloudtrail.StopEventDataStoreIngestionInput{EventDataStore: id}); err != nil {
			t.Fatal(err)
		}
		load(&never, time.Duration(20+rng.IntN(200))*time.Millisecond)
		becomes(types.EventDataStoreStatusStoppedIngestion)
		if _, err := trails().StartEventDataStoreIngestion(t.Context(), &cloudtrail.StartEventDataStoreIngestionInput{EventDataStore: id}); err != nil {
			t.Fatal(err)
		}
	}
	p.kill(t)
	s := start(t, dir, nil)
	name := (*id)[strings.LastIndex(*id, "/")+1:]
	wantOnce(t, "crashed", s.inTable(name, "requestid"), once, never)
	for event, n := range s.inTable(name, "eventid") {
		if n != 1 {
			t.Errorf("event %s is %d times in the table", event, n)
		}
	}
	t.Logf("%d kills, %d calls while it ingested and %d while it did not", 2**crashRounds+1, len(once), len(never))
}

// TestLakeBucket: the first account reads the tables at the S3 endpoint, where no
// other account does, and nobody changes them.
func TestLakeBucket(t *testing.T) {
	dir := t.TempDir()
	settings := map[string]string{"s3-listen": "127.0.0.1:0"}
	s := start(t, dir, settings)
	ctx := t.Context()
	made, err := s.client("default").trail().CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String("main")})
	if err != nil {
		t.Fatal(err)
	}
	id := (*made.EventDataStoreArn)[strings.LastIndex(*made.EventDataStoreArn, "/")+1:]
	once := s.client("default").calls(1)
	wantOnce(t, "made", s.inTable(id, "requestid"), once, nil)
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	s = start(t, dir, settings) // The bucket is there already.
	other, err := s.directory.CreateAccount(ctx, "444455556666", "other")
	if err != nil {
		t.Fatal(err)
	}
	bucket := aws.String(lakeBucket)
	buckets := func(cfg aws.Config) *s3.Client {
		return s3.NewFromConfig(cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(s.S3URL()), true })
	}
	owner := buckets(s.client("default").cfg)
	list, err := owner.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: &id})
	if err != nil || len(list.Contents) == 0 {
		t.Fatalf("the first account lists %+v, %v", list, err)
	}
	parquet := ""
	for _, o := range list.Contents {
		if strings.HasSuffix(*o.Key, ".parquet") {
			parquet = *o.Key
		}
	}
	if _, err := owner.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &parquet}); err != nil {
		t.Errorf("the first account reads %q: %v", parquet, err)
	}
	cfg := s.client("default").cfg.Copy()
	cfg.Credentials = aws.CredentialsProviderFunc(credentialsOf(other.AccessKeyID, other.SecretAccessKey, ""))
	stranger := buckets(cfg)
	refused := func(what string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = stranger.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
	refused("another account lists", err)
	_, err = stranger.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &parquet})
	refused("another account reads", err)
	for who, client := range map[string]*s3.Client{"the first account": owner, "another account": stranger} {
		_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &parquet, Body: strings.NewReader("x")})
		refused(who+" overwrites", err)
		_, err = client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: &parquet})
		refused(who+" deletes", err)
		_, err = client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &s3types.Delete{Objects: []s3types.ObjectIdentifier{{Key: &parquet}}}})
		if err == nil { // It answers for each object.
			_, err = owner.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &parquet})
			if err != nil {
				t.Errorf("%s deleted an object: %v", who, err)
			}
		}
		_, err = client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: &parquet, CopySource: aws.String(lakeBucket + "/" + *list.Contents[0].Key)})
		refused(who+" copies over", err)
		_, err = client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
		refused(who+" deletes the bucket", err)
	}
	wantOnce(t, "at the end", s.inTable(id, "requestid"), once, nil)
}

// TestLostJournal: with the journal gone and the setting that accepts damage, a
// server goes on, and so do its event data stores.
func TestLostJournal(t *testing.T) {
	for _, crashed := range []bool{false, true} {
		dir := t.TempDir()
		s := start(t, dir, map[string]string{"lake-commit-interval": "100ms"})
		var ids []string
		for _, name := range []string{"one", "two"} {
			made, err := s.client("default").trail().CreateEventDataStore(t.Context(), &cloudtrail.CreateEventDataStoreInput{Name: aws.String(name)})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, (*made.EventDataStoreArn)[strings.LastIndex(*made.EventDataStoreArn, "/")+1:])
		}
		s.client("default").calls(20)
		s.inTable(ids[0], "requestid")
		s.client("default").calls(20)
		if crashed { // What a crash leaves: the history has not released anything.
			s.inTable(ids[1], "requestid")
			copied := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(copied, "secret.key"), 0o600); err != nil {
				t.Fatal(err)
			}
			dir = copied
		} else if err := s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(dir, "journal")); err != nil {
			t.Fatal(err)
		}
		s = start(t, dir, map[string]string{"accept-journal-damage": "true"})
		after := s.client("default").calls(5)
		for _, id := range ids {
			wantOnce(t, "after the journal was lost", s.inTable(id, "requestid"), after, nil)
		}
		s.settle()
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		s = start(t, dir, nil)
		more := s.client("default").calls(5)
		for _, id := range ids {
			wantOnce(t, "and at the next start", s.inTable(id, "requestid"), append(after, more...), nil)
		}
	}
}
