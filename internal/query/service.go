package query

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// MaxActive is how many queries of an account may wait or run in a Region at once
// ("Quotas in AWS CloudTrail", CloudTrail User Guide).
const MaxActive = 10

// Retention is how long a query and its results are kept after it ended ("View
// query results", CloudTrail User Guide).
const Retention = 7 * 24 * time.Hour

// The defaults of [Config].
const (
	DefaultTimeLimit   = time.Hour
	DefaultSlots       = 4
	DefaultResultLimit = 1 << 30
	DefaultRoom        = 8 << 30
	DefaultPartBytes   = 64 << 20
)

// Stores finds event data stores; it is a [datastore.Service].
type Stores interface {
	Active(ctx context.Context, c datastore.Caller, name string) (datastore.Store, error)
}

// Config is what a [Service] is made of. Store, Dir, Stores, Schema and Engine are
// required.
type Config struct {
	// Store keeps the queries.
	Store *store.DB
	// Dir is the folder of results, which is made.
	Dir string
	// Stores are the event data stores, and Schema says which columns those of an
	// event category have.
	Stores Stores
	Schema func(category string) ([]trinosql.Column, error)
	// Engine runs statements.
	Engine Engine
	// Buckets are where results are delivered, and Signer signs them. Without them a
	// query with a DeliveryS3Uri is refused.
	Buckets Buckets
	Signer  Signer

	// TimeLimit is how long a query may run. Slots is how many run at once, of all
	// accounts.
	TimeLimit time.Duration
	Slots     int
	// ResultLimit bounds the bytes of one result, and Room those of all. Free tells how
	// much room the disk has, of which MinFree is left; nil does not ask.
	ResultLimit, Room, MinFree int64
	Free                       func() (int64, error)
	// PartBytes is how large a file in a bucket becomes before the next is begun.
	PartBytes int
	// Backoff is how long to wait after the attempt of that number, from 1, to
	// deliver; false is to give up. Nil is [DefaultBackoff].
	Backoff func(attempt int) (time.Duration, bool)

	// Now is the clock, NewID makes UUIDs. Nil takes the real ones.
	Now   func() time.Time
	NewID func() string
	// Logger takes failures. Nil is silence. Registerer takes the metrics; nil keeps
	// them unpublished.
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Caller is who calls, and the Region that is called.
type Caller struct {
	AccountID string
	Region    string
	// Allowed says whether the caller may do what is being done on a resource: the
	// ARN of an event data store, or "*" for a query that reads none. Its error is
	// returned to the caller. Nil allows everything.
	Allowed func(resource string) error
}

func (c Caller) stores() datastore.Caller {
	return datastore.Caller{AccountID: c.AccountID, Region: c.Region}
}

// Service answers the operations on queries, and runs them. Methods refuse with an
// [*Error] or a [*datastore.Error]; any other error is a failure, whose text is not
// for the caller.
type Service struct {
	cfg     Config
	queries *store.Collection[Query]
	aliases *store.Collection[Alias]
	room    *room
	metrics *metrics
	// wake tells Run that there is something to do, and fatal that it has to end.
	wake  chan struct{}
	fatal chan error

	mu struct {
		sync.Mutex
		// active are the queries that wait, run, or are to be delivered, by id, and
		// queue those that wait, in the order in which they came.
		active   map[string]*active
		queue    []*active
		sequence uint64
		running  int
	}
}

// active is a query that is not done with. What query has is guarded by
// Service.mu, and so are rows and spool; checked and job do not change.
type active struct {
	query Query
	job   Job
	// cancel ends the query with a reason; nil before it runs.
	cancel context.CancelCauseFunc
	rows   Rows
	spool  *spool
}

// Open reads what queries there are, and brings those that a process left behind
// into the state that is true now. Run goes on with them.
func Open(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Dir == "" || cfg.Stores == nil || cfg.Schema == nil || cfg.Engine == nil {
		panic("BUG: query: a service needs a store, a folder, event data stores, their schemas and an engine")
	}
	cfg.fill()
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of query results: %w", err)
	}
	s := &Service{
		cfg: cfg, queries: store.NewCollection[Query](cfg.Store, "queries"), aliases: store.NewCollection[Alias](cfg.Store, "queries.aliases"),
		room: &room{limit: cfg.Room, free: cfg.Free, reserve: cfg.MinFree}, wake: make(chan struct{}, 1), fatal: make(chan error, 1),
	}
	s.mu.active = make(map[string]*active)
	var err error
	if s.metrics, err = newMetrics(cfg.Registerer, s); err != nil {
		return nil, err
	}
	if err := s.recover(ctx); err != nil {
		return nil, fmt.Errorf("queries that were there: %w", err)
	}
	return s, nil
}

