package awsmodel

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// parse reads a request written as its head, with \n for line ends, and a body
// after an empty line.
func parse(t testing.TB, text string) (*http.Request, []byte) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n")))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return r, []byte(body)
}

func scope(region, service string) string {
	return "\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20300101/" + region + "/" + service + "/aws4_request, SignedHeaders=host, Signature=00"
}

const form = "\nContent-Type: application/x-www-form-urlencoded; charset=utf-8"

func TestRecognize(t *testing.T) {
	s3 := scope("eu-west-1", "s3")
	f := func(request, want string) {
		t.Helper()
		r, body := parse(t, request)
		c := catalogue(t).Recognize(r, body)
		got := fmt.Sprintf("%s.%s %s %s", c.ServiceName, c.OperationName, c.Protocol, c.Region)
		for _, l := range c.Labels {
			got += fmt.Sprintf(" %s=%s", l.Name, l.Value)
		}
		if c.Missing != 0 {
			got += " -" + c.Missing.String()
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", request, got, want)
		}
	}
	// S3, where the bucket is.
	f("GET /my.bucket/a/b%20c HTTP/1.1\nHost: s3.eu-west-1.amazonaws.com"+s3, "s3.GetObject rest-xml eu-west-1 Bucket=my.bucket Key=a/b c")
	f("GET /a/b%2Fc/ HTTP/1.1\nHost: my.bucket.s3.eu-west-1.amazonaws.com:443"+s3, "s3.GetObject rest-xml eu-west-1 Bucket=my.bucket Key=a/b/c/")
	f("GET //a HTTP/1.1\nHost: b.s3.amazonaws.com"+s3, "s3.GetObject rest-xml eu-west-1 Bucket=b Key=/a")
	f("GET / HTTP/1.1\nHost: b.s3.dualstack.eu-west-1.amazonaws.com"+s3, "s3.ListObjects rest-xml eu-west-1 Bucket=b")
	f("GET /b/ HTTP/1.1\nHost: s3.dualstack.eu-west-1.amazonaws.com"+s3, "s3.ListObjects rest-xml eu-west-1 Bucket=b")
	f("GET / HTTP/1.1\nHost: s3-fips.us-gov-west-1.amazonaws.com"+scope("us-gov-west-1", "s3"), "s3.ListBuckets rest-xml us-gov-west-1")
	f("GET / HTTP/1.1\nHost: s3express-control.us-east-1.amazonaws.com"+scope("us-east-1", "s3express"), "s3.ListDirectoryBuckets rest-xml us-east-1")
	f("GET /?session HTTP/1.1\nHost: b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com"+scope("us-east-1", "s3express"), "s3.CreateSession rest-xml us-east-1 Bucket=b--use1-az4--x-s3")
	f("PUT /k HTTP/1.1\nHost: b.s3-accelerate.dualstack.amazonaws.com"+s3, "s3.PutObject rest-xml eu-west-1 Bucket=b Key=k")
	f("PUT /k HTTP/1.1\nHost: b.s3-us-west-2.amazonaws.com", "s3.PutObject rest-xml us-west-2 Bucket=b Key=k")
	f("GET /k HTTP/1.1\nHost: ap-123456789012.s3-accesspoint.eu-west-1.amazonaws.com"+s3, "s3.GetObject rest-xml eu-west-1 Bucket=ap-123456789012 Key=k")
	f("GET /k HTTP/1.1\nHost: b.bucket.vpce-0a1-2b.s3.eu-west-1.vpce.amazonaws.com"+s3, "s3.GetObject rest-xml eu-west-1 Bucket=b Key=k")
	f("GET /k HTTP/1.1\nHost: b.s3.cn-north-1.amazonaws.com.cn", "s3.GetObject rest-xml cn-north-1 Bucket=b Key=k")
	f("GET /b/k HTTP/1.1\nHost: minio:9000"+s3, "s3.GetObject rest-xml eu-west-1 Bucket=b Key=k")
	f("GET /k HTTP/1.1\nHost: b.s3-website-us-east-1.amazonaws.com", "s3-website.   -service,operation,region")
	// S3, which operation.
	f("GET /b?acl HTTP/1.1\nHost: x"+s3, "s3.GetBucketAcl rest-xml eu-west-1 Bucket=b")
	f("GET /b/k?acl= HTTP/1.1\nHost: x"+s3, "s3.GetObjectAcl rest-xml eu-west-1 Bucket=b Key=k")
	f("GET /b?uploads HTTP/1.1\nHost: x"+s3, "s3.ListMultipartUploads rest-xml eu-west-1 Bucket=b")
	f("POST /b/k?uploads HTTP/1.1\nHost: x"+s3, "s3.CreateMultipartUpload rest-xml eu-west-1 Bucket=b Key=k")
	f("PUT /b/k?uploadId=u&partNumber=1 HTTP/1.1\nHost: x"+s3, "s3.UploadPart rest-xml eu-west-1 Bucket=b Key=k")
	f("PUT /b/k?uploadId=u&partNumber=1 HTTP/1.1\nHost: x\nX-Amz-Copy-Source: /c/d"+s3, "s3.UploadPartCopy rest-xml eu-west-1 Bucket=b Key=k")
	f("PUT /b/k HTTP/1.1\nHost: x\nX-Amz-Copy-Source: /c/d"+s3, "s3.CopyObject rest-xml eu-west-1 Bucket=b Key=k")
	f("DELETE /b/k?uploadId=u HTTP/1.1\nHost: x"+s3, "s3.AbortMultipartUpload rest-xml eu-west-1 Bucket=b Key=k")
	f("DELETE /b/k?versionId=u HTTP/1.1\nHost: x"+s3, "s3.DeleteObject rest-xml eu-west-1 Bucket=b Key=k")
	f("POST /b?delete HTTP/1.1\nHost: x"+s3, "s3.DeleteObjects rest-xml eu-west-1 Bucket=b")
	f("GET /b?list-type=2&prefix=x HTTP/1.1\nHost: x"+s3, "s3.ListObjectsV2 rest-xml eu-west-1 Bucket=b")
	f("GET /?x-id=ListDirectoryBuckets HTTP/1.1\nHost: x"+s3, "s3.ListDirectoryBuckets rest-xml eu-west-1")
	f("GET /b/k?x-id=DeleteBucket HTTP/1.1\nHost: x"+s3, "s3.GetObject rest-xml eu-west-1 Bucket=b Key=k")
	f("GET /b?analytics&id=1 HTTP/1.1\nHost: x"+s3, "s3.GetBucketAnalyticsConfiguration rest-xml eu-west-1 Bucket=b")
	f("POST /b HTTP/1.1\nHost: x\nContent-Type: multipart/form-data; boundary=b"+s3, "s3.PostObject rest-xml eu-west-1 -operation")
	f("PATCH /b HTTP/1.1\nHost: x"+s3, "s3. rest-xml eu-west-1 -operation")
	f("PUT /b/k HTTP/1.1\nHost: x\nX-Amz-Target: DynamoDB_20120810.GetItem"+s3, "s3.PutObject rest-xml eu-west-1 Bucket=b Key=k")
	f("GET /v20180820/jobs HTTP/1.1\nHost: 1234.s3-control.eu-west-1.amazonaws.com\nX-Amz-Account-Id: 1234"+s3, "s3control.ListJobs rest-xml eu-west-1")
	f("GET /v20180820/accesspoint/a/scope HTTP/1.1\nHost: s3express-control.eu-west-1.amazonaws.com\nX-Amz-Account-Id: 1234"+scope("eu-west-1", "s3express"), "s3control.GetAccessPointScope rest-xml eu-west-1 name=a")
	f("GET /v20180820/bucket HTTP/1.1\nHost: s3-outposts.eu-west-1.amazonaws.com\nX-Amz-Account-Id: 1234"+scope("eu-west-1", "s3-outposts"), "s3control.ListRegionalBuckets rest-xml eu-west-1")
	f("GET /k HTTP/1.1\nHost: ap-1234.op-01.s3-outposts.eu-west-1.amazonaws.com"+scope("eu-west-1", "s3-outposts"), "s3.GetObject rest-xml eu-west-1 Bucket=ap-1234.op-01 Key=k")
	f("POST /WriteGetObjectResponse HTTP/1.1\nHost: route.s3-object-lambda.eu-west-1.amazonaws.com\nX-Amz-Request-Route: route\nX-Amz-Request-Token: t"+scope("eu-west-1", "s3-object-lambda"), "s3.WriteGetObjectResponse rest-xml eu-west-1")
	// How it is signed.
	f("GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20300101%2Feu-west-1%2Fs3%2Faws4_request HTTP/1.1\nHost: x", "s3.GetObject rest-xml eu-west-1 Bucket=b Key=k")
	f("GET /k HTTP/1.1\nHost: m.accesspoint.s3-global.amazonaws.com\nX-Amz-Region-Set: *\nAuthorization: AWS4-ECDSA-P256-SHA256 Credential=AKID/20300101/s3/aws4_request, Signature=0", "s3.GetObject rest-xml * Bucket=m.accesspoint Key=k")
	f("GET /b/k HTTP/1.1\nHost: s3.amazonaws.com\nAuthorization: AWS AKID:sig", "s3.GetObject rest-xml  Bucket=b Key=k -region")
	f("GET /b/k?AWSAccessKeyId=A&Expires=1&Signature=s HTTP/1.1\nHost: x", "s3.GetObject rest-xml  Bucket=b Key=k -region")
	f("GET /?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20300101%2Fus-east-1%2Fsts%2Faws4_request HTTP/1.1\nHost: sts.amazonaws.com", "sts.GetCallerIdentity query us-east-1")
	f("POST / HTTP/1.1\nHost: sts.amazonaws.com"+form+"\n\nAction=AssumeRoleWithSAML&Version=2011-06-15", "sts.AssumeRoleWithSAML query  -region")
	f("POST / HTTP/1.1\nHost: localhost"+form+"\n\nAction=AssumeRoleWithSAML&Version=2011-06-15", "sts.AssumeRoleWithSAML query  -region")
	// Query and EC2.
	f("POST / HTTP/1.1\nHost: ec2.us-west-2.api.aws"+form+scope("us-west-2", "ec2")+"\n\nAction=RunInstances&Version=2016-11-15", "ec2.RunInstances ec2 us-west-2")
	f("POST / HTTP/1.1\nHost: ec2.us-west-2.amazonaws.com"+form+scope("us-west-2", "ec2")+"\n\nVersion=2035-01-01&Action=Unheard", "ec2.Unheard ec2 us-west-2 -operation")
	f("POST / HTTP/1.1\nHost: x"+form+scope("us-west-2", "elasticloadbalancing")+"\n\nAction=DescribeLoadBalancers&Version=2015-12-01", "elbv2.DescribeLoadBalancers query us-west-2")
	f("POST / HTTP/1.1\nHost: x"+form+scope("us-west-2", "elasticloadbalancing")+"\n\nAction=DescribeLoadBalancers&Version=2012-06-01", "elb.DescribeLoadBalancers query us-west-2")
	f("POST / HTTP/1.1\nHost: x"+form+scope("us-west-2", "rds")+"\n\nAction=CreateDBCluster&Version=2014-10-31", "rds.CreateDBCluster query us-west-2")
	f("POST /1/queue HTTP/1.1\nHost: us-east-1.queue.amazonaws.com"+form+"\n\nAction=SendMessage&Version=2012-11-05", "sqs.SendMessage query us-east-1")
	f("POST / HTTP/1.1\nHost: email.us-east-1.amazonaws.com"+form+scope("us-east-1", "ses")+"\n\nAction=SendEmail&Version=2010-12-01", "ses.SendEmail query us-east-1")
	f("POST /v2/email/outbound-emails HTTP/1.1\nHost: email.us-east-1.amazonaws.com\nContent-Type: application/json"+scope("us-east-1", "ses"), "sesv2.SendEmail rest-json us-east-1")
	// JSON.
	f("POST / HTTP/1.1\nHost: dynamodb.us-east-1.amazonaws.com\nX-Amz-Target: DynamoDB_20120810.GetItem\nContent-Type: application/x-amz-json-1.0"+scope("us-east-1", "dynamodb"), "dynamodb.GetItem json-1.0 us-east-1")
	f("POST / HTTP/1.1\nHost: x\nX-Amz-Target: DynamoDBStreams_20120810.GetRecords"+scope("us-east-1", "dynamodb"), "dynamodbstreams.GetRecords json-1.0 us-east-1")
	f("POST / HTTP/1.1\nHost: x\nX-Amz-Target: DynamoDB_20300101.NewThing"+scope("us-east-1", "dynamodb"), "dynamodb.NewThing json-1.0 us-east-1 -operation")
	f("POST / HTTP/1.1\nHost: 1234.ddb.us-east-1.amazonaws.com\nX-Amz-Target: DynamoDB_20120810.PutItem"+scope("us-east-1", "dynamodb"), "dynamodb.PutItem json-1.0 us-east-1")
	f("POST / HTTP/1.1\nHost: x\nX-Amz-Target: com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents\nContent-Type: application/x-amz-json-1.1"+scope("us-east-1", "cloudtrail"), "cloudtrail.LookupEvents json-1.1 us-east-1")
	f("POST / HTTP/1.1\nHost: x\nX-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth", "cognito-idp.InitiateAuth json-1.1  -region")
	f("POST / HTTP/1.1\nHost: x\nX-Amz-Target: Wonder_2031.DoIt"+scope("us-east-1", "wonder"), "wonder.DoIt json-1.1 us-east-1 -service,operation")
	f("POST / HTTP/1.1\nHost: kms-fips.us-east-2.amazonaws.com\nX-Amz-Target: TrentService.Decrypt", "kms.Decrypt json-1.1 us-east-2")
	f("POST / HTTP/1.1\nHost: fips.api.ecr.us-east-2.amazonaws.com\nX-Amz-Target: AmazonEC2ContainerRegistry_V20150921.ListImages", "ecr.ListImages json-1.1 us-east-2")
	// RPC v2 CBOR.
	f("POST /service/GraniteServiceVersion20100801/operation/PutMetricData HTTP/1.1\nHost: monitoring.us-east-1.amazonaws.com\nSmithy-Protocol: rpc-v2-cbor\nContent-Type: application/cbor"+scope("us-east-1", "monitoring"), "cloudwatch.PutMetricData rpc-v2-cbor us-east-1")
	f("POST /service/Wonder/operation/DoIt HTTP/1.1\nHost: x\nSmithy-Protocol: rpc-v2-cbor", ".DoIt rpc-v2-cbor  -service,operation,region")
	// REST.
	f("POST /2015-03-31/functions/my%3Afn/invocations HTTP/1.1\nHost: lambda.us-east-1.amazonaws.com"+scope("us-east-1", "lambda"), "lambda.Invoke rest-json us-east-1 FunctionName=my:fn")
	f("GET /2020-06-30/functions/f/code-signing-config HTTP/1.1\nHost: lambda.us-east-1.api.aws"+scope("us-east-1", "lambda"), "lambda.GetFunctionCodeSigningConfig rest-json us-east-1 FunctionName=f")
	f("PUT /2099-01-01/functions/f HTTP/1.1\nHost: lambda.us-east-1.amazonaws.com"+scope("us-east-1", "lambda"), "lambda. rest-json us-east-1 -operation")
	f("GET /restapis/r/resources HTTP/1.1\nHost: x"+scope("us-east-1", "apigateway"), "apigateway.GetResources rest-json us-east-1 restapi_id=r")
	f("GET /v2/apis/r/routes HTTP/1.1\nHost: x"+scope("us-east-1", "apigateway"), "apigatewayv2.GetRoutes rest-json us-east-1 apiId=r")
	f("POST /model/m%3A0/invoke HTTP/1.1\nHost: bedrock-runtime.us-east-1.amazonaws.com\nAuthorization: Bearer t", "bedrock-runtime.InvokeModel rest-json us-east-1 modelId=m:0")
	f("GET /portals/arn%3Aa/b/identityProviders HTTP/1.1\nHost: x"+scope("us-east-1", "workspaces-web"), "workspaces-web.ListIdentityProviders rest-json us-east-1 portalArn=arn:a/b")
	f("GET /_search HTTP/1.1\nHost: search-d-abc.us-east-1.es.amazonaws.com"+scope("us-east-1", "es"), "es. rest-json us-east-1 -operation")
	f("POST /v2/isolines HTTP/1.1\nHost: routes.geo.us-east-1.amazonaws.com"+scope("us-east-1", "geo-routes"), "geo-routes.CalculateIsolines rest-json us-east-1")
	f("POST / HTTP/1.1\nHost: api.tunneling.iot.us-east-1.amazonaws.com\nX-Amz-Target: IoTSecuredTunneling.OpenTunnel"+scope("us-east-1", "IoTSecuredTunneling"), "iotsecuretunneling.OpenTunnel json-1.1 us-east-1")
	f("POST /v1/token HTTP/1.1\nHost: us-east-1.signin.aws.amazon.com", "signin.CreateOAuth2Token rest-json us-east-1")
	f("GET / HTTP/1.1\nHost: example.com", ".   -service,operation,region")
}

