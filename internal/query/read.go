package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"time"

	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/refusal"
)

// MaxPage is how many rows or queries a page has at most; pages of rows are cut
// where they have pageBytes.
const (
	MaxPage   = 1000
	pageBytes = 4 << 20
)

// Reference names a query: by its ID, or by an alias, which is the last query that
// was run under it, and with RefreshID the last for that refresh.
type Reference struct {
	ID        string
	Alias     string
	RefreshID string
	// EventDataStore is an ARN or an ID. Without it nothing is asked of it; with it
	// the query has to read that store.
	EventDataStore string
	// Owner is the account of the event data stores; empty is the caller's.
	Owner string
}

// reference finds the query that is meant.
func (s *Service) reference(ctx context.Context, c Caller, in Reference) (Query, error) {
	if err := c.owns(in.Owner); err != nil {
		return Query{}, err
	}
	switch {
	case in.ID != "" && in.Alias != "":
		return Query{}, refusal.New(CodeInvalidParameter, "Both QueryId and QueryAlias are given. Give one of them.")
	case in.ID == "" && in.Alias == "":
		return Query{}, refusal.New(CodeInvalidParameter, "Neither QueryId nor QueryAlias is given. Give one of them.")
	case in.ID != "" && in.RefreshID != "":
		return Query{}, refusal.New(CodeInvalidParameter, "RefreshId goes with QueryAlias. Leave it out, or give QueryAlias in place of QueryId.")
	}
	id := in.ID
	if in.Alias != "" {
		var err error
		if id, err = s.lastOf(ctx, c, in.Alias, in.RefreshID); err != nil {
			return Query{}, err
		}
	}
	q, err := s.find(ctx, c, id)
	if err != nil || in.EventDataStore == "" {
		return q, err
	}
	d, err := s.cfg.Stores.Active(ctx, c.stores(), in.EventDataStore)
	if err != nil {
		return Query{}, err
	}
	if !q.Reads(d.ID) {
		return Query{}, refusal.New(CodeNotFound, "The query %s does not read the event data store %s.", q.ID, d.ARN)
	}
	return q, nil
}

// lastOf finds the last query that was run under an alias.
func (s *Service) lastOf(ctx context.Context, c Caller, alias, refresh string) (string, error) {
	all, err := s.list(ctx, c)
	if err != nil {
		return "", err
	}
	for i := range all {
		if all[i].Alias == alias && (refresh == "" || all[i].RefreshID == refresh) {
			return all[i].ID, nil
		}
	}
	if err := c.allowed("*"); err != nil {
		return "", err
	}
	return "", refusal.New(CodeNotFound, "No query was run under the alias %.256s in this account and Region in the last %d days.", alias, int(Retention.Hours()/24))
}

// DescribeQuery returns a query as it is now, and for how long it has run.
func (s *Service) DescribeQuery(ctx context.Context, c Caller, in Reference) (Query, time.Duration, error) {
	q, err := s.reference(ctx, c, in)
	return q, q.Took(s.now()), err
}

