package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Batch is what a tap reads: the records that were made durable together.
type Batch struct {
	// Sequence numbers the batches without gaps, in the order they became durable.
	Sequence uint64
	// Time is when the journal took the batch.
	Time time.Time
	// Events are the records byte for byte. They share memory.
	Events [][]byte
}

// Tap reads batches in order. It is for one goroutine.
type Tap struct {
	j        *Journal
	messages jetstream.MessagesContext
	next     uint64
}

// Check tells whether the journal can be read behind sequence after. It cannot
// when batches that the reader still needs are deleted already, nor when the
// reader has kept batches that the journal never had: then one of the two is
// from another time, as after restoring half of a backup. With AcceptDamage a
// journal that ends too early goes on behind the reader instead, with batches that
// are empty in the place of those that it lacks: other sinks may still ask for them.
//
// A sink that asks before anything is appended gets no number of something else.
func (j *Journal) Check(ctx context.Context, after uint64) error {
	j.checking.Lock()
	defer j.checking.Unlock()
	info, err := j.stream.Info(ctx)
	if err != nil {
		return fmt.Errorf("read the journal's state: %w", err)
	}
	if info.State.FirstSeq > after+1 {
		return fmt.Errorf("the journal begins with batch %d, but batch %d was asked for: the data directory is older than its journal (restored from a backup?)",
			info.State.FirstSeq, after+1)
	}
	if after <= info.State.LastSeq {
		return nil
	}
	if !j.cfg.AcceptDamage {
		return fmt.Errorf("the journal ends with batch %d, but a sink has already kept batch %d: the journal is older than the rest of the data directory",
			info.State.LastSeq, after)
	}
	return j.catchUp(ctx, info.State.LastSeq, after)
}

// maxCatchUp bounds the batches that catchUp makes up. A sink that is further
// behind is told that the journal begins too late.
const maxCatchUp = 1 << 20

// catchUp has a journal that ends with batch last, and should not, end with batch
// to. What registered sinks lack becomes empty batches, as in rebuild; the numbers of
// the others are left out.
func (j *Journal) catchUp(ctx context.Context, last, to uint64) error {
	floor := to
	j.mu.Lock()
	for _, done := range j.mu.released {
		floor = min(floor, done)
	}
	j.mu.Unlock()
	if floor = max(floor, to-min(to, maxCatchUp)); floor > last {
		if err := j.stream.Purge(ctx, jetstream.WithPurgeSequence(floor+1)); err != nil {
			return fmt.Errorf("move the damaged journal on to batch %d: %w", floor+1, err)
		}
		last = floor
	}
	j.cfg.Logger.Warn("the journal lacks batches that sinks have kept; it goes on behind them", "from", last+1, "to", to)
	empty := encodeBatch(nil, 0)
	for seq := last + 1; seq <= to; seq++ {
		ack, err := j.publish(empty)
		if err != nil {
			return fmt.Errorf("make up batch %d: %w", seq, err)
		}
		if ack.Sequence != seq {
			return fmt.Errorf("batch %d became batch %d", seq, ack.Sequence)
		}
	}
	j.last.Store(to)
	j.mark.note(to)
	return nil
}

// Read opens a tap on the batches behind sequence after; see Check for when it
// refuses.
func (j *Journal) Read(ctx context.Context, after uint64) (*Tap, error) {
	if err := j.Check(ctx, after); err != nil {
		return nil, err
	}
	consumer, err := j.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: after + 1,
	})
	if err != nil {
		return nil, fmt.Errorf("open a tap: %w", err)
	}
	messages, err := consumer.Messages(jetstream.PullMaxBytes(2 * maxPayload))
	if err != nil {
		return nil, fmt.Errorf("open a tap: %w", err)
	}
	return &Tap{j: j, messages: messages, next: after + 1}, nil
}

// Next waits for the next batch. It returns ctx's error when that ends first.
func (t *Tap) Next(ctx context.Context) (Batch, error) {
	msg, err := t.messages.Next(jetstream.NextContext(ctx))
	if err != nil {
		if ctx.Err() != nil {
			return Batch{}, ctx.Err()
		}
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return Batch{}, ErrClosed
		}
		return Batch{}, fmt.Errorf("read the journal: %w", err)
	}
	meta, err := msg.Metadata()
	if err != nil {
		return Batch{}, fmt.Errorf("read the journal: %w", err)
	}
	if meta.Sequence.Stream != t.next {
		return Batch{}, fmt.Errorf("the journal gave batch %d where batch %d belongs", meta.Sequence.Stream, t.next)
	}
	events, err := decodeBatch(msg.Data())
	if err != nil {
		return Batch{}, fmt.Errorf("batch %d of the journal: %w", t.next, err)
	}
	t.next++
	return Batch{Sequence: meta.Sequence.Stream, Time: meta.Timestamp, Events: events}, nil
}

// Close ends the tap.
func (t *Tap) Close() { t.messages.Stop() }