func TestRecognizerOptions(t *testing.T) {
	rec := Recognizer{Catalogue: catalogue(t), BucketDomains: []string{"s3.example.com"}, DefaultService: "s3"}
	r, _ := parse(t, "GET /a HTTP/1.1\nHost: b.S3.example.com:9000")
	if c := rec.Recognize(r, nil); c.Bucket != "b" || c.OperationName != "GetObject" {
		t.Errorf("%+v", c)
	}
	r, _ = parse(t, "HEAD /b/a HTTP/1.1\nHost: minio:9000")
	if c := rec.Recognize(r, nil); c.Bucket != "b" || c.OperationName != "HeadObject" || c.Path != "/b/a" {
		t.Errorf("%+v", c)
	}
}

func FuzzRecognize(f *testing.F) {
	c := catalogue(f)
	f.Add("GET", "/b/k%2F?acl", "b.s3.us-east-1.amazonaws.com", "AWS4-HMAC-SHA256 Credential=A/1/r/s3/aws4_request", "", "")
	f.Add("POST", "/", "ec2.amazonaws.com", "", "", "Action=RunInstances&Version=2016-11-15")
	f.Add("POST", "/service/X/operation/Y", "vpce.amazonaws.com", "AWS a:b", "A.B", "")
	f.Add("PUT", "//%zz/{Key+}", "..api.aws", "AWS4-ECDSA-P256-SHA256 Credential=/", ".", "&=&")
	f.Fuzz(func(t *testing.T, method, target, host, authorization, amzTarget, body string) {
		r, err := http.NewRequest(method, "http://h", nil)
		if err != nil {
			return
		}
		if u, err := r.URL.Parse(target); err == nil {
			r.URL = u
		}
		r.Host = host
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Amz-Target", amzTarget)
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		call := c.Recognize(r, []byte(body))
		if (call.Service == nil) != (call.Missing&MissingService != 0) || (call.Operation == nil) != (call.Missing&MissingOperation != 0) {
			t.Fatalf("what is missing is not told: %+v", call)
		}
		if call.Operation != nil && call.Operation.Service != call.Service {
			t.Fatalf("the operation is another service's: %+v", call)
		}
	})
}
