package lake

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"

	"github.com/cairntrail/cairn/internal/event"
)

// reindex makes the index of a data file anew from its rows. Everything in an
// index follows from them, so a lost or damaged one loses nothing.
func reindex(dir string, meta fileMeta) (err error) {
	data, err := os.Open(dataPath(dir, meta.Name))
	if err != nil {
		return err
	}
	defer data.Close()
	reader := parquet.NewGenericReader[historyRow](data)
	defer func() { err = errors.Join(err, reader.Close()) }()
	w := newIndexWriter(meta.Rows)
	pairs := make([]indexPair, 0, 12*meta.Rows)
	var keys []uint64
	for rows := make([]historyRow, 256); len(w.times) < meta.Rows; {
		n, err := reader.Read(rows)
		if n == 0 {
			return fmt.Errorf("data file %s ends at row %d of %d: %w", data.Name(), len(w.times), meta.Rows, err)
		}
		for i := range rows[:n] {
			env, err := event.Parse(rows[i].EventJSON)
			if err != nil {
				return fmt.Errorf("data file %s, row %d: %w", data.Name(), len(w.times), err)
			}
			keys = appendKeys(keys[:0], &env)
			for _, k := range keys {
				pairs = append(pairs, indexPair{key: k, row: uint32(len(w.times))})
			}
			w.row(Position{Time: rows[i].EventTime / 1e6, Ordinal: rows[i].Ordinal}, keys[0])
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read data file %s: %w", data.Name(), err)
		}
	}
	if err := w.pairs(pairs); err != nil {
		return err
	}
	return replaceIndex(dir, meta.Name, w)
}

// replaceIndex puts a new index in the place of another, or of none.
func replaceIndex(dir, name string, w *indexWriter) error {
	fresh := indexPath(dir, name) + ".new"
	f, err := os.Create(fresh)
	if err != nil {
		return err
	}
	if err := errors.Join(w.write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	if err := os.Rename(fresh, indexPath(dir, name)); err != nil {
		return err
	}
	return syncDir(dir)
}
