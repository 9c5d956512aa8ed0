package objects

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// open makes a client that is closed with the test.
func openClient(t testing.TB, cfg ClientConfig) *Client {
	t.Helper()
	c, err := NewClient(cfg)
	check(t, err)
	t.Cleanup(c.Close)
	return c
}

func keyOf(id string) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(id, secretOf(id), "")
}

// at is the embedded endpoint as a key sees it.
func (e *endpoint) at(key string) Endpoint {
	return Endpoint{URL: e.URL(), PathStyle: true, Credentials: keyOf(key)}
}

// sentTap keeps what a client sends.
type sentTap struct {
	mu   sync.Mutex
	sent bytes.Buffer
}

type sentConn struct {
	net.Conn
	tap *sentTap
}

func (c sentConn) Write(b []byte) (int, error) {
	c.tap.mu.Lock()
	c.tap.sent.Write(b)
	c.tap.mu.Unlock()
	return c.Conn.Write(b)
}

func (s *sentTap) transport() *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		return sentConn{conn, s}, err
	}}
}

func (s *sentTap) since() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.sent.String()
	s.sent.Reset()
	return out
}

// failure checks the type of an error.
func failure(t testing.TB, err error, code string, kind Kind) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code || e.Kind != kind {
		t.Fatalf("error %v, want %s of kind %s", err, code, kind)
	}
	return e
}

func TestClientObjects(t *testing.T) {
	e := start(t, Config{})
	bucket := e.bucket(e.client(alice), "logs")
	c := openClient(t, ClientConfig{Default: e.at(alice)})
	in := PutInput{
		Bucket: bucket, Key: "AWSLogs/a+b=c é.json.gz", Body: []byte("the body"), ContentType: "application/json", ContentEncoding: "gzip",
		Metadata: map[string]string{"signature": "abc", "Signature-Algorithm": "SHA256withRSA"}, ACL: BucketOwnerFullControl,
	}
	for range 2 {
		check(t, c.Put(ctx(t), in))
	}
	got, err := c.Get(ctx(t), bucket, in.Key, 8)
	check(t, err)
	head, err := c.Head(ctx(t), bucket, in.Key)
	check(t, err)
	for _, o := range []Object{got, head} {
		if o.Size != 8 || o.ContentType != in.ContentType || o.ContentEncoding != "gzip" || len(o.ETag) != 32 || o.Modified.IsZero() ||
			fmt.Sprint(o.Metadata) != "map[signature:abc signature-algorithm:SHA256withRSA]" {
			t.Errorf("object %+v", o)
		}
	}
	if string(got.Body) != "the body" || head.Body != nil {
		t.Errorf("body %q, and of the head %q", got.Body, head.Body)
	}
	_, err = c.Get(ctx(t), bucket, in.Key, 7)
	failure(t, err, "EntityTooLarge", KindOther)
	check(t, c.Delete(ctx(t), bucket, in.Key))
	check(t, c.Delete(ctx(t), bucket, in.Key))
	_, err = c.Get(ctx(t), bucket, in.Key, 8)
	failure(t, err, "NoSuchKey", KindGone)
	_, err = c.Head(ctx(t), bucket, in.Key)
	failure(t, err, "NoSuchKey", KindGone)
	where, err := c.Location(ctx(t), bucket)
	check(t, err)
	if where != "us-east-1" {
		t.Errorf("location %q", where)
	}
}

