package encode

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

var open = sync.OnceValues(awsmodel.Open)

func catalogue(t testing.TB) *awsmodel.Catalogue {
	t.Helper()
	c, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sampled are the services of short tests: every protocol, and what is special.
var sampled = []string{
	"apigateway", "cloudfront", "cloudtrail", "cloudwatch", "dataexchange", "dynamodb", "ec2", "iam", "lambda",
	"lex-runtime", "route53", "s3", "s3control", "sdb", "sqs", "sts",
}

const rounds = 3

// eachOperation calls f for all operations in all protocols of their services,
// and in short tests for those of the sampled ones, as often as there are rounds.
// The generator depends on the operation's name and the round only.
func eachOperation(t *testing.T, f func(op *awsmodel.Operation, p awsmodel.Protocol, g *generator)) {
	t.Helper()
	operations := 0
	for _, s := range catalogue(t).Services() {
		if testing.Short() && !slices.Contains(sampled, s.Name) {
			continue
		}
		for _, op := range s.Operations() {
			operations++
			for _, p := range s.Protocols {
				for round := range rounds {
					seed := sha256.Sum256(fmt.Appendf(nil, "%s.%s %d", s.Name, op.Name, round))
					f(op, p, &generator{rand.New(rand.NewChaCha8(seed)), p})
				}
			}
		}
	}
	t.Logf("%d operations", operations)
	if want := 18_000; !testing.Short() && operations < want {
		t.Errorf("%d operations are too few: the catalogue has more than %d", operations, want)
	}
}

// sent writes a request and reads it back, as its server does.
func sent(r *http.Request) (*http.Request, []byte, error) {
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		return nil, nil, err
	}
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(got.Body)
	return got, body, err
}

// rawBytes is what a raw payload of a message is, and whether it has one.
func rawBytes(s *awsmodel.Shape, v decode.Value) (string, bool) {
	if s == nil || s.Payload == nil || !rawPayload(s.Payload) {
		return "", false
	}
	payload := v.Get(s.Payload.Name)
	if payload == nil {
		return "", true
	}
	if payload.Kind == decode.Text && is(s.Payload, awsmodel.Blob) {
		plain, _ := base64.StdEncoding.DecodeString(payload.Text)
		return string(plain), true
	}
	return payload.Text, true
}

