package api

import (
	"context"
	"strings"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/trail"
)

// maxTagResources is of how many resources ListTags lists the tags at once
// (ListTags of the CloudTrail API reference).
const maxTagResources = 20

func (s *Server) addTags(ctx context.Context, r *Request, in *ctapi.AddTagsInput) (*ctapi.AddTagsOutput, error) {
	arn, out := text(in.ResourceId), &ctapi.AddTagsOutput{}
	if s.ofEventDataStore(arn) {
		return out, s.cfg.EventDataStores.AddTags(ctx, r.storeCaller(), arn, tagsInput(in.TagsList))
	}
	if s.ofChannel(arn) {
		return out, s.cfg.Channels.AddTags(ctx, r.channelCaller(), arn, tagsInput(in.TagsList))
	}
	return out, s.cfg.Trails.AddTags(ctx, r.trailCaller(), arn, trailTags(in.TagsList))
}

func (s *Server) removeTags(ctx context.Context, r *Request, in *ctapi.RemoveTagsInput) (*ctapi.RemoveTagsOutput, error) {
	arn, out := text(in.ResourceId), &ctapi.RemoveTagsOutput{}
	if s.ofEventDataStore(arn) {
		return out, s.cfg.EventDataStores.RemoveTags(ctx, r.storeCaller(), arn, tagsInput(in.TagsList))
	}
	if s.ofChannel(arn) {
		return out, s.cfg.Channels.RemoveTags(ctx, r.channelCaller(), arn, tagsInput(in.TagsList))
	}
	return out, s.cfg.Trails.RemoveTags(ctx, r.trailCaller(), arn, trailTags(in.TagsList))
}

// listTags answers ListTags, in the order of the request. All tags are on one
// page, and no token was ever issued.
func (s *Server) listTags(ctx context.Context, r *Request, in *ctapi.ListTagsInput) (*ctapi.ListTagsOutput, error) {
	if text(in.NextToken) != "" {
		return nil, Errorf(ctapi.CodeInvalidToken, "Invalid token: it was not issued for this request.")
	}
	if n := len(in.ResourceIdList); n == 0 || n > maxTagResources {
		return nil, Errorf(trail.CodeInvalidParameter, "ListTags takes 1 to %d resources, and this request has %d.", maxTagResources, n)
	}
	out := &ctapi.ListTagsOutput{ResourceTagList: []ctapi.ResourceTag{}}
	for _, arn := range in.ResourceIdList {
		tags, err := s.tagsOf(ctx, r, arn)
		if err != nil {
			return nil, err
		}
		out.ResourceTagList = append(out.ResourceTagList, ctapi.ResourceTag{ResourceId: new(arn), TagsList: tagsOutput(tags)})
	}
	return out, nil
}

func (s *Server) tagsOf(ctx context.Context, r *Request, arn string) (out []naming.Tag, err error) {
	if s.ofEventDataStore(arn) {
		return s.cfg.EventDataStores.ListTags(ctx, r.storeCaller(), arn)
	}
	if s.ofChannel(arn) {
		return s.cfg.Channels.ListTags(ctx, r.channelCaller(), arn)
	}
	found, err := s.cfg.Trails.ListTags(ctx, r.trailCaller(), []string{arn})
	for _, of := range found {
		for _, t := range of.Tags {
			out = append(out, naming.Tag(t))
		}
	}
	return out, err
}

// ofEventDataStore tells whether an ARN is of an event data store.
func (s *Server) ofEventDataStore(arn string) bool {
	a, ok := naming.ParseARN(arn)
	return ok && s.cfg.EventDataStores != nil && a.Service == "cloudtrail" && strings.HasPrefix(a.Resource, "eventdatastore/")
}

func tagsInput(in []ctapi.Tag) []naming.Tag {
	var out []naming.Tag
	for _, t := range in {
		out = append(out, naming.Tag{Key: text(t.Key), Value: text(t.Value)})
	}
	return out
}

func trailTags(in []ctapi.Tag) []trail.Tag {
	var out []trail.Tag
	for _, t := range tagsInput(in) {
		out = append(out, trail.Tag(t))
	}
	return out
}

// tagsOutput is never absent; a tag without a value has none.
func tagsOutput(in []naming.Tag) []ctapi.Tag {
	out := []ctapi.Tag{}
	for _, t := range in {
		out = append(out, ctapi.Tag{Key: new(t.Key), Value: optional(t.Value)})
	}
	return out
}
