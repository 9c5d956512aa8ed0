package gateway

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// Listener is one address that clients call, and where their calls go. It must
// not change once it is served.
type Listener struct {
	// Name is the listener's name in metrics and logs; listeners have different
	// ones.
	Name string
	// Addr is the address to listen at, for whoever opens it.
	Addr string
	// Upstream is the URL, scheme and host only, that calls are forwarded to;
	// Upstreams has others for the services that a [Plan] may name. One of the
	// two may be empty: a call without an upstream is answered 502.
	Upstream  string
	Upstreams map[string]string
	// TLSCert and TLSKey are PEM files; with both the listener speaks TLS only.
	TLSCert, TLSKey string
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix

	// What follows is for the observer; the gateway does not look at it.

	Region, AccountID string
	// BucketDomains are domains below which S3 buckets are hosts; DefaultService
	// is the service of calls that name none.
	BucketDomains        []string
	DefaultService       string
	VPCEndpointID        string
	VPCEndpointAccountID string
	// EndpointPolicy is the text of a policy, not a file.
	EndpointPolicy string
}

// The limits of the servers. A header of metadata on an object has 2 KB in S3,
// and a signature with a session token some KB more.
const (
	maxHeaderBytes    = 64 << 10
	readHeaderTimeout = 10 * time.Second
	clientIdleTimeout = 2 * time.Minute
	maxStreams        = 250
)

// Handler serves the listener's clients. It fails if an upstream's URL cannot be
// used or the listener has the name of another one.
func (p *Proxy) Handler(l *Listener) (http.Handler, error) {
	h := &handler{p: p, listener: l, services: make(map[string]*upstream, len(l.Upstreams))}
	byURL := make(map[string]*upstream)
	find := func(text string) (*upstream, error) {
		target, err := parseUpstream(text)
		if err != nil {
			return nil, fmt.Errorf("gateway %s: %w", l.Name, err)
		}
		if byURL[target.String()] == nil {
			byURL[target.String()] = newUpstream(target, p)
		}
		return byURL[target.String()], nil
	}
	var err error
	if l.Upstream != "" {
		if h.fallback, err = find(l.Upstream); err != nil {
			return nil, err
		}
	}
	for service, text := range l.Upstreams {
		if h.services[service], err = find(text); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names[l.Name] {
		return nil, fmt.Errorf("two gateways have the name %q: give each its own", l.Name)
	}
	p.names[l.Name] = true
	h.m = p.metrics.of(l.Name)
	for _, u := range byURL {
		u.dials = h.m.dials
		p.upstreams = append(p.upstreams, u)
	}
	return h, nil
}

// parseUpstream reads the URL of an upstream: a scheme and a host, since paths
// are forwarded as they are.
func parseUpstream(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the upstream %q is not a URL: %w", text, err)
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.User != nil, u.Opaque != "":
		return nil, fmt.Errorf("the upstream %q is not of the form http://HOST:PORT or https://HOST:PORT", text)
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "", u.ForceQuery:
		return nil, fmt.Errorf("the upstream %q has more than a scheme and a host: paths are forwarded as they are sent", text)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// Server is an HTTP server for the listener, with the limits and protocols that
// a gateway has; [Serve] runs it. Its Shutdown waits for calls in flight, streams
// without an end included.
func (p *Proxy) Server(l *Listener) (*http.Server, error) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	var tlsConfig *tls.Config
	switch {
	case l.TLSCert != "" && l.TLSKey != "":
		cert, err := tls.LoadX509KeyPair(l.TLSCert, l.TLSKey)
		if err != nil {
			return nil, fmt.Errorf("gateway %s: read the TLS certificate: %w", l.Name, err)
		}
		tlsConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		protocols.SetHTTP2(true)
	case l.TLSCert != "" || l.TLSKey != "":
		return nil, errors.New("gateway " + l.Name + ": a TLS certificate needs its key, and a key its certificate")
	default:
		protocols.SetUnencryptedHTTP2(true)
	}
	h, err := p.Handler(l)
	if err != nil {
		return nil, err
	}
	return &http.Server{
		Addr: l.Addr, Handler: h, TLSConfig: tlsConfig, Protocols: protocols,
		ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: clientIdleTimeout, MaxHeaderBytes: maxHeaderBytes,
		DisableGeneralOptionsHandler: true,
		HTTP2:                        &http.HTTP2Config{MaxConcurrentStreams: maxStreams, WriteByteTimeout: p.cfg.StallTimeout},
		ErrorLog:                     slog.NewLogLogger(p.cfg.Logger.Handler(), slog.LevelDebug),
	}, nil
}

// Serve runs a server of [Proxy.Server] on an open listener until it is closed.
func Serve(s *http.Server, l net.Listener) error {
	if s.TLSConfig != nil {
		return s.ServeTLS(l, "", "")
	}
	return s.Serve(l)
}
