package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// MaxRecord is the largest record that goes to CloudWatch Logs or EventBridge,
// in bytes. Source: "Sending events to CloudWatch Logs", AWS CloudTrail User
// Guide.
const MaxRecord = 256 << 10

// The bounds of a batch. Source: PutLogEvents, Amazon CloudWatch Logs API
// Reference.
const (
	maxBatchBytes  = 1 << 20 // of messages in UTF-8, and eventBytes for each
	maxBatchEvents = 10_000
	maxBatchSpan   = 24 * time.Hour
	eventBytes     = 26
)

// Record is a record to send on. Raw is kept until the call returns, and not
// changed.
type Record struct {
	// Time is the timestamp of the log event. Zero is the time of the call, as
	// CloudTrail has it: CloudWatch Logs refuses what is older than 14 days, and
	// the event's own time is in the record. EventBridge gets the latter.
	Time time.Time
	Raw  []byte
}

// LogGroup is where records go in CloudWatch Logs.
type LogGroup struct {
	// ARN is "arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*", or without ":*".
	ARN string
	// RoleARN is the role to assume, if [Config] has Roles.
	RoleARN string
}

// StreamName is what CloudTrail calls the log stream of a trail: with the
// account and the home Region of the trail, and for n above zero with a number,
// for those who spread one trail over several streams. Source: "CloudWatch log
// group and log stream naming for CloudTrail".
func StreamName(account, region string, n int) string {
	name := account + "_CloudTrail_" + region
	if n > 0 {
		name += fmt.Sprintf("_%d", n)
	}
	return name
}

// Logs puts records into a log stream, one event each, and makes the stream if
// it is not there. The log group has to be there.
//
// What is larger than MaxRecord, and what CloudWatch Logs finds too old or too
// new, is left out, and skipped says how many so far. Batches are taken from the
// records in the order they come in, so that Error.Done counts records; records
// that are about in order of time make the fewest batches.
func (s *Sinks) Logs(ctx context.Context, g LogGroup, stream string, records []Record) (skipped int, err error) {
	op := "put events into " + g.ARN
	at, e := s.group(op, g)
	if e != nil {
		return 0, e
	}
	at.option = s.as(g.RoleARN, at.region, s.role)
	now := s.cfg.Now()
	for done := 0; done < len(records); {
		batch, n := nextBatch(records[done:], now)
		rejected := 0
		if len(batch) > 0 {
			rejected, e = s.putBatch(ctx, op, at, stream, batch)
		}
		if e != nil {
			e.Done = done
			return skipped, e
		}
		skipped += rejected + n - len(batch)
		done += n
	}
	return skipped, nil
}

// nextBatch takes as many records from the first on as one request may have, in
// order of time, and says how many it has passed, with those that are too large.
func nextBatch(records []Record, now time.Time) (batch []types.InputLogEvent, n int) {
	bytes, oldest, newest := 0, int64(0), int64(0)
	for ; n < len(records); n++ {
		r := records[n]
		if len(r.Raw) > MaxRecord || len(r.Raw) == 0 {
			continue
		}
		at := r.Time
		if at.IsZero() {
			at = now
		}
		ms := at.UnixMilli()
		if len(batch) == 0 {
			oldest, newest = ms, ms
		}
		from, to := min(oldest, ms), max(newest, ms)
		size := len(r.Raw) + eventBytes
		if bytes+size > maxBatchBytes || len(batch) == maxBatchEvents || to-from > maxBatchSpan.Milliseconds() {
			break
		}
		bytes, oldest, newest = bytes+size, from, to
		batch = append(batch, types.InputLogEvent{Timestamp: aws.Int64(ms), Message: aws.String(string(r.Raw))})
	}
	slices.SortStableFunc(batch, func(a, b types.InputLogEvent) int { return cmp.Compare(*a.Timestamp, *b.Timestamp) })
	return batch, n
}

// putBatch puts one batch and says how many of it were refused for their time.
// That a stream is missing shows when it is used, so none has to be known.
func (s *Sinks) putBatch(ctx context.Context, op string, at logGroup, stream string, batch []types.InputLogEvent) (rejected int, e *Error) {
	in := &cloudwatchlogs.PutLogEventsInput{LogGroupName: &at.name, LogStreamName: &stream, LogEvents: batch}
	var out *cloudwatchlogs.PutLogEventsOutput
	put := func(ctx context.Context) (err error) {
		out, err = s.logs.PutLogEvents(ctx, in, at.option)
		return err
	}
	e = s.try(ctx, op, s.cfg.Logs.URL, put)
	if e != nil && e.Code == CodeNotFound {
		if e = s.createStream(ctx, at, stream); e == nil {
			e = s.try(ctx, op, s.cfg.Logs.URL, put)
		}
	}
	if e != nil {
		return 0, e
	}
	return countRejected(out.RejectedLogEventsInfo, len(batch)), nil
}

