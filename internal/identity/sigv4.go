package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	algorithm       = "AWS4-HMAC-SHA256"
	terminator      = "aws4_request"
	unsignedPayload = "UNSIGNED-PAYLOAD"
	basicFormat     = "20060102T150405Z" // ISO 8601 basic, UTC

	// maxSkew is how far the clocks of client and server may differ, either
	// way ("Troubleshoot Signature Version 4 signing", IAM User Guide).
	maxSkew = 15 * time.Minute
	// A presigned request without X-Amz-Expires is good for maxSkew, and one
	// with it for a week at most.
	maxPresigned = 604800 * time.Second
)

// Verify tells who signed the request with Signature Version 4, in the
// Authorization header or, presigned, in the query. Every error is an
// *[AuthError].
//
// payloadHash is the SHA-256 of the body in lower-case hex, computed by the
// server; the signature then also proves the body. Empty means that the body
// was not read: then only a request signed over UNSIGNED-PAYLOAD is accepted,
// whose body is not proven. A request may always choose UNSIGNED-PAYLOAD by
// its X-Amz-Content-Sha256, as in AWS; a service that must not take that looks
// at the header itself.
//
// Host and all X-Amz-* headers that are present must be signed. The path is
// encoded twice, as by every service but s3, where it is taken as it came. The
// identical request is accepted again as long as its signature is current,
// 15 minutes, as in AWS: calls are to be idempotent or carry a client token.
// With any other body, path, query, Region or service the signature does not
// match. Two paths count as one if they are equal after removing dot segments
// and empty segments (RFC 3986, 5.2.4), because some SDKs sign the one form
// and some the other.
//
// Source: "Create a signed AWS API request", IAM User Guide.
func (d *Directory) Verify(r *http.Request, payloadHash string) (Caller, error) {
	var s signature
	if err := s.parse(r); err != nil {
		// Filling in the claimed owner is a courtesy to the record only.
		if k, p := d.findKey(s.keyID); k != nil && p != nil {
			err.Claimed = p.Principal
		}
		return Caller{}, err
	}
	now := d.now()
	signer, err := d.signer(&s, now)
	if err != nil {
		return Caller{}, err
	}
	if err := s.check(now); err != nil {
		err.Claimed = signer.caller.Principal
		return Caller{}, err
	}
	if err := d.prove(r, &s, signer.secret, payloadHash); err != nil {
		err.Claimed = signer.caller.Principal
		return Caller{}, err
	}
	return signer.caller, nil
}

// signer is whom the access key belongs to, before anything is proven.
type signer struct {
	caller Caller
	secret string
}

// signer finds the secret of the access key: a long-term key in the copy in
// memory, a temporary one inside its session token.
func (d *Directory) signer(s *signature, now time.Time) (signer, *AuthError) {
	if strings.HasPrefix(s.keyID, prefixTemporaryKey) {
		return d.sessionSigner(s, now)
	}
	k, owner := d.findKey(s.keyID)
	var claimed Principal
	if owner != nil {
		claimed = owner.Principal
	}
	if k == nil || owner == nil || k.Status != Active || s.token != "" {
		err := s.fail(InvalidClientTokenID, msgInvalidToken)
		err.Claimed = claimed
		return signer{}, err
	}
	return signer{
		caller: Caller{Principal: claimed, AccessKeyID: k.ID, Region: s.region, Service: s.service},
		secret: k.secret,
	}, nil
}

func (d *Directory) sessionSigner(s *signature, now time.Time) (signer, *AuthError) {
	t, ok := d.openToken(s.token)
	if !ok || t.KeyID != s.keyID {
		return signer{}, s.fail(InvalidClientTokenID, msgInvalidToken)
	}
	owner, ok := d.principal(t.owner())
	if !ok || owner.ID != t.PrincipalID {
		// Deleted, and perhaps made again under the same name.
		return signer{}, s.fail(InvalidClientTokenID, msgInvalidToken)
	}
	if !now.Before(t.Session.Expires) {
		err := s.fail(ExpiredToken, msgExpiredToken)
		err.Claimed = owner.Principal
		return signer{}, err
	}
	return signer{
		caller: Caller{Principal: owner.Principal, AccessKeyID: t.KeyID, Session: &t.Session, Region: s.region, Service: s.service},
		secret: t.Secret,
	}, nil
}

