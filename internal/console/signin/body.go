package signin

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	gopath "path"
	"strings"
)

// maxBody bounds a request. The longest has a session token of 2 KB.
const maxBody = 16 << 10

// readBody reads a JSON object into a structure. Members that it does not have are
// refused: what is misspelled must not look as if it had been heeded. An empty body is
// an empty object.
func readBody(w http.ResponseWriter, r *http.Request, into any) *Error {
	tooLarge := &Error{Status: http.StatusRequestEntityTooLarge, Code: CodeRequestTooLarge, Message: "The request is larger than 16 KiB."}
	if r.ContentLength > maxBody {
		return tooLarge
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("there is more after the object")
	}
	if _, is := errors.AsType[*http.MaxBytesError](err); is {
		return tooLarge
	}
	// The error's own text may repeat what was sent, which may be a password.
	return invalid("The request is not a JSON object with the members that this call has.")
}

// sourceIP is the peer of the connection. X-Forwarded-For is not believed: anybody can
// send it.
func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// source is whose failures count together: the peer's. Where there is a console URL
// browsers come through a proxy, which all would share; then it is whom the proxy says
// it serves, last in X-Forwarded-For. Who reaches the server past its proxy can write
// anything there, and so avoid this count, but not that of the principal.
func (s *Service) source(r *http.Request) countKey {
	address := sourceIP(r)
	if forwarded := r.Header.Values("X-Forwarded-For"); s.cfg.base != nil && len(forwarded) > 0 {
		hops := strings.Split(forwarded[len(forwarded)-1], ",")
		address = strings.TrimSpace(hops[len(hops)-1])
	}
	return s.limiter.source(address)
}

// origin is where the browser sees the server.
func (s *Service) origin(r *http.Request) string {
	if s.cfg.base != nil {
		return s.cfg.base.Scheme + "://" + s.cfg.base.Host
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host[:min(len(r.Host), maxHost)]
}

// maxHost is the longest name, and a port: what is longer is none, and need not fill
// records.
const maxHost = 253 + len(":65535")

const (
	// homePath is the console's first page.
	homePath       = "/console/"
	maxDestination = 2048
)

// localPath is the page of the console that a text names: a path, or an address of
// this server. ok is false for everything else.
func (s *Service) localPath(r *http.Request, destination string) (path string, ok bool) {
	if destination == "" {
		return homePath, true
	}
	// Browsers take a backslash for a slash and drop control characters.
	if len(destination) > maxDestination || strings.ContainsFunc(destination, func(c rune) bool { return c < ' ' || c == '\\' || c == 0x7f }) {
		return "", false
	}
	u, err := url.Parse(destination)
	if err != nil || u.Opaque != "" || u.User != nil {
		return "", false
	}
	if (u.Scheme != "" || u.Host != "") && !strings.EqualFold(u.Scheme+"://"+u.Host, s.origin(r)) {
		return "", false
	}
	u.Scheme, u.Host = "", ""
	clean := gopath.Clean(u.Path) + "/" // as browsers take it
	if !strings.HasPrefix(clean, homePath) || strings.HasPrefix(clean, homePath+"api/") {
		return "", false
	}
	return u.String(), true
}
