package decode

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/cairntrail/cairn/internal/awsmodel"
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

// show writes a value in one line. Sensitive members get a !, those the model
// does not have a ?, outside of maps.
func show(v Value) string {
	switch v.Kind {
	case Null:
		return "null"
	case Bool, Number:
		return v.Text
	case Text:
		return fmt.Sprintf("%q", v.Text)
	case Bytes:
		if v.Streamed {
			return "<stream>"
		}
		return "0x" + hex.EncodeToString([]byte(v.Text))
	case List:
		var items []string
		for _, i := range v.Items {
			items = append(items, show(i))
		}
		return "[" + strings.Join(items, " ") + "]"
	}
	var fields []string
	for _, f := range v.Fields {
		mark := ""
		if f.Member == nil {
			mark = "?"
		} else if f.Member.Sensitive {
			mark = "!"
		}
		fields = append(fields, f.Name+mark+":"+show(f.Value))
	}
	return "{" + strings.Join(fields, " ") + "}"
}

// request reads a request written with \n for line ends, signed for a service.
func request(t testing.TB, service, text string) (*http.Request, []byte) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	head = strings.ReplaceAll(head, "\n", "\r\n") + "\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 Credential=A/1/us-east-1/" + service + "/aws4_request\r\n\r\n"
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
	if err != nil {
		t.Fatal(err)
	}
	return r, []byte(body)
}

func TestInput(t *testing.T) {
	f := func(service, text, want string) {
		t.Helper()
		r, body := request(t, service, text)
		call := catalogue(t).Recognize(r, body)
		v, err := Input(call, r, body, Limits{})
		if got := call.OperationName + " " + show(v); err != nil || got != want {
			t.Errorf("%v\n got %s\nwant %s", err, got, want)
		}
	}
	f("dynamodb", "POST / HTTP/1.1\nX-Amz-Target: DynamoDB_20120810.PutItem\n\n"+`{"TableName":"t","Item":{"k":{"N":"1"},"a":{"L":[{"BOOL":true},{"NULL":false}]}},"Extra":1.50}`,
		`PutItem {TableName:"t" Item:{k:{N:"1"} a:{L:[{BOOL:true} {NULL:false}]}} Extra?:1.50}`)
	f("dynamodb", "POST / HTTP/1.1\nX-Amz-Target: DynamoDB_20120810.NewThing\n\n"+`{"b":{"c":null}}`, `NewThing {b?:{c?:null}}`)
	f("iam", "POST / HTTP/1.1\n\nAction=CreateLoginProfile&Version=2010-05-08&UserName=u&Password=p%26q", `CreateLoginProfile {UserName:"u" Password!:"p&q"}`)
	f("iam", "POST / HTTP/1.1\n\nAction=TagUser&Version=2010-05-08&UserName=u&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=v&Odd.x=1",
		`TagUser {UserName:"u" Tags:[{Key:"a" Value:"v"} {Key:"b"}] Odd?:{x?:"1"}}`)
	f("iam", "GET /?Action=GetUser&Version=2010-05-08&UserName=u&X-Amz-Signature=s&AWSAccessKeyId=A&Signature=t&SecurityToken=u HTTP/1.1", `GetUser {UserName:"u"}`)
	f("sns", "POST / HTTP/1.1\n\nAction=CreateTopic&Version=2010-03-31&Name=n&Attributes.entry.1.key=k&Attributes.entry.1.value=v", `CreateTopic {Name:"n" Attributes:{k:"v"}}`)
	f("ec2", "POST / HTTP/1.1\n\nAction=RunInstances&Version=2016-11-15&ImageId=ami-1&SecurityGroupId.1=sg-1&BlockDeviceMapping.1.Ebs.VolumeSize=8&MinCount=1",
		`RunInstances {ImageId:"ami-1" SecurityGroupIds:["sg-1"] BlockDeviceMappings:[{Ebs:{VolumeSize:"8"}}] MinCount:"1"}`)
	f("lambda", "POST /2015-03-31/functions/f/versions?x=1 HTTP/1.1\n\n"+`{"Description":"d"}`, `PublishVersion {FunctionName:"f" Description:"d"}`)
	f("lambda", "POST /2015-03-31/functions/f/invocations?Qualifier=q HTTP/1.1\nX-Amz-Invocation-Type: Event\n\nsecret", `Invoke {FunctionName:"f" Qualifier:"q" InvocationType:"Event" Payload!:<stream>}`)
	f("apigateway", "GET /restapis/r/stages/s/exports/swagger?extensions=postman HTTP/1.1", `GetExport {restApiId:"r" stageName:"s" exportType:"swagger" parameters:{extensions:"postman"}}`)
	f("s3", "PUT /b/k HTTP/1.1\nX-Amz-Meta-Two: 2\nX-Amz-Meta-One: 1\n\nbytes", `PutObject {Bucket:"b" Key:"k" Metadata:{one:"1" two:"2"} Body:<stream>}`)
	f("s3", "PUT /b?tagging HTTP/1.1\n\n<Tagging xmlns=\"u\"><TagSet><Tag><Key>a</Key><Value>1&lt;</Value></Tag></TagSet></Tagging>", `PutBucketTagging {Bucket:"b" Tagging:{TagSet:[{Key:"a" Value:"1<"}]}}`)
	f("s3", "POST /b?delete HTTP/1.1\n\n<Delete><Object><Key>a</Key></Object><Quiet>true</Quiet><Object><Key>b</Key></Object></Delete>", `DeleteObjects {Bucket:"b" Delete:{Objects:[{Key:"a"} {Key:"b"}] Quiet:"true"}}`)
	f("s3", "GET /b/k?attributes HTTP/1.1\nX-Amz-Object-Attributes: ETag, \"a, \\\"b\\\"\" ,\nX-Amz-Object-Attributes: Checksum", `GetObjectAttributes {Bucket:"b" Key:"k" ObjectAttributes:["ETag" "a, \"b\"" "Checksum"]}`)
	cbor, _ := hex.DecodeString("bf694e616d6573706163656161" + "6a4d6574726963446174618" + "1a1" + "6556616c7565" + "fb3ff8000000000000" + "ff")
	f("monitoring", "POST /service/GraniteServiceVersion20100801/operation/PutMetricData HTTP/1.1\nSmithy-Protocol: rpc-v2-cbor\n\n"+string(cbor), `PutMetricData {Namespace:"a" MetricData:[{Value:1.5}]}`)
}

func TestOutput(t *testing.T) {
	f := func(service, operation string, protocol awsmodel.Protocol, status int, code, body, want string) {
		t.Helper()
		op := catalogue(t).Service(service).Operation(operation)
		v, err := Output(op, protocol, status, http.Header{"Etag": {"e"}, "Set-Cookie": {"c"}, "X-Amz-Security-Token": {"t"}}, []byte(body), code, Limits{})
		if got := show(v); err != nil || got != want {
			t.Errorf("%v\n got %s\nwant %s", err, got, want)
		}
	}
	f("sts", "AssumeRole", awsmodel.Query, 200, "", `<AssumeRoleResponse xmlns="x"><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
		`{Credentials:{AccessKeyId:"A" SecretAccessKey!:"s"}}`)
	f("ec2", "DescribeVpcs", awsmodel.EC2, 200, "", `<R><requestId>r</requestId><vpcSet><item><vpcId>v</vpcId></item></vpcSet></R>`, `{requestId?:"r" Vpcs:[{VpcId:"v"}]}`)
	f("s3", "GetObject", awsmodel.RESTXML, 200, "", "bytes", `{ETag:"e" Body:<stream>}`)
	f("s3", "GetObject", awsmodel.RESTXML, 404, "NoSuchKey", "<Error><Code>NoSuchKey</Code></Error>", `{Code?:"NoSuchKey"}`)
	f("lambda", "Invoke", awsmodel.RESTJSON, 200, "", "bytes", `{StatusCode:200 Payload!:<stream>}`)
	f("dynamodb", "GetItem", awsmodel.JSON10, 400, "ResourceNotFoundException", `{"__type":"x#ResourceNotFoundException","message":"m"}`, `{__type?:"x#ResourceNotFoundException" message:"m"}`)
	f("s3", "PutObject", awsmodel.RESTXML, 200, "", "", `{ETag:"e"}`)
	f("s3", "GetBucketLocation", awsmodel.RESTXML, 200, "", `<LocationConstraint xmlns="u">eu-west-1</LocationConstraint>`, `{LocationConstraint:"eu-west-1"}`)
	f("s3", "GetBucketLocation", awsmodel.RESTXML, 200, "", `<R><LocationConstraint>eu-west-1</LocationConstraint></R>`, `{LocationConstraint:"eu-west-1"}`)
	f("iam", "DeleteUser", awsmodel.Query, 200, "", `<DeleteUserResponse><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DeleteUserResponse>`, `{}`)
	f("sqs", "SendMessage", awsmodel.Query, 200, "", `<SendMessageResponse><SendMessageResult><MessageId>m</MessageId></SendMessageResult><ResponseMetadata/></SendMessageResponse>`, `{MessageId:"m"}`)
	f("dataexchange", "SendApiAsset", awsmodel.RESTJSON, 200, "", "b", `{ResponseHeaders:{etag:"e"} Body:"b"}`)
}

func TestLimits(t *testing.T) {
	op := catalogue(t).Service("dynamodb").Operation("GetItem")
	f := func(p awsmodel.Protocol, body string, limits Limits, want error) {
		t.Helper()
		if _, err := Output(op, p, 200, nil, []byte(body), "", limits); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", body, err, want)
		}
	}
	f(awsmodel.JSON10, strings.Repeat("[", 1000), Limits{}, ErrLimit)
	f(awsmodel.JSON10, `{"a":[1,2,3,4]}`, Limits{Values: 4}, ErrLimit)
	f(awsmodel.JSON10, `{"a":1}`, Limits{Bytes: 3}, ErrLimit)
	f(awsmodel.JSON10, `{"a":`, Limits{}, ErrMalformed)
	f(awsmodel.JSON10, `{} {}`, Limits{}, ErrMalformed)
	f(awsmodel.JSON10, `[]`, Limits{}, ErrMalformed)
	f(awsmodel.Query, strings.Repeat("<a>", 1000), Limits{}, ErrLimit)
	f(awsmodel.Query, "<a></b>", Limits{}, ErrMalformed)
	f(awsmodel.RPCv2CBOR, strings.Repeat("\x81", 1000), Limits{}, ErrLimit)
	f(awsmodel.RPCv2CBOR, strings.Repeat("\xc1", 1000), Limits{}, ErrLimit)
	f(awsmodel.RPCv2CBOR, "\xbb\xff\xff\xff\xff\xff\xff\xff\xff", Limits{}, ErrMalformed)
	f(awsmodel.RPCv2CBOR, "\xa1\x61a\x7b\xff\xff\xff\xff\xff\xff\xff\xff", Limits{}, ErrMalformed)
}

func FuzzInput(f *testing.F) {
	c := catalogue(f)
	calls := []awsmodel.Call{}
	for _, o := range []struct {
		service, operation string
		protocol           awsmodel.Protocol
	}{
		{"dynamodb", "PutItem", awsmodel.JSON10}, {"iam", "TagUser", awsmodel.Query}, {"ec2", "RunInstances", awsmodel.EC2},
		{"lambda", "CreateFunction", awsmodel.RESTJSON}, {"s3", "PutBucketAcl", awsmodel.RESTXML}, {"cloudwatch", "PutMetricData", awsmodel.RPCv2CBOR},
	} {
		s := c.Service(o.service)
		calls = append(calls, awsmodel.Call{Service: s, Operation: s.Operation(o.operation), Protocol: o.protocol})
	}
	f.Add(0, []byte(`{"Item":{"a":{"L":[{}]}}}`))
	f.Add(1, []byte("Tags.member.1.Key=a&.=&..1=%zz"))
	f.Add(2, []byte("BlockDeviceMapping.1.Ebs.VolumeSize=8&a.99999999999999999999=1"))
	f.Add(4, []byte(`<a xsi:type="x"><AccessControlList><Grant/></AccessControlList></a>`))
	f.Add(5, []byte("\xbf\x61a\x9f\x5f\x41a\xff\xff\xf9\x7c\x01\xff"))
	f.Fuzz(func(t *testing.T, n int, body []byte) {
		call := calls[uint(n)%uint(len(calls))]
		v, err := Input(call, &http.Request{}, body, Limits{Depth: 16, Values: 1000})
		if v.Kind != Object {
			t.Fatalf("the input is of kind %d", v.Kind)
		}
		if err != nil && !errors.Is(err, ErrLimit) && !errors.Is(err, ErrMalformed) {
			t.Fatalf("an error of no kind: %v", err)
		}
	})
}
