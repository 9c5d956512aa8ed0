package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// trailLife is a server of its own whose trail lives through trouble, and what
// was acknowledged meanwhile.
type trailLife struct {
	*testing.T
	dir      string
	settings []string
	*process
	client *client

	logged, unlogged []string
}

// The interval of digests, and how many there must be in the end.
const (
	lifeInterval = 3 * time.Second
	lifeDigests  = 24
)

func (l *trailLife) launch() {
	l.process = launch(l.T, l.dir, l.settings...)
	l.client = newClient(l.T, l.url, l.dir, "default")
}

func (l *trailLife) buckets() *s3.Client {
	return s3.NewFromConfig(l.client.cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(l.process.s3), true })
}

// busy makes calls until some digests more are due.
func (l *trailLife) busy(digests int, ids *[]string) {
	l.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(time.Duration(digests) * lifeInterval); time.Now().Before(until); <-tick.C {
		id, err := l.client.callerIdentity()
		if err != nil {
			l.Fatal(err)
		}
		*ids = append(*ids, id)
	}
}

// killed kills the server while calls come, and starts it again.
func (l *trailLife) killed() {
	l.Helper()
	var acknowledged []string
	var calling sync.WaitGroup
	c := l.client
	calling.Go(func() {
		for {
			id, err := c.callerIdentity()
			if err != nil {
				return
			}
			acknowledged = append(acknowledged, id)
		}
	})
	timer := time.NewTimer(lifeInterval / 2)
	<-timer.C
	l.kill(l.T)
	calling.Wait()
	l.logged = append(l.logged, acknowledged...)
	l.launch()
}

func (l *trailLife) bucket(name string) {
	l.Helper()
	if _, err := l.buckets().CreateBucket(l.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		l.Fatal(err)
	}
	if _, err := l.buckets().PutBucketPolicy(l.Context(), &s3.PutBucketPolicyInput{Bucket: &name, Policy: aws.String(trailPolicy(name))}); err != nil {
		l.Fatal(err)
	}
}

func (l *trailLife) update(in cloudtrail.UpdateTrailInput) {
	l.Helper()
	in.Name = aws.String("main")
	if _, err := l.client.trail().UpdateTrail(l.Context(), &in); err != nil {
		l.Fatal(err)
	}
}

// waitFor asks for the trail's status until it is as wanted.
func (l *trailLife) waitFor(what string, ok func(*cloudtrail.GetTrailStatusOutput) bool) {
	l.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		s, err := l.client.trail().GetTrailStatus(l.Context(), &cloudtrail.GetTrailStatusInput{Name: aws.String("main")})
		if err != nil {
			l.Fatal(err)
		}
		if ok(s) {
			return
		}
		if time.Now().After(deadline) {
			l.Fatalf("%s: the status is %+v", what, s)
		}
	}
}

// listed are the keys of a bucket's log files and digests.
func (l *trailLife) listed(bucket string) (logs, digests []string) {
	l.Helper()
	pages := s3.NewListObjectsV2Paginator(l.buckets(), &s3.ListObjectsV2Input{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(l.Context())
		if err != nil {
			l.Fatal(err)
		}
		for _, o := range page.Contents {
			switch {
			case !strings.HasSuffix(*o.Key, ".json.gz"):
			case strings.Contains(*o.Key, "/CloudTrail-Digest/"):
				digests = append(digests, *o.Key)
			default:
				logs = append(logs, *o.Key)
			}
		}
	}
	return logs, digests
}

// hook is a webhook that counts the log files it is told of.
func (l *trailLife) hook() (url string, files func() map[string]int) {
	var mu sync.Mutex
	seen := make(map[string]int)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var m struct {
			S3Bucket    string   `json:"s3Bucket"`
			S3ObjectKey []string `json:"s3ObjectKey"`
		}
		if err == nil {
			err = json.Unmarshal(body, &m)
		}
		if err != nil || r.Header.Get("Webhook-Signature") == "" {
			l.Errorf("webhook %s: %v", body, err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, k := range m.S3ObjectKey {
			seen[m.S3Bucket+"/"+k]++
		}
	}))
	l.Cleanup(s.Close)
	return s.URL, func() map[string]int { mu.Lock(); defer mu.Unlock(); return seen }
}

