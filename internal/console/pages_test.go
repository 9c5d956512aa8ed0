package console

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPages(t *testing.T) {
	h := newHouse(t)
	nonce := regexp.MustCompile(`'nonce-([^']+)'`)
	seen := make(map[string]bool)
	for _, path := range []string{"/console/", "/console/events", "/console/trails/main", "/console/index.html", "/console/a/../events", "/console/apis", "/console/assets"} {
		got := h.ask("", "GET", path, "")
		secured(t, path, got)
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/html; charset=utf-8" || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", path, got.status, got.header)
			continue
		}
		m := nonce.FindStringSubmatch(got.header.Get("Content-Security-Policy"))
		if m == nil || len(m[1]) < 22 || seen[m[1]] || got.body != strings.ReplaceAll(page, "{{NONCE}}", m[1]) {
			t.Errorf("%s: nonce %v, %s", path, m, got.body)
			continue
		}
		seen[m[1]] = true
		policy := strings.ReplaceAll(got.header.Get("Content-Security-Policy"), m[1], "N")
		if want := "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"; policy != want {
			t.Errorf("%s: %s", path, policy)
		}
	}
	if got := h.ask("", "HEAD", "/console/", ""); got.status != http.StatusOK || got.body != "" || got.header.Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d %v %q", got.status, got.header, got.body)
	}
}

func TestAssets(t *testing.T) {
	h := newHouse(t)
	f := func(name, accept, encoding, kind, body string) {
		t.Helper()
		got := h.ask("", "GET", "/console/assets/"+name, "", func(r *http.Request) { r.Header.Set("Accept-Encoding", accept) })
		secured(t, name, got)
		if got.status != http.StatusOK || got.header.Get("Content-Encoding") != encoding || got.header.Get("Content-Type") != kind || got.body != body ||
			got.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || got.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s for %q: %d %v %q", name, accept, got.status, got.header, got.body)
		}
		same := h.ask("", "GET", "/console/assets/"+name, "", func(r *http.Request) {
			r.Header.Set("Accept-Encoding", accept)
			r.Header.Set("If-None-Match", got.header.Get("ETag"))
		})
		if same.status != http.StatusNotModified || same.body != "" || got.header.Get("ETag") == "" {
			t.Errorf("%s again: %d %q", name, same.status, same.body)
		}
	}
	const script = "text/javascript; charset=utf-8"
	f("index-abc.js", "gzip, deflate, br, zstd", "br", script, "br-js")
	f("index-abc.js", "gzip", "gzip", script, "gz-js")
	f("index-abc.js", "br;q=0, gzip;q=0.5", "gzip", script, "gz-js")
	f("index-abc.js", "identity", "", script, "console.log(1)")
	f("index-abc.js", "nonsense;;q=x", "", script, "console.log(1)")
	f("index-abc.css", "br, gzip", "", "text/css; charset=utf-8", "body{}")
	f("logo.svg", "br", "", "image/svg+xml", "<svg/>")
	f("deep/font.woff2", "", "", "font/woff2", "font")
	if got := h.ask("", "HEAD", "/console/assets/index-abc.css", ""); got.status != http.StatusOK || got.body != "" || got.header.Get("Content-Length") != "6" {
		t.Errorf("HEAD: %d %v", got.status, got.header)
	}
	for _, name := range []string{"", "no.js", "deep", "deep/", "index-abc.js.br", "../index.html", "..%2findex.html", "%2e%2e/NOT-BUILT", "//etc/passwd", "..\\index.html"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = "/console/assets/" + name
		w := httptest.NewRecorder()
		h.console.ServeHTTP(w, r)
		if got := (answer{w.Code, w.Result().Header, w.Body.String()}); got.status != http.StatusNotFound || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q: %d %s", name, got.status, got.body)
		} else {
			secured(t, name, got)
		}
	}
}

func TestNotBuilt(t *testing.T) {
	p, err := newPages(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.page(w, httptest.NewRequest("GET", "/console/", nil))
	got := answer{w.Code, w.Result().Header, w.Body.String()}
	secured(t, "the page", got)
	if got.status != http.StatusOK || !strings.Contains(got.body, "make build") || strings.Contains(got.body, "<script") || strings.Contains(got.body, "style") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if _, err := newPages(fstest.MapFS{"NOT-BUILT": {}}); err == nil {
		t.Error("files without a page are a console")
	}
}

func TestFromBrowser(t *testing.T) {
	f := func(want bool, method, target string, header ...string) {
		t.Helper()
		r := httptest.NewRequest(method, target, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		if FromBrowser(r) != want {
			t.Errorf("%s %s %v: %v", method, target, header, !want)
		}
	}
	const html = "text/html,application/xhtml+xml,*/*;q=0.8"
	f(true, "GET", "/", "Accept", html)
	f(false, "GET", "/", "Accept", "*/*")
	f(false, "GET", "/")
	f(false, "POST", "/", "Accept", html)
	f(false, "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", "Accept", html)
	f(false, "GET", "/", "Accept", html, "Authorization", "AWS4-HMAC-SHA256 x")
	f(false, "GET", "/other", "Accept", html)
}

func TestSignInIsServed(t *testing.T) {
	h := newHouse(t)
	for path, want := range map[string]string{
		"/console/api/sign-in": "sign-in /sign-in", "/console/api/sign-in/mfa": "sign-in /sign-in/mfa", "/console/api/session": "sign-in /session",
		"/console/api/sign-out-everywhere": "sign-in /sign-out-everywhere", "/console/api/credentials/sessions/x": "sign-in /credentials/sessions/x", "/federation?Action=login": "federation Action=login",
	} {
		got := h.ask("", "GET", path, "")
		if got.body != want {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
		secured(t, path, got)
	}
}

// TestPanics: whatever breaks, the answer is one and says nothing.
func TestPanics(t *testing.T) {
	h := newHouse(t)
	h.console.cfg.Sessions = nil
	got := h.ask("admin", "GET", "/console/api/sql", "")
	if code, _ := got.code(t); got.status != http.StatusInternalServerError || code != "InternalFailure" || strings.Contains(got.body, "nil pointer") {
		t.Errorf("%d %s", got.status, got.body)
	}
	secured(t, "a failure", got)
}
