package objects

// resultFolder is where the results of an account's queries are, with a slash at its
// end ("Find your saved query results", CloudTrail User Guide).
func (in BucketCheck) resultFolder() string {
	return in.folders()[0] + in.AccountID + "/CloudTrail-Lake/Query/"
}

// resultsPolicy is a bucket policy that lets in the results of an account's queries
// ("Amazon S3 bucket policy for CloudTrail Lake query results", CloudTrail User
// Guide).
func (in BucketCheck) resultsPolicy() string {
	type statement struct {
		Sid       string
		Effect    string
		Principal map[string]string
		Action    any
		Resource  any
		Condition map[string]map[string]string
	}
	stores := "arn:" + in.arnPart(1) + ":cloudtrail:" + in.arnPart(3) + ":" + in.AccountID + ":eventdatastore/*"
	from := map[string]map[string]string{"StringEquals": {"aws:sourceAccount": in.AccountID}, "ArnLike": {"aws:sourceArn": stores}}
	principal := map[string]string{"Service": service}
	return policyText([]statement{
		{"AWSCloudTrailLake1", "Allow", principal, []string{"s3:PutObject*", "s3:Abort*"}, []string{in.bucketARN(), in.bucketARN() + "/*"}, from},
		{"AWSCloudTrailLake2", "Allow", principal, "s3:GetBucketAcl", in.bucketARN(), from},
	})
}
