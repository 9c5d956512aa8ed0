package datastore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cairntrail/cairn/internal/store"
)

// Ingester fills the tables of event data stores: see the package. It is the
// [Sink] of a [Service].
type Ingester struct {
	cfg      IngestConfig
	stores   *store.Collection[Store]
	progress *store.Collection[progress]
	metrics  *ingestMetrics

	mu struct {
		sync.Mutex
		workers map[string]*worker
		// holds counts the Holds of each store whose Changed has not come.
		holds map[string]int
		// starting has ids that Run has not seen yet.
		starting []string
		// flush is the batch that Flush was last asked for.
		flush uint64
		// moved is closed and made anew when a worker has got on.
		moved chan struct{}
	}
	// started signals that mu.starting has something.
	started chan struct{}
}

var _ Sink = (*Ingester)(nil)

// progress is how far a store is where its table does not tell, in the collection
// "eventdatastores.progress" under the store's id: when nothing was selected for
// a while, or the store does not ingest. Where the table is further, that counts.
type progress struct {
	// Through is a batch up to which everything that the store takes is in its
	// table.
	Through uint64 `json:"through"`
}

// NewIngester registers every store at the journal. It must be called before
// another sink releases batches; then Check, and Run to ingest.
func NewIngester(ctx context.Context, cfg IngestConfig) (*Ingester, error) {
	if cfg.Store == nil || cfg.Journal == nil || cfg.Tables == nil || cfg.Service == nil {
		panic("BUG: datastore: an ingester needs a store, a journal, tables and a service")
	}
	cfg.fill()
	in := &Ingester{
		cfg:      cfg,
		stores:   store.NewCollection[Store](cfg.Store, storesCollection),
		progress: store.NewCollection[progress](cfg.Store, progressCollection),
		started:  make(chan struct{}, 1),
	}
	in.mu.workers, in.mu.holds = make(map[string]*worker), make(map[string]int)
	in.mu.moved = make(chan struct{})
	stores, err := in.stores.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the event data stores: %w", err)
	}
	for i := range stores {
		d := &stores[i].Value
		p, err := in.position(ctx, d)
		if err != nil {
			return nil, err
		}
		cfg.Journal.Register(sinkName(d.ID), p)
		in.mu.starting = append(in.mu.starting, d.ID)
	}
	in.metrics = newIngestMetrics(cfg.Registerer, in)
	return in, nil
}

func sinkName(id string) string { return "event data store " + id }

// position is how far a store is but for what its table has.
func (in *Ingester) position(ctx context.Context, d *Store) (uint64, error) {
	item, err := in.progress.Get(ctx, d.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, fmt.Errorf("read how far the event data store %s is: %w", d.ID, err)
	}
	// Nothing before the first epoch is wanted: what it follows is passed.
	return max(item.Value.Through, d.Epochs[0].After), nil
}

// Check compares where the tables end with where the journal does: it fails when the
// journal lacks what a store has not taken, or never had what a table has, as after
// restoring half of a backup. It must be called when all sinks are registered, and
// before the journal takes events. A table that cannot be opened is left to Run.
func (in *Ingester) Check(ctx context.Context) error {
	stores, err := in.stores.List(ctx, "")
	if err != nil {
		return fmt.Errorf("list the event data stores: %w", err)
	}
	for i := range stores {
		if err := in.check(ctx, &stores[i].Value); err != nil {
			return err
		}
	}
	return nil
}

func (in *Ingester) check(ctx context.Context, d *Store) error {
	p, err := in.position(ctx, d)
	if err != nil {
		return err
	}
	table, err := in.cfg.Tables.Open(ctx, d.table())
	if err != nil {
		in.cfg.Logger.Warn("a table cannot be opened; it is tried again", "store", d.ID, "error", err)
		return nil
	}
	p = max(p, table.Sequence())
	if err := table.Close(); err != nil {
		return fmt.Errorf("close the table of event data store %s: %w", d.ID, err)
	}
	p, wants := d.next(p)
	if !wants {
		return nil
	}
	if err := in.cfg.Journal.Check(ctx, p); err != nil {
		return fmt.Errorf("event data store %s: %w", d.ID, err)
	}
	return nil
}

