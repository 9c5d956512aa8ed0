package notify

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/cairntrail/cairn/internal/event"
)

// The bounds of a request. AWS takes 1 MB now; services that stand in for it
// have the 256 KB of before. Source: PutEvents, Amazon EventBridge API Reference.
const (
	maxEntries      = 10
	maxEntriesBytes = 256 << 10
	timeBytes       = 14 // what the time of an entry counts
)

// DefaultSourcePrefix is how AWS's own sources begin.
const DefaultSourcePrefix = "aws."

// Bus is EventBridge, and the bus there.
type Bus struct {
	Endpoint
	// Name is the name or the ARN of the bus. Empty is the default one, which is
	// where CloudTrail sends.
	Name string
	// SourcePrefix stands before the service in the source of an event: "aws." makes
	// "aws.s3" for s3.amazonaws.com. Empty is DefaultSourcePrefix. AWS itself takes
	// events from aws.* from nobody else: a bus there needs another prefix.
	SourcePrefix string
}

// The detail-types of events that come from CloudTrail. Source: "Integration
// with Amazon EventBridge" in "Working with CloudTrail", AWS CloudTrail User
// Guide.
const (
	detailAPICall = "AWS API Call via CloudTrail"
	detailSignIn  = "AWS Console Sign In via CloudTrail"
	detailInsight = "AWS Insight via CloudTrail"
)

// detailTypes are the detail-types of records by their eventType. Records of
// other types go to no bus.
var detailTypes = map[string]string{
	"AwsApiCall":           detailAPICall,
	"AwsConsoleSignIn":     detailSignIn,
	"AwsCloudTrailInsight": detailInsight,
}

// Events sends records to the bus in their Region, each as the detail of an
// event, byte for byte. Those that are no API call, console sign-in or Insights
// event are passed over. What is too large for an event, or what EventBridge
// finds malformed, is left out, and skipped says how many so far. Events may
// arrive in another order.
func (s *Sinks) Events(ctx context.Context, records []Record) (skipped int, err error) {
	if s.bus == nil {
		return 0, notConfigured("send events", "an endpoint of EventBridge")
	}
	open := make(map[string]*batch) // by Region
	send := func(b *batch) *Error {
		refused, e := s.putEvents(ctx, b)
		if e != nil {
			e.Done = firstOf(open)
			return e
		}
		skipped += refused
		delete(open, b.region)
		return nil
	}
	for i, r := range records {
		entry, size, region := s.entry(r.Raw)
		if entry == nil {
			if size != 0 {
				skipped++
			}
			continue
		}
		b := open[region]
		if b != nil && (len(b.entries) == maxEntries || b.bytes+size > maxEntriesBytes) {
			if e := send(b); e != nil {
				return skipped, e
			}
			b = nil
		}
		if b == nil {
			b = &batch{region: region, first: i}
			open[region] = b
		}
		b.entries, b.bytes = append(b.entries, *entry), b.bytes+size
	}
	for len(open) > 0 {
		// The oldest first, so that Done is as large as it can be.
		first := firstOf(open)
		for _, b := range open {
			if b.first != first {
				continue
			}
			if e := send(b); e != nil {
				return skipped, e
			}
			break
		}
	}
	return skipped, nil
}

// batch is what goes to one Region with one request. first is the index of its
// first record.
type batch struct {
	region  string
	entries []types.PutEventsRequestEntry
	bytes   int
	first   int
}

// firstOf is the index of the first record that waits in any batch.
func firstOf(open map[string]*batch) int {
	first := -1
	for _, b := range open {
		if first < 0 || b.first < first {
			first = b.first
		}
	}
	return first
}

// entry makes the event of a record and says what it counts for the bounds of a
// request, and whose bus it is for. It is nil for a record that makes none, with
// a size for one that should have.
func (s *Sinks) entry(raw []byte) (e *types.PutEventsRequestEntry, size int, region string) {
	env, err := event.Parse(raw)
	if err != nil {
		return nil, len(raw) + 1, ""
	}
	detail, wanted := detailTypes[env.EventType]
	if !wanted {
		return nil, 0, ""
	}
	prefix := s.cfg.Bus.SourcePrefix
	if prefix == "" {
		prefix = DefaultSourcePrefix
	}
	// Insights events come from CloudTrail, whatever they are about.
	service := "cloudtrail"
	if detail != detailInsight {
		service, _, _ = strings.Cut(env.EventSource, ".amazonaws.com")
	}
	source := prefix + service
	size = len(raw) + len(source) + len(detail) + timeBytes
	if size > maxEntriesBytes {
		return nil, size, ""
	}
	e = &types.PutEventsRequestEntry{Detail: aws.String(string(raw)), DetailType: aws.String(detail), Source: aws.String(source), Time: aws.Time(env.EventTime)}
	if name := s.cfg.Bus.Name; name != "" {
		e.EventBusName = &name
	}
	return e, size, env.Region
}

// malformed are the codes of entries that no attempt will get through.
var malformed = map[string]bool{"MalformedDetail": true, "InvalidArgument": true, "RedactionFailure": true}

// putEvents sends a batch until all its entries are taken or refused as
// malformed, and says how many were.
func (s *Sinks) putEvents(ctx context.Context, b *batch) (refused int, e *Error) {
	left := b.entries
	region := s.cfg.Bus.region(b.region)
	op := "send events to the bus in " + region
	e = s.try(ctx, op, s.cfg.Bus.URL, func(ctx context.Context) error {
		out, err := s.bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: left}, func(o *eventbridge.Options) { o.Region = region })
		if err != nil {
			return err
		}
		if len(out.Entries) != len(left) {
			return &Error{Op: op, Endpoint: s.cfg.Bus.URL, Code: CodeBadAnswer, Message: fmt.Sprintf("the answer is about %d entries, not %d", len(out.Entries), len(left)), Hint: "check that the URL is that of the service"}
		}
		var again []types.PutEventsRequestEntry
		var worst *Error
		for i, r := range out.Entries {
			code := aws.ToString(r.ErrorCode)
			if code == "" {
				continue
			}
			if malformed[code] {
				refused++
				continue
			}
			again = append(again, left[i])
			if worst == nil || worst.Retry {
				worst = ofCode(code, 0).set(&Error{Op: op, Endpoint: s.cfg.Bus.URL, Message: aws.ToString(r.ErrorMessage)})
			}
		}
		left = again
		if worst == nil {
			return nil
		}
		return worst
	})
	return refused, e
}
