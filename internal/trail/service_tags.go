package trail

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxTags is how many tags a trail may have, and MaxTagResources of how many
// resources ListTags lists the tags at once (ListTags of the CloudTrail API
// reference).
const (
	MaxTags         = 50
	MaxTagResources = 20
)

const (
	maxTagKey   = 128
	maxTagValue = 256
)

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
		t.Tags = slices.DeleteFunc(t.Tags, func(have Tag) bool {
			return slices.ContainsFunc(tags, func(gone Tag) bool { return gone.Key == have.Key })
		})
		return nil
	})
	return notFound(err, arn)
}

// ListTags returns the tags of trails of the caller's Region, in the order of
// their ARNs' list.
func (s *Service) ListTags(ctx context.Context, c Caller, arns []string) ([]Tags, error) {
	if n := len(arns); n == 0 || n > MaxTagResources {
		return nil, refuse(CodeInvalidParameter, "ListTags takes 1 to %d resources, and this request has %d.", MaxTagResources, n)
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
		return refuse(CodeEventDataStoreNotFound, "There is no event data store %.300s.", arn)
	case "channel":
		return refuse(CodeChannelNotFound, "There is no channel %.300s.", arn)
	default:
		return refuse(CodeResourceTypeNotSupported, "The resource %.300s is of a type that has no tags. Use the ARN of a trail.", arn)
	}
	if _, err := ARN(c, arn); err != nil {
		return err
	}
	if p.region != c.Region {
		return refuse(CodeARNInvalid, "Region in ARN is wrong, you can only access resources in region %s.", c.Region)
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
	return refuse(CodeResourceNotFound, "There is no resource %.300s.", arn)
}

// tagText is what keys and values may have ("Tag restrictions" of the Tagging
// AWS Resources guide): letters, digits, spaces and _ . : / = + - @.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// mergeTags returns tags with more set.
func mergeTags(tags, more []Tag) ([]Tag, error) {
	out := slices.Clone(tags)
	for i, tag := range more {
		if err := checkTag(tag); err != nil {
			return nil, err
		}
		same := func(o Tag) bool { return o.Key == tag.Key }
		if slices.ContainsFunc(more[:i], same) {
			return nil, refuse(CodeInvalidTag, "The tag key %s is there twice. Leave one of them out.", tag.Key)
		}
		if at := slices.IndexFunc(out, same); at >= 0 {
			out[at] = tag
		} else {
			out = append(out, tag)
		}
	}
	if len(out) > MaxTags {
		return nil, refuse(CodeTagsLimitExceeded, "The trail would have %d tags; the limit is %d. Remove some first.", len(out), MaxTags)
	}
	return out, nil
}

func checkTag(tag Tag) error {
	bad := func(format string, args ...any) error { return refuse(CodeInvalidTag, format, args...) }
	switch {
	case tag.Key == "" || utf8.RuneCountInString(tag.Key) > maxTagKey:
		return bad("A tag key must have 1 to %d characters.", maxTagKey)
	case utf8.RuneCountInString(tag.Value) > maxTagValue:
		return bad("The value of the tag %s must have at most %d characters.", tag.Key, maxTagValue)
	case strings.HasPrefix(strings.ToLower(tag.Key), "aws:"):
		return bad("The tag key %s begins with aws:, which is reserved. Use another key.", tag.Key)
	case !tagText.MatchString(tag.Key) || !tagText.MatchString(tag.Value):
		return bad("The tag %.200q has characters that tags can not have. Use letters, digits, spaces and _.:/=+-@.", tag.Key)
	}
	return nil
}
