package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// lookupPage is the most events that one LookupEvents call gives.
const lookupPage = 50

// lookupCmd is `cairn lookup`.
type lookupCmd struct {
	target
	EventID      string `group:"Filters" placeholder:"ID" help:"Exactly this event."`
	EventName    string `group:"Filters" placeholder:"NAME" help:"Calls of this operation, as ConsoleLogin."`
	EventSource  string `group:"Filters" placeholder:"SERVICE" help:"Calls to this service, as s3.amazonaws.com."`
	Username     string `group:"Filters" placeholder:"NAME" help:"Calls by this user, or in a role session of this name."`
	AccessKeyID  string `group:"Filters" placeholder:"KEY" help:"Calls signed with this access key."`
	ResourceName string `group:"Filters" placeholder:"NAME" help:"Calls about this resource."`
	ResourceType string `group:"Filters" placeholder:"TYPE" help:"Calls about resources of this type, as AWS::S3::Bucket."`
	ReadOnly     string `group:"Filters" enum:"true,false," default:"" placeholder:"true|false" help:"Only calls that read, or only calls that may change something."`
	Since        string `group:"Filters" placeholder:"TIME" help:"Events from this time on: an age (2h, 3d), a day (2026-11-01) or a time (2026-11-01T10:00:00Z)."`
	Until        string `group:"Filters" placeholder:"TIME" help:"Events up to this time, in the same notation."`

	Limit  int    `default:"50" placeholder:"N" help:"Most events to print, newest first; 0 is all (default 50)."`
	Format string `enum:"table,json,csv" default:"table" help:"table, json or csv. In csv, cells that a spreadsheet would take for a formula begin with an apostrophe."`
	JSON   bool   `name:"json" help:"The same as --format json."`
	Raw    bool   `help:"Print each record as it was recorded, one line of JSON each."`
}

// Help is the long help.
func (lookupCmd) Help() string {
	return `Filters may be combined; an event has to match all. Names are compared exactly. Times are in UTC.

    cairn lookup --since 2h
    cairn lookup --username mallory --read-only false --since 7d --limit 0
    cairn lookup --event-name DeleteBucket --format csv > deleted.csv

In CSV, a cell that begins with = + - @ or with a tab or carriage return has an apostrophe put before it, so that no spreadsheet runs what an attacker wrote into an event.`
}

// Run looks up and prints, page by page.
func (c *lookupCmd) Run(ctx context.Context, sh *shell) error {
	in, err := c.input(time.Now())
	if err != nil {
		return err
	}
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	var options []func(*cloudtrail.Options)
	if len(in.LookupAttributes) > 1 {
		options = append(options, multiAttribute)
	}
	printer := c.printer(sh)
	n, err := eachEvent(ctx, server.trail(options...), in, c.Limit, printer.event)
	if err != nil {
		if _, sdk := errors.AsType[*smithy.OperationError](err); sdk {
			err = server.explain(ctx, "The lookup", err)
		}
		if n > 0 {
			err = errors.Join(err, printer.end())
		}
		return err
	}
	if err := printer.end(); err != nil {
		return err
	}
	switch _, table := printer.(*tablePrinter); {
	case n == 0 && table:
		fmt.Fprintln(sh.stderr, "No events match. LookupEvents answers for one account and one Region; see --profile, --region, --since.")
	case n == c.Limit && table:
		fmt.Fprintf(sh.stderr, "Stopped after %d events; --limit 0 gives all.\n", n)
	}
	return nil
}

// multiAttribute asks the server to take several lookup attributes, which AWS
// does not.
func multiAttribute(o *cloudtrail.Options) {
	o.APIOptions = append(o.APIOptions, smithyhttp.SetHeaderValue("X-Cairn-Lookup", "multi"))
}

// input makes the first request of the flags.
func (c *lookupCmd) input(now time.Time) (*cloudtrail.LookupEventsInput, error) {
	in := &cloudtrail.LookupEventsInput{}
	for _, f := range []struct {
		key   types.LookupAttributeKey
		value string
	}{
		{types.LookupAttributeKeyEventId, c.EventID},
		{types.LookupAttributeKeyEventName, c.EventName},
		{types.LookupAttributeKeyEventSource, c.EventSource},
		{types.LookupAttributeKeyUsername, c.Username},
		{types.LookupAttributeKeyAccessKeyId, c.AccessKeyID},
		{types.LookupAttributeKeyResourceName, c.ResourceName},
		{types.LookupAttributeKeyResourceType, c.ResourceType},
		{types.LookupAttributeKeyReadOnly, c.ReadOnly},
	} {
		if f.value != "" {
			in.LookupAttributes = append(in.LookupAttributes, types.LookupAttribute{AttributeKey: f.key, AttributeValue: &f.value})
		}
	}
	for _, f := range []struct {
		flag, text string
		at         **time.Time
	}{{"--since", c.Since, &in.StartTime}, {"--until", c.Until, &in.EndTime}} {
		if f.text == "" {
			continue
		}
		t, err := parseMoment(f.text, now)
		if err != nil {
			return nil, usagef("%s: %v", f.flag, err)
		}
		*f.at = &t
	}
	if in.StartTime != nil && in.EndTime != nil && in.StartTime.After(*in.EndTime) {
		return nil, usagef("--since (%s) is after --until (%s), so nothing could match", in.StartTime.UTC().Format(time.RFC3339), in.EndTime.UTC().Format(time.RFC3339))
	}
	if c.Limit < 0 {
		return nil, usagef("--limit is %d; it is a number of events, and 0 is all", c.Limit)
	}
	if c.JSON && c.Format == "csv" || c.Raw && (c.JSON || c.Format == "csv") {
		return nil, usagef("--json, --raw and --format csv exclude each other; choose one")
	}
	return in, nil
}

// eachEvent follows the pages of a lookup, at most limit events of it unless
// that is 0, and gives how many there were.
func eachEvent(ctx context.Context, client *cloudtrail.Client, in *cloudtrail.LookupEventsInput, limit int, take func(*types.Event) error) (int, error) {
	n := 0
	for {
		in.MaxResults = aws.Int32(lookupPage)
		if limit > 0 {
			in.MaxResults = aws.Int32(int32(min(lookupPage, limit-n)))
		}
		page, err := client.LookupEvents(ctx, in)
		if err != nil {
			return n, err
		}
		for i := range page.Events {
			if err := take(&page.Events[i]); err != nil {
				return n, err
			}
			n++
		}
		if page.NextToken == nil || limit > 0 && n >= limit {
			return n, nil
		}
		in.NextToken = page.NextToken
	}
}