func TestClientList(t *testing.T) {
	e := start(t, Config{})
	bucket := e.bucket(e.client(alice), "logs")
	c := openClient(t, ClientConfig{Default: e.at(alice)})
	const many = 1003 // more than a page
	for i := range many {
		check(t, c.Put(ctx(t), PutInput{Bucket: bucket, Key: fmt.Sprintf("p/%04d", i)}))
	}
	check(t, c.Put(ctx(t), PutInput{Bucket: bucket, Key: "q"}))
	for _, row := range []struct {
		prefix, after, first string
		stop, want           int
	}{
		{"p/", "", "p/0000", 0, many},
		{"p/", "p/0999", "p/1000", 0, 3},
		{"p/", "", "p/0000", 1, 1},
		{"", "p/1002", "q", 0, 1},
		{"nothing", "", "", 0, 0},
	} {
		n, first := 0, ""
		for entry, err := range c.List(ctx(t), bucket, row.prefix, row.after) {
			check(t, err)
			if n++; n == 1 {
				first = entry.Key
			}
			if n == row.stop {
				break
			}
		}
		if n != row.want || first != row.first {
			t.Errorf("%q after %q: %d, first %q; want %d, %q", row.prefix, row.after, n, first, row.want, row.first)
		}
	}
	n := 0
	for _, err := range c.List(ctx(t), "nowhere", "", "") {
		n++
		failure(t, err, "NoSuchBucket", KindGone)
	}
	if n != 1 {
		t.Errorf("a listing that fails gave %d times", n)
	}
}

