package shred

import (
	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// Span is a string: a place in the arena of its chunk.
type Span struct {
	Offset, Length uint32
}

// Column is a column of a chunk, or what is in one: the fields of a row, the element
// of a list, key and value of a map.
type Column struct {
	Kind trinosql.Kind
	// Rows is how many values there are.
	Rows int
	// Valid has a bit for each value that is not NULL.
	Valid []uint64
	// The values, by the kind. NULLs have a zero value.
	Bools   []bool
	Ints    []int32
	Doubles []float64
	Micros  []int64 // timestamps, microseconds since 1970
	Strings []Span
	// Entries of lists and maps: the first in the columns below, and how many.
	Entries  [][2]uint64
	Children []Column

	fields *fields // of a row
}

// fields says where the members of an object go.
type fields struct {
	byName map[string]int
	// copies are children that get the value of another: from, to.
	copies [][2]int
}

// newColumn makes a column of a type.
func newColumn(t trinosql.Type) Column {
	c := Column{Kind: t.Kind}
	for _, e := range t.Elems {
		c.Children = append(c.Children, newColumn(e))
	}
	if t.Kind == trinosql.RowKind {
		c.fields = newFields(t.Names)
	}
	return c
}

// newFields numbers the fields of a row by the names of their members. A row has at
// most 64.
func newFields(names []string) *fields {
	if len(names) > 64 {
		panic("BUG: a row of more than 64 fields")
	}
	f := &fields{byName: make(map[string]int)}
	for i, n := range names {
		if schema.JSONName(n) == n {
			f.byName[n] = i
		}
	}
	for i, n := range names {
		if j := schema.JSONName(n); j != n {
			f.copies = append(f.copies, [2]int{f.byName[j], i})
		}
	}
	return f
}

// reset empties the column and keeps its memory.
func (c *Column) reset() {
	c.Rows, c.Valid = 0, c.Valid[:0]
	c.Bools, c.Ints, c.Doubles, c.Micros = c.Bools[:0], c.Ints[:0], c.Doubles[:0], c.Micros[:0]
	c.Strings, c.Entries = c.Strings[:0], c.Entries[:0]
	for i := range c.Children {
		c.Children[i].reset()
	}
}

// count counts one more value.
func (c *Column) count(valid bool) {
	if c.Rows%64 == 0 {
		c.Valid = append(c.Valid, 0)
	}
	if valid {
		c.Valid[c.Rows/64] |= 1 << (c.Rows % 64)
	}
	c.Rows++
}

// null appends a NULL. Every field of a row that is NULL is NULL.
func (c *Column) null() {
	c.count(false)
	switch c.Kind {
	case trinosql.BooleanKind:
		c.Bools = append(c.Bools, false)
	case trinosql.IntegerKind:
		c.Ints = append(c.Ints, 0)
	case trinosql.DoubleKind:
		c.Doubles = append(c.Doubles, 0)
	case trinosql.TimestampKind:
		c.Micros = append(c.Micros, 0)
	case trinosql.VarcharKind:
		c.Strings = append(c.Strings, Span{})
	case trinosql.ArrayKind, trinosql.MapKind:
		c.Entries = append(c.Entries, [2]uint64{uint64(c.Children[0].Rows), 0})
	case trinosql.RowKind:
		for i := range c.Children {
			c.Children[i].null()
		}
	}
}

func (c *Column) str(s Span) {
	c.count(true)
	c.Strings = append(c.Strings, s)
}
