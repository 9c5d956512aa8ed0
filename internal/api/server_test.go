package api

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
)

func TestConfigIsChecked(t *testing.T) {
	h := newHouse(t)
	for name, f := range map[string]func(*Config){
		"Auth":             func(c *Config) { c.Auth = nil },
		"Allowed":          func(c *Config) { c.Allowed = nil },
		"Record":           func(c *Config) { c.Record = nil },
		"History":          func(c *Config) { c.History = nil },
		"STS":              func(c *Config) { c.STS = nil },
		"Directory":        func(c *Config) { c.Directory = nil },
		"DefaultAccountID": func(c *Config) { c.DefaultAccountID = "" },
		"DefaultRegion":    func(c *Config) { c.DefaultRegion = "" },
		"TokenKey":         func(c *Config) { c.TokenKey = [32]byte{} },
		"LookupQuota":      func(c *Config) { c.LookupQuota = -1 },
	} {
		cfg := h.cfg
		f(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// TestStream: an operation that reads its own body is authenticated, authorized
// and recorded like any other.
func TestStream(t *testing.T) {
	h := newHouse(t)
	h.Stream(Stream{Path: "/cairn/v1/ingest", Operation: "IngestEvents", Run: func(_ context.Context, c identity.Caller, r *http.Request) (StreamResult, error) {
		if r.URL.RawQuery != "" {
			return StreamResult{Parameters: json.RawMessage(`{"name":"x"}`)}, Errorf(CodeValidation, "no")
		}
		return StreamResult{Answer: json.RawMessage(`{"caller":"` + c.ARN() + `"}`), Response: json.RawMessage(`{"records":1}`)}, nil
	}})
	ask := func(method, path, key string) answer {
		return h.do(signAs(httptest.NewRequest(method, path, nil), key, "eu-west-1", "cairn"))
	}
	last := func() recorder.Call { return h.calls[len(h.calls)-1] }
	if got := ask("POST", "/cairn/v1/ingest", "AKIDADMIN"); got.body != `{"caller":"arn:aws:iam::111122223333:user/admin"}` {
		t.Errorf("got %+v", got)
	}
	if c := last(); c.EventSource != "cairn.amazonaws.com" || c.EventName != "IngestEvents" || string(c.ResponseElements) != `{"records":1}` || c.ErrorCode != "" || c.Region != "eu-west-1" {
		t.Errorf("recorded %+v", c)
	}
	fails := func(got answer, status int, code string) {
		t.Helper()
		if got.status != status || got.header.Get("X-Amzn-ErrorType") != code {
			t.Errorf("got %+v, want %d %s", got, status, code)
		}
		if c := last(); c.EventName != "IngestEvents" || strings.TrimSuffix(code, "Exception") != strings.TrimSuffix(c.ErrorCode, "Exception") {
			t.Errorf("recorded %+v", c)
		}
	}
	fails(ask("POST", "/cairn/v1/ingest?bad", "AKIDADMIN"), 400, CodeValidation)
	fails(ask("GET", "/cairn/v1/ingest", "AKIDADMIN"), 400, CodeValidation)
	fails(ask("POST", "/cairn/v1/ingest", "AKIDNOBODY"), 403, CodeUnrecognizedClient)
	h.allowed = false
	fails(ask("POST", "/cairn/v1/ingest", "AKIDADMIN"), 403, CodeAccessDenied)
}

// TestMetrics: labels come from the models and the error table only.
func TestMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	h := newHouse(t, func(c *Config) { c.Registerer = reg })
	h.trail("LookupEvents", "{}")
	h.trail("LookupEvents", "{")
	h.trail("Evil", "{}")
	h.do(httptest.NewRequest("GET", "/evil", nil))
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if f.GetName() != "cairn_api_requests_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			if n := m.GetCounter().GetValue(); n > 0 {
				got[strings.Join(labels, " ")] = n
			}
		}
	}
	want := map[string]float64{
		"OK LookupEvents cloudtrail":                     1,
		"SerializationException LookupEvents cloudtrail": 1,
		"UnknownOperationException other other":          1,
		"MissingAuthenticationToken other other":         1,
	}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
	for labels, n := range want {
		if got[labels] != n {
			t.Errorf("%s: got %v, want %v", labels, got[labels], n)
		}
	}
	if _, err := New(h.cfg); err == nil {
		t.Error("two servers registered the same metrics")
	}
}

