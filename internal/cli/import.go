package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/cairntrail/cairn/internal/trail/trailfiles"
	"github.com/cairntrail/cairn/verify"
)

// importCmd is `cairn import`.
type importCmd struct {
	target
	From           string `arg:"" optional:"" name:"s3://BUCKET/PREFIX|DIR" help:"Where the log files are: a location as the server reads it, or a folder here."`
	EventDataStore string `placeholder:"STORE" help:"Name, id or ARN of the event data store to import into; not needed if there is one only."`
	StartTime      string `placeholder:"TIME" help:"Only events from then on: 2026-11-01, 2026-11-01T10:00:00Z, or 90d ago as 90d."`
	EndTime        string `placeholder:"TIME" help:"Only events until then."`
	Retry          string `placeholder:"ID" help:"Go on with an import that stopped or failed, instead of a new one."`
	BucketRegion   string `placeholder:"REGION" help:"Region of the bucket; otherwise that of the server."`
	RoleARN        string `name:"role-arn" placeholder:"ARN" help:"Role that the import names; otherwise one of this account."`
	Verify         bool   `help:"Check the log files against the chain of digests first, and import nothing if it is damaged. Needs --trail-arn."`
	TrailARN       string `name:"trail-arn" placeholder:"ARN" help:"The trail that delivered the log files, for --verify."`
	Keys           string `placeholder:"FILE" help:"Public keys for --verify, as \"aws cloudtrail list-public-keys\" prints them; asked from the server if not given."`
	S3Endpoint     string `name:"s3-endpoint" env:"AWS_ENDPOINT_URL_S3" default:"http://127.0.0.1:4571" placeholder:"URL" help:"S3 endpoint of this command, for a folder and for --verify (default http://127.0.0.1:4571, the server's own)."`
	JSON           bool   `name:"json" help:"Print the import, with its failures, as JSON."`
}

// Help is the long help.
func (importCmd) Help() string {
	return `Copies the events of CloudTrail log files into an event data store: those below a location in S3, which the server reads, or those of a folder, which are put into a bucket of the server's first. A file that cannot be imported is told with its reason and does not keep the others; --retry ID tries it again. Ctrl-C stops the import; what is copied stays.

    cairn import s3://my-trail-bucket/AWSLogs/111122223333/CloudTrail/ --start-time 90d
    cairn import --event-data-store audit ./AWSLogs
    cairn import --verify --trail-arn arn:aws:cloudtrail:us-east-1:111122223333:trail/main s3://my-trail-bucket/

The exit code is 1 if a file failed.`
}

// Run imports and tells.
func (c *importCmd) Run(ctx context.Context, sh *shell) error {
	if (c.From == "") == (c.Retry == "") {
		return usagef("say what to import, s3://BUCKET/PREFIX or a folder, or which import to go on with, --retry ID")
	}
	if c.Verify && (c.TrailARN == "" || !strings.HasPrefix(c.From, "s3://")) {
		return usagef("--verify needs --trail-arn and a location in S3")
	}
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	client := server.trail()
	in, done, err := c.input(ctx, sh, server, client)
	if err != nil {
		return err
	}
	if c.Verify {
		if err := c.check(ctx, sh, server, client); err != nil {
			return err
		}
	}
	started, err := client.StartImport(ctx, in)
	if err != nil {
		return server.explain(ctx, "The import", err)
	}
	end, err := c.wait(ctx, sh, client, aws.ToString(started.ImportId))
	if err != nil {
		return err
	}
	if end.ImportStatus == types.ImportStatusCompleted {
		done() // else another try needs them
	}
	return c.report(ctx, sh, server, client, end)
}

