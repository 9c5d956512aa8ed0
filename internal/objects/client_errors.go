package objects

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Kind is what an error means to somebody who delivers.
type Kind uint8

// The kinds. An error that nobody knows is KindDown if it came from no store or from
// a store in trouble (a status of 500 and above), and KindOther if the store refused
// the request as such.
const (
	KindOther  Kind = iota
	KindGone        // the bucket or the object is not there
	KindDenied      // the credentials, the bucket policy or the KMS key say no
	KindBusy        // the store asks for fewer requests
	KindDown        // nobody answers, or nobody who can
	KindFull        // the store has no room, or a quota is used up
)

var kindNames = [...]string{"Other", "Gone", "Denied", "Busy", "Down", "Full"}

// String is the name of the constant without Kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", k)
}

// Codes of errors that no store answered. Where S3 has a code for the matter, it
// is that one.
const (
	CodeConnection  = "ConnectionError"
	CodeTimeout     = "RequestTimeout"
	CodeCanceled    = "RequestCanceled"
	CodeCredentials = "CredentialsError"
)

// Error is a request that failed.
type Error struct {
	// Op is what was done, such as "put s3://bucket/key".
	Op string
	// Endpoint is where. Empty is AWS.
	Endpoint string
	// Code is the store's own ("Error responses", Amazon S3 API Reference), such
	// as NoSuchBucket, or one of the Code constants.
	Code string
	Kind Kind
	// Retry says that the same request may work in a moment. Without it somebody
	// has to do something first; trying now and then finds out that it was done.
	Retry bool
	// Status is that of the HTTP answer, 0 without one; RequestID is what the
	// store calls the request.
	Status    int
	RequestID string
	// Message is the store's text. Hint is what to do.
	Message, Hint string
	// Err is the cause.
	Err error

	// region is where the store says the bucket is.
	region string
}

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
		fmt.Fprintf(&b, " (HTTP status %d", e.Status)
		if e.RequestID != "" {
			b.WriteString(", request " + e.RequestID)
		}
		b.WriteString(")")
	}
	if e.Hint != "" {
		b.WriteString(": " + e.Hint)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// IsCode tells whether an error is an [*Error] with one of these codes.
func IsCode(err error, codes ...string) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	for _, code := range codes {
		if e.Code == code {
			return true
		}
	}
	return false
}

// kinds of the codes whose status does not tell, from "Error responses" of the
// Amazon S3 API Reference and from what other stores answer.
var kinds = map[string]Kind{
	"NoSuchBucket": KindGone, "NoSuchKey": KindGone, "NoSuchVersion": KindGone, "NoSuchUpload": KindGone,
	"AccessDenied": KindDenied, "AllAccessDisabled": KindDenied, "AccountProblem": KindDenied, "NotSignedUp": KindDenied,
	"ExpiredToken": KindDenied, "InvalidToken": KindDenied, "TokenRefreshRequired": KindDenied, "InvalidAccessKeyId": KindDenied,
	"SignatureDoesNotMatch": KindDenied, "InvalidPayer": KindDenied, "InvalidSecurity": KindDenied,
	"SlowDown": KindBusy, "ServiceUnavailable": KindBusy, "Throttling": KindBusy, "ThrottlingException": KindBusy, "TooManyRequests": KindBusy,
	"RequestLimitExceeded": KindBusy, "BandwidthLimitExceeded": KindBusy, "OperationAborted": KindBusy,
	"InternalError": KindDown, "RequestTimeout": KindDown, "IncompleteBody": KindDown,
	// Ceph, MinIO and others.
	"QuotaExceeded": KindFull, "InsufficientStorage": KindFull, "InsufficientCapacity": KindFull, "XMinioStorageFull": KindFull,
	"XMinioAdminBucketQuotaExceeded": KindFull, "StorageFull": KindFull, "DiskFull": KindFull,
}

// hints are what to do about a kind.
var hints = map[Kind]string{
	KindGone:   "make the bucket, or name another",
	KindDenied: "check the credentials for this endpoint, the bucket policy and, if there is one, the KMS key",
	KindBusy:   "try again later",
	KindDown:   "check that the endpoint is up and its address right",
	KindFull:   "make room in the store, or raise the quota",
}

func kindOf(code string, status int) Kind {
	if kind, ok := kinds[code]; ok {
		return kind
	}
	switch {
	// S3 passes on what KMS says of a key.
	case strings.HasPrefix(code, "KMS."), status == http.StatusUnauthorized, status == http.StatusForbidden:
		return KindDenied
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return KindBusy
	case status == http.StatusInsufficientStorage:
		return KindFull
	// That the store cannot do something does not pass.
	case status == http.StatusNotImplemented:
		return KindOther
	case status == 0, status >= 500:
		return KindDown
	}
	return KindOther
}

// newError gives an error of the SDK its type.
func newError(in call, s *store, err error) *Error {
	e := &Error{Op: in.String(), Endpoint: s.URL, Err: err}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil && response.Response.Response != nil {
		e.Status = response.HTTPStatusCode()
		head := response.Response.Header
		e.RequestID, e.region = head.Get("X-Amz-Request-Id"), head.Get("X-Amz-Bucket-Region")
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		e.Code, e.Message = api.ErrorCode(), api.ErrorMessage()
	}
	var unsigned credentialError
	switch {
	case errors.Is(err, context.Canceled):
		e.Code = CodeCanceled
	case errors.As(err, &unsigned):
		e.Code, e.Hint = CodeCredentials, "check where the credentials of this endpoint come from"
	case isTimeout(err):
		e.Code = CodeTimeout
	// An answer cut off in the middle is no answer; nor is an error in making
	// sense of one with status 200.
	case e.Status == 0, e.Status < 300:
		e.Code, e.Status = CodeConnection, 0
	default:
		e.Code = codeOf(e.Code, e.Status, in.head)
	}
	e.Kind = kindOf(e.Code, e.Status)
	if e.Status == 0 {
		e.Kind, e.Message = KindDown, ""
	}
	if e.Code == CodeCanceled {
		return e
	}
	e.Retry = e.Kind == KindBusy || e.Kind == KindDown
	switch {
	case e.Hint != "" || e.Code == "NoSuchKey":
	case e.Code == "NotFound":
		e.Hint = "check that the address is that of an S3 endpoint"
	default:
		e.Hint = hints[e.Kind]
	}
	return e
}

// codeOf names answers without a document, which those to HEAD are, and those of
// proxies.
func codeOf(code string, status int, head bool) string {
	named := code != "" && code != "UnknownError" && code != strings.ReplaceAll(http.StatusText(status), " ", "")
	switch {
	case named:
		return code
	case head && status == http.StatusNotFound:
		return "NoSuchKey"
	case status == http.StatusForbidden:
		return "AccessDenied"
	case status == http.StatusInternalServerError:
		return "InternalError"
	}
	return strings.ReplaceAll(http.StatusText(status), " ", "")
}

// String is what is done to what.
func (in call) String() string {
	if in.bucket == "" {
		return in.do
	}
	if in.key == "" {
		return in.do + " s3://" + in.bucket
	}
	return in.do + " s3://" + in.bucket + "/" + in.key
}
