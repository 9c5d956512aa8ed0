package recorder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/redact"
)

// Config says what a recorder needs.
type Config struct {
	Catalogue *awsmodel.Catalogue
	Directory *identity.Directory
	// Redaction hides values; nil means [redact.Builtin].
	Redaction *redact.Rules
	// Demand says which data and network activity events are wanted; nil means
	// none.
	Demand *Demand
	// Append makes records durable, all or none.
	Append func(ctx context.Context, records ...[]byte) error
	// Ready tells whether Append would take records now.
	Ready func() error
	// FailOpen lets calls pass that cannot be recorded, and counts them in a gap.
	FailOpen bool
	// GapFile keeps the count of a gap over a restart; used with FailOpen.
	GapFile string
	// AccountID receives the records of callers that nobody knows, where the
	// listener has no account.
	AccountID string
	// Region is that of calls that name none, where the listener has none.
	Region     string
	Now        func() time.Time
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Recorder records the calls that pass through gateways. It is safe for
// concurrent use.
type Recorder struct {
	cfg     Config
	metrics *metrics
	gap     *gap
	newID   func() string
	// owners has the accounts of buckets that were seen to be made.
	owners *ownership

	mu        sync.RWMutex // guards listeners
	listeners map[*gateway.Listener]*listener
	stopped   atomic.Bool
}

// listener is what the recorder made of a gateway's listener.
type listener struct {
	recognizer awsmodel.Recognizer
	policy     identity.EndpointPolicy
}

// New makes a recorder.
func New(cfg Config) (*Recorder, error) {
	if cfg.Catalogue == nil || cfg.Directory == nil || cfg.Append == nil || cfg.Now == nil {
		return nil, errors.New("BUG: recorder: Catalogue, Directory, Append and Now are required")
	}
	if cfg.Redaction == nil {
		cfg.Redaction = redact.Builtin()
	}
	cfg.Redaction = cfg.Redaction.WithSensitive(redact.ByModel)
	if cfg.Demand == nil {
		cfg.Demand = NewDemand()
	}
	if cfg.Ready == nil {
		cfg.Ready = func() error { return nil }
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Recorder{cfg: cfg, metrics: newMetrics(cfg.Registerer), newID: uuid.NewString, owners: newOwnership(), listeners: make(map[*gateway.Listener]*listener)}
	var err error
	if r.gap, err = openGap(cfg.GapFile, cfg.Now); err != nil {
		return nil, err
	}
	return r, nil
}

// AddListener prepares a listener of a gateway; its calls are recorded from
// then on. The error names the listener and what is wrong with its policy.
func (r *Recorder) AddListener(l *gateway.Listener) error {
	policy, err := identity.ParseEndpointPolicy([]byte(l.EndpointPolicy))
	if err != nil {
		return fmt.Errorf("gateway %s: the endpoint policy: %w", l.Name, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listeners[l] = &listener{recognizer: awsmodel.Recognizer{Catalogue: r.cfg.Catalogue, BucketDomains: l.BucketDomains, DefaultService: l.DefaultService}, policy: policy}
	return nil
}

func (r *Recorder) listener(l *gateway.Listener) *listener {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if found := r.listeners[l]; found != nil {
		return found
	}
	return &listener{recognizer: awsmodel.Recognizer{Catalogue: r.cfg.Catalogue}}
}

// Run writes the record of a gap as soon as records can be written again, until
// ctx ends.
func (r *Recorder) Run(ctx context.Context) error {
	if !r.cfg.FailOpen {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(gapInterval)
	defer tick.Stop()
	for {
		if err := r.CloseGap(ctx); err != nil {
			r.cfg.Logger.Warn("the record of a gap cannot be written yet", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
