// Package app builds a server from its configuration: every component once, in
// order from the ground up, and stops them in the reverse order, so that
// nothing is asked for after it has gone.
//
// It guarantees that two servers never share a data directory (an advisory
// lock on DIR/lock), that nothing listens before everything behind it works,
// and that a stop first refuses new requests, then answers those in flight,
// then writes the event history's files, and closes the journal last.
//
// It alone knows all rooms; nothing below knows it.
package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/console"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/intake/channel"
	"github.com/cairntrail/cairn/internal/intake/imports"
	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/keys"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/notify"
	"github.com/cairntrail/cairn/internal/objects"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/sharing"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/trail"
)

// Runner starts servers.
type Runner struct{}

// Serve runs a server until ctx ends, and then stops it gracefully.
func (r Runner) Serve(ctx context.Context, cfg config.Config, log io.Writer) error {
	a, err := r.Start(ctx, cfg, log)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.ShutdownTimeout)
		defer cancel()
		return a.Stop(stop)
	case <-a.ended:
		return a.Wait()
	}
}

// Start returns when the server listens. It goes on when ctx ends; Stop ends it.
func (Runner) Start(ctx context.Context, cfg config.Config, log io.Writer) (*App, error) {
	a := &App{cfg: cfg, log: newLogger(cfg, log), registry: prometheus.NewRegistry(), ended: make(chan struct{}), failed: make(chan error, 4), inlets: make(map[string]string)}
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	begun := time.Now()
	limitMemory()
	if err := a.absolutePaths(); err != nil {
		return nil, err
	}
	if err := a.start(context.WithoutCancel(ctx)); err != nil {
		return nil, errors.Join(err, a.unwind(context.WithoutCancel(ctx)))
	}
	a.log.Info("cairn is ready", "api", a.APIURL(), "admin", a.AdminURL(), "data", cfg.DataDir, "credentials", a.CredentialsFile(), "took", time.Since(begun).Round(time.Millisecond))
	a.inviteToConsole()
	go a.supervise()
	return a, nil
}

// softMemory is where the garbage collector begins to work harder: the two
// memtables of the event history and a merge hold about half of it, and a heap
// that may double would take twice that.
const softMemory = 1 << 30

// limitMemory sets the soft limit unless the operator did (GOMEMLIMIT).
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
}

// absolutePaths makes the files that the settings name independent of the working
// directory, which the S3 endpoint changes while it runs.
func (a *App) absolutePaths() error {
	files := []*string{&a.cfg.DataDir, &a.cfg.TLSCert, &a.cfg.TLSKey, &a.cfg.RedactionRules, &a.cfg.EventSelectors, &a.cfg.ServiceModels, &a.cfg.WebhookSecrets,
		&a.cfg.TrinoPassword, &a.cfg.TrinoCertificates}
	a.cfg.Gateways = slices.Clone(a.cfg.Gateways)
	for i := range a.cfg.Gateways {
		g := &a.cfg.Gateways[i]
		files = append(files, &g.TLSCert, &g.TLSKey, &g.EndpointPolicy)
	}
	a.cfg.Inlets = slices.Clone(a.cfg.Inlets)
	for i := range a.cfg.Inlets {
		v := &a.cfg.Inlets[i]
		files = append(files, &v.TLSCert, &v.TLSKey, &v.TokenFile, &v.Tail)
		if socket, ok := strings.CutPrefix(v.Socket, "unix:"); ok {
			abs, err := filepath.Abs(socket)
			if err != nil {
				return err
			}
			v.Socket = "unix:" + abs
		}
	}
	for _, f := range files {
		if *f == "" {
			continue
		}
		abs, err := filepath.Abs(*f)
		if err != nil {
			return err
		}
		*f = abs
	}
	return nil
}

// App is a running server.
type App struct {
	cfg      config.Config
	log      *slog.Logger
	registry *prometheus.Registry

	key       identity.Key
	db        *store.DB
	directory *identity.Directory
	journal   *journal.Journal
	history   *lake.History
	api       net.Listener
	admin     net.Listener
	gateways  []string // addresses
	inlets    map[string]string
	s3        *objects.Server
	delivery  serviceKey
	keys      *keys.Ring
	buckets   *objects.Client
	sinks     *notify.Sinks
	demand    *recorder.Demand
	courier   *trail.Courier
	forwarder *trail.Forwarder
	trails    *trail.Service
	policies  *sharing.Service
	channels  *channel.Service
	imports   *imports.Service
	warehouse *table.Warehouse
	stores    *datastore.Service
	ingester  *datastore.Ingester
	queries   *query.Service
	console   *console.Console

	profiles sync.Mutex // held while the credentials file is rewritten

	steps    []step     // what was started, in order
	failed   chan error // a component that ended by itself
	stopping sync.Once
	ended    chan struct{} // closed when everything has stopped
	err      error         // why, once ended is closed
}

