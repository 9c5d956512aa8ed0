package encode

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Sign signs a request that [Request] made with Signature Version 4. Only the
// key ID is the caller's: the secret is made up, so the signature is well-formed
// and no one's. A session token is left out if it is "". The time is that of the
// signature, and its date that of the scope. The query stays in its order, which
// the signature does not depend on.
func Sign(r *http.Request, accessKeyID, service, region string, sessionToken string, at time.Time) {
	hash := sha256.New()
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err == nil {
			_, err = io.Copy(hash, body)
		}
		if err != nil {
			panic(fmt.Sprintf("BUG: the body of a request to sign is not in memory: %v", err))
		}
	}
	payload := hex.EncodeToString(hash.Sum(nil))
	if service == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", payload)
	}
	credentials := aws.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: "not-a-secret", SessionToken: sessionToken}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" })
	query := r.URL.RawQuery
	defer func() { r.URL.RawQuery = query }()
	if err := signer.SignHTTP(r.Context(), credentials, r, payload, service, region, at); err != nil {
		panic(fmt.Sprintf("BUG: a request cannot be signed: %v", err))
	}
}
