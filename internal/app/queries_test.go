package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/klauspost/compress/gzip"

	"github.com/cairntrail/cairn/internal/cli"
	"github.com/cairntrail/cairn/internal/synth"
)

// queryEnded waits until a query has ended, and its delivery too.
func queryEnded(t *testing.T, trail *cloudtrail.Client, id *string) *cloudtrail.DescribeQueryOutput {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 3000 {
		q, err := trail.DescribeQuery(t.Context(), &cloudtrail.DescribeQueryInput{QueryId: id})
		if err != nil {
			t.Fatal(err)
		}
		if q.QueryStatus != types.QueryStatusQueued && q.QueryStatus != types.QueryStatusRunning && q.DeliveryStatus != types.DeliveryStatusPending {
			return q
		}
		<-tick.C
	}
	t.Fatal("the query does not end")
	return nil
}

// resultRows are a query's rows, values with | between.
func resultRows(t *testing.T, trail *cloudtrail.Client, id *string) (out []string) {
	t.Helper()
	for pages := cloudtrail.NewGetQueryResultsPaginator(trail, &cloudtrail.GetQueryResultsInput{QueryId: id}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.QueryResultRows {
			var cells []string
			for _, column := range row {
				for _, value := range column {
					cells = append(cells, value)
				}
			}
			out = append(out, strings.Join(cells, "|"))
		}
	}
	return out
}

