package gateway

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// certificate makes a pair of PEM files for 127.0.0.1.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, b := range map[string][]byte{cert: text, key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return cert, key, pool
}

// TestProtocols: every pair of protocols towards clients and upstreams carries a
// call through, with its path, host, headers, body and trailers.
func TestProtocols(t *testing.T) {
	cert, key, pool := certificate(t)
	body := strings.Repeat("0123456789", 20_000)
	for _, upstream := range []string{"HTTP/1.1", "TLS HTTP/1.1", "TLS HTTP/2.0"} {
		var connections atomic.Int32
		up := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(upstream, r.Proto) {
				t.Errorf("the upstream was spoken to in %s", r.Proto)
			}
			b, err := io.ReadAll(r.Body)
			if err != nil {
				t.Errorf("the body: %v", err)
			}
			w.Header().Set("X-Seen", r.Host+" "+r.RequestURI+" "+strings.Join(r.Header["X-Amz-Meta-A"], ","))
			_, agent := r.Header["User-Agent"]
			if agent || r.Header.Get("Accept-Encoding") != "" || r.Trailer.Get("X-Sum") != "7" || r.ContentLength != -1 {
				t.Errorf("headers %v, trailers %v, length %d", r.Header, r.Trailer, r.ContentLength)
			}
			w.Header().Set("Trailer", "X-Back")
			_, _ = w.Write(b)
			w.Header().Set("X-Back", "8")
		}))
		up.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				connections.Add(1)
			}
		}
		up.EnableHTTP2 = strings.HasSuffix(upstream, "2.0")
		if strings.HasPrefix(upstream, "TLS") {
			up.StartTLS()
		} else {
			up.Start()
		}
		t.Cleanup(up.Close)
		for _, client := range []string{"HTTP/1.1", "HTTP/2.0", "TLS HTTP/1.1", "TLS HTTP/2.0"} {
			t.Run(client+" to "+upstream, func(t *testing.T) {
				connections.Store(0)
				watch := newWatcher(Plan{Record: true, Request: 10, Response: 10})
				l := &Listener{Upstream: up.URL}
				scheme := "http://"
				if strings.HasPrefix(client, "TLS") {
					l.TLSCert, l.TLSKey, scheme = cert, key, "https://"
				}
				g := serveGateway(t, watch, l, func(c *Config) {
					if up.TLS != nil {
						trust := x509.NewCertPool()
						trust.AddCert(up.Certificate())
						c.UpstreamTLS = &tls.Config{RootCAs: trust}
					}
				})
				protocols := new(http.Protocols)
				protocols.SetHTTP1(strings.HasSuffix(client, "1.1"))
				protocols.SetHTTP2(client == "TLS HTTP/2.0")
				protocols.SetUnencryptedHTTP2(client == "HTTP/2.0")
				transport := &http.Transport{Protocols: protocols, DisableCompression: true, TLSClientConfig: &tls.Config{RootCAs: pool}}
				t.Cleanup(transport.CloseIdleConnections)
				for range 3 {
					r, err := http.NewRequest("PUT", scheme+g.addr+"//a%2Fb?x=1&&", io.NopCloser(strings.NewReader(body)))
					if err != nil {
						t.Fatal(err)
					}
					r.Host = "bucket.s3.example.com"
					r.Header = http.Header{"X-Amz-Meta-A": {"1", "2"}, "User-Agent": nil}
					r.Trailer = http.Header{"X-Sum": {"7"}}
					resp, err := transport.RoundTrip(r)
					if err != nil {
						t.Fatal(err)
					}
					got, err := io.ReadAll(resp.Body)
					if err != nil || string(got) != body || !strings.HasSuffix(client, resp.Proto) || resp.ContentLength != -1 ||
						resp.Header.Get("X-Seen") != "bucket.s3.example.com //a%2Fb?x=1&& 1,2" || resp.Trailer.Get("X-Back") != "8" {
						t.Errorf("%s, %d bytes, %v, length %d, %v, trailers %v", resp.Proto, len(got), err, resp.ContentLength, resp.Header, resp.Trailer)
					}
				}
				for range 6 {
					<-watch.told
				}
				for i, x := range watch.finished {
					if last := watch.amended[i]; x.Status != 200 || last.BytesOut != int64(len(body)) || last.BytesIn != int64(len(body)) || last.Failure != "" || last.RequestWhole || string(x.RequestBody) != body[:10] {
						t.Errorf("finished %+v\namended %+v", x, last)
					}
				}
				if n := connections.Load(); n != 1 {
					t.Errorf("%d connections for calls one after the other", n)
				}
			})
		}
	}
}

