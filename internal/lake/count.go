package lake

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
)

// Count says how many events a lookup finds, from the indexes: records are not read.
func (h *History) Count(ctx context.Context, q LookupQuery) (n int, err error) {
	snap := h.snapshot()
	defer h.done(snap)
	m := h.newMerge(snap, &q)
	for _, t := range snap.tables {
		n += t.view.count(m)
	}
	for _, f := range snap.files {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		rows, err := m.rowsOf(f)
		if err != nil {
			return 0, err
		}
		if rows != nil {
			n += int(rows.GetCardinality())
		}
	}
	return n, nil
}

// count is how many rows of a memtable match.
func (v memView) count(m *merge) (n int) {
	for i := range v.rows {
		if v.rows[i].within(m.live, m.backfill, m.taken) && containsAll(v.keysOf(i), m.keys) {
			n++
		}
	}
	return n
}

func (v memView) keysOf(i int) []uint64 {
	start := uint32(0)
	if i > 0 {
		start = v.rows[i-1].keysEnd
	}
	return v.keys[start:v.rows[i].keysEnd]
}

// rowsOf are the rows of a file that match, nil for none. They may share memory with
// the index, and must not be changed.
func (m *merge) rowsOf(f *dataFile) (*roaring.Bitmap, error) {
	lo, hi, ok := m.span(f)
	if !ok {
		return nil, nil
	}
	rows, err := f.idx.selectRows(m.keys)
	if err != nil {
		return nil, fmt.Errorf("index of data file %s: %w", f.meta.Name, err)
	}
	if rows == nil || lo == 0 && hi == f.meta.Rows {
		return rows, nil
	}
	span := roaring.New()
	span.AddRange(uint64(lo), uint64(hi))
	span.And(rows)
	return span, nil
}

// Skip gives the position of the nth event of a lookup, behind which it goes on with
// the next; nil for none. It reads no records.
func (h *History) Skip(ctx context.Context, q LookupQuery, n int) (*Position, error) {
	if n == 0 {
		return q.After, nil
	}
	snap := h.snapshot()
	defer h.done(snap)
	m := h.newMerge(snap, &q).scan(snap, n)
	last := q.After
	for i := range n {
		if i%checked == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c, p, err := m.top()
		if c == nil || err != nil {
			return last, err
		}
		last = &p
		m.advance()
	}
	return last, nil
}
