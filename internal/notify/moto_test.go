package notify

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/cairntrail/cairn/internal/moto"
)

// motoHouse is a moto server and the Sinks that deliver to it.
type motoHouse struct {
	*testing.T
	url    string
	sinks  *Sinks
	logs   *cloudwatchlogs.Client
	events *eventbridge.Client
}

const (
	motoRegion = "eu-west-1"
	motoGroup  = "arn:aws:logs:eu-west-1:123456789012:log-group:CloudTrail/logs:*"
	motoStream = "123456789012_CloudTrail_eu-west-1"
	motoRole   = "arn:aws:iam::123456789012:role/CloudTrail_CloudWatchLogs_Role"
)

// TestMoto delivers everything to one server, for starting it takes longest.
func TestMoto(t *testing.T) {
	m := &motoHouse{T: t, url: moto.Start(t)}
	cfg := testConfig(m.url)
	withRoles(&cfg)
	s, err := New(cfg)
	mustNot(t, err)
	m.sinks = s
	m.logs = cloudwatchlogs.New(cloudwatchlogs.Options{BaseEndpoint: &m.url, Region: motoRegion, Credentials: cfg.Logs.Credentials})
	m.events = eventbridge.New(eventbridge.Options{BaseEndpoint: &m.url, Region: motoRegion, Credentials: cfg.Logs.Credentials})
	t.Run("topic", m.topic)
	t.Run("logs", m.group)
	t.Run("events", m.bus)
}

// query calls an operation of the query protocol and gives the answer. moto
// finds the service by the signature's scope, and looks at no signature.
func (m *motoHouse) query(t *testing.T, service string, form ...string) string {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.url, strings.NewReader(values.Encode()))
	mustNot(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAOWN/20260102/"+motoRegion+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := http.DefaultClient.Do(req)
	mustNot(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	mustNot(t, err)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", service, resp.Status, body)
	}
	return string(body)
}

// receive empties a queue.
func (m *motoHouse) receive(t *testing.T, queue string) (bodies []string) {
	t.Helper()
	for {
		var out struct {
			Bodies []string `xml:"ReceiveMessageResult>Message>Body"`
		}
		text := m.query(t, "sqs", "Action", "ReceiveMessage", "QueueUrl", m.url+"/123456789012/"+queue, "MaxNumberOfMessages", "10")
		mustNot(t, xml.Unmarshal([]byte(text), &out))
		if len(out.Bodies) == 0 {
			return bodies
		}
		bodies = append(bodies, out.Bodies...)
	}
}

func (m *motoHouse) topic(t *testing.T) {
	ctx := t.Context()
	arn := "arn:aws:sns:" + motoRegion + ":123456789012:trail"
	message := Message{"bucket", []string{"AWSLogs/a.json.gz", "AWSLogs/b.json.gz"}}
	var refused *Refusal
	if err := m.sinks.CheckTopic(ctx, arn); !errors.As(err, &refused) {
		t.Errorf("a topic that is not there passes the check: %v", err)
	}
	if e := failed(t, m.sinks.Topic(ctx, arn, message)); e.Code != CodeNotFound || e.Retry {
		t.Errorf("to a topic that is not there: %v", e)
	}
	m.query(t, "sns", "Action", "CreateTopic", "Name", "trail")
	m.query(t, "sqs", "Action", "CreateQueue", "QueueName", "reader")
	m.query(t, "sns", "Action", "Subscribe", "TopicArn", arn, "Protocol", "sqs", "Endpoint", "arn:aws:sqs:"+motoRegion+":123456789012:reader", "Attributes.entry.1.key", "RawMessageDelivery", "Attributes.entry.1.value", "true")
	mustNot(t, m.sinks.CheckTopic(ctx, arn))
	mustNot(t, m.sinks.Topic(ctx, arn, message))
	want := []string{"CloudTrail validation message.", `{"s3Bucket":"bucket","s3ObjectKey":["AWSLogs/a.json.gz","AWSLogs/b.json.gz"]}`}
	if got := m.receive(t, "reader"); !slices.Equal(got, want) {
		t.Errorf("the queue has got %q", got)
	}
}

// stream reads a log stream.
func (m *motoHouse) stream(t *testing.T, group, stream string) (messages []string) {
	t.Helper()
	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: &group, LogStreamName: &stream, StartFromHead: aws.Bool(true)}
	for {
		out, err := m.logs.GetLogEvents(t.Context(), in)
		mustNot(t, err)
		if len(out.Events) == 0 {
			return messages
		}
		for _, e := range out.Events {
			messages = append(messages, *e.Message)
		}
		in.NextToken = out.NextForwardToken
	}
}

