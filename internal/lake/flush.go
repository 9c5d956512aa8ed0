package lake

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// flushLoop writes sealed memtables to files until there come no more. A flush
// that fails is tried again: the events stay in memory and in the journal.
func (h *History) flushLoop(ctx context.Context) error {
	for m := range h.flushing {
		last := false // one more attempt when Run ends, then no more
		for wait := 250 * time.Millisecond; ; wait = min(2*wait, 30*time.Second) {
			err := h.flush(ctx, m)
			if err == nil {
				break
			}
			if last {
				return fmt.Errorf("the last %d events stay in the journal: %w", len(m.rows), err)
			}
			h.cfg.Logger.Error("writing the event history failed; trying again", "rows", len(m.rows), "in", wait, "error", err)
			h.metrics.failures.WithLabelValues("flush").Inc()
			select {
			case <-time.After(wait):
			case <-h.stop:
				last = true
			}
		}
		h.idle <- struct{}{}
	}
	return nil
}

// flush makes a memtable a file. A crash before the commit leaves files that the
// next start removes, and the journal still has the events; after it, the
// journal's copy is skipped.
func (h *History) flush(ctx context.Context, m *memtable) error {
	start := time.Now()
	metas, err := m.writeFiles(h.cfg.Dir, int64(h.cfg.Retention/time.Second))
	if err != nil {
		return err
	}
	var opened []*dataFile
	for _, meta := range metas {
		f, err := openDataFile(h.cfg.Dir, meta)
		if err != nil {
			return errors.Join(err, discard(opened))
		}
		opened = append(opened, f)
	}
	// The commit point: files and journal position change together.
	if err := h.manifest.commit(ctx, metas, nil, m.last); err != nil {
		return errors.Join(err, discard(opened))
	}
	h.replace(opened, nil, func() { h.mu.sealed = nil })
	h.metrics.flushes.Observe(time.Since(start).Seconds())
	select {
	case h.changed <- struct{}{}:
	default:
	}
	return h.cfg.Journal.Release(ctx, SinkName, m.last)
}

// discard closes and removes files that did not get into the manifest.
func discard(files []*dataFile) (err error) {
	for _, f := range files {
		f.dropped.Store(true)
		err = errors.Join(err, f.release())
	}
	return err
}

// replace changes the list of files that lookups see.
func (h *History) replace(add, drop []*dataFile, also func()) {
	gone := make(map[*dataFile]bool)
	for _, f := range drop {
		gone[f] = true
	}
	h.mu.Lock()
	files := make([]*dataFile, 0, len(h.mu.files)+len(add))
	for _, f := range h.mu.files {
		if !gone[f] {
			files = append(files, f)
		}
	}
	files = append(files, add...)
	sortFiles(files)
	h.mu.files = files
	if also != nil {
		also()
	}
	h.mu.Unlock()
	for _, f := range drop {
		f.dropped.Store(true)
		if err := f.release(); err != nil {
			h.cfg.Logger.Warn("removing a data file", "file", f.meta.Name, "error", err)
		}
	}
}
