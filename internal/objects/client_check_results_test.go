package objects

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// resultsPolicyOfGuide is the guide's policy for the results of queries.
const resultsPolicyOfGuide = `{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "AWSCloudTrailLake1",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": ["s3:PutObject*", "s3:Abort*"],
            "Resource": ["arn:aws:s3:::results", "arn:aws:s3:::results/*"],
            "Condition": {
                "StringEquals": {"aws:sourceAccount": "111111111111"},
                "ArnLike": {"aws:sourceArn": "arn:aws:cloudtrail:us-east-1:111111111111:eventdatastore/*"}
            }
        },
        {
            "Sid": "AWSCloudTrailLake2",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "s3:GetBucketAcl",
            "Resource": "arn:aws:s3:::results",
            "Condition": {
                "StringEquals": {"aws:sourceAccount": "111111111111"},
                "ArnLike": {"aws:sourceArn": "arn:aws:cloudtrail:us-east-1:111111111111:eventdatastore/*"}
            }
        }
    ]
}`

// A bucket for the results of queries is asked for what their policy in the guide
// has, and for no access control list.
func TestCheckBucketForResults(t *testing.T) {
	e := start(t, Config{Keys: withTrail()})
	owner := e.client(alice)
	bucket := e.bucket(owner, "results")
	c := openClient(t, ClientConfig{Default: e.at(trailKey)})
	in := BucketCheck{Bucket: bucket, Prefix: "some/where", AccountID: one, Results: true, Reader: keyOf(alice),
		TrailARN: "arn:aws:cloudtrail:us-east-1:" + one + ":eventdatastore/EXAMPLE-f852-4e8f-8bd1-bcf6cEXAMPLE"}
	set := func(policy string) {
		t.Helper()
		_, err := owner.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &policy})
		check(t, err)
	}
	checked := func(in BucketCheck) error {
		t.Helper()
		warnings, err := c.CheckBucket(ctx(t), in)
		if len(warnings) > 0 {
			t.Errorf("warnings: %v", warnings)
		}
		for entry := range listed(t, e.at(alice), bucket) {
			t.Errorf("%s was left in the bucket", entry)
		}
		return err
	}
	gone := in
	gone.Bucket = "nowhere"
	_, err := c.CheckBucket(ctx(t), gone)
	refusal(t, err, ExceptionNoBucket, "There is no such bucket.")
	r := refusal(t, checked(in), ExceptionBucketPolicy, "The bucket has no policy.")
	set(r.Policy)
	check(t, checked(in))
	set(resultsPolicyOfGuide)
	check(t, checked(in))
	other := in
	other.AccountID = two
	refusal(t, checked(other), ExceptionBucketPolicy, "its Condition StringEquals on aws:sourceAccount is not met by")
	trail := in
	trail.TrailARN = "arn:aws:cloudtrail:us-east-1:" + one + ":trail/t"
	refusal(t, checked(trail), ExceptionBucketPolicy, "its Condition ArnLike on aws:sourceArn is not met by")
	set(strings.Replace(resultsPolicyOfGuide, `"arn:aws:s3:::results/*"`, `"arn:aws:s3:::results/AWSLogs/*"`, 1))
	refusal(t, checked(in), ExceptionBucketPolicy, "some/where/AWSLogs/"+one+"/CloudTrail-Lake/Query/2026/01/01/")
	in.Prefix = ""
	check(t, checked(in))
}
