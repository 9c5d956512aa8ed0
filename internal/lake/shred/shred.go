package shred

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// Chunk is a piece of a table. Its columns are in the order of the schema.
type Chunk struct {
	Columns []Column
	// Arena has the text of all strings.
	Arena []byte
	Rows  int
}

// Shredder makes chunks. It is for one goroutine.
type Shredder struct {
	chunk Chunk
	root  *fields
	// places of the columns that are not read out of the JSON; -1 where there is none
	time, json, checksum int
	// keys of the map that is being read, where they are many
	keys map[string]struct{}
	scanner
}

// New makes a shredder for these columns. There have to be a column for the time.
func New(columns []trinosql.Column) *Shredder {
	s := &Shredder{time: -1, json: -1, checksum: -1, keys: make(map[string]struct{})}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
		s.chunk.Columns = append(s.chunk.Columns, newColumn(c.Type))
		switch c.Name {
		case schema.EventTime:
			s.time = i
		case schema.EventJSON:
			s.json = i
		case schema.Checksum:
			s.checksum = i
		}
	}
	if s.time < 0 {
		panic("BUG: no column for the time of the event")
	}
	s.root = newFields(names)
	return s
}

// Reset begins a new chunk in the memory of the last.
func (s *Shredder) Reset() {
	for i := range s.chunk.Columns {
		s.chunk.Columns[i].reset()
	}
	s.chunk.Arena, s.chunk.Rows = s.chunk.Arena[:0], 0
}

// Chunk is what was added since Reset. It is valid until the next Add or Reset.
func (s *Shredder) Chunk() *Chunk { return &s.chunk }

// Add adds a row. The time of the event is what the caller says it is. What is not
// valid UTF-8, which records are that others have checked, becomes U+FFFD: one bad
// byte in a file would make all of it unreadable.
func (s *Shredder) Add(raw []byte, eventTime time.Time) {
	if !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(raw, []byte("\ufffd"))
	}
	start := len(s.chunk.Arena)
	s.chunk.Arena = append(s.chunk.Arena, raw...)
	s.b, s.i, s.end = s.chunk.Arena, start, start+len(raw)
	seen := uint64(0)
	given := func(column int) {
		if column >= 0 {
			seen |= 1 << column
		}
	}
	given(s.time)
	given(s.json)
	given(s.checksum)
	t := &s.chunk.Columns[s.time]
	t.count(true)
	t.Micros = append(t.Micros, eventTime.UnixMicro())
	if s.json >= 0 {
		s.chunk.Columns[s.json].str(Span{uint32(start), uint32(len(raw))})
	}
	if s.checksum >= 0 {
		sum := sha256.Sum256(raw)
		at := len(s.chunk.Arena)
		s.chunk.Arena = hex.AppendEncode(s.chunk.Arena, sum[:])
		s.chunk.Columns[s.checksum].str(Span{uint32(at), uint32(len(s.chunk.Arena) - at)})
		s.b = s.chunk.Arena
	}
	if s.next() == '{' {
		s.object(s.root, s.chunk.Columns, seen)
	} else {
		s.fill(s.root, s.chunk.Columns, seen)
	}
	s.chunk.Rows++
}

// object reads the members of an object into columns, one value each. Those in seen
// have theirs.
func (s *Shredder) object(f *fields, columns []Column, seen uint64) {
	s.i++
	for s.next() == '"' {
		from, to, escaped, ok := s.key()
		if !ok {
			break
		}
		n, known := s.lookup(f, from, to, escaped)
		if !known || seen&(1<<n) != 0 {
			if _, _, ok := s.skip(); !ok {
				break
			}
		} else {
			seen |= 1 << n
			s.value(&columns[n])
		}
		if !s.expect(',') {
			break
		}
	}
	s.close('}')
	s.fill(f, columns, seen)
}

// close skips the end of an object or a list. Where it is not, the record is no JSON,
// and nothing more is read of it.
func (s *Shredder) close(c byte) {
	if !s.expect(c) {
		s.i = s.end
	}
}

// lookup finds the column of a member.
func (s *Shredder) lookup(f *fields, from, to int, escaped bool) (int, bool) {
	const longest = 64
	if to-from > longest || escaped {
		return 0, false
	}
	var lower [longest]byte
	name := lower[:to-from]
	for i, c := range s.b[from:to] {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		name[i] = c
	}
	n, ok := f.byName[string(name)]
	return n, ok
}

// fill gives the columns that have no value in this row one: that of the column they
// are a copy of, or NULL.
func (s *Shredder) fill(f *fields, columns []Column, seen uint64) {
	for _, c := range f.copies {
		from, to := &columns[c[0]], &columns[c[1]]
		if last := from.Rows - 1; seen&(1<<c[0]) != 0 && from.Valid[last/64]&(1<<(last%64)) != 0 {
			to.str(from.Strings[last])
			seen |= 1 << c[1]
		}
	}
	for i := range columns {
		if seen&(1<<i) == 0 {
			columns[i].null()
		}
	}
}

