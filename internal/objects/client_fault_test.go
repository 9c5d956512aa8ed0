package objects

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// fake is a store that answers what a test tells it to.
type fake struct {
	testing.TB
	*httptest.Server
	mu   sync.Mutex
	seen []string // method, path and query
}

func fakeStore(t testing.TB, answer http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{TB: t}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		f.mu.Lock()
		f.seen = append(f.seen, r.Method+" "+r.URL.Path+" "+r.URL.RawQuery)
		f.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.seen
	f.seen = nil
	return out
}

func (f *fake) client(change ...func(*ClientConfig)) *Client {
	f.Helper()
	cfg := ClientConfig{Default: Endpoint{URL: f.URL, PathStyle: true, Credentials: keyOf(alice)}}
	for _, change := range change {
		change(&cfg)
	}
	return openClient(f, cfg)
}

// refuse answers as S3 does.
func refuseWith(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Amz-Request-Id", "REQUEST1")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
	}{Code: code, Message: "The text."})
}

var object = PutInput{Bucket: "logs", Key: "k", Body: []byte("body"), ACL: BucketOwnerFullControl}

func TestClientAnswers(t *testing.T) {
	for _, row := range []struct {
		status     int
		code, want string
		kind       Kind
		retry      bool
	}{
		{404, "NoSuchBucket", "NoSuchBucket", KindGone, false},
		{403, "AccessDenied", "AccessDenied", KindDenied, false},
		{403, "SomethingNew", "SomethingNew", KindDenied, false},
		{400, "ExpiredToken", "ExpiredToken", KindDenied, false},
		{400, "KMS.DisabledException", "KMS.DisabledException", KindDenied, false},
		{503, "SlowDown", "SlowDown", KindBusy, true},
		{503, "", "ServiceUnavailable", KindBusy, true},
		{429, "", "TooManyRequests", KindBusy, true},
		{409, "OperationAborted", "OperationAborted", KindBusy, true},
		{500, "InternalError", "InternalError", KindDown, true},
		{500, "", "InternalError", KindDown, true},
		{502, "", "BadGateway", KindDown, true},
		{400, "RequestTimeout", "RequestTimeout", KindDown, true},
		{507, "XMinioStorageFull", "XMinioStorageFull", KindFull, false},
		{507, "", "InsufficientStorage", KindFull, false},
		{403, "QuotaExceeded", "QuotaExceeded", KindFull, false},
		{400, "EntityTooLarge", "EntityTooLarge", KindOther, false},
		{400, "", "BadRequest", KindOther, false},
		{404, "", "NotFound", KindOther, false},
	} {
		t.Run(fmt.Sprintf("%d %s", row.status, row.code), func(t *testing.T) {
			f := fakeStore(t, func(w http.ResponseWriter, _ *http.Request) {
				if row.code == "" {
					w.WriteHeader(row.status)
					fmt.Fprint(w, "<html>not S3</html>")
					return
				}
				refuseWith(w, row.status, row.code)
			})
			err := f.client().Put(ctx(t), object)
			failed := failure(t, err, row.want, row.kind)
			if failed.Retry != row.retry || failed.Status != row.status || row.code != "" && (failed.RequestID != "REQUEST1" || failed.Message != "The text.") {
				t.Errorf("%+v", failed)
			}
			if n := len(f.requests()); n != 1 {
				t.Errorf("%d requests, want 1: the caller tries again", n)
			}
		})
	}
}

// What stands between the client and an answer is Down, and worth another try.
func TestClientWithoutAnswer(t *testing.T) {
	for name, row := range map[string]struct {
		store func(t *testing.T) (url string)
		code  string
	}{
		"nobody listens": {func(t *testing.T) string {
			f := fakeStore(t, nil)
			f.Close()
			return f.URL
		}, CodeConnection},
		"reset": {func(t *testing.T) string {
			return fakeStore(t, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				check(t, err)
				check(t, conn.(*net.TCPConn).SetLinger(0))
				conn.Close()
			}).URL
		}, CodeConnection},
		"no HTTP": {func(t *testing.T) string {
			return fakeStore(t, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				check(t, err)
				fmt.Fprint(conn, "220 mail\r\n")
				conn.Close()
			}).URL
		}, CodeConnection},
		"slow": {func(t *testing.T) string {
			return fakeStore(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }).URL
		}, CodeTimeout},
		"an unknown certificate": {func(t *testing.T) string {
			s := httptest.NewUnstartedServer(nil)
			s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			s.StartTLS()
			t.Cleanup(s.Close)
			return s.URL
		}, CodeConnection},
	} {
		t.Run(name, func(t *testing.T) {
			url := row.store(t)
			timeout := DefaultTimeout
			if row.code == CodeTimeout {
				timeout = 50 * time.Millisecond
			}
			c := openClient(t, ClientConfig{Default: Endpoint{URL: url, PathStyle: true, Credentials: keyOf(alice)}, Timeout: timeout})
			failed := failure(t, c.Put(ctx(t), object), row.code, KindDown)
			if !failed.Retry || failed.Status != 0 || failed.Hint == "" {
				t.Errorf("%+v", failed)
			}
		})
	}
}

func TestClientTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("ETag", `"x"`) }))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := openClient(t, ClientConfig{
		Default:   Endpoint{URL: s.URL, PathStyle: true, Credentials: keyOf(alice)},
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
	})
	check(t, c.Put(ctx(t), object))
}

func TestClientGivenUp(t *testing.T) {
	stop, cancel := context.WithCancel(t.Context())
	f := fakeStore(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	err := f.client().Put(stop, object)
	if failed := failure(t, err, CodeCanceled, KindDown); failed.Retry || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v", failed)
	}
}

// An object that breaks off is no object.
func TestClientCutBody(t *testing.T) {
	f := fakeStore(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = w.Write([]byte("half"))
	})
	got, err := f.client().Get(ctx(t), "logs", "k", 100)
	if failed := failure(t, err, CodeConnection, KindDown); !failed.Retry || got.Body != nil {
		t.Errorf("%+v %q", failed, got.Body)
	}
}

func TestClientWithoutCredentials(t *testing.T) {
	f := fakeStore(t, func(http.ResponseWriter, *http.Request) {})
	none := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("no profile") })
	err := f.client(func(c *ClientConfig) { c.Default.Credentials = none }).Put(ctx(t), object)
	if failed := failure(t, err, CodeCredentials, KindDown); !failed.Retry || !strings.Contains(err.Error(), "no profile") || len(f.requests()) != 0 {
		t.Errorf("%+v", failed)
	}
}

// Headers that a store does not know are left out, once it has said so.
func TestClientLeavesHeadersOut(t *testing.T) {
	const sse, acl = "X-Amz-Server-Side-Encryption", "X-Amz-Acl"
	withKey := object
	withKey.KMSKeyID = "k"
	for name, row := range map[string]struct {
		refused []string
		code    string
		in      PutInput
		fails   bool
		first   int // requests of the first Put
		second  int
		logged  string
	}{
		"nothing":           {nil, "", object, false, 1, 1, ""},
		"encryption":        {[]string{sse}, "NotImplemented", object, false, 2, 1, "encryption=true acl=false"},
		"lists":             {[]string{acl}, "NotImplemented", object, false, 3, 1, "encryption=false acl=true"},
		"both":              {[]string{sse, acl}, "NotImplemented", object, false, 4, 1, "encryption=true acl=true"},
		"without a code":    {[]string{sse}, "InvalidRequest", object, false, 2, 1, "encryption=true acl=false"},
		"a key":             {[]string{sse}, "NotImplemented", withKey, true, 2, 2, ""},
		"a key, and lists":  {[]string{acl}, "NotImplemented", withKey, false, 2, 1, "encryption=false acl=true"},
		"for other reasons": {[]string{sse}, "AccessDenied", object, true, 1, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(journal)
			f := fakeStore(t, func(w http.ResponseWriter, r *http.Request) {
				if slices.ContainsFunc(row.refused, func(h string) bool { return r.Header.Get(h) != "" }) {
					status := map[string]int{"NotImplemented": 501, "InvalidRequest": 400, "AccessDenied": 403}[row.code]
					refuseWith(w, status, row.code)
				}
			})
			c := f.client(func(c *ClientConfig) { c.Logger = slog.New(slog.NewTextHandler(log, nil)) })
			for _, want := range []int{row.first, row.second} {
				err := c.Put(ctx(t), row.in)
				if (err != nil) != row.fails {
					t.Fatalf("error %v", err)
				}
				if row.fails && !IsCode(err, row.code) {
					t.Errorf("error %v, want the first: %s", err, row.code)
				}
				if n := len(f.requests()); n != want {
					t.Errorf("%d requests, want %d", n, want)
				}
			}
			text := log.String()
			if strings.Count(text, "level=WARN") != min(1, len(row.logged)) || !strings.Contains(text, row.logged) {
				t.Errorf("log: %s", text)
			}
		})
	}
}

// A bucket in another Region is asked for there from then on.
func TestClientFollowsRegion(t *testing.T) {
	f := fakeStore(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/s3/") {
			w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
			refuseWith(w, 400, "AuthorizationHeaderMalformed")
		}
	})
	c := f.client()
	for _, want := range []int{2, 1, 1} {
		check(t, c.Put(ctx(t), object))
		if n := len(f.requests()); n != want {
			t.Errorf("%d requests, want %d", n, want)
		}
	}
	other := object
	other.Bucket = "elsewhere"
	check(t, c.Put(ctx(t), other))
	if n := len(f.requests()); n != 2 {
		t.Errorf("%d requests for another bucket, want 2", n)
	}
}

// One client serves many at once.
func TestClientAtOnce(t *testing.T) {
	f := fakeStore(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Server-Side-Encryption") != "" {
			refuseWith(w, 501, "NotImplemented")
		}
	})
	c := f.client()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			in := object
			in.Bucket, in.Key, in.Body = fmt.Sprintf("logs-%d", i%3), fmt.Sprint(i), bytes.Repeat([]byte{byte(i)}, 1000)
			if err := c.Put(t.Context(), in); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
