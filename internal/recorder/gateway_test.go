package recorder_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/awsmodel/encode"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/selector"
)

// call sends a call of an operation with the input given as JSON, signed with a
// key, to an upstream that answers with the output.
func (h *house) call(key, service, operation, input, output string) *http.Request {
	h.Helper()
	r := h.request(key, service, operation, input)
	op := h.operation(service, operation)
	a, err := encode.Response(op, op.Service.Protocols[0], "req-1", h.value(output))
	h.check(err)
	h.answers(a)
	h.send(r)
	return r
}

func (h *house) operation(service, name string) *awsmodel.Operation {
	h.Helper()
	op := h.catalogue.Service(service).Operation(name)
	if op == nil {
		h.Fatalf("no operation %s.%s", service, name)
	}
	return op
}

func (h *house) value(text string) decode.Value {
	h.Helper()
	v, err := decode.JSON([]byte(text), decode.DefaultLimits)
	h.check(err)
	return v
}

func (h *house) request(key, service, operation, input string) *http.Request {
	h.Helper()
	op := h.operation(service, operation)
	r, err := encode.Request(op, op.Service.Protocols[0], nil, "us-east-1", h.value(input))
	h.check(err)
	if key != "" {
		encode.Sign(r, key, op.Service.SigningName, "us-east-1", "", h.now)
	}
	return r
}

// knows registers a key of an IAM user.
func (h *house) knows(key, account, user string) {
	h.Helper()
	h.check(h.directory.Learn(h.Context(), identity.KnownKey{Registered: true, Identity: identity.UserIdentity{
		Type: "IAMUser", PrincipalID: "AIDA" + strings.ToUpper(user), ARN: "arn:aws:iam::" + account + ":user/" + user, AccountID: account, AccessKeyID: key, UserName: user}}))
}

