package api

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/trail"
)

// aroundTrails is what package trail asks and tells: every bucket but "gone"
// exists, and the policy of "closed" lets nobody in.
type aroundTrails struct {
	status *store.Collection[trail.Status]
	// forwarded has what the status of a log group is read from.
	forwarded *store.Collection[map[string]trail.Delivery]
	trails    *store.Collection[trail.Trail]
}

func (a *aroundTrails) service(db *store.DB) *trail.Service {
	a.forwarded = store.NewCollection[map[string]trail.Delivery](db, "trails.forwarded")
	a.status, a.trails = store.NewCollection[trail.Status](db, "trails.status"), store.NewCollection[trail.Trail](db, "trails")
	return trail.NewService(trail.Config{Store: db, Journal: a, Keys: a, Buckets: a, Topics: a, Logs: a})
}

func (a *aroundTrails) Last() uint64 { return 1 }

func (a *aroundTrails) CheckBucket(_ context.Context, t *trail.Trail) error {
	switch t.S3BucketName {
	case "gone":
		return trail.NoBucket(t.S3BucketName)
	case "closed":
		return trail.BucketPolicy(t.S3BucketName, "It has no statement that allows s3:GetBucketAcl.")
	case "broken":
		return errors.New("the connection to 10.0.0.1 was refused")
	}
	return nil
}

func (a *aroundTrails) CheckTopic(_ context.Context, t *trail.Trail) error {
	if strings.HasSuffix(t.SNSTopicARN, ":gone") {
		return trail.TopicPolicy()
	}
	return nil
}

func (a *aroundTrails) CheckLogs(_ context.Context, t *trail.Trail) error {
	if strings.Contains(t.CloudWatchLogsRoleARN, "denied") {
		return trail.LogGroupDenied()
	}
	return nil
}

func (a *aroundTrails) PublicKeys(_ context.Context, region string, start, end time.Time) ([]trail.PublicKey, error) {
	return []trail.PublicKey{{Value: []byte{1, 2, 3}, Start: time.Unix(1000, 0), End: time.Unix(2000, 0), Fingerprint: region}}, nil
}

// same compares an answer with JSON, whatever the order of members.
func same(t *testing.T, what string, a answer, want string) {
	t.Helper()
	var got, wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil {
		t.Fatalf("%s: %q is not JSON: %v", what, a.body, err)
	}
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(wanted)
	if a.status != 200 || string(g) != string(w) {
		t.Errorf("%s: got %d %s\nwant %s", what, a.status, g, w)
	}
}

const trailARN = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/"

