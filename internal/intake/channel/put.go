package channel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/store"
)

// Limits of a request of PutAuditEvents.
const (
	MaxEvents = 100
	MaxBytes  = 1 << 20
)

// putAction is what the policies of channels are about.
const putAction = "cloudtrail-data:PutAuditEvents"

// AuditEvent is one of a request. Checksum is the Base64 of the SHA-256 of Data, nil
// for none.
type AuditEvent struct {
	ID, Data string
	Checksum *string
}

// Successful is an event that is durable, and the eventID that it got.
type Successful struct{ ID, EventID string }

// Failed is an event that was refused.
type Failed struct{ ID, Code, Message string }

// PutInput is what PutAuditEvents is given.
type PutInput struct {
	ChannelARN string
	ExternalID string
	Events     []AuditEvent
}

// Put takes events of a channel: PutAuditEvents. What is in successful is durable.
// Whether the caller's own policies allow it is asked elsewhere; here the channel's
// are.
//
// Errors: InvalidChannelARN, ChannelNotFound, ChannelInsufficientPermission,
// DuplicatedAuditEventId; any other is a failure of the journal, after which none of
// the events is known to be durable.
func (s *Service) Put(ctx context.Context, caller identity.Caller, in PutInput) (successful []Successful, failed []Failed, err error) {
	ch, err := s.open(ctx, caller, in.ChannelARN)
	if err != nil {
		return nil, nil, err
	}
	if err := s.permit(ctx, caller, &ch, in.ExternalID); err != nil {
		return nil, nil, err
	}
	if err := checkRequest(in.Events); err != nil {
		return nil, nil, err
	}
	now := s.cfg.Now().UTC()
	records := make([][]byte, 0, len(in.Events))
	for _, e := range in.Events {
		data, bad := readAuditEvent(&ch, &e)
		if bad != nil {
			failed = append(failed, *bad)
			continue
		}
		id := s.cfg.NewUUID()
		rec := record(&ch, id, now, data)
		// What the sinks could not read must not be acknowledged.
		if _, err := event.Parse(rec); err != nil {
			failed = append(failed, Failed{e.ID, InvalidData, "eventData cannot be taken: " + err.Error() + "."})
			continue
		}
		records = append(records, rec)
		successful = append(successful, Successful{e.ID, id})
	}
	if len(records) > 0 {
		if err := s.cfg.Journal.Append(ctx, records...); err != nil {
			return nil, nil, fmt.Errorf("journal the events of channel %s: %w", ch.ARN, err)
		}
	}
	return successful, failed, s.note(ctx, &ch, now, successful, failed)
}

// open finds the channel of a request, which may be another account's.
func (s *Service) open(ctx context.Context, caller identity.Caller, arn string) (Channel, error) {
	a, ok := naming.ParseARN(arn)
	if !ok || a.Service != "cloudtrail" || a.Region == "" || !naming.IsAccount(a.Account) || !strings.HasPrefix(a.Resource, arnPrefix) {
		return Channel{}, refusal.New(CodePutInvalidARN, "The ARN %.300q is not that of a channel. Use one such as arn:aws:cloudtrail:us-east-1:123456789012:channel/01234567-89ab-cdef-0123-456789abcdef.", arn)
	}
	item, err := s.channels.Get(ctx, arn)
	if errors.Is(err, store.ErrNotFound) || err == nil && a.Region != caller.Region {
		return Channel{}, refusal.New(CodePutNoChannel, "There is no channel %.300s in the Region %s.", arn, caller.Region)
	}
	if err != nil {
		return Channel{}, fmt.Errorf("read the channel: %w", err)
	}
	return item.Value, nil
}

// permit asks the channel's policy. Its owner may put events unless it is denied;
// others have to be allowed. A policy with external IDs asks every call for one of
// them.
func (s *Service) permit(ctx context.Context, caller identity.Caller, ch *Channel, externalID string) error {
	policy, there, err := s.cfg.Policies.Policy(ctx, ch.ARN)
	if err != nil {
		return err
	}
	owner := caller.AccountID() == ch.AccountID
	no := func(why string) error {
		return refusal.New(CodePutPermission, "%s may not put events into the channel %s: %s", caller.ARN(), ch.ARN, why)
	}
	if !there {
		if !owner {
			return no("it has no resource-based policy, so only its owner may.")
		}
		return nil
	}
	if ids := policy.ExternalIDs(); len(ids) > 0 && !slices.Contains(ids, externalID) {
		return no("its policy asks for an external ID, and the call has none or another one.")
	}
	allowed, denied := policy.Decide(caller, putAction, ch.ARN, externalID)
	switch {
	case denied:
		return no("its policy denies it.")
	case !allowed && !owner:
		return no("its policy does not allow it.")
	}
	return nil
}

