package duck

import (
	"context"
	"errors"
	"io"
	"unsafe"

	"github.com/duckdb/duckdb-go/mapping"
)

// AddMerge makes the rows of several results, each of which is sorted by a column of
// timestamps without NULLs, known as a table function without arguments: together and
// sorted, to be read once. Where times are equal, rows of an earlier result come
// first. Of each result one chunk is in memory. The results have the same columns and
// are of other engines; the caller closes them after this one.
func (e *Engine) AddMerge(ctx context.Context, name string, inputs []*Rows, key string) error {
	if len(inputs) == 0 {
		return errors.New("BUG: nothing to merge")
	}
	s := &source{name: name}
	m := &merge{key: -1, all: mapping.CreateSelectionVector(ChunkRows)}
	identity := unsafe.Slice((*uint32)(unsafe.Pointer(mapping.SelectionVectorGetDataPtr(m.all))), ChunkRows)
	for i := range identity {
		identity[i] = uint32(i)
	}
	s.fill, s.done = m.fill, func() { mapping.DestroySelectionVector(&m.all) }
	e.sources = append(e.sources, s)
	for i, c := range inputs[0].Columns() {
		if c.Name == key {
			m.key = i
		}
		t, err := e.parseType(ctx, c.Type)
		if err != nil {
			return err
		}
		s.names, s.types = append(s.names, c.Name), append(s.types, t)
	}
	if m.key < 0 || inputs[0].readers[m.key].kind != mapping.TypeTimestamp {
		return errors.New("BUG: results are merged by a column of timestamps")
	}
	for _, r := range inputs {
		ok, err := r.more()
		if err != nil {
			return err
		}
		if ok {
			m.inputs = append(m.inputs, r)
		}
	}
	return e.registerSource(s)
}

// merge is a merge on its way: results that have a row, in the order they were given.
type merge struct {
	inputs []*Rows
	key    int
	// all selects every row of a chunk.
	all mapping.SelectionVector
}

// more says whether there is a row in memory, and gets the next rows if there is none.
func (r *Rows) more() (bool, error) {
	for r.i == r.size {
		if err := r.fetch(); err != nil {
			if errors.Is(err, io.EOF) {
				return false, nil
			}
			return false, err
		}
	}
	return true, nil
}

// head is the time of the row that comes next.
func (m *merge) head(r *Rows) int64 { return at[int64](r.readers[m.key].data, r.i) }

// first is the input whose row comes next, and the time up to which, and whether with
// it, its rows come before those of all others.
func (m *merge) first() (first int, until int64, with bool) {
	for i, r := range m.inputs {
		if m.head(r) < m.head(m.inputs[first]) {
			first = i
		}
	}
	until, with = 1<<63-1, true
	for i, r := range m.inputs {
		if h := m.head(r); i != first && (h < until || h == until && with) {
			until, with = h, first < i
		}
	}
	return first, until, with
}

// fill fills a chunk with runs of rows of one input.
func (m *merge) fill(output mapping.DataChunk) error {
	n := 0
	for n < ChunkRows && len(m.inputs) > 0 {
		first, until, with := m.first()
		r := m.inputs[first]
		keys := unsafe.Slice((*int64)(r.readers[m.key].data), r.size)
		from := r.i
		for r.i < r.size && n+r.i-from < ChunkRows && (keys[r.i] < until || with && keys[r.i] == until) {
			r.i++
		}
		for c := range r.readers {
			src, dst := mapping.DataChunkGetVector(r.chunk, mapping.IdxT(c)), mapping.DataChunkGetVector(output, mapping.IdxT(c))
			mapping.VectorCopySel(src, dst, m.all, mapping.IdxT(r.i), mapping.IdxT(from), mapping.IdxT(n))
		}
		n += r.i - from
		ok, err := r.more()
		if err != nil {
			return err
		}
		if !ok {
			m.inputs = append(m.inputs[:first:first], m.inputs[first+1:]...)
		}
	}
	mapping.DataChunkSetSize(output, mapping.IdxT(n))
	return nil
}