// TestTrailAnswers: what each operation answers, member by member.
func TestTrailAnswers(t *testing.T) {
	h := newHouse(t)
	const (
		minimal = `"Name":"abc","S3BucketName":"bucket","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false,` +
			`"LogFileValidationEnabled":false,"IsOrganizationTrail":false,"TrailARN":"` + trailARN + `abc"`
		full = `"Name":"full","S3BucketName":"bucket","S3KeyPrefix":"p","SnsTopicName":"topic","SnsTopicARN":"arn:aws:sns:eu-west-1:111122223333:topic",` +
			`"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"LogFileValidationEnabled":true,"IsOrganizationTrail":false,"TrailARN":"` + trailARN + `full",` +
			`"CloudWatchLogsLogGroupArn":"arn:aws:logs:eu-west-1:111122223333:log-group:g:*","CloudWatchLogsRoleArn":"arn:aws:iam::111122223333:role/r",` +
			`"KmsKeyId":"arn:aws:kms:eu-west-1:111122223333:alias/k"`
		plain    = `,"HomeRegion":"eu-west-1","HasCustomEventSelectors":false,"HasInsightSelectors":false`
		defaults = `{"TrailARN":"` + trailARN + `abc","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]}`
		basic    = `{"TrailARN":"` + trailARN + `abc","EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b/"]}],"ExcludeManagementEventSources":[]}]}`
		advanced = `{"TrailARN":"` + trailARN + `abc","AdvancedEventSelectors":[{"Name":"n","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}]}]}`
	)
	for _, row := range []struct{ op, in, out string }{
		{"CreateTrail", `{"Name":"abc","S3BucketName":"bucket"}`, `{` + minimal + `}`},
		{"CreateTrail", `{"Name":"full","S3BucketName":"bucket","S3KeyPrefix":"p","SnsTopicName":"topic","IsMultiRegionTrail":true,"EnableLogFileValidation":true,` +
			`"CloudWatchLogsLogGroupArn":"arn:aws:logs:eu-west-1:111122223333:log-group:g:*","CloudWatchLogsRoleArn":"arn:aws:iam::111122223333:role/r",` +
			`"KmsKeyId":"alias/k","TagsList":[{"Key":"k","Value":"v"},{"Key":"bare"}]}`, `{` + full + `}`},
		{"UpdateTrail", `{"Name":"full"}`, `{` + full + `}`},
		{"GetTrail", `{"Name":"abc"}`, `{"Trail":{` + minimal + plain + `}}`},
		{"DescribeTrails", `{}`, `{"trailList":[{` + minimal + plain + `},{` + full + plain + `}]}`},
		{"DescribeTrails", `{"trailNameList":["full","none"],"includeShadowTrails":false}`, `{"trailList":[{` + full + plain + `}]}`},
		{"DescribeTrails", `{"trailNameList":["` + trailARN + `none"]}`, `{"trailList":[]}`},
		{"ListTrails", `{}`, `{"Trails":[{"Name":"abc","TrailARN":"` + trailARN + `abc","HomeRegion":"eu-west-1"},{"Name":"full","TrailARN":"` + trailARN + `full","HomeRegion":"eu-west-1"}]}`},
		{"GetTrailStatus", `{"Name":"abc"}`, `{"IsLogging":false,"LatestDeliveryAttemptTime":"","LatestNotificationAttemptTime":"","LatestNotificationAttemptSucceeded":"",` +
			`"LatestDeliveryAttemptSucceeded":"","TimeLoggingStarted":"","TimeLoggingStopped":""}`},
		{"GetEventSelectors", `{"TrailName":"abc"}`, defaults},
		{"PutEventSelectors", `{"TrailName":"abc","EventSelectors":[{"ReadWriteType":"WriteOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b/"]}]}]}`, basic},
		{"GetEventSelectors", `{"TrailName":"abc"}`, basic},
		{"PutInsightSelectors", `{"TrailName":"abc","InsightSelectors":[{"InsightType":"ApiErrorRateInsight","EventCategories":["Management"]},{"InsightType":"ApiCallRateInsight"}]}`,
			`{"TrailARN":"` + trailARN + `abc","InsightSelectors":[{"InsightType":"ApiErrorRateInsight","EventCategories":["Management"]},{"InsightType":"ApiCallRateInsight"}]}`},
		{"GetInsightSelectors", `{"TrailName":"abc"}`,
			`{"TrailARN":"` + trailARN + `abc","InsightSelectors":[{"InsightType":"ApiErrorRateInsight","EventCategories":["Management"]},{"InsightType":"ApiCallRateInsight"}]}`},
		{"GetTrail", `{"Name":"abc"}`, `{"Trail":{` + minimal + `,"HomeRegion":"eu-west-1","HasCustomEventSelectors":true,"HasInsightSelectors":true}}`},
		{"PutInsightSelectors", `{"TrailName":"abc","InsightSelectors":[]}`, `{"TrailARN":"` + trailARN + `abc","InsightSelectors":[]}`},
		{"PutEventSelectors", `{"TrailName":"abc","EventSelectors":[],"AdvancedEventSelectors":[{"Name":"n","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}]}]}`, advanced},
		{"GetEventSelectors", `{"TrailName":"` + trailARN + `abc"}`, advanced},
		{"PutEventSelectors", `{"TrailName":"abc","EventSelectors":[{}]}`, defaults},
		{"AddTags", `{"ResourceId":"` + trailARN + `full","TagsList":[{"Key":"k","Value":"w"}]}`, `{}`},
		{"ListTags", `{"ResourceIdList":["` + trailARN + `full","` + trailARN + `abc"]}`, `{"ResourceTagList":[{"ResourceId":"` + trailARN + `full","TagsList":[{"Key":"k","Value":"w"},{"Key":"bare"}]},{"ResourceId":"` + trailARN + `abc","TagsList":[]}]}`},
		{"RemoveTags", `{"ResourceId":"` + trailARN + `full","TagsList":[{"Key":"k"},{"Key":"bare"}]}`, `{}`},
		{"StartLogging", `{"Name":"abc"}`, `{}`},
		{"StopLogging", `{"Name":"abc"}`, `{}`},
		{"ListPublicKeys", `{"StartTime":1,"EndTime":2}`, `{"PublicKeyList":[{"Value":"AQID","ValidityStartTime":1000,"ValidityEndTime":2000,"Fingerprint":"eu-west-1"}]}`},
		{"DeleteTrail", `{"Name":"full"}`, `{}`},
	} {
		same(t, row.op+" "+row.in, h.trail(row.op, row.in), row.out)
	}
	// A call that changes something is recorded with what it answered.
	same(t, "UpdateTrail", h.trail("UpdateTrail", `{"Name":"abc","S3KeyPrefix":"q"}`), `{`+minimal+`,"S3KeyPrefix":"q"}`)
	if r := h.last(t); r.ReadOnly || string(r.RequestParameters) != `{"name":"abc","s3KeyPrefix":"q"}` ||
		!strings.Contains(string(r.ResponseElements), `"trailARN":"`+trailARN+`abc"`) {
		t.Errorf("recorded %s %s", r.RequestParameters, r.ResponseElements)
	}
}

