package signin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"time"
)

// The cookies: of a session, and of a sign-in that waits for a code. Over TLS they have
// the prefix that lets no other host, and no plain page, set them.
const (
	sessionCookie   = "cairn-console"
	challengeCookie = "cairn-sign-in"
	hostPrefix      = "__Host-"
)

// newToken gives 256 random bits in 43 characters.
func newToken() string {
	raw := make([]byte, 32)
	rand.Read(raw) //nolint:errcheck // crypto/rand.Read never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

// digest is what is kept of a token.
func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// csrf is the token against forged requests that belongs to a session's token. It is
// computed and not kept, so the store has nothing that a request could be made with.
func (s *Service) csrf(token string) string {
	mac := hmac.New(sha256.New, s.csrfKey[:])
	mac.Write([]byte(token))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// overTLS tells whether the browser speaks TLS, with this server or with one before it.
func (s *Service) overTLS(r *http.Request) bool {
	return r.TLS != nil || s.cfg.base != nil && s.cfg.base.Scheme == "https"
}

func (s *Service) setCookie(w http.ResponseWriter, r *http.Request, name, value string, lifetime time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if s.overTLS(r) {
		c.Name, c.Secure = hostPrefix+name, true
	}
	switch {
	case value == "":
		c.MaxAge = -1
	case lifetime > 0:
		c.MaxAge = int(lifetime / time.Second)
	}
	http.SetCookie(w, c)
}

// cookies are the values of a cookie that could be tokens.
func (s *Service) cookies(r *http.Request, name string) []string {
	if s.overTLS(r) {
		name = hostPrefix + name
	}
	var out []string
	for _, c := range r.CookiesNamed(name) {
		if len(c.Value) == base64.RawURLEncoding.EncodedLen(32) {
			out = append(out, c.Value)
		}
	}
	return out
}
