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

// TestConsoleRecords: the guide's failed sign-in (L19933), root's EnableMFADevice
// (L20228), and the end of a call over TLS with a console session's credentials
// (L18447), byte for byte but for the event's version and id.
func TestConsoleRecords(t *testing.T) {
	at := time.Date(2023, 7, 19, 22, 1, 20, 0, time.UTC)
	onTLS := &tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256}
	for _, c := range []struct {
		name string
		call Call
		want string
	}{
		{"a failed sign-in", Call{
			Identity: identity.UserIdentity{Type: "IAMUser", PrincipalID: "EXAMPLE6E4XEGITWATV6R", AccountID: "123456789012", NoAccessKey: true, UserName: "Paulo"},
			Time:     at, EventSource: "signin.amazonaws.com", EventName: "ConsoleLogin", Region: "us-east-1", SourceIPAddress: "192.0.2.0", UserAgent: "Mozilla/5.0",
			ErrorMessage: "Failed authentication", ResponseElements: json.RawMessage(`{"ConsoleLogin":"Failure"}`), AdditionalEventData: json.RawMessage(`{"MFAUsed":"Yes"}`),
			EventType: TypeConsoleSignIn, RecipientAccountID: "123456789012", TLS: onTLS, Host: "us-east-1.signin.aws.amazon.com",
		}, `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"EXAMPLE6E4XEGITWATV6R","accountId":"123456789012","accessKeyId":"","userName":"Paulo"},
"eventTime":"2023-07-19T22:01:20Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.0","userAgent":"Mozilla/5.0",
"errorMessage":"Failed authentication","requestParameters":null,"responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"Yes"},"eventID":"694d604a-d190-4470-8dd1-000000e20c11","readOnly":false,
"eventType":"AwsConsoleSignIn","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"us-east-1.signin.aws.amazon.com"}}`},
		{"root's console session", Call{
			Identity: identity.UserIdentity{
				Type: "Root", PrincipalID: "111122223333", ARN: "arn:aws:iam::111122223333:root", AccountID: "111122223333", AccessKeyID: "EXAMPLE4XX3IEV4PFQTH", UserName: "AWS ROOT USER",
				Session: &identity.UserSession{Issuer: &identity.SessionIssuer{}, WebIdentity: &identity.WebIdentity{}, Created: at},
			},
			Time: at, EventSource: "iam.amazonaws.com", EventName: "EnableMFADevice", Region: "us-east-1", SourceIPAddress: "192.0.2.0", RequestID: "9b45",
			RecipientAccountID: "111122223333", SessionCredentialFromConsole: true,
		}, `{"eventVersion":"1.11","userIdentity":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"EXAMPLE4XX3IEV4PFQTH","userName":"AWS ROOT USER",
"sessionContext":{"sessionIssuer":{},"webIdFederationData":{},"attributes":{"creationDate":"2023-07-19T22:01:20Z","mfaAuthenticated":"false"}}},
"eventTime":"2023-07-19T22:01:20Z","eventSource":"iam.amazonaws.com","eventName":"EnableMFADevice","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.0","requestParameters":null,"responseElements":null,
"requestID":"9b45","eventID":"694d604a-d190-4470-8dd1-000000e20c11","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","sessionCredentialFromConsole":"true"}`},
		{"tlsDetails before sessionCredentialFromConsole", Call{Identity: identity.UserIdentity{Type: "Root"}, Time: at, ReadOnly: true, TLS: onTLS, SessionCredentialFromConsole: true},
			`{"eventVersion":"1.11","userIdentity":{"type":"Root"},"eventTime":"2023-07-19T22:01:20Z","eventSource":"","eventName":"","awsRegion":"","sourceIPAddress":"","requestParameters":null,"responseElements":null,
"eventID":"694d604a-d190-4470-8dd1-000000e20c11","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"eventCategory":"Management",
"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256"},"sessionCredentialFromConsole":"true"}`},
	} {
		got, want := string(Record(c.call, guid)), strings.ReplaceAll(c.want, "\n", "")
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
		}
		if _, err := event.Parse([]byte(got)); err != nil {
			t.Errorf("%s: the record does not parse: %v", c.name, err)
		}
	}
}