// TestTrailStatusAnswer: every field, as delivery has left it.
func TestTrailStatusAnswer(t *testing.T) {
	h := newHouse(t)
	h.trail("CreateTrail", `{"Name":"abc","S3BucketName":"bucket"}`)
	at := func(s int64) time.Time { return time.Unix(s, 500e6) }
	item, err := h.around.trails.Get(t.Context(), trailARN+"abc")
	if err != nil {
		t.Fatal(err)
	}
	item.Value.StartLogging, item.Value.StopLogging = at(1), at(2)
	item.Value.Epochs = append(item.Value.Epochs, trail.Epoch{After: 9, Logging: true})
	if _, err := h.around.trails.Put(t.Context(), item.ID, item.Value); err != nil {
		t.Fatal(err)
	}
	if _, err := h.around.status.Put(t.Context(), item.ID, trail.Status{
		Logs:          trail.Delivery{Attempted: at(3), Succeeded: at(4), Error: "NoSuchBucket"},
		Digests:       trail.Delivery{Attempted: at(5), Succeeded: at(6), Error: "AccessDenied"},
		Notifications: trail.Delivery{Attempted: at(7), Succeeded: at(8), Error: "AuthorizationError"},
	}); err != nil {
		t.Fatal(err)
	}
	logs := map[string]trail.Delivery{"status": {Attempted: at(9), Succeeded: at(10), Error: "ResourceNotFound"}}
	if _, err := h.around.forwarded.Put(t.Context(), item.ID+"|"+trail.CloudWatchLogs, logs); err != nil {
		t.Fatal(err)
	}
	same(t, "GetTrailStatus", h.trail("GetTrailStatus", `{"Name":"abc"}`), `{"IsLogging":true,
		"LatestDeliveryError":"NoSuchBucket","LatestNotificationError":"AuthorizationError","LatestCloudWatchLogsDeliveryError":"ResourceNotFound","LatestDigestDeliveryError":"AccessDenied",
		"StartLoggingTime":1.5,"StopLoggingTime":2.5,"LatestDeliveryTime":4.5,"LatestDigestDeliveryTime":6.5,"LatestNotificationTime":8.5,"LatestCloudWatchLogsDeliveryTime":10.5,
		"LatestDeliveryAttemptTime":"1970-01-01T00:00:03Z","LatestDeliveryAttemptSucceeded":"1970-01-01T00:00:04Z",
		"LatestNotificationAttemptTime":"1970-01-01T00:00:07Z","LatestNotificationAttemptSucceeded":"1970-01-01T00:00:08Z",
		"TimeLoggingStarted":"1970-01-01T00:00:01Z","TimeLoggingStopped":"1970-01-01T00:00:02Z"}`)
}

