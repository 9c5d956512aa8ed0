package duck

/*
// DuckDB's C interface has this function; the Go bindings leave it out.
extern int duckdb_pending_prepared_streaming(void *prepared, void **pending);
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/duckdb/duckdb-go/mapping"
)

// Error is what DuckDB says of a statement.
type Error struct {
	// Kind is DuckDB's name for the kind of error, such as "Conversion"; empty where it
	// does not tell.
	Kind    string
	Message string
}

func (e *Error) Error() string { return e.Message }

// ErrNotSelect is returned for a statement that is no SELECT.
var ErrNotSelect = errors.New("only one SELECT can be run")

// Column is a column of a result: its name, and its type as DuckDB writes it.
type Column struct {
	Name string
	Type string
}

// Rows are the rows of a result. They are for one goroutine.
type Rows struct {
	engine  *Engine
	ctx     context.Context //nolint:containedctx // a result lives as long as the call that asked for it
	stop    func()
	stmt    mapping.PreparedStatement
	result  mapping.Result
	columns []Column
	readers []reader
	chunk   mapping.DataChunk
	size, i int
	row     []any
	matched int64
	closed  bool
}

// Query runs one SELECT. The rows have to be closed before the next statement. When
// ctx ends, the engine stops, and Query or Next returns its error.
func (e *Engine) Query(ctx context.Context, sql string) (*Rows, error) {
	stmt, err := e.prepare(ctx, sql)
	if err != nil {
		return nil, err
	}
	if mapping.PreparedStatementType(stmt) != mapping.StatementTypeSelect {
		mapping.DestroyPrepare(&stmt)
		return nil, ErrNotSelect
	}
	r := &Rows{engine: e, ctx: ctx, stmt: stmt}
	if err := r.start(true); err != nil {
		return nil, err
	}
	n := int(mapping.ColumnCount(&r.result))
	for i := range n {
		t := mapping.ColumnLogicalType(&r.result, mapping.IdxT(i))
		r.columns = append(r.columns, Column{Name: mapping.ColumnName(&r.result, mapping.IdxT(i)), Type: typeName(t)})
		rd, err := newReader(t)
		mapping.DestroyLogicalType(&t)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("column %d: %w", i+1, err), r.Close())
		}
		r.readers = append(r.readers, rd)
	}
	r.row = make([]any, n)
	return r, nil
}

// prepare prepares exactly one statement.
func (e *Engine) prepare(ctx context.Context, sql string) (mapping.PreparedStatement, error) {
	var stmt mapping.PreparedStatement
	if e.closed {
		return stmt, errors.New("BUG: the query engine is closed")
	}
	if err := ctx.Err(); err != nil {
		return stmt, err
	}
	if mapping.Prepare(e.conn, sql, &stmt) == mapping.StateError {
		err := &Error{Message: mapping.PrepareError(stmt)}
		mapping.DestroyPrepare(&stmt)
		if err.Message == "" {
			err.Message = "DuckDB does not take the statement"
		}
		return stmt, err
	}
	return stmt, nil
}

// start begins a prepared statement. A streaming one computes as its rows are read.
// After an error the statement is gone.
func (r *Rows) start(streaming bool) error {
	var pending mapping.PendingResult
	state := mapping.StateSuccess
	if streaming {
		state = mapping.State(C.duckdb_pending_prepared_streaming(r.stmt.Ptr, &pending.Ptr))
	} else {
		state = mapping.PendingPrepared(r.stmt, &pending)
	}
	defer mapping.DestroyPending(&pending)
	if state == mapping.StateError {
		err := &Error{Message: mapping.PendingError(pending)}
		mapping.DestroyPrepare(&r.stmt)
		return err
	}
	// Not earlier: what begins a statement forgets an interruption.
	r.stop = interruptWith(r.ctx, r.engine.conn)
	if mapping.ExecutePending(pending, &r.result) == mapping.StateError {
		err := r.failure()
		r.stop()
		mapping.DestroyResult(&r.result)
		mapping.DestroyPrepare(&r.stmt)
		return err
	}
	return nil
}

// interruptWith interrupts the connection when ctx ends. After the returned function
// has returned, it does so no more.
func interruptWith(ctx context.Context, conn mapping.Connection) func() {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		mapping.Interrupt(conn)
		close(done)
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}

// failure is the error of the result; nil if it has none.
func (r *Rows) failure() error {
	message := mapping.ResultError(&r.result)
	if message == "" {
		return nil
	}
	if err := r.ctx.Err(); err != nil {
		return fmt.Errorf("the query was stopped: %w", err)
	}
	return &Error{Kind: errorKinds[mapping.ResultErrorType(&r.result)], Message: message}
}

// errorKinds name the kinds of errors that a statement can have on its way.
var errorKinds = map[mapping.ErrorType]string{
	mapping.ErrorTypeOutOfRange: "Out of Range", mapping.ErrorTypeConversion: "Conversion", mapping.ErrorTypeDivideByZero: "Divide by Zero",
	mapping.ErrorTypeInvalidInput: "Invalid Input", mapping.ErrorTypeOutOfMemory: "Out of Memory", mapping.ErrorTypeInterrupt: "Interrupt",
	mapping.ErrorTypeErrorIO: "IO", mapping.ErrorTypePermission: "Permission", mapping.ErrorTypeInternal: "Internal",
	mapping.ErrorTypeFatal: "Fatal", mapping.ErrorTypeBinder: "Binder", mapping.ErrorTypeCatalog: "Catalog",
	mapping.ErrorTypeDecimal: "Decimal", mapping.ErrorTypeMismatchType: "Mismatch Type", mapping.ErrorTypeExecutor: "Executor",
}

// Columns are the columns of the result.
func (r *Rows) Columns() []Column { return r.columns }

// Next returns the next row, or io.EOF after the last. The slice is reused by the
// next call; the values are not. What values there are is said in package value.
func (r *Rows) Next() ([]any, error) {
	if r.closed {
		return nil, errors.New("BUG: the rows are closed")
	}
	for r.i == r.size {
		if err := r.fetch(); err != nil {
			return nil, err
		}
	}
	for c := range r.readers {
		r.row[c] = r.readers[c].value(r.i)
	}
	r.i++
	return r.row, nil
}

// fetch gets the next piece of the result.
func (r *Rows) fetch() error {
	mapping.DestroyDataChunk(&r.chunk)
	if err := r.ctx.Err(); err != nil {
		return fmt.Errorf("the query was stopped: %w", err)
	}
	r.chunk = mapping.FetchChunk(r.result)
	if r.chunk.Ptr == nil {
		r.i, r.size = 0, 0
		if err := r.failure(); err != nil {
			return err
		}
		r.measure()
		return io.EOF
	}
	r.i, r.size = 0, int(mapping.DataChunkGetSize(r.chunk))
	for c := range r.readers {
		r.readers[c].load(mapping.DataChunkGetVector(r.chunk, mapping.IdxT(c)), r.size)
	}
	return nil
}

// Progress is how much of the input has been read, from 0 to 1; below 0 where DuckDB
// cannot tell. It may be called from another goroutine while Query or Next run.
func (e *Engine) Progress() float64 {
	p := mapping.QueryProgress(e.conn)
	percentage, _, _ := mapping.QueryProgressTypeMembers(&p)
	if percentage < 0 {
		return -1
	}
	return percentage / 100
}

// Close ends the statement, finished or not.
func (r *Rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	r.stop()
	mapping.DestroyDataChunk(&r.chunk)
	mapping.DestroyResult(&r.result)
	mapping.DestroyPrepare(&r.stmt)
	return nil
}

// exec runs a statement and drops its result.
func (e *Engine) exec(ctx context.Context, sql string) error {
	stmt, err := e.prepare(ctx, sql)
	if err != nil {
		return err
	}
	r := &Rows{engine: e, ctx: ctx, stmt: stmt}
	if err := r.start(false); err != nil {
		return err
	}
	return r.Close()
}
