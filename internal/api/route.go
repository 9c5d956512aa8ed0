package api

import (
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/cairntrail/cairn/internal/api/ctdata"
	"github.com/cairntrail/cairn/internal/api/stsapi"
	"github.com/cairntrail/cairn/internal/api/wire"
)

// router finds the operation of a request. It is read-only once made.
type router struct {
	// byTarget are the JSON services by their target prefix; the CloudTrail
	// service answers to a short and a long one, both are in use by clients.
	byTarget map[string]*wire.Service
	byPath   map[string]*operation
	ops      map[*wire.Service]map[string]*operation
}

func newRouter(built []*operation) *router {
	rt := &router{
		byTarget: map[string]*wire.Service{},
		byPath:   map[string]*operation{},
		ops:      map[*wire.Service]map[string]*operation{},
	}
	for _, service := range services {
		rt.ops[service] = map[string]*operation{}
		for _, op := range service.Operations {
			rt.ops[service][op.Name] = newOperation(op)
		}
		if service.Protocol == wire.JSON {
			rt.byTarget[service.TargetPrefix] = service
			if i := strings.LastIndexByte(service.TargetPrefix, '.'); i >= 0 {
				rt.byTarget[service.TargetPrefix[i+1:]] = service
			}
		}
	}
	for _, op := range built {
		rt.ops[op.Service][op.Name] = op
	}
	for _, op := range rt.ops[ctdata.Service] {
		rt.byPath[op.Path] = op
	}
	return rt
}

// route is where a request goes. It is found before the caller is proved, so
// that refusals have the right form and record; err is answered only after.
type route struct {
	protocol wire.Protocol
	// service is nil if the request names none of ours.
	service *wire.Service
	// op is nil if the service has no such operation.
	op *operation
	// name is the operation as the request spells it, empty unless it could be
	// one: letters and digits, at most maxName.
	name string
	// pairs are the parameters of a query request.
	pairs []wire.Pair
	err   error
}

// maxName bounds the operation names that get into records; the longest of
// AWS has 64 characters.
const maxName = 128

// find classifies a request by its target header, its path, or its form.
func (rt *router) find(r *http.Request, body []byte) route {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return rt.target(r, target)
	}
	if op := rt.byPath[r.URL.Path]; op != nil {
		out := route{protocol: wire.RESTJSON, service: op.Service, op: op, name: op.Name}
		switch {
		case r.Method != http.MethodPost:
			out.op, out.err = nil, &Error{Code: CodeUnroutable}
		case !contentType(r, "application/json", ""):
			out.err = &Error{Code: CodeUnsupportedMediaType}
		}
		return out
	}
	form := r.Method == http.MethodPost && contentType(r, "application/x-www-form-urlencoded")
	if r.URL.Path == "/" && (form || r.Method == http.MethodGet && hasAction(r)) {
		return rt.query(r, body)
	}
	return route{protocol: wire.JSON, err: &Error{Code: CodeUnroutable}}
}

func (rt *router) target(r *http.Request, target string) route {
	out := route{protocol: wire.JSON}
	prefix, name := "", target
	if i := strings.LastIndexByte(target, '.'); i >= 0 {
		prefix, name = target[:i], target[i+1:]
	}
	out.service, out.name = rt.byTarget[prefix], cleanName(name)
	if out.service != nil {
		out.op = rt.ops[out.service][name]
	}
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/" || !contentType(r, "application/x-amz-json-1.1"):
		// AWS cannot route such a request to a JSON 1.1 service.
		out.err = &Error{Code: CodeUnroutable}
	case out.op == nil:
		out.err = &Error{Code: CodeUnknownOperation}
	}
	return out
}

func (rt *router) query(r *http.Request, body []byte) route {
	out := route{protocol: wire.Query, service: stsapi.Service}
	pairs, err := wire.ParseForm(r.URL.RawQuery)
	if err == nil && r.Method == http.MethodPost {
		var inBody []wire.Pair
		inBody, err = wire.ParseForm(string(body))
		pairs = append(pairs, inBody...)
	}
	if err != nil {
		out.err = syntaxError(err)
		return out
	}
	out.pairs = pairs
	action, version := wire.First(pairs, "Action"), wire.First(pairs, "Version")
	out.name = cleanName(action)
	if version == stsapi.Service.APIVersion {
		out.op = rt.ops[stsapi.Service][action]
	}
	switch {
	case action == "":
		out.err = &Error{Code: CodeMissingAction}
	case out.op == nil && version == "":
		out.err = Errorf(CodeInvalidAction, "Could not find operation %s for version NO_VERSION_SPECIFIED", shorten(action))
	case out.op == nil:
		out.err = Errorf(CodeInvalidAction, "Could not find operation %s for version %s", shorten(action), shorten(version))
	}
	return out
}

// syntaxError is the answer to text that cannot be parsed.
func syntaxError(err error) *Error {
	e := &Error{Code: CodeSerialization, Cause: err}
	if errors.Is(err, wire.ErrSyntax) {
		e.Message = err.Error()
	}
	return e
}

// contentType tells whether the request has one of the media types; "" stands
// for none at all. Parameters, as the charset, do not matter.
func contentType(r *http.Request, accepted ...string) bool {
	header := r.Header.Get("Content-Type")
	for _, a := range accepted {
		if header == a {
			return true
		}
	}
	media, _, err := mime.ParseMediaType(header)
	if err != nil {
		return false
	}
	for _, a := range accepted {
		if media == a {
			return true
		}
	}
	return false
}

func hasAction(r *http.Request) bool {
	return strings.HasPrefix(r.URL.RawQuery, "Action=") || strings.Contains(r.URL.RawQuery, "&Action=")
}

// cleanName returns name if it can be the name of an operation, else nothing:
// what is not proved must not put arbitrary text into records.
func cleanName(name string) string {
	if len(name) > maxName {
		return ""
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' && i > 0) {
			return ""
		}
	}
	return name
}

// shorten bounds what a message repeats of the request.
func shorten(s string) string {
	if len(s) > maxName {
		return strings.ToValidUTF8(s[:maxName], "") + "..."
	}
	return s
}
