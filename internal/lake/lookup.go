package lake

import (
	"time"

	"github.com/cairntrail/cairn/internal/event"
)

// AttributeKey is one of the eight lookup attributes of LookupEvents.
type AttributeKey string

// The lookup attributes, spelt as the API spells them.
const (
	EventID      AttributeKey = "EventId"
	EventName    AttributeKey = "EventName"
	ReadOnly     AttributeKey = "ReadOnly"
	Username     AttributeKey = "Username"
	ResourceType AttributeKey = "ResourceType"
	ResourceName AttributeKey = "ResourceName"
	EventSource  AttributeKey = "EventSource"
	AccessKeyID  AttributeKey = "AccessKeyId"
)

// Attribute asks for events whose attribute has exactly this value.
type Attribute struct {
	Key   AttributeKey
	Value string
}

// Position is an event's place in the history of its account and Region:
// newest first by Time, then by Ordinal, which grows in journal order.
type Position struct {
	// Time is eventTime in Unix seconds.
	Time int64
	// Ordinal is unique in the history.
	Ordinal uint64
}

// LookupQuery asks for management events of one account and Region, newest
// first.
type LookupQuery struct {
	AccountID, Region string
	// Attributes are combined with AND; none means every event.
	Attributes []Attribute
	// Start and End bound eventTime, both inclusive; zero means open.
	Start, End time.Time
	// Limit is the most events in a page, at least 1.
	Limit int
	// After continues behind the last event of the page before.
	After *Position
}

// LookupEvent is one event of a page.
type LookupEvent struct {
	event.Envelope
	Position
	// Raw is the record byte for byte as it was recorded.
	Raw []byte
}

// LookupPage is one page of a lookup.
type LookupPage struct {
	Events []LookupEvent
	// Next continues the lookup; nil when there is nothing more.
	Next *Position
}
