// Package console is the server's side of the web console: its pages, and the calls
// below /console/api/ that they make.
//
// It guarantees that nothing below /console/api/ but sign-in answers without a session;
// that what changes something was asked for by the console's own page (a token of the
// session, a JSON body, and the headers by which browsers tell where a request comes
// from); that a person gets what the same calls over the AWS API would give, since
// both go one way through package api, records included; and that pages run no code
// but the console's own: the Content-Security-Policy has no unsafe-inline, and what
// events hold leaves as JSON with nosniff.
//
// It keeps one collection in the control-plane store, saved queries, and no files. Its
// locks are small and described where they are. Streams (live events, validations,
// downloads) live on their requests' goroutines; Close ends them, and so does the end
// of the session.
//
// What it does not do: sessions and passwords are package signin's.
package console
