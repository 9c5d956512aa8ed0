package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
)

// listPublicKeys answers ListPublicKeys with all keys on one page, because the
// AWS CLI's validate-logs reads only the first. No token was ever issued.
func (s *Server) listPublicKeys(ctx context.Context, r *Request, in *ctapi.ListPublicKeysInput) (*ctapi.ListPublicKeysOutput, error) {
	if text(in.NextToken) != "" {
		return nil, Errorf(ctapi.CodeInvalidToken, "Invalid token: it was not issued for this request.")
	}
	keys, err := s.cfg.Trails.ListPublicKeys(ctx, r.trailCaller(), in.StartTime, in.EndTime)
	if err != nil {
		return nil, err
	}
	out := &ctapi.ListPublicKeysOutput{PublicKeyList: []ctapi.PublicKey{}}
	for _, k := range keys {
		out.PublicKeyList = append(out.PublicKeyList, ctapi.PublicKey{
			Value: k.Value, ValidityStartTime: new(k.Start), ValidityEndTime: new(k.End), Fingerprint: new(k.Fingerprint),
		})
	}
	return out, nil
}
