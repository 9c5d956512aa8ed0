package lake

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"
)

const (
	// mergeWidth is how many files of one size class become one of the next. A
	// lookup looks into each file, so fewer are better; each event is written
	// once per class, so fewer classes are better too.
	mergeWidth = 8
	// maxMergedRows bounds a data file: merging it holds its positions and keys
	// in memory, about 250 bytes a row.
	maxMergedRows = 2_000_000
	day           = 24 * 60 * 60
)

// maintainLoop merges small files and drops expired ones.
func (h *History) maintainLoop(ctx context.Context) error {
	tick := time.NewTicker(maintainEvery)
	defer tick.Stop()
	for {
		if err := h.maintain(ctx, h.busy()); err != nil && ctx.Err() == nil {
			h.cfg.Logger.Error("maintaining the event history failed; it is tried again", "in", maintainEvery, "error", err)
			h.metrics.failures.WithLabelValues("maintain").Inc()
		}
		select {
		case <-tick.C:
		case <-h.changed:
		case <-ctx.Done():
			return nil
		}
	}
}

const (
	maintainEvery = 10 * time.Second
	// maxFilesBusy is how many files there may be while merging waits for a
	// flood of events to end. Each costs a lookup about a microsecond.
	maxFilesBusy = 64
)

// busy tells whether events come so fast that merging should wait: memtables
// fill up by their size. Merging would then take from the same two things that
// the flood needs, processors and memory, for something that can be done later.
func (h *History) busy() bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.mu.files) < maxFilesBusy && h.cfg.Now().Sub(h.mu.flooded) < maintainEvery
}

// maintain drops what expired and, unless that has to wait, merges until there
// is nothing to merge.
func (h *History) maintain(ctx context.Context, busy bool) error {
	h.maintaining.Lock()
	defer h.maintaining.Unlock()
	if err := h.expire(ctx); err != nil || busy {
		return err
	}
	for {
		files := h.pickMerge()
		if files == nil {
			return ctx.Err()
		}
		if err := h.compact(ctx, files); err != nil {
			return err
		}
	}
}

// expire drops the files whose last row has left the history.
func (h *History) expire(ctx context.Context) error {
	now := h.cfg.Now().Unix()
	oldest := now - int64(h.cfg.Retention/time.Second)
	h.mu.RLock()
	var drop []*dataFile
	var names []string
	for _, f := range h.mu.files {
		if f.meta.Expires != 0 && f.meta.Expires <= now || f.meta.Expires == 0 && f.meta.Max.Time < oldest {
			drop = append(drop, f)
			names = append(names, f.meta.Name)
		}
	}
	h.mu.RUnlock()
	if len(drop) == 0 {
		return nil
	}
	if err := h.manifest.commit(ctx, nil, names, 0); err != nil {
		return err
	}
	h.replace(nil, drop, nil)
	return nil
}

// class groups files that may be merged with each other: of a like size, and,
// for backfill, expiring on the same day. Live files (Expires 0) leave row by
// row, by eventTime.
type class struct {
	size    int
	expires int64
}

func classOf(m fileMeta) class {
	c := class{size: bits.Len(uint(m.Rows/1024)) / 3} // a step of 8 in rows
	if m.Expires != 0 {
		c.expires = m.Expires/day + 1
	}
	return c
}

// pickMerge returns files to merge, oldest first, or nil.
func (h *History) pickMerge() []*dataFile {
	h.mu.RLock()
	defer h.mu.RUnlock()
	groups := make(map[class][]*dataFile)
	for _, f := range h.mu.files {
		if f.meta.Rows < maxMergedRows/2 {
			c := classOf(f.meta)
			groups[c] = append(groups[c], f)
		}
	}
	var best []*dataFile
	for _, g := range groups {
		if len(g) < mergeWidth {
			continue
		}
		slices.Reverse(g)
		n, rows := 0, 0
		for n < len(g) && (n < 2 || rows+g[n].meta.Rows <= maxMergedRows) {
			rows += g[n].meta.Rows
			n++
		}
		if best == nil || g[0].meta.Rows < best[0].meta.Rows {
			best = g[:n]
		}
	}
	return best
}

// compact merges files into one.
func (h *History) compact(ctx context.Context, files []*dataFile) error {
	start := time.Now()
	meta, err := mergeFiles(ctx, h.cfg.Dir, files)
	if err != nil {
		return fmt.Errorf("merge %d files: %w", len(files), err)
	}
	merged, err := openDataFile(h.cfg.Dir, meta)
	if err != nil {
		return err
	}
	var names []string
	for _, f := range files {
		names = append(names, f.meta.Name)
	}
	// The commit point: before it a crash leaves the merged file as a stray,
	// after it the merged ones.
	if err := h.manifest.commit(ctx, []fileMeta{meta}, names, 0); err != nil {
		return errors.Join(err, discard([]*dataFile{merged}))
	}
	h.replace([]*dataFile{merged}, files, nil)
	h.metrics.merges.Observe(time.Since(start).Seconds())
	h.cfg.Logger.Debug("merged files of the event history", "files", len(files), "rows", meta.Rows, "took", time.Since(start))
	return nil
}

