// Package datastore keeps event data stores, and fills their tables.
//
// [Service] answers the operations of CloudTrail's API on event data stores as
// CloudTrail does: what a store selects, how long it keeps events, its life from
// CREATED to PENDING_DELETION. [Ingester] is the other half: for each store it
// reads the journal through a tap of its own, takes what the store selects, and
// hands it to the store's table.
//
// It guarantees that an event that was recorded while a store ingested, and that
// the store selects, is in the store's table exactly once, whatever is killed in
// between; and that nothing is in it that was recorded while the store did not
// ingest. This follows from three things. What a store takes changes by an
// [Epoch], which begins behind a batch of the journal, so that it depends on the
// journal and on no clock. A table commits rows together with the sequence of the
// last batch that they are from, so that what a crash repeats is skipped. And the
// journal keeps, from before a store begins to ingest, what its table does not
// have yet.
//
// The states that CloudTrail calls short-lived are true ones. A store is CREATED
// until it has a table and its tap is open, STARTING_INGESTION until the tap is,
// and STOPPING_INGESTION until what was recorded before is in the table. A table
// that fails holds back its own store, and the deletion of the batches that this
// store has not taken, and nothing else.
//
// On disk there are the collections "eventdatastores", by the store's id, and
// "eventdatastores.progress", with how far a store is where its table does not
// tell. Goroutines: one for each store, and one that reads its tap; all end with
// [Ingester.Run]. [Usage] has none but its Run's. Locks: the ingester's guards its list of workers and is held for
// no longer than a look at it.
//
// What it does not do: it does not know what a table is made of, it runs no
// queries, and it does not route Insights events to the store that a source names:
// a store takes what its selectors select of its account, and of events from outside
// AWS those of the channels that deliver to it.
package datastore
