package signin

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// The codes of [Error].
const (
	// CodeNotSignedIn: there is no session; CodeSessionExpired: there was one.
	CodeNotSignedIn    = "NotSignedIn"
	CodeSessionExpired = "SessionExpired"
	// CodeCsrfRefused: a request that a page of another origin may have made.
	CodeCsrfRefused = "CsrfRefused"
	// CodeTooManyAttempts: after failures, for a while.
	CodeTooManyAttempts = "TooManyAttempts"
	// CodeAuthenticationFailed: a wrong account, user, password, key or code.
	CodeAuthenticationFailed = "AuthenticationFailed"
	// CodeChallengeEnded: no code is good for this sign-in any more.
	CodeChallengeEnded = "ChallengeEnded"
	// CodePasswordPolicyViolation: a new password that is too easy.
	CodePasswordPolicyViolation = "PasswordPolicyViolation"
	CodeInvalidRequest          = "InvalidRequest"
	CodeNoSuchEntity            = "NoSuchEntity"
	CodeLimitExceeded           = "LimitExceeded"
	CodeEntityAlreadyExists     = "EntityAlreadyExists"
	CodeRequestTooLarge         = "RequestTooLarge"
	CodeServiceUnavailable      = "ServiceUnavailable"
	CodeInternal                = "InternalFailure"
)

// Error is an answer of the console's API that is not what was asked for. Message is
// for the person at the browser and carries no secret.
type Error struct {
	Status        int
	Code, Message string
	// RetryAfterSeconds is set with [CodeTooManyAttempts] and, where the server is
	// busy, with [CodeServiceUnavailable].
	RetryAfterSeconds int
}

// Error gives "CODE: message".
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Write answers a request of the console's API with the error.
func (e *Error) Write(w http.ResponseWriter) {
	if e.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.RetryAfterSeconds))
	}
	writeJSON(w, e.Status, struct {
		Code       string `json:"code"`
		Message    string `json:"message"`
		RetryAfter int    `json:"retryAfterSeconds,omitempty"`
	}{e.Code, e.Message, e.RetryAfterSeconds})
}

func invalid(message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: CodeInvalidRequest, Message: message}
}

func tooMany(wait time.Duration) *Error {
	seconds := int((wait + time.Second - 1) / time.Second)
	return &Error{
		Status: http.StatusTooManyRequests, Code: CodeTooManyAttempts, RetryAfterSeconds: seconds,
		Message: "There were too many failed attempts to sign in. Wait " + plural(seconds, "second") + ", then try again.",
	}
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// secure sets what every answer of the console's API has: no cache keeps it, and no
// browser takes it for anything but data.
func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	secure(w.Header())
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	_ = encoder.Encode(v) // The browser has gone.
}