// step is a component that was started, and how it is stopped.
type step struct {
	name string
	stop func(ctx context.Context) error
}

func (a *App) started(name string, stop func(ctx context.Context) error) {
	a.steps = append(a.steps, step{name, stop})
}

// start builds everything from the ground up.
func (a *App) start(ctx context.Context) error {
	for _, f := range []func(context.Context) error{
		a.lockDir, a.openKey, a.openStore, a.openDirectory, a.openJournal, a.listenS3, a.openTrails, a.openStores, a.openQueries, a.openChannels, a.openImports, a.openHistory, a.runTrails, a.runStores, a.runQueries, a.runImports, a.listenAdmin, a.listenAPI, a.listenGateways, a.listenInlets,
	} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (a *App) path(name string) string { return filepath.Join(a.cfg.DataDir, name) }

func (a *App) lockDir(context.Context) error {
	if err := os.MkdirAll(a.cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("create the data directory: %w", err)
	}
	unlock, err := lockFile(a.path("lock"))
	if err != nil {
		return err
	}
	a.started("lock", func(context.Context) error { return unlock() })
	return nil
}

func (a *App) openKey(context.Context) (err error) {
	if exists(a.path("journal")) && !exists(a.path("state.db")) {
		return fmt.Errorf("%s is missing, but %s is there and belongs to it: restore it from a backup", a.path("state.db"), a.path("journal"))
	}
	if exists(a.path("state.db")) && !exists(a.path("secret.key")) {
		return fmt.Errorf("%s is missing, but %s holds secrets that only it opens: restore it from a backup", a.path("secret.key"), a.path("state.db"))
	}
	a.key, err = identity.LoadOrCreateKey(a.path("secret.key"))
	return err
}

func (a *App) openStore(ctx context.Context) (err error) {
	if a.db, err = store.Open(ctx, a.path("state.db")); err != nil {
		return err
	}
	a.started("store", func(context.Context) error { return a.db.Close() })
	return nil
}

func (a *App) openDirectory(ctx context.Context) (err error) {
	if a.directory, err = identity.OpenDirectory(ctx, a.db, a.key, time.Now); err != nil {
		return err
	}
	return a.ensureCredentials(ctx)
}

// ensureCredentials makes the first account and its profile. Where the account
// is there but the file is gone (a crash between the two, or it was deleted),
// the administrator gets a new key: who owns the data directory owns the server.
func (a *App) ensureCredentials(ctx context.Context) error {
	cred, created, err := a.directory.EnsureFirstAccount(ctx, a.cfg.AccountID)
	if err != nil {
		return fmt.Errorf("make the first account: %w", err)
	}
	if !created {
		if exists(a.CredentialsFile()) {
			return nil
		}
		if cred, err = a.directory.CreateAccessKey(ctx, identity.Ref{AccountID: a.cfg.AccountID, Type: identity.User, Name: identity.AdminUser}); err != nil {
			a.log.Warn("the credentials file is missing, and no new key could be made for it; use one of the keys that there are", "file", a.CredentialsFile(), "error", err)
			return nil
		}
		a.log.Warn("the credentials file was missing; its profile has a new access key", "file", a.CredentialsFile(), "key", cred.AccessKeyID)
	}
	return a.writeProfile("default", cred)
}

// writeProfile puts a credential into DIR/credentials.
func (a *App) writeProfile(profile string, cred identity.Credential) error {
	a.profiles.Lock()
	defer a.profiles.Unlock()
	if cred.Region == "" {
		cred.Region = a.cfg.Region
	}
	return identity.WriteProfile(a.CredentialsFile(), profile, cred)
}

func (a *App) openJournal(ctx context.Context) (err error) {
	a.journal, err = journal.Open(ctx, journal.Config{
		Dir: a.path("journal"), MaxBytes: a.cfg.JournalMaxBytes, MinFree: a.cfg.MinFreeDisk, AcceptDamage: a.cfg.AcceptJournalDamage,
		Logger: a.log, Registerer: a.registry,
	})
	if err != nil {
		return err
	}
	a.started("journal", func(context.Context) error { return a.journal.Close() })
	return nil
}

func (a *App) openHistory(ctx context.Context) (err error) {
	a.history, err = lake.OpenHistory(ctx, lake.HistoryConfig{
		Dir: a.path("history"), Store: a.db, Journal: a.journal, Retention: a.cfg.HistoryRetention,
		FlushRows: lake.DefaultFlushRows, FlushBytes: lake.DefaultFlushBytes, FlushAge: a.cfg.HistoryFlushAge,
		Now: time.Now, Logger: a.log, Registerer: a.registry,
	})
	if err != nil {
		return err
	}
	a.started("event history", func(context.Context) error { return a.history.Close() })
	run, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.history.Run(run); err != nil {
			a.fail(err)
		}
	}()
	a.started("event history's writer", func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	return nil
}

// serveHTTP runs a server on a listener that is open already.
func (a *App) serveHTTP(name string, l net.Listener, h http.Handler) {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	go func() {
		if err := srv.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			a.fail(fmt.Errorf("%s: %w", name, err))
		}
	}()
	a.started(name, func(ctx context.Context) error {
		if err := srv.Shutdown(ctx); err != nil {
			return errors.Join(fmt.Errorf("requests were cut off: %w", err), srv.Close())
		}
		return nil
	})
}