// countRejected reads the indexes of an answer: what is too old comes first, what
// is too new last.
func countRejected(info *types.RejectedLogEventsInfo, n int) int {
	if info == nil {
		return 0
	}
	old := max(aws.ToInt32(info.TooOldLogEventEndIndex), aws.ToInt32(info.ExpiredLogEventEndIndex), 0)
	rejected := int(old)
	if from := info.TooNewLogEventStartIndex; from != nil {
		rejected += n - min(max(int(*from), int(old)), n)
	}
	return min(rejected, n)
}

func (s *Sinks) createStream(ctx context.Context, at logGroup, stream string) *Error {
	return s.try(ctx, "create the log stream "+stream+" in "+at.arn, s.cfg.Logs.URL, func(ctx context.Context) error {
		_, err := s.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &at.name, LogStreamName: &stream}, at.option)
		var there *types.ResourceAlreadyExistsException
		if errors.As(err, &there) {
			return nil
		}
		return err
	})
}

// The refusals of CheckLogs. Terraform's provider tries again when the text of
// one of the two exceptions about ARNs has "Access denied.", for policies take
// time to spread.
const (
	badRole  = "InvalidCloudWatchLogsRoleArnException"
	badGroup = "InvalidCloudWatchLogsLogGroupArnException"
	noLogs   = "CloudWatchLogsDeliveryUnavailableException"

	textRoleDenied   = "Access denied. Check the trust relationships for your role."
	textGroupDenied  = "Access denied. Check the permissions for your role."
	textGroupUnknown = "CloudTrail cannot validate the specified log group ARN."
	textNoLogs       = "Cannot set a CloudWatch Logs delivery for this Region."
)

// CheckLogs finds out whether a role can write to a log group, by making the log
// stream that CloudTrail makes, of the account and the Region in the group's
// ARN; nothing is put into it. A no is a [*Refusal]; that nobody answers is an
// [*Error]. The role is assumed anew, so that what it may now counts.
func (s *Sinks) CheckLogs(ctx context.Context, g LogGroup) error {
	at, e := s.group("check "+g.ARN, g)
	if e != nil && e.Code == CodeNotConfigured {
		return &Refusal{noLogs, textNoLogs, e}
	}
	if e != nil {
		return &Refusal{badGroup, textGroupUnknown, e}
	}
	if s.cfg.Roles != nil && g.RoleARN != "" {
		var c aws.Credentials
		e := s.try(ctx, "check "+g.ARN, s.cfg.Logs.URL, func(ctx context.Context) (err error) {
			c, err = s.assume(roleKey{g.RoleARN, at.region}).Retrieve(ctx)
			return err
		})
		switch {
		case e == nil:
			fixed := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, nil })
			at.option = s.as(g.RoleARN, at.region, func(roleKey) aws.CredentialsProvider { return fixed })
		case e.Code == CodeDenied, e.Code == CodeNotFound:
			return &Refusal{badRole, textRoleDenied, e}
		case e.Code == "ValidationError":
			return &Refusal{badRole, "CloudTrail cannot assume the specified role: " + e.Message, e}
		default:
			return e
		}
	}
	e = s.createStream(ctx, at, StreamName(at.account, at.region, 0))
	switch {
	case e == nil:
		return nil
	case e.Code == CodeDenied:
		return &Refusal{badGroup, textGroupDenied, e}
	case e.Code == CodeNotFound, e.Code == CodeInvalid:
		return &Refusal{badGroup, textGroupUnknown, e}
	}
	return e
}

// logGroup is a LogGroup that was read.
type logGroup struct {
	arn, region, account, name string
	// option makes a request one for the Region, and one of the role.
	option func(*cloudwatchlogs.Options)
}

// group reads the ARN of a log group.
func (s *Sinks) group(op string, g LogGroup) (logGroup, *Error) {
	if s.logs == nil {
		return logGroup{}, notConfigured(op, "an endpoint of CloudWatch Logs")
	}
	a, err := arn.Parse(g.ARN)
	name, isGroup := strings.CutPrefix(strings.TrimSuffix(a.Resource, ":*"), "log-group:")
	if err != nil || a.Service != "logs" || !isGroup || name == "" || strings.Contains(name, ":") {
		return logGroup{}, &Error{Op: op, Code: CodeInvalid, Message: "it is not the ARN of a log group", Err: err}
	}
	at := logGroup{arn: g.ARN, region: a.Region, account: a.AccountID, name: name}
	at.option = s.as("", at.region, nil)
	return at, nil
}

// as makes requests those of a role, if there is one and roles are assumed.
func (s *Sinks) as(role, region string, credentials func(roleKey) aws.CredentialsProvider) func(*cloudwatchlogs.Options) {
	return func(o *cloudwatchlogs.Options) {
		o.Region = s.cfg.Logs.region(region)
		if role != "" && s.cfg.Roles != nil {
			o.Credentials = credentials(roleKey{role, region})
		}
	}
}
