package identity

import "fmt"

// The codes of [Error], in the words of the IAM and STS API references.
const (
	CodeEntityAlreadyExists     = "EntityAlreadyExists"
	CodeNoSuchEntity            = "NoSuchEntity"
	CodeLimitExceeded           = "LimitExceeded"
	CodeMalformedPolicyDocument = "MalformedPolicyDocument"
	CodeInvalidInput            = "InvalidInput"
	CodeValidationError         = "ValidationError"
	CodeAccessDenied            = "AccessDenied"

	CodePasswordPolicyViolation   = "PasswordPolicyViolation"
	CodeInvalidAuthenticationCode = "InvalidAuthenticationCode"
)

// Error is a refusal by the directory or by STS. Code is one of the Code…
// constants; Message is meant for the caller and carries no secret.
type Error struct {
	Code    string
	Message string
}

// Error gives "CODE: message".
func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// AuthKind says why a request's signature was not accepted.
type AuthKind string

// The kinds of [AuthError]. Their text is the code that IAM's query protocol
// uses; JSON services spell some of them differently, which is the wire's
// business. Source: "Common Errors" of the IAM and STS API references.
const (
	// MissingAuthenticationToken: the request is not signed at all.
	MissingAuthenticationToken AuthKind = "MissingAuthenticationToken"
	// IncompleteSignature: the signature's parts can not be made sense of.
	IncompleteSignature AuthKind = "IncompleteSignature"
	// InvalidClientTokenID: the key is unknown or inactive, its owner is gone,
	// or the session token is not one of ours.
	InvalidClientTokenID AuthKind = "InvalidClientTokenId"
	// SignatureDoesNotMatch: the request is not the one that was signed.
	SignatureDoesNotMatch AuthKind = "SignatureDoesNotMatch"
	// RequestExpired: the signature is too old, or from the future.
	RequestExpired AuthKind = "RequestExpired"
	// ExpiredToken: the temporary credentials have expired.
	ExpiredToken AuthKind = "ExpiredToken"
)

// AuthError is why [Directory.Verify] refused a request. The fields after
// Message are what the request claimed, as far as it could be read: good for
// a record of the attempt, and never a proof of anything.
type AuthError struct {
	Kind AuthKind
	// Message is in AWS's words and meant for the caller.
	Message string
	// AccessKeyID, Region and Service come from the credential scope.
	AccessKeyID, Region, Service string
	// Claimed is the principal that owns the access key; zero if unknown.
	Claimed Principal
}

// Error gives "KIND: message".
func (e *AuthError) Error() string { return string(e.Kind) + ": " + e.Message }

// Messages of AWS that are needed in more than one place.
const (
	msgInvalidToken = "The security token included in the request is invalid."
	msgExpiredToken = "The security token included in the request is expired"
	msgMismatch     = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
