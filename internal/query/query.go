package query

import (
	"time"
)

// Status is where a query is in its life.
type Status string

// The six states ("Run a query and save query results", CloudTrail User Guide, and
// QueryStatus of the CloudTrail API reference).
const (
	Queued    Status = "QUEUED"
	Running   Status = "RUNNING"
	Finished  Status = "FINISHED"
	Failed    Status = "FAILED"
	Cancelled Status = "CANCELLED"
	TimedOut  Status = "TIMED_OUT"
)

// Ended tells whether a state is final.
func (s Status) Ended() bool { return s != Queued && s != Running }

// statuses are all of them.
var statuses = []Status{Queued, Running, Finished, Failed, Cancelled, TimedOut}

// DeliveryStatus is how far the delivery of results to a bucket is.
type DeliveryStatus string

// The nine states of a delivery (DeliveryStatus of the CloudTrail API reference).
const (
	DeliveryPending           DeliveryStatus = "PENDING"
	DeliverySuccess           DeliveryStatus = "SUCCESS"
	DeliveryFailed            DeliveryStatus = "FAILED"
	DeliveryFailedSigning     DeliveryStatus = "FAILED_SIGNING_FILE"
	DeliveryResourceNotFound  DeliveryStatus = "RESOURCE_NOT_FOUND"
	DeliveryAccessDenied      DeliveryStatus = "ACCESS_DENIED"
	DeliveryAccessDeniedSigns DeliveryStatus = "ACCESS_DENIED_SIGNING_FILE"
	DeliveryCancelled         DeliveryStatus = "CANCELLED"
	// DeliveryUnknown is that of a bucket that gave no answer to the last attempt:
	// what was sent may be there or not.
	DeliveryUnknown DeliveryStatus = "UNKNOWN"
)

// Query is a query as the control plane keeps it, in the collection "queries".
type Query struct {
	ID        string `json:"id"`
	AccountID string `json:"accountId"`
	Region    string `json:"region"`
	// Sequence orders the queries of an installation by when they were started.
	Sequence uint64 `json:"sequence"`

	// Statement is as the caller wrote it, and Parameters what stands for its
	// question marks.
	Statement  string   `json:"statement"`
	Parameters []string `json:"parameters,omitempty"`
	// Alias is what named the statement, RefreshID the refresh of a dashboard that
	// it was run for, and Prompt what the statement was made from; empty for none.
	Alias     string `json:"alias,omitempty"`
	RefreshID string `json:"refreshId,omitempty"`
	Prompt    string `json:"prompt,omitempty"`
	// Stores are the event data stores that the statement reads.
	Stores []StoreName `json:"stores"`
	// Columns are the names of the result's columns, which need not differ.
	Columns []string `json:"columns"`
	// Types are theirs, as Trino writes types. Queries of older versions have none.
	Types []string `json:"types,omitempty"`

	Status Status `json:"status"`
	// Error is why the query is FAILED or TIMED_OUT, for the caller.
	Error string `json:"error,omitempty"`

	Created time.Time `json:"created"`
	// Started is when it began to run and Ended when it ended; zero before.
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`

	Statistics Statistics `json:"statistics"`
	// Rows is how many rows there are to read, and Bytes the length of the file that
	// has them.
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"`

	// Delivery is nil when the results go nowhere.
	Delivery *Delivery `json:"delivery,omitempty"`
}

// StoreName names an event data store.
type StoreName struct {
	ID  string `json:"id"`
	ARN string `json:"arn"`
}

// Delivery is where the results of a query go.
type Delivery struct {
	// URI is as the caller wrote it: s3://BUCKET or s3://BUCKET/PREFIX.
	URI    string         `json:"uri"`
	Bucket string         `json:"bucket"`
	Prefix string         `json:"prefix,omitempty"`
	Status DeliveryStatus `json:"status"`
}

// Took is how long the query ran, up to now if it still does.
func (q *Query) Took(now time.Time) time.Duration {
	switch {
	case q.Started.IsZero():
		return 0
	case q.Ended.IsZero():
		return max(now.Sub(q.Started), 0)
	}
	return max(q.Ended.Sub(q.Started), 0)
}

// Reads tells whether the query reads an event data store.
func (q *Query) Reads(store string) bool {
	for _, s := range q.Stores {
		if s.ID == store {
			return true
		}
	}
	return false
}

func (q *Query) key() string { return key(q.AccountID, q.Region, q.ID) }

// key is under what a query or an alias is kept.
func key(account, region, name string) string { return account + "/" + region + "/" + name }
