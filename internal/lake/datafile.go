package lake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/cairntrail/cairn/internal/event"
)

// historyRow is a row of the history's Parquet files: the columns that
// CloudTrail Lake names alike, lower case, and the record itself.
type historyRow struct {
	EventTime   int64  `parquet:"eventtime,timestamp(microsecond)"`
	Ordinal     uint64 `parquet:"ordinal"`
	AccountID   string `parquet:"recipientaccountid,dict"`
	Region      string `parquet:"awsregion,dict"`
	EventID     string `parquet:"eventid"`
	EventName   string `parquet:"eventname,dict"`
	EventSource string `parquet:"eventsource,dict"`
	Username    string `parquet:"username,dict"`
	AccessKeyID string `parquet:"accesskeyid,dict"`
	ReadOnly    string `parquet:"readonly,dict"`
	ErrorCode   string `parquet:"errorcode,dict"`
	EventJSON   []byte `parquet:"eventjson"`
}

func rowOf(e *event.Envelope, p Position, raw []byte) historyRow {
	return historyRow{EventTime: p.Time * 1e6, Ordinal: p.Ordinal, AccountID: e.AccountID, Region: e.Region, EventID: e.EventID,
		EventName: e.EventName, EventSource: e.EventSource, Username: e.Username, AccessKeyID: e.AccessKeyID,
		ReadOnly: e.ReadOnly, ErrorCode: e.ErrorCode, EventJSON: raw}
}

// pageBytes is how much of a column is compressed as one. A lookup decompresses
// one page of eventjson for each event it returns, so pages are small: about 45
// records, 50 microseconds.
const pageBytes = 64 << 10

func newRowWriter(f *os.File) *parquet.GenericWriter[historyRow] {
	return parquet.NewGenericWriter[historyRow](f,
		parquet.PageBufferSize(pageBytes),
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		parquet.SkipPageBounds("eventjson"), parquet.SkipPageBounds("eventid"),
		parquet.CreatedBy("cairn", "history", "1"))
}

// fileMeta is what the manifest keeps of a data file.
type fileMeta struct {
	// Name is the file's base name; NAME.parquet and NAME.idx belong together.
	Name string `json:"name"`
	Rows int    `json:"rows"`
	// Min and Max are the positions of the first and the last row.
	Min Position `json:"min"`
	Max Position `json:"max"`
	// Expires is, in a file of backfill (see class), when it leaves the history,
	// in Unix seconds; 0 in files whose rows leave by their eventTime.
	Expires int64 `json:"expires,omitempty"`
	Bytes   int64 `json:"bytes"`
}

// dataFile is an open data file with its index. It is shared by lookups and
// removed from disk when the last of them is done.
type dataFile struct {
	meta    fileMeta
	dir     string
	idx     *index
	file    *os.File
	json    parquet.ColumnChunk
	columns map[string]parquet.ColumnChunk // those with a dictionary, by name
	refs    atomic.Int32
	dropped atomic.Bool

	page struct { // the last page read, kept since neighbors are often asked for together
		sync.Mutex
		first  int64
		values [][]byte
	}
}

// errIndex says that a data file's index cannot be opened.
var errIndex = errors.New("no usable index")

func dataPath(dir, name string) string  { return filepath.Join(dir, name+".parquet") }
func indexPath(dir, name string) string { return filepath.Join(dir, name+".idx") }

