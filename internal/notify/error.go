package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Codes that are the same for all that is delivered to. Other codes are those
// that the service sent, without "Exception" at the end.
const (
	CodeNotFound      = "NotFound"           // no such topic, log group or bus
	CodeDenied        = "AuthorizationError" // credentials, role or policy say no
	CodeThrottling    = "Throttling"
	CodeTimeout       = "RequestTimeout"
	CodeConnection    = "ConnectionError" // nobody answers
	CodeCredentials   = "CredentialsError"
	CodeCanceled      = "RequestCanceled"
	CodeUnavailable   = "ServiceUnavailable"
	CodeBadAnswer     = "InvalidResponse" // not what the service would answer
	CodeInvalid       = "InvalidParameter"
	CodeNotConfigured = "NotConfigured" // [Config] has no endpoint for it
)

// Error is a delivery that failed.
type Error struct {
	// Op is what was done, such as "publish to arn:aws:sns:…".
	Op string
	// Endpoint is where. Empty is AWS.
	Endpoint string
	// Code is what GetTrailStatus shows: one of the Code constants, or the
	// service's own.
	Code string
	// Retry says that the same call may work in a moment. Without it somebody has
	// to do something first.
	Retry bool
	// Done is how many of the records or keys of the call, from the first on,
	// were acknowledged or left out for good. The others may be sent again.
	Done int
	// Status is that of the HTTP answer, 0 without one.
	Status int
	// Message is the service's text. Hint is what to do.
	Message, Hint string
	// Err is the cause.
	Err error

	// after is how long the service asks to wait.
	after time.Duration
}

// ErrorCode is Code, for those who know errors by this method.
func (e *Error) ErrorCode() string { return e.Code }

// Retryable is Retry, for those who know errors by this method.
func (e *Error) Retryable() bool { return e.Retry }

// Error says what failed where, why, and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Endpoint != "" {
		b.WriteString(" at " + e.Endpoint)
	}
	b.WriteString(": " + e.Code)
	switch {
	case e.Message != "":
		b.WriteString(": " + strings.TrimSuffix(e.Message, "."))
	case e.Status == 0 && e.Err != nil:
		b.WriteString(": " + e.Err.Error())
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP status %d)", e.Status)
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Refusal is what a check before a trail is made or changed found wrong. Code is
// an exception of the CloudTrail API and Message its text, both for the caller;
// texts that clients are known to decide on are AWS's own.
type Refusal struct {
	Code, Message string
	// Err is the cause, for the log only.
	Err error
}

// Error gives "CODE: message", with the cause.
func (r *Refusal) Error() string {
	text := r.Code + ": " + r.Message
	if r.Err != nil {
		text += ": " + r.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// meaning is what a code or a status means to somebody who delivers.
type meaning struct {
	code  string // empty: the service's own
	retry bool
	hint  string
}

var (
	denied  = meaning{CodeDenied, false, "check the policies of both sides and the credentials for this endpoint"}
	gone    = meaning{CodeNotFound, false, "make it, or name another"}
	busy    = meaning{CodeThrottling, true, "try again later"}
	down    = meaning{CodeUnavailable, true, "try again later"}
	timeout = meaning{CodeTimeout, true, "check that the endpoint is up and its address right"}
	badKey  = meaning{"", false, "check the credentials for this endpoint"}
	notAWS  = meaning{"", false, "only AWS sends events from aws.*: give another prefix of sources"}
)

// meanings are those of the services' codes without "Exception", from the lists
// of errors in the API references of SNS, CloudWatch Logs, EventBridge and STS.
var meanings = map[string]meaning{
	"AuthorizationError": denied, "AccessDenied": denied, "NotAuthorized": denied, "UnauthorizedOperation": denied,
	"NotAuthorizedForDetailType": notAWS, "NotAuthorizedForSource": notAWS,
	"InvalidClientTokenId": badKey, "UnrecognizedClient": badKey, "SignatureDoesNotMatch": badKey, "IncompleteSignature": badKey,
	"ExpiredToken": badKey, "MissingAuthenticationToken": badKey, "InvalidSecurity": badKey, "OptInRequired": badKey,
	"NotFound": gone, "ResourceNotFound": gone,
	"Throttled": busy, "Throttling": busy, "RequestLimitExceeded": busy, "RequestThrottled": busy, "TooManyRequests": busy, "KMSThrottling": busy, "SlowDown": busy,
	"InternalError": down, "InternalFailure": down, "Internal": down, "InternalServer": down, "ServiceUnavailable": down, "ServerUnavailable": down,
	"RequestTimeout":   timeout,
	"OperationAborted": {"", true, "try again"}, "ConcurrentModification": {"", true, "try again"},
	"RequestTimeTooSkewed": {"", true, "set the clock of one of the machines"}, "RequestExpired": {"", true, "set the clock of one of the machines"},
}

// ofStatus is what an answer means that has no code.
func ofStatus(status int) meaning {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return denied
	case status == http.StatusNotFound, status == http.StatusGone:
		return meaning{CodeNotFound, false, "check the URL of the endpoint"}
	case status == http.StatusRequestTimeout:
		return timeout
	case status == http.StatusTooManyRequests, status == http.StatusTooEarly:
		return busy
	case status >= 500:
		return down
	case status >= 300 && status < 400:
		return meaning{CodeBadAnswer, false, "redirects are not followed: give the URL that it leads to"}
	}
	return meaning{CodeBadAnswer, false, "check the URL of the endpoint"}
}

// ofCode is what a service's code means.
func ofCode(code string, status int) meaning {
	code = strings.TrimSuffix(code, "Exception")
	if code == "" || code == "UnknownError" {
		return ofStatus(status)
	}
	m, known := meanings[code]
	if !known {
		m = meaning{"", status >= 500 || status == http.StatusTooManyRequests, "see what the message says"}
	}
	if m.code == "" {
		m.code = code
	}
	return m
}

func (m meaning) set(e *Error) *Error {
	e.Code, e.Retry, e.Hint = m.code, m.retry, m.hint
	return e
}

// explain makes an *Error of what a request failed with. ctx is that of the
// call, not the one of the single request.
func explain(ctx context.Context, op, endpoint string, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	e := &Error{Op: op, Endpoint: endpoint, Err: err}
	if cause := ctx.Err(); errors.Is(cause, context.Canceled) {
		return meaning{CodeCanceled, true, ""}.set(e)
	}
	var unsigned *credentialsError
	if errors.As(err, &unsigned) {
		return unsigned.explain(ctx, e)
	}
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) && answer.Response != nil {
		e.Status = answer.HTTPStatusCode()
	}
	var network net.Error
	var untrusted *tls.CertificateVerificationError
	var api smithy.APIError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return timeout.set(e)
	case errors.As(err, &api):
		e.Message = api.ErrorMessage()
		return ofCode(api.ErrorCode(), e.Status).set(e)
	case errors.As(err, &untrusted):
		return meaning{CodeConnection, false, "check the certificate of the endpoint"}.set(e)
	case e.Status >= 300:
		return ofStatus(e.Status).set(e)
	case e.Status != 0 && !errors.As(err, &network) && !errors.Is(err, io.ErrUnexpectedEOF):
		return meaning{CodeBadAnswer, false, "check that the URL is that of the service"}.set(e)
	}
	return meaning{CodeConnection, true, "check that the endpoint is up and its address right"}.set(e)
}

// notConfigured is the answer for what Config does not have.
func notConfigured(op, what string) *Error {
	return &Error{Op: op, Code: CodeNotConfigured, Hint: "configure " + what}
}
