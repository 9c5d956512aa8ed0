package identity

import (
	"crypto/sha256"
	"crypto/subtle"
	"time"
)

// VerifyAccessKey proves a caller by an access key and its secret, as they are typed
// in to sign in; token is the session token of temporary credentials, else empty. The
// secret is compared in constant time.
//
// Errors: an *[AuthError]; InvalidClientTokenID also where the secret is wrong. Its
// Claimed is whose key it is, if anybody's.
func (d *Directory) VerifyAccessKey(keyID, secret, token string) (Caller, error) {
	got, refused := d.signer(&signature{keyID: keyID, token: token}, d.now())
	if refused != nil {
		refused.AccessKeyID = keyID
		return Caller{}, refused
	}
	// Hashed, so that lengths do not show either.
	want, have := sha256.Sum256([]byte(got.secret)), sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(want[:], have[:]) != 1 {
		return Caller{}, &AuthError{Kind: InvalidClientTokenID, Message: msgInvalidToken, AccessKeyID: keyID, Claimed: got.caller.Principal}
	}
	return got.caller, nil
}

// ActiveKey tells whether a long-term key is there, active, and of that principal.
func (d *Directory) ActiveKey(keyID string, owner Principal) bool {
	k, p := d.findKey(keyID)
	return k != nil && p != nil && k.Status == Active && p.ID == owner.ID
}

// ConsoleCaller gives a principal credentials of its own for a session of the console:
// the caller that its calls are recorded as, with a new temporary key. The secret of
// the key is thrown away, so nothing but the console can call with it. name and
// sourceIdentity are those of a role's session.
func (d *Directory) ConsoleCaller(p Principal, s Session, lifetime time.Duration) Caller {
	s.Created = d.stamp()
	s.Expires = s.Created.Add(lifetime)
	return Caller{Principal: p, AccessKeyID: newTemporaryKeyID(), Session: &s}
}
