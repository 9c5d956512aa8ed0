package objects

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// The operations that Cairn and its users need, by the AWS SDK, with metadata in
// extended attributes and in files.
func TestOperations(t *testing.T) {
	for _, sidecar := range []bool{false, true} {
		t.Run(fmt.Sprintf("sidecar=%v", sidecar), func(t *testing.T) {
			e := start(t, Config{Sidecar: sidecar})
			c := e.client(alice)
			b := e.bucket(c, "logs")
			for name, test := range map[string]func(*endpoint, *s3.Client, string){
				"metadata": testMetadata, "listing": testListing, "deletion": testDeletion, "multipart": testMultipart,
				"copy": testCopy, "range": testRange, "conditional": testConditional, "presigned": testPresigned,
				"tagging": testTagging, "versions": testVersions,
			} {
				t.Run(name, func(t *testing.T) {
					test(&endpoint{TB: t, Server: e.Server, log: e.log, wire: e.wire}, c, b)
				})
			}
		})
	}
}

func TestBuckets(t *testing.T) {
	e := start(t, Config{})
	c := e.client(alice)
	e.bucket(c, "first")
	e.bucket(c, "second.with-dots")
	out, err := c.ListBuckets(ctx(t), &s3.ListBucketsInput{})
	check(t, err)
	if len(out.Buckets) != 2 || *out.Buckets[0].Name != "first" || *out.Buckets[1].Name != "second.with-dots" || *out.Owner.ID != one {
		t.Errorf("buckets %v of %v", out.Buckets, out.Owner)
	}
	_, err = c.CreateBucket(ctx(t), &s3.CreateBucketInput{Bucket: aws.String("first")})
	e.refused(err, "BucketAlreadyOwnedByYou")
	_, err = e.client(carol).CreateBucket(ctx(t), &s3.CreateBucketInput{Bucket: aws.String("first")})
	e.refused(err, "BucketAlreadyExists")
	_, err = c.CreateBucket(ctx(t), &s3.CreateBucketInput{Bucket: aws.String("Not_A_Bucket")})
	e.refused(err, "InvalidBucketName")
	_, err = c.HeadBucket(ctx(t), &s3.HeadBucketInput{Bucket: aws.String("first")})
	check(t, err)
	_, err = c.HeadBucket(ctx(t), &s3.HeadBucketInput{Bucket: aws.String("nowhere")})
	e.refused(err, "NotFound")
	where, err := c.GetBucketLocation(ctx(t), &s3.GetBucketLocationInput{Bucket: aws.String("first")})
	check(t, err)
	if where.LocationConstraint != "" {
		t.Errorf("us-east-1 is called %q", where.LocationConstraint)
	}
	e.put(c, "first", "k", "v")
	_, err = c.DeleteBucket(ctx(t), &s3.DeleteBucketInput{Bucket: aws.String("first")})
	e.refused(err, "BucketNotEmpty")
	_, err = c.DeleteObject(ctx(t), &s3.DeleteObjectInput{Bucket: aws.String("first"), Key: aws.String("k")})
	check(t, err)
	_, err = c.DeleteBucket(ctx(t), &s3.DeleteBucketInput{Bucket: aws.String("first")})
	check(t, err)
	_, err = c.ListObjectsV2(ctx(t), &s3.ListObjectsV2Input{Bucket: aws.String("first")})
	e.refused(err, "NoSuchBucket")
}

