package identity

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// scratch is the reusable memory of one verification.
type scratch struct {
	buf     []byte
	headers []signedHeader
	encoded []pair
}

type signedHeader struct {
	name   string
	values []string
}

var scratchPool = sync.Pool{New: func() any { return &scratch{buf: make([]byte, 0, 2048)} }}

// release gives the memory back without the request's strings in it, and
// drops what an unusual request has blown up.
func (sc *scratch) release() {
	if cap(sc.buf) > 64<<10 {
		return
	}
	clear(sc.headers)
	clear(sc.encoded)
	sc.headers, sc.encoded = sc.headers[:0], sc.encoded[:0]
	scratchPool.Put(sc)
}

// collectHeaders finds the values of the signed headers, and refuses a request
// whose host or some X-Amz-* header is not signed: whoever is on the way could
// change those.
func (sc *scratch) collectHeaders(r *http.Request, s *signature) *AuthError {
	sc.headers = sc.headers[:0]
	hostSigned := false
	for _, name := range s.names {
		h := signedHeader{name: name}
		switch name {
		case "host":
			// The server takes the Host out of the headers.
			host := r.Host
			if host == "" {
				host = r.URL.Host
			}
			h.values, hostSigned = []string{host}, true
		case "content-length":
			if r.ContentLength >= 0 {
				h.values = []string{strconv.FormatInt(r.ContentLength, 10)}
			}
		}
		sc.headers = append(sc.headers, h)
	}
	if !hostSigned {
		return s.fail(SignatureDoesNotMatch, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for name, values := range r.Header {
		signed := false
		for i := range sc.headers {
			h := &sc.headers[i]
			if !strings.EqualFold(h.name, name) {
				continue
			}
			signed = true
			if h.values == nil {
				h.values = values
			}
		}
		if !signed && len(name) > 6 && strings.EqualFold(name[:6], "x-amz-") {
			return s.fail(SignatureDoesNotMatch, "'"+clip(name)+"' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// appendHeaders writes name:value,value lines. A signed header that the
// request has not got is an empty one.
func (sc *scratch) appendHeaders(b []byte) []byte {
	for _, h := range sc.headers {
		b = append(append(b, h.name...), ':')
		for i, v := range h.values {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendFolded(b, v)
		}
		b = append(b, '\n')
	}
	return b
}

// appendFolded writes a header value without space around it and with runs of
// spaces made one.
func appendFolded(b []byte, v string) []byte {
	v = strings.TrimSpace(strings.Trim(v, " "))
	if !strings.Contains(v, "  ") {
		return append(b, v...)
	}
	for i := range len(v) {
		if v[i] != ' ' || v[i-1] != ' ' { // the first byte is no space
			b = append(b, v[i])
		}
	}
	return b
}

// wirePath is the path as it was sent. URL.EscapedPath is that too, except for
// a path with bytes in it that a client should have escaped.
func wirePath(u *url.URL) string {
	p := u.EscapedPath()
	if u.RawPath != "" && u.RawPath != p {
		if plain, err := url.PathUnescape(u.RawPath); err == nil && plain == u.Path {
			p = u.RawPath
		}
	}
	if p == "" {
		return "/"
	}
	return p
}

// normalizePath removes dot segments and empty segments; differs tells whether
// there were any. A slash at the end stays.
func normalizePath(path string) (normal string, differs bool) {
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path, false
	}
	var out []string
	for seg := range strings.SplitSeq(path, "/") {
		switch seg {
		case "", ".":
		case "..":
			out = out[:max(0, len(out)-1)]
		default:
			out = append(out, seg)
		}
	}
	normal = "/" + strings.Join(out, "/")
	if len(out) > 0 && strings.HasSuffix(path, "/") {
		normal += "/"
	}
	return normal, normal != path
}

// appendPath writes the canonical URI: the path, which is encoded once already,
// encoded again unless the service is s3.
func appendPath(b []byte, path string, again bool) []byte {
	if !again {
		return append(b, path...)
	}
	return appendEncoded(b, path, '/')
}

// appendQuery writes the canonical query: decoded, encoded in the one way that
// the signature defines, and sorted by the encoded name, then value.
func (sc *scratch) appendQuery(b []byte, s *signature) []byte {
	if len(s.query) == 0 {
		return b
	}
	if len(sc.encoded) == 0 { // not yet made for another form of the path
		for _, p := range s.query {
			sc.encoded = append(sc.encoded, pair{encode(p.key), encode(p.value)})
		}
		slices.SortFunc(sc.encoded, func(a, b pair) int {
			return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.value, b.value))
		})
	}
	for i, p := range sc.encoded {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(append(append(b, p.key...), '='), p.value...)
	}
	return b
}

// parseQuery splits and decodes a raw query. It knows no errors: a % that
// starts no escape is itself, and what a handler's url.ParseQuery drops, like
// parameters with a semicolon, is in the signature nevertheless.
func parseQuery(raw string) []pair {
	if raw == "" {
		return nil
	}
	out := make([]pair, 0, 8)
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		out = append(out, pair{decode(k), decode(v)})
	}
	return out
}

// decode undoes percent-encoding, and + for a space.
func decode(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			b = append(b, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func encode(s string) string {
	for i := range len(s) {
		if !unreserved(s[i]) {
			return string(appendEncoded(make([]byte, 0, 3*len(s)), s, 0))
		}
	}
	return s
}

// appendEncoded percent-encodes everything but RFC 3986's unreserved
// characters and the byte keep.
func appendEncoded(b []byte, s string, keep byte) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if unreserved(c) || c == keep && keep != 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return b
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
