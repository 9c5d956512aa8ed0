package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/lake/schema"
)

// Files are merged by size, as in a log-structured merge tree: a merge makes one of at
// least mergeFiles files of like size, whose sizes differ by less than that factor. So
// an event is written again about log8(target / size of an append) times, and a day
// has less than mergeFiles files of each size below the target.
const (
	mergeFiles = 8
	maxMerge   = 64
	// smallest is a size below which files do not differ: they are mostly their
	// column's descriptions.
	smallest = 64 << 10
	// quiet is how long a day that is over has to be without new events before what
	// there is of it is merged for good.
	quiet = 10 * time.Minute
)

// tier is the class of a file by size.
func tier(bytes int64) int {
	n := 0
	for limit := int64(smallest); bytes >= limit; limit *= mergeFiles {
		n++
	}
	return n
}

// choose picks files of one day to be merged, and is nil if there are none. They are
// no more than twice the target together, but for a file that has expired events,
// which is written again by itself.
func choose(files []*file, target int64, over bool) []*file {
	small := slices.DeleteFunc(slices.Clone(files), func(f *file) bool { return f.bytes >= target/2 })
	slices.SortFunc(small, func(a, b *file) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.path, b.path)) })
	tiers := make(map[int][]*file)
	for _, f := range small {
		n := tier(f.bytes)
		if tiers[n] = append(tiers[n], f); len(tiers[n]) == maxMerge {
			break
		}
	}
	for n := range 64 {
		if len(tiers[n]) >= mergeFiles {
			return upTo(tiers[n], 2*target)
		}
	}
	if over && len(small) > 1 {
		return upTo(small[:min(len(small), maxMerge)], 2*target)
	}
	return nil
}

// upTo is the first of the files, of no more than a size together, but two at least.
func upTo(files []*file, limit int64) []*file {
	size := int64(0)
	for i, f := range files {
		if size += f.bytes; size > limit && i >= 2 {
			return files[:i]
		}
	}
	return files
}

// mergeOnce makes one merge, if there is one to make.
func (t *Table) mergeOnce(ctx context.Context) (bool, error) {
	t.merging.Lock()
	defer t.merging.Unlock()
	days := make(map[int32][]*file)
	for _, f := range t.list() {
		days[f.day] = append(days[f.day], f)
	}
	t.mu.Lock()
	now, changed := t.w.cfg.Now(), t.mu.changed
	t.mu.Unlock()
	today := dayOf(now.UnixMicro())
	for day, files := range days {
		over := day < today && now.Sub(changed) >= quiet
		if chosen := choose(files, t.w.cfg.TargetSize, over); len(chosen) > 0 {
			return true, t.merge(ctx, day, chosen)
		}
	}
	return false, nil
}

// merge replaces files by one that has their rows, without the expired ones.
func (t *Table) merge(ctx context.Context, day int32, files []*file) (err error) {
	t.mu.Lock()
	tbl, oldest := t.mu.table, t.oldestLocked()
	t.mu.Unlock()
	engine, err := t.w.writer(ctx, t.id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	merged, err := t.newFile(tbl, day)
	if err != nil {
		return err
	}
	paths, rows, bytes := make([]string, len(files)), int64(0), int64(0)
	for i, f := range files {
		paths[i] = f.path
		rows += f.rows
		bytes += f.bytes
	}
	source := "FROM " + duck.ReadParquet(paths)
	if !oldest.IsZero() {
		source += " WHERE " + schema.EventTime + " >= " + timestamp(oldest)
	}
	if err := bounds(ctx, engine, source, merged); err != nil {
		return err
	}
	if merged.rows > rows || (oldest.IsZero() && merged.rows != rows) {
		return fmt.Errorf("%d files have %d events, and the table says %d: they are not merged", len(files), merged.rows, rows)
	}
	c := change{remove: files, rewrite: true}
	if merged.rows == 0 {
		return t.change(ctx, change{remove: files})
	}
	if err := t.copyTo(ctx, engine, tbl, "SELECT * "+source+" ORDER BY "+schema.EventTime, merged); err != nil {
		return errors.Join(fmt.Errorf("merging %d files: %w", len(files), err), removeFiles([]*file{merged}))
	}
	if err := t.verify(ctx, engine, merged); err != nil {
		return errors.Join(err, removeFiles([]*file{merged}))
	}
	c.add = []*file{merged}
	if merged.rows < rows {
		c.rewrite = false
	}
	if err := t.change(ctx, c); err != nil {
		return fmt.Errorf("committing a merge of %d files: %w", len(files), err)
	}
	t.w.metrics.merges.WithLabelValues("read").Add(float64(bytes))
	t.w.metrics.merges.WithLabelValues("written").Add(float64(merged.bytes))
	t.w.cfg.Logger.DebugContext(ctx, "merged files of a table", "eventDataStore", t.id, "files", len(files), "bytes", merged.bytes, "events", merged.rows)
	return nil
}

// bounds asks for the number of events and the times of the first and the last.
func bounds(ctx context.Context, engine *duck.Engine, source string, f *file) error {
	rows, err := engine.Query(ctx, "SELECT count(*), epoch_us(min("+schema.EventTime+")), epoch_us(max("+schema.EventTime+")) "+source)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // it has no error
	row, err := rows.Next()
	if err != nil {
		return err
	}
	f.rows = row[0].(int64)
	f.first, _ = row[1].(int64)
	f.last, _ = row[2].(int64)
	if _, err := rows.Next(); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// verify reads a merged file again: the files it replaces are going to be removed.
func (t *Table) verify(ctx context.Context, engine *duck.Engine, f *file) error {
	got := &file{}
	if err := bounds(ctx, engine, "FROM "+duck.ReadParquet([]string{f.path}), got); err != nil {
		return err
	}
	if got.rows != f.rows || got.first != f.first || got.last != f.last {
		return fmt.Errorf("a merge wrote %d events and should have written %d: it is dropped", got.rows, f.rows)
	}
	return nil
}
