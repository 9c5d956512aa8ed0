package api

import (
	"context"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/trail"
)

// createTrail answers CreateTrail. The trail does not log before StartLogging.
func (s *Server) createTrail(ctx context.Context, r *Request, in *ctapi.CreateTrailInput) (*ctapi.CreateTrailOutput, error) {
	t, err := s.cfg.Trails.CreateTrail(ctx, r.trailCaller(), trail.CreateTrailInput{
		Name: text(in.Name),
		Settings: trail.Settings{
			S3BucketName: in.S3BucketName, S3KeyPrefix: in.S3KeyPrefix, SNSTopicName: in.SnsTopicName, KMSKeyID: in.KmsKeyId,
			CloudWatchLogsLogGroupARN: in.CloudWatchLogsLogGroupArn, CloudWatchLogsRoleARN: in.CloudWatchLogsRoleArn,
			GlobalServiceEvents: in.IncludeGlobalServiceEvents, MultiRegion: in.IsMultiRegionTrail,
			LogFileValidation: in.EnableLogFileValidation, Organization: in.IsOrganizationTrail,
		},
		Tags: trailTags(in.TagsList),
	})
	if err != nil {
		return nil, err
	}
	out := ctapi.CreateTrailOutput(trailSettings(&t))
	return &out, nil
}

// updateTrail answers UpdateTrail: settings that are not given stay.
func (s *Server) updateTrail(ctx context.Context, r *Request, in *ctapi.UpdateTrailInput) (*ctapi.UpdateTrailOutput, error) {
	t, err := s.cfg.Trails.UpdateTrail(ctx, r.trailCaller(), trail.UpdateTrailInput{
		Name: text(in.Name),
		Settings: trail.Settings{
			S3BucketName: in.S3BucketName, S3KeyPrefix: in.S3KeyPrefix, SNSTopicName: in.SnsTopicName, KMSKeyID: in.KmsKeyId,
			CloudWatchLogsLogGroupARN: in.CloudWatchLogsLogGroupArn, CloudWatchLogsRoleARN: in.CloudWatchLogsRoleArn,
			GlobalServiceEvents: in.IncludeGlobalServiceEvents, MultiRegion: in.IsMultiRegionTrail,
			LogFileValidation: in.EnableLogFileValidation, Organization: in.IsOrganizationTrail,
		},
	})
	if err != nil {
		return nil, err
	}
	out := trailSettings(&t)
	return &out, nil
}

func (s *Server) deleteTrail(ctx context.Context, r *Request, in *ctapi.DeleteTrailInput) (*ctapi.DeleteTrailOutput, error) {
	return &ctapi.DeleteTrailOutput{}, s.cfg.Trails.DeleteTrail(ctx, r.trailCaller(), text(in.Name))
}

func (s *Server) startLogging(ctx context.Context, r *Request, in *ctapi.StartLoggingInput) (*ctapi.StartLoggingOutput, error) {
	return &ctapi.StartLoggingOutput{}, s.cfg.Trails.StartLogging(ctx, r.trailCaller(), text(in.Name))
}

func (s *Server) stopLogging(ctx context.Context, r *Request, in *ctapi.StopLoggingInput) (*ctapi.StopLoggingOutput, error) {
	return &ctapi.StopLoggingOutput{}, s.cfg.Trails.StopLogging(ctx, r.trailCaller(), text(in.Name))
}

// trailSettings is a trail as CreateTrail and UpdateTrail answer it. Settings
// that are not set are left out.
func trailSettings(t *trail.Trail) ctapi.UpdateTrailOutput {
	now := t.Now()
	return ctapi.UpdateTrailOutput{
		Name:                       &t.Name,
		S3BucketName:               &t.S3BucketName,
		S3KeyPrefix:                optional(t.S3KeyPrefix),
		SnsTopicName:               optional(t.SNSTopicName()),
		SnsTopicARN:                optional(t.SNSTopicARN),
		IncludeGlobalServiceEvents: &now.GlobalServiceEvents,
		IsMultiRegionTrail:         &now.MultiRegion,
		TrailARN:                   &t.ARN,
		LogFileValidationEnabled:   &t.LogFileValidation,
		CloudWatchLogsLogGroupArn:  optional(t.CloudWatchLogsLogGroupARN),
		CloudWatchLogsRoleArn:      optional(t.CloudWatchLogsRoleARN),
		KmsKeyId:                   optional(t.KMSKeyID),
		IsOrganizationTrail:        &t.Organization,
	}
}
