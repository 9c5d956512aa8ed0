package journal

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// spaceGuard refuses writes before the disk is full. JetStream shuts itself
// down on a failed write, so the guard keeps a reserve: below it the journal
// refuses, and takes events again as soon as there is room.
type spaceGuard struct {
	dir  string
	min  int64
	free func(string) (int64, error)

	mu      sync.Mutex
	left    int64 // room above the reserve when last asked, less what was taken since
	asked   time.Time
	lastErr error
}

// askEvery bounds how old the answer of the file system may be. Others may
// fill the disk in between, which is what the reserve is for.
const askEvery = 250 * time.Millisecond

func (g *spaceGuard) check() error { return g.take(0) }

// take reserves n bytes, or says that the disk is too full.
func (g *spaceGuard) take(n int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now := time.Now(); now.Sub(g.asked) >= askEvery {
		free, err := g.free(g.dir)
		g.asked, g.left, g.lastErr = now, free-g.min, err
	}
	if g.lastErr != nil {
		return fmt.Errorf("%w: cannot tell the free space of %s: %w", ErrFull, g.dir, g.lastErr)
	}
	if g.left < int64(n) {
		return fmt.Errorf("%w: the disk of %s has less than the reserve of %d MiB free: make room, events are taken again at once", ErrFull, g.dir, g.min>>20)
	}
	g.left -= int64(n)
	return nil
}

func freeSpace(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
