package gateway

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"
)

// TestPlans: what an observer is given of answers of all sizes.
func TestPlans(t *testing.T) {
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/chunked" {
			_ = http.NewResponseController(w).Flush()
		} else {
			w.Header().Set("Content-Length", "10")
		}
		_, _ = io.WriteString(w, "0123456789")
	}))
	t.Cleanup(up.Close)
	for _, test := range []struct {
		path     string
		limit    int
		kept     string
		whole    bool
		out      int64
		streamed bool
	}{
		{"/", 10, "0123456789", true, 10, false},
		{"/", 100, "0123456789", true, 10, false},
		{"/", 9, "", false, 10, true},
		{"/", 0, "", false, 10, true},
		{"/", -1, "", false, 10, true},
		{"/chunked", 10, "0123456789", true, 10, false},
		{"/chunked", 1 << 20, "0123456789", true, 10, false},
		{"/chunked", 9, "012345678", false, -1, true},
		{"/chunked", 0, "", false, -1, true},
	} {
		t.Run(fmt.Sprintf("%s/%d", test.path, test.limit), func(t *testing.T) {
			watch := newWatcher(Plan{Record: true, Response: test.limit, State: "mine"})
			g := serveGateway(t, watch, &Listener{Upstream: up.URL}, nil)
			answer := raw(t, g.addr, "GET "+test.path+" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			if body := strings.NewReplacer("a\r\n", "", "\r\n0\r\n\r\n", "").Replace(answer); !strings.HasSuffix(body, "0123456789") {
				t.Errorf("the client got %q", answer)
			}
			words := 1
			if test.streamed {
				words = 2
			}
			x, last := watch.only(t, words)
			if string(x.ResponseBody) != test.kept || x.ResponseWhole != test.whole || x.BytesOut != test.out || x.Streaming != test.streamed || x.Status != 200 ||
				x.State != "mine" || x.Failure != "" || x.Header.Get("Date") == "" || x.Request.Client != "127.0.0.1" || x.Done.Before(x.Request.Begun) {
				t.Errorf("finished %+v", x)
			}
			if test.streamed && (last.BytesOut != 10 || last.Failure != "" || last.State != "mine") {
				t.Errorf("amended %+v", last)
			}
		})
	}
}

// TestFinishedFirst: no byte of an answer leaves before its record is there, and
// none at all if there is no record.
func TestFinishedFirst(t *testing.T) {
	for name, test := range map[string]struct{ answer, secret string }{
		"held":     {"HTTP/1.1 200 OK\r\nX-Secret: 1\r\nContent-Length: 6\r\n\r\nsecret", "secret"},
		"no body":  {"HTTP/1.1 204 No Content\r\nX-Secret: 1\r\n\r\n", "X-Secret"},
		"streamed": {"HTTP/1.1 200 OK\r\nX-Secret: 1\r\nContent-Length: 2000\r\n\r\n" + strings.Repeat("secret, ", 250), "secret"},
		"events":   {"HTTP/1.1 200 OK\r\nX-Secret: 1\r\nContent-Type: application/vnd.amazon.eventstream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\n0\r\n\r\n", "secret"},
		"failed":   {"", "nothing"},
	} {
		for _, refuse := range []error{nil, errors.New("the disk is full")} {
			t.Run(fmt.Sprintf("%s/%v", name, refuse), func(t *testing.T) {
				url := rawServer(t, func(c net.Conn, br *bufio.Reader) {
					_, _ = readRawHead(br)
					_, _ = io.WriteString(c, test.answer)
				})
				watch := newWatcher(Plan{Record: true, Response: 1000})
				watch.refuse = refuse
				finishing, looked := make(chan bool), make(chan bool)
				watch.onFinish = func(*Exchange) { finishing <- true; <-looked }
				g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
				c := dial(t, g.addr)
				_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
				<-finishing
				_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
				if n, err := c.Read(make([]byte, 1)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("before Finish the client got %d bytes, %v", n, err)
				}
				_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
				close(looked)
				resp, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(resp.Body)
				if refuse == nil {
					if resp.Header.Get("X-Secret") == "" && test.answer != "" {
						t.Errorf("%v %q", resp.Header, body)
					}
					return
				}
				if resp.StatusCode != 424 || !resp.Close || resp.Header.Get("X-Secret") != "" || strings.Contains(string(body), "secret") || !strings.Contains(string(body), "could not be recorded") {
					t.Errorf("%d %v %q", resp.StatusCode, resp.Header, body)
				}
				g.srv.SetKeepAlivesEnabled(false)
				_ = g.srv.Shutdown(t.Context())
				watch.only(t, 1) // there is nothing to amend
				if n := metric(t, g, "cairn_gateway_recording_failures_total", ""); n != 1 {
					t.Errorf("%v failures were counted", n)
				}
			})
		}
	}
}

