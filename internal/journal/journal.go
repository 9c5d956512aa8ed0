// Package journal is the durable, ordered log through which every event goes.
//
// It guarantees that when [Journal.Append] returns nil, the events are on
// disk: written and synced. Concurrent appends share one write and one sync
// (group commit). The journal never drops an event: a full one refuses with
// [ErrFull], and a failed write stops it for good ([ErrFailed]), since what is
// on disk is then uncertain until the next start has looked.
//
// Sinks read through a [Tap], each at its own pace, and say with
// [Journal.Release] up to where they are done for good; what every sink has
// released is deleted.
//
// On disk: an embedded NATS JetStream file store under DIR/jetstream (stream
// "EVENTS", its messages are batches in the form that batch.go documents) and
// DIR/acknowledged (see mark.go). Goroutines: a committer and a watcher, plus the server's.
package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	streamName = "EVENTS"
	subject    = "events.0"
	// maxBatch is how many bytes of records one message holds; a single larger
	// append is cut into several. Larger batches save syncs, smaller ones memory.
	maxBatch = 2 << 20
	// maxPayload bounds a message: a batch and one record of the largest size.
	maxPayload = 8 << 20
)

// Errors for decisions; match them with errors.Is.
var (
	// ErrFull says that the journal's disk limit is reached. Nothing was
	// written; the caller may try again later.
	ErrFull = errors.New("the journal is full")
	// ErrFailed says that a write or a sync failed. The journal takes nothing
	// more until it is opened again.
	ErrFailed = errors.New("the journal failed and takes no more events until the server restarts")
	// ErrClosed says that the journal is shutting down.
	ErrClosed = errors.New("the journal is closed")
)

// Config says how to open a journal.
type Config struct {
	// Dir is the journal's own folder; it is created.
	Dir string
	// MaxBytes bounds the journal's size on disk.
	MaxBytes int64
	// MinFree is how much room must stay free on the disk, in bytes.
	MinFree int64
	// AcceptDamage opens a damaged journal after putting it aside, see Open.
	AcceptDamage bool
	Logger       *slog.Logger
	Registerer   prometheus.Registerer
	// FreeSpace tells the free bytes of the file system of a folder.
	FreeSpace func(dir string) (int64, error)
}

// Journal is an open journal. Its methods may be called from any goroutine.
type Journal struct {
	cfg     Config
	server  *server.Server
	conn    *nats.Conn
	js      jetstream.JetStream
	stream  jetstream.Stream
	queue   chan *appendCall
	dead    chan struct{} // closed when the server has disabled JetStream
	done    chan struct{} // closed when the committer and the watcher have ended
	quit    chan struct{}
	closing sync.Once
	last    atomic.Uint64 // sequence of the last acknowledged batch
	failed  atomic.Pointer[error]
	full    atomic.Pointer[error] // set while the size limit is reached
	space   spaceGuard
	mark    *markFile
	metrics metrics
	// checking is held while a sink's position is compared with the journal's end.
	checking sync.Mutex

	mu struct {
		sync.Mutex
		released map[string]uint64 // sink name to last sequence it is done with
		trimmed  uint64
	}
}

type appendCall struct {
	events [][]byte
	size   int
	result chan error
}

