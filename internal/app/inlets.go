package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/intake/channel"
	"github.com/cairntrail/cairn/internal/intake/inlet"
	"github.com/cairntrail/cairn/internal/store"
)

// listenInlets starts the inlets, if there are any.
func (a *App) listenInlets(ctx context.Context) error {
	if len(a.cfg.Inlets) == 0 {
		return nil
	}
	metrics := inlet.NewMetrics(a.registry)
	for i := range a.cfg.Inlets {
		if err := a.openInlet(ctx, &a.cfg.Inlets[i], metrics); err != nil {
			return fmt.Errorf("inlet %s: %w", a.cfg.Inlets[i].Name, err)
		}
	}
	return nil
}

// decoders are those of the kinds; json has one of its own.
var decoders = map[string]inlet.Decoder{
	"minio": inlet.MinIO, "kubernetes": inlet.Kubernetes, "vault": inlet.Vault, "keystone": inlet.Keystone, "otlp": inlet.OTLP,
	"config-items": inlet.ConfigItems, "evidence": inlet.Evidence,
}

// openInlet starts what an inlet has: HTTP, a socket, a file.
func (a *App) openInlet(ctx context.Context, v *config.Inlet, metrics *inlet.Metrics) error {
	if v.Kind == config.CloudTrail {
		return a.follow(ctx, v, metrics)
	}
	decode := decoders[v.Kind]
	if v.Kind == "json" {
		m := inlet.Mapping(v.Fields)
		if err := m.Check(); err != nil {
			return fmt.Errorf("fields: %w", err)
		}
		decode = inlet.JSON(m)
	}
	target := a.inletTarget(v, metrics)
	if v.Channel != "" {
		if _, err := target.Find(ctx); err != nil {
			a.log.Warn("the channel of an inlet is not there; until it is made, senders are told to try again", "inlet", v.Name, "channel", v.Channel, "error", err)
		}
	}
	maxBody := cmp.Or(v.MaxBody, config.DefaultMaxBody)
	lines := &inlet.Lines{Name: v.Name, Decode: decode, Sink: target, MaxLine: maxBody, Metrics: metrics, Logger: a.log}
	if v.Tail != "" {
		positions := store.NewCollection[inlet.Position](a.db, "inlets.positions")
		a.run(ctx, "inlet "+v.Name, func(ctx context.Context) error { return lines.Tail(ctx, v.Tail, positions) })
	}
	if v.Socket != "" {
		if err := a.listenLines(ctx, v, lines); err != nil {
			return err
		}
	}
	if v.Listen == "" {
		return nil
	}
	cfg := inlet.ServerConfig{Name: v.Name, Decode: decode, Sink: target, Path: v.Path, MaxBody: maxBody, Metrics: metrics, Logger: a.log}
	if v.Kind == "otlp" {
		cfg.Protobuf, cfg.Path = inlet.OTLPProtobuf, cmp.Or(v.Path, "/v1/logs")
	}
	if v.TokenFile != "" {
		token, err := os.ReadFile(v.TokenFile)
		if err != nil {
			return fmt.Errorf("token-file: %w", err)
		}
		if cfg.Token = strings.TrimSpace(string(token)); cfg.Token == "" {
			return fmt.Errorf("token-file: %s is empty", v.TokenFile)
		}
	}
	return a.listenInlet(v, inlet.NewServer(cfg))
}

// inletTarget is where an inlet's events go.
func (a *App) inletTarget(v *config.Inlet, metrics *inlet.Metrics) *inlet.Target {
	owner := channel.Caller{AccountID: cmp.Or(v.AccountID, a.cfg.AccountID), Region: cmp.Or(v.Region, a.cfg.Region)}
	return &inlet.Target{
		Name: v.Name, Account: owner.AccountID, Region: owner.Region, Channel: a.channels, Journal: inletJournal{channelJournal{a}},
		Find: func(ctx context.Context) (string, error) {
			ch, err := a.channels.Find(ctx, owner, v.Channel)
			return ch.ARN, err
		},
		Known: accounts{a}.HasAccount, Now: time.Now, Metrics: metrics,
	}
}

// inletJournal is the journal for inlets.
type inletJournal struct{ channelJournal }

// Ready implements inlet.Journal.
func (j inletJournal) Ready() error { return j.a.journal.Ready() }

// listenLines opens an inlet's socket. A file of a socket that was left behind is
// replaced.
func (a *App) listenLines(ctx context.Context, v *config.Inlet, lines *inlet.Lines) error {
	network, address, _ := strings.Cut(v.Socket, ":")
	if network == "unix" {
		if info, err := os.Lstat(address); err == nil && info.Mode()&os.ModeSocket != 0 {
			if err := os.Remove(address); err != nil {
				return fmt.Errorf("socket: %w", err)
			}
		}
	}
	open, err := net.Listen(network, address)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	if network == "unix" {
		if err := os.Chmod(address, 0o660); err != nil { // whoever may write can write events
			return errors.Join(fmt.Errorf("socket: %w", err), open.Close())
		}
	}
	a.inlets[v.Name+" socket"] = open.Addr().String()
	a.run(ctx, "inlet "+v.Name, func(ctx context.Context) error { return lines.Serve(ctx, open) })
	return nil
}

// listenInlet opens an inlet's address and serves it.
func (a *App) listenInlet(v *config.Inlet, h http.Handler) error {
	open, err := net.Listen("tcp", v.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	a.inlets[v.Name] = open.Addr().String()
	a.log.Info("an inlet listens", "name", v.Name, "kind", v.Kind, "address", open.Addr().String())
	if v.TLSCert != "" {
		cert, err := tls.LoadX509KeyPair(v.TLSCert, v.TLSKey)
		if err != nil {
			return errors.Join(fmt.Errorf("read the TLS certificate: %w", err), open.Close())
		}
		open = tls.NewListener(open, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	}
	a.serveHTTP("inlet "+v.Name, open, h)
	return nil
}

// Inlet is the address of an inlet, and of its socket if the name ends with " socket".
func (a *App) Inlet(name string) string { return a.inlets[name] }
