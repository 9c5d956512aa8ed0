package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/cairntrail/cairn/internal/moto"
)

// awaitEvents waits until a table has so many of these events, and checks that each is
// there once.
func (s *server) awaitEvents(t *testing.T, store string, n int, ids map[string]bool) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	found := 0
	for range 300 {
		found = 0
		for id, times := range s.inTable(store, "eventid") {
			if !ids[id] {
				continue
			}
			if found++; times != 1 {
				t.Fatalf("event %s is %d times in the table", id, times)
			}
		}
		if found >= n {
			break
		}
		<-tick.C
	}
	if found != n {
		t.Fatalf("the table has %d of the events, want %d", found, n)
	}
}

// TestFollow follows a bucket at moto's server: by listing it, and by each of the
// messages that a queue may have, over a restart.
func TestFollow(t *testing.T) {
	address := moto.Start(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "moto")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "moto")
	creds := credentials.NewStaticCredentialsProvider("moto", "moto", "")
	buckets := s3.New(s3.Options{BaseEndpoint: &address, UsePathStyle: true, Region: "us-east-1", Credentials: creds})
	queues := sqs.New(sqs.Options{BaseEndpoint: &address, Region: "us-east-1", Credentials: creds})
	topics := sns.New(sns.Options{BaseEndpoint: &address, Region: "us-east-1", Credentials: creds})
	files, ids := synthetic(14)
	keys := make([]string, 0, len(files))
	for key := range files {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	first := make(map[string][]byte)
	for _, key := range keys[:6] {
		first[key] = files[key]
	}
	first["AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/01/x.json.gz"] = []byte("no log file")
	upload(t, buckets, "listed", first)
	upload(t, buckets, "told", map[string][]byte{keys[6]: files[keys[6]], keys[7]: files[keys[7]], keys[8]: files[keys[8]], keys[9]: files[keys[9]], keys[10]: files[keys[10]], keys[11]: files[keys[11]]})

	// A queue with all forms of messages: two of each.
	made, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("new-files")})
	if err != nil {
		t.Fatal(err)
	}
	topic, err := topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("new-files")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := topics.Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: topic.TopicArn, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:123456789012:new-files")}); err != nil {
		t.Fatal(err)
	}
	event := func(key string) string {
		return fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"told"},"object":{"key":%q}}}]}`, url.QueryEscape(key))
	}
	tell := func(direct bool, body string) {
		t.Helper()
		var err error
		if direct {
			_, err = queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: made.QueueUrl, MessageBody: &body})
		} else {
			_, err = topics.Publish(t.Context(), &sns.PublishInput{TopicArn: topic.TopicArn, Message: &body})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	tell(true, `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"told"}`)
	for _, key := range keys[6:8] {
		tell(true, event(key))
		tell(false, event(key)) // the same file again
	}
	tell(false, event(keys[8]))
	list, err := json.Marshal(keys[9:12])
	if err != nil {
		t.Fatal(err)
	}
	tell(false, fmt.Sprintf(`{"s3Bucket":"told","s3ObjectKey":%s}`, list))

	dir := t.TempDir()
	inlets := fmt.Sprintf(`
  - {name: lister, kind: cloudtrail, bucket: listed, every: 100ms, since: %s}
  - {name: told, kind: cloudtrail, bucket: told, queue: %q}
buckets:
  - {name: listed, endpoint: %q}
  - {name: told, endpoint: %q}
`, time.Now().Add(-30*24*time.Hour).Format(time.DateOnly), *made.QueueUrl, address, address)
	s := start(t, dir, nil)
	arn, err := s.client("default").trail().CreateEventDataStore(t.Context(), &cloudtrail.CreateEventDataStoreInput{Name: aws.String("main"), TerminationProtectionEnabled: aws.Bool(false)})
	if err != nil {
		t.Fatal(err)
	}
	stop := func() {
		t.Helper()
		if err := s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	s = startInlets(t, dir, inlets)
	s.awaitEvents(t, idOf(*arn.EventDataStoreArn), len(keys[:12])*100, ids)

	// Over a restart nothing is read again, and what is new of today is found.
	stop()
	for _, key := range keys[12:] {
		today := "AWSLogs/111122223333/CloudTrail/us-east-1/" + time.Now().UTC().Format("2006/01/02") + key[strings.LastIndexByte(key, '/'):]
		if _, err := buckets.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("listed"), Key: &today, Body: bytes.NewReader(files[key])}); err != nil {
			t.Fatal(err)
		}
	}
	s = startInlets(t, dir, inlets)
	s.awaitEvents(t, idOf(*arn.EventDataStoreArn), len(ids), ids)
	stop()
	left, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: made.QueueUrl, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages}})
	if err != nil || left.Attributes["ApproximateNumberOfMessages"] != "0" {
		t.Errorf("the queue still has messages: %v, %v", left, err)
	}
}
