package table

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/catalog"
	icetable "github.com/apache/iceberg-go/table"

	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// Properties of a table that are ours.
const (
	// sequenceProperty is the last sequence of the journal that the table has. It is
	// also in the summary of each snapshot that appends.
	sequenceProperty  = "cairn.sequence"
	categoryProperty  = "cairn.category"
	retentionProperty = "cairn.retention" // as time.Duration writes it
)

// partitionField is the field of the partition spec, and its id.
const (
	partitionField   = "eventtime_day"
	partitionFieldID = 1000
)

// file is a data file of the current snapshot.
type file struct {
	place, path string
	day         int32 // since 1970
	rows, bytes int64
	// first and last are the times of events in it, microseconds since 1970.
	first, last int64
	// sizes are the compressed bytes of columns, and of what is in them, by the ids of
	// fields.
	sizes map[int]int64
	entry iceberg.DataFile
}

// Table is an open table.
type Table struct {
	w  *Warehouse
	id string

	// commit is held over a change of the table.
	commit sync.Mutex
	// merging is held over a merge or a clean-up, of which there is one at a time.
	merging sync.Mutex

	mu struct {
		sync.Mutex
		table     *icetable.Table
		category  string
		columns   []trinosql.Column
		files     map[string]*file // by path
		pins      map[string]int   // by path
		sequence  uint64
		retention time.Duration
		// changed is when events last came, by the day that they are of; days that are
		// not in it have none since loaded.
		changed map[int32]time.Time
		loaded  time.Time
		// cleaned is when files that nobody needs were last looked for.
		cleaned time.Time
		// bad is why the state is not known; the table has to be loaded again.
		bad error
		// dropped tables are no more.
		dropped bool
	}
}

var errNotLoaded = errors.New("it is not loaded")

func newTable(w *Warehouse, id string) *Table {
	t := &Table{w: w, id: id}
	t.mu.pins = make(map[string]int)
	t.mu.bad = errNotLoaded
	return t
}

// create makes the table of a store.
func (w *Warehouse) create(ctx context.Context, spec Spec) (*Table, error) {
	columns, err := schema.Columns(spec.Category)
	if err != nil {
		return nil, err
	}
	s := schema.Iceberg(columns)
	eventTime, ok := s.FindFieldByName(schema.EventTime)
	if !ok {
		return nil, fmt.Errorf("BUG: the schema of %s has no %s", spec.Category, schema.EventTime)
	}
	partitions := iceberg.NewPartitionSpec(iceberg.PartitionField{
		SourceIDs: []int{eventTime.ID}, FieldID: partitionFieldID, Name: partitionField, Transform: iceberg.DayTransform{},
	})
	order, err := icetable.NewSortOrder(1, []icetable.SortField{{
		SourceIDs: []int{eventTime.ID}, Transform: iceberg.IdentityTransform{}, Direction: icetable.SortASC, NullOrder: icetable.NullsLast,
	}})
	if err != nil {
		return nil, err
	}
	_, err = w.catalog.CreateTable(ctx, identifier(spec.ID), s,
		catalog.WithLocation(w.storage.warehouse+"/"+spec.ID), catalog.WithPartitionSpec(&partitions), catalog.WithSortOrder(order),
		catalog.WithProperties(iceberg.Properties{
			categoryProperty: spec.Category, retentionProperty: spec.Retention.String(), sequenceProperty: "0",
			icetable.PropertyFormatVersion:               "2",
			"write.parquet.compression-codec":            "zstd",
			icetable.MetadataDeleteAfterCommitEnabledKey: "true",
			icetable.MetadataPreviousVersionsMaxKey:      "20",
			icetable.ManifestMergeEnabledKey:             "true",
		}))
	if err != nil {
		return nil, err
	}
	return w.open(ctx, spec.ID)
}

// lost says whether the state of the table is not known.
func (t *Table) lost() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mu.bad != nil
}

func (t *Table) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.dropped, t.mu.bad = true, ErrNoTable
}

