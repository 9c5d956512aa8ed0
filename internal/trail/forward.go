package trail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// Record is a record that a trail logs.
type Record struct {
	Raw             []byte
	Time            time.Time
	Account, Region string
	Category        string
}

// Forward takes the records of a trail in the order of the journal, some hundred
// at a time, and returns when the other side has them. They may be kept. Errors
// may have ErrorCode, as those of Bucket.
type Forward func(ctx context.Context, records []Record) error

// CloudWatchLogs is the target whose outcome GetTrailStatus tells.
const CloudWatchLogs = "logs"

const forwardedCollection = "trails.forwarded"

// forwarding is how far the records of a trail are with a target, in the
// collection "trails.forwarded" under ARN|TARGET.
type forwarding struct {
	// Trail is the trail as last seen.
	Trail Trail `json:"trail"`
	// Sequence is the last batch of which the target has everything.
	Sequence uint64 `json:"sequence"`
	// Failing is since when the target fails; zero when it last worked.
	Failing time.Time `json:"failing,omitzero"`
	// Gone is set when the trail was deleted.
	Gone   *gone    `json:"gone,omitempty"`
	Status Delivery `json:"status"`
}

// ForwarderConfig is what a [Forwarder] is made of.
type ForwarderConfig struct {
	Store   *store.DB
	Journal journal.Source
	// Targets give a trail's Forward by the target's name, nil for a trail whose
	// records do not go there.
	Targets map[string]func(Trail) Forward
	// GiveUp is how long records are tried. Zero is 24 hours.
	GiveUp time.Duration
	// RetryMin and RetryMax bound the pause between two tries, which doubles. Zero
	// is 1 second and 1 minute.
	RetryMin, RetryMax time.Duration

	Now        func() time.Time
	Jitter     func() float64 // from 0 to 1; nil is random
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

func (c *ForwarderConfig) fill() {
	def(&c.GiveUp, 24*time.Hour)
	def(&c.RetryMin, time.Second)
	def(&c.RetryMax, time.Minute)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
}

// Forwarder hands the records that trails log on to where they go besides log
// files: a group of CloudWatch Logs, a bus. It does not wait for log files.
//
// It guarantees that a target gets each record at least once and in order, as
// long as it works again within GiveUp; what is older then is given up, counted
// and logged. After a crash or a failure in the middle of a batch, records of
// about the last second come again. Each trail and target has a goroutine, a tap
// and a position of its own: one that is down holds up itself, and the deletion
// of the batches that it has not taken, and nothing else.
type Forwarder struct {
	cfg    ForwarderConfig
	trails *store.Collection[Trail]
	// progress is the Courier's; the forwarder only reads it.
	progress *store.Collection[progress]
	state    *store.Collection[forwarding]
	metrics  *forwardMetrics

	mu struct {
		sync.Mutex
		// changed has ARNs that Run has not seen yet.
		changed []string
		// hands are those at work, by ARN|TARGET.
		hands map[string]*hand
	}
	// news signals that mu.changed has something.
	news chan struct{}
}

// NewForwarder registers everything that has a position at the journal. It must
// be called before the journal takes events, and Run to forward.
func NewForwarder(ctx context.Context, cfg ForwarderConfig) (*Forwarder, error) {
	if cfg.Store == nil || cfg.Journal == nil {
		panic("BUG: trail: a forwarder needs a store and a journal")
	}
	cfg.fill()
	f := &Forwarder{
		cfg:      cfg,
		trails:   store.NewCollection[Trail](cfg.Store, trailsCollection),
		progress: store.NewCollection[progress](cfg.Store, progressCollection),
		state:    store.NewCollection[forwarding](cfg.Store, forwardedCollection),
		news:     make(chan struct{}, 1),
	}
	f.mu.hands = make(map[string]*hand)
	trails, err := f.trails.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the trails: %w", err)
	}
	for _, t := range trails {
		f.mu.changed = append(f.mu.changed, t.ID)
	}
	going, err := f.state.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read how far the records of trails are forwarded: %w", err)
	}
	for _, g := range going {
		cfg.Journal.Register(sinkName(g.ID), g.Value.Sequence)
		arn, _, _ := strings.Cut(g.ID, "|")
		f.mu.changed = append(f.mu.changed, arn)
	}
	f.metrics = newForwardMetrics(cfg.Registerer, f)
	return f, nil
}

