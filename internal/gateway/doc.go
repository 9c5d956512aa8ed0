// Package gateway is a reverse proxy that shows each call to an [Observer]
// before the caller has its answer. It knows HTTP and nothing else: what a call
// means, whether it is recorded and what a record looks like is the observer's.
//
// # What it guarantees
//
//   - What passes is not changed: method, path and query arrive byte for byte as
//     they were sent, Host too, and no end-to-end header is added, dropped or
//     merged. An answer's header names keep their spelling towards HTTP/1.1
//     clients. Removed is only what HTTP forbids to forward (RFC 9110, section
//     7.6.1), and already before the observer looks, which so sees what the
//     upstream sees.
//   - A call whose [Plan] has Record is finished exactly once, whatever happens to
//     it, and no byte of its answer leaves before [Observer.Finish] returned nil.
//   - Nothing is sent twice. A request is tried again, once, only if not one byte
//     of it was written to a connection.
//   - An answer that broke off never looks complete to an HTTP/1.1 or HTTP/2
//     client.
//   - Memory for one call is bounded by Plan.Request, Plan.Response, [MaxForm] and
//     some fixed buffers, however large the bodies are.
//
// # What it does not do
//
// It has no cache, follows no redirect, balances no load, knows no proxies on the
// way to upstreams (proxy variables of the environment are ignored), and upgrades
// no connection. It adds no X-Forwarded-For. These things net/http does not let it
// keep: the reason phrase of a status, the spelling of the names of request
// headers (they arrive in canonical form) and of Content-Length, the order of
// headers with different names, the boundaries of chunks, a Content-Length of a
// 204. Content-Type and Content-Length of a 304 arrive in lower case, and the
// names of an answer that came over HTTP/2 too. An upstream's answer
// that is delimited by the end of its connection is sent on in chunks. A header
// Pragma: no-cache without Cache-Control in a request gets one.
//
// # How it works
//
// Clients are served by net/http: HTTP/1.1, and HTTP/2 with TLS or with prior
// knowledge. Towards upstreams HTTP/1.1 is spoken by this package itself, with
// net/http parsing the answers, because [http.Transport] repeats requests, hands
// each one through two goroutines and forgets how header names were spelled; an
// https upstream that chooses HTTP/2 is served by net/http's client connections.
//
// A call runs in the server's goroutine. Only a request body that is not small
// gets a goroutine of its own, which the call waits for. Idle connections to
// an upstream are kept for a short time ([Config].IdleTimeout), are looked at
// before they are used, and are closed by a timer. One mutex for each upstream
// guards its idle connections; there are no files.
package gateway
