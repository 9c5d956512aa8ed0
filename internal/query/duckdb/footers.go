package duckdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/parquet-go/parquet-go"

	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/query"
)

// input is what a query reads: events, and the bytes of the columns that it uses, as
// they are stored.
type input struct{ rows, bytes int64 }

// footers is what is known of files. A file is written once and never changed, so
// that it is looked at once.
type footers struct {
	mu    sync.Mutex
	known map[string][]group
}

// maxFooters bounds how many files are known. When there are more, all are forgotten.
const maxFooters = 10_000

// group is a row group of a file: what is read as a whole or not at all.
type group struct {
	rows int64
	// first and last bound the event times, in microseconds.
	first, last int64
	// bytes are those of each column, or field in a column that is a row: of what is
	// read by itself.
	bytes map[string]int64
}

// of are the bytes of a column, or of a field of one, with everything in it.
func (g *group) of(column string) (sum int64) {
	if n, ok := g.bytes[column]; ok {
		return n
	}
	for leaf, n := range g.bytes {
		if strings.HasPrefix(leaf, column+".") {
			sum += n
		}
	}
	return sum
}

// input is what a query reads of some columns of a store's files: the row groups that
// its bounds of time do not rule out, as DuckDB does.
func (f *footers) input(files []string, s query.Store, columns map[string]bool) (input, error) {
	var in input
	for _, path := range files {
		groups, err := f.groups(path)
		if err != nil {
			return in, err
		}
		for _, g := range groups {
			if !s.From.IsZero() && g.last < s.From.UnixMicro() || !s.To.IsZero() && g.first > s.To.UnixMicro() {
				continue
			}
			in.rows += g.rows
			for c := range columns {
				in.bytes += g.of(c)
			}
		}
	}
	return in, nil
}

func (f *footers) groups(path string) ([]group, error) {
	f.mu.Lock()
	groups, ok := f.known[path]
	f.mu.Unlock()
	if ok {
		return groups, nil
	}
	groups, err := readFooter(path)
	if err != nil {
		return nil, fmt.Errorf("read the footer of %s: %w", path, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil || len(f.known) >= maxFooters {
		f.known = make(map[string][]group)
	}
	f.known[path] = groups
	return groups, nil
}

// readFooter reads what a Parquet file says of its row groups.
func readFooter(path string) (groups []group, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	p, err := parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, err
	}
	for _, rg := range p.Metadata().RowGroups {
		g := group{rows: rg.NumRows, first: -1 << 63, last: 1<<63 - 1, bytes: make(map[string]int64)}
		for _, c := range rg.Columns {
			m := &c.MetaData
			name := m.PathInSchema[0]
			g.bytes[strings.Join(m.PathInSchema, ".")] += m.TotalCompressedSize
			if lo, hi := m.Statistics.MinValue, m.Statistics.MaxValue; name == schema.EventTime && len(lo) == 8 && len(hi) == 8 {
				g.first, g.last = int64(binary.LittleEndian.Uint64(lo)), int64(binary.LittleEndian.Uint64(hi))
			}
		}
		groups = append(groups, g)
	}
	return groups, nil
}
