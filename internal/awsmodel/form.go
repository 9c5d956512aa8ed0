package awsmodel

import (
	"net/http"
	"net/url"
	"strings"
)

// maxForm bounds how much of a form is searched for Action and its like.
// Clients put them first.
const maxForm = 64 << 10

// formNames are the fields of a form that recognition needs.
var formNames = map[string]bool{
	"Action": true, "Version": true, "AWSAccessKeyId": true, "Signature": true,
}

// mediaType is the Content-Type in lower case and without its parameters.
func mediaType(h http.Header) string {
	t, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// formValues reads the fields of a form that recognition needs. A body that is
// not a form, or says it is something else, has none. Clients that send no
// Content-Type with a form are known, so none is as good as the right one.
func formValues(h http.Header, body []byte) url.Values {
	switch mediaType(h) {
	case "", "application/x-www-form-urlencoded":
	default:
		return nil
	}
	rest := string(body[:min(len(body), maxForm)])
	out := url.Values{}
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, "&")
		name, value, ok := strings.Cut(part, "=")
		if !ok || !formNames[name] || out.Has(name) {
			continue
		}
		if plain, err := url.QueryUnescape(value); err == nil {
			out.Set(name, plain)
		}
	}
	return out
}
