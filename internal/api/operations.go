package api

import (
	"context"
	"strings"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/ctdata"
	"github.com/cairntrail/cairn/internal/api/stsapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
)

// services are all services on the wire.
var services = []*wire.Service{ctapi.Service, ctdata.Service, stsapi.Service, cairnapi.Service}

// rows are the operations that are built. All others of the services answer
// UnsupportedOperationException, and testdata/unsupported.txt lists them.
func (s *Server) rows() []*operation {
	rows := []*operation{
		handle(ctapi.OpLookupEvents, s.lookupEvents, violations(lookupViolation), limited(s.lookups)),

		handle(stsapi.OpGetCallerIdentity, s.getCallerIdentity, withoutPermission),
		handle(stsapi.OpAssumeRole, s.assumeRole, withoutPermission, deniedWithoutParameters),
		handle(stsapi.OpGetSessionToken, s.getSessionToken, withoutPermission),

		handle(cairnapi.OpCreateAccount, s.createAccount),
		handle(cairnapi.OpListAccounts, s.listAccounts),
		handle(cairnapi.OpCreateUser, s.createUser),
		handle(cairnapi.OpCreateRole, s.createRole),
		handle(cairnapi.OpDeletePrincipal, s.deletePrincipal),
		handle(cairnapi.OpListPrincipals, s.listPrincipals),
		handle(cairnapi.OpCreateAccessKey, s.createAccessKey),
		handle(cairnapi.OpDeleteAccessKey, s.deleteAccessKey),
		handle(cairnapi.OpUpdateAccessKey, s.updateAccessKey),
		handle(cairnapi.OpListAccessKeys, s.listAccessKeys),
		handle(cairnapi.OpRegisterAccessKey, s.registerAccessKey),
		handle(cairnapi.OpDeregisterAccessKey, s.deregisterAccessKey),
		handle(cairnapi.OpListRegisteredAccessKeys, s.listRegisteredAccessKeys),
		handle(cairnapi.OpCreateLoginProfile, s.createLoginProfile),
		handle(cairnapi.OpUpdateLoginProfile, s.updateLoginProfile),
		handle(cairnapi.OpDeleteLoginProfile, s.deleteLoginProfile),
		handle(cairnapi.OpGetLoginProfile, s.getLoginProfile),
		handle(cairnapi.OpListMFADevices, s.listMFADevices),
		handle(cairnapi.OpDeactivateMFADevice, s.deactivateMFADevice),
		handle(cairnapi.OpSignOutPrincipal, s.signOutPrincipal),
	}
	rows = append(rows, s.trailRows()...)
	rows = append(rows, s.eventDataStoreRows()...)
	rows = append(rows, s.sampleRows()...)
	rows = append(rows, s.queryRows()...)
	rows = append(rows, s.channelRows()...)
	rows = append(rows, s.importRows()...)
	return append(rows, s.resourcePolicyRows()...)
}

// Request is what a handler knows of the call besides its input.
type Request struct {
	// ID is the request id of the answer and of the record.
	ID     string
	Caller identity.Caller
	// Region is the Region the call was signed for.
	Region string
	// LookupMulti tells that the header X-Cairn-Lookup: multi was signed.
	LookupMulti bool
	// Resources is the resources array of the record; handlers add to it.
	Resources []recorder.Resource
}

// AccountID is the account of the caller.
func (r *Request) AccountID() string { return r.Caller.AccountID() }

// operation is a row of the operation table.
type operation struct {
	*wire.Operation
	// action is the IAM action, e.g. "cloudtrail:LookupEvents".
	action string
	traits
	// run decodes the input and calls the handler; nil is not built.
	run func(ctx context.Context, r *Request, input *wire.Value) (wire.Encoder, error)

	// free operations need no permission here: none at all, or the handler's
	// issuer asks more than an identity-based policy.
	free bool
	// resources are what the permission is asked on; nil, or none, is "*".
	resources func(r *Request, input *wire.Value) []string
	// bareDenial drops requestParameters from the record of a denied call.
	bareDenial bool
	// translate maps violations to the service's own exception.
	translate func([]wire.Violation) *Error
	// quota limits the calls of an account in a Region.
	quota *quota
	// metrics are the operation's series.
	metrics operationMetrics
}

// option changes a row of the operation table.
type option func(*operation)

func withoutPermission(o *operation)       { o.free = true }
func deniedWithoutParameters(o *operation) { o.bareDenial = true }

func limited(q *quota) option { return func(o *operation) { o.quota = q } }

func violations(translate func([]wire.Violation) *Error) option {
	return func(o *operation) { o.translate = translate }
}

// decodable is a pointer to a generated input.
type decodable[I any] interface {
	*I
	wire.Decoder
}

// handle makes a row of an operation and its handler.
func handle[PI decodable[I], O wire.Encoder, I any](op *wire.Operation, f func(context.Context, *Request, PI) (O, error), options ...option) *operation {
	o := newOperation(op)
	o.run = func(ctx context.Context, r *Request, input *wire.Value) (wire.Encoder, error) {
		in := PI(new(I))
		in.DecodeWire(input)
		out, err := f(ctx, r, in)
		if err != nil {
			return nil, err
		}
		return out, nil
	}
	for _, option := range options {
		option(o)
	}
	return o
}

func newOperation(op *wire.Operation) *operation {
	return &operation{Operation: op, action: op.Service.Name + ":" + op.Name, traits: traitsOf(op)}
}

// The categories of events, as eventCategory spells them.
const (
	CategoryManagement = "Management"
	CategoryData       = "Data"
)

// traits are how CloudTrail records an operation.
type traits struct {
	// readOnly is the record's readOnly; responses tells that the record has
	// responseElements.
	readOnly, responses bool
	category            string
}

// readOnlyExtras are read-only operations whose names do not say so. AssumeRole
// and its kind are readOnly true in AWS's own records, although they issue
// credentials; so is StartQuery, which starts a query and changes no resource.
// CancelQuery and GenerateQuery are writes, as the Service Authorization
// Reference classes them.
var readOnlyExtras = map[string]bool{"AssumeRole": true, "StartQuery": true}

// responsesOfReads are the read-only operations whose records have
// responseElements nevertheless: the credentials of STS and the id of a query.
var responsesOfReads = map[string]bool{"AssumeRole": true, "GetSessionToken": true, "StartQuery": true}

func traitsOf(op *wire.Operation) traits {
	t := traits{readOnly: readOnlyExtras[op.Name], category: CategoryManagement}
	for _, verb := range []string{"Get", "List", "Describe", "Lookup", "Search"} {
		t.readOnly = t.readOnly || strings.HasPrefix(op.Name, verb)
	}
	t.responses = !t.readOnly || responsesOfReads[op.Name]
	if op == ctdata.OpPutAuditEvents {
		t.category = CategoryData
	}
	return t
}

// Category returns the event category of an operation's records: PutAuditEvents
// is a data event, everything else is a management event. Source: "Logging
// data events" of the CloudTrail User Guide.
func Category(eventSource, eventName string) string {
	for _, service := range services {
		if service.EventSource != eventSource {
			continue
		}
		for _, op := range service.Operations {
			if op.Name == eventName {
				return traitsOf(op).category
			}
		}
	}
	return CategoryManagement
}