// TestTrailErrors: the exceptions that the wire adds to those of package trail.
func TestTrailErrors(t *testing.T) {
	h := newHouse(t)
	h.trail("CreateTrail", `{"Name":"abc","S3BucketName":"bucket"}`)
	for _, row := range []struct {
		op, in        string
		status        int
		code, message string
	}{
		{"CreateTrail", `{}`, 400, "InvalidTrailNameException", "Trail name cannot be blank!"},
		{"CreateTrail", `{"Name":"new"}`, 400, "InvalidS3BucketNameException", "Bucket name cannot be blank!"},
		{"CreateTrail", `{"Name":"abc","S3BucketName":"bucket"}`, 400, "TrailAlreadyExistsException", "Trail abc already exists for customer: 111122223333"},
		{"CreateTrail", `{"Name":"new","S3BucketName":"gone"}`, 400, "S3BucketDoesNotExistException", "S3 bucket gone does not exist!"},
		{"CreateTrail", `{"Name":"new","S3BucketName":"closed"}`, 400, "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: closed. It has no"},
		{"CreateTrail", `{"Name":"new","S3BucketName":"broken"}`, 500, "InternalFailure", "unknown error"},
		{"CreateTrail", `{"Name":"new","S3BucketName":"bucket","SnsTopicName":"gone"}`, 400, "InsufficientSnsTopicPolicyException", "SNS Topic does not exist"},
		{"CreateTrail", `{"Name":"new","S3BucketName":"bucket","TagsList":[{"Key":""}]}`, 400, "InvalidTagParameterException", "tagsList.1.member.key"},
		{"CreateTrail", `{"Name":"new","S3BucketName":"bucket","TagsList":[{"Key":"aws:x"}]}`, 400, "InvalidTagParameterException", "reserved"},
		{"CreateTrail", `{"Name":"new","S3BucketName":"bucket","IsOrganizationTrail":true}`, 400, "OrganizationsNotInUseException", "organization"},
		{"CreateTrail", `{"Name":1}`, 400, "SerializationException", ""},
		{"UpdateTrail", `{"Name":"none"}`, 400, "TrailNotFoundException", "Unknown trail: " + trailARN + "none for the user: 111122223333"},
		{"GetTrail", `{"Name":"arn:aws:s3:::b"}`, 400, "CloudTrailARNInvalidException", ""},
		{"PutEventSelectors", `{}`, 400, "InvalidTrailNameException", ""},
		{"PutEventSelectors", `{"TrailName":"abc"}`, 400, "InvalidEventSelectorsException", ""},
		{"PutEventSelectors", `{"TrailName":"abc","EventSelectors":[{"ReadWriteType":"read-only"}]}`, 400, "InvalidEventSelectorsException", "eventSelectors.1.member.readWriteType"},
		{"PutEventSelectors", `{"TrailName":"abc","AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":[]}]}]}`, 400, "InvalidEventSelectorsException", "equals"},
		{"PutInsightSelectors", `{"TrailName":"abc","InsightSelectors":[{"InsightType":"X"}]}`, 400, "InvalidInsightSelectorsException", "insightType"},
		{"PutInsightSelectors", `{"InsightSelectors":[]}`, 400, "InvalidParameterCombinationException", "Neither"},
		{"PutInsightSelectors", `{"TrailName":"abc","EventDataStore":"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/x","InsightSelectors":[]}`, 400, "InvalidParameterCombinationException", ""},
		{"ListTags", `{"ResourceIdList":[]}`, 400, "InvalidParameterException", "1 to 20"},
		{"GetInsightSelectors", `{"TrailName":"abc"}`, 400, "InsightNotEnabledException", "does not have Insights enabled"},
		{"ListTrails", `{"NextToken":"x"}`, 400, "InvalidNextTokenException", ""},
		{"ListTags", `{"ResourceIdList":["` + trailARN + `abc"],"NextToken":"x"}`, 400, "InvalidTokenException", ""},
		{"ListTags", `{}`, 400, "ValidationException", "resourceIdList"},
		{"ListPublicKeys", `{"NextToken":"x"}`, 400, "InvalidTokenException", ""},
		{"ListPublicKeys", `{"StartTime":2,"EndTime":1}`, 400, "InvalidTimeRangeException", ""},
	} {
		a := h.trail(row.op, row.in)
		if code, message := a.code(t); a.status != row.status || code != row.code || !strings.Contains(message, row.message) {
			t.Errorf("%s %s: got %d %s %q", row.op, row.in, a.status, code, message)
		}
		if strings.Contains(a.body, "10.0.0.1") {
			t.Errorf("%s %s: the caller reads the cause: %s", row.op, row.in, a.body)
		}
	}
}

