package gateway

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestUpstreamFailures: calls that get no whole answer are recorded, and the
// client is told, or cut off.
func TestUpstreamFailures(t *testing.T) {
	refused := listen(t)
	_ = refused.Close()
	say := func(text string) func(net.Conn, *bufio.Reader) {
		return func(c net.Conn, br *bufio.Reader) {
			_, _ = readRawHead(br)
			_, _ = io.WriteString(c, text)
		}
	}
	for name, test := range map[string]struct {
		upstream func(net.Conn, *bufio.Reader)
		failure  Failure
		status   string // of the client's answer
		seen     int    // the status in the record
		outcome  string
	}{
		"refused":        {nil, UpstreamUnavailable, "502", 0, "upstream_unavailable"},
		"closed":         {say(""), UpstreamUnavailable, "502", 0, "upstream_unavailable"},
		"half a head":    {say("HTTP/1.1 200 OK\r\nContent-"), UpstreamUnavailable, "502", 0, "upstream_unavailable"},
		"no HTTP":        {say("hello\r\n\r\n"), UpstreamUnavailable, "502", 0, "upstream_unavailable"},
		"two lengths":    {say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi"), UpstreamUnavailable, "502", 0, "upstream_unavailable"},
		"switching":      {say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), UpstreamUnavailable, "502", 0, "upstream_unavailable"},
		"status 099":     {say("HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n"), UpstreamUnavailable, "502", 0, "upstream_unavailable"},
		"endless hints":  {say(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 40)), UpstreamUnavailable, "502", 0, "upstream_unavailable"},
		"endless head":   {say("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: b\r\n", 40_000)), UpstreamUnavailable, "502", 0, "upstream_unavailable"},
		"silent":         {func(_ net.Conn, br *bufio.Reader) { _, _ = io.Copy(io.Discard, br) }, UpstreamTimeout, "504", 0, "upstream_timeout"},
		"cut":            {say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), UpstreamCut, "502", 200, "upstream_cut"},
		"cut in a chunk": {say("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"), UpstreamCut, "502", 201, "upstream_cut"},
		"bad chunk":      {say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), UpstreamCut, "502", 200, "upstream_cut"},
	} {
		t.Run(name, func(t *testing.T) {
			url := "http://" + refused.Addr().String()
			if test.upstream != nil {
				url = rawServer(t, test.upstream)
			}
			watch := newWatcher(recordAll)
			g := serveGateway(t, watch, &Listener{Upstream: url}, func(c *Config) { c.HeaderTimeout = 50 * time.Millisecond })
			answer := raw(t, g.addr, "GET / HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\nConnection: close\r\n\r\n")
			for strings.HasPrefix(answer, "HTTP/1.1 103") {
				_, answer, _ = strings.Cut(answer, "\r\n\r\n")
			}
			if !strings.HasPrefix(answer, "HTTP/1.1 "+test.status) || !strings.Contains(answer, errorHeader+": "+string(test.failure)) || !strings.Contains(answer, `"__type":"`+string(test.failure)) {
				t.Errorf("the client got %q", answer)
			}
			x, _ := watch.only(t, 1)
			if x.Failure != test.failure || x.Cause == "" || x.Status != test.seen || x.Streaming || x.Done.IsZero() {
				t.Errorf("the record: %+v", x)
			}
			if n := metric(t, g, "cairn_gateway_requests_total", test.outcome); n != 1 {
				t.Errorf("%v calls were counted as %s", n, test.outcome)
			}
			if n := metric(t, g, "cairn_gateway_in_flight", ""); n != 0 {
				t.Errorf("%v are in flight", n)
			}
		})
	}
}

// TestCutStream: an answer that breaks off while it is sent never looks whole.
func TestCutStream(t *testing.T) {
	for name, head := range map[string]string{"length": "Content-Length: 100", "chunks": "Transfer-Encoding: chunked"} {
		for plan, p := range map[string]Plan{"recorded": {Record: true, Response: 2}, "unobserved": {}} {
			t.Run(name+"/"+plan, func(t *testing.T) {
				url := rawServer(t, func(c net.Conn, br *bufio.Reader) {
					_, _ = readRawHead(br)
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+head+"\r\n\r\n9\r\nsomething\r\n")
				})
				watch := newWatcher(p)
				g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
				resp, err := http.Get("http://" + g.addr + "/")
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = resp.Body.Close() }()
				body, err := io.ReadAll(resp.Body)
				if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(string(body), "something") {
					t.Errorf("the client read %q, %v", body, err)
				}
				if p.Record {
					x, last := watch.only(t, 2)
					if x.Failure != "" || !x.Streaming || last.Failure != UpstreamCut || last.BytesOut != int64(len(body)) {
						t.Errorf("finished %+v\namended %+v", x, last)
					}
				}
			})
		}
	}
}

