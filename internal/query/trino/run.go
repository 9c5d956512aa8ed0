package trino

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// Table is an event data store's table as the server knows it.
type Table struct {
	// Catalog, Schema and Name are where it is.
	Catalog, Schema, Name string
	// Columns are what statements see of it.
	Columns []trinosql.Column
	// Oldest is the event time before which events are past the store's retention; the
	// zero Time is none.
	Oldest time.Time
}

// Tables finds the table of an event data store.
type Tables func(ctx context.Context, store query.Store) (Table, error)

// Runner is a [query.Engine] over the tables that the server reads.
type Runner struct {
	engine *Engine
	tables Tables
}

var _ query.Engine = (*Runner)(nil)

// NewRunner makes an engine for queries. The caller closes e afterwards.
func NewRunner(e *Engine, tables Tables) *Runner {
	return &Runner{engine: e, tables: tables}
}

// Name implements [query.Engine].
func (r *Runner) Name() string { return "trino" }

// Run implements [query.Engine].
func (r *Runner) Run(ctx context.Context, job query.Job) (query.Rows, error) {
	from := make(map[string]string, len(job.Stores))
	for _, s := range job.Stores {
		t, err := r.tables(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("the table of event data store %s: %w", s.ID, err)
		}
		from[s.ID] = t.from(s, job.Statement.Statement().Text)
	}
	text := job.Statement.Trino(func(store string) string { return from[store] })
	return &running{
		rows:    &Rows{engine: r.engine, ctx: ctx, watch: &watch{}, statement: text},
		columns: job.Statement.Columns(),
	}, nil
}

// from is what a statement reads instead of the store's id: the table with the columns'
// types as CloudTrail Lake has them, because Iceberg has moments by the microsecond
// only, and with the bounds on event time, which the server would not see through the
// conversion.
func (t Table) from(s query.Store, statement string) string {
	statement = strings.ToLower(statement)
	var b strings.Builder
	b.WriteString("(SELECT ")
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		if name := quoteName(c.Name); shows(statement, c.Type, "") {
			fmt.Fprintf(&b, "CAST(%s AS %s) AS %s", name, c.Type, name)
		} else {
			b.WriteString(name)
		}
	}
	fmt.Fprintf(&b, " FROM %s.%s.%s", quoteName(t.Catalog), quoteName(t.Schema), quoteName(t.Name))
	if bounds := t.bounds(s); bounds != nil {
		b.WriteString(" WHERE " + strings.Join(bounds, " AND "))
	}
	b.WriteString(")")
	return b.String()
}

// bounds are the conditions on event time.
func (t Table) bounds(s query.Store) []string {
	oldest := s.From
	if t.Oldest.After(oldest) {
		oldest = t.Oldest
	}
	var out []string
	if !oldest.IsZero() {
		out = append(out, "eventtime >= "+moment(oldest))
	}
	if !s.To.IsZero() {
		out = append(out, "eventtime <= "+moment(s.To))
	}
	return out
}

// telling are uses of a whole row that show the types inside.
var telling = regexp.MustCompile(`(?i)json|typeof|\brow\s*\(`)

// shows says whether a statement could tell that a table has a type's moments in more
// detail. A row that is converted is read as a whole, so it stays as it is where nobody
// can tell: the statement does not have the name of a moment's field, and does nothing
// with whole rows. A false yes costs time only.
func shows(statement string, t trinosql.Type, field string) bool {
	if t.Kind == trinosql.TimestampKind && t.Length < icebergDigits {
		return field == "" || strings.Contains(statement, strings.ToLower(field)) || telling.MatchString(statement)
	}
	for i, e := range t.Elems {
		inner := field
		if t.Kind == trinosql.RowKind {
			inner = t.Names[i]
		}
		if shows(statement, e, inner) {
			return true
		}
	}
	return false
}

// icebergDigits are the digits of a second's fraction in Iceberg.
const icebergDigits = 6

func moment(t time.Time) string {
	return "TIMESTAMP '" + t.UTC().Format("2006-01-02 15:04:05.000000") + "'"
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// running are the rows of a query.
type running struct {
	rows    *Rows
	columns []trinosql.Column
	started bool
}

// Next implements [query.Rows]. The first one asks the server.
func (r *running) Next() ([]any, error) {
	if !r.started {
		r.started = true
		if err := r.rows.start(); err != nil {
			return nil, err
		}
		if err := r.compareColumns(); err != nil {
			return nil, err
		}
	}
	if r.rows.rows == nil {
		return nil, errors.New("BUG: a query that has failed has a next row")
	}
	return r.rows.Next()
}

// compareColumns makes sure that values are printed as what they are.
func (r *running) compareColumns() error {
	got := r.rows.columns
	if len(got) != len(r.columns) {
		return fmt.Errorf("the Trino server gives %d columns, and the statement has %d", len(got), len(r.columns))
	}
	for i, c := range r.columns {
		if !alike(c.Type, got[i].Type) {
			return fmt.Errorf("the Trino server's column %s is of type %s, and the statement's is %s", c.Name, got[i].Type, c.Type)
		}
	}
	return nil
}

// alike says whether values of both types look the same.
func alike(a, b trinosql.Type) bool {
	if a.Kind != b.Kind || len(a.Elems) != len(b.Elems) {
		return false
	}
	for i := range a.Elems {
		if !alike(a.Elems[i], b.Elems[i]) {
			return false
		}
	}
	return true
}

// Statistics implements [query.Rows].
func (r *running) Statistics() query.Statistics {
	s := r.rows.Stats()
	return query.Statistics{EventsScanned: s.Read, EventsMatched: s.Matched, BytesScanned: s.Bytes, Progress: s.Progress}
}

// Close implements [query.Rows].
func (r *running) Close() error { return r.rows.Close() }
