package api

import (
	"context"
	"time"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/trail"
)

func (s *Server) getTrail(ctx context.Context, r *Request, in *ctapi.GetTrailInput) (*ctapi.GetTrailOutput, error) {
	t, err := s.cfg.Trails.GetTrail(ctx, r.trailCaller(), text(in.Name))
	if err != nil {
		return nil, err
	}
	return &ctapi.GetTrailOutput{Trail: new(trailOutput(&t))}, nil
}

// describeTrails answers DescribeTrails; shadow trails are in unless the caller
// says no.
func (s *Server) describeTrails(ctx context.Context, r *Request, in *ctapi.DescribeTrailsInput) (*ctapi.DescribeTrailsOutput, error) {
	shadows := in.IncludeShadowTrails == nil || *in.IncludeShadowTrails
	all, err := s.cfg.Trails.DescribeTrails(ctx, r.trailCaller(), in.TrailNameList, shadows)
	if err != nil {
		return nil, err
	}
	out := &ctapi.DescribeTrailsOutput{TrailList: []ctapi.Trail{}}
	for i := range all {
		out.TrailList = append(out.TrailList, trailOutput(&all[i]))
	}
	return out, nil
}

// listTrails answers ListTrails. An account has at most five trails in a
// Region, so all are on one page, and no token was ever issued.
func (s *Server) listTrails(ctx context.Context, r *Request, in *ctapi.ListTrailsInput) (*ctapi.ListTrailsOutput, error) {
	if text(in.NextToken) != "" {
		return nil, Errorf(ctapi.CodeInvalidNextToken, "Invalid token: it was not issued for this request.")
	}
	all, err := s.cfg.Trails.ListTrails(ctx, r.trailCaller())
	if err != nil {
		return nil, err
	}
	out := &ctapi.ListTrailsOutput{Trails: []ctapi.TrailInfo{}}
	for i := range all {
		out.Trails = append(out.Trails, ctapi.TrailInfo{TrailARN: &all[i].ARN, Name: &all[i].Name, HomeRegion: &all[i].HomeRegion})
	}
	return out, nil
}

// getTrailStatus answers GetTrailStatus. Times that are numbers are left out
// when there is none; those that are texts are empty, and in whole seconds.
func (s *Server) getTrailStatus(ctx context.Context, r *Request, in *ctapi.GetTrailStatusInput) (*ctapi.GetTrailStatusOutput, error) {
	t, st, err := s.cfg.Trails.GetTrailStatus(ctx, r.trailCaller(), text(in.Name))
	if err != nil {
		return nil, err
	}
	return &ctapi.GetTrailStatusOutput{
		IsLogging:                          new(t.Now().Logging),
		LatestDeliveryError:                optional(st.Logs.Error),
		LatestNotificationError:            optional(st.Notifications.Error),
		LatestDeliveryTime:                 optionalTime(st.Logs.Succeeded),
		LatestNotificationTime:             optionalTime(st.Notifications.Succeeded),
		StartLoggingTime:                   optionalTime(t.StartLogging),
		StopLoggingTime:                    optionalTime(t.StopLogging),
		LatestCloudWatchLogsDeliveryError:  optional(st.CloudWatch.Error),
		LatestCloudWatchLogsDeliveryTime:   optionalTime(st.CloudWatch.Succeeded),
		LatestDigestDeliveryTime:           optionalTime(st.Digests.Succeeded),
		LatestDigestDeliveryError:          optional(st.Digests.Error),
		LatestDeliveryAttemptTime:          timeText(st.Logs.Attempted),
		LatestNotificationAttemptTime:      timeText(st.Notifications.Attempted),
		LatestNotificationAttemptSucceeded: timeText(st.Notifications.Succeeded),
		LatestDeliveryAttemptSucceeded:     timeText(st.Logs.Succeeded),
		TimeLoggingStarted:                 timeText(t.StartLogging),
		TimeLoggingStopped:                 timeText(t.StopLogging),
	}, nil
}

// optionalTime is nil for no time: the member is absent.
func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// timeText is a time as the older members of GetTrailStatus have it.
func timeText(t time.Time) *string {
	if t.IsZero() {
		return new("")
	}
	return new(t.UTC().Format(time.RFC3339))
}

// trailOutput is a trail as DescribeTrails and GetTrail answer it.
func trailOutput(t *trail.Trail) ctapi.Trail {
	set := trailSettings(t)
	return ctapi.Trail{
		Name:                       set.Name,
		S3BucketName:               set.S3BucketName,
		S3KeyPrefix:                set.S3KeyPrefix,
		SnsTopicName:               set.SnsTopicName,
		SnsTopicARN:                set.SnsTopicARN,
		IncludeGlobalServiceEvents: set.IncludeGlobalServiceEvents,
		IsMultiRegionTrail:         set.IsMultiRegionTrail,
		HomeRegion:                 &t.HomeRegion,
		TrailARN:                   set.TrailARN,
		LogFileValidationEnabled:   set.LogFileValidationEnabled,
		CloudWatchLogsLogGroupArn:  set.CloudWatchLogsLogGroupArn,
		CloudWatchLogsRoleArn:      set.CloudWatchLogsRoleArn,
		KmsKeyId:                   set.KmsKeyId,
		HasCustomEventSelectors:    new(t.HasCustomEventSelectors()),
		HasInsightSelectors:        new(len(t.InsightSelectors) > 0),
		IsOrganizationTrail:        set.IsOrganizationTrail,
	}
}
