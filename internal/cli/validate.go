package cli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cairntrail/cairn/internal/trail/trailfiles"
	"github.com/cairntrail/cairn/verify"
)

// validateCmd is `cairn validate`.
type validateCmd struct {
	TrailARN     string `name:"trail-arn" required:"" placeholder:"ARN" help:"The trail whose files are checked."`
	StartTime    string `required:"" placeholder:"TIME" help:"Log files delivered from then on: 2026-11-01, 2026-11-01T10:00:00Z, or 7d ago as 7d."`
	EndTime      string `placeholder:"TIME" help:"Log files delivered until then; now, if not given."`
	S3Bucket     string `group:"Files" name:"s3-bucket" placeholder:"NAME" help:"The trail's bucket; asked from the trail's service if not given."`
	S3Prefix     string `group:"Files" name:"s3-prefix" placeholder:"PREFIX" help:"The prefix before AWSLogs/."`
	Folder       string `group:"Files" placeholder:"DIR" help:"A local copy of the bucket instead, as \"aws s3 sync\" makes it. Needs --keys and --s3-bucket, the name that the digests have."`
	Organization string `group:"Files" name:"organization-id" placeholder:"ID" help:"For organization trails: o-...; it is part of the keys."`
	AccountID    string `group:"Files" name:"account-id" placeholder:"ID" help:"For organization trails: the member account."`
	Region       string `placeholder:"REGION" help:"The Region whose files are checked; otherwise that of the ARN."`
	Keys         string `placeholder:"FILE" help:"Public keys, as \"aws cloudtrail list-public-keys\" prints them; asked from the trail's service if not given."`
	Endpoint     string `group:"Services" placeholder:"URL" help:"Endpoint of the trail's service; otherwise that of AWS."`
	S3Endpoint   string `group:"Services" name:"s3-endpoint" placeholder:"URL" help:"Endpoint of an S3 other than AWS, with path-style addresses."`
	Profile      string `group:"Services" placeholder:"NAME" help:"Profile of the credentials; otherwise those of the environment."`
	Parallel     int    `default:"16" placeholder:"N" help:"How many files are read at once (default 16)."`
	Verbose      bool   `help:"List valid files too."`
	JSON         bool   `name:"json" help:"Print the findings and the report as JSON, one object a line."`
}

// Help is the long help.
func (validateCmd) Help() string {
	return `Checks the digest chain of a CloudTrail trail, and every log file that it names, with the words and exit codes of "aws cloudtrail validate-logs". It also finds what that does not: bytes appended behind a file's end, log files that no valid digest names, and runs of digests that are gone.

    cairn validate --trail-arn arn:aws:cloudtrail:us-east-1:111122223333:trail/all --start-time 7d
    aws cloudtrail list-public-keys --start-time 2026-01-01 > keys.json
    cairn validate --trail-arn ... --start-time 2026-11-01 --folder ./copy --s3-bucket logs --keys keys.json

The exit code is 1 if a digest or a log file is invalid.`
}

// Run validates and prints.
func (c *validateCmd) Run(ctx context.Context, sh *shell) error {
	if c.Parallel < 1 || c.Parallel > 256 {
		return usagef("--parallel is %d; it is between 1 and 256", c.Parallel)
	}
	if c.Folder != "" && (c.Keys == "" || c.S3Bucket == "") {
		return usagef("--folder needs --keys and --s3-bucket: a folder tells neither")
	}
	opt, err := c.times(time.Now())
	if err != nil {
		return err
	}
	trail := verify.Trail{ARN: c.TrailARN, AccountID: c.AccountID, Region: c.Region, OrganizationID: c.Organization, Bucket: c.S3Bucket, Prefix: c.S3Prefix}
	source, keys, err := c.open(ctx, &trail, opt)
	if err != nil {
		return err
	}
	const layout = "2006-01-02T15:04:05Z"
	if !c.JSON {
		fmt.Fprintf(sh.stdout, "Validating log files for trail %s between %s and %s\n\n", c.TrailARN, opt.Start.Format(layout), opt.End.Format(layout))
	}
	opt.Workers = c.Parallel
	var printed error
	seen := &validated{}
	shown := newProgress(sh.stderr, seen.state)
	opt.Listed = func(digests int) { seen.listed.Add(int64(digests)) }
	opt.Found = func(f verify.Finding) {
		seen.count(f)
		printed = errors.Join(printed, c.print(sh, shown, f))
	}
	stop := shown.run(ctx)
	report, err := verify.Validate(ctx, source, keys, trail, opt)
	stop()
	if err = errors.Join(err, printed); err != nil {
		return fmt.Errorf("the validation could not be finished: %w", err)
	}
	if c.JSON {
		err = json.NewEncoder(sh.stdout).Encode(struct {
			Report *verify.Report `json:"report"`
		}{report})
	} else {
		_, err = fmt.Fprint(sh.stdout, "\n", report.Summary(), report.Beyond())
	}
	if err == nil && report.Damaged() {
		return errReported
	}
	return err
}

func (c *validateCmd) times(now time.Time) (opt verify.Options, err error) {
	if opt.Start, err = parseMoment(c.StartTime, now); err != nil {
		return opt, usagef("--start-time: %v", err)
	}
	opt.End = now.UTC().Truncate(time.Second)
	if c.EndTime != "" {
		if opt.End, err = parseMoment(c.EndTime, now); err != nil {
			return opt, usagef("--end-time: %v", err)
		}
	}
	opt.Start, opt.End = opt.Start.UTC(), opt.End.UTC()
	if !opt.Start.Before(opt.End) {
		return opt, usagef("--start-time is not before --end-time")
	}
	return opt, nil
}

