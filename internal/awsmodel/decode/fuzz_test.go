package decode_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/awsmodel/encode"
)

// tight are limits that a fuzzer reaches.
var tight = decode.Limits{Depth: 16, Values: 1000, Bytes: 1 << 16}

// seed is a value of a message in JSON, of an operation.
type seed struct{ service, operation, input, output string }

// fuzz reads arbitrary bytes as the request, the answer and the error of every
// operation of the seeds. It must end, in an error of the package or in none, and
// within the limits. The seeds are messages as package encode writes them.
func fuzz(f *testing.F, p awsmodel.Protocol, seeds ...seed) {
	c, err := awsmodel.Open()
	if err != nil {
		f.Fatal(err)
	}
	operations := make([]*awsmodel.Operation, len(seeds))
	for i, s := range seeds {
		operations[i] = c.Service(s.service).Operation(s.operation)
		for _, message := range messages(f, operations[i], p, s) {
			f.Add(uint(i), message.query, message.header, message.body)
		}
	}
	f.Fuzz(func(t *testing.T, n uint, query, header string, body []byte) {
		op := operations[n%uint(len(operations))]
		h := http.Header{"Content-Type": {header}}
		for _, shape := range []*awsmodel.Shape{op.Input, op.Output} {
			for i := range members(shape) {
				if m := &shape.Members[i]; m.Location == awsmodel.InHeader || m.Location == awsmodel.InHeaders {
					h.Add(m.WireName(), header)
				}
			}
		}
		r, err := http.NewRequestWithContext(t.Context(), op.Method, "http://x/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header, r.URL.RawQuery = h, query
		call := awsmodel.Call{Service: op.Service, Operation: op, Protocol: p}
		v, err := decode.Input(call, r, body, tight)
		check(t, v, err)
		call.Operation = nil
		v, err = decode.Input(call, r, body, tight)
		check(t, v, err)
		v, err = decode.Output(op, p, http.StatusOK, h, body, "", tight)
		check(t, v, err)
		for _, e := range op.Errors {
			v, err = decode.Output(op, p, http.StatusBadRequest, h, body, e.Name, tight)
			check(t, v, err)
		}
	})
}

func members(s *awsmodel.Shape) []awsmodel.Member {
	if s == nil {
		return nil
	}
	return s.Members
}

func check(t *testing.T, v decode.Value, err error) {
	t.Helper()
	if v.Kind != decode.Object {
		t.Fatalf("the message is of kind %d", v.Kind)
	}
	if err != nil && !errors.Is(err, decode.ErrLimit) && !errors.Is(err, decode.ErrMalformed) {
		t.Fatalf("an error of no kind: %v", err)
	}
	// URI, query and headers are apart from the body, and bounded by HTTP.
	if n := deepest(v); n > tight.Depth+2 {
		t.Fatalf("the message is %d deep, beyond the limit of %d", n, tight.Depth)
	}
}

// deepest counts the levels below a value.
func deepest(v decode.Value) int {
	n := 0
	for _, f := range v.Fields {
		n = max(n, 1+deepest(f.Value))
	}
	for _, item := range v.Items {
		n = max(n, 1+deepest(item))
	}
	return n
}

type message struct {
	query, header string
	body          []byte
}

// messages are the request, the answer and an error of an operation.
func messages(f *testing.F, op *awsmodel.Operation, p awsmodel.Protocol, s seed) (out []message) {
	f.Helper()
	value := func(text string) decode.Value {
		v, err := decode.JSON([]byte(text), decode.Limits{})
		if err != nil {
			f.Fatal(err)
		}
		return v
	}
	r, err := encode.Request(op, p, nil, "us-east-1", value(s.input))
	if err != nil {
		f.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.Fatal(err)
	}
	out = append(out, message{r.URL.RawQuery, `a,"b\"`, body})
	a, err := encode.Response(op, p, "r", value(s.output))
	if err != nil {
		f.Fatal(err)
	}
	out = append(out, message{"a=%zz&=", ",", a.Body})
	if a, err = encode.Error(op, p, "r", 0, "ValidationException", "m", decode.Value{}); err != nil {
		f.Fatal(err)
	}
	return append(out, message{"", "", a.Body})
}

func FuzzQuery(f *testing.F) {
	fuzz(f, awsmodel.Query,
		seed{"iam", "TagUser", `{"UserName":"u","Tags":[{"Key":"a","Value":"b"}]}`, `{}`},
		seed{"sns", "GetTopicAttributes", `{"TopicArn":"t","Odd":{"x":1}}`, `{"Attributes":{"k":"v"}}`},
		seed{"sdb", "GetAttributes", `{"AttributeNames":["a"]}`, `{"Attributes":[{"Name":"n","Value":"v"}]}`},
		seed{"sqs", "ReceiveMessage", `{"AttributeNames":["a"]}`, `{"Messages":[{"Attributes":{"k":"v"}}]}`})
}

func FuzzEC2(f *testing.F) {
	fuzz(f, awsmodel.EC2,
		seed{"ec2", "RunInstances", `{"BlockDeviceMappings":[{"Ebs":{"VolumeSize":8}}],"SecurityGroupIds":["s"]}`, `{"Instances":[{"InstanceId":"i"}]}`},
		seed{"ec2", "DescribeVpcs", `{"Filters":[{"Name":"n","Values":["v"]}]}`, `{"Vpcs":[{"VpcId":"v","Tags":[{"Key":"k"}]}]}`})
}

func FuzzJSON(f *testing.F) {
	fuzz(f, awsmodel.JSON10,
		seed{"dynamodb", "PutItem", `{"TableName":"t","Item":{"a":{"L":[{"M":{"b":{"N":"1"}}},{"NULL":true}]}}}`, `{"Attributes":{"a":{"B":"aGk="}}}`},
		seed{"cloudtrail", "LookupEvents", `{"StartTime":1.5,"LookupAttributes":[{"AttributeKey":"EventId"}]}`, `{"Events":[{"EventTime":1}]}`})
}

func FuzzRESTJSON(f *testing.F) {
	fuzz(f, awsmodel.RESTJSON,
		seed{"lambda", "CreateFunction", `{"FunctionName":"f","Code":{"ZipFile":"aGk="},"Tags":{"k":"v"}}`, `{"FunctionName":"f","Layers":[{"Arn":"a"}]}`},
		seed{"apigateway", "GetExport", `{"restApiId":"r","stageName":"s","exportType":"e","parameters":{"a":"b"}}`, `{"body":"aGk="}`},
		seed{"dataexchange", "SendApiAsset", `{"Body":"b","QueryStringParameters":{"a":"b"},"RequestHeaders":{"k":"v"}}`, `{"Body":"b","ResponseHeaders":{"k":"v"}}`},
		seed{"bedrock-agentcore", "GetAgentCard", `{"agentRuntimeArn":"a"}`, `{"agentCard":{"a":[1,{"b":null}]}}`})
}

func FuzzRESTXML(f *testing.F) {
	fuzz(f, awsmodel.RESTXML,
		seed{"s3", "PutBucketAcl", `{"Bucket":"b","AccessControlPolicy":{"Grants":[{"Grantee":{"Type":"CanonicalUser","ID":"i"}}]}}`, `{}`},
		seed{"s3", "DeleteObjects", `{"Bucket":"b","Delete":{"Objects":[{"Key":"a"},{"Key":"b"}]}}`, `{"Deleted":[{"Key":"a"}]}`},
		seed{"s3", "GetObjectAttributes", `{"Bucket":"b","Key":"k","ObjectAttributes":["a"]}`, `{"ObjectParts":{"Parts":[{"PartNumber":1}]}}`},
		seed{"s3", "GetBucketLocation", `{"Bucket":"b"}`, `{"LocationConstraint":"l"}`},
		seed{"s3", "PutObject", `{"Bucket":"b","Key":"k","Metadata":{"a":"b"},"Body":"aGk="}`, `{"ETag":"e"}`},
		seed{"s3control", "CreateJob", `{"AccountId":"1","Operation":{"LambdaInvoke":{"UserArguments":{"k":"v"}}}}`, `{"JobId":"j"}`})
}

func FuzzCBOR(f *testing.F) {
	fuzz(f, awsmodel.RPCv2CBOR,
		seed{"cloudwatch", "PutMetricData", `{"Namespace":"n","MetricData":[{"Value":1.5,"Timestamp":1.5,"Values":[-1,300]}]}`, `{}`},
		seed{"cloudwatch", "GetMetricStatistics", `{"StartTime":"2030-01-02"}`, `{"Datapoints":[{"ExtendedStatistics":{"p99":"NaN"}}]}`})
}
