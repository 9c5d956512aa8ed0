package identity

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Whatever stands in the header and the query, the answer is an AuthError and
// nobody gets in.
func FuzzAuthorizationHeader(f *testing.F) {
	h := newHouse(f)
	real := h.lookup().signed(f)
	f.Add(real.Header.Get("Authorization"), "20260314T150926Z", "")
	f.Add(algorithm+" Credential=a/20260314/b/c/aws4_request,SignedHeaders=host,Signature=0", "20260314T150926Z", "a=b")
	f.Add(algorithm+" ,,=,=", "Sat, 14 Mar 2026 15:09:26 GMT", "%zz&;&=&+")
	f.Add("", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="+h.admin.AccessKeyID+
		"/20260314/a/b/aws4_request&X-Amz-Date=20260314T150926Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00&X-Amz-Expires=1")
	f.Add("AWS4-HMAC-SHA256", "", "X-Amz-Signature")
	f.Fuzz(func(t *testing.T, authorization, date, query string) {
		r := &http.Request{Method: "POST", URL: real.URL, Host: "x", Header: http.Header{}}
		u := *real.URL
		u.RawQuery = query
		r.URL = &u
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		r.Header.Set("X-Amz-Date", date)
		_, err := h.Verify(r, hashOf(""))
		var e *AuthError
		if !errors.As(err, &e) || e.Message == "" {
			t.Fatalf("got %v", err)
		}
	})
}

// What the SDK signs and a server can read verifies, and with one byte more in
// the path, the query or the body it does not.
func FuzzCanonicalRequest(f *testing.F) {
	h := newHouse(f)
	f.Add("POST", "/a/b", "x=1&y=2", "value", "body")
	f.Add("GET", "//a/../b%2F", "a&a=&=b&%41", "  two  spaces ", "")
	f.Add("PUT", "/ü %", "+=%2B&;=;", "\u00a0x\t y", "x")
	f.Add("DELETE", "/.", "X-Amz-Date=1", "", "")
	f.Fuzz(func(t *testing.T, method, path, query, value, body string) {
		r, err := http.NewRequest(method, endpoint, strings.NewReader(body))
		if err != nil || !strings.HasPrefix(path, "/") || strings.Contains(query, "X-Amz-") || strings.ContainsAny(query, "#\x00") {
			t.Skip()
		}
		r.URL.Path, r.URL.RawQuery = path, query
		r.Header.Set("X-Amz-Meta-Value", value)
		c := h.lookup()
		if err := v4.NewSigner().SignHTTP(t.Context(), c.creds, r, hashOf(body), c.service, c.region, c.at); err != nil {
			t.Skip()
		}
		var buf bytes.Buffer
		if r.Write(&buf) != nil {
			t.Skip()
		}
		got, err := http.ReadRequest(bufio.NewReader(&buf))
		if err != nil || got.URL.Host != "" || got.Method == "CONNECT" {
			t.Skip()
		}
		// A request whose header does not survive the wire as it was signed
		// is not the server's to repair.
		if strings.Join(got.Header["X-Amz-Meta-Value"], "") != strings.Trim(value, " \t") {
			t.Skip()
		}
		if _, err := h.Verify(got, hashOf(body)); err != nil {
			t.Fatalf("%s %s: %v", got.Method, got.URL, err)
		}
		if _, err := h.Verify(got, hashOf(body+"x")); err == nil {
			t.Fatal("another body verifies")
		}
		got.URL.RawQuery += "&zz=1"
		if _, err := h.Verify(got, hashOf(body)); err == nil {
			t.Fatal("another query verifies")
		}
	})
}
