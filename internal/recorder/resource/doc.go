// Package resource knows which resources a call touches: what goes into the
// resources array of a CloudTrail record, which calls are data events and of
// which resource types, and which other accounts own what was touched.
//
// It is tables: a [Row] says of operations of one service that their calls
// touch a resource of a type, and gives the ARN as a template over the members
// of the call's input and output. Adding what AWS adds is adding a row. All
// resource types of data events that CloudTrail documents have a row, also
// those that no call here can touch; such a row says why.
//
// What the rows rest on is in [Row.Source], and it is not equally sure. Rows
// from records or documented examples were compared with them; unchecked rows
// were not; inferred rows follow from the service model. Where it was open
// whether an operation makes data events, it is left a management event, which
// is recorded by default.
//
// Three choices are the package's own. Calls of the RDS Data API are management
// events, as the records in the user guide are, though the guide has a data
// event type for them: their rows are [Off] and do nothing. A data event whose
// resource cannot be told from the call, such as the stream behind a shard
// iterator, has a resource with type and account only where its row is Bare, so
// that selectors by type find it. And a call names at most [maxResources]
// resources.
//
// The package does not look anything up: aliases of keys and access points,
// identities and tokens stand for resources that only the service knows. It
// verifies nothing: a resource is what the caller named, and it need not exist.
// It does not escape, shorten or redact. It has no files, no goroutines and no
// locks: the tables are compiled when the program starts and do not change.
package resource
