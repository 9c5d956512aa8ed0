// Package trinosql understands the SELECT statements of Trino: it reads them,
// checks them against the tables that a caller may query, and writes them
// again, for DuckDB or for Trino.
//
// What it guarantees:
//
//   - Only a single query passes. Every other kind of statement is refused by
//     its name, and so is a second statement after a semicolon.
//   - A checked statement names nothing but tables that the [Catalog] gave,
//     functions of the registry, and types of Trino. Nothing of what a caller
//     wrote reaches an engine unread: identifiers are made anew or quoted,
//     literals are escaped, and what is printed is printed from the checked tree.
//   - Meaning is Trino's. Where DuckDB means something else by the same word, the
//     printed text says what Trino means; where DuckDB has no word, a macro or a
//     function of this package says it ([Macros], [Functions]).
//   - The size of a statement, its nesting, and the size of what is printed are
//     bounded, so that no text makes the package panic or run away.
//
// What it does not do: it runs nothing, opens nothing, and knows no engine's
// driver. The package that does hands rows to [Format], and an engine's errors to
// [EngineError].
//
// Time zones: a session's zone is UTC. The current time is given in [Options], so
// that every mention of it in a statement, and the bounds that are read out of it,
// agree.
package trinosql
