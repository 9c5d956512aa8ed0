package trail

import (
	"context"
	"errors"
	"fmt"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
)

// Settings are what CreateTrail and UpdateTrail set. What is nil is not set: a
// new trail has the default, and a trail that is there keeps what it has. An
// empty text takes a setting away.
type Settings struct {
	S3BucketName *string
	S3KeyPrefix  *string
	// SNSTopicName is the name or the ARN of a topic.
	SNSTopicName *string
	// KMSKeyID is "alias/NAME", the ARN of an alias or a key, or the id of a key.
	KMSKeyID                  *string
	CloudWatchLogsLogGroupARN *string
	CloudWatchLogsRoleARN     *string
	// GlobalServiceEvents is true by default, all others are false.
	GlobalServiceEvents *bool
	MultiRegion         *bool
	LogFileValidation   *bool
	Organization        *bool
}

// CreateTrailInput is the input of [Service.CreateTrail].
type CreateTrailInput struct {
	Name string
	Settings
	Tags []Tag
}

// UpdateTrailInput is the input of [Service.UpdateTrail]. Name is a name or an
// ARN.
type UpdateTrailInput struct {
	Name string
	Settings
}

// CreateTrail makes a trail in the caller's Region. It does not log before
// StartLogging.
func (s *Service) CreateTrail(ctx context.Context, c Caller, in CreateTrailInput) (Trail, error) {
	if err := checkName(in.Name); err != nil {
		return Trail{}, err
	}
	tags, err := mergeTags(nil, in.Tags)
	if err != nil {
		return Trail{}, err
	}
	t := Trail{Name: in.Name, ARN: nameARN(c, in.Name), AccountID: c.AccountID, HomeRegion: c.Region, Tags: tags, Created: s.now()}
	now := Epoch{GlobalServiceEvents: true, Selectors: selector.Default(selector.Trail)}
	if in.S3BucketName == nil {
		in.S3BucketName = new(string) // Required, and empty is refused.
	}
	if err := in.apply(ctx, s.cfg.KMS, c, &t, &now); err != nil {
		return Trail{}, err
	}
	t.Epochs = []Epoch{now} // For room, which looks at MultiRegion.
	// What others would refuse too is refused before they are asked.
	if err := s.room(ctx, &t, true); err != nil {
		return Trail{}, err
	}
	if err := s.check(ctx, &in.Settings, &t); err != nil {
		return Trail{}, err
	}
	err = s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		if err := s.room(ctx, &t, true); err != nil {
			return err
		}
		t.Epochs = nil
		s.epoch(&t, func(e *Epoch) { *e = now })
		if _, err := s.trails.Create(ctx, t.ARN, t); err != nil {
			return err
		}
		// A trail of this name that was deleted may have left its status.
		if err := s.status.Delete(ctx, t.ARN); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return nil
	})
	if err != nil {
		return Trail{}, fmt.Errorf("create the trail: %w", err)
	}
	s.changed(t.ARN)
	return t, nil
}

// UpdateTrail changes the settings that are given, in the trail's home Region.
func (s *Service) UpdateTrail(ctx context.Context, c Caller, in UpdateTrailInput) (Trail, error) {
	t, err := s.home(ctx, c, in.Name)
	if err != nil {
		return Trail{}, err
	}
	next := t.Now()
	if err := in.apply(ctx, s.cfg.KMS, c, &t, &next); err != nil {
		return Trail{}, err
	}
	if err := s.check(ctx, &in.Settings, &t); err != nil {
		return Trail{}, err
	}
	if in.KMSKeyID != nil {
		in.KMSKeyID = &t.KMSKeyID // It is resolved; nobody is asked in the transaction.
	}
	return s.change(ctx, c, in.Name, func(ctx context.Context, t *Trail) error {
		was, next := t.Now(), t.Now()
		if err := in.apply(ctx, nil, c, t, &next); err != nil {
			return err
		}
		s.epoch(t, func(e *Epoch) { *e = next })
		if next.MultiRegion && !was.MultiRegion {
			return s.room(ctx, t, false)
		}
		return nil
	})
}

