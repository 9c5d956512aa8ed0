package api

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/lake"
)

// defaultLookupPage is the page size of LookupEvents when MaxResults is absent,
// maxMultiAttributes how many attributes X-Cairn-Lookup: multi allows.
const (
	defaultLookupPage  = 50
	maxMultiAttributes = 8
)

// maxAttributeValue bounds an AttributeValue; each of costlyCharacters counts
// twice. Source: LookupAttribute of the CloudTrail API reference.
const (
	maxAttributeValue = 2000
	costlyCharacters  = "_ ,\n"
)

var _ History = (*lake.History)(nil)

// lookupEvents answers LookupEvents: management events of the caller's account
// and Region, newest first. Source: LookupEvents of the CloudTrail API
// reference. Insights events are not kept in this version, so EventCategory
// insight finds none.
//
// A signed header "X-Cairn-Lookup: multi" lifts the limit of one lookup
// attribute to eight, which must all match; Cairn's own tools send it.
func (s *Server) lookupEvents(ctx context.Context, r *Request, in *ctapi.LookupEventsInput) (*ctapi.LookupEventsOutput, error) {
	q, err := lookupQuery(r, in)
	if err != nil {
		return nil, err
	}
	bound := lookupBinding(q, in)
	if position, ok, err := s.after(bound, in.NextToken); err != nil {
		return nil, err
	} else if ok {
		q.After = &position
	}
	out := &ctapi.LookupEventsOutput{Events: []ctapi.Event{}}
	between := !q.Start.IsZero() && !q.End.IsZero() && q.Start.After(q.End)
	if in.EventCategory == ctapi.EventCategoryInsight || between {
		return out, nil
	}
	page, err := s.cfg.History.Lookup(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("look up the event history: %w", err)
	}
	for i := range page.Events {
		out.Events = append(out.Events, lookupOutput(&page.Events[i]))
	}
	if page.Next != nil {
		token := s.tokens.seal(bound, *page.Next)
		out.NextToken = &token
	}
	return out, nil
}

// lookupQuery checks what the model cannot express, and makes the query.
func lookupQuery(r *Request, in *ctapi.LookupEventsInput) (lake.LookupQuery, error) {
	q := lake.LookupQuery{AccountID: r.AccountID(), Region: r.Region, Limit: defaultLookupPage}
	if in.MaxResults != nil {
		q.Limit = int(*in.MaxResults)
	}
	most := 1
	if r.LookupMulti {
		most = maxMultiAttributes
	}
	if n := len(in.LookupAttributes); n > most {
		return q, Errorf(ctapi.CodeInvalidLookupAttributes, "A lookup takes at most %d lookup attribute(s), and this one has %d.", most, n)
	}
	for _, a := range in.LookupAttributes {
		if attributeCost(*a.AttributeValue) > maxAttributeValue {
			return q, attributeTooLong()
		}
		q.Attributes = append(q.Attributes, lake.Attribute{Key: lake.AttributeKey(a.AttributeKey), Value: *a.AttributeValue})
	}
	if in.StartTime != nil && in.EndTime != nil && in.StartTime.After(*in.EndTime) {
		return q, Errorf(ctapi.CodeInvalidTimeRange, "The start time must not be after the end time.")
	}
	// Events have whole seconds and both bounds are inclusive: a fraction moves
	// the start to the next second and the end to the one before.
	if in.StartTime != nil {
		q.Start = in.StartTime.Truncate(time.Second)
		if q.Start.Before(*in.StartTime) {
			q.Start = q.Start.Add(time.Second)
		}
	}
	if in.EndTime != nil {
		q.End = in.EndTime.Truncate(time.Second)
	}
	return q, nil
}

// attributeCost is the length of a value as the limit counts it.
func attributeCost(value string) int {
	cost := utf8.RuneCountInString(value)
	for i := 0; i < len(value); i++ {
		if strings.IndexByte(costlyCharacters, value[i]) >= 0 {
			cost++
		}
	}
	return cost
}

func attributeTooLong() *Error {
	return Errorf(ctapi.CodeInvalidLookupAttributes,
		"An attribute value must have 1 to %d characters; underscore, space, comma and newline count twice.", maxAttributeValue)
}

// lookupBinding encodes what a NextToken is bound to, every part with its
// length, so that no two queries have the same encoding.
func lookupBinding(q lake.LookupQuery, in *ctapi.LookupEventsInput) []byte {
	var b []byte
	add := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	add("LookupEvents")
	add(q.AccountID)
	add(q.Region)
	add(string(in.EventCategory))
	for _, t := range []*time.Time{in.StartTime, in.EndTime} {
		if t == nil {
			add("")
		} else {
			add(t.UTC().Format(time.RFC3339Nano))
		}
	}
	for _, a := range q.Attributes {
		add(string(a.Key))
		add(a.Value)
	}
	return b
}

// lookupViolation gives LookupEvents its own exceptions instead of
// ValidationException.
func lookupViolation(bad []wire.Violation) *Error {
	for _, v := range bad {
		switch {
		case v.Path == "maxResults":
			return Errorf(ctapi.CodeInvalidMaxResults, "MaxResults must be between 1 and %d.", defaultLookupPage)
		case v.Path == "eventCategory":
			return Errorf(ctapi.CodeInvalidEventCategory, "The event category is not valid: the only category to ask for is insight.")
		case v.Rule == wire.EnumSet && strings.HasSuffix(v.Path, ".attributeKey"):
			return &Error{Code: ctapi.CodeInvalidLookupAttributes, Message: wire.Describe([]wire.Violation{v})}
		case v.Rule == wire.Length && strings.HasSuffix(v.Path, ".attributeValue"):
			return attributeTooLong()
		}
	}
	return nil
}

// lookupOutput is an event as LookupEvents shows it. Empty fields are left out.
func lookupOutput(e *lake.LookupEvent) ctapi.Event {
	raw := string(e.Raw)
	out := ctapi.Event{
		AccessKeyId:     optional(e.AccessKeyID),
		CloudTrailEvent: &raw,
		EventId:         optional(e.EventID),
		EventName:       optional(e.EventName),
		EventSource:     optional(e.EventSource),
		EventTime:       &e.EventTime,
		ReadOnly:        optional(e.ReadOnly),
		Resources:       []ctapi.Resource{},
		Username:        optional(e.Username),
	}
	for i := range e.Resources {
		out.Resources = append(out.Resources, ctapi.Resource{
			ResourceName: optional(e.Resources[i].Name),
			ResourceType: optional(e.Resources[i].Type),
		})
	}
	return out
}

// optional is nil for an empty string: the member is absent.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// text is empty for an absent member.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
