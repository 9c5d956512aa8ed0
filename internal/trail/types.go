// Package trail keeps trails: what they select, where their log files go, and how
// far they are; and it delivers them.
package trail

import (
	"time"

	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/selector"
)

// Trail is a trail as the store keeps it, in the collection "trails" under its
// ARN. The API changes it; delivery reads it.
type Trail struct {
	Name       string `json:"name"`
	ARN        string `json:"arn"`
	AccountID  string `json:"accountId"`
	HomeRegion string `json:"homeRegion"`

	S3BucketName string `json:"s3BucketName"`
	S3KeyPrefix  string `json:"s3KeyPrefix,omitempty"`
	SNSTopicARN  string `json:"snsTopicArn,omitempty"`
	KMSKeyID     string `json:"kmsKeyId,omitempty"`
	// CloudWatchLogsLogGroupARN and CloudWatchLogsRoleARN are both set or none.
	CloudWatchLogsLogGroupARN string `json:"cloudWatchLogsLogGroupArn,omitempty"`
	CloudWatchLogsRoleARN     string `json:"cloudWatchLogsRoleArn,omitempty"`

	LogFileValidation bool `json:"logFileValidation"`
	Organization      bool `json:"organization,omitempty"`
	// InsightSelectors are kept and answered; Insights events come later.
	InsightSelectors []selector.InsightSelector `json:"insightSelectors,omitempty"`
	Tags             []Tag                      `json:"tags,omitempty"`
	Created          time.Time                  `json:"created"`
	// StartLogging and StopLogging are when logging was last started and stopped.
	StartLogging time.Time `json:"startLogging,omitzero"`
	StopLogging  time.Time `json:"stopLogging,omitzero"`

	// Epochs say what the trail logs, oldest first; the last one holds now.
	// Epochs that delivery has passed are dropped.
	Epochs []Epoch `json:"epochs"`
}

// Epoch is what a trail logs from a place in the journal on. What a log file has
// follows from the journal's batches and the epochs, and from no clock, so that
// a window that is delivered again is the same.
type Epoch struct {
	// After is the sequence of the last journal batch that the epoch before holds
	// for.
	After               uint64             `json:"after"`
	Logging             bool               `json:"logging"`
	MultiRegion         bool               `json:"multiRegion"`
	GlobalServiceEvents bool               `json:"globalServiceEvents"`
	Selectors           selector.Selectors `json:"selectors"`
}

// Tag is a tag of a trail.
type Tag = naming.Tag

// Now is the epoch that holds now.
func (t *Trail) Now() Epoch {
	if len(t.Epochs) == 0 {
		return Epoch{}
	}
	return t.Epochs[len(t.Epochs)-1]
}

// Status is how far the delivery of a trail is, in the collection
// "trails.status" under the trail's ARN. Delivery alone changes it, together
// with what it delivered in one transaction.
type Status struct {
	// Sequence is the last journal batch whose events are in log files.
	Sequence uint64 `json:"sequence"`

	Logs          Delivery `json:"logs"`
	Digests       Delivery `json:"digests"`
	Notifications Delivery `json:"notifications"`
	// CloudWatch is kept by the Forwarder, in its own place.
	CloudWatch Delivery `json:"-"`
}

// Delivery is what GetTrailStatus tells of one kind of delivery.
type Delivery struct {
	// Attempted is when delivery was last tried, Succeeded when it last worked.
	Attempted time.Time `json:"attempted,omitzero"`
	Succeeded time.Time `json:"succeeded,omitzero"`
	// Error is the code of the last failure, such as NoSuchBucket or AccessDenied;
	// empty since it worked again.
	Error string `json:"error,omitempty"`
}
