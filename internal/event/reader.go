package event

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Record is one record of a stream.
type Record struct {
	Envelope
	// Raw is the record's bytes. It and the envelope's strings are valid until
	// the next call of Next.
	Raw []byte
	// Number counts the stream's records from 1.
	Number int
	// Offset is where the record begins, in bytes of the uncompressed stream.
	Offset int64
}

// RecordError says why one record was refused; the stream goes on behind it.
type RecordError struct {
	Number int
	Offset int64
	Err    error
}

func (e *RecordError) Error() string {
	return fmt.Sprintf("record %d at byte %d: %v", e.Number, e.Offset, e.Err)
}

func (e *RecordError) Unwrap() error { return e.Err }

// Reader reads the records of a CloudTrail log file ({"Records":[…]}), of a
// JSON array, or of newline-delimited JSON, one at a time: memory does not
// grow with the file.
type Reader struct {
	src    io.Reader
	buf    []byte // window of the stream; pos is the read position in it
	pos    int
	base   int64 // stream offset of buf[0]
	eof    bool
	srcErr error
	array  bool // inside […]: records are separated by commas
	begun  bool
	closed bool // the array's end was seen
	first  bool // no record of the array was read yet
	number int
	names  []Resource // memory reused for envelopes
	keys   [][]byte
}

// NewReader reads records from src, which is plain JSON text.
func NewReader(src io.Reader) *Reader {
	return &Reader{src: src, buf: make([]byte, 0, 256<<10), first: true}
}

