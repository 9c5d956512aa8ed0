package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/recorder/style"
)

var motoMark = regexp.MustCompile(`\bcall-[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*`)

// check compares what was recorded since the last time with what the clients
// say. The title is for messages.
func (h *motoHouse) check(title string) {
	h.Helper()
	byMark := make(map[string]*motoCall)
	for _, c := range h.calls {
		if byMark[c.Mark] != nil {
			h.Errorf("two calls are marked %s", c.Mark)
		}
		byMark[c.Mark] = c
		h.secrets = append(h.secrets, c.Secrets...)
		h.secrets = append(h.secrets, secretsOf(c.Output)...)
		if c.Token != "" && !slices.Contains(h.secrets, c.Token) {
			h.secrets = append(h.secrets, c.Token)
		}
	}
	events := make(map[*motoCall][]map[string]any)
	for _, raw := range h.take() {
		e := make(map[string]any)
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		h.must(d.Decode(&e))
		h.events++
		for _, found := range secretsIn(e, h.secrets) {
			h.Errorf("%s", found)
		}
		agent, _ := e["userAgent"].(string)
		c := byMark[motoMark.FindString(agent)]
		if c == nil {
			h.Errorf("%s: an event of no call, of %q: %s", title, agent, raw)
			continue
		}
		events[c] = append(events[c], e)
	}
	for _, c := range h.calls {
		h.call(c, events[c])
		for _, d := range c.differences {
			h.Errorf("%s, %s %s.%s (%s): %s", title, c.Client, c.Service, c.Operation, c.Mark, d)
		}
		if len(c.differences) > 0 && len(events[c]) > 0 {
			raw, err := json.Marshal(events[c][0])
			h.must(err)
			h.Logf("the event: %s", raw)
		}
	}
	h.checked = append(h.checked, h.calls...)
	h.calls = nil
}

// call compares one call with its events.
func (h *motoHouse) call(c *motoCall, events []map[string]any) {
	h.Helper()
	service := h.catalogue.Service(c.Service)
	if service == nil || service.Operation(c.Operation) == nil {
		h.Fatalf("the catalogue has no %s.%s", c.Service, c.Operation)
	}
	want := 1
	if c.Data && len(h.demandTypes) == 0 {
		want = 0
	}
	if len(events) != want {
		c.differs("%d events, want %d", len(events), want)
	}
	if len(events) == 0 || want == 0 {
		return
	}
	x := &motoEvent{motoCall: c, op: service.Operation(c.Operation), event: events[0]}
	x.envelope()
	x.who(h)
	x.errorCode()
	x.request()
	x.response()
}

func (c *motoCall) differs(format string, args ...any) {
	c.differences = append(c.differences, fmt.Sprintf(format, args...))
}

// motoEvent is an event beside the call that it should be of.
type motoEvent struct {
	*motoCall
	op    *awsmodel.Operation
	event map[string]any
}

// is compares a member of the event; want is a text, a bool or nil.
func (x *motoEvent) is(name string, want any) {
	if got := x.event[name]; got != want {
		x.differs("%s is %v, want %v", name, got, want)
	}
}

// motoNames are the names that are not the operation's, or not below the
// signing name, written down here once more and not taken from package style.
var motoNames = map[string]string{
	"lambda.CreateFunction": "lambda.amazonaws.com/CreateFunction20150331", "lambda.GetFunction": "lambda.amazonaws.com/GetFunction20150331v2",
	"lambda.UpdateFunctionCode": "lambda.amazonaws.com/UpdateFunctionCode20150331v2", "lambda.TagResource": "lambda.amazonaws.com/TagResource20170331v2",
	"lambda.PublishLayerVersion": "lambda.amazonaws.com/PublishLayerVersion20181031", "lambda.Invoke": "lambda.amazonaws.com/Invoke",
	"cloudfront.CreateDistribution": "cloudfront.amazonaws.com/CreateDistribution2020_05_31", "cloudwatch.PutMetricAlarm": "monitoring.amazonaws.com/PutMetricAlarm",
	"elbv2.CreateTargetGroup": "elasticloadbalancing.amazonaws.com/CreateTargetGroup", "ses.VerifyEmailIdentity": "ses.amazonaws.com/VerifyEmailIdentity",
	"s3.PutBucketLifecycleConfiguration": "s3.amazonaws.com/PutBucketLifecycle", "s3.PutPublicAccessBlock": "s3.amazonaws.com/PutBucketPublicAccessBlock",
	"s3control.PutPublicAccessBlock": "s3.amazonaws.com/PutAccountPublicAccessBlock", "s3.ListObjectsV2": "s3.amazonaws.com/ListObjects",
	"stepfunctions.StartExecution": "states.amazonaws.com/StartExecution", "events.PutRule": "events.amazonaws.com/PutRule", "emr.RunJobFlow": "elasticmapreduce.amazonaws.com/RunJobFlow",
	"efs.CreateFileSystem": "elasticfilesystem.amazonaws.com/CreateFileSystem", "neptune.CreateDBCluster": "rds.amazonaws.com/CreateDBCluster",
	"application-autoscaling.RegisterScalableTarget": "autoscaling.amazonaws.com/RegisterScalableTarget", "resourcegroupstaggingapi.GetResources": "tagging.amazonaws.com/GetResources",
	"sesv2.CreateContactList": "ses.amazonaws.com/CreateContactList", "opensearch.CreateDomain": "es.amazonaws.com/CreateDomain", "apigatewayv2.CreateApi": "apigateway.amazonaws.com/CreateApi",
	"wafv2.CreateIPSet": "wafv2.amazonaws.com/CreateIPSet", "sso-admin.ListInstances": "sso.amazonaws.com/ListInstances", "pinpoint.CreateApp": "mobiletargeting.amazonaws.com/CreateApp",
}