// The AWS CLI's validation of log files finds metadata by names in lower case.
func testMetadata(e *endpoint, c *s3.Client, b string) {
	_, err := c.PutObject(ctx(e), &s3.PutObjectInput{
		Bucket: &b, Key: aws.String("meta"), Body: strings.NewReader("x"), ContentType: aws.String("application/json"),
		ContentEncoding: aws.String("gzip"), Metadata: map[string]string{"signature": "abc", "Signature-Algorithm": "SHA256withRSA"},
	})
	check(e, err)
	e.wire.since()
	head, err := c.HeadObject(ctx(e), &s3.HeadObjectInput{Bucket: &b, Key: aws.String("meta")})
	check(e, err)
	raw := e.wire.since()
	for _, want := range []string{"\r\nx-amz-meta-signature: abc\r\n", "\r\nx-amz-meta-signature-algorithm: SHA256withRSA\r\n"} {
		if !strings.Contains(raw, want) {
			e.Errorf("the head of the answer has no %q:\n%s", want, raw)
		}
	}
	if *head.ContentType != "application/json" || *head.ContentEncoding != "gzip" || *head.ContentLength != 1 || len(*head.ETag) != 34 {
		e.Errorf("head: %v %v %v %v", *head.ContentType, *head.ContentEncoding, *head.ContentLength, *head.ETag)
	}
	_, err = c.GetObject(ctx(e), &s3.GetObjectInput{Bucket: &b, Key: aws.String("nothing")})
	e.refused(err, "NoSuchKey")
}

func testListing(e *endpoint, c *s3.Client, b string) {
	for i := range 12 {
		e.put(c, b, fmt.Sprintf("list/AWSLogs/%02d/log.json.gz", i), "x")
	}
	e.put(c, b, "list/top", "x")
	var keys, prefixes []string
	p := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: &b, Prefix: aws.String("list/AWSLogs/"), MaxKeys: aws.Int32(5)})
	pages := 0
	for ; p.HasMorePages(); pages++ {
		page, err := p.NextPage(ctx(e))
		check(e, err)
		for _, o := range page.Contents {
			keys = append(keys, *o.Key)
		}
	}
	if len(keys) != 12 || pages != 3 || keys[11] != "list/AWSLogs/11/log.json.gz" {
		e.Errorf("%d pages: %v", pages, keys)
	}
	out, err := c.ListObjectsV2(ctx(e), &s3.ListObjectsV2Input{Bucket: &b, Prefix: aws.String("list/"), Delimiter: aws.String("/")})
	check(e, err)
	for _, p := range out.CommonPrefixes {
		prefixes = append(prefixes, *p.Prefix)
	}
	if len(out.Contents) != 1 || *out.Contents[0].Key != "list/top" || fmt.Sprint(prefixes) != "[list/AWSLogs/]" {
		e.Errorf("%v %v", out.Contents, prefixes)
	}
	after, err := c.ListObjectsV2(ctx(e), &s3.ListObjectsV2Input{Bucket: &b, Prefix: aws.String("list/"), StartAfter: aws.String("list/AWSLogs/09/log.json.gz")})
	check(e, err)
	if len(after.Contents) != 3 {
		e.Errorf("after 09: %d", len(after.Contents))
	}
	v1, err := c.ListObjects(ctx(e), &s3.ListObjectsInput{Bucket: &b, Prefix: aws.String("list/"), Marker: aws.String("list/AWSLogs/10/log.json.gz")})
	check(e, err)
	if len(v1.Contents) != 2 {
		e.Errorf("version 1 after 10: %d", len(v1.Contents))
	}
}

func testDeletion(e *endpoint, c *s3.Client, b string) {
	var ids []types.ObjectIdentifier
	for i := range 5 {
		key := fmt.Sprintf("gone/%d", i)
		e.put(c, b, key, "x")
		ids = append(ids, types.ObjectIdentifier{Key: &key})
	}
	ids = append(ids, types.ObjectIdentifier{Key: aws.String("gone/never")})
	out, err := c.DeleteObjects(ctx(e), &s3.DeleteObjectsInput{Bucket: &b, Delete: &types.Delete{Objects: ids}})
	check(e, err)
	if len(out.Deleted) != 6 || len(out.Errors) != 0 {
		e.Errorf("deleted %d, errors %v", len(out.Deleted), out.Errors)
	}
	left, err := c.ListObjectsV2(ctx(e), &s3.ListObjectsV2Input{Bucket: &b, Prefix: aws.String("gone/")})
	check(e, err)
	if len(left.Contents) != 0 {
		e.Errorf("left: %v", left.Contents)
	}
}

