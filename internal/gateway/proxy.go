package gateway

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The defaults of [Config].
const (
	DefaultHeaderTimeout   = 5 * time.Minute
	DefaultDialTimeout     = 10 * time.Second
	DefaultContinueTimeout = 2 * time.Second
	DefaultStallTimeout    = time.Minute
	DefaultIdleTimeout     = 15 * time.Second
	DefaultMaxIdle         = 256
)

// Config is what a [Proxy] needs. Observer, Logger and Registerer are required;
// a zero of the rest is its default.
type Config struct {
	Observer   Observer
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	// Now is the clock of records; limits of time use the machine's.
	Now func() time.Time
	// UpstreamTLS is the base of TLS towards upstreams; nil trusts the system's
	// certificate authorities.
	UpstreamTLS *tls.Config

	// HeaderTimeout is how long an upstream may take to begin its answer, once it
	// has the whole request. Some calls to AWS take minutes. Negative is no limit.
	HeaderTimeout time.Duration
	// DialTimeout bounds connecting to an upstream, the TLS handshake included.
	DialTimeout time.Duration
	// ContinueTimeout is how long a request that expects 100 Continue waits for an
	// upstream that sends neither that nor an answer, before its body is sent.
	ContinueTimeout time.Duration
	// StallTimeout is how long either side may not take or give a single byte of
	// a body that is under way. An upstream's answer may pause as long as it
	// likes: event streams do.
	StallTimeout time.Duration
	// IdleTimeout is how long a connection to an upstream is kept unused. Servers
	// close theirs after some 20 to 75 seconds; a shorter time on this side makes
	// it rare that a request is sent just as the connection is being closed, which
	// cannot be repaired, since the request may have arrived.
	IdleTimeout time.Duration
	// MaxIdle bounds the idle connections for each upstream.
	MaxIdle int
}

// Proxy forwards the calls of its listeners. It is safe for concurrent use.
type Proxy struct {
	cfg     Config
	metrics *metrics

	mu        sync.Mutex // guards what follows
	names     map[string]bool
	upstreams []*upstream
}

// New makes a proxy. It fails if the configuration lacks something or the
// metrics cannot be registered. Close it when its servers have stopped.
func New(cfg Config) (*Proxy, error) {
	if cfg.Observer == nil || cfg.Logger == nil || cfg.Registerer == nil {
		return nil, errors.New("the gateway needs an observer, a logger and a registerer")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&cfg.HeaderTimeout, DefaultHeaderTimeout}, {&cfg.DialTimeout, DefaultDialTimeout},
		{&cfg.ContinueTimeout, DefaultContinueTimeout}, {&cfg.StallTimeout, DefaultStallTimeout},
		{&cfg.IdleTimeout, DefaultIdleTimeout},
	} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	if cfg.MaxIdle == 0 {
		cfg.MaxIdle = DefaultMaxIdle
	}
	m, err := newMetrics(cfg.Registerer)
	if err != nil {
		return nil, err
	}
	return &Proxy{cfg: cfg, metrics: m, names: make(map[string]bool)}, nil
}

// Close closes the idle connections to upstreams. Calls in flight go on; theirs
// are closed when they end.
func (p *Proxy) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, u := range p.upstreams {
		u.close()
	}
}

// handler is a listener at work.
type handler struct {
	p        *Proxy
	listener *Listener
	m        listenerMetrics
	fallback *upstream
	services map[string]*upstream
}

// upstream chooses where a call goes; nil if nowhere.
func (h *handler) upstream(service string) *upstream {
	if u := h.services[service]; u != nil {
		return u
	}
	return h.fallback
}

// ServeHTTP carries one call through.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.m.inFlight.Inc()
	defer h.m.inFlight.Dec()
	c := &call{h: h, cfg: &h.p.cfg, w: w, r: r, rc: http.NewResponseController(w)}
	c.writing = stallLimit{after: c.cfg.StallTimeout, set: c.rc.SetWriteDeadline, eager: r.ProtoMajor > 1}
	defer c.end()
	c.serve()
}