// apply sets what is given, and checks the result.
func (in *Settings) apply(ctx context.Context, kms KMS, c Caller, t *Trail, e *Epoch) error {
	for _, b := range []struct{ from, to *bool }{
		{in.GlobalServiceEvents, &e.GlobalServiceEvents}, {in.MultiRegion, &e.MultiRegion},
		{in.LogFileValidation, &t.LogFileValidation}, {in.Organization, &t.Organization},
	} {
		if b.from != nil {
			*b.to = *b.from
		}
	}
	if t.Organization {
		return refusal.New(CodeOrganizationsNotInUse, "The request could not be processed because your account isn't a member of an organization. Sign in to an account that is, and then try again.")
	}
	if e.MultiRegion && !e.GlobalServiceEvents {
		return refusal.New(CodeInvalidParameterCombination, "Multi-Region trail must include global service events.")
	}
	if in.S3BucketName != nil {
		if err := checkBucketName(*in.S3BucketName); err != nil {
			return err
		}
		t.S3BucketName = *in.S3BucketName
	}
	if in.S3KeyPrefix != nil {
		if err := checkPrefix(*in.S3KeyPrefix); err != nil {
			return err
		}
		t.S3KeyPrefix = *in.S3KeyPrefix
	}
	return in.destinations(ctx, kms, c, t)
}

// destinations sets the topic, the key, and the log group with its role.
func (in *Settings) destinations(ctx context.Context, kms KMS, c Caller, t *Trail) (err error) {
	if in.SNSTopicName != nil {
		t.SNSTopicARN = ""
		if *in.SNSTopicName != "" {
			if t.SNSTopicARN, err = topicARN(c, *in.SNSTopicName); err != nil {
				return err
			}
		}
	}
	if in.KMSKeyID != nil {
		t.KMSKeyID = ""
		if *in.KMSKeyID != "" {
			if t.KMSKeyID, err = keyARN(c, *in.KMSKeyID); err != nil {
				return err
			}
			if kms != nil {
				if t.KMSKeyID, err = kms.KeyARN(ctx, t.KMSKeyID); err != nil {
					return fmt.Errorf("find the KMS key: %w", err)
				}
			}
		}
	}
	group, role := in.CloudWatchLogsLogGroupARN, in.CloudWatchLogsRoleARN
	if group == nil && role == nil {
		return nil
	}
	// Both are set together, or taken away together: the other one of before does
	// not count.
	t.CloudWatchLogsLogGroupARN, t.CloudWatchLogsRoleARN = value(group), value(role)
	return checkLogs(c, t.CloudWatchLogsLogGroupARN, t.CloudWatchLogsRoleARN)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// room refuses a trail whose name is taken, or that is one too many, in a
// Region where it shows. A trail that is made is another than that of its ARN.
func (s *Service) room(ctx context.Context, t *Trail, made bool) error {
	all, err := s.ofAccount(ctx, t.AccountID)
	if err != nil {
		return err
	}
	regions, multi, single := []string{t.HomeRegion}, 0, map[string]int{}
	for i := range all {
		other := &all[i]
		if !made && other.ARN == t.ARN {
			continue // It is the same trail.
		}
		if other.Name == t.Name && (s.visible(other, t.HomeRegion) || s.visible(t, other.HomeRegion)) {
			return refusal.New(CodeTrailExists, "Trail %s already exists for customer: %s", t.Name, t.AccountID)
		}
		if other.Now().MultiRegion {
			multi++
		} else if s.visible(t, other.HomeRegion) {
			regions = append(regions, other.HomeRegion)
			single[other.HomeRegion]++
		}
	}
	for _, region := range regions {
		if n := multi + single[region]; n >= MaxPerRegion {
			return refusal.New(CodeTooManyTrails, "User: %s already has %d trails in %s.", t.AccountID, n, region)
		}
	}
	return nil
}

// check asks those that the trail delivers to, about what is given.
func (s *Service) check(ctx context.Context, in *Settings, t *Trail) error {
	if s.cfg.Buckets != nil && (in.S3BucketName != nil || in.S3KeyPrefix != nil || in.KMSKeyID != nil) {
		if err := s.cfg.Buckets.CheckBucket(ctx, t); err != nil {
			return fmt.Errorf("check the bucket: %w", err)
		}
	}
	if s.cfg.Topics != nil && in.SNSTopicName != nil && t.SNSTopicARN != "" {
		if err := s.cfg.Topics.CheckTopic(ctx, t); err != nil {
			return fmt.Errorf("check the topic: %w", err)
		}
	}
	if s.cfg.Logs != nil && in.CloudWatchLogsLogGroupARN != nil && t.CloudWatchLogsLogGroupARN != "" {
		if err := s.cfg.Logs.CheckLogs(ctx, t); err != nil {
			return fmt.Errorf("check the log group: %w", err)
		}
	}
	return nil
}
