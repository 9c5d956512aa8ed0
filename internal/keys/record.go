package keys

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// record is a key as it rests in the store, under its id. The record of the key
// that a Region signs with, and no other, has a private part.
type record struct {
	Region      string `json:"region"`
	Fingerprint string `json:"fingerprint"`
	// Public is the DER of an RSAPublicKey of PKCS #1.
	Public []byte `json:"public"`
	// Start and End are whole seconds and hold the end times of the digests that
	// the key signed. Start moves back for a digest that is signed late.
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	// Made is when the key was generated.
	Made time.Time `json:"made"`
	// Sealed is the DER of the RSAPrivateKey of PKCS #1, under the master key.
	Sealed []byte `json:"sealed,omitempty"`
}

func (k record) id() string { return k.Region + "/" + k.Fingerprint }

// purpose ties a sealed private key to its Region and fingerprint, so that records
// of the store cannot be exchanged for one another.
func (k record) purpose() string { return "signing-key/" + k.id() }

// signingKey is a key with its private part. It is never changed.
type signingKey struct {
	record
	private *rsa.PrivateKey
}

// sign makes the PKCS #1 v1.5 signature, which has no randomness in it.
func (k *signingKey) sign(digest []byte) ([]byte, error) {
	signature, err := rsa.SignPKCS1v15(nil, k.private, crypto.SHA256, digest)
	if err != nil {
		return nil, fmt.Errorf("keys: sign a SHA-256 digest of %d bytes with key %s: %w", len(digest), k.id(), err)
	}
	return signature, nil
}

// fingerprintOf is the first half of the SHA-256 of a public key. AWS does not say
// what theirs is the hash of, and clients only compare it; its length is theirs.
func fingerprintOf(public []byte) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:16])
}

// load puts a record of the store into memory. The error says what is wrong with
// it, and nothing of what it holds.
func (r *Ring) load(id string, k record) error {
	public, err := x509.ParsePKCS1PublicKey(k.Public)
	switch {
	case err != nil:
		return fmt.Errorf("its public key: %w", err)
	case fingerprintOf(k.Public) != k.Fingerprint || k.Region == "" || k.id() != id:
		return errors.New("its public key is another one's")
	case !k.Start.Before(k.End):
		return errors.New("its validity ends before it starts")
	}
	g := r.region(k.Region)
	if len(k.Sealed) == 0 {
		g.retired = append(g.retired, k)
		return nil
	}
	if g.current != nil {
		return fmt.Errorf("%s has a private part too, and only a Region's newest key has one", g.current.id())
	}
	plain, err := r.seal.Open(k.purpose(), k.Sealed)
	if err != nil {
		return fmt.Errorf("its private key: %w", err)
	}
	private, err := x509.ParsePKCS1PrivateKey(plain)
	if err != nil {
		return errors.New("its private key is not one") // the cause could tell of the key
	}
	if !private.PublicKey.Equal(public) {
		return errors.New("its private key is another one's")
	}
	g.current = &signingKey{k, private}
	return nil
}
