package trail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cairntrail/cairn/verify"
)

// digestFile is the content of a digest, its members in the order of "CloudTrail
// digest file structure", CloudTrail User Guide.
type digestFile struct {
	AccountID             string        `json:"awsAccountId"`
	StartTime             string        `json:"digestStartTime"`
	EndTime               string        `json:"digestEndTime"`
	Bucket                string        `json:"digestS3Bucket"`
	Object                string        `json:"digestS3Object"`
	Fingerprint           string        `json:"digestPublicKeyFingerprint"`
	SignatureAlgorithm    string        `json:"digestSignatureAlgorithm"`
	Newest                *string       `json:"newestEventTime"`
	Oldest                *string       `json:"oldestEventTime"`
	PreviousBucket        *string       `json:"previousDigestS3Bucket"`
	PreviousObject        *string       `json:"previousDigestS3Object"`
	PreviousHash          *string       `json:"previousDigestHashValue"`
	PreviousHashAlgorithm *string       `json:"previousDigestHashAlgorithm"`
	PreviousSignature     *string       `json:"previousDigestSignature"`
	LogFiles              []digestEntry `json:"logFiles"`
}

type digestEntry struct {
	Bucket        string `json:"s3Bucket"`
	Object        string `json:"s3Object"`
	Hash          string `json:"hashValue"`
	HashAlgorithm string `json:"hashAlgorithm"`
	Newest        string `json:"newestEventTime"`
	Oldest        string `json:"oldestEventTime"`
}

const (
	signatureAlgorithm = "SHA256withRSA"
	hashAlgorithm      = "SHA-256"
)

// chain is the last digest of an account and a Region, which the next one names.
// An empty one is the beginning of a chain.
type chain struct {
	Bucket    string `json:"bucket"`
	Object    string `json:"object"`
	Hash      string `json:"hash"`
	Signature string `json:"signature"`
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// newDigest is a digest without its key's fingerprint.
func newDigest(t *Trail, account, region string, start, end time.Time, before chain, files []fileEntry) *digestFile {
	d := &digestFile{
		AccountID: account, StartTime: stamp(start), EndTime: stamp(end),
		Bucket: t.S3BucketName, Object: digestKey(t, account, region, end),
		SignatureAlgorithm: signatureAlgorithm, LogFiles: []digestEntry{},
	}
	if before != (chain{}) {
		algorithm := hashAlgorithm
		d.PreviousBucket, d.PreviousObject, d.PreviousHash = &before.Bucket, &before.Object, &before.Hash
		d.PreviousHashAlgorithm, d.PreviousSignature = &algorithm, &before.Signature
	}
	var oldest, newest time.Time
	for i, f := range files {
		if i == 0 || f.Oldest.Before(oldest) {
			oldest = f.Oldest
		}
		if i == 0 || f.Newest.After(newest) {
			newest = f.Newest
		}
		d.LogFiles = append(d.LogFiles, digestEntry{Bucket: f.Bucket, Object: f.Object, Hash: f.Hash, HashAlgorithm: hashAlgorithm, Newest: stamp(f.Newest), Oldest: stamp(f.Oldest)})
	}
	if len(files) > 0 {
		first, last := stamp(oldest), stamp(newest)
		d.Oldest, d.Newest = &first, &last
	}
	return d
}

// sign names the Region's key in the digest, and signs it. It returns the content
// and what the next digest says of this one.
func (d *digestFile) sign(ctx context.Context, s Signer, region string, end time.Time) (content []byte, c chain, err error) {
	fingerprint, sign, err := s.Signer(ctx, region, end)
	if err != nil {
		return nil, chain{}, fmt.Errorf("find the key of %s: %w", region, err)
	}
	d.Fingerprint = fingerprint
	if content, err = json.Marshal(d); err != nil {
		return nil, chain{}, fmt.Errorf("encode a digest: %w", err)
	}
	v := verify.Digest{EndTime: end, S3Bucket: d.Bucket, S3Object: d.Object}
	if d.PreviousSignature != nil {
		v.PreviousSignature = *d.PreviousSignature
	}
	sum := sha256.Sum256([]byte(v.SigningString(content)))
	signature, err := sign(sum[:])
	if err != nil {
		return nil, chain{}, fmt.Errorf("sign the digest of %s: %w", region, err)
	}
	hash := sha256.Sum256(content)
	return content, chain{Bucket: d.Bucket, Object: d.Object, Hash: hex.EncodeToString(hash[:]), Signature: hex.EncodeToString(signature)}, nil
}
