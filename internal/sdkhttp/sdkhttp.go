// Package sdkhttp is the HTTP client of tests that call a server with the AWS SDK and
// must not try again.
package sdkhttp

import (
	"bytes"
	"io"
	"net/http"
)

// WholeBodies is an HTTP client that has read a request's body before it sends it. The
// SDK closes the body once an answer begins, while net/http may still look for the body's
// end; that is an error then, which drops the connection and the rest of the answer. The
// SDK tries again, which tests that count calls must not.
type WholeBodies struct{}

// Do implements aws.HTTPClient.
func (WholeBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return http.DefaultClient.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return http.DefaultClient.Do(r)
}
