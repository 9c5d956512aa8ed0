package verify

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// SignFileName is the name of the file that signs the results of a query, beside
// them.
const SignFileName = "result_sign.json"

// What a [SignFile] says of itself ("CloudTrail Lake query results sign file
// structure", CloudTrail User Guide).
const (
	SignVersion        = "1.0"
	HashAlgorithm      = "SHA-256"
	SignatureAlgorithm = "SHA256withRSA"
)

// maxSignFile bounds what is read of a sign file.
const maxSignFile = 64 << 20

// SignFile is result_sign.json: the hashes of the files with a query's results, and
// a signature over them.
type SignFile struct {
	Version            string       `json:"version"`
	Region             string       `json:"region"`
	Files              []SignedFile `json:"files"`
	HashAlgorithm      string       `json:"hashAlgorithm"`
	SignatureAlgorithm string       `json:"signatureAlgorithm"`
	// QueryCompleteTime is in RFC 3339. It is by this time that the key is looked for.
	QueryCompleteTime string `json:"queryCompleteTime"`
	// HashSignature is in hexadecimal.
	HashSignature        string `json:"hashSignature"`
	PublicKeyFingerprint string `json:"publicKeyFingerprint"`
}

// SignedFile is a file with results: its name, and the SHA-256 of its bytes as they
// are stored, in hexadecimal.
type SignedFile struct {
	FileHashValue string `json:"fileHashValue"`
	FileName      string `json:"fileName"`
}

// SigningString is what is signed: the hashes of the files, in their order, with a
// space between them.
func (f *SignFile) SigningString() string {
	hashes := make([]string, len(f.Files))
	for i, file := range f.Files {
		hashes[i] = file.FileHashValue
	}
	return strings.Join(hashes, " ")
}

// CompleteTime is QueryCompleteTime as a time.
func (f *SignFile) CompleteTime() (time.Time, error) {
	t, err := time.Parse(time.RFC3339, f.QueryCompleteTime)
	if err != nil {
		return time.Time{}, &ResultsError{Message: fmt.Sprintf("Invalid sign file provided. The queryCompleteTime %q is no time.", f.QueryCompleteTime)}
	}
	return t, nil
}

// ResultsError says that the results of a query are not what was delivered. Its
// text is that of the AWS CLI's verify-query-results.
type ResultsError struct {
	// File is the file that is wrong; empty where it is the signature.
	File    string
	Message string
}

func (e *ResultsError) Error() string { return "ValidationError: " + e.Message }

// SignFileError says that a sign file cannot be read as one.
type SignFileError struct{ Err error }

func (e *SignFileError) Error() string {
	return "InformationCollectionError: Unable to load result_sign.json file, due to " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *SignFileError) Unwrap() error { return e.Err }

// Results checks the results of a query: that each file is, byte for byte, the one
// that was delivered, and that the list of them was signed with a key of the
// service ("Validate CloudTrail Lake saved query results", CloudTrail User Guide).
//
// open gives a file of the folder by its name. key gives the public key that the
// sign file names, in DER, as an RSAPublicKey of PKCS #1 or a SubjectPublicKeyInfo.
// The files come first and the signature last, and the first error ends it: a
// [*ResultsError], a [*SignFileError], or one of open or key.
//
// It returns the sign file also with an error, if there was one to read.
func Results(ctx context.Context, open func(ctx context.Context, name string) (io.ReadCloser, error), key func(ctx context.Context, f *SignFile) ([]byte, error)) (*SignFile, error) {
	f, err := readSignFile(ctx, open)
	if err != nil {
		return nil, err
	}
	if len(f.Files) == 0 {
		return f, &ResultsError{Message: "No export file was found in sign file."}
	}
	if f.HashAlgorithm != HashAlgorithm || f.SignatureAlgorithm != SignatureAlgorithm {
		return f, &ResultsError{Message: fmt.Sprintf("Invalid sign file provided. It has the algorithms %q and %q, and not %s and %s.", f.HashAlgorithm, f.SignatureAlgorithm, HashAlgorithm, SignatureAlgorithm)}
	}
	for _, file := range f.Files {
		if err := checkFile(ctx, open, file); err != nil {
			return f, err
		}
	}
	der, err := key(ctx, f)
	if err != nil {
		return f, err
	}
	return f, f.verify(der)
}

func readSignFile(ctx context.Context, open func(ctx context.Context, name string) (io.ReadCloser, error)) (_ *SignFile, err error) {
	in, err := open(ctx, SignFileName)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	body, err := io.ReadAll(io.LimitReader(in, maxSignFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", SignFileName, err)
	}
	if len(body) > maxSignFile {
		return nil, &SignFileError{fmt.Errorf("it has more than %d bytes", maxSignFile)}
	}
	var f SignFile
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&f); err != nil {
		return nil, &SignFileError{err}
	}
	return &f, nil
}

// checkFile compares the hash of a file. A name that leads out of the folder is no
// file of the query.
func checkFile(ctx context.Context, open func(ctx context.Context, name string) (io.ReadCloser, error), file SignedFile) (err error) {
	if file.FileName == "" || file.FileName == "." || file.FileName == ".." || strings.ContainsAny(file.FileName, `/\`) {
		return &ResultsError{File: file.FileName, Message: fmt.Sprintf("Invalid sign file provided. %q is no name of a result file.", file.FileName)}
	}
	in, err := open(ctx, file.FileName)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil {
		return fmt.Errorf("read %s: %w", file.FileName, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != file.FileHashValue {
		return &ResultsError{File: file.FileName, Message: fmt.Sprintf(
			"File %s has inconsistent hash value with hash value recorded in sign file, hash value in sign file is %s , but get %s", file.FileName, file.FileHashValue, got)}
	}
	return nil
}

// verify checks the signature with a public key.
func (f *SignFile) verify(der []byte) error {
	public, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		any, err := x509.ParsePKIXPublicKey(der)
		rsaKey, ok := any.(*rsa.PublicKey)
		if err != nil || !ok {
			return &ResultsError{Message: "Sign file invalid, unable to load PKCS #1 key: " + base64.StdEncoding.EncodeToString(der)}
		}
		public = rsaKey
	}
	signature, err := hex.DecodeString(f.HashSignature)
	digest := sha256.Sum256([]byte(f.SigningString()))
	if err != nil || rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) != nil {
		return &ResultsError{Message: "Invalid signature in sign file"}
	}
	return nil
}
