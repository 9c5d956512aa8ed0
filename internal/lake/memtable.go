package lake

import (
	"cmp"
	"container/heap"
	"slices"
	"time"
)

// memtable holds the events that are not in a data file yet. The journal is
// their durability. One goroutine appends, under History.mu; a reader takes a
// view under the same lock and then needs none, since rows never change.
type memtable struct {
	rows  []memRow
	keys  []uint64 // the lookup keys of all rows, end to end
	ids   map[uint64]int32
	bytes int
	since time.Time
	last  uint64 // the last journal sequence in it
}

type memRow struct {
	Position
	keysEnd  uint32 // the row's keys end here; they begin where the row before ends
	backfill bool
	taken    int64 // when the journal took it, in Unix seconds
	row      historyRow
}

// newMemtable makes a memtable with room for as many rows as are expected.
func newMemtable(rows int) *memtable {
	return &memtable{ids: make(map[uint64]int32, rows), rows: make([]memRow, 0, rows), keys: make([]uint64, 0, 10*rows)}
}

func (m *memtable) keysOf(i int) []uint64 { return m.view().keysOf(i) }

// memView is what a reader sees of a memtable.
type memView struct {
	rows []memRow
	keys []uint64
}

func (m *memtable) view() memView { return memView{rows: m.rows, keys: m.keys} }

// cursor walks rows that match a lookup, newest first.
type cursor interface {
	// head is the position of the next row; ok is false at the end.
	head() (p Position, ok bool)
	// raw is the record of the row at the head.
	raw() ([]byte, error)
	next()
}

// bounds are the positions between which a lookup may return rows: from
// included, to excluded.
type bounds struct{ from, to Position }

func (b bounds) holds(p Position) bool { return !before(p, b.from) && before(p, b.to) }

// before orders positions from old to new.
func before(a, b Position) bool {
	return a.Time < b.Time || a.Time == b.Time && a.Ordinal < b.Ordinal
}

// memCursor holds the newest matching rows of a memtable, newest first.
type memCursor struct {
	view memView
	rows []int32
}

// scan finds the newest limit rows of the view that match. It looks at every
// row: at 10 keys a row, 100,000 rows take about a millisecond. Events come nearly in
// the order of their times, so that from the last one on few displace others.
func (v memView) scan(keys []uint64, live, backfill bounds, minTaken int64, limit int) *memCursor {
	c := &memCursor{view: v}
	h := rowHeap{view: v}
	for i := len(v.rows) - 1; i >= 0; i-- {
		r := &v.rows[i]
		if !r.within(live, backfill, minTaken) || !containsAll(v.keysOf(i), keys) {
			continue
		}
		if len(h.rows) < limit {
			heap.Push(&h, int32(i))
		} else if before(v.rows[h.rows[0]].Position, r.Position) {
			h.rows[0] = int32(i)
			heap.Fix(&h, 0)
		}
	}
	c.rows = h.rows
	slices.SortFunc(c.rows, func(a, b int32) int {
		pa, pb := v.rows[a].Position, v.rows[b].Position
		return -cmp.Or(cmp.Compare(pa.Time, pb.Time), cmp.Compare(pa.Ordinal, pb.Ordinal))
	})
	return c
}

// within tells whether a lookup may return the row.
func (r *memRow) within(live, backfill bounds, minTaken int64) bool {
	if r.backfill {
		return r.taken >= minTaken && backfill.holds(r.Position)
	}
	return live.holds(r.Position)
}

func containsAll(have, want []uint64) bool {
	for _, w := range want {
		if !slices.Contains(have, w) {
			return false
		}
	}
	return true
}

func (c *memCursor) head() (Position, bool) {
	if len(c.rows) == 0 {
		return Position{}, false
	}
	return c.view.rows[c.rows[0]].Position, true
}

func (c *memCursor) raw() ([]byte, error) { return c.view.rows[c.rows[0]].row.EventJSON, nil }
func (c *memCursor) next()                { c.rows = c.rows[1:] }

// rowHeap keeps the oldest of the rows found so far on top.
type rowHeap struct {
	view memView
	rows []int32
}

func (h *rowHeap) Len() int { return len(h.rows) }
func (h *rowHeap) Less(i, j int) bool {
	return before(h.view.rows[h.rows[i]].Position, h.view.rows[h.rows[j]].Position)
}
func (h *rowHeap) Swap(i, j int) { h.rows[i], h.rows[j] = h.rows[j], h.rows[i] }
func (h *rowHeap) Push(x any)    { h.rows = append(h.rows, x.(int32)) }
func (h *rowHeap) Pop() any      { panic("BUG: rowHeap only grows") }

// writeFiles writes the memtable's rows as data files: those that leave the
// history by their eventTime, and those that leave it a retention period after
// they were taken (see class). Either may be missing.
func (m *memtable) writeFiles(dir string, retention int64) (metas []fileMeta, err error) {
	for _, backfill := range []bool{false, true} {
		var rows []int32
		taken := int64(0)
		for i := range m.rows {
			if m.rows[i].backfill == backfill {
				rows = append(rows, int32(i))
				taken = max(taken, m.rows[i].taken)
			}
		}
		if len(rows) == 0 {
			continue
		}
		expires := int64(0)
		if backfill {
			expires = taken + retention
		}
		meta, err := m.writeFile(dir, rows, expires)
		if err != nil {
			return nil, err
		}
		metas = append(metas, meta)
	}
	return metas, nil
}

func (m *memtable) writeFile(dir string, rows []int32, expires int64) (fileMeta, error) {
	slices.SortFunc(rows, func(a, b int32) int {
		pa, pb := m.rows[a].Position, m.rows[b].Position
		return cmp.Or(cmp.Compare(pa.Time, pb.Time), cmp.Compare(pa.Ordinal, pb.Ordinal))
	})
	w, err := createDataFile(dir, len(rows))
	if err != nil {
		return fileMeta{}, err
	}
	defer w.abandon()
	pairs := make([]indexPair, 0, len(rows)*12)
	for at, i := range rows {
		r := &m.rows[i]
		keys := m.keysOf(int(i))
		if err := w.add(&r.row, keys[0]); err != nil {
			return fileMeta{}, err
		}
		for _, k := range keys {
			pairs = append(pairs, indexPair{key: k, row: uint32(at)})
		}
	}
	if err := w.index.pairs(pairs); err != nil {
		return fileMeta{}, err
	}
	return w.finish(expires)
}
