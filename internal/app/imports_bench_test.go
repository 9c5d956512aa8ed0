package app

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cairntrail/cairn/internal/synth"
)

var benchImport = flag.Int("bench.import", 200_000, "events that BenchmarkImport copies")

// BenchmarkImport copies log files of 25,000 events each, half of what CloudTrail's
// files hold at the most, from a bucket at the embedded endpoint into the table of an
// event data store: events a second, and the most memory of the whole process.
func BenchmarkImport(b *testing.B) {
	s := start(b, b.TempDir(), map[string]string{"s3-listen": "127.0.0.1:0"})
	c := s.client("default")
	api, bucket := c.trail(), aws.String("import-logs")
	buckets := s3.NewFromConfig(c.cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(s.S3URL()), true })
	if _, err := buckets.CreateBucket(b.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		b.Fatal(err)
	}
	const perFile = 25_000
	begin := time.Now().UTC().Add(-20 * 24 * time.Hour)
	g := synth.New(synth.Config{Seed: 1, Account: "111122223333", Start: begin, PerSecond: max(1, *benchImport/(19*24*3600))})
	files := max(1, *benchImport/perFile)
	for n := range files {
		plain := []byte(`{"Records":[`)
		for i := range perFile {
			if i > 0 {
				plain = append(plain, ',')
			}
			plain, _ = g.Next(plain)
		}
		at := begin.Add(time.Duration(n) * 19 * 24 * time.Hour / time.Duration(files))
		key := fmt.Sprintf("AWSLogs/111122223333/CloudTrail/us-east-1/%s/111122223333_CloudTrail_us-east-1_%s_%016d.json.gz", at.Format("2006/01/02"), at.Format("20060102T1504Z"), n)
		if _, err := buckets.PutObject(b.Context(), &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: bytes.NewReader(gzipped(b, append(plain, "]}"...)))}); err != nil {
			b.Fatal(err)
		}
	}
	stores := 0
	for b.Loop() {
		b.StopTimer()
		stores++
		made, err := api.CreateEventDataStore(b.Context(), &cloudtrail.CreateEventDataStoreInput{Name: aws.String(fmt.Sprint("copied-", stores)), StartIngestion: aws.Bool(false), TerminationProtectionEnabled: aws.Bool(false)})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		started, err := api.StartImport(b.Context(), &cloudtrail.StartImportInput{Destinations: []string{*made.EventDataStoreArn}, ImportSource: &types.ImportSource{S3: &types.S3ImportSource{
			S3LocationUri: aws.String("s3://import-logs/"), S3BucketRegion: aws.String("us-east-1"), S3BucketAccessRoleArn: aws.String("arn:aws:iam::111122223333:role/import")}}})
		if err != nil {
			b.Fatal(err)
		}
		out := imported(b, api, *started.ImportId)
		b.StopTimer()
		if st := out.ImportStatistics; out.ImportStatus != types.ImportStatusCompleted || *st.EventsCompleted != int64(files)*perFile {
			b.Fatalf("the import is %s: %+v", out.ImportStatus, st)
		}
		if _, err := api.DeleteEventDataStore(context.Background(), &cloudtrail.DeleteEventDataStoreInput{EventDataStore: made.EventDataStoreArn}); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)*float64(files)*perFile/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(peakMemory(b), "peak-MB")
}

// peakMemory is the most memory that this process has had, in MB; 0 where the system
// does not tell.
func peakMemory(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	var kb float64
	if _, err := fmt.Sscan(after, &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1000
}