// envelope compares what every event has.
func (x *motoEvent) envelope() {
	call := &awsmodel.Call{Service: x.op.Service, ServiceName: x.Service, Operation: x.op, OperationName: x.Operation}
	x.is("eventSource", style.Source(call))
	x.is("eventName", style.Name(call))
	if want := motoNames[x.Service+"."+x.Operation]; want != "" && want != fmt.Sprintf("%v/%v", x.event["eventSource"], x.event["eventName"]) {
		x.differs("it is %v of %v, want %s", x.event["eventName"], x.event["eventSource"], want)
	}
	x.is("eventVersion", "1.11")
	x.is("eventType", "AwsApiCall")
	x.is("awsRegion", x.Region)
	x.is("sourceIPAddress", "127.0.0.1")
	x.is("recipientAccountId", motoAccount)
	x.is("readOnly", x.op.ReadOnly)
	x.is("managementEvent", !x.Data)
	x.is("eventCategory", map[bool]string{true: "Data", false: "Management"}[x.Data])
	if x.RequestID != "" {
		x.is("requestID", x.RequestID)
	}
	when, _ := x.event["eventTime"].(string)
	if at, err := time.Parse("2006-01-02T15:04:05Z", when); err != nil || time.Since(at).Abs() > 10*time.Minute {
		x.differs("eventTime is %v", x.event["eventTime"])
	}
	additional, _ := x.event["additionalEventData"].(map[string]any)
	if notes := additional["recorder"]; notes != nil && !x.Unreadable {
		x.differs("the recorder could not read all: %v", notes)
	}
	x.resources()
}

// resources looks whether the resources are names of this account's, and that a
// data event has some.
func (x *motoEvent) resources() {
	list, _ := x.event["resources"].([]any)
	if x.Data && len(list) == 0 {
		x.differs("a data event without resources")
	}
	for _, one := range list {
		r, _ := one.(map[string]any)
		arn, _ := r["ARN"].(string)
		account, has := r["accountId"]
		if has && account != motoAccount && !strings.HasPrefix(arn, "arn:aws:iam::aws:") {
			x.differs("a resource of another account: %v", r)
		}
		if arn != "" && (len(strings.SplitN(arn, ":", 6)) != 6 || strings.ContainsAny(arn, "{}|") || strings.HasSuffix(arn, ":") || strings.HasSuffix(arn, "/")) {
			x.differs("a resource whose ARN is none: %v", r)
		}
	}
}

// who compares the caller: the registered user, or the role that was assumed.
func (x *motoEvent) who(h *motoHouse) {
	u, _ := x.event["userIdentity"].(map[string]any)
	want := map[string]string{"type": h.identity.Type, "principalId": h.identity.PrincipalID, "arn": h.identity.ARN, "accountId": motoAccount, "accessKeyId": motoKey, "userName": h.identity.UserName}
	if x.KeyID != motoKey {
		want = map[string]string{"type": "AssumedRole", "arn": "arn:aws:sts::" + motoAccount + ":assumed-role/reader/moto@example.com", "accountId": motoAccount, "accessKeyId": x.KeyID}
		if u["sessionContext"] == nil {
			x.differs("a session without sessionContext")
		}
	}
	for name, text := range want {
		if u[name] != text {
			x.differs("userIdentity.%s is %v, want %s", name, u[name], text)
		}
	}
}