// TestDeny: the observer's answer is given, and nothing is forwarded.
func TestDeny(t *testing.T) {
	url, heads := answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	for _, record := range []bool{true, false} {
		watch := newWatcher(Plan{Record: record, Deny: &Answer{Status: 403, Header: http.Header{"Content-Type": {"text/x"}}, Body: []byte("no")}})
		g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
		answer := raw(t, g.addr, "PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody")
		if !strings.HasPrefix(answer, "HTTP/1.1 403 Forbidden\r\n") || !strings.Contains(answer, "Content-Type: text/x\r\n") || !strings.HasSuffix(answer, "\r\n\r\nno") {
			t.Errorf("%q", answer)
		}
		if record {
			if x, _ := watch.only(t, 1); !x.Denied || x.Status != 403 || string(x.ResponseBody) != "no" || !x.ResponseWhole || x.RequestWhole || x.BytesOut != 2 {
				t.Errorf("%+v", x)
			}
		} else if len(watch.finished) > 0 {
			t.Error("a call without a record was finished")
		}
	}
	if len(heads) > 0 {
		t.Error("a denied call was forwarded")
	}
}

// TestServices: the plan chooses the upstream.
func TestServices(t *testing.T) {
	one, _ := answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\none")
	two, _ := answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo")
	service := ""
	watch := newWatcher(Plan{})
	watch.plan = func(r *Request) Plan { return Plan{Record: true, Response: 10, Service: r.HTTP.Host} }
	g := serveGateway(t, watch, &Listener{Upstream: one, Upstreams: map[string]string{"s3": two}}, nil)
	only := serveGateway(t, watch, &Listener{Upstreams: map[string]string{"s3": two}}, nil)
	for _, test := range []struct {
		g             *gate
		service, want string
	}{{g, "s3", "two"}, {g, "kms", "one"}, {only, "s3", "two"}, {only, "kms", "gave no answer"}} {
		if answer := raw(t, test.g.addr, "GET / HTTP/1.1\r\nHost: "+test.service+"\r\nConnection: close\r\n\r\n"); !strings.Contains(answer, test.want) {
			t.Errorf("%s%s: %q", service, test.service, answer)
		}
	}
}

