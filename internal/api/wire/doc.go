// Package wire reads and writes the AWS protocols that Cairn speaks: AWS JSON
// 1.1, REST JSON and AWS query with XML answers.
//
// In this house it is the ground floor of the API: the service packages hold
// generated tables of [Shape]s, and everything here works on those tables and
// on [Value], an ordered tree of what was sent. A request body becomes a Value
// ([ParseJSON], [ParseQuery]), is brought into the form of its shape
// ([Coerce]), checked against the shape's constraints ([Validate]), decoded
// into the generated Go struct, and rendered in the spelling of CloudTrail
// records ([AppendRecord]).
//
// It guarantees that no input makes it panic or recurse deeper than
// [MaxDepth], and that a coerced Value contains members of its shape only,
// each once, in the order sent. It knows no operation, no caller and no HTTP
// server. It has no locks and starts no goroutines; tables are read-only,
// except that a [Pattern] compiles itself once, on first use.
package wire
