package table

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/apache/iceberg-go"
	icetable "github.com/apache/iceberg-go/table"

	"github.com/cairntrail/cairn/internal/lake/schema"
)

// change is a change of a table, which happens as a whole or not at all.
type change struct {
	add, remove []*file
	// rewrite says that the files added hold the rows of those removed.
	rewrite    bool
	properties iceberg.Properties
	// forget are properties to remove.
	forget []string
	// expire drops snapshots that are older than the grace time.
	expire bool
	// after is done with the state when the change has happened.
	after func(t *Table)
}

// change makes a change. After an error the state has been loaded again, if that was
// possible, and is what has become of the table.
func (t *Table) change(ctx context.Context, c change) error {
	t.commit.Lock()
	defer t.commit.Unlock()
	return t.changeCommitLocked(ctx, c)
}

func (t *Table) changeCommitLocked(ctx context.Context, c change) error {
	t.mu.Lock()
	tbl, bad := t.mu.table, t.mu.bad
	t.mu.Unlock()
	if bad != nil {
		return fmt.Errorf("the state of the table is not known: %w", bad)
	}
	after, err := t.commitChange(ctx, tbl, c)
	if err != nil {
		// Whether the catalogue has it is not known: a commit can fail and be stored.
		t.mu.Lock()
		if !t.mu.dropped {
			t.mu.bad = err
		}
		t.mu.Unlock()
		return errors.Join(err, t.reloadCommitLocked(context.WithoutCancel(ctx)))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.takeLocked(after); err != nil {
		return err
	}
	for _, f := range c.remove {
		delete(t.mu.files, f.path)
	}
	for _, f := range c.add {
		t.mu.files[f.path] = f
	}
	if c.after != nil {
		c.after(t)
	}
	return nil
}

// commitChange writes new metadata and makes the catalogue point at it. That is the
// one moment at which the change happens.
func (t *Table) commitChange(ctx context.Context, tbl *icetable.Table, c change) (*icetable.Table, error) {
	if err := t.w.cfg.fault("commit"); err != nil {
		return nil, err
	}
	txn := tbl.NewTransaction()
	if len(c.properties) > 0 {
		if err := txn.SetProperties(c.properties); err != nil {
			return nil, err
		}
	}
	if len(c.forget) > 0 {
		if err := txn.RemoveProperties(c.forget); err != nil {
			return nil, err
		}
	}
	if err := stageFiles(ctx, txn, c); err != nil {
		return nil, err
	}
	if c.expire {
		err := txn.ExpireSnapshots(icetable.WithOlderThan(t.w.cfg.Grace), icetable.WithRetainLast(1), icetable.WithPostCommit(false))
		if err != nil {
			return nil, err
		}
	}
	if err := t.w.cfg.fault("staged"); err != nil {
		return nil, err
	}
	after, err := txn.Commit(ctx)
	if err != nil {
		return nil, err
	}
	return after, t.w.cfg.fault("committed")
}

func stageFiles(ctx context.Context, txn *icetable.Transaction, c change) error {
	summary := iceberg.Properties{}
	if s, ok := c.properties[sequenceProperty]; ok {
		summary[sequenceProperty] = s
	}
	add, remove := entries(c.add), entries(c.remove)
	switch {
	case c.rewrite:
		r := txn.NewRewrite(summary)
		for _, f := range remove {
			r.DeleteFile(f)
		}
		for _, f := range add {
			r.AddDataFile(f)
		}
		return r.Commit(ctx)
	case len(remove) > 0:
		return txn.ReplaceDataFilesWithDataFiles(ctx, remove, add, summary, icetable.WithoutAutoNameMapping())
	case len(add) > 0:
		// Names of files are random: they cannot be there already.
		return txn.AddDataFiles(ctx, add, summary, icetable.WithoutAutoNameMapping(), icetable.WithoutDuplicateCheck())
	}
	return nil
}

func entries(files []*file) []iceberg.DataFile {
	out := make([]iceberg.DataFile, len(files))
	for i, f := range files {
		out[i] = f.entry
	}
	return out
}

func sequenceProperties(sequence uint64) iceberg.Properties {
	return iceberg.Properties{sequenceProperty: strconv.FormatUint(sequence, 10)}
}

// newEntry is the entry of a data file in a manifest. The bounds of the event's time
// are what readers prune by.
func (t *Table) newEntry(tbl *icetable.Table, f *file) error {
	timeID := timeID(tbl)
	spec := tbl.Spec()
	b, err := iceberg.NewDataFileBuilder(spec, iceberg.EntryContentData, f.place, iceberg.ParquetFile,
		map[int]any{partitionFieldID: iceberg.Date(f.day)}, map[int]string{partitionFieldID: "date"}, nil, f.rows, f.bytes)
	if err != nil {
		return err
	}
	bound := func(micros int64) map[int][]byte {
		return map[int][]byte{timeID: binary.LittleEndian.AppendUint64(nil, uint64(micros))}
	}
	f.entry = b.LowerBoundValues(bound(f.first)).UpperBoundValues(bound(f.last)).
		ColumnSizes(f.sizes).ValueCounts(map[int]int64{timeID: f.rows}).NullValueCounts(map[int]int64{timeID: 0}).
		SortOrderID(tbl.SortOrder().OrderID()).Build()
	return nil
}

// timeID is the id of the field of the event's time.
func timeID(tbl *icetable.Table) int {
	field, _ := tbl.Schema().FindFieldByName(schema.EventTime)
	return field.ID
}

// fileOf reads an entry of a manifest.
func (t *Table) fileOf(tbl *icetable.Table, e iceberg.DataFile) (*file, error) {
	timeID := timeID(tbl)
	path, err := t.w.storage.path(e.FilePath())
	if err != nil {
		return nil, err
	}
	low, high := e.LowerBoundValues()[timeID], e.UpperBoundValues()[timeID]
	day, ok := e.Partition()[partitionFieldID].(iceberg.Date)
	if len(low) != 8 || len(high) != 8 || !ok {
		return nil, fmt.Errorf("the entry of %s has no bounds of the event's time, or no day: it was not written by this program", e.FilePath())
	}
	return &file{
		place: e.FilePath(), path: path, day: int32(day), rows: e.Count(), bytes: e.FileSizeBytes(), sizes: e.ColumnSizes(),
		first: int64(binary.LittleEndian.Uint64(low)), last: int64(binary.LittleEndian.Uint64(high)), entry: e,
	}, nil
}
