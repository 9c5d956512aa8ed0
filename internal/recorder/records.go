package recorder

import (
	"context"
	"fmt"
	"slices"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/recorder/resource"
	"github.com/cairntrail/cairn/internal/recorder/style"
	"github.com/cairntrail/cairn/internal/redact"
)

// finished is a call that has ended, as its records are made of it.
type finished struct {
	*pending
	x        *gateway.Exchange
	request  style.Request
	response style.Response
	// resources are those of the call; account is whose names it uses.
	resources []resource.Resource
	touched   *resource.Call
	account   string
	// notes are what a reader of the record should know of how it was made.
	notes notes
}

// records makes all records of a call: the caller's, those of the accounts that
// own what it touched, and that of the endpoint it came through.
func (r *Recorder) records(ctx context.Context, x *gateway.Exchange, p *pending) [][]byte {
	f := r.finish(ctx, x, p)
	c := r.base(f)
	var out [][]byte
	shared := r.newID()
	if !p.denied {
		out = r.copies(f, c, shared)
	}
	if p.network {
		out = append(out, r.networkRecord(f, c, shared)...)
	}
	return out
}

// finish reads both sides of a call.
func (r *Recorder) finish(ctx context.Context, x *gateway.Exchange, p *pending) *finished {
	f := &finished{pending: p, x: x}
	q := x.Request
	body := f.requestBody()
	if p.call.Operation == nil && len(body) > 0 {
		// A form that was not read ahead names its operation only now.
		p.call = p.listener.recognizer.Recognize(q.HTTP, body)
		p.data = len(resource.DataTypes(p.call.ServiceName, p.call.OperationName)) > 0
	}
	f.request = style.ReadRequest(&p.call, q.HTTP, body)
	if x.Status != 0 && !x.Denied {
		f.response = style.ReadResponse(&p.call, x.Status, x.Header, f.responseBody(), needsOutput(&p.call))
	}
	switch code, message := failureOf(x); {
	case p.denied:
		f.response.ErrorCode, f.response.ErrorMessage = vpceCode, vpceMessage
	case code != "" && f.response.ErrorCode == "":
		f.response.ErrorCode, f.response.ErrorMessage = code, message
	}
	f.readErrors()
	r.settleCaller(ctx, f)
	f.account = r.account(q, &p.identity)
	f.touched = r.resourceCall(q, p, &f.request.Input, &f.response.Output, f.response.ErrorCode)
	f.resources = resource.Of(f.touched)
	r.owners.learn(f)
	return f
}

// needsOutput tells whether something beside responseElements is read out of a
// call's answer: its resources, credentials, the owner of a bucket, or what
// became of each object.
func needsOutput(call *awsmodel.Call) bool {
	switch call.ServiceName {
	case "sts":
		return true
	case "s3":
		return call.OperationName == "ListBuckets" || call.OperationName == "DeleteObjects"
	}
	return resource.Answers(call.ServiceName, call.OperationName)
}

// failureOf gives a failure between gateway, client and upstream as an error of
// the call.
func failureOf(x *gateway.Exchange) (code, message string) {
	if x.Failure == "" {
		return "", ""
	}
	return string(x.Failure), fmt.Sprintf("%s: %s", failures[x.Failure], x.Cause)
}

// failures are what a record says of each failure.
//
//nolint:gochecknoglobals // a table
var failures = map[gateway.Failure]string{
	gateway.UpstreamUnavailable: "The upstream gave no answer, and may or may not have carried out the call",
	gateway.UpstreamTimeout:     "The upstream gave no answer in time, and may still carry out the call",
	gateway.UpstreamCut:         "The upstream's answer ended before its end",
	gateway.ClientGone:          "The client left before the end; the upstream may or may not have carried out the call",
	gateway.RequestMalformed:    "The request's body breaks the rules of HTTP",
	gateway.Internal:            "The gateway failed; what became of the call is not known",
}