func (c *Config) fill() {
	if c.TimeLimit == 0 {
		c.TimeLimit = DefaultTimeLimit
	}
	if c.Slots == 0 {
		c.Slots = DefaultSlots
	}
	if c.ResultLimit == 0 {
		c.ResultLimit = DefaultResultLimit
	}
	if c.Room == 0 {
		c.Room = DefaultRoom
	}
	if c.PartBytes == 0 {
		c.PartBytes = DefaultPartBytes
	}
	if c.Backoff == nil {
		c.Backoff = DefaultBackoff
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewID == nil {
		c.NewID = uuid.NewString
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
}

// recover ends what a process that is gone left without an end, finds what is to be
// delivered, and removes files that belong to nothing.
func (s *Service) recover(ctx context.Context) error {
	items, err := s.queries.List(ctx, "")
	if err != nil {
		return err
	}
	keep := make(map[string]bool)
	for i := range items {
		q := items[i].Value
		s.mu.sequence = max(s.mu.sequence, q.Sequence)
		if !q.Status.Ended() {
			text := textStopped
			if q.Status == Queued {
				text = textUnstarted
			}
			q.end(Failed, text, s.now())
			if _, err := s.queries.Put(ctx, items[i].ID, q); err != nil {
				return err
			}
		}
		if q.Bytes > 0 {
			keep[rowsFile(q.ID)] = true
		}
		if q.Delivery != nil && q.Delivery.Status == DeliveryPending {
			s.mu.active[q.ID] = &active{query: q}
		}
	}
	return s.clean(keep)
}

// clean removes what is in the folder besides the files of results that count, and
// takes room for those.
func (s *Service) clean(keep map[string]bool) error {
	files, err := os.ReadDir(s.cfg.Dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(s.cfg.Dir, f.Name())
		if !keep[f.Name()] {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			continue
		}
		info, err := f.Info()
		if err != nil {
			return err
		}
		s.room.used.Add(info.Size())
	}
	return nil
}

// rowsFile is the name of a query's file of rows; scratchFolder is where engines
// spill.
func rowsFile(id string) string { return id + ".rows" }

const scratchFolder = "scratch"

func (s *Service) rowsPath(id string) string { return filepath.Join(s.cfg.Dir, rowsFile(id)) }

// now is the clock in the resolution that answers have.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Millisecond) }

// poke has Run look for something to do.
func (s *Service) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// broken ends Run: what the store has of a query is not known any more.
func (s *Service) broken(err error) {
	select {
	case s.fatal <- err:
	default:
	}
}

// end gives a query its final state.
func (q *Query) end(status Status, text string, now time.Time) {
	q.Status, q.Error, q.Ended = status, text, now
	if status != Finished && status != TimedOut {
		q.Rows, q.Bytes = 0, 0
	}
	if q.Delivery == nil {
		return
	}
	switch status {
	case Finished: // The delivery begins now.
	case Cancelled:
		q.Delivery.Status = DeliveryCancelled
	default:
		// Partial results are not delivered.
		q.Delivery.Status = DeliveryFailed
	}
}

// find reads a query of the caller's account and Region, as it is now, and asks
// whether the caller may do what it does with it: on each event data store that
// the query reads, which must not be pending deletion.
func (s *Service) find(ctx context.Context, c Caller, id string) (Query, error) {
	q, err := s.get(ctx, c, id)
	if errors.Is(err, store.ErrNotFound) {
		// Who may do nothing here does not learn what there is.
		if err := c.allowed("arn:aws:cloudtrail:" + c.Region + ":" + c.AccountID + ":eventdatastore/*"); err != nil {
			return Query{}, err
		}
		return Query{}, noQuery(id)
	}
	if err != nil {
		return Query{}, fmt.Errorf("read the query: %w", err)
	}
	return q, s.may(ctx, c, &q)
}

// may asks for the permission on what a query reads.
func (s *Service) may(ctx context.Context, c Caller, q *Query) error {
	if len(q.Stores) == 0 {
		return c.allowed("*")
	}
	for _, name := range q.Stores {
		if err := c.allowed(name.ARN); err != nil {
			return err
		}
		if _, err := s.cfg.Stores.Active(ctx, c.stores(), name.ARN); err != nil {
			return err
		}
	}
	return nil
}

func (c Caller) allowed(resource string) error {
	if c.Allowed == nil {
		return nil
	}
	return c.Allowed(resource)
}

// get reads a query as it is now.
func (s *Service) get(ctx context.Context, c Caller, id string) (Query, error) {
	s.mu.Lock()
	a := s.mu.active[id]
	if a != nil && a.query.AccountID == c.AccountID && a.query.Region == c.Region {
		defer s.mu.Unlock()
		return a.snapshot(), nil
	}
	s.mu.Unlock()
	// Other accounts' queries have other keys, and a key of somebody's making is
	// no UUID.
	if strings.Contains(id, "/") {
		return Query{}, store.ErrNotFound
	}
	item, err := s.queries.Get(ctx, key(c.AccountID, c.Region, id))
	if err == nil && s.expired(&item.Value) {
		return Query{}, store.ErrNotFound
	}
	return item.Value, err
}

// snapshot is the query with the figures of now. The caller holds Service.mu.
func (a *active) snapshot() Query {
	q := a.query
	if q.Delivery != nil {
		q.Delivery = new(*q.Delivery)
	}
	if q.Status == Running {
		if a.rows != nil {
			q.Statistics = a.rows.Statistics()
		}
		if a.spool != nil {
			q.Rows = a.spool.rows.Load()
		}
	}
	return q
}

// expired tells whether a query is too old to be shown.
func (s *Service) expired(q *Query) bool {
	return q.Status.Ended() && !s.now().Before(q.Ended.Add(Retention))
}
