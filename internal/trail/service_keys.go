package trail

import (
	"context"
	"fmt"
	"time"

	"github.com/cairntrail/cairn/internal/refusal"
)

// ListPublicKeys returns all keys of the caller's Region that digest files of
// the time from start to end can be signed with, oldest first. A nil time is
// now (ListPublicKeys of the CloudTrail API reference).
//
// They are always all: the AWS CLI's validate-logs asks for one page only.
func (s *Service) ListPublicKeys(ctx context.Context, c Caller, start, end *time.Time) ([]PublicKey, error) {
	now := s.now()
	if start == nil {
		start = &now
	}
	if end == nil {
		end = &now
	}
	if start.After(*end) {
		return nil, refusal.New(CodeInvalidTimeRange, "The start time must not be after the end time. A time that is left out is now.")
	}
	if s.cfg.Keys == nil {
		return nil, nil
	}
	keys, err := s.cfg.Keys.PublicKeys(ctx, c.Region, *start, *end)
	if err != nil {
		return nil, fmt.Errorf("list the public keys of %s: %w", c.Region, err)
	}
	return keys, nil
}
