package lake

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"sort"
	"unsafe"

	"github.com/FastFilter/xorfilter"
	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sys/unix"
)

// An index file stands beside each data file and finds its rows by lookup key
// (docs/format/history.md):
//
//	header    64 bytes, see indexHeader
//	times     rows × int64, eventTime in Unix seconds, ascending
//	ordinals  rows × uint64
//	keys      keys × {uint64 key, uint32 at, uint32 count}, ascending by key
//	postings  Roaring bitmaps in their portable form, 8-byte aligned
//	filter    binary fuse filter over the keys of the eventIDs
//
// A key of one row holds the row in "at"; any other key the offset of its
// bitmap in the postings, in units of 8 bytes. All numbers are little endian,
// which is also how the file is used: mapped into memory.
const indexMagic = "CAIRNIX1"

type indexHeader struct {
	Magic                  [8]byte
	Rows, Keys             uint64
	PostingsLen, FilterLen uint64
	BodyCRC                uint32 // CRC-32C of everything behind the header
	HeaderCRC              uint32 // CRC-32C of the header before this field
	_                      [16]byte
}

const (
	indexHeaderLen = 64
	indexEntryLen  = 16
)

type indexEntry struct {
	key   uint64
	at    uint32
	count uint32
}

// indexPair says that a key finds a row.
type indexPair struct {
	key uint64
	row uint32
}

// indexWriter writes an index file in one pass: rows first, then keys in order.
type indexWriter struct {
	times    []int64
	ordinals []uint64
	ids      []uint64 // keys of the eventIDs
	entries  []indexEntry
	postings []byte
	bitmap   *roaring.Bitmap
}

func newIndexWriter(rows int) *indexWriter {
	return &indexWriter{times: make([]int64, 0, rows), ordinals: make([]uint64, 0, rows), ids: make([]uint64, 0, rows), bitmap: roaring.New()}
}

// row adds the next row.
func (w *indexWriter) row(p Position, id uint64) {
	w.times, w.ordinals, w.ids = append(w.times, p.Time), append(w.ordinals, p.Ordinal), append(w.ids, id)
}

// key adds the next key with its rows, ascending.
func (w *indexWriter) key(key uint64, rows []uint32) error {
	if len(rows) == 1 {
		w.entries = append(w.entries, indexEntry{key: key, at: rows[0], count: 1})
		return nil
	}
	w.bitmap.Clear()
	w.bitmap.AddMany(rows)
	w.bitmap.RunOptimize()
	at := len(w.postings) / 8
	buf := bytes.NewBuffer(w.postings)
	if _, err := w.bitmap.WriteTo(buf); err != nil {
		return fmt.Errorf("write a posting list: %w", err)
	}
	w.postings = buf.Bytes()
	for len(w.postings)%8 != 0 {
		w.postings = append(w.postings, 0)
	}
	if at > 1<<32-1 {
		return errors.New("the posting lists of one file are over 32 GiB")
	}
	w.entries = append(w.entries, indexEntry{key: key, at: uint32(at), count: uint32(len(rows))})
	return nil
}

// pairs adds all keys from unsorted pairs.
func (w *indexWriter) pairs(pairs []indexPair) error {
	slices.SortFunc(pairs, func(a, b indexPair) int {
		switch {
		case a.key != b.key && a.key < b.key:
			return -1
		case a.key != b.key:
			return 1
		}
		return int(a.row) - int(b.row)
	})
	rows := make([]uint32, 0, len(w.times))
	for i := 0; i < len(pairs); {
		rows = rows[:0]
		k := pairs[i].key
		for ; i < len(pairs) && pairs[i].key == k; i++ {
			rows = append(rows, pairs[i].row)
		}
		if err := w.key(k, rows); err != nil {
			return err
		}
	}
	return nil
}

// write writes the file to f and syncs it.
func (w *indexWriter) write(f *os.File) error {
	filter, err := xorfilter.PopulateBinaryFuse8(w.ids)
	if err != nil {
		return fmt.Errorf("build the filter of eventIDs: %w", err)
	}
	var filterBytes bytes.Buffer
	if err := filter.Save(&filterBytes); err != nil {
		return fmt.Errorf("write the filter of eventIDs: %w", err)
	}
	if _, err := f.Seek(indexHeaderLen, io.SeekStart); err != nil {
		return err
	}
	crc := crc32.New(castagnoli)
	out := bufio.NewWriterSize(io.MultiWriter(f, crc), 1<<20)
	for _, part := range [][]byte{bytesOf(w.times), bytesOf(w.ordinals), bytesOf(w.entries), w.postings, filterBytes.Bytes()} {
		if _, err := out.Write(part); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	h := indexHeader{Rows: uint64(len(w.times)), Keys: uint64(len(w.entries)), PostingsLen: uint64(len(w.postings)),
		FilterLen: uint64(filterBytes.Len()), BodyCRC: crc.Sum32()}
	copy(h.Magic[:], indexMagic)
	if _, err := f.WriteAt(h.encode(), 0); err != nil {
		return err
	}
	return f.Sync()
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (h indexHeader) encode() []byte {
	b := make([]byte, 0, indexHeaderLen)
	b = append(b, h.Magic[:]...)
	for _, v := range []uint64{h.Rows, h.Keys, h.PostingsLen, h.FilterLen} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, h.BodyCRC)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return append(b, make([]byte, indexHeaderLen-len(b))...)
}

func decodeIndexHeader(b []byte) (h indexHeader, err error) {
	if len(b) < indexHeaderLen || string(b[:8]) != indexMagic {
		return h, errors.New("not an index file of this version")
	}
	copy(h.Magic[:], b)
	h.Rows, h.Keys = binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])
	h.PostingsLen, h.FilterLen = binary.LittleEndian.Uint64(b[24:]), binary.LittleEndian.Uint64(b[32:])
	h.BodyCRC, h.HeaderCRC = binary.LittleEndian.Uint32(b[40:]), binary.LittleEndian.Uint32(b[44:])
	if crc32.Checksum(b[:44], castagnoli) != h.HeaderCRC {
		return h, errors.New("the header does not match its checksum")
	}
	want := indexHeaderLen + h.Rows*16 + h.Keys*indexEntryLen + h.PostingsLen + h.FilterLen
	if h.Rows > 1<<32 || h.Keys > 1<<40 || want != uint64(len(b)) {
		return h, fmt.Errorf("the file has %d bytes, its header says %d", len(b), want)
	}
	return h, nil
}

