// Package houserules holds the rules of this repository that a program can
// check, as tests: floors and imports, comments, dependencies, documents.
//
// It exports nothing, and nothing imports it. A rule's failure says what to do;
// to allow an exception, add a row with its reason to the rule's table.
package houserules
