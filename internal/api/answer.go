package api

import (
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"

	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
)

const (
	jsonType = "application/x-amz-json-1.1"
	restType = "application/json"
	xmlType  = "text/xml"
)

// answers are buffers for bodies of answers.
var answers = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

// finish renders the answer, records the call, and writes the answer only if
// the record is durable.
func (s *Server) finish(w http.ResponseWriter, x *exchange, out wire.Encoder, err error) {
	buf := answers.Get().(*[]byte)
	body := (*buf)[:0]
	var failed public
	if err == nil {
		body, err = s.renderOutput(x, body, out)
	}
	if err != nil {
		failed = s.failure(x, err)
		body = renderError(body[:0], x, failed)
	}
	if err := s.record(x, failed); err != nil {
		s.logger(x).Error("A call could not be recorded and was refused.", "error", err)
		failed, _ = publish(&Error{Code: CodeServiceUnavailable}, x.protocol)
		body = renderError(body[:0], x, failed)
	}
	writeAnswer(w, x, failed, body)
	s.observe(x, failed)
	if cap(body) <= 64<<10 {
		*buf = body
		answers.Put(buf)
	}
}

// observe counts the call.
func (s *Server) observe(x *exchange, failed public) {
	series := s.metrics.other
	if x.op != nil {
		series = x.op.metrics
	}
	series.observe(failed.code, s.cfg.Now().Sub(x.start))
}

// failure maps an error through the table and logs what the caller does not
// get to see.
func (s *Server) failure(x *exchange, err error) public {
	p, known := publish(err, x.protocol)
	switch {
	case !known:
		s.logger(x).Error("A request failed for an unknown reason.", "error", err)
	case p.status >= 500:
		s.logger(x).Warn("A request was refused.", "code", p.code, "error", err)
	}
	return p
}

// renderOutput renders the answer and the record's responseElements. A panic
// in here is a handler's broken output.
func (s *Server) renderOutput(x *exchange, body []byte, out wire.Encoder) (_ []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	value := out.EncodeWire()
	if x.op.responses {
		x.response = wire.AppendRecord(make([]byte, 0, 512), x.op.Output, &value)
		if string(x.response) == "null" {
			x.response = nil
		}
	}
	if x.protocol != wire.Query {
		return wire.AppendJSON(body, &value), nil
	}
	name := x.op.Name
	body = append(append(append(body, '<'), name...), `Response xmlns="`...)
	body = append(append(body, x.service.XMLNamespace...), `"><`...)
	body = append(append(body, name...), "Result>"...)
	body = wire.AppendXML(body, x.op.Output, &value)
	body = append(append(append(body, "</"...), name...), "Result><ResponseMetadata><RequestId>"...)
	body = append(append(body, x.id...), "</RequestId></ResponseMetadata></"...)
	return append(append(body, name...), "Response>"...), nil
}

// renderError renders an error in the form of the protocol.
func renderError(body []byte, x *exchange, p public) []byte {
	if x.console {
		return consoleError(body, x, p)
	}
	if x.protocol != wire.Query {
		body = event.AppendString(append(body, `{"__type":`...), p.code)
		if p.message != "" {
			body = event.AppendString(append(body, `,"message":`...), p.message)
		}
		return append(body, '}')
	}
	body = append(body, `<ErrorResponse xmlns="`...)
	body = append(body, x.service.XMLNamespace...)
	if p.status >= 500 {
		body = append(body, `"><Error><Type>Receiver</Type><Code>`...)
	} else {
		body = append(body, `"><Error><Type>Sender</Type><Code>`...)
	}
	body = append(append(body, p.code...), "</Code><Message>"...)
	body = append(wire.AppendXMLText(body, p.message), "</Message></Error><RequestId>"...)
	return append(append(body, x.id...), "</RequestId></ErrorResponse>"...)
}

// writeAnswer writes what was rendered. The zero public is success.
func writeAnswer(w http.ResponseWriter, x *exchange, p public, body []byte) {
	h := w.Header()
	h["X-Amzn-Requestid"] = []string{x.id}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	switch {
	case x.console:
		h["Content-Type"] = []string{restType}
	case x.protocol == wire.Query:
		h["Content-Type"] = []string{xmlType}
	case x.protocol == wire.RESTJSON:
		h["Content-Type"] = []string{restType}
		if p.code != "" {
			h["X-Amzn-Errortype"] = []string{p.code}
		}
	default:
		h["Content-Type"] = []string{jsonType}
	}
	status := http.StatusOK
	if p.status != 0 {
		status = p.status
	}
	if status == http.StatusRequestEntityTooLarge {
		// The rest of the body is not read, so the connection is of no more use.
		h["Connection"] = []string{"close"}
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // The caller has gone; the call is recorded.
}

// record hands the call to the recorder. Requests that name no operation of a
// service are no API calls and make no record, as in AWS.
func (s *Server) record(x *exchange, failed public) error {
	if x.service == nil || x.name == "" {
		return nil
	}
	call := recorder.Call{
		Identity:           x.caller.UserIdentity(),
		Time:               s.cfg.Now(),
		EventSource:        x.service.EventSource,
		EventName:          x.name,
		RecipientAccountID: x.caller.AccountID(),
		Region:             s.region(x.caller.Region),
		SourceIPAddress:    sourceIP(x.request),
		UserAgent:          x.request.UserAgent(),
		ErrorCode:          failed.code,
		RequestParameters:  x.params,
		RequestID:          x.id,
		Resources:          x.handler.Resources,
		TLS:                x.request.TLS,
		Host:               x.request.Host,

		SessionCredentialFromConsole: x.console,
	}
	if x.op != nil {
		call.ReadOnly = x.op.readOnly
	}
	if failed.code == CodeAccessDenied {
		// Records say AccessDenied for services of every protocol, as those of
		// AWS's JSON services (Cost Explorer, Organizations) do.
		call.ErrorCode = errorTable[CodeAccessDenied].query
	}
	if failed.code != "" {
		call.ErrorMessage = failed.message
		call.Resources = nil
		if call.ErrorCode == errorTable[CodeAccessDenied].query && x.op != nil && x.op.bareDenial {
			call.RequestParameters = nil
		}
	} else {
		call.ResponseElements = x.response
	}
	if refused := x.refused; refused != nil {
		call.Identity = identity.Unproven(refused.AccessKeyID)
		call.RecipientAccountID = refused.Claimed.AccountID
		call.Region = s.region(refused.Region)
	}
	if call.RecipientAccountID == "" {
		call.RecipientAccountID = s.cfg.DefaultAccountID
	}
	return s.cfg.Record(background(x.request), call)
}

// sourceIP is the peer of the connection. X-Forwarded-For is not believed:
// anybody can send it.
func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