func (m *motoHouse) group(t *testing.T) {
	ctx := t.Context()
	g := LogGroup{ARN: motoGroup, RoleARN: motoRole}
	records := []Record{{Raw: []byte(`{"n":"ü\n<1>"}`)}, {Raw: []byte(`{ "n" : 2 }`)}}
	var refused *Refusal
	if err := m.sinks.CheckLogs(ctx, g); !errors.As(err, &refused) || refused.Message != textGroupUnknown {
		t.Errorf("a group that is not there passes the check: %v", err)
	}
	if _, err := m.sinks.Logs(ctx, g, motoStream, records); failed(t, err).Code != CodeNotFound {
		t.Errorf("to a group that is not there: %v", err)
	}
	_, err := m.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("CloudTrail/logs")})
	mustNot(t, err)
	mustNot(t, m.sinks.CheckLogs(ctx, g))
	mustNot(t, m.sinks.CheckLogs(ctx, g)) // The stream is there now.
	if got := m.stream(t, "CloudTrail/logs", motoStream); len(got) != 0 {
		t.Errorf("the check has delivered %q", got)
	}
	// The second stream is made by the delivery.
	for _, stream := range []string{motoStream, StreamName("123456789012", motoRegion, 1)} {
		skipped, err := m.sinks.Logs(ctx, g, stream, records)
		if mustNot(t, err); skipped != 0 {
			t.Errorf("%d are skipped", skipped)
		}
		if got := m.stream(t, "CloudTrail/logs", stream); !slices.Equal(got, []string{string(records[0].Raw), string(records[1].Raw)}) {
			t.Errorf("%s has %q", stream, got)
		}
	}
	// moto refuses batches that are not in order.
	now := time.Now()
	mixed := []Record{{Raw: []byte("3"), Time: now}, {Raw: []byte("1"), Time: now.Add(-2 * time.Hour)}, {Raw: []byte("2"), Time: now.Add(-time.Hour)}}
	_, err = m.sinks.Logs(ctx, g, "mixed", mixed)
	mustNot(t, err)
	if got := m.stream(t, "CloudTrail/logs", "mixed"); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("in order of time they are %q", got)
	}
}

func (m *motoHouse) bus(t *testing.T) {
	ctx := t.Context()
	m.query(t, "sqs", "Action", "CreateQueue", "QueueName", "bus")
	_, err := m.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: aws.String("all"), EventPattern: aws.String(`{"source":["aws.s3","aws.signin","aws.cloudtrail"]}`)})
	mustNot(t, err)
	_, err = m.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: aws.String("all"), Targets: []types.Target{{Id: aws.String("1"), Arn: aws.String("arn:aws:sqs:" + motoRegion + ":123456789012:bus")}}})
	mustNot(t, err)

	records := []Record{
		{Raw: rawEvent("AwsConsoleSignIn", "signin.amazonaws.com", motoRegion, "")},
		{Raw: rawEvent("AwsCloudTrailInsight", "ec2.amazonaws.com", motoRegion, "")},
		{Raw: rawEvent("AwsServiceEvent", "kms.amazonaws.com", motoRegion, "")},
		apiCall("us-east-1"), // It goes to another bus, where there is no rule.
	}
	records = append(records, slices.Repeat([]Record{apiCall(motoRegion)}, 12)...)
	skipped, err := m.sinks.Events(ctx, records)
	if mustNot(t, err); skipped != 0 {
		t.Errorf("%d are skipped", skipped)
	}
	got := make(map[string]int)
	for _, text := range m.receive(t, "bus") {
		var e struct {
			Source     string
			DetailType string `json:"detail-type"`
			Region     string
			Detail     struct{ EventType, AwsRegion string }
		}
		mustNot(t, json.Unmarshal([]byte(text), &e))
		got[strings.Join([]string{e.Source, e.DetailType, e.Detail.EventType, e.Region, e.Detail.AwsRegion}, "|")]++
	}
	want := map[string]int{
		"aws.signin|AWS Console Sign In via CloudTrail|AwsConsoleSignIn|eu-west-1|eu-west-1": 1,
		"aws.cloudtrail|AWS Insight via CloudTrail|AwsCloudTrailInsight|eu-west-1|eu-west-1": 1,
		"aws.s3|AWS API Call via CloudTrail|AwsApiCall|eu-west-1|eu-west-1":                  12,
	}
	for line, n := range want {
		if got[line] != n {
			t.Errorf("%s arrived %d times, want %d", line, got[line], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("arrived: %v", got)
	}
}
