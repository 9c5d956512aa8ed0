// Package duckdb runs queries in DuckDB, in this process, over the files of event
// data stores' tables.
//
// It guarantees that a query sees the events of its stores as one commit of their
// tables had them, whatever is written and merged meanwhile, and nothing but them:
// its engine is made for it alone and may open the files of its plan and no others.
// What it reads, it reads no longer than it runs.
//
// Memory and threads of a query are bounded by [Config]; what does not fit is spilled
// to the query's scratch folder, which is gone when the query is.
//
// Goroutines: none of its own. Locks: one guards a query's figures, the other what is
// known of files.
package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// Tables plan what a query reads; they are a [table.Warehouse].
type Tables interface {
	Plan(ctx context.Context, id string, from, to time.Time) (*table.Plan, error)
}

// Config bounds what one query may use. Zero values are those of package duck.
type Config struct {
	// Memory bounds the memory that DuckDB manages, in bytes, and Threads is how many
	// threads compute.
	Memory  int64
	Threads int
	// Spill says how many bytes a query that begins now may put on disk. Nil leaves it
	// to DuckDB.
	Spill func() int64
}

// minSpill is the least that a query is given to spill, so that one that needs more
// says that it exhausted its resources.
const minSpill = 1 << 20

// Engine runs queries in DuckDB.
type Engine struct {
	tables  Tables
	cfg     Config
	footers footers
}

var _ query.Engine = (*Engine)(nil)

// New makes an engine over tables.
func New(tables Tables, cfg Config) *Engine { return &Engine{tables: tables, cfg: cfg} }

// Name implements query.Engine.
func (e *Engine) Name() string { return "duckdb" }

// Run implements query.Engine.
func (e *Engine) Run(ctx context.Context, job query.Job) (query.Rows, error) {
	r := &rows{ctx: ctx, sql: job.Statement.DuckDB()}
	if err := e.open(ctx, job, r); err != nil {
		return nil, errors.Join(stopped(ctx, err), r.Close())
	}
	return r, nil
}

// open plans what the job reads and makes an engine that may read it.
func (e *Engine) open(ctx context.Context, job query.Job, r *rows) error {
	cfg := duck.Config{Spill: job.Scratch, MemoryLimit: e.cfg.Memory, Threads: e.cfg.Threads}
	// Those that the statement does not need would cost a tenth of a second.
	cfg.Macros, cfg.Functions = job.Statement.Needs()
	if e.cfg.Spill != nil {
		cfg.SpillLimit = max(e.cfg.Spill(), minSpill)
	}
	plans := make(map[string]*table.Plan)
	for _, s := range job.Stores {
		p, err := e.plan(ctx, s)
		if err != nil {
			return fmt.Errorf("plan the event data store %s: %w", s.ID, err)
		}
		if len(p.Files) > 0 {
			r.plans = append(r.plans, p)
		}
		plans[s.ID] = p
		cfg.Files = append(cfg.Files, p.Files...)
	}
	var err error
	if r.input, err = e.measure(job, plans, r.sql); err != nil {
		return err
	}
	r.sql = job.Statement.DuckDBFrom(func(id string) string { return plans[id].From() })
	r.engine, err = duck.Open(ctx, cfg)
	return err
}

// measure is what a statement reads, at all places where it reads a store.
func (e *Engine) measure(job query.Job, plans map[string]*table.Plan, sql string) (sum input, err error) {
	stores, known := make(map[string]query.Store), make(map[string]bool)
	for _, s := range job.Stores {
		stores[s.ID], known[s.ID] = s, true
	}
	for _, r := range relations(sql, known) {
		p := plans[r.store]
		if !p.Oldest.IsZero() { // the view compares it
			r.columns[schema.EventTime] = true
		}
		in, err := e.footers.input(p.Files, stores[r.store], r.columns)
		if err != nil {
			return sum, err
		}
		sum.rows, sum.bytes = sum.rows+in.rows, sum.bytes+in.bytes
	}
	return sum, nil
}

// plan plans the files of a store. One that has no table yet has no events.
func (e *Engine) plan(ctx context.Context, s query.Store) (*table.Plan, error) {
	to := s.To
	if !to.IsZero() {
		// A plan goes up to a time, and the bound of a statement is included. Event
		// times are whole milliseconds.
		to = to.Add(time.Millisecond)
	}
	p, err := e.tables.Plan(ctx, s.ID, s.From, to)
	if !errors.Is(err, table.ErrNoTable) {
		return p, err
	}
	columns, err := schema.Columns(s.Category)
	if err != nil {
		return nil, err
	}
	return &table.Plan{Columns: columns}, nil
}

// stopped makes an error that came because the query was told to stop say so.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("the query was stopped: %w", context.Cause(ctx))
}

// rows are the rows of a query.
type rows struct {
	ctx    context.Context //nolint:containedctx // a result lives as long as the call that asked for it
	sql    string
	input  input
	plans  []*table.Plan
	engine *duck.Engine
	result *duck.Rows

	mu struct {
		sync.Mutex
		closed bool
		done   bool
		match  int64
		// share is how much of the input had been read when the engine was closed.
		share float64
	}
}

// Next implements query.Rows. The first call starts the statement.
func (r *rows) Next() ([]any, error) {
	row, err := r.next()
	switch {
	case err == nil:
		return row, nil
	case err == io.EOF:
		r.mu.Lock()
		defer r.mu.Unlock()
		r.mu.done, r.mu.match = true, r.result.Matched()
		return nil, io.EOF
	case r.ctx.Err() != nil:
		return nil, stopped(r.ctx, err)
	}
	if _, ok := errors.AsType[*duck.Error](err); ok {
		return nil, trinosql.EngineError(err)
	}
	return nil, err
}

func (r *rows) next() (_ []any, err error) {
	if r.result == nil {
		if r.result, err = r.engine.Query(r.ctx, r.sql); err != nil {
			return nil, err
		}
	}
	return r.result.Next()
}

// Statistics implements query.Rows. While the statement runs, they are the input's
// share that has been read; how many events match is known at the end.
func (r *rows) Statistics() query.Statistics {
	r.mu.Lock()
	defer r.mu.Unlock()
	share := r.shareLocked()
	return query.Statistics{
		EventsScanned: int64(share * float64(r.input.rows)), BytesScanned: int64(share * float64(r.input.bytes)),
		EventsMatched: r.mu.match, Progress: share,
	}
}

func (r *rows) shareLocked() float64 {
	switch {
	case r.mu.done:
		return 1
	case r.mu.closed, r.engine == nil:
		return r.mu.share
	}
	return max(r.engine.Progress(), 0)
}

// Close implements query.Rows.
func (r *rows) Close() (err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.closed {
		return nil
	}
	r.mu.share, r.mu.closed = r.shareLocked(), true
	if r.result != nil {
		err = r.result.Close()
	}
	if r.engine != nil {
		err = errors.Join(err, r.engine.Close())
	}
	for _, p := range r.plans {
		p.Release()
	}
	return err
}
