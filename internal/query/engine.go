package query

import (
	"context"
	"time"

	"github.com/cairntrail/cairn/internal/trinosql"
)

// Engine runs checked statements. It is for many goroutines: each query has its
// own Run.
type Engine interface {
	// Name is the engine's, for logs and metrics: one lower-case word.
	Name() string
	// Run begins a statement and returns its rows. It returns soon: what takes long
	// happens in [Rows.Next], so that statistics can be asked for meanwhile. ctx is
	// the whole query's: when it ends, the engine stops computing, wherever it is,
	// and Next returns an error that wraps context.Cause(ctx).
	//
	// What is wrong with the statement or its data, or with the resources that it
	// needs, is a [*trinosql.Error], whose code is Trino's name and whose text is for
	// whoever asked. Any other error is the engine's own and for the log.
	Run(ctx context.Context, job Job) (Rows, error)
}

// Job is a query for an engine.
type Job struct {
	// ID is the query's: a UUID.
	ID string
	// Statement is what to run, with the types of its result.
	Statement *trinosql.Checked
	// Stores are the event data stores that the statement reads, once each.
	Stores []Store
	// Scratch is the name of a folder that does not exist, for what the engine wants to
	// spill. The engine makes it if it needs it, and removes it; after a crash the
	// next start does.
	Scratch string
}

// Store is an event data store of a [Job].
type Store struct {
	// ID is the event data store's id, by which its table is found.
	ID string
	// Category is the event category that says which schema its table has.
	Category string
	// From and To bound the event times that the statement can find, as its WHERE
	// clauses say, both included. Zero is no bound. They are for leaving out
	// files; the statement still says what it wants.
	From, To time.Time
}

// Rows are the rows of a running statement. Next and Close are for one goroutine.
type Rows interface {
	// Next returns the next row, or io.EOF behind the last. The slice may be used
	// again by the next call; the values are not. They are those of package value,
	// one for each of the statement's columns.
	Next() ([]any, error)
	// Statistics are the figures so far, and final ones behind io.EOF. It may be
	// called at any time, also while Next runs in another goroutine.
	Statistics() Statistics
	// Close ends the statement, finished or not, and gives back what it holds. It may
	// be called again.
	Close() error
}

// Statistics are figures of a query. All of them are measured.
type Statistics struct {
	// EventsScanned counts the events that were read from the stores' tables, and
	// EventsMatched those of them that passed the conditions on their table.
	EventsScanned int64 `json:"eventsScanned"`
	EventsMatched int64 `json:"eventsMatched"`
	// BytesScanned is what was read of the tables' files, as it is stored.
	BytesScanned int64 `json:"bytesScanned"`
	// Progress is the share of the input that has been read, from 0 to 1; below 0
	// where nobody can tell.
	Progress float64 `json:"-"`
}
