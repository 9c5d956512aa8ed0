package notify

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"crypto/tls"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// What each failure is called, and whether it is tried again.
func TestFailures(t *testing.T) {
	rows := []struct {
		name  string
		a     answer
		code  string
		retry bool
	}{
		{"no topic", xmlError(404, "NotFound", "Topic does not exist"), CodeNotFound, false},
		{"policy", xmlError(403, "AuthorizationError", "no"), CodeDenied, false},
		{"access", xmlError(403, "AccessDeniedException", "no"), CodeDenied, false},
		{"throttled", xmlError(429, "Throttled", "slow"), CodeThrottling, true},
		{"throttling", xmlError(400, "ThrottlingException", "slow"), CodeThrottling, true},
		{"KMS", xmlError(400, "KMSDisabled", "off"), "KMSDisabled", false},
		{"KMS throttles", xmlError(400, "KMSThrottling", "slow"), CodeThrottling, true},
		{"key", xmlError(403, "InvalidClientTokenId", "no"), "InvalidClientTokenId", false},
		{"clock", xmlError(403, "RequestTimeTooSkewed", "late"), "RequestTimeTooSkewed", true},
		{"internal", xmlError(500, "InternalFailure", ""), CodeUnavailable, true},
		{"unknown, theirs", xmlError(500, "Surprise", ""), "Surprise", true},
		{"unknown, ours", xmlError(400, "SurpriseException", ""), "Surprise", false},
		{"a proxy says no", answer{status: 403, body: "<html>no"}, CodeDenied, false},
		{"a proxy finds nobody", answer{status: 502, body: "<html>bad gateway"}, CodeUnavailable, true},
		{"another server", answer{status: 404, body: "not found"}, CodeNotFound, false},
		{"busy proxy", answer{status: 429, body: ""}, CodeThrottling, true},
		{"redirect", answer{status: 307, header: http.Header{"Location": {"http://elsewhere.test"}}}, CodeBadAnswer, false},
		{"nobody there", answer{err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}, CodeConnection, true},
		{"cut off", answer{err: io.ErrUnexpectedEOF}, CodeConnection, true},
		{"certificate", answer{err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}, CodeConnection, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, f := newFake(t, func(int, seen) answer { return row.a })
				err := s.Topic(t.Context(), topicARN, Message{"b", []string{"k"}})
				e := failed(t, err)
				if e.Code != row.code || e.Retry != row.retry || e.ErrorCode() != e.Code || e.Retryable() != e.Retry {
					t.Errorf("code %q, retry %t: %v", e.Code, e.Retry, e)
				}
				attempts := 1
				if row.retry {
					attempts = DefaultAttempts
				}
				if len(f.got) != attempts {
					t.Errorf("%d attempts, want %d", len(f.got), attempts)
				}
				if text := err.Error(); !strings.Contains(text, "publish to "+topicARN+" at http://aws.test: "+row.code) || e.Hint == "" {
					t.Errorf("the error says %q", text)
				}
				if row.a.status != 0 && e.Status != row.a.status {
					t.Errorf("the status is %d", e.Status)
				}
			})
		})
	}
}

// Not an answer of the service, although its status says so.
func TestOtherServer(t *testing.T) {
	s, _ := newFake(t, func(int, seen) answer { return answer{status: 200, body: "<html>welcome"} })
	if _, err := s.Logs(t.Context(), LogGroup{ARN: groupARN}, "s", []Record{{Raw: []byte("{}")}}); failed(t, err).Code != CodeBadAnswer {
		t.Error(err)
	}
}

func TestRetryWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := newFake(t, func(n int, r seen) answer {
			if n < 2 {
				return xmlError(503, "ServiceUnavailable", "")
			}
			return ok(r)
		})
		begun := time.Now()
		mustNot(t, s.Topic(t.Context(), topicARN, Message{"b", []string{"k"}}))
		if took := time.Since(begun); len(f.got) != 3 || took != 300*time.Millisecond {
			t.Errorf("%d attempts in %v", len(f.got), took)
		}
	})
}

func TestTimeout(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	cfg := testConfig(server.URL)
	cfg.Timeout, cfg.Attempts = 20*time.Millisecond, 2
	s, err := New(cfg)
	mustNot(t, err)
	calls := map[string]func(context.Context) error{
		"SNS":     func(ctx context.Context) error { return s.Topic(ctx, topicARN, Message{"b", []string{"k"}}) },
		"webhook": func(ctx context.Context) error { return s.Webhook(ctx, "arn", Message{"b", []string{"k"}}) },
	}
	for name, call := range calls {
		if e := failed(t, call(t.Context())); e.Code != CodeTimeout || !e.Retry {
			t.Errorf("%s: %v", name, e)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := call(ctx); failed(t, err).Code != CodeCanceled || !errors.Is(err, context.Canceled) {
			t.Errorf("%s, canceled: %v", name, err)
		}
	}
}

// A call that is canceled in a pause ends at once, with what the pause was for.
func TestCancelInPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		s, f := newFake(t, func(int, seen) answer { return xmlError(503, "ServiceUnavailable", "") })
		begun := time.Now()
		e := failed(t, s.Topic(ctx, topicARN, Message{"b", []string{"k"}}))
		if time.Since(begun) != 50*time.Millisecond || len(f.got) != 1 || e.Code != CodeUnavailable {
			t.Errorf("%v after %v and %d attempts", e, time.Since(begun), len(f.got))
		}
	})
}

func TestNoCredentials(t *testing.T) {
	broken := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("the file is gone")
	})
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) }, func(c *Config) { c.Topics = &Endpoint{URL: "http://aws.test", Credentials: broken} })
	e := failed(t, s.Topic(t.Context(), topicARN, Message{"b", []string{"k"}}))
	if e.Code != CodeCredentials || e.Retry || !strings.Contains(e.Error(), "the file is gone") || len(f.got) != 0 {
		t.Errorf("%v after %d requests", e, len(f.got))
	}
}
