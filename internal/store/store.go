// Package store keeps Cairn's control-plane state: typed collections of
// resources (trails, event data stores, accounts, queries, ...) with
// optimistic concurrency.
//
// It guarantees that a write that returned nil is on disk: SQLite runs with a
// write-ahead log and synchronous=FULL. A resource is one JSON document under
// (collection, id), with a version that every write raises; who updates says
// which version was read, and loses with [ErrConflict] if somebody was faster.
//
// On disk there is one SQLite file, plus its -wal and -shm neighbors while it
// is open, all readable by the owner only.
//
// Goroutines: the package starts none. Writes share one connection and so
// happen one after another; reads have connections of their own and see the
// last committed state without waiting for a writer.
//
// What it does not do: it knows no AWS shapes and no secondary indexes. A
// collection is expected to be small enough to be listed; events do not
// belong here.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The errors a caller decides on; they come wrapped, so use errors.Is.
var (
	// ErrExists: Create found a resource of that id.
	ErrExists = errors.New("resource already exists")
	// ErrNotFound: there is no resource of that id.
	ErrNotFound = errors.New("resource not found")
	// ErrConflict: the resource is not at the version that Update named.
	ErrConflict = errors.New("resource was changed by someone else")
	// ErrDamaged: the file is not a SQLite database or its pages are corrupt.
	ErrDamaged = errors.New("control-plane database is damaged")
	// ErrUncertain: a transaction's commit failed, and whether it is on disk
	// shows only after the database is opened again. Who acknowledges work
	// stops doing so.
	ErrUncertain = errors.New("commit failed and may or may not be durable")
	// ErrNewerSchema: a newer Cairn wrote the file.
	ErrNewerSchema = errors.New("control-plane database has a newer schema")
)

// readConns bounds the connections that only read. SQLite readers do not
// block one another, and the collections are small, so a few are enough.
const readConns = 4

// DB is one open control-plane database, safe for concurrent use.
type DB struct {
	path string
	now  func() time.Time
	// w has exactly one connection: SQLite has one writer at a time anyway,
	// and queueing in database/sql is fair where SQLITE_BUSY is not.
	w *bun.DB
	r *bun.DB
}

// Option changes how [Open] works.
type Option func(*DB)

// WithClock gives the clock that dates the resources; the default is time.Now.
func WithClock(now func() time.Time) Option { return func(db *DB) { db.now = now } }

// Open opens the SQLite file at path and creates it, with mode 0600, if there
// is none; its directory must exist. The pages are checked first.
//
// Errors: [ErrDamaged], [ErrNewerSchema], or what the file system said.
func Open(ctx context.Context, path string, opts ...Option) (*DB, error) {
	db := &DB{path: path, now: time.Now}
	for _, o := range opts {
		o(db)
	}
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("store: create %s: %w", path, err)
	}
	var err error
	if db.w, err = connect(path, 1, "synchronous(FULL)", "journal_mode(WAL)"); err != nil {
		return nil, db.explain("open", err)
	}
	// Bringing the schema up comes before the first read connection, so that
	// readers find a file that is in WAL mode already.
	if err := db.prepare(ctx); err != nil {
		return nil, errors.Join(err, db.w.Close())
	}
	if db.r, err = connect(path, readConns, "query_only(1)"); err != nil {
		return nil, errors.Join(db.explain("open", err), db.w.Close())
	}
	return db, nil
}

// Close waits for running statements and closes the file.
func (db *DB) Close() error {
	// The writer goes last: the last connection to close folds the
	// write-ahead log into the file, which a query_only one can not.
	if err := errors.Join(db.r.Close(), db.w.Close()); err != nil {
		return fmt.Errorf("store: close %s: %w", db.path, err)
	}
	return nil
}

// touch makes the file before SQLite does, which would make it readable for
// everyone; the -wal and -shm files inherit the mode.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	// A crash after this line must not lose the directory entry together
	// with everything that was acknowledged since.
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func connect(path string, conns int, pragmas ...string) (*bun.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	q := url.Values{
		"_pragma": append([]string{"busy_timeout(10000)", "foreign_keys(1)"}, pragmas...),
		// A transaction that will write takes the write lock at its start;
		// upgrading later could fail with SQLITE_BUSY at once.
		"_txlock": {"immediate"},
	}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: q.Encode()}
	sqldb, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	sqldb.SetMaxOpenConns(conns)
	sqldb.SetMaxIdleConns(conns)
	return bun.NewDB(sqldb, sqlitedialect.New()), nil
}

// explain wraps an error of the driver, and tells damage apart from the rest.
func (db *DB) explain(doing string, err error) error {
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() & 0xff { // the low byte is the primary result code
		case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
			return fmt.Errorf("store: %s %s: %w: %w; restore it from a backup, or move it away to start empty",
				doing, db.path, ErrDamaged, err)
		}
	}
	return fmt.Errorf("store: %s %s: %w", doing, db.path, err)
}
