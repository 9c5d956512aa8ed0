package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode/utf8"
)

// Item is one stored resource.
type Item[T any] struct {
	ID string
	// Version is 1 for a new resource, and one more with each write. A
	// resource that was deleted and created again starts at 1 again.
	Version int64
	// Updated is when the last write happened, in UTC and microseconds.
	Updated time.Time
	Value   T
}

// Collection is a named set of resources of one Go type, which is stored as
// its JSON. It holds nothing but the name, so two collections of the same name
// are the same collection. It is safe for concurrent use.
//
// All methods join the transaction of their context, see [DB.Tx].
type Collection[T any] struct {
	db   *DB
	name string
}

// NewCollection gives the collection of that name; nothing is created until
// the first write. Fields that T no longer has are ignored when reading.
func NewCollection[T any](db *DB, name string) *Collection[T] {
	if name == "" {
		panic("BUG: store: a collection needs a name")
	}
	return &Collection[T]{db: db, name: name}
}

// row is the columns of one resource in the order that the SELECTs name them.
type row struct {
	ID        string
	Version   int64
	Body      string
	UpdatedAt int64 // microseconds since 1970
}

// Get reads one resource, or fails with [ErrNotFound].
func (c *Collection[T]) Get(ctx context.Context, id string) (Item[T], error) {
	if !validID(id) {
		return Item[T]{}, c.fail("get", id, ErrNotFound)
	}
	var r row
	err := c.db.reader(ctx).NewRaw(
		`SELECT id, version, body, updated_at FROM resources WHERE collection = ? AND id = ?`, c.name, id).
		Scan(ctx, &r.ID, &r.Version, &r.Body, &r.UpdatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return Item[T]{}, c.fail("get", id, ErrNotFound)
	}
	if err != nil {
		return Item[T]{}, c.fail("get", id, c.db.explain("read", err))
	}
	return c.item(r)
}

