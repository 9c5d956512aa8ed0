package recorder_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/objects"
	"github.com/cairntrail/cairn/internal/recorder"
)

// oneKey is the only key of the S3 endpoint.
type oneKey struct{ id, secret string }

func (k oneKey) Key(id, _ string) (objects.Identity, error) {
	if id != k.id {
		return objects.Identity{}, objects.ErrNoKey
	}
	return objects.Identity{Secret: k.secret, Account: homeAccount, ARN: "arn:aws:iam::" + homeAccount + ":user/alice"}, nil
}

// TestS3 records what the AWS SDK does at a real S3 endpoint: every object call
// is wanted.
func TestS3(t *testing.T) {
	key := oneKey{"AKIAALICE", "a-secret-that-only-the-endpoint-has"}
	upstream, err := objects.Open(t.Context(), objects.Config{Dir: t.TempDir(), Addr: "127.0.0.1:0", Region: "us-east-1", Keys: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := upstream.Close(t.Context()); err != nil && !errors.Is(err, t.Context().Err()) {
			t.Error(err)
		}
	})
	h := newHouse(t, func(l *gateway.Listener, _ *recorder.Config) { l.Upstream, l.DefaultService = upstream.URL(), "s3" })
	h.now = time.Now()
	h.knows(key.id, homeAccount, "alice")
	h.wants(equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object"))
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: aws.String(h.url), UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider(key.id, key.secret, "")})
	ctx, bucket := t.Context(), aws.String("photos")
	records := func(names ...string) []map[string]any {
		t.Helper()
		rs := h.take()
		var got []string
		for _, r := range rs {
			got = append(got, at(r, "eventName"))
			h.has(r, "alice", "userIdentity", "userName")
			h.has(r, "photos", "requestParameters", "bucketName")
			if strings.Contains(at(r), key.secret) {
				t.Error("the secret is in a record")
			}
		}
		if !slices.Equal(got, names) {
			t.Fatalf("recorded %v, want %v", got, names)
		}
		return rs
	}

	_, err = client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket})
	h.check(err)
	r := records("CreateBucket")[0]
	h.has(r, "Management", "eventCategory")

	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("a/ü b+c.txt"), Body: strings.NewReader("hello"), Metadata: map[string]string{"start": "now"}, StorageClass: types.StorageClassStandard})
	h.check(err)
	r = records("PutObject")[0]
	h.has(r, "a/ü b+c.txt", "requestParameters", "key")
	h.has(r, "STANDARD", "requestParameters", "x-amz-storage-class")
	h.has(r, "arn:aws:s3:::photos/a/ü b+c.txt", "resources", "0", "ARN")
	h.has(r, "5", "additionalEventData", "bytesTransferredIn")

	got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("a/ü b+c.txt"), Range: aws.String("bytes=1-3")})
	h.check(err)
	body, err := io.ReadAll(got.Body)
	h.check(err)
	if string(body) != "ell" || got.Metadata["start"] != "now" {
		t.Errorf("got %q with %v", body, got.Metadata)
	}
	r = records("GetObject")[0]
	h.has(r, "3", "additionalEventData", "bytesTransferredOut")
	h.has(r, "true", "readOnly")

	_, err = client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: aws.String("copy"), CopySource: aws.String("photos/a/%C3%BC%20b%2Bc.txt")})
	h.check(err)
	r = records("CopyObject")[0]
	h.has(r, "photos/a/%C3%BC%20b%2Bc.txt", "requestParameters", "x-amz-copy-source")
	if at(r, "responseElements", "CopyObjectResult", "ETag") == "<none>" {
		t.Errorf("the record has no CopyObjectResult: %s", at(r))
	}

	// Multipart: two parts and what frames them.
	up, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String("big")})
	h.check(err)
	var parts []types.CompletedPart
	for i, size := range []int{5 << 20, 1000} {
		p, err := client.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: aws.String("big"), UploadId: up.UploadId, PartNumber: aws.Int32(int32(i + 1)), Body: bytes.NewReader(make([]byte, size))})
		h.check(err)
		parts = append(parts, types.CompletedPart{ETag: p.ETag, PartNumber: aws.Int32(int32(i + 1)), ChecksumCRC32: p.ChecksumCRC32})
	}
	_, err = client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: aws.String("big"), UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	h.check(err)
	rs := records("CreateMultipartUpload", "UploadPart", "UploadPart", "CompleteMultipartUpload")
	h.has(rs[0], *up.UploadId, "responseElements", "InitiateMultipartUploadResult", "UploadId")
	h.has(rs[1], *up.UploadId, "requestParameters", "uploadId")
	h.has(rs[1], "5242880", "additionalEventData", "bytesTransferredIn")
	h.has(rs[2], "2", "requestParameters", "partNumber")
	h.has(rs[3], "1", "requestParameters", "CompleteMultipartUpload", "Part", "0", "PartNumber")

	// A presigned URL, used by somebody without credentials.
	presigned, err := s3.NewPresignClient(client).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("copy")})
	h.check(err)
	resp, err := http.Get(presigned.URL)
	h.check(err)
	body, err = io.ReadAll(resp.Body)
	h.check(errors.Join(err, resp.Body.Close()))
	if string(body) != "hello" {
		t.Errorf("presigned: %q", body)
	}
	r = records("GetObject")[0]
	h.has(r, "QueryString", "additionalEventData", "AuthenticationMethod")
	if strings.Contains(at(r), "X-Amz-Signature") {
		t.Errorf("the signature is in the record: %s", at(r))
	}

	deleted, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("copy")}, {Key: aws.String("big")}}}})
	h.check(err)
	if len(deleted.Deleted) != 2 {
		t.Errorf("deleted %v", deleted)
	}
	rs = records("DeleteObjects", "DeleteObject", "DeleteObject")
	h.has(rs[1], "copy", "requestParameters", "key")
	h.has(rs[2], "arn:aws:s3:::photos/big", "resources", "0", "ARN")

	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("copy")})
	var missing *types.NoSuchKey
	if !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
	h.has(records("GetObject")[0], "NoSuchKey", "errorCode")

	if !testing.Short() {
		h.gigabyte(client)
	}
}

