package trail

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cairntrail/cairn/internal/store"
)

// Courier delivers trails: it reads the journal, gathers what a trail logs in
// windows, and writes log files and digests to the trail's bucket.
//
// It guarantees that an event that a trail logs is in exactly one of its log
// files, with the bytes it was recorded with, and that a log file delivered
// while validation is on is in exactly one digest, whatever is killed in
// between. Each trail has a goroutine, a tap, a position and a back-off of its
// own: a bucket that is down holds up its own trail, and the deletion of the
// batches that this trail has not read, and nothing else.
//
// How: before a file of a window is put, the window's end in the journal and the
// trail as it was are committed (see cut). What is put follows from these and
// from the journal, under names that follow from them too: after a crash the
// same files are put again. When all are there, one transaction moves the
// position on, names the files for the next digest, and changes the status; only
// then the journal is released.
//
// What it does not guarantee: a trail that is pointed at another bucket while
// deliveries to the old one fail has the files of one window in both when some
// of them had arrived in the old one. Notices may be repeated after a crash, and
// are lost when the other side fails. The key of a digest that is signed again
// after a crash may be another one.
//
// Goroutines: one for each trail and one that reads its tap, those that compress
// and those that put, for which the trail's waits; all end with Run. Locks: mu
// guards the list of workers and is held for no longer than a look at it. On
// disk there is nothing but the store's collections: what is gathered and not
// delivered is in memory, up to PartBytes of records for each trail, and in the
// journal.
type Courier struct {
	cfg      CourierConfig
	trails   *store.Collection[Trail]
	status   *store.Collection[Status]
	progress *store.Collection[progress]
	files    *store.Collection[[]fileEntry]
	// forwarded is the Forwarder's; the courier only reads it.
	forwarded *store.Collection[forwarding]
	zip       *compressor
	metrics   *courierMetrics

	mu struct {
		sync.Mutex
		workers map[string]*worker
		// starting has ARNs that Run has not seen yet.
		starting []string
		// flush is the batch that Flush was last asked for.
		flush uint64
		// moved is closed and made anew when a worker has got on.
		moved chan struct{}
	}
	// started signals that mu.starting has something.
	started chan struct{}
}

// NewCourier registers every trail at the journal. It must be called before the
// journal takes events, and Run to deliver.
func NewCourier(ctx context.Context, cfg CourierConfig) (*Courier, error) {
	if cfg.Store == nil || cfg.Journal == nil || cfg.Bucket == nil || cfg.Signer == nil {
		panic("BUG: trail: a courier needs a store, a journal, a bucket and a signer")
	}
	cfg.fill()
	if cfg.Interval < time.Second || cfg.DigestInterval < time.Second {
		return nil, fmt.Errorf("trails: the intervals of log files (%v) and digests (%v) must be a second or more", cfg.Interval, cfg.DigestInterval)
	}
	c := &Courier{
		cfg:       cfg,
		trails:    store.NewCollection[Trail](cfg.Store, trailsCollection),
		status:    store.NewCollection[Status](cfg.Store, statusCollection),
		progress:  store.NewCollection[progress](cfg.Store, progressCollection),
		files:     store.NewCollection[[]fileEntry](cfg.Store, "trails.files"),
		forwarded: store.NewCollection[forwarding](cfg.Store, forwardedCollection),
		zip:       newCompressor(),
		started:   make(chan struct{}, 1),
	}
	c.mu.workers = make(map[string]*worker)
	c.mu.moved = make(chan struct{})
	trails, err := c.trails.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the trails: %w", err)
	}
	going, err := c.progress.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read how far the trails are: %w", err)
	}
	for _, t := range trails {
		cfg.Journal.Register(sinkName(t.ID), firstSequence(&t.Value))
		c.mu.starting = append(c.mu.starting, t.ID)
	}
	// Behind the trails: what is delivered already counts, and a trail that was
	// deleted may have something left to deliver.
	for _, p := range going {
		cfg.Journal.Register(sinkName(p.ID), p.Value.Sequence)
		if !slices.Contains(c.mu.starting, p.ID) {
			c.mu.starting = append(c.mu.starting, p.ID)
		}
	}
	c.metrics = newCourierMetrics(cfg.Registerer, c)
	return c, nil
}

func sinkName(arn string) string { return "trail " + arn }

// firstSequence is the batch that a trail begins behind.
func firstSequence(t *Trail) uint64 {
	if len(t.Epochs) == 0 {
		return 0
	}
	return t.Epochs[0].After
}

// Run delivers until ctx ends. It returns an error when the journal cannot be
// read or when it is not known whether a commit happened: then the next start
// finds out.
func (c *Courier) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	c.signal()
	for {
		select {
		case <-ctx.Done():
			return g.Wait()
		case <-c.started:
		}
		c.mu.Lock()
		for _, arn := range c.mu.starting {
			if c.mu.workers[arn] != nil {
				c.mu.workers[arn].wake()
				continue
			}
			w := newWorker(c, arn)
			w.flush.Store(c.mu.flush)
			c.mu.workers[arn] = w
			g.Go(func() error { return c.work(ctx, w) })
		}
		c.mu.starting = nil
		c.mu.Unlock()
	}
}

// work runs a worker until its trail is gone.
func (c *Courier) work(ctx context.Context, w *worker) error {
	for {
		if err := w.run(ctx); err != nil {
			return fmt.Errorf("trail %s: %w", w.arn, err)
		}
		if ctx.Err() != nil {
			return nil
		}
		c.mu.Lock()
		if !w.reload.Load() {
			delete(c.mu.workers, w.arn)
			c.movedLocked()
			c.mu.Unlock()
			return nil
		}
		// A trail was made under the name while the worker ended.
		c.mu.Unlock()
	}
}

// Changed says that the trail of that ARN was made, changed or deleted. From its
// return on, the journal keeps what the trail has not delivered.
func (c *Courier) Changed(arn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := c.mu.workers[arn]; w != nil {
		w.wake()
		return
	}
	// The worker will say the right place; until then everything is kept.
	c.cfg.Journal.Register(sinkName(arn), 0)
	c.mu.starting = append(c.mu.starting, arn)
	c.signal()
}

func (c *Courier) signal() {
	select {
	case c.started <- struct{}{}:
	default:
	}
}

// Flush delivers what the journal has now without waiting for the ends of the
// windows; digests come in their time. It returns when every trail is delivered
// up to there.
func (c *Courier) Flush(ctx context.Context) error {
	last := c.cfg.Journal.Last()
	c.mu.Lock()
	c.mu.flush = last
	for _, w := range c.mu.workers {
		w.flushAt(last)
	}
	c.mu.Unlock()
	return c.Settle(ctx, last)
}

// Settle waits until every trail is delivered up to a batch of the journal.
func (c *Courier) Settle(ctx context.Context, sequence uint64) error {
	for {
		c.mu.Lock()
		done := len(c.mu.starting) == 0
		for _, w := range c.mu.workers {
			done = done && w.sequence.Load() >= sequence
		}
		moved := c.mu.moved
		c.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("wait for the delivery of trails: %w", ctx.Err())
		}
	}
}

func (c *Courier) movedLocked() {
	close(c.mu.moved)
	c.mu.moved = make(chan struct{})
}

func (c *Courier) moved() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.movedLocked()
}
