package gateway

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// eventStream is the content type of answers without an end, in AWS.
const eventStream = "application/vnd.amazon.eventstream"

// deliver hands an answer on: a recorded one whole, or as a stream once it is
// finished.
func (c *call) deliver(a *answer) {
	c.x.Status, c.x.Header = a.StatusCode, a.Header
	n := a.ContentLength
	if c.r.Method == http.MethodHead || a.Body == http.NoBody {
		n = 0
	}
	endless := n < 0 && isEventStream(a.Header)
	switch {
	case n == 0:
		c.close(a, true)
		c.deliverWhole(a, nil)
	case !c.plan.Record:
		c.deliverStream(a, nil)
	case endless || n > int64(c.plan.Response) || n < 0 && c.plan.Response == 0:
		c.finishStream(a, nil)
	default:
		body, whole, err := c.hold(a)
		switch {
		case err != nil:
			c.close(a, false)
			c.x.ResponseBody, c.x.BytesOut = body, n
			c.fail(&failure{UpstreamCut, fmt.Errorf("the answer ended after %d bytes: %w", len(body), err)})
		case whole:
			c.close(a, true)
			c.deliverWhole(a, body)
		default:
			c.finishStream(a, body)
		}
	}
}

func isEventStream(h http.Header) bool {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), eventStream)
}

// hold reads an answer up to Plan.Response. What it returns is valid until the
// call ends.
func (c *call) hold(a *answer) (body []byte, whole bool, err error) {
	if a.own != nil && !(a.ContentLength >= 0 && int64(a.own.br.Buffered()) >= a.ContentLength) {
		// The time that the head may take is given to the body anew; a client that
		// has left by now is noticed by the second look.
		a.own.deadline(max(c.cfg.HeaderTimeout, 0))
		if c.r.Context().Err() != nil {
			a.own.deadline(goneGrace)
		}
	}
	limit := c.plan.Response + 1 // one more, to see that there is more
	if a.ContentLength >= int64(len(buffer{})) {
		body = make([]byte, 0, a.ContentLength+1)
	} else {
		c.pooled[1] = buffers.Get().(*buffer)
		body = c.pooled[1][:0]
	}
	for len(body) < limit {
		if len(body) == cap(body) {
			body = slices.Grow(body, min(len(body), limit-len(body)))
		}
		n, err := a.Body.Read(body[len(body):min(cap(body), limit)])
		body = body[:len(body)+n]
		if err == io.EOF {
			return body, len(body) <= c.plan.Response, nil
		}
		if err != nil {
			return body, false, err
		}
	}
	return body, false, nil
}

// deliverWhole sends an answer that is in memory. Its exchange has ended.
func (c *call) deliverWhole(a *answer, body []byte) {
	c.x.ResponseBody, c.x.ResponseWhole, c.x.BytesOut = body, true, int64(len(body))
	if !c.finish() {
		c.unrecorded(wasCarriedOut)
		return
	}
	c.writeHead(a)
	if len(body) > 0 {
		if err := c.send(body); err != nil {
			c.clientLeft(err)
			return
		}
	}
	c.writeTrailers(a)
}

// finishStream finishes a call whose answer is not all there, and sends it.
func (c *call) finishStream(a *answer, begin []byte) {
	c.x.Streaming = true
	c.x.ResponseBody, c.x.BytesOut = begin[:min(len(begin), c.plan.Response)], a.ContentLength
	if !c.finish() {
		c.close(a, false)
		c.unrecorded(wasCarriedOut)
		return
	}
	c.deliverStream(a, begin)
}

// deliverStream sends an answer as it comes, after what was read already. One
// without a length is flushed after each piece.
func (c *call) deliverStream(a *answer, begin []byte) {
	if a.own != nil {
		a.own.deadline(0)
	}
	c.watch(c.cancel, c.cancel)
	c.writeHead(a)
	flush := a.ContentLength < 0 || isEventStream(a.Header)
	buf := buffers.Get().(*buffer)
	defer buffers.Put(buf)
	if flush && len(begin) == 0 {
		_ = c.rc.Flush()
	}
	piece, ended := begin, error(nil)
	for {
		if len(piece) > 0 {
			err := c.send(piece)
			if err == nil && flush {
				err = c.rc.Flush()
			}
			c.writing.rest()
			if err != nil {
				c.close(a, false)
				c.clientLeft(err)
				return
			}
		}
		if ended != nil {
			break
		}
		var n int
		n, ended = a.Body.Read(buf[:])
		piece = buf[:n]
	}
	c.close(a, ended == io.EOF)
	if ended == io.EOF {
		c.x.BytesOut = c.out
		c.writeTrailers(a)
		return
	}
	c.cut(ended)
}

// cut ends an answer that broke off, so that the client sees that it did.
func (c *call) cut(err error) {
	if c.r.Context().Err() != nil {
		c.clientLeft(err)
		return
	}
	// What came is sent; the server drops its buffer when a handler aborts.
	_ = c.rc.Flush()
	c.abort, c.result = true, upstreamCut
	c.x.Failure, c.x.Cause = UpstreamCut, fmt.Sprintf("the answer ended after %d bytes: %v", c.out, err)
	c.cfg.Logger.Warn("an answer broke off", "gateway", c.h.listener.Name, "method", c.r.Method, "host", c.r.Host, "client", c.req.Client, "cause", c.x.Cause)
}

