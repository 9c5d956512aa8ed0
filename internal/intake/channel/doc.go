// Package channel keeps channels, through which events from outside AWS come into
// event data stores, and takes the events: CreateChannel and its relatives, and
// PutAuditEvents.
//
// It guarantees that an event that it answers as successful is durable in the
// journal, as a record of the category ActivityAuditLog whose eventData has the
// bytes that the sender gave; which event data stores take it follows from the
// journal and the epochs of the stores (see internal/lake/datastore). An event that
// is refused is named with the reason, and costs only itself.
//
// Channels rest in the collection "channels" of the control-plane store, what is
// known of their last events in "channels.ingestion". The latter is in memory too
// and written about once a second, so a crash forgets the times of the last second
// and no event. The package starts no goroutines.
//
// Source of the rules: "Create an integration with an event source outside of AWS"
// and "CloudTrail Lake integrations event schema" of the CloudTrail User Guide.
package channel

import (
	"time"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
)

// MaxPerRegion is how many channels an account may have in a Region ("Quotas in AWS
// CloudTrail").
const MaxPerRegion = 25

// Custom is the source of channels for one's own applications.
const Custom = "Custom"

// Sources are the values of Channel.Source: Custom, and the partners of the guide's
// table "Additional information about integration partners".
var Sources = []string{
	Custom, "CloudStorageSecurityConsole", "Clumio", "CrowdStrike", "CyberArk", "GitHub", "KongGatewayEnterprise", "LaunchDarkly",
	"NetskopeCloudExchange", "IBMMulticloud", "MontyCloud", "OktaSystemLogEvents", "OneLogin", "Shoreline", "Snyk", "WizAuditLogs",
}

// Channel is a channel as the store keeps it, under its ARN.
type Channel struct {
	ID        string `json:"id"`
	ARN       string `json:"arn"`
	Name      string `json:"name"`
	Source    string `json:"source"`
	AccountID string `json:"accountId"`
	Region    string `json:"region"`
	// Destinations are the ARNs of event data stores.
	Destinations []string     `json:"destinations"`
	Tags         []naming.Tag `json:"tags,omitempty"`
	Created      time.Time    `json:"created"`
	Updated      time.Time    `json:"updated"`
}

// Ingestion is what is known of the last events of a channel.
type Ingestion struct {
	Attempt, Success               time.Time `json:",omitzero"`
	AttemptEventID, SuccessEventID string    `json:",omitempty"`
	// ErrorCode is that of the last attempt, empty when it succeeded.
	ErrorCode string `json:",omitempty"`
}

// Caller is whose channels are meant.
type Caller struct{ AccountID, Region string }

// Destination is one of a request.
type Destination struct{ Type, Location string }

// EventDataStore is the type of the destinations that a channel may have.
const EventDataStore = "EVENT_DATA_STORE"

// Error refuses an operation. Code is the name of the exception and Message its
// text, both for the caller.
type Error = refusal.Error

// The exceptions of the CloudTrail API that operations on channels answer with, and
// those of PutAuditEvents.
const (
	CodeTooMany           = "ChannelMaxLimitExceededException"
	CodeInvalidSource     = "InvalidSourceException"
	CodeExists            = "ChannelAlreadyExistsException"
	CodeARNInvalid        = "ChannelARNInvalidException"
	CodeNotFound          = "ChannelNotFoundException"
	CodeInvalidParameter  = "InvalidParameterException"
	CodeInvalidTag        = "InvalidTagParameterException"
	CodeTagsLimitExceeded = "TagsLimitExceededException"

	CodePutNoChannel  = "ChannelNotFound"
	CodePutInvalidARN = "InvalidChannelARN"
	CodePutPermission = "ChannelInsufficientPermission"
	CodePutDuplicate  = "DuplicatedAuditEventId"
	CodePutTooLarge   = "ValidationException"
)
