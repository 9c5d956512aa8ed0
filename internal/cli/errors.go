package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
)

// apiError is what a server answered instead of a result, to a call that did
// not go through the SDK.
type apiError struct {
	status        int
	code, message string
}

func (e *apiError) Error() string {
	switch {
	case e.code == "" && e.message == "":
		return fmt.Sprintf("the answer was %d %s", e.status, http.StatusText(e.status))
	case e.message == "":
		return e.code
	}
	return e.code + ": " + e.message
}

// explain turns a failed call to the server into what a person can act on.
func (c *caller) explain(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	code := ""
	if e, ok := errors.AsType[*apiError](err); ok {
		code = e.code
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		code = e.ErrorCode()
		err = &apiError{code: code, message: e.ErrorMessage()}
	}
	advice := ""
	switch code {
	case "UnrecognizedClientException", "InvalidClientTokenId":
		advice = "the server does not know this access key; take the credentials that it made, with --data-dir DIR or AWS_SHARED_CREDENTIALS_FILE=DIR/credentials"
	case "SignatureDoesNotMatch":
		advice = "the secret does not belong to the access key, or something between changed the request; look at the credentials"
	case "RequestExpired":
		advice = "the clocks of this machine and of the server differ by more than 15 minutes; set them right"
	case "ExpiredTokenException", "ExpiredToken":
		advice = "the temporary credentials have expired; ask for new ones"
	case "AccessDeniedException", "AccessDenied":
		advice = "use credentials that may do this, or attach a policy that allows it"
	case "UnknownOperationException", "UnsupportedOperationException":
		advice = "the server cannot do this; look whether --endpoint is right and the server is as new as this program (cairn version)"
	case "ThrottlingException":
		advice = "the server limits these calls (lookup-quota); wait, or raise the limit"
	}
	if code == "" && unreachable(err) {
		return fmt.Errorf("%s failed: no server answers at %s (%w); start one with \"cairn serve\", or name the right one with --endpoint or CAIRN_ENDPOINT", doing, c.endpoint, innermost(err))
	}
	if advice == "" {
		return fmt.Errorf("%s failed: %w", doing, err)
	}
	return fmt.Errorf("%s failed: %w; %s", doing, trimmed{err}, advice)
}

// trimmed is an error without the full stop at its end, to go on after it.
type trimmed struct{ error }

func (t trimmed) Error() string { return strings.TrimRight(t.error.Error(), ". ") }
func (t trimmed) Unwrap() error { return t.error }

// unreachable tells that no answer came.
func unreachable(err error) bool {
	_, op := errors.AsType[*net.OpError](err)
	_, dns := errors.AsType[*net.DNSError](err)
	return op || dns
}

// innermost is the network's own words, without the layers around it.
func innermost(err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e
	}
	return err
}
