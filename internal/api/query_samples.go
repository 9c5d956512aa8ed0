package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
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
	items, next, err := pageByNumber(s, pageRequest{r.boundTo("SearchSampleQueries", text(in.SearchPhrase)), in.NextToken, in.MaxResults, defaultSamplePage}, sample.Search(text(in.SearchPhrase)))
	if err != nil { // the operation has no error for tokens
		return nil, Errorf(ctapi.CodeInvalidParameter, "NextToken was not issued for this request.")
	}
	out := &ctapi.SearchSampleQueriesOutput{SearchResults: make([]ctapi.SearchSampleQueriesSearchResult, len(items)), NextToken: next}
	for i, m := range items {
		out.SearchResults[i] = ctapi.SearchSampleQueriesSearchResult{Name: new(m.Name), Description: new(m.Description), SQL: new(m.SQL), Relevance: new(m.Relevance)}
	}
	return out, nil
}
