package api

import (
	"context"
	"strings"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/ctdata"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/intake/channel"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/recorder"
)

// channelRows are the operations on channels, and PutAuditEvents. Each asks for the
// permission on the channel it names; CreateChannel, whose channel has no ARN yet,
// on all channels of the account and Region.
func (s *Server) channelRows() []*operation {
	if s.cfg.Channels == nil {
		return nil
	}
	checked, named := violations(channelViolation), onAny(namingMember{"Channel", "channel/"})
	return []*operation{
		handle(ctapi.OpCreateChannel, s.createChannel, onEveryChannel, checked),
		handle(ctapi.OpUpdateChannel, s.updateChannel, named, checked),
		handle(ctapi.OpDeleteChannel, s.deleteChannel, named, checked),
		handle(ctapi.OpGetChannel, s.getChannel, named, checked),
		handle(ctapi.OpListChannels, s.listChannels, checked),
		handle(ctdata.OpPutAuditEvents, s.putAuditEvents, onAny(namingMember{"channelArn", "channel/"})),
	}
}

func (r *Request) channelCaller() channel.Caller {
	return channel.Caller{AccountID: r.AccountID(), Region: r.Region}
}

func onEveryChannel(o *operation) {
	o.resources = func(r *Request, _ *wire.Value) []string {
		return []string{"arn:aws:cloudtrail:" + r.Region + ":" + r.AccountID() + ":channel/*"}
	}
}

// channelViolation gives operations on channels CloudTrail's own exceptions instead
// of ValidationException.
func channelViolation(bad []wire.Violation) *Error {
	v := bad[0]
	member, _, _ := strings.Cut(v.Path, ".")
	code := ctapi.CodeInvalidParameter
	switch member {
	case "channel":
		code = ctapi.CodeChannelARNInvalid
	case "source":
		code = ctapi.CodeInvalidSource
	case "tags":
		code = ctapi.CodeInvalidTagParameter
	case "nextToken":
		code = ctapi.CodeInvalidNextToken
	}
	return &Error{Code: code, Message: wire.Describe([]wire.Violation{v})}
}

func destinationsInput(in []ctapi.Destination) []channel.Destination {
	if in == nil {
		return nil
	}
	out := []channel.Destination{}
	for _, d := range in {
		out = append(out, channel.Destination{Type: string(d.Type), Location: text(d.Location)})
	}
	return out
}

func destinationsOutput(in []string) []ctapi.Destination {
	out := []ctapi.Destination{}
	for _, arn := range in {
		out = append(out, ctapi.Destination{Type: ctapi.DestinationType(channel.EventDataStore), Location: new(arn)})
	}
	return out
}

func (s *Server) createChannel(ctx context.Context, r *Request, in *ctapi.CreateChannelInput) (*ctapi.CreateChannelOutput, error) {
	ch, err := s.cfg.Channels.Create(ctx, r.channelCaller(), channel.CreateInput{
		Name: text(in.Name), Source: text(in.Source), Destinations: destinationsInput(in.Destinations), Tags: tagsInput(in.Tags),
	})
	if err != nil {
		return nil, err
	}
	out := &ctapi.CreateChannelOutput{ChannelArn: &ch.ARN, Name: &ch.Name, Source: &ch.Source, Destinations: destinationsOutput(ch.Destinations)}
	if len(ch.Tags) > 0 {
		out.Tags = tagsOutput(ch.Tags)
	}
	return out, nil
}

func (s *Server) updateChannel(ctx context.Context, r *Request, in *ctapi.UpdateChannelInput) (*ctapi.UpdateChannelOutput, error) {
	ch, err := s.cfg.Channels.Update(ctx, r.channelCaller(), text(in.Channel), channel.UpdateInput{Name: in.Name, Destinations: destinationsInput(in.Destinations)})
	if err != nil {
		return nil, err
	}
	return &ctapi.UpdateChannelOutput{ChannelArn: &ch.ARN, Name: &ch.Name, Source: &ch.Source, Destinations: destinationsOutput(ch.Destinations)}, nil
}

func (s *Server) deleteChannel(ctx context.Context, r *Request, in *ctapi.DeleteChannelInput) (*ctapi.DeleteChannelOutput, error) {
	return &ctapi.DeleteChannelOutput{}, s.cfg.Channels.Delete(ctx, r.channelCaller(), text(in.Channel))
}

