package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// markFile remembers, outside of JetStream's own files, up to which batch the
// journal has acknowledged, so that a journal that lost its end is noticed at
// the next start. It is written at most once a second and at close, without a
// sync: it is a witness, not the truth, and may lag behind.
type markFile struct {
	f       *os.File
	last    atomic.Uint64
	written time.Time // owned by the committer, then by close
}

const markEvery = time.Second

func openMark(path string) (*markFile, uint64, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("open the journal's mark: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(f, 64))
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("read the journal's mark: %w", err), f.Close())
	}
	m := &markFile{f: f}
	if word := strings.TrimSpace(string(body)); word != "" {
		n, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			return nil, 0, errors.Join(fmt.Errorf("the journal's mark %s holds no number: %q", path, word), f.Close())
		}
		m.last.Store(n)
	}
	return m, m.last.Load(), nil
}

// note is called by the committer only.
func (m *markFile) note(seq uint64) {
	m.last.Store(seq)
	if now := time.Now(); now.Sub(m.written) >= markEvery {
		m.written = now
		m.write() // a witness that cannot be written takes nothing away from the events
	}
}

func (m *markFile) write() error {
	_, err := m.f.WriteAt(fmt.Appendf(nil, "%020d\n", m.last.Load()), 0)
	return err
}

func (m *markFile) close() error {
	var err error
	if m.last.Load() > 0 {
		err = m.write()
	}
	return errors.Join(err, m.f.Close())
}