// List reads the resources whose id starts with idPrefix, all of them for "",
// in the byte order of their ids. Nothing found is an empty list, no error.
func (c *Collection[T]) List(ctx context.Context, idPrefix string) (_ []Item[T], err error) {
	if idPrefix != "" && !validID(idPrefix) {
		return nil, nil
	}
	// substr and not LIKE: LIKE ignores case on SQLite, and would need its
	// wildcards escaped. The lower bound lets the primary key be used.
	rows, err := c.db.reader(ctx).QueryContext(ctx,
		`SELECT id, version, body, updated_at FROM resources
		 WHERE collection = ? AND id >= ? AND substr(id, 1, ?) = ?`,
		c.name, idPrefix, utf8.RuneCountInString(idPrefix), idPrefix)
	if err != nil {
		return nil, c.fail("list", idPrefix, c.db.explain("read", err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var out []Item[T]
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.ID, &r.Version, &r.Body, &r.UpdatedAt); err != nil {
			return nil, c.fail("list", idPrefix, c.db.explain("read", err))
		}
		it, err := c.item(r)
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	if err := rows.Err(); err != nil {
		return nil, c.fail("list", idPrefix, c.db.explain("read", err))
	}
	// Sorted here, so that the order does not depend on a database's locale.
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, nil
}

// Create stores a new resource at version 1, or fails with [ErrExists].
func (c *Collection[T]) Create(ctx context.Context, id string, v T) (Item[T], error) {
	body, err := c.encode("create", id, v)
	if err != nil {
		return Item[T]{}, err
	}
	it := Item[T]{ID: id, Version: 1, Updated: c.stamp(), Value: v}
	n, err := c.exec(ctx,
		`INSERT INTO resources (collection, id, version, body, updated_at) VALUES (?, ?, 1, ?, ?)
		 ON CONFLICT (collection, id) DO NOTHING`,
		c.name, id, body, it.Updated.UnixMicro())
	if err == nil && n == 0 {
		err = ErrExists
	}
	if err != nil {
		return Item[T]{}, c.fail("create", id, err)
	}
	return it, nil
}

// Put stores a resource whether or not there is one: the last writer wins.
func (c *Collection[T]) Put(ctx context.Context, id string, v T) (Item[T], error) {
	body, err := c.encode("put", id, v)
	if err != nil {
		return Item[T]{}, err
	}
	it := Item[T]{ID: id, Updated: c.stamp(), Value: v}
	err = c.db.writer(ctx).NewRaw(
		`INSERT INTO resources (collection, id, version, body, updated_at) VALUES (?, ?, 1, ?, ?)
		 ON CONFLICT (collection, id) DO UPDATE
		 SET version = resources.version + 1, body = excluded.body, updated_at = excluded.updated_at
		 RETURNING version`,
		c.name, id, body, it.Updated.UnixMicro()).Scan(ctx, &it.Version)
	if err != nil {
		return Item[T]{}, c.fail("put", id, c.db.explain("write", err))
	}
	return it, nil
}

// Update replaces the resource if it is still at the given version. Else it
// fails with [ErrConflict], or with [ErrNotFound] if it is gone; the caller
// reads again and decides again.
func (c *Collection[T]) Update(ctx context.Context, id string, version int64, v T) (Item[T], error) {
	body, err := c.encode("update", id, v)
	if err != nil {
		return Item[T]{}, err
	}
	it := Item[T]{ID: id, Version: version + 1, Updated: c.stamp(), Value: v}
	n, err := c.exec(ctx,
		`UPDATE resources SET version = version + 1, body = ?, updated_at = ?
		 WHERE collection = ? AND id = ? AND version = ?`,
		body, it.Updated.UnixMicro(), c.name, id, version)
	if err != nil {
		return Item[T]{}, c.fail("update", id, err)
	}
	if n == 1 {
		return it, nil
	}
	have, err := c.Get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Item[T]{}, c.fail("update", id, ErrNotFound)
	}
	if err != nil {
		return Item[T]{}, err
	}
	return Item[T]{}, c.fail("update", id, fmt.Errorf("%w: it is at version %d, not %d", ErrConflict, have.Version, version))
}

// Delete removes a resource, or fails with [ErrNotFound].
func (c *Collection[T]) Delete(ctx context.Context, id string) error {
	if !validID(id) {
		return c.fail("delete", id, ErrNotFound)
	}
	n, err := c.exec(ctx, `DELETE FROM resources WHERE collection = ? AND id = ?`, c.name, id)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return c.fail("delete", id, err)
	}
	return nil
}

func (c *Collection[T]) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := c.db.writer(ctx).NewRaw(query, args...).Exec(ctx)
	if err != nil {
		return 0, c.db.explain("write", err)
	}
	return res.RowsAffected()
}

// validID: PostgreSQL takes neither NUL nor broken UTF-8 in text, and SQLite
// would end the statement at the NUL.
func validID(id string) bool {
	return id != "" && utf8.ValidString(id) && !strings.ContainsRune(id, 0)
}

// encode refuses ids that could not be found again, and gives the JSON.
func (c *Collection[T]) encode(doing, id string, v T) (string, error) {
	if !validID(id) {
		return "", c.fail(doing, id, errors.New("an id must be UTF-8 text without NUL and not empty"))
	}
	body, err := json.Marshal(v)
	if err != nil {
		return "", c.fail(doing, id, err)
	}
	return string(body), nil
}

func (c *Collection[T]) item(r row) (Item[T], error) {
	it := Item[T]{ID: r.ID, Version: r.Version, Updated: time.UnixMicro(r.UpdatedAt).UTC()}
	if err := json.Unmarshal([]byte(r.Body), &it.Value); err != nil {
		return Item[T]{}, c.fail("read", r.ID, fmt.Errorf("stored JSON: %w", err))
	}
	return it, nil
}

func (c *Collection[T]) stamp() time.Time {
	return c.db.now().UTC().Truncate(time.Microsecond)
}

func (c *Collection[T]) fail(doing, id string, err error) error {
	return fmt.Errorf("store: %s %s %q: %w", doing, c.name, id, err)
}
