// Package signin is who may use the web console: sign-in by password with a second
// factor, by access key, and by the federation endpoint; the sessions that come of
// it; and what people change of their own credentials.
//
// It guarantees that nobody has a session whose sign-in is not durably recorded, that
// a session ends when its principal, its password or its access key does, and that
// guessing gets slower with each failure, in a way that tells nobody which accounts
// and users there are.
//
// Sessions rest in the collection console.sessions of the control-plane store, each
// under the SHA-256 of its token, which only the browser has; a restart ends none. Nor
// does it end a lock-out: counts of failures that make somebody wait rest in
// console.lock-outs. Half-done sign-ins, sign-in tokens of the federation endpoint and
// counts that make nobody wait yet are in memory only. All are bounded. [Service.Run] is
// the one goroutine: it notices what ends by itself. One lock guards the sessions, one
// each the counts, the challenges and the tokens; none is held while a password is hashed
// or a record or the store is written.
//
// What it does not do: it serves no page and no call of CloudTrail; package console
// asks it who calls, with [Service.Authenticate].
package signin
