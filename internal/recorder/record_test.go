package recorder

import (
	"crypto/tls"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/identity"
)

const guid = "694d604a-d190-4470-8dd1-000000e20c11"

var (
	terry = identity.Principal{AccountID: "111122223333", Type: identity.User, Name: "Terry", Path: "/", ID: "AIDA60N6E4XEGIEXAMPLE", ARN: "arn:aws:iam::111122223333:user/Terry"}
	admin = identity.Principal{AccountID: "123456789012", Type: identity.Role, Name: "admin", Path: "/", ID: "AROAIOSFODNN7EXAMPLE0", ARN: "arn:aws:iam::123456789012:role/admin"}
	root  = identity.Principal{AccountID: "111122223333", Type: identity.Root, ID: "111122223333", ARN: "arn:aws:iam::111122223333:root"}
)

// The records below have the shape of the guide's examples: X6 (a failed
// UpdateTrail by an IAM user) and X3 (GetTrailStatus by a role session).
func TestRecord(t *testing.T) {
	f := func(name string, c Call, want string) {
		t.Helper()
		got := Record(c, guid)
		if string(got) != strings.ReplaceAll(want, "\n", "") {
			t.Errorf("%s:\n got %s\nwant %s", name, got, strings.ReplaceAll(want, "\n", ""))
		}
		if _, err := event.Parse(got); err != nil {
			t.Errorf("%s: the record does not parse: %v", name, err)
		}
	}
	at := time.Date(2023, 7, 19, 21, 35, 3, 999, time.UTC)
	f("failed call of a user over TLS", Call{
		Identity: identity.Caller{Principal: terry, AccessKeyID: "AKIAIOSFODNN7EXAMPLE"}.UserIdentity(), Time: at, EventSource: "cloudtrail.amazonaws.com", EventName: "UpdateTrail",
		Region: "us-east-1", RecipientAccountID: "111122223333", SourceIPAddress: "192.0.2.0:4711", UserAgent: "aws-cli/2.13.0 <x>&",
		ErrorCode: "TrailNotFoundException", ErrorMessage: "Unknown trail", RequestParameters: json.RawMessage(`{"name":"myTrail2"}`), RequestID: "28d2faaf",
		TLS: &tls.ConnectionState{Version: tls.VersionTLS12, CipherSuite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, Host: "cloudtrail.us-east-1.amazonaws.com"},
		`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA60N6E4XEGIEXAMPLE","arn":"arn:aws:iam::111122223333:user/Terry","accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"Terry"},
"eventTime":"2023-07-19T21:35:03Z","eventSource":"cloudtrail.amazonaws.com","eventName":"UpdateTrail","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.0","userAgent":"aws-cli/2.13.0 <x>&",
"errorCode":"TrailNotFoundException","errorMessage":"Unknown trail","requestParameters":{"name":"myTrail2"},"responseElements":null,"requestID":"28d2faaf","eventID":"694d604a-d190-4470-8dd1-000000e20c11","readOnly":false,
"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.2","cipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","clientProvidedHostHeader":"cloudtrail.us-east-1.amazonaws.com"}}`)
	f("role session", Call{
		Identity: identity.Caller{Principal: admin, AccessKeyID: "ASIAIOSFODNN7EXAMPLE", Session: &identity.Session{Name: "ops", Created: at, SourceIdentity: "alice"}}.UserIdentity(),
		Time:     at, EventSource: "cloudtrail.amazonaws.com", EventName: "GetTrailStatus", Region: "us-east-1", RecipientAccountID: "123456789012", SourceIPAddress: "::1", ReadOnly: true,
		Resources: []Resource{{AccountID: "123456789012", Type: "AWS::IAM::Role", ARN: "arn:x"}}},
		`{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAIOSFODNN7EXAMPLE0:ops","arn":"arn:aws:sts::123456789012:assumed-role/admin/ops","accountId":"123456789012","accessKeyId":"ASIAIOSFODNN7EXAMPLE",
"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAIOSFODNN7EXAMPLE0","arn":"arn:aws:iam::123456789012:role/admin","accountId":"123456789012","userName":"admin"},"attributes":{"creationDate":"2023-07-19T21:35:03Z","mfaAuthenticated":"false"},"sourceIdentity":"alice"}},
"eventTime":"2023-07-19T21:35:03Z","eventSource":"cloudtrail.amazonaws.com","eventName":"GetTrailStatus","awsRegion":"us-east-1","sourceIPAddress":"::1","requestParameters":null,"responseElements":null,"eventID":"694d604a-d190-4470-8dd1-000000e20c11","readOnly":true,
"resources":[{"accountId":"123456789012","type":"AWS::IAM::Role","ARN":"arn:x"}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}`)
	f("user with GetSessionToken", Call{Identity: identity.Caller{Principal: terry, AccessKeyID: "ASIA1", Session: &identity.Session{Created: at, MFA: true}}.UserIdentity(), Time: at},
		`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA60N6E4XEGIEXAMPLE","arn":"arn:aws:iam::111122223333:user/Terry","accountId":"111122223333","accessKeyId":"ASIA1","userName":"Terry","sessionContext":{"attributes":{"creationDate":"2023-07-19T21:35:03Z","mfaAuthenticated":"true"}}},
"eventTime":"2023-07-19T21:35:03Z","eventSource":"","eventName":"","awsRegion":"","sourceIPAddress":"","requestParameters":null,"responseElements":null,"eventID":"694d604a-d190-4470-8dd1-000000e20c11","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"eventCategory":"Management"}`)
	f("root", Call{Identity: identity.Caller{Principal: root, AccessKeyID: "AKIA1"}.UserIdentity(), Time: at},
		`{"eventVersion":"1.11","userIdentity":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"AKIA1"},
"eventTime":"2023-07-19T21:35:03Z","eventSource":"","eventName":"","awsRegion":"","sourceIPAddress":"","requestParameters":null,"responseElements":null,"eventID":"694d604a-d190-4470-8dd1-000000e20c11","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"eventCategory":"Management"}`)
	f("nobody", Call{Time: at, Identity: identity.Unproven("AKIA\xffGUESS")},
		`{"eventVersion":"1.11","userIdentity":{"type":"Unknown","accessKeyId":"AKIA�GUESS"},
"eventTime":"2023-07-19T21:35:03Z","eventSource":"","eventName":"","awsRegion":"","sourceIPAddress":"","requestParameters":null,"responseElements":null,"eventID":"694d604a-d190-4470-8dd1-000000e20c11","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"eventCategory":"Management"}`)
}

func TestRecordLimits(t *testing.T) {
	long := strings.Repeat("é", 2000)
	raw := Record(Call{UserAgent: long, ErrorMessage: "x" + long, RequestParameters: json.RawMessage(`"` + strings.Repeat("p", 200<<10) + `"`)}, guid)
	var r struct {
		UserAgent, ErrorMessage string
		RequestParameters       json.RawMessage
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.UserAgent) != 1024 || len(r.ErrorMessage) != 1023 || strings.ContainsRune(r.ErrorMessage, '\uFFFD') {
		t.Errorf("texts are cut to %d and %d bytes", len(r.UserAgent), len(r.ErrorMessage))
	}
	if want := `{"omitted":true,"originalSize":204802,"reason":"requestParameters too large"}`; string(r.RequestParameters) != want {
		t.Errorf("requestParameters %.100s", r.RequestParameters)
	}
}

// FuzzRecord: whatever a caller sends, the record of it can be read back.
func FuzzRecord(f *testing.F) {
	f.Add("aws-cli/2 \"x\" \\\\ \x00\x1f\n", "Op\xff", "AKIA")
	f.Fuzz(func(t *testing.T, agent, name, key string) {
		raw := Record(Call{Time: time.Now(), UserAgent: agent, EventName: name, ErrorMessage: agent + name, SourceIPAddress: key, Identity: identity.Unproven(key)}, guid)
		if _, err := event.Parse(raw); err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		var r struct{ UserAgent string }
		if err := json.Unmarshal(raw, &r); err != nil || r.UserAgent != clean(agent) {
			t.Fatalf("%v: userAgent %q, want %q", err, r.UserAgent, clean(agent))
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	c := Call{Identity: identity.Caller{Principal: terry, AccessKeyID: "AKIAIOSFODNN7EXAMPLE"}.UserIdentity(), Time: time.Now(), EventSource: "sts.amazonaws.com", EventName: "GetCallerIdentity",
		Region: "us-east-1", RecipientAccountID: "111122223333", SourceIPAddress: "192.0.2.0:4711", UserAgent: "aws-cli/2.13.0", RequestID: guid, ReadOnly: true}
	b.ReportAllocs()
	for b.Loop() {
		Record(c, guid)
	}
}
