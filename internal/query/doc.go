// Package query keeps the life of queries over event data stores: started,
// queued, run by an engine, their results read page by page and delivered to a
// bucket, and after seven days forgotten.
//
// It guarantees:
//
//   - A query reads event data stores of its caller's account and Region, which
//     are not pending deletion, and which the caller's policies allow; its results
//     are given out on the same terms.
//   - A query is in the store before StartQuery answers. Whatever is killed, the
//     next start tells the truth: what did not end is FAILED and says so; what
//     ended has the results and figures that it had, and what was to be delivered
//     to a bucket is delivered, with the same bytes under the same names.
//   - A state is final once it is one of FINISHED, FAILED, CANCELLED and TIMED_OUT.
//     Of two that end a query at once the first wins.
//   - Cancelling stops the engine.
//   - Results are not held in memory. They are bounded, one query's and all
//     together, and so are the queries of an account that wait or run.
//
// The life cycle knows engines by the interface [Engine] only.
//
// On disk there are the collection "queries", under ACCOUNT/REGION/ID, the
// collection "queries.aliases", under ACCOUNT/REGION/ALIAS, and, in the folder of
// [Config.Dir], a file ID.rows for each query with results (see
// docs/format/query-results.md) and the folder scratch, where engines spill.
//
// Goroutines: [Service.Run] has one for each query that runs, one for each that is
// delivered, and one that forgets; it waits for all of them. Locks: Service.mu
// guards the list of queries that wait, run or are delivered, and the state of
// each; a spool's lock guards its file. Neither is held while something waits for
// an engine or a bucket; Service.mu is taken before a spool's, never behind.
//
// What it does not do: it does not know HTTP, nor what a table is made of, and it
// does not run on many machines: a query belongs to the process that took it.
package query
