package identity

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const endpoint = "http://cairn.example:4570"

func hashOf(body string) string {
	h := sha256.Sum256([]byte(body))
	return hex.EncodeToString(h[:])
}

func awsCredentials(c Credential) aws.Credentials {
	return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey}
}

// call is a request to be signed by the SDK.
type call struct {
	method, url, body string
	header            map[string]string
	creds             aws.Credentials
	region, service   string
	at                time.Time
	hash              string // what is signed as the payload's; "" for the body's
}

func (c call) request(t testing.TB) *http.Request {
	t.Helper()
	r, err := http.NewRequest(c.method, c.url, strings.NewReader(c.body))
	check(t, err)
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	return r
}

func (c call) payload() string {
	if c.hash != "" {
		return c.hash
	}
	return hashOf(c.body)
}

// signed gives the request as a server gets it: signed by the SDK's own
// signer, written to the wire and read from it.
func (c call) signed(t testing.TB) *http.Request {
	t.Helper()
	r := c.request(t)
	err := v4.NewSigner().SignHTTP(t.Context(), c.creds, r, c.payload(), c.service, c.region, c.at)
	check(t, err)
	return wire(t, r)
}

// presigned does the same with the signature in the query.
func (c call) presigned(t testing.TB) *http.Request {
	t.Helper()
	u, header, err := v4.NewSigner().PresignHTTP(t.Context(), c.creds, c.request(t), c.payload(), c.service, c.region, c.at)
	check(t, err)
	r, err := http.NewRequest(c.method, u, strings.NewReader(c.body))
	check(t, err)
	for k, v := range header {
		if k != "Host" && k != "Content-Length" {
			r.Header[k] = v
		}
	}
	return wire(t, r)
}

func wire(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	var buf bytes.Buffer
	check(t, r.Write(&buf))
	got, err := http.ReadRequest(bufio.NewReader(&buf))
	check(t, err)
	body, err := io.ReadAll(got.Body)
	check(t, err)
	got.Body = io.NopCloser(bytes.NewReader(body))
	return got
}

func (h *house) lookup() call {
	return call{
		method: "POST", url: endpoint + "/", body: `{"MaxResults":5}`,
		header: map[string]string{
			"Content-Type": "application/x-amz-json-1.1",
			"X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
			"User-Agent":   "aws-cli/2", "Amz-Sdk-Request": "attempt=1; max=3",
		},
		creds: awsCredentials(h.admin), region: "eu-central-1", service: "cloudtrail", at: h.clock.now(),
	}
}

// wantKind checks the error and that what the request claims is in it.
func (h *house) wantKind(t testing.TB, err error, kind AuthKind, says string) *AuthError {
	t.Helper()
	var e *AuthError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want %s", err, kind)
	}
	if e.Kind != kind || !strings.Contains(e.Message, says) {
		t.Fatalf("got %v, want %s with %q", err, kind, says)
	}
	return e
}

func TestVerifyHeaderForm(t *testing.T) {
	h := newHouse(t)
	c := h.lookup()
	r := c.signed(t)
	for range 2 { // the identical request is accepted again
		caller, err := h.Verify(r, hashOf(c.body))
		check(t, err)
		if caller.AccessKeyID != h.admin.AccessKeyID || caller.Region != "eu-central-1" || caller.Service != "cloudtrail" ||
			caller.Session != nil || caller.ARN() != "arn:aws:iam::111122223333:user/admin" ||
			caller.PrincipalID() != caller.Principal.ID || caller.AccountID() != testAccount || !caller.Known() {
			t.Fatalf("caller %+v", caller)
		}
	}
	root, err := h.CreateAccessKey(t.Context(), Ref{testAccount, Root, ""})
	check(t, err)
	c.creds = awsCredentials(root)
	caller, err := h.Verify(c.signed(t), hashOf(c.body))
	check(t, err)
	if caller.Principal.Type != Root || caller.PrincipalID() != testAccount {
		t.Fatalf("root is %+v", caller)
	}
}

