package datastore

import (
	"context"
	"errors"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
)

// AddTags adds tags to the store of that ARN. A tag that is there gets the new
// value.
func (s *Service) AddTags(ctx context.Context, c Caller, arn string, tags []naming.Tag) error {
	return s.tag(ctx, c, arn, func(d *Store) error {
		merged, err := naming.MergeTags(d.Tags, tags)
		if err != nil {
			code := CodeInvalidTag
			if _, many := errors.AsType[naming.TooManyTags](err); many {
				code = CodeTagsLimitExceeded
			}
			return refusal.New(code, "%v", err)
		}
		d.Tags = merged
		return nil
	})
}

// RemoveTags removes the tags with those keys, whatever their values. Keys that
// the store does not have are passed over.
func (s *Service) RemoveTags(ctx context.Context, c Caller, arn string, tags []naming.Tag) error {
	return s.tag(ctx, c, arn, func(d *Store) error {
		d.Tags = naming.RemoveTags(d.Tags, tags)
		return nil
	})
}

// tag changes the tags of a store that is not pending deletion.
func (s *Service) tag(ctx context.Context, c Caller, arn string, apply func(*Store) error) error {
	_, err := s.change(ctx, c, arn, func(_ context.Context, d *Store) error {
		if d.Status == PendingDeletion {
			return inactive(d)
		}
		return apply(d)
	})
	return err
}

// ListTags returns the tags of the store of that ARN.
func (s *Service) ListTags(ctx context.Context, c Caller, arn string) ([]naming.Tag, error) {
	d, err := s.Active(ctx, c, arn)
	return d.Tags, err
}
