package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/query"
)

// startQuery answers StartQuery.
func (s *Server) startQuery(ctx context.Context, r *Request, in *ctapi.StartQueryInput) (*ctapi.StartQueryOutput, error) {
	q, err := s.cfg.Queries.StartQuery(ctx, s.queryCaller(r, ctapi.OpStartQuery), query.StartInput{
		Statement: text(in.QueryStatement), Alias: text(in.QueryAlias), Parameters: in.QueryParameters,
		DeliveryURI: text(in.DeliveryS3Uri), Owner: text(in.EventDataStoreOwnerAccountId), User: r.Caller.ARN(),
	})
	if err != nil {
		return nil, err
	}
	r.touch(&q)
	return &ctapi.StartQueryOutput{QueryId: &q.ID, EventDataStoreOwnerAccountId: &q.AccountID}, nil
}

// cancelQuery answers CancelQuery. The engine may still be stopping.
func (s *Server) cancelQuery(ctx context.Context, r *Request, in *ctapi.CancelQueryInput) (*ctapi.CancelQueryOutput, error) {
	q, err := s.cfg.Queries.CancelQuery(ctx, s.queryCaller(r, ctapi.OpCancelQuery), query.Reference{
		ID: text(in.QueryId), EventDataStore: text(in.EventDataStore), Owner: text(in.EventDataStoreOwnerAccountId),
	})
	if err != nil {
		return nil, err
	}
	r.touch(&q)
	return &ctapi.CancelQueryOutput{QueryId: &q.ID, QueryStatus: ctapi.QueryStatus(q.Status), EventDataStoreOwnerAccountId: &q.AccountID}, nil
}
