package trail

import (
	"context"
	"errors"
	"fmt"

	"github.com/cairntrail/cairn/internal/store"
)

// GetTrail returns a trail: of the caller's Region by its name, or one that
// shows there by its ARN.
func (s *Service) GetTrail(ctx context.Context, c Caller, name string) (Trail, error) {
	return s.read(ctx, c, name)
}

// ListTrails returns the trails that show in the caller's Region, in the order
// of their ARNs.
func (s *Service) ListTrails(ctx context.Context, c Caller) ([]Trail, error) {
	return s.DescribeTrails(ctx, c, nil, true)
}

// DescribeTrails returns trails. Without names it is those that show in the
// caller's Region, in the order of their ARNs; without shadows, only those whose
// home it is. With names it is those that there are, in the order of the names:
// a name means a trail whose home is the caller's Region, an ARN a trail of any
// Region. Source: DescribeTrails of the CloudTrail API reference.
func (s *Service) DescribeTrails(ctx context.Context, c Caller, names []string, shadows bool) ([]Trail, error) {
	all, err := s.ofAccount(ctx, c.AccountID)
	if err != nil {
		return nil, err
	}
	var out []Trail
	if len(names) == 0 {
		for i := range all {
			if s.visible(&all[i], c.Region) && (shadows || all[i].HomeRegion == c.Region) {
				out = append(out, all[i])
			}
		}
		return out, nil
	}
	byARN := make(map[string]*Trail, len(all))
	for i := range all {
		byARN[all[i].ARN] = &all[i]
	}
	for _, name := range names {
		arn, err := ARN(c, name)
		if err != nil {
			return nil, err
		}
		if t := byARN[arn]; t != nil && (shadows || t.HomeRegion == c.Region) {
			out = append(out, *t)
			delete(byARN, arn) // A trail that is named twice is answered once.
		}
	}
	return out, nil
}

// GetTrailStatus returns a trail with how far its delivery is.
func (s *Service) GetTrailStatus(ctx context.Context, c Caller, name string) (Trail, Status, error) {
	t, err := s.read(ctx, c, name)
	if err != nil {
		return Trail{}, Status{}, err
	}
	item, err := s.status.Get(ctx, t.ARN)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Trail{}, Status{}, fmt.Errorf("read the status of the trail: %w", err)
	}
	status := item.Value
	logs, err := s.forwarded.Get(ctx, t.ARN+"|"+CloudWatchLogs)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Trail{}, Status{}, fmt.Errorf("read the status of the trail's log group: %w", err)
	}
	status.CloudWatch = logs.Value.Status
	return t, status, nil
}

// SNSTopicName is the name of the trail's topic, or the whole ARN of one that
// is elsewhere; empty without a topic.
func (t *Trail) SNSTopicName() string {
	p, ok := splitARN(t.SNSTopicARN)
	if ok && p.region == t.HomeRegion && p.account == t.AccountID {
		return p.resource
	}
	return t.SNSTopicARN
}
