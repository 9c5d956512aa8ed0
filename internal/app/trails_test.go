package app

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/klauspost/compress/gzip"
)

// TestTrail is a trail's life at a server on its defaults: a bucket at the
// embedded endpoint with the policy of the guide, a trail, calls, log files and
// digests, and the AWS CLI that validates them.
func TestTrail(t *testing.T) {
	s := start(t, t.TempDir(), map[string]string{"s3-listen": "127.0.0.1:0", "log-file-interval": "1s", "digest-interval": "2s"})
	ctx := t.Context()
	cfg := s.client("default").cfg
	buckets := s3.NewFromConfig(cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(s.S3URL()), true })
	bucket := aws.String("trail-bucket")
	if _, err := buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	trails := s.client("default").trail()
	in := &cloudtrail.CreateTrailInput{Name: aws.String("main"), S3BucketName: bucket, IsMultiRegionTrail: aws.Bool(true), EnableLogFileValidation: aws.Bool(true)}
	if _, err := trails.CreateTrail(ctx, in); err == nil || !strings.Contains(err.Error(), "InsufficientS3BucketPolicyException") || !strings.Contains(err.Error(), "AWSLogs/111122223333") {
		t.Fatalf("without a bucket policy: %v", err)
	}
	if _, err := buckets.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(trailPolicy(*bucket))}); err != nil {
		t.Fatal(err)
	}
	made, err := trails.CreateTrail(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := trails.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: made.TrailARN}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for range 5 {
		id, err := s.client("default").callerIdentity()
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	// Two digests behind the calls: the second is chained to the first.
	var digests, logs []string
	deadline := time.Now().Add(60 * time.Second)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for len(digests) < 3 && time.Now().Before(deadline) {
		<-tick.C
		digests, logs = nil, nil
		list, err := buckets.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: aws.String("AWSLogs/")})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list.Contents {
			switch {
			case strings.Contains(*o.Key, "/CloudTrail-Digest/") && strings.HasSuffix(*o.Key, ".gz"):
				digests = append(digests, *o.Key)
			case strings.Contains(*o.Key, "/CloudTrail/") && strings.HasSuffix(*o.Key, ".gz"):
				logs = append(logs, *o.Key)
			}
		}
	}
	if len(digests) < 3 || len(logs) == 0 {
		t.Fatalf("digests %v, log files %v", digests, logs)
	}
	found := map[string]int{}
	for _, key := range logs {
		countRequests(t, buckets, *bucket, key, found)
	}
	for _, id := range ids {
		if found[id] != 1 {
			t.Errorf("call %s is %d times in the log files", id, found[id])
		}
	}
	status, err := trails.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String("main")})
	if err != nil || !*status.IsLogging || status.LatestDeliveryTime == nil || status.LatestDigestDeliveryTime == nil || aws.ToString(status.LatestDeliveryError) != "" {
		t.Errorf("status %+v, %v", status, err)
	}
	t.Log(validateWithCLI(t, s.APIURL(), s.S3URL(), s.dir, *made.TrailARN, begun))
}

// trailPolicy is the bucket policy of the User Guide.
func trailPolicy(bucket string) string {
	return `{"Version":"2012-10-17","Statement":[
		{"Sid":"AWSCloudTrailAclCheck","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::` + bucket + `"},
		{"Sid":"AWSCloudTrailWrite","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + bucket + `/AWSLogs/111122223333/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}}]}`
}

// countRequests counts the requestIDs of a log file.
func countRequests(t *testing.T, buckets *s3.Client, bucket, key string, found map[string]int) {
	t.Helper()
	got, err := buckets.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	z, err := gzip.NewReader(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Records []struct{ RequestID string } }
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	for _, r := range file.Records {
		found[r.RequestID]++
	}
}

// validateWithCLI runs the AWS CLI's validation over what was delivered, and
// returns what it says.
func validateWithCLI(t *testing.T, api, s3, dir, arn string, since time.Time) string {
	t.Helper()
	name := os.Getenv("CAIRN_AWS_CLI")
	if name == "" {
		name = "aws"
	}
	cli, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("the AWS CLI is not on this machine: %v", err)
	}
	cmd := exec.Command(cli, "cloudtrail", "validate-logs", "--trail-arn", arn, "--start-time", since.Add(-time.Minute).UTC().Format(time.RFC3339), "--verbose",
		"--endpoint-url", api, "--region", "us-east-1")
	cmd.Env = append(os.Environ(), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(dir, "credentials"), "AWS_CONFIG_FILE="+os.DevNull, "AWS_ENDPOINT_URL_S3="+s3, "AWS_EC2_METADATA_DISABLED=true")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if text := string(out); !strings.Contains(text, "digest files valid") || strings.Contains(text, "INVALID") {
		t.Errorf("the AWS CLI says:\n%s", text)
	}
	return string(out)
}

// TestTrailWantsData: a gateway records the data events that a trail selects,
// from PutEventSelectors on, and the trail delivers them; without it they pass.
func TestTrailWantsData(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	defer upstream.Close()
	s := start(t, t.TempDir(), map[string]string{"s3-listen": "127.0.0.1:0", "log-file-interval": "1s", "digest-interval": "1h", "gateway-listen": "127.0.0.1:0", "gateway-upstream": upstream.URL})
	ctx := t.Context()
	buckets := s3.NewFromConfig(s.client("default").cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(s.S3URL()), true })
	bucket := aws.String("logs")
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":["s3:GetBucketAcl","s3:PutObject"],"Resource":["arn:aws:s3:::logs","arn:aws:s3:::logs/*"]}]}`
	if _, err := buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	if _, err := buckets.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: bucket, Policy: &policy}); err != nil {
		t.Fatal(err)
	}
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
	trails := s.client("default").trail()
	if _, err := trails.CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: aws.String("data"), S3BucketName: bucket}); err != nil {
		t.Fatal(err)
	}
	if _, err := trails.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String("data")}); err != nil {
		t.Fatal(err)
	}
	get("before")
	if _, err := trails.PutEventSelectors(ctx, &cloudtrail.PutEventSelectorsInput{TrailName: aws.String("data"), EventSelectors: []types.EventSelector{{
		ReadWriteType: types.ReadWriteTypeAll, IncludeManagementEvents: aws.Bool(false),
		DataResources: []types.DataResource{{Type: aws.String("AWS::S3::Object"), Values: []string{"arn:aws:s3:::photos/"}}}}}}); err != nil {
		t.Fatal(err)
	}
	get("after")
	var text string
	deadline := time.Now().Add(60 * time.Second)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(text, "photos/after") && time.Now().Before(deadline) {
		<-tick.C
		text = ""
		list, err := buckets.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list.Contents {
			if !strings.HasSuffix(*o.Key, ".json.gz") {
				continue
			}
			got, err := buckets.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: o.Key})
			if err != nil {
				t.Fatal(err)
			}
			z, err := gzip.NewReader(got.Body)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			text += string(raw)
		}
	}
	if !strings.Contains(text, "arn:aws:s3:::photos/after") || strings.Contains(text, "photos/before") {
		t.Errorf("the log files have %s", text)
	}
}