func testMultipart(e *endpoint, c *s3.Client, b string) {
	key := aws.String("parts/whole")
	up, err := c.CreateMultipartUpload(ctx(e), &s3.CreateMultipartUploadInput{Bucket: &b, Key: key, Metadata: map[string]string{"who": "parts"}})
	check(e, err)
	var done []types.CompletedPart
	var want bytes.Buffer
	for n := range int32(2) {
		part := bytes.Repeat([]byte{byte('a' + n)}, 5<<20)
		want.Write(part)
		out, err := c.UploadPart(ctx(e), &s3.UploadPartInput{Bucket: &b, Key: key, UploadId: up.UploadId, PartNumber: aws.Int32(n + 1), Body: bytes.NewReader(part)})
		check(e, err)
		done = append(done, types.CompletedPart{ETag: out.ETag, PartNumber: aws.Int32(n + 1), ChecksumCRC32: out.ChecksumCRC32})
	}
	listed, err := c.ListMultipartUploads(ctx(e), &s3.ListMultipartUploadsInput{Bucket: &b})
	check(e, err)
	if len(listed.Uploads) != 1 {
		e.Errorf("uploads: %v", listed.Uploads)
	}
	_, err = c.CompleteMultipartUpload(ctx(e), &s3.CompleteMultipartUploadInput{Bucket: &b, Key: key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: done}})
	check(e, err)
	out, err := c.GetObject(ctx(e), &s3.GetObjectInput{Bucket: &b, Key: key})
	check(e, err)
	if got := readAll(e, out.Body); got != want.String() || out.Metadata["who"] != "parts" || !strings.HasSuffix(*out.ETag, `-2"`) {
		e.Errorf("%d bytes, metadata %v, etag %s", len(got), out.Metadata, *out.ETag)
	}
	up, err = c.CreateMultipartUpload(ctx(e), &s3.CreateMultipartUploadInput{Bucket: &b, Key: aws.String("parts/dropped")})
	check(e, err)
	_, err = c.AbortMultipartUpload(ctx(e), &s3.AbortMultipartUploadInput{Bucket: &b, Key: aws.String("parts/dropped"), UploadId: up.UploadId})
	check(e, err)
	_, err = c.UploadPart(ctx(e), &s3.UploadPartInput{Bucket: &b, Key: aws.String("parts/dropped"), UploadId: up.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("x")})
	e.refused(err, "NoSuchUpload")
}

func testCopy(e *endpoint, c *s3.Client, b string) {
	_, err := c.PutObject(ctx(e), &s3.PutObjectInput{Bucket: &b, Key: aws.String("copy/from here"), Body: strings.NewReader("text"), Metadata: map[string]string{"a": "b"}})
	check(e, err)
	_, err = c.CopyObject(ctx(e), &s3.CopyObjectInput{Bucket: &b, Key: aws.String("copy/to"), CopySource: aws.String(b + "/copy/from%20here")})
	check(e, err)
	out, err := c.GetObject(ctx(e), &s3.GetObjectInput{Bucket: &b, Key: aws.String("copy/to")})
	check(e, err)
	if got := readAll(e, out.Body); got != "text" || out.Metadata["a"] != "b" {
		e.Errorf("copy is %q with %v", got, out.Metadata)
	}
}

