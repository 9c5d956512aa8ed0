// Package encode writes the requests and answers of AWS calls, by the shapes
// of package awsmodel. It is the inverse of package decode, for tests and for
// upstreams that stand in for AWS.
//
// It writes JSON 1.0 and 1.1, REST-JSON, REST-XML, query, EC2 and RPC v2 CBOR.
// Values have the names of the model, as decode returns them. Their scalars may
// be of any kind: a Text "true" for a boolean is written as a boolean, the Text
// of a number as a number, and a time in any of the forms of CloudTrail records
// as the protocol and the member have it. The Text of a blob is base64, its
// Bytes are raw. What cannot be converted is written as it is, so that a test
// can send what is wrong. Fields the model does not have are written under
// their own names in bodies, and nowhere else.
//
// It guarantees that decode reads the value back that was written, apart from
// what a protocol has no form for: nulls outside of JSON and CBOR, structures
// and maps without fields in forms, lists without items in EC2 and in headers,
// fractions of seconds in headers, and characters that XML does not allow,
// which become U+FFFD.
//
// It does not check values against the model, fill in what is required, make
// idempotency tokens or checksums, or write event streams: those are given as
// bytes. Buckets are in the path. It keeps no state, and has no files, locks or
// goroutines.
package encode