// check compares the dates and the fixed parts of the credential scope.
func (s *signature) check(now time.Time) *AuthError {
	if s.terminator != terminator {
		return s.fail(SignatureDoesNotMatch, fmt.Sprintf(
			"Credential should be scoped with a valid terminator: 'aws4_request', not '%s'.", clip(s.terminator)))
	}
	if s.scopeDate != s.stamp[:8] {
		return s.fail(SignatureDoesNotMatch, fmt.Sprintf(
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.",
			clip(s.scopeDate), s.stamp[:8], s.stamp))
	}
	lifetime := maxSkew
	if s.presigned {
		lifetime = s.expires
	}
	now = now.UTC()
	if oldest := now.Add(-lifetime); s.date.Before(oldest) {
		return s.fail(RequestExpired, fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %s)",
			s.stamp, oldest.Format(basicFormat), now.Format(basicFormat), span(lifetime)))
	}
	if newest := now.Add(maxSkew); s.date.After(newest) {
		return s.fail(RequestExpired, fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %s)",
			s.stamp, newest.Format(basicFormat), now.Format(basicFormat), span(maxSkew)))
	}
	return nil
}

// span writes a duration in the way of these messages: "15 min.".
func span(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min.", d/time.Minute)
	}
	return fmt.Sprintf("%d sec.", d/time.Second)
}

// prove computes the signature and compares.
func (d *Directory) prove(r *http.Request, s *signature, secret, payloadHash string) *AuthError {
	hash, err := s.payload(r, payloadHash)
	if err != nil {
		return err
	}
	sc := scratchPool.Get().(*scratch)
	defer sc.release()
	if err := sc.collectHeaders(r, s); err != nil {
		return err
	}
	id := signingKeyID{s.keyID, s.scopeDate, s.region, s.service}
	key, cached := d.signingKeys.get(id)
	if !cached {
		key = deriveSigningKey(secret, id)
	}
	path := wirePath(r.URL)
	if !sc.matches(r, s, path, hash, key) {
		normal, differs := normalizePath(path)
		if !differs || s.service == "s3" || !sc.matches(r, s, normal, hash, key) {
			return s.fail(SignatureDoesNotMatch, msgMismatch)
		}
	}
	if !cached {
		// Only now, so that made-up Regions and services can not fill the
		// cache; cloned, so that it does not keep whole requests alive.
		id = signingKeyID{strings.Clone(s.keyID), strings.Clone(s.scopeDate), strings.Clone(s.region), strings.Clone(s.service)}
		d.signingKeys.put(id, key)
	}
	return nil
}

// payload decides which payload hash goes into the canonical request.
func (s *signature) payload(r *http.Request, payloadHash string) (string, *AuthError) {
	declared, present := s.contentHash, s.contentHash != ""
	if v, ok := r.Header["X-Amz-Content-Sha256"]; ok {
		declared, present = strings.Join(v, ","), true
	}
	switch {
	case declared == unsignedPayload:
		return unsignedPayload, nil
	case present && (payloadHash == "" || declared != payloadHash):
		return "", s.fail(SignatureDoesNotMatch,
			"The provided 'x-amz-content-sha256' header does not match what was computed.")
	case present:
		return declared, nil
	case payloadHash == "" || s.presigned && s.service == "s3":
		return unsignedPayload, nil
	}
	return payloadHash, nil
}

// signingKeyID is all that a signing key depends on beside the secret, which
// the access key id stands for.
type signingKeyID struct{ keyID, date, region, service string }

func deriveSigningKey(secret string, id signingKeyID) []byte {
	k := hmacSHA256([]byte("AWS4"+secret), []byte(id.date))
	k = hmacSHA256(k, []byte(id.region))
	k = hmacSHA256(k, []byte(id.service))
	return hmacSHA256(k, []byte(terminator))
}

func hmacSHA256(key, data []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil)
}

// matches builds the canonical request and the string to sign, and compares
// the signature in constant time.
func (sc *scratch) matches(r *http.Request, s *signature, path, payloadHash string, key []byte) bool {
	b := sc.buf[:0]
	b = append(append(b, r.Method...), '\n')
	b = append(appendPath(b, path, s.service != "s3"), '\n')
	b = append(sc.appendQuery(b, s), '\n')
	b = sc.appendHeaders(b)
	b = append(append(append(b, '\n'), s.signedHeaders...), '\n')
	b = append(b, payloadHash...)
	digest := sha256.Sum256(b)

	b = append(b[:0], algorithm+"\n"...)
	b = append(append(b, s.stamp...), '\n')
	b = append(append(append(append(b, s.scopeDate...), '/'), s.region...), '/')
	b = append(append(b, s.service...), "/"+terminator+"\n"...)
	b = hex.AppendEncode(b, digest[:])
	h := hmac.New(sha256.New, key)
	h.Write(b)
	var mac [sha256.Size]byte
	b = hex.AppendEncode(b[:0], h.Sum(mac[:0]))
	sc.buf = b
	return hmac.Equal(b, []byte(s.signature))
}