// TestClientGone: a request that does not come whole is not forwarded as whole,
// and is recorded.
func TestClientGone(t *testing.T) {
	for name, test := range map[string]struct {
		request string
		failure Failure
		begun   bool
	}{
		"in a long body":  {"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nsome", ClientGone, true},
		"in a short body": {"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nsome", ClientGone, true},
		"in a chunk":      {"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nsome", ClientGone, true},
		"in a form":       {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nsome", ClientGone, false},
		"bad chunk":       {"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\nzz\r\n", RequestMalformed, true},
		"bad chunk's end": {"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsomeXX0\r\n\r\n", RequestMalformed, true},
	} {
		for _, stalled := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", name, stalled), func(t *testing.T) {
				whole := make(chan error, 10)
				url := rawServer(t, func(_ net.Conn, br *bufio.Reader) {
					r, err := http.ReadRequest(br)
					if err == nil {
						_, err = io.Copy(io.Discard, r.Body)
					}
					whole <- err
				})
				watch := newWatcher(recordAll)
				g := serveGateway(t, watch, &Listener{Upstream: url}, func(c *Config) {
					if stalled {
						c.StallTimeout = 50 * time.Millisecond
					}
				})
				c := dial(t, g.addr)
				if _, err := io.WriteString(c, test.request); err != nil {
					t.Fatal(err)
				}
				if !stalled {
					if err := c.(*net.TCPConn).CloseWrite(); err != nil {
						t.Fatal(err)
					}
				}
				answer, _ := io.ReadAll(c)
				if !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
					t.Errorf("the client got %q", answer)
				}
				if test.begun {
					if x, _ := watch.only(t, 1); x.Failure != test.failure || x.RequestWhole || string(x.RequestBody) != "some" || x.BytesIn != 4 {
						t.Errorf("the record: %+v", x)
					}
				} else if len(watch.begun) > 0 {
					t.Error("a form that is not there was asked about")
				}
				select {
				case err := <-whole:
					if err == nil {
						t.Error("the upstream got a whole request")
					}
				default:
					if strings.Contains(name, "long") || strings.Contains(name, "chunk") {
						if err := <-whole; err == nil {
							t.Error("the upstream got a whole request")
						}
					}
				}
			})
		}
	}
}

// TestClientLeaves: a client that does not wait for the answer cannot hide what
// the call did.
func TestClientLeaves(t *testing.T) {
	arrived, answer := make(chan bool), make(chan bool)
	url := rawServer(t, func(c net.Conn, br *bufio.Reader) {
		_, _ = readRawHead(br)
		arrived <- true
		<-answer
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nkeys")
		_, _ = br.ReadByte()
	})
	watch := newWatcher(Plan{})
	left := make(chan struct{})
	watch.plan = func(r *Request) Plan {
		go func() { <-r.HTTP.Context().Done(); close(left) }()
		return recordAll
	}
	g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
	c := dial(t, g.addr)
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	<-arrived
	_ = c.Close()
	<-left
	close(answer)
	if x, _ := watch.only(t, 1); x.Failure != ClientGone || x.Status != 200 || string(x.ResponseBody) != "keys" {
		t.Errorf("the record: %+v", x)
	}
}

// TestClientLeavesStream: a stream ends when nobody takes it.
func TestClientLeavesStream(t *testing.T) {
	for plan, p := range map[string]Plan{"recorded": recordAll, "unobserved": {}} {
		t.Run(plan, func(t *testing.T) {
			ended := make(chan error, 1)
			url := rawServer(t, func(c net.Conn, br *bufio.Reader) {
				_, _ = readRawHead(br)
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
				_, err := br.ReadByte()
				ended <- err
			})
			watch := newWatcher(p)
			g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
			c := dial(t, g.addr)
			_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			br := bufio.NewReader(c)
			if _, err := readRawHead(br); err != nil {
				t.Fatal(err)
			}
			if line, err := br.ReadString('a'); err != nil || line != "1\r\na" {
				t.Fatalf("%q, %v", line, err)
			}
			_ = c.Close()
			if err := <-ended; err == nil {
				t.Error("the upstream got more")
			}
			if p.Record {
				if x, last := watch.only(t, 2); x.Failure != "" || x.BytesOut != -1 || last.Failure != ClientGone || last.BytesOut != 1 {
					t.Errorf("finished %+v\namended %+v", x, last)
				}
			}
		})
	}
}

// TestStalledClient: a client that takes nothing of its answer does not hold it
// for ever.
func TestStalledClient(t *testing.T) {
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.CopyN(w, zeros{}, 1<<30) }))
	t.Cleanup(up.Close)
	watch := newWatcher(recordAll)
	g := serveGateway(t, watch, &Listener{Upstream: up.URL}, func(c *Config) { c.StallTimeout = 50 * time.Millisecond })
	c := dial(t, g.addr)
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if _, last := watch.only(t, 2); last.Failure != ClientGone || last.BytesOut >= 1<<30 {
		t.Errorf("%+v", last.Failure)
	}
}

