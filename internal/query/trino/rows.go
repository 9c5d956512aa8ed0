package trino

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/trinosql"
)

// Rows are the rows of a result, which the server computes while they are read. They
// are for one goroutine.
type Rows struct {
	engine *Engine
	ctx    context.Context //nolint:containedctx // a result lives as long as the call that asked for it
	watch  *watch
	// statement is what is run.
	statement string
	rows      *sql.Rows
	columns   []trinosql.Column
	row       []any
	cells     []any
	closed    bool
}

// Query runs one statement. The rows have to be closed. When ctx ends, the server is
// told to stop, and Query or Next returns its error.
func (e *Engine) Query(ctx context.Context, statement string) (*Rows, error) {
	r := &Rows{engine: e, ctx: ctx, watch: &watch{}, statement: statement}
	if err := r.start(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// start asks the server, and waits until it knows the columns.
func (r *Rows) start() error {
	rows, err := r.engine.db.QueryContext(context.WithValue(r.ctx, watchKey{}, r.watch), r.statement)
	if err != nil {
		return r.failure(err)
	}
	r.rows = rows
	return r.describe()
}

// describe finds out the columns.
func (r *Rows) describe() error {
	types, err := r.rows.ColumnTypes()
	if err != nil {
		return r.failure(err)
	}
	r.row, r.cells = make([]any, len(types)), make([]any, len(types))
	for i, t := range types {
		parsed, err := trinosql.ParseType(typeText(t))
		if err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
		r.columns = append(r.columns, trinosql.Column{Name: t.Name(), Type: parsed})
		r.cells[i] = &r.row[i]
	}
	return nil
}

// typeText is a type as Trino writes it: the driver has the parameters of simple ones
// apart.
func typeText(t *sql.ColumnType) string {
	name := strings.ToLower(t.DatabaseTypeName())
	switch name {
	case "varchar", "char":
		if n, ok := t.Length(); ok && n < trinosql.Unbounded {
			return fmt.Sprintf("%s(%d)", name, n)
		}
	case "decimal":
		if p, s, ok := t.DecimalSize(); ok {
			return fmt.Sprintf("decimal(%d,%d)", p, s)
		}
	case "time", "timestamp", "time with time zone", "timestamp with time zone":
		if p, _, ok := t.DecimalSize(); ok {
			first, rest, _ := strings.Cut(name, " ")
			return strings.TrimSpace(fmt.Sprintf("%s(%d) %s", first, p, rest))
		}
	}
	return name
}

// Columns are the columns of the result.
func (r *Rows) Columns() []trinosql.Column { return r.columns }

// Next returns the next row, or io.EOF after the last. The slice is reused by the
// next call; the values are not. What values there are is said in package value.
func (r *Rows) Next() ([]any, error) {
	if r.closed {
		return nil, errors.New("BUG: the rows are closed")
	}
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return nil, r.failure(err)
		}
		if err := r.ctx.Err(); err != nil {
			return nil, r.failure(err)
		}
		return nil, r.end()
	}
	if err := r.rows.Scan(r.cells...); err != nil {
		return nil, r.failure(err)
	}
	for i, c := range r.columns {
		v, err := convert(c.Type, r.row[i])
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		r.row[i] = v
	}
	return r.row, nil
}

// end gets the final figures, and is io.EOF. A result without figures is no result:
// they are part of what was asked for.
func (r *Rows) end() error {
	r.watch.mu.Lock()
	id := r.watch.id
	r.watch.mu.Unlock()
	f, err := r.engine.figures(r.ctx, id)
	if err != nil {
		return r.failure(err)
	}
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	r.watch.stats.Read, r.watch.stats.Matched = f.Stats.Read, f.matched()
	return io.EOF
}

// Stats are the coordinator's latest figures. It may be called from another goroutine
// while Next runs, and after Close.
func (r *Rows) Stats() Stats {
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	return r.watch.stats
}

// patience is how long the server gets to answer that it has ended a statement.
const patience = 10 * time.Second

// Close ends the statement, finished or not. It does not return the statement's own
// error, only that of ending it.
func (r *Rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	if r.rows != nil {
		// It tries to cancel, and reports the statement's error, which is known.
		_ = r.rows.Close()
	}
	id := r.watch.unfinished()
	if id == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), patience)
	defer cancel()
	if err := r.engine.cancel(ctx, id); err != nil {
		return fmt.Errorf("ending statement %s on the Trino server: %w", id, err)
	}
	return nil
}
