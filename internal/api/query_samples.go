package api

import (
	"context"
	"strings"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/query/sample"
)

// defaultSamplePage is the page size of SearchSampleQueries when MaxResults is
// absent ("SearchSampleQueries", CloudTrail API reference).
const defaultSamplePage = 10

// sampleRows are the operations on sample queries.
func (s *Server) sampleRows() []*operation {
	return []*operation{handle(ctapi.OpSearchSampleQueries, s.searchSampleQueries, violations(func(bad []wire.Violation) *Error {
		return &Error{Code: ctapi.CodeInvalidParameter, Message: wire.Describe(bad)}
	}))}
}

// searchSampleQueries answers SearchSampleQueries: the sample queries that have a
// word of the phrase, the most relevant first.
func (s *Server) searchSampleQueries(_ context.Context, r *Request, in *ctapi.SearchSampleQueriesInput) (*ctapi.SearchSampleQueriesOutput, error) {
	bound := []byte(strings.Join([]string{"SearchSampleQueries", r.AccountID(), r.Region, text(in.SearchPhrase)}, "\x00"))
	all := sample.Search(text(in.SearchPhrase))
	first := 0
	if in.NextToken != nil {
		at, ok := s.tokens.open(bound, *in.NextToken)
		if !ok {
			return nil, Errorf(ctapi.CodeInvalidParameter, "NextToken was not issued for this request.")
		}
		first = int(min(at.Ordinal, uint64(len(all))))
	}
	limit := defaultSamplePage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	out := &ctapi.SearchSampleQueriesOutput{SearchResults: []ctapi.SearchSampleQueriesSearchResult{}}
	for _, m := range all[first:min(first+limit, len(all))] {
		out.SearchResults = append(out.SearchResults, ctapi.SearchSampleQueriesSearchResult{
			Name: new(m.Name), Description: new(m.Description), SQL: new(m.SQL), Relevance: new(m.Relevance),
		})
	}
	if next := first + limit; next < len(all) {
		out.NextToken = new(s.tokens.seal(bound, lake.Position{Ordinal: uint64(next)}))
	}
	return out, nil
}
