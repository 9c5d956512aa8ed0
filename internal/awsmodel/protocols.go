package awsmodel

import (
	"net/http"
	"strings"
)

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

// rest recognizes REST calls by method and path, in all candidates. Where
// nothing fits and the path begins with a version such as /v2, it is tried
// without: the endpoints of some services (Amazon Location) have one that the
// models do not know.
func (q *request) rest(c *Call) bool {
	found, ok := q.route(c)
	if version, _, more := strings.Cut(strings.TrimPrefix(q.path, "/"), "/"); !ok && more && isVersion(version) {
		q.path = q.path[1+len(version):]
		found, ok = q.route(c)
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

func isVersion(s string) bool {
	digits, ok := strings.CutPrefix(s, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// route finds the best match in all candidates, and sets service, operation
// and path.
func (q *request) route(c *Call) (found match, ok bool) {
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
	return found, ok
}

// routed is the path as a service's templates have it: S3's begin with the
// bucket, which may be in the host. The answers of functions to S3 Object
// Lambda have a token of the request there instead.
func (q *request) routed(s *Service) string {
	if s.Name != "s3" || q.endpoint.bucket == "" {
		return q.path
	}
	if q.Method == http.MethodPost && q.path == "/WriteGetObjectResponse" && len(q.query) == 0 {
		return q.path
	}
	return "/" + q.endpoint.bucket + q.path
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