// input is what StartImport is given. done removes what was put into a bucket for it.
func (c *importCmd) input(ctx context.Context, sh *shell, server *caller, client *cloudtrail.Client) (in *cloudtrail.StartImportInput, done func(), err error) {
	done = func() {}
	if c.Retry != "" {
		return &cloudtrail.StartImportInput{ImportId: &c.Retry}, done, nil
	}
	store, err := chooseStore(ctx, server, client, c.EventDataStore)
	if err != nil {
		return nil, done, err
	}
	uri := c.From
	if !strings.HasPrefix(uri, "s3://") {
		if uri, done, err = c.stage(ctx, sh, server); err != nil {
			return nil, done, err
		}
	}
	region, role := c.BucketRegion, c.RoleARN
	if region == "" {
		region = server.region
	}
	if role == "" {
		// The server reads as the account, and only keeps the name.
		me, err := sts.NewFromConfig(server.aws, func(o *sts.Options) { o.BaseEndpoint = &server.endpoint }).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return nil, done, server.explain(ctx, "Asking who this is", err)
		}
		role = "arn:aws:iam::" + aws.ToString(me.Account) + ":role/cairn-import"
	}
	in = &cloudtrail.StartImportInput{Destinations: []string{store}, ImportSource: &types.ImportSource{S3: &types.S3ImportSource{S3LocationUri: &uri, S3BucketRegion: &region, S3BucketAccessRoleArn: &role}}}
	now := time.Now()
	for _, at := range []struct {
		text, flag string
		to         **time.Time
	}{{c.StartTime, "--start-time", &in.StartEventTime}, {c.EndTime, "--end-time", &in.EndEventTime}} {
		if at.text == "" {
			continue
		}
		t, err := parseMoment(at.text, now)
		if err != nil {
			return nil, done, usagef("%s: %v", at.flag, err)
		}
		*at.to = &t
	}
	return in, done, nil
}

// check validates the digests of the trail that delivered the files.
func (c *importCmd) check(ctx context.Context, sh *shell, server *caller, client *cloudtrail.Client) error {
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(c.From, "s3://"), "/")
	prefix, _, _ = strings.Cut(prefix, "AWSLogs/")
	now := time.Now()
	opt := verify.Options{Start: now.Add(-10 * 366 * 24 * time.Hour), End: now}
	var err error
	if c.StartTime != "" {
		if opt.Start, err = parseMoment(c.StartTime, now); err != nil {
			return usagef("--start-time: %v", err)
		}
	}
	if c.EndTime != "" {
		if opt.End, err = parseMoment(c.EndTime, now); err != nil {
			return usagef("--end-time: %v", err)
		}
	}
	var keys map[string][]byte
	if c.Keys != "" {
		keys, err = readKeys(c.Keys)
	} else {
		keys, err = listKeys(ctx, client, opt)
	}
	if err != nil {
		return err
	}
	var bad []string
	opt.Found = func(f verify.Finding) {
		if !f.Valid && (f.Kind == verify.DigestFile || f.Kind == verify.LogFileOf) {
			bad = append(bad, fmt.Sprintf("%s\ts3://%s/%s\t%s", f.Kind, clean(f.Bucket), clean(f.Key), clean(f.Message)))
		}
	}
	report, err := verify.Validate(ctx, trailfiles.Source{Client: newS3(server.aws, c.S3Endpoint)}, keys, verify.Trail{ARN: c.TrailARN, Bucket: bucket, Prefix: prefix}, opt)
	if err != nil {
		return fmt.Errorf("the log files could not be checked: %w", err)
	}
	if report.Damaged() || report.Digests.Valid == 0 {
		return fmt.Errorf("nothing is imported, because the log files do not check out:\n%s\n%s", strings.Join(bad, "\n"), report.Summary())
	}
	_, err = fmt.Fprint(sh.stderr, report.Summary())
	return err
}