// TestNeverTwice: a request that an upstream may have got is not sent again, not
// even on a connection that ended as it was used.
func TestNeverTwice(t *testing.T) {
	for name, request := range map[string]string{
		"get":         "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
		"idempotency": "PUT /2 HTTP/1.1\r\nHost: h\r\nIdempotency-Key: 1\r\nContent-Length: 0\r\n\r\n",
		"stream":      "PUT /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			var second atomic.Int32
			url := rawServer(t, func(c net.Conn, br *bufio.Reader) {
				for {
					head, err := readRawHead(br)
					if err != nil {
						return
					}
					if strings.Contains(head[0], "/2") {
						second.Add(1)
						return
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			})
			watch := newWatcher(recordAll)
			g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
			c := dial(t, g.addr)
			br := bufio.NewReader(c)
			for i, text := range []string{"GET /1 HTTP/1.1\r\nHost: h\r\n\r\n", request} {
				_, _ = io.WriteString(c, text)
				resp, err := http.ReadResponse(br, nil)
				if err != nil {
					t.Fatal(err)
				}
				if want := []int{200, 502}[i]; resp.StatusCode != want {
					t.Errorf("request %d: %d", i, resp.StatusCode)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
			}
			if n := second.Load(); n != 1 {
				t.Errorf("the request arrived %d times", n)
			}
		})
	}
}

// TestStaleConnection: connections that the upstream closed, or wrote to without
// being asked, while they were idle are not used.
func TestStaleConnection(t *testing.T) {
	for name, after := range map[string]string{"closed": "", "talks": "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"} {
		t.Run(name, func(t *testing.T) {
			var connections atomic.Int32
			url := rawServer(t, func(c net.Conn, br *bufio.Reader) {
				connections.Add(1)
				_, _ = readRawHead(br)
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"+after)
				if after != "" {
					_, _ = br.ReadByte()
				}
			})
			g := serveGateway(t, newWatcher(recordAll), &Listener{Upstream: url}, nil)
			for range 20 {
				if answer := raw(t, g.addr, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 200") {
					t.Fatalf("%q", answer)
				}
				waitQuiet(t, g)
			}
			if n := connections.Load(); n != 20 {
				t.Errorf("%d connections", n)
			}
		})
	}
}

// waitQuiet returns when no idle connection of the gateway looks alive.
func waitQuiet(t *testing.T, g *gate) {
	t.Helper()
	u := g.proxy.upstreams[0]
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); {
		u.mu.Lock()
		alive := false
		for _, c := range u.idle {
			alive = alive || c.usable()
		}
		u.mu.Unlock()
		if !alive {
			return
		}
	}
	t.Fatal("an idle connection stays alive")
}

// brokenConn fails when it is told to, before it writes anything.
type brokenConn struct {
	net.Conn
	broken atomic.Bool
}

func (c *brokenConn) Write(p []byte) (int, error) {
	if c.broken.Load() {
		return 0, errors.New("broken")
	}
	return c.Conn.Write(p)
}

// TestNothingWritten: a request of which nothing was written is sent on another
// connection, once.
func TestNothingWritten(t *testing.T) {
	url, heads := answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	g := serveGateway(t, newWatcher(recordAll), &Listener{Upstream: url}, nil)
	for _, request := range []string{
		"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		"PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		raw(t, g.addr, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
		<-heads
		u := g.proxy.upstreams[0]
		u.mu.Lock()
		for _, c := range u.idle {
			broken := &brokenConn{Conn: c.counted.Conn}
			broken.broken.Store(true)
			c.counted.Conn = broken
		}
		u.mu.Unlock()
		if answer := raw(t, g.addr, request); !strings.HasPrefix(answer, "HTTP/1.1 200") {
			t.Errorf("%q", answer)
		}
		arrived := 0
		for len(heads) > 0 {
			if strings.HasSuffix((<-heads)[0], "HTTP/1.1") {
				arrived++
			}
		}
		if arrived != 1 {
			t.Errorf("%d requests arrived", arrived)
		}
	}
}

// TestEarlyAnswer: an upstream may answer before it has read the request; the
// client finds the answer, and the rest of its request is not taken for another.
func TestEarlyAnswer(t *testing.T) {
	for name, rest := range map[string]string{"waits": "", "goes on": strings.Repeat("GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n", 3000)} {
		t.Run(name, func(t *testing.T) {
			heads := make(chan string, 10)
			url := rawServer(t, func(c net.Conn, br *bufio.Reader) {
				for {
					head, err := readRawHead(br)
					if err != nil {
						return
					}
					heads <- head[0]
					_, _ = io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
					return
				}
			})
			watch := newWatcher(recordAll)
			g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
			answer := raw(t, g.addr, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n"+rest)
			if !strings.HasPrefix(answer, "HTTP/1.1 403 Forbidden\r\n") || !strings.HasSuffix(answer, "\r\n\r\nno") || !strings.Contains(answer, "Connection: close") {
				t.Errorf("the client got %q", answer)
			}
			if x, _ := watch.only(t, 1); x.Status != 403 || x.RequestWhole || x.Failure != "" {
				t.Errorf("the record: %+v", x)
			}
			if len(heads) != 1 {
				t.Errorf("%d requests arrived", len(heads))
			}
		})
	}
}