// TestGETQuery: the query protocol also comes by GET.
func TestGETQuery(t *testing.T) {
	h := newHouse(t)
	r := httptest.NewRequest("GET", "/?Version=2011-06-15&Action=GetCallerIdentity", nil)
	got := h.do(signAs(r, "AKIDADMIN", "us-east-1", "sts"))
	const want = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><UserId>ID</UserId>` +
		`<Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/admin</Arn></GetCallerIdentityResult>` +
		`<ResponseMetadata><RequestId>REQUEST</RequestId></ResponseMetadata></GetCallerIdentityResponse>`
	filled := strings.NewReplacer("ID<", h.auth.keys["AKIDADMIN"].Principal.ID+"<", "REQUEST", got.header.Get("X-Amzn-RequestId")).Replace(want)
	if got.status != 200 || got.body != filled {
		t.Errorf("got %d %s\nwant %s", got.status, got.body, filled)
	}
}

// FuzzServer sends arbitrary requests: always an answer that fits its record,
// never a panic.
func FuzzServer(f *testing.F) {
	f.Add("POST", "/", "", "CloudTrail_20131101.LookupEvents", "application/x-amz-json-1.1", []byte(`{"MaxResults":5}`))
	f.Add("POST", "/", "", "", "application/x-www-form-urlencoded", []byte("Action=AssumeRole&Version=2011-06-15&Tags.member.1.Key=a"))
	f.Add("GET", "/", "Action=GetCallerIdentity&Version=2011-06-15", "", "", []byte(nil))
	f.Add("POST", "/PutAuditEvents", "channelArn=x", "", "application/json", []byte(`{"auditEvents":[]}`))
	f.Add("POST", "/", "", "Cairn_20261121.CreateUser", "application/x-amz-json-1.1", []byte(`{"UserName":"x","Policies":["{}"]}`))
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, method, path, query, target, content string, body []byte) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
		r.Method, r.URL.Path, r.URL.RawQuery = method, path, query
		r.Header.Set("X-Amz-Target", target)
		r.Header.Set("Content-Type", content)
		service := "cloudtrail"
		switch {
		case strings.HasPrefix(target, "Cairn"):
			service = "cairn"
		case path == "/PutAuditEvents":
			service = "cloudtrail-data"
		case target == "":
			service = "sts"
		}
		before := h.recorded()
		got := h.do(signAs(r, "AKIDADMIN", "eu-west-1", service))
		if got.status < 200 || got.status == 500 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if h.recorded() > before {
			call := h.last(t)
			if (call.ErrorCode == "") != (got.status == 200) || call.RequestID != got.header.Get("X-Amzn-RequestId") {
				t.Fatalf("answered %d, recorded %+v", got.status, call)
			}
		} else if got.status == 200 {
			t.Fatalf("%s %s was answered without a record", method, path)
		}
	})
}

// discard is a response writer that costs nothing.
type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// BenchmarkGetCallerIdentity is a round through the handler: parsing, routing,
// rendering and the record, without the network, the signature and the journal.
func BenchmarkGetCallerIdentity(b *testing.B) {
	h := newHouse(b)
	const form = "Action=GetCallerIdentity&Version=2011-06-15"
	r := queryRequest(form)
	body := strings.NewReader(form)
	w := &discard{h: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(form)
		r.Body = readCloser{body}
		h.ServeHTTP(w, r)
		h.calls = h.calls[:0]
	}
}

// BenchmarkGetCallerIdentitySigned adds the signature's verification.
func BenchmarkGetCallerIdentitySigned(b *testing.B) {
	h := newHouse(b, realAuth)
	const form = "Action=GetCallerIdentity&Version=2011-06-15"
	r := signedForm(b, h.admin, form)
	body := strings.NewReader(form)
	w := &discard{h: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(form)
		r.Body = readCloser{body}
		h.ServeHTTP(w, r)
		if h.calls[0].ErrorCode != "" {
			b.Fatalf("recorded %+v", h.calls[0])
		}
		h.calls = h.calls[:0]
	}
}

// BenchmarkLoopback is the whole server over TCP, with signatures verified, the
// load generator on the same processors; only the journal is missing.
func BenchmarkLoopback(b *testing.B) {
	const form = "Action=GetCallerIdentity&Version=2011-06-15"
	h := newHouse(b, realAuth, func(c *Config) {
		c.Record = func(context.Context, recorder.Call) error { return nil }
	})
	server := httptest.NewServer(h)
	defer server.Close()
	r := signedForm(b, h.admin, form)
	r.URL.Host, r.Host = "", "127.0.0.1"
	var raw bytes.Buffer
	if err := r.Write(&raw); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		for pb.Next() {
			if _, err := conn.Write(raw.Bytes()); err != nil {
				b.Error(err)
				return
			}
			got, err := http.ReadResponse(in, nil)
			if err != nil || got.StatusCode != http.StatusOK {
				b.Errorf("%+v, %v", got, err)
				return
			}
			if _, err := io.Copy(io.Discard, got.Body); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

// signedForm is an STS request signed by the SDK.
func signedForm(b *testing.B, key identity.Credential, form string) *http.Request {
	b.Helper()
	r := httptest.NewRequest("POST", "http://127.0.0.1/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(form))
	creds := aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey}
	if err := v4.NewSigner().SignHTTP(b.Context(), creds, r, hex.EncodeToString(sum[:]), "sts", "us-east-1", time.Now()); err != nil {
		b.Fatal(err)
	}
	return r
}
