package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
)

// openStores makes what event data stores are made of: their tables, the service
// that the API asks, and the ingester, which must tell the journal of its stores
// before another sink releases what they have not read.
func (a *App) openStores(ctx context.Context) (err error) {
	if err := a.makeLakeBucket(ctx); err != nil {
		return err
	}
	catalog := a.cfg.LakeCatalog
	if catalog == config.Embedded {
		catalog = a.path("lake.db")
	}
	if a.warehouse, err = table.Open(ctx, table.Config{
		Catalog: catalog, Warehouse: "s3://" + lakeBucket, Root: a.path("buckets/" + lakeBucket), Spill: a.path("tmp/tables"),
		Memory: a.cfg.LakeMemory, Grace: a.fileGrace(), Logger: a.log, Registerer: a.registry, Now: time.Now,
	}); err != nil {
		return fmt.Errorf("the tables of event data stores: %w", err)
	}
	a.started("tables of event data stores", func(context.Context) error { return a.warehouse.Close() })
	a.stores = datastore.NewService(datastore.Config{Store: a.db, Journal: a.journal, Now: time.Now})
	if a.ingester, err = datastore.NewIngester(ctx, datastore.IngestConfig{
		Store: a.db, Journal: a.journal.Source(), Tables: tables{a.warehouse}, Service: a.stores,
		Interval: a.cfg.LakeCommitInterval, Now: time.Now, Logger: a.log, Registerer: a.registry,
	}); err != nil {
		return err
	}
	demand := &storeDemand{a: a}
	a.stores.Tell(a.ingester, demand)
	kept, err := store.NewCollection[datastore.Store](a.db, "eventdatastores").List(ctx, "")
	for i := range kept {
		demand.of(&kept[i].Value)
	}
	return err
}

// runStores ingests, looks after the tables and measures them, until the server
// stops.
func (a *App) runStores(ctx context.Context) error {
	if err := a.ingester.Check(ctx); err != nil {
		return err
	}
	usage := datastore.NewUsage(datastore.UsageConfig{Service: a.stores, Storage: tables{a.warehouse}, Now: time.Now, Logger: a.log, Registerer: a.registry})
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"upkeep of tables", a.warehouse.Run}, {"event data stores' ingester", a.ingester.Run}, {"measuring of event data stores", usage.Run}} {
		run, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			if err := part.run(run); err != nil && !errors.Is(err, context.Canceled) {
				a.fail(fmt.Errorf("%s: %w", part.name, err))
			}
		}()
		a.started(part.name, func(context.Context) error {
			cancel()
			<-done
			return nil
		})
	}
	return nil
}

// tables are those of the warehouse as the ingester asks for them.
type tables struct{ w *table.Warehouse }

// Open implements datastore.Tables.
func (t tables) Open(ctx context.Context, spec datastore.TableSpec) (datastore.Table, error) {
	opened, err := t.w.Table(ctx, table.Spec{ID: spec.ID, Category: spec.Category, Retention: spec.Retention})
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// Drop implements datastore.Tables.
func (t tables) Drop(ctx context.Context, id string) error { return t.w.Drop(ctx, id) }

// Stored implements datastore.Storage.
func (t tables) Stored(ctx context.Context, id string, before time.Time) (all, older int64, err error) {
	opened, err := t.w.Find(ctx, id)
	if err != nil {
		return 0, 0, err
	}
	old, err := opened.Plan(time.Time{}, before)
	if err != nil {
		return 0, 0, err
	}
	defer old.Release()
	return opened.Stats().Bytes, old.Bytes, nil
}

// measureMemory bounds what measuring a table takes beside everything else.
const measureMemory = 256 << 20

// Retained implements datastore.Storage.
func (t tables) Retained(ctx context.Context, id string) (n int64, err error) {
	plan, err := t.w.Plan(ctx, id, time.Time{}, time.Time{})
	if err != nil {
		return 0, err
	}
	defer plan.Release()
	engine, err := duck.Open(ctx, duck.Config{Files: plan.Files, Setup: []string{plan.View("events")}, Threads: 1, MemoryLimit: measureMemory})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	rows, err := engine.Query(ctx, "SELECT coalesce(sum(strlen(eventjson)), 0)::BIGINT FROM events")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row, err := rows.Next()
	if err != nil {
		return 0, err
	}
	n, ok := row[0].(int64)
	if !ok {
		return 0, fmt.Errorf("BUG: DuckDB sums to %T", row[0])
	}
	return n, nil
}

// storeDemand has gateways record the data events that event data stores select.
type storeDemand struct {
	a *App
	// mu is held while a store is read and acted on, so that of two changes at once
	// the later one counts.
	mu sync.Mutex
}

// Hold implements datastore.Sink.
func (*storeDemand) Hold(string) {}

// Changed implements datastore.Sink.
func (s *storeDemand) Changed(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it, err := store.NewCollection[datastore.Store](s.a.db, "eventdatastores").Get(context.Background(), id)
	switch {
	case err == nil:
		s.of(&it.Value)
	case errors.Is(err, store.ErrNotFound):
		s.a.demand.Set("eventdatastore/"+id, nil)
	default:
		s.a.log.Error("what an event data store wants of the gateways could not be read; it wants what it did", "store", id, "error", err)
	}
}

// of makes a store's selectors part of what gateways record, while it ingests.
func (s *storeDemand) of(d *datastore.Store) {
	now, name := d.Now(), "eventdatastore/"+d.ID
	if !now.Ingesting {
		s.a.demand.Set(name, nil)
		return
	}
	m, err := selector.Compile(selector.Selectors{Advanced: now.Selectors})
	if err != nil {
		s.a.log.Error("an event data store's selectors cannot be used; gateways record no data events for it", "store", d.ARN, "error", err)
	}
	s.a.demand.Set(name, m)
}