// Open starts the journal in cfg.Dir. A journal that is damaged other than by
// a write cut off in a crash is refused with a [*DamageError], before anything
// touches it; with AcceptDamage it is put aside and rebuilt from what can be
// read (see rebuild).
func Open(ctx context.Context, cfg Config) (*Journal, error) {
	if cfg.FreeSpace == nil {
		cfg.FreeSpace = freeSpace
	}
	store := cfg.Dir // JetStream makes its own folder "jetstream" in it
	if err := finishRebuild(cfg.Dir); err != nil {
		return nil, fmt.Errorf("finish rebuilding the journal: %w", err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the journal's folder: %w", err)
	}
	mark, acknowledged, err := openMark(filepath.Join(cfg.Dir, "acknowledged"))
	if err != nil {
		return nil, err
	}
	torn, err := inspect(store, acknowledged)
	if err != nil {
		var damage *DamageError
		if !errors.As(err, &damage) || !cfg.AcceptDamage {
			return nil, errors.Join(err, mark.close())
		}
		cfg.Logger.Warn("rebuilding a damaged journal from what can be read", "damage", damage.Error())
		if err := errors.Join(mark.close(), rebuild(ctx, cfg, acknowledged)); err != nil {
			return nil, fmt.Errorf("rebuild the damaged journal: %w", err)
		}
		if mark, _, err = openMark(filepath.Join(cfg.Dir, "acknowledged")); err != nil {
			return nil, err
		}
	}
	if torn.Bytes > 0 {
		cfg.Logger.Info("the last write before the stop was cut off; it was never acknowledged", "file", torn.File, "bytes", torn.Bytes)
	}
	j := &Journal{cfg: cfg, mark: mark, queue: make(chan *appendCall, 1024), done: make(chan struct{}), dead: make(chan struct{}), quit: make(chan struct{})}
	j.space = spaceGuard{dir: cfg.Dir, min: cfg.MinFree, free: cfg.FreeSpace}
	j.mu.released = make(map[string]uint64)
	j.metrics = newMetrics(cfg.Registerer, j)
	if err := j.start(ctx, store); err != nil {
		return nil, errors.Join(err, j.stop())
	}
	var running sync.WaitGroup
	running.Go(j.commitLoop)
	running.Go(j.watch)
	go func() {
		running.Wait()
		close(j.done)
	}()
	return j, nil
}

func (j *Journal) start(ctx context.Context, store string) error {
	var err error
	j.server, err = server.NewServer(&server.Options{
		ServerName: "cairn", DontListen: true, JetStream: true, StoreDir: store, SyncAlways: true,
		// The limit is the stream's. The server's own would refuse a stream whose
		// limit was higher before the configuration changed.
		MaxPayload: maxPayload, JetStreamMaxStore: math.MaxInt64 / 2, JetStreamMaxMemory: 1 << 20,
		NoSigs: true, DisableJetStreamBanner: true,
	})
	if err != nil {
		return fmt.Errorf("start the journal's server: %w", err)
	}
	j.server.SetLogger(natsLogger{j.cfg.Logger}, false, false)
	j.server.Start()
	if !j.server.ReadyForConnections(30 * time.Second) {
		return errors.New("the journal's server did not become ready in 30 s")
	}
	j.conn, err = nats.Connect("", nats.InProcessServer(j.server), nats.Name("journal"), nats.NoReconnect())
	if err != nil {
		return fmt.Errorf("connect to the journal's server: %w", err)
	}
	if j.js, err = jetstream.New(j.conn, jetstream.WithPublishAsyncTimeout(30*time.Second)); err != nil {
		return fmt.Errorf("open JetStream: %w", err)
	}
	j.stream, err = j.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamName, Subjects: []string{"events.>"}, Storage: jetstream.FileStorage,
		MaxBytes: j.cfg.MaxBytes, Discard: jetstream.DiscardNew, NoAck: false,
		AllowDirect: true, MaxMsgSize: maxPayload,
	})
	if err != nil {
		return fmt.Errorf("open the journal's stream: %w", err)
	}
	info, err := j.stream.Info(ctx)
	if err != nil {
		return fmt.Errorf("read the journal's state: %w", err)
	}
	j.last.Store(info.State.LastSeq)
	j.mu.trimmed = info.State.FirstSeq - min(1, info.State.FirstSeq)
	return nil
}

