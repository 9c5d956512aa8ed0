package duck

import (
	"unsafe"

	"github.com/duckdb/duckdb-go/mapping"

	"github.com/cairntrail/cairn/internal/lake/shred"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// loader copies columns into vectors.
type loader struct {
	arena unsafe.Pointer
}

func fixed[T any](v mapping.Vector, values []T) {
	copy(unsafe.Slice((*T)(mapping.VectorGetData(v)), len(values)), values)
}

func (l *loader) load(v mapping.Vector, c *shred.Column) {
	if c.Rows == 0 {
		return
	}
	if !allValid(c) {
		mapping.VectorEnsureValidityWritable(v)
		copy(unsafe.Slice((*uint64)(mapping.VectorGetValidity(v)), len(c.Valid)), c.Valid)
	}
	switch c.Kind {
	case trinosql.BooleanKind:
		fixed(v, c.Bools)
	case trinosql.IntegerKind:
		fixed(v, c.Ints)
	case trinosql.DoubleKind:
		fixed(v, c.Doubles)
	case trinosql.TimestampKind:
		fixed(v, c.Micros)
	case trinosql.VarcharKind:
		l.strings(v, c.Strings)
	case trinosql.ArrayKind:
		l.list(v, c)
		l.load(mapping.ListVectorGetChild(v), &c.Children[0])
	case trinosql.MapKind:
		l.list(v, c)
		entries := mapping.ListVectorGetChild(v)
		l.load(mapping.StructVectorGetChild(entries, 0), &c.Children[0])
		l.load(mapping.StructVectorGetChild(entries, 1), &c.Children[1])
	case trinosql.RowKind:
		for i := range c.Children {
			l.load(mapping.StructVectorGetChild(v, mapping.IdxT(i)), &c.Children[i])
		}
	}
}

// allValid says whether no value is NULL.
func allValid(c *shred.Column) bool {
	for i, word := range c.Valid {
		want := ^uint64(0)
		if rest := c.Rows - 64*i; rest < 64 {
			want = 1<<rest - 1
		}
		if word != want {
			return false
		}
	}
	return true
}

// list makes room for the elements of lists, and says whose they are.
func (l *loader) list(v mapping.Vector, c *shred.Column) {
	n := mapping.IdxT(c.Children[0].Rows)
	mapping.ListVectorReserve(v, n)
	mapping.ListVectorSetSize(v, n)
	fixed(v, c.Entries)
}

// text is a string as DuckDB has it: up to 12 bytes in place, of more the first four
// and where all of them are.
type text struct {
	length uint32
	head   [4]byte
	rest   [8]byte
}

func (l *loader) strings(v mapping.Vector, spans []shred.Span) {
	out := unsafe.Slice((*text)(mapping.VectorGetData(v)), len(spans))
	for i, s := range spans {
		t := text{length: s.Length}
		if s.Length > 0 {
			at := unsafe.Add(l.arena, int(s.Offset))
			body := unsafe.Slice((*byte)(at), s.Length)
			copy(t.head[:], body)
			if s.Length <= 12 {
				copy(t.rest[:], body[min(4, len(body)):])
			} else {
				*(*uintptr)(unsafe.Pointer(&t.rest)) = uintptr(at)
			}
		}
		out[i] = t
	}
}
