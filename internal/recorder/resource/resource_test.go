package resource

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

const (
	me    = "111122223333"
	other = "444455556666"
	keyID = "1234abcd-12ab-34cd-56ef-1234567890ab"
)

// show writes resources for comparison: type, ARN or prefix, account.
func show(rs []Resource) string {
	var lines []string
	for _, r := range rs {
		arn := r.ARN
		if r.ARNPrefix != "" {
			arn = r.ARNPrefix + "*"
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Type, arn, r.AccountID)))
	}
	return strings.Join(lines, "\n")
}

func call(service, operation string, input, output *decode.Value) *Call {
	return &Call{Service: service, Operation: operation, Region: "us-west-2", AccountID: me, Input: input, Output: output}
}

func TestOf(t *testing.T) {
	arn := func(rest string) string { return "arn:aws:" + rest }
	for _, x := range []struct {
		service, operation string
		input, output      *decode.Value
		want               string
	}{
		// S3.
		{"s3", "GetObject", object("Bucket", "b", "Key", "a/b c"), nil,
			"AWS::S3::Object arn:aws:s3:::b/a/b c\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"s3", "CopyObject", object("Bucket", "b", "Key", "k", "CopySource", "c/d"), nil,
			"AWS::S3::Object arn:aws:s3:::b/k\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"s3", "PutObject", object("Bucket", "b", "Key", "arn:aws:s3:::c/d"), nil,
			"AWS::S3::Object arn:aws:s3:::b/arn:aws:s3:::c/d\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"s3", "ListObjectsV2", object("Bucket", "b"), nil,
			"AWS::S3::Object arn:aws:s3:::b/*\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"s3", "ListObjects", object("Bucket", "b", "Prefix", "logs/"), nil,
			"AWS::S3::Object arn:aws:s3:::b/logs/*\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"s3", "DeleteObjects", object("Bucket", "b"), nil,
			"AWS::S3::Object arn:aws:s3:::b/*\nAWS::S3::Bucket arn:aws:s3:::b " + me},
		{"s3", "GetObject", object("Bucket", "arn:aws:s3:us-west-2:444455556666:accesspoint/ap", "Key", "k"), nil,
			"AWS::S3::Object arn:aws:s3:us-west-2:444455556666:accesspoint/ap/object/k\n" +
				"AWS::S3::AccessPoint arn:aws:s3:us-west-2:444455556666:accesspoint/ap " + other},
		{"s3", "GetObject", object("Bucket", "arn:aws:s3-object-lambda:us-west-2:444455556666:accesspoint/ol", "Key", "k"), nil,
			"AWS::S3ObjectLambda::AccessPoint arn:aws:s3-object-lambda:us-west-2:444455556666:accesspoint/ol " + other},
		{"s3", "GetObject", object("Bucket", "arn:aws:s3-outposts:us-west-2:444455556666:outpost/op-1/accesspoint/ap", "Key", "k"), nil,
			"AWS::S3Outposts::Object arn:aws:s3-outposts:us-west-2:444455556666:outpost/op-1/accesspoint/ap/object/k " + other},
		{"s3", "PutObject", object("Bucket", "b--usw2-az1--x-s3", "Key", "k"), nil,
			"AWS::S3Express::Object arn:aws:s3express:us-west-2:111122223333:bucket/b--usw2-az1--x-s3/k\n" +
				"AWS::S3Express::DirectoryBucket arn:aws:s3express:us-west-2:111122223333:bucket/b--usw2-az1--x-s3 " + me},
		{"s3", "WriteGetObjectResponse", object("RequestRoute", "r"), nil, "AWS::S3ObjectLambda::AccessPoint  " + me},
		{"s3", "PutBucketPolicy", object("Bucket", "b"), nil, "AWS::S3::Bucket arn:aws:s3:::b " + me},
		{"s3", "CreateBucket", object("Bucket", "b"), nil, ""},
		{"s3", "ListBuckets", object(), nil, ""},

		// KMS, as the developer guide's examples have it.
		{"kms", "Decrypt", object(), object("KeyId", arn("kms:us-west-2:444455556666:key/"+keyID)),
			"AWS::KMS::Key arn:aws:kms:us-west-2:444455556666:key/" + keyID + " " + other},
		{"kms", "Encrypt", object("KeyId", "alias/mine"), object("KeyId", arn("kms:us-west-2:111122223333:key/"+keyID)),
			"AWS::KMS::Key arn:aws:kms:us-west-2:111122223333:key/" + keyID + " " + me},
		{"kms", "Encrypt", object("KeyId", "alias/mine"), nil, ""},
		{"kms", "DisableKey", object("KeyId", keyID), nil,
			"AWS::KMS::Key arn:aws:kms:us-west-2:111122223333:key/" + keyID + " " + me},
		{"kms", "CreateKey", object(), object("KeyMetadata", object("KeyId", keyID, "Arn", arn("kms:us-west-2:111122223333:key/"+keyID))),
			"AWS::KMS::Key arn:aws:kms:us-west-2:111122223333:key/" + keyID + " " + me},
		{"kms", "ReEncrypt", object("DestinationKeyId", "alias/b"),
			object("KeyId", arn("kms:us-west-2:111122223333:key/b"), "SourceKeyId", arn("kms:us-west-2:111122223333:key/a")),
			"AWS::KMS::Key arn:aws:kms:us-west-2:111122223333:key/a " + me + "\nAWS::KMS::Key arn:aws:kms:us-west-2:111122223333:key/b " + me},
		{"kms", "CreateAlias", object("AliasName", "alias/x", "TargetKeyId", keyID), nil,
			"AWS::KMS::Key arn:aws:kms:us-west-2:111122223333:key/" + keyID + " " + me + "\nAWS::KMS::Key arn:aws:kms:us-west-2:111122223333:alias/x " + me},
		{"kms", "UpdateAlias", object("AliasName", "alias/x", "TargetKeyId", keyID), nil,
			"AWS::KMS::Key arn:aws:kms:us-west-2:111122223333:alias/x " + me + "\nAWS::KMS::Key arn:aws:kms:us-west-2:111122223333:key/" + keyID + " " + me},
		{"kms", "ListKeys", object("Limit", "5"), nil, ""},

		// Other management events.
		{"sts", "AssumeRoleWithSAML", object("RoleArn", "arn:aws:iam::444455556666:role/R", "PrincipalArn", "arn:aws:iam::444455556666:saml-provider/P"), nil,
			"AWS::IAM::Role arn:aws:iam::444455556666:role/R " + other + "\nAWS::IAM::SAMLProvider arn:aws:iam::444455556666:saml-provider/P " + other},
		{"ssm", "GetParameters", object("Names", list("a", "/b/c:3", "arn:aws:ssm:us-west-2:444455556666:parameter/d", "/aws/service/ami")), nil,
			"arn:aws:ssm:us-west-2:111122223333:parameter/a " + me + "\narn:aws:ssm:us-west-2:111122223333:parameter/b/c " + me +
				"\narn:aws:ssm:us-west-2:444455556666:parameter/d " + other + "\narn:aws:ssm:us-west-2::parameter/aws/service/ami " + me},
		{"ssm", "PutInventory", object("InstanceId", "mi-1"), nil,
			"arn:aws:ssm:us-west-2:111122223333:managed-instance/mi-1 " + me + "\narn:aws:ssm:us-west-2:111122223333:managed-instance-inventory/mi-1 " + me},
		{"dynamodb", "CreateTable", object("TableName", "T"), nil, "AWS::DynamoDB::Table arn:aws:dynamodb:us-west-2:111122223333:table/T " + me},
		{"ecr", "PutImage", object("registryId", other, "repositoryName", "a/b"), nil, "arn:aws:ecr:us-west-2:444455556666:repository/a/b " + other},
		{"iam", "CreateUser", object("UserName", "u"), nil, ""},

		// Data events.
		{"dynamodb", "GetItem", object("TableName", "arn:aws:dynamodb:us-west-2:444455556666:table/T"), nil,
			"AWS::DynamoDB::Table arn:aws:dynamodb:us-west-2:444455556666:table/T " + other},
		{"dynamodb", "BatchGetItem", object("RequestItems", object("A", object(), "B", object())), nil,
			"AWS::DynamoDB::Table arn:aws:dynamodb:us-west-2:111122223333:table/A " + me + "\nAWS::DynamoDB::Table arn:aws:dynamodb:us-west-2:111122223333:table/B " + me},
		{"dynamodb", "TransactWriteItems", object("TransactItems", list(object("Put", object("TableName", "A")), object("Delete", object("TableName", "A")), object("Update", object("TableName", "B")))), nil,
			"AWS::DynamoDB::Table arn:aws:dynamodb:us-west-2:111122223333:table/A " + me + "\nAWS::DynamoDB::Table arn:aws:dynamodb:us-west-2:111122223333:table/B " + me},
		{"dynamodb", "BatchExecuteStatement", object("Statements", list(object("Statement", `SELECT * FROM "A"."i" WHERE x = 'from B'`), object("Statement", "INSERT INTO C VALUE {}"))), nil,
			"AWS::DynamoDB::Table arn:aws:dynamodb:us-west-2:111122223333:table/A " + me + "\nAWS::DynamoDB::Table arn:aws:dynamodb:us-west-2:111122223333:table/C " + me},
		{"dynamodbstreams", "GetRecords", object("ShardIterator", "arn:aws:dynamodb:us-west-2:111122223333:table/T/stream/2015-05-20T20:51:10.252|1|AAAA"), nil,
			"AWS::DynamoDB::Stream arn:aws:dynamodb:us-west-2:111122223333:table/T/stream/2015-05-20T20:51:10.252 " + me +
				"\nAWS::DynamoDB::Table arn:aws:dynamodb:us-west-2:111122223333:table/T " + me},
		{"sns", "Publish", object("TopicArn", "arn:aws:sns:us-east-1:123456789012:ExampleSNSTopic"), nil,
			"AWS::SNS::Topic arn:aws:sns:us-east-1:123456789012:ExampleSNSTopic 123456789012"},
		{"sns", "Publish", object("TargetArn", "arn:aws:sns:us-west-2:111122223333:endpoint/GCM/app/1"), nil,
			"AWS::SNS::PlatformEndpoint arn:aws:sns:us-west-2:111122223333:endpoint/GCM/app/1 " + me},
		{"sns", "Publish", object("PhoneNumber", "+15555550100"), nil, ""},
		{"sqs", "SendMessage", object("QueueUrl", "https://sqs.us-west-2.amazonaws.com/444455556666/q"), nil, "AWS::SQS::Queue arn:aws:sqs:us-west-2:444455556666:q " + other},
		{"sqs", "ReceiveMessage", object("QueueUrl", "http://localhost:9324/queue/q"), nil, "AWS::SQS::Queue arn:aws:sqs:us-west-2:111122223333:q " + me},
		{"lambda", "Invoke", object("FunctionName", "f:PROD"), nil, "AWS::Lambda::Function arn:aws:lambda:us-west-2:111122223333:function:f " + me},
		{"lambda", "Invoke", object("FunctionName", "444455556666:function:f"), nil, "AWS::Lambda::Function arn:aws:lambda:us-west-2:444455556666:function:f " + other},
		{"lambda", "Invoke", object("FunctionName", "arn:aws:lambda:eu-west-1:444455556666:function:f:7"), nil, "AWS::Lambda::Function arn:aws:lambda:eu-west-1:444455556666:function:f " + other},
		{"kinesis", "SubscribeToShard", object("ConsumerARN", "arn:aws:kinesis:us-west-2:111122223333:stream/s/consumer/c:1"), nil,
			"AWS::Kinesis::Stream arn:aws:kinesis:us-west-2:111122223333:stream/s " + me + "\nAWS::Kinesis::StreamConsumer arn:aws:kinesis:us-west-2:111122223333:stream/s/consumer/c:1 " + me},
		{"kinesis", "GetRecords", object("ShardIterator", "AAAA"), nil, "AWS::Kinesis::Stream  " + me},
		{"ebs", "GetSnapshotBlock", object("SnapshotId", "snap-1"), nil, "AWS::EC2::Snapshot arn:aws:ec2:us-west-2::snapshot/snap-1 " + me},
		{"ebs", "ListChangedBlocks", object("FirstSnapshotId", "snap-1", "SecondSnapshotId", "snap-2"), nil,
			"AWS::EC2::Snapshot arn:aws:ec2:us-west-2::snapshot/snap-1 " + me + "\nAWS::EC2::Snapshot arn:aws:ec2:us-west-2::snapshot/snap-2 " + me},
		{"ses", "SendEmail", object("Source", "A B <a@example.com>"), nil, "AWS::SES::EmailIdentity arn:aws:ses:us-west-2:111122223333:identity/a@example.com " + me},
		{"timestream-query", "Query", object("QueryString", `SELECT 1 FROM "d"."t" JOIN d.u ON true`), nil,
			"AWS::Timestream::Database arn:aws:timestream:us-west-2:111122223333:database/d " + me +
				"\nAWS::Timestream::Table arn:aws:timestream:us-west-2:111122223333:database/d/table/t " + me +
				"\nAWS::Timestream::Table arn:aws:timestream:us-west-2:111122223333:database/d/table/u " + me},
		{"cloudwatch", "PutMetricData", object(), nil, "AWS::CloudWatch::Metric  " + me},
		{"rds-data", "ExecuteStatement", object("resourceArn", "arn:aws:rds:us-west-2:111122223333:cluster:c"), nil, ""},
	} {
		if got := show(Of(call(x.service, x.operation, x.input, x.output))); got != x.want {
			t.Errorf("%s %s:\n%s\nwant\n%s", x.service, x.operation, got, x.want)
		}
	}
}

