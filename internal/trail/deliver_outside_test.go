package trail

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cairntrail/cairn/internal/objects"
	"github.com/cairntrail/cairn/verify"
)

const (
	testKey    = "AKIATESTTESTTEST"
	testSecret = "secret"
)

// oneKey is a directory of one access key.
type oneKey struct{}

func (oneKey) Key(id, _ string) (objects.Identity, error) {
	if id != testKey {
		return objects.Identity{}, objects.ErrNoKey
	}
	return objects.Identity{Secret: testSecret, Account: testAccount, ARN: "arn:aws:iam::" + testAccount + ":user/test"}, nil
}

// endpointBucket is a Bucket at an S3 endpoint.
type endpointBucket struct{ client *objects.Client }

func (b endpointBucket) Put(ctx context.Context, in PutInput) error {
	err := b.client.Put(ctx, objects.PutInput{Bucket: in.Bucket, Key: in.Key, Body: in.Body, ContentType: in.ContentType, ContentEncoding: in.ContentEncoding,
		Metadata: in.Metadata, ACL: objects.BucketOwnerFullControl})
	var e *objects.Error
	if errors.As(err, &e) {
		return fmt.Errorf("%w: %w", badBucket{code: e.Code, hard: !e.Retry}, err)
	}
	return err
}

// endpoint opens the embedded S3 endpoint with buckets.
func endpoint(t testing.TB, noSync bool, buckets ...string) (url string, b endpointBucket) {
	t.Helper()
	server, err := objects.Open(context.Background(), objects.Config{Dir: t.TempDir(), Addr: "127.0.0.1:0", Keys: oneKey{}, NoSync: noSync})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	credentials := credentials.NewStaticCredentialsProvider(testKey, testSecret, "")
	client, err := objects.NewClient(objects.ClientConfig{Default: objects.Endpoint{URL: server.URL(), PathStyle: true, Credentials: credentials}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	api := s3.New(s3.Options{BaseEndpoint: aws.String(server.URL()), Region: testRegion, Credentials: credentials, UsePathStyle: true})
	for _, name := range buckets {
		if _, err := api.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
	}
	return server.URL(), endpointBucket{client}
}

// listPublicKeys is the one operation of CloudTrail that validate-logs needs.
func listPublicKeys(t testing.TB) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		type key struct {
			Value, Fingerprint                 string
			ValidityStartTime, ValidityEndTime int64
		}
		var out struct{ PublicKeyList []key }
		for name, der := range publicKeys() {
			out.PublicKeyList = append(out.PublicKeyList, key{base64.StdEncoding.EncodeToString(der), name, 0, 2_000_000_000})
		}
		if err := json.NewEncoder(w).Encode(out); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// eventfulDay is a trail's life of 24 digests: an outage, a restart, a rotation,
// logging stopped and started, validation off and on, and a move of the bucket.
// It returns what is in the buckets.
func eventfulDay(t *testing.T) (objects map[string]PutInput, end time.Time) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.keys.rotate = time.Date(2000, 1, 1, 20, 0, 0, 0, time.UTC)
		h.start()
		tr := h.trail("all", nil)
		busy := func(until string) {
			for range 7 {
				h.event(testRegion)
				h.event("eu-west-1")
				h.pass(4 * time.Minute)
			}
			h.until(until)
		}
		busy("02:02")
		h.stop() // a kill: nothing is written behind it
		h.event(testRegion)
		h.start()
		busy("04:33")
		h.bucket.set(func(PutInput) error { return badBucket{code: "SlowDown"} }, nil)
		busy("07:01")
		h.bucket.set(nil, nil)
		busy("09:17")
		h.epoch(tr, func(e *Epoch) { e.Logging = false })
		h.until("11:02")
		h.epoch(tr, func(e *Epoch) { e.Logging = true })
		busy("13:20")
		tr.LogFileValidation = false
		h.set(tr)
		h.until("14:31")
		tr.LogFileValidation = true
		h.set(tr)
		busy("17:00")
		tr.S3BucketName = "other"
		h.set(tr)
		busy("23:59")
		h.sound(tr)
		objects, end = maps.Clone(h.bucket.objects), time.Now().UTC()
	})
	return objects, end
}

// TestAWSCLIValidates lives a day, puts what came of it into the embedded
// endpoint, and has the AWS CLI validate it.
func TestAWSCLIValidates(t *testing.T) {
	cli := os.Getenv("CAIRN_AWS_CLI")
	if cli == "" {
		var err error
		if cli, err = exec.LookPath("aws"); err != nil {
			t.Skip("no AWS CLI on this machine: make test installs one where it can")
		}
	}
	if testing.Short() {
		t.Skip("the AWS CLI takes seconds")
	}
	files, end := eventfulDay(t)
	url, to := endpoint(t, true, "logs", "other")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := to.Put(t.Context(), files[name]); err != nil {
			t.Fatal(err)
		}
	}
	arn := "arn:aws:cloudtrail:us-east-1:" + testAccount + ":trail/all"
	keys := listPublicKeys(t)
	source := newMemBucket()
	source.objects = files
	for _, c := range []struct{ bucket, region string }{{"logs", testRegion}, {"logs", "eu-west-1"}, {"other", testRegion}, {"other", "eu-west-1"}} {
		t.Run(c.bucket+" "+c.region, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), cli, "--region", c.region, "cloudtrail", "validate-logs", "--verbose", "--trail-arn", arn, "--s3-bucket", c.bucket,
				"--start-time", stamp(midnight2000), "--end-time", stamp(end))
			cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL_S3="+url, "AWS_ENDPOINT_URL_CLOUDTRAIL="+keys, "AWS_ACCESS_KEY_ID="+testKey, "AWS_SECRET_ACCESS_KEY="+testSecret,
				"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
			out, err := cmd.CombinedOutput()
			text := string(out)
			if err != nil || strings.Contains(text, "INVALID") {
				t.Fatalf("%v\n%s", err, text)
			}
			// From the bucket of the first part only that part is seen, from the other
			// one everything.
			within := []string{"logs", c.bucket}
			digests, logs := 0, 0
			for _, bucket := range slices.Compact(within) {
				digests += len(source.keys(bucket + "/AWSLogs/" + testAccount + "/CloudTrail-Digest/" + c.region))
				logs += len(source.keys(bucket + "/AWSLogs/" + testAccount + "/CloudTrail/" + c.region))
			}
			want := fmt.Sprintf("%d/%d digest files valid\n%d/%d log files valid", digests, digests, logs, logs)
			if digests < 10 || !strings.Contains(text, want) {
				t.Errorf("want %s:\n%s", want, text[strings.LastIndex(text, "Results requested"):])
			}
			r, err := verify.Validate(t.Context(), source, publicKeys(), verify.Trail{ARN: arn, Bucket: c.bucket, Region: c.region}, verify.Options{Start: midnight2000, End: end})
			if err != nil || r.Damaged() || r.Orphans > 0 || r.Digests.Valid != digests || r.Logs.Valid != logs {
				t.Errorf("verify sees %+v, %v; want %s", r, err, want)
			}
		})
	}
}

var midnight2000 = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
