package awsmodel

import (
	"net/http"
	"net/url"
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
	q.candidates = x.candidates(call.ServiceName, q.endpoint.service)
	_ = q.rpc(&call) || q.target(&call) || q.action(&call) || q.rest(&call)
	q.finish(&call)
	return call
}

// scopeAliases are signing names that are another service's in the models.
var scopeAliases = map[string]string{"s3express": "s3", "s3-object-lambda": "s3"}

// candidates lists the services that a name and a host may mean: those of the
// host that are signed by the name, or all that are.
func (x *index) candidates(name, host string) []*Service {
	if alias := scopeAliases[name]; alias != "" {
		name = alias
	}
	all := x.named(name)
	if name == "s3-outposts" && x.byName["s3"] != nil {
		all = append([]*Service{x.byName["s3"]}, all...)
	}
	var both []*Service
	for _, s := range all {
		if s.EndpointPrefix == host {
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
	if c.ServiceName == "s3" {
		c.Bucket = q.endpoint.bucket
		for _, l := range c.Labels {
			if l.Name == "Bucket" {
				c.Bucket = l.Value
			}
		}
	}
}

// choose picks of the services that a request names those that its signature
// or host allow. ok is false where it names a service that they contradict.
func (q *request) choose(c *Call, named []*Service) (chosen []*Service, ok bool) {
	if c.ServiceName == "" {
		return named, true
	}
	for _, s := range named {
		for _, candidate := range q.candidates {
			if s == candidate {
				chosen = append(chosen, s)
			}
		}
	}
	return chosen, len(chosen) > 0
}

// named sets service, operation and protocol of a call that names its
// operation. fallback are services to take where chosen is empty; it is
// refused where neither has one although candidates are known.
func (q *request) named(c *Call, chosen []*Service, operation string, speaks func(*Service) bool) bool {
	for _, s := range chosen {
		if op := s.Operation(operation); op != nil {
			c.Service, c.Operation = s, op
			return true
		}
	}
	if len(chosen) > 0 {
		c.Service, c.OperationName = chosen[0], operation
		return true
	}
	for _, s := range q.candidates {
		if speaks(s) {
			c.Service, c.OperationName = s, operation
			return true
		}
	}
	if len(q.candidates) == 0 {
		c.OperationName = operation
		return true
	}
	return false
}

// rpc recognizes Smithy RPC v2 CBOR: POST {prefix}/service/X/operation/Y with
// the header Smithy-Protocol ("Smithy RPC v2 CBOR protocol").
func (q *request) rpc(c *Call) bool {
	protocol := q.Header.Get("Smithy-Protocol")
	if q.Method != http.MethodPost || protocol != "rpc-v2-cbor" && mediaType(q.Header) != "application/cbor" {
		return false
	}
	parts := strings.Split(q.path, "/")
	n := len(parts)
	if n < 4 || parts[n-4] != "service" || parts[n-2] != "operation" || parts[n-1] == "" {
		return false
	}
	chosen, _ := q.choose(c, q.index.byTarget[parts[n-3]])
	speaks := func(s *Service) bool { return s.has(RPCv2CBOR) }
	if !q.named(c, chosen, parts[n-1], speaks) {
		return false
	}
	c.Protocol = RPCv2CBOR
	return true
}

// target recognizes the JSON protocols: X-Amz-Target is the target prefix, a
// dot and the operation. Some clients put a package name before the prefix.
func (q *request) target(c *Call) bool {
	target := q.Header.Get("X-Amz-Target")
	dot := strings.LastIndexByte(target, '.')
	if target == "" || dot == len(target)-1 {
		return false
	}
	prefix := ""
	if dot > 0 {
		prefix = target[:dot]
	}
	all := q.index.byTarget[prefix]
	if len(all) == 0 {
		all = q.index.byTarget[prefix[strings.LastIndexByte(prefix, '.')+1:]]
	}
	chosen, _ := q.choose(c, all)
	speaks := func(s *Service) bool { return s.has(JSON10, JSON11) }
	if !q.named(c, chosen, target[dot+1:], speaks) {
		return false
	}
	switch mediaType(q.Header) {
	case "application/x-amz-json-1.0":
		c.Protocol = JSON10
	case "application/x-amz-json-1.1":
		c.Protocol = JSON11
	default:
		c.Protocol = JSON11
		if c.Service != nil && c.Service.has(JSON10) {
			c.Protocol = JSON10
		}
	}
	return true
}

// action recognizes the query and EC2 protocols: Action and Version in a form
// or in the query.
func (q *request) action(c *Call) bool {
	values := q.form
	if values.Get("Action") == "" {
		values = q.query
	}
	action, version := values.Get("Action"), values.Get("Version")
	if action == "" {
		return false
	}
	all := q.candidates
	if len(all) == 0 && c.ServiceName == "" {
		all = withOperation(q.index.byVersion[version], action)
	}
	var current, other []*Service
	for _, s := range all {
		switch {
		case !s.takesQueries():
		case s.APIVersion == version:
			current = append(current, s)
		default:
			other = append(other, s)
		}
	}
	never := func(*Service) bool { return false }
	if !q.named(c, append(current, other...), action, never) {
		return false
	}
	c.APIVersion, c.Protocol = version, Query
	if c.Service != nil && c.Service.has(EC2) {
		c.Protocol = EC2
	}
	return true
}

// withOperation lists the services that have an operation.
func withOperation(services []*Service, name string) (out []*Service) {
	for _, s := range services {
		if s.Operation(name) != nil {
			out = append(out, s)
		}
	}
	return out
}

// rest recognizes REST calls by method and path, in all candidates.
func (q *request) rest(c *Call) bool {
	var found match
	ok := false
	for _, s := range q.candidates {
		if !s.REST() {
			continue
		}
		r := &routeRequest{method: q.Method, path: q.routed(s), query: q.query, header: q.Header}
		if r.method == "" {
			r.method = http.MethodGet
		}
		if r.hint = q.query.Get("x-id"); q.endpoint.directory {
			r.hint = "ListDirectoryBuckets"
		}
		if m, fits := s.router().best(r); fits && (!ok || m.better(found)) {
			found, ok = m, true
			c.Service, c.Operation, c.Path = s, m.route.op, r.path
		}
	}
	if !ok {
		return q.unrouted(c)
	}
	c.Labels = found.route.labels(c.Path)
	c.Protocol = c.Service.Protocols[0]
	if found.missing > 0 {
		c.Missing |= MissingMembers
	}
	return true
}

// routed is the path as a service's templates have it: S3's begin with the
// bucket, which may be in the host.
func (q *request) routed(s *Service) string {
	if s.Name == "s3" && q.endpoint.bucket != "" {
		return "/" + q.endpoint.bucket + q.path
	}
	return q.path
}

// unrouted names what the models lack: the upload by an HTML form to S3
// ("POST Object" in the API reference of S3).
func (q *request) unrouted(c *Call) bool {
	for _, s := range q.candidates {
		if s.Name == "s3" && q.Method == http.MethodPost && mediaType(q.Header) == "multipart/form-data" {
			c.Service, c.OperationName, c.Path = s, "PostObject", q.routed(s)
			return true
		}
	}
	return false
}
