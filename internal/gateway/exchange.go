package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// goneGrace is how long a recorded call waits for its answer when its client is
// gone: what the call did belongs into the record, and who hides by hanging up
// should not succeed.
const goneGrace = 30 * time.Second

// reuseWait is how long an answered call waits for the goroutine that sent its
// body: it has sent it, and only needs to say so.
const reuseWait = 50 * time.Millisecond

// maxInformed bounds the informational answers to one request.
const maxInformed = 32

// errNothingWritten is a request of which no byte was written, for certain.
var errNothingWritten = errors.New("the connection ended before anything was written")

// answer is the head of an answer, and its body to read.
type answer struct {
	*http.Response
	// names writes the header with its spelling.
	names func(dst http.Header, resp *http.Response)
	// own is the connection of the answer in HTTP/1.1, nil in HTTP/2.
	own *conn
}

// exchange sends the request and waits for the head of the answer. The error is
// a *failure.
func (c *call) exchange(u *upstream) (*answer, error) {
	for again := false; ; again = true {
		l, err := u.get(c.r.Context(), again)
		switch {
		case err != nil && c.r.Context().Err() != nil:
			return nil, &failure{ClientGone, fmt.Errorf("the client left before anything was forwarded: %w", err)}
		case err != nil:
			return nil, &failure{UpstreamUnavailable, fmt.Errorf("%w; nothing was forwarded", err)}
		case l.shared != nil:
			return c.exchangeShared(u, l.shared)
		}
		a, err := c.exchangeOwn(l.own)
		if err == errNothingWritten && l.own.used && !again {
			continue
		}
		if err != nil {
			l.own.close()
			return nil, c.ownError(err)
		}
		return a, nil
	}
}

// exchangeOwn is exchange on a connection of HTTP/1.1.
func (c *call) exchangeOwn(own *conn) (*answer, error) {
	c.cancel = own.close
	before := own.counted.written
	own.writeHead(c.r)
	err := own.send(c.whole)
	if err != nil && own.counted.written == before {
		own.close()
		return nil, errNothingWritten
	}
	// After another error the answer may be there already, from an upstream that
	// did not want to read it all.
	if c.stream != nil && !expects(c.r) {
		c.startUpload(own)
	}
	resp, head, err := c.await(own)
	if err != nil {
		return nil, err
	}
	return &answer{Response: resp, names: spelling(head), own: own}, nil
}

// spelling writes a header as the head spelled it.
func spelling(head string) func(http.Header, *http.Response) {
	return func(dst http.Header, resp *http.Response) {
		gone := named(resp.Header["Connection"])
		if spell(dst, head, gone) {
			return
		}
		clear(dst)
		for name, values := range resp.Header {
			if !hopByHop(name) && name != "Content-Length" && !isNamed(name, gone) {
				dst[name] = values
			}
		}
	}
}

// startUpload sends the body in a goroutine, which stopUpload waits for.
func (c *call) startUpload(own *conn) {
	c.writing.extend() // reading the body may write 100 Continue
	c.uploaded = make(chan struct{})
	go func() {
		defer close(c.uploaded)
		err := own.upload(c.r, c.stream)
		c.uploadErr, c.uploadEnd = err, time.Now()
		if _, broken := errors.AsType[*bodyError](err); broken {
			// The upstream sees that the request is not whole.
			own.close()
		}
	}()
}