func openDataFile(dir string, meta fileMeta) (_ *dataFile, err error) {
	d := &dataFile{meta: meta, dir: dir}
	d.refs.Store(1)
	if d.idx, err = openIndex(indexPath(dir, meta.Name)); err != nil {
		return nil, fmt.Errorf("%w: %w", errIndex, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.closeFiles())
		}
	}()
	if d.file, err = os.Open(dataPath(dir, meta.Name)); err != nil {
		return nil, err
	}
	st, err := d.file.Stat()
	if err != nil {
		return nil, err
	}
	pf, err := parquet.OpenFile(d.file, st.Size(), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("open data file %s: %w", d.file.Name(), err)
	}
	if len(pf.RowGroups()) != 1 || pf.NumRows() != int64(meta.Rows) {
		return nil, fmt.Errorf("data file %s: %d rows in %d groups, the manifest says %d", d.file.Name(), pf.NumRows(), len(pf.RowGroups()), meta.Rows)
	}
	if d.idx.rows() != meta.Rows {
		return nil, fmt.Errorf("%w: that of data file %s has %d rows, the manifest says %d", errIndex, d.file.Name(), d.idx.rows(), meta.Rows)
	}
	column, ok := pf.Schema().Lookup("eventjson")
	if !ok {
		return nil, fmt.Errorf("data file %s has no column eventjson", d.file.Name())
	}
	chunks := pf.RowGroups()[0].ColumnChunks()
	d.json, d.columns = chunks[column.ColumnIndex], make(map[string]parquet.ColumnChunk)
	for _, name := range columns {
		if c, ok := pf.Schema().Lookup(name); ok {
			d.columns[name] = chunks[c.ColumnIndex]
		}
	}
	return d, nil
}

func (d *dataFile) acquire() { d.refs.Add(1) }

// release gives up one reference; the last one closes the file and, if it was
// dropped, removes it.
func (d *dataFile) release() error {
	if d.refs.Add(-1) > 0 {
		return nil
	}
	err := d.closeFiles()
	if d.dropped.Load() {
		err = errors.Join(err, os.Remove(dataPath(d.dir, d.meta.Name)), os.Remove(indexPath(d.dir, d.meta.Name)))
	}
	return err
}

func (d *dataFile) closeFiles() (err error) {
	if d.file != nil {
		err = d.file.Close()
	}
	return errors.Join(err, d.idx.close())
}

// raw returns the record of a row, and whether its page was read for it. The caller
// may keep the record.
func (d *dataFile) raw(row int) (record []byte, read bool, err error) {
	d.page.Lock()
	if i := int64(row) - d.page.first; i >= 0 && i < int64(len(d.page.values)) {
		v := d.page.values[i]
		d.page.Unlock()
		return v, false, nil
	}
	d.page.Unlock()
	first, values, err := d.readPage(int64(row))
	if err != nil {
		return nil, true, fmt.Errorf("read row %d of %s: %w", row, d.file.Name(), err)
	}
	d.page.Lock()
	d.page.first, d.page.values = first, values
	d.page.Unlock()
	return values[int64(row)-first], true, nil
}

// readPage reads the page of eventjson that holds a row.
func (d *dataFile) readPage(row int64) (first int64, values [][]byte, err error) {
	offsets, err := d.json.OffsetIndex()
	if err != nil {
		return 0, nil, err
	}
	lo, hi := 0, offsets.NumPages()
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; offsets.FirstRowIndex(mid) <= row {
			lo = mid
		} else {
			hi = mid
		}
	}
	first = offsets.FirstRowIndex(lo)
	pages := d.json.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	if err := pages.SeekToRow(first); err != nil {
		return 0, nil, err
	}
	page, err := pages.ReadPage()
	if err != nil {
		return 0, nil, err
	}
	defer parquet.Release(page)
	if row >= first+page.NumRows() {
		return 0, nil, fmt.Errorf("the page of row %d ends before it", row)
	}
	vals := make([]parquet.Value, page.NumValues())
	n, err := page.Values().ReadValues(vals)
	if n < len(vals) {
		return 0, nil, fmt.Errorf("the page holds %d values of %d: %w", n, len(vals), err)
	}
	size := 0
	for _, v := range vals {
		size += len(v.ByteArray())
	}
	slab := make([]byte, 0, size)
	values = make([][]byte, len(vals))
	for i, v := range vals {
		at := len(slab)
		slab = append(slab, v.ByteArray()...)
		values[i] = slab[at:len(slab):len(slab)]
	}
	return first, values, nil
}
