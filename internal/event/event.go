// Package event is one CloudTrail record: its exact bytes plus a parsed
// envelope for routing and lookup.
//
// It guarantees that a record that [Parse] accepts is valid JSON in valid
// UTF-8, nested at most [MaxDepth] levels, no larger than [MaxSize], without
// duplicate keys at the levels it reads, and carries an eventID and an
// eventTime. The bytes themselves are never changed: nothing in Cairn
// serializes an event again.
package event

import "time"

// Envelope is what Cairn reads of a record. Strings may share memory with the
// record they were parsed from.
type Envelope struct {
	EventID     string
	EventTime   time.Time
	EventName   string
	EventSource string
	EventType   string
	// Category is "Management", "Data", "NetworkActivity" or "Insight"; records
	// older than eventVersion 1.07 have none and count as "Management" unless
	// managementEvent is false.
	Category string
	// AccountID is recipientAccountId or, where that is absent,
	// userIdentity.accountId.
	AccountID string
	Region    string
	// Username is userIdentity.userName; for role sessions, which have none,
	// the role session name (the last part of principalId), as LookupEvents
	// reports it; for root "root".
	Username    string
	AccessKeyID string
	// ReadOnly is "true", "false" or, where the record has no such field, "".
	ReadOnly  string
	ErrorCode string
	Resources []Resource
}

// Resource is one thing that an event touched, as LookupEvents reports it.
type Resource struct {
	// Name is the ARN of the record's resources array, or a bare name found in
	// requestParameters or responseElements.
	Name string
	// Type is e.g. "AWS::S3::Bucket"; empty when the record does not tell.
	Type string
}
