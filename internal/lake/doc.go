// Package lake keeps events as tables. Its first table is the event history:
// all management events of the last 90 days, per account and Region; see
// [History].
//
// It guarantees that an event is visible once the journal's batch was read, that
// it is there once, with exactly its bytes, and that it leaves at its time. On
// disk there are pairs of files, NAME.parquet and NAME.idx (docs/format/history.md),
// which count from the moment the manifest in the control-plane store names
// them. A crash anywhere loses nothing and leaves nothing: what the manifest does
// not name is removed at the next start, and what it lacks is read from the
// journal again.
//
// What it does not do: it does not know how events came, and it changes none.
package lake
