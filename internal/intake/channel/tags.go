package channel

import (
	"context"
	"errors"
	"fmt"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
)

func mergeTags(tags, more []naming.Tag) ([]naming.Tag, error) {
	out, err := naming.MergeTags(tags, more)
	if _, many := errors.AsType[naming.TooManyTags](err); many {
		return nil, refusal.New(CodeTagsLimitExceeded, "%v", err)
	}
	if err != nil {
		return nil, refusal.New(CodeInvalidTag, "%v", err)
	}
	return out, nil
}

// AddTags sets tags of a channel.
func (s *Service) AddTags(ctx context.Context, c Caller, arn string, tags []naming.Tag) error {
	return s.retag(ctx, c, arn, func(have []naming.Tag) ([]naming.Tag, error) { return mergeTags(have, tags) })
}

// RemoveTags removes the tags of a channel that have the keys of these.
func (s *Service) RemoveTags(ctx context.Context, c Caller, arn string, tags []naming.Tag) error {
	return s.retag(ctx, c, arn, func(have []naming.Tag) ([]naming.Tag, error) { return naming.RemoveTags(have, tags), nil })
}

func (s *Service) retag(ctx context.Context, c Caller, arn string, change func([]naming.Tag) ([]naming.Tag, error)) error {
	err := s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		ch, err := s.get(ctx, c, arn)
		if err != nil {
			return err
		}
		if ch.Tags, err = change(ch.Tags); err != nil {
			return err
		}
		_, err = s.channels.Put(ctx, ch.ARN, ch)
		return err
	})
	if err != nil {
		return fmt.Errorf("tag the channel: %w", err)
	}
	return nil
}

// ListTags returns the tags of a channel.
func (s *Service) ListTags(ctx context.Context, c Caller, arn string) ([]naming.Tag, error) {
	ch, err := s.get(ctx, c, arn)
	return ch.Tags, err
}
