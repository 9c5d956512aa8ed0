package signin

import (
	"net/http"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// Session is a person who is signed in, as of one request.
type Session struct {
	// Caller is the principal with the session's own temporary credentials, under
	// whose key the console's calls are recorded. Its Region is the configured one;
	// package console puts a call's own there.
	Caller identity.Caller
	// CSRF is what requests that change something carry in X-Cairn-Csrf.
	CSRF string
	// ID names the session in lists; it opens nothing.
	ID string
	// Expires is when the session ends however much it is used.
	Created, LastSeen, Expires time.Time
	// SourceIP and UserAgent are those of the sign-in.
	SourceIP, UserAgent string
}

// Authenticate tells who makes a request of the console, and counts it as use of the
// session. It does not look at the CSRF token: ask [Service.CheckCSRF] for every
// method but GET and HEAD.
func (s *Service) Authenticate(r *http.Request) (*Session, *Error) {
	return nil, &Error{Status: http.StatusUnauthorized, Code: CodeNotSignedIn, Message: "Sign in first."}
}

// CheckCSRF refuses a request that changes something and that a page of another
// origin may have made: one with another Content-Type than application/json, one that
// the browser says is from elsewhere (Sec-Fetch-Site, Origin), or one without the
// session's token in X-Cairn-Csrf. GET and HEAD pass.
func (s *Service) CheckCSRF(r *http.Request, session *Session) *Error {
	return &Error{Status: http.StatusForbidden, Code: CodeCsrfRefused, Message: "Reload the page, then try again."}
}

// Ended is closed when the session of that ID ends, in whatever way; it is closed
// already for an id that is unknown. A session that ends by itself is noticed by
// [Service.Run] within seconds. Waiting does not count as use.
func (s *Service) Ended(id string) <-chan struct{} {
	ended := make(chan struct{})
	close(ended)
	return ended
}