// Next returns the next record; a *RecordError for one that is refused, after
// which Next goes on; io.EOF at the end; and any other error when the rest of
// the stream cannot be read.
func (r *Reader) Next() (Record, error) {
	if !r.begun {
		r.begun = true
		if err := r.open(); err != nil {
			return Record{}, err
		}
	}
	if err := r.toRecord(); err != nil {
		return Record{}, err
	}
	r.number++
	for {
		p := parser{scanner: scanner{b: r.buf[r.pos:]}, unknown: r.keys[:0]}
		p.env.Resources = r.names[:0]
		err := p.record()
		if errors.Is(err, errShort) && len(p.b) <= MaxSize && r.have(len(p.b)+len(p.b)/2+1, 1) {
			continue
		}
		rec := Record{Raw: p.b[:p.i], Number: r.number, Offset: r.base + int64(r.pos)}
		if err == nil {
			r.keys = p.unknown
			rec.Envelope, err = p.finish(rec.Raw)
			r.names = p.env.Resources[:0]
			r.pos += p.i
			if err == nil {
				return rec, nil
			}
		} else {
			if errors.Is(err, errShort) && len(p.b) > MaxSize {
				err = ErrTooLarge
			}
			if skipErr := r.skip(); skipErr != nil {
				return Record{}, fmt.Errorf("record %d at byte %d: %w", rec.Number, rec.Offset, firstOf(r.srcErr, err))
			}
		}
		return Record{}, &RecordError{Number: rec.Number, Offset: rec.Offset, Err: err}
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// open finds out which of the three forms the stream has. What stands before
// "Records" in the wrapper object is skipped.
func (r *Reader) open() error {
	c, err := r.peek()
	if err != nil {
		return err
	}
	if c == 0xEF && r.have(3, 3) && bytes.HasPrefix(r.buf[r.pos:], []byte("\xEF\xBB\xBF")) {
		r.pos += 3
		if c, err = r.peek(); err != nil {
			return err
		}
	}
	switch c {
	case '[':
		r.array = true
		r.pos++
		return nil
	case '{':
		return r.openWrapper()
	}
	return fmt.Errorf("byte %d: neither a CloudTrail log file ({\"Records\":[…]}) nor newline-delimited JSON", r.base+int64(r.pos))
}

// openWrapper tells {"Records":[ from a bare record by the first member.
func (r *Reader) openWrapper() error {
	for {
		s := scanner{b: r.buf[r.pos:]}
		isWrapper, err := wrapperStart(&s)
		if errors.Is(err, errShort) && len(s.b) < 64<<10 && r.have(len(s.b)+1, 1) {
			continue
		}
		if err == nil && isWrapper {
			r.array = true
			r.pos += s.i
		}
		return nil
	}
}

func wrapperStart(s *scanner) (bool, error) {
	if err := s.expect('{'); err != nil {
		return false, err
	}
	c, err := s.next()
	if err != nil || c != '"' {
		return false, err
	}
	key, _, err := s.str()
	if err != nil || string(key) != "Records" {
		return false, err
	}
	if err := s.expect(':'); err != nil {
		return false, err
	}
	return true, s.expect('[')
}

// toRecord moves to the first byte of the next record.
func (r *Reader) toRecord() error {
	if r.closed {
		return r.rest()
	}
	c, err := r.peek()
	if err != nil {
		if r.array && errors.Is(err, io.EOF) {
			return fmt.Errorf("the file ends before its closing bracket, after record %d at byte %d: %w",
				r.number, r.base+int64(r.pos), io.ErrUnexpectedEOF)
		}
		return err
	}
	if !r.array {
		return nil
	}
	if c == ']' {
		r.closed = true
		return r.rest()
	}
	if !r.first {
		if c != ',' {
			return fmt.Errorf("byte %d: %q where ',' or ']' belongs", r.base+int64(r.pos), c)
		}
		r.pos++
		_, err = r.peek()
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("the file ends after record %d at byte %d: %w", r.number, r.base+int64(r.pos), io.ErrUnexpectedEOF)
		}
	}
	r.first = false
	return err
}

// rest reads what stands behind the array: nothing of it counts, but only at
// the stream's end does a compressed one prove its checksum.
func (r *Reader) rest() error {
	for r.pos = len(r.buf); r.fill(); r.pos = len(r.buf) {
	}
	if r.srcErr != nil {
		return r.srcErr
	}
	return io.EOF
}

// skip leaves a refused record: to the end of the line in newline-delimited
// JSON, to the matching brace in an array.
func (r *Reader) skip() error {
	depth, inString := 0, false
	for begun := false; ; {
		for r.pos < len(r.buf) {
			c := r.buf[r.pos]
			if !r.array {
				r.pos++
				if c == '\n' {
					return nil
				}
				continue
			}
			if begun && depth == 0 && !inString && (c == ',' || c == ']') {
				return nil
			}
			begun = true
			r.pos++
			switch {
			case inString && c == '\\':
				if !r.have(1, 1) {
					return io.ErrUnexpectedEOF
				}
				r.pos++
			case c == '"':
				inString = !inString
			case inString:
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				depth--
			}
		}
		if !r.fill() {
			if !r.array {
				return r.srcErr
			}
			return io.ErrUnexpectedEOF
		}
	}
}

// peek skips white space and returns the byte there.
func (r *Reader) peek() (byte, error) {
	for {
		for r.pos < len(r.buf) {
			switch c := r.buf[r.pos]; c {
			case ' ', '\n', '\t', '\r':
				r.pos++
			default:
				return c, nil
			}
		}
		if !r.fill() {
			if r.srcErr != nil {
				return 0, r.srcErr
			}
			return 0, io.EOF
		}
	}
}

// have reads until n bytes stand at pos, and reports whether at least that many
// do; at the stream's end, whether it read least more bytes. A record that the
// window cuts is parsed again only when the window grew by half, so that many
// small reads cost no more than few large ones.
func (r *Reader) have(n, least int) bool {
	before := len(r.buf) - r.pos
	for len(r.buf)-r.pos < n {
		if !r.fill() {
			return len(r.buf)-r.pos-before >= least
		}
	}
	return true
}

// fill reads more of the stream behind the window, dropping what lies before
// pos. It reports whether anything came.
func (r *Reader) fill() bool {
	if r.eof {
		return false
	}
	if r.pos > 0 {
		r.base += int64(r.pos)
		r.buf = r.buf[:copy(r.buf, r.buf[r.pos:])]
		r.pos = 0
	}
	if len(r.buf) == cap(r.buf) {
		grown := make([]byte, len(r.buf), 2*cap(r.buf))
		copy(grown, r.buf)
		r.buf = grown
	}
	for {
		n, err := r.src.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if err != nil {
			r.eof = true
			if !errors.Is(err, io.EOF) {
				r.srcErr = err
			}
		}
		if n > 0 || r.eof {
			return n > 0
		}
	}
}
