package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/recorder"
)

// ServeConsole answers a CloudTrail operation that the web console calls for a person
// who is signed in: caller is proved already, and its Region is the call's. The body
// is the operation's JSON input, and the answer its JSON output or
// {"code","message","requestId"}, with the status of the API.
//
// The call goes the way of all others: it is validated, authorized and recorded before
// it is answered, and its record says that it came from the console. Three things are
// different. Lookups take as many attributes as Cairn's own tools may give; they have
// no quota, which is for programs; and a call goes on when the browser has gone, so
// that its record says what became of it. Only CloudTrail's own operations can be
// called: not those of CloudTrail Data, STS, or the administration.
func (s *Server) ServeConsole(w http.ResponseWriter, r *http.Request, operation string, caller identity.Caller) {
	x := s.consoleExchange(r, operation, caller)
	out, err := s.processConsole(x, func() ([]byte, error) {
		buf := new(bytes.Buffer)
		err := readBody(buf, r)
		return buf.Bytes(), err
	}, x.op.runner())
	s.finish(w, x, out, err)
}

// ConsoleCall is a call of a CloudTrail operation whose answer the console makes by
// itself, as a download of what LookupEvents finds.
type ConsoleCall struct {
	// Operation is one of CloudTrail's, as "LookupEvents".
	Operation string
	// Caller is who is signed in, with the call's Region.
	Caller identity.Caller
	// Input is what is validated and recorded: JSON, as the operation has it.
	Input any
	// Wide is a call that asks for more than the operation can be asked for, so that
	// members that it requires are missing: the input is recorded as it is.
	Wide bool
}

// Refusal is why a call of the console failed, as the person may see it.
type Refusal struct {
	// Status is that of the API.
	Status                   int
	Code, Message, RequestID string
}

// Error gives "CODE: message".
func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// Do validates and authorizes a call of the console, does run, which takes the place
// of the operation's handler, and records the call. It returns nil when the record is
// durable, and a *[Refusal] otherwise. What run starts to answer before Do has
// returned is answered too early.
func (s *Server) Do(r *http.Request, call ConsoleCall, run func(ctx context.Context, r *Request) error) error {
	return s.do(r, call, func(ctx context.Context, r *Request, _ *wire.Value) (wire.Encoder, error) {
		return nothing{}, run(ctx, r)
	})
}

// nothing is the output of a call that answers by itself.
type nothing struct{}

// EncodeWire implements wire.Encoder.
func (nothing) EncodeWire() wire.Value { return wire.Value{} }

func (s *Server) do(r *http.Request, call ConsoleCall, run runner) error {
	x := s.consoleExchange(r, call.Operation, call.Caller)
	x.wide = call.Wide
	_, err := s.processConsole(x, func() ([]byte, error) { return json.Marshal(call.Input) }, run)
	var failed public
	if err != nil {
		failed = s.failure(x, err)
	}
	if err := s.record(x, failed); err != nil {
		s.logger(x).Error("A call could not be recorded and was refused.", "error", err)
		failed, _ = publish(&Error{Code: CodeServiceUnavailable}, x.protocol)
	}
	s.observe(x, failed)
	return refused(x, failed)
}

// Lookup is LookupEvents as a call of the console that reads the history by itself:
// it gives the query of the input once the call is recorded.
func (s *Server) Lookup(r *http.Request, caller identity.Caller, input any) (q lake.LookupQuery, err error) {
	err = s.do(r, ConsoleCall{Operation: ctapi.OpLookupEvents.Name, Caller: caller, Input: input}, func(_ context.Context, r *Request, input *wire.Value) (wire.Encoder, error) {
		in := new(ctapi.LookupEventsInput)
		in.DecodeWire(input)
		q, err = lookupQuery(r, in)
		return nothing{}, err
	})
	return q, err
}

// RecordConsole records a call that the console made of another service, whose name,
// operation, parameters and outcome are call's; the rest of it is filled in here. An
// error is a *[Refusal]: nothing may be answered then.
func (s *Server) RecordConsole(r *http.Request, caller identity.Caller, call recorder.Call) error {
	call.Identity, call.Time, call.RecipientAccountID, call.Region = caller.UserIdentity(), s.cfg.Now(), caller.AccountID(), s.region(caller.Region)
	call.SourceIPAddress, call.UserAgent, call.RequestID = sourceIP(r), r.UserAgent(), s.cfg.NewUUID()
	call.TLS, call.Host, call.SessionCredentialFromConsole = r.TLS, r.Host, true
	if err := s.cfg.Record(background(r), call); err != nil {
		s.cfg.Logger.Error("A call could not be recorded and was refused.", "operation", call.EventName, "error", err)
		p, _ := publish(&Error{Code: CodeServiceUnavailable}, wire.JSON)
		return &Refusal{Status: p.status, Code: p.code, Message: p.message, RequestID: call.RequestID}
	}
	return nil
}

