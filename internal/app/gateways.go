package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/redact"
	"github.com/cairntrail/cairn/internal/selector"
)

// listenGateways starts the recording gateways, if there are any.
func (a *App) listenGateways(ctx context.Context) error {
	listeners := a.cfg.Listeners()
	if len(listeners) == 0 {
		return nil
	}
	collectLessOften()
	rec, err := a.newRecorder()
	if err != nil {
		return err
	}
	a.started("recorder", func(context.Context) error { return rec.Close() })
	run, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := rec.Run(run); err != nil {
			a.fail(err)
		}
	}()
	a.started("recorder's gap writer", func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	proxy, err := gateway.New(gateway.Config{Observer: rec, Logger: a.log, Registerer: a.registry, Now: time.Now})
	if err != nil {
		return err
	}
	a.started("gateways' upstream connections", func(context.Context) error { proxy.Close(); return nil })
	for _, g := range listeners {
		if err := a.listenGateway(proxy, rec, g); err != nil {
			return err
		}
	}
	return nil
}

// gatewayGC is GOGC for servers with gateways. Calls that pass through wait for
// collections on machines of few cores: at 2,000 calls a second the slowest
// hundredth took 7 ms with the default and 3 ms with this, for some 50 MB more of
// memory. The soft limit still bounds the whole.
const gatewayGC = 400

// collectLessOften sets it unless the operator did (GOGC).
func collectLessOften() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gatewayGC)
	}
}

// newRecorder makes the recorder of the gateways.
func (a *App) newRecorder() (*recorder.Recorder, error) {
	catalogue, err := awsmodel.Open()
	if err != nil {
		return nil, err
	}
	if a.cfg.ServiceModels != "" {
		if err := catalogue.Extend(a.cfg.ServiceModels); err != nil {
			return nil, fmt.Errorf("service-models: %w", err)
		}
	}
	rules := redact.Builtin()
	if a.cfg.RedactionRules != "" {
		own, err := redact.Load(a.cfg.RedactionRules)
		if err != nil {
			return nil, fmt.Errorf("redaction-rules: %w", err)
		}
		if rules, err = redact.Combine(rules, own); err != nil {
			return nil, fmt.Errorf("redaction-rules: %w", err)
		}
	}
	if a.cfg.EventSelectors != "" {
		m, err := readSelectors(a.cfg.EventSelectors)
		if err != nil {
			return nil, fmt.Errorf("event-selectors: %s: %w", a.cfg.EventSelectors, err)
		}
		a.demand.Set("event-selectors", m)
	}
	return recorder.New(recorder.Config{
		Catalogue: catalogue, Directory: a.directory, Redaction: rules, Demand: a.demand,
		Append: a.append, Ready: a.journal.Ready, FailOpen: a.cfg.GatewayFailOpen, GapFile: a.path("gap"),
		AccountID: a.cfg.AccountID, Region: a.cfg.Region, Now: time.Now, Logger: a.log, Registerer: a.registry,
	})
}

// readSelectors reads a file of advanced event selectors, in the form of
// put-event-selectors.
func readSelectors(file string) (*selector.Matcher, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s, err := selector.Parse(raw)
	if err == nil {
		err = s.Validate(selector.Trail)
	}
	if err != nil {
		return nil, err
	}
	return selector.Compile(s)
}

// append makes records durable; a failed journal stops the server.
func (a *App) append(ctx context.Context, records ...[]byte) error {
	err := a.journal.Append(ctx, records...)
	if err != nil {
		if failed := a.journal.Failed(); failed != nil {
			a.fail(failed)
		}
	}
	return err
}

// listenGateway opens one gateway's address and serves it.
func (a *App) listenGateway(proxy *gateway.Proxy, rec *recorder.Recorder, g config.Gateway) error {
	policy, err := g.Policy()
	if err != nil {
		return err
	}
	l := &gateway.Listener{
		Name: g.Name, Addr: g.Listen, Upstream: g.Upstream, Upstreams: g.Upstreams, TLSCert: g.TLSCert, TLSKey: g.TLSKey, TrustedProxies: g.TrustedProxies,
		Region: g.Region, AccountID: g.AccountID, VPCEndpointID: g.VPCEndpointID, VPCEndpointAccountID: g.VPCEndpointAccountID, EndpointPolicy: policy,
		BucketDomains: g.BucketDomains, DefaultService: g.DefaultService,
	}
	if err := rec.AddListener(l); err != nil {
		return err
	}
	srv, err := proxy.Server(l)
	if err != nil {
		return err
	}
	open, err := net.Listen("tcp", g.Listen)
	if err != nil {
		return fmt.Errorf("gateway %s: listen: %w", g.Name, err)
	}
	a.gateways = append(a.gateways, open.Addr().String())
	a.log.Info("a gateway listens", "name", g.Name, "address", open.Addr().String(), "upstream", g.Upstream)
	name := "gateway " + g.Name
	go func() {
		if err := gateway.Serve(srv, open); err != nil && !errors.Is(err, http.ErrServerClosed) {
			a.fail(fmt.Errorf("%s: %w", name, err))
		}
	}()
	a.started(name, func(ctx context.Context) error {
		if err := srv.Shutdown(ctx); err != nil {
			return errors.Join(fmt.Errorf("calls were cut off: %w", err), srv.Close())
		}
		return nil
	})
	return nil
}

// Gateways are the addresses of the gateways, in the order of the configuration.
func (a *App) Gateways() []string { return a.gateways }
