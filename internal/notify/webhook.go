package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/event"
)

// The secrets of Standard Webhooks: what they begin with, and how long they are
// in bytes.
const (
	secretPrefix = "whsec_"
	minSecret    = 24
	maxSecret    = 64
)

// Hook is an address that is told of log files, and with what.
type Hook struct {
	URL string
	// Secrets are "whsec_" and 24 to 64 bytes in base64. A message is signed with
	// each, so that a receiver can change from one to the next.
	Secrets []string
}

// signedHook is a Hook whose secrets were read.
type signedHook struct {
	url  string
	keys [][]byte
}

func (h *Hook) signed() (*signedHook, error) {
	if err := checkURL(h.URL); err != nil {
		return nil, err
	}
	if len(h.Secrets) == 0 {
		return nil, errors.New("it has no secret to sign with; give one")
	}
	s := &signedHook{url: h.URL}
	for i, text := range h.Secrets {
		encoded, begins := strings.CutPrefix(text, secretPrefix)
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !begins || err != nil || len(key) < minSecret || len(key) > maxSecret {
			// The text is not in the error, nor is err: it is a secret.
			return nil, fmt.Errorf("secret %d is not one; write %s and %d to %d random bytes in base64", i+1, secretPrefix, minSecret, maxSecret)
		}
		s.keys = append(s.keys, key)
	}
	return s, nil
}

// signature signs a message as Standard Webhooks 1.0 says: the id, the time and
// the body, with HMAC-SHA256.
func (h *signedHook) signature(id string, seconds int64, body []byte) string {
	var all []string
	for _, key := range h.keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.", id, seconds)
		mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " ")
}

// Webhook tells the hook about log files of a trail, with a POST of
// {"trailARN":"…","s3Bucket":"…","s3ObjectKey":["…",…]}.
//
// The headers Webhook-Id, Webhook-Timestamp (Unix seconds) and Webhook-Signature
// are those of the Standard Webhooks specification, version 1.0. The id follows
// from the body, so that a message that comes twice can be known by it. Any
// status of 2xx is a yes; on 408, 425, 429 and 5xx the message is sent again,
// with a time and signatures of its own, and redirects are not followed.
func (s *Sinks) Webhook(ctx context.Context, trailARN string, m Message) error {
	if s.hook == nil {
		return notConfigured("post to the webhook", "a URL and a secret of the webhook")
	}
	body := append([]byte(`{"trailARN":`), event.AppendString(nil, trailARN)...)
	body, _ = m.appendTo(append(body, ','), math.MaxInt)
	body = append(body, '}')
	sum := sha256.Sum256(body)
	id := "msg_" + hex.EncodeToString(sum[:16])
	// URLs of hooks have tokens in their path and query: none is in an error.
	e := s.try(ctx, "post to the webhook", "", func(ctx context.Context) error { return s.post(ctx, id, body) })
	if e != nil {
		return e
	}
	return nil
}

// maxAnswer is how much of an answer is read.
const maxAnswer = 4 << 10

func (s *Sinks) post(ctx context.Context, id string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.hook.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	now := s.cfg.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "cairn")
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", s.hook.signature(id, now.Unix(), body))
	resp, err := s.http.Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return nil
	}
	e := ofStatus(resp.StatusCode).set(&Error{Op: "post to the webhook", Status: resp.StatusCode})
	e.after = retryAfter(resp.Header.Get("Retry-After"), now)
	return e
}

// retryAfter reads the header of that name: seconds or a date. Source: RFC 9110,
// section 10.2.3.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// withoutURL takes off what net/http puts around an error of a request, which
// has the URL.
func withoutURL(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}
