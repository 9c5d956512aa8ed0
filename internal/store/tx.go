package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// txKey finds the transaction of one database in a context. The database is
// part of the key, so a transaction never leaks into another file.
type txKey struct{ db *DB }

// Tx runs fn in a transaction. The transaction travels in the context that fn
// gets: collection methods called with that context, or one derived from it,
// join it and see its uncommitted writes. When Tx returns nil, everything is
// durable; when fn returns an error or panics, nothing happened. A failed
// commit is [ErrUncertain].
//
// A Tx inside a Tx joins the outer one, which alone commits.
//
// Inside fn, use only the context that fn got and only the goroutine that fn
// runs in. A write with another context would wait for the one writing
// connection, which this transaction holds: until its context ends, forever.
// For the same reason fn should not wait for the network.
func (db *DB) Tx(ctx context.Context, fn func(ctx context.Context) error) error {
	if db.InTx(ctx) {
		return fn(ctx)
	}
	tx, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return db.explain("begin", err)
	}
	done := false
	defer func() {
		if !done { // fn panicked
			_ = tx.Rollback()
		}
	}()
	if err := fn(context.WithValue(ctx, txKey{db}, tx)); err != nil {
		done = true
		// The rollback's own error says nothing more: a connection that can
		// not roll back is closed by the driver, and SQLite then forgets.
		_ = tx.Rollback()
		return err
	}
	done = true
	if err := tx.Commit(); err != nil {
		// database/sql rolled back when the context ended, before the commit.
		if errors.Is(err, sql.ErrTxDone) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return db.explain("commit", err)
		}
		return fmt.Errorf("%w: %w", ErrUncertain, db.explain("commit", err))
	}
	return nil
}

// InTx tells whether ctx carries a transaction of this database. A component
// that keeps a copy of the state in memory uses it to refuse a caller's
// transaction, whose outcome it would not learn.
func (db *DB) InTx(ctx context.Context) bool {
	_, ok := ctx.Value(txKey{db}).(bun.Tx)
	return ok
}

// reader is where a read goes: the transaction of ctx, or any connection.
func (db *DB) reader(ctx context.Context) bun.IDB {
	if tx, ok := ctx.Value(txKey{db}).(bun.Tx); ok {
		return tx
	}
	return db.r
}

// writer is where a write goes: the transaction of ctx, or the one connection
// that writes, where each statement is a transaction of its own.
func (db *DB) writer(ctx context.Context) bun.IDB {
	if tx, ok := ctx.Value(txKey{db}).(bun.Tx); ok {
		return tx
	}
	return db.w
}