// checkRequest refuses a request as a whole.
func checkRequest(events []AuditEvent) error {
	size := 0
	seen := make(map[string]struct{}, len(events))
	for _, e := range events {
		if _, twice := seen[e.ID]; twice {
			return refusal.New(CodePutDuplicate, "The id %.128s is there twice. Each event of a request has an id of its own.", e.ID)
		}
		seen[e.ID] = struct{}{}
		size += len(e.Data)
	}
	if len(events) > MaxEvents || size > MaxBytes {
		return refusal.New(CodePutTooLarge, "A request has up to %d events and 1 MB, and this one has %d events and %d bytes. Split it.", MaxEvents, len(events), size)
	}
	return nil
}

// saveEvery is how often the times of a channel's last events are written.
const saveEvery = time.Second

// note keeps what GetChannel tells of the last events.
func (s *Service) note(ctx context.Context, ch *Channel, now time.Time, successful []Successful, failed []Failed) error {
	s.mu.Lock()
	last, known := s.mu.last[ch.ARN]
	if !known {
		s.mu.Unlock()
		item, err := s.ingestion.Get(ctx, ch.ARN)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("read when the channel had events: %w", err)
		}
		s.mu.Lock()
		last = item.Value
	}
	last.Attempt, last.ErrorCode = now, ""
	if n := len(successful); n > 0 {
		last.Success, last.SuccessEventID, last.AttemptEventID = now, successful[n-1].EventID, successful[n-1].EventID
	}
	if n := len(failed); n > 0 {
		last.ErrorCode = failed[n-1].Code
	}
	s.mu.last[ch.ARN] = last
	due := now.Sub(s.mu.saved[ch.ARN]) >= saveEvery
	if due {
		s.mu.saved[ch.ARN] = now
	}
	s.mu.Unlock()
	if !due {
		return nil
	}
	if _, err := s.ingestion.Put(ctx, ch.ARN, last); err != nil {
		return fmt.Errorf("note when the channel had events: %w", err)
	}
	return nil
}

// Take takes events that the server itself made for a channel, as those of other
// systems that come in through inlets: the ID of each is the eventID of its record, and
// nobody's permission is asked. Their number is not bounded. Either all are durable
// when it returns, or, when an event is refused or the journal fails, none is known to
// be; failed says which were refused.
func (s *Service) Take(ctx context.Context, arn string, events []AuditEvent) (failed []Failed, err error) {
	item, err := s.channels.Get(ctx, arn)
	if errors.Is(err, store.ErrNotFound) {
		return nil, refusal.New(CodePutNoChannel, "There is no channel %.300s.", arn)
	}
	if err != nil {
		return nil, fmt.Errorf("read the channel: %w", err)
	}
	ch, now := item.Value, s.cfg.Now().UTC()
	records := make([][]byte, 0, len(events))
	successful := make([]Successful, 0, len(events))
	for i := range events {
		e := &events[i]
		data, bad := readAuditEvent(&ch, e)
		if bad != nil {
			failed = append(failed, *bad)
			continue
		}
		rec := record(&ch, e.ID, now, data)
		if _, err := event.Parse(rec); err != nil {
			failed = append(failed, Failed{e.ID, InvalidData, "eventData cannot be taken: " + err.Error() + "."})
			continue
		}
		records, successful = append(records, rec), append(successful, Successful{e.ID, e.ID})
	}
	if len(failed) > 0 || len(records) == 0 {
		return failed, nil
	}
	if err := s.cfg.Journal.Append(ctx, records...); err != nil {
		return nil, fmt.Errorf("journal the events of channel %s: %w", ch.ARN, err)
	}
	return nil, s.note(ctx, &ch, now, successful, nil)
}

// Find finds a channel of an account and Region by its ARN, its ID or its name.
func (s *Service) Find(ctx context.Context, c Caller, name string) (Channel, error) {
	if ch, err := s.get(ctx, c, name); err == nil {
		return ch, nil
	}
	all, err := s.List(ctx, c)
	if err != nil {
		return Channel{}, err
	}
	for _, ch := range all {
		if ch.Name == name {
			return ch, nil
		}
	}
	return Channel{}, noChannel(name)
}
