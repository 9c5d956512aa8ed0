package journal

import (
	"context"
	"fmt"
	"sync"
)

// Source is a journal as its sinks read it; [Journal.Source] makes one.
type Source interface {
	// Last is the sequence of the last acknowledged batch.
	Last() uint64
	// Read gives the batches behind a sequence.
	Read(ctx context.Context, after uint64) (Reader, error)
	// Check tells whether Read would, and fills what a journal has lost.
	Check(ctx context.Context, after uint64) error
	// Register and Release are those of [Journal].
	Register(sink string, done uint64)
	Release(ctx context.Context, sink string, done uint64) error
}

// Reader reads a journal's batches in order; a [Tap] is one.
type Reader interface {
	Next(ctx context.Context) (Batch, error)
	Close()
}

// Source is the journal for sinks.
func (j *Journal) Source() Source { return source{j} }

type source struct{ *Journal }

func (s source) Read(ctx context.Context, after uint64) (Reader, error) {
	tap, err := s.Journal.Read(ctx, after)
	if err != nil {
		return nil, err
	}
	return tap, nil
}

// Feed reads a source ahead by one batch, so that a sink can wait for batches and for
// other things at once.
type Feed struct {
	// Batches is closed when the source cannot go on; then Err says why.
	Batches chan Batch
	Err     error
	stop    context.CancelFunc
	running sync.WaitGroup
}

// OpenFeed reads the batches behind a sequence until the feed is closed or ctx ends.
func OpenFeed(ctx context.Context, s Source, after uint64) (*Feed, error) {
	r, err := s.Read(ctx, after)
	if err != nil {
		return nil, fmt.Errorf("read the journal behind batch %d: %w", after, err)
	}
	f := &Feed{Batches: make(chan Batch)}
	ctx, f.stop = context.WithCancel(ctx)
	f.running.Go(func() {
		defer r.Close()
		defer close(f.Batches)
		for {
			b, err := r.Next(ctx)
			if err != nil {
				f.Err = err
				return
			}
			select {
			case f.Batches <- b:
			case <-ctx.Done():
				f.Err = ctx.Err()
				return
			}
		}
	})
	return f, nil
}

// Close ends the reading and waits for it.
func (f *Feed) Close() {
	f.stop()
	f.running.Wait()
}
