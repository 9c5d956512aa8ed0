package objects

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"
)

// BucketOwnerFullControl is the access control list of what CloudTrail writes,
// and a condition in the bucket policies for it.
const BucketOwnerFullControl = "bucket-owner-full-control"

// PutInput is an object. Bucket and Key are required.
type PutInput struct {
	Bucket, Key string
	Body        []byte
	// ContentType and ContentEncoding are kept with the object; empty are the
	// store's.
	ContentType, ContentEncoding string
	// Metadata is kept with the object. Names are written in lower case, whatever
	// they are here.
	Metadata map[string]string
	// KMSKeyID is the key that the store encrypts with (SSE-KMS). Empty is the
	// store's own (SSE-S3). KMSContext is the encryption context; AWS adds the
	// object's ARN to it.
	KMSKeyID   string
	KMSContext map[string]string
	// ACL is a canned access control list. Empty sends none.
	ACL string
	// SHA256 is the hash of Body, if the caller has it already: 32 bytes. A wrong
	// one is refused by the store.
	SHA256 []byte
}

// Put writes an object, and replaces one that is there: the same bytes under the
// same name always succeed, whoever came first. When it returns nil, the store
// has taken the object as a whole, and has compared its hash. When it returns an
// error, the object may be there all the same.
//
// An object that is to be under a KMS key is never written without it, unless
// [Endpoint.NoKMS] says so.
func (c *Client) Put(ctx context.Context, in PutInput) error {
	if in.Key == "" || strings.HasPrefix(in.Key, "/") {
		return &Error{Op: "put an object into s3://" + in.Bucket, Code: "InvalidArgument", Kind: KindOther, Hint: fmt.Sprintf("%q is no key of an object", in.Key)}
	}
	sums, err := sumsOf(in)
	if err != nil {
		return err
	}
	s, known := c.store(in.Bucket), c.quirks(in.Bucket)
	known.noSSE, known.noACL = known.noSSE || s.NoSSE, known.noACL || s.NoACL
	var first error
	for _, without := range attempts(s, known, in) {
		err := c.send(ctx, call{do: "put", bucket: in.Bucket, key: in.Key, size: int64(len(in.Body))}, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
			_, err := api.PutObject(ctx, request(s, without, in, sums), opt, signHash(sums.hash))
			return err
		})
		switch {
		case err == nil:
			c.without(in.Bucket, known, without)
			return nil
		case first == nil:
			first = err
		}
		if !refusesHeader(err) {
			break
		}
	}
	return first
}

// attempts are the headers to leave out, one set after the other, for stores
// that answer that they do not know them without saying which. known is what is
// left out anyway.
func attempts(s *store, known quirks, in PutInput) []quirks {
	sse := !known.noSSE && (in.KMSKeyID == "" || s.NoKMS)
	acl := !known.noACL && in.ACL != ""
	out := []quirks{known}
	add := func(noSSE, noACL bool) {
		out = append(out, quirks{noSSE: known.noSSE || noSSE, noACL: known.noACL || noACL})
	}
	if sse {
		add(true, false)
	}
	if acl {
		add(false, true)
	}
	if sse && acl {
		add(true, true)
	}
	return out
}

// refusesHeader tells whether a store may have answered that it does not do what
// a header asks for. AWS itself answers NotImplemented; Ceph InvalidRequest and
// InvalidArgument where encryption is not configured.
func refusesHeader(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "NotImplemented", "InvalidEncryptionAlgorithmError", "AccessControlListNotSupported", "UnsupportedHeader":
		return true
	case "InvalidRequest", "InvalidArgument":
		return e.Status == http.StatusBadRequest
	}
	return e.Status == http.StatusNotImplemented
}

// without notes what had to be left out, and says so the first time.
func (c *Client) without(bucket string, known, without quirks) {
	sse, acl := without.noSSE && !known.noSSE, without.noACL && !known.noACL
	if !sse && !acl {
		return
	}
	first := false
	c.learn(bucket, func(q *quirks) {
		first = sse && !q.noSSE || acl && !q.noACL
		q.noSSE, q.noACL = q.noSSE || sse, q.noACL || acl
	})
	if first {
		c.logger.Warn("the store of a bucket refuses headers, which are left out from now on", "bucket", bucket, "encryption", sse, "acl", acl)
	}
}

// sums are the hashes of a body: as the signature has it, and as the headers do.
type sums struct{ hash, sha256, md5 string }

func sumsOf(in PutInput) (sums, error) {
	sum := in.SHA256
	switch len(sum) {
	case 0:
		made := sha256.Sum256(in.Body)
		sum = made[:]
	case sha256.Size:
	default:
		return sums{}, &Error{Op: "put s3://" + in.Bucket + "/" + in.Key, Code: "InvalidArgument", Kind: KindOther, Hint: fmt.Sprintf("a SHA-256 has 32 bytes, and not %d", len(sum))}
	}
	// Stores that know no other checksum know this one, and buckets with a lock
	// ask for it. It is no protection against anybody.
	weak := md5.Sum(in.Body)
	return sums{hash: hex.EncodeToString(sum), sha256: base64.StdEncoding.EncodeToString(sum), md5: base64.StdEncoding.EncodeToString(weak[:])}, nil
}

func request(s *store, without quirks, in PutInput, sums sums) *s3.PutObjectInput {
	size := int64(len(in.Body))
	out := &s3.PutObjectInput{
		Bucket: &in.Bucket, Key: &in.Key, Body: bytes.NewReader(in.Body), ContentLength: &size,
		ContentMD5: &sums.md5, ChecksumSHA256: &sums.sha256, Metadata: in.Metadata,
	}
	if in.ContentType != "" {
		out.ContentType = &in.ContentType
	}
	if in.ContentEncoding != "" {
		out.ContentEncoding = &in.ContentEncoding
	}
	if !without.noACL {
		out.ACL = types.ObjectCannedACL(in.ACL)
	}
	switch {
	case in.KMSKeyID != "" && !s.NoKMS:
		out.ServerSideEncryption, out.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &in.KMSKeyID
		if len(in.KMSContext) > 0 {
			out.SSEKMSEncryptionContext = encryptionContext(in.KMSContext)
		}
	case !without.noSSE:
		out.ServerSideEncryption = types.ServerSideEncryptionAes256
	}
	return out
}

// encryptionContext is the form of a context in a header: JSON in base64.
func encryptionContext(context map[string]string) *string {
	text, err := json.Marshal(context)
	if err != nil {
		panic("BUG: objects: a map of strings has no JSON: " + err.Error())
	}
	out := base64.StdEncoding.EncodeToString(text)
	return &out
}

// signHash gives the signer the hash of the body, which it would compute a
// second time.
func signHash(hash string) func(*s3.Options) {
	given := middleware.FinalizeMiddlewareFunc("GivenPayloadHash", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		return next.HandleFinalize(v4.SetPayloadHash(ctx, hash), in)
	})
	return s3.WithAPIOptions(func(stack *middleware.Stack) error { return stack.Finalize.Add(given, middleware.Before) })
}