// errorCode compares the error: CloudTrail has the name of the exception, with
// Client before it for EC2.
func (x *motoEvent) errorCode() {
	got, _ := x.event["errorCode"].(string)
	if x.ErrorCode == "" {
		if got != "" && !x.Unreadable {
			x.differs("errorCode is %s, and the client saw no error", got)
		}
		return
	}
	var want []string
	switch _, err := strconv.Atoi(x.ErrorCode); {
	case x.Service == "ec2":
		want = []string{"Client." + x.ErrorCode}
	case err == nil:
		want = []string{"HTTP" + x.ErrorCode}
	case x.op.Error(x.ErrorCode) != nil && x.Service != "s3":
		want = []string{x.op.Error(x.ErrorCode).Name}
	default:
		// Old clients of a service that once spoke query have the old code.
		want = []string{x.ErrorCode, x.QueryCode}
	}
	if !slices.Contains(want, got) {
		x.differs("errorCode is %q, want %q", got, want)
	}
	if message, _ := x.event["errorMessage"].(string); message != x.ErrorMessage && x.Client != "aws" && !x.Unreadable {
		x.differs("errorMessage is %q, want %q", message, x.ErrorMessage)
	}
}

// secretsIn says where in an event secrets are.
func secretsIn(e map[string]any, secrets []string) (found []string) {
	walk("", e, func(path, text string) {
		for _, secret := range secrets {
			// CloudTrail leaves the token that STS hands out in its record.
			if strings.Contains(text, secret) && (e["eventSource"] != "sts.amazonaws.com" || path != ".responseElements.credentials.sessionToken") {
				found = append(found, fmt.Sprintf("%v: the secret %.12s... is in the event at %s", e["eventName"], secret, path))
			}
		}
	})
	return found
}

// walk shows every text and number of a tree.
func walk(path string, v any, show func(path, text string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(path+"."+name, v[name], show)
		}
	case []any:
		for _, item := range v {
			walk(path+"[]", item, show)
		}
	case nil:
	default:
		show(path, fmt.Sprint(v))
	}
}

// motoSecretMembers are the members of answers whose texts are secrets, whatever
// the models and the rules of redaction say.
var motoSecretMembers = regexp.MustCompile(`\.(SecretAccessKey|SecretKey|PrivateKey|KeyMaterial|ClientSecret|SecretString|authorizationToken|MasterUserPassword)$`)

func secretsOf(output map[string]any) (out []string) {
	walk("", output, func(path, text string) {
		if motoSecretMembers.MatchString(path) && len(text) >= 8 {
			out = append(out, text)
		}
	})
	return out
}

// report prints what was called, by service.
func (h *motoHouse) report() {
	h.Helper()
	type row struct {
		operations, clients map[string]bool
		calls, failed       int
	}
	rows, operations, differences := make(map[string]*row), 0, 0
	for _, c := range h.checked {
		r := rows[c.Service]
		if r == nil {
			r = &row{operations: map[string]bool{}, clients: map[string]bool{}}
			rows[c.Service] = r
		}
		if !r.operations[c.Operation] {
			operations++
		}
		r.operations[c.Operation], r.clients[c.Client] = true, true
		r.calls++
		if c.ErrorCode != "" {
			r.failed++
		}
		differences += len(c.differences)
	}
	if *motoUpdate && !h.Failed() {
		tried := make(map[string][]string)
		for name, r := range rows {
			tried[name] = slices.Sorted(maps.Keys(r.operations))
		}
		raw, err := json.MarshalIndent(tried, "", " ")
		h.must(err)
		h.must(os.WriteFile(filepath.Join("..", "recorder", "testdata", "moto.json"), append(raw, '\n'), 0o644))
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "service\toperations\tcalls\tof them failed\tclients")
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		r := rows[name]
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\n", name, len(r.operations), r.calls, r.failed, strings.Join(slices.Sorted(maps.Keys(r.clients)), " "))
	}
	h.must(w.Flush())
	h.Logf("%d services, %d operations, %d calls, %d events, %d differences\n%s", len(rows), operations, len(h.checked), h.events, differences, b.String())
	if len(rows) < 40 || operations < 120 {
		h.Errorf("%d services and %d operations are fewer than the suite should have", len(rows), operations)
	}
}
