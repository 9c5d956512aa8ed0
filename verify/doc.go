// Package verify checks the log files that a trail delivered against the chain
// of signed digest files: CloudTrail's, or those of anything that writes the
// same format. It needs nothing but the files and the public keys, so it works
// offline, and imports the standard library only: auditors may build it into
// programs of their own.
//
// It reports what the AWS CLI's validate-logs reports, with the same messages,
// and what that does not see: bytes behind the gzip member of a file, log files
// that no valid digest names, runs of digests that are gone, and times for which
// there never was one.
//
// [Validate] reads several files at once, holds a bounded number of them, and
// gives its findings in the order of the chain, from the newest digest to the
// oldest. What it does not do: it trusts the keys it is given.
//
// [Results] checks the results of a query of CloudTrail Lake, or of Cairn, that were
// written to a bucket, as the AWS CLI's verify-query-results does.
//
// Source of the formats: "Validating CloudTrail log file integrity", "CloudTrail
// digest file structure" and "Validate CloudTrail Lake saved query results", AWS
// CloudTrail User Guide.
package verify
