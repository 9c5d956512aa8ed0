package resource

import "strings"

// bucketOf is the bucket or access point of an S3 call.
func bucketOf(c *Call) string {
	if c.Input != nil {
		if v := c.Input.Get("Bucket"); v != nil && v.Text != "" {
			return v.Text
		}
	}
	return c.Bucket
}

// kindOf tells what a bucket is by its name or ARN, after "Rules for naming
// buckets" in the S3 User Guide. The alias of an access point in place of a
// bucket counts as a bucket: whose it is only S3 knows.
func kindOf(bucket string) Kind {
	switch {
	case !isARN(bucket):
		return kindOfName(bucket)
	case strings.Contains(bucket, ":s3-object-lambda:"):
		return ObjectLambda
	case strings.Contains(bucket, ":s3-outposts:"):
		return Outpost
	}
	return AccessPoint
}

func kindOfName(name string) Kind {
	switch {
	case strings.HasSuffix(name, "--x-s3"), strings.HasSuffix(name, "--xa-s3"):
		return Directory
	case strings.HasSuffix(name, "--table-s3"):
		return TableStorage
	case name == "":
		return AnyKind
	}
	return GeneralPurpose
}
