package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/api/ctapi"
	"github.com/cairntrail/cairn/internal/api/ctdata"
	"github.com/cairntrail/cairn/internal/api/stsapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/refusal"
)

// Error is what a handler answers instead of an output. Code is a row of the
// error table, or an exception of the service's model.
type Error struct {
	Code string
	// Message is for the caller; empty takes the table's text.
	Message string
	// Cause is for the log only.
	Cause error
}

// Error gives "CODE: message", with the cause.
func (e *Error) Error() string {
	text := e.Code
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an [Error]; an operand of %w becomes its cause and is not shown
// to the caller beyond what the format prints.
func Errorf(code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Cause: errors.Unwrap(err)}
}

// The codes that are common to all services, as JSON services spell them. The
// query protocol has another spelling for some; see the table.
const (
	CodeMissingAuthenticationToken = "MissingAuthenticationToken"
	CodeIncompleteSignature        = "IncompleteSignature"
	CodeSignatureDoesNotMatch      = "SignatureDoesNotMatch"
	CodeRequestExpired             = "RequestExpired"
	CodeUnrecognizedClient         = "UnrecognizedClientException"
	CodeExpiredToken               = "ExpiredTokenException"
	CodeAccessDenied               = "AccessDeniedException"
	CodeValidation                 = "ValidationException"
	CodeSerialization              = "SerializationException"
	CodeUnknownOperation           = "UnknownOperationException"
	CodeUnroutable                 = "Unroutable"
	CodeInvalidAction              = "InvalidAction"
	CodeMissingAction              = "MissingAction"
	CodeUnsupportedMediaType       = "UnsupportedMediaTypeException"
	CodeRequestEntityTooLarge      = "RequestEntityTooLargeException"
	CodeThrottling                 = "ThrottlingException"
	CodeUnsupportedOperation       = "UnsupportedOperationException"
	CodeServiceUnavailable         = "ServiceUnavailable"
	CodeInternalFailure            = "InternalFailure"
)

// errorRow is a line of the error table.
type errorRow struct {
	// status is the HTTP status, queryStatus and restStatus where the query and
	// REST protocols differ from JSON.
	status, queryStatus, restStatus int
	// wire is the code on the wire where it is not the table's; query where the
	// query protocol spells it differently.
	wire, query string
	// text is what the caller reads when the error has no message.
	text string
}

// errorTable is the only place that knows statuses. Sources: "Common Errors"
// of the CloudTrail and STS API references; the statuses of the IAM codes are
// those of the IAM API reference. Modeled exceptions that are not named here
// are HTTP 400, as the CloudTrail API reference has them.
var errorTable = map[string]errorRow{
	CodeMissingAuthenticationToken: {status: 403, text: "Request is missing Authentication Token"},
	CodeIncompleteSignature:        {status: 400, text: "The request signature does not conform to AWS standards."},
	CodeSignatureDoesNotMatch:      {status: 403, text: "The request signature we calculated does not match the signature you provided."},
	CodeRequestExpired:             {status: 403, text: "Request has expired."},
	CodeUnrecognizedClient:         {status: 403, query: "InvalidClientTokenId", text: "The security token included in the request is invalid."},
	CodeExpiredToken:               {status: 403, query: "ExpiredToken", text: "The security token included in the request is expired"},
	CodeAccessDenied:               {status: 400, queryStatus: 403, restStatus: 403, query: "AccessDenied", text: "Access denied"},
	CodeValidation:                 {status: 400, query: "ValidationError", text: "The input does not satisfy the constraints of the service."},
	CodeSerialization:              {status: 400, query: "MalformedInput", text: "The request body is not what the operation takes."},
	CodeUnknownOperation:           {status: 400},
	CodeUnroutable:                 {status: 404, wire: CodeUnknownOperation},
	CodeInvalidAction:              {status: 400, text: "The action or operation requested is invalid."},
	CodeMissingAction:              {status: 400, text: "The request is missing an action or a required parameter."},
	CodeUnsupportedMediaType:       {status: 415, text: "The content type of the request is not supported."},
	CodeRequestEntityTooLarge:      {status: 413, text: "Request size exceeded."},
	CodeThrottling:                 {status: 400, query: "Throttling", text: "Rate exceeded"},
	CodeUnsupportedOperation:       {status: 400, text: "This operation is not supported."},
	CodeServiceUnavailable:         {status: 503, text: "The service is temporarily unavailable. Try again."},
	CodeInternalFailure:            {status: 500, text: "The request processing has failed because of an unknown error."},

	cairnapi.CodeEntityAlreadyExists:     {status: 409},
	cairnapi.CodeNoSuchEntity:            {status: 404},
	cairnapi.CodeLimitExceeded:           {status: 409},
	cairnapi.CodeMalformedPolicyDocument: {status: 400},
	cairnapi.CodeInvalidInput:            {status: 400},
}

func init() {
	for _, codes := range [][]string{ctapi.Codes, ctdata.Codes, stsapi.Codes, cairnapi.Codes} {
		for _, code := range codes {
			if _, ok := errorTable[code]; !ok {
				errorTable[code] = errorRow{status: http.StatusBadRequest}
			}
		}
	}
}

// public is an error as the caller sees it.
type public struct {
	status        int
	code, message string
}

// publish looks an error up in the table. ok is false for errors that are not
// typed or not in the table: they are internal failures.
func publish(err error, protocol wire.Protocol) (p public, ok bool) {
	typed := typedError(err)
	var row errorRow
	if typed != nil {
		row, ok = errorTable[typed.Code]
	}
	if !ok {
		typed = &Error{Code: CodeInternalFailure}
		row = errorTable[CodeInternalFailure]
	}
	p = public{status: row.status, code: typed.Code, message: typed.Message}
	if row.wire != "" {
		p.code = row.wire
	}
	if p.message == "" {
		p.message = row.text
	}
	switch protocol {
	case wire.Query:
		if row.query != "" {
			p.code = row.query
		}
		if row.queryStatus != 0 {
			p.status = row.queryStatus
		}
	case wire.RESTJSON:
		if row.restStatus != 0 {
			p.status = row.restStatus
		}
	}
	return p, ok
}

// authCodes translate the kinds of identity.AuthError.
var authCodes = map[identity.AuthKind]string{
	identity.MissingAuthenticationToken: CodeMissingAuthenticationToken,
	identity.IncompleteSignature:        CodeIncompleteSignature,
	identity.InvalidClientTokenID:       CodeUnrecognizedClient,
	identity.SignatureDoesNotMatch:      CodeSignatureDoesNotMatch,
	identity.RequestExpired:             CodeRequestExpired,
	identity.ExpiredToken:               CodeExpiredToken,
}

// identityCodes translate the codes of identity.Error that the table spells
// otherwise.
var identityCodes = map[string]string{
	identity.CodeValidationError: CodeValidation,
	identity.CodeAccessDenied:    CodeAccessDenied,
}

// typedError finds the typed error in a chain: ours, one of identity's, or a
// refusal of a room behind.
func typedError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*identity.AuthError](err); ok {
		if code := authCodes[e.Kind]; code != "" {
			return &Error{Code: code, Message: e.Message}
		}
	}
	if e, ok := errors.AsType[*identity.Error](err); ok {
		code := identityCodes[e.Code]
		if code == "" {
			code = e.Code
		}
		return &Error{Code: code, Message: e.Message}
	}
	if e, ok := errors.AsType[*refusal.Error](err); ok {
		return &Error{Code: e.Code, Message: e.Message, Cause: e.Cause}
	}
	return nil
}
