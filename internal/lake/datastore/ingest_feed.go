package datastore

import (
	"context"
	"fmt"
	"sync"

	"github.com/cairntrail/cairn/internal/journal"
)

// feed reads a tap ahead by one batch, so that a worker can wait for batches and
// for other things at once.
type feed struct {
	// batches is closed when the tap cannot go on; then err says why.
	batches chan journal.Batch
	err     error
	stop    context.CancelFunc
	running sync.WaitGroup
}

func openFeed(ctx context.Context, j Journal, after uint64) (*feed, error) {
	tap, err := j.Read(ctx, after)
	if err != nil {
		return nil, fmt.Errorf("read the journal behind batch %d: %w", after, err)
	}
	f := &feed{batches: make(chan journal.Batch)}
	ctx, f.stop = context.WithCancel(ctx)
	f.running.Go(func() {
		defer tap.Close()
		defer close(f.batches)
		for {
			b, err := tap.Next(ctx)
			if err != nil {
				f.err = err
				return
			}
			select {
			case f.batches <- b:
			case <-ctx.Done():
				f.err = ctx.Err()
				return
			}
		}
	})
	return f, nil
}

// close ends the reading and waits for it.
func (f *feed) close() {
	f.stop()
	f.running.Wait()
}
