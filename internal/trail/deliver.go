package trail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// Journal is what delivery reads; [FromJournal] makes one of a journal.
type Journal interface {
	Last() uint64
	Read(ctx context.Context, after uint64) (Tap, error)
	Register(sink string, done uint64)
	Release(ctx context.Context, sink string, done uint64) error
}

// Tap reads the journal's batches in order.
type Tap interface {
	Next(ctx context.Context) (journal.Batch, error)
	Close()
}

// FromJournal makes a Journal of one that is open.
func FromJournal(j *journal.Journal) Journal { return openJournal{j} }

type openJournal struct{ *journal.Journal }

func (j openJournal) Read(ctx context.Context, after uint64) (Tap, error) {
	tap, err := j.Journal.Read(ctx, after)
	if err != nil {
		return nil, err
	}
	return tap, nil
}

// Bucket takes files. Put is called by several goroutines at once.
type Bucket interface {
	// Put stores an object and returns when it is durable. The same object may be
	// put again, with the same bytes. Put does not try again by itself. An error
	// may say more by a method ErrorCode() string, the code that GetTrailStatus
	// shows, such as NoSuchBucket, and by Retryable() bool: one that is not is
	// tried again less often, for somebody may repair the bucket.
	Put(ctx context.Context, in PutInput) error
}

// PutInput is an object of a trail.
type PutInput struct {
	Bucket, Key                  string
	Body                         []byte
	ContentType, ContentEncoding string
	// Metadata has names in lower case. The AWS CLI finds a digest's signature
	// under no other.
	Metadata map[string]string
	// KMSKeyID is the trail's key, empty for none.
	KMSKeyID string
	TrailARN string
}

// Signer has the keys that sign digests; it is a keys.Ring.
type Signer interface {
	// Signer gives the fingerprint of the Region's key for digests that end at a
	// time, and signs a SHA-256 sum with it (RSASSA-PKCS1-v1_5).
	Signer(ctx context.Context, region string, at time.Time) (fingerprint string, sign func(sum []byte) ([]byte, error), err error)
}

// Notice says that log files were delivered.
type Notice struct {
	Bucket string
	Keys   []string
}

// Notifier publishes notices to a trail's topic. Errors may have ErrorCode, as
// those of Bucket.
type Notifier interface {
	Notify(ctx context.Context, t Trail, n Notice) error
}

// Record is a record that was delivered in a log file.
type Record struct {
	Raw             []byte
	Time            time.Time
	Account, Region string
	Category        string
}

// Forward takes the records of a trail's log files in order, some hundred at a
// time. They may be kept. Errors may have ErrorCode, as those of Bucket.
type Forward func(ctx context.Context, records []Record) error

// CourierConfig is what a [Courier] is made of.
type CourierConfig struct {
	Store   *store.DB
	Journal Journal
	Bucket  Bucket
	Signer  Signer
	// Notify, if set, is called behind the delivery of log files, for trails with
	// a topic. Its failure is in the status and holds up nothing.
	Notify Notifier
	// Records, if set, gives a trail's Forward, nil for a trail whose records go
	// nowhere else. It is called as Notify is.
	Records func(Trail) Forward
	// Regions are those that a multi-Region trail has digests of, also when
	// nothing happened there.
	Regions []string
	// Interval is how long a window is, DigestInterval what a digest covers. Zero
	// is 5 minutes and 1 hour, as CloudTrail has it.
	Interval, DigestInterval time.Duration
	// GiveUp is how long delivery is tried. Zero is 30 days.
	GiveUp time.Duration
	// RetryMin and RetryMax bound the pause between two tries, which doubles. Zero
	// is 1 second and 5 minutes.
	RetryMin, RetryMax time.Duration
	// PartBytes is after how many bytes of records the files of a window are
	// delivered before it ends: it bounds memory, to what they compress to. Zero is
	// 256 MiB.
	PartBytes int64
	// MaxFile bounds a log file before compression. Zero is CloudTrail's 50 MB.
	MaxFile int64

	Now        func() time.Time
	Jitter     func() float64 // from 0 to 1; nil is random
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

func (c *CourierConfig) fill() {
	def(&c.Interval, 5*time.Minute)
	def(&c.DigestInterval, time.Hour)
	def(&c.GiveUp, 30*24*time.Hour)
	def(&c.RetryMin, time.Second)
	def(&c.RetryMax, 5*time.Minute)
	def(&c.PartBytes, 256<<20)
	def(&c.MaxFile, maxLogFile)
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

func def[T int64 | time.Duration](v *T, to T) {
	if *v == 0 {
		*v = to
	}
}

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
// of them had arrived in the old one. Notices and forwarded records may be
// repeated after a crash, and are lost when the other side fails.
type Courier struct {
	cfg      CourierConfig
	trails   *store.Collection[Trail]
	status   *store.Collection[Status]
	progress *store.Collection[progress]
	files    *store.Collection[[]fileEntry]
	zip      *compressor
	metrics  *courierMetrics

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
		cfg:      cfg,
		trails:   store.NewCollection[Trail](cfg.Store, trailsCollection),
		status:   store.NewCollection[Status](cfg.Store, statusCollection),
		progress: store.NewCollection[progress](cfg.Store, "trails.delivery"),
		files:    store.NewCollection[[]fileEntry](cfg.Store, "trails.files"),
		zip:      newCompressor(),
		started:  make(chan struct{}, 1),
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
		c.mu.starting = append(c.mu.starting, p.ID)
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

// codeOf is what GetTrailStatus says of a failure. A request that timed out has
// no code there: "GetTrailStatus", CloudTrail API reference.
func codeOf(err error) string {
	code := "InternalError"
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		code = coded.ErrorCode()
	}
	if code == "RequestTimeout" || errors.Is(err, context.DeadlineExceeded) {
		return ""
	}
	return code
}
