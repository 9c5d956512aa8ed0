package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/trail"
)

func (s *Server) addTags(ctx context.Context, r *Request, in *ctapi.AddTagsInput) (*ctapi.AddTagsOutput, error) {
	return &ctapi.AddTagsOutput{}, s.cfg.Trails.AddTags(ctx, r.trailCaller(), text(in.ResourceId), trailTags(in.TagsList))
}

func (s *Server) removeTags(ctx context.Context, r *Request, in *ctapi.RemoveTagsInput) (*ctapi.RemoveTagsOutput, error) {
	return &ctapi.RemoveTagsOutput{}, s.cfg.Trails.RemoveTags(ctx, r.trailCaller(), text(in.ResourceId), trailTags(in.TagsList))
}

// listTags answers ListTags. All tags are on one page, and no token was ever
// issued.
func (s *Server) listTags(ctx context.Context, r *Request, in *ctapi.ListTagsInput) (*ctapi.ListTagsOutput, error) {
	if text(in.NextToken) != "" {
		return nil, Errorf(ctapi.CodeInvalidToken, "Invalid token: it was not issued for this request.")
	}
	all, err := s.cfg.Trails.ListTags(ctx, r.trailCaller(), in.ResourceIdList)
	if err != nil {
		return nil, err
	}
	out := &ctapi.ListTagsOutput{ResourceTagList: []ctapi.ResourceTag{}}
	for _, of := range all {
		one := ctapi.ResourceTag{ResourceId: new(of.ARN), TagsList: []ctapi.Tag{}}
		for _, t := range of.Tags {
			one.TagsList = append(one.TagsList, ctapi.Tag{Key: new(t.Key), Value: optional(t.Value)})
		}
		out.ResourceTagList = append(out.ResourceTagList, one)
	}
	return out, nil
}

func trailTags(in []ctapi.Tag) []trail.Tag {
	var out []trail.Tag
	for _, t := range in {
		out = append(out, trail.Tag{Key: text(t.Key), Value: text(t.Value)})
	}
	return out
}
