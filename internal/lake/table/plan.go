package table

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apache/iceberg-go"

	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// Plan is what a question has to read of a table: files that stay until it is
// released.
type Plan struct {
	// Files are the files, by absolute path, ordered by time.
	Files []string
	// Rows and Bytes are what is in them.
	Rows, Bytes int64
	// Columns are the columns of the table.
	Columns []trinosql.Column
	// Oldest is the time before which events have expired; zero for never.
	Oldest time.Time

	table *Table
	// expired says that some of the files have events that have expired.
	expired bool
	planned []*file
	fields  *iceberg.Schema
	release sync.Once
}

// Plan plans a question about the events of a store from one time on, up to but not
// including another; zero is no bound. The caller releases it.
func (w *Warehouse) Plan(ctx context.Context, id string, from, to time.Time) (*Plan, error) {
	t, err := w.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	return t.Plan(from, to)
}

// Plan is [Warehouse.Plan] of one table.
func (t *Table) Plan(from, to time.Time) (*Plan, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mu.bad != nil {
		return nil, fmt.Errorf("event data store %s: the state of its table is not known: %w", t.id, t.mu.bad)
	}
	p := &Plan{table: t, Columns: slices.Clone(t.mu.columns), Oldest: t.oldestLocked()}
	if from.Before(p.Oldest) {
		from = p.Oldest
	}
	var files []*file
	for _, f := range t.mu.files {
		if (from.IsZero() || f.last >= from.UnixMicro()) && (to.IsZero() || f.first < to.UnixMicro()) {
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b *file) int {
		return cmp.Or(cmp.Compare(a.first, b.first), strings.Compare(a.path, b.path))
	})
	p.planned, p.fields = files, t.mu.table.Schema()
	for _, f := range files {
		p.Files = append(p.Files, f.path)
		p.expired = p.expired || !p.Oldest.IsZero() && f.first < p.Oldest.UnixMicro()
		p.Rows += f.rows
		p.Bytes += f.bytes
		t.mu.pins[f.path]++
	}
	return p, nil
}

// ColumnBytes is how many bytes the files have of these columns, compressed: what a
// question has to read that needs no others.
func (p *Plan) ColumnBytes(columns ...string) int64 {
	n, ids := int64(0), within(p.fields)
	for _, f := range p.planned {
		for _, c := range columns {
			for _, id := range ids[c] {
				n += f.sizes[id]
			}
		}
	}
	return n
}

// oldestLocked is the time before which events have expired; zero for never.
func (t *Table) oldestLocked() time.Time {
	if t.mu.retention == 0 {
		return time.Time{}
	}
	return t.w.cfg.Now().Add(-t.mu.retention).UTC().Truncate(time.Millisecond)
}

// Release lets go of the files. It can be called again.
func (p *Plan) Release() {
	p.release.Do(func() {
		t := p.table
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, f := range p.Files {
			if t.mu.pins[f]--; t.mu.pins[f] == 0 {
				delete(t.mu.pins, f)
			}
		}
	})
}

// From is what stands in FROM for the plan in DuckDB. Where nothing in the files has
// expired it is the function that reads them, and no query over it: DuckDB reads single
// fields of a column of rows, such as useridentity.arn, only there, which is several
// times as fast.
func (p *Plan) From() string {
	if len(p.Files) > 0 && !p.expired {
		return duck.ReadParquet(p.Files)
	}
	return "(" + p.query() + ")"
}

// View is the statement that makes a view of the plan in DuckDB: the table's columns,
// without expired events.
func (p *Plan) View(name string) string {
	return "CREATE VIEW " + duck.QuoteName(name) + " AS " + p.query()
}

func (p *Plan) query() string {
	columns := make([]string, len(p.Columns))
	for i, c := range p.Columns {
		columns[i] = duck.QuoteName(c.Name)
		if len(p.Files) == 0 {
			columns[i] = "NULL::" + schema.DuckDB(c.Type) + " AS " + columns[i]
		}
	}
	query := "SELECT " + strings.Join(columns, ", ")
	switch {
	case len(p.Files) == 0:
		query += " WHERE false"
	case p.Oldest.IsZero():
		query += " FROM " + duck.ReadParquet(p.Files)
	default:
		query += " FROM " + duck.ReadParquet(p.Files) + " WHERE " + schema.EventTime + " >= " + timestamp(p.Oldest)
	}
	return query
}

// timestamp is a time as a literal of DuckDB.
func timestamp(t time.Time) string {
	return "TIMESTAMP " + duck.Quote(t.UTC().Format("2006-01-02 15:04:05.000000"))
}
