package objects

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// trailPolicy is the policy that CloudTrail asks for ("Amazon S3 bucket policy
// for CloudTrail", CloudTrail User Guide), for the bucket logs.
const trailPolicy = `{
	"Version": "2012-10-17",
	"Statement": [
		{"Sid": "AclCheck", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
		 "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::logs",
		 "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:us-east-1:111111111111:trail/t"}}},
		{"Sid": "Write", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
		 "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/AWSLogs/111111111111/*",
		 "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:111111111111:trail/t"}}}
	]
}`

func TestServicesInBucketPolicies(t *testing.T) {
	const service = "cloudtrail.amazonaws.com"
	keys := directory()
	keys["AKIATRAIL"] = Identity{Secret: secretOf("AKIATRAIL"), Account: service, ARN: service}
	e := start(t, Config{Keys: keys})
	mine, trail := e.client(alice), e.client("AKIATRAIL")
	b := e.bucket(mine, "logs")
	deliver := func(c *s3.Client, key string, acl types.ObjectCannedACL) error {
		_, err := c.PutObject(ctx(t), &s3.PutObjectInput{Bucket: &b, Key: &key, Body: strings.NewReader("log"), ACL: acl})
		return err
	}
	const key, full = "AWSLogs/111111111111/log", types.ObjectCannedACLBucketOwnerFullControl
	e.refused(deliver(trail, key, full), "AccessDenied")
	_, err := mine.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &b, Policy: aws.String(trailPolicy)})
	check(t, err)
	got, err := mine.GetBucketPolicy(ctx(t), &s3.GetBucketPolicyInput{Bucket: &b})
	check(t, err)
	if *got.Policy != trailPolicy {
		t.Errorf("the policy has become %s", *got.Policy)
	}
	check(t, deliver(trail, key, full))
	check(t, second(trail.GetBucketAcl(ctx(t), &s3.GetBucketAclInput{Bucket: &b})))
	e.refused(deliver(trail, key, ""), "AccessDenied")
	e.refused(deliver(trail, "elsewhere", full), "AccessDenied")
	e.refused(second(trail.GetObject(ctx(t), &s3.GetObjectInput{Bucket: &b, Key: aws.String(key)})), "AccessDenied")
	e.refused(deliver(e.client(carol), key, full), "AccessDenied")
	if got := e.get(e.client(bob), b, key); got != "log" {
		t.Errorf("the owner reads %q", got)
	}
	// Only who may set a policy sets one with services.
	_, err = e.client(carol).PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &b, Policy: aws.String(trailPolicy)})
	e.refused(err, "AccessDenied")
	wrong := e.clientWith(credentials.NewStaticCredentialsProvider(alice, "wrong", ""))
	_, err = wrong.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &b, Policy: aws.String(trailPolicy)})
	e.refused(err, "SignatureDoesNotMatch")
	_, err = e.client(temp).PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &b, Policy: aws.String(trailPolicy)})
	check(t, err)
	check(t, second(mine.DeleteBucketPolicy(ctx(t), &s3.DeleteBucketPolicyInput{Bucket: &b})))
	e.refused(deliver(trail, key, full), "AccessDenied")
}

func TestTranslated(t *testing.T) {
	in := func(statement string) string { return `{"Statement":[` + statement + `]}` }
	for name, c := range map[string]struct{ policy, want string }{
		"nobody's":          {in(`{"Principal":"*"}`), ""},
		"people only":       {in(`{"Principal":{"AWS":"111111111111"},"Condition":{"StringEquals":{"aws:SourceArn":"x"}}}`), ""},
		"not a policy":      {`[]`, ""},
		"service":           {in(`{"Principal":{"Service":"a.amazonaws.com"}}`), `[{"Principal":{"AWS":["a.amazonaws.com"]}}]`},
		"services":          {in(`{"Principal":{"Service":["a.amazonaws.com","b.amazonaws.com"]}}`), `[{"Principal":{"AWS":["a.amazonaws.com","b.amazonaws.com"]}}]`},
		"with people":       {in(`{"Principal":{"AWS":"p","Service":"a.amazonaws.com"}}`), `[{"Principal":{"AWS":["p","a.amazonaws.com"]}}]`},
		"source":            {in(`{"Principal":{"Service":"a.amazonaws.com"},"Condition":{"ArnLike":{"AWS:SourceARN":"x"},"StringEquals":{"aws:SourceAccount":"1","s3:x-amz-acl":"y"}}}`), `[{"Condition":{"StringEquals":{"s3:x-amz-acl":"y"}},"Principal":{"AWS":["a.amazonaws.com"]}}]`},
		"people and source": {in(`{"Principal":{"AWS":"p","Service":"a.amazonaws.com"},"Condition":{"ArnLike":{"aws:SourceArn":"x"}}}`), ""},
		"federated":         {in(`{"Principal":{"Federated":"f","AWS":"p","Service":"a.amazonaws.com"}}`), ""},
		"no service":        {in(`{"Principal":{"Service":"alice"}}`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := translated([]byte(c.policy))
			if ok != (c.want != "") {
				t.Fatalf("changed %v: %s", ok, got)
			}
			if !ok {
				return
			}
			if !bytes.Contains(got, []byte(`"Statement":`+c.want+`}`)) {
				t.Errorf("%s\nhas not %s", got, c.want)
			}
			if was, ok := asGiven(got); !ok || string(was) != c.policy {
				t.Errorf("given back as %s", was)
			}
		})
	}
}

// A body that would be read into memory as a whole is refused before it is.
func TestLargeDocuments(t *testing.T) {
	e := start(t, Config{})
	c := e.client(alice)
	e.bucket(c, "logs")
	e.put(c, "logs", "k", "v")
	send := func(method, path string, size, length int64) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx(t), method, e.URL()+path, &pattern{size: size})
		check(t, err)
		req.ContentLength = length
		req.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
		cred := aws.Credentials{AccessKeyID: alice, SecretAccessKey: secretOf(alice)}
		check(t, v4.NewSigner().SignHTTP(ctx(t), cred, req, "UNSIGNED-PAYLOAD", "s3", DefaultRegion, time.Now()))
		transport := new(http.Transport)
		defer transport.CloseIdleConnections()
		resp, err := transport.RoundTrip(req)
		if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
			return 0, "cut"
		}
		check(t, err)
		return resp.StatusCode, readAll(t, resp.Body)
	}
	const over = maxDocument + 1
	for _, c := range []struct{ method, path string }{
		{"PUT", "/logs?policy="}, {"PUT", "/logs/k?tagging="}, {"PUT", "/logs/k?retention="}, {"PUT", "/logs"}, {"POST", "/logs?delete="}, {"POST", "/logs/k?uploadId=x"},
	} {
		if code, body := send(c.method, c.path, 10, -1); code != 400 || !strings.Contains(body, "EntityTooLarge") {
			t.Errorf("%s %s in chunks: %d %s", c.method, c.path, code, body)
		}
		// The answer comes while the body is sent, and may be lost with the
		// connection.
		if code, body := send(c.method, c.path, over, over); code != 0 && (code != 400 || !strings.Contains(body, "EntityTooLarge")) {
			t.Errorf("%s %s of %d bytes: %d %s", c.method, c.path, over, code, body)
		}
		if code, body := send(c.method, c.path, 10, 10); strings.Contains(body, "EntityTooLarge") {
			t.Errorf("%s %s of ten bytes: %d %s", c.method, c.path, code, body)
		}
	}
	if code, body := send("PUT", "/logs/large", over, over); code != 200 {
		t.Errorf("an object: %d %s", code, body)
	}
}
