package awsmodel

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Missing says what could not be told of a call.
type Missing uint8

// What may be missing.
const (
	// MissingService: nothing names a service, or the catalogue has not the one
	// that is named.
	MissingService Missing = 1 << iota
	// MissingOperation: the catalogue has no such operation, or nothing tells it.
	MissingOperation
	// MissingRegion: neither signature nor host has a Region.
	MissingRegion
	// MissingMembers: a REST operation fits in method and path, but required
	// query parameters or headers are not there.
	MissingMembers
)

// String lists what is missing, such as "operation,region".
func (m Missing) String() string {
	var out []string
	for i, name := range []string{"service", "operation", "region", "members"} {
		if m&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return strings.Join(out, ",")
}

// Call is what a request says it is. Nothing in it is verified: it repeats the
// caller's claims, which the service checks.
type Call struct {
	// Service and Operation are nil where they are missing.
	Service   *Service
	Operation *Operation
	// ServiceName is the service's name in the catalogue or, where it has none,
	// the signing name or host label that the request has, or "".
	ServiceName string
	// OperationName is the operation's name or, where the catalogue has none,
	// what X-Amz-Target, Action or the path has, or "".
	OperationName string
	// Protocol is that of the request, or "" where the service is missing and
	// nothing tells.
	Protocol Protocol
	// APIVersion is the Version of a query call, or else the service's.
	APIVersion string
	Region     string
	Signature  Signature
	// HostPrefix is what the host has before the service's own part.
	HostPrefix string
	// Bucket is the bucket or access point of the host or path, for S3.
	Bucket string
	// Path is the path that was routed, with its escapes; a virtual-hosted
	// bucket is put in front.
	Path string
	// Labels are the parts of the path that a REST operation names.
	Labels  []Label
	Missing Missing
}

// Recognizer recognizes calls. The zero value of all but Catalogue is ready.
type Recognizer struct {
	Catalogue *Catalogue
	// BucketDomains are domains, apart from those of AWS, below which S3 buckets
	// are virtual hosts, such as s3.example.com.
	BucketDomains []string
	// DefaultService is the service of requests that name none: anonymous ones
	// at a host that is not of AWS. Empty for none.
	DefaultService string
}

// Recognize is a [Recognizer] without options.
func (c *Catalogue) Recognize(r *http.Request, body []byte) Call {
	return Recognizer{Catalogue: c}.Recognize(r, body)
}

// request is a request while it is recognized.
type request struct {
	*http.Request
	index      *index
	query      url.Values
	form       url.Values
	path       string
	endpoint   endpoint
	candidates []*Service
}

// Recognize tells service, operation, protocol and Region of a request. Body
// is the request's body as far as it is known: only forms are looked at, and of
// them the first [maxForm] bytes. It never fails: what it cannot tell is in
// Missing.
//
// The service is the one of the credential scope; host, target prefix and path
// choose among those signed alike. Without a signature it is the host's, and
// without a host of AWS the one that X-Amz-Target, the RPC v2 path or Action
// with Version name. A header that contradicts the signature is not believed:
// X-Amz-Target on a request signed for S3 does not make it another service's.
func (c Recognizer) Recognize(r *http.Request, body []byte) Call {
	x := c.Catalogue.index.Load()
	q := &request{Request: r, index: x, query: url.Values{}}
	if r.URL != nil {
		q.query, q.path = r.URL.Query(), r.URL.EscapedPath()
	}
	q.form = formValues(r.Header, body)
	host := r.Host
	if host == "" && r.URL != nil {
		host = r.URL.Host
	}
	q.endpoint = x.parseHost(host, c.BucketDomains)
	call := Call{Signature: parseSignature(r, q.query, q.form), Path: q.path, HostPrefix: q.endpoint.prefix}
	call.ServiceName = call.Signature.Service
	if call.ServiceName == "" {
		call.ServiceName = q.endpoint.service
	}
	if call.ServiceName == "" {
		call.ServiceName = c.DefaultService
	}
	q.candidates = x.candidates(call.ServiceName, q.endpoint)
	_ = q.rpc(&call) || q.target(&call) || q.action(&call) || q.rest(&call)
	q.finish(&call)
	return call
}

// scopeAliases are signing names that are another service's in the models.
var scopeAliases = map[string]string{"s3express": "s3", "s3-object-lambda": "s3"}

// candidates lists the services that a name and a host may mean: those of the
// host that are signed by the name, or all that are, or, where the catalogue
// has not the name, those of the host. Two hosts of S3 answer more than one
// service, which the path tells apart.
func (x *index) candidates(name string, host endpoint) []*Service {
	if alias := scopeAliases[name]; alias != "" {
		name = alias
	}
	all := x.named(name)
	if len(all) == 0 {
		return x.byPrefix[host.service]
	}
	if name == "s3-outposts" {
		return append(slices.Clone(all), x.bySigning["s3"]...)
	}
	if host.directory {
		return all
	}
	var both []*Service
	for _, s := range all {
		if s.EndpointPrefix == host.service {
			both = append(both, s)
		}
	}
	if len(both) > 0 {
		return both
	}
	return all
}

// finish fills in what follows from the rest.
func (q *request) finish(c *Call) {
	if c.Service == nil && len(q.candidates) > 0 {
		c.Service = q.candidates[0]
	}
	if c.Service == nil {
		c.Missing |= MissingService
	} else {
		c.ServiceName = c.Service.Name
		if c.Protocol == "" {
			c.Protocol = c.Service.Protocols[0]
		}
		if c.APIVersion == "" {
			c.APIVersion = c.Service.APIVersion
		}
	}
	if c.Operation == nil {
		c.Missing |= MissingOperation
	} else {
		c.OperationName = c.Operation.Name
	}
	if c.Region = c.Signature.Region; c.Region == "" {
		c.Region = q.endpoint.region
	}
	if c.Region == "" {
		c.Missing |= MissingRegion
	}
	if c.ServiceName == "s3" && !strings.HasPrefix(c.OperationName, "WriteGetObject") {
		c.Bucket = q.endpoint.bucket
		for _, l := range c.Labels {
			if l.Name == "Bucket" {
				c.Bucket = l.Value
			}
		}
	}
}
