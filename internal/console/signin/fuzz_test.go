package signin

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzDestination: whatever a link says, it leads to a page of this console, as a
// browser would take it, or nowhere.
func FuzzDestination(f *testing.F) {
	for _, seed := range []string{"", "/console/", "/console/events?a=b#c", "//evil.example/console/", "/\\evil.example", "https://console.aws.amazon.com/x", "http://127.0.0.1:4570/console/x", "/console/%2e%2e/x", "/console/..;/x", "javascript:alert(1)"} {
		f.Add(seed)
	}
	s := &Service{}
	r := httptest.NewRequest("GET", "http://127.0.0.1:4570/federation", nil)
	base, err := url.Parse("http://127.0.0.1:4570/federation")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, destination string) {
		page, ok := s.federationPage(r, destination)
		if !ok {
			return
		}
		u, err := base.Parse(page)
		if err != nil || u.Scheme != "http" || u.Host != base.Host || u.User != nil {
			t.Fatalf("%q leads to %q: %v %v", destination, page, u, err)
		}
		if u.Path != "/console" && !strings.HasPrefix(u.Path, "/console/") || strings.HasPrefix(u.Path, "/console/api/") || strings.ContainsAny(page, "\\\r\n\t\x00") {
			t.Fatalf("%q leads to %q", destination, page)
		}
	})
}

// FuzzBody: a body is read or refused, and what is refused is not repeated.
func FuzzBody(f *testing.F) {
	f.Add(`{"account":"111122223333","user":"alice","password":"secret"}`)
	f.Add(`{"password":"secret`)
	f.Add(`{"password":1e999}`)
	f.Fuzz(func(t *testing.T, body string) {
		var in struct {
			Account, User, Password string
			Root                    bool
		}
		r := httptest.NewRequest("POST", "/sign-in", strings.NewReader(body))
		refused := readBody(httptest.NewRecorder(), r, &in)
		if refused == nil {
			if strings.TrimSpace(body) != "" && !json.Valid([]byte(body)) {
				t.Fatalf("%q was read as %+v", body, in)
			}
			return
		}
		if refused.Status != 400 && refused.Status != 413 || strings.Contains(refused.Message, body) && len(body) > 12 {
			t.Fatalf("%q: %v", body, refused)
		}
	})
}