// mergeFiles writes the rows of files, in order, as a new file.
func mergeFiles(ctx context.Context, dir string, files []*dataFile) (fileMeta, error) {
	total, expires := 0, int64(0)
	for _, f := range files {
		// A damaged index must not become part of a sound one.
		if err := f.idx.verify(); err != nil {
			return fileMeta{}, fmt.Errorf("%s: %w: stop the server, remove this file, and start again: it is made anew", indexPath(dir, f.meta.Name), err)
		}
		total += f.meta.Rows
		expires = max(expires, f.meta.Expires)
	}
	w, err := createDataFile(dir, total)
	if err != nil {
		return fileMeta{}, err
	}
	defer w.abandon()
	moved, err := mergeRows(ctx, w, files)
	if err != nil {
		return fileMeta{}, err
	}
	if err := mergeKeys(w.index, files, moved); err != nil {
		return fileMeta{}, err
	}
	return w.finish(expires)
}

// mergeRows copies rows and returns, for each file, where its rows went.
func mergeRows(ctx context.Context, w *fileWriter, files []*dataFile) (moved [][]uint32, err error) {
	var sources rowHeads
	defer func() {
		for _, s := range sources {
			err = errors.Join(err, s.reader.Close())
		}
	}()
	for i, f := range files {
		s := &rowSource{file: f, nth: i, reader: parquet.NewGenericReader[historyRow](f.file), buf: make([]historyRow, 64)}
		sources = append(sources, s)
		moved = append(moved, make([]uint32, f.meta.Rows))
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	heads := slices.Clone(sources)
	heap.Init(&heads)
	var digest keyDigest
	for at := uint32(0); len(heads) > 0; at++ {
		if at%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		s := heads[0]
		moved[s.nth][s.row] = at
		digest.scope(s.head.AccountID, s.head.Region)
		if err := w.add(&s.head, digest.key(1, s.head.EventID)); err != nil {
			return nil, err
		}
		switch err := s.next(); {
		case err == nil:
			heap.Fix(&heads, 0)
		case errors.Is(err, io.EOF):
			heap.Pop(&heads)
		default:
			return nil, err
		}
	}
	return moved, nil
}

// rowSource reads the rows of one file in order.
type rowSource struct {
	file   *dataFile
	nth    int
	reader *parquet.GenericReader[historyRow]
	buf    []historyRow
	have   []historyRow
	head   historyRow
	row    int // number of head in the file
	read   int
}

func (s *rowSource) next() error {
	if len(s.have) == 0 {
		if s.read == s.file.meta.Rows {
			return io.EOF
		}
		// Rows handed out before may still wait in the writer's batch.
		clear(s.buf)
		n, err := s.reader.Read(s.buf)
		if n == 0 {
			return fmt.Errorf("read data file %s at row %d: %w", s.file.meta.Name, s.read, err)
		}
		s.have = s.buf[:n]
	}
	s.head, s.have, s.row = s.have[0], s.have[1:], s.read
	s.read++
	return nil
}

type rowHeads []*rowSource

func (h rowHeads) Len() int { return len(h) }
func (h rowHeads) Less(i, j int) bool {
	a, b := &h[i].head, &h[j].head
	return a.EventTime < b.EventTime || a.EventTime == b.EventTime && a.Ordinal < b.Ordinal
}
func (h rowHeads) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *rowHeads) Push(any)     { panic("BUG: rowHeads only shrinks") }
func (h *rowHeads) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// mergeKeys merges the keys of indexes, which are sorted, with their rows moved.
func mergeKeys(w *indexWriter, files []*dataFile, moved [][]uint32) error {
	at := make([]int, len(files))
	var rows []uint32
	for {
		found := false
		var key uint64
		for i, f := range files {
			if at[i] < len(f.idx.entries) {
				if k := f.idx.entries[at[i]].key; !found || k < key {
					key, found = k, true
				}
			}
		}
		if !found {
			return nil
		}
		rows = rows[:0]
		for i, f := range files {
			if at[i] == len(f.idx.entries) || f.idx.entries[at[i]].key != key {
				continue
			}
			e := f.idx.entries[at[i]]
			at[i]++
			if e.count == 1 {
				rows = append(rows, moved[i][e.at])
				continue
			}
			bm, err := f.idx.posting(e)
			if err != nil {
				return err
			}
			for it := bm.ManyIterator(); ; {
				var buf [1024]uint32
				n := it.NextMany(buf[:])
				if n == 0 {
					break
				}
				for _, r := range buf[:n] {
					rows = append(rows, moved[i][r])
				}
			}
		}
		slices.Sort(rows)
		if err := w.key(key, rows); err != nil {
			return err
		}
	}
}
