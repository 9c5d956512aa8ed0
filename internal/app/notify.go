package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/notify"
	"github.com/cairntrail/cairn/internal/trail"
)

// openSinks makes what trails deliver to besides their buckets.
func (a *App) openSinks(ctx context.Context) (err error) {
	var credentials aws.CredentialsProvider
	endpoint := func(setting string) (*notify.Endpoint, error) {
		if setting == config.Off {
			return nil, nil
		}
		if credentials == nil {
			options := []func(*awsconfig.LoadOptions) error{awsconfig.WithRegion(a.cfg.Region)}
			if a.cfg.NotifyProfile != "" {
				options = append(options, awsconfig.WithSharedConfigProfile(a.cfg.NotifyProfile))
			}
			cfg, err := awsconfig.LoadDefaultConfig(ctx, options...)
			if err != nil {
				return nil, fmt.Errorf("the credentials for notifications: %w", err)
			}
			credentials = cfg.Credentials
		}
		e := &notify.Endpoint{Credentials: credentials}
		if setting != config.AWS {
			e.URL = setting
		}
		return e, nil
	}
	var cfg notify.Config
	if cfg.Topics, err = endpoint(a.cfg.SNSEndpoint); err != nil {
		return err
	}
	if cfg.Logs, err = endpoint(a.cfg.LogsEndpoint); err != nil {
		return err
	}
	if a.cfg.LogsEndpoint == config.AWS {
		cfg.Roles = &notify.Endpoint{Credentials: credentials}
	}
	bus, err := endpoint(a.cfg.EventsEndpoint)
	if err != nil {
		return err
	}
	if bus != nil {
		cfg.Bus = &notify.Bus{Endpoint: *bus}
		if a.cfg.EventsEndpoint == config.AWS {
			cfg.Bus.SourcePrefix = "cairn." // AWS takes events of aws.* from nobody else
		}
	}
	if a.cfg.WebhookURL != "" {
		secrets, err := os.ReadFile(a.cfg.WebhookSecrets)
		if err != nil {
			return fmt.Errorf("webhook-secrets: %w", err)
		}
		cfg.Hook = &notify.Hook{URL: a.cfg.WebhookURL, Secrets: strings.Fields(string(secrets))}
	}
	a.sinks, err = notify.New(cfg)
	return err
}

// trailSinks are the sinks as trails see them.
type trailSinks struct{ a *App }

// Wants implements trail.Notifier: the webhook is told of every trail.
func (s trailSinks) Wants(t *trail.Trail) bool {
	return t.SNSTopicARN != "" || s.a.cfg.WebhookURL != ""
}

// Notify implements trail.Notifier: the trail's topic, and the webhook.
func (s trailSinks) Notify(ctx context.Context, t trail.Trail, n trail.Notice) error {
	m := notify.Message{Bucket: n.Bucket, Keys: n.Keys}
	var topic, hook error
	if t.SNSTopicARN != "" {
		topic = s.a.sinks.Topic(ctx, t.SNSTopicARN, m)
	}
	if s.a.cfg.WebhookURL != "" {
		hook = s.a.sinks.Webhook(ctx, t.ARN, m)
	}
	if topic != nil {
		return topic
	}
	return hook
}

// targets are where trails' records go besides their log files.
func (s trailSinks) targets() map[string]func(trail.Trail) trail.Forward {
	out := make(map[string]func(trail.Trail) trail.Forward)
	if s.a.cfg.LogsEndpoint != config.Off {
		out[trail.CloudWatchLogs] = s.logs
	}
	if s.a.cfg.EventsEndpoint != config.Off {
		out["events"] = s.events
	}
	return out
}

// logs forwards to the trail's log group.
func (s trailSinks) logs(t trail.Trail) trail.Forward {
	if t.CloudWatchLogsLogGroupARN == "" {
		return nil
	}
	group := notify.LogGroup{ARN: t.CloudWatchLogsLogGroupARN, RoleARN: t.CloudWatchLogsRoleARN}
	stream := notify.StreamName(t.AccountID, t.HomeRegion, 0)
	return func(ctx context.Context, records []trail.Record) error {
		skipped, err := s.a.sinks.Logs(ctx, group, stream, notifyRecords(records))
		s.skipped(t, trail.CloudWatchLogs, skipped)
		return err
	}
}

// events forwards to the bus.
func (s trailSinks) events(t trail.Trail) trail.Forward {
	return func(ctx context.Context, records []trail.Record) error {
		skipped, err := s.a.sinks.Events(ctx, notifyRecords(records))
		s.skipped(t, "events", skipped)
		return err
	}
}

// skipped tells of records that a target does not take: too large, or too old.
func (s trailSinks) skipped(t trail.Trail, target string, n int) {
	if n > 0 {
		s.a.log.Warn("records of a trail are too large or too old for a target; its log files have them", "trail", t.ARN, "target", target, "records", n)
	}
}

func notifyRecords(records []trail.Record) []notify.Record {
	out := make([]notify.Record, len(records))
	for i, r := range records {
		out[i] = notify.Record{Raw: r.Raw}
	}
	return out
}

// CheckTopic implements trail.Topics.
func (s trailSinks) CheckTopic(ctx context.Context, t *trail.Trail) error {
	return refusal(s.a.sinks.CheckTopic(ctx, t.SNSTopicARN))
}

// CheckLogs implements trail.Logs.
func (s trailSinks) CheckLogs(ctx context.Context, t *trail.Trail) error {
	return refusal(s.a.sinks.CheckLogs(ctx, notify.LogGroup{ARN: t.CloudWatchLogsLogGroupARN, RoleARN: t.CloudWatchLogsRoleARN}))
}

// refusal makes a no an exception of the API.
func refusal(err error) error {
	var no *notify.Refusal
	if errors.As(err, &no) {
		return &trail.Error{Code: no.Code, Message: no.Message, Cause: no}
	}
	return err
}