// The canonical request must be the SDK's for everything a URL can hold.
func TestVerifyOddRequests(t *testing.T) {
	h := newHouse(t)
	for _, target := range []string{
		"", "/", "/a", "/a/", "//", "//a//b", "/./a/../b", "/a/..", "/.", "/..", "/.hidden", "/a b", "/a%20b", "/a%2Fb", "/a+b", "/ü/日本",
		"/%C3%BC", "/%c3%bc", "/a:b@c$d!e'f(g)h*i,j;k=l", "/~tilde_-.", "/%25", "/arn:aws:x/y%3Az", "/a%00b",
		"/?", "/?a", "/?a=", "/?a=1&a=0&a=2", "/?b=2&a=1", "/?a=1&A=2&a%20=3", "/?a=a/b&a=a-b", "/?k=%20&k=+&k=%2B", "/?ü=ß&%C3%BC=x",
		"/?a-b=1&a=2", "/?a==&b=%3D", "/?a=%26&b=%25zz", "/?x=~_-.!*'()", "/?&&a=1&&", "/?a=1#frag", "/?A%42=1",
	} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			c := h.lookup()
			c.method, c.url = method, endpoint+target
			if method == "GET" {
				c.body = ""
			}
			if _, err := h.Verify(c.signed(t), hashOf(c.body)); err != nil {
				t.Errorf("%s %s in the header: %v", method, target, err)
			}
			if strings.Contains(target, "#") {
				continue
			}
			if _, err := h.Verify(c.presigned(t), hashOf(c.body)); err != nil {
				t.Errorf("%s %s in the query: %v", method, target, err)
			}
		}
	}
	for _, value := range []string{"", "  a   b  ", "a\tb", "\t a", `"quoted   text"`, "ü  ß", "a, b,  c", "="} {
		c := h.lookup()
		c.header["X-Amz-Meta-Odd"] = value
		c.header["X-Custom"] = value
		if _, err := h.Verify(c.signed(t), hashOf(c.body)); err != nil {
			t.Errorf("header value %q: %v", value, err)
		}
	}
	// A header that is there twice.
	c := h.lookup()
	r := c.request(t)
	r.Header["X-Amz-Meta-Twice"] = []string{"b ", " a"}
	check(t, v4.NewSigner().SignHTTP(t.Context(), c.creds, r, c.payload(), c.service, c.region, c.at))
	if _, err := h.Verify(wire(t, r), c.payload()); err != nil {
		t.Error(err)
	}
	// Other SDKs sign the path without dot segments and empty ones.
	c.url = endpoint + "/a/c"
	r = c.signed(t)
	r.URL.Path = "/a//b/./../c"
	if _, err := h.Verify(r, c.payload()); err != nil {
		t.Error(err)
	}
	// s3 takes the path as it came.
	c = h.lookup()
	c.url, c.service = endpoint+"/bucket/a%20b//c", "s3"
	r = c.request(t)
	check(t, v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).
		SignHTTP(t.Context(), c.creds, r, c.payload(), c.service, c.region, c.at))
	if _, err := h.Verify(wire(t, r), c.payload()); err != nil {
		t.Error(err)
	}
}

func TestVerifyPayload(t *testing.T) {
	h := newHouse(t)
	for _, tc := range []struct {
		name, signed, declared, computed string
		want                             AuthKind
	}{
		{"no header, body read", "", "", "body", ""},
		{"no header, other body", "", "", "other", SignatureDoesNotMatch},
		{"no header, body not read", "", "", "", SignatureDoesNotMatch},
		{"no header, body not read and not signed", unsignedPayload, "", "", ""},
		{"no header, body not signed", unsignedPayload, "", "body", SignatureDoesNotMatch},
		{"declared", "", "body", "body", ""},
		{"declared, other body", "", "body", "other", SignatureDoesNotMatch},
		{"declared, body not read", "", "body", "", SignatureDoesNotMatch},
		{"declared unsigned", unsignedPayload, unsignedPayload, "body", ""},
		{"declared unsigned, not read", unsignedPayload, unsignedPayload, "", ""},
		{"declared streaming", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "", SignatureDoesNotMatch},
	} {
		c := h.lookup()
		c.hash = tc.signed
		switch {
		case tc.declared == "body":
			c.header["X-Amz-Content-Sha256"] = hashOf(c.body)
		case tc.declared != "":
			c.header["X-Amz-Content-Sha256"] = tc.declared
		}
		hash := map[string]string{"body": hashOf(c.body), "other": hashOf("other"), "": ""}[tc.computed]
		_, err := h.Verify(c.signed(t), hash)
		if tc.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
			}
			continue
		}
		h.wantKind(t, err, tc.want, "")
	}
}

