package datastore

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// includedDays is how long the extendable billing mode keeps events before AWS asks
// for more ("Event data store pricing options", CloudTrail User Guide).
const includedDays = 366

// Storage measures the tables of stores.
type Storage interface {
	// Stored is how many bytes a table takes, and how many of them are for events
	// from before a time.
	Stored(ctx context.Context, id string, before time.Time) (all, older int64, err error)
	// Retained is how many bytes of JSON the events in a table have. It reads them.
	Retained(ctx context.Context, id string) (int64, error)
}

// UsageConfig is what a [Usage] is made of.
type UsageConfig struct {
	Service *Service
	Storage Storage
	// Every is how often the bytes retained are measured, First when for the first
	// time. Zero is a day, and 5 minutes.
	Every, First time.Duration
	Now          func() time.Time
	Logger       *slog.Logger
	Registerer   prometheus.Registerer
}

// Usage has the figures that CloudTrail publishes of event data stores in CloudWatch,
// as metrics: TotalStorageBytes and TotalPaidStorageBytes when they are asked for,
// TotalDataRetained once a day, since that reads the tables. HourlyDataIngested is the
// ingester's. Source: "Supported CloudWatch metrics" of the CloudTrail User Guide.
type Usage struct {
	cfg                     UsageConfig
	stored, paid, retaining *prometheus.Desc

	mu       sync.Mutex
	retained map[string]int64
}

// NewUsage makes a usage and registers its metrics.
func NewUsage(cfg UsageConfig) *Usage {
	def(&cfg.Every, day)
	def(&cfg.First, 5*time.Minute)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	byStore := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, []string{"store"}, nil)
	}
	u := &Usage{
		cfg:       cfg,
		stored:    byStore("cairn_eventdatastore_storage_bytes", "Bytes of an event data store's table, compressed (TotalStorageBytes)."),
		paid:      byStore("cairn_eventdatastore_paid_storage_bytes", "Of these, bytes of events older than 366 days, with the extendable billing mode (TotalPaidStorageBytes)."),
		retaining: byStore("cairn_eventdatastore_retained_bytes", "Bytes of JSON of the events in an event data store, as last measured (TotalDataRetained)."),
		retained:  make(map[string]int64),
	}
	if cfg.Registerer != nil {
		cfg.Registerer.MustRegister(u)
	}
	return u
}

// Run measures what is measured once in a while, until ctx ends.
func (u *Usage) Run(ctx context.Context) error {
	timer := time.NewTimer(u.cfg.First)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
		u.measure(ctx)
		timer.Reset(u.cfg.Every)
	}
}

// measure reads the tables of all stores, one after another. What cannot be read
// keeps its last figure.
func (u *Usage) measure(ctx context.Context) {
	stores, err := u.cfg.Service.all(ctx)
	if err != nil {
		u.cfg.Logger.Warn("event data stores are not measured", "error", err)
		return
	}
	next := make(map[string]int64, len(stores))
	for i := range stores {
		id := stores[i].ID
		n, err := u.cfg.Storage.Retained(ctx, id)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			u.cfg.Logger.Warn("what an event data store retains could not be measured", "store", id, "error", err)
			if n, err = u.last(id); err != nil {
				continue
			}
		}
		next[id] = n
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.retained = next
}

var errNeverMeasured = errors.New("it was never measured")

func (u *Usage) last(id string) (int64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	n, ok := u.retained[id]
	if !ok {
		return 0, errNeverMeasured
	}
	return n, nil
}

// Describe implements prometheus.Collector.
func (u *Usage) Describe(to chan<- *prometheus.Desc) {
	to <- u.stored
	to <- u.paid
	to <- u.retaining
}

// Collect implements prometheus.Collector.
func (u *Usage) Collect(to chan<- prometheus.Metric) {
	ctx := context.Background()
	stores, err := u.cfg.Service.all(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(u.stored, err)
		return
	}
	gauge := func(d *prometheus.Desc, v int64, id string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), id)
	}
	for i := range stores {
		d := &stores[i]
		all, older, err := u.cfg.Storage.Stored(ctx, d.ID, u.cfg.Now().Add(-includedDays*day))
		if err != nil {
			continue // It has no table yet, or cannot be read now.
		}
		gauge(u.stored, all, d.ID)
		if d.BillingMode == Extendable {
			gauge(u.paid, older, d.ID)
		}
		if n, err := u.last(d.ID); err == nil {
			gauge(u.retaining, n, d.ID)
		}
	}
}

// all are the stores of all accounts.
func (s *Service) all(ctx context.Context) ([]Store, error) {
	items, err := s.stores.List(ctx, "")
	if err != nil {
		return nil, err
	}
	out := make([]Store, 0, len(items))
	for i := range items {
		if !items[i].Value.Gone {
			out = append(out, items[i].Value)
		}
	}
	return out, nil
}