// LookupUnrecorded gives the query of an input that is one more step of a lookup that
// was recorded, by a caller who was asked for the permission.
func (s *Server) LookupUnrecorded(caller identity.Caller, input any) (lake.LookupQuery, error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return lake.LookupQuery{}, err
	}
	x := s.consoleExchange(nil, ctapi.OpLookupEvents.Name, caller)
	value, err := parseInput(x, raw)
	if err == nil {
		err = x.op.check(&value)
	}
	var q lake.LookupQuery
	if err == nil {
		in := new(ctapi.LookupEventsInput)
		in.DecodeWire(&value)
		q, err = lookupQuery(&x.handler, in)
	}
	if err != nil {
		return q, refused(x, s.failure(x, err))
	}
	return q, nil
}

func refused(x *exchange, failed public) error {
	if failed.status == 0 {
		return nil
	}
	return &Refusal{Status: failed.status, Code: failed.code, Message: failed.message, RequestID: x.id}
}

// LookupOutput is an event as LookupEvents shows it, in JSON.
func LookupOutput(e *lake.LookupEvent) json.RawMessage {
	out := lookupOutput(e)
	value := out.EncodeWire()
	return wire.AppendJSON(nil, &value)
}

// ResultsToken continues the results of a query behind a place, as GetQueryResults
// does, and ResultsPlace opens such a token; none is the beginning.
func (s *Server) ResultsToken(r *Request, queryID string, at query.Position) string {
	return s.tokens.seal(r.boundTo("GetQueryResults", queryID), lake.Position{Ordinal: uint64(at.Row), Time: at.Offset})
}

// ResultsPlace is the other way of ResultsToken.
func (s *Server) ResultsPlace(r *Request, queryID, token string) (query.Position, error) {
	if token == "" {
		return query.Position{}, nil
	}
	at, _, err := s.after(r.boundTo("GetQueryResults", queryID), &token)
	return query.Position{Row: int64(at.Ordinal), Offset: at.Time}, err
}

// QueriesToken and QueriesPlace are the same for lists of queries over all event data
// stores: the place is the sequence of the last query.
func (s *Server) QueriesToken(r *Request, status string, last uint64) string {
	return s.tokens.seal(r.boundTo("ListQueries", "", status), lake.Position{Ordinal: last})
}

// QueriesPlace is the other way of QueriesToken.
func (s *Server) QueriesPlace(r *Request, status, token string) (uint64, error) {
	if token == "" {
		return 0, nil
	}
	at, _, err := s.after(r.boundTo("ListQueries", "", status), &token)
	return at.Ordinal, err
}

// QueryCaller is the caller as the service of queries asks for it: with the right to
// an operation on queries.
func (s *Server) QueryCaller(r *Request, operation string) query.Caller {
	return s.queryCaller(r, s.router.ops[ctapi.Service][operation].Operation)
}

// Touch names the event data stores of a query in the call's record.
func (r *Request) Touch(q *query.Query) { r.touch(q) }

// runner is the last step of a call.
type runner func(ctx context.Context, r *Request, input *wire.Value) (wire.Encoder, error)

func (o *operation) runner() runner {
	if o == nil {
		return nil
	}
	return o.run
}

// consoleExchange begins a call of the console.
func (s *Server) consoleExchange(r *http.Request, operation string, caller identity.Caller) *exchange {
	x := &exchange{request: r, id: s.cfg.NewUUID(), start: s.cfg.Now(), caller: caller, console: true}
	x.caller.Service = ctapi.Service.Name
	x.caller.Region = s.region(caller.Region)
	x.route = route{protocol: wire.JSON, service: ctapi.Service, op: s.router.ops[ctapi.Service][operation], name: cleanName(operation)}
	if x.op == nil {
		x.err = &Error{Code: CodeUnknownOperation, Message: "CloudTrail has no operation " + shorten(operation) + "."}
	}
	x.handler = Request{ID: x.id, Caller: x.caller, Region: x.caller.Region, LookupMulti: true}
	return x
}

// processConsole does everything up to the output.
func (s *Server) processConsole(x *exchange, read func() ([]byte, error), run runner) (out wire.Encoder, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			out = nil
		}
	}()
	body, err := read()
	if err != nil {
		return nil, err
	}
	if !x.caller.Known() {
		return nil, errors.New("a call of the console has no caller")
	}
	if x.err != nil {
		return nil, x.err
	}
	input, err := parseInput(x, body)
	if err != nil {
		return nil, err
	}
	return s.run(background(x.request), x, &input, run)
}

// consoleError renders an error for the console.
func consoleError(body []byte, x *exchange, p public) []byte {
	body = event.AppendString(append(body, `{"code":`...), p.code)
	body = event.AppendString(append(body, `,"message":`...), p.message)
	body = event.AppendString(append(body, `,"requestId":`...), x.id)
	return append(body, '}')
}

// Call makes a call of the console whose answer the console reads: the operation's
// output as JSON. Its error is a *[Refusal].
func (s *Server) Call(r *http.Request, call ConsoleCall) (out json.RawMessage, err error) {
	err = s.do(r, call, func(ctx context.Context, h *Request, input *wire.Value) (wire.Encoder, error) {
		output, err := s.router.ops[ctapi.Service][call.Operation].run(ctx, h, input)
		if err == nil {
			value := output.EncodeWire()
			out = wire.AppendJSON(nil, &value)
		}
		return nothing{}, err
	})
	return out, err
}
