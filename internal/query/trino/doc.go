// Package trino runs SQL on a Trino server, over the same Iceberg tables that
// DuckDB reads in the process. It is the engine for many machines.
//
// What it guarantees:
//
//   - Values are those of package value, whatever the protocol makes of them, and
//     types are Trino's, so that a result reads the same from either engine.
//   - [Stats] are the coordinator's own figures, the last ones that it gave before a
//     statement ended, and not an estimate.
//   - A statement whose ctx ends, or whose rows are closed early, is canceled on the
//     server: it does not run on for nobody.
//   - Errors of a statement are [trinosql.Error] with Trino's name of the error.
//     Everything else is an error of the way to the server.
//   - Requests go to the configured server and to no other, whatever a response
//     says the next address is.
//
// What it does not do: it takes any SQL that it is given. Statements come from
// trinosql, which prints them from a checked tree.
//
// Goroutines: the driver's, which end with the rows. Locks: an [Engine] may be
// used by many goroutines, [Rows] by one; [Rows.Stats] by any.
package trino
