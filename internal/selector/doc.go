// Package selector is CloudTrail's basic and advanced event selectors: their
// JSON, their validation, and matching events against them.
//
// It guarantees that what [Selectors.Validate] accepts is within the rules and
// quotas of the CloudTrail User Guide ("Logging management events", "Logging
// data events", "Logging network activity events"), that [Compile] takes
// whatever Validate accepts, and that [Matcher.Match] decides as the guide's
// "How CloudTrail evaluates multiple conditions for a field" says: an event is
// selected when any selector selects it; a selector selects it when all of its
// fields hold; a field holds when none of its Not operators hits and, where it
// has other operators, one of their values does. Comparison is of whole
// strings, with case, without wildcards.
//
// A field that the event lacks hits nothing: Not operators hold, the others do
// not. Conditions on resources.ARN look only at those resources of the event
// that have the selector's resources.type; of these, one has to be selected and
// none excluded.
//
// Numbers after "line" in tables and comments are lines of the plain text of
// the CloudTrail User Guide that the rule was taken from. Rules without one
// come from the service model or, where they say so, are Cairn's own.
//
// The package does not know trails or event data stores: it stores nothing,
// and Regions, accounts, organizations and the delivery of one event to several
// accounts are its caller's. It does not decide Event history, which ignores
// selectors, or Insights selectors. It has no goroutines and no locks: a
// Matcher does not change once compiled and may be used by many at once.
package selector
