package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/identity"
)

// Stream is an operation of Cairn's own whose body does not fit the AWS
// protocols: it is read as it comes. It is called with POST, authenticated,
// authorized as "cairn:" and its name, recorded and answered like the others,
// in the form of the REST JSON protocol.
type Stream struct {
	// Path is the whole path of the endpoint.
	Path string
	// Operation is its name in records and policies.
	Operation string
	// Run reads the body. The signature covers the X-Amz-Content-Sha256 header:
	// unless that is UNSIGNED-PAYLOAD, Run has to compare it with what it read.
	Run func(ctx context.Context, caller identity.Caller, r *http.Request) (StreamResult, error)
}

// StreamResult is what a stream operation answers, all JSON objects.
type StreamResult struct {
	// Parameters and Response become the record's requestParameters and
	// responseElements; nil is null. Parameters count with an error too.
	Parameters, Response json.RawMessage
	// Answer is the body of the answer.
	Answer json.RawMessage
}

// Stream adds a stream operation. It must not be called once the server serves.
func (s *Server) Stream(op Stream) { s.streams[op.Path] = op }

func (s *Server) serveStream(w http.ResponseWriter, r *http.Request, op *Stream) {
	x := exchange{request: r, id: s.cfg.NewUUID(), start: s.cfg.Now(),
		route: route{protocol: wire.RESTJSON, service: cairnapi.Service, name: op.Operation}}
	result, err := s.runStream(&x, op)
	x.params, x.response = result.Parameters, result.Response
	body := []byte(result.Answer)
	var failed public
	if err != nil {
		failed = s.failure(&x, err)
		body = renderError(nil, &x, failed)
	}
	if err := s.record(&x, failed); err != nil {
		s.logger(&x).Error("A call could not be recorded and was refused.", "error", err)
		failed, _ = publish(&Error{Code: CodeServiceUnavailable}, x.protocol)
		body = renderError(nil, &x, failed)
	}
	writeAnswer(w, &x, failed, body)
	s.metrics.other.observe(failed.code, s.cfg.Now().Sub(x.start))
}

func (s *Server) runStream(x *exchange, op *Stream) (StreamResult, error) {
	if x.request.Method != http.MethodPost {
		return StreamResult{}, Errorf(CodeValidation, "%s is called with POST.", op.Operation)
	}
	if err := s.verify(x, x.request.Header.Get("X-Amz-Content-Sha256")); err != nil {
		return StreamResult{}, err
	}
	action := "cairn:" + op.Operation
	if !s.cfg.Allowed(x.caller, action, "*") {
		return StreamResult{}, Denied(x.caller, action, "*")
	}
	if err := s.cfg.Ready(); err != nil {
		return StreamResult{}, &Error{Code: CodeServiceUnavailable, Cause: fmt.Errorf("before %s: %w", op.Operation, err)}
	}
	return op.Run(x.request.Context(), x.caller, x.request)
}
