package app

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cairntrail/cairn/internal/moto"
	"github.com/cairntrail/cairn/internal/synth"
)

// copied makes a store that keeps events for ten years and takes no new ones.
func copied(t *testing.T, api *cloudtrail.Client) (arn string) {
	t.Helper()
	made, err := api.CreateEventDataStore(t.Context(), &cloudtrail.CreateEventDataStoreInput{Name: aws.String("copied"), RetentionPeriod: aws.Int32(2557),
		BillingMode: types.BillingModeFixedRetentionPricing, StartIngestion: aws.Bool(false), TerminationProtectionEnabled: aws.Bool(false)})
	if err != nil {
		t.Fatal(err)
	}
	return *made.EventDataStoreArn
}

func idOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// upload puts log files into a new bucket.
func upload(t *testing.T, buckets *s3.Client, bucket string, files map[string][]byte) {
	t.Helper()
	if _, err := buckets.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	for key, body := range files {
		if _, err := buckets.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body)}); err != nil {
			t.Fatal(err)
		}
	}
}

// realLogFiles are the real log files by their keys in a trail's bucket, and how many
// events of each day they have.
func realLogFiles(t *testing.T) (files map[string][]byte, days map[string]int) {
	t.Helper()
	files, days = make(map[string][]byte), make(map[string]int)
	for _, name := range realRecords(t) {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.ToSlash(name[strings.Index(name, "AWSLogs"):])] = body
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Records []struct{ EventTime string } }
		if err := json.NewDecoder(z).Decode(&file); err != nil {
			t.Fatal(err)
		}
		for _, r := range file.Records {
			days[r.EventTime[:10]]++
		}
	}
	return files, days
}

// imported waits until an import has ended.
func imported(t testing.TB, api *cloudtrail.Client, id string) *cloudtrail.GetImportOutput {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); ; <-tick.C {
		out, err := api.GetImport(t.Context(), &cloudtrail.GetImportInput{ImportId: &id})
		if err != nil {
			t.Fatal(err)
		}
		if out.ImportStatus != types.ImportStatusInitializing && out.ImportStatus != types.ImportStatusInProgress {
			return out
		}
		if time.Now().After(deadline) {
			t.Fatalf("the import does not end: %+v", out)
		}
	}
}

// checkReal starts an import of the real records with the AWS CLI, and compares the
// table with them.
func checkReal(t *testing.T, s *server, files map[string][]byte, days map[string]int) {
	t.Helper()
	api := s.client("default").trail()
	arn := copied(t, api)
	answer := awsRun(t, s.APIURL(), s.CredentialsFile(), "cloudtrail", "start-import", "--destinations", arn, "--start-event-time", "2023-07-01T00:00:00Z", "--import-source",
		`{"S3":{"S3LocationUri":"s3://real-logs/AWSLogs/218007301253/CloudTrail/","S3BucketRegion":"us-east-1","S3BucketAccessRoleArn":"arn:aws:iam::111122223333:role/import"}}`)
	var started struct{ ImportId, ImportStatus string }
	if err := json.Unmarshal([]byte(answer), &started); err != nil || started.ImportStatus != "INITIALIZING" {
		t.Fatal(answer, err)
	}
	total := 0
	for _, n := range days {
		total += n
	}
	out := imported(t, api, started.ImportId)
	if st := out.ImportStatistics; out.ImportStatus != types.ImportStatusCompleted || *st.FilesCompleted != int64(len(files)) || *st.EventsCompleted != int64(total) || *st.FailedEntries != 0 {
		t.Errorf("the import is %s: %+v", out.ImportStatus, out.ImportStatistics)
	}
	got := s.readTable(idOf(arn), "strftime(eventtime, '%Y-%m-%d')")
	for day, n := range days {
		if got[day] != n {
			t.Errorf("the table has %d events of %s, the files %d", got[day], day, n)
		}
	}
	if ids := s.readTable(idOf(arn), "eventid"); len(ids) != total {
		t.Errorf("%d different events, of %d", len(ids), total)
	}
}

