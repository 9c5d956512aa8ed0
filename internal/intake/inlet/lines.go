package inlet

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

const (
	// lineBytes is how much of a file or a connection is read at once.
	lineBytes = 1 << 20
	// maxConnections bounds a socket's.
	maxConnections = 64
	// tailEvery is how often a file is looked at when it does not grow.
	tailEvery = 200 * time.Millisecond
)

// Lines takes entries that come a line each, from sockets and files. There is nobody to
// say no to: while the journal refuses, nothing more is read.
type Lines struct {
	Name    string
	Decode  Decoder
	Sink    Sink
	MaxLine int64
	Metrics *Metrics
	Logger  *slog.Logger
}

// take makes lines durable, however long it has to try.
func (l *Lines) take(ctx context.Context, doc []byte) error {
	b := l.Decode(doc)
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		err := l.Sink.Take(context.WithoutCancel(ctx), b)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrRefused):
			l.Metrics.lost.WithLabelValues(l.Name).Add(float64(len(b.Events)))
			l.Logger.Error("an inlet leaves entries out that cannot be taken", "inlet", l.Name, "entries", len(b.Events), "error", err)
			return nil
		}
		l.Metrics.refused.WithLabelValues(l.Name, "journal").Inc()
		l.Logger.Warn("an inlet cannot keep events, and tries again", "inlet", l.Name, "error", err, "in", wait)
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Serve takes lines from connections until ctx ends, and closes the listener.
func (l *Lines) Serve(ctx context.Context, from net.Listener) error {
	var running sync.WaitGroup
	defer running.Wait()
	defer context.AfterFunc(ctx, func() { _ = from.Close() })() // Accept says that it is closed
	slots := make(chan struct{}, maxConnections)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		conn, err := from.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		running.Go(func() {
			defer func() { <-slots }()
			l.connection(ctx, conn)
		})
	}
}

// connection reads one until it ends. What comes behind the last line's end is an entry
// too.
func (l *Lines) connection(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // Read says that it is closed
	var kept []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buf)
		kept = append(kept, buf[:n]...)
		end := bytes.LastIndexByte(kept, '\n') + 1
		if err != nil {
			end = len(kept)
		}
		if end > 0 {
			if l.take(ctx, kept[:end]) != nil {
				return
			}
			kept = append(kept[:0:0], kept[end:]...)
		}
		if err != nil {
			return
		}
		if int64(len(kept)) > l.MaxLine {
			l.Metrics.refused.WithLabelValues(l.Name, "size").Inc()
			l.Logger.Warn("a line is too long, and its connection is closed", "inlet", l.Name, "bytes", len(kept), "most", l.MaxLine)
			return
		}
	}
}

// Position is how far a file is read. Head and Sum know the file again, whatever it is
// called by then: the length and the SHA-256 of its first line's beginning.
type Position struct {
	Head   int    `json:"head"`
	Sum    string `json:"sum"`
	Offset int64  `json:"offset"`
}

// maxHead bounds Position.Head.
const maxHead = 1024

