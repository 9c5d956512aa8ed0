// Package api is the wire: the CloudTrail API (AWS JSON 1.1), the CloudTrail
// Data API (REST JSON), the part of STS that issues credentials (AWS query),
// and Cairn's own administration API (AWS JSON 1.1), on one listener.
//
// In this house it stands above everything that does something: it reads a
// request, has the caller proved, finds the operation, checks the input
// against the service model, asks whether the caller may, runs the handler,
// hands the finished call to the recorder, and only then writes the answer.
//
// It guarantees that every call that names a service's operation is recorded
// before it is answered, denied and invalid ones too; a call whose record the
// journal refuses is answered with 503 and not with its result. A handler's
// failure, or panic, becomes one row of the error table in errors.go; its
// cause goes to the log and never to the caller. Request bodies are bounded by
// [MaxBody].
//
// It keeps no files. Its only lock guards the quota buckets, and it starts no
// goroutines: each request lives on its connection's.
//
// To add an operation, write one file with its handler and add one row to
// [Server.rows].
package api

//go:generate go run ./apigen
