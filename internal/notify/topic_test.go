package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestTopicMessage(t *testing.T) {
	sent := func(m Message, want string) {
		t.Helper()
		s, f := newFake(t, func(_ int, r seen) answer { return ok(r) })
		mustNot(t, s.Topic(t.Context(), topicARN, m))
		if len(f.got) != 1 {
			t.Fatalf("%d messages", len(f.got))
		}
		r := f.got[0]
		if got := r.form.Get("Message"); got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
		if r.operation != "Publish" || r.form.Get("TopicArn") != topicARN || r.form.Has("Subject") || r.region != "eu-west-1" || r.service != "sns" || r.key != "AKIAOWN" {
			t.Errorf("the request is %+v", r)
		}
	}
	sent(Message{"bucket", []string{"AWSLogs/1/a.json.gz"}}, `{"s3Bucket":"bucket","s3ObjectKey":["AWSLogs/1/a.json.gz"]}`)
	sent(Message{"bucket", []string{"a", "b"}}, `{"s3Bucket":"bucket","s3ObjectKey":["a","b"]}`)
	sent(Message{"b", []string{`p<&>"q"/ü`}}, `{"s3Bucket":"b","s3ObjectKey":["p<&>\"q\"/ü"]}`)
}

func TestTopicWithoutKeys(t *testing.T) {
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) })
	mustNot(t, s.Topic(t.Context(), topicARN, Message{Bucket: "b"}))
	if len(f.got) != 0 {
		t.Errorf("something was sent: %s", f.operations())
	}
}

// manyKeys do not fit into one message.
func manyKeys() []string {
	var keys []string
	for i := range 4000 {
		keys = append(keys, fmt.Sprintf("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/111122223333_CloudTrail_eu-west-1_20260102T0305Z_%016d.json.gz", i))
	}
	return keys
}

func TestMessageLimit(t *testing.T) {
	m := Message{"b", []string{"k1", "k2", "k3"}}
	fits := func(limit int, want string, wantN int) {
		t.Helper()
		b, n := m.appendTo([]byte{'{'}, limit)
		if got := string(b) + "}"; got != want || n != wantN {
			t.Errorf("into %d bytes go %d keys: %s", limit, n, got)
		}
	}
	all, two, one := `{"s3Bucket":"b","s3ObjectKey":["k1","k2","k3"]}`, `{"s3Bucket":"b","s3ObjectKey":["k1","k2"]}`, `{"s3Bucket":"b","s3ObjectKey":["k1"]}`
	fits(len(all), all, 3)
	fits(len(all)-1, two, 2)
	fits(len(two), two, 2)
	fits(len(two)-1, one, 1)
	fits(0, one, 1)
}

func TestTopicSplits(t *testing.T) {
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) })
	keys := manyKeys()
	mustNot(t, s.Topic(t.Context(), topicARN, Message{"bucket", keys}))
	var got []string
	for i, r := range f.got {
		text := r.form.Get("Message")
		var m struct {
			S3Bucket    string   `json:"s3Bucket"`
			S3ObjectKey []string `json:"s3ObjectKey"`
		}
		mustNot(t, json.Unmarshal([]byte(text), &m))
		got = append(got, m.S3ObjectKey...)
		if len(text) > maxMessage || m.S3Bucket != "bucket" {
			t.Errorf("message %d has %d bytes and the bucket %q", i, len(text), m.S3Bucket)
		}
		if i < len(f.got)-1 && len(text) < maxMessage-200 {
			t.Errorf("message %d has room left: %d bytes", i, len(text))
		}
	}
	if !slices.Equal(got, keys) {
		t.Errorf("%d keys arrived of %d, or in another order", len(got), len(keys))
	}
}

func TestTopicSaysWhatIsDone(t *testing.T) {
	s, f := newFake(t, func(n int, r seen) answer {
		if n == 1 {
			return xmlError(403, "AuthorizationError", "no")
		}
		return ok(r)
	})
	keys := manyKeys()
	e := failed(t, s.Topic(t.Context(), topicARN, Message{"bucket", keys}))
	values, err := url.ParseQuery(string(f.got[0].body))
	mustNot(t, err)
	if want := strings.Count(values.Get("Message"), ".json.gz"); e.Done != want || want == 0 {
		t.Errorf("done are %d keys, want %d", e.Done, want)
	}
}

func TestTopicARN(t *testing.T) {
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) })
	for _, arn := range []string{"", "trail", "arn:aws:sqs:eu-west-1:111122223333:trail", "arn:aws:sns:eu-west-1:111122223333:", topicARN + ":subscription"} {
		if e := failed(t, s.Topic(t.Context(), arn, Message{"b", []string{"k"}})); e.Code != CodeInvalid || e.Retry {
			t.Errorf("%q: %v", arn, e)
		}
	}
	if len(f.got) != 0 {
		t.Errorf("something was sent: %s", f.operations())
	}
}

func TestCheckTopic(t *testing.T) {
	check := func(a answer) (error, *fake) {
		s, f := newFake(t, func(int, seen) answer { return a }, once)
		return s.CheckTopic(t.Context(), topicARN), f
	}
	err, f := check(ok(seen{operation: "Publish"}))
	if err != nil || f.got[0].form.Get("Message") != "CloudTrail validation message." {
		t.Errorf("%v after %s", err, f.got[0].body)
	}
	for _, a := range []answer{xmlError(404, "NotFound", "Topic does not exist"), xmlError(403, "AuthorizationError", "no"), xmlError(400, "InvalidParameter", "TopicArn"), xmlError(400, "KMSAccessDenied", "no")} {
		var refused *Refusal
		err, _ := check(a)
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v is no refusal", a.body, err)
			continue
		}
		if refused.Code != "InsufficientSnsTopicPolicyException" || refused.Message != "SNS Topic does not exist or the topic policy is incorrect!" || refused.Err == nil {
			t.Errorf("%s: %+v", a.body, refused)
		}
	}
	for _, a := range []answer{{err: errors.New("connection refused")}, xmlError(500, "InternalError", "")} {
		var refused *Refusal
		if err, _ := check(a); errors.As(err, &refused) || !failed(t, err).Retry {
			t.Errorf("%v: %v", a, err)
		}
	}
}
