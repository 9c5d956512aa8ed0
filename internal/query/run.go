package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// forgetEvery is how often old queries are looked for.
const forgetEvery = 10 * time.Minute

// Run runs queries, delivers results and forgets what is old, until ctx ends. It
// then stops the engines, and returns when everything has ended. Its error is of a
// query whose state in the store is not known.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel(errStopping)
	slots := make(chan struct{}, deliveriesAtOnce)
	for _, q := range s.undelivered() {
		work.Go(func() { s.deliver(ctx, slots, q) })
	}
	work.Go(func() { s.forgetAll(ctx) })
	for {
		// What a stop frees is not for the next query, which would only be stopped too.
		for ctx.Err() == nil {
			a := s.next()
			if a == nil {
				break
			}
			work.Go(func() {
				s.work(ctx, a)
				if q, ok := s.deliverable(a); ok {
					s.deliver(ctx, slots, q)
				}
			})
		}
		select {
		case <-s.wake:
		case err := <-s.fatal:
			return fmt.Errorf("a query's state is not known any more: %w", err)
		case <-ctx.Done():
			return nil
		}
	}
}

// next takes the query out of the queue that is to run next, if one may: the first
// one of the account that has the fewest running.
func (s *Service) next() *active {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.running >= s.cfg.Slots || len(s.mu.queue) == 0 {
		return nil
	}
	running := make(map[string]int)
	for _, a := range s.mu.active {
		if a.query.Status == Running {
			running[a.query.AccountID]++
		}
	}
	best := 0
	for i, a := range s.mu.queue {
		if running[a.query.AccountID] < running[s.mu.queue[best].query.AccountID] {
			best = i
		}
	}
	a := s.mu.queue[best]
	s.mu.queue = append(s.mu.queue[:best:best], s.mu.queue[best+1:]...)
	s.mu.running++
	a.query.Status, a.query.Started = Running, s.now()
	return a
}

// work runs a query to its end.
func (s *Service) work(ctx context.Context, a *active) {
	ctx, stop := context.WithTimeoutCause(ctx, s.cfg.TimeLimit, errTimeLimit)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := s.begin(ctx, a, cancel)
	if err == nil {
		err = s.guarded(ctx, a)
	}
	status, text, internal := outcome(ctx, err, s.cfg.TimeLimit)
	if internal {
		s.cfg.Logger.Error("a query failed", "query", a.job.ID, "error", err)
	}
	kept := kept{}
	if status == Finished || status == TimedOut {
		if kept, err = s.keep(a); err != nil {
			s.cfg.Logger.Error("the results of a query cannot be kept", "query", a.job.ID, "error", err)
			status, text = Failed, textInternal
		}
	}
	s.finish(a, status, text, kept)
	s.poke()
}

// begin makes it known that a query runs. From here on it can be cancelled.
func (s *Service) begin(ctx context.Context, a *active, cancel context.CancelCauseFunc) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.cancel = cancel
	if a.query.Status != Running { // cancelled in between
		cancel(errCancelled)
		return errCancelled
	}
	_, err := s.queries.Put(context.WithoutCancel(ctx), a.query.key(), a.query)
	return err
}

// guarded is rows, in which a bug fails the query and not the server.
func (s *Service) guarded(ctx context.Context, a *active) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return s.rows(ctx, a)
}

// rows has the engine run the statement and spools what it returns.
func (s *Service) rows(ctx context.Context, a *active) (err error) {
	if err := os.MkdirAll(filepath.Dir(a.job.Scratch), 0o700); err != nil {
		return err
	}
	out, err := newSpool(s.rowsPath(a.job.ID), s.cfg.ResultLimit, s.room)
	if err != nil {
		return err
	}
	rows, err := s.cfg.Engine.Run(ctx, a.job)
	if err != nil {
		s.attach(a, nil, out)
		return err
	}
	s.attach(a, rows, out)
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns := a.job.Statement.Columns()
	line := make([]Cell, len(columns))
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if len(row) != len(columns) {
			return fmt.Errorf("the engine returned %d columns and not %d", len(row), len(columns))
		}
		for i := range row {
			text, ok := trinosql.Format(columns[i].Type, row[i])
			line[i] = Cell{Text: text, Null: !ok}
		}
		if err := out.add(line); err != nil {
			return err
		}
	}
}

