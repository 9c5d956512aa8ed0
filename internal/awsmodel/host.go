package awsmodel

import (
	"net"
	"slices"
	"strings"
)

// endpoint is what a Host says.
type endpoint struct {
	// aws is set for hosts below a domain of AWS.
	aws bool
	// service is the endpoint prefix, such as "monitoring" or "data.iot"; for
	// hosts the catalogue does not know the label before the Region.
	service string
	region  string
	// prefix is what stands before the service: a bucket, an account, a VPC
	// endpoint, the host prefix of an operation.
	prefix string
	// bucket is set for virtual-hosted buckets and access points of S3.
	bucket string
	// directory is set for the control host of S3's directory buckets.
	directory bool
}

// domains are the suffixes of AWS hosts in all partitions ("AWS service
// endpoints" in the AWS general reference; partitions.json of the SDKs).
var domains = []string{
	".amazonaws.com", ".api.aws", ".amazonaws.com.cn", ".api.amazonwebservices.com.cn",
	".amazonaws.eu", ".api.amazonwebservices.eu",
	".aws.amazon.com", ".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk", ".csp.hci.ic.gov",
}

// hostAliases are first labels of hosts that mean the endpoint prefix of
// another name.
var hostAliases = map[string]string{
	"queue": "sqs", "ddb": "dynamodb", "email-smtp": "email",
	"s3-accelerate": "s3", "s3-accesspoint": "s3", "s3-object-lambda": "s3",
	"s3-global": "s3", "s3-external-1": "s3", "s3express-control": "s3",
}

// parseHost reads a Host header: regional hosts, global ones, dual-stack and
// FIPS ones, the older s3-region and region.service forms, VPC endpoints, and
// S3's virtual-hosted buckets, access points and directory buckets.
// bucketDomains are further domains below which buckets are hosted.
func (x *index) parseHost(host string, bucketDomains []string) endpoint {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for _, d := range bucketDomains {
		d = strings.ToLower(strings.Trim(d, "."))
		if host == d {
			return endpoint{service: "s3"}
		}
		if bucket, ok := strings.CutSuffix(host, "."+d); ok && bucket != "" {
			return endpoint{service: "s3", prefix: bucket, bucket: bucket}
		}
	}
	for _, d := range domains {
		if rest, ok := strings.CutSuffix(host, d); ok && rest != "" {
			return x.parseLabels(strings.Split(rest, "."))
		}
	}
	return endpoint{}
}

// parseLabels reads the labels before the domain.
func (x *index) parseLabels(labels []string) endpoint {
	e := endpoint{aws: true}
	last := func() string {
		if len(labels) == 0 {
			return ""
		}
		return labels[len(labels)-1]
	}
	vpce := last() == "vpce"
	if vpce {
		labels = labels[:len(labels)-1]
	}
	if r := last(); isRegion(r) || r == "global" {
		if r != "global" {
			e.region = r
		}
		labels = labels[:len(labels)-1]
	}
	if last() == "dualstack" {
		labels = labels[:len(labels)-1]
	}
	if e.region == "" && len(labels) > 1 && isRegion(labels[0]) {
		e.region, labels = labels[0], labels[1:]
	}
	if n := len(labels); e.region == "" && n > 2 && isRegion(labels[n-2]) {
		// search-name.us-east-1.cloudsearch and its like.
		e.region = labels[n-2]
		labels = append(slices.Clone(labels[:n-2]), labels[n-1])
	}
	if r, ok := strings.CutPrefix(last(), "s3-"); ok && isRegion(r) {
		e.region = r
		labels = append(slices.Clone(labels[:len(labels)-1]), "s3")
	}
	prefix := x.findService(&e, labels)
	if vpce {
		prefix = cutVPCE(&e, prefix)
	}
	e.prefix = strings.Join(prefix, ".")
	if e.service == "s3" || e.service == "s3-outposts" {
		e.bucket = e.prefix
	}
	return e
}

// findService takes the longest run of last labels that is an endpoint prefix
// and returns the labels before it.
func (x *index) findService(e *endpoint, labels []string) []string {
	plain := make([]string, 0, len(labels))
	for _, l := range labels {
		if l != "fips" {
			plain = append(plain, l)
		}
	}
	for i := range plain {
		name := plainService(plain[i:])
		if i == len(plain)-1 {
			e.directory = name == "s3express-control"
			name = hostAlias(name)
		}
		if len(x.byPrefix[name]) > 0 {
			e.service = name
			return plain[:i]
		}
	}
	if len(plain) == 0 {
		return nil
	}
	e.service = hostAlias(plainService(plain[len(plain)-1:]))
	return plain[:len(plain)-1]
}

// hostAlias is the endpoint prefix that the first label of a host stands for.
// The website hosts of S3 are no API and get a name the catalogue has not.
func hostAlias(name string) string {
	if alias := hostAliases[name]; alias != "" {
		return alias
	}
	if strings.HasPrefix(name, "s3express-") {
		return "s3"
	}
	if strings.HasPrefix(name, "s3-website") {
		return "s3-website"
	}
	return name
}

// plainService joins labels without the marks of FIPS endpoints.
func plainService(labels []string) string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = strings.TrimPrefix(strings.TrimSuffix(l, "-fips"), "fips-")
	}
	return strings.Join(out, ".")
}

// cutVPCE removes the labels of a VPC endpoint: bucket.vpce-id.s3 and
// accesspoint.vpce-id.s3 serve buckets, control.vpce-id.s3 is S3 Control.
func cutVPCE(e *endpoint, prefix []string) []string {
	for i, l := range prefix {
		if !strings.HasPrefix(l, "vpce-") {
			continue
		}
		prefix = prefix[:i]
		break
	}
	if e.service != "s3" || len(prefix) == 0 {
		return prefix
	}
	switch prefix[len(prefix)-1] {
	case "control":
		e.service = "s3-control"
		fallthrough
	case "bucket", "accesspoint":
		return prefix[:len(prefix)-1]
	}
	return prefix
}

// isRegion tells whether a label is a Region such as us-gov-west-1: letters,
// at least two hyphens, and a number at the end.
func isRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts[0]) < 2 || len(parts[0]) > 5 {
		return false
	}
	for i, p := range parts {
		if p == "" {
			return false
		}
		digits := strings.Trim(p, "0123456789") == ""
		if digits != (i == len(parts)-1) || !digits && strings.Trim(p, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return true
}
