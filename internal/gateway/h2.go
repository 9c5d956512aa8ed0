package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"time"
)

// dialed is the key of a context's value: the connection that a transport is to
// use instead of dialing one.
type dialed struct{}

// newTransport makes the source of HTTP/2 connections. Their RoundTrip repeats
// nothing.
func newTransport(cfg *Config) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	t := &http.Transport{
		DialTLSContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return ctx.Value(dialed{}).(net.Conn), nil
		},
		Protocols:              protocols,
		DisableCompression:     true,
		ExpectContinueTimeout:  cfg.ContinueTimeout,
		IdleConnTimeout:        cfg.IdleTimeout,
		MaxResponseHeaderBytes: maxHead,
	}
	if cfg.HeaderTimeout > 0 {
		t.ResponseHeaderTimeout = cfg.HeaderTimeout
	}
	return t
}

// newShared makes a client connection over a TLS connection that chose HTTP/2,
// with one stream reserved.
func newShared(ctx context.Context, u *upstream, secure net.Conn) (*http.ClientConn, error) {
	shared, err := u.h2.NewClientConn(context.WithValue(ctx, dialed{}, secure), "https", u.addr)
	if err != nil {
		return nil, err
	}
	return shared, shared.Reserve()
}

// exchangeShared sends the call on an HTTP/2 connection and waits for the head of
// the answer.
func (c *call) exchangeShared(u *upstream, shared *http.ClientConn) (*answer, error) {
	// The call goes on when the client is gone, if it is recorded: see watch.
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.r.Context()))
	c.cancel = cancel
	c.watch(func() { time.AfterFunc(goneGrace, cancel) }, cancel)
	inform := &informer{c: c}
	out := &http.Request{
		Method: c.r.Method, Host: c.r.Host, Header: c.r.Header, Trailer: c.r.Trailer, ContentLength: c.r.ContentLength,
		Proto: "HTTP/2.0", ProtoMajor: 2,
	}
	if out.Host == "" {
		out.Host = u.host
	}
	// The path that is sent is what follows scheme and host in this.
	out.URL = &url.URL{Scheme: "https", Host: u.addr, Opaque: "//" + out.Host + c.r.RequestURI}
	if _, has := out.Header["User-Agent"]; !has {
		out.Header["User-Agent"] = nil // so that none is added
	}
	switch {
	case c.stream != nil:
		out.Body = c.stream
	case len(c.whole) > 0:
		out.Body = io.NopCloser(bytes.NewReader(c.whole))
	}
	trace := &httptrace.ClientTrace{Got1xxResponse: inform.got}
	c.writing.extend() // reading the body may write 100 Continue
	resp, err := shared.RoundTrip(out.WithContext(httptrace.WithClientTrace(ctx, trace)))
	inform.stop()
	if err != nil {
		cancel()
		return nil, c.sharedError(err)
	}
	return &answer{Response: resp, names: lowered}, nil
}

// sharedError finds the failure behind an error of net/http.
func (c *call) sharedError(err error) error {
	var network net.Error
	if c.stream != nil {
		if _, _, ended := c.stream.state(); ended != nil && ended != io.EOF {
			return &failure{bodyFailure(c.r, ended), fmt.Errorf("the request's body: %w", ended)}
		}
	}
	switch {
	case c.r.Context().Err() != nil:
		return &failure{ClientGone, context.Cause(c.r.Context())}
	case errors.As(err, &network) && network.Timeout():
		return &failure{UpstreamTimeout, err}
	}
	return &failure{UpstreamUnavailable, err}
}

// lowered writes the headers of an answer with the names that they have in
// HTTP/2.
func lowered(dst http.Header, resp *http.Response) {
	gone := named(resp.Header["Connection"])
	for name, values := range resp.Header {
		if !hopByHop(name) && name != "Content-Length" && !isNamed(name, gone) {
			dst[strings.ToLower(name)] = values
		}
	}
}

// informer hands informational answers on until the final one is there: net/http
// may call it late.
type informer struct {
	mu   sync.Mutex // guards done, and the response writer until then
	done bool
	c    *call
}

func (i *informer) got(code int, header textproto.MIMEHeader) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.done || code == http.StatusContinue {
		return nil
	}
	resp := &http.Response{StatusCode: code, Header: http.Header(header)}
	return i.c.inform(resp, lowered)
}

func (i *informer) stop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.done = true
}
