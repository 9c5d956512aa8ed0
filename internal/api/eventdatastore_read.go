package api

import (
	"context"
	"encoding/binary"

	"github.com/google/uuid"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/lake"
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
// Region's stores, oldest first. A token continues behind a store, also if that
// is gone meanwhile.
func (s *Server) listEventDataStores(ctx context.Context, r *Request, in *ctapi.ListEventDataStoresInput) (*ctapi.ListEventDataStoresOutput, error) {
	all, err := s.cfg.EventDataStores.ListEventDataStores(ctx, r.storeCaller())
	if err != nil {
		return nil, err
	}
	bound := []byte("ListEventDataStores\x00" + r.AccountID() + "\x00" + r.Region)
	first := 0
	if in.NextToken != nil {
		after, ok := s.tokens.open(bound, *in.NextToken)
		if !ok {
			return nil, Errorf(ctapi.CodeInvalidNextToken, "Invalid token: it was not issued for this request.")
		}
		for first < len(all) && !behind(all[first].Created.UnixNano(), all[first].ID, after) {
			first++
		}
	}
	limit := defaultStorePage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	out := &ctapi.ListEventDataStoresOutput{EventDataStores: []ctapi.EventDataStore{}}
	for i := first; i < len(all) && i < first+limit; i++ {
		out.EventDataStores = append(out.EventDataStores, ctapi.EventDataStore{EventDataStoreArn: &all[i].ARN, Name: &all[i].Name})
	}
	if next := first + limit; next < len(all) {
		last := &all[next-1]
		out.NextToken = new(s.tokens.seal(bound, lake.Position{Time: last.Created.UnixNano(), Ordinal: idOrdinal(last.ID)}))
	}
	return out, nil
}

// behind tells whether a store comes after a position in the order of creation.
func behind(created int64, id string, p lake.Position) bool {
	return created > p.Time || created == p.Time && idOrdinal(id) > p.Ordinal
}

// idOrdinal orders stores that were made at the same time, as their ids do.
func idOrdinal(id string) uint64 {
	u, err := uuid.Parse(id)
	if err != nil {
		panic("BUG: the id of an event data store is no UUID: " + id)
	}
	return binary.BigEndian.Uint64(u[:8])
}
