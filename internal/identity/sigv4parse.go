package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxSignedHeaders bounds the work for one request; SDKs sign about ten.
const maxSignedHeaders = 128

// signature is what a request says about its signature, in either form.
type signature struct {
	presigned bool
	// The parts of the credential scope.
	keyID, scopeDate, region, service, terminator string

	signedHeaders string   // as in the request, for the canonical request
	names         []string // the same, split
	signature     string
	date          time.Time
	stamp         string // date in basic ISO 8601
	expires       time.Duration
	token         string
	contentHash   string // presigned: X-Amz-Content-Sha256 of the query
	query         []pair // decoded, without X-Amz-Signature
}

// pair is one parameter of a query.
type pair struct{ key, value string }

func (s *signature) fail(kind AuthKind, message string) *AuthError {
	return &AuthError{Kind: kind, Message: message, AccessKeyID: s.keyID, Region: s.region, Service: s.service}
}

func (s *signature) incomplete(format string, args ...any) *AuthError {
	return s.fail(IncompleteSignature, fmt.Sprintf(format, args...))
}

// parse reads the signature. After an error the fields are set as far as they
// could be read.
func (s *signature) parse(r *http.Request) *AuthError {
	s.query = parseQuery(r.URL.RawQuery)
	inQuery := false
	for _, p := range s.query {
		inQuery = inQuery || p.key == "X-Amz-Algorithm" || p.key == "X-Amz-Credential" || p.key == "X-Amz-Signature"
	}
	header := r.Header["Authorization"]
	switch {
	case len(header) > 1:
		return s.incomplete("Request has more than one Authorization header.")
	case len(header) == 1 && inQuery:
		return s.incomplete("Only one auth mechanism allowed; the request has both an Authorization header and AWS query-string parameters.")
	case len(header) == 1 && strings.TrimSpace(header[0]) != "":
		return s.parseHeader(r, header[0])
	case inQuery:
		return s.parsePresigned()
	}
	return s.fail(MissingAuthenticationToken, "Request is missing Authentication Token")
}

func (s *signature) parseHeader(r *http.Request, header string) *AuthError {
	alg, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	if alg != algorithm && rest != "" {
		return s.incomplete("Unsupported AWS 'algorithm': '%s'.", clip(alg))
	}
	var credential string
	seen := make([]string, 0, 3)
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, ",")
		part = strings.TrimSpace(part)
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return s.incomplete("Invalid key=value pair (missing equal-sign) in Authorization header "+
				"(hashed with SHA-256 and encoded with Base64): '%s'.", fingerprint(part))
		}
		var field *string
		switch name {
		case "Credential":
			field = &credential
		case "SignedHeaders":
			field = &s.signedHeaders
		case "Signature":
			field = &s.signature
		default:
			return s.incomplete("Authorization header has an unknown parameter '%s'.", clip(name))
		}
		// An empty parameter is as good as none, but one of a name is enough.
		if slices.Contains(seen, name) {
			return s.incomplete("Authorization header has more than one '%s' parameter.", name)
		}
		seen = append(seen, name)
		*field = value
	}
	// The scope is read before anything is complained about, so that the
	// error can say whose key it was.
	scopeErr := s.parseCredential(credential)
	date := r.Header.Get("X-Amz-Date")
	if date == "" {
		date = r.Header.Get("Date")
	}
	var missing []string
	for _, f := range []struct{ name, value string }{
		{"Credential", credential}, {"Signature", s.signature}, {"SignedHeaders", s.signedHeaders},
	} {
		if f.value == "" {
			missing = append(missing, "Authorization header requires '"+f.name+"' parameter.")
		}
	}
	if date == "" {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if missing != nil {
		return s.incomplete("%s (Hashed with SHA-256 and encoded with Base64) Authorization=%s",
			strings.Join(missing, " "), fingerprint(header))
	}
	if scopeErr != nil {
		return scopeErr
	}
	s.token = strings.Join(r.Header["X-Amz-Security-Token"], ",")
	if err := s.parseDate(date); err != nil {
		return err
	}
	return s.parseNames()
}

