package table

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	icetable "github.com/apache/iceberg-go/table"
)

// wake has Run look after the tables.
func (w *Warehouse) wake() {
	select {
	case w.written <- struct{}{}:
	default:
	}
}

// Run merges small files, drops expired days, and removes what nobody needs any more,
// until ctx ends. A failure is told to the log and tried again.
func (w *Warehouse) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		tick := time.NewTicker(w.cfg.Upkeep)
		defer tick.Stop()
		for {
			for _, t := range w.opened() {
				if err := t.upkeep(ctx); err != nil && ctx.Err() == nil {
					w.metrics.failures.Inc()
					w.cfg.Logger.WarnContext(ctx, "the upkeep of a table failed and is tried again", "eventDataStore", t.id, "error", err)
				}
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			case <-w.written:
			}
		}
	})
	return g.Wait()
}

// upkeep does what there is to do for a table.
func (t *Table) upkeep(ctx context.Context) error {
	if t.lost() {
		_, err := t.w.Find(ctx, t.id)
		if err != nil {
			return err
		}
	}
	if err := t.expire(ctx); err != nil {
		return err
	}
	for {
		merged, err := t.mergeOnce(ctx)
		if err != nil {
			return err
		}
		if !merged {
			break
		}
	}
	return t.clean(ctx)
}

// expire drops files that have expired events only.
func (t *Table) expire(ctx context.Context) error {
	t.merging.Lock()
	defer t.merging.Unlock()
	t.mu.Lock()
	oldest := t.oldestLocked()
	var gone []*file
	for _, f := range t.mu.files {
		if !oldest.IsZero() && f.last < oldest.UnixMicro() {
			gone = append(gone, f)
		}
	}
	t.mu.Unlock()
	if len(gone) == 0 {
		return nil
	}
	if err := t.change(ctx, change{remove: gone}); err != nil {
		return fmt.Errorf("dropping expired events: %w", err)
	}
	return nil
}

// clean expires old snapshots and removes the files that no snapshot has. It does so a
// few times in the grace time.
func (t *Table) clean(ctx context.Context) error {
	t.merging.Lock()
	defer t.merging.Unlock()
	t.mu.Lock()
	now := t.w.cfg.Now()
	due := now.Sub(t.mu.cleaned) >= t.w.cfg.Grace/4
	tbl := t.mu.table
	if due {
		t.mu.cleaned = now
	}
	t.mu.Unlock()
	if !due {
		return nil
	}
	if hasOld(tbl, time.Now().Add(-t.w.cfg.Grace)) {
		if err := t.change(ctx, change{expire: true}); err != nil {
			return fmt.Errorf("expiring snapshots: %w", err)
		}
	}
	return t.removeOrphans(ctx)
}

// hasOld says whether a snapshot that is not the current one is older than a time.
// Snapshots have the time of the clock, which is not given to the library.
func hasOld(tbl *icetable.Table, before time.Time) bool {
	for _, s := range tbl.Metadata().Snapshots() {
		current := tbl.CurrentSnapshot()
		if s.TimestampMs < before.UnixMilli() && (current == nil || s.SnapshotID != current.SnapshotID) {
			return true
		}
	}
	return false
}

// removeOrphans removes the files of the table's folder that no snapshot has and no
// plan reads. Those that were written within the grace time stay: they may be on
// their way into the table.
func (t *Table) removeOrphans(ctx context.Context) error {
	t.mu.Lock()
	tbl := t.mu.table
	t.mu.Unlock()
	plan, err := tbl.PlanOrphanFiles(ctx, icetable.WithFilesOlderThan(t.w.cfg.Grace))
	if err != nil {
		return fmt.Errorf("looking for files that nobody needs: %w", err)
	}
	var errs []error
	for _, place := range plan.Files() {
		path, err := t.w.storage.path(place)
		if err != nil {
			return err
		}
		if t.pinned(path) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
			continue
		}
		t.w.metrics.removed.Inc()
		_ = os.Remove(filepath.Dir(path)) // if it is empty now
	}
	return errors.Join(errs...)
}

// pinned says whether a file is read, or belongs to the table.
func (t *Table) pinned(path string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mu.pins[path] > 0 || t.mu.files[path] != nil
}