func (s *Service) attach(a *active, rows Rows, out *spool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.rows, a.spool = rows, out
}

// kept are rows that are on the disk.
type kept struct{ rows, bytes int64 }

// keep brings a query's rows to the disk, and their file's name. A query that ended
// before it had any has none.
func (s *Service) keep(a *active) (k kept, err error) {
	s.mu.Lock()
	out := a.spool
	s.mu.Unlock()
	if out == nil {
		return k, nil
	}
	if k.rows, k.bytes, err = out.finish(); err != nil {
		return kept{}, err
	}
	return k, syncFolder(s.cfg.Dir)
}

// finish makes a query's end durable, whose rows are already: a crash in between
// leaves a query that runs, which the next start ends. Of a query that was cancelled
// meanwhile only the rows are removed.
func (s *Service) finish(a *active, status Status, text string, k kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.settle(a)
	s.mu.running--
	if a.rows != nil {
		a.query.Statistics = a.rows.Statistics()
	}
	s.metrics.read(&a.query)
	if a.query.Status.Ended() {
		s.put(a)
		return
	}
	a.query.Rows, a.query.Bytes = k.rows, k.bytes
	a.query.end(status, text, s.now())
	s.put(a)
	s.metrics.ended(&a.query, s.now())
}

// settle forgets what only a running query has, and removes rows that do not count.
// The caller holds Service.mu.
func (s *Service) settle(a *active) {
	if a.spool != nil && a.query.Bytes == 0 {
		if err := a.spool.drop(); err != nil {
			s.cfg.Logger.Error("a file of results cannot be removed", "query", a.query.ID, "error", err)
		}
	}
	a.rows, a.spool = nil, nil
	if a.query.Delivery == nil || a.query.Delivery.Status != DeliveryPending {
		delete(s.mu.active, a.query.ID)
	}
}

// put writes a query's state. If that fails, nobody can say what the next start
// finds, and the service ends. The caller holds Service.mu.
func (s *Service) put(a *active) {
	_, err := s.queries.Put(context.Background(), a.query.key(), a.query)
	if err != nil {
		s.broken(fmt.Errorf("query %s: %w", a.query.ID, err))
	}
}

// CancelQuery ends a query that waits or runs. Its engine is told to stop, which it
// may not have done yet when CancelQuery returns.
func (s *Service) CancelQuery(ctx context.Context, c Caller, in Reference) (Query, error) {
	q, err := s.reference(ctx, c, in)
	if err != nil {
		return Query{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.mu.active[q.ID]
	if a == nil || a.query.Status.Ended() {
		if a != nil {
			q = a.query
		}
		return Query{}, refusal.New(CodeInactiveQuery, "The query %s is %s. Only one that is %s or %s can be cancelled.", q.ID, q.Status, Queued, Running)
	}
	waited := a.query.Status == Queued
	next := a.snapshot()
	next.end(Cancelled, "", s.now())
	if _, err := s.queries.Put(ctx, next.key(), next); err != nil {
		if errors.Is(err, store.ErrUncertain) {
			s.broken(err)
		}
		return Query{}, fmt.Errorf("cancel the query: %w", err)
	}
	a.query = next
	if a.cancel != nil {
		a.cancel(errCancelled)
	}
	if waited {
		for i := range s.mu.queue {
			if s.mu.queue[i] == a {
				s.mu.queue = append(s.mu.queue[:i:i], s.mu.queue[i+1:]...)
				break
			}
		}
		s.settle(a)
	}
	s.metrics.ended(&a.query, s.now())
	return a.snapshot(), nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