// Append makes events durable, in order and as one. It returns nil when all of
// them are synced to disk; after any error but ErrFull some of them may still
// turn out to be kept.
func (j *Journal) Append(ctx context.Context, events ...[]byte) error {
	for len(events) > 0 {
		n, size := 0, 0
		for n < len(events) && (n == 0 || size+len(events[n]) <= maxBatch) {
			size += len(events[n])
			n++
		}
		if err := j.append(ctx, &appendCall{events: events[:n], size: size, result: make(chan error, 1)}); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

func (j *Journal) append(ctx context.Context, call *appendCall) error {
	if err := j.Ready(); err != nil {
		return err
	}
	select {
	case j.queue <- call:
	case <-j.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	// No way out by ctx here: the events are being written, and the caller must
	// learn whether they are kept.
	select {
	case err := <-call.result:
		return err
	case <-j.done:
		select {
		case err := <-call.result:
			return err
		default:
			return ErrClosed
		}
	}
}

// Ready tells whether Append would take events now: nil, or an error that
// wraps ErrFull, ErrFailed or ErrClosed.
func (j *Journal) Ready() error {
	if err := j.failed.Load(); err != nil {
		return *err
	}
	select {
	case <-j.quit:
		return ErrClosed
	default:
	}
	if err := j.full.Load(); err != nil {
		return *err
	}
	return j.space.check(0)
}

// commitLoop is the committer: it takes every append that waits, writes them
// as one message, and answers them together.
func (j *Journal) commitLoop() {
	var held *appendCall // taken from the queue, but too large for the last batch
	for {
		call := held
		held = nil
		if call == nil {
			select {
			case call = <-j.queue:
			case <-j.quit:
				return
			}
		}
		calls, size := []*appendCall{call}, call.size
	gather:
		for size < maxBatch {
			select {
			case more := <-j.queue:
				if size+more.size > maxBatch {
					held = more
					break gather
				}
				calls, size = append(calls, more), size+more.size
			default:
				break gather
			}
		}
		err := j.commit(calls, size)
		for _, c := range calls {
			c.result <- err
		}
	}
}

// watch ends the wait for an acknowledgment that will not come: JetStream
// disables itself when a write fails, and does not answer after that.
func (j *Journal) watch() {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if !j.server.JetStreamEnabled() {
				close(j.dead)
				return
			}
		case <-j.quit:
			return
		}
	}
}

// commit publishes one batch. When it returns nil the batch is synced: the
// server acknowledges only behind its own sync (SyncAlways).
func (j *Journal) commit(calls []*appendCall, size int) error {
	start := time.Now()
	msg := encodeBatch(calls, size)
	if err := j.space.check(len(msg)); err != nil {
		return err
	}
	ack, err := j.publish(msg)
	var api *jetstream.APIError
	switch {
	case err == nil:
	case errors.As(err, &api) && api.ErrorCode == jsMaximumBytes:
		err = fmt.Errorf("%w: it holds %d bytes, its limit: a sink is behind, see the metric cairn_journal_lag_batches", ErrFull, j.cfg.MaxBytes)
		j.full.Store(&err)
		return err
	default:
		err = fmt.Errorf("%w: %w", ErrFailed, err)
		j.failed.Store(&err)
		j.cfg.Logger.Error("journal write failed", "error", err)
		return err
	}
	// The commit point: from here on the batch survives a crash.
	j.last.Store(ack.Sequence)
	j.mark.note(ack.Sequence)
	j.metrics.committed(calls, size, len(msg), time.Since(start))
	return nil
}

// publish writes a message and waits for its acknowledgment.
func (j *Journal) publish(msg []byte) (*jetstream.PubAck, error) {
	future, err := j.js.PublishMsgAsync(&nats.Msg{Subject: subject, Data: msg})
	if err != nil {
		return nil, err
	}
	select {
	case ack := <-future.Ok():
		return ack, nil
	case err := <-future.Err():
		return nil, err
	case <-j.dead:
		return nil, errors.New("JetStream disabled itself after a failed write")
	}
}

// jsMaximumBytes is JetStream's error code for a stream at its MaxBytes with
// DiscardNew (JSStreamStoreFailedF carries it as "maximum bytes exceeded").
const jsMaximumBytes = 10077

// Last returns the sequence of the last acknowledged batch.
func (j *Journal) Last() uint64 { return j.last.Load() }

// Failed returns the error that stopped the journal, or nil.
func (j *Journal) Failed() error {
	if err := j.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Register announces a sink before any event is appended: nothing behind done
// is deleted until the sink releases it.
func (j *Journal) Register(sink string, done uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.released[sink] = done
}

// Release says that a sink is done for good with every batch up to sequence
// done, and deletes the batches that all sinks are done with.
func (j *Journal) Release(ctx context.Context, sink string, done uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.released[sink] = max(done, j.mu.released[sink])
	floor := done
	for _, d := range j.mu.released {
		floor = min(floor, d)
	}
	if floor <= j.mu.trimmed {
		return nil
	}
	if err := j.stream.Purge(ctx, jetstream.WithPurgeSequence(floor+1)); err != nil {
		return fmt.Errorf("delete the journal's batches up to %d: %w", floor, err)
	}
	j.mu.trimmed = floor
	j.full.Store(nil)
	return nil
}

// Close answers the appends that wait, then stops the journal. Appends that
// come later get ErrClosed.
func (j *Journal) Close() error {
	j.closing.Do(func() { close(j.quit) })
	<-j.done
	return j.stop()
}

func (j *Journal) stop() error {
	if j.conn != nil {
		j.conn.Close()
	}
	if j.server != nil {
		j.server.Shutdown()
		j.server.WaitForShutdown()
	}
	return j.mark.close()
}
