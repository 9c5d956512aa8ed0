package gateway

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestIdleConnections: idle connections are closed by time, and by Close.
func TestIdleConnections(t *testing.T) {
	for name, test := range map[string]struct {
		timeout time.Duration
		end     func(*gate)
	}{
		"time":  {20 * time.Millisecond, func(*gate) {}},
		"close": {time.Hour, func(g *gate) { g.proxy.Close() }},
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			url := rawServer(t, func(c net.Conn, br *bufio.Reader) {
				_, _ = readRawHead(br)
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				_, err := br.ReadByte()
				ended <- err
			})
			g := serveGateway(t, newWatcher(Plan{}), &Listener{Upstream: url}, func(c *Config) { c.IdleTimeout = test.timeout })
			raw(t, g.addr, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			test.end(g)
			select {
			case err := <-ended:
				if err != io.EOF {
					t.Error(err)
				}
			case <-time.After(10 * time.Second):
				t.Error("the connection stays open")
			}
		})
	}
}

// TestIdleShared: so are those of HTTP/2.
func TestIdleShared(t *testing.T) {
	closed := make(chan bool, 1)
	up := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	up.EnableHTTP2 = true
	up.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed {
			closed <- true
		}
	}
	up.StartTLS()
	t.Cleanup(up.Close)
	g := serveGateway(t, newWatcher(Plan{}), &Listener{Upstream: up.URL}, func(c *Config) {
		trust := x509.NewCertPool()
		trust.AddCert(up.Certificate())
		c.UpstreamTLS, c.IdleTimeout = &tls.Config{RootCAs: trust}, 20*time.Millisecond
	})
	raw(t, g.addr, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("the connection stays open")
	}
}

// TestMaxIdle: no more idle connections are kept than allowed.
func TestMaxIdle(t *testing.T) {
	arrived, leave := make(chan bool), make(chan bool)
	up := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- true; <-leave }))
	t.Cleanup(up.Close)
	g := serveGateway(t, newWatcher(Plan{}), &Listener{Upstream: up.URL}, func(c *Config) { c.MaxIdle = 2 })
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() { raw(t, g.addr, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n") })
	}
	for range 6 {
		<-arrived
	}
	close(leave)
	all.Wait()
	u := g.proxy.upstreams[0]
	u.mu.Lock()
	defer u.mu.Unlock()
	if n := len(u.idle); n != 2 {
		t.Errorf("%d connections are idle", n)
	}
	if n := metric(t, g, "cairn_gateway_upstream_dials_total", ""); n != 6 {
		t.Errorf("%v connections were made", n)
	}
}

// TestManyClients: many calls at once, of all sizes, get each its own answer.
func TestManyClients(t *testing.T) {
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("X-Id", r.Header.Get("X-Id"))
		if len(body)%2 == 0 {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(up.Close)
	watch := newWatcher(Plan{Record: true, Request: 100, Response: 40_000})
	g := serveGateway(t, watch, &Listener{Upstream: up.URL}, nil)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	t.Cleanup(client.CloseIdleConnections)
	var all sync.WaitGroup
	sizes := []int{0, 1, 100, 8191, 32768, 32769, 50_000, 200_001}
	const clients, calls = 16, 24
	for i := range clients {
		all.Go(func() {
			for j := range calls {
				id := fmt.Sprintf("%d-%d", i, j)
				body := strings.Repeat(id[len(id)-1:], sizes[(i+j)%len(sizes)])
				r, err := http.NewRequest([]string{"PUT", "POST", "GET"}[j%3], "http://"+g.addr+"/", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				if j%4 == 0 {
					r.ContentLength, r.Body = -1, io.NopCloser(r.Body)
				}
				r.Header.Set("X-Id", id)
				resp, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || string(got) != body || resp.Header.Get("X-Id") != id || resp.StatusCode != 200 {
					t.Errorf("%s: %d, %d bytes of %d, %v", id, resp.StatusCode, len(got), len(body), err)
				}
			}
		})
	}
	all.Wait()
	g.srv.SetKeepAlivesEnabled(false)
	_ = g.srv.Shutdown(t.Context())
	var in, out int64
	watch.mu.Lock()
	defer watch.mu.Unlock()
	for _, x := range watch.finished {
		if !x.Streaming {
			in, out = in+x.BytesIn, out+x.BytesOut
		}
	}
	for _, x := range watch.amended {
		in, out = in+x.BytesIn, out+x.BytesOut
	}
	if len(watch.finished) != clients*calls || in != out {
		t.Errorf("%d calls were finished, %d bytes in, %d out", len(watch.finished), in, out)
	}
	for name, want := range map[string]float64{
		"cairn_gateway_received_bytes_total": float64(in), "cairn_gateway_sent_bytes_total": float64(out), "cairn_gateway_upstream_seconds": clients * calls,
	} {
		if got := metric(t, g, name, ""); got != want {
			t.Errorf("%s is %v, not %v", name, got, want)
		}
	}
	if got := metric(t, g, "cairn_gateway_requests_total", "passed"); got != clients*calls {
		t.Errorf("%v calls passed", got)
	}
	if n := metric(t, g, "cairn_gateway_upstream_dials_total", ""); n > clients {
		t.Errorf("%v connections were made for %d clients", n, clients)
	}
}
