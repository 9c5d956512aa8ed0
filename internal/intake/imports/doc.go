// Package imports copies the events of log files in S3 buckets into event data
// stores: StartImport and its relatives.
//
// It guarantees that each event of a log file that counts as completed is in the
// store once, whatever stops, fails or is killed in between: how far an import is,
// with its statistics, is committed to the store's table together with the events
// (see [Table]). A file is imported as a whole or not at all; one that cannot be is
// a failure with its reason, and the others go on. Retrying an import goes on behind
// where it stopped, and then tries the files that failed.
//
// Selectors and Regions of the store do not count, and events that are older than it
// keeps them are left out ("Copy trail events to CloudTrail Lake", CloudTrail User
// Guide). Events of log files that are copied twice, by two imports, are there twice.
//
// Imports rest in the collection "imports" of the control-plane store, and failures
// in "imports.failures". One import runs at a time for each account and Region; it
// reads some files ahead, in the order of their keys, and commits in that order. Run
// waits for all goroutines.
package imports

import (
	"fmt"
	"time"

	"github.com/cairntrail/cairn/internal/refusal"
)

// Status is the state of an import.
type Status string

// The states of imports.
const (
	Initializing Status = "INITIALIZING"
	InProgress   Status = "IN_PROGRESS"
	Failed       Status = "FAILED"
	Stopped      Status = "STOPPED"
	Completed    Status = "COMPLETED"
)

// Statistics say how far an import is. Files and events count when they are in the
// store's table.
type Statistics struct {
	PrefixesFound     int64 `json:"prefixesFound"`
	PrefixesCompleted int64 `json:"prefixesCompleted"`
	FilesCompleted    int64 `json:"filesCompleted"`
	EventsCompleted   int64 `json:"eventsCompleted"`
	FailedEntries     int64 `json:"failedEntries"`
}

// Source is where log files are.
type Source struct {
	// URI is s3://BUCKET/PREFIX.
	URI     string `json:"uri"`
	Region  string `json:"region"`
	RoleARN string `json:"roleArn"`
}

// Import is an import as the store keeps it, under its id.
type Import struct {
	ID        string `json:"id"`
	AccountID string `json:"accountId"`
	Region    string `json:"region"`
	// StoreID and StoreARN are the event data store's.
	StoreID  string `json:"storeId"`
	StoreARN string `json:"storeArn"`
	Source   Source `json:"source"`
	// Start and End bound the eventTime of what is imported, both inclusive; zero is
	// no bound.
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
	// Oldest is what the store's retention left of the past when the import began.
	Oldest  time.Time `json:"oldest"`
	Status  Status    `json:"status"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	// Statistics are those of the last look; the table has the truth of what is
	// completed.
	Statistics Statistics `json:"statistics"`
	// Attempt counts how often the import was started again. Earlier has what the
	// tries of failed files have completed in the first Folded attempts.
	Attempt int        `json:"attempt,omitempty"`
	Earlier Statistics `json:"earlier,omitzero"`
	Folded  int        `json:"folded,omitempty"`
}

// again is the source under which an attempt's tries of failed files stand in the
// table.
func (im *Import) again(attempt int) string { return fmt.Sprintf("%s/%d", im.ID, attempt) }

// fold makes what an attempt has completed part of Earlier, once.
func (im *Import) fold(attempt int, st Statistics) {
	if im.Folded > attempt {
		return
	}
	im.Folded = attempt + 1
	im.Earlier.FilesCompleted += st.FilesCompleted
	im.Earlier.EventsCompleted += st.EventsCompleted
}

// The states of failures.
const (
	FailureFailed    = "FAILED"
	FailureRetry     = "RETRY"
	FailureSucceeded = "SUCCEEDED"
)

// Failure is a file that could not be imported.
type Failure struct {
	Location  string    `json:"location"`
	Status    string    `json:"status"`
	ErrorType string    `json:"errorType"`
	Message   string    `json:"message"`
	Updated   time.Time `json:"updated"`
}

// Caller is whose imports are meant.
type Caller struct{ AccountID, Region string }

// Error refuses an operation. Code is the name of the CloudTrail API's exception and
// Message its text, both for the caller.
type Error = refusal.Error

// The exceptions of the operations on imports, besides those of event data stores.
const (
	CodeOngoing          = "AccountHasOngoingImportException"
	CodeInvalidSource    = "InvalidImportSourceException"
	CodeNotFound         = "ImportNotFoundException"
	CodeInvalidParameter = "InvalidParameterException"
)