// at finds a value by its path in a record, as JSON.
func at(record map[string]any, path ...string) string {
	var v any = record
	for _, p := range path {
		switch o := v.(type) {
		case map[string]any:
			v = o[p]
		case []any:
			var i int
			if _, err := fmt.Sscan(p, &i); err != nil || i >= len(o) {
				return "<none>"
			}
			v = o[i]
		default:
			return "<none>"
		}
	}
	if text, ok := v.(string); ok {
		return text
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func (h *house) has(record map[string]any, want string, path ...string) {
	h.Helper()
	if got := at(record, path...); got != want {
		h.Errorf("%s is %s, want %s", strings.Join(path, "."), got, want)
	}
}

// TestWho: principals of the directory, registered keys, learned sessions, and
// nobody.
func TestWho(t *testing.T) {
	h := newHouse(t)
	h.call("AKIANOBODY", "sqs", "ListQueues", `{}`, `{}`)
	r := h.one()
	h.has(r, `{"accessKeyId":"AKIANOBODY","type":"Unknown"}`, "userIdentity")
	h.has(r, homeAccount, "recipientAccountId")

	h.knows("AKIAALICE", homeAccount, "alice")
	h.call("AKIAALICE", "sqs", "ListQueues", `{}`, `{}`)
	h.has(h.one(), "arn:aws:iam::111122223333:user/alice", "userIdentity", "arn")

	// A session that is handed out, and used, and hands out another one.
	assume := func(key, name, newKey, extra string) {
		h.call(key, "sts", "AssumeRole", `{"RoleArn":"arn:aws:iam::111122223333:role/ops/Deploy","RoleSessionName":"`+name+`"`+extra+`}`,
			`{"Credentials":{"AccessKeyId":"`+newKey+`","SecretAccessKey":"TOPSECRET","SessionToken":"tok","Expiration":"2026-11-21T13:00:00Z"},
			"AssumedRoleUser":{"AssumedRoleId":"AROAX:`+name+`","Arn":"arn:aws:sts::111122223333:assumed-role/Deploy/`+name+`"}}`)
	}
	assume("AKIAALICE", "one", "ASIAONE", `,"SourceIdentity":"alice","SerialNumber":"arn:aws:iam::111122223333:mfa/a","TokenCode":"123456"`)
	r = h.one()
	h.has(r, `{"accessKeyId":"ASIAONE","expiration":"Nov 21, 2026, 1:00:00 PM","sessionToken":"tok"}`, "responseElements", "credentials")
	h.has(r, `[{"ARN":"arn:aws:iam::111122223333:role/ops/Deploy","accountId":"111122223333","type":"AWS::IAM::Role"}]`, "resources")
	h.has(r, "true", "readOnly")
	if strings.Contains(at(r), "TOPSECRET") || strings.Contains(at(r), "123456\"") {
		t.Errorf("a secret is in the record: %s", at(r))
	}
	assume("ASIAONE", "two", "ASIATWO", "")
	h.has(h.one(), "AROAX:one", "userIdentity", "principalId")
	h.call("ASIATWO", "sqs", "ListQueues", `{}`, `{}`)
	r = h.one()
	h.has(r, "arn:aws:sts::111122223333:assumed-role/Deploy/two", "userIdentity", "arn")
	h.has(r, "alice", "userIdentity", "sessionContext", "sourceIdentity") // it stays through the chain
	h.has(r, `{"accountId":"111122223333","arn":"arn:aws:iam::111122223333:role/ops/Deploy","principalId":"AROAX","type":"Role","userName":"Deploy"}`, "userIdentity", "sessionContext", "sessionIssuer")
	h.call("ASIAONE", "sqs", "ListQueues", `{}`, `{}`)
	h.has(h.one(), "true", "userIdentity", "sessionContext", "attributes", "mfaAuthenticated")

	// Tokens of a third party.
	h.call("", "sts", "AssumeRoleWithWebIdentity", `{"RoleArn":"arn:aws:iam::111122223333:role/Web","RoleSessionName":"w","WebIdentityToken":"JWTJWT"}`,
		`{"Credentials":{"AccessKeyId":"ASIAWEB","SecretAccessKey":"TOPSECRET","SessionToken":"tok","Expiration":"2026-11-21T13:00:00Z"},"Provider":"accounts.google.com","Audience":"app","SubjectFromWebIdentityToken":"uid",
		"AssumedRoleUser":{"AssumedRoleId":"AROAW:w","Arn":"arn:aws:sts::111122223333:assumed-role/Web/w"}}`)
	r = h.one()
	h.has(r, `{"identityProvider":"accounts.google.com","principalId":"accounts.google.com:app:uid","type":"WebIdentityUser","userName":"uid"}`, "userIdentity")
	if strings.Contains(at(r), "JWTJWT") {
		t.Errorf("the token is in the record: %s", at(r))
	}
	h.call("ASIAWEB", "sqs", "ListQueues", `{}`, `{}`)
	h.has(h.one(), `{"attributes":{"accounts.google.com:app_id":"app","accounts.google.com:user_id":"uid"},"federatedProvider":"accounts.google.com"}`, "userIdentity", "sessionContext", "webIdFederationData")

	// A signature that the upstream refuses proves nothing.
	op := h.operation("sqs", "ListQueues")
	a, err := encode.Error(op, op.Service.Protocols[0], "r", 403, "InvalidClientTokenId", "no such key", decode.Value{})
	h.check(err)
	r0 := h.request("AKIAALICE", "sqs", "ListQueues", `{}`)
	h.answers(a)
	h.send(r0)
	r = h.one()
	h.has(r, `{"accessKeyId":"AKIAALICE","type":"Unknown"}`, "userIdentity")
	h.has(r, "InvalidClientTokenId", "errorCode")
}

// TestCopies: a call on another account's resource is recorded for both.
func TestCopies(t *testing.T) {
	h := newHouse(t)
	_, err := h.directory.CreateAccount(t.Context(), otherAccount, "")
	h.check(err)
	h.knows("AKIABOB", otherAccount, "bob")
	h.call("AKIABOB", "kms", "Encrypt", `{"KeyId":"arn:aws:kms:us-east-1:111122223333:key/k1","Plaintext":"c2VjcmV0"}`, `{"KeyId":"arn:aws:kms:us-east-1:111122223333:key/k1","CiphertextBlob":"eA=="}`)
	rs := h.take()
	if len(rs) != 2 {
		t.Fatalf("%d records: %v", len(rs), rs)
	}
	h.has(rs[0], otherAccount, "recipientAccountId")
	h.has(rs[1], homeAccount, "recipientAccountId")
	if at(rs[0], "sharedEventID") != at(rs[1], "sharedEventID") || at(rs[0], "sharedEventID") == "null" || at(rs[0], "eventID") == at(rs[1], "eventID") {
		t.Errorf("ids: %v", rs)
	}
	h.has(rs[1], "IAMUser", "userIdentity", "type")
	// STS names the foreign caller by its account and id alone.
	h.call("AKIABOB", "sts", "AssumeRole", `{"RoleArn":"arn:aws:iam::111122223333:role/R","RoleSessionName":"x"}`, `{"Credentials":{"AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-11-21T13:00:00Z"}}`)
	rs = h.take()
	if len(rs) != 2 {
		t.Fatalf("%d records: %v", len(rs), rs)
	}
	h.has(rs[1], `{"accountId":"444455556666","principalId":"AIDABOB","type":"AWSAccount"}`, "userIdentity")
	// A caller who owns what it uses has one record without a shared id, and so
	// has a call that failed.
	h.knows("AKIAALICE", homeAccount, "alice")
	h.call("AKIAALICE", "kms", "Encrypt", `{"KeyId":"arn:aws:kms:us-east-1:111122223333:key/k1"}`, `{"KeyId":"arn:aws:kms:us-east-1:111122223333:key/k1"}`)
	h.has(h.one(), "null", "sharedEventID")
}

// TestDataEvents: recorded only while somebody wants them, and decided before
// anything is kept.
func TestDataEvents(t *testing.T) {
	h := newHouse(t)
	h.knows("AKIAALICE", homeAccount, "alice")
	get := func() { h.call("AKIAALICE", "s3", "GetObject", `{"Bucket":"photos","Key":"a/b c.jpg"}`, `{}`) }
	get()
	if rs := h.take(); len(rs) != 0 {
		t.Fatalf("recorded though nobody wants it: %v", rs)
	}
	h.wants(equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object"), selector.FieldSelector{Field: "resources.ARN", StartsWith: []string{"arn:aws:s3:::photos/a"}})
	get()
	r := h.one()
	h.has(r, "Data", "eventCategory")
	h.has(r, "false", "managementEvent")
	h.has(r, "a/b c.jpg", "requestParameters", "key")
	h.has(r, `[{"ARN":"arn:aws:s3:::photos/a/b c.jpg","type":"AWS::S3::Object"},{"ARN":"arn:aws:s3:::photos","accountId":"111122223333","type":"AWS::S3::Bucket"}]`, "resources")
	h.has(r, "AuthHeader", "additionalEventData", "AuthenticationMethod")
	h.call("AKIAALICE", "s3", "GetObject", `{"Bucket":"photos","Key":"other"}`, `{}`)
	if rs := h.take(); len(rs) != 0 {
		t.Fatalf("recorded though nobody wants it: %v", rs)
	}

	// DeleteObjects: its own record, and one for each object that is wanted.
	h.wants(equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object"))
	h.call("AKIAALICE", "s3", "DeleteObjects", `{"Bucket":"photos","Delete":{"Objects":[{"Key":"a"},{"Key":"b","VersionId":"v1"}]}}`, `{"Deleted":[{"Key":"a"}],"Errors":[{"Key":"b","Code":"AccessDenied","Message":"no"}]}`)
	rs := h.take()
	if len(rs) != 3 {
		t.Fatalf("%d records: %v", len(rs), rs)
	}
	h.has(rs[0], "DeleteObjects", "eventName")
	h.has(rs[1], "DeleteObject", "eventName")
	h.has(rs[1], "arn:aws:s3:::photos/a", "resources", "0", "ARN")
	h.has(rs[2], "AccessDenied", "errorCode")
	h.has(rs[2], "v1", "requestParameters", "versionId")

	// A presigned URL: what it says of itself, and nothing that lets others use it.
	req := h.request("", "s3", "GetObject", `{"Bucket":"photos","Key":"k"}`)
	req.URL.RawQuery = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAALICE%2F20261121%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=0123456789abcdef"
	h.answers(&encode.Answer{Status: 200, Header: http.Header{}})
	h.send(req)
	r = h.one()
	h.has(r, "QueryString", "additionalEventData", "AuthenticationMethod")
	h.has(r, "900", "requestParameters", "X-Amz-Expires")
	h.has(r, "alice", "userIdentity", "userName")
	if text := at(r); strings.Contains(text, "0123456789abcdef") || strings.Contains(text, "X-Amz-Credential") {
		t.Errorf("the signature is in the record: %s", text)
	}
	// Nobody at all.
	req = h.request("", "s3", "GetObject", `{"Bucket":"photos","Key":"k"}`)
	h.send(req)
	h.has(h.one(), `{"accountId":"ANONYMOUS_PRINCIPAL","type":"AWSAccount"}`, "userIdentity")
}

// TestVPCEndpoint: the policy of the endpoint is enforced, and its owner sees
// what came through.
func TestVPCEndpoint(t *testing.T) {
	h := newHouse(t, func(l *gateway.Listener, _ *recorder.Config) {
		l.VPCEndpointID, l.VPCEndpointAccountID = "vpce-0abc", homeAccount
		l.EndpointPolicy = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
			{"Effect":"Deny","Principal":"*","Action":["kms:ListKeys","s3:DeleteObject"],"Resource":"*"}]}`
	})
	h.knows("AKIABOB", "777788889999", "bob")
	h.call("AKIABOB", "kms", "ListKeys", `{}`, `{}`)
	if h.seen != 0 {
		t.Error("a call that the policy refuses was forwarded")
	}
	r := h.one()
	for path, want := range map[string]string{
		"eventType": "AwsVpceEvent", "eventCategory": "NetworkActivity", "errorCode": "VpceAccessDenied", "errorMessage": "The request was denied due to a VPC endpoint policy",
		"recipientAccountId": homeAccount, "vpcEndpointId": "vpce-0abc", "vpcEndpointAccountId": homeAccount, "eventSource": "kms.amazonaws.com", "eventName": "ListKeys",
		"userIdentity": `{"accountId":"777788889999","principalId":"AIDABOB","type":"AWSAccount"}`,
		"userAgent":    "null", "requestParameters": "null", "readOnly": "null", "managementEvent": "null", "resources": "null",
	} {
		h.has(r, want, path)
	}
	if _, ok := r["requestParameters"]; ok {
		t.Error("a network activity event has requestParameters")
	}
	// What passes is a management event with the endpoint and, if wanted, an
	// event for the owner.
	h.call("AKIABOB", "kms", "ListAliases", `{}`, `{}`)
	r = h.one()
	h.has(r, "Management", "eventCategory")
	h.has(r, "vpce-0abc", "vpcEndpointId")
	h.wants(equals("eventCategory", "NetworkActivity"), equals("eventSource", "kms.amazonaws.com"))
	h.call("AKIABOB", "kms", "ListAliases", `{}`, `{}`)
	rs := h.take()
	if len(rs) != 2 {
		t.Fatalf("%d records: %v", len(rs), rs)
	}
	h.has(rs[1], "NetworkActivity", "eventCategory")
	h.has(rs[1], homeAccount, "recipientAccountId")
	h.has(rs[1], "null", "errorCode")
	// A data event that nobody wants is refused all the same.
	_, body := h.send(h.request("AKIABOB", "s3", "DeleteObject", `{"Bucket":"b","Key":"k"}`))
	if !strings.Contains(string(body), "<Code>AccessDenied</Code>") {
		t.Errorf("the answer is %s", body)
	}
	h.has(h.one(), "VpceAccessDenied", "errorCode")
}

// TestUnknownCalls: what the catalogue does not have is recorded, and says what
// is missing.
func TestUnknownCalls(t *testing.T) {
	h := newHouse(t)
	h.knows("AKIAALICE", homeAccount, "alice")
	r := h.request("AKIAALICE", "ssm", "ListDocuments", `{}`)
	r.Header.Set("X-Amz-Target", "AmazonSSM.UpdateInstanceInformation")
	h.answers(&encode.Answer{Status: 200, Header: http.Header{}, Body: []byte("{}")})
	h.send(r)
	got := h.one()
	h.has(got, "UpdateInstanceInformation", "eventName")
	h.has(got, "ssm.amazonaws.com", "eventSource")
	h.has(got, "operation", "additionalEventData", "recorder", "missing")
	h.has(got, "alice", "userIdentity", "userName")

	r, err := http.NewRequest("GET", "http://10.0.0.1/minio/health/live?x=1", nil)
	h.check(err)
	h.send(r)
	got = h.one()
	h.has(got, "unknown.amazonaws.com", "eventSource")
	h.has(got, "Unknown", "eventName")
	h.has(got, "/minio/health/live", "additionalEventData", "recorder", "httpPath")
}

// TestMalformedBodies: the upstream gets what the client sent, and the record
// says what could not be read.
func TestMalformedBodies(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct{ name, service, operation, body string }{
		{"JSON", "ssm", "PutParameter", `{"Name":"a","Value":`},
		{"JSON of another kind", "ssm", "PutParameter", `[1,2]`},
		{"deep JSON", "ssm", "PutParameter", strings.Repeat(`{"a":`, 5000)},
		{"XML", "route53", "CreateHostedZone", `<CreateHostedZoneRequest><Name>x</Nam`},
		{"XML with entities", "route53", "CreateHostedZone", `<!DOCTYPE a [<!ENTITY b "c">]><CreateHostedZoneRequest><Name>&b;</Name></CreateHostedZoneRequest>`},
		{"form", "iam", "CreateUser", "Action=CreateUser&Version=2010-05-08&UserName=%zz"},
		{"REST JSON", "lambda", "CreateFunction", `{"FunctionName":`},
		{"bytes", "ssm", "PutParameter", "\x00\xff\xfe{"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := h.request("AKIAX", c.service, c.operation, map[string]string{"lambda": `{"FunctionName":"f"}`, "route53": `{"Name":"x"}`}[c.service]+map[bool]string{true: "{}"}[c.service != "lambda" && c.service != "route53"])
			r.Body, r.ContentLength = http.NoBody, 0
			r2, err := http.NewRequest(r.Method, r.URL.String(), strings.NewReader(c.body))
			h.check(err)
			r2.Header, r2.Host = r.Header, r.Host
			h.answers(&encode.Answer{Status: 400, Header: http.Header{"X-Amzn-Errortype": {"SerializationException"}}, Body: []byte(`{"message":"bad"}`)})
			if status, _ := h.send(r2); status != 400 {
				t.Errorf("status %d", status)
			}
			got := h.one()
			if note := at(got, "additionalEventData", "recorder", "requestParameters"); note == "<none>" || note == "null" {
				t.Errorf("the record does not say that the body could not be read: %s", at(got))
			}
		})
	}
}

// TestFailClosed: without room for its record a call is not forwarded, and an
// answer whose record failed does not reach the client.
func TestFailClosed(t *testing.T) {
	h := newHouse(t)
	h.full = errors.New("the journal is full")
	status, body := h.send(h.request("AKIAX", "ssm", "ListDocuments", `{}`))
	if status != 503 || !strings.Contains(string(body), "the journal is full") || h.seen != 0 {
		t.Errorf("status %d, %s, %d forwarded", status, body, h.seen)
	}
	h.full = nil
	h.answer = func(w http.ResponseWriter, _ *http.Request) {
		h.mu.Lock()
		h.full = errors.New("the disk broke")
		h.mu.Unlock()
		fmt.Fprint(w, `{"DocumentIdentifiers":["SECRETANSWER"]}`)
	}
	status, body = h.send(h.request("AKIAX", "ssm", "ListDocuments", `{}`))
	if status != 424 || strings.Contains(string(body), "SECRETANSWER") { // no SDK repeats it
		t.Errorf("status %d, %s", status, body)
	}
}

// TestFailOpen: calls pass, are counted, and the gap gets its record; the count
// outlives the process.
func TestFailOpen(t *testing.T) {
	file := t.TempDir() + "/gap"
	h := newHouse(t, func(_ *gateway.Listener, c *recorder.Config) { c.FailOpen, c.GapFile = true, file })
	h.full = errors.New("the journal is full")
	for range 3 {
		if status, _ := h.send(h.request("AKIAX", "ssm", "ListDocuments", `{}`)); status != 204 {
			t.Errorf("status %d", status)
		}
	}
	h.check(h.recorder.Close())
	again := newHouse(t, func(_ *gateway.Listener, c *recorder.Config) { c.FailOpen, c.GapFile = true, file })
	again.check(again.recorder.CloseGap(t.Context()))
	r := again.one()
	again.has(r, "RecordingGap", "eventName")
	again.has(r, "AwsServiceEvent", "eventType")
	again.has(r, "3", "serviceEventDetails", "unrecordedCalls")
	again.has(r, "the journal is full", "serviceEventDetails", "reason")
	again.has(r, "Management", "eventCategory")
	again.check(again.recorder.CloseGap(t.Context()))
	if rs := again.take(); len(rs) != 0 {
		t.Errorf("the gap was recorded twice: %v", rs)
	}
	again.check(again.recorder.Close())
}

// TestCutAnswers: an upstream that is away, and one that ends in the middle.
func TestCutAnswers(t *testing.T) {
	h := newHouse(t)
	h.knows("AKIAALICE", homeAccount, "alice")
	h.wants(equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object"))
	h.answer = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	if status, _ := h.send(h.request("AKIAALICE", "ssm", "ListDocuments", `{}`)); status != 502 {
		t.Errorf("status %d", status)
	}
	h.has(h.one(), "UpstreamUnavailable", "errorCode")

	h.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		_, _ = w.Write(make([]byte, 500_000))
		panic(http.ErrAbortHandler)
	}
	r := h.request("AKIAALICE", "s3", "GetObject", `{"Bucket":"b","Key":"k"}`)
	host := r.URL.Host
	r.URL, r.Host = &url.URL{Scheme: "http", Host: h.url[len("http://"):], Path: r.URL.Path}, host
	resp, err := h.client.Do(r)
	h.check(err)
	n := 0
	buf := make([]byte, 1<<16)
	for err == nil {
		var m int
		m, err = resp.Body.Read(buf)
		n += m
	}
	if err.Error() == "EOF" || n > 500_000 {
		t.Errorf("the client read %d bytes and %v, and must see the cut", n, err)
	}
	resp.Body.Close()
	deadline := time.Now().Add(10 * time.Second)
	var rs []map[string]any
	for len(rs) < 2 && time.Now().Before(deadline) {
		rs = append(rs, h.take()...)
	}
	if len(rs) != 2 {
		t.Fatalf("%d records: %v", len(rs), rs)
	}
	h.has(rs[0], "1000000", "additionalEventData", "bytesTransferredOut")
	h.has(rs[1], "UPDATED_DATA", "addendum", "reason")
	h.has(rs[1], at(rs[0], "eventID"), "addendum", "originalEventID")
	h.has(rs[1], "UpstreamCut", "errorCode")
}

// TestMalformedCBOR is a call of RPC v2 whose body is none.
func TestMalformedCBOR(t *testing.T) {
	h := newHouse(t)
	for _, body := range []string{"\xbf\x61", "\xff", "\x9b\xff\xff\xff\xff\xff\xff\xff\xff", strings.Repeat("\x81", 10_000)} {
		r, err := http.NewRequest("POST", "http://monitoring.us-east-1.amazonaws.com/service/GraniteServiceVersion20100801/operation/PutMetricAlarm", strings.NewReader(body))
		h.check(err)
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		r.Header.Set("Content-Type", "application/cbor")
		encode.Sign(r, "AKIAX", "monitoring", "us-east-1", "", h.now)
		h.answers(&encode.Answer{Status: 400, Header: http.Header{"X-Amzn-Errortype": {"SerializationException"}}})
		h.send(r)
		got := h.one()
		h.has(got, "PutMetricAlarm", "eventName")
		h.has(got, "SerializationException", "errorCode")
		if note := at(got, "additionalEventData", "recorder", "requestParameters"); note == "<none>" || note == "null" {
			t.Errorf("%q: the record does not say that the body could not be read: %s", body, at(got))
		}
	}
}

// TestTooLarge: a record that is beyond 256 KB loses what the guide says, in its
// order, and stays a record.
func TestTooLarge(t *testing.T) {
	big := func(n int) json.RawMessage { return json.RawMessage(`"` + strings.Repeat("x", n) + `"`) }
	var many []recorder.Resource
	for i := range 1000 {
		many = append(many, recorder.Resource{Type: "AWS::S3::Object", ARN: fmt.Sprintf("arn:aws:s3:::b/%s%d", strings.Repeat("k", 900), i)})
	}
	for _, c := range []struct {
		name string
		call recorder.Call
		lost []string
		kept []string
	}{
		{"additional data first", recorder.Call{AdditionalEventData: big(27 << 10), ServiceEventDetails: big(70 << 10), RequestParameters: big(90 << 10), ResponseElements: big(90 << 10)}, []string{"additionalEventData"}, []string{"requestParameters", "responseElements", "serviceEventDetails"}},
		{"then details", recorder.Call{AdditionalEventData: big(27 << 10), ServiceEventDetails: big(99 << 10), RequestParameters: big(99 << 10), ResponseElements: big(99 << 10)}, []string{"additionalEventData", "serviceEventDetails"}, []string{"requestParameters", "responseElements"}},
		{"resources last", recorder.Call{Resources: many, RequestParameters: big(90 << 10)}, []string{"requestParameters"}, nil},
	} {
		raw := recorder.Record(c.call, "id")
		if len(raw) > 256<<10 {
			t.Errorf("%s: %d bytes", c.name, len(raw))
		}
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		for _, name := range c.lost {
			if at(m, name, "omitted") != "true" {
				t.Errorf("%s: %s is still there", c.name, name)
			}
		}
		for _, name := range c.kept {
			if at(m, name, "omitted") == "true" {
				t.Errorf("%s: %s is gone", c.name, name)
			}
		}
	}
}
