package api

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/query"
)

// describeQuery answers DescribeQuery.
func (s *Server) describeQuery(ctx context.Context, r *Request, in *ctapi.DescribeQueryInput) (*ctapi.DescribeQueryOutput, error) {
	q, took, err := s.cfg.Queries.DescribeQuery(ctx, s.queryCaller(r, ctapi.OpDescribeQuery), query.Reference{
		ID: text(in.QueryId), Alias: text(in.QueryAlias), RefreshID: text(in.RefreshId),
		EventDataStore: text(in.EventDataStore), Owner: text(in.EventDataStoreOwnerAccountId),
	})
	if err != nil {
		return nil, err
	}
	r.touch(&q)
	out := &ctapi.DescribeQueryOutput{
		QueryId: &q.ID, QueryString: &q.Statement, QueryStatus: ctapi.QueryStatus(q.Status),
		QueryStatistics: &ctapi.QueryStatisticsForDescribeQuery{
			EventsMatched: &q.Statistics.EventsMatched, EventsScanned: &q.Statistics.EventsScanned, BytesScanned: &q.Statistics.BytesScanned,
			ExecutionTimeInMillis: new(int32(took / time.Millisecond)), CreationTime: &q.Created,
		},
		ErrorMessage: optional(q.Error), Prompt: optional(q.Prompt), EventDataStoreOwnerAccountId: &q.AccountID,
	}
	if q.Delivery != nil {
		out.DeliveryS3Uri, out.DeliveryStatus = &q.Delivery.URI, ctapi.DeliveryStatus(q.Delivery.Status)
	}
	return out, nil
}

// getQueryResults answers GetQueryResults. A column is a map of one entry, so that
// the columns keep their order and may have the same name; NULL is an empty text, as
// the API has texts only.
func (s *Server) getQueryResults(ctx context.Context, r *Request, in *ctapi.GetQueryResultsInput) (*ctapi.GetQueryResultsOutput, error) {
	bound := r.boundTo("GetQueryResults", text(in.QueryId))
	at, _, err := s.after(bound, in.NextToken)
	if err != nil {
		return nil, err
	}
	from := query.Position{Row: int64(at.Ordinal), Offset: at.Time}
	limit := query.MaxPage
	if in.MaxQueryResults != nil {
		limit = int(*in.MaxQueryResults)
	}
	page, err := s.cfg.Queries.GetQueryResults(ctx, s.queryCaller(r, ctapi.OpGetQueryResults), query.Reference{
		ID: text(in.QueryId), EventDataStore: text(in.EventDataStore), Owner: text(in.EventDataStoreOwnerAccountId),
	}, from, limit)
	if err != nil {
		return nil, err
	}
	q := &page.Query
	r.touch(q)
	out := &ctapi.GetQueryResultsOutput{
		QueryStatus: ctapi.QueryStatus(q.Status), ErrorMessage: optional(q.Error), QueryResultRows: make([][]map[string]string, len(page.Rows)),
		QueryStatistics: &ctapi.QueryStatistics{
			ResultsCount: new(int32(len(page.Rows))), TotalResultsCount: new(int32(min(q.Rows, math.MaxInt32))), BytesScanned: &q.Statistics.BytesScanned,
		},
	}
	for i, row := range page.Rows {
		out.QueryResultRows[i] = make([]map[string]string, len(row))
		for c, cell := range row {
			out.QueryResultRows[i][c] = map[string]string{q.Columns[c]: cell.Text}
		}
	}
	if page.Next != nil {
		out.NextToken = new(s.tokens.seal(bound, lake.Position{Ordinal: uint64(page.Next.Row), Time: page.Next.Offset}))
	}
	return out, nil
}

// defaultQueryPage is the page size of ListQueries when MaxResults is absent.
const defaultQueryPage = 100

// listQueries answers ListQueries: the queries of the last seven days, newest first.
func (s *Server) listQueries(ctx context.Context, r *Request, in *ctapi.ListQueriesInput) (*ctapi.ListQueriesOutput, error) {
	list := query.ListInput{EventDataStore: text(in.EventDataStore), Status: query.Status(in.QueryStatus), Limit: defaultQueryPage}
	parts := []string{list.EventDataStore, string(list.Status)}
	for _, t := range []struct {
		given *time.Time
		to    *time.Time
	}{{in.StartTime, &list.Start}, {in.EndTime, &list.End}} {
		if t.given != nil {
			*t.to = *t.given
			parts = append(parts, strconv.FormatInt(t.given.UnixNano(), 10))
		}
		parts = append(parts, "")
	}
	bound := r.boundTo("ListQueries", parts...)
	at, _, err := s.after(bound, in.NextToken)
	if err != nil {
		return nil, err
	}
	list.Before = at.Ordinal
	if in.MaxResults != nil {
		list.Limit = int(*in.MaxResults)
	}
	all, more, err := s.cfg.Queries.ListQueries(ctx, s.queryCaller(r, ctapi.OpListQueries), list)
	if err != nil {
		return nil, err
	}
	out := &ctapi.ListQueriesOutput{Queries: []ctapi.Query{}}
	for i := range all {
		out.Queries = append(out.Queries, ctapi.Query{QueryId: &all[i].ID, QueryStatus: ctapi.QueryStatus(all[i].Status), CreationTime: &all[i].Created})
	}
	if more {
		out.NextToken = new(s.tokens.seal(bound, lake.Position{Ordinal: all[len(all)-1].Sequence}))
	}
	return out, nil
}
