package journal

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// spaceGuard refuses writes before the disk is full. JetStream shuts itself
// down on a failed write, so the guard keeps a reserve: below it the journal
// refuses, and takes events again as soon as there is room. Asking the file
// system costs two microseconds, so each write asks.
type spaceGuard struct {
	dir  string
	min  int64
	free func(string) (int64, error)
}

// check says that there is no room for n more bytes, or nil.
func (g *spaceGuard) check(n int) error {
	free, err := g.free(g.dir)
	if err != nil {
		return fmt.Errorf("%w: cannot tell the free space of %s: %w", ErrFull, g.dir, err)
	}
	if free < g.min+int64(n) {
		return fmt.Errorf("%w: the disk of %s has %d MiB free, less than the reserve of %d MiB: make room, events are taken again at once", ErrFull, g.dir, free>>20, g.min>>20)
	}
	return nil
}

func freeSpace(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
