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

// stored is a session as the store keeps it, under the digest of its token.
type stored struct {
	ID string `json:"id"`
	// AccountID, Type, Name and PrincipalID are the principal, which has to be there
	// still and the same.
	AccountID   string                 `json:"accountId"`
	Type        identity.PrincipalType `json:"type"`
	Name        string                 `json:"name,omitempty"`
	PrincipalID string                 `json:"principalId"`
	// AccessKeyID and Session are the credentials that calls are recorded with.
	AccessKeyID string           `json:"accessKeyId"`
	Session     identity.Session `json:"session"`
	// SignInKey is the long-term access key of the sign-in, with which the session
	// ends; empty for other ways.
	SignInKey string `json:"signInKey,omitempty"`
	// Epoch is the principal's at the sign-in; see identity.Directory.LoginEpoch.
	Epoch     int64     `json:"epoch"`
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires"`
	LastSeen  time.Time `json:"lastSeen"`
	SourceIP  string    `json:"sourceIp"`
	UserAgent string    `json:"userAgent,omitempty"`
}

func (v *stored) ref() identity.Ref {
	return identity.Ref{AccountID: v.AccountID, Type: v.Type, Name: v.Name}
}

// alive tells whether a session may still be used, and whose it is.
func (s *Service) alive(v *stored, now time.Time) (identity.Principal, bool) {
	if !now.Before(v.Expires) || now.Sub(v.LastSeen) >= s.cfg.IdleTimeout {
		return identity.Principal{}, false
	}
	p, ok := s.cfg.Directory.Principal(v.ref())
	if !ok || p.ID != v.PrincipalID || s.cfg.Directory.LoginEpoch(v.ref()) != v.Epoch {
		return identity.Principal{}, false
	}
	if v.SignInKey != "" && !s.cfg.Directory.ActiveKey(v.SignInKey, p) {
		return identity.Principal{}, false
	}
	return p, true
}

// view is a session for a request.
func (s *Service) view(v *stored, p identity.Principal, token string) *Session {
	session := v.Session
	return &Session{
		Caller: identity.Caller{Principal: p, AccessKeyID: v.AccessKeyID, Session: &session, Region: s.cfg.DefaultRegion},
		CSRF:   s.csrf(token), ID: v.ID, Created: v.Created, LastSeen: v.LastSeen, Expires: v.Expires, SourceIP: v.SourceIP, UserAgent: v.UserAgent,
	}
}

var errNotSignedIn = &Error{Status: http.StatusUnauthorized, Code: CodeNotSignedIn, Message: "You are not signed in. Sign in, then try again."}

var errSessionExpired = &Error{Status: http.StatusUnauthorized, Code: CodeSessionExpired, Message: "Your session has ended. Sign in again."}

// unattendedHeader marks what a page asks for by itself, to stay up to date, while
// nobody has touched it: a session is idle then, although requests come.
const unattendedHeader = "X-Cairn-Unattended"

// Authenticate tells who makes a request of the console, and counts it as use of the
// session, unless the page says that nobody is there (X-Cairn-Unattended: 1). It does
// not look at the CSRF token: ask [Service.CheckCSRF] for every method but GET and HEAD.
func (s *Service) Authenticate(r *http.Request) (*Session, *Error) {
	refused := errNotSignedIn
	for _, token := range s.cookies(r, sessionCookie) {
		session, known := s.sessions.use(r.Context(), token, r.Header.Get(unattendedHeader) != "1")
		if session != nil {
			return session, nil
		}
		if known {
			refused = errSessionExpired
		}
	}
	return nil, refused
}

// Ended is closed when the session of that ID ends, in whatever way; it is closed
// already for an id that is unknown. A session that ends by itself is noticed by
// [Service.Run] within seconds. Waiting does not count as use.
func (s *Service) Ended(id string) <-chan struct{} { return s.sessions.ended(id) }
