package gateway

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// upstream is a server that calls are forwarded to, with its idle connections.
// Whether an https upstream speaks HTTP/2 is seen at each connection.
type upstream struct {
	cfg   *Config
	https bool
	// host is as the URL has it; addr has a port always.
	host, addr string
	tls        *tls.Config
	h2         *http.Transport
	dials      prometheus.Counter

	mu     sync.Mutex // guards what follows
	closed bool
	idle   []*conn // the one that was used last is last
	shared []*http.ClientConn
	reaper *time.Timer // set while idle has some
}

func newUpstream(target *url.URL, p *Proxy) *upstream {
	u := &upstream{cfg: &p.cfg, https: target.Scheme == "https", host: target.Host, addr: target.Host}
	if target.Port() == "" {
		port := "80"
		if u.https {
			port = "443"
		}
		u.addr = net.JoinHostPort(target.Hostname(), port)
	}
	if u.https {
		u.tls = &tls.Config{}
		if p.cfg.UpstreamTLS != nil {
			u.tls = p.cfg.UpstreamTLS.Clone()
		}
		u.tls.NextProtos = []string{"h2", "http/1.1"}
		if u.tls.ServerName == "" {
			u.tls.ServerName = target.Hostname()
		}
		if u.tls.ClientSessionCache == nil {
			u.tls.ClientSessionCache = tls.NewLRUClientSessionCache(0)
		}
		u.h2 = newTransport(&p.cfg)
	}
	return u
}

// link is a connection that a call may use: one of HTTP/1.1 of its own, or a
// stream of a shared one of HTTP/2.
type link struct {
	own    *conn
	shared *http.ClientConn
}

// get takes an idle connection, or makes one. With fresh no idle one is taken.
func (u *upstream) get(ctx context.Context, fresh bool) (link, error) {
	if !fresh {
		if l, ok := u.take(); ok {
			return l, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, u.cfg.DialTimeout)
	defer cancel()
	u.dials.Inc()
	var dialer net.Dialer
	raw, err := dialer.DialContext(ctx, "tcp", u.addr)
	if err != nil {
		return link{}, fmt.Errorf("connect to the upstream: %w", err)
	}
	counted := &countedConn{Conn: raw}
	if !u.https {
		return link{own: newConn(u, counted, counted)}, nil
	}
	secure := tls.Client(counted, u.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return link{}, fmt.Errorf("connect to the upstream: TLS: %w", err)
	}
	if secure.ConnectionState().NegotiatedProtocol != "h2" {
		return link{own: newConn(u, secure, counted)}, nil
	}
	shared, err := newShared(ctx, u, secure)
	if err != nil {
		_ = raw.Close()
		return link{}, fmt.Errorf("connect to the upstream: HTTP/2: %w", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.shared = append(u.shared, shared)
	return link{shared: shared}, nil
}

// take finds a connection that is there and looks alive.
func (u *upstream) take() (link, bool) {
	for {
		u.mu.Lock()
		if l, ok := u.reserveLocked(); ok {
			u.mu.Unlock()
			return l, true
		}
		n := len(u.idle)
		if n == 0 {
			u.mu.Unlock()
			return link{}, false
		}
		c := u.idle[n-1]
		u.idle[n-1] = nil
		u.idle = u.idle[:n-1]
		u.mu.Unlock()
		if c.usable() {
			return link{own: c}, true
		}
		c.close()
	}
}

// reserveLocked finds a stream on a shared connection, and forgets those that
// have ended.
func (u *upstream) reserveLocked() (link, bool) {
	if len(u.shared) == 0 {
		return link{}, false
	}
	u.shared = slices.DeleteFunc(u.shared, func(s *http.ClientConn) bool { return s.Err() != nil })
	for _, s := range u.shared {
		if s.Reserve() == nil {
			return link{shared: s}, true
		}
	}
	return link{}, false
}

// put keeps a connection whose exchange ended well.
func (u *upstream) put(c *conn) {
	c.used, c.idleSince = true, time.Now()
	u.mu.Lock()
	if u.closed || len(u.idle) >= u.cfg.MaxIdle {
		u.mu.Unlock()
		c.close()
		return
	}
	u.idle = append(u.idle, c)
	if u.reaper == nil {
		u.reaper = time.AfterFunc(u.cfg.IdleTimeout, u.reap)
	}
	u.mu.Unlock()
}

// reap closes connections that were idle for too long: a timer runs it.
func (u *upstream) reap() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return
	}
	oldest := time.Now().Add(-u.cfg.IdleTimeout)
	n := 0
	for n < len(u.idle) && !u.idle[n].idleSince.After(oldest) {
		u.idle[n].close()
		n++
	}
	u.idle = slices.Delete(u.idle, 0, n)
	if len(u.idle) == 0 {
		u.reaper = nil
		return
	}
	u.reaper.Reset(max(u.idle[0].idleSince.Sub(oldest), time.Millisecond))
}

func (u *upstream) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
	if u.reaper != nil {
		u.reaper.Stop()
	}
	for _, c := range u.idle {
		c.close()
	}
	for _, s := range u.shared {
		if s.InFlight() == 0 {
			_ = s.Close()
		}
	}
	u.idle, u.shared = nil, nil
}
