package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The signature that the libraries of Standard Webhooks have in their tests.
func TestSignature(t *testing.T) {
	other := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 24))
	h, err := (&Hook{URL: "https://a.test", Secrets: []string{testSecret, other}}).signed()
	mustNot(t, err)
	got := h.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, []byte(`{"test": 2432232314}`))
	first, second, _ := strings.Cut(got, " ")
	if first != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" || !strings.HasPrefix(second, "v1,") || second == first {
		t.Errorf("signed %s", got)
	}
}

func TestWebhook(t *testing.T) {
	const trail = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t"
	at := time.Unix(1_700_000_000, 5e8)
	s, f := newFake(t, func(int, seen) answer { return answer{status: 204} }, func(c *Config) { c.Now = func() time.Time { return at } })
	mustNot(t, s.Webhook(t.Context(), trail, Message{"b", []string{"<k>", "l"}}))
	mustNot(t, s.Webhook(t.Context(), trail, Message{"b", []string{"<k>", "l"}}))
	mustNot(t, s.Webhook(t.Context(), trail, Message{"b", []string{"<k>"}}))
	r := f.got[0]
	if want := `{"trailARN":"` + trail + `","s3Bucket":"b","s3ObjectKey":["<k>","l"]}`; string(r.body) != want {
		t.Errorf("sent %s, want %s", r.body, want)
	}
	id := r.header.Get("Webhook-Id")
	if r.header.Get("Webhook-Timestamp") != "1700000000" || r.header.Get("Content-Type") != "application/json" || !strings.HasPrefix(id, "msg_") || strings.Contains(id, ".") {
		t.Errorf("the header is %v", r.header)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(testSecret, "whsec_"))
	mustNot(t, err)
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.1700000000.%s", id, r.body)
	if got := r.header.Get("Webhook-Signature"); got != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
		t.Errorf("the signature is %s", got)
	}
	if f.got[1].header.Get("Webhook-Id") != id || f.got[2].header.Get("Webhook-Id") == id {
		t.Error("the id does not follow from the message")
	}
}

func TestWebhookStatuses(t *testing.T) {
	const many = DefaultAttempts
	rows := []struct {
		a        answer
		code     string
		attempts int
	}{
		{answer{status: 200, body: "fine"}, "", 1},
		{answer{status: 299}, "", 1},
		{answer{status: 301, header: http.Header{"Location": {"http://elsewhere.test"}}}, CodeBadAnswer, 1},
		{answer{status: 307, header: http.Header{"Location": {"http://elsewhere.test"}}}, CodeBadAnswer, 1},
		{answer{status: 400}, CodeBadAnswer, 1},
		{answer{status: 401}, CodeDenied, 1},
		{answer{status: 403}, CodeDenied, 1},
		{answer{status: 404}, CodeNotFound, 1},
		{answer{status: 408}, CodeTimeout, many},
		{answer{status: 410}, CodeNotFound, 1},
		{answer{status: 425}, CodeThrottling, many},
		{answer{status: 429}, CodeThrottling, many},
		{answer{status: 500}, CodeUnavailable, many},
		{answer{status: 503}, CodeUnavailable, many},
		{answer{err: errors.New("refused")}, CodeConnection, many},
	}
	for _, row := range rows {
		t.Run(fmt.Sprint(row.a.status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, f := newFake(t, func(int, seen) answer { return row.a })
				err := s.Webhook(t.Context(), "arn", Message{"b", []string{"k"}})
				if len(f.got) != row.attempts {
					t.Errorf("%d attempts, want %d", len(f.got), row.attempts)
				}
				if row.code == "" {
					mustNot(t, err)
					return
				}
				if e := failed(t, err); e.Code != row.code || e.Retry != (row.attempts > 1) || e.Status != row.a.status {
					t.Errorf("%+v, want %s", e, row.code)
				}
				if strings.Contains(err.Error(), "aws.test") || strings.Contains(err.Error(), "token") {
					t.Errorf("the URL is in the error: %v", err)
				}
			})
		})
	}
}

// Every attempt is signed for its own time, or a receiver would find the last
// ones too old.
func TestWebhookAttemptsAreSignedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := newFake(t, func(n int, _ seen) answer {
			if n == 0 {
				return answer{status: 503, header: http.Header{"Retry-After": {"3"}}}
			}
			return answer{status: 200}
		})
		mustNot(t, s.Webhook(t.Context(), "arn", Message{"b", []string{"k"}}))
		a, b := f.got[0].header, f.got[1].header
		if a.Get("Webhook-Id") != b.Get("Webhook-Id") || a.Get("Webhook-Timestamp") == b.Get("Webhook-Timestamp") || a.Get("Webhook-Signature") == b.Get("Webhook-Signature") {
			t.Errorf("first %v, then %v", a, b)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	waits := func(header string, want time.Duration, attempts int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			if header == "date" {
				header = time.Now().Add(4 * time.Second).UTC().Format(http.TimeFormat)
			}
			s, f := newFake(t, func(int, seen) answer {
				return answer{status: 429, header: http.Header{"Retry-After": {header}}}
			}, func(c *Config) { c.Attempts = 2 })
			begun := time.Now()
			e := failed(t, s.Webhook(t.Context(), "arn", Message{"b", []string{"k"}}))
			if took := time.Since(begun); took != want || len(f.got) != attempts || !e.Retry {
				t.Errorf("Retry-After %s: %v and %d attempts, want %v and %d", header, took, len(f.got), want, attempts)
			}
		})
	}
	waits("2", 2*time.Second, 2)
	waits("date", 4*time.Second, 2)
	waits("0", 100*time.Millisecond, 2)
	waits("soon", 100*time.Millisecond, 2)
	waits("-1", 100*time.Millisecond, 2)
	waits("3600", 0, 1) // That is for the caller to wait.
}

// A long answer is not read to its end, and over a real connection all is as
// it is over the other.
func TestWebhookServer(t *testing.T) {
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		for range 1000 {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
		t.Error("the whole answer was read")
	}))
	defer server.Close()
	cfg := testConfig(server.URL)
	once(&cfg)
	s, err := New(cfg)
	mustNot(t, err)
	mustNot(t, s.Webhook(t.Context(), "arn", Message{"b", []string{"k"}}))
	if got.Get("Webhook-Signature") == "" || got.Get("User-Agent") != "cairn" {
		t.Errorf("the header was %v", got)
	}
	server.Close()
	if e := failed(t, s.Webhook(t.Context(), "arn", Message{"b", []string{"k"}})); e.Code != CodeConnection || strings.Contains(e.Error(), "token") {
		t.Errorf("to nobody: %v", e)
	}
}
