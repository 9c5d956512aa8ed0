// Package duck runs SQL in DuckDB, locked down. It is the only package that links
// DuckDB, which needs cgo and a C++ compiler, and makes every program that has it
// slow to link: what does not need an engine does not import it.
//
// What it guarantees:
//
//   - An [Engine] is a database in memory with one connection, made for one
//     question and thrown away. It sees the files it was opened with and no other:
//     external access is off, extensions are neither loaded nor fetched, and the
//     configuration is locked before the first statement of a caller runs.
//   - [Engine.Query] takes one SELECT. Everything else that can be said in SQL, a
//     second statement after a semicolon included, is refused by the type of
//     the statement as DuckDB itself parsed it.
//   - Functions that show what is not a caller's affair (settings, secrets, files,
//     the catalogue) are hidden behind macros that fail. This is the second line:
//     the first is that statements come from trinosql, which names only what it
//     knows.
//   - Rows are streamed: a result is never in memory as a whole. When ctx ends, the
//     engine is interrupted, while it computes as well as while it streams.
//   - An error or a panic of a Go function is an error of the statement.
//
// Memory that DuckDB manages is bounded by Config.MemoryLimit; what does not fit
// is spilled to Config.Spill, a folder of the engine's own that Close removes.
//
// Goroutines: none outlives a call. Locks: an Engine is for one goroutine.
package duck
