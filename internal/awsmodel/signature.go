package awsmodel

import (
	"net/http"
	"net/url"
	"strings"
)

// Signature is how a request says who sends it. Nothing here is verified.
type Signature struct {
	Kind SignatureKind
	// AccessKeyID is the key as sent.
	AccessKeyID string
	// Region and Service are those of the credential scope; SigV4A has no
	// Region in its scope, and Region is then the first of its Region set.
	Region, Service string
	// Presigned is set where the signature is in the query.
	Presigned bool
}

// SignatureKind is the kind of a signature.
type SignatureKind string

// The kinds. Bearer is a token (RFC 6750), as Amazon Bedrock and CodeCatalyst
// take it.
const (
	Anonymous SignatureKind = ""
	SigV4     SignatureKind = "SigV4"
	SigV4A    SignatureKind = "SigV4A"
	SigV2     SignatureKind = "SigV2"
	Bearer    SignatureKind = "Bearer"
)

// parseSignature reads the Authorization header or, where there is none, the
// parameters of a presigned URL ("Signature Version 4 for API requests" in the
// IAM user guide; "Signing and authenticating REST requests" in that of S3 for
// version 2). form has those of old query calls.
func parseSignature(r *http.Request, query, form url.Values) Signature {
	header := r.Header.Get("Authorization")
	scheme, rest, _ := strings.Cut(header, " ")
	switch {
	case scheme == "AWS4-HMAC-SHA256" || scheme == "AWS4-ECDSA-P256-SHA256":
		credential := ""
		for part := range strings.SplitSeq(rest, ",") {
			if value, ok := strings.CutPrefix(strings.TrimSpace(part), "Credential="); ok {
				credential = value
			}
		}
		return scoped(scheme, credential, r.Header.Get("X-Amz-Region-Set"))
	case scheme == "AWS":
		key, _, _ := strings.Cut(strings.TrimSpace(rest), ":")
		return Signature{Kind: SigV2, AccessKeyID: key, Service: "s3"}
	case strings.EqualFold(scheme, "Bearer"):
		return Signature{Kind: Bearer}
	}
	if credential := query.Get("X-Amz-Credential"); credential != "" {
		s := scoped(query.Get("X-Amz-Algorithm"), credential, query.Get("X-Amz-Region-Set"))
		s.Presigned = true
		return s
	}
	for _, values := range []url.Values{query, form} {
		if key := values.Get("AWSAccessKeyId"); key != "" && values.Get("Signature") != "" {
			s := Signature{Kind: SigV2, AccessKeyID: key, Presigned: true}
			if values.Get("Expires") != "" && values.Get("Action") == "" {
				s.Service = "s3"
			}
			return s
		}
	}
	return Signature{}
}

// scoped reads a credential: key/date/region/service/aws4_request, without the
// region for SigV4A. The key may hold slashes, so it is read from the end.
func scoped(algorithm, credential, regions string) Signature {
	parts := strings.Split(credential, "/")
	n := len(parts)
	s := Signature{Kind: SigV4}
	scope := 4
	if algorithm == "AWS4-ECDSA-P256-SHA256" {
		s.Kind, scope = SigV4A, 3
		s.Region, _, _ = strings.Cut(regions, ",")
		s.Region = strings.TrimSpace(s.Region)
	}
	if n <= scope {
		s.AccessKeyID = parts[0]
		return s
	}
	s.AccessKeyID = strings.Join(parts[:n-scope], "/")
	s.Service = strings.ToLower(parts[n-2])
	if s.Kind == SigV4 {
		s.Region = parts[n-3]
	}
	return s
}
