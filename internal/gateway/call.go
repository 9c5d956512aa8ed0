package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// MaxForm is the largest request, in bytes, whose body is read before the
// observer's Begin, if it may be a form: these have the operation in the body.
const MaxForm = 1 << 20

// call is one request on its way through. The server's goroutine has it.
type call struct {
	h   *handler
	cfg *Config
	w   http.ResponseWriter
	r   *http.Request
	rc  *http.ResponseController

	req  Request
	plan Plan
	x    Exchange

	// The request's body: in memory, or a stream. uploaded is closed when the
	// goroutine that sends the stream has ended; then the other two may be read.
	whole     []byte
	stream    *stream
	uploaded  chan struct{}
	uploadErr error
	uploadEnd time.Time

	// cancel ends the exchange with the upstream; nil if there is none.
	cancel    func()
	unwatch   func() bool
	pooled    [2]*buffer // held until the call ends
	writing   stallLimit // of the client
	informed  int        // informational answers that were handed on
	in, out   int64      // bytes of bodies, from and to the client
	result    outcome
	began     bool // the observer made a plan
	finished  bool // Finish was called
	recorded  bool // Finish returned nil
	panicking bool
	abort     bool // the client must see a cut
}

// serve carries the call through. Whatever is left to do when it returns or
// panics is done by end.
func (c *call) serve() {
	if status, text := unacceptable(c.r); status != 0 {
		c.result = rejected
		c.apologize(status, "RequestRejected", text, true)
		return
	}
	strip(c.r.Header)
	l := c.h.listener
	c.req = Request{Listener: l, HTTP: c.r, Client: clientAddr(c.r.RemoteAddr, c.r.Header["X-Forwarded-For"], l.TrustedProxies), Begun: c.cfg.Now()}
	if mayBeForm(c.r) {
		if err := c.readWhole(); err != nil {
			// Nobody was asked and nothing was forwarded: there was no call yet.
			c.result = outcomeOf(bodyFailure(c.r, err))
			c.apologize(http.StatusBadRequest, "RequestIncomplete", "The body of the request ended before its end. Nothing was forwarded.", true)
			return
		}
		c.req.Body = c.whole
	}
	c.plan = c.h.p.cfg.Observer.Begin(c.r.Context(), &c.req)
	c.began = true
	c.plan.Request, c.plan.Response = max(c.plan.Request, 0), max(c.plan.Response, 0)
	c.x = Exchange{Request: &c.req, State: c.plan.State, BytesOut: -1}
	if c.plan.Deny != nil {
		c.deny()
		return
	}
	c.forward()
}

// unacceptable finds what cannot be forwarded as it is. Over HTTP/2 a path may
// have characters that would end it in HTTP/1.1.
func unacceptable(r *http.Request) (status int, text string) {
	switch {
	case r.Method == http.MethodConnect:
		return http.StatusMethodNotAllowed, "The gateway makes no tunnels."
	case !plain(r.RequestURI, false):
		return http.StatusBadRequest, "The path has spaces or control characters; they must be escaped."
	case !plain(r.Host, false):
		return http.StatusBadRequest, "The host has spaces or control characters."
	}
	return 0, ""
}

// mayBeForm tells that the body may be needed to know the operation, and can be
// read at once.
func mayBeForm(r *http.Request) bool {
	if r.Method != http.MethodPost || r.ContentLength < 0 || r.ContentLength > MaxForm || len(r.Header["Expect"]) > 0 {
		return false
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	kind = strings.TrimSpace(kind)
	return kind == "" || strings.EqualFold(kind, "application/x-www-form-urlencoded")
}

// readWhole reads a body of known length into memory, which grows as the bytes
// come: to announce a large body costs nothing.
func (c *call) readWhole() error {
	n := int(c.r.ContentLength)
	if n == 0 {
		c.whole = []byte{}
		return nil
	}
	c.pooled[0] = buffers.Get().(*buffer)
	c.whole = c.pooled[0][:0]
	limit := stallLimit{after: c.cfg.StallTimeout, set: c.rc.SetReadDeadline}
	c.writing.extend() // reading may write 100 Continue
	for len(c.whole) < n {
		if len(c.whole) == cap(c.whole) {
			c.whole = slices.Grow(c.whole, min(len(c.whole), n-len(c.whole)))
		}
		limit.extend()
		m, err := c.r.Body.Read(c.whole[len(c.whole):min(cap(c.whole), n)])
		c.whole = c.whole[:len(c.whole)+m]
		c.in = int64(len(c.whole))
		if err != nil && len(c.whole) < n {
			// Nor must the server wait for the rest.
			_ = c.rc.SetReadDeadline(time.Unix(1, 0))
			return err
		}
	}
	limit.clear()
	return nil
}

// forward sends the request on and hands the answer back.
func (c *call) forward() {
	u := c.h.upstream(c.plan.Service)
	if u == nil {
		c.fail(&failure{UpstreamUnavailable, fmt.Errorf("no upstream is configured for the service %q", c.plan.Service)})
		return
	}
	length := c.r.ContentLength
	switch {
	case c.whole != nil:
	case length > int64(len(buffer{})), length < 0, length > 0 && expects(c.r):
		// An answer may begin before the request has ended.
		if c.r.ProtoMajor == 1 {
			_ = c.rc.EnableFullDuplex()
		}
		c.stream = newStream(c.r, c.rc, c.cfg.StallTimeout, c.plan.Request)
	default:
		if err := c.readWhole(); err != nil {
			c.fail(&failure{bodyFailure(c.r, err), fmt.Errorf("the request's body: %w; nothing was forwarded", err)})
			return
		}
	}
	begun := time.Now()
	a, err := c.exchange(u)
	c.h.m.upstream.Observe(time.Since(begun).Seconds())
	if err != nil {
		c.fail(err)
		return
	}
	c.deliver(a)
}

func expects(r *http.Request) bool {
	for _, value := range r.Header["Expect"] {
		if strings.EqualFold(strings.TrimSpace(value), "100-continue") {
			return true
		}
	}
	return false
}

// failure is an error that says whose it is.
type failure struct {
	kind Failure
	error
}

// Unwrap gives the cause.
func (f *failure) Unwrap() error { return f.error }

// fail ends a call that has no answer that could be handed on.
func (c *call) fail(err error) {
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = &failure{UpstreamUnavailable, err}
	}
	c.stopUpload()
	c.x.Failure, c.x.Cause = f.kind, f.Error()
	c.result = outcomeOf(f.kind)
	if f.kind != ClientGone {
		c.h.p.cfg.Logger.Warn("a call has no answer", "gateway", c.h.listener.Name, "failure", string(f.kind), "method", c.r.Method, "host", c.r.Host, "client", c.req.Client, "cause", f.Error())
	}
	if !c.finish() {
		c.unrecorded("The call may have been carried out by the upstream, which gave no whole answer, but it could not be recorded.")
		return
	}
	status, text := http.StatusBadGateway, ""
	switch f.kind {
	case UpstreamTimeout:
		status, text = http.StatusGatewayTimeout, "The upstream did not begin to answer in time. The call may have been carried out."
	case UpstreamCut:
		text = "The answer of the upstream ended before its end. The call was probably carried out."
	case ClientGone:
		status, text = http.StatusBadRequest, "The body of the request ended before its end."
	case RequestMalformed:
		status, text = http.StatusBadRequest, "The body of the request is not valid HTTP."
	default:
		text = "The upstream gave no answer. The call may have been carried out, if the upstream could be reached."
	}
	c.apologize(status, string(f.kind), text, status == http.StatusBadRequest)
}

