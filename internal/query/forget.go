package query

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

// forgetAll removes queries that are older than Retention, now and then.
func (s *Service) forgetAll(ctx context.Context) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		if err := s.forget(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Error("old queries cannot be removed; it is tried again", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// forget removes queries that are older than Retention, with their results. The
// record goes first: a file that a crash leaves behind belongs to nothing, and the
// next start removes it.
func (s *Service) forget(ctx context.Context) error {
	items, err := s.queries.List(ctx, "")
	if err != nil {
		return err
	}
	for i := range items {
		q := &items[i].Value
		if !s.expired(q) {
			continue
		}
		if err := s.queries.Delete(ctx, items[i].ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := s.removeRows(q); err != nil {
			return err
		}
	}
	return nil
}

// removeRows removes a query's file of rows and gives its room back.
func (s *Service) removeRows(q *Query) error {
	path := s.rowsPath(q.ID)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil {
		return fmt.Errorf("remove results: %w", err)
	}
	s.room.give(info.Size())
	return nil
}