func TestRequestsAreReadBack(t *testing.T) {
	c := catalogue(t)
	others := make(map[string]string)
	eachOperation(t, func(op *awsmodel.Operation, p awsmodel.Protocol, g *generator) {
		name := fmt.Sprintf("%s.%s by %s", op.Service.Name, op.Name, p)
		input := g.message(op.Input)
		r, err := Request(op, p, nil, "eu-west-1", input)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		Sign(r, "AKIDEXAMPLE", op.Service.SigningName, "eu-west-1", "token", time.Unix(2e9, 0))
		got, body, err := sent(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		call := c.Recognize(got, body)
		if call.Operation != op {
			others[op.Service.Name+"."+op.Name] = call.ServiceName + "." + call.OperationName
			return
		}
		if call.Protocol != p || call.Region != "eu-west-1" || call.Signature.AccessKeyID != "AKIDEXAMPLE" {
			t.Errorf("%s is recognized as %+v", name, call)
		}
		v, err := decode.Input(call, got, body, decode.Limits{})
		m := message{name: name, head: got.Method + " " + got.URL.String(), body: string(body), shape: op.Input, protocol: p}
		m.compare(t, v, input, err)
	})
	checkOthers(t, others)
}

func without(v decode.Value, name string) decode.Value {
	return filter(v, func(f decode.Field) bool { return f.Name != name })
}

// filter has the fields that keep is true for.
func filter(v decode.Value, keep func(decode.Field) bool) decode.Value {
	v.Fields = slices.DeleteFunc(slices.Clone(v.Fields), func(f decode.Field) bool { return !keep(f) })
	return v
}

// twins are pairs of models of one service at one host, with the same
// operations: the first is recognized as the second.
var twins = map[string]string{
	"docdb": "rds", "neptune": "rds", "greengrassv2": "greengrass", "pinpoint-sms-voice": "sms-voice",
	"signer": "signer-data", "wisdom": "qconnect",
}

// alike are operations of one service whose requests are the same: four have a
// deprecated older name, and one is told by its host.
var alike = map[string]string{
	"s3.GetBucketLifecycle":    "s3.GetBucketLifecycleConfiguration",
	"s3.PutBucketLifecycle":    "s3.PutBucketLifecycleConfiguration",
	"s3.GetBucketNotification": "s3.GetBucketNotificationConfiguration",
	"s3.PutBucketNotification": "s3.PutBucketNotificationConfiguration",
	"s3.ListDirectoryBuckets":  "s3.ListBuckets",
}

// checkOthers checks that what was recognized as another operation is a twin or
// alike, and that all that should be was. It maps names to names.
func checkOthers(t *testing.T, others map[string]string) {
	t.Helper()
	seen := make(map[string]int)
	for name, other := range others {
		service, operation, _ := strings.Cut(name, ".")
		if twins[service]+"."+operation != other && alike[name] != other {
			t.Errorf("%s is recognized as %s", name, other)
		}
		seen[service]++
	}
	if seen["s3"] != len(alike) {
		t.Errorf("%d operations of S3 are recognized as others, %d are known to be", seen["s3"], len(alike))
	}
	for service := range twins {
		if seen[service] == 0 && !testing.Short() {
			t.Errorf("%s has no twin: take it from twins", service)
		}
	}
	t.Logf("%d operations are recognized as their twins or others that are alike: %v", len(others), seen)
}

func TestAnswersAreReadBack(t *testing.T) {
	eachOperation(t, func(op *awsmodel.Operation, p awsmodel.Protocol, g *generator) {
		name := fmt.Sprintf("%s.%s by %s", op.Service.Name, op.Name, p)
		output := g.message(op.Output)
		a, err := Response(op, p, "request-1", output)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if a.Header.Get("X-Amzn-Requestid")+a.Header.Get("X-Amz-Request-Id") != "request-1" {
			t.Errorf("%s: no request ID in %v", name, a.Header)
		}
		if a.Status == http.StatusNoContent || op.Method == http.MethodHead {
			output = headOnly(op.Output, output)
		}
		v, err := decode.Output(op, p, a.Status, a.Header, a.Body, "", decode.Limits{})
		if p == awsmodel.EC2 {
			v = filter(v, func(f decode.Field) bool { return f.Member != nil || f.Name != "requestId" })
		}
		answered(name, op.Output, p, a).compare(t, v, output, err)
	})
}

// message is what was sent and read back.
type message struct {
	name, head, body string
	shape            *awsmodel.Shape
	protocol         awsmodel.Protocol
}

// compare compares what was read with what was sent. A payload that is the body
// as it is, which decode does not copy, is compared with the body.
func (m message) compare(t *testing.T, got, sent decode.Value, err error) {
	t.Helper()
	if raw, ok := rawBytes(m.shape, sent); m.protocol.REST() && ok {
		if m.body != raw {
			t.Errorf("%s: the body is %q, not %q", m.name, m.body, raw)
		}
		got, sent = without(got, m.shape.Payload.Name), without(sent, m.shape.Payload.Name)
	}
	got = filter(got, func(f decode.Field) bool { return sent.Get(f.Name) != nil || !always(f.Member) })
	n := normal{loose(m.protocol)}
	if have, want := n.message(m.shape, got), n.message(m.shape, sent); err != nil || have != want {
		t.Errorf("%s: %v\n%s\n%s\n got %s\nwant %s", m.name, err, m.head, m.body, have, want)
	}
}

// always tells whether a member is in messages that it was not given for: the
// status, headers that encode or HTTP set, and the location of a bucket, which
// is empty for us-east-1.
func always(m *awsmodel.Member) bool {
	if m == nil {
		return false
	}
	name := strings.ToLower(m.WireName())
	return m.Location == awsmodel.InStatusCode || name == "locationconstraint" ||
		m.Location == awsmodel.InHeader && (name == "content-type" || name == "content-length")
}

func answered(name string, s *awsmodel.Shape, p awsmodel.Protocol, a *Answer) message {
	return message{name, fmt.Sprint(a.Status, a.Header), string(a.Body), s, p}
}

// headOnly has the fields of an output that are not in its body.
func headOnly(s *awsmodel.Shape, v decode.Value) decode.Value {
	return filter(v, func(f decode.Field) bool { return s.Member(f.Name).Location != awsmodel.InBody })
}

func TestErrorsAreReadBack(t *testing.T) {
	type kind struct {
		shape    *awsmodel.Shape
		protocol awsmodel.Protocol
	}
	seen := make(map[kind]bool)
	eachOperation(t, func(op *awsmodel.Operation, p awsmodel.Protocol, g *generator) {
		for _, s := range op.Errors {
			if seen[kind{s, p}] {
				continue
			}
			seen[kind{s, p}] = true
			name := fmt.Sprintf("%s.%s %s by %s", op.Service.Name, op.Name, s.Name, p)
			fields := g.message(s)
			fields = filter(fields, own(s))
			a, err := Error(op, p, "request-1", 0, s.Name, "what was wrong", fields)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if op.Method == http.MethodHead {
				fields = headOnly(s, fields)
			} else if !strings.Contains(string(a.Body), "what was wrong") {
				t.Errorf("%s: no message in %q", name, a.Body)
			}
			v, err := decode.Output(op, p, a.Status, a.Header, a.Body, s.Name, decode.Limits{})
			answered(name, s, p, a).compare(t, filter(v, own(s)), fields, err)
		}
	})
	t.Logf("%d errors", len(seen))
}

// own tells of a field of an error whether it is its shape's own, and not one
// that all errors have, whatever the shape calls it.
func own(s *awsmodel.Shape) func(decode.Field) bool {
	return func(f decode.Field) bool {
		name := f.Name
		if m := s.Member(name); m != nil {
			name = m.WireName()
		}
		switch strings.ToLower(name) {
		case "__type", "message", "code", "type", "requestid", "x-amzn-errortype":
			return false
		}
		return true
	}
}
