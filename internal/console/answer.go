package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/console/signin"
	"github.com/cairntrail/cairn/internal/identity"
)

// errUnknown is the answer to what nobody foresaw; the log has the cause.
var errUnknown = &signin.Error{Status: http.StatusInternalServerError, Code: signin.CodeInternal, Message: "The request failed for an unknown reason, which the server's log has."}

func invalid(message string) *signin.Error {
	return &signin.Error{Status: http.StatusBadRequest, Code: api.CodeValidation, Message: message}
}

func notFound(message string) *signin.Error {
	return &signin.Error{Status: http.StatusNotFound, Code: "NotFound", Message: message}
}

// refusal is what a JSON error answer holds.
type refusal struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"requestId,omitempty"`
}

// refusalOf is what a person may see of an error, and its status. ok is false for
// errors that nobody foresaw.
func refusalOf(err error) (status int, out refusal, ok bool) {
	if p, is := errors.AsType[*signin.Error](err); is {
		return p.Status, refusal{Code: p.Code, Message: p.Message}, true
	}
	if p, is := errors.AsType[*api.Refusal](err); is {
		return p.Status, refusal{Code: p.Code, Message: p.Message, RequestID: p.RequestID}, p.Status < http.StatusInternalServerError
	}
	return errUnknown.Status, refusal{Code: errUnknown.Code, Message: errUnknown.Message}, false
}

// denied is the answer to who lacks a permission, in the words of the API.
func denied(c identity.Caller, action, resource string) *signin.Error {
	why := api.Denied(c, action, resource)
	return &signin.Error{Status: http.StatusForbidden, Code: why.Code, Message: why.Message}
}

// writeJSON writes a JSON answer. What a page must not run in is escaped by
// encoding/json: <, > and & are, and so are U+2028 and U+2029.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	writeBody(w, status, body)
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the browser has gone
}

// guarded knows whether an answer has begun.
type guarded struct {
	http.ResponseWriter
	began bool
}

// WriteHeader implements http.ResponseWriter.
func (g *guarded) WriteHeader(status int) {
	g.began = true
	g.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (g *guarded) Write(b []byte) (int, error) {
	g.began = true
	return g.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find the connection.
func (g *guarded) Unwrap() http.ResponseWriter { return g.ResponseWriter }

func stack() string { return string(debug.Stack()) }
