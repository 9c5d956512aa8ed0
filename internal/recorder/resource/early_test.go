package resource

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// head recognizes a request and reads its head.
func head(t testing.TB, c *awsmodel.Catalogue, r *http.Request) (*Call, awsmodel.Call) {
	t.Helper()
	call := c.Recognize(r, nil)
	if call.Operation == nil {
		t.Fatalf("%s %s is not recognized: %s is missing", r.Method, r.URL, call.Missing)
	}
	// Where a body is missing the error says so, which is as it should be.
	input, _ := decode.Input(call, r, nil, decode.Limits{})
	return &Call{Service: call.ServiceName, Operation: call.OperationName, Region: "us-west-2", AccountID: me,
		Input: &input, Bucket: call.Bucket}, call
}

func request(method, url, service string) *http.Request {
	r := httptest.NewRequest(method, url, nil)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101/us-west-2/"+service+
		"/aws4_request, SignedHeaders=host, Signature=00")
	return r
}

func TestEarly(t *testing.T) {
	c := open(t)
	target := request("POST", "https://dynamodb.us-west-2.amazonaws.com/", "dynamodb")
	target.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
	target.Header.Set("Content-Type", "application/x-amz-json-1.0")
	for _, x := range []struct {
		name    string
		request *http.Request
		ok      bool
		want    string
	}{
		{"an object by virtual host", request("GET", "https://b.s3.us-west-2.amazonaws.com/a/b%20c", "s3"), true,
			"AWS::S3::Object arn:aws:s3:::b/a/b c\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"an object by path", request("PUT", "https://s3.us-west-2.amazonaws.com/b/k", "s3"), true,
			"AWS::S3::Object arn:aws:s3:::b/k\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"a listing", request("GET", "https://b.s3.us-west-2.amazonaws.com/?list-type=2&prefix=logs%2F", "s3"), true,
			"AWS::S3::Object arn:aws:s3:::b/logs/*\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"a batch of deletions", request("POST", "https://b.s3.us-west-2.amazonaws.com/?delete", "s3"), true,
			"AWS::S3::Object arn:aws:s3:::b/*\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"a function", request("POST", "https://lambda.us-west-2.amazonaws.com/2015-03-31/functions/f/invocations", "lambda"), true,
			"AWS::Lambda::Function arn:aws:lambda:us-west-2:111122223333:function:f " + me},
		{"an endpoint", request("POST", "https://runtime.sagemaker.us-west-2.amazonaws.com/endpoints/e/invocations", "sagemaker"), true,
			"AWS::SageMaker::Endpoint arn:aws:sagemaker:us-west-2:111122223333:endpoint/e " + me},
		{"an operation with its table in the body", target, false, ""},
		{"a management event", request("GET", "https://b.s3.us-west-2.amazonaws.com/?acl", "s3"), false, ""},
	} {
		call, recognized := head(t, c, x.request)
		got, ok := Early(call, recognized.Operation)
		if ok != x.ok || show(got) != x.want {
			t.Errorf("%s: %v\n%s\nwant %v\n%s", x.name, ok, show(got), x.ok, x.want)
		}
	}
	if _, ok := Early(&Call{Service: "s3", Operation: "GetObject", Bucket: "b"}, nil); ok {
		t.Error("a call without an operation of the catalogue is told early")
	}
}

// What the answer decides is not early, and what is early does not change by
// what a body and an answer could add.
func TestEarlyIsFinal(t *testing.T) {
	c := open(t)
	early := 0
	for service, ops := range services {
		s := c.Service(service)
		for name := range ops {
			op := s.Operation(name)
			if op == nil || op.Input == nil {
				continue
			}
			headOnly, all := new(decode.Value), new(decode.Value)
			headOnly.Kind, all.Kind = decode.Object, decode.Object
			for i := range op.Input.Members {
				m := &op.Input.Members[i]
				f := decode.Field{Name: m.Name, Value: decode.Value{Kind: decode.Text, Text: "v"}}
				all.Fields = append(all.Fields, f)
				if m.Location != awsmodel.InBody {
					headOnly.Fields = append(headOnly.Fields, f)
				}
			}
			before, ok := Early(call(service, name, headOnly, nil), op)
			if !ok {
				continue
			}
			early++
			if after := Of(call(service, name, all, all)); !slices.Equal(before, after) {
				t.Errorf("%s %s: early %+v, finally %+v", service, name, before, after)
			}
		}
	}
	if early < 50 {
		t.Errorf("only %d operations are told early", early)
	}
	t.Logf("%d operations are told early", early)
}

func BenchmarkEarly(b *testing.B) {
	c := open(b)
	call, recognized := head(b, c, request("GET", "https://b.s3.us-west-2.amazonaws.com/logs/2025/01/01/x.gz", "s3"))
	b.ReportAllocs()
	for b.Loop() {
		if rs, ok := Early(call, recognized.Operation); !ok || len(rs) != 2 {
			b.Fatal("the object is not told")
		}
	}
}

func BenchmarkDataTypes(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if len(DataTypes("s3", "GetObject")) == 0 || len(DataTypes("ec2", "RunInstances")) != 0 {
			b.Fatal("wrong types")
		}
	}
}
