package config

import "regexp"

// bucketsKey is the key of the list of buckets in the YAML file.
const bucketsKey = "buckets"

// Bucket says where one bucket of trails is, if it is not where the others are.
type Bucket struct {
	// Name is the bucket's.
	Name string
	// Endpoint is [Embedded], [AWS], or a URL.
	Endpoint string
	// Region is what requests are signed for; that of the profile or the server if
	// empty.
	Region string
	// Profile is the AWS profile of the credentials; empty is as the AWS CLI finds
	// them.
	Profile string
	// NoPolicies says that the store has no bucket policies to check; NoSSE, NoKMS
	// and NoACL that the headers for these are not to be sent.
	NoPolicies, NoSSE, NoKMS, NoACL bool
}

// bucketKeys are the keys of a bucket, in the order of the manual.
var bucketKeys = []listKey[Bucket]{
	{"name", "Name of the bucket; required.", inText(func(b *Bucket) *string { return &b.Name })},
	{"endpoint", "Where it is: `embedded`, `aws`, or a URL; required.", inText(func(b *Bucket) *string { return &b.Endpoint })},
	{"region", "Region to sign for; that of the profile if not set.", inText(func(b *Bucket) *string { return &b.Region })},
	{"profile", "AWS profile of the credentials; otherwise found as the AWS CLI does.", inText(func(b *Bucket) *string { return &b.Profile })},
	{"no-policies", "`true` for a store that has no bucket policies.", inBool(func(b *Bucket) *bool { return &b.NoPolicies })},
	{"no-sse", "`true` for a store that must not be asked for SSE-S3.", inBool(func(b *Bucket) *bool { return &b.NoSSE })},
	{"no-kms", "`true` for a store that must not be given KMS keys.", inBool(func(b *Bucket) *bool { return &b.NoKMS })},
	{"no-acl", "`true` for a store that must not be given access control lists.", inBool(func(b *Bucket) *bool { return &b.NoACL })},
}

// bucketPattern is the form of S3's bucket names.
var bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// validateBuckets checks the buckets, each by itself and all together.
func (c *Config) validateBuckets(bad func(key, format string, args ...any)) {
	names := map[string]bool{}
	for i, b := range c.Buckets {
		inside := func(key, format string, args ...any) { bad(nested(bucketsKey, i, key), format, args...) }
		switch {
		case b.Name == "":
			bad(nested(bucketsKey, i, ""), "the bucket has no name; give it with the key name")
		case !bucketPattern.MatchString(b.Name):
			inside("name", "%q is not the name of a bucket", b.Name)
		case names[b.Name]:
			inside("name", "the bucket %q is there twice", b.Name)
		}
		names[b.Name] = true
		switch {
		case b.Endpoint == "":
			bad(nested(bucketsKey, i, ""), "the bucket has no endpoint; write embedded, aws or a URL")
		case b.Endpoint != Embedded && b.Endpoint != AWS && !isURL(b.Endpoint):
			inside("endpoint", "%q is neither %s, nor aws, nor a URL", b.Endpoint, Embedded)
		case b.Endpoint == Embedded && (b.Profile != "" || b.Region != ""):
			inside("endpoint", "the embedded endpoint takes neither profile nor region")
		}
		if b.Region != "" && !regionPattern.MatchString(b.Region) {
			inside("region", "%q is not a Region, as us-east-1", b.Region)
		}
	}
}