// TestQuery is a query at a server on its defaults: an event data store made with
// the AWS CLI, calls, and what they were in the answer of the AWS CLI, of cairn query,
// and after a restart.
func TestQuery(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	run := func(args ...string) map[string]any {
		t.Helper()
		var out map[string]any
		if err := json.Unmarshal([]byte(awsRun(t, s.APIURL(), s.CredentialsFile(), append([]string{"cloudtrail"}, args...)...)), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	arn, _ := run("create-event-data-store", "--name", "main")["EventDataStoreArn"].(string)
	store := arn[strings.LastIndexByte(arn, '/')+1:]
	ids := s.client("default").calls(5)
	if err := s.ingester.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	sql := "SELECT requestID, eventName, userIdentity.userName AS who, errorCode FROM " + store + " WHERE eventSource = 'sts.amazonaws.com' AND eventTime > date_add('hour', -1, current_timestamp) ORDER BY eventTime, requestID"
	id, _ := run("start-query", "--query-statement", sql)["QueryId"].(string)
	trail := s.client("default").trail()
	ended := queryEnded(t, trail, &id)
	if ended.QueryStatus != types.QueryStatusFinished || *ended.QueryStatistics.EventsMatched != 5 || *ended.QueryStatistics.EventsScanned < 5 || *ended.QueryStatistics.BytesScanned <= 0 {
		t.Fatalf("%+v, %+v, %s", ended, ended.QueryStatistics, aws.ToString(ended.ErrorMessage))
	}
	got, _ := run("get-query-results", "--query-id", id)["QueryResultRows"].([]any)
	if len(got) != 5 {
		t.Fatalf("%d rows: %v", len(got), got)
	}
	seen := map[string]bool{}
	for _, row := range got {
		columns := row.([]any)
		if want := map[string]any{"eventName": "GetCallerIdentity"}; !reflect.DeepEqual(columns[1], want) {
			t.Errorf("the second column is %v, want %v", columns[1], want)
		}
		seen[fmt.Sprint(columns[0].(map[string]any)["requestID"])] = true
	}
	for _, id := range ids {
		if !seen[id] {
			t.Errorf("call %s is not in the answer: %v", id, got)
		}
	}
	if list, _ := run("list-queries", "--event-data-store", arn)["Queries"].([]any); len(list) != 1 {
		t.Errorf("listed %v", list)
	}

	// The same with cairn query, which finds the store.
	var out, errs bytes.Buffer
	code := cli.Main(t.Context(), nil, []string{"query", "--endpoint", s.APIURL(), "--data-dir", dir, "--format", "csv",
		"SELECT count(*) AS calls, count(DISTINCT requestID) AS ids FROM $EDS_ID WHERE eventName = 'GetCallerIdentity'"}, strings.NewReader(""), &out, &errs)
	if code != 0 || out.String() != "calls,ids\n5,5\n" || !strings.Contains(errs.String(), "1 row in ") || !strings.Contains(errs.String(), "5 of them matched") {
		t.Errorf("cairn query: exit %d\n%s%s", code, out.String(), errs.String())
	}

	// Queries are recorded as calls, and their statements with them.
	if err := s.ingester.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	recorded, err := trail.StartQuery(t.Context(), &cloudtrail.StartQueryInput{QueryStatement: aws.String(
		"SELECT element_at(requestParameters, 'queryStatement'), element_at(responseElements, 'queryId'), readOnly FROM " + store + " WHERE eventName = 'StartQuery' ORDER BY eventTime LIMIT 1")})
	if err != nil {
		t.Fatal(err)
	}
	queryEnded(t, trail, recorded.QueryId)
	if rows := resultRows(t, trail, recorded.QueryId); len(rows) != 1 || rows[0] != sql+"|"+id+"|true" {
		t.Errorf("recorded as %v", rows)
	}

	before := resultRows(t, trail, &id)
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	s = start(t, dir, nil)
	trail = s.client("default").trail()
	if again := resultRows(t, trail, &id); len(again) != 5 || !reflect.DeepEqual(again, before) {
		t.Errorf("after a restart: %v", again)
	}
}

// resultsPolicy is the policy of the guide for a bucket with results.
func resultsPolicy(bucket string) *string {
	return aws.String(strings.ReplaceAll(`{"Version":"2012-10-17","Statement":[
		{"Sid":"AWSCloudTrailLake1","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":["s3:PutObject*","s3:Abort*"],"Resource":["arn:aws:s3:::BUCKET","arn:aws:s3:::BUCKET/*"],
			"Condition":{"StringEquals":{"aws:sourceAccount":"111122223333"},"ArnLike":{"aws:sourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/*"}}},
		{"Sid":"AWSCloudTrailLake2","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::BUCKET",
			"Condition":{"StringEquals":{"aws:sourceAccount":"111122223333"},"ArnLike":{"aws:sourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/*"}}}]}`, "BUCKET", bucket))
}

// TestQueryDelivery: results go to a bucket at the embedded endpoint with the policy
// of the guide, and whoever checks them finds them whole, with cairn verify-results,
// with a copy and saved keys, and with the AWS CLI if it can.
func TestQueryDelivery(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, map[string]string{"s3-listen": "127.0.0.1:0"})
	ctx := t.Context()
	buckets := s3.NewFromConfig(s.client("default").cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(s.S3URL()), true })
	trail := s.client("default").trail()
	made, err := trail.CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String("main")})
	if err != nil {
		t.Fatal(err)
	}
	store := (*made.EventDataStoreArn)[strings.LastIndexByte(*made.EventDataStoreArn, '/')+1:]
	s.client("default").calls(5)
	if err := s.ingester.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	in := &cloudtrail.StartQueryInput{DeliveryS3Uri: aws.String("s3://results/some/where"),
		QueryStatement: aws.String("SELECT eventName, errorCode, count(*) AS n FROM " + store + " WHERE eventSource = 'sts.amazonaws.com' GROUP BY 1, 2")}
	refused := func(what, want string) {
		t.Helper()
		if _, err := trail.StartQuery(ctx, in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("no bucket", "S3BucketDoesNotExistException")
	if _, err := buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("results")}); err != nil {
		t.Fatal(err)
	}
	refused("no policy", "InsufficientS3BucketPolicyException")
	refused("no policy", "AWSCloudTrailLake1")
	if _, err := buckets.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("results"), Policy: resultsPolicy("results")}); err != nil {
		t.Fatal(err)
	}
	started, err := trail.StartQuery(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	ended := queryEnded(t, trail, started.QueryId)
	if ended.DeliveryStatus != types.DeliveryStatusSuccess || *ended.DeliveryS3Uri != *in.DeliveryS3Uri {
		t.Fatalf("delivery %s to %s, query %s: %s", ended.DeliveryStatus, aws.ToString(ended.DeliveryS3Uri), ended.QueryStatus, aws.ToString(ended.ErrorMessage))
	}

	// A copy of the folder, and the keys.
	list, err := buckets.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("results")})
	if err != nil {
		t.Fatal(err)
	}
	folder, prefix := t.TempDir(), ""
	for _, o := range list.Contents {
		prefix = (*o.Key)[:strings.LastIndexByte(*o.Key, '/')]
		obj, err := buckets.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("results"), Key: o.Key})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(obj.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(*o.Key)), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want := "some/where/AWSLogs/111122223333/CloudTrail-Lake/Query/" + time.Now().UTC().Format("2006/01/02") + "/" + *started.QueryId; len(list.Contents) != 2 || prefix != want {
		t.Errorf("%d objects below %s, want %s", len(list.Contents), prefix, want)
	}
	file, err := os.Open(filepath.Join(folder, "result_1.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := csv.NewReader(z).ReadAll(); err != nil || !reflect.DeepEqual(rows, [][]string{{"eventName", "errorCode", "n"}, {"GetCallerIdentity", "", "5"}}) {
		t.Errorf("the file has %v, %v", rows, err)
	}
	keys := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(keys, []byte(awsRun(t, s.APIURL(), s.CredentialsFile(), "cloudtrail", "list-public-keys")), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", s.CredentialsFile())
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	for what, args := range map[string][]string{
		"the bucket": {"--s3-bucket", "results", "--s3-prefix", prefix, "--s3-endpoint", s.S3URL(), "--endpoint", s.APIURL()},
		"a copy":     {"--local-export-path", folder, "--keys", keys},
	} {
		var out, errs bytes.Buffer
		if code := cli.Main(ctx, nil, append([]string{"verify-results"}, args...), strings.NewReader(""), &out, &errs); code != 0 || out.String() != "Successfully validated sign and query result files\n" {
			t.Errorf("%s: exit %d\n%s%s", what, code, out.String(), errs.String())
		}
	}
	verifyWithCLI(t, s, folder, prefix)
}

// verifyWithCLI runs the AWS CLI's verify-query-results, which only version 2 has.
func verifyWithCLI(t *testing.T, s *server, folder, prefix string) {
	t.Helper()
	name := os.Getenv("CAIRN_AWS_CLI")
	if name == "" {
		name = "aws"
	}
	if help, err := exec.Command(name, "cloudtrail", "verify-query-results", "help").CombinedOutput(); err != nil {
		t.Logf("this AWS CLI has no verify-query-results: %.100s", help)
		return
	}
	t.Setenv("AWS_ENDPOINT_URL_S3", s.S3URL())
	for _, args := range [][]string{{"--local-export-path", folder}, {"--s3-bucket", "results", "--s3-prefix", prefix}} {
		if out := awsRun(t, s.APIURL(), s.CredentialsFile(), append([]string{"cloudtrail", "verify-query-results"}, args...)...); !strings.Contains(out, "Successfully validated") {
			t.Errorf("the AWS CLI says of %v: %s", args, out)
		}
	}
}

// TestQueryKilled: a server that is killed while a query runs tells so when it is
// there again, and nothing of the query is left; what ended before is what it was.
func TestQueryKilled(t *testing.T) {
	dir := t.TempDir()
	p := launch(t, dir)
	c := newClient(t, p.url, dir, "default")
	trail := c.trail()
	ctx := t.Context()
	made, err := trail.CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String("main")})
	if err != nil {
		t.Fatal(err)
	}
	store := (*made.EventDataStoreArn)[strings.LastIndexByte(*made.EventDataStoreArn, '/')+1:]
	g := synth.New(synth.Config{Seed: 1, Start: time.Now().Add(-time.Hour)})
	var records [][]byte
	for range 5000 {
		r, _ := g.Next(nil)
		records = append(records, r)
	}
	c.mustIngest(lines(records), false)
	count := aws.String("SELECT count(*) FROM " + store + " WHERE eventSource <> 'cloudtrail.amazonaws.com'")
	var done *string
	for range 1000 { // until the events are in the table
		q, err := trail.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: count})
		if err != nil {
			t.Fatal(err)
		}
		done = q.QueryId
		queryEnded(t, trail, done)
		if rows := resultRows(t, trail, done); rows[0] >= "5000" && len(rows[0]) == 4 {
			break
		}
	}
	before := resultRows(t, trail, done)
	endless, err := trail.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: aws.String("SELECT a.eventJSON FROM " + store + " a CROSS JOIN " + store + " b")})
	if err != nil {
		t.Fatal(err)
	}
	for { // until it spools
		page, err := trail.GetQueryResults(ctx, &cloudtrail.GetQueryResultsInput{QueryId: endless.QueryId, MaxQueryResults: aws.Int32(1)})
		if err != nil {
			t.Fatal(err)
		}
		if page.QueryStatus != types.QueryStatusQueued && page.QueryStatus != types.QueryStatusRunning {
			t.Fatalf("the query is %s already: %s", page.QueryStatus, aws.ToString(page.ErrorMessage))
		}
		if len(page.QueryResultRows) > 0 {
			break
		}
	}
	p.kill(t)
	p = launch(t, dir)
	defer p.kill(t)
	trail = newClient(t, p.url, dir, "default").trail()
	got := queryEnded(t, trail, endless.QueryId)
	if got.QueryStatus != types.QueryStatusFailed || !strings.Contains(aws.ToString(got.ErrorMessage), "server was stopped") {
		t.Errorf("the query that ran is %s: %s", got.QueryStatus, aws.ToString(got.ErrorMessage))
	}
	if rows := resultRows(t, trail, done); !reflect.DeepEqual(rows, before) {
		t.Errorf("the query that had ended has %v, and had %v", rows, before)
	}
	files, err := os.ReadDir(filepath.Join(dir, "queries"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(f.Name(), *endless.QueryId) || f.Name() == "scratch" {
			t.Errorf("%s is left", f.Name())
		}
	}
}
