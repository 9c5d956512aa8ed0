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
// JSON, whatever the call's bytes were, within the limits of package decode. Blobs
// are left out. Hiding is package redact's, which comes after it and finds at
// each field the member of the model; only EC2's and S3's parameters, which are
// not by the model, are hidden here. It keeps no state and starts no goroutines.
package style
