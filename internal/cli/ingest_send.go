package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/cairntrail/cairn/internal/intake"
)

// The back-off of a server that is busy: it begins at the first pause, doubles
// up to the longest, and ends when patience is over.
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 5 * time.Second
	patience     = 45 * time.Second
)

// errAllFiles marks failures that the next file would have too.
var errAllFiles = errors.New("no file can be sent")

// sender sends files to the server. It is safe for concurrent use.
type sender struct {
	caller *caller
	tally  *tally
	url    string
	client *http.Client
	// answered tells that the server has answered something.
	answered atomic.Bool
	// wait pauses; now is the clock.
	wait func(ctx context.Context, d time.Duration) error
	now  func() time.Time
	// maxSigned is smaller in tests.
	maxSigned int64
}

func newSender(c *caller, t *tally, parallel int, createAccounts bool) *sender {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = parallel
	// A server that refuses a large file says so before all of it is sent.
	transport.ExpectContinueTimeout = 2 * time.Second
	return &sender{
		caller: c, tally: t, wait: pause, now: time.Now, maxSigned: intake.MaxSigned,
		url:    c.endpoint + intake.Path + "?create-accounts=" + strconv.FormatBool(createAccounts),
		client: &http.Client{Transport: transport},
	}
}

// pause waits, or returns early when ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// send sends a file, again while the server is busy. An error that wraps
// errAllFiles concerns the server or the caller; any other concerns the file.
func (s *sender) send(ctx context.Context, f logFile) (*intake.Summary, error) {
	began := s.now()
	for next := firstPause; ; next = min(2*next, longestPause) {
		answer, err := s.attempt(ctx, f)
		if err == nil || ctx.Err() != nil {
			return answer, err
		}
		again, all := s.judge(err)
		if all && !again {
			return nil, fmt.Errorf("%w: %w", errAllFiles, err)
		}
		if !again {
			return nil, err
		}
		if s.now().Sub(began) >= patience {
			return nil, fmt.Errorf("%w: the server was busy or away for %v: %w", errAllFiles, s.now().Sub(began).Round(time.Second), err)
		}
		// Between half and all of the pause, so that workers do not come back
		// in step.
		if err := s.wait(ctx, next/2+rand.N(next/2)); err != nil {
			return nil, err
		}
	}
}

// judge tells whether a failure may pass, and whether it concerns all files.
func (s *sender) judge(err error) (again, all bool) {
	if e, ok := errors.AsType[*apiError](err); ok {
		switch e.status {
		case http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusGatewayTimeout:
			return true, true
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
			return false, true
		}
		return false, e.code == "AccessDeniedException" || e.code == "UnknownOperationException"
	}
	if _, ok := errors.AsType[*fileError](err); ok {
		return false, false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false, true
	}
	// No answer came. A server that has answered before is restarting; one that
	// never did is more likely a wrong address.
	return s.answered.Load(), true
}

// fileError is a file that could not be read.
type fileError struct{ error }

func (e *fileError) Unwrap() error { return e.error }

// attempt sends a file once.
func (s *sender) attempt(ctx context.Context, f logFile) (*intake.Summary, error) {
	file, size, err := f.source.open(ctx, f.name)
	if err != nil {
		return nil, &fileError{err}
	}
	defer file.Close()
	body := &countedBody{from: io.LimitReader(file, size), sent: &s.tally.bytesSent}
	hash := unsignedPayload
	head := make([]byte, min(2, size))
	if size <= s.maxSigned {
		data := make([]byte, size)
		if _, err := io.ReadFull(file, data); err != nil {
			return nil, &fileError{fmt.Errorf("read the file: %w", err)}
		}
		sum := sha256.Sum256(data)
		hash = hex.EncodeToString(sum[:])
		copy(head, data)
		body.from = bytes.NewReader(data)
	} else {
		if _, err := io.ReadFull(file, head); err != nil {
			return nil, &fileError{fmt.Errorf("read the file: %w", err)}
		}
		body.from = io.MultiReader(bytes.NewReader(head), io.LimitReader(file, size-int64(len(head))))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	r.ContentLength = size
	if size == 0 {
		r.Body = http.NoBody
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	// What the bytes are decides, not what the name says.
	if bytes.Equal(head, []byte{0x1f, 0x8b}) {
		r.Header.Set("Content-Encoding", "gzip")
	}
	if hash == unsignedPayload {
		r.Header.Set("Expect", "100-continue")
	}
	if err := s.caller.sign(ctx, r, hash); err != nil {
		return nil, err
	}
	answer, err := s.exchange(r)
	if failed := body.failed.Load(); failed != nil {
		err = &fileError{fmt.Errorf("read the file: %w", *failed)}
	}
	if err != nil {
		body.forget()
		return nil, err
	}
	return answer, nil
}

// exchange makes the request and reads the answer.
func (s *sender) exchange(r *http.Request) (*intake.Summary, error) {
	response, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	s.answered.Store(true)
	data, err := readAnswer(response)
	if err != nil {
		return nil, err
	}
	answer := &intake.Summary{}
	if err := json.Unmarshal(data, answer); err != nil {
		return nil, fmt.Errorf("the server's answer cannot be read: %w", err)
	}
	return answer, nil
}

// countedBody counts what is sent, and keeps why a file could not be read.
type countedBody struct {
	from   io.Reader
	sent   *atomic.Int64
	read   atomic.Int64
	failed atomic.Pointer[error]
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	b.sent.Add(int64(n))
	b.read.Add(int64(n))
	if err != nil && err != io.EOF {
		b.failed.Store(&err)
	}
	return n, err
}

// Close leaves the file open: its owner closes it.
func (b *countedBody) Close() error { return nil }

// forget takes back what an attempt that failed has counted.
func (b *countedBody) forget() { b.sent.Add(-b.read.Swap(0)) }
