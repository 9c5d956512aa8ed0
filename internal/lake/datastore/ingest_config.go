package datastore

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// Tables has the tables of stores. It is used by several goroutines at once, by
// one for each store.
type Tables interface {
	// Open opens the table of a store, and makes it if there is none.
	Open(ctx context.Context, spec TableSpec) (Table, error)
	// Drop removes the table of a store for good. That there is none is no error.
	Drop(ctx context.Context, id string) error
}

// TableSpec says which table a store has.
type TableSpec struct {
	// ID is the store's.
	ID string
	// Category is the event category whose schema the table has.
	Category string
	// Retention is how long events are kept, counted from their eventTime.
	Retention time.Duration
}

// Table is an open table.
type Table interface {
	// Sequence is the last batch of the journal that the table has, 0 for none.
	Sequence() uint64
	// Append makes events durable together with the sequence of the last batch that
	// they are from: both, or none. After an error it is not known which; the table
	// is opened again then. It keeps no reference to the events.
	Append(ctx context.Context, events [][]byte, sequence uint64) error
	// SetRetention says how long events are kept from now on; those that are older
	// leave in their time.
	SetRetention(ctx context.Context, keep time.Duration) error
	Close() error
}

// IngestConfig is what an [Ingester] is made of.
type IngestConfig struct {
	Store   *store.DB
	Journal journal.Source
	Tables  Tables
	// Service is told how far stores are.
	Service *Service
	// Interval is how long events wait for others before they are committed
	// together. Zero is 2 seconds.
	Interval time.Duration
	// MaxRows bounds what waits in memory for a store, and MaxBytes what waits for all
	// of them, who share it evenly; with so much a commit comes at once. Zero is 250,000
	// events and 256 MiB.
	MaxRows  int
	MaxBytes int64
	// SaveEvery is how often a store that selects nothing tells the journal that it
	// needs nothing. Zero is 10 seconds.
	SaveEvery time.Duration
	// RetryMin and RetryMax bound the pause between two tries, which doubles. Zero is
	// 1 second and 1 minute.
	RetryMin, RetryMax time.Duration

	Now        func() time.Time
	Jitter     func() float64 // from 0 to 1; nil is random
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

func (c *IngestConfig) fill() {
	def(&c.Interval, 2*time.Second)
	def(&c.MaxRows, 250_000)
	def(&c.MaxBytes, 256<<20)
	def(&c.SaveEvery, 10*time.Second)
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

func def[T int | int64 | time.Duration](v *T, to T) {
	if *v == 0 {
		*v = to
	}
}