// deny gives the observer's answer.
func (c *call) deny() {
	d := c.plan.Deny
	c.x.Denied, c.x.Status, c.x.Header = true, d.Status, d.Header
	c.x.ResponseBody, c.x.ResponseWhole, c.x.BytesOut = d.Body, true, int64(len(d.Body))
	c.result = denied
	if !c.finish() {
		c.unrecorded("The call was denied and not carried out, but it could not be recorded.")
		return
	}
	c.write(*d)
}

// finish tells the observer, once, and reports whether the answer may go. The
// call's record does not depend on a client that waits for it.
func (c *call) finish() bool {
	if !c.plan.Record || c.finished {
		return true
	}
	c.finished = true
	c.x.Done = c.cfg.Now()
	c.bodies()
	if c.x.Failure == "" && c.r.Context().Err() != nil {
		c.x.Failure, c.x.Cause = ClientGone, "the client did not wait for the answer"
		c.result = clientGone
	}
	if err := c.cfg.Observer.Finish(context.WithoutCancel(c.r.Context()), &c.x); err != nil {
		c.h.m.failures.Inc()
		c.cfg.Logger.Error("a call could not be recorded; its answer is withheld", "gateway", c.h.listener.Name, "method", c.r.Method, "host", c.r.Host, "status", c.x.Status, "error", err)
		return false
	}
	c.recorded = true
	return true
}

// bodies puts what is known of the request's body into the exchange.
func (c *call) bodies() {
	if c.stream == nil {
		c.x.RequestBody, c.x.BytesIn = c.whole[:min(len(c.whole), c.plan.Request)], c.in
		c.x.RequestWhole = int64(len(c.x.RequestBody)) == c.r.ContentLength
		return
	}
	kept, n, err := c.stream.state()
	c.x.RequestBody, c.x.BytesIn, c.in = kept, n, n
	c.x.RequestWhole = err == io.EOF && int64(len(kept)) == n
}

// end does what is left, also after a panic: it ends the upload, finishes what
// was not finished, amends what was streamed, and counts.
func (c *call) end() {
	if p := recover(); p != nil {
		c.abort, c.panicking, c.result = true, true, internalFailure
		c.x.Failure, c.x.Cause = Internal, "a defect of the gateway or of what records"
		if p != http.ErrAbortHandler {
			c.cfg.Logger.Error("BUG: a call panicked", "gateway", c.h.listener.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}
	// If the observer panics below, the server closes the connection.
	defer c.release()
	if c.unwatch != nil {
		c.unwatch()
	}
	if c.cancel != nil {
		c.cancel()
	}
	c.stopUpload()
	if c.began && c.plan.Record && !c.finished {
		if !c.panicking {
			panic("BUG: gateway: a call ended without Finish")
		}
		c.finish()
	}
	if c.recorded && c.x.Streaming {
		c.x.Done, c.x.BytesOut = c.cfg.Now(), c.out
		c.bodies()
		c.cfg.Observer.Amend(context.WithoutCancel(c.r.Context()), &c.x)
	}
}

// release counts the call, gives its buffers back, and ends the connection if
// the client must see a cut.
func (c *call) release() {
	m := &c.h.m
	m.requests[c.result].Inc()
	m.received.Add(float64(c.in))
	m.sent.Add(float64(c.out))
	for _, b := range c.pooled {
		if b != nil {
			buffers.Put(b)
		}
	}
	if c.abort {
		panic(http.ErrAbortHandler)
	}
	if c.stream != nil && c.r.ProtoMajor == 1 {
		// A client that was never told to continue has nothing under way.
		if _, n, err := c.stream.state(); err == nil && (n > 0 || !expects(c.r)) {
			_ = c.rc.Flush()
			c.stream.drain()
		}
	}
}
