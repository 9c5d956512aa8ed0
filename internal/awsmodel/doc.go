// Package awsmodel is the catalogue of AWS services and recognizes calls to
// them.
//
// The catalogue has every service and operation of the public service models:
// names, protocols, HTTP bindings, the member trees of inputs, outputs and
// errors with where each member travels, which members are sensitive, which
// operations read, and idempotency tokens. It has no prose, no limits, no
// enumerations and no endpoint rules.
//
// The embedded file, catalogue.bin, has 424 services with 18,378 operations in
// 1.95 MB; it was distilled from botocore 1.43.11 by the command modelgen. On a
// 2.5 GHz Xeon (BenchmarkOpen, BenchmarkLoad) Open takes 0.5 ms, because it
// reads the index only; a service is unpacked when it is first used, in 4 to 8 ms for
// EC2, the largest, and 0.3 ms on average. The format is described in file.go. A
// folder of newer models extends a catalogue at start, through package distill,
// which the generator uses too.
//
// [Recognizer] tells which call a request is, from the credential scope, the
// host, X-Amz-Target, Action, or method and path. It guarantees that it never
// fails and looks at no more of a request than its head and the start of a
// form; what it cannot tell it says in [Missing]. It believes the request: it
// verifies no signature, and knows no regions or accounts.
//
// A catalogue may be used by many goroutines. Extend serializes itself with a
// mutex and replaces the index; nothing that was handed out changes. There are
// no files on disk and no goroutines.
//
// Not here: the reading of inputs and outputs, which is package decode;
// signatures; the names CloudTrail gives to operations and services where they
// differ from the models' (Lambda's versioned event names, for one); earlier API
// versions of a service, which are recognized where they agree with the newest;
// the data planes of what a service hosts for its customers, such as
// OpenSearch domains and execute-api.
package awsmodel