func (a *App) listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w (is another server running? choose other addresses with --listen and --admin-listen)", err)
	}
	return l, nil
}

func (a *App) listenAdmin(context.Context) (err error) {
	if a.admin, err = a.listen(a.cfg.AdminListen); err != nil {
		return err
	}
	a.serveHTTP("admin listener", a.admin, adminHandler(a.registry))
	return nil
}

func (a *App) listenAPI(context.Context) (err error) {
	h, err := a.handler()
	if err != nil {
		return err
	}
	if a.api, err = a.listen(a.cfg.Listen); err != nil {
		return err
	}
	l := a.api
	if a.cfg.TLSCert != "" {
		cert, err := tls.LoadX509KeyPair(a.cfg.TLSCert, a.cfg.TLSKey)
		if err != nil {
			return errors.Join(fmt.Errorf("read the TLS certificate: %w", err), l.Close())
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	}
	a.serveHTTP("API listener", l, h)
	if a.console != nil { // what streams ends first: the listener waits for its requests
		a.started("console's streams", func(context.Context) error { a.console.Close(); return nil })
	}
	return nil
}

// fail takes the first errors of components that ended by themselves.
func (a *App) fail(err error) {
	select {
	case a.failed <- err:
	default:
	}
}

// supervise stops the server when a component fails.
func (a *App) supervise() {
	select {
	case err := <-a.failed:
		a.log.Error("a component failed; the server stops", "error", err)
		ctx, cancel := context.WithTimeout(context.Background(), a.cfg.ShutdownTimeout)
		defer cancel()
		a.stop(ctx, err)
	case <-a.ended:
	}
}

// Stop ends the server gracefully; requests still in flight when ctx ends are
// cut off. What was acknowledged is durable either way.
func (a *App) Stop(ctx context.Context) error {
	a.stop(ctx, nil)
	return a.Wait()
}

func (a *App) stop(ctx context.Context, why error) {
	a.stopping.Do(func() {
		a.log.Info("cairn is stopping")
		a.err = errors.Join(why, a.unwind(ctx))
		a.log.Info("cairn has stopped")
		close(a.ended)
	})
}

// unwind stops what was started, last first.
func (a *App) unwind(ctx context.Context) (err error) {
	for i := len(a.steps) - 1; i >= 0; i-- {
		if e := a.steps[i].stop(ctx); e != nil {
			err = errors.Join(err, fmt.Errorf("stop the %s: %w", a.steps[i].name, e))
		}
	}
	a.steps = nil
	return err
}

// Wait returns when the server has ended, with why if it failed.
func (a *App) Wait() error {
	<-a.ended
	return a.err
}

// APIURL is the address of the API.
func (a *App) APIURL() string {
	scheme := "http"
	if a.cfg.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + a.api.Addr().String()
}

// AdminURL is the address of the metrics.
func (a *App) AdminURL() string { return "http://" + a.admin.Addr().String() }

// CredentialsFile is the AWS shared-credentials file with the first account.
func (a *App) CredentialsFile() string { return a.path("credentials") }
