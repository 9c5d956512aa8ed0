package signin

import (
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// csrfHeader carries the session's token; sign-ins, which have no session, carry
// signInCSRF. No form of another page can set a header.
const (
	csrfHeader = "X-Cairn-Csrf"
	signInCSRF = "sign-in"
)

// CheckCSRF refuses a request that changes something and that a page of another
// origin may have made: one whose body has another Content-Type than application/json,
// one that the browser says is from elsewhere (Sec-Fetch-Site, Origin), or one without
// the session's token in X-Cairn-Csrf. GET and HEAD pass.
func (s *Service) CheckCSRF(r *http.Request, session *Session) *Error {
	return s.checkCSRF(r, session.CSRF)
}

func (s *Service) checkCSRF(r *http.Request, want string) *Error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	refuse := func(why string) *Error {
		return &Error{Status: http.StatusForbidden, Code: CodeCsrfRefused, Message: why + " Reload the page, then try again."}
	}
	if s.origins.Check(r) != nil {
		return refuse("The request comes from a page of another site.")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); (err != nil || kind != "application/json") && r.ContentLength != 0 {
		return refuse("The request is not JSON (Content-Type: application/json).")
	}
	have := r.Header.Get(csrfHeader)
	if want == "" || subtle.ConstantTimeCompare([]byte(have), []byte(want)) != 1 {
		return refuse("The request does not have the token of this session (" + csrfHeader + ").")
	}
	return nil
}

// checkHost refuses a page that has got itself a name for this machine (DNS rebinding):
// a browser takes it for this server's own then. A server that is reached over the
// loopback interface is called by its address, as localhost, or by a name without dots,
// which nobody can have in the DNS; unless it has been told its URL.
func (s *Service) checkHost(r *http.Request) *Error {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if s.cfg.base != nil || local == nil || !local.IP.IsLoopback() {
		return nil
	}
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if !strings.Contains(name, ".") || strings.HasSuffix(name, ".localhost") || net.ParseIP(name) != nil {
		return nil
	}
	return &Error{
		Status: http.StatusForbidden, Code: CodeCsrfRefused,
		Message: "The server does not know itself by this name, so it signs nobody in. Open the console at localhost; or, if a proxy serves it under this name, set console-url.",
	}
}

// newOrigins makes the check of a request's origin. The console's own URL counts as
// this server's where something before it changes the Host.
func newOrigins(base *url.URL) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	if base != nil {
		if err := p.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
			return nil, err
		}
	}
	return p, nil
}
