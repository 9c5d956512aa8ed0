package app

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestCrashConsole kills a server right after a sign-in: the session goes on at the
// next start, and its sign-in is recorded once. One that was ended stays ended.
func TestCrashConsole(t *testing.T) {
	dir := t.TempDir()
	p := launch(t, dir)
	cookie, csrf := signInAt(t, p.url, dir)
	p.kill(t)
	s := start(t, dir, nil)
	b := &browser{server: s, http: &http.Client{Transport: withCookie{cookie}}, csrf: csrf}
	if status, text := b.call("GET", "session", nil); status != http.StatusOK {
		t.Fatalf("after the crash: %d %s", status, text)
	}
	if n := len(b.events("ConsoleLogin")); n != 1 {
		t.Errorf("the sign-in is recorded %d times", n)
	}
	b.must("POST", "sign-out", nil, nil)
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.server = start(t, dir, nil)
	if status, text := b.call("GET", "session", nil); status != http.StatusUnauthorized {
		t.Errorf("after signing out and a restart: %d %s", status, text)
	}
}

// signInAt signs the administrator in at a server, with the key in its folder.
func signInAt(t *testing.T, url, dir string) (cookie *http.Cookie, csrf string) {
	t.Helper()
	key, err := newClient(t, url, dir, "default").cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]string{"accessKeyId": key.AccessKeyID, "secretAccessKey": key.SecretAccessKey})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/console/api/sign-in/key", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Cairn-Csrf", "sign-in")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var session struct{ CSRF string }
	if err := json.NewDecoder(resp.Body).Decode(&session); err != nil || resp.StatusCode != http.StatusOK || len(resp.Cookies()) != 1 {
		t.Fatalf("signing in: %s, %v, %d cookies", resp.Status, err, len(resp.Cookies()))
	}
	return resp.Cookies()[0], session.CSRF
}

// withCookie sends a cookie that the server set under another address.
type withCookie struct{ cookie *http.Cookie }

// RoundTrip implements http.RoundTripper.
func (c withCookie) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.AddCookie(c.cookie)
	return http.DefaultTransport.RoundTrip(r)
}