// wait shows how far the import is until it has ended. When ctx ends, it is stopped.
func (c *importCmd) wait(ctx context.Context, sh *shell, client *cloudtrail.Client, id string) (*cloudtrail.GetImportOutput, error) {
	var last amount
	shown := newProgress(sh.stderr, func(elapsed time.Duration) amount { return last })
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	begun := time.Now()
	for {
		out, err := client.GetImport(ctx, &cloudtrail.GetImportInput{ImportId: &id})
		if err == nil && out.ImportStatus != types.ImportStatusInitializing && out.ImportStatus != types.ImportStatusInProgress {
			shown.lines(nil)
			return out, nil
		}
		if ctx.Err() != nil {
			shown.lines(nil)
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			_, err := client.StopImport(stop, &cloudtrail.StopImportInput{ImportId: &id})
			return nil, errors.Join(ctx.Err(), err, fmt.Errorf("the import %s is stopped; go on with cairn import --retry %s", id, id))
		}
		if err != nil {
			return nil, err
		}
		st := out.ImportStatistics
		last = amount{aws.ToInt64(st.PrefixesCompleted), aws.ToInt64(st.PrefixesFound), fmt.Sprintf("%s files, %s events, %s/s, %s failed", thousands(aws.ToInt64(st.FilesCompleted)), thousands(aws.ToInt64(st.EventsCompleted)),
			thousands(perSecond(aws.ToInt64(st.EventsCompleted), time.Since(begun))), thousands(aws.ToInt64(st.FailedEntries)))}
		if shown.columns > 0 {
			shown.draw(last)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// report prints what became of the import.
func (c *importCmd) report(ctx context.Context, sh *shell, server *caller, client *cloudtrail.Client, end *cloudtrail.GetImportOutput) error {
	var failures []types.ImportFailureListItem
	if aws.ToInt64(end.ImportStatistics.FailedEntries) > 0 {
		for pages := cloudtrail.NewListImportFailuresPaginator(client, &cloudtrail.ListImportFailuresInput{ImportId: end.ImportId}); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return server.explain(ctx, "Asking for the failures", err)
			}
			failures = append(failures, page.Failures...)
		}
	}
	if c.JSON {
		enc := json.NewEncoder(sh.stdout)
		enc.SetIndent("", "  ")
		err := enc.Encode(struct {
			ImportID   *string                       `json:"importId"`
			Status     types.ImportStatus            `json:"status"`
			Statistics *types.ImportStatistics       `json:"statistics"`
			Failures   []types.ImportFailureListItem `json:"failures"`
		}{end.ImportId, end.ImportStatus, end.ImportStatistics, append([]types.ImportFailureListItem{}, failures...)})
		if err != nil {
			return err
		}
	} else if err := c.print(sh, end, failures); err != nil {
		return err
	}
	if end.ImportStatus != types.ImportStatusCompleted {
		return errReported
	}
	return nil
}

func (c *importCmd) print(sh *shell, end *cloudtrail.GetImportOutput, failures []types.ImportFailureListItem) error {
	st := end.ImportStatistics
	fmt.Fprintf(sh.stdout, "Import    %s: %s\n", aws.ToString(end.ImportId), strings.ToLower(string(end.ImportStatus)))
	fmt.Fprintf(sh.stdout, "Files     %s imported, of %s; %s failed\n", thousands(aws.ToInt64(st.FilesCompleted)), plural(aws.ToInt64(st.PrefixesFound), "folder"), thousands(aws.ToInt64(st.FailedEntries)))
	if _, err := fmt.Fprintf(sh.stdout, "Events    %s\n", thousands(aws.ToInt64(st.EventsCompleted))); err != nil {
		return err
	}
	if aws.ToInt64(st.EventsCompleted) == 0 && len(failures) == 0 {
		fmt.Fprintln(sh.stderr, "Nothing was imported: the location has no log files, or their events are outside of --start-time and --end-time, or older than the event data store keeps (the RetentionPeriod that \"aws cloudtrail get-event-data-store\" tells, in days).")
	}
	for _, f := range failures {
		if f.Status == types.ImportFailureStatusSucceeded {
			continue
		}
		fmt.Fprintf(sh.stderr, "%s\t%s: %s\n", clean(aws.ToString(f.Location)), clean(aws.ToString(f.ErrorType)), clean(aws.ToString(f.ErrorMessage)))
	}
	if len(failures) > 0 {
		fmt.Fprintf(sh.stderr, "Try again with: cairn import --retry %s\n", aws.ToString(end.ImportId))
	}
	return nil
}

// isFolder tells whether a path is a folder here.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
