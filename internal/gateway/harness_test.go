package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// watcher is an observer that remembers what it was told.
type watcher struct {
	plan func(*Request) Plan
	// refuse is what Finish returns.
	refuse error
	// onFinish, if set, is called first in Finish.
	onFinish func(*Exchange)

	mu       sync.Mutex
	begun    []Request
	finished []Exchange
	amended  []Exchange
	told     chan struct{} // gets a word for each Finish and Amend
}

func newWatcher(plan Plan) *watcher {
	return &watcher{plan: func(*Request) Plan { return plan }, told: make(chan struct{}, 1000)}
}

// recordAll is the plan of most tests.
var recordAll = Plan{Record: true, Request: 1 << 20, Response: 1 << 20}

func (o *watcher) Begin(_ context.Context, r *Request) Plan {
	o.mu.Lock()
	defer o.mu.Unlock()
	seen := *r
	seen.Body = slices.Clone(r.Body)
	o.begun = append(o.begun, seen)
	return o.plan(r)
}

func copied(x *Exchange) Exchange {
	out := *x
	out.RequestBody, out.ResponseBody = slices.Clone(x.RequestBody), slices.Clone(x.ResponseBody)
	return out
}

func (o *watcher) Finish(ctx context.Context, x *Exchange) error {
	if o.onFinish != nil {
		o.onFinish(x)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.finished = append(o.finished, copied(x))
	o.told <- struct{}{}
	return errors.Join(o.refuse, ctx.Err())
}

func (o *watcher) Amend(ctx context.Context, x *Exchange) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.amended = append(o.amended, copied(x))
	o.told <- struct{}{}
}

// only waits for n words and returns the only call's Finish, and its Amend if
// there was one.
func (o *watcher) only(t *testing.T, n int) (finish, amend Exchange) {
	t.Helper()
	for range n {
		select {
		case <-o.told:
		case <-time.After(10 * time.Second):
			t.Fatal("the observer was not told")
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.finished) != 1 || len(o.amended) != n-1 {
		t.Fatalf("%d calls were finished and %d amended", len(o.finished), len(o.amended))
	}
	if n == 2 {
		amend = o.amended[0]
	}
	return o.finished[0], amend
}

// gate is a gateway that is served.
type gate struct {
	addr  string
	proxy *Proxy
	reg   *prometheus.Registry
	srv   *http.Server
}

// serveGateway runs a gateway for the length of the test.
func serveGateway(t testing.TB, o Observer, l *Listener, change func(*Config)) *gate {
	t.Helper()
	g := &gate{reg: prometheus.NewRegistry()}
	cfg := Config{Observer: o, Logger: slog.New(slog.DiscardHandler), Registerer: g.reg}
	if change != nil {
		change(&cfg)
	}
	var err error
	if g.proxy, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	if l.Name == "" {
		l.Name = "test"
	}
	if g.srv, err = g.proxy.Server(l); err != nil {
		t.Fatal(err)
	}
	ln := listen(t)
	g.addr = ln.Addr().String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := Serve(g.srv, ln); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		_ = g.srv.Close()
		<-done
		g.proxy.Close()
	})
	return g
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// rawServer serves each connection with a function, and closes it after that.
func rawServer(t testing.TB, serve func(c net.Conn, br *bufio.Reader)) string {
	t.Helper()
	l := listen(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[c] = true
			mu.Unlock()
			all.Go(func() {
				serve(c, bufio.NewReader(c))
				_ = c.Close()
				mu.Lock()
				delete(open, c)
				mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return "http://" + l.Addr().String()
}

// readRawHead reads the lines of a head, without their ends.
func readRawHead(br *bufio.Reader) ([]string, error) {
	var lines []string
	for {
		line, err := br.ReadString('\n')
		if err != nil {
			return lines, err
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return lines, nil
		}
		lines = append(lines, line)
	}
}

// answering is an upstream that reads one head after the other and gives the
// same text to each. The heads go to the channel.
func answering(t testing.TB, text string) (url string, heads chan []string) {
	t.Helper()
	heads = make(chan []string, 1000)
	url = rawServer(t, func(c net.Conn, br *bufio.Reader) {
		for {
			lines, err := readRawHead(br)
			if err != nil {
				return
			}
			heads <- lines
			if _, err := io.WriteString(c, text); err != nil || strings.Contains(text, "Connection: close") {
				return
			}
		}
	})
	return url, heads
}

func dial(t testing.TB, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// raw sends a text to the gateway and returns all that comes until it closes.
func raw(t testing.TB, addr, text string) string {
	t.Helper()
	c := dial(t, addr)
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := io.Copy(&b, c); err != nil {
		t.Logf("the connection ended with %v", err)
	}
	return b.String()
}

// metric is the value of a counter or gauge, with an outcome if there is one, or
// the number of observations of a histogram.
func metric(t testing.TB, g *gate, name, outcome string) float64 {
	t.Helper()
	families, err := g.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, label := range m.GetLabel() {
				if outcome == "" || label.GetName() == "outcome" && label.GetValue() == outcome {
					return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
				}
			}
		}
	}
	t.Fatalf("there is no metric %s with %q", name, outcome)
	return 0
}

// panicker is an observer with a defect.
type panicker struct {
	where string
	plan  Plan

	mu    sync.Mutex
	calls []string
}

func (p *panicker) at(name string) {
	p.mu.Lock()
	p.calls = append(p.calls, name)
	p.mu.Unlock()
	if strings.HasPrefix(p.where, name) {
		panic("a defect of the test")
	}
}

func (p *panicker) Begin(context.Context, *Request) Plan {
	p.at("begin")
	return p.plan
}

func (p *panicker) Finish(context.Context, *Exchange) error {
	p.at("finish")
	return nil
}

func (p *panicker) Amend(context.Context, *Exchange) { p.at("amend") }
