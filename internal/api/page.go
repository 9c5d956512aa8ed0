package api

import (
	"encoding/binary"
	"strings"

	"github.com/google/uuid"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/lake"
)

// pageRequest is the part of a request that asks for a page of a list.
type pageRequest struct {
	// bound is what a token is bound to, from boundTo.
	bound      []byte
	token      *string // NextToken
	maxResults *int32
	// size is the size of a page when MaxResults is absent.
	size int
}

// boundTo encodes the operation, the caller's account and Region and the parameters
// that a token must not be used without, separated by zero bytes.
func (r *Request) boundTo(operation string, parameters ...string) []byte {
	return []byte(strings.Join(append([]string{operation, r.AccountID(), r.Region}, parameters...), "\x00"))
}

// limit is the size of the page.
func (p *pageRequest) limit() int {
	if p.maxResults != nil {
		return int(*p.maxResults)
	}
	return p.size
}

// after opens the request's token; ok is false if it has none. A token of another
// request is InvalidNextTokenException.
func (s *Server) after(bound []byte, token *string) (p lake.Position, ok bool, err error) {
	if token == nil {
		return p, false, nil
	}
	if p, ok = s.tokens.open(bound, *token); !ok {
		return p, false, Errorf(ctapi.CodeInvalidNextToken, "Invalid token: it was not issued for this request.")
	}
	return p, true, nil
}

// order tells where an item of a list stands, and whether a place is behind another.
type order[T any] struct {
	place  func(*T) lake.Position
	behind func(place, other lake.Position) bool
}

// page cuts a page out of a list that is in order. Its token continues behind the
// page's last item, also if that is gone meanwhile; there is none behind the last page.
func page[T any](s *Server, ask pageRequest, all []T, o order[T]) (items []T, next *string, err error) {
	after, ok, err := s.after(ask.bound, ask.token)
	if err != nil {
		return nil, nil, err
	}
	for ok && len(all) > 0 && !o.behind(o.place(&all[0]), after) {
		all = all[1:]
	}
	limit := ask.limit()
	if limit >= len(all) {
		return all, nil, nil
	}
	return all[:limit], new(s.tokens.seal(ask.bound, o.place(&all[limit-1]))), nil
}

// pageByNumber cuts a page out of a list that does not change between two pages, or
// whose items have no lasting place. Its token is how many there were before.
func pageByNumber[T any](s *Server, ask pageRequest, all []T) (items []T, next *string, err error) {
	after, _, err := s.after(ask.bound, ask.token)
	if err != nil {
		return nil, nil, err
	}
	first := int(min(after.Ordinal, uint64(len(all))))
	end := min(first+ask.limit(), len(all))
	if end < len(all) {
		next = new(s.tokens.seal(ask.bound, lake.Position{Ordinal: uint64(end)}))
	}
	return all[first:end], next, nil
}

// oldestFirst and newestFirst order by the time of creation, and then by id.
func oldestFirst(place, other lake.Position) bool {
	return place.Time > other.Time || place.Time == other.Time && place.Ordinal > other.Ordinal
}

func newestFirst(place, other lake.Position) bool {
	return place.Time < other.Time || place.Time == other.Time && place.Ordinal > other.Ordinal
}

// idOrdinal orders what was made at the same time as the ids do.
func idOrdinal(id string) uint64 {
	u, err := uuid.Parse(id)
	if err != nil {
		panic("BUG: the id of a resource is no UUID: " + id)
	}
	return binary.BigEndian.Uint64(u[:8])
}
