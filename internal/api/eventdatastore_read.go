package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/lake/datastore"
)

func (s *Server) getEventDataStore(ctx context.Context, r *Request, in *ctapi.GetEventDataStoreInput) (*ctapi.GetEventDataStoreOutput, error) {
	d, err := s.cfg.EventDataStores.GetEventDataStore(ctx, r.storeCaller(), text(in.EventDataStore))
	if err != nil {
		return nil, err
	}
	out := storeOutput(&d)
	return &out, nil
}

// defaultStorePage is the page size of ListEventDataStores when MaxResults is
// absent: all stores that an account can have in a Region.
const defaultStorePage = 1000

// listEventDataStores answers ListEventDataStores with the ARNs and names of the
// Region's stores, oldest first.
func (s *Server) listEventDataStores(ctx context.Context, r *Request, in *ctapi.ListEventDataStoresInput) (*ctapi.ListEventDataStoresOutput, error) {
	all, err := s.cfg.EventDataStores.ListEventDataStores(ctx, r.storeCaller())
	if err != nil {
		return nil, err
	}
	items, next, err := page(s, pageRequest{r.boundTo("ListEventDataStores"), in.NextToken, in.MaxResults, defaultStorePage}, all, order[datastore.Store]{
		func(d *datastore.Store) lake.Position {
			return lake.Position{Time: d.Created.UnixNano(), Ordinal: idOrdinal(d.ID)}
		}, oldestFirst})
	if err != nil {
		return nil, err
	}
	out := &ctapi.ListEventDataStoresOutput{EventDataStores: make([]ctapi.EventDataStore, len(items)), NextToken: next}
	for i := range items {
		out.EventDataStores[i] = ctapi.EventDataStore{EventDataStoreArn: &items[i].ARN, Name: &items[i].Name}
	}
	return out, nil
}
