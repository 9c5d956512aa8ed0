package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// schemaVersion is the layout that this code reads and writes. A change of
// the tables raises it and appends a step to migrations.
const schemaVersion = 1

// migrations[n] brings a database from version n to n+1. The statements stay
// within what SQLite and PostgreSQL share. (On PostgreSQL the id column needs
// COLLATE "C", because List compares ids bytewise.)
var migrations = [schemaVersion][]string{
	{
		`CREATE TABLE resources (
			collection TEXT NOT NULL,
			id         TEXT NOT NULL,
			version    BIGINT NOT NULL,
			body       TEXT NOT NULL,
			updated_at BIGINT NOT NULL,
			PRIMARY KEY (collection, id)
		)`,
	},
}

// prepare checks the pages and brings the schema up to date, in one
// transaction: a crash in between leaves the old version, complete.
func (db *DB) prepare(ctx context.Context) error {
	// quick_check reads every page but not every index entry: milliseconds
	// for a control plane, and damage is found at the start and not in the
	// middle of a request.
	var verdict string
	if err := db.w.NewRaw(`PRAGMA quick_check(1)`).Scan(ctx, &verdict); err != nil {
		return db.explain("check", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("store: check %s: %w: %s; restore it from a backup, or move it away to start empty",
			db.path, ErrDamaged, verdict)
	}
	err := db.w.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw(`CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)`).Exec(ctx); err != nil {
			return err
		}
		var have int64
		err := tx.NewRaw(`SELECT version FROM schema_version`).Scan(ctx, &have)
		fresh := errors.Is(err, sql.ErrNoRows)
		if err != nil && !fresh {
			return err
		}
		if have > schemaVersion {
			return fmt.Errorf("%w: it is version %d and this Cairn knows up to %d; run the Cairn release that wrote it, or a later one",
				ErrNewerSchema, have, schemaVersion)
		}
		if have < 0 {
			return fmt.Errorf("%w: impossible schema version %d", ErrDamaged, have)
		}
		for v := have; v < schemaVersion; v++ {
			for _, stmt := range migrations[v] {
				if _, err := tx.ExecContext(ctx, stmt); err != nil {
					return fmt.Errorf("bring the schema from version %d to %d: %w", v, v+1, err)
				}
			}
		}
		set := `UPDATE schema_version SET version = ?`
		if fresh {
			set = `INSERT INTO schema_version (version) VALUES (?)`
		}
		_, err = tx.NewRaw(set, schemaVersion).Exec(ctx)
		return err
	})
	if err != nil {
		return db.explain("prepare", err)
	}
	return nil
}