// TestImport copies the real records from a bucket at the embedded endpoint.
func TestImport(t *testing.T) {
	files, days := realLogFiles(t)
	s := start(t, t.TempDir(), map[string]string{"s3-listen": "127.0.0.1:0"})
	upload(t, s3.NewFromConfig(s.client("default").cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(s.S3URL()), true }), "real-logs", files)
	checkReal(t, s, files, days)
}

// TestImportFromMoto copies them from a store that is none of ours.
func TestImportFromMoto(t *testing.T) {
	files, days := realLogFiles(t)
	url := moto.Start(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "moto")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "moto")
	upload(t, s3.New(s3.Options{BaseEndpoint: &url, UsePathStyle: true, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("moto", "moto", "")}), "real-logs", files)
	s := start(t, t.TempDir(), map[string]string{"buckets-endpoint": url})
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	checkReal(t, s, files, days)
}

// synthetic makes log files of 100 events each, and their eventIDs.
func synthetic(n int) (files map[string][]byte, ids map[string]bool) {
	files, ids = make(map[string][]byte), make(map[string]bool)
	begin := time.Now().Add(-20 * 24 * time.Hour).UTC()
	g := synth.New(synth.Config{Seed: 1, Start: begin})
	for i := range n {
		var text bytes.Buffer
		z := gzip.NewWriter(&text)
		for j := range 100 {
			rec, id := g.Next(nil)
			fmt.Fprintf(z, "%s%s", []string{`{"Records":[`, ","}[min(j, 1)], rec)
			ids[id] = true
		}
		io.WriteString(z, "]}")
		z.Close()
		at := begin.Add(time.Duration(i) * time.Hour)
		files[fmt.Sprintf("AWSLogs/111122223333/CloudTrail/us-east-1/%s/111122223333_CloudTrail_us-east-1_%s_%016d.json.gz", at.Format("2006/01/02"), at.Format("20060102T1504Z"), i)] = text.Bytes()
	}
	return files, ids
}

// TestCrashImport kills the server in the middle of an import, several times: in the
// end each event is in the table once.
func TestCrashImport(t *testing.T) {
	files, ids := synthetic(300)
	dir := t.TempDir()
	settings := []string{"CAIRN_S3_LISTEN=127.0.0.1:0"}
	p := launch(t, dir, settings...)
	c := newClient(t, p.url, dir, "default")
	upload(t, s3.NewFromConfig(c.cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(p.s3), true }), "synthetic-logs", files)
	arn := copied(t, c.trail())
	started, err := c.trail().StartImport(t.Context(), &cloudtrail.StartImportInput{Destinations: []string{arn}, ImportSource: &types.ImportSource{S3: &types.S3ImportSource{
		S3LocationUri: aws.String("s3://synthetic-logs/"), S3BucketRegion: aws.String("us-east-1"), S3BucketAccessRoleArn: aws.String("arn:aws:iam::111122223333:role/import")}}})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		timer := time.NewTimer(time.Duration(100+150*round) * time.Millisecond)
		<-timer.C
		p.kill(t)
		p = launch(t, dir, settings...)
	}
	out := imported(t, newClient(t, p.url, dir, "default").trail(), *started.ImportId)
	if st := out.ImportStatistics; out.ImportStatus != types.ImportStatusCompleted || *st.FilesCompleted != 300 || *st.EventsCompleted != 30_000 {
		t.Errorf("the import is %s: %+v", out.ImportStatus, st)
	}
	p.kill(t)
	s := start(t, dir, nil)
	got := s.readTable(idOf(arn), "eventid")
	for id := range ids {
		if got[id] != 1 {
			t.Errorf("event %s is %d times in the table", id, got[id])
		}
	}
	if len(got) != len(ids) {
		t.Errorf("%d events, of %d", len(got), len(ids))
	}
}
