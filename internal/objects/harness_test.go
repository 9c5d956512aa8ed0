package objects

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// people is a directory in memory.
type people map[string]Identity

const (
	alice = "AKIAALICE" // of account one
	bob   = "AKIABOB"   // of account one, too
	carol = "AKIACAROL" // of account two
	temp  = "ASIATEMP"  // a session of account one
	token = "the token"
	one   = "111111111111"
	two   = "222222222222"
)

func secretOf(key string) string { return "secret of " + key }

func directory() people {
	return people{
		alice: {Secret: secretOf(alice), Account: one, ARN: "arn:aws:iam::" + one + ":user/alice"},
		bob:   {Secret: secretOf(bob), Account: one, ARN: "arn:aws:iam::" + one + ":user/bob"},
		carol: {Secret: secretOf(carol), Account: two, ARN: "arn:aws:iam::" + two + ":user/carol"},
		temp:  {Secret: secretOf(temp), Account: one, ARN: "arn:aws:sts::" + one + ":assumed-role/reader/session"},
	}
}

func (p people) Key(id, sessionToken string) (Identity, error) {
	who, ok := p[id]
	temporary := strings.HasPrefix(id, "ASIA")
	switch {
	case !ok:
		return Identity{}, ErrNoKey
	case sessionToken == "old":
		return Identity{}, ErrExpired
	case temporary != (sessionToken == token):
		return Identity{}, ErrToken
	}
	return who, nil
}

// journal is a log that several goroutines write and a test reads.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// endpoint is a server under test.
type endpoint struct {
	testing.TB
	*Server
	log  *journal
	wire *wiretap
}

// start opens a server and closes it with the test. cfg needs nothing.
func start(t testing.TB, cfg Config) *endpoint {
	t.Helper()
	e := &endpoint{TB: t, log: new(journal), wire: new(wiretap)}
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	if cfg.Keys == nil {
		cfg.Keys = directory()
	}
	if _, benchmark := t.(*testing.B); !benchmark && cfg.Logger == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(e.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	s, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	e.Server = s
	t.Cleanup(e.close)
	return e
}

func (e *endpoint) close() {
	if err := e.Server.Close(context.Background()); err != nil {
		e.Errorf("close: %v", err)
	}
	if e.Failed() {
		e.Logf("log:\n%s", e.log)
	}
}

// client signs with a key; its transport is its own and is closed with the test.
func (e *endpoint) client(key string, opts ...func(*s3.Options)) *s3.Client {
	e.Helper()
	session := ""
	if strings.HasPrefix(key, "ASIA") {
		session = token
	}
	return e.clientWith(credentials.NewStaticCredentialsProvider(key, secretOf(key), session), opts...)
}

func (e *endpoint) clientWith(cred aws.CredentialsProvider, opts ...func(*s3.Options)) *s3.Client {
	e.Helper()
	transport := &http.Transport{DialContext: e.wire.dial}
	e.Cleanup(transport.CloseIdleConnections)
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(e.URL()),
		Region:       DefaultRegion,
		Credentials:  cred,
		UsePathStyle: true,
		HTTPClient:   &http.Client{Transport: transport},
		Retryer:      aws.NopRetryer{},
	}, opts...)
}

func (e *endpoint) bucket(c *s3.Client, name string) string {
	e.Helper()
	if _, err := c.CreateBucket(ctx(e), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		e.Fatalf("create bucket %s: %v", name, err)
	}
	return name
}

func (e *endpoint) put(c *s3.Client, bucket, key, text string) {
	e.Helper()
	if _, err := c.PutObject(ctx(e), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(text)}); err != nil {
		e.Fatalf("put %s/%s: %v", bucket, key, err)
	}
}

func (e *endpoint) get(c *s3.Client, bucket, key string) string {
	e.Helper()
	out, err := c.GetObject(ctx(e), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		e.Fatalf("get %s/%s: %v", bucket, key, err)
	}
	return readAll(e, out.Body)
}

// send makes a request as it is, unsigned.
func (e *endpoint) send(method, url, body string) (int, string) {
	e.Helper()
	req, err := http.NewRequestWithContext(ctx(e), method, url, strings.NewReader(body))
	check(e, err)
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	check(e, err)
	return resp.StatusCode, readAll(e, resp.Body)
}

// refused checks the code of an error of the API.
func (e *endpoint) refused(err error, code string) {
	e.Helper()
	var api smithy.APIError
	switch {
	case err == nil:
		e.Errorf("it was done, and should have been refused with %s", code)
	case !errors.As(err, &api):
		e.Errorf("not an answer of the API: %v", err)
	case api.ErrorCode() != code:
		e.Errorf("refused with %s (%s), want %s", api.ErrorCode(), api.ErrorMessage(), code)
	}
}

func ctx(t testing.TB) context.Context { return t.Context() }

func readAll(t testing.TB, r io.ReadCloser) string {
	t.Helper()
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
