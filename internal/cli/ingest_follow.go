package cli

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// watcher remembers what was sent of the files that it sees. A file is ready
// when two looks in a row found it with the same size and time; a file that
// grows is sent again as a whole, and the server knows its first records.
type watcher struct {
	round int64
	files map[string]watched
}

type watched struct {
	size    int64
	changed time.Time
	sent    bool
	// round is the last look that found the file.
	round int64
}

// look takes one listing and gives the files that are ready.
func (w *watcher) look(listing []logFile) []logFile {
	w.round++
	var ready []logFile
	for _, f := range listing {
		seen, known := w.files[f.name]
		if !known || seen.size != f.size || !seen.changed.Equal(f.changed) {
			seen = watched{size: f.size, changed: f.changed}
		} else if !seen.sent {
			ready = append(ready, f)
		}
		seen.round = w.round
		w.files[f.name] = seen
	}
	for name, seen := range w.files {
		if seen.round != w.round {
			delete(w.files, name)
		}
	}
	return ready
}

// sent notes that a file was sent as it was found.
func (w *watcher) sent(f logFile) {
	if seen, ok := w.files[f.name]; ok {
		seen.sent = true
		w.files[f.name] = seen
	}
}

// follow sends new and grown files until ctx ends, which is no error. A server
// that is away is waited for; other failures that concern all files end it.
func (j *ingestJob) follow(ctx context.Context, every time.Duration) error {
	stop := j.progress.run(ctx)
	defer stop()
	w := &watcher{files: map[string]watched{}}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := j.round(ctx, w); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			if again, _ := j.sender.judge(err); !again {
				return err
			}
			j.progress.lines([]string{clean(err.Error()) + "; trying again"})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// round looks once, and sends what is ready.
func (j *ingestJob) round(ctx context.Context, w *watcher) error {
	var listing []logFile
	var skipped tally
	for _, s := range j.sources {
		if err := s.list(ctx, &skipped, func(f logFile) { listing = append(listing, f) }); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			// The files of this place are not seen now; they are not forgotten
			// for it.
			j.progress.lines([]string{clean(s.String() + ": " + err.Error() + "; trying again")})
			return nil
		}
	}
	j.tally.skippedBesides.Store(skipped.skippedBesides.Load())
	j.tally.skippedOther.Store(skipped.skippedOther.Load())
	queue := newFileQueue()
	for _, f := range w.look(listing) {
		j.tally.found(f.size)
		queue.push(f)
	}
	j.tally.listed.Store(true)
	queue.close()
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	j.work(ctx, group, queue, func(f logFile) {
		mu.Lock()
		defer mu.Unlock()
		w.sent(f)
	})
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