// TestTrailLife is a trail that lives through a kill, a stop and start of logging,
// validation off and on, a rotation of the signing key, an outage of its bucket
// and a move to another one, while calls come; 24 digests and more. Then every
// call that was acknowledged while the trail logged is in exactly one log file,
// none of the others is in any, and the AWS CLI finds everything valid.
func TestTrailLife(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than a minute: digests come with time")
	}
	t.Parallel()
	l := &trailLife{T: t, dir: t.TempDir()}
	hook, told := l.hook()
	secrets := filepath.Join(t.TempDir(), "secrets")
	if err := os.WriteFile(secrets, []byte("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l.settings = []string{"CAIRN_S3_LISTEN=127.0.0.1:0", "CAIRN_LOG_FILE_INTERVAL=1s", "CAIRN_DIGEST_INTERVAL=" + lifeInterval.String(), "CAIRN_SIGNING_KEY_LIFETIME=1m",
		"CAIRN_WEBHOOK_URL=" + hook, "CAIRN_WEBHOOK_SECRETS=" + secrets}
	l.launch()
	t.Cleanup(func() { l.kill(t) })
	l.bucket("first-bucket")
	l.bucket("other-bucket")
	begun := time.Now()
	made, err := l.client.trail().CreateTrail(t.Context(), &cloudtrail.CreateTrailInput{Name: aws.String("main"), S3BucketName: aws.String("first-bucket"), IsMultiRegionTrail: aws.Bool(true), EnableLogFileValidation: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	name := aws.String("main")
	if _, err := l.client.trail().StartLogging(t.Context(), &cloudtrail.StartLoggingInput{Name: name}); err != nil {
		t.Fatal(err)
	}
	l.busy(3, &l.logged)
	l.killed()
	l.busy(3, &l.logged)

	// The bucket is away.
	home, away := filepath.Join(l.dir, "buckets", "first-bucket"), filepath.Join(l.dir, "away")
	if err := os.Rename(home, away); err != nil {
		t.Fatal(err)
	}
	l.busy(2, &l.logged)
	l.waitFor("the bucket is away", func(s *cloudtrail.GetTrailStatusOutput) bool {
		return aws.ToString(s.LatestDeliveryError) == "NoSuchBucket"
	})
	if err := os.Rename(away, home); err != nil {
		t.Fatal(err)
	}
	l.update(cloudtrail.UpdateTrailInput{}) // who has mended something need not wait for the next try
	l.waitFor("the bucket is back", func(s *cloudtrail.GetTrailStatusOutput) bool { return aws.ToString(s.LatestDeliveryError) == "" })

	if _, err := l.client.trail().StopLogging(t.Context(), &cloudtrail.StopLoggingInput{Name: name}); err != nil {
		t.Fatal(err)
	}
	l.busy(2, &l.unlogged)
	if _, err := l.client.trail().StartLogging(t.Context(), &cloudtrail.StartLoggingInput{Name: name}); err != nil {
		t.Fatal(err)
	}
	l.busy(3, &l.logged)
	l.update(cloudtrail.UpdateTrailInput{EnableLogFileValidation: aws.Bool(false)})
	l.busy(2, &l.logged)
	l.update(cloudtrail.UpdateTrailInput{EnableLogFileValidation: aws.Bool(true)})
	l.busy(3, &l.logged)
	l.update(cloudtrail.UpdateTrailInput{S3BucketName: aws.String("other-bucket")})
	for n := 0; n < lifeDigests; {
		l.busy(1, &l.logged)
		_, first := l.listed("first-bucket")
		_, other := l.listed("other-bucket")
		n = len(first) + len(other)
	}
	last := time.Now()
	l.waitFor("everything is delivered", func(s *cloudtrail.GetTrailStatusOutput) bool {
		return s.LatestDigestDeliveryTime != nil && s.LatestDigestDeliveryTime.After(last.Add(lifeInterval))
	})
	l.check(*made.TrailARN, begun, told())
}

// check compares what is in the buckets with what was acknowledged, and has the
// AWS CLI validate it.
func (l *trailLife) check(arn string, begun time.Time, told map[string]int) {
	l.Helper()
	found := make(map[string]int)
	for _, bucket := range []string{"first-bucket", "other-bucket"} {
		logs, digests := l.listed(bucket)
		if len(logs) == 0 || len(digests) == 0 {
			l.Errorf("%s has %d log files and %d digests", bucket, len(logs), len(digests))
		}
		untold := 0
		for _, key := range logs {
			countRequests(l.T, l.buckets(), bucket, key, found)
			if told[bucket+"/"+key] == 0 {
				untold++
			}
		}
		// The kill may have come between a file and its notice, and the last files
		// may still be on their way.
		if untold > 3 {
			l.Errorf("the webhook was not told of %d of %d log files in %s", untold, len(logs), bucket)
		}
	}
	for _, id := range l.logged {
		if found[id] != 1 {
			l.Errorf("call %s is %d times in the log files", id, found[id])
		}
	}
	for _, id := range l.unlogged {
		if found[id] != 0 {
			l.Errorf("call %s, made while logging was stopped, is in the log files", id)
		}
	}
	keys, err := l.client.trail().ListPublicKeys(l.Context(), &cloudtrail.ListPublicKeysInput{StartTime: aws.Time(begun.Add(-time.Hour)), EndTime: aws.Time(time.Now().Add(time.Hour))})
	if err != nil || len(keys.PublicKeyList) < 2 {
		l.Errorf("the signing key has not changed: %+v, %v", keys, err)
	}
	text := validateWithCLI(l.T, l.url, l.process.s3, l.dir, arn, begun)
	n := 0
	if m := regexp.MustCompile(`(\d+)/(\d+) digest files valid`).FindStringSubmatch(text); m != nil && m[1] == m[2] {
		n, _ = strconv.Atoi(m[1])
	}
	if n < lifeDigests {
		l.Errorf("%d digests are valid, of %d wanted:\n%s", n, lifeDigests, text)
	}
	l.Log(fmt.Sprintf("%d calls logged, %d not, %d keys; ", len(l.logged), len(l.unlogged), len(keys.PublicKeyList)), text[strings.Index(text, "Results requested"):])
}
