package table

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/catalog"
	icesql "github.com/apache/iceberg-go/catalog/sql"
	icetable "github.com/apache/iceberg-go/table"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/prometheus/client_golang/prometheus"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// CatalogName and Namespace are what the tables are found under in the catalogue.
const (
	CatalogName = "cairn"
	Namespace   = "lake"
)

// Config is what a warehouse is made of.
type Config struct {
	// Catalog is the file of an SQLite catalogue, made if there is none, or the URL of
	// a PostgreSQL database, postgres://…
	Catalog string
	// Warehouse is the URI that tables are below, s3://bucket or s3://bucket/prefix,
	// and Root the folder which that is here.
	Warehouse, Root string
	// Spill is a folder for what writing and merging do not have memory for.
	Spill string
	// Memory bounds the memory of DuckDB at the writing of one file, and Threads how many
	// files are written at once. Zero is 1 GB, and one for each processor. A merge has
	// one thread.
	Memory  int64
	Threads int
	// TargetSize is the size that merged files get to have, in bytes: they have between
	// half and twice of it. Zero is 256 MB.
	TargetSize int64
	// Grace is how long files that are no longer needed are kept for readers that are
	// still at it, and how old snapshots get. Plans keep theirs longer. Zero is 15
	// minutes.
	Grace time.Duration
	// Upkeep is how often tables that nothing is written to are looked after. Zero is a
	// minute.
	Upkeep time.Duration

	Logger     *slog.Logger
	Registerer prometheus.Registerer
	Now        func() time.Time

	// fault is called before and after each step whose failure matters, with its
	// name. Tests fail or die there.
	fault func(step string) error
}

func (c *Config) fill() {
	if c.TargetSize == 0 {
		c.TargetSize = 256 << 20
	}
	if c.Grace == 0 {
		c.Grace = 15 * time.Minute
	}
	if c.Upkeep == 0 {
		c.Upkeep = time.Minute
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.fault == nil {
		c.fault = func(string) error { return nil }
	}
	c.Warehouse = strings.TrimSuffix(c.Warehouse, "/")
}

// ErrNoTable is returned for a store that has no table.
var ErrNoTable = errors.New("there is no such table")

// Warehouse has the tables of event data stores. It is safe for concurrent use.
type Warehouse struct {
	cfg     Config
	storage storage
	db      *sql.DB
	catalog *icesql.Catalog
	metrics *metrics
	// written signals that a table has been written to.
	written chan struct{}

	mu struct {
		sync.Mutex
		tables map[string]*Table
		// doors are held while a table is opened, made or dropped.
		doors map[string]*sync.Mutex
	}
}

// Open opens the catalogue. The caller closes the warehouse.
func Open(ctx context.Context, cfg Config) (*Warehouse, error) {
	cfg.fill()
	if !strings.HasPrefix(cfg.Warehouse, "s3://") || cfg.Root == "" || cfg.Catalog == "" {
		return nil, fmt.Errorf("tables need a catalogue, a folder, and a warehouse URI that begins with s3://, not %q", cfg.Warehouse)
	}
	root, err := filepath.Abs(cfg.Root)
	if err != nil {
		return nil, err
	}
	if root, err = realDir(root); err != nil {
		return nil, fmt.Errorf("making the folder of tables: %w", err)
	}
	w := &Warehouse{cfg: cfg, storage: storage{warehouse: cfg.Warehouse, root: root}, written: make(chan struct{}, 1)}
	w.mu.tables, w.mu.doors = make(map[string]*Table), make(map[string]*sync.Mutex)
	if err := w.openCatalog(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the catalogue of tables: %w", err), w.Close())
	}
	w.metrics = newMetrics(cfg.Registerer, w)
	return w, nil
}

// realDir makes a folder and resolves links in its name: DuckDB compares names.
func realDir(name string) (string, error) {
	if err := makeDir(name); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(name)
}

func (w *Warehouse) openCatalog(ctx context.Context) error {
	driver, dialect, dsn := "pgx", icesql.Postgres, w.cfg.Catalog
	if !strings.Contains(dsn, "://") {
		file, err := filepath.Abs(dsn)
		if err != nil {
			return err
		}
		// A commit is on disk when it returns.
		pragmas := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)"}}
		driver, dialect, dsn = "sqlite", icesql.SQLite, (&url.URL{Scheme: "file", Path: file, RawQuery: pragmas.Encode()}).String()
	}
	var err error
	if w.db, err = sql.Open(driver, dsn); err != nil {
		return err
	}
	w.catalog, err = icesql.NewCatalog(CatalogName, w.db, dialect, iceberg.Properties{
		warehouseProperty: w.storage.warehouse, rootProperty: w.storage.root, "warehouse": w.storage.warehouse,
	})
	if err != nil {
		return err
	}
	err = w.catalog.CreateNamespace(ctx, icetable.Identifier{Namespace}, iceberg.Properties{"location": w.storage.warehouse})
	if errors.Is(err, catalog.ErrNamespaceAlreadyExists) {
		return nil
	}
	return err
}

