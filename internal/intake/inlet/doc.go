// Package inlet takes events that other systems recorded, as they send them: the
// audit webhooks of MinIO and Kubernetes, HashiCorp Vault's audit devices, Keystone's
// notifications, JSON of any form, logs of OpenTelemetry, configuration items and
// evidence, and the log files of CloudTrail itself.
//
// It guarantees that a sender is told yes only when all events of its document are
// durable in the journal, and that nothing is lost on the way: each entry of a
// document becomes one event that has the entry, as it was sent, in
// additionalEventData, and an entry that is not understood becomes one that says so.
// A sender that repeats a document repeats its events under the same eventIDs.
//
// What a document means is decided by a [Decoder], a function of the document alone;
// [Server] is HTTP around one, [Lines] sockets and files with an entry a line, and
// [Follower] reads a bucket of CloudTrail's. Positions rest in the collections
// "inlets.files" and "inlets.positions" of the control-plane store. Goroutines run
// below the Run methods, which wait for them.
package inlet

import (
	"context"
	"encoding/json"
	"time"
)

// Event is an event of another system: the eventData of "CloudTrail Lake integrations
// event schema" in the CloudTrail User Guide. What a field cannot hold is cut, since
// Original has the whole.
type Event struct {
	// IdentityType and PrincipalID are who did it; Details has more about them.
	IdentityType, PrincipalID string
	Details                   map[string]any
	Source, Name              string
	// Time is zero when the entry has none: it is that of the arrival then.
	Time time.Time
	// UID is the sender's own id of the event; empty takes one from Original.
	UID                     string
	UserAgent, SourceIP     string
	ErrorCode, ErrorMessage string
	Request, Response       map[string]any
	// Extra is further members of additionalEventData.
	Extra map[string]any
	// Original is the entry as it was sent.
	Original []byte
	// Unmapped says why an entry was not understood; empty if it was.
	Unmapped string
}

// Batch is what a document has.
type Batch struct {
	Events []Event
	// Records are journal records, of the kinds that have no channel.
	Records []Record
	// Dropped is how many events, or parts of them, the sender says it dropped.
	Dropped int
	// Refused says why a document is refused as a whole; its sender keeps it.
	Refused string
}

// Record is an event of a category of its own.
type Record struct {
	Category, Type string
	// Account and Region are the event's; empty takes the inlet's.
	Account, Region string
	Time            time.Time
	Data            json.RawMessage
}

// Decoder reads a document. It does not fail: what it cannot read is an event too.
type Decoder func(doc []byte) Batch

// Sink takes what a document has. It returns when everything is durable, and with an
// error if the sender has to try again.
type Sink interface {
	Take(ctx context.Context, b Batch) error
	// Ready tells whether Take would take events now.
	Ready() error
}
