package selector

import "encoding/json"

// Values of EventSelector.ReadWriteType.
const (
	All       = "All"
	ReadOnly  = "ReadOnly"
	WriteOnly = "WriteOnly"
)

// Event categories, as eventCategory has them.
const (
	Management        = "Management"
	Data              = "Data"
	NetworkActivity   = "NetworkActivity"
	Insight           = "Insight"
	ConfigurationItem = "ConfigurationItem"
	ActivityAuditLog  = "ActivityAuditLog"
	Evidence          = "Evidence"
)

// EventSelector is a basic event selector of a trail (EventSelector of the
// CloudTrail API). Its JSON has the API's member names and defaults: members
// left out or null are read as ReadWriteType "All", IncludeManagementEvents
// true and empty lists, and all four are always written, as GetEventSelectors
// answers (lines 12874-12900). The zero value, in contrast, includes no
// management events.
type EventSelector struct {
	ReadWriteType           string
	IncludeManagementEvents bool
	DataResources           []DataResource
	// ExcludeManagementEventSources has "kms.amazonaws.com",
	// "rdsdata.amazonaws.com", both or none.
	ExcludeManagementEventSources []string
}

// DataResource is the resources of one type whose data events a basic selector
// logs (DataResource of the CloudTrail API).
type DataResource struct {
	Type string
	// Values are ARNs: for S3 what object ARNs begin with, else whole ones; or
	// what means all resources, like "arn:aws:s3:::".
	Values []string
}

// AdvancedEventSelector selects the events for which all of its field
// selectors hold (AdvancedEventSelector of the CloudTrail API).
type AdvancedEventSelector struct {
	// Name describes the selector to people; it need not be unique.
	Name           string `json:",omitempty"`
	FieldSelectors []FieldSelector
}

// FieldSelector is a condition on one field (AdvancedFieldSelector of the
// CloudTrail API). An operator that is nil is absent; one that is empty, and
// not nil, is an error that Validate reports.
type FieldSelector struct {
	Field         string
	Equals        []string `json:",omitempty"`
	StartsWith    []string `json:",omitempty"`
	EndsWith      []string `json:",omitempty"`
	NotEquals     []string `json:",omitempty"`
	NotStartsWith []string `json:",omitempty"`
	NotEndsWith   []string `json:",omitempty"`
}

// Selectors is what a trail or an event data store selects events by: basic
// selectors or advanced ones. Its JSON is the members of PutEventSelectors.
type Selectors struct {
	Basic    []EventSelector         `json:"EventSelectors,omitempty"`
	Advanced []AdvancedEventSelector `json:"AdvancedEventSelectors,omitempty"`
}

// Target is what selectors are for.
type Target uint8

// The targets. An event data store takes advanced selectors only (line 1590).
const (
	Trail Target = iota
	EventDataStore
)

// Default is what a target logs that was given no selectors: all management
// events and nothing else. A trail has it as a basic selector (lines 15569 and
// 16768), an event data store as an advanced one (line 5275).
func Default(t Target) Selectors {
	if t == Trail {
		return Selectors{Basic: []EventSelector{{
			ReadWriteType:                 All,
			IncludeManagementEvents:       true,
			DataResources:                 []DataResource{},
			ExcludeManagementEventSources: []string{},
		}}}
	}
	return Selectors{Advanced: []AdvancedEventSelector{{
		Name:           "Default management events",
		FieldSelectors: []FieldSelector{{Field: "eventCategory", Equals: []string{Management}}},
	}}}
}

// basicWire is an EventSelector whose members may be absent.
type basicWire struct {
	ReadWriteType                 *string
	IncludeManagementEvents       *bool
	DataResources                 []DataResource
	ExcludeManagementEventSources []string
}

func (w basicWire) selector() EventSelector {
	s := EventSelector{
		ReadWriteType:                 All,
		IncludeManagementEvents:       true,
		DataResources:                 w.DataResources,
		ExcludeManagementEventSources: w.ExcludeManagementEventSources,
	}
	if w.ReadWriteType != nil {
		s.ReadWriteType = *w.ReadWriteType
	}
	if w.IncludeManagementEvents != nil {
		s.IncludeManagementEvents = *w.IncludeManagementEvents
	}
	return s.echoed()
}

// echoed is s with [] for lists that are nil.
func (s EventSelector) echoed() EventSelector {
	resources := make([]DataResource, len(s.DataResources))
	for i, r := range s.DataResources {
		if r.Values == nil {
			r.Values = []string{}
		}
		resources[i] = r
	}
	s.DataResources = resources
	if s.ExcludeManagementEventSources == nil {
		s.ExcludeManagementEventSources = []string{}
	}
	return s
}

// UnmarshalJSON reads a selector and fills in the API's defaults.
func (s *EventSelector) UnmarshalJSON(data []byte) error {
	var w basicWire
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*s = w.selector()
	return nil
}

// MarshalJSON writes all four members, as CloudTrail echoes them.
func (s EventSelector) MarshalJSON() ([]byte, error) {
	type plain EventSelector
	return json.Marshal(plain(s.echoed()))
}
