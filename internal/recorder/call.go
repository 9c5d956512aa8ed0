// Package recorder turns an API call and its answer into a CloudTrail record.
//
// In this house it stands between whoever served a call and the journal: the
// API server hands it a finished [Call], and gets back the record's exact
// bytes, which nothing changes afterwards.
package recorder

import (
	"crypto/tls"
	"encoding/json"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// Call is one finished API call, as the record of it needs to know it.
type Call struct {
	// Caller is who signed; the zero Caller for anonymous or unproven calls.
	Caller identity.Caller
	// ClaimedAccessKeyID is the key id in the Authorization header of a call
	// whose signature did not verify; empty otherwise.
	ClaimedAccessKeyID string
	// Time is when the call completed.
	Time time.Time
	// EventSource is e.g. "cloudtrail.amazonaws.com".
	EventSource string
	// EventName is the operation, e.g. "LookupEvents".
	EventName string
	Region    string
	// RecipientAccountID is the account that receives the record.
	RecipientAccountID string
	SourceIPAddress    string
	UserAgent          string
	// ErrorCode and ErrorMessage are empty for calls that succeeded.
	ErrorCode, ErrorMessage string
	// RequestParameters and ResponseElements are JSON objects in CloudTrail's
	// lowerCamel spelling, already redacted; nil is recorded as null.
	RequestParameters, ResponseElements json.RawMessage
	RequestID                           string
	ReadOnly                            bool
	Resources                           []Resource
	// TLS is the connection's state, nil for plain HTTP.
	TLS *tls.ConnectionState
	// Host is the Host header of the request, recorded with TLS only.
	Host string
}

// Resource is an element of the record's resources array.
type Resource struct {
	AccountID string `json:"accountId,omitempty"`
	Type      string `json:"type,omitempty"`
	ARN       string `json:"ARN,omitempty"`
}
