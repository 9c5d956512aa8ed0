// Package objects is the S3 endpoint inside the server: VersityGW over a folder,
// whose users are the accounts and access keys of somebody else's directory.
//
// It guarantees that what was acknowledged is on disk (see [Config.NoSync]),
// that a bucket belongs to the account that made it and to every key of that
// account alike, and that keys of other accounts reach it only where its bucket
// policy lets them. It holds no users of its own: each request asks [Keys], so
// that a key that is deactivated is refused from the next request on.
//
// On disk it has one folder, readable by its owner only, with VersityGW's
// format inside; see [Config.Dir]. Objects are ordinary files.
//
// VersityGW lays down conditions on the whole process, and so does this package.
// Only one [Server] runs in a process at a time. While it runs, the working
// directory of the process is the folder of buckets, and nobody may change it:
// a program that uses relative paths must make them absolute before [Open].
// Failures inside VersityGW are printed on standard error, past the logger; it
// prints nothing on standard output.
//
// A Server has one goroutine of its own and those that VersityGW starts, and
// [Server.Close] waits for them, except for downloads to slow readers and two
// goroutines of its HTTP server that only keep time. Its locks guard a few words
// and are never held while a request is served.
//
// What it does not do: it records no calls, knows no trails, and evaluates no
// identity policies; [Identity.May] asks for those. A bucket policy may name a
// service, whose conditions on the source of a call are kept and not evaluated.
// What VersityGW does not have, it does not have either: lifecycle rules,
// encryption, replication, notifications, access control lists, and more than
// one Region.
package objects
