// Package redact hides values in records: what CloudTrail hides of each
// service, and what an operator's rules add.
//
// It works on trees of package decode, so that a recorder hides before it
// writes, and on recorded events as text ([Rules.Record]). A rule names an event
// source, event names, and a path; what stands there is dropped, replaced by a
// literal, or replaced by a token: a keyed hash that is the same for the same
// value, so that events can still be joined by it. See [Parse] for the file of
// an operator's rules and [Builtin] for the table of CloudTrail's.
//
// It guarantees that:
//
//   - a rule hides whatever stands at its path, of any type, on failed calls as
//     on successful ones; names are compared without regard to the case of ASCII
//     letters, since that errs towards hiding, and lets a rule hold for the
//     model's names (MasterUserPassword) and for the record's
//     (masterUserPassword);
//   - rules only hide. Where several hide the same value the first one decides
//     how, in the order of the set and, in [Combine], of the sets. A rule for a
//     value goes before those for what is in it;
//   - trees are changed in place at their root only: slices that a caller
//     shares with another tree stay as they are;
//   - recorded events stay the same byte for byte outside of the members in
//     which something was hidden, and are returned as they are where nothing was;
//   - no value reaches an error, or a [Hidden], which has its kind and length.
//
// What is sensitive by the service model is the caller's to say, with
// [Sensitive], such as [ByModel]. The package does not decide which members a record has, or hide
// inside of a string: a secret in the middle of a longer text takes a rule for
// the whole text.
//
// It has no goroutines and no files of its own; [Load] reads the rules and key
// files once. A [Rules] does not change and may be used by many goroutines; the
// rules that concern a call are found once and kept in a cache of bounded size,
// behind a lock that readers share.
package redact