// reload reads the state out of the catalogue.
func (t *Table) reload(ctx context.Context) error {
	t.commit.Lock()
	defer t.commit.Unlock()
	return t.reloadCommitLocked(ctx)
}

func (t *Table) reloadCommitLocked(ctx context.Context) error {
	tbl, err := t.w.catalog.LoadTable(ctx, identifier(t.id))
	if errors.Is(err, catalog.ErrNoSuchTable) {
		return ErrNoTable
	}
	if err != nil {
		return err
	}
	files, err := t.readFiles(ctx, tbl)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mu.dropped {
		return ErrNoTable
	}
	if err := t.takeLocked(tbl); err != nil {
		return err
	}
	t.mu.files, t.mu.bad, t.mu.changed, t.mu.loaded = files, nil, make(map[int32]time.Time), t.w.cfg.Now()
	return nil
}

// readFiles lists the data files of the current snapshot.
func (t *Table) readFiles(ctx context.Context, tbl *icetable.Table) (map[string]*file, error) {
	files := make(map[string]*file)
	if tbl.CurrentSnapshot() == nil {
		return files, nil
	}
	tasks, err := tbl.Scan(icetable.WithSelectedFields(schema.EventTime)).PlanFiles(ctx)
	if err != nil {
		return nil, err
	}
	for _, task := range tasks {
		f, err := t.fileOf(tbl, task.File)
		if err != nil {
			return nil, err
		}
		files[f.path] = f
	}
	return files, nil
}

// takeLocked takes over what the metadata of a table says.
func (t *Table) takeLocked(tbl *icetable.Table) error {
	p := tbl.Properties()
	sequence, err := strconv.ParseUint(p[sequenceProperty], 10, 64)
	if err != nil {
		return fmt.Errorf("the property %s of the table is %q, which is no number: it is not a table of this program", sequenceProperty, p[sequenceProperty])
	}
	retention, err := time.ParseDuration(p[retentionProperty])
	if err != nil {
		return fmt.Errorf("the property %s of the table: %w", retentionProperty, err)
	}
	if t.mu.columns == nil {
		if t.mu.columns, err = schema.Columns(p[categoryProperty]); err != nil {
			return err
		}
	}
	t.mu.table, t.mu.category, t.mu.sequence, t.mu.retention = tbl, p[categoryProperty], sequence, retention
	return nil
}

// Sequence is the last sequence of the journal that the table has, 0 for none.
func (t *Table) Sequence() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mu.sequence
}

// Columns are the columns of the table.
func (t *Table) Columns() []trinosql.Column {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.mu.columns)
}

// Stats is what a table holds.
type Stats struct {
	Files       int
	Rows, Bytes int64
	// First and Last are the times of the oldest and the newest event; zero for none.
	First, Last time.Time
}

// Stats tells what the table holds. Expired events count until they are gone.
func (t *Table) Stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := Stats{Files: len(t.mu.files)}
	for _, f := range t.mu.files {
		s.Rows += f.rows
		s.Bytes += f.bytes
		if first := time.UnixMicro(f.first).UTC(); s.First.IsZero() || first.Before(s.First) {
			s.First = first
		}
		if last := time.UnixMicro(f.last).UTC(); last.After(s.Last) {
			s.Last = last
		}
	}
	return s
}

// SetRetention says how long events are kept from now on, from the time of the event;
// 0 is forever. From its return on no Plan has an older one; their files leave in the
// background.
func (t *Table) SetRetention(ctx context.Context, keep time.Duration) error {
	t.mu.Lock()
	same := t.mu.retention == keep && t.mu.bad == nil
	t.mu.Unlock()
	if same {
		return nil
	}
	err := t.change(ctx, change{properties: iceberg.Properties{retentionProperty: keep.String()}})
	if err != nil {
		return fmt.Errorf("the retention of event data store %s: %w", t.id, err)
	}
	t.w.wake()
	return nil
}

// Close forgets the table. It is in order not to.
func (t *Table) Close() error { return nil }

// list is a snapshot of the files.
func (t *Table) list() []*file {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Collect(maps.Values(t.mu.files))
}
