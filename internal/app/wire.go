package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/intake"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/selector"
)

func newLogger(cfg config.Config, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// handler is what the API listener serves.
func (a *App) handler() (http.Handler, error) {
	server, err := api.New(api.Config{
		Auth: a.directory, Allowed: a.directory.Allowed, Record: a.record, Ready: a.journal.Ready, History: a.history,
		STS: a.directory, Directory: a.directory, Trails: a.trails, EventDataStores: a.stores, Queries: a.queries, Channels: a.channels, Imports: a.imports, ResourcePolicies: a.policies,
		CredentialIssued: a.writeProfile, TokenKey: a.key.Derive("lookup-next-token"),
		DefaultAccountID: a.cfg.AccountID, DefaultRegion: a.cfg.Region, LookupQuota: a.cfg.LookupQuota,
		Logger: a.log, Registerer: a.registry,
	})
	if err != nil {
		return nil, err
	}
	ingester := intake.NewIngester(a.journal, func() intake.Known { return a.history.View() }, accounts{a}, a.cfg.IngestConcurrency)
	server.Stream(api.Stream{Path: intake.Path, Operation: intake.Operation, Run: a.ingest(ingester)})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := a.journal.Ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.HandleFunc(intake.Path, func(w http.ResponseWriter, r *http.Request) {
		// Streams may take as long as they like; their number is bounded.
		if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil {
			a.log.Warn("an ingest keeps its time limit", "error", err)
		}
		server.ServeHTTP(w, r)
	})
	return mux, a.openConsole(mux, server)
}

// record makes the record of a call durable. One of a data event is made if
// somebody selects it, as for calls through gateways.
func (a *App) record(ctx context.Context, call recorder.Call) error {
	raw := recorder.Record(call, uuid.NewString())
	if call.Category == recorder.Data {
		e, err := selector.ReadEvent(raw)
		if err != nil {
			return fmt.Errorf("read the record that was made: %w", err)
		}
		if !a.demand.Wants(&e) {
			return nil
		}
	}
	return a.append(ctx, raw)
}

// ingest serves the stream operation IngestEvents. As with the rest of the
// administration, only principals of the first account reach other accounts.
func (a *App) ingest(in *intake.Ingester) func(context.Context, identity.Caller, *http.Request) (api.StreamResult, error) {
	return func(ctx context.Context, caller identity.Caller, r *http.Request) (api.StreamResult, error) {
		query := r.URL.Query()
		opt := intake.Options{Gzip: r.Header.Get("Content-Encoding") == "gzip", CreateAccounts: query.Get("create-accounts") == "true",
			PayloadHash: r.Header.Get("X-Amz-Content-Sha256")}
		if caller.AccountID() != a.cfg.AccountID {
			opt.OnlyAccount = caller.AccountID()
		}
		result := api.StreamResult{Parameters: marshal(map[string]any{"name": query.Get("name"), "createAccounts": opt.CreateAccounts})}
		summary, err := in.Ingest(ctx, r.Body, opt)
		if err != nil {
			return result, a.ingestError(err)
		}
		result.Answer = marshal(summary)
		result.Response = marshal(map[string]any{"records": summary.Records, "accepted": summary.Accepted, "duplicates": summary.Duplicates, "rejected": summary.Rejected})
		return result, nil
	}
}

func (a *App) ingestError(err error) error {
	switch {
	case errors.Is(err, intake.ErrPayload):
		return api.Errorf(api.CodeSignatureDoesNotMatch, "%v", err)
	case errors.Is(err, intake.ErrBody):
		return api.Errorf(api.CodeValidation, "%v", err)
	}
	if failed := a.journal.Failed(); failed != nil {
		a.fail(failed)
	}
	return &api.Error{Code: api.CodeServiceUnavailable, Cause: err}
}

func marshal(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return raw
}

// accounts is the directory for ingest.
type accounts struct{ a *App }

func (x accounts) HasAccount(id string) bool {
	_, ok := x.a.directory.Account(id)
	return ok
}

// AddAccount creates an account and its profile, named by its id.
func (x accounts) AddAccount(ctx context.Context, id string) error {
	cred, err := x.a.directory.CreateAccount(ctx, id, "")
	if err != nil {
		return err
	}
	return x.a.writeProfile(id, cred)
}

// adminHandler serves metrics and profiles, to whoever reaches it.
func adminHandler(reg *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
