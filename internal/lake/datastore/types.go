package datastore

import (
	"slices"
	"time"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/selector"
)

// Status is where a store is in its life.
type Status string

// The six states ("Event data store lifecycle", CloudTrail User Guide).
const (
	Created           Status = "CREATED"
	Enabled           Status = "ENABLED"
	StartingIngestion Status = "STARTING_INGESTION"
	StoppingIngestion Status = "STOPPING_INGESTION"
	StoppedIngestion  Status = "STOPPED_INGESTION"
	PendingDeletion   Status = "PENDING_DELETION"
)

// The billing modes.
const (
	Extendable = "EXTENDABLE_RETENTION_PRICING"
	Fixed      = "FIXED_RETENTION_PRICING"
)

// Store is an event data store as the control plane keeps it, in the collection
// "eventdatastores" under its id.
type Store struct {
	// ID is a UUID, and the last part of ARN. It names the store's table too.
	ID        string `json:"id"`
	ARN       string `json:"arn"`
	Name      string `json:"name"`
	AccountID string `json:"accountId"`
	Region    string `json:"region"`

	Status Status `json:"status"`
	// Deleted is when the store was deleted, while it is pending deletion, and
	// Ingested tells whether it ingested before.
	Deleted  time.Time `json:"deleted,omitzero"`
	Ingested bool      `json:"ingested,omitempty"`
	// Gone tells that the seven days are over and the table is being removed: for
	// the API there is no such store any more.
	Gone bool `json:"gone,omitempty"`

	TerminationProtection bool   `json:"terminationProtection"`
	Organization          bool   `json:"organization,omitempty"`
	BillingMode           string `json:"billingMode"`
	// RetentionPeriod is in days, and counts from an event's eventTime.
	RetentionPeriod int `json:"retentionPeriod"`
	// KMSKeyID is an ARN, empty for none. It is kept and answered; tables are not
	// encrypted with it.
	KMSKeyID string `json:"kmsKeyId,omitempty"`

	// Configuration is what PutEventConfiguration set.
	Configuration EventConfiguration `json:"configuration"`
	// InsightSelectors and InsightsDestination are what PutInsightSelectors set;
	// the destination is the ARN of another store.
	InsightSelectors    []selector.InsightSelector `json:"insightSelectors,omitempty"`
	InsightsDestination string                     `json:"insightsDestination,omitempty"`

	Tags    []naming.Tag `json:"tags,omitempty"`
	Created time.Time    `json:"created"`
	// Updated is when the store was last changed, by a caller or by its own life.
	Updated time.Time `json:"updated"`

	// Epochs say what the store takes, oldest first; the last one holds now. Epochs
	// that ingestion has passed are dropped.
	Epochs []Epoch `json:"epochs"`
}

// Epoch is what a store takes from a place in the journal on.
type Epoch struct {
	// After is the sequence of the last journal batch that the epoch before holds
	// for.
	After       uint64                           `json:"after"`
	Ingesting   bool                             `json:"ingesting"`
	MultiRegion bool                             `json:"multiRegion"`
	Selectors   []selector.AdvancedEventSelector `json:"selectors"`
	// Channels are the ARNs of the channels whose events the store takes, sorted.
	Channels []string `json:"channels,omitempty"`
}

// Now is the epoch that holds now. Every store has one.
func (s *Store) Now() Epoch { return s.Epochs[len(s.Epochs)-1] }

// Categories are the event categories that the store holds, in the order of its
// selectors. They are of one kind: Management, Data and NetworkActivity, or one
// of the others alone.
func (s *Store) Categories() []string {
	return selector.Selectors{Advanced: s.Now().Selectors}.Categories()
}

// Category is the category whose schema the store's table has: the first one of
// its selectors. All CloudTrail events share one schema.
func (s *Store) Category() string {
	if c := s.Categories(); len(c) > 0 {
		return c[0]
	}
	return selector.Management
}

// Queryable tells whether queries may run on the store: not while it waits for
// its deletion.
func (s *Store) Queryable() bool { return s.Status != PendingDeletion }

// The values of EventConfiguration.MaxEventSize.
const (
	StandardSize = "Standard"
	LargeSize    = "Large"
)

// EventConfiguration is how large a store's events may be and what is added to
// them.
type EventConfiguration struct {
	// MaxEventSize is Standard (256 KB) or Large (1 MB).
	MaxEventSize        string               `json:"maxEventSize"`
	ContextKeySelectors []ContextKeySelector `json:"contextKeySelectors,omitempty"`
}

// The values of ContextKeySelector.Type.
const (
	TagContext     = "TagContext"
	RequestContext = "RequestContext"
)

// ContextKeySelector names the keys of one kind that are added to events.
type ContextKeySelector struct {
	Type   string   `json:"type"`
	Equals []string `json:"equals"`
}

// ofCloudTrail tells whether a category is one of those that a store may hold together.
func ofCloudTrail(category string) bool {
	return slices.Contains([]string{selector.Management, selector.Data, selector.NetworkActivity}, category)
}
