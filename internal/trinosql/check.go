package trinosql

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Options are what a statement means beside its text.
type Options struct {
	// Now is the current time of the statement; the zero Time is the time of the check.
	Now time.Time
	// EventDataStore is what $EDS_ID stands for; empty, it is refused.
	EventDataStore string
	// User is what CURRENT_USER is.
	User string
	// MaxRecursion is how often a recursive query may refer to itself; 0 is Trino's 10.
	MaxRecursion int
	// Strict leaves out what CloudTrail Lake takes and Trino does not: comparing a
	// timestamp or a date with a string.
	Strict bool
}

// Checked is a statement that may run: what it reads and returns, and its text for either
// engine.
type Checked struct {
	stmt    *Statement
	query   *queryIR
	tables  []*TableUse
	columns []Column
	duck    string
	options Options
	// asTime are strings that were compared with timestamps, and what they became.
	asTime map[node]Type
	// refs are the tables that were named.
	refs map[*tableRel]*Table
}

// A TableUse is a table that a statement reads.
type TableUse struct {
	Table *Table
	// From and To bound the column eventtime of the rows that can matter, both
	// included; a zero Time is no bound. They cover all places where the table is read.
	From, To time.Time
	// Columns are the columns of the table that the statement names anywhere, in the
	// order of the table.
	Columns []string
}

// Check finds out what a statement means: which tables and columns it names, the type of
// every expression, and whether everything fits. Its errors are of the type [*Error].
func Check(ctx context.Context, stmt *Statement, catalog Catalog, options Options) (*Checked, error) {
	if options.Now.IsZero() {
		options.Now = time.Now()
	}
	options.Now = options.Now.UTC().Truncate(time.Millisecond)
	if options.MaxRecursion == 0 {
		options.MaxRecursion = 10
	}
	done := &Checked{stmt: stmt, options: options, asTime: make(map[node]Type), refs: make(map[*tableRel]*Table)}
	c := &checker{ctx: ctx, catalog: catalog, options: options, out: done, lex: lexer{text: stmt.Text}}
	err := catch(func() {
		done.query = c.query(stmt.query, nil, nil)
		done.columns = done.query.columns
		for i, col := range done.columns {
			if col.Name == "" {
				done.columns[i].Name = "_col" + strconv.Itoa(i)
			}
		}
		done.bounds()
		done.usedColumns()
		var p duckPrinter
		p.query(done.query)
		done.duck = p.b.String()
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// Columns are the names and types of the result. Names may repeat.
func (c *Checked) Columns() []Column { return c.columns }

// Tables are the tables that the statement reads, in the order of their first mention.
func (c *Checked) Tables() []*TableUse { return c.tables }

// DuckDB is the statement as DuckDB understands it. A table is its [Table.Name] in
// double quotes; columns are c1, c2, ...
func (c *Checked) DuckDB() string { return c.duck }

// DuckDBFrom is [Checked.DuckDB] with what stands in FROM for a table, by its
// [Table.Name], as from gives it: a function of DuckDB's, or a query in parentheses.
func (c *Checked) DuckDBFrom(from func(table string) string) string {
	p := duckPrinter{table: from}
	p.query(c.query)
	return p.b.String()
}

// Statement is the statement that was checked.
func (c *Checked) Statement() *Statement { return c.stmt }

// A checker finds out what a statement means. It panics with an *Error.
type checker struct {
	ctx     context.Context
	catalog Catalog
	options Options
	out     *Checked
	lex     lexer
	rels    int
	withs   int
	depth   int
}

func (c *checker) fail(at int, code Code, format string, args ...any) {
	panic(&Error{Pos: c.lex.pos(at), Code: code, Message: printable(fmt.Sprintf(format, args...))})
}

// printable is a message without zero bytes, which literals may have.
func printable(s string) string { return strings.ReplaceAll(s, "\x00", `\0`) }

// newRel is the name of a new relation.
func (c *checker) newRel() string {
	c.rels++
	return "r" + strconv.Itoa(c.rels)
}

// A field is a column that can be named.
type field struct {
	rel  string // the alias of its relation, or ""
	name string // "" if it has none
	x    *expr
	// merged fields came out of USING and have no relation's name before them.
	merged bool
}

// A scope is what names mean at a place.
type scope struct {
	parent *scope
	fields []field
	// outputs are a select's items, which ORDER BY finds before the columns.
	outputs []field
	ctes    map[string]*cte
	// lambda says that the fields are the parameters of a lambda, which is no query of
	// its own.
	lambda bool
	// windows are the named windows, and place what is read now, for messages.
	windows map[string]*windowNode
	// noAgg says why aggregates and windows are refused here; empty, they are not.
	noAgg string
	inAgg bool
	inWin bool
}

// A cte is a query of WITH.
type cte struct {
	name    string // w#1
	columns []Column
	// recursive is set while the step of a recursive query is read.
	recursive *withIR
	used      int
}

// findCTE is the query of WITH with that name.
func (s *scope) findCTE(name string) *cte {
	for ; s != nil; s = s.parent {
		if w, ok := s.ctes[strings.ToLower(name)]; ok {
			return w
		}
	}
	return nil
}

// table finds a table in the catalog.
func (c *checker) table(t *tableRel) *Table {
	if got, ok := c.out.refs[t]; ok {
		return got
	}
	name := t.name
	if name == edsPlaceholder {
		if name = c.options.EventDataStore; name == "" {
			c.fail(t.at(), CodeTableNotFound, "$EDS_ID stands for the id of an event data store: put one in its place")
		}
	}
	if strings.HasPrefix(name, "arn:") {
		if i := strings.LastIndex(name, ":eventdatastore/"); i >= 0 {
			name = name[i+len(":eventdatastore/"):]
		}
	}
	if c.catalog == nil {
		c.fail(t.at(), CodeTableNotFound, "event data store %s does not exist", name)
	}
	table, err := c.catalog.Table(c.ctx, name)
	if err != nil || table == nil {
		e := &Error{Pos: c.lex.pos(t.at()), Code: CodeTableNotFound, Message: "event data store " + name + " does not exist", Cause: err}
		if err != nil && !errors.Is(err, ErrNoTable) {
			e.Message = err.Error()
		}
		panic(e)
	}
	c.out.refs[t] = table
	return table
}

// ErrNoTable is what a [Catalog] returns for a table that is not there; any other error
// of a catalog is the message of [Check]'s.
var ErrNoTable = errors.New("no such event data store")
