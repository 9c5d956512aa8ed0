package objects

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cairntrail/cairn/internal/moto"
)

// The client with a store that is none of ours.
func TestClientWithMoto(t *testing.T) {
	at := Endpoint{URL: moto.Start(t), PathStyle: true, Credentials: keyOf(alice)}
	c := openClient(t, ClientConfig{Default: at})
	api := c.fallback.api
	in := trailCheck("logs")
	_, err := c.CheckBucket(ctx(t), in)
	refusal(t, err, ExceptionNoBucket, "no such bucket")
	check(t, second(api.CreateBucket(ctx(t), &s3.CreateBucketInput{Bucket: aws.String("logs")})))
	_, err = c.CheckBucket(ctx(t), in)
	r := refusal(t, err, ExceptionBucketPolicy, "The bucket has no policy.")
	check(t, second(api.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: aws.String("logs"), Policy: &r.Policy})))
	for _, key := range []string{"", "arn:aws:kms:us-east-1:111111111111:key/k"} {
		in.KMSKeyID = key
		warnings, err := c.CheckBucket(ctx(t), in)
		check(t, err)
		if len(warnings) > 0 {
			t.Errorf("warnings: %v", warnings)
		}
	}
	put := PutInput{Bucket: "logs", Key: "AWSLogs/a.json.gz", Body: []byte("body"), ContentType: "application/json", ContentEncoding: "gzip",
		Metadata: map[string]string{"Signature": "abc"}, ACL: BucketOwnerFullControl, KMSKeyID: in.KMSKeyID, KMSContext: map[string]string{"a": "b"}}
	for range 2 {
		check(t, c.Put(ctx(t), put))
	}
	got, err := c.Get(ctx(t), "logs", put.Key, 100)
	check(t, err)
	if string(got.Body) != "body" || got.ContentEncoding != "gzip" || got.Metadata["signature"] != "abc" {
		t.Errorf("object %+v", got)
	}
	raw, err := api.HeadObject(ctx(t), &s3.HeadObjectInput{Bucket: aws.String("logs"), Key: &put.Key})
	check(t, err)
	if raw.ServerSideEncryption != "aws:kms" || aws.ToString(raw.SSEKMSKeyId) != in.KMSKeyID {
		t.Errorf("encrypted with %s %s", raw.ServerSideEncryption, aws.ToString(raw.SSEKMSKeyId))
	}
	if keys := listed(t, at, "logs"); len(keys) != 1 || !keys[put.Key] {
		t.Errorf("keys %v", keys)
	}
	where, err := c.Location(ctx(t), "logs")
	check(t, err)
	if where != "us-east-1" {
		t.Errorf("location %q", where)
	}
	check(t, c.Delete(ctx(t), "logs", put.Key))
	check(t, c.Delete(ctx(t), "logs", put.Key))
	_, err = c.Get(ctx(t), "logs", put.Key, 100)
	failure(t, err, "NoSuchKey", KindGone)
	failure(t, c.Put(ctx(t), PutInput{Bucket: "nowhere", Key: "k"}), "NoSuchBucket", KindGone)
}