// value reads a value into a column.
func (s *Shredder) value(c *Column) {
	first := s.next()
	switch {
	case c.Kind == trinosql.VarcharKind:
		s.text(c)
	case first == '{' && c.Kind == trinosql.RowKind:
		c.count(true)
		s.object(c.fields, c.Children, 0)
	case first == '[' && c.Kind == trinosql.RowKind:
		s.firstOf(c)
	case first == '{' && c.Kind == trinosql.MapKind:
		s.mapValue(c)
	case first == '[' && c.Kind == trinosql.ArrayKind:
		s.list(c)
	case first == '{' && c.Kind == trinosql.ArrayKind && c.Children[0].Kind == trinosql.RowKind:
		at := uint64(c.Children[0].Rows)
		s.value(&c.Children[0])
		c.count(true)
		c.Entries = append(c.Entries, [2]uint64{at, 1})
	default:
		from, to, _ := s.skip()
		s.scalar(c, s.b[from:to])
	}
}

// firstOf reads the first element of a list.
func (s *Shredder) firstOf(c *Column) {
	from, to, ok := s.skip()
	if !ok {
		c.null()
		return
	}
	after, end := s.i, s.end
	s.i, s.end = from+1, to-1
	if s.next() == '{' {
		s.value(c)
	} else {
		c.null()
	}
	s.i, s.end = after, end
}

func (s *Shredder) list(c *Column) {
	s.i++
	at := uint64(c.Children[0].Rows)
	for n := s.next(); n != ']' && n != 0; {
		before := s.i
		s.value(&c.Children[0])
		if s.i == before || !s.expect(',') {
			break
		}
	}
	s.close(']')
	c.count(true)
	c.Entries = append(c.Entries, [2]uint64{at, uint64(c.Children[0].Rows) - at})
}

// fewKeys is how many keys of a map are compared one by one.
const fewKeys = 16

// mapValue reads an object into a map. Keys of a map differ.
func (s *Shredder) mapValue(c *Column) {
	s.i++
	keys := &c.Children[0]
	first := keys.Rows
	clear(s.keys)
	for s.next() == '"' {
		from, to, escaped, ok := s.key()
		if !ok {
			break
		}
		key := s.span(from, to, escaped)
		if s.hasKey(keys, first, key) {
			if _, _, ok := s.skip(); !ok {
				break
			}
		} else {
			keys.str(key)
			s.text(&c.Children[1])
		}
		if !s.expect(',') {
			break
		}
	}
	s.close('}')
	c.count(true)
	c.Entries = append(c.Entries, [2]uint64{uint64(first), uint64(keys.Rows - first)})
}

func (s *Shredder) bytes(p Span) []byte { return s.chunk.Arena[p.Offset : p.Offset+p.Length] }

// hasKey says whether a map that begins at first has the key already.
func (s *Shredder) hasKey(keys *Column, first int, key Span) bool {
	have := keys.Strings[first:]
	if len(have) < fewKeys {
		for _, k := range have {
			if k.Length == key.Length && string(s.bytes(k)) == string(s.bytes(key)) {
				return true
			}
		}
		return false
	}
	if len(s.keys) == 0 {
		for _, k := range have {
			s.keys[string(s.bytes(k))] = struct{}{}
		}
	}
	if _, ok := s.keys[string(s.bytes(key))]; ok {
		return true
	}
	s.keys[string(s.bytes(key))] = struct{}{}
	return false
}

// span is the text between quotes; one with backslashes is written at the arena's end.
func (s *Shredder) span(from, to int, escaped bool) Span {
	if !escaped {
		return Span{uint32(from), uint32(to - from)}
	}
	at := len(s.chunk.Arena)
	s.chunk.Arena = unescape(s.chunk.Arena, s.b[from:to])
	s.b = s.chunk.Arena
	return Span{uint32(at), uint32(len(s.chunk.Arena) - at)}
}

// text reads any value as text.
func (s *Shredder) text(c *Column) {
	if s.next() == '"' {
		from, to, escaped, ok := s.scanner.text()
		if !ok {
			c.null()
			return
		}
		c.str(s.span(from, to, escaped))
		return
	}
	from, to, ok := s.skip()
	if !ok || string(s.b[from:to]) == "null" {
		c.null()
		return
	}
	c.str(Span{uint32(from), uint32(to - from)})
}

// scalar reads a value of a column that is neither text nor nested; NULL is what the
// value is not.
func (s *Shredder) scalar(c *Column, raw []byte) {
	text := string(raw)
	if len(text) >= 2 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	switch c.Kind {
	case trinosql.BooleanKind:
		if yes := strings.EqualFold(text, "true"); yes || strings.EqualFold(text, "false") {
			c.count(true)
			c.Bools = append(c.Bools, yes)
			return
		}
	case trinosql.IntegerKind:
		if n, err := strconv.ParseFloat(text, 64); err == nil && n == float64(int32(n)) {
			c.count(true)
			c.Ints = append(c.Ints, int32(n))
			return
		}
	case trinosql.DoubleKind:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			c.count(true)
			c.Doubles = append(c.Doubles, n)
			return
		}
	case trinosql.TimestampKind:
		if t, ok := parseTime(text); ok {
			c.count(true)
			c.Micros = append(c.Micros, t.UnixMicro())
			return
		}
	}
	c.null()
}
