package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/identity"
)

// MaxBody is the largest request body in bytes: the 1 MB that an event may
// have, and 64 KiB of room around it.
const MaxBody = 1<<20 + 64<<10

// Server is the API's http.Handler. It is safe for concurrent use.
type Server struct {
	cfg     Config
	router  *router
	metrics *metrics
	lookups *quota
	tokens  tokenKey
	streams map[string]Stream
}

// New makes a server. It fails if the configuration lacks something or the
// metrics cannot be registered.
func New(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg.fill()
	m, err := newMetrics(cfg.Registerer)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, metrics: m, lookups: newQuota(cfg.LookupQuota, cfg.Now), tokens: cfg.TokenKey, streams: make(map[string]Stream)}
	s.router = newRouter(s.rows())
	for service, ops := range s.router.ops {
		for name, op := range ops {
			op.metrics = m.of(service.Name, name)
		}
	}
	return s, nil
}

// exchange is a request on its way to its answer.
type exchange struct {
	route
	request *http.Request
	id      string
	start   time.Time
	caller  identity.Caller
	// refused is why the caller is not known.
	refused *identity.AuthError
	handler Request
	// console tells that the call was made by the web console, in this process.
	console bool
	// wide tells that the input lacks members that the operation requires.
	wide bool
	// params and response are the record's requestParameters and
	// responseElements; nil is null.
	params, response json.RawMessage
}

// ServeHTTP answers one request, and records it before.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if op, ok := s.streams[r.URL.Path]; ok {
		s.serveStream(w, r, &op)
		return
	}
	x := exchange{request: r, id: s.cfg.NewUUID(), start: s.cfg.Now()}
	out, err := s.process(&x)
	s.finish(w, &x, out, err)
}

// process does everything up to the output, in the order of AWS: read the
// body, authenticate, route, deserialize, validate, authorize, run. A panic
// below becomes an internal failure.
func (s *Server) process(x *exchange) (out wire.Encoder, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			out = nil
		}
	}()
	buf := bodies.Get().(*bytes.Buffer)
	defer putBody(buf)
	tooLarge := readBody(buf, x.request)
	x.route = s.router.find(x.request, buf.Bytes())
	if tooLarge != nil {
		return nil, tooLarge
	}
	if err := s.authenticate(x, buf.Bytes()); err != nil {
		return nil, err
	}
	if x.err != nil {
		return nil, x.err
	}
	input, err := parseInput(x, buf.Bytes())
	if err != nil {
		return nil, err
	}
	return s.run(x.request.Context(), x, &input, x.op.run)
}

// run validates, authorizes and calls last: the operation's handler, or what takes
// its place. A nil one is not built.
func (s *Server) run(ctx context.Context, x *exchange, input *wire.Value, last runner) (wire.Encoder, error) {
	op := x.op
	if !x.wide {
		if err := op.check(input); err != nil {
			return nil, err
		}
	}
	if err := s.authorize(x, input); err != nil {
		return nil, err
	}
	if op.run == nil {
		return nil, Errorf(CodeUnsupportedOperation, "%s is not available in this version of Cairn.", op.Name)
	}
	if !x.console && !op.quota.take(x.caller.AccountID(), x.handler.Region) {
		return nil, &Error{Code: CodeThrottling}
	}
	if err := s.cfg.Ready(); err != nil {
		return nil, &Error{Code: CodeServiceUnavailable, Cause: err}
	}
	return last(ctx, &x.handler, input)
}

// check validates the input of an operation that is built.
func (o *operation) check(input *wire.Value) error {
	if o.run == nil {
		return nil
	}
	bad := wire.Validate(o.Input, input)
	if len(bad) == 0 {
		return nil
	}
	if o.translate != nil {
		if e := o.translate(bad); e != nil {
			return e
		}
	}
	return &Error{Code: CodeValidation, Message: wire.Describe(bad)}
}

// authorize asks for the permission on every resource that the input names.
func (s *Server) authorize(x *exchange, input *wire.Value) error {
	op := x.op
	if op.free {
		return nil
	}
	resources := []string{"*"}
	if op.resources != nil {
		if named := op.resources(&x.handler, input); len(named) > 0 {
			resources = named
		}
	}
	for _, resource := range resources {
		if !s.cfg.Allowed(x.caller, op.action, resource) {
			return Denied(x.caller, op.action, resource)
		}
	}
	return nil
}

// Denied is the answer to a caller whose policies do not allow the action. The
// resource "*" is left out of the message, as AWS does for actions without one.
func Denied(c identity.Caller, action, resource string) *Error {
	text := "User: " + c.ARN() + " is not authorized to perform: " + action
	if resource != "*" {
		text += " on resource: " + resource
	}
	return &Error{Code: CodeAccessDenied, Message: text + " because no identity-based policy allows the " + action + " action"}
}

// authenticate proves the caller, and that the signature is for the service.
func (s *Server) authenticate(x *exchange, body []byte) error {
	sum := sha256.Sum256(body)
	var hash [2 * sha256.Size]byte
	hex.Encode(hash[:], sum[:])
	return s.verify(x, string(hash[:]))
}