func (s *signature) parsePresigned() *AuthError {
	s.presigned = true
	var alg, credential, date, expires string
	fields := map[string]*string{
		"X-Amz-Algorithm": &alg, "X-Amz-Credential": &credential, "X-Amz-Date": &date,
		"X-Amz-Expires": &expires, "X-Amz-SignedHeaders": &s.signedHeaders, "X-Amz-Signature": &s.signature,
		"X-Amz-Security-Token": &s.token, "X-Amz-Content-Sha256": &s.contentHash,
	}
	seen := map[string]bool{}
	rest := s.query[:0]
	var twice string
	for _, p := range s.query {
		if f := fields[p.key]; f != nil {
			if seen[p.key] {
				twice = p.key
				continue
			}
			seen[p.key] = true
			*f = p.value
		}
		if p.key != "X-Amz-Signature" {
			rest = append(rest, p)
		}
	}
	s.query = rest
	scopeErr := s.parseCredential(credential)
	if twice != "" {
		return s.incomplete("AWS query-string parameter '%s' is given more than once.", twice)
	}
	var missing []string
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"} {
		if *fields[name] == "" {
			missing = append(missing, "AWS query-string parameters must include '"+name+"'.")
		}
	}
	if missing != nil {
		return s.incomplete("%s Re-examine the query-string parameters.", strings.Join(missing, " "))
	}
	if alg != algorithm {
		return s.incomplete("Unsupported AWS 'algorithm': '%s'.", clip(alg))
	}
	if scopeErr != nil {
		return scopeErr
	}
	s.expires = maxSkew
	if seen["X-Amz-Expires"] {
		n, err := strconv.ParseUint(expires, 10, 32)
		if s.expires = time.Duration(n) * time.Second; err != nil || n < 1 || s.expires > maxPresigned {
			return s.incomplete("X-Amz-Expires must be a number of seconds from 1 to 604800.")
		}
	}
	if err := s.parseDate(date); err != nil {
		return err
	}
	return s.parseNames()
}

func (s *signature) parseCredential(credential string) *AuthError {
	p := strings.Split(credential, "/")
	// A best effort for the record, even where the scope is wrong.
	s.keyID = clip(p[0])
	bad := len(p) != 5
	for _, part := range p {
		bad = bad || part == "" || len(part) > 200
	}
	if bad {
		return s.incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", clip(credential))
	}
	s.scopeDate, s.region, s.service, s.terminator = p[1], p[2], p[3], p[4]
	return nil
}

// parseDate reads ISO 8601 basic format or, from a Date header, an HTTP date.
func (s *signature) parseDate(date string) (fail *AuthError) {
	t, err := time.Parse(basicFormat, date)
	if err != nil && !s.presigned {
		t, err = http.ParseTime(date)
	}
	if err != nil || t.Year() < 1000 || t.Year() > 9999 {
		return s.incomplete("Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", clip(date))
	}
	s.date = t.UTC()
	// time.Parse takes a fraction of a second too, which the signature over
	// this text then has not got; it does not match, which is right.
	s.stamp = s.date.Format(basicFormat)
	return nil
}

// parseNames splits SignedHeaders. Anything but lower-case header names is
// refused, most of all line ends, which would let one canonical request stand
// for another.
func (s *signature) parseNames() *AuthError {
	s.names = make([]string, 0, 12)
	for name := range strings.SplitSeq(s.signedHeaders, ";") {
		if name == "" || len(s.names) == maxSignedHeaders {
			return s.incomplete("'SignedHeaders' must be a list of header names separated by semicolons.")
		}
		for i := range len(name) {
			if c := name[i]; c <= ' ' || c >= 0x7f || 'A' <= c && c <= 'Z' {
				return s.incomplete("'SignedHeaders' must be a list of lower-case header names separated by semicolons.")
			}
		}
		s.names = append(s.names, name)
	}
	return nil
}

// fingerprint stands for text that must not be repeated because it may be a
// credential, as AWS's messages do it.
func fingerprint(s string) string {
	h := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(h[:])
}