// clientLeft ends an answer that nobody takes.
func (c *call) clientLeft(err error) {
	c.abort, c.result = true, clientGone
	if c.x.Streaming {
		c.x.Failure, c.x.Cause = ClientGone, fmt.Sprintf("the client took %d bytes of the answer: %v", c.out, err)
	}
}

// pieceSize is how much is written under one deadline.
const pieceSize = 64 << 10

// send writes to the client. A client that takes nothing for the stall limit is
// gone.
func (c *call) send(b []byte) error {
	for len(b) > 0 {
		c.writing.extend()
		n, err := c.w.Write(b[:min(len(b), pieceSize)])
		c.out += int64(n)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// writeHead writes the head of an upstream's answer.
func (c *call) writeHead(a *answer) {
	c.writing.extend()
	h := c.w.Header()
	a.names(h, a.Response)
	// The server must neither guess a type nor add a date.
	if _, has := h["Content-Type"]; !has {
		h["Content-Type"] = nil
	}
	if _, has := h["Date"]; !has {
		h["Date"] = nil
	}
	length := a.Header["Content-Length"]
	switch {
	case a.StatusCode == http.StatusNotModified:
		// The server removes these from such an answer by their canonical names;
		// they describe the body that is not sent.
		rename(h, "Content-Type", "content-type")
		if c.r.ProtoMajor == 1 && len(length) > 0 {
			h["content-length"] = length[:1]
		}
	case len(length) > 0:
		h["Content-Length"] = length[:1]
	case c.r.Method != http.MethodHead && a.StatusCode != http.StatusNoContent && c.r.ProtoMajor == 1:
		// Otherwise the server would count a short body and announce its length.
		h["Transfer-Encoding"] = []string{"chunked"}
	}
	for name := range a.Trailer {
		h["Trailer"] = append(h["Trailer"], name)
	}
	if c.stream != nil && c.r.ProtoMajor == 1 {
		if _, _, err := c.stream.state(); err != io.EOF {
			// What is left of the request must not be taken for another one.
			h["Connection"] = []string{"close"}
		}
	}
	c.w.WriteHeader(a.StatusCode)
}

func rename(h http.Header, from, to string) {
	if values := h[from]; len(values) > 0 {
		delete(h, from)
		h[to] = values
	}
}

// writeTrailers hands the trailers on; those that were not announced too.
func (c *call) writeTrailers(a *answer) {
	h := c.w.Header()
	announced := h["Trailer"]
	for name, values := range a.Trailer {
		if !slices.Contains(announced, name) {
			name = http.TrailerPrefix + name
		}
		h[name] = values
	}
}

// inform hands an informational answer on.
func (c *call) inform(resp *http.Response, names func(http.Header, *http.Response)) error {
	if c.informed++; c.informed > maxInformed {
		return errors.New("the upstream sends informational answers without end")
	}
	if !c.r.ProtoAtLeast(1, 1) {
		return nil
	}
	c.writing.extend()
	h := c.w.Header()
	names(h, resp)
	c.w.WriteHeader(resp.StatusCode)
	c.writing.rest()
	clear(h)
	return nil
}

const wasCarriedOut = "The call was carried out by the upstream, but it could not be recorded, and its answer is withheld."

// errorHeader tells an answer of the gateway from one of the upstream.
const errorHeader = "X-Cairn-Gateway-Error"

// unrecordedStatus is that of calls which were carried out, and whose answer is
// withheld. SDKs repeat a call by themselves after any status of 500 and above,
// and would have it carried out twice; they do not after this one.
const unrecordedStatus = http.StatusFailedDependency

// unrecorded answers a call that could not be recorded.
func (c *call) unrecorded(text string) {
	c.result = unrecorded
	c.apologize(unrecordedStatus, "RecordingFailed", text, true)
}

// apologize gives an answer of the gateway itself. The words are for the caller;
// causes are in the log.
func (c *call) apologize(status int, code, text string, hangUp bool) {
	a := Answer{Status: status, Header: http.Header{errorHeader: {code + ": " + text}}}
	if c.speaksJSON() {
		a.Header["Content-Type"] = []string{"application/json"}
		a.Body, _ = json.Marshal(map[string]string{"__type": code, "message": text})
	} else {
		a.Header["Content-Type"] = []string{"application/xml"}
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(text))
		a.Body = []byte(xml.Header + "<Error><Code>" + code + "</Code><Message>" + b.String() + "</Message></Error>\n")
	}
	if hangUp {
		a.Header["Connection"] = []string{"close"}
	}
	c.write(a)
}

// speaksJSON guesses what the caller can read, from what it sent, what it asked
// for, and what it would have got.
func (c *call) speaksJSON() bool {
	for _, value := range []string{c.r.Header.Get("Content-Type"), c.r.Header.Get("Accept"), c.x.Header.Get("Content-Type")} {
		if strings.Contains(strings.ToLower(value), "json") {
			return true
		}
	}
	return false
}

// write sends an answer that did not come from the upstream.
func (c *call) write(a Answer) {
	if c.stream != nil && c.r.ProtoMajor == 1 {
		if _, _, err := c.stream.state(); err != io.EOF {
			c.w.Header()["Connection"] = []string{"close"}
		}
	}
	for name, values := range a.Header {
		c.w.Header()[name] = values
	}
	c.writing.extend()
	c.w.WriteHeader(a.Status)
	if err := c.send(a.Body); err != nil && !errors.Is(err, http.ErrBodyNotAllowed) {
		c.clientLeft(err)
	}
}
