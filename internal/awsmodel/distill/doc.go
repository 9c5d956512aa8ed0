// Package distill turns the public service models of AWS into Cairn's
// catalogue file: the facts that recognizing and reading a call needs, without
// the models' prose, examples, limits and enumerations.
//
// It reads the format that botocore ships (service-2.json, also gzipped, in a
// folder per service and API version) and that aws-sdk-go shipped (api-2.json).
// Both describe a service as metadata, operations and shapes.
//
// It guarantees that the same models give the same bytes, that shapes no
// operation reaches are left out, and that what it writes is what package
// awsmodel reads: both use the constants in format.go. The layout of the file
// is described where it is read, in package awsmodel.
//
// Traits that a model may put either on a shape or on the member that refers
// to it (locationName, flattened, xmlNamespace, streaming) are resolved here, onto
// the member, the member's own winning, as botocore does when it resolves a
// reference. Scalars and lists that do not differ in anything kept are merged
// and have no names.
//
// The package keeps no state, starts no goroutines and writes no files.
package distill