// list returns the queries of the caller's account and Region that are not too old,
// newest first, as they are now.
func (s *Service) list(ctx context.Context, c Caller) ([]Query, error) {
	items, err := s.queries.List(ctx, key(c.AccountID, c.Region, ""))
	if err != nil {
		return nil, fmt.Errorf("list the queries: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Query, 0, len(items))
	for i := range items {
		q := items[i].Value
		if a := s.mu.active[q.ID]; a != nil {
			q = a.snapshot()
		}
		if !s.expired(&q) {
			out = append(out, q)
		}
	}
	slices.SortFunc(out, func(a, b Query) int {
		if a.Sequence < b.Sequence {
			return 1
		}
		return -1
	})
	return out, nil
}

// ListInput is the input of [Service.ListQueries]. Zero values ask for nothing.
type ListInput struct {
	// EventDataStore is an ARN or an ID.
	EventDataStore string
	Status         Status
	// Start and End bound when the queries were started, both included.
	Start, End time.Time
	// Before is a sequence: queries from there on are left out. 0 leaves out none.
	Before uint64
	// Limit is how many queries there are at most, from 1 to MaxPage.
	Limit int
}

// ListQueries returns the queries that read an event data store, newest first, and
// whether there are more.
func (s *Service) ListQueries(ctx context.Context, c Caller, in ListInput) (out []Query, more bool, err error) {
	if in.Status != "" && !slices.Contains(statuses, in.Status) {
		return nil, false, refusal.New(CodeInvalidStatus, "The query status %.100q is not known. Use one of %v.", in.Status, statuses)
	}
	if !in.Start.IsZero() && !in.End.IsZero() && !in.Start.Before(in.End) {
		return nil, false, refusal.New(CodeInvalidDateRange, "StartTime %s is not before EndTime %s.", in.Start.UTC().Format(time.RFC3339), in.End.UTC().Format(time.RFC3339))
	}
	id, account, region, err := datastore.ParseName(c.stores(), in.EventDataStore)
	if err != nil {
		return nil, false, err
	}
	if err := c.allowed("arn:aws:cloudtrail:" + region + ":" + account + ":eventdatastore/" + id); err != nil {
		return nil, false, err
	}
	d, err := s.cfg.Stores.Active(ctx, c.stores(), in.EventDataStore)
	if err != nil {
		return nil, false, err
	}
	all, err := s.list(ctx, c)
	if err != nil {
		return nil, false, err
	}
	for i := range all {
		q := &all[i]
		switch {
		case !q.Reads(d.ID), in.Status != "" && q.Status != in.Status, in.Before != 0 && q.Sequence >= in.Before:
			continue
		case !in.Start.IsZero() && q.Created.Before(in.Start), !in.End.IsZero() && q.Created.After(in.End):
			continue
		case len(out) == in.Limit:
			return out, true, nil
		}
		out = append(out, *q)
	}
	return out, false, nil
}

// History returns the queries of the last days over all event data stores, newest
// first, and whether there are more: of those that the caller may list. Who may list
// none is refused. Start and End of the input do not count; its EventDataStore is "".
func (s *Service) History(ctx context.Context, c Caller, in ListInput) (out []Query, more bool, err error) {
	all, err := s.list(ctx, c)
	if err != nil {
		return nil, false, err
	}
	var refused error
	for i := range all {
		q := &all[i]
		if in.Status != "" && q.Status != in.Status || in.Before != 0 && q.Sequence >= in.Before {
			continue
		}
		if err := s.mayList(c, q); err != nil {
			refused = err
			continue
		}
		if len(out) == in.Limit {
			return out, true, nil
		}
		out = append(out, *q)
	}
	if len(out) == 0 && refused == nil && in.Before == 0 && len(all) == 0 {
		refused = c.allowed("arn:aws:cloudtrail:" + c.Region + ":" + c.AccountID + ":eventdatastore/*")
	}
	if len(out) == 0 && refused != nil {
		return nil, false, refused
	}
	return out, false, nil
}

// mayList asks for the permission on every store that a query reads, be it deleted
// since.
func (s *Service) mayList(c Caller, q *Query) error {
	if len(q.Stores) == 0 {
		return c.allowed("*")
	}
	for _, name := range q.Stores {
		if err := c.allowed(name.ARN); err != nil {
			return err
		}
	}
	return nil
}

// Position is a place among the rows of a query: behind so many rows, at a place in
// their file. The zero Position is before the first.
type Position struct{ Row, Offset int64 }

// Page is a page of rows.
type Page struct {
	// Query is the query as it was when the page was read. Its Rows are all that
	// there are, so far.
	Query Query
	Rows  [][]Cell
	// Scanned is how many rows were looked at for it.
	Scanned int64
	// Next is where the next page begins; nil if there are no more rows, or none yet.
	Next *Position
}

// GetQueryResults returns at most limit rows from a place on: of a query that
// FINISHED, and what there is of one that is RUNNING or TIMED_OUT. Others have none.
func (s *Service) GetQueryResults(ctx context.Context, c Caller, in Reference, from Position, limit int) (Page, error) {
	all := func([]Cell) bool { return true }
	return s.FindQueryResults(ctx, c, in, from, limit, math.MaxInt64, all)
}

// FindQueryResults is GetQueryResults for the rows that are wanted. It looks at scan
// rows at most, so a page may have fewer rows than there are, and a Next.
func (s *Service) FindQueryResults(ctx context.Context, c Caller, in Reference, from Position, limit int, scan int64, wanted func([]Cell) bool) (Page, error) {
	q, err := s.reference(ctx, c, in)
	if err != nil {
		return Page{}, err
	}
	q, end, err := s.readable(ctx, c, q)
	if err != nil {
		return Page{}, err
	}
	page := Page{Query: q, Rows: [][]Cell{}}
	if end <= max(from.Offset, int64(spoolHeader)) {
		return page, nil
	}
	rows, file, err := openRows(s.rowsPath(q.ID), len(q.Columns), from.Offset, end)
	if errors.Is(err, fs.ErrNotExist) && q.Status == Running {
		// It has ended since, without results.
		page.Query, err = s.get(ctx, c, q.ID)
		return page, err
	}
	if err != nil {
		return Page{}, err
	}
	size := 0
	for len(page.Rows) < limit && (size < pageBytes || len(page.Rows) == 0) && page.Scanned < scan {
		row, err := rows.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return Page{}, errors.Join(err, file.Close())
		}
		page.Scanned++
		if !wanted(row) {
			continue
		}
		for _, cell := range row {
			size += len(cell.Text)
		}
		page.Rows = append(page.Rows, row)
	}
	if rows.offset < end {
		page.Next = &Position{Row: from.Row + page.Scanned, Offset: rows.offset}
	}
	return page, file.Close()
}

// readable is how much of a query's file of rows can be read now.
func (s *Service) readable(ctx context.Context, c Caller, q Query) (Query, int64, error) {
	s.mu.Lock()
	a := s.mu.active[q.ID]
	if a == nil || a.query.Status != Running || a.spool == nil {
		s.mu.Unlock()
		// It may have ended since it was found.
		q, err := s.get(ctx, c, q.ID)
		return q, q.Bytes, err
	}
	q = a.snapshot()
	out := a.spool
	s.mu.Unlock()
	rows, bytes, err := out.readable()
	q.Rows = rows
	return q, bytes, err
}
