package gateway

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The buffers of a connection. A head that does not fit in readBuffer gets a
// buffer of its own, up to maxHead.
const (
	readBuffer  = 16 << 10
	writeBuffer = 8 << 10
	maxHead     = 256 << 10
)

var errHeadTooLarge = fmt.Errorf("the head of the answer has more than %d bytes", maxHead)

// countedConn remembers whether anything was written.
type countedConn struct {
	net.Conn
	// written counts bytes; the goroutine that writes has it.
	written int64
}

// Write writes and counts.
func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written += int64(n)
	return n, err
}

// conn is a connection to an upstream that speaks HTTP/1.1. One call has it at
// a time.
type conn struct {
	u  *upstream
	nc net.Conn
	// counted is what nc writes to, below TLS.
	counted *countedConn
	br      *bufio.Reader
	bw      *bufio.Writer

	// used tells that an exchange was there before; spent that there must be
	// none after this one.
	used, spent bool
	idleSince   time.Time
	// raw looks at the socket; nil if that is not possible.
	raw syscall.RawConn
}

func newConn(u *upstream, nc net.Conn, counted *countedConn) *conn {
	c := &conn{u: u, nc: nc, counted: counted, br: bufio.NewReaderSize(nc, readBuffer), bw: bufio.NewWriterSize(nc, writeBuffer)}
	if s, ok := counted.Conn.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			c.raw = raw
		}
	}
	return c
}

func (c *conn) close() { _ = c.nc.Close() }

// usable tells that an idle connection is young enough, and that the upstream
// has neither closed it nor sent anything that nobody asked for.
func (c *conn) usable() bool {
	if time.Since(c.idleSince) > c.u.cfg.IdleTimeout {
		return false
	}
	if c.raw == nil {
		return true
	}
	quiet := false
	err := c.raw.Control(func(fd uintptr) {
		var one [1]byte
		_, _, err := unix.Recvfrom(int(fd), one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		quiet = errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR)
	})
	return err == nil && quiet
}

// writeHead writes the head of a request into the buffer. Its header has been
// stripped, and its values were checked by the server that read them.
func (c *conn) writeHead(r *http.Request) {
	w := c.bw
	host := r.Host
	if host == "" {
		host = c.u.host
	}
	// A buffered writer remembers its first error, and Flush tells it.
	for _, text := range [...]string{r.Method, " ", r.RequestURI, " HTTP/1.1\r\nHost: ", host, "\r\n"} {
		_, _ = w.WriteString(text)
	}
	_, hasLength := r.Header["Content-Length"]
	switch {
	case r.ContentLength > 0 || r.ContentLength == 0 && hasLength:
		_, _ = w.WriteString("Content-Length: ")
		_, _ = w.Write(strconv.AppendInt(w.AvailableBuffer(), r.ContentLength, 10))
		_, _ = w.WriteString("\r\n")
	case r.ContentLength < 0:
		_, _ = w.WriteString("Transfer-Encoding: chunked\r\n")
		for name := range r.Trailer {
			writeField(w, "Trailer", name)
		}
	}
	for name, values := range r.Header {
		if name == "Content-Length" {
			continue
		}
		for _, value := range values {
			writeField(w, name, value)
		}
	}
	_, _ = w.WriteString("\r\n")
}

func writeField(w *bufio.Writer, name, value string) {
	_, _ = w.WriteString(name)
	_, _ = w.WriteString(": ")
	_, _ = w.WriteString(value)
	_, _ = w.WriteString("\r\n")
}

// send writes what the buffer has, and a body that is in memory.
func (c *conn) send(body []byte) error {
	_, _ = c.bw.Write(body)
	return c.bw.Flush()
}

// upload sends what the buffer has, and a body as it comes. An error of the body
// is a *bodyError, after which the request must not look complete.
func (c *conn) upload(r *http.Request, body *stream) error {
	chunked := r.ContentLength < 0
	var dst io.Writer = c.bw
	var chunks io.WriteCloser
	if chunked {
		chunks = httputil.NewChunkedWriter(c.bw)
		dst = chunks
	}
	buf := buffers.Get().(*buffer)
	defer buffers.Put(buf)
	limit := stallLimit{after: c.u.cfg.StallTimeout, set: c.nc.SetWriteDeadline}
	defer limit.clear()
	for {
		n, err := body.Read(buf[:])
		if n > 0 {
			limit.extend()
			if _, err := dst.Write(buf[:n]); err != nil {
				return err
			}
			if err := c.bw.Flush(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return &bodyError{err}
		}
	}
	if chunked {
		if err := chunks.Close(); err != nil {
			return err
		}
		writeTrailers(c.bw, r.Trailer)
	}
	return c.bw.Flush()
}

// writeTrailers ends a chunked body. Trailers were not checked by anybody yet;
// those that could be taken for something else are left out.
func writeTrailers(w *bufio.Writer, trailer http.Header) {
	for name, values := range trailer {
		for _, value := range values {
			if plain(name, false) && plain(value, true) {
				writeField(w, name, value)
			}
		}
	}
	_, _ = w.WriteString("\r\n")
}

// readHead reads the head of one answer, an informational one too. The text is
// the head as it came. After an error that is a time-out it can be called again.
func (c *conn) readHead(r *http.Request) (*http.Response, string, error) {
	head, err := c.peekHead()
	if err != nil {
		return nil, "", err
	}
	resp, err := http.ReadResponse(c.br, r)
	if err != nil {
		return nil, "", fmt.Errorf("the answer is not HTTP: %w", err)
	}
	return resp, head, nil
}

// peekHead waits for a head and copies it, without taking it from the reader.
func (c *conn) peekHead() (string, error) {
	for seen := 0; ; {
		_, err := c.br.Peek(seen + 1)
		b, _ := c.br.Peek(c.br.Buffered())
		if end := headEnd(b, seen); end > 0 {
			return string(b[:end]), nil
		}
		seen = len(b)
		switch {
		case errors.Is(err, bufio.ErrBufferFull), err == nil && seen == c.br.Size():
			if seen >= maxHead {
				return "", errHeadTooLarge
			}
			// The connection ends with this answer: what the inner buffer still has
			// would be out of sight.
			c.br, c.spent = bufio.NewReaderSize(c.br, maxHead), true
		case err == io.EOF && seen > 0:
			return "", io.ErrUnexpectedEOF
		case err != nil:
			return "", err
		}
	}
}

// release ends an exchange: the connection is kept if the answer was read to
// its end and the request was sent whole, and closed otherwise.
func (c *conn) release(resp *http.Response, ended bool) {
	if !ended || c.spent || resp.Close || resp.StatusCode < 200 || c.br.Buffered() > 0 || c.bw.Buffered() > 0 {
		c.close()
		return
	}
	c.u.put(c)
}
