package query

import (
	"context"
	"errors"
	"fmt"

	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// Error refuses an operation on queries. Code is the name of the CloudTrail API's
// exception and Message its text, both for the caller. Errors about event data
// stores are a [*datastore.Error].
type Error = refusal.Error

// The exceptions of the CloudTrail API that operations on queries answer with,
// besides those of event data stores.
const (
	CodeInactiveQuery                = "InactiveQueryException"
	CodeInsufficientBucketPolicy     = "InsufficientS3BucketPolicyException"
	CodeInsufficientEncryptionPolicy = "InsufficientEncryptionPolicyException"
	CodeInvalidBucketName            = "InvalidS3BucketNameException"
	CodeInvalidDateRange             = "InvalidDateRangeException"
	CodeInvalidParameter             = "InvalidParameterException"
	CodeInvalidPrefix                = "InvalidS3PrefixException"
	CodeInvalidStatement             = "InvalidQueryStatementException"
	CodeInvalidStatus                = "InvalidQueryStatusException"
	CodeNoBucket                     = "S3BucketDoesNotExistException"
	CodeNotFound                     = "QueryIdNotFoundException"
	CodeNotPermitted                 = "OperationNotPermittedException"
	CodeTooMany                      = "MaxConcurrentQueriesException"
)

func noQuery(id string) *Error {
	return refusal.New(CodeNotFound, "There is no query %.300s in this account and Region. Queries are kept for %d days.", id, int(Retention.Hours()/24))
}

// The texts of failures of queries. The first two are the guide's ("Optimize
// CloudTrail Lake queries", CloudTrail User Guide).
const (
	textTooLarge  = "Query response is too large"
	textResources = "Query exhausted resources at this scale factor"
	textInternal  = "The query could not be run because of an internal error. Start it again; the server's log says more."
	textStopped   = "The server was stopped while the query ran. Start it again."
	textUnstarted = "The server was stopped before the query ran. Start it again."
)

// The reasons for which a query's context ends.
var (
	errTimeLimit = errors.New("the query reached the time limit")
	errCancelled = errors.New("the query was cancelled")
	errStopping  = errors.New("the server stops")
)

// errTooLarge is a result that is larger than one may be; errNoRoom one for which
// there is no room beside the others.
var (
	errTooLarge = errors.New("the result of the query is larger than a result may be")
	errNoRoom   = errors.New("the results of queries have no more room on disk")
)

// outcome is what an error of a running query makes of it: a state, and the text
// for the caller. internal tells that the log has to say more.
func outcome(ctx context.Context, err error, limit fmt.Stringer) (status Status, text string, internal bool) {
	if err == nil {
		return Finished, "", false
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errTimeLimit):
		return TimedOut, fmt.Sprintf("The query ran for %s, which is the limit. Its results up to then can be read. Narrow the range of eventTime and start it again.", limit), false
	case errors.Is(cause, errCancelled):
		return Cancelled, "", false
	case errors.Is(cause, errStopping), errors.Is(cause, context.Canceled):
		return Failed, textStopped, false
	case errors.Is(err, errTooLarge):
		return Failed, textTooLarge + ". Select fewer rows or columns, or aggregate.", false
	case errors.Is(err, errNoRoom):
		return Failed, textResources + ". The disk has no room for more results; wait, or select less.", true
	}
	wrong, ok := errors.AsType[*trinosql.Error](err)
	switch {
	case ok && wrong.Code == trinosql.CodeResources:
		return Failed, textResources + ". Narrow the range of eventTime and start it again.", false
	case ok && wrong.Code != trinosql.CodeInternal:
		return Failed, shorten(wrong.Error()), false
	}
	if gone, ok := errors.AsType[*datastore.Error](err); ok {
		return Failed, shorten(gone.Message), false
	}
	return Failed, textInternal, true
}

// maxErrorText is how long ErrorMessage may be, in the API's model.
const maxErrorText = 1000

// shorten cuts a text to what ErrorMessage can have.
func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= maxErrorText {
		return text
	}
	return string(runes[:maxErrorText-1]) + "…"
}
