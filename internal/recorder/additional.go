package recorder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/gateway"
)

// additional makes additionalEventData: S3's facts of the transfer, and under
// "recorder" what Cairn could not tell, which no event of CloudTrail has.
func (r *Recorder) additional(x *gateway.Exchange, p *pending, notes ...[2]string) json.RawMessage {
	o := object{}
	o.open()
	if p.call.ServiceName == "s3" || p.call.ServiceName == "s3control" {
		s3Additional(&o, x, &p.call.Signature)
	}
	if len(notes) > 0 {
		o.member("recorder")
		o.open()
		for _, n := range notes {
			o.text(n[0], clean(n[1]))
		}
		o.close()
	}
	o.close()
	if len(o.b) == len("{}") {
		return nil
	}
	return o.b
}

// s3Additional has the members that S3's records have (real records; "Amazon S3
// CloudTrail log file entries").
func s3Additional(o *object, x *gateway.Exchange, signature *awsmodel.Signature) {
	q := x.Request.HTTP
	if signature.Kind != awsmodel.Anonymous {
		version := "SigV4"
		if signature.Kind != awsmodel.SigV4 {
			version = string(signature.Kind)
		}
		o.text("SignatureVersion", version)
	}
	if q.TLS != nil {
		o.text("CipherSuite", CipherSuite(q.TLS.CipherSuite))
	}
	o.member("bytesTransferredIn")
	o.b = strconv.AppendInt(o.b, payloadBytes(x), 10)
	if applied := sseApplied(x.Header); applied != "" {
		o.text("SSEApplied", applied)
	}
	if signature.Kind != awsmodel.Anonymous {
		method := "AuthHeader"
		if signature.Presigned {
			method = "QueryString"
		}
		o.text("AuthenticationMethod", method)
	}
	o.some("x-amz-id-2", clean(x.Header.Get("X-Amz-Id-2")))
	if x.BytesOut >= 0 {
		o.member("bytesTransferredOut")
		o.b = strconv.AppendInt(o.b, x.BytesOut, 10)
	}
}

// payloadBytes is the length of what was sent, without the frames of chunked
// signatures.
func payloadBytes(x *gateway.Exchange) int64 {
	if decoded := x.Request.HTTP.Header.Get("X-Amz-Decoded-Content-Length"); decoded != "" {
		if n, err := strconv.ParseInt(decoded, 10, 64); err == nil && n >= 0 && n <= x.BytesIn {
			return n
		}
	}
	return x.BytesIn
}

// sseApplied names the encryption at rest that an answer tells of.
func sseApplied(h http.Header) string {
	switch h.Get("X-Amz-Server-Side-Encryption") {
	case "AES256":
		return "SSE_S3"
	case "aws:kms":
		return "SSE_KMS"
	case "aws:kms:dsse":
		return "DSSE_KMS"
	}
	if h.Get("X-Amz-Server-Side-Encryption-Customer-Algorithm") != "" {
		return "SSE_C"
	}
	return ""
}

// plainBody undoes the compression of a body that was kept. The result is
// bounded, since a few bytes can stand for very many.
func plainBody(h http.Header, body []byte) ([]byte, error) {
	if len(body) == 0 || !strings.EqualFold(h.Get("Content-Encoding"), "gzip") {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	defer z.Close()
	out, err := io.ReadAll(io.LimitReader(z, keptDelete+1))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	if len(out) > keptDelete {
		return nil, fmt.Errorf("unpacked, it has more than %d bytes", keptDelete)
	}
	return out, nil
}