// bytesOf and sliceOf view numbers as bytes and back. Cairn runs on
// little-endian machines only; the assertion below refuses to build elsewhere.
func bytesOf[T any](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}

func sliceOf[T any](b []byte, n uint64) []T {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), n)
}

// index is an open index file, mapped into memory.
type index struct {
	mapped   []byte
	times    []int64
	ordinals []uint64
	entries  []indexEntry
	postings []byte
	filter   *xorfilter.BinaryFuse8
}

func openIndex(path string) (_ *index, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() < indexHeaderLen {
		return nil, fmt.Errorf("index %s: cut off at %d bytes", path, st.Size())
	}
	m, err := unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map index %s: %w", path, err)
	}
	x := &index{mapped: m}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("index %s: %w", path, err), x.close())
		}
	}()
	h, err := decodeIndexHeader(m)
	if err != nil {
		return nil, err
	}
	at := uint64(indexHeaderLen)
	cut := func(n uint64) []byte { b := m[at : at+n]; at += n; return b }
	x.times = sliceOf[int64](cut(h.Rows*8), h.Rows)
	x.ordinals = sliceOf[uint64](cut(h.Rows*8), h.Rows)
	x.entries = sliceOf[indexEntry](cut(h.Keys*indexEntryLen), h.Keys)
	x.postings = cut(h.PostingsLen)
	if x.filter, err = xorfilter.LoadBinaryFuse8(bytes.NewReader(cut(h.FilterLen))); err != nil {
		return nil, fmt.Errorf("read the filter of eventIDs: %w", err)
	}
	return x, nil
}

func (x *index) close() error { return unix.Munmap(x.mapped) }

// verify reads the whole file and checks it against its checksum.
func (x *index) verify() error {
	h, err := decodeIndexHeader(x.mapped)
	if err != nil {
		return err
	}
	if crc32.Checksum(x.mapped[indexHeaderLen:], castagnoli) != h.BodyCRC {
		return errors.New("the file does not match its checksum")
	}
	return nil
}

func (x *index) rows() int { return len(x.times) }

func (x *index) position(row int) Position {
	return Position{Time: x.times[row], Ordinal: x.ordinals[row]}
}

// lowerBound is the first row that is not before p.
func (x *index) lowerBound(p Position) int {
	return sort.Search(len(x.times), func(i int) bool {
		return x.times[i] > p.Time || x.times[i] == p.Time && x.ordinals[i] >= p.Ordinal
	})
}

// find returns the entry of a key. Keys are hashes, so evenly spread, and the
// place to look is computed from the value; a few steps of binary search remain.
func (x *index) find(key uint64) (indexEntry, bool) {
	lo, hi := 0, len(x.entries)
	if hi > 32 {
		first, last := x.entries[lo].key, x.entries[hi-1].key
		if key < first || key > last {
			return indexEntry{}, false
		}
		guess := lo + int(float64(key-first)/(float64(last-first)+1)*float64(hi-lo))
		guess = min(max(guess, lo), hi-1)
		// A window around the guess that doubles until it holds the key.
		for step := 16; ; step *= 4 {
			l, h := max(lo, guess-step), min(hi, guess+step)
			if (l == lo || x.entries[l].key <= key) && (h == hi || x.entries[h].key > key) {
				lo, hi = l, h
				break
			}
		}
	}
	i := lo + sort.Search(hi-lo, func(i int) bool { return x.entries[lo+i].key >= key })
	if i < len(x.entries) && x.entries[i].key == key {
		return x.entries[i], true
	}
	return indexEntry{}, false
}

// posting returns the rows of an entry. The bitmap shares the mapped memory.
func (x *index) posting(e indexEntry) (*roaring.Bitmap, error) {
	if e.count == 1 {
		return roaring.BitmapOf(e.at), nil
	}
	at := uint64(e.at) * 8
	if at >= uint64(len(x.postings)) {
		return nil, errors.New("a posting list lies outside of its index")
	}
	bm := roaring.New()
	if _, err := bm.FromBuffer(x.postings[at:]); err != nil {
		return nil, fmt.Errorf("read a posting list: %w", err)
	}
	return bm, nil
}

// selectRows returns the rows that all of the keys find, nil for none.
func (x *index) selectRows(keys []uint64) (*roaring.Bitmap, error) {
	var out *roaring.Bitmap
	for _, key := range keys {
		e, ok := x.find(key)
		if !ok {
			return nil, nil
		}
		bm, err := x.posting(e)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = bm
		} else {
			out = roaring.And(out, bm)
		}
	}
	return out, nil
}