// One change to a signed request, and it is refused.
func TestVerifyAltered(t *testing.T) {
	h := newHouse(t)
	swap := func(old, with string) func(*http.Request) {
		return func(r *http.Request) {
			was := r.Header.Get("Authorization")
			r.Header.Set("Authorization", strings.Replace(was, old, with, 1))
			if r.Header.Get("Authorization") == was {
				t.Errorf("nothing to alter: %q", old)
			}
		}
	}
	for _, tc := range []struct {
		name  string
		alter func(r *http.Request)
		kind  AuthKind
		says  string
	}{
		{"method", func(r *http.Request) { r.Method = "PUT" }, SignatureDoesNotMatch, msgMismatch},
		{"path", func(r *http.Request) { r.URL.Path = "/x" }, SignatureDoesNotMatch, msgMismatch},
		{"query", func(r *http.Request) { r.URL.RawQuery = "a=1" }, SignatureDoesNotMatch, msgMismatch},
		{"host", func(r *http.Request) { r.Host = "evil.example" }, SignatureDoesNotMatch, msgMismatch},
		{"target", func(r *http.Request) { r.Header.Set("X-Amz-Target", "DeleteTrail") }, SignatureDoesNotMatch, msgMismatch},
		{"signed header gone", func(r *http.Request) { r.Header.Del("X-Amz-Target") }, SignatureDoesNotMatch, msgMismatch},
		{"second value", func(r *http.Request) { r.Header.Add("X-Amz-Target", "x") }, SignatureDoesNotMatch, msgMismatch},
		{"unsigned amz header", func(r *http.Request) { r.Header.Set("X-Amz-Extra", "x") }, SignatureDoesNotMatch, "'X-Amz-Extra' must be a 'SignedHeader'"},
		{"Region", swap("eu-central-1", "us-east-1"), SignatureDoesNotMatch, msgMismatch},
		{"service", swap("/cloudtrail/", "/sts/"), SignatureDoesNotMatch, msgMismatch},
		{"terminator", swap("aws4_request", "aws5_request"), SignatureDoesNotMatch, "valid terminator"},
		{"scope date", swap("/20260314/", "/20260313/"), SignatureDoesNotMatch, "Date in Credential scope does not match"},
		{"time", func(r *http.Request) { r.Header.Set("X-Amz-Date", "20260314T150927Z") }, SignatureDoesNotMatch, msgMismatch},
		{"host not signed", swap("host;", ""), SignatureDoesNotMatch, "'Host' or ':authority' must be"},
		{"signature", swap("Signature=", "Signature=0"), SignatureDoesNotMatch, msgMismatch},
		{"key", swap("AKIA", "AKIB"), InvalidClientTokenID, msgInvalidToken},
		{"long-term key with a token", func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", "x") }, InvalidClientTokenID, msgInvalidToken},
		{"date and time no date", func(r *http.Request) { r.Header.Set("X-Amz-Date", "yesterday") }, IncompleteSignature, "ISO-8601 'basic format'. Got 'yesterday'"},
		{"no date", func(r *http.Request) { r.Header.Del("X-Amz-Date") }, IncompleteSignature, "existence of either a 'X-Amz-Date' or a 'Date'"},
		{"no signature", swap("Signature=", "Signature=,Signature="), IncompleteSignature, "more than one 'Signature'"},
		{"empty credential", func(r *http.Request) {
			r.Header.Set("Authorization", algorithm+" Credential=, SignedHeaders=host, Signature=0")
		}, IncompleteSignature, "Authorization header requires 'Credential' parameter. (Hashed"},
		{"credential twice", swap("Credential=", "Credential=a, Credential="), IncompleteSignature, "more than one 'Credential'"},
		{"unknown parameter", swap("Credential=", "Extra=1, Credential="), IncompleteSignature, "unknown parameter 'Extra'"},
		{"no equal sign", swap("Credential=", "nothing, Credential="), IncompleteSignature, "missing equal-sign"},
		{"algorithm", swap("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"), IncompleteSignature, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'"},
		{"credential parts", swap("/cloudtrail/", "/"), IncompleteSignature, "exactly 5 slash-delimited elements"},
		{"empty part", swap("/cloudtrail/", "//"), IncompleteSignature, "exactly 5 slash-delimited elements"},
		{"signed headers", swap("host;", "host;;"), IncompleteSignature, "SignedHeaders"},
		{"signed headers case", swap("host;", "Host;"), IncompleteSignature, "lower-case"},
		{"two Authorization headers", func(r *http.Request) { r.Header.Add("Authorization", "x") }, IncompleteSignature, "more than one"},
		{"both forms", func(r *http.Request) { r.URL.RawQuery = "X-Amz-Signature=x" }, IncompleteSignature, "Only one auth mechanism"},
		{"only the algorithm", func(r *http.Request) { r.Header.Set("Authorization", algorithm) }, IncompleteSignature,
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."},
		{"basic", func(r *http.Request) { r.Header.Set("Authorization", "Basic eDp5") }, IncompleteSignature, "'Basic'"},
		{"nothing", func(r *http.Request) { r.Header.Del("Authorization") }, MissingAuthenticationToken, "missing Authentication Token"},
		{"empty", func(r *http.Request) { r.Header.Set("Authorization", " ") }, MissingAuthenticationToken, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := h.lookup()
			r := c.signed(t)
			tc.alter(r)
			_, err := h.Verify(r, hashOf(c.body))
			e := h.wantKind(t, err, tc.kind, tc.says)
			if e.Kind == SignatureDoesNotMatch && (e.AccessKeyID != h.admin.AccessKeyID || e.Claimed.Name != "admin" || e.Region == "" || e.Service == "") {
				t.Errorf("the error does not say what was claimed: %+v", e)
			}
		})
	}
	c := h.lookup()
	_, err := h.Verify(c.signed(t), hashOf("another body"))
	h.wantKind(t, err, SignatureDoesNotMatch, msgMismatch)
	c.creds.SecretAccessKey = "wrong"
	_, err = h.Verify(c.signed(t), hashOf(c.body))
	h.wantKind(t, err, SignatureDoesNotMatch, msgMismatch)
}

func TestVerifySkew(t *testing.T) {
	h := newHouse(t)
	start := h.clock.now()
	for _, tc := range []struct {
		off  time.Duration
		says string
	}{
		{0, ""}, {15 * time.Minute, ""}, {-15 * time.Minute, ""},
		{15*time.Minute + time.Second, "Signature not yet current: 20260314T152427Z is still later than 20260314T152426Z (20260314T150926Z + 15 min.)"},
		{-15*time.Minute - time.Second, "Signature expired: 20260314T145425Z is now earlier than 20260314T145426Z (20260314T150926Z - 15 min.)"},
	} {
		c := h.lookup()
		c.at = start.Add(tc.off)
		_, err := h.Verify(c.signed(t), hashOf(c.body))
		if tc.says == "" {
			check(t, err)
		} else {
			h.wantKind(t, err, RequestExpired, tc.says)
		}
	}
	// A replay is refused when its time is over.
	c := h.lookup()
	r := c.signed(t)
	h.clock.advance(16 * time.Minute)
	_, err := h.Verify(r, hashOf(c.body))
	h.wantKind(t, err, RequestExpired, "")
}

func TestVerifyDateHeader(t *testing.T) {
	h := newHouse(t)
	c := h.lookup()
	s := signature{
		keyID: h.admin.AccessKeyID, scopeDate: "20260314", region: "us-east-1", service: "cloudtrail",
		signedHeaders: "date;host", names: []string{"date", "host"}, stamp: "20260314T150926Z",
	}
	r := c.request(t)
	r.Header.Del("X-Amz-Target")
	r.Header.Set("Date", c.at.UTC().Format(http.TimeFormat))
	sign(t, r, &s, h.admin.SecretAccessKey, hashOf(c.body))
	if _, err := h.Verify(wire(t, r), hashOf(c.body)); err != nil {
		t.Fatal(err)
	}
}

// sign makes an Authorization header with what the package itself has.
func sign(t testing.TB, r *http.Request, s *signature, secret, hash string) {
	t.Helper()
	key := deriveSigningKey(secret, signingKeyID{s.keyID, s.scopeDate, s.region, s.service})
	sc := &scratch{}
	if err := sc.collectHeaders(r, s); err != nil {
		t.Fatal(err)
	}
	sc.matches(r, s, wirePath(r.URL), hash, key)
	r.Header.Set("Authorization", algorithm+" Credential="+s.keyID+"/"+s.scopeDate+"/"+s.region+"/"+s.service+"/aws4_request,"+
		"SignedHeaders="+s.signedHeaders+",Signature="+string(sc.buf))
}

func TestVerifyPresigned(t *testing.T) {
	h := newHouse(t)
	c := call{
		method: "GET", url: endpoint + "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60",
		header: map[string]string{"X-Amz-Source": "a b", "X-K8s-Aws-Id": "cluster"},
		creds:  awsCredentials(h.admin), region: "us-east-1", service: "sts", at: h.clock.now(),
	}
	set := func(k, v string) func(*http.Request) {
		return func(r *http.Request) {
			q := r.URL.Query()
			if q.Set(k, v); v == "" {
				q.Del(k)
			}
			r.URL.RawQuery = q.Encode()
		}
	}
	for _, tc := range []struct {
		name  string
		alter func(*http.Request)
		kind  AuthKind
		says  string
	}{
		{"as it is", func(*http.Request) {}, "", ""},
		{"re-encoded", func(r *http.Request) { r.URL.RawQuery = r.URL.Query().Encode() }, "", ""},
		{"query", set("Action", "AssumeRole"), SignatureDoesNotMatch, msgMismatch},
		{"longer", set("X-Amz-Expires", "3600"), SignatureDoesNotMatch, msgMismatch},
		{"header", func(r *http.Request) { r.Header.Set("X-K8s-Aws-Id", "x") }, SignatureDoesNotMatch, msgMismatch},
		{"zero", set("X-Amz-Expires", "0"), IncompleteSignature, "1 to 604800"},
		{"more than a week", set("X-Amz-Expires", "604801"), IncompleteSignature, "1 to 604800"},
		{"negative", set("X-Amz-Expires", "-1"), IncompleteSignature, "1 to 604800"},
		{"no algorithm", set("X-Amz-Algorithm", ""), IncompleteSignature, "must include 'X-Amz-Algorithm'"},
		{"no signature", set("X-Amz-Signature", ""), IncompleteSignature, "must include 'X-Amz-Signature'"},
		{"other algorithm", set("X-Amz-Algorithm", "X"), IncompleteSignature, "Unsupported"},
		{"http date", set("X-Amz-Date", "Sat, 14 Mar 2026 15:09:26 GMT"), IncompleteSignature, "ISO-8601"},
		{"signature twice", func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Signature=x" }, IncompleteSignature, "more than once"},
		{"line end in a name", set("X-Amz-SignedHeaders", "host\nx"), IncompleteSignature, "lower-case"},
		{"scope", set("X-Amz-Credential", "a/b"), IncompleteSignature, "5 slash-delimited"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := c.presigned(t)
			tc.alter(r)
			_, err := h.Verify(r, hashOf(""))
			if tc.kind == "" {
				check(t, err)
				return
			}
			h.wantKind(t, err, tc.kind, tc.says)
		})
	}
	r := c.presigned(t)
	h.clock.advance(time.Minute)
	_, err := h.Verify(r, hashOf(""))
	check(t, err)
	h.clock.advance(time.Second)
	_, err = h.Verify(r, hashOf(""))
	h.wantKind(t, err, RequestExpired, "Signature expired: 20260314T150926Z is now earlier than 20260314T150927Z (20260314T151027Z - 1 min.)")
	h.clock.advance(-2*time.Minute - 16*time.Minute)
	_, err = h.Verify(r, hashOf(""))
	h.wantKind(t, err, RequestExpired, "not yet current")
}

func TestVerifyKeyStates(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	bob, cred := h.user("bob", "")
	c := h.lookup()
	c.creds = awsCredentials(cred)
	verify := func() error { _, err := h.Verify(c.signed(t), hashOf(c.body)); return err }
	check(t, verify())
	check(t, h.SetAccessKeyStatus(ctx, testAccount, cred.AccessKeyID, Inactive))
	if e := h.wantKind(t, verify(), InvalidClientTokenID, msgInvalidToken); e.Claimed.Name != "bob" {
		t.Errorf("claimed %+v", e.Claimed)
	}
	check(t, h.SetAccessKeyStatus(ctx, testAccount, cred.AccessKeyID, Active))
	check(t, verify())
	check(t, h.DeleteAccessKey(ctx, testAccount, cred.AccessKeyID))
	h.wantKind(t, verify(), InvalidClientTokenID, "")
	cred, err := h.CreateAccessKey(ctx, bob.Principal.Ref())
	check(t, err)
	c.creds = awsCredentials(cred)
	check(t, verify())
	check(t, h.DeletePrincipal(ctx, bob.Principal.Ref()))
	h.wantKind(t, verify(), InvalidClientTokenID, "")
}

func TestVerifyConcurrently(t *testing.T) {
	h := newHouse(t)
	var calls []*http.Request
	c := h.lookup()
	for _, region := range []string{"us-east-1", "eu-west-1", "ap-south-1"} {
		c.region = region
		calls = append(calls, c.signed(t))
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 40 {
				if _, err := h.Verify(calls[(i+j)%len(calls)], hashOf(c.body)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 10 {
		check(t, h.SetAccessKeyStatus(t.Context(), testAccount, h.admin.AccessKeyID, Active))
	}
	wg.Wait()
}

func TestBoundedCache(t *testing.T) {
	c := newBoundedCache[int, int](3)
	for i := range 100 {
		c.put(i, i)
		c.put(i, i)
		if v, ok := c.get(i); !ok || v != i || len(c.m) > 3 {
			t.Fatalf("after %d: %d %v, %d entries", i, v, ok, len(c.m))
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	h := newHouse(b)
	c := h.lookup()
	long := c.signed(b)
	hash := hashOf(c.body)
	session, err := h.GetSessionToken(b.Context(), mustCaller(b, h, long, hash), 0)
	check(b, err)
	c.creds = aws.Credentials{AccessKeyID: session.AccessKeyID, SecretAccessKey: session.SecretAccessKey, SessionToken: session.SessionToken}
	short := c.signed(b)
	c.url = endpoint + "/?Action=GetCallerIdentity&Version=2011-06-15"
	c.creds = awsCredentials(h.admin)
	presigned := c.presigned(b)
	for _, bm := range []struct {
		name string
		r    *http.Request
	}{{"header", long}, {"session", short}, {"presigned", presigned}} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.Verify(bm.r, hash); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func mustCaller(t testing.TB, h *house, r *http.Request, hash string) Caller {
	t.Helper()
	c, err := h.Verify(r, hash)
	check(t, err)
	return c
}