// base is the record of a call for its caller's account, before it is known who
// else gets one.
func (r *Recorder) base(f *finished) Call {
	q, call := f.x.Request, &f.call
	c := Call{
		Identity: f.identity, Time: f.x.Done, EventSource: style.Source(call), EventName: style.Name(call), Region: r.region(q, call),
		RecipientAccountID: f.account, SourceIPAddress: q.Client, UserAgent: q.HTTP.UserAgent(),
		ErrorCode: f.response.ErrorCode, ErrorMessage: f.response.ErrorMessage,
		RequestID: f.response.RequestID, APIVersion: style.APIVersion(call), ReadOnly: style.ReadOnly(call), Category: Management,
		Resources: resourcesOf(f.resources), TLS: q.TLS(), Host: q.HTTP.Host,
	}
	if f.data {
		c.Category = Data
	}
	if f.network {
		c.VPCEndpointID, c.VPCEndpointAccountID = q.Listener.VPCEndpointID, q.Listener.VPCEndpointAccountID
	}
	f.unrecognized(&c)
	if style.Unread(call, c.ErrorCode) {
		f.request.Parameters = decode.Value{}
	}
	r.hide(f, &c)
	c.AdditionalEventData = r.additional(f.x, f.pending, f.notes...)
	if by := f.identity.InvokedBy; by != "" {
		c.SourceIPAddress, c.UserAgent = by, by
	}
	return c
}

// unrecognized names what nothing names: a record has a source and a name, and
// says in additionalEventData what is missing.
func (f *finished) unrecognized(c *Call) {
	missing := f.call.Missing &^ awsmodel.MissingRegion
	if f.call.Operation == nil {
		missing |= awsmodel.MissingOperation
	}
	if c.EventSource == "" {
		c.EventSource = "unknown.amazonaws.com"
	}
	if c.EventName == "" {
		c.EventName = "Unknown"
	}
	if missing != 0 {
		f.notes.add("missing", missing.String())
		f.notes.add("httpMethod", f.x.Request.HTTP.Method)
		if u := f.x.Request.HTTP.URL; u != nil {
			f.notes.add("httpPath", u.EscapedPath())
		}
	}
}

// hide applies the redaction rules and writes what is left.
func (r *Recorder) hide(f *finished, c *Call) {
	rules, rc := r.cfg.Redaction, redact.Call{EventSource: c.EventSource, EventName: c.EventName, ErrorMessage: c.ErrorMessage}
	write := func(side redact.Side, v *decode.Value) []byte {
		rules.Apply(rc, side, v)
		if v.Kind == decode.Null {
			return nil
		}
		return style.Append(nil, v)
	}
	c.RequestParameters = write(redact.RequestParameters, &f.request.Parameters)
	c.ResponseElements = write(redact.ResponseElements, &f.response.Elements)
	c.ErrorMessage = rules.Text(rc, redact.ErrorMessage, c.ErrorMessage)
	c.SourceIPAddress = rules.Text(rc, redact.SourceIPAddress, c.SourceIPAddress)
	c.UserAgent = rules.Text(rc, redact.UserAgent, c.UserAgent)
	if rules.Concerns(rc, redact.UserIdentity) {
		hideIdentity(rules, rc, &c.Identity)
	}
	if rules.Concerns(rc, redact.Resources) {
		hideResources(rules, rc, c.Resources)
	}
}

func resourcesOf(rs []resource.Resource) []Resource {
	if len(rs) == 0 {
		return nil
	}
	out := make([]Resource, len(rs))
	for i, r := range rs {
		out[i] = Resource(r)
	}
	return out
}

// requestBody is the request's body as the service reads it, or nil where not
// all of it was kept.
func (f *finished) requestBody() []byte {
	if !f.x.RequestWhole {
		if f.x.BytesIn > 0 && !(f.call.Operation != nil && raw(f.call.Operation.Input)) && f.x.Failure == "" {
			f.notes.add("requestBody", fmt.Sprintf("%d bytes are more than are read", f.x.BytesIn))
		}
		return nil
	}
	body, err := plainBody(f.x.Request.HTTP.Header, f.x.RequestBody)
	if err != nil {
		f.notes.add("requestBody", err.Error())
	}
	return body
}

func (f *finished) responseBody() []byte {
	if !f.x.ResponseWhole {
		return nil
	}
	body, err := plainBody(f.x.Header, f.x.ResponseBody)
	if err != nil {
		f.notes.add("responseBody", err.Error())
	}
	return body
}

// readErrors notes what could not be read.
func (f *finished) readErrors() {
	if f.request.Err != nil {
		f.notes.add("requestParameters", f.request.Err.Error())
	}
	if f.response.Err != nil {
		f.notes.add("responseElements", f.response.Err.Error())
	}
}

// notes are pairs of name and text.
type notes [][2]string

func (n *notes) add(name, text string) {
	if !slices.ContainsFunc(*n, func(p [2]string) bool { return p[0] == name }) {
		*n = append(*n, [2]string{name, text})
	}
}
