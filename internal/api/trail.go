package api

import (
	"strings"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/trail"
)

// trailRows are the operations on trails. Each asks for the permission on the
// trails it names; those that name none, on "*". Source: "Actions, resources,
// and condition keys for AWS CloudTrail" of the Service Authorization Reference.
func (s *Server) trailRows() []*operation {
	if s.cfg.Trails == nil {
		return nil
	}
	checked := violations(trailViolation)
	name, trailName := onAny(trailMember("Name")), onAny(trailMember("TrailName"))
	insights := onAny(trailMember("TrailName"), eventDataStoreMember("EventDataStore"))
	return []*operation{
		handle(ctapi.OpCreateTrail, s.createTrail, name, checked),
		handle(ctapi.OpUpdateTrail, s.updateTrail, name, checked),
		handle(ctapi.OpDeleteTrail, s.deleteTrail, name, checked),
		handle(ctapi.OpStartLogging, s.startLogging, name, checked),
		handle(ctapi.OpStopLogging, s.stopLogging, name, checked),

		handle(ctapi.OpGetTrail, s.getTrail, name, checked),
		handle(ctapi.OpGetTrailStatus, s.getTrailStatus, name, checked),
		handle(ctapi.OpDescribeTrails, s.describeTrails),
		handle(ctapi.OpListTrails, s.listTrails),
		handle(ctapi.OpListPublicKeys, s.listPublicKeys),

		handle(ctapi.OpPutEventSelectors, s.putEventSelectors, trailName, checked),
		handle(ctapi.OpGetEventSelectors, s.getEventSelectors, trailName, checked),
		handle(ctapi.OpPutInsightSelectors, s.putInsightSelectors, insights, checked),
		handle(ctapi.OpGetInsightSelectors, s.getInsightSelectors, insights, checked),

		handle(ctapi.OpAddTags, s.addTags, onAny(trailMember("ResourceId")), checked),
		handle(ctapi.OpRemoveTags, s.removeTags, onAny(trailMember("ResourceId")), checked),
		handle(ctapi.OpListTags, s.listTags, onAny(trailMember("ResourceIdList")), checked),
	}
}

// trailCaller is the caller as package trail knows it.
func (r *Request) trailCaller() trail.Caller {
	return trail.Caller{AccountID: r.AccountID(), Region: r.Region}
}

// namingMember is a member of an input that names resources, by an ARN or by
// what follows prefix in one: a string, or a list of which all count.
type namingMember struct{ name, prefix string }

// trailMember names trails by name or ARN.
func trailMember(name string) namingMember { return namingMember{name, "trail/"} }

// onAny has the operation ask for the permission on the resources that members
// name, all of which have to be allowed. Without the members, or with nothing in
// them, it asks on "*".
func onAny(members ...namingMember) option {
	return func(o *operation) {
		o.resources = func(r *Request, input *wire.Value) []string {
			var out []string
			for _, m := range members {
				out = append(out, m.resources(r, input.Get(m.name))...)
			}
			return out
		}
	}
}

func (m namingMember) resources(r *Request, v *wire.Value) []string {
	if v == nil {
		return nil
	}
	names := []string{v.Text}
	if v.Kind == wire.ListValue {
		names = nil
		for i := range v.Items {
			names = append(names, v.Items[i].Text)
		}
	}
	for i, name := range names {
		if !strings.HasPrefix(name, "arn:") {
			names[i] = "arn:aws:cloudtrail:" + r.Region + ":" + r.AccountID() + ":" + m.prefix + name
		}
	}
	return names
}

// trailViolation gives operations on trails CloudTrail's own exceptions
// instead of ValidationException.
func trailViolation(bad []wire.Violation) *Error {
	described := func(code string, v wire.Violation) *Error {
		return &Error{Code: code, Message: wire.Describe([]wire.Violation{v})}
	}
	for _, v := range bad {
		member, _, _ := strings.Cut(v.Path, ".")
		switch member {
		case "name", "trailName":
			return Errorf(ctapi.CodeInvalidTrailName, "Trail name cannot be blank!")
		case "s3BucketName":
			return Errorf(trail.CodeInvalidBucketName, "Bucket name cannot be blank!")
		case "eventSelectors", "advancedEventSelectors":
			return described(ctapi.CodeInvalidEventSelectors, v)
		case "insightSelectors":
			return described(ctapi.CodeInvalidInsightSelectors, v)
		case "tagsList":
			return described(ctapi.CodeInvalidTagParameter, v)
		case "eventDataStore", "insightsDestination":
			// The operations on Insights have no exception of their own for these.
			return described(ctapi.CodeInvalidParameter, v)
		}
	}
	return nil
}
