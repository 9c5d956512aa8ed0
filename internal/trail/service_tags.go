package trail

import (
	"context"
	"errors"
	"strings"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
)

// MaxTagResources is of how many resources ListTags lists the tags at once
// (ListTags of the CloudTrail API reference).
const MaxTagResources = 20

// Tags are the tags of a resource.
type Tags struct {
	ARN  string
	Tags []Tag
}

// AddTags adds tags to the trail of that ARN. A tag that is there gets the new
// value.
func (s *Service) AddTags(ctx context.Context, c Caller, arn string, tags []Tag) error {
	if err := taggable(c, arn); err != nil {
		return err
	}
	_, err := s.change(ctx, c, arn, func(_ context.Context, t *Trail) (err error) {
		t.Tags, err = mergeTags(t.Tags, tags)
		return err
	})
	return notFound(err, arn)
}

// RemoveTags removes the tags with those keys, whatever their values. Keys
// that the trail does not have are passed over.
func (s *Service) RemoveTags(ctx context.Context, c Caller, arn string, tags []Tag) error {
	if err := taggable(c, arn); err != nil {
		return err
	}
	_, err := s.change(ctx, c, arn, func(_ context.Context, t *Trail) error {
		t.Tags = naming.RemoveTags(t.Tags, tags)
		return nil
	})
	return notFound(err, arn)
}

// ListTags returns the tags of trails of the caller's Region, in the order of
// their ARNs' list.
func (s *Service) ListTags(ctx context.Context, c Caller, arns []string) ([]Tags, error) {
	if n := len(arns); n == 0 || n > MaxTagResources {
		return nil, refusal.New(CodeInvalidParameter, "ListTags takes 1 to %d resources, and this request has %d.", MaxTagResources, n)
	}
	out := make([]Tags, 0, len(arns))
	for _, arn := range arns {
		if err := taggable(c, arn); err != nil {
			return nil, err
		}
		t, ok, err := s.get(ctx, arn, c.AccountID)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, noResource(arn)
		}
		out = append(out, Tags{arn, t.Tags})
	}
	return out, nil
}

// taggable checks the ARN of a resource that tags are of. Only trails are kept
// here; other resources of CloudTrail are refused by their own exceptions.
func taggable(c Caller, arn string) error {
	p, ok := splitARN(arn)
	if !ok || p.service != "cloudtrail" {
		return invalidARN(arn)
	}
	kind, _, _ := strings.Cut(p.resource, "/")
	switch kind {
	case "trail":
	case "eventdatastore":
		return refusal.New(CodeEventDataStoreNotFound, "There is no event data store %.300s.", arn)
	case "channel":
		return refusal.New(CodeChannelNotFound, "There is no channel %.300s.", arn)
	default:
		return refusal.New(CodeResourceTypeNotSupported, "The resource %.300s is of a type that has no tags. Use the ARN of a trail.", arn)
	}
	if _, err := ARN(c, arn); err != nil {
		return err
	}
	if p.region != c.Region {
		return refusal.New(CodeARNInvalid, "Region in ARN is wrong, you can only access resources in region %s.", c.Region)
	}
	return nil
}

// notFound is the exception of tags for a trail that is not there.
func notFound(err error, arn string) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Code == CodeNotFound {
		return noResource(arn)
	}
	return err
}

func noResource(arn string) *Error {
	return refusal.New(CodeResourceNotFound, "There is no resource %.300s.", arn)
}

// mergeTags returns tags with more set.
func mergeTags(tags, more []Tag) ([]Tag, error) {
	out, err := naming.MergeTags(tags, more)
	if err == nil {
		return out, nil
	}
	code := CodeInvalidTag
	if _, many := errors.AsType[naming.TooManyTags](err); many {
		code = CodeTagsLimitExceeded
	}
	return nil, refusal.New(code, "%v", err)
}
