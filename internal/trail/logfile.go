package trail

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"runtime"
	"sync"
	"time"

	fast "github.com/klauspost/compress/flate"
)

// A log file is one gzip member that holds {"Records":[…]}. It is compressed in
// chunks, each by itself and by as many cores as there are, and the chunks are
// put together in order. The same records give the same bytes, whatever the
// cores do: a file that is put again after a crash is the same file.
const (
	// maxLogFile bounds a log file before compression, in bytes: the 50 MB of
	// CloudTrail's, read as the smaller of the two meanings of MB.
	maxLogFile = 50_000_000
	// chunkSize is what is compressed at once. Twice as much saves 3 percent in
	// size, and costs time once it does not fit a core's cache.
	chunkSize = 256 << 10

	fileHead = `{"Records":[`
	fileTail = `]}`
)

// logFile is a log file that is being written. It is for one goroutine.
type logFile struct {
	c      *compressor
	buf    []byte // what is not in a chunk yet
	chunks []*chunk
	size   int64
	events int
	// sum and crc are the newest chunk's until wait has returned.
	sum hash.Hash
	crc uint32
	// oldest and newest are eventTimes.
	oldest, newest time.Time
}

func newLogFile(c *compressor) *logFile {
	return &logFile{c: c, sum: sha256.New(), buf: append(make([]byte, 0, 4<<10), fileHead...), size: int64(len(fileHead))}
}

// fits tells whether a record of n bytes leaves the file within limit.
func (f *logFile) fits(n int, limit int64) bool {
	return f.events == 0 || f.size+1+int64(n)+int64(len(fileTail)) <= limit
}

// add appends a record, byte for byte.
func (f *logFile) add(raw []byte, at time.Time) {
	before := len(f.buf)
	if f.events > 0 {
		f.buf = append(f.buf, ',')
	}
	f.buf = append(f.buf, raw...)
	f.size += int64(len(f.buf) - before)
	if f.events == 0 || at.Before(f.oldest) {
		f.oldest = at
	}
	if f.events == 0 || at.After(f.newest) {
		f.newest = at
	}
	f.events++
	if len(f.buf) >= chunkSize {
		f.seal(false)
	}
}

// seal hands the buffer to the compressor, which hashes it behind the chunk
// before.
func (f *logFile) seal(last bool) {
	var before <-chan struct{}
	if n := len(f.chunks); n > 0 {
		before = f.chunks[n-1].done
	}
	f.chunks = append(f.chunks, f.c.start(f.buf, last, func(raw []byte) {
		if before != nil {
			<-before
		}
		f.sum.Write(raw)
		f.crc = crc32.Update(f.crc, crc32.IEEETable, raw)
	}))
	f.buf = nil
	if !last {
		f.buf = f.c.buffer()
	}
}

// close writes the end of the file. Nothing is added behind it.
func (f *logFile) close() {
	f.buf = append(f.buf, fileTail...)
	f.size += int64(len(fileTail))
	f.seal(true)
}

// wait ends when no chunk is being compressed any more.
func (f *logFile) wait() {
	for _, c := range f.chunks {
		<-c.done
	}
}

// hash is the SHA-256 of the uncompressed file, which is closed.
func (f *logFile) hash() string { return hex.EncodeToString(f.sum.Sum(nil)) }

// gzipHead says deflate, no name, no time, and an unknown system, so that
// nothing of the moment or of the machine is in the file (RFC 1952, 2.3).
var gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// body is the gzip file, which is closed.
func (f *logFile) body() []byte {
	f.wait()
	n := len(gzipHead) + 8
	for _, c := range f.chunks {
		n += len(c.packed)
	}
	out := append(make([]byte, 0, n), gzipHead...)
	for _, c := range f.chunks {
		out = append(out, c.packed...)
	}
	out = binary.LittleEndian.AppendUint32(out, f.crc)
	return binary.LittleEndian.AppendUint32(out, uint32(f.size))
}

// pack is content as a gzip file, in one piece.
func pack(c *compressor, content []byte) []byte {
	f := &logFile{c: c, sum: sha256.New(), buf: content, size: int64(len(content))}
	f.seal(true)
	return f.body()
}

// unpack gives the uncompressed content of a gzip file that this package made.
func unpack(body []byte) io.ReadCloser {
	return flate.NewReader(bytes.NewReader(body[len(gzipHead) : len(body)-8]))
}

// chunk is a part of a file, compressed and hashed when done is closed.
type chunk struct {
	packed []byte
	done   chan struct{}
}

// compressor compresses chunks on all cores. Whoever starts one waits for it.
type compressor struct {
	slots   chan struct{}
	writers sync.Pool
	buffers sync.Pool
	outputs sync.Pool
}

func newCompressor() *compressor {
	return &compressor{slots: make(chan struct{}, runtime.GOMAXPROCS(0)+1)}
}

// buffer is empty and has room for a chunk and a record that ends behind it.
func (c *compressor) buffer() []byte {
	if b, ok := c.buffers.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return make([]byte, 0, chunkSize+16<<10)
}

// start compresses raw, which belongs to the compressor from then on, and calls
// hash with it. It waits while all cores are busy: that bounds how much lies
// around uncompressed. A chunk waits for the one before of its file only, which
// was started earlier, so the slots are never all waiting.
func (c *compressor) start(raw []byte, last bool, hash func(raw []byte)) *chunk {
	ch := &chunk{done: make(chan struct{})}
	c.slots <- struct{}{}
	go func() {
		defer func() { <-c.slots }()
		defer close(ch.done)
		ch.packed = c.deflate(raw, last)
		hash(raw)
		if cap(raw) >= chunkSize && cap(raw) <= 4*chunkSize {
			c.buffers.Put(&raw)
		}
	}()
	return ch
}

// deflate compresses one chunk. A chunk that is not the last ends with a sync
// flush, on a byte boundary, and refers to nothing before itself: so the chunks
// of a file in a row are one deflate stream (RFC 1951, 3.2.4).
func (c *compressor) deflate(raw []byte, last bool) []byte {
	out, ok := c.outputs.Get().(*bytes.Buffer)
	if !ok {
		out = new(bytes.Buffer)
	}
	out.Reset()
	z, ok := c.writers.Get().(*fast.Writer)
	if !ok {
		var err error
		if z, err = fast.NewWriter(nil, compression); err != nil {
			panic("BUG: trail: " + err.Error())
		}
	}
	z.Reset(out)
	_, err := z.Write(raw)
	if err == nil && last {
		err = z.Close()
	} else if err == nil {
		err = z.Flush()
	}
	if err != nil {
		panic(fmt.Sprintf("BUG: trail: compressing to memory failed: %v", err))
	}
	packed := bytes.Clone(out.Bytes())
	c.writers.Put(z)
	c.outputs.Put(out)
	return packed
}

// compression is the level. Synthetic records become a tenth and a bit with it;
// level 5 takes half as much time again for an eighth less.
const compression = 3
