package encode

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// value reads JSON as the value of a message; what begins with 0x is bytes.
func value(t testing.TB, text string) decode.Value {
	t.Helper()
	v, err := decode.JSON([]byte(text), decode.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return withBytes(v)
}

func withBytes(v decode.Value) decode.Value {
	for i := range v.Items {
		v.Items[i] = withBytes(v.Items[i])
	}
	for i := range v.Fields {
		v.Fields[i].Value = withBytes(v.Fields[i].Value)
	}
	if raw, err := hex.DecodeString(strings.TrimPrefix(v.Text, "0x")); err == nil && strings.HasPrefix(v.Text, "0x") {
		return decode.Value{Kind: decode.Bytes, Text: string(raw)}
	}
	return v
}

func operation(t testing.TB, service, name string) *awsmodel.Operation {
	t.Helper()
	op := catalogue(t).Service(service).Operation(name)
	if op == nil {
		t.Fatalf("the catalogue has no %s.%s", service, name)
	}
	return op
}

func body(t testing.TB, r *http.Request) string {
	t.Helper()
	out, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The bodies and targets are as the AWS CLI sends them.
func TestRequest(t *testing.T) {
	at, _ := url.Parse("http://127.0.0.1:9000/base/")
	f := func(service, name string, p awsmodel.Protocol, input, want string) {
		t.Helper()
		r, err := Request(operation(t, service, name), p, at, "us-east-1", value(t, input))
		if err != nil {
			t.Errorf("%s.%s: %v", service, name, err)
			return
		}
		got := r.Method + " " + r.URL.RequestURI()
		for _, h := range []string{"X-Amz-Target", "Smithy-Protocol", "X-Amz-Meta-A", "X-Amz-Object-Attributes", "X-Amz-Lex-Session-Attributes",
			"X-Amz-Copy-Source-If-Modified-Since", "X-Amz-Server-Side-Encryption-Bucket-Key-Enabled"} {
			if text := r.Header.Get(h); text != "" {
				got += " " + h + "=" + text
			}
		}
		if got += " " + body(t, r); got != want || r.URL.Host != at.Host {
			t.Errorf("%s.%s at %s\n got %s\nwant %s", service, name, r.URL.Host, got, want)
		}
	}
	f("dynamodb", "PutItem", awsmodel.JSON10, `{"TableName":"t","Item":{"k":{"B":"0x6869"},"b":{"BOOL":"True"}},"Extra":[1,null]}`,
		`POST /base/ X-Amz-Target=DynamoDB_20120810.PutItem {"TableName":"t","Item":{"k":{"B":"aGk="},"b":{"BOOL":true}},"Extra":[1,null]}`)
	f("cloudtrail", "LookupEvents", awsmodel.JSON11, `{"StartTime":"2030-01-02T03:04:05.5Z","EndTime":"Jan 2, 2030 3:04:06 AM","MaxResults":"7"}`,
		`POST /base/ X-Amz-Target=com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents {"StartTime":1893553445.5,"EndTime":1893553446,"MaxResults":7}`)
	f("iam", "TagUser", awsmodel.Query, `{"UserName":"u&v","Tags":[{"Key":"a"},{"Key":"b","Value":""}],"Odd":{"x":[1]}}`,
		`POST /base/ Action=TagUser&Version=2010-05-08&UserName=u%26v&Tags.member.1.Key=a&Tags.member.2.Key=b&Tags.member.2.Value=&Odd.x.member.1=1`)
	f("sns", "CreateTopic", awsmodel.Query, `{"Name":"n","Attributes":{"k":"v"},"Tags":[]}`,
		`POST /base/ Action=CreateTopic&Version=2010-03-31&Name=n&Attributes.entry.1.key=k&Attributes.entry.1.value=v&Tags=`)
	f("sdb", "GetAttributes", awsmodel.Query, `{"DomainName":"d","AttributeNames":["a","b"]}`,
		`POST /base/ Action=GetAttributes&Version=2009-04-15&DomainName=d&AttributeName.1=a&AttributeName.2=b`)
	f("ec2", "RunInstances", awsmodel.EC2, `{"SecurityGroupIds":["sg-1"],"BlockDeviceMappings":[{"Ebs":{"VolumeSize":8,"Encrypted":"TRUE"}}],"Ipv6Addresses":[]}`,
		`POST /base/ Action=RunInstances&Version=2016-11-15&SecurityGroupId.1=sg-1&BlockDeviceMapping.1.Ebs.VolumeSize=8&BlockDeviceMapping.1.Ebs.Encrypted=true`)
	f("cloudwatch", "PutMetricData", awsmodel.RPCv2CBOR, `{"Namespace":"a","MetricData":[{"Value":1.5,"StorageResolution":"60","Timestamp":1}]}`,
		"POST /base/service/GraniteServiceVersion20100801/operation/PutMetricData Smithy-Protocol=rpc-v2-cbor "+
			"\xa2\x69Namespace\x61a\x6aMetricData\x81\xa3\x65Value\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00\x71StorageResolution\x18\x3c\x69Timestamp\xc1\x01")
	f("lambda", "Invoke", awsmodel.RESTJSON, `{"FunctionName":"a:b/c","Qualifier":"1 2","Payload":"0x7b7d"}`, `POST /base/2015-03-31/functions/a%3Ab%2Fc/invocations?Qualifier=1%202 {}`)
	f("lambda", "TagResource", awsmodel.RESTJSON, `{"Resource":"r","Tags":{"k":"v"},"Extra":true}`, `POST /base/2017-03-31/tags/r {"Tags":{"k":"v"},"Extra":true}`)
	f("lambda", "UntagResource", awsmodel.RESTJSON, `{"Resource":"r","TagKeys":["b","a"]}`, `DELETE /base/2017-03-31/tags/r?tagKeys=b&tagKeys=a `)
	f("apigateway", "GetExport", awsmodel.RESTJSON, `{"restApiId":"r","stageName":"s","exportType":"swagger","parameters":{"extensions":"postman"}}`,
		`GET /base/restapis/r/stages/s/exports/swagger?extensions=postman `)
	f("lex-runtime", "PostContent", awsmodel.RESTJSON, `{"botName":"b","botAlias":"a","userId":"u","sessionAttributes":{"k":"v"},"inputStream":"aGk="}`,
		`POST /base/bot/b/alias/a/user/u/content X-Amz-Lex-Session-Attributes=eyJrIjoidiJ9 hi`)
	f("s3", "GetObject", awsmodel.RESTXML, `{"Bucket":"b","Key":"/a b/ü+","VersionId":"v","Unknown":1}`, `GET /base/b//a%20b/%C3%BC%2B?versionId=v `)
	f("s3", "GetObjectAttributes", awsmodel.RESTXML, `{"Bucket":"b","Key":"k","ObjectAttributes":["ETag","a,b"]}`,
		`GET /base/b/k?attributes X-Amz-Object-Attributes=ETag,"a,b" `)
	f("s3", "CopyObject", awsmodel.RESTXML, `{"Bucket":"b","Key":"k","CopySource":"c/d","Metadata":{"a":"1"},"BucketKeyEnabled":true,"CopySourceIfModifiedSince":1893553445.5}`,
		`PUT /base/b/k X-Amz-Meta-A=1 X-Amz-Copy-Source-If-Modified-Since=Wed, 02 Jan 2030 03:04:05 GMT X-Amz-Server-Side-Encryption-Bucket-Key-Enabled=true `)
	f("s3", "DeleteObjects", awsmodel.RESTXML, `{"Bucket":"b","Delete":{"Objects":[{"Key":"<a>"},{"Key":"b"}],"Quiet":"true"}}`,
		`POST /base/b?delete <Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>&lt;a&gt;</Key></Object><Object><Key>b</Key></Object><Quiet>true</Quiet></Delete>`)
	f("s3", "PutBucketAcl", awsmodel.RESTXML, `{"Bucket":"b","AccessControlPolicy":{"Grants":[{"Grantee":{"ID":"i","Type":"CanonicalUser"}}]}}`,
		`PUT /base/b?acl <AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><AccessControlList><Grant>`+
			`<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>i</ID></Grantee></Grant></AccessControlList></AccessControlPolicy>`)
	f("s3", "PutBucketPolicy", awsmodel.RESTXML, `{"Bucket":"b","Policy":"{}"}`, `PUT /base/b?policy {}`)
	f("route53", "ChangeTagsForResource", awsmodel.RESTXML, `{"ResourceType":"t","ResourceId":"r","AddTags":[{"Key":"k"}]}`,
		`POST /base/2013-04-01/tags/t/r <ChangeTagsForResourceRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><AddTags><Tag><Key>k</Key></Tag></AddTags></ChangeTagsForResourceRequest>`)
}

func TestRequestHosts(t *testing.T) {
	f := func(service, name, region, input, want string) {
		t.Helper()
		op := operation(t, service, name)
		r, err := Request(op, op.Service.Protocols[0], nil, region, value(t, input))
		if err != nil || r.URL.Scheme+"://"+r.Host != want {
			t.Errorf("%s.%s: %v, %v, want %s", service, name, r, err, want)
		}
	}
	f("sts", "GetCallerIdentity", "eu-west-1", `{}`, "https://sts.eu-west-1.amazonaws.com")
	f("iam", "ListUsers", "", `{}`, "https://iam.amazonaws.com")
	f("s3control", "ListJobs", "us-east-1", `{"AccountId":"1234"}`, "https://1234.s3-control.us-east-1.amazonaws.com")
}

func TestRequestErrors(t *testing.T) {
	f := func(service, name string, p awsmodel.Protocol, input string, want error) {
		t.Helper()
		if r, err := Request(operation(t, service, name), p, nil, "us-east-1", value(t, input)); !errors.Is(err, want) {
			t.Errorf("%s.%s: %v, %v, want %v", service, name, r, err, want)
		}
	}
	f("s3", "GetObject", awsmodel.RESTXML, `{"Bucket":"b"}`, ErrValue)
	f("s3", "PutObject", awsmodel.RESTXML, `{"Bucket":"b","Key":"k","Body":"no base64"}`, ErrValue)
	f("s3", "PutBucketVersioning", awsmodel.RESTXML, `{"Bucket":"b","VersioningConfiguration":{"two words":"x"}}`, ErrValue)
	f("s3control", "ListJobs", awsmodel.RESTXML, `{}`, ErrValue)
	f("lexv2-runtime", "StartConversation", awsmodel.RESTJSON, `{"botId":"b","botAliasId":"a","localeId":"l","sessionId":"s","requestEventStream":{"a":1}}`, ErrValue)
	f("s3", "GetObject", "soap", `{}`, ErrProtocol)
	f("iam", "GetUser", awsmodel.JSON10, `{}`, ErrProtocol)
}

// show writes an answer in one line: status, type, request ID, body.
func show(a *Answer) string {
	id := a.Header.Get("X-Amzn-Requestid") + a.Header.Get("X-Amz-Request-Id")
	return fmt.Sprintf("%d %s %s %s", a.Status, a.Header.Get("Content-Type"), id, strings.ReplaceAll(string(a.Body), xmlProlog, ""))
}

func TestResponse(t *testing.T) {
	f := func(service, name string, p awsmodel.Protocol, output, want string) {
		t.Helper()
		a, err := Response(operation(t, service, name), p, "r-1", value(t, output))
		if err != nil || show(a) != want {
			t.Errorf("%s.%s: %v\n got %s\nwant %s", service, name, err, show(a), want)
		}
	}
	f("sts", "GetCallerIdentity", awsmodel.Query, `{"Account":"1"}`, `200 text/xml r-1 <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`+
		`<GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`)
	f("iam", "DeleteUser", awsmodel.Query, `{}`, `200 text/xml r-1 <DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></DeleteUserResponse>`)
	f("sqs", "SendMessage", awsmodel.Query, `{"MessageId":"m"}`, `200 text/xml r-1 <SendMessageResponse><SendMessageResult><MessageId>m</MessageId></SendMessageResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></SendMessageResponse>`)
	f("ec2", "DescribeVpcs", awsmodel.EC2, `{"Vpcs":[{"VpcId":"v","IsDefault":true}]}`, `200 text/xml;charset=UTF-8 r-1 <DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15"><requestId>r-1</requestId>`+
		`<vpcSet><item><vpcId>v</vpcId><isDefault>true</isDefault></item></vpcSet></DescribeVpcsResponse>`)
	f("dynamodb", "GetItem", awsmodel.JSON10, `{}`, `200 application/x-amz-json-1.0 r-1 {}`)
	f("kms", "DeleteAlias", awsmodel.JSON11, `{}`, `200  r-1 `)
	f("lambda", "Invoke", awsmodel.RESTJSON, `{"StatusCode":202,"Payload":"0x7b7d"}`, `202 application/octet-stream r-1 {}`)
	f("lambda", "DeleteFunction", awsmodel.RESTJSON, `{"StatusCode":204}`, `204  r-1 `)
	f("s3", "GetBucketLocation", awsmodel.RESTXML, `{"LocationConstraint":"eu-west-1"}`, `200 application/xml r-1 <LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>`)
	f("s3", "ListBuckets", awsmodel.RESTXML, `{"Buckets":[{"Name":"b","CreationDate":"1893553445"}]}`, `200 application/xml r-1 <ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`+
		`<Buckets><Bucket><Name>b</Name><CreationDate>2030-01-02T03:04:05Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>`)
	f("s3", "PutObject", awsmodel.RESTXML, `{"ETag":"e"}`, `200  r-1 `)
	f("s3", "HeadObject", awsmodel.RESTXML, `{"ContentType":"text/plain","Extra":1}`, `200 text/plain r-1 `)
}

func TestError(t *testing.T) {
	f := func(service, name string, p awsmodel.Protocol, status int, code, fields, want string) {
		t.Helper()
		a, err := Error(operation(t, service, name), p, "r-1", status, code, "m<", value(t, fields))
		got := show(a)
		for _, h := range []string{"X-Amzn-Errortype", "X-Amzn-Query-Error"} {
			if text := a.Header.Get(h); text != "" {
				got += " " + h + "=" + text
			}
		}
		if err != nil || got != want {
			t.Errorf("%s.%s: %v\n got %s\nwant %s", service, name, err, got, want)
		}
	}
	f("iam", "GetUser", awsmodel.Query, 0, "NoSuchEntityException", `{}`, `404 text/xml r-1 <ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">`+
		`<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>m&lt;</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`)
	f("ec2", "DescribeVpcs", awsmodel.EC2, 503, "Unavailable", `{}`, `503 text/xml;charset=UTF-8 r-1 <Response><Errors><Error><Code>Unavailable</Code><Message>m&lt;</Message></Error></Errors><RequestID>r-1</RequestID></Response>`)
	f("s3", "GetObject", awsmodel.RESTXML, 404, "NoSuchKey", `{"Key":"k"}`, `404 application/xml r-1 <Error><Code>NoSuchKey</Code><Message>m&lt;</Message><Key>k</Key><RequestId>r-1</RequestId></Error>`)
	f("s3", "HeadObject", awsmodel.RESTXML, 404, "NoSuchKey", `{}`, `404 application/xml r-1 `)
	f("cloudfront", "GetDistribution", awsmodel.RESTXML, 0, "NoSuchDistribution", `{}`, `404 application/xml r-1 <ErrorResponse>`+
		`<Error><Type>Sender</Type><Code>NoSuchDistribution</Code><Message>m&lt;</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`)
	f("dynamodb", "GetItem", awsmodel.JSON10, 0, "ResourceNotFoundException", `{}`, `400 application/x-amz-json-1.0 r-1 {"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"m\u003c"}`)
	f("cloudtrail", "LookupEvents", awsmodel.JSON11, 0, "InvalidTimeRangeException", `{"Extra":1}`, `400 application/x-amz-json-1.1 r-1 {"__type":"InvalidTimeRangeException","message":"m\u003c","Extra":1}`)
	f("cloudtrail", "LookupEvents", awsmodel.JSON11, 400, "a.b#AccessDenied", `{}`, `400 application/x-amz-json-1.1 r-1 {"__type":"a.b#AccessDenied","message":"m\u003c"}`)
	f("lambda", "Invoke", awsmodel.RESTJSON, 0, "TooManyRequestsException", `{"retryAfterSeconds":"3","Reason":"x"}`, `429 application/json r-1 {"message":"m\u003c","Reason":"x"} X-Amzn-Errortype=TooManyRequestsException`)
	f("cloudwatch", "PutMetricAlarm", awsmodel.JSON10, 0, "LimitExceededFault", `{}`,
		`400 application/x-amz-json-1.0 r-1 {"__type":"com.amazonaws.cloudwatch.v20100801#LimitExceededFault","message":"m\u003c"} X-Amzn-Query-Error=LimitExceeded;Sender`)
	a, err := Error(operation(t, "lambda", "Invoke"), awsmodel.RESTJSON, "", 0, "ServiceException", "", value(t, `{"Message":"from the fields"}`))
	if err != nil || a.Status != 500 || string(a.Body) != `{"Message":"from the fields"}` || len(a.Header["X-Amzn-Requestid"]) != 0 {
		t.Errorf("%v: %+v %s", err, a, a.Body)
	}
	if _, err := Error(operation(t, "lambda", "Invoke"), "soap", "", 0, "X", "", decode.Value{}); !errors.Is(err, ErrProtocol) {
		t.Errorf("an unknown protocol: %v", err)
	}
}

func TestAnswerIsAHandler(t *testing.T) {
	w := httptest.NewRecorder()
	a := &Answer{Status: http.StatusTeapot, Header: http.Header{"X-A": {"1"}}, Body: []byte("body")}
	a.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if w.Code != http.StatusTeapot || w.Header().Get("X-A") != "1" || w.Body.String() != "body" {
		t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
	}
}

func TestSign(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	r, err := Request(operation(t, "s3", "PutBucketAcl"), awsmodel.RESTXML, nil, "us-east-1", value(t, `{"Bucket":"b","AccessControlPolicy":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	Sign(r, "AKIDEXAMPLE", "s3", "us-east-1", "session", at)
	got := r.Header.Get("Authorization")
	if want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20300102/us-east-1/s3/aws4_request, SignedHeaders="; !strings.HasPrefix(got, want) {
		t.Errorf("Authorization: %s", got)
	}
	if r.URL.RawQuery != "acl" || r.Header.Get("X-Amz-Security-Token") != "session" || r.Header.Get("X-Amz-Date") != "20300102T030405Z" {
		t.Errorf("%s %v", r.URL, r.Header)
	}
	if body(t, r) == "" || len(r.Header.Get("X-Amz-Content-Sha256")) != 64 {
		t.Errorf("the body was used up, or has no hash: %v", r.Header)
	}
}

func TestTimes(t *testing.T) {
	f := func(text, format, want string) {
		t.Helper()
		at, ok := parseTime(text)
		if !ok {
			t.Errorf("%q is no time", text)
		} else if got := formatTime(at, format); got != want {
			t.Errorf("%q is %s, not %s", text, got, want)
		}
	}
	f("1893553445", iso8601, "2030-01-02T03:04:05Z")
	f("1893553445.125", iso8601, "2030-01-02T03:04:05.125Z")
	f("1893553445.000000001", unixTimestamp, "1893553445.000000001")
	f("1.893553445125E9", unixTimestamp, "1893553445.125")
	f("1893553445125", unixTimestamp, "1893553445.125")
	f("-1.5", unixTimestamp, "-1.5")
	f("2030-01-02T03:04:05Z", unixTimestamp, "1893553445")
	f("2030-01-02T04:04:05.5+01:00", unixTimestamp, "1893553445.5")
	f("2030-01-02", iso8601, "2030-01-02T00:00:00Z")
	f("Wed, 02 Jan 2030 03:04:05 GMT", unixTimestamp, "1893553445")
	f("02 Jan 30 03:04 UTC", iso8601, "2030-01-02T03:04:00Z")
	f("Jan 2, 2030 3:04:05 AM", rfc822, "Wed, 02 Jan 2030 03:04:05 GMT")
	f("Jan 2, 2030, 3:04:05\u202fPM", iso8601, "2030-01-02T15:04:05Z")
	for _, text := range []string{"", "soon", "NaN", "Infinity", "1e300", "2030-13-01"} {
		if at, ok := parseTime(text); ok {
			t.Errorf("%q is the time %s", text, at)
		}
	}
}

// What cannot be what the model has is written as it is.
func TestWhatIsWrongIsWrittenAsItIs(t *testing.T) {
	op := operation(t, "cloudtrail", "LookupEvents")
	r, err := Request(op, awsmodel.JSON11, nil, "us-east-1", value(t, `{"StartTime":"soon","MaxResults":"many","NextToken":12,"LookupAttributes":{"a":[true]},"EventCategory":null}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"StartTime":"soon","MaxResults":"many","NextToken":"12","LookupAttributes":{"a":[true]},"EventCategory":null}`
	if got := body(t, r); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	op = operation(t, "cloudwatch", "PutMetricData")
	for _, p := range []awsmodel.Protocol{awsmodel.RPCv2CBOR, awsmodel.JSON10} {
		r, err = Request(op, p, nil, "us-east-1", value(t, `{"Namespace":12,"MetricData":[{"Value":"high","Timestamp":"soon","StorageResolution":2.5}]}`))
		if err != nil {
			t.Fatal(err)
		}
		text := body(t, r)
		v, err := decode.Input(awsmodel.Call{Service: op.Service, Operation: op, Protocol: p}, r, []byte(text), decode.Limits{})
		if got := (normal{}).message(op.Input, v); err != nil || got != `{MetricData:[{"StorageResolution":2.5 "Timestamp":"soon" "Value":"high"}] Namespace:"12"}` {
			t.Errorf("%s: %v: %s", p, err, got)
		}
	}
}