// gigabyte streams 1 GB up and down: the gateway, the SDK and the endpoint,
// all in this process, may take 64 MB more of memory than before.
func (h *house) gigabyte(client *s3.Client) {
	h.Helper()
	const size, allowed = 1 << 30, 64 << 20
	ctx, bucket, key := h.Context(), aws.String("photos"), aws.String("gigabyte")
	before, stop := memory(), make(chan struct{})
	peak := watchMemory(stop)
	seed := make([]byte, 1<<20)
	_, err := rand.Read(seed)
	h.check(err)
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: &repeated{seed: seed, left: size}, ContentLength: aws.Int64(size)},
		s3.WithAPIOptions(v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware), func(o *s3.Options) { o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired })
	h.check(err)
	got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}, func(o *s3.Options) { o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired })
	h.check(err)
	n, err := io.Copy(io.Discard, got.Body)
	h.check(errors.Join(err, got.Body.Close()))
	close(stop)
	if grown := int64(<-peak) - int64(before); grown > allowed {
		h.Errorf("memory grew by %d MB", grown>>20)
	} else {
		h.Logf("memory grew by %d MB", grown>>20)
	}
	if n != size {
		h.Errorf("%d bytes came back", n)
	}
	rs := h.take()
	if len(rs) != 2 {
		h.Fatalf("%d records", len(rs))
	}
	h.has(rs[0], "1073741824", "additionalEventData", "bytesTransferredIn")
	h.has(rs[1], "1073741824", "additionalEventData", "bytesTransferredOut")
}

// repeated is a body of left bytes.
type repeated struct {
	seed []byte
	left int64
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), r.left)], r.seed)
	r.left -= int64(n)
	return n, nil
}

// memory is what the process has in use after a collection.
func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// watchMemory looks at the memory in use until stop, and gives the most.
func watchMemory(stop <-chan struct{}) <-chan uint64 {
	out := make(chan uint64, 1)
	go func() {
		var peak uint64
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				out <- peak
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse+m.StackInuse)
			}
		}
	}()
	return out
}
