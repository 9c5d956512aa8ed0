package api

import (
	"strings"

	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/recorder"
)

// queryRows are the operations on queries. Which event data stores a query reads is
// in its statement, or was when it was started, so the service of queries asks for
// the permission: on each of those stores, and on "*" for a query that reads none.
// Source: "Actions, resources, and condition keys for AWS CloudTrail" of the Service
// Authorization Reference.
func (s *Server) queryRows() []*operation {
	if s.cfg.Queries == nil {
		return nil
	}
	checked := violations(queryViolation)
	return []*operation{
		handle(ctapi.OpStartQuery, s.startQuery, withoutPermission, checked),
		handle(ctapi.OpDescribeQuery, s.describeQuery, withoutPermission, checked),
		handle(ctapi.OpGetQueryResults, s.getQueryResults, withoutPermission, checked),
		handle(ctapi.OpListQueries, s.listQueries, withoutPermission, checked),
		handle(ctapi.OpCancelQuery, s.cancelQuery, withoutPermission, checked),
	}
}

// queryCaller is the caller of an operation as package query knows it.
func (s *Server) queryCaller(r *Request, op *wire.Operation) query.Caller {
	action := op.Service.Name + ":" + op.Name
	return query.Caller{AccountID: r.AccountID(), Region: r.Region, Allowed: func(resource string) error {
		if !s.cfg.Allowed(r.Caller, action, resource) {
			return Denied(r.Caller, action, resource)
		}
		return nil
	}}
}

// touch puts the event data stores of a query into the call's record.
func (r *Request) touch(q *query.Query) {
	for _, store := range q.Stores {
		r.Resources = append(r.Resources, recorder.Resource{AccountID: q.AccountID, Type: "AWS::CloudTrail::EventDataStore", ARN: store.ARN})
	}
}

// queryViolation gives operations on queries CloudTrail's own exceptions instead of
// ValidationException.
func queryViolation(bad []wire.Violation) *Error {
	v := bad[0]
	member, _, _ := strings.Cut(v.Path, ".")
	code := ctapi.CodeInvalidParameter
	switch member {
	case "eventDataStore":
		code = ctapi.CodeEventDataStoreARNInvalid
	case "queryStatement":
		code = ctapi.CodeInvalidQueryStatement
	case "queryStatus":
		code = ctapi.CodeInvalidQueryStatus
	case "maxResults", "maxQueryResults":
		code = ctapi.CodeInvalidMaxResults
	case "nextToken":
		code = ctapi.CodeInvalidNextToken
	}
	return &Error{Code: code, Message: wire.Describe([]wire.Violation{v})}
}