func (s *Server) getChannel(ctx context.Context, r *Request, in *ctapi.GetChannelInput) (*ctapi.GetChannelOutput, error) {
	ch, last, err := s.cfg.Channels.Get(ctx, r.channelCaller(), text(in.Channel))
	if err != nil {
		return nil, err
	}
	out := &ctapi.GetChannelOutput{ChannelArn: &ch.ARN, Name: &ch.Name, Source: &ch.Source, Destinations: destinationsOutput(ch.Destinations)}
	if !last.Attempt.IsZero() {
		out.IngestionStatus = &ctapi.IngestionStatus{
			LatestIngestionAttemptTime: &last.Attempt, LatestIngestionAttemptEventID: optional(last.AttemptEventID),
			LatestIngestionErrorCode: optional(last.ErrorCode), LatestIngestionSuccessEventID: optional(last.SuccessEventID),
		}
		if !last.Success.IsZero() {
			out.IngestionStatus.LatestIngestionSuccessTime = &last.Success
		}
	}
	return out, nil
}

// defaultChannelPage is the page size of ListChannels when MaxResults is absent: all
// channels that an account can have in a Region.
const defaultChannelPage = 1000

// listChannels answers ListChannels, oldest first.
func (s *Server) listChannels(ctx context.Context, r *Request, in *ctapi.ListChannelsInput) (*ctapi.ListChannelsOutput, error) {
	all, err := s.cfg.Channels.List(ctx, r.channelCaller())
	if err != nil {
		return nil, err
	}
	items, next, err := page(s, pageRequest{r.boundTo("ListChannels"), in.NextToken, in.MaxResults, defaultChannelPage}, all, order[channel.Channel]{
		func(ch *channel.Channel) lake.Position {
			return lake.Position{Time: ch.Created.UnixNano(), Ordinal: idOrdinal(ch.ID)}
		}, oldestFirst})
	if err != nil {
		return nil, err
	}
	out := &ctapi.ListChannelsOutput{Channels: make([]ctapi.Channel, len(items)), NextToken: next}
	for i := range items {
		out.Channels[i] = ctapi.Channel{ChannelArn: &items[i].ARN, Name: &items[i].Name}
	}
	return out, nil
}

// putAuditEvents takes events of a channel. Those that are refused are in the
// answer with the reason.
func (s *Server) putAuditEvents(ctx context.Context, r *Request, in *ctdata.PutAuditEventsInput) (*ctdata.PutAuditEventsOutput, error) {
	put := channel.PutInput{ChannelARN: text(in.ChannelArn), ExternalID: text(in.ExternalId)}
	for _, e := range in.AuditEvents {
		put.Events = append(put.Events, channel.AuditEvent{ID: text(e.Id), Data: text(e.EventData), Checksum: e.EventDataChecksum})
	}
	r.Resources = append(r.Resources, recorder.Resource{ARN: put.ChannelARN, AccountID: channelAccount(put.ChannelARN), Type: "AWS::CloudTrail::Channel"})
	successful, failed, err := s.cfg.Channels.Put(ctx, r.Caller, put)
	if err != nil && typedError(err) == nil {
		// The journal refuses. The sender may repeat the request.
		return nil, &Error{Code: CodeServiceUnavailable, Cause: err}
	}
	if err != nil {
		return nil, err
	}
	out := &ctdata.PutAuditEventsOutput{Successful: []ctdata.AuditEventResultEntry{}, Failed: []ctdata.ResultErrorEntry{}}
	for _, e := range successful {
		out.Successful = append(out.Successful, ctdata.AuditEventResultEntry{Id: new(e.ID), EventID: new(e.EventID)})
	}
	for _, e := range failed {
		out.Failed = append(out.Failed, ctdata.ResultErrorEntry{Id: new(e.ID), ErrorCode: new(e.Code), ErrorMessage: new(e.Message)})
	}
	return out, nil
}

func channelAccount(arn string) string {
	a, _ := naming.ParseARN(arn)
	return a.Account
}

// ofChannel tells whether an ARN is of a channel.
func (s *Server) ofChannel(arn string) bool {
	a, ok := naming.ParseARN(arn)
	return ok && s.cfg.Channels != nil && a.Service == "cloudtrail" && strings.HasPrefix(a.Resource, "channel/")
}