// The bucket of the host counts where the input has none, and nothing has to be
// there.
func TestOfWithoutInput(t *testing.T) {
	c := &Call{Service: "s3", Operation: "ListObjects", Bucket: "b", AccountID: me, Partition: "aws-cn"}
	want := "AWS::S3::Object arn:aws-cn:s3:::b/*\nAWS::S3::Bucket arn:aws-cn:s3:::b " + me
	if got := show(Of(c)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for service, ops := range services {
		for op := range ops {
			for _, r := range Of(&Call{Service: service, Operation: op}) {
				if strings.Contains(r.ARN, "{") {
					t.Errorf("%s %s: %s", service, op, r.ARN)
				}
			}
		}
	}
}

func TestRefusedCalls(t *testing.T) {
	role := object("RoleArn", "arn:aws:iam::444455556666:role/R")
	for _, x := range []struct {
		service, operation, code string
		input                    *decode.Value
		want                     int
	}{
		{"sts", "AssumeRole", "AccessDenied", role, 0},
		{"sts", "AssumeRole", "RegionDisabledException", role, 1},
		{"ssm", "PutParameter", "ThrottlingException", object("Name", "n"), 0},
		{"ssm", "PutParameter", "ParameterAlreadyExists", object("Name", "n"), 1},
		{"kms", "DisableKey", "Client.UnauthorizedOperation", object("KeyId", keyID), 0},
		{"s3", "GetBucketAcl", "AccessDenied", object("Bucket", "b"), 1},
		{"s3", "GetObject", "AccessDenied", object("Bucket", "b", "Key", "k"), 2},
		{"lambda", "Invoke", "AccessDeniedException", object("FunctionName", "f"), 1},
		{"greengrassv2", "GetComponentVersionArtifact", "AccessDeniedException", object("arn", "arn:aws:greengrass:us-west-2:111122223333:components:c"), 0},
		{"greengrassv2", "GetComponentVersionArtifact", "", object("arn", "arn:aws:greengrass:us-west-2:111122223333:components:c"), 1},
	} {
		c := call(x.service, x.operation, x.input, nil)
		c.ErrorCode = x.code
		if got := Of(c); len(got) != x.want {
			t.Errorf("%s %s with %q: %+v, want %d resources", x.service, x.operation, x.code, got, x.want)
		}
	}
	// The answer of a call that failed is an error and no output.
	c := call("kms", "Decrypt", object(), object("KeyId", "arn:aws:kms:us-west-2:111122223333:key/"+keyID))
	c.ErrorCode = "KMSInvalidStateException"
	if got := Of(c); got != nil {
		t.Errorf("a failed call's output was looked at: %+v", got)
	}
}

func TestOwners(t *testing.T) {
	owned := func(bucket string) string {
		return map[string]string{"theirs": other, "theirs--usw2-az1--x-s3": other, "mine": me}[bucket]
	}
	for _, x := range []struct {
		service, operation string
		input              *decode.Value
		want               []string
	}{
		{"s3", "GetObject", object("Bucket", "theirs", "Key", "k"), []string{other}},
		{"s3", "GetObject", object("Bucket", "theirs--usw2-az1--x-s3", "Key", "k"), []string{other}},
		{"s3", "GetBucketAcl", object("Bucket", "theirs"), []string{other}},
		{"s3", "GetObject", object("Bucket", "mine", "Key", "k"), nil},
		{"s3", "GetObject", object("Bucket", "nobody-knows", "Key", "k"), nil},
		{"sts", "AssumeRole", object("RoleArn", "arn:aws:iam::444455556666:role/R"), []string{other}},
		{"sts", "AssumeRole", object("RoleArn", "arn:aws:iam::not-an-account:role/R"), nil},
		{"dynamodb", "BatchGetItem", object("RequestItems", object("T", object(), "arn:aws:dynamodb:us-west-2:444455556666:table/A", object(),
			"arn:aws:dynamodb:us-west-2:444455556666:table/B", object(), "arn:aws:dynamodb:us-west-2:777788889999:table/C", object())),
			[]string{other, "777788889999"}},
	} {
		c := call(x.service, x.operation, x.input, nil)
		c.OwnerOf = owned
		if got := Owners(c); !slices.Equal(got, x.want) {
			t.Errorf("%s %s: owners %v, want %v", x.service, x.operation, got, x.want)
		}
	}
}

func TestForCaller(t *testing.T) {
	for _, x := range []struct {
		operation, code, owner string
		hidden                 bool
	}{
		{"GetObject", "AccessDenied", other, true},
		{"ListObjects", "AccessDenied", other, true},
		{"GetObject", "AccessDenied", me, false},
		{"GetObject", "NoSuchKey", other, false},
		{"GetBucketAcl", "AccessDenied", other, false},
	} {
		c := call("s3", x.operation, object("Bucket", "b", "Key", "k"), nil)
		c.ErrorCode, c.OwnerOf = x.code, func(string) string { return x.owner }
		all := Of(c)
		got := ForCaller(c, all)
		bucket := got[len(got)-1]
		if (bucket.AccountID == "") != x.hidden || bucket.ARN != "arn:aws:s3:::b" {
			t.Errorf("%s, %s, bucket of %s: %+v", x.operation, x.code, x.owner, got)
		}
		if owner := all[len(all)-1]; owner.AccountID != x.owner {
			t.Errorf("%s: the owner's own record became %+v", x.operation, all)
		}
	}
}

// A request with more names than a service would take stays bounded.
func TestResourcesAreBounded(t *testing.T) {
	var names, tables []any
	for i := range 5000 {
		names = append(names, fmt.Sprint("p", i))
		tables = append(tables, fmt.Sprint("t", i), object())
	}
	for _, c := range []*Call{
		call("ssm", "GetParameters", object("Names", list(names...)), nil),
		call("dynamodb", "BatchGetItem", object("RequestItems", object(tables...)), nil),
		call("dynamodb", "ExecuteStatement", object("Statement", strings.Repeat("select * from a join b, ", 5000)), nil),
		call("iottwinmaker", "BatchPutPropertyValues", object("workspaceId", list(names...), "entityId", list(names...)), nil),
	} {
		if got := Of(c); len(got) == 0 || len(got) > maxResources {
			t.Errorf("%s %s: %d resources", c.Service, c.Operation, len(got))
		}
	}
	squared := call("iottwinmaker", "GetPropertyValue", object("workspaceId", list(names...), "entityId", list(names...)), nil)
	if got := compile("{workspaceId}/{entityId}").expand(squared); len(got) != maxResources {
		t.Errorf("two lists make %d ARNs, want %d", len(got), maxResources)
	}
}