// TestPanics: a call is finished once, also when what observes it has a defect.
func TestPanics(t *testing.T) {
	for _, where := range []string{"begin", "finish", "finish stream", "amend"} {
		t.Run(where, func(t *testing.T) {
			open := make(chan error, 1)
			url := rawServer(t, func(c net.Conn, br *bufio.Reader) {
				_, _ = readRawHead(br)
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")
				_, err := br.ReadByte()
				open <- err
			})
			p := &panicker{where: where, plan: recordAll}
			if where != "finish" {
				p.plan.Response = 1
			}
			g := serveGateway(t, p, &Listener{Upstream: url}, nil)
			answer := raw(t, g.addr, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			if where != "amend" && answer != "" {
				t.Errorf("the client got %q", answer)
			}
			want := map[string]string{"begin": "begin", "finish": "begin finish", "finish stream": "begin finish", "amend": "begin finish amend"}[where]
			p.mu.Lock()
			defer p.mu.Unlock()
			if got := strings.Join(p.calls, " "); got != want {
				t.Errorf("the observer was called: %s", got)
			}
			if where == "finish stream" {
				if err := <-open; err == nil {
					t.Error("the upstream got more")
				}
			}
		})
	}
}

// TestForwardedPanic: a panic before Finish leads to Finish.
func TestForwardedPanic(t *testing.T) {
	url, _ := answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	watch := newWatcher(recordAll)
	g := serveGateway(t, watch, &Listener{Upstream: url}, nil)
	g.proxy.upstreams[0].dials = nil // whoever dials now panics
	if answer := raw(t, g.addr, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"); answer != "" {
		t.Errorf("the client got %q", answer)
	}
	if x, _ := watch.only(t, 1); x.Failure != Internal || x.Cause == "" {
		t.Errorf("%+v", x)
	}
}

// TestClientAddr: the right-most address that is not trusted.
func TestClientAddr(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, test := range []struct {
		remote string
		header []string
		want   string
	}{
		{"192.0.2.1:5", nil, "192.0.2.1"},
		{"192.0.2.1:5", []string{"198.51.100.1"}, "192.0.2.1"},
		{"10.0.0.1:5", nil, "10.0.0.1"},
		{"10.0.0.1:5", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1:5", []string{"6.6.6.6, 198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1:5", []string{"6.6.6.6, 198.51.100.1 ,10.2.3.4,\t10.0.0.9"}, "198.51.100.1"},
		{"10.0.0.1:5", []string{"6.6.6.6", "198.51.100.1", "10.2.3.4"}, "198.51.100.1"},
		{"10.0.0.1:5", []string{"10.9.9.9, 10.2.3.4"}, "10.9.9.9"},
		{"10.0.0.1:5", []string{"198.51.100.1, nonsense, 10.2.3.4"}, "10.2.3.4"},
		{"10.0.0.1:5", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		{"10.0.0.1:5", []string{"198.51.100.1,"}, "10.0.0.1"},
		{"10.0.0.1:5", []string{"", "198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1:5", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		{"10.0.0.1:5", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		{"10.0.0.1:5", []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"10.0.0.1:5", []string{"2001:db8::1"}, "2001:db8::1"},
		{"10.0.0.1:5", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1:5", []string{"6.6.6.6, ::ffff:10.0.0.2"}, "6.6.6.6"},
		{"[fd00::1]:5", []string{"2001:db8::1"}, "2001:db8::1"},
		{"[::ffff:10.0.0.1]:5", []string{"198.51.100.1"}, "198.51.100.1"},
		{"[fe80::1%eth0]:5", nil, "fe80::1"},
		{"pipe", []string{"198.51.100.1"}, "pipe"},
	} {
		if got := clientAddr(test.remote, test.header, trusted); got != test.want {
			t.Errorf("%s %q: %s, not %s", test.remote, test.header, got, test.want)
		}
	}
}

// TestListeners: what Handler and Server refuse.
func TestListeners(t *testing.T) {
	g := serveGateway(t, newWatcher(Plan{}), &Listener{Name: "one", Upstream: "http://127.0.0.1:1/"}, nil)
	for _, test := range []struct {
		l    Listener
		want string
	}{
		{Listener{Name: "one"}, "two gateways have the name"},
		{Listener{Name: "a", Upstream: "127.0.0.1:9000"}, "not a URL"},
		{Listener{Name: "a", Upstream: "ftp://h"}, "not of the form"},
		{Listener{Name: "a", Upstream: "http://u:p@h"}, "not of the form"},
		{Listener{Name: "a", Upstream: "http://h/path"}, "more than a scheme"},
		{Listener{Name: "a", Upstreams: map[string]string{"s3": "http://h?x"}}, "more than a scheme"},
		{Listener{Name: "a", TLSCert: "no.pem"}, "needs its key"},
		{Listener{Name: "a", TLSCert: "no.pem", TLSKey: "no.pem"}, "read the TLS certificate"},
	} {
		if _, err := g.proxy.Server(&test.l); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v", test.l, err)
		}
	}
}
