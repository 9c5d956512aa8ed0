package trino

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"

	driver "github.com/trinodb/trino-go-client/trino"
)

// Config says which server runs statements, and as whom.
type Config struct {
	// URL is the coordinator's address, without user or path: https://trino:8443.
	URL string
	// User is who statements run as.
	User string
	// Password is the user's, over https only.
	Password string
	// AccessToken, a JWT, is sent instead of a password.
	AccessToken string
	// Certificates is a file of PEM certificates that are trusted beside the system's.
	Certificates string
	// Catalog and Schema are where a table without them is looked for.
	Catalog, Schema string
	// Properties are session properties, such as query_max_memory.
	Properties map[string]string
}

// source is how the server's list of queries names this program.
const source = "cairn"

// Engine runs statements on one server. It may be used by many goroutines.
type Engine struct {
	db     *sql.DB
	url    *url.URL
	client *http.Client
	// authorize puts who asks into a request of this package's own.
	authorize func(*http.Request)
}

// Open makes an engine, and does not ask the server anything yet: see [Engine.Ping].
func Open(cfg Config) (*Engine, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("the address of the Trino server: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("the address of the Trino server is %q: it has to be like https://trino:8443, without a user", u.Redacted())
	}
	if cfg.User == "" {
		return nil, errors.New("a Trino server wants to know as whom statements run: set the user")
	}
	transport, err := newTransport(cfg)
	if err != nil {
		return nil, err
	}
	e := &Engine{url: u, client: &http.Client{Transport: &watcher{next: transport, host: u.Host}}, authorize: cfg.authorize}
	server := *u
	server.User = url.User(cfg.User)
	if cfg.Password != "" {
		server.User = url.UserPassword(cfg.User, cfg.Password)
	}
	connector, err := driver.NewConnector(&driver.Config{
		ServerURI:         server.String(),
		Source:            source,
		Catalog:           cfg.Catalog,
		Schema:            cfg.Schema,
		TimeZone:          "UTC",
		AccessToken:       cfg.AccessToken,
		SessionProperties: cfg.Properties,
		HTTPClient:        e.client,
	})
	if err != nil {
		return nil, fmt.Errorf("the settings of the Trino server: %w", err)
	}
	e.db = sql.OpenDB(connector)
	return e, nil
}

// newTransport is HTTP as Go does it, which trusts further certificates.
func newTransport(cfg Config) (*http.Transport, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	if cfg.Certificates == "" {
		return t, nil
	}
	pem, err := os.ReadFile(cfg.Certificates)
	if err != nil {
		return nil, fmt.Errorf("the certificates of the Trino server: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("the system's certificates: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the certificates of the Trino server: there is none in %s", cfg.Certificates)
	}
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return t, nil
}

// authorize does for a request what the driver does for its own.
func (cfg Config) authorize(req *http.Request) {
	req.Header.Set("X-Trino-User", cfg.User)
	switch {
	case cfg.AccessToken != "":
		req.Header.Set("Authorization", "Bearer "+cfg.AccessToken)
	case cfg.Password != "":
		req.SetBasicAuth(cfg.User, cfg.Password)
	}
}

// Ping asks the server for a 1, which it answers when it can run statements.
func (e *Engine) Ping(ctx context.Context) error {
	rows, err := e.Query(ctx, "SELECT 1")
	if err != nil {
		return err
	}
	return rows.Close()
}

// Close gives up the connections. Statements have to be closed before.
func (e *Engine) Close() error {
	err := e.db.Close()
	e.client.CloseIdleConnections()
	return err
}
