package query

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// Cell is a value of a result as text, or NULL.
type Cell struct {
	Text string
	Null bool
}

// The format of a file of rows: docs/format/query-results.md.
const (
	spoolMagic  = "CAIRNQR1"
	spoolHeader = len(spoolMagic)
	rowHeader   = 8
	// maxRow bounds a row: it is read as a whole, and answered as a whole.
	maxRow = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// room is what the files of all results may take together, and what they leave free
// on the disk.
type room struct {
	limit int64
	used  atomic.Int64
	// free tells how much the disk has left, and reserve how much it is to keep. Nil
	// does not ask.
	free    func() (int64, error)
	reserve int64
}

// askEvery is after how many bytes the disk is asked again.
const askEvery = 1 << 20

func (r *room) take(n int64) error {
	used := r.used.Add(n)
	if used > r.limit {
		r.used.Add(-n)
		return fmt.Errorf("%w: they may have %d bytes together and have %d", errNoRoom, r.limit, used-n)
	}
	if r.free == nil || used/askEvery == (used-n)/askEvery {
		return nil
	}
	free, err := r.free()
	if err == nil && free < r.reserve {
		err = fmt.Errorf("the disk has %d MiB free, and %d MiB are to be left", free>>20, r.reserve>>20)
	}
	if err != nil {
		r.used.Add(-n)
		return fmt.Errorf("%w: %w", errNoRoom, err)
	}
	return nil
}

func (r *room) give(n int64) { r.used.Add(-n) }

// spool is a file of rows that is being written. Others may read what it has.
type spool struct {
	path  string
	limit int64
	room  *room

	// rows is how many there are; it is asked for also while the file is synced.
	rows atomic.Int64

	mu    sync.Mutex
	file  *os.File
	out   *bufio.Writer
	bytes int64
	buf   []byte
}

// newSpool makes a file of rows, in place of one that may be there.
func newSpool(path string, limit int64, r *room) (*spool, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make a file for results: %w", err)
	}
	s := &spool{path: path, limit: limit, room: r, file: f, out: bufio.NewWriterSize(f, 64<<10)}
	if err := s.write([]byte(spoolMagic)); err != nil {
		return nil, errors.Join(err, s.drop())
	}
	return s, nil
}

// write accounts for bytes before it writes them. The caller holds mu, or is alone.
func (s *spool) write(b []byte) error {
	n := int64(len(b))
	if s.bytes+n > s.limit {
		return fmt.Errorf("%w: %d bytes", errTooLarge, s.limit)
	}
	if err := s.room.take(n); err != nil {
		return err
	}
	s.bytes += n
	if _, err := s.out.Write(b); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}

// add appends a row.
func (s *spool) add(row []Cell) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf = append(s.buf[:0], make([]byte, rowHeader)...)
	for _, c := range row {
		if c.Null {
			s.buf = append(s.buf, 0)
			continue
		}
		s.buf = binary.AppendUvarint(s.buf, uint64(len(c.Text))+1)
		s.buf = append(s.buf, c.Text...)
	}
	body := s.buf[rowHeader:]
	if len(body) > maxRow {
		return fmt.Errorf("%w: one row has %d bytes", errTooLarge, len(body))
	}
	binary.LittleEndian.PutUint32(s.buf, uint32(len(body)))
	binary.LittleEndian.PutUint32(s.buf[4:], crc32.Checksum(body, castagnoli))
	if err := s.write(s.buf); err != nil {
		return err
	}
	s.rows.Add(1)
	return nil
}

// readable makes what was added readable, and says how much that is.
func (s *spool) readable() (rows, bytes int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return s.rows.Load(), s.bytes, nil
	}
	if err := s.out.Flush(); err != nil {
		return 0, 0, fmt.Errorf("write results: %w", err)
	}
	return s.rows.Load(), s.bytes, nil
}

// finish brings the file to the disk. Its name is there when the folder is synced. It
// is not for use beside add or drop.
func (s *spool) finish() (rows, bytes int64, err error) {
	if rows, bytes, err = s.readable(); err != nil {
		return 0, 0, err
	}
	err = s.file.Sync()
	s.mu.Lock()
	defer s.mu.Unlock()
	err = errors.Join(err, s.file.Close())
	s.file = nil
	if err != nil {
		return 0, 0, fmt.Errorf("write results: %w", err)
	}
	return rows, bytes, nil
}

// drop removes the file and gives its room back. It may be called after finish.
func (s *spool) drop() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		err = s.file.Close()
		s.file = nil
	}
	s.room.give(s.bytes)
	s.bytes = 0
	s.rows.Store(0)
	return errors.Join(err, os.Remove(s.path))
}

// rowReader reads rows one after the other.
type rowReader struct {
	in      *bufio.Reader
	columns int
	// offset is where the next row begins, and end where the last one ends.
	offset, end int64
	body        []byte
}

// openRows reads a file of rows from a place on, which is 0 or one that rowReader
// gave as its offset. end is how much of the file counts.
func openRows(path string, columns int, from, end int64) (*rowReader, io.Closer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("open results: %w", err)
	}
	r := &rowReader{columns: columns, offset: max(from, int64(spoolHeader)), end: end}
	magic := make([]byte, spoolHeader)
	if _, err := f.ReadAt(magic, 0); err != nil || string(magic) != spoolMagic {
		return nil, nil, errors.Join(fmt.Errorf("%s is no file of results: %w", path, errDamaged), err, f.Close())
	}
	if _, err := f.Seek(r.offset, io.SeekStart); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	r.in = bufio.NewReaderSize(f, 64<<10)
	return r, f, nil
}

// errDamaged is a file of rows that is not what was written.
var errDamaged = errors.New("a file of results is damaged")

// next reads a row; io.EOF is behind the last one.
func (r *rowReader) next() ([]Cell, error) {
	if r.offset >= r.end {
		return nil, io.EOF
	}
	var head [rowHeader]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return nil, fmt.Errorf("%w at %d: %w", errDamaged, r.offset, err)
	}
	n := int64(binary.LittleEndian.Uint32(head[:]))
	if n > maxRow || r.offset+rowHeader+n > r.end {
		return nil, fmt.Errorf("%w at %d: a row of %d bytes", errDamaged, r.offset, n)
	}
	if int64(cap(r.body)) < n {
		r.body = make([]byte, n)
	}
	r.body = r.body[:n]
	if _, err := io.ReadFull(r.in, r.body); err != nil {
		return nil, fmt.Errorf("%w at %d: %w", errDamaged, r.offset, err)
	}
	if crc32.Checksum(r.body, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, fmt.Errorf("%w at %d: the checksum is wrong", errDamaged, r.offset)
	}
	row, err := decodeRow(r.body, r.columns)
	if err != nil {
		return nil, fmt.Errorf("%w at %d: %w", errDamaged, r.offset, err)
	}
	r.offset += rowHeader + n
	return row, nil
}

// decodeRow reads the cells of a row.
func decodeRow(body []byte, columns int) ([]Cell, error) {
	row := make([]Cell, columns)
	for i := range row {
		n, size := binary.Uvarint(body)
		if size <= 0 {
			return nil, fmt.Errorf("column %d has no length", i+1)
		}
		body = body[size:]
		if n == 0 {
			row[i].Null = true
			continue
		}
		if n-1 > uint64(len(body)) {
			return nil, fmt.Errorf("column %d has %d bytes, and %d are left", i+1, n-1, len(body))
		}
		row[i].Text, body = string(body[:n-1]), body[n-1:]
	}
	if len(body) > 0 {
		return nil, fmt.Errorf("%d bytes are left over", len(body))
	}
	return row, nil
}
