// Package table keeps the events of event data stores in Apache Iceberg tables: one a
// store, partitioned by the day of the event's time, in Parquet files that are sorted
// by it.
//
// What it guarantees:
//
//   - [Table.Append] commits events together with the sequence of the journal that
//     they end at, in one change of the table's metadata. What a crash makes the
//     journal give out again is skipped: each event is in the table once.
//   - A file counts from the moment the catalogue points at metadata that has it, and
//     is synced before. What a crash leaves beside that is removed later.
//   - No record is lost for being odd: package shred.
//   - Any reader of Iceberg can read a table, at any moment.
//   - A [Plan] names the files that a question has to read and no more, and keeps
//     them until it is released, whatever is merged or deleted meanwhile.
//   - Small files are merged while more come, so that their number stays bounded.
//   - What is older than the retention is never read through a Plan, leaves by whole
//     days, and with the next merge of its day.
//
// Files: the catalogue, an SQLite file or a PostgreSQL database, in the layout of
// Iceberg's JDBC catalogue, namespace "lake", a table named after the store's id. Below
// the root, a folder for each table with data and metadata; their places in the
// metadata are URIs below Config.Warehouse. See docs/format/tables.md.
//
// One process writes to a warehouse. Locks: each table has one over its commits, which
// is held over a write to the catalogue, and one over its state, which is not; the
// first is taken before the second. Goroutines: those of [Warehouse.Run].
package table
