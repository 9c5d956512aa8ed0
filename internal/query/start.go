package query

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// StartInput is the input of [Service.StartQuery]: a statement or an alias.
// Parameters stand for the question marks of the statement.
type StartInput struct {
	Statement  string
	Alias      string
	Parameters []string
	// DeliveryURI is s3://BUCKET or s3://BUCKET/PREFIX; empty delivers nowhere.
	DeliveryURI string
	// Owner is the account of the event data stores; empty is the caller's.
	Owner string
	// RefreshID is the refresh of a dashboard that the query is run for.
	RefreshID string
	// User is who CURRENT_USER is.
	User string
}

// StartQuery checks a statement and has it run. The query is in the store when it
// returns.
func (s *Service) StartQuery(ctx context.Context, c Caller, in StartInput) (Query, error) {
	if err := c.owns(in.Owner); err != nil {
		return Query{}, err
	}
	if err := s.full(c); err != nil {
		return Query{}, err
	}
	q := Query{
		ID: s.cfg.NewID(), AccountID: c.AccountID, Region: c.Region, Statement: in.Statement, Parameters: in.Parameters,
		Alias: in.Alias, RefreshID: in.RefreshID, Status: Queued, Stores: []StoreName{}, Columns: []string{},
	}
	var bound string
	switch {
	case in.Statement != "" && in.Alias != "":
		return Query{}, refusal.New(CodeInvalidParameter, "Both QueryStatement and QueryAlias are given. Give one of them.")
	case in.Statement == "" && in.Alias == "":
		return Query{}, refusal.New(CodeInvalidParameter, "Neither QueryStatement nor QueryAlias is given. Give one of them.")
	case in.Alias != "":
		a, err := s.alias(ctx, c, in.Alias)
		if err != nil {
			return Query{}, err
		}
		q.Statement, q.Prompt, bound = a.Statement, a.Prompt, a.Store
	}
	a, err := s.check(ctx, c, q, trinosql.Options{Now: s.now(), EventDataStore: bound, User: in.User})
	if err != nil {
		return Query{}, err
	}
	if in.DeliveryURI != "" {
		if a.query.Delivery, err = s.delivery(ctx, &a.query, in.DeliveryURI); err != nil {
			return Query{}, err
		}
	}
	return s.admit(ctx, c, a)
}

// owns refuses event data stores of another account: those are shared within an
// organization only.
func (c Caller) owns(owner string) error {
	if owner != "" && owner != c.AccountID {
		return refusal.New(CodeNotPermitted, "The account %s has no access to event data stores of the account %.16s. Leave EventDataStoreOwnerAccountId out.", c.AccountID, owner)
	}
	return nil
}

// check reads the statement and finds what it needs.
func (s *Service) check(ctx context.Context, c Caller, q Query, options trinosql.Options) (*active, error) {
	stmt, err := trinosql.Parse(q.Statement, q.Parameters...)
	if err != nil {
		return nil, invalidStatement(err)
	}
	cat := &catalog{service: s, caller: c, found: make(map[string]datastore.Store)}
	checked, err := trinosql.Check(ctx, stmt, cat, options)
	if err != nil {
		return nil, invalidStatement(err)
	}
	a := &active{query: q, job: Job{ID: q.ID, Statement: checked, Scratch: filepath.Join(s.cfg.Dir, scratchFolder, q.ID)}}
	for _, col := range checked.Columns() {
		a.query.Columns = append(a.query.Columns, col.Name)
		a.query.Types = append(a.query.Types, col.Type.String())
	}
	for _, use := range checked.Tables() {
		d, ok := cat.found[use.Table.Name]
		if !ok {
			return nil, fmt.Errorf("BUG: the statement reads the table %q, which was not asked for", use.Table.Name)
		}
		a.query.Stores = append(a.query.Stores, StoreName{ID: d.ID, ARN: d.ARN})
		a.job.Stores = append(a.job.Stores, Store{ID: d.ID, Category: d.Category(), From: use.From, To: use.To})
	}
	if len(a.job.Stores) == 0 {
		return a, c.allowed("*")
	}
	return a, nil
}

// invalidStatement gives an error of a statement its exception. What the catalog
// refused stays what it is, and so does what is no error of the statement.
func invalidStatement(err error) error {
	wrong, ok := errors.AsType[*trinosql.Error](err)
	if !ok {
		return err
	}
	if wrong.Cause != nil {
		if gone, ok := errors.AsType[*datastore.Error](wrong.Cause); ok {
			return gone
		}
		return wrong.Cause
	}
	return &Error{Code: CodeInvalidStatement, Message: wrong.Error()}
}

// catalog finds the event data stores that a caller may query.
type catalog struct {
	service *Service
	caller  Caller
	found   map[string]datastore.Store
}

// Table implements trinosql.Catalog.
func (c *catalog) Table(ctx context.Context, name string) (*trinosql.Table, error) {
	id, account, region, err := datastore.ParseName(c.caller.stores(), name)
	if err != nil {
		return nil, err
	}
	if err := c.caller.allowed("arn:aws:cloudtrail:" + region + ":" + account + ":eventdatastore/" + id); err != nil {
		return nil, err
	}
	d, err := c.service.cfg.Stores.Active(ctx, c.caller.stores(), name)
	if err != nil {
		return nil, err
	}
	columns, err := c.service.cfg.Schema(d.Category())
	if err != nil {
		return nil, fmt.Errorf("the schema of %s events: %w", d.Category(), err)
	}
	c.found[d.ID] = d
	return &trinosql.Table{Name: d.ID, Columns: columns}, nil
}

// full refuses a query more than an account may have.
func (s *Service) full(c Caller) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fullLocked(c)
}

func (s *Service) fullLocked(c Caller) error {
	n := 0
	for _, a := range s.mu.active {
		if a.query.AccountID == c.AccountID && a.query.Region == c.Region && !a.query.Status.Ended() {
			n++
		}
	}
	if n >= MaxActive {
		return refusal.New(CodeTooMany, "The account %s has %d queries that are queued or running in %s, and more are not allowed. Wait until one ends, or cancel one.", c.AccountID, n, c.Region)
	}
	return nil
}

// admit puts a query into the queue, and into the store before.
func (s *Service) admit(ctx context.Context, c Caller, a *active) (Query, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fullLocked(c); err != nil {
		return Query{}, err
	}
	s.mu.sequence++
	a.query.Sequence, a.query.Created = s.mu.sequence, s.now()
	if _, err := s.queries.Create(ctx, a.query.key(), a.query); err != nil {
		if errors.Is(err, store.ErrUncertain) {
			s.broken(err)
		}
		return Query{}, fmt.Errorf("keep the query: %w", err)
	}
	s.mu.active[a.query.ID] = a
	s.mu.queue = append(s.mu.queue, a)
	s.poke()
	return a.snapshot(), nil
}
