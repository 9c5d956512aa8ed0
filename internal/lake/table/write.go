package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	icetable "github.com/apache/iceberg-go/table"

	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/lake/shred"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// record is an event on its way into a file.
type record struct {
	raw []byte
	at  time.Time
}

const dayMicros = 24 * 60 * 60 * 1_000_000

// dayOf is the day of a time, counted from 1970.
func dayOf(micros int64) int32 {
	d := micros / dayMicros
	if micros%dayMicros < 0 {
		d--
	}
	return int32(d)
}

// Append makes events durable together with the sequence of the journal that they end
// at: both, or none. Events up to a sequence that the table has are skipped. After an
// error it is not known which; Sequence tells. The records are valid JSON, and an
// event whose time cannot be read counts as of now.
func (t *Table) Append(ctx context.Context, events [][]byte, sequence uint64) error {
	t.mu.Lock()
	have, bad, tbl, columns := t.mu.sequence, t.mu.bad, t.mu.table, t.mu.columns
	t.mu.Unlock()
	if bad != nil {
		return fmt.Errorf("event data store %s: the state of its table is not known: %w", t.id, bad)
	}
	if sequence <= have {
		return nil
	}
	begun := t.w.cfg.Now()
	files, err := t.writeEvents(ctx, tbl, columns, events)
	if err != nil {
		return fmt.Errorf("writing the events of event data store %s: %w", t.id, errors.Join(err, removeFiles(files)))
	}
	err = t.change(ctx, change{add: files, properties: sequenceProperties(sequence), after: touch(files, begun)})
	if err != nil {
		// The files stay: they may be the table's. If not, they are found as orphans.
		return fmt.Errorf("committing the events of event data store %s: %w", t.id, err)
	}
	t.w.metrics.appended(len(events), t.w.cfg.Now().Sub(begun))
	t.w.wake()
	return nil
}

func removeFiles(files []*file) error {
	var errs []error
	for _, f := range files {
		if err := os.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// sortRecords puts events in the order of their times, by days.
func sortRecords(events [][]byte, now time.Time) (days [][]record) {
	records := make([]record, len(events))
	for i, raw := range events {
		at, ok := shred.EventTime(raw)
		if !ok {
			at = now.UTC().Truncate(time.Millisecond)
		}
		records[i] = record{raw, at}
	}
	slices.SortStableFunc(records, func(a, b record) int { return cmp.Compare(a.at.UnixMicro(), b.at.UnixMicro()) })
	from := 0
	for i := 1; i <= len(records); i++ {
		if i == len(records) || dayOf(records[i].at.UnixMicro()) != dayOf(records[from].at.UnixMicro()) {
			days = append(days, records[from:i])
			from = i
		}
	}
	return days
}

// partRows is how many events of a day make it worth to write another file beside the
// first at the same time.
const partRows = 50_000

// writeEvents writes files, one for each day, or several of a day that has many
// events. With an error it returns what is there.
func (t *Table) writeEvents(ctx context.Context, tbl *icetable.Table, columns []trinosql.Column, events [][]byte) ([]*file, error) {
	threads := t.w.cfg.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	var parts [][]record
	for _, day := range sortRecords(events, t.w.cfg.Now()) {
		n := max(1, min(threads, len(day)/partRows))
		for i := range n {
			parts = append(parts, day[i*len(day)/n:(i+1)*len(day)/n])
		}
	}
	files := make([]*file, len(parts))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(threads)
	for i, records := range parts {
		g.Go(func() (err error) {
			files[i], err = t.writePart(ctx, tbl, columns, records)
			return err
		})
	}
	err := g.Wait()
	return slices.DeleteFunc(files, func(f *file) bool { return f == nil }), err
}

// writePart writes a file of events of one day, which are in order.
func (t *Table) writePart(ctx context.Context, tbl *icetable.Table, columns []trinosql.Column, records []record) (f *file, err error) {
	first, last := records[0].at.UnixMicro(), records[len(records)-1].at.UnixMicro()
	if f, err = t.newFile(tbl, dayOf(first)); err != nil {
		return nil, err
	}
	f.rows, f.first, f.last = int64(len(records)), first, last
	engine, err := t.w.writer(ctx, t.id)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := engine.AddSource(ctx, "events", columns, chunks(columns, records)); err != nil {
		return f, err
	}
	return f, t.copyTo(ctx, engine, tbl, "SELECT * FROM events()", f)
}

// writer opens an engine that writes a file of a table, with one thread.
func (w *Warehouse) writer(ctx context.Context, id string) (*duck.Engine, error) {
	cfg := duck.Config{Write: []string{filepath.Join(w.storage.root, id, "data")}, MemoryLimit: w.cfg.Memory, Threads: 1}
	if w.cfg.Spill != "" {
		cfg.Spill = filepath.Join(w.cfg.Spill, "write-"+uuid.NewString())
	}
	return duck.Open(ctx, cfg)
}

// newFile thinks of a name for a file of a day, and makes its folder.
func (t *Table) newFile(tbl *icetable.Table, day int32) (*file, error) {
	name := time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly)
	f := &file{day: day, place: fmt.Sprintf("%s/data/%s=%s/%s.parquet", tbl.Location(), partitionField, name, uuid.NewString())}
	var err error
	if f.path, err = t.w.storage.path(f.place); err != nil {
		return nil, err
	}
	return f, makeDir(filepath.Dir(f.path))
}

// maxChunkBytes bounds the text of a chunk.
const maxChunkBytes = 32 << 20

// chunks makes chunks of records as they are asked for.
func chunks(columns []trinosql.Column, records []record) duck.Source {
	s := shred.New(columns)
	return func() (*shred.Chunk, error) {
		if len(records) == 0 {
			return nil, nil
		}
		n := chunkLength(records)
		s.Reset()
		for _, r := range records[:n] {
			s.Add(r.raw, r.at)
		}
		records = records[n:]
		return s.Chunk(), nil
	}
}

// chunkLength is how many of the records make a chunk.
func chunkLength(records []record) int {
	n, size := 0, 0
	for n < len(records) && n < duck.ChunkRows && (n == 0 || size+len(records[n].raw) <= maxChunkBytes) {
		size += len(records[n].raw)
		n++
	}
	return n
}

// rowGroup is how many rows of a file are in memory at once where it is written or
// merged, 2 to 3 KB each, and what a question about a short time reads at the least.
// Larger ones compress no better.
const rowGroup = 16 * duck.ChunkRows

// copyTo writes the rows of a query, which are in order, into a file, makes it durable,
// and completes what is known of it.
func (t *Table) copyTo(ctx context.Context, engine *duck.Engine, tbl *icetable.Table, query string, f *file) error {
	if err := t.w.cfg.fault("write"); err != nil {
		return err
	}
	// The lowest level is the fastest, and the higher ones gain nothing here.
	err := engine.Exec(ctx, fmt.Sprintf("COPY (%s) TO %s (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE %d, FIELD_IDS %s)",
		query, duck.Quote(f.path), rowGroup, schema.FieldIDs(tbl.Schema())))
	if err != nil {
		return err
	}
	if err := t.w.cfg.fault("written"); err != nil {
		return err
	}
	if err := syncFile(f.path); err != nil {
		return err
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	f.bytes = info.Size()
	if f.sizes, err = columnSizes(ctx, engine, tbl.Schema(), f.path); err != nil {
		return err
	}
	return t.newEntry(tbl, f)
}
