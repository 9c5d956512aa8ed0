package recorder_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/encode"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
)

const (
	homeAccount  = "111122223333"
	otherAccount = "444455556666"
)

// house is a recorder behind a real gateway, in front of a stub upstream.
type house struct {
	*testing.T
	directory *identity.Directory
	catalogue *awsmodel.Catalogue
	recorder  *recorder.Recorder
	listener  *gateway.Listener
	demand    *recorder.Demand
	url       string
	client    *http.Client

	mu      sync.Mutex
	now     time.Time
	answer  func(w http.ResponseWriter, r *http.Request)
	seen    int // requests at the upstream
	records [][]byte
	full    error // what Append and Ready answer
}

type option func(*gateway.Listener, *recorder.Config)

func newHouse(t *testing.T, options ...option) *house {
	t.Helper()
	h := &house{T: t, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), demand: recorder.NewDemand()}
	clock := func() time.Time {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.now
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	h.check(err)
	t.Cleanup(func() { h.check(db.Close()) })
	key, err := identity.LoadOrCreateKey(filepath.Join(t.TempDir(), "secret.key"))
	h.check(err)
	h.directory, err = identity.OpenDirectory(t.Context(), db, key, clock)
	h.check(err)
	_, err = h.directory.CreateAccount(t.Context(), homeAccount, "")
	h.check(err)
	h.catalogue, err = awsmodel.Open()
	h.check(err)

	upstream := httptest.NewServer(http.HandlerFunc(h.serveUpstream))
	t.Cleanup(upstream.Close)
	h.listener = &gateway.Listener{Name: "test", Upstream: upstream.URL, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AccountID: homeAccount, Region: "us-east-1"}
	cfg := recorder.Config{Catalogue: h.catalogue, Directory: h.directory, Demand: h.demand, Append: h.append, Ready: h.ready, AccountID: homeAccount, Region: "us-east-1", Now: clock}
	for _, o := range options {
		o(h.listener, &cfg)
	}
	h.recorder, err = recorder.New(cfg)
	h.check(err)
	h.check(h.recorder.AddListener(h.listener))
	proxy, err := gateway.New(gateway.Config{Observer: h.recorder, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(), Now: clock})
	h.check(err)
	t.Cleanup(proxy.Close)
	handler, err := proxy.Handler(h.listener)
	h.check(err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	h.url, h.client = server.URL, server.Client()
	return h
}

// check fails on an error, but for those of the codes.
func (h *house) check(err error, codes ...string) {
	h.Helper()
	var refused *identity.Error
	if err != nil && !(errors.As(err, &refused) && slices.Contains(codes, refused.Code)) {
		h.Fatal(err)
	}
}

func (h *house) append(_ context.Context, records ...[]byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.full != nil {
		return h.full
	}
	h.records = append(h.records, records...)
	return nil
}

func (h *house) ready() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.full
}

func (h *house) serveUpstream(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.seen++
	answer := h.answer
	h.mu.Unlock()
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer(w, r)
}

// answers makes the upstream give an answer.
func (h *house) answers(a *encode.Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for name, values := range a.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(a.Status)
		_, _ = w.Write(a.Body)
	}
}

// send sends a request, made for an AWS host, through the gateway.
func (h *house) send(r *http.Request) (status int, body []byte) {
	h.Helper()
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	r.URL.Scheme, r.URL.Host, r.Host, r.RequestURI = "http", h.url[len("http://"):], host, ""
	resp, err := h.client.Do(r)
	h.check(err)
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	h.check(err)
	return resp.StatusCode, body
}

// take gives the records that were written since the last time.
func (h *house) take() []map[string]any {
	h.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []map[string]any
	for _, raw := range h.records {
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			h.Fatalf("%v: %s", err, raw)
		}
		out = append(out, m)
	}
	h.records = nil
	return out
}

// one is take where there is one record.
func (h *house) one() map[string]any {
	h.Helper()
	rs := h.take()
	if len(rs) != 1 {
		h.Fatalf("%d records, want one: %v", len(rs), rs)
	}
	return rs[0]
}

// wants makes somebody want the events of advanced selectors.
func (h *house) wants(fields ...selector.FieldSelector) {
	h.Helper()
	m, err := selector.Compile(selector.Selectors{Advanced: []selector.AdvancedEventSelector{{FieldSelectors: fields}}})
	h.check(err)
	h.demand.Set("test", m)
}

func equals(field string, values ...string) selector.FieldSelector {
	return selector.FieldSelector{Field: field, Equals: values}
}
