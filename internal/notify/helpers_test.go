package notify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

const (
	topicARN = "arn:aws:sns:eu-west-1:111122223333:trail"
	groupARN = "arn:aws:logs:eu-west-1:111122223333:log-group:CloudTrail/logs:*"
	roleARN  = "arn:aws:iam::111122223333:role/CloudTrail_CloudWatchLogs_Role"
)

// seen is a request as a service sees it.
type seen struct {
	key, region, service string // who signed, and for what
	operation            string
	host                 string
	header               http.Header
	form                 url.Values // of the query protocol
	body                 []byte
}

// answer is what a service answers; one with err does not.
type answer struct {
	status int
	body   string
	header http.Header
	err    error
}

// fake is a network with services that a test makes up.
type fake struct {
	t      *testing.T
	answer func(n int, r seen) answer

	mu  sync.Mutex
	got []seen
}

var credentialScope = regexp.MustCompile(`Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request`)

// RoundTrip implements http.RoundTripper.
func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s := seen{header: r.Header, body: body, host: r.URL.Host}
	if m := credentialScope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		s.key, s.region, s.service = m[1], m[2], m[3]
	}
	if _, name, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		s.operation = name
	} else if s.form, err = url.ParseQuery(string(body)); err == nil {
		s.operation = s.form.Get("Action")
	}
	f.mu.Lock()
	n := len(f.got)
	f.got = append(f.got, s)
	f.mu.Unlock()
	a := f.answer(n, s)
	if a.err != nil {
		return nil, a.err
	}
	if a.header == nil {
		a.header = http.Header{}
	}
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(a.body)), Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

// operations are those that were asked for, in order.
func (f *fake) operations() string {
	var all []string
	for _, r := range f.got {
		all = append(all, r.operation)
	}
	return strings.Join(all, " ")
}

// newFake makes Sinks whose network is a fake.
func newFake(t *testing.T, answer func(n int, r seen) answer, change ...func(*Config)) (*Sinks, *fake) {
	t.Helper()
	f := &fake{t: t, answer: answer}
	cfg := testConfig("http://aws.test")
	cfg.Transport = f
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, f
}

// testSecret has 24 bytes.
const testSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func testConfig(at string) Config {
	static := credentials.NewStaticCredentialsProvider("AKIAOWN", "secret", "")
	e := &Endpoint{URL: at, Credentials: static}
	return Config{
		Topics: e, Logs: e, Bus: &Bus{Endpoint: *e},
		Hook:   &Hook{URL: at + "/hook/token", Secrets: []string{testSecret}},
		Jitter: func() float64 { return 0 },
	}
}

func withRoles(c *Config) { c.Roles = c.Topics }

func once(c *Config) { c.Attempts = 1 }

// ok is the answer to everything that went well.
func ok(r seen) answer {
	switch r.operation {
	case "Publish":
		return answer{status: 200, body: `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`}
	case "AssumeRole":
		return answer{status: 200, body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`}
	case "PutEvents":
		return entries(make([]string, len(putEvents(r)))...)
	}
	return answer{status: 200, body: `{}`}
}

// xmlError and jsonError are failures as the two protocols have them.
func xmlError(status int, code, message string) answer {
	return answer{status: status, body: fmt.Sprintf(`<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code, message)}
}

func jsonError(status int, code, message string) answer {
	return answer{status: status, body: fmt.Sprintf(`{"__type":"com.amazonaws#%s","message":%q}`, code, message)}
}

// entries is the answer to PutEvents with an error code for each entry.
func entries(codes ...string) answer {
	var b bytes.Buffer
	failed := 0
	for i, code := range codes {
		if i > 0 {
			b.WriteByte(',')
		}
		if code == "" {
			b.WriteString(`{"EventId":"e"}`)
			continue
		}
		failed++
		fmt.Fprintf(&b, `{"ErrorCode":%q,"ErrorMessage":"no"}`, code)
	}
	return answer{status: 200, body: fmt.Sprintf(`{"FailedEntryCount":%d,"Entries":[%s]}`, failed, b.String())}
}

// event is an entry of PutEvents.
type putEvent struct {
	Source, DetailType, Detail, EventBusName string
	Time                                     float64
	Resources                                []string
}