// verify proves the caller against a payload hash.
func (s *Server) verify(x *exchange, payloadHash string) error {
	caller, err := s.cfg.Auth.Verify(x.request, payloadHash)
	if err != nil {
		x.refused, _ = errors.AsType[*identity.AuthError](err)
		return fmt.Errorf("authenticate: %w", err)
	}
	x.caller = caller
	if x.service != nil && caller.Service != x.service.Name {
		return Errorf(CodeSignatureDoesNotMatch, "Credential should be scoped to correct service: '%s'.", x.service.Name)
	}
	x.handler = Request{
		ID: x.id, Caller: caller, Region: s.region(caller.Region),
		LookupMulti: signedHeader(x.request, "X-Cairn-Lookup") == "multi",
	}
	return nil
}

// signedHeader returns a header that the signature covers, else nothing.
func signedHeader(r *http.Request, name string) string {
	value := r.Header.Get(name)
	if value == "" {
		return ""
	}
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	rest, _, _ = strings.Cut(rest, ",")
	for signed := range strings.SplitSeq(strings.TrimSpace(rest), ";") {
		if strings.EqualFold(signed, name) {
			return value
		}
	}
	return ""
}

// region replaces what cannot be a Region: it becomes part of journal subjects.
func (s *Server) region(claimed string) string {
	if claimed == "" || len(claimed) > 32 {
		return s.cfg.DefaultRegion
	}
	for i := 0; i < len(claimed); i++ {
		if c := claimed[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return s.cfg.DefaultRegion
		}
	}
	return claimed
}

// parseInput reads the operation's input and renders it for the record.
func parseInput(x *exchange, body []byte) (wire.Value, error) {
	var input, raw wire.Value
	var err error
	switch x.protocol {
	case wire.Query:
		if raw, err = wire.ParseQuery(x.pairs, x.op.Input); err == nil {
			input, err = wire.CoerceText(x.op.Input, raw)
		}
	case wire.RESTJSON:
		input, err = parseREST(x, body)
	default:
		if raw, err = wire.ParseJSON(body); err == nil {
			input, err = wire.Coerce(x.op.Input, raw)
		}
	}
	if err != nil {
		if typed, ok := errors.AsType[*wire.TypeError](err); ok {
			return input, &Error{Code: CodeSerialization, Message: typed.Message, Cause: fmt.Errorf("at %q", typed.Path)}
		}
		return input, syntaxError(err)
	}
	if len(input.Fields) > 0 {
		x.params = wire.AppendRecord(make([]byte, 0, 256), x.op.Input, &input)
	}
	return input, nil
}

// parseREST reads the members that travel in the query string, then the body.
func parseREST(x *exchange, body []byte) (wire.Value, error) {
	pairs, err := wire.ParseForm(x.request.URL.RawQuery)
	if err != nil {
		return wire.Value{}, err
	}
	raw, err := wire.ParseJSON(body)
	if err != nil {
		return wire.Value{}, err
	}
	all := wire.Value{Kind: wire.ObjectValue}
	for i := range x.op.Input.Members {
		if m := &x.op.Input.Members[i]; m.Location == wire.InQueryString {
			for _, p := range pairs {
				if p.Name == m.Name {
					all.Fields = append(all.Fields, wire.Field{Name: m.Name, Value: wire.Text(p.Value)})
				}
			}
		}
	}
	if raw.Kind != wire.ObjectValue && raw.Kind != wire.NullValue {
		return wire.Coerce(x.op.Input, raw)
	}
	for i := range raw.Fields {
		if m := x.op.Input.Member(raw.Fields[i].Name); m != nil && m.Location == wire.InBody {
			all.Fields = append(all.Fields, raw.Fields[i])
		}
	}
	return wire.Coerce(x.op.Input, all)
}

// bodies are buffers for request bodies; nothing keeps a reference into one.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// putBody keeps small buffers only, so that a large body is not held on to.
func putBody(buf *bytes.Buffer) {
	if buf.Cap() <= 64<<10 {
		buf.Reset()
		bodies.Put(buf)
	}
}

func readBody(buf *bytes.Buffer, r *http.Request) error {
	if r.ContentLength > MaxBody {
		return &Error{Code: CodeRequestEntityTooLarge}
	}
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	n, err := buf.ReadFrom(io.LimitReader(r.Body, MaxBody+1))
	if n > MaxBody {
		return &Error{Code: CodeRequestEntityTooLarge}
	}
	if err != nil {
		return &Error{Code: CodeSerialization, Message: "The request body could not be read.", Cause: err}
	}
	return nil
}

// logger returns the logger with what identifies the call.
func (s *Server) logger(x *exchange) *slog.Logger {
	return s.cfg.Logger.With("requestId", x.id, "operation", x.name)
}

// background is the context of the record: the call is recorded even if the
// caller has gone.
func background(r *http.Request) context.Context { return context.WithoutCancel(r.Context()) }
