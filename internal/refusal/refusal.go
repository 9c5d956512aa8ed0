// Package refusal is how the rooms behind the API refuse an operation: with the
// name of the exception that the API answers, and a text that says what to do.
package refusal

import "fmt"

// Error refuses an operation. Code is the name of the CloudTrail API's exception
// and Message its text, both for the caller.
type Error struct {
	Code    string
	Message string
	// Cause is for the log only.
	Cause error
}

// New makes a refusal without a cause.
func New(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Error gives "CODE: message", with the cause.
func (e *Error) Error() string {
	text := e.Code + ": " + e.Message
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }
