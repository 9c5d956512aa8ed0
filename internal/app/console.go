package app

import (
	"context"
	"io/fs"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/console"
	"github.com/cairntrail/cairn/internal/console/signin"
	"github.com/cairntrail/cairn/web"
)

// openConsole puts the console beside the API on one listener. AWS clients see what
// they see without it: only a browser that opens / is sent to the console.
func (a *App) openConsole(mux *http.ServeMux, server *api.Server) error {
	if !a.cfg.Console {
		mux.Handle("/", server)
		return nil
	}
	sessions, err := signin.Open(context.Background(), signin.Config{
		Directory: a.directory, Store: a.db, Key: a.key, Record: a.record, Now: time.Now, ConsoleURL: a.cfg.ConsoleURL,
		IdleTimeout: a.cfg.ConsoleIdleTimeout, SessionDuration: a.cfg.ConsoleSessionDuration,
		DefaultRegion: a.cfg.Region, DefaultAccountID: a.cfg.AccountID, Version: version(), S3Endpoint: a.S3URL(), HistoryRetention: a.cfg.HistoryRetention, Logger: a.log, Registerer: a.registry,
	})
	if err != nil {
		return err
	}
	a.run(context.Background(), "console's sessions", sessions.Run)
	var files fs.FS
	if built, ok := web.Assets(); ok {
		files = built
	}
	transport, err := a.ownTransport()
	if err != nil {
		return err
	}
	if transport == nil {
		transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	// The S3 endpoint takes a connection that was opened ahead for busy, and would wait.
	a.started("console's connections to buckets", func(context.Context) error { transport.CloseIdleConnections(); return nil })
	if a.console, err = console.New(console.Config{
		Sessions: sessions, API: server, History: a.history, Buckets: consoleBuckets{a, transport}, Queries: a.queries, Store: a.db, Allowed: a.directory.Allowed, Assets: files, Region: a.cfg.Region, Now: time.Now, Logger: a.log,
	}); err != nil {
		return err
	}
	mux.Handle(console.Prefix, a.console)
	mux.Handle(console.Federation, a.console)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if console.FromBrowser(r) {
			http.Redirect(w, r, console.Prefix, http.StatusFound)
			return
		}
		server.ServeHTTP(w, r)
	})
	return nil
}

// ConsoleURL is the address of the web console; empty without one.
func (a *App) ConsoleURL() string {
	switch {
	case a.console == nil:
		return ""
	case a.cfg.ConsoleURL != "":
		return strings.TrimSuffix(a.cfg.ConsoleURL, "/") + console.Prefix
	}
	return a.APIURL() + console.Prefix
}

// inviteToConsole says where the console is, and how to get in.
func (a *App) inviteToConsole() {
	if a.console == nil {
		return
	}
	if _, built := web.Assets(); !built {
		a.log.Info("the web console was not built into this binary; install Node.js 20.19 or newer and run \"make build\" to have it", "url", a.ConsoleURL())
		return
	}
	a.log.Info("the web console is open: sign in with the access key in the credentials file, or with a password that \"cairn account password\" sets", "url", a.ConsoleURL(), "credentials", a.CredentialsFile())
}

// version is the version of this binary.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
