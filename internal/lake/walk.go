package lake

import (
	"context"
	"errors"
)

// walkRows is how many events of a walk come out of one snapshot. A snapshot keeps
// files that were replaced on disk, and memtables that were written in memory, so that
// a slow reader must not hold one for long.
const walkRows = 2000

// errPause ends a stretch of a walk.
var errPause = errors.New("go on with another snapshot")

// Walk gives the events of a query, newest first, to yield, until that fails; its
// error is Walk's. Limit bounds how many there are, and 0 does not. Events that become
// visible meanwhile come only where the walk has not been. It keeps one event in
// memory at a time, and the page of its file.
func (h *History) Walk(ctx context.Context, q LookupQuery, yield func(*LookupEvent) error) error {
	for left := q.Limit; ; {
		var last Position
		n := 0
		err := h.stretch(ctx, &q, func(e *LookupEvent) error {
			if err := yield(e); err != nil {
				return err
			}
			last = e.Position
			if n++; n == walkRows || n == left {
				return errPause
			}
			return nil
		})
		if left -= n; !errors.Is(err, errPause) || left == 0 {
			if errors.Is(err, errPause) {
				return nil
			}
			return err
		}
		q.After = &last
	}
}

// stretch walks one snapshot.
func (h *History) stretch(ctx context.Context, q *LookupQuery, yield func(*LookupEvent) error) error {
	snap := h.snapshot()
	defer h.done(snap)
	m := h.newMerge(snap, q).scan(snap, walkRows+1)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		e, err := m.event()
		if e == nil || err != nil {
			return err
		}
		if matches(&e.Envelope, q) {
			if err := yield(e); err != nil {
				return err
			}
		}
		m.advance()
	}
}
