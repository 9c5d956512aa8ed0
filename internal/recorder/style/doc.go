// Package style is how CloudTrail writes a call: the names and spelling of
// requestParameters and responseElements, eventSource and eventName, error
// codes, and what each service leaves out.
//
// The rules are few: members begin with a small letter, maps keep their keys,
// blobs are left out, times and numbers have the form of the service's
// protocol. Whatever a service does differently is a row of the tables in
// services.go, operations.go and ec2ops.go, each with its source, and not code.
//
// It guarantees that what it returns can be written with [Append] as valid
// JSON, whatever the call's bytes were, within the limits of package decode. It
// hides nothing but what the model marks as sensitive; redaction rules come
// after it. It keeps no state and starts no goroutines.
package style
