package verify

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Digest is the content of a digest file.
type Digest struct {
	AWSAccountID   string    `json:"awsAccountId"`
	StartTime      time.Time `json:"digestStartTime"`
	EndTime        time.Time `json:"digestEndTime"`
	S3Bucket       string    `json:"digestS3Bucket"`
	S3Object       string    `json:"digestS3Object"`
	KeyFingerprint string    `json:"digestPublicKeyFingerprint"`
	// The previous digest's location, hash and signature; all empty in the
	// first digest after validation was started.
	PreviousS3Bucket  string    `json:"previousDigestS3Bucket"`
	PreviousS3Object  string    `json:"previousDigestS3Object"`
	PreviousHash      string    `json:"previousDigestHashValue"`
	PreviousSignature string    `json:"previousDigestSignature"`
	LogFiles          []LogFile `json:"logFiles"`
}

// LogFile is a log file as a digest names it.
type LogFile struct {
	S3Bucket string `json:"s3Bucket"`
	S3Object string `json:"s3Object"`
	// Hash is the SHA-256 of the uncompressed file, in lower-case hexadecimal.
	Hash string `json:"hashValue"`
	// HashAlgorithm is "SHA-256".
	HashAlgorithm string `json:"hashAlgorithm"`
}

// required are the members without which a digest has no valid format; the
// signature may be null.
var required = []string{"digestPublicKeyFingerprint", "digestS3Bucket", "digestS3Object", "previousDigestSignature", "digestEndTime", "digestStartTime", "logFiles"}

var errFormat = errors.New("invalid format")

// parseDigest reads a digest's uncompressed content.
func parseDigest(content []byte) (*Digest, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(content, &members); err != nil {
		return nil, fmt.Errorf("%w: %w", errFormat, err)
	}
	for _, name := range required {
		if _, ok := members[name]; !ok {
			return nil, fmt.Errorf("%w: %s is missing", errFormat, name)
		}
	}
	var d Digest
	if err := json.Unmarshal(content, &d); err != nil {
		return nil, fmt.Errorf("%w: %w", errFormat, err)
	}
	return &d, nil
}

// SigningString is what the signature of a digest covers: its end time, its
// place, the hash of its uncompressed content, and the previous signature, or
// "null" for the first.
func (d *Digest) SigningString(content []byte) string {
	sum := sha256.Sum256(content)
	previous := d.PreviousSignature
	if previous == "" {
		previous = "null"
	}
	return strings.Join([]string{d.EndTime.UTC().Format("2006-01-02T15:04:05Z"), d.S3Bucket + "/" + d.S3Object, hex.EncodeToString(sum[:]), previous}, "\n")
}

var errSignature = errors.New("signature verification failed")

// checkSignature verifies the hexadecimal signature of a digest. key is the DER
// of a PKCS #1 public key, as ListPublicKeys returns it.
func (d *Digest) checkSignature(content []byte, signature string, key []byte) error {
	public, err := x509.ParsePKCS1PublicKey(key)
	if err != nil {
		return fmt.Errorf("Unable to load PKCS #1 key with fingerprint %s", d.KeyFingerprint) //nolint:staticcheck // the text of the AWS CLI
	}
	raw, err := hex.DecodeString(signature)
	if err != nil || len(raw) == 0 {
		return errSignature
	}
	sum := sha256.Sum256([]byte(d.SigningString(content)))
	if rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], raw) != nil {
		return errSignature
	}
	return nil
}
