package lake

import (
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"
	"github.com/parquet-go/parquet-go"
)

// fileWriter writes a data file and its index. Nothing of it is visible before
// finish has returned and the manifest names it.
type fileWriter struct {
	dir, name string
	data, idx *os.File
	rows      *parquet.GenericWriter[historyRow]
	index     *indexWriter
	batch     []historyRow
	done      bool
}

func createDataFile(dir string, rows int) (*fileWriter, error) {
	w := &fileWriter{dir: dir, name: uuid.NewString(), index: newIndexWriter(rows), batch: make([]historyRow, 0, 256)}
	var err error
	if w.data, err = os.OpenFile(dataPath(dir, w.name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err != nil {
		return nil, fmt.Errorf("create a data file: %w", err)
	}
	if w.idx, err = os.OpenFile(indexPath(dir, w.name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err != nil {
		w.abandon()
		return nil, fmt.Errorf("create an index file: %w", err)
	}
	w.rows = newRowWriter(w.data)
	return w, nil
}

// add adds the next row, ascending by position; id is the key of its eventID.
func (w *fileWriter) add(row *historyRow, id uint64) error {
	w.index.row(Position{Time: row.EventTime / 1e6, Ordinal: row.Ordinal}, id)
	w.batch = append(w.batch, *row)
	if len(w.batch) < cap(w.batch) {
		return nil
	}
	return w.flush()
}

func (w *fileWriter) flush() error {
	if _, err := w.rows.Write(w.batch); err != nil {
		return fmt.Errorf("write data file %s: %w", w.data.Name(), err)
	}
	w.batch = w.batch[:0]
	return nil
}

// finish makes both files durable. The caller has added the keys by then.
func (w *fileWriter) finish(expires int64) (fileMeta, error) {
	if err := w.flush(); err != nil {
		return fileMeta{}, err
	}
	if err := w.rows.Close(); err != nil {
		return fileMeta{}, fmt.Errorf("write data file %s: %w", w.data.Name(), err)
	}
	if err := w.data.Sync(); err != nil {
		return fileMeta{}, fmt.Errorf("sync data file %s: %w", w.data.Name(), err)
	}
	if err := w.index.write(w.idx); err != nil {
		return fileMeta{}, fmt.Errorf("write index %s: %w", w.idx.Name(), err)
	}
	meta := fileMeta{Name: w.name, Rows: len(w.index.times), Expires: expires}
	meta.Min = Position{Time: w.index.times[0], Ordinal: w.index.ordinals[0]}
	meta.Max = Position{Time: w.index.times[meta.Rows-1], Ordinal: w.index.ordinals[meta.Rows-1]}
	for _, f := range []*os.File{w.data, w.idx} {
		st, err := f.Stat()
		if err != nil {
			return fileMeta{}, err
		}
		meta.Bytes += st.Size()
	}
	if err := syncDir(w.dir); err != nil {
		return fileMeta{}, err
	}
	w.done = true
	return meta, errors.Join(w.data.Close(), w.idx.Close())
}

// abandon removes the files unless finish has completed.
func (w *fileWriter) abandon() {
	if w.done {
		return
	}
	for _, f := range []*os.File{w.data, w.idx} {
		if f != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
