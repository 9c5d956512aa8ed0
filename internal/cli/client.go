package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/cairntrail/cairn/internal/config"
)

// defaultRegion is the Region when neither a flag, the environment nor the
// profile names one.
const defaultRegion = "us-east-1"

// target is the server that a client command speaks to, and as whom.
type target struct {
	Endpoint string `group:"Server" placeholder:"URL" default:"http://127.0.0.1:4570" env:"CAIRN_ENDPOINT,AWS_ENDPOINT_URL_CLOUDTRAIL" help:"The server's API (default http://127.0.0.1:4570)."`
	Region   string `group:"Server" placeholder:"REGION" help:"Region to ask; otherwise that of the environment or of the profile, or us-east-1."`
	Profile  string `group:"Server" placeholder:"NAME" help:"Profile of the credentials file."`
	DataDir  string `group:"Server" placeholder:"DIR" env:"CAIRN_DATA_DIR" help:"The server's data folder, for the credentials in it; nothing else is asked for credentials then."`
}

// caller is a target whose credentials and Region are known.
type caller struct {
	endpoint string
	region   string
	aws      aws.Config
}

// resolve finds credentials and Region as the AWS CLI does: flags, environment,
// shared files. With a data folder only its credentials file counts.
func (t *target) resolve(ctx context.Context) (*caller, error) {
	endpoint := strings.TrimRight(t.Endpoint, "/")
	if endpoint == "" { // an empty environment variable
		endpoint = "http://" + config.Default("listen")
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usagef("%q is not the URL of a server; --endpoint is like http://127.0.0.1:4570", t.Endpoint)
	}
	profile, files := t.Profile, []string(nil)
	if t.DataDir != "" {
		file := filepath.Join(t.DataDir, "credentials")
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("there are no credentials in the data folder (%w); the server makes the file at its first start, and --data-dir or %s has to name the same folder", err, config.EnvName("data-dir"))
		}
		files = []string{file}
		if profile == "" {
			profile = awsconfig.DefaultSharedConfigProfile
		}
	}
	cfg, err := loadAWS(ctx, t.Region, profile, files)
	if err != nil {
		return nil, err
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, noCredentials(err)
	}
	return &caller{endpoint: endpoint, region: cfg.Region, aws: cfg}, nil
}

// loadAWS reads the AWS configuration; credentialFiles replaces the shared
// files if it is not nil.
func loadAWS(ctx context.Context, region, profile string, credentialFiles []string) (aws.Config, error) {
	options := []func(*awsconfig.LoadOptions) error{
		// Without this, a machine with no credentials waits for a metadata
		// service that is not there.
		awsconfig.WithEC2IMDSClientEnableState(imds.ClientDisabled),
	}
	if region != "" {
		options = append(options, awsconfig.WithRegion(region))
	}
	if profile != "" {
		options = append(options, awsconfig.WithSharedConfigProfile(profile))
	}
	if credentialFiles != nil {
		options = append(options, awsconfig.WithSharedCredentialsFiles(credentialFiles), awsconfig.WithSharedConfigFiles([]string{}))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		if missing, ok := errors.AsType[awsconfig.SharedConfigProfileNotExistError](err); ok {
			return cfg, fmt.Errorf("there is no profile %q in the credentials file; name another with --profile", missing.Profile)
		}
		return cfg, fmt.Errorf("the AWS configuration cannot be used: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = defaultRegion
	}
	return cfg, nil
}

// noCredentials says what to set.
func noCredentials(err error) error {
	const advice = `no credentials were found. Do one of these:
  - name the server's data folder: --data-dir DIR, or CAIRN_DATA_DIR=DIR
  - name its credentials file: AWS_SHARED_CREDENTIALS_FILE=DIR/credentials, with --profile NAME unless it is "default"
  - set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`
	// The metadata service is the last place, and switched off: what it says is
	// no news. Other words, as of an expired login, are.
	if strings.Contains(err.Error(), "IMDS") {
		return errors.New(advice)
	}
	return fmt.Errorf("%s\nThe AWS SDK says: %w", advice, err)
}

// trail makes an SDK client of CloudTrail for the server.
func (c *caller) trail(options ...func(*cloudtrail.Options)) *cloudtrail.Client {
	return cloudtrail.NewFromConfig(c.aws, append(options, func(o *cloudtrail.Options) { o.BaseEndpoint = &c.endpoint })...)
}

// parseMoment reads a point in time: an age ("2h", "3d"), a day (2026-11-01,
// its first moment in UTC), or a time in RFC 3339.
func parseMoment(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			return t, nil
		}
	}
	if text == "now" {
		return now, nil
	}
	age, err := config.ParseDuration(text)
	if err != nil || age < 0 {
		return time.Time{}, fmt.Errorf("%q is not a time; write an age (2h, 3d), a day (2026-11-01) or a time (2026-11-01T10:00:00Z)", text)
	}
	return now.Add(-age), nil
}