func putEvents(r seen) []putEvent {
	var in struct{ Entries []putEvent }
	if err := json.Unmarshal(r.body, &in); err != nil {
		panic("BUG: " + err.Error())
	}
	return in.Entries
}

// logEvents reads a PutLogEvents.
type logEvents struct {
	LogGroupName, LogStreamName string
	LogEvents                   []struct {
		Timestamp int64
		Message   string
	}
}

func putLogEvents(r seen) (in logEvents) {
	if err := json.Unmarshal(r.body, &in); err != nil {
		panic("BUG: " + err.Error())
	}
	return in
}

// failed finds the *Error of a call.
func failed(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *Error", err)
	}
	return e
}

func mustNot(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNewRefuses(t *testing.T) {
	refused := func(want string, change func(*Config)) {
		t.Helper()
		cfg := testConfig("http://aws.test")
		change(&cfg)
		_, err := New(cfg)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New says %v, and not %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "token") {
			t.Errorf("the error has the path of a URL: %v", err)
		}
	}
	at := func(u string) *Endpoint {
		return &Endpoint{URL: u, Credentials: aws.AnonymousCredentials{}}
	}
	refused("the endpoint of SNS: it has no credentials", func(c *Config) { c.Topics = &Endpoint{URL: "http://a"} })
	refused("the endpoint of CloudWatch Logs: its URL does not begin", func(c *Config) { c.Logs = at("aws.test/token") })
	refused("the endpoint of STS: its URL cannot be read", func(c *Config) { c.Roles = at("http://a/token\n") })
	refused("the endpoint of EventBridge: its URL has a name", func(c *Config) { c.Bus.URL = "http://a:token@b" })
	refused("the webhook: its URL does not begin", func(c *Config) { c.Hook.URL = "ftp://b/token" })
	refused("the webhook: its URL has a #", func(c *Config) { c.Hook.URL = "https://b/token#" + "x" })
	refused("the webhook: it has no secret", func(c *Config) { c.Hook.Secrets = nil })
	for _, secret := range []string{"", "token", "whsec_", "whsec_token", strings.TrimPrefix(testSecret, "whsec_"), "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 23)), "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65))} {
		refused("the webhook: secret 2 is not one", func(c *Config) { c.Hook.Secrets = append(c.Hook.Secrets, secret) })
	}
	refused("positive", func(c *Config) { c.Attempts = -1 })
	refused("positive", func(c *Config) { c.Timeout = -1 })
}

// Without a URL, requests go to AWS, in the Region of what they are about.
func TestAWSItself(t *testing.T) {
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) }, func(c *Config) {
		c.Topics = &Endpoint{Credentials: c.Topics.Credentials}
		c.Logs, c.Roles, c.Bus = c.Topics, c.Topics, &Bus{Endpoint: *c.Topics}
	})
	mustNot(t, s.Topic(t.Context(), topicARN, Message{"b", []string{"k"}}))
	mustNot(t, s.CheckLogs(t.Context(), LogGroup{ARN: groupARN, RoleARN: roleARN}))
	_, err := s.Events(t.Context(), []Record{apiCall("ap-south-1")})
	mustNot(t, err)
	want := []string{"sns.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com", "logs.eu-west-1.amazonaws.com", "events.ap-south-1.amazonaws.com"}
	for i, r := range f.got {
		if i >= len(want) || r.host != want[i] {
			t.Errorf("request %d went to %s", i, r.host)
		}
	}
	if len(f.got) != len(want) {
		t.Errorf("%d requests: %s", len(f.got), f.operations())
	}
}

func TestNotConfigured(t *testing.T) {
	s, err := New(Config{})
	mustNot(t, err)
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"Topic":      func() error { return s.Topic(ctx, topicARN, Message{Keys: []string{"k"}}) },
		"CheckTopic": func() error { return s.CheckTopic(ctx, topicARN) },
		"Logs": func() error {
			_, err := s.Logs(ctx, LogGroup{ARN: groupARN}, "s", []Record{{Raw: []byte("{}")}})
			return err
		},
		"Events":  func() error { _, err := s.Events(ctx, nil); return err },
		"Webhook": func() error { return s.Webhook(ctx, "arn", Message{}) },
	} {
		if e := failed(t, call()); e.Code != CodeNotConfigured || e.Retry || e.Hint == "" {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
