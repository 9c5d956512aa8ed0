package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	icetable "github.com/apache/iceberg-go/table"

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

// maxMergeRows bounds the rows that a merge has in memory, a row group of each file.
const maxMergeRows = 300_000

// upTo is the first of the files, of no more than a size together and of no more rows
// than a merge has memory for, but two at least.
func upTo(files []*file, limit int64) []*file {
	size, rows := int64(0), int64(0)
	for i, f := range files {
		size += f.bytes
		rows += min(f.rows, rowGroup)
		if (size > limit || rows > maxMergeRows) && i >= 2 {
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
	now := t.w.cfg.Now()
	today := dayOf(now.UnixMicro())
	for day, files := range days {
		over := day < today && now.Sub(t.lastChange(day)) >= quiet
		if chosen := choose(files, t.w.cfg.TargetSize, over); len(chosen) > 0 {
			return true, t.merge(ctx, day, chosen)
		}
	}
	return false, nil
}

// touch notes that events have come in files.
func touch(files []*file, now time.Time) func(*Table) {
	return func(t *Table) {
		for _, f := range files {
			t.mu.changed[f.day] = now
		}
	}
}

// lastChange is when events of a day last came.
func (t *Table) lastChange(day int32) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, ok := t.mu.changed[day]; ok {
		return at
	}
	return t.mu.loaded
}

// merge replaces files by one that has their rows, without the expired ones.
func (t *Table) merge(ctx context.Context, day int32, files []*file) error {
	t.mu.Lock()
	tbl, oldest := t.mu.table, t.oldestLocked()
	t.mu.Unlock()
	merged, err := t.newFile(tbl, day)
	if err != nil {
		return err
	}
	rows, bytes := int64(0), int64(0)
	for _, f := range files {
		rows += f.rows
		bytes += f.bytes
	}
	if err := t.writeMerged(ctx, tbl, oldest, files, merged); err != nil {
		return errors.Join(fmt.Errorf("merging %d files: %w", len(files), err), removeFiles([]*file{merged}))
	}
	if merged.rows > rows || oldest.IsZero() && merged.rows != rows {
		return errors.Join(fmt.Errorf("merging %d files gave %d events, and the table says %d: the merge is dropped", len(files), merged.rows, rows), removeFiles([]*file{merged}))
	}
	// A rewrite says that the rows are the same; without the expired ones they are not.
	c := change{remove: files, add: []*file{merged}, rewrite: merged.rows == rows}
	if merged.rows == 0 {
		c.add = nil
		if err := removeFiles([]*file{merged}); err != nil {
			return err
		}
	}
	if err := t.change(ctx, c); err != nil {
		return fmt.Errorf("committing a merge of %d files: %w", len(files), err)
	}
	t.w.metrics.merges.WithLabelValues("read").Add(float64(bytes))
	t.w.metrics.merges.WithLabelValues("written").Add(float64(merged.bytes))
	t.w.cfg.Logger.DebugContext(ctx, "merged files of a table", "eventDataStore", t.id, "files", len(files), "bytes", merged.bytes, "events", merged.rows)
	return nil
}

// mergeMemory bounds the memory of each file that is read for a merge.
const mergeMemory = 512 << 20

// writeMerged writes the rows of files into one. Each file is sorted and is read once,
// from its beginning to its end; sorting them anew would take several times as long,
// and the memory for all of their rows.
func (t *Table) writeMerged(ctx context.Context, tbl *icetable.Table, oldest time.Time, files []*file, merged *file) (err error) {
	closing := func(c io.Closer) { err = errors.Join(err, c.Close()) }
	inputs := make([]*duck.Rows, len(files))
	for i, f := range files {
		e, err := duck.Open(ctx, duck.Config{Files: []string{f.path}, MemoryLimit: mergeMemory, Threads: 1, Plain: true})
		if err != nil {
			return err
		}
		defer closing(e)
		query := "SELECT * FROM " + duck.ReadParquet([]string{f.path})
		if !oldest.IsZero() {
			query += " WHERE " + schema.EventTime + " >= " + timestamp(oldest)
		}
		if inputs[i], err = e.Query(ctx, query); err != nil {
			return err
		}
		defer closing(inputs[i])
	}
	engine, err := t.w.writer(ctx, t.id)
	if err != nil {
		return err
	}
	defer closing(engine)
	if err := engine.AddMerge(ctx, "events", inputs, schema.EventTime); err != nil {
		return err
	}
	if err := t.copyTo(ctx, engine, tbl, "SELECT * FROM events()", merged); err != nil {
		return err
	}
	if err := bounds(ctx, engine, "FROM "+duck.ReadParquet([]string{merged.path}), merged); err != nil {
		return err
	}
	return t.newEntry(tbl, merged)
}

// bounds asks a file that was written for the number of events and the times of the
// first and the last. It reads the whole column: the files that it replaces are going
// to be removed.
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