func testRange(e *endpoint, c *s3.Client, b string) {
	e.put(c, b, "range", "0123456789")
	for header, want := range map[string]string{"bytes=2-4": "234", "bytes=7-": "789", "bytes=-1": "9", "bytes=0-100": "0123456789"} {
		out, err := c.GetObject(ctx(e), &s3.GetObjectInput{Bucket: &b, Key: aws.String("range"), Range: &header})
		check(e, err)
		if got := readAll(e, out.Body); got != want {
			e.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	_, err := c.GetObject(ctx(e), &s3.GetObjectInput{Bucket: &b, Key: aws.String("range"), Range: aws.String("bytes=10-")})
	e.refused(err, "InvalidRange")
}

func testConditional(e *endpoint, c *s3.Client, b string) {
	put := func(match, none *string) error {
		_, err := c.PutObject(ctx(e), &s3.PutObjectInput{Bucket: &b, Key: aws.String("once"), Body: strings.NewReader("x"), IfMatch: match, IfNoneMatch: none})
		return err
	}
	check(e, put(nil, aws.String("*")))
	e.refused(put(nil, aws.String("*")), "PreconditionFailed")
	head, err := c.HeadObject(ctx(e), &s3.HeadObjectInput{Bucket: &b, Key: aws.String("once")})
	check(e, err)
	check(e, put(head.ETag, nil))
	e.refused(put(aws.String(`"0123456789abcdef0123456789abcdef"`), nil), "PreconditionFailed")
	_, err = c.GetObject(ctx(e), &s3.GetObjectInput{Bucket: &b, Key: aws.String("once"), IfNoneMatch: head.ETag})
	e.refused(err, "NotModified")
}

func testPresigned(e *endpoint, c *s3.Client, b string) {
	p := s3.NewPresignClient(c)
	put, err := p.PresignPutObject(ctx(e), &s3.PutObjectInput{Bucket: &b, Key: aws.String("pre signed")})
	check(e, err)
	if code, text := e.send("PUT", put.URL, "by link"); code != 200 {
		e.Fatalf("put: %d %s", code, text)
	}
	get, err := p.PresignGetObject(ctx(e), &s3.GetObjectInput{Bucket: &b, Key: aws.String("pre signed")})
	check(e, err)
	if code, text := e.send("GET", get.URL, ""); code != 200 || text != "by link" {
		e.Errorf("get: %d %s", code, text)
	}
	if code, text := e.send("GET", strings.Replace(get.URL, "pre%20signed", "once", 1), ""); code != 403 || !strings.Contains(text, "SignatureDoesNotMatch") {
		e.Errorf("another key: %d %s", code, text)
	}
	if code, text := e.send("GET", e.URL()+"/"+b+"/once", ""); code != 403 || !strings.Contains(text, "AccessDenied") {
		e.Errorf("unsigned: %d %s", code, text)
	}
}

func testTagging(e *endpoint, c *s3.Client, b string) {
	e.put(c, b, "tagged", "x")
	tags := &types.Tagging{TagSet: []types.Tag{{Key: aws.String("team"), Value: aws.String("audit")}}}
	_, err := c.PutObjectTagging(ctx(e), &s3.PutObjectTaggingInput{Bucket: &b, Key: aws.String("tagged"), Tagging: tags})
	check(e, err)
	of, err := c.GetObjectTagging(ctx(e), &s3.GetObjectTaggingInput{Bucket: &b, Key: aws.String("tagged")})
	check(e, err)
	_, err = c.PutBucketTagging(ctx(e), &s3.PutBucketTaggingInput{Bucket: &b, Tagging: tags})
	check(e, err)
	ofBucket, err := c.GetBucketTagging(ctx(e), &s3.GetBucketTaggingInput{Bucket: &b})
	check(e, err)
	for _, set := range [][]types.Tag{of.TagSet, ofBucket.TagSet} {
		if len(set) != 1 || *set[0].Value != "audit" {
			e.Errorf("tags: %v", set)
		}
	}
}

func testVersions(e *endpoint, c *s3.Client, _ string) {
	b := e.bucket(c, "versioned")
	_, err := c.PutBucketVersioning(ctx(e), &s3.PutBucketVersioningInput{Bucket: &b, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	check(e, err)
	e.put(c, b, "k", "first")
	e.put(c, b, "k", "second")
	out, err := c.ListObjectVersions(ctx(e), &s3.ListObjectVersionsInput{Bucket: &b})
	check(e, err)
	if len(out.Versions) != 2 {
		e.Fatalf("versions: %v", out.Versions)
	}
	old, err := c.GetObject(ctx(e), &s3.GetObjectInput{Bucket: &b, Key: aws.String("k"), VersionId: out.Versions[1].VersionId})
	check(e, err)
	if got := readAll(e, old.Body); got != "first" {
		e.Errorf("the older version is %q", got)
	}
	_, err = c.DeleteObject(ctx(e), &s3.DeleteObjectInput{Bucket: &b, Key: aws.String("k")})
	check(e, err)
	_, err = c.GetObject(ctx(e), &s3.GetObjectInput{Bucket: &b, Key: aws.String("k")})
	e.refused(err, "NoSuchKey")
}