// TestH2Upstream: failures and small things of upstreams that speak HTTP/2.
func TestH2Upstream(t *testing.T) {
	hang := make(chan struct{})
	up := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hang":
			<-hang
		case "/cut":
			w.Header().Set("Content-Length", "9")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case "/early":
			w.WriteHeader(403)
		case "/hints":
			w.Header().Set("Link", "x")
			w.WriteHeader(103)
			w.WriteHeader(200)
		case "/expect":
			_, _ = io.Copy(w, r.Body)
		default:
			w.Header().Set("X-Amz-Meta-A", "1")
			w.Header().Set("Content-Length", "2")
			_, _ = io.WriteString(w, "ok")
		}
	}))
	up.EnableHTTP2 = true
	up.StartTLS()
	t.Cleanup(up.Close)
	t.Cleanup(func() { close(hang) })
	for name, test := range map[string]struct {
		request string
		answer  []string
		failure Failure
	}{
		"plain":  {"GET / HTTP/1.1\r\n", []string{"HTTP/1.1 200 OK", "\r\nx-amz-meta-a: 1\r\n", "\r\nContent-Length: 2\r\n", "\r\n\r\nok"}, ""},
		"hang":   {"GET /hang HTTP/1.1\r\n", []string{"HTTP/1.1 504"}, UpstreamTimeout},
		"cut":    {"GET /cut HTTP/1.1\r\n", []string{"HTTP/1.1 502"}, UpstreamCut},
		"hints":  {"GET /hints HTTP/1.1\r\n", []string{"HTTP/1.1 103 Early Hints\r\nlink: x\r\n", "HTTP/1.1 200 OK"}, ""},
		"early":  {"PUT /early HTTP/1.1\r\nContent-Length: 9999999\r\n", []string{"HTTP/1.1 403", "Connection: close"}, ""},
		"expect": {"PUT /expect HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n", []string{"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK", "\r\n\r\nab"}, ""},
		"broken": {"PUT /expect HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", []string{"HTTP/1.1 400"}, RequestMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			watch := newWatcher(recordAll)
			g := serveGateway(t, watch, &Listener{Upstream: up.URL}, func(c *Config) {
				c.HeaderTimeout = 200 * time.Millisecond
				trust := x509.NewCertPool()
				trust.AddCert(up.Certificate())
				c.UpstreamTLS = &tls.Config{RootCAs: trust}
			})
			body := ""
			switch name {
			case "expect":
				body = "ab"
			case "broken":
				body = "zz\r\n"
			}
			answer := raw(t, g.addr, test.request+"Host: h\r\nConnection: close\r\n\r\n"+body)
			for _, part := range test.answer {
				if !strings.Contains(answer, part) {
					t.Errorf("%q lacks %q", answer, part)
				}
			}
			if x, _ := watch.only(t, 1); x.Failure != test.failure {
				t.Errorf("%+v", x)
			}
		})
	}
}

// TestH2Path: a path of HTTP/2 that would be something else in HTTP/1.1 is
// refused.
func TestH2Path(t *testing.T) {
	url, heads := answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	watch := newWatcher(recordAll)
	g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	t.Cleanup(transport.CloseIdleConnections)
	r, err := http.NewRequest("GET", "http://"+g.addr+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Opaque = "/a HTTP/1.1 /b"
	resp, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 400 || !bytes.Contains(body, []byte("must be escaped")) || len(heads) > 0 || len(watch.begun) > 0 {
		t.Errorf("%d %q, %d forwarded", resp.StatusCode, body, len(heads))
	}
	if answer := raw(t, g.addr, "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 405") {
		t.Errorf("%q", answer)
	}
}
