package gateway

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"
)

// Observer is told of every call that passes through a gateway, and decides
// what is kept of it. Its methods are called by many goroutines at once, but
// those for one call one after the other. What they are handed belongs to the
// gateway: bodies in particular are overwritten when the call has ended, so what
// is to stay after the last of Finish and Amend has to be copied.
type Observer interface {
	// Begin is asked before anything is forwarded. It is not asked about requests
	// that cannot be forwarded at all, and about forms that did not come whole.
	Begin(ctx context.Context, r *Request) Plan
	// Finish is called once for each call whose plan has Record, before the
	// first byte of the answer reaches the client. The client gets the answer
	// only when Finish returns nil. An answer larger than Plan.Response, or one
	// without an end, is finished with Streaming set, when its head is there. ctx
	// is not canceled when the client goes away.
	Finish(ctx context.Context, x *Exchange) error
	// Amend is called once at the end of each call that was finished with
	// Streaming, if Finish returned nil: x, the same as before, then has what
	// became of the answer.
	Amend(ctx context.Context, x *Exchange)
}

// Request is a call as it came in.
type Request struct {
	Listener *Listener
	// HTTP is the head of the request as it is forwarded, without the headers
	// that are about one connection only. It must not be changed, nor its body
	// touched.
	HTTP *http.Request
	// Body is the whole body, up to MaxForm, of a POST of known length that does
	// not wait for a 100 Continue, and may need its body to be recognized: a form,
	// or something without a content type. It is nil otherwise, and empty but not
	// nil if that body is empty.
	Body []byte
	// Client is the caller's address without a port: that of the connection or,
	// behind trusted proxies, the one that X-Forwarded-For gives. IPv4 has no
	// IPv6 form here.
	Client string
	Begun  time.Time
}

// Plan is what an observer wants of a call.
type Plan struct {
	// Record asks for Finish. Without it the call passes through unobserved.
	Record bool
	// Service chooses the upstream, in the words of Listener.Upstreams.
	Service string
	// Request and Response bound how many bytes of each body are kept for
	// Finish. An answer larger than Response is streamed.
	Request, Response int
	// Deny, if set, is the answer; nothing is forwarded. With Record, Finish is
	// called all the same.
	Deny *Answer
	// State is handed back in Exchange.
	State any
}

// Answer is an answer that the gateway gives by itself.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Failure says what went wrong between the gateway and one of the two sides.
type Failure string

// The failures.
const (
	// UpstreamUnavailable: no answer; the request may or may not have arrived.
	UpstreamUnavailable Failure = "UpstreamUnavailable"
	// UpstreamTimeout: the upstream did not begin to answer in time.
	UpstreamTimeout Failure = "UpstreamTimeout"
	// UpstreamCut: the answer ended before its end.
	UpstreamCut Failure = "UpstreamCut"
	// ClientGone: the client went away, or its request's body ended early. With a
	// Status, the call was carried out and nobody waited for the answer.
	ClientGone Failure = "ClientGone"
	// RequestMalformed: the request's body breaks the rules of HTTP.
	RequestMalformed Failure = "RequestMalformed"
	// Internal: the gateway or the observer has a defect; nothing is known of
	// what became of the call.
	Internal Failure = "Internal"
)

// Exchange is a call and its answer.
type Exchange struct {
	Request *Request
	// RequestBody is what was kept; RequestWhole tells that it is all of it.
	RequestBody  []byte
	RequestWhole bool
	BytesIn      int64
	// Status is 0 where there was no answer at all. For failures it is that of
	// the upstream, if there was one: the client may have got another.
	Status int
	// Header has the names in canonical form.
	Header       http.Header
	ResponseBody []byte
	// ResponseWhole tells that ResponseBody is all of it.
	ResponseWhole bool
	// BytesOut is the length of the answer's body: the one sent or, with
	// Streaming, the one announced, or -1.
	BytesOut  int64
	Streaming bool
	// Denied tells that Plan.Deny was the answer.
	Denied  bool
	Done    time.Time
	Failure Failure
	// Cause describes a failure for the operator's eyes.
	Cause string
	State any
}

// TLS is the state of the client's connection, or nil.
func (r *Request) TLS() *tls.ConnectionState { return r.HTTP.TLS }