// Close closes the catalogue. Nothing may be running any more.
func (w *Warehouse) Close() error {
	var err error
	if w.catalog != nil {
		err = w.catalog.Close()
	}
	if w.db != nil {
		err = errors.Join(err, w.db.Close())
	}
	return err
}

// identifier is the name of a store's table in the catalogue.
func identifier(id string) icetable.Identifier { return icetable.Identifier{Namespace, id} }

// door is the lock over opening, making and dropping a table.
func (w *Warehouse) door(id string) *sync.Mutex {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.mu.doors[id]
	if d == nil {
		d = new(sync.Mutex)
		w.mu.doors[id] = d
	}
	return d
}

// Spec says which table a store has.
type Spec struct {
	// ID is the store's: letters, digits and dashes.
	ID string
	// Category is the event category whose schema the table has.
	Category string
	// Retention is how long events are kept from the time of the event; 0 is forever.
	Retention time.Duration
}

// Table opens the table of a store, and makes it if there is none. That of a table
// that is open already is the same, with the retention of the spec.
func (w *Warehouse) Table(ctx context.Context, spec Spec) (*Table, error) {
	if spec.ID == "" || strings.Trim(spec.ID, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return nil, fmt.Errorf("BUG: %q is no id of an event data store", spec.ID)
	}
	door := w.door(spec.ID)
	door.Lock()
	defer door.Unlock()
	t, err := w.open(ctx, spec.ID)
	if errors.Is(err, ErrNoTable) {
		t, err = w.create(ctx, spec)
	}
	if err != nil {
		return nil, fmt.Errorf("the table of event data store %s: %w", spec.ID, err)
	}
	return t, t.SetRetention(ctx, spec.Retention)
}

// Find is the table of a store; ErrNoTable if there is none.
func (w *Warehouse) Find(ctx context.Context, id string) (*Table, error) {
	w.mu.Lock()
	t := w.mu.tables[id]
	w.mu.Unlock()
	if t != nil && !t.lost() {
		return t, nil
	}
	door := w.door(id)
	door.Lock()
	defer door.Unlock()
	t, err := w.open(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("the table of event data store %s: %w", id, err)
	}
	return t, nil
}

// open is the table of a store, out of the catalogue if it is not open or its state
// is not known. The door is held.
func (w *Warehouse) open(ctx context.Context, id string) (*Table, error) {
	w.mu.Lock()
	t := w.mu.tables[id]
	w.mu.Unlock()
	if t != nil {
		if t.lost() {
			return t, t.reload(ctx)
		}
		return t, nil
	}
	t = newTable(w, id)
	if err := t.reload(ctx); err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.mu.tables[id] = t
	w.mu.Unlock()
	return t, nil
}

// Drop removes the table of a store, and its files, for good. That there is none is
// no error. Plans of it come to nothing.
func (w *Warehouse) Drop(ctx context.Context, id string) error {
	door := w.door(id)
	door.Lock()
	defer door.Unlock()
	w.mu.Lock()
	t := w.mu.tables[id]
	delete(w.mu.tables, id)
	w.mu.Unlock()
	if t != nil {
		t.commit.Lock() // waits for a merge's commit; one that comes later fails
		defer t.commit.Unlock()
		t.drop()
	}
	if err := w.catalog.DropTable(ctx, identifier(id)); err != nil && !errors.Is(err, catalog.ErrNoSuchTable) {
		return fmt.Errorf("dropping the table of event data store %s: %w", id, err)
	}
	if err := w.cfg.fault("dropped"); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(w.storage.root, id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the files of event data store %s: %w", id, err)
	}
	return nil
}

// opened are the tables that are open.
func (w *Warehouse) opened() []*Table {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]*Table, 0, len(w.mu.tables))
	for _, t := range w.mu.tables {
		out = append(out, t)
	}
	return out
}