// next is the batch behind which the store takes something next, when it is done up
// to a batch, and whether it takes anything at all.
func (d *Store) next(done uint64) (after uint64, wants bool) {
	for after = done; ; {
		holds, next := false, -1
		for i, e := range d.Epochs {
			if e.After > after {
				next = i
				break
			}
			holds = e.Ingesting
		}
		if holds || next < 0 {
			return after, holds
		}
		after = d.Epochs[next].After
	}
}

// table is the store's table.
func (d *Store) table() TableSpec {
	return TableSpec{ID: d.ID, Category: d.Category(), Retention: time.Duration(d.RetentionPeriod) * day}
}

// Run ingests until ctx ends. It returns an error when the journal cannot be read
// or when it is not known whether a commit of the control plane happened: then
// the next start finds out.
func (in *Ingester) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	in.signal()
	for {
		select {
		case <-ctx.Done():
			return g.Wait()
		case <-in.started:
		}
		in.mu.Lock()
		for _, id := range in.mu.starting {
			w := newWorker(in, id)
			w.flush.Store(in.mu.flush)
			in.mu.workers[id] = w
			g.Go(func() error { return in.work(ctx, w) })
		}
		in.mu.starting = nil
		in.mu.Unlock()
	}
}

// work runs a worker until its store is gone.
func (in *Ingester) work(ctx context.Context, w *worker) error {
	if err := w.run(ctx); err != nil {
		return fmt.Errorf("event data store %s: %w", w.id, err)
	}
	if ctx.Err() == nil {
		in.mu.Lock()
		defer in.mu.Unlock()
		delete(in.mu.workers, w.id)
		in.movedLocked()
	}
	return nil
}

// Hold implements [Sink].
func (in *Ingester) Hold(id string) {
	in.mu.Lock()
	w := in.mu.workers[id]
	in.mu.holds[id]++
	if w == nil {
		// The worker will say the right place; until then everything is kept.
		in.cfg.Journal.Register(sinkName(id), 0)
	}
	in.mu.Unlock()
	if w != nil {
		w.takeUp()
	}
}

// held tells whether a store is being changed.
func (in *Ingester) held(id string) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.mu.holds[id] > 0
}

// Changed implements [Sink].
func (in *Ingester) Changed(id string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.mu.holds[id]--; in.mu.holds[id] <= 0 {
		delete(in.mu.holds, id)
	}
	switch w := in.mu.workers[id]; {
	case w != nil:
		w.wake()
	case !slices.Contains(in.mu.starting, id):
		in.mu.starting = append(in.mu.starting, id)
		in.signal()
	}
}

func (in *Ingester) signal() {
	select {
	case in.started <- struct{}{}:
	default:
	}
}

// room is how many bytes may wait for one store: its share, but enough for a commit
// that is worth a file.
func (in *Ingester) room() int64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return max(leastRoom, in.cfg.MaxBytes/int64(max(1, len(in.mu.workers))))
}

// leastRoom is the least share of a store in the memory for what waits, in bytes.
const leastRoom = 8 << 20

// Flush has every table take what the journal has now, without waiting for the
// ends of intervals, and returns when they have it.
func (in *Ingester) Flush(ctx context.Context) error {
	last := in.cfg.Journal.Last()
	in.mu.Lock()
	in.mu.flush = last
	for _, w := range in.mu.workers {
		w.flushAt(last)
	}
	in.mu.Unlock()
	return in.Settle(ctx, last)
}

// Settle waits until every store has in its table what it takes up to a batch of
// the journal, and until what was changed before is acted on.
func (in *Ingester) Settle(ctx context.Context, sequence uint64) error {
	for {
		in.mu.Lock()
		done := len(in.mu.starting) == 0
		for _, w := range in.mu.workers {
			done = done && w.settled(sequence)
		}
		moved := in.mu.moved
		in.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("wait for the tables of event data stores: %w", ctx.Err())
		}
	}
}

func (in *Ingester) movedLocked() {
	close(in.mu.moved)
	in.mu.moved = make(chan struct{})
}

func (in *Ingester) moved() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.movedLocked()
}

// parked is what a store that needs nothing of the journal is registered at. The
// next number would overflow there.
const parked = math.MaxUint64 - 1