// await reads answers until the final one, and hands on those before it.
func (c *call) await(own *conn) (*http.Response, string, error) {
	expecting := c.stream != nil && c.uploaded == nil
	own.deadline(c.headTimeout(expecting))
	c.watch(func() { _ = own.nc.SetReadDeadline(time.Now().Add(goneGrace)) }, own.close)
	for {
		resp, head, err := own.readHead(c.r)
		if isTimeout(err) && c.r.Context().Err() == nil {
			switch more := c.moreTime(); {
			case expecting:
				expecting = false
				c.startUpload(own)
				own.deadline(c.headTimeout(false))
				continue
			case more > 0:
				own.deadline(more)
				continue
			}
		}
		switch {
		case err != nil:
			return nil, "", err
		case resp.StatusCode == http.StatusContinue:
			if expecting {
				expecting = false
				c.startUpload(own)
				own.deadline(c.headTimeout(false))
			}
		case resp.StatusCode < 100 || resp.StatusCode == http.StatusSwitchingProtocols:
			return nil, "", fmt.Errorf("the answer has the status %d, which nobody asked for", resp.StatusCode)
		case resp.StatusCode < 200:
			if err := c.inform(resp, spelling(head)); err != nil {
				return nil, "", err
			}
		default:
			return resp, head, nil
		}
	}
}

func (c *call) headTimeout(expecting bool) time.Duration {
	if expecting {
		return c.cfg.ContinueTimeout
	}
	return max(c.cfg.HeaderTimeout, 0)
}

// moreTime is how much longer the answer may take: the time runs from the end of
// the request, and an upload that stalls ends by itself.
func (c *call) moreTime() time.Duration {
	if c.uploaded == nil {
		return 0
	}
	select {
	case <-c.uploaded:
		return c.cfg.HeaderTimeout - time.Since(c.uploadEnd)
	default:
		return c.cfg.HeaderTimeout
	}
}

// deadline sets how long a read may take from now; 0 is no limit.
func (c *conn) deadline(after time.Duration) {
	var at time.Time
	if after > 0 {
		at = time.Now().Add(after)
	}
	_ = c.nc.SetReadDeadline(at)
}

func isTimeout(err error) bool {
	network, ok := errors.AsType[net.Error](err)
	return ok && network.Timeout()
}

// watch ends the exchange when the client is gone: at once, or, if the call is
// recorded, some time later.
func (c *call) watch(later, now func()) {
	if c.plan.Record && !c.x.Streaming {
		now = later
	}
	if c.unwatch != nil {
		c.unwatch()
	}
	c.unwatch = context.AfterFunc(c.r.Context(), now)
}

// ownError finds the failure behind an error of a connection.
func (c *call) ownError(err error) error {
	if c.stream != nil {
		if _, _, ended := c.stream.state(); ended != nil && ended != io.EOF {
			return &failure{bodyFailure(c.r, ended), fmt.Errorf("the request's body: %w", ended)}
		}
	}
	switch {
	case c.r.Context().Err() != nil:
		return &failure{ClientGone, fmt.Errorf("the client did not wait for the answer: %w", err)}
	case isTimeout(err):
		return &failure{UpstreamTimeout, fmt.Errorf("the upstream did not begin to answer within %v", c.cfg.HeaderTimeout)}
	case err == io.EOF:
		return &failure{UpstreamUnavailable, errors.New("the upstream closed the connection without an answer")}
	}
	return &failure{UpstreamUnavailable, err}
}

// stopUpload ends the sending of the request's body and waits for its end.
func (c *call) stopUpload() {
	if c.stream == nil {
		return
	}
	c.stream.stop()
	if c.uploaded != nil {
		<-c.uploaded
	}
}

// close ends the exchange. With ended, the answer was read to its end, and the
// connection is kept if the request was sent to its end too.
func (c *call) close(a *answer, ended bool) {
	cancel := c.cancel
	c.cancel = nil
	if a.own == nil {
		_ = a.Body.Close()
		cancel()
		return
	}
	// A watcher that ran may set its deadline at any time.
	quiet := c.unwatch()
	a.own.release(a.Response, ended && quiet && c.requestSent())
}

// requestSent tells that the goroutine which sends the body has done so.
func (c *call) requestSent() bool {
	if c.stream == nil {
		return true
	}
	if _, _, err := c.stream.state(); err != io.EOF || c.uploaded == nil {
		return false
	}
	timer := time.NewTimer(reuseWait)
	defer timer.Stop()
	select {
	case <-c.uploaded:
		return c.uploadErr == nil
	case <-timer.C:
		return false
	}
}
