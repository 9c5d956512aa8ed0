package inlet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
)

// memory is a sink that keeps batches, and fails when it is told to.
type memory struct {
	mu    sync.Mutex
	got   []Batch
	fail  error
	enter chan struct{} // told of each Take, if set
	leave chan struct{} // awaited by each Take, if set
}

func (m *memory) Take(_ context.Context, b Batch) error {
	if m.enter != nil {
		m.enter <- struct{}{}
		<-m.leave
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.got = append(m.got, b)
	return nil
}

func (m *memory) Ready() error { return nil }

func (m *memory) events() (out []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range m.got {
		for _, e := range b.Events {
			out = append(out, e.Name)
		}
	}
	return out
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func send(s http.Handler, change func(*http.Request), body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/audit", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer secret")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

const minioEvent = `{"api":{"name":"PutObject"},"requestID":"1"}`

func TestServer(t *testing.T) {
	registry := prometheus.NewRegistry()
	sink, metrics := &memory{}, NewMetrics(registry)
	s := NewServer(ServerConfig{Name: "m", Decode: MinIO, Sink: sink, Token: "secret", Path: "/audit", MaxBody: 1000, Metrics: metrics, Logger: quiet()})
	expect := func(what string, w *httptest.ResponseRecorder, status int) {
		t.Helper()
		if w.Code != status {
			t.Errorf("%s: %d %s, want %d", what, w.Code, w.Body, status)
		}
	}
	expect("an event", send(s, nil, minioEvent), 200)
	expect("a token without Bearer", send(s, func(r *http.Request) { r.Header.Set("Authorization", "secret") }, minioEvent), 200)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := io.WriteString(w, minioEvent+"\n"+minioEvent); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	expect("gzip", send(s, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, z.String()), 200)
	if got := sink.events(); len(got) != 4 {
		t.Errorf("the sink has %v", got)
	}
	expect("another token", send(s, func(r *http.Request) { r.Header.Set("Authorization", "Bearer other") }, minioEvent), 401)
	expect("no token", send(s, func(r *http.Request) { r.Header.Del("Authorization") }, minioEvent), 401)
	expect("another path", send(s, func(r *http.Request) { r.URL.Path = "/other" }, minioEvent), 404)
	expect("another method", send(s, func(r *http.Request) { r.Method = http.MethodDelete }, minioEvent), 405)
	expect("a probe", send(s, func(r *http.Request) { r.Method = http.MethodHead }, ""), 200)
	expect("too large", send(s, nil, strings.Repeat(" ", 1001)), 413)
	z.Reset()
	w.Reset(&z)
	if _, err := w.Write(make([]byte, 100_000)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	expect("too large when it is decompressed", send(s, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, z.String()), 413)
	expect("no gzip", send(s, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, minioEvent), 400)
	expect("another encoding", send(s, func(r *http.Request) { r.Header.Set("Content-Encoding", "br") }, minioEvent), 400)
	expect("protocol buffers", send(s, func(r *http.Request) { r.Header.Set("Content-Type", "application/x-protobuf") }, minioEvent), 415)

	// What cannot be kept is asked for again.
	sink.fail = errors.New("the journal is full")
	answer := send(s, nil, minioEvent)
	expect("a full journal", answer, 503)
	if answer.Header().Get("Retry-After") == "" {
		t.Error("a full journal gives no Retry-After")
	}
	if n := counted(t, registry, "cairn_inlet_refused_total", "journal"); n != 1 {
		t.Errorf("%v refusals are counted", n)
	}
	sink.fail = ErrRefused
	expect("what no other try helps", send(s, nil, minioEvent), 400)
	if got := sink.events(); len(got) != 4 {
		t.Errorf("the sink has %v", got)
	}
}

// TestServerIsBounded: one document more than are in memory is asked for later.
func TestServerIsBounded(t *testing.T) {
	sink := &memory{enter: make(chan struct{}), leave: make(chan struct{})}
	s := NewServer(ServerConfig{Name: "m", Decode: OTLP, Protobuf: OTLPProtobuf, Sink: sink, Path: "/audit", MaxBody: 1000, Metrics: NewMetrics(prometheus.NewRegistry()), Logger: quiet()})
	var running sync.WaitGroup
	codes := make(chan int, concurrency)
	for range concurrency {
		running.Go(func() { codes <- send(s, nil, `{"resourceLogs":[]}`).Code })
		<-sink.enter
	}
	if w := send(s, nil, `{"resourceLogs":[]}`); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("one too many: %d %s", w.Code, w.Body)
	}
	close(sink.leave)
	running.Wait()
	close(codes)
	for code := range codes {
		if code != 200 {
			t.Errorf("one was answered with %d", code)
		}
	}
}

// counted is the value of a counter whose labels have a value.
func counted(tb testing.TB, registry *prometheus.Registry, name, label string) (sum float64) {
	tb.Helper()
	families, err := registry.Gather()
	if err != nil {
		tb.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetValue() == label {
					sum += m.GetCounter().GetValue()
				}
			}
		}
	}
	return sum
}
