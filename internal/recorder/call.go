// Package recorder turns API calls into CloudTrail records.
//
// In this house it stands between whoever served a call and the journal. The
// API server hands it a finished [Call], and gets back the record's exact bytes,
// which nothing changes afterwards. The gateway asks a [Recorder] about every
// call that passes through: what it is (package awsmodel), what CloudTrail
// writes of it (style, resource), who made it, what must be hidden, and which
// accounts get a copy; and the answer goes to the caller when the journal has
// the records.
//
// It guarantees that a record is valid JSON within CloudTrail's limits whatever
// the call's bytes were, and that a call which cannot be read completely is
// recorded with what could be. It starts no goroutines; what it keeps on disk,
// the keys that it learned, is the directory's, and the count of a gap is a file
// of its own, see gap.go.
package recorder

import (
	"crypto/tls"
	"encoding/json"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// Call is one finished API call, as the record of it needs to know it.
type Call struct {
	// Identity is who made it.
	Identity identity.UserIdentity
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
	// AdditionalEventData is left out where it is nil.
	RequestParameters, ResponseElements, AdditionalEventData json.RawMessage
	RequestID                                                string
	APIVersion                                               string
	ReadOnly                                                 bool
	Resources                                                []Resource
	// Category is Management, Data or NetworkActivity; empty means Management.
	Category string
	// EventType is empty for AwsApiCall.
	EventType string
	// ServiceEventDetails are those of an AwsServiceEvent.
	ServiceEventDetails json.RawMessage
	// SharedEventID is the same in all records of a call that several accounts
	// receive, and empty where one does.
	SharedEventID                       string
	VPCEndpointID, VPCEndpointAccountID string
	Addendum                            *Addendum
	// TLS is the connection's state, nil for plain HTTP.
	TLS *tls.ConnectionState
	// Host is the Host header of the request, recorded with TLS only.
	Host string
	// SessionCredentialFromConsole tells that the call was made with the
	// credentials of a console session.
	SessionCredentialFromConsole bool
}

// Resource is an element of the record's resources array. It has an ARN or,
// for what a listing may show, an ARN's beginning.
type Resource struct {
	AccountID string
	Type      string
	ARN       string
	ARNPrefix string
}

// Addendum says that a record corrects an earlier one ("CloudTrail record
// contents": addendum).
type Addendum struct {
	// Reason is UPDATED_DATA, DELIVERY_DELAY or SERVICE_OUTAGE.
	Reason string
	// UpdatedFields are the members that differ, separated by commas; the two
	// ids are those of the earlier record. All three with UPDATED_DATA only.
	UpdatedFields, OriginalRequestID, OriginalEventID string
}

// The event categories, as eventCategory has them.
const (
	Management      = "Management"
	Data            = "Data"
	NetworkActivity = "NetworkActivity"
)

// The event types that the recorder writes. The guide's list of types has the
// plural AwsVpceEvents; its examples, and real records, have this one.
const (
	typeAPICall      = "AwsApiCall"
	typeVPCE         = "AwsVpceEvent"
	typeServiceEvent = "AwsServiceEvent"
	// TypeConsoleSignIn is the EventType of sign-ins to the console.
	TypeConsoleSignIn = "AwsConsoleSignIn"
)