// What goes over the wire: names of metadata in lower case, encryption, the
// access control list, and the checksums.
func TestClientPutOnTheWire(t *testing.T) {
	e := start(t, Config{})
	bucket := e.bucket(e.client(alice), "logs")
	body := []byte("x")
	sum := sha256.Sum256(body)
	kms := PutInput{Bucket: bucket, KMSKeyID: "arn:k", KMSContext: map[string]string{"aws:cloudtrail:arn": "arn:t"}}
	for name, row := range map[string]struct {
		change   func(*Endpoint)
		in       PutInput
		want     []string
		unwanted []string
	}{
		"usual": {nil, PutInput{Bucket: bucket, Metadata: map[string]string{"Signature": "a", "previous-Digest": "b"}, ACL: BucketOwnerFullControl, SHA256: sum[:]},
			[]string{"x-amz-meta-signature: a", "x-amz-meta-previous-digest: b", "X-Amz-Acl: bucket-owner-full-control", "X-Amz-Server-Side-Encryption: AES256",
				"Content-Md5: ndTkYSaMgDT1yFZOFVxnpg==", "X-Amz-Checksum-Sha256: LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=", "Content-Length: 1",
				"X-Amz-Content-Sha256: 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}[:6],
			[]string{"X-Amz-Meta", "Aws-Kms", "aws-chunked", "X-Amz-Trailer", "Accept-Encoding"}},
		"key": {nil, kms, []string{"X-Amz-Server-Side-Encryption: aws:kms", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id: arn:k",
			"X-Amz-Server-Side-Encryption-Context: eyJhd3M6Y2xvdWR0cmFpbDphcm4iOiJhcm46dCJ9"}, []string{"AES256", "X-Amz-Acl"}},
		"store without keys": {func(e *Endpoint) { e.NoKMS = true }, kms, []string{"X-Amz-Server-Side-Encryption: AES256"}, []string{"Aws-Kms", "Context"}},
		"store without anything": {func(e *Endpoint) { e.NoSSE, e.NoKMS, e.NoACL = true, true, true }, PutInput{Bucket: bucket, KMSKeyID: "k", ACL: BucketOwnerFullControl},
			nil, []string{"Encryption", "X-Amz-Acl"}},
	} {
		t.Run(name, func(t *testing.T) {
			tap, at := new(sentTap), e.at(alice)
			if row.change != nil {
				row.change(&at)
			}
			c := openClient(t, ClientConfig{Default: at, Transport: tap.transport()})
			row.in.Key, row.in.Body = "k", body
			check(t, c.Put(ctx(t), row.in))
			sent := tap.since()
			for _, want := range row.want {
				if !strings.Contains(sent, "\r\n"+want+"\r\n") {
					t.Errorf("%q was not sent:\n%s", want, sent)
				}
			}
			for _, unwanted := range row.unwanted {
				if strings.Contains(sent, unwanted) {
					t.Errorf("%q was sent:\n%s", unwanted, sent)
				}
			}
		})
	}
}

func TestClientRefusesWrongInput(t *testing.T) {
	c := openClient(t, ClientConfig{})
	for name, in := range map[string]PutInput{
		"no bucket": {Key: "k"}, "no key": {Bucket: "b"}, "a path": {Bucket: "b", Key: "/k"}, "half a hash": {Bucket: "b", Key: "k", SHA256: []byte("x")},
	} {
		var e *Error
		if err := c.Put(ctx(t), in); !errors.As(err, &e) || e.Kind != KindOther || e.Retry || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, cfg := range map[string]ClientConfig{
		"no address":  {Default: Endpoint{URL: "host:1"}},
		"a query":     {Default: Endpoint{URL: "http://host?x"}},
		"a password":  {Buckets: map[string]Endpoint{"b": {URL: "http://me:secret@host"}}},
		"past a time": {Timeout: -1},
	} {
		if _, err := NewClient(cfg); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A wrong hash does not get past the store.
func TestClientWrongHash(t *testing.T) {
	e := start(t, Config{})
	bucket := e.bucket(e.client(alice), "logs")
	c := openClient(t, ClientConfig{Default: e.at(alice)})
	err := c.Put(ctx(t), PutInput{Bucket: bucket, Key: "k", Body: []byte("x"), SHA256: make([]byte, 32)})
	var failed *Error
	if !errors.As(err, &failed) || failed.Status != 400 {
		t.Fatalf("error %v", err)
	}
	_, err = c.Head(ctx(t), bucket, "k")
	failure(t, err, "NoSuchKey", KindGone)
}

func TestClientDenied(t *testing.T) {
	e := start(t, Config{})
	bucket := e.bucket(e.client(alice), "logs")
	wrong := e.at(alice)
	wrong.Credentials = credentials.NewStaticCredentialsProvider(alice, "wrong", "")
	for name, row := range map[string]struct {
		at           Endpoint
		bucket, code string
		kind         Kind
	}{
		"another account": {e.at(carol), bucket, "AccessDenied", KindDenied},
		"a wrong secret":  {wrong, bucket, "SignatureDoesNotMatch", KindDenied},
		"nobody":          {Endpoint{URL: e.URL(), PathStyle: true}, bucket, "AccessDenied", KindDenied},
		"an unknown key":  {e.at("AKIANOBODY"), bucket, "InvalidAccessKeyId", KindDenied},
		"no bucket":       {e.at(alice), "nowhere", "NoSuchBucket", KindGone},
	} {
		t.Run(name, func(t *testing.T) {
			// The default endpoint answers nothing: the bucket's own is asked.
			c := openClient(t, ClientConfig{Default: Endpoint{URL: "http://127.0.0.1:1"}, Buckets: map[string]Endpoint{row.bucket: row.at}})
			err := c.Put(ctx(t), PutInput{Bucket: row.bucket, Key: "k", Body: []byte("x")})
			failed := failure(t, err, row.code, row.kind)
			if failed.Retry || failed.Endpoint != e.URL() || !strings.Contains(err.Error(), "put s3://"+row.bucket+"/k at "+e.URL()) {
				t.Errorf("error %+v: %v", failed, err)
			}
		})
	}
}

func BenchmarkClientPut(b *testing.B) {
	for _, size := range []int{1 << 10, 64 << 10, 4 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			e := start(b, Config{})
			e.bucket(e.client(alice), "logs")
			c := openClient(b, ClientConfig{Default: e.at(alice)})
			body := bytes.Repeat([]byte{'x'}, size)
			sum := sha256.Sum256(body)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				in := PutInput{Bucket: "logs", Key: fmt.Sprintf("%03d/%d", n%1000, n), Body: body, SHA256: sum[:], ACL: BucketOwnerFullControl}
				if err := c.Put(b.Context(), in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