// Changed says that the trail of that ARN was made, changed or deleted. From its
// return on, the journal keeps what is not forwarded.
func (f *Forwarder) Changed(arn string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for target := range f.cfg.Targets {
		if h := f.mu.hands[arn+"|"+target]; h == nil || h.ended {
			// The hand will say the right place; until then everything is kept.
			f.cfg.Journal.Register(sinkName(arn+"|"+target), 0)
		}
	}
	f.mu.changed = append(f.mu.changed, arn)
	f.signal()
}

func (f *Forwarder) signal() {
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// Run forwards until ctx ends. It returns an error when the journal cannot be
// read or when it is not known whether a commit happened.
func (f *Forwarder) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	f.signal()
	for {
		select {
		case <-ctx.Done():
			return g.Wait()
		case <-f.news:
		}
		f.mu.Lock()
		for _, arn := range f.mu.changed {
			for target, forward := range f.cfg.Targets {
				id := arn + "|" + target
				h := f.mu.hands[id]
				if h != nil {
					h.wake()
				}
				if h == nil || h.ended {
					h = newHand(f, id, arn, target, forward)
					f.mu.hands[id] = h
					g.Go(func() error { return f.work(ctx, h) })
				}
			}
		}
		f.mu.changed = nil
		f.mu.Unlock()
	}
}

// work runs a hand until its trail needs it no more.
func (f *Forwarder) work(ctx context.Context, h *hand) error {
	for {
		err := h.run(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !errors.Is(err, errEnded) {
			return fmt.Errorf("forward the records of trail %s to %s: %w", h.arn, h.target, err)
		}
		f.mu.Lock()
		if !h.reload.Load() {
			h.ended = true
			f.mu.Unlock()
			return nil
		}
		f.mu.Unlock()
	}
}

// forwardMetrics are counted as things happen, except for the backlog.
type forwardMetrics struct {
	f                          *Forwarder
	records, failures, givenUp *prometheus.CounterVec
	behind                     *prometheus.Desc
}

func newForwardMetrics(reg prometheus.Registerer, f *Forwarder) *forwardMetrics {
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &forwardMetrics{
		f:        f,
		records:  vector("cairn_trail_forwarded_total", "Records of trails handed on, by target: logs or events.", "target"),
		failures: vector("cairn_trail_forward_failures_total", "Tries that failed, by trail and target.", "trail", "target"),
		givenUp:  vector("cairn_trail_forward_given_up_total", "Records that were given up after a target failed for too long.", "target"),
		behind:   prometheus.NewDesc("cairn_trail_forward_backlog_batches", "Batches of the journal that a target has not taken.", []string{"trail", "target"}, nil),
	}
	if reg != nil {
		reg.MustRegister(m.records, m.failures, m.givenUp, m)
	}
	return m
}

// Describe implements prometheus.Collector for the backlog.
func (m *forwardMetrics) Describe(to chan<- *prometheus.Desc) { to <- m.behind }

// Collect implements prometheus.Collector for the backlog.
func (m *forwardMetrics) Collect(to chan<- prometheus.Metric) {
	m.f.mu.Lock()
	defer m.f.mu.Unlock()
	last := m.f.cfg.Journal.Last()
	for _, h := range m.f.mu.hands {
		if !h.ended {
			to <- prometheus.MustNewConstMetric(m.behind, prometheus.GaugeValue, float64(last-min(last, h.sequence.Load())), h.arn, h.target)
		}
	}
}
