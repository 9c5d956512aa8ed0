package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/identity"
)

// The call and its event that TestMotoCompare changes.
const (
	comparedCall = `{"mark":"call-1","client":"boto3","service":"rds","operation":"CreateDBInstance","region":"us-east-1","keyId":"AKIAMOTOTEST0000001","requestId":"r-1",
		"parameters":{"DBInstanceIdentifier":"orders","AllocatedStorage":20,"MultiAZ":false,"MasterUserPassword":"s3cret-Db-Pass","Tags":[{"Key":"a","Value":"b"}]},
		"hidden":["MasterUserPassword"],"secrets":["s3cret-Db-Pass"],
		"output":{"DBInstance":{"DBInstanceIdentifier":"orders","InstanceCreateTime":{"$time":"2026-03-01T10:30:15.123+00:00"}}}}`
	comparedEvent = `{"eventVersion":"1.11","eventType":"AwsApiCall","eventCategory":"Management","managementEvent":true,"readOnly":false,
		"userIdentity":{"type":"IAMUser","principalId":"AIDA","arn":"arn:aws:iam::123456789012:user/moto","accountId":"123456789012","accessKeyId":"AKIAMOTOTEST0000001","userName":"moto"},
		"eventSource":"rds.amazonaws.com","eventName":"CreateDBInstance","awsRegion":"us-east-1","sourceIPAddress":"127.0.0.1","recipientAccountId":"123456789012","requestID":"r-1",
		"requestParameters":{"dBInstanceIdentifier":"orders","allocatedStorage":20,"multiAZ":false,"masterUserPassword":"HIDDEN_DUE_TO_SECURITY_REASONS","tags":[{"key":"a","value":"b"}]},
		"responseElements":{"dBInstanceIdentifier":"orders","instanceCreateTime":"Mar 1, 2026 10:30:15 AM"},
		"resources":[{"accountId":"123456789012","type":"AWS::RDS::DBInstance","ARN":"arn:aws:rds:us-east-1:123456789012:db:orders"}],"userAgent":"x call-1"}`
)

// TestMotoCompare changes one thing of an event at a time: the suite has to
// notice each. It needs no moto.
func TestMotoCompare(t *testing.T) {
	catalogue, err := awsmodel.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"nothing", "", "", ""},
		{"source", "rds.amazonaws.com", "docdb.amazonaws.com", "eventSource is"},
		{"name", `"CreateDBInstance"`, `"CreateDBInstances"`, "eventName is"},
		{"read", `"readOnly":false`, `"readOnly":true`, "readOnly is true"},
		{"category", `"Management"`, `"Data"`, "eventCategory is Data"},
		{"request id", `"r-1"`, `"r-2"`, "requestID is r-2"},
		{"caller", "user/moto", "user/motto", "userIdentity.arn is"},
		{"error", `"eventVersion"`, `"errorCode":"AccessDenied","eventVersion"`, "the client saw no error"},
		{"no parameters", `"requestParameters":{`, `"requestParameters":null,"was":{`, "requestParameters.DBInstanceIdentifier is missing"},
		{"a member less", `"allocatedStorage":20,`, ``, "requestParameters.AllocatedStorage is missing"},
		{"a member of another name", `"multiAZ"`, `"multiAz"`, "requestParameters.MultiAZ is missing"},
		{"a member more", `"multiAZ"`, `"iops":1,"multiAZ"`, "requestParameters.iops = 1 was not passed"},
		{"a number as text", `"allocatedStorage":20`, `"allocatedStorage":"20"`, "requestParameters.AllocatedStorage is 20 (string)"},
		{"another boolean", `"multiAZ":false`, `"multiAZ":true`, "requestParameters.MultiAZ is true"},
		{"an element less", `[{"key":"a","value":"b"}]`, `[]`, "requestParameters.Tags is []"},
		{"an element's member", `"value":"b"`, `"value":"c"`, "requestParameters.Tags[].Value is c"},
		{"a secret", "HIDDEN_DUE_TO_SECURITY_REASONS", "s3cret-Db-Pass", "requestParameters.MasterUserPassword is to be hidden"},
		{"no answer", `"responseElements":{`, `"responseElements":null,"was":{`, "responseElements.DBInstanceIdentifier is missing"},
		{"another time", "10:30:15 AM", "10:30:17 AM", "responseElements.InstanceCreateTime is"},
		{"another form of time", "Mar 1, 2026 10:30:15 AM", "2026-03-01T10:30:15Z", "responseElements.InstanceCreateTime is"},
		{"a template", "db:orders", "db:{name}", "a resource whose ARN is none"},
		{"another owner", `{"accountId":"123456789012","type"`, `{"accountId":"210987654321","type"`, "a resource of another account"},
		{"a note", `"eventVersion"`, `"additionalEventData":{"recorder":{"missing":"operation"}},"eventVersion"`, "could not read all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(comparedEvent, c.old, c.new, 1)
			if text == comparedEvent && c.old != "" {
				t.Fatalf("the event has no %s", c.old)
			}
			h := &motoHouse{T: t, catalogue: catalogue, identity: identity.UserIdentity{Type: "IAMUser", PrincipalID: "AIDA", ARN: "arn:aws:iam::123456789012:user/moto", UserName: "moto"}}
			call, event := new(motoCall), map[string]any{}
			for to, from := range map[any]string{call: comparedCall, &event: text} {
				d := json.NewDecoder(strings.NewReader(from))
				d.UseNumber()
				h.must(d.Decode(to))
			}
			// The hour of the event is that of the test.
			event["eventTime"] = time.Now().UTC().Format("2006-01-02T15:04:05Z")
			h.call(call, []map[string]any{event})
			if got := strings.Join(call.differences, "\n"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("the suite says %q, want %q", got, c.want)
			}
			if found := secretsIn(event, call.Secrets); (c.name == "a secret") != (len(found) > 0) {
				t.Errorf("secrets were found: %v", found)
			}
		})
	}
}