// validated counts what is done, for the progress.
type validated struct{ listed, digests, logs atomic.Int64 }

func (v *validated) count(f verify.Finding) {
	switch f.Kind {
	case verify.DigestFile:
		v.digests.Add(1)
	case verify.LogFileOf:
		v.logs.Add(1)
	}
}

func (v *validated) state(elapsed time.Duration) amount {
	digests, all, logs := v.digests.Load(), v.listed.Load(), v.logs.Load()
	return amount{digests, all, fmt.Sprintf("%s of %s digest files, %s log files, %s files/s",
		thousands(digests), thousands(all), thousands(logs), thousands(perSecond(digests+logs, elapsed)))}
}

// print shows a finding: damage on standard error, as the AWS CLI does.
func (c *validateCmd) print(sh *shell, shown *progress, f verify.Finding) error {
	if f.Valid && !c.Verbose {
		return nil
	}
	shown.lines(nil)
	if c.JSON {
		return json.NewEncoder(sh.stdout).Encode(f)
	}
	out, line := sh.stdout, fmt.Sprintf("%s\t", f.Kind)
	if !f.Valid {
		out = sh.stderr
	}
	if f.Key != "" {
		line += fmt.Sprintf("s3://%s/%s\t", clean(f.Bucket), clean(f.Key))
	}
	_, err := fmt.Fprintln(out, line+clean(f.Message))
	return err
}

// open finds the files and the keys, and completes the trail.
func (c *validateCmd) open(ctx context.Context, trail *verify.Trail, opt verify.Options) (verify.Source, map[string][]byte, error) {
	var keys map[string][]byte
	if c.Keys != "" {
		var err error
		if keys, err = readKeys(c.Keys); err != nil {
			return nil, nil, err
		}
	}
	if c.Folder != "" {
		return verify.Dir{Root: c.Folder}, keys, nil
	}
	region := c.Region
	if parts := strings.Split(c.TrailARN, ":"); region == "" && len(parts) > 3 {
		region = parts[3]
	}
	cfg, err := loadAWS(ctx, region, c.Profile, nil)
	if err != nil {
		return nil, nil, err
	}
	service := cloudtrail.NewFromConfig(cfg, func(o *cloudtrail.Options) {
		if c.Endpoint != "" {
			o.BaseEndpoint = &c.Endpoint
		}
	})
	if trail.Bucket == "" {
		if err := findTrail(ctx, service, trail); err != nil {
			return nil, nil, err
		}
	}
	if keys == nil {
		if keys, err = listKeys(ctx, service, opt); err != nil {
			return nil, nil, err
		}
	}
	return trailfiles.Source{Client: newS3(cfg, c.S3Endpoint)}, keys, nil
}

func newS3(cfg aws.Config, endpoint string) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		if endpoint != "" {
			o.BaseEndpoint, o.UsePathStyle = &endpoint, true
		}
	})
}

// findTrail asks where the trail delivers.
func findTrail(ctx context.Context, service *cloudtrail.Client, trail *verify.Trail) error {
	out, err := service.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{})
	if err != nil {
		return fmt.Errorf("ask for the trail's bucket (or give --s3-bucket): %w", err)
	}
	for _, t := range out.TrailList {
		if aws.ToString(t.TrailARN) == trail.ARN {
			trail.Bucket, trail.Prefix = aws.ToString(t.S3BucketName), aws.ToString(t.S3KeyPrefix)
			return nil
		}
	}
	return fmt.Errorf("the trail %s is not there: check --trail-arn and --region, or give --s3-bucket", trail.ARN)
}

// listKeys asks for the keys of the range, and two hours around it, in which
// digests that cover its edges may have been signed.
func listKeys(ctx context.Context, service *cloudtrail.Client, opt verify.Options) (map[string][]byte, error) {
	keys := make(map[string][]byte)
	in := &cloudtrail.ListPublicKeysInput{StartTime: aws.Time(opt.Start.Add(-2 * time.Hour)), EndTime: aws.Time(opt.End.Add(2 * time.Hour))}
	for pages := cloudtrail.NewListPublicKeysPaginator(service, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("ask for the public keys (or give --keys): %w", err)
		}
		for _, k := range page.PublicKeyList {
			keys[aws.ToString(k.Fingerprint)] = k.Value
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("No public keys found between %s and %s", opt.Start.Format(time.RFC3339), opt.End.Format(time.RFC3339)) //nolint:staticcheck // the text of the AWS CLI
	}
	return keys, nil
}

// readKeys reads what "aws cloudtrail list-public-keys" printed.
func readKeys(path string) (map[string][]byte, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the public keys: %w", err)
	}
	var file struct {
		PublicKeyList []struct{ Value, Fingerprint string }
	}
	if err := json.Unmarshal(body, &file); err != nil || len(file.PublicKeyList) == 0 {
		return nil, fmt.Errorf("%s holds no public keys: save what \"aws cloudtrail list-public-keys --output json\" prints (%w)", path, err)
	}
	keys := make(map[string][]byte)
	for _, k := range file.PublicKeyList {
		der, err := base64.StdEncoding.DecodeString(k.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: the key %s is not base64: %w", path, k.Fingerprint, err)
		}
		keys[k.Fingerprint] = der
	}
	return keys, nil
}
