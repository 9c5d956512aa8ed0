package style_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/awsmodel/encode"
	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/recorder/style"
)

func open(t testing.TB) *awsmodel.Catalogue {
	t.Helper()
	c, err := awsmodel.Open()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func value(t testing.TB, text string) decode.Value {
	t.Helper()
	v, err := decode.JSON([]byte(text), decode.DefaultLimits)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// TestRequests: the parameters of calls as the wire brings them. The expected
// forms are those of real records.
func TestRequests(t *testing.T) {
	catalogue := open(t)
	for _, c := range []struct{ service, operation, input, source, name, want string }{
		{"iam", "CreateUser", `{"UserName":"alice","Tags":[{"Key":"Team","Value":"a"}]}`, "iam", "CreateUser", `{"userName":"alice","tags":[{"key":"Team","value":"a"}]}`},
		{"iam", "ListUsers", `{}`, "iam", "ListUsers", `null`},
		{"rds", "DeleteDBInstance", `{"DBInstanceIdentifier":"db","SkipFinalSnapshot":true}`, "rds", "DeleteDBInstance", `{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}`},
		{"autoscaling", "DescribeAutoScalingGroups", `{"MaxRecords":100}`, "autoscaling", "DescribeAutoScalingGroups", `{"maxRecords":100}`},
		{"cloudwatch", "ListMetrics", `{"Namespace":"x"}`, "monitoring", "ListMetrics", `{"namespace":"x"}`},
		{"elbv2", "DescribeLoadBalancers", `{"PageSize":200}`, "elasticloadbalancing", "DescribeLoadBalancers", `{"pageSize":200}`},
		{"ce", "GetCostForecast", `{"TimePeriod":{"Start":"2023-07-10","End":"2023-08-01"},"Metric":"X","Granularity":"MONTHLY"}`, "ce", "GetCostForecast", `{"TimePeriod":{"Start":"2023-07-10","End":"2023-08-01"},"Metric":"X","Granularity":"MONTHLY"}`},
		{"devops-guru", "SearchInsights", `{"StartTimeRange":{"FromTime":1688905708.62},"Type":"PROACTIVE"}`, "devops-guru", "SearchInsights", `{"StartTimeRange":{"FromTime":1688905708.62},"Type":"PROACTIVE"}`},
		{"health", "DescribeEventAggregates", `{"aggregateField":"eventTypeCategory","filter":{"startTimes":[{"from":1688384558}]}}`, "health", "DescribeEventAggregates", `{"aggregateField":"eventTypeCategory","filter":{"startTimes":[{"from":"Jul 3, 2023 11:42:38 AM"}]}}`},
		{"ssm", "PutComplianceItems", `{"ResourceId":"i-1","ExecutionSummary":{"ExecutionTime":1688990754},"Items":[{"Severity":"HIGH","Status":"COMPLIANT","Details":{"DocumentVersion":"1"}}]}`, "ssm", "PutComplianceItems",
			`{"resourceId":"i-1","executionSummary":{"executionTime":"Jul 10, 2023, 12:05:54 PM"},"items":[{"severity":"HIGH","status":"COMPLIANT","details":{"DocumentVersion":"1"}}]}`},
		{"lambda", "CreateFunction", `{"FunctionName":"f","Code":{"ZipFile":"aGk=","S3Key":"k"},"Timeout":3,"Publish":false,"Tags":{"A-b":"c"}}`, "lambda", "CreateFunction20150331", `{"functionName":"f","code":{"s3Key":"k"},"timeout":3,"publish":false,"tags":{"A-b":"c"}}`},
		{"lambda", "GetFunction", `{"FunctionName":"f"}`, "lambda", "GetFunction20150331v2", `{"functionName":"f"}`},
		{"lambda", "GetFunctionCodeSigningConfig", `{"FunctionName":"f"}`, "lambda", "GetFunctionCodeSigningConfig", `{"functionName":"f"}`},
		{"lambda", "ListLayers", `{}`, "lambda", "ListLayers20181031", `null`},
		{"lambda", "UpdateFunctionCode", `{"FunctionName":"arn:aws:lambda:us-east-1:111122223333:function:f:2","Publish":true}`, "lambda", "UpdateFunctionCode20150331v2",
			`{"functionName":"arn:aws:lambda:us-east-1:111122223333:function:f:2","publish":true,"fullyQualifiedArn":{"arnPrefix":{"partition":"aws","region":"us-east-1","account":"111122223333"},"relativeId":{"functionName":"f"},"functionQualifier":{"qualifier":"2"}}}`},
		{"servicecatalog-appregistry", "ListApplications", `{"maxResults":100}`, "servicecatalog-appregistry", "ListApplications", `{"maxResults":"100"}`},
		{"rds-data", "BeginTransaction", `{"resourceArn":"arn:x","secretArn":"arn:y"}`, "rdsdata", "BeginTransaction", `{"resourceArn":"arn:x","secretArn":"arn:y"}`},
		{"application-autoscaling", "DescribeScalableTargets", `{"ServiceNamespace":"ecs"}`, "autoscaling", "DescribeScalableTargets", `{"serviceNamespace":"ecs"}`},
		{"cloudfront", "GetDistribution", `{"Id":"E1"}`, "cloudfront", "GetDistribution2020_05_31", `{"id":"E1"}`},

		{"dynamodb", "PutItem", `{"TableName":"t","Item":{"pk":{"S":"1"},"secret":{"S":"x"}},"ConditionExpression":"a = :v","ExpressionAttributeValues":{":v":{"S":"x"}}}`, "dynamodb", "PutItem", `{"tableName":"t","item":["pk","secret"],"conditionExpression":"a = :v"}`},
		{"dynamodb", "GetItem", `{"TableName":"t","Key":{"pk":{"S":"1"},"sk":{"N":"2"},"b":{"B":"eA=="}}}`, "dynamodb", "GetItem", `{"tableName":"t","key":{"pk":"1","sk":"2"}}`},
		{"dynamodb", "BatchWriteItem", `{"RequestItems":{"t":[{"PutRequest":{"Item":{"pk":{"S":"1"},"v":{"S":"x"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"2"}}}}]}}`, "dynamodb", "BatchWriteItem", `{"requestItems":{"t":[{"putRequest":{"item":["pk","v"]}},{"deleteRequest":{"key":{"pk":"2"}}}]}}`},
		{"dynamodb", "ExecuteStatement", `{"Statement":"SELECT * FROM \"M1\" WHERE a='it''s' AND b2 = 17.5 AND c=?","Parameters":[{"S":"x"}]}`, "dynamodb", "ExecuteStatement", `{"statement":"SELECT * FROM \"M1\" WHERE a=*** AND b2 = *** AND c=?"}`},
		{"ec2", "DescribeInstances", `{"InstanceIds":["i-1"],"Filters":[{"Name":"vpc-id","Values":["v"]}]}`, "ec2", "DescribeInstances", `{"instancesSet":{"items":[{"instanceId":"i-1"}]},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"v"}]}}]}}`},
		{"ec2", "DescribeRegions", `{}`, "ec2", "DescribeRegions", `{"regionSet":{}}`},
		{"ec2", "DescribeVpcClassicLink", `{"VpcIds":["vpc-1"]}`, "ec2", "DescribeVpcClassicLink", `{"vpcSet":{"item":[{"vpcId":"vpc-1"}]},"filterSet":{}}`},
		{"ec2", "CreateVolume", `{"Size":1,"AvailabilityZone":"us-east-1a","TagSpecifications":[{"ResourceType":"volume","Tags":[{"Key":"a","Value":"true"}]}]}`, "ec2", "CreateVolume",
			`{"size":"1","zone":"us-east-1a","tagSpecificationSet":{"items":[{"resourceType":"volume","tags":[{"key":"a","value":"true"}]}]}}`},
		{"ec2", "RunInstances", `{"ImageId":"ami-1","MinCount":1,"MaxCount":2,"InstanceType":"t3.micro","UserData":"c2VjcmV0","SecurityGroupIds":["sg-1"]}`, "ec2", "RunInstances",
			`{"instancesSet":{"items":[{"imageId":"ami-1","minCount":1,"maxCount":2}]},"instanceType":"t3.micro","userData":"<sensitiveDataRemoved>","groupSet":{"items":[{"groupId":"sg-1"}]},"blockDeviceMapping":{},"monitoring":{"enabled":false},"disableApiTermination":false,"disableApiStop":false}`},
		{"ec2", "AuthorizeSecurityGroupIngress", `{"GroupId":"sg-1","IpPermissions":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}`, "ec2", "AuthorizeSecurityGroupIngress",
			`{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"groups":{},"prefixListIds":{}}]}}`},
		{"ec2", "CreateNatGateway", `{"SubnetId":"s-1","TagSpecifications":[{"ResourceType":"natgateway","Tags":[{"Key":"a","Value":"true"},{"Key":"b","Value":"x"}]}]}`, "ec2", "CreateNatGateway",
			`{"CreateNatGatewayRequest":{"SubnetId":"s-1","TagSpecification":{"tag":1,"ResourceType":"natgateway","Tag":[{"tag":1,"Key":"a","Value":true},{"tag":2,"Key":"b","Value":"x"}]}}}`},
		{"ec2", "DescribeNatGateways", `{}`, "ec2", "DescribeNatGateways", `{"DescribeNatGatewaysRequest":""}`},
		{"ec2", "DescribeFlowLogs", `{"FlowLogIds":["fl-1"]}`, "ec2", "DescribeFlowLogs", `{"DescribeFlowLogsRequest":{"FlowLogId":{"tag":1,"content":"fl-1"}}}`},

		{"s3", "GetBucketAcl", `{"Bucket":"b"}`, "s3", "GetBucketAcl", `{"bucketName":"b","Host":"s3.us-east-1.amazonaws.com","acl":""}`},
		{"s3", "GetObject", `{"Bucket":"b","Key":"a/b","VersionId":"v"}`, "s3", "GetObject", `{"bucketName":"b","Host":"s3.us-east-1.amazonaws.com","key":"a/b","versionId":"v"}`},
		{"s3", "CreateBucket", `{"Bucket":"b","ACL":"private"}`, "s3", "CreateBucket", `{"bucketName":"b","Host":"s3.us-east-1.amazonaws.com","x-amz-acl":"private"}`},
		{"s3", "PutBucketTagging", `{"Bucket":"b","Tagging":{"TagSet":[{"Key":"k","Value":"true"}]}}`, "s3", "PutBucketTagging",
			`{"Tagging":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","TagSet":{"Tag":{"Key":"k","Value":true}}},"bucketName":"b","Host":"s3.us-east-1.amazonaws.com","tagging":""}`},
		{"s3", "PutBucketPolicy", `{"Bucket":"b","Policy":"{\"Version\":\"2012-10-17\"}"}`, "s3", "PutBucketPolicy", `{"bucketPolicy":{"Version":"2012-10-17"},"bucketName":"b","Host":"s3.us-east-1.amazonaws.com","policy":""}`},
		{"s3", "GetPublicAccessBlock", `{"Bucket":"b"}`, "s3", "GetBucketPublicAccessBlock", `{"bucketName":"b","Host":"s3.us-east-1.amazonaws.com","publicAccessBlock":""}`},
		{"s3control", "GetPublicAccessBlock", `{"AccountId":"111122223333"}`, "s3", "GetAccountPublicAccessBlock", `{"Host":"111122223333.s3-control.us-east-1.amazonaws.com"}`},
	} {
		t.Run(c.service+"."+c.operation, func(t *testing.T) {
			op := catalogue.Service(c.service).Operation(c.operation)
			r, err := encode.Request(op, op.Service.Protocols[0], nil, "us-east-1", value(t, c.input))
			if err != nil {
				t.Fatal(err)
			}
			encode.Sign(r, "AKIATEST", op.Service.SigningName, "us-east-1", "", time.Unix(1700000000, 0))
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			if r.Host == "" {
				r.Host = r.URL.Host
			}
			call := catalogue.Recognize(r, body)
			if got := style.Source(&call); got != c.source+".amazonaws.com" {
				t.Errorf("eventSource %s", got)
			}
			if got := style.Name(&call); got != c.name {
				t.Errorf("eventName %s, want %s", got, c.name)
			}
			got := style.ReadRequest(&call, r, body)
			if got.Err != nil {
				t.Error(got.Err)
			}
			if text := string(style.Append(nil, &got.Parameters)); text != c.want {
				t.Errorf("\n got %s\nwant %s", text, c.want)
			}
		})
	}
}

// TestResponses: elements and errors in the form of each protocol.
func TestResponses(t *testing.T) {
	catalogue := open(t)
	for _, c := range []struct{ service, operation, head, body, code, message, want string }{
		{"iam", "CreateUser", "200", `<CreateUserResponse><CreateUserResult><User><UserName>a</UserName><CreateDate>2023-07-10T11:55:10Z</CreateDate></User></CreateUserResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></CreateUserResponse>`, "", "", `{"user":{"userName":"a","createDate":"Jul 10, 2023 11:55:10 AM"}}`},
		{"iam", "DeleteUser", "200", `<DeleteUserResponse><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DeleteUserResponse>`, "", "", `null`},
		{"iam", "GetUser", "404", `<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>gone</Message></Error><RequestId>r</RequestId></ErrorResponse>`, "NoSuchEntityException", "gone", `null`},
		{"rds", "CreateDBSnapshot", "200", `<CreateDBSnapshotResponse><CreateDBSnapshotResult><DBSnapshot><AllocatedStorage>10</AllocatedStorage><Encrypted>false</Encrypted><TagList/></DBSnapshot></CreateDBSnapshotResult></CreateDBSnapshotResponse>`, "", "", `{"allocatedStorage":10,"encrypted":false,"tagList":[]}`},
		{"rds", "DeleteDBInstance", "400", `<ErrorResponse><Error><Code>InvalidDBInstanceState</Code><Message>busy</Message></Error></ErrorResponse>`, "InvalidDBInstanceStateFault", "busy", `null`},
		{"ec2", "DeleteVpc", "200", `<DeleteVpcResponse xmlns="x"><requestId>r</requestId><return>true</return></DeleteVpcResponse>`, "", "", `{"requestId":"r","_return":true}`},
		{"ec2", "CreateSnapshot", "200", `<CreateSnapshotResponse xmlns="x"><requestId>r</requestId><volumeSize>1</volumeSize><encrypted>false</encrypted><startTime>2023-07-10T12:10:36.782Z</startTime><tagSet><item><key>a</key><value>true</value></item></tagSet></CreateSnapshotResponse>`, "", "",
			`{"requestId":"r","volumeSize":"1","encrypted":false,"startTime":1688991036782,"tagSet":{"items":[{"key":"a","value":"true"}]}}`},
		{"ec2", "CreateFlowLogs", "200", `<CreateFlowLogsResponse xmlns="x"><requestId>r</requestId><unsuccessful/><flowLogIdSet><item>fl-1</item></flowLogIdSet></CreateFlowLogsResponse>`, "", "", `{"CreateFlowLogsResponse":{"xmlns":"x","requestId":"r","unsuccessful":"","flowLogIdSet":{"item":"fl-1"}}}`},
		{"ec2", "DescribeVpcs", "400", `<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>`, "Client.InvalidVpcID.NotFound", "no", `null`},
		{"ec2", "DescribeVpcs", "500", `<Response><Errors><Error><Code>InternalError</Code></Error></Errors></Response>`, "Server.InternalError", "", `null`},
		{"ssm", "PutParameter", "200", `{"Version":1,"Tier":"Standard"}`, "", "", `{"version":1,"tier":"Standard"}`},
		{"ssm", "GetParameter", "200", `{"Parameter":{"Name":"a"}}`, "", "", `null`},
		{"ssm", "PutParameter", "400", `{"__type":"com.amazonaws.ssm#ParameterAlreadyExists","message":"there"}`, "ParameterAlreadyExists", "there", `null`},
		{"organizations", "LeaveOrganization", "400", `{"__type":"AccessDeniedException","Message":"no"}`, "AccessDenied", "no", `null`},
		{"secretsmanager", "CreateSecret", "200", `{"ARN":"arn:s","Name":"n","VersionId":"v"}`, "", "", `{"arn":"arn:s"}`},
		{"secretsmanager", "DeleteSecret", "200", `{"ARN":"arn:s","Name":"n","DeletionDate":1688990879}`, "", "", `{"aRN":"arn:s","name":"n","deletionDate":"Jul 10, 2023, 12:07:59 PM"}`},
		{"lambda", "DeleteFunction", "204", ``, "", "", `null`},
		{"lambda", "CreateFunction", "400\nX-Amzn-Errortype: InvalidParameterValueException:http://x/", `{"Type":"User","message":"bad"}`, "InvalidParameterValueException", "bad", `null`},
		{"cleanrooms", "StartProtectedQuery", "400\nX-Amzn-Errortype: ValidationException\nAccess-Control-Expose-Headers: Date", `{"message":"bad"}`, "ValidationException", "", `{"Access-Control-Expose-Headers":"Date","message":"bad"}`},
		{"s3", "PutObject", "200\nX-Amz-Version-Id: v1\nEtag: e", ``, "", "", `{"x-amz-version-id":"v1"}`},
		{"s3", "CreateBucket", "200\nLocation: /b", ``, "", "", `null`},
		{"s3", "CopyObject", "200", `<?xml version="1.0"?>` + "\n" + `<Error><Code>SlowDown</Code><Message>m</Message></Error>`, "SlowDown", "m", `null`},
		{"s3", "HeadObject", "404", ``, "NoSuchBucket", "", `null`},
		{"rds-data", "ExecuteStatement", "200", `{"records":[[{"stringValue":"secret"}]]}`, "", "", `null`},
		{"sqs", "CreateQueue", "503", ``, "HTTP503", "", `null`},
	} {
		t.Run(c.service+"."+c.operation+" "+c.head[:3], func(t *testing.T) {
			op := catalogue.Service(c.service).Operation(c.operation)
			call := awsmodel.Call{Service: op.Service, Operation: op, ServiceName: c.service, OperationName: c.operation, Protocol: op.Service.Protocols[0]}
			status, header := headOf(c.head)
			got := style.ReadResponse(&call, status, header, []byte(c.body), false)
			if got.Err != nil {
				t.Error(got.Err)
			}
			if got.ErrorCode != c.code || got.ErrorMessage != c.message {
				t.Errorf("error %q %q, want %q %q", got.ErrorCode, got.ErrorMessage, c.code, c.message)
			}
			if text := string(style.Append(nil, &got.Elements)); text != c.want {
				t.Errorf("\n got %s\nwant %s", text, c.want)
			}
		})
	}
}

func headOf(head string) (int, http.Header) {
	lines := strings.Split(head, "\n")
	status := int(lines[0][0]-'0')*100 + int(lines[0][1]-'0')*10 + int(lines[0][2]-'0')
	h := http.Header{}
	for _, line := range lines[1:] {
		name, text, _ := strings.Cut(line, ": ")
		h.Set(name, text)
	}
	return status, h
}

// FuzzCall: whatever a client and an upstream send, what is recorded of it is
// valid JSON.
func FuzzCall(f *testing.F) {
	catalogue := open(f)
	names := []string{"iam.CreateUser", "ec2.RunInstances", "ec2.CreateNatGateway", "ssm.PutParameter", "lambda.CreateFunction", "s3.PutBucketTagging", "s3.CopyObject", "route53.ChangeResourceRecordSets", "cloudwatch.PutMetricData"}
	for i := range names {
		f.Add(uint8(i), []byte("Action=CreateUser&A.1.B=x&A.2=y"), []byte("<a><b c='d'>1</b><b/></a>"), 200)
		f.Add(uint8(i), []byte(`{"Name":{"a":[1,null,"\ud800"]}}`), []byte(`{"__type":"x#y","message":"z"}`), 400)
	}
	f.Fuzz(func(t *testing.T, which uint8, request, response []byte, status int) {
		service, operation, _ := strings.Cut(names[int(which)%len(names)], ".")
		op := catalogue.Service(service).Operation(operation)
		call := awsmodel.Call{Service: op.Service, Operation: op, ServiceName: service, OperationName: operation, Protocol: op.Service.Protocols[0], Bucket: string(request[:min(3, len(request))])}
		r, err := http.NewRequest(op.Method, "https://host/", bytes.NewReader(request))
		if err != nil {
			t.Fatal(err)
		}
		in := style.ReadRequest(&call, r, request)
		out := style.ReadResponse(&call, status, http.Header{}, response, true)
		for _, v := range []*decode.Value{&in.Parameters, &out.Elements} {
			raw := append(append([]byte(`{"eventVersion":"1.11","eventID":"a","eventTime":"2026-11-21T12:00:00Z","eventSource":"s","eventName":"n","awsRegion":"r","requestParameters":`), style.Append(nil, v)...), '}')
			if _, err := event.Parse(raw); err != nil && !strings.Contains(err.Error(), "deep") {
				t.Fatalf("%v: %s", err, raw)
			}
		}
	})
}
