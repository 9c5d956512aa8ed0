package gateway

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// buffer is what bodies are copied through, and what small ones are held in.
type buffer [32 << 10]byte

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// bodyError is an error of the client's side of a request's body.
type bodyError struct{ error }

// Unwrap gives the error of the reader.
func (e *bodyError) Unwrap() error { return e.error }

// errStopped is what a body gives that nobody wants any more.
var errStopped = errors.New("the answer was there before the whole request")

// stallLimit is a deadline that moves as bytes do. Moving it costs something, so
// it moves only when a quarter of it has gone.
type stallLimit struct {
	after time.Duration
	set   func(time.Time) error
	last  time.Time
	// eager is for HTTP/2 of net/http, where a deadline strikes also while nobody
	// reads or writes.
	eager bool
}

// extend sets the deadline anew; before each step.
func (l *stallLimit) extend() {
	if now := time.Now(); l.after > 0 && now.Sub(l.last) > l.after/4 {
		l.last = now
		// A writer without deadlines is one of a test; it does not stall.
		_ = l.set(now.Add(l.after))
	}
}

// rest is called after each step.
func (l *stallLimit) rest() {
	if l.eager {
		l.clear()
	}
}

// clear removes the deadline.
func (l *stallLimit) clear() {
	if !l.last.IsZero() {
		l.last = time.Time{}
		_ = l.set(time.Time{})
	}
}

// stream is the body of a request that is forwarded as it comes. It keeps the
// first bytes, and knows how many there were.
type stream struct {
	src     io.Reader
	rc      *http.ResponseController
	keep    int
	stopped atomic.Bool

	reading sync.Mutex // held while src is read
	limit   stallLimit // guarded by reading

	mu   sync.Mutex // guards what follows
	kept []byte
	n    int64
	err  error // io.EOF when the body was whole; nil if it was stopped before
}

func newStream(r *http.Request, rc *http.ResponseController, stall time.Duration, keep int) *stream {
	return &stream{src: r.Body, rc: rc, keep: keep, limit: stallLimit{after: stall, set: rc.SetReadDeadline, eager: r.ProtoMajor > 1}}
}

// Read reads from the client. Nobody waits longer than the stall limit in it.
func (s *stream) Read(p []byte) (int, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	s.limit.extend()
	if s.stopped.Load() {
		return 0, errStopped
	}
	n, err := s.src.Read(p)
	s.limit.rest()
	s.mu.Lock()
	s.n += int64(n)
	s.kept = append(s.kept, p[:min(n, s.keep-len(s.kept))]...)
	if err == io.EOF || !s.stopped.Load() {
		s.err = err
	}
	s.mu.Unlock()
	if err != nil {
		// The server watches the connection from here on, without a deadline.
		s.limit.clear()
	}
	return n, err
}

// Close is for net/http's client; the server closes the body.
func (s *stream) Close() error { return nil }

// state is what was read so far. The slice is not written to again.
func (s *stream) state() (kept []byte, n int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[:len(s.kept):len(s.kept)], s.n, s.err
}

// stop lets no Read begin, ends one that waits, and returns when there is none.
// It reports whether the body was read to its end.
func (s *stream) stop() bool {
	s.stopped.Store(true)
	s.mu.Lock()
	whole := s.err == io.EOF
	s.mu.Unlock()
	if whole {
		return true
	}
	// A Read that sets its deadline after this sees that it is stopped.
	_ = s.rc.SetReadDeadline(time.Unix(1, 0))
	s.reading.Lock()
	defer s.reading.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err == io.EOF
}

// The rest of a request that an answer came before is read for a moment, so that
// a client which writes it all before it reads finds the answer, and not a
// connection that was reset.
const (
	drainBytes = 256 << 10
	drainTime  = 500 * time.Millisecond
)

// drain reads some of the rest of a stopped body. The connection ends after
// that, so the deadline stays.
func (s *stream) drain() {
	_ = s.rc.SetReadDeadline(time.Now().Add(drainTime))
	_, _ = io.CopyN(io.Discard, s.src, drainBytes)
}

// bodyFailure tells whose fault it is that a request's body ended early: a broken
// chunk is malformed, everything else is a client that went away, was too slow,
// or announced more than it sent.
func bodyFailure(r *http.Request, err error) Failure {
	var network net.Error
	if r.ProtoMajor != 1 || r.Context().Err() != nil || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.As(err, &network) {
		return ClientGone
	}
	return RequestMalformed
}