// TestTrailPermissions: operations ask for the permission on the trails they
// name.
func TestTrailPermissions(t *testing.T) {
	var asked []string
	allow := func(string) bool { return true }
	h := newHouse(t, func(c *Config) {
		c.Allowed = func(_ identity.Caller, action, resource string) bool {
			asked = append(asked, action+" "+resource)
			return allow(resource)
		}
	})
	const elsewhere = "arn:aws:cloudtrail:us-east-2:111122223333:trail/abc"
	for _, row := range []struct{ op, in, want string }{
		{"CreateTrail", `{"Name":"abc","S3BucketName":"bucket"}`, trailARN + "abc"},
		{"UpdateTrail", `{"Name":"abc"}`, trailARN + "abc"},
		{"StartLogging", `{"Name":"` + elsewhere + `"}`, elsewhere},
		{"StopLogging", `{"Name":"abc"}`, trailARN + "abc"},
		{"GetTrail", `{"Name":"abc"}`, trailARN + "abc"},
		{"GetTrailStatus", `{"Name":"abc"}`, trailARN + "abc"},
		{"PutEventSelectors", `{"TrailName":"abc"}`, trailARN + "abc"},
		{"GetEventSelectors", `{"TrailName":"abc"}`, trailARN + "abc"},
		{"PutInsightSelectors", `{"TrailName":"abc","InsightSelectors":[]}`, trailARN + "abc"},
		{"PutInsightSelectors", `{"InsightSelectors":[]}`, "*"},
		{"GetInsightSelectors", `{"TrailName":"abc"}`, trailARN + "abc"},
		{"AddTags", `{"ResourceId":"` + elsewhere + `","TagsList":[]}`, elsewhere},
		{"RemoveTags", `{"ResourceId":"` + elsewhere + `","TagsList":[]}`, elsewhere},
		{"ListTags", `{"ResourceIdList":["` + elsewhere + `","` + trailARN + `abc"]}`, elsewhere + "|" + trailARN + "abc"},
		{"ListTags", `{"ResourceIdList":[]}`, "*"},
		{"DescribeTrails", `{"trailNameList":["abc"]}`, "*"},
		{"ListTrails", `{}`, "*"},
		{"ListPublicKeys", `{}`, "*"},
		{"DeleteTrail", `{"Name":"abc"}`, trailARN + "abc"},
	} {
		asked = nil
		h.trail(row.op, row.in)
		var got []string
		for _, a := range asked {
			got = append(got, strings.TrimPrefix(a, "cloudtrail:"+row.op+" "))
		}
		if strings.Join(got, "|") != row.want {
			t.Errorf("%s %s: asked %v, want %s", row.op, row.in, asked, row.want)
		}
	}
	allow = func(resource string) bool { return resource != elsewhere }
	a := h.trail("ListTags", `{"ResourceIdList":["`+trailARN+`abc","`+elsewhere+`"]}`)
	if code, message := a.code(t); code != CodeAccessDenied || !strings.Contains(message, "cloudtrail:ListTags on resource: "+elsewhere+" because") {
		t.Errorf("got %s %q", code, message)
	}
}

// TestNoTrails: a server without trails does not support their operations.
func TestNoTrails(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Trails = nil })
	if code, _ := h.trail("CreateTrail", `{"Name":"abc","S3BucketName":"bucket"}`).code(t); code != CodeUnsupportedOperation {
		t.Errorf("got %s", code)
	}
}