// Tail reads a file as it grows until ctx ends: lines are in the journal before the
// position is written, so a crash between the two repeats some, under the same
// eventIDs. A file that was renamed is read to its end before the one that took its
// place. One that was cut, or is gone before it was read to its end, is a gap that is
// counted.
func (l *Lines) Tail(ctx context.Context, file string, positions *store.Collection[Position]) error {
	t := tail{Lines: l, file: file, positions: positions}
	item, err := positions.Get(ctx, l.Name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	t.at = item.Value
	for {
		err := t.follow(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			l.Logger.Warn("an inlet cannot read its file, and tries again", "inlet", l.Name, "file", file, "error", err)
		}
		if pause(ctx, tailEvery) != nil {
			return nil
		}
	}
}

// tail is one run of Tail.
type tail struct {
	*Lines
	file      string
	positions *store.Collection[Position]
	at        Position
}

// follow reads the file, and returns when another has taken its place.
func (t *tail) follow(ctx context.Context) error {
	f, err := os.Open(t.file)
	if err != nil {
		return err
	}
	defer f.Close()
	if !t.isAt(f) {
		if err := t.finishRotated(ctx); err != nil {
			return err
		}
		t.at = Position{}
	}
	for {
		moved, err := t.moved(f)
		if err != nil {
			return err
		}
		// What was written before it moved is there by now.
		if err := t.drain(ctx, f, moved); err != nil {
			return err
		}
		if moved {
			t.at = Position{}
			_, err := t.positions.Put(context.WithoutCancel(ctx), t.Name, t.at)
			return err
		}
		if err := pause(ctx, tailEvery); err != nil {
			return err
		}
	}
}

// isAt tells whether the position is one of this file.
func (t *tail) isAt(f *os.File) bool {
	if t.at.Head == 0 {
		return true
	}
	head := make([]byte, t.at.Head)
	if _, err := f.ReadAt(head, 0); err != nil {
		return false
	}
	return sum(head) == t.at.Sum
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// finishRotated reads the rest of the file of the position, which has another name now.
func (t *tail) finishRotated(ctx context.Context) error {
	names, err := filepath.Glob(filepath.Join(filepath.Dir(t.file), "*"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == t.file || !strings.HasPrefix(filepath.Base(name), strings.TrimSuffix(filepath.Base(t.file), filepath.Ext(t.file))) {
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		if !t.isAt(f) {
			_ = f.Close()
			continue
		}
		return errors.Join(t.drain(ctx, f, true), f.Close())
	}
	t.gap("the file was replaced, and the one that was read before is not beside it")
	return nil
}

func (t *tail) gap(why string) {
	t.Metrics.lost.WithLabelValues(t.Name).Inc()
	t.Logger.Warn("there may be a gap in the events of an inlet: "+why, "inlet", t.Name, "file", t.file, "offset", t.at.Offset)
}

// moved tells whether the file's name is another file's now.
func (t *tail) moved(f *os.File) (bool, error) {
	mine, err := f.Stat()
	if err != nil {
		return false, err
	}
	if mine.Size() < t.at.Offset || !t.isAt(f) {
		t.gap("the file was cut")
		t.at = Position{}
	}
	now, err := os.Stat(t.file)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil // the next is about to be made
	}
	return err == nil && !os.SameFile(mine, now), err
}

// drain takes what the file has behind the position, in whole lines unless it is the
// last of it.
func (t *tail) drain(ctx context.Context, f *os.File, last bool) error {
	size := int64(lineBytes)
	for {
		buf := make([]byte, size)
		n, err := f.ReadAt(buf, t.at.Offset)
		if err != nil && err != io.EOF {
			return err
		}
		end := bytes.LastIndexByte(buf[:n], '\n') + 1
		if end == 0 && int64(n) == size && size < t.MaxLine {
			size = min(2*size, t.MaxLine)
			continue
		}
		if end == 0 && (int64(n) == size || last) {
			end = n // a line that is too long is taken in pieces, and says so
		}
		if end == 0 {
			return nil
		}
		if err := t.advance(ctx, f, buf[:end]); err != nil {
			return err
		}
		size = lineBytes
	}
}

// advance takes lines, and writes the position behind them.
func (t *tail) advance(ctx context.Context, f *os.File, lines []byte) error {
	if err := t.take(ctx, lines); err != nil {
		return err
	}
	at := t.at
	at.Offset += int64(len(lines))
	if at.Head == 0 {
		head := make([]byte, min(at.Offset, maxHead))
		if _, err := f.ReadAt(head, 0); err != nil {
			return err
		}
		if end := bytes.IndexByte(head, '\n'); end >= 0 {
			head = head[:end+1]
		}
		at.Head, at.Sum = len(head), sum(head)
	}
	if _, err := t.positions.Put(context.WithoutCancel(ctx), t.Name, at); err != nil {
		return err
	}
	t.at = at
	return nil
}
