package lake

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/cairntrail/cairn/internal/event"
)

// Lookup returns one page of the history.
//
// Cost: for each data file whose time range matters one look into its index
// (microseconds), and for each event returned one page of Parquet. It does not
// grow with the number of events, only with the number of files.
func (h *History) Lookup(ctx context.Context, q LookupQuery) (LookupPage, error) {
	if q.Limit < 1 {
		return LookupPage{}, fmt.Errorf("BUG: a lookup with a limit of %d", q.Limit)
	}
	start := time.Now()
	snap := h.snapshot()
	defer h.done(snap)
	m := h.newMerge(snap, &q).scan(snap, q.Limit+1)
	page := LookupPage{}
	for {
		if err := ctx.Err(); err != nil {
			return LookupPage{}, err
		}
		if len(page.Events) == q.Limit {
			c, _, err := m.top()
			if err != nil {
				return LookupPage{}, err
			}
			if c != nil {
				last := page.Events[q.Limit-1].Position
				page.Next = &last
			}
			break
		}
		e, err := m.event()
		if err != nil {
			return LookupPage{}, err
		}
		if e == nil {
			break
		}
		if matches(&e.Envelope, &q) {
			page.Events = append(page.Events, *e)
		}
		m.advance()
	}
	h.metrics.lookups.Observe(time.Since(start).Seconds())
	return page, nil
}

// event reads the newest event of a merge, which stays there; nil at the end. Its
// record is good until the merge advances.
func (m *merge) event() (*LookupEvent, error) {
	c, p, err := m.top()
	if c == nil || err != nil {
		return nil, err
	}
	raw, err := c.raw()
	if err != nil {
		return nil, err
	}
	env, err := event.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("an event of the history does not parse: %w", err)
	}
	return &LookupEvent{Envelope: env, Position: p, Raw: raw}, nil
}

// merge walks all sources of a snapshot together, newest first. Files are
// opened only when everything newer has been walked.
type merge struct {
	cursors  cursorHeap
	files    []*dataFile // not opened yet, descending by their newest row
	keys     []uint64
	live     bounds
	backfill bounds
	now      int64
	taken    int64 // backfill that was taken before is gone
	pages    int   // how many pages of records were read
}

func (h *History) newMerge(snap *snapshot, q *LookupQuery) *merge {
	m := &merge{files: snap.files, now: h.cfg.Now().Unix(), keys: keysOf(q)}
	b := bounds{from: Position{Time: math.MinInt64}, to: Position{Time: math.MaxInt64}}
	if !q.Start.IsZero() {
		b.from.Time = q.Start.Unix()
	}
	if !q.End.IsZero() {
		b.to.Time = q.End.Unix() + 1
	}
	if q.After != nil && before(*q.After, b.to) {
		b.to = *q.After
	}
	m.taken = m.now - int64(h.cfg.Retention/time.Second)
	m.backfill, m.live = b, b
	m.live.from.Time = max(m.live.from.Time, m.taken)
	return m
}

// scan adds what memory holds: of each memtable the newest limit rows.
func (m *merge) scan(snap *snapshot, limit int) *merge {
	for _, t := range snap.tables {
		m.push(t.view.scan(m.keys, m.live, m.backfill, m.taken, limit))
	}
	return m
}

func (m *merge) push(c cursor) {
	if _, ok := c.head(); ok {
		heap.Push(&m.cursors, c)
	}
}

// top returns the cursor with the newest row, nil at the end.
func (m *merge) top() (cursor, Position, error) {
	for len(m.files) > 0 {
		f := m.files[0]
		if len(m.cursors) > 0 {
			if p, _ := m.cursors[0].head(); before(f.meta.Max, p) {
				break
			}
		}
		m.files = m.files[1:]
		c, err := m.open(f)
		if err != nil {
			return nil, Position{}, err
		}
		if c != nil {
			m.push(c)
		}
	}
	if len(m.cursors) == 0 {
		return nil, Position{}, nil
	}
	p, _ := m.cursors[0].head()
	return m.cursors[0], p, nil
}

func (m *merge) advance() {
	m.cursors[0].next()
	if _, ok := m.cursors[0].head(); ok {
		heap.Fix(&m.cursors, 0)
	} else {
		heap.Pop(&m.cursors)
	}
}

// span is where a file's rows that a lookup may return begin and end; ok is false if
// it has none.
func (m *merge) span(f *dataFile) (lo, hi int, ok bool) {
	b := m.live
	if f.meta.Expires != 0 {
		if b = m.backfill; f.meta.Expires <= m.now {
			return 0, 0, false
		}
	}
	if before(f.meta.Max, b.from) || !before(f.meta.Min, b.to) {
		return 0, 0, false
	}
	lo, hi = f.idx.lowerBound(b.from), f.idx.lowerBound(b.to)
	return lo, hi, lo < hi
}

// open returns a cursor over a file's matching rows, nil when it has none.
func (m *merge) open(f *dataFile) (cursor, error) {
	lo, hi, ok := m.span(f)
	if !ok {
		return nil, nil
	}
	rows, err := f.idx.selectRows(m.keys)
	if err != nil {
		return nil, fmt.Errorf("index of data file %s: %w", f.meta.Name, err)
	}
	if rows == nil {
		return nil, nil
	}
	return &fileCursor{merge: m, file: f, rows: rows, at: int64(rows.Rank(uint32(hi-1))) - 1, lo: uint32(lo)}, nil
}

// fileCursor walks the rows of a bitmap from the newest to lo.
type fileCursor struct {
	merge *merge
	file  *dataFile
	rows  *roaring.Bitmap
	at    int64 // index into the bitmap, -1 at the end
	lo    uint32
	row   uint32
	has   bool // row holds the row at at
}

func (c *fileCursor) current() (uint32, bool) {
	if c.at < 0 {
		return 0, false
	}
	if !c.has {
		row, err := c.rows.Select(uint32(c.at))
		if err != nil || row < c.lo {
			c.at = -1
			return 0, false
		}
		c.row, c.has = row, true
	}
	return c.row, true
}

func (c *fileCursor) head() (Position, bool) {
	row, ok := c.current()
	if !ok {
		return Position{}, false
	}
	return c.file.idx.position(int(row)), true
}

func (c *fileCursor) raw() ([]byte, error) {
	raw, read, err := c.file.raw(int(c.row))
	if read {
		c.merge.pages++
	}
	return raw, err
}

func (c *fileCursor) next() {
	c.at--
	c.has = false
}

// cursorHeap keeps the cursor with the newest row on top.
type cursorHeap []cursor

func (h cursorHeap) Len() int { return len(h) }
func (h cursorHeap) Less(i, j int) bool {
	a, _ := h[i].head()
	b, _ := h[j].head()
	return before(b, a)
}
func (h cursorHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *cursorHeap) Push(x any)   { *h = append(*h, x.(cursor)) }
func (h *cursorHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
