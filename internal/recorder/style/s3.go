package style

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// s3Request gives S3's requestParameters, which are those of HTTP: the bucket
// and the key, the Host, the query, the x-amz-* headers that the operation has,
// and the document of the body (real records; "Amazon S3 CloudTrail log file
// entries" for objects and presigned calls).
func s3Request(call *awsmodel.Call, r *http.Request, body []byte) (decode.Value, error) {
	v := decode.Value{Kind: decode.Object}
	text := func(name, value string) {
		v.Fields = append(v.Fields, decode.Field{Name: name, Value: decode.Value{Kind: decode.Text, Text: value}})
	}
	err := s3Body(call, body, &v)
	if call.Bucket != "" && call.ServiceName == "s3" {
		text("bucketName", call.Bucket)
	}
	text("Host", r.Host)
	for _, label := range call.Labels {
		if label.Name == "Key" { // R: those of the control endpoint are not recorded
			text("key", label.Value)
		}
	}
	s3Query(call, r, text)
	s3Headers(call, r.Header, text)
	return v, err
}

// presigned are the parameters of a presigned URL that are recorded; what
// proves the caller is not.
//
//nolint:gochecknoglobals // a table
var presigned = []string{"X-Amz-Algorithm", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders"}

// s3Query records the query as it is, in its order.
func s3Query(call *awsmodel.Call, r *http.Request, text func(name, value string)) {
	if r.URL == nil {
		return
	}
	for part := range strings.SplitSeq(r.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || name == "" {
			continue
		}
		if value, err = url.QueryUnescape(value); err != nil {
			continue
		}
		lower := strings.ToLower(name)
		switch {
		case strings.HasPrefix(lower, "x-amz-") && !slices.Contains(presigned, name):
			continue
		case lower == "awsaccesskeyid" || lower == "signature":
			continue
		case call.ServiceName == "s3control":
			name = lowerFirst(name)
		}
		text(name, value)
	}
}

// s3Headers records the headers that the model gives the input, but those that
// hold a customer's key or the object's own metadata.
func s3Headers(call *awsmodel.Call, header http.Header, text func(name, value string)) {
	if call.Operation == nil || call.Operation.Input == nil {
		return
	}
	for i := range call.Operation.Input.Members {
		m := &call.Operation.Input.Members[i]
		name := strings.ToLower(m.WireName())
		if m.Location != awsmodel.InHeader || !strings.HasPrefix(name, "x-amz-") || call.ServiceName == "s3control" && m.Name == "AccountId" {
			continue
		}
		if hides(call, m) || strings.Contains(name, "customer-key") || strings.HasPrefix(name, "x-amz-sdk-") || strings.HasPrefix(name, "x-amz-checksum-") {
			continue
		}
		if value := header.Get(name); value != "" {
			text(name, value)
		}
	}
}

func hides(call *awsmodel.Call, m *awsmodel.Member) bool { return newConverter(call).hides(m) }

// s3Body records the document of a body: an XML document under the name of its
// root, a bucket policy as the JSON that it is.
func s3Body(call *awsmodel.Call, body []byte, v *decode.Value) error {
	op := call.Operation
	if len(body) == 0 || op == nil || op.Input == nil {
		return nil
	}
	if p := op.Input.Payload; p != nil && (p.Shape.Type == awsmodel.Blob || p.Streaming) {
		return nil
	}
	if op.Name == "PutBucketPolicy" {
		policy, err := decode.JSON(body, decode.DefaultLimits)
		v.Fields = append(v.Fields, decode.Field{Name: "bucketPolicy", Value: policy})
		return err
	}
	doc, err := decode.Document(body, decode.DefaultLimits)
	for i := range doc.Fields {
		f := &doc.Fields[i]
		v.Fields = append(v.Fields, decode.Field{Name: f.Name, Value: loose(&f.Value)})
	}
	return err
}

// s3Answer are the headers of answers that responseElements have ("Amazon S3
// CloudTrail log file entries": PutObject and the multipart calls).
//
//nolint:gochecknoglobals // a table
var s3Answer = []string{
	"x-amz-version-id", "x-amz-delete-marker", "x-amz-copy-source-version-id", "x-amz-expiration", "x-amz-abort-date", "x-amz-abort-rule-id",
	"x-amz-restore-output-path", "x-amz-request-charged",
	"x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-bucket-key-enabled",
	"x-amz-server-side-encryption-customer-algorithm",
}

// s3 reads S3's answers: of writes, the headers that say what became of the
// object, and the documents of copies and multipart uploads.
func (out *Response) s3(call *awsmodel.Call, status int, header http.Header, body []byte, wanted, needed bool) {
	// CopyObject and CompleteMultipartUpload may fail behind a status of 200.
	if errorDocument(body) {
		out.fail(call, status, header, body)
		return
	}
	if needed {
		out.Output, out.Err = decode.Output(call.Operation, call.Protocol, status, header, body, "", decode.DefaultLimits)
	}
	if !wanted {
		return
	}
	v := decode.Value{Kind: decode.Object}
	for _, name := range s3Answer {
		if value := header.Get(name); value != "" {
			v.Fields = append(v.Fields, decode.Field{Name: name, Value: decode.Value{Kind: decode.Text, Text: value}})
		}
	}
	if len(body) > 0 && s3Documents[call.Operation.Name] {
		doc, err := decode.Document(body, decode.DefaultLimits)
		for i := range doc.Fields {
			v.Fields = append(v.Fields, decode.Field{Name: doc.Fields[i].Name, Value: loose(&doc.Fields[i].Value)})
		}
		out.Err = err
	}
	out.Elements = orNull(v)
}

// errorDocument tells whether the root of a document is S3's Error.
func errorDocument(body []byte) bool {
	head := strings.TrimSpace(string(body[:min(len(body), 256)]))
	if rest, ok := strings.CutPrefix(head, "<?xml"); ok {
		_, rest, _ = strings.Cut(rest, "?>")
		head = strings.TrimSpace(rest)
	}
	return strings.HasPrefix(head, "<Error>") || strings.HasPrefix(head, "<Error ")
}

// s3Documents are the writes whose answers have a document worth keeping.
//
//nolint:gochecknoglobals // a table
var s3Documents = map[string]bool{
	"CreateMultipartUpload": true, "CompleteMultipartUpload": true, "CopyObject": true, "UploadPartCopy": true,
}
