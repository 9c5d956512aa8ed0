// Package notify delivers what a trail delivers besides its log files: notices
// to an SNS topic, records to CloudWatch Logs and to EventBridge, and notices to
// a signed webhook.
//
// It guarantees at least once: a call that returns nil was acknowledged in full
// by the other side, and one that fails says in [Error.Done] how much need not
// be sent again. What was sent when an answer got lost is sent twice. Records
// are sent byte for byte as they were recorded; those that are larger than the
// other side takes are left out and counted.
//
// A call tries a few times, in seconds, and then gives up. Whether to call again
// later is the caller's affair, who knows [Error.Retry].
//
// A [Sinks] reads no environment variables, no profiles and no metadata service:
// endpoints and credentials are those it is given. It has no goroutines besides
// those of its connections, and no files. Its lock guards the credentials of
// roles and is never held during a request.
//
// What it does not do: it knows no trails, selects no records, keeps no queue
// and no status, and does not see to it that an event that two trails log
// reaches a bus once.
package notify
