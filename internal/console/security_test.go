package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/console/signin"
)

// paths are requests of each route: a new route is in it by itself.
func (h *house) paths() (out [][2]string) {
	fill := strings.NewReplacer("{operation}", "LookupEvents", "{id}", "6f9619ff-8b86-4d01-b42d-00c04fc964ff")
	for _, r := range h.console.routes() {
		out = append(out, [2]string{r.method, apiPrefix + fill.Replace(r.path)})
	}
	return out
}

// secured checks what every answer of the console says to browsers.
func secured(t *testing.T, what string, a answer) {
	t.Helper()
	policy := a.header.Get("Content-Security-Policy")
	if policy == "" || !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("%s: the Content-Security-Policy is %q", what, policy)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	if a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%s: other origins may read the answer", what)
	}
}

func TestNothingWithoutASession(t *testing.T) {
	h := newHouse(t)
	paths := h.paths()
	if len(paths) < 10 {
		t.Fatalf("only %d routes", len(paths))
	}
	paths = append(paths, [2]string{"GET", "/console/api/"}, [2]string{"GET", "/console/api/no-such-call"}, [2]string{"DELETE", "/console/api/events/live"})
	for _, p := range paths {
		for _, session := range []string{"", "unknown", "admin; x"} {
			got := h.ask(session, p[0], p[1], "{}")
			if code, _ := got.code(t); got.status != http.StatusUnauthorized || code != signin.CodeNotSignedIn {
				t.Errorf("%s %s with the session %q: %d %s", p[0], p[1], session, got.status, got.body)
			}
			secured(t, p[0]+" "+p[1], got)
			if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %s: %v", p[0], p[1], got.header)
			}
		}
	}
	if calls := h.recorded(); len(calls) != 0 {
		t.Errorf("%d calls were recorded of nobody", len(calls))
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	h := newHouse(t)
	for _, p := range h.paths() {
		for name, change := range map[string]func(*http.Request){
			"no token":         func(r *http.Request) { r.Header.Del("X-Cairn-Csrf") },
			"another's token":  func(r *http.Request) { r.Header.Set("X-Cairn-Csrf", "token of somebody") },
			"a cross-site one": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
			"a same-site one":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		} {
			if p[0] == http.MethodGet && strings.Contains(name, "token") {
				continue // GETs change nothing
			}
			got := h.ask("admin", p[0], p[1], "{}", change)
			if code, _ := got.code(t); got.status != http.StatusForbidden || code != signin.CodeCsrfRefused {
				t.Errorf("%s %s, %s: %d %s", p[0], p[1], name, got.status, got.body)
			}
			secured(t, p[1], got)
		}
	}
	if calls := h.recorded(); len(calls) != 0 {
		t.Errorf("%d calls were recorded", len(calls))
	}
}

// TestRightsAreAsked: a user without rights gets nothing but what is the same for
// everybody, and its own saved queries; the refusal names the action, and is recorded.
func TestRightsAreAsked(t *testing.T) {
	h := newHouse(t)
	h.signIn("nobody", homeAccount, "nobody")
	free := map[string]bool{"catalogue": true, "sql": true, "saved-queries": true, "saved-queries/{id}": true}
	for path, c := range map[string]struct{ query, body, action string }{
		"cloudtrail/{operation}": {"", "{}", "cloudtrail:LookupEvents"},
		"events/suggest":         {"", `{"key":"EventName"}`, "cloudtrail:LookupEvents"},
		"events/live":            {"", "", "cloudtrail:LookupEvents"},
		"events/download":        {"?format=csv", "", "cloudtrail:LookupEvents"},
		"buckets":                {"", `{"name":"some-bucket","purpose":"query-results"}`, "s3:"},
		"validate":               {"?start=2026-01-01T00:00:00Z&trail=main", "", "cloudtrail:GetTrail"},
		"queries":                {"", "", "cloudtrail:ListQueries"},
		"query-results":          {"", `{"queryId":"6f9619ff-8b86-4d01-b42d-00c04fc964ff"}`, "cloudtrail:GetQueryResults"},
		"query-results/download": {"?format=json&queryId=6f9619ff-8b86-4d01-b42d-00c04fc964ff", "", "cloudtrail:GetQueryResults"},
		"catalogue":              {}, "sql": {}, "saved-queries": {}, "saved-queries/{id}": {},
	} {
		for _, r := range h.console.routes() {
			if r.path != path || free[path] {
				continue
			}
			h.recorded()
			got := h.ask("nobody", r.method, apiPrefix+strings.Replace(r.path, "{operation}", "LookupEvents", 1)+c.query, c.body)
			code, message := got.code(t)
			if got.status < 400 || code != "AccessDeniedException" || !strings.Contains(message, "user/nobody is not authorized to perform: "+c.action) {
				t.Errorf("%s %s: %d %s", r.method, path, got.status, got.body)
			}
			calls := h.recorded()
			if len(calls) != 1 || calls[0].ErrorCode != "AccessDenied" || !calls[0].SessionCredentialFromConsole {
				t.Errorf("%s %s: recorded %+v", r.method, path, calls)
			}
		}
	}
	for _, r := range h.console.routes() {
		if !free[r.path] && !strings.HasPrefix(r.path, "cloudtrail/") && !strings.Contains(" events/suggest events/live events/download buckets validate queries query-results query-results/download ", " "+r.path+" ") {
			t.Errorf("the route %s %s has no case here", r.method, r.path)
		}
	}
}

// TestOtherMethods: what a path does not have is refused, also to who is signed in.
func TestOtherMethods(t *testing.T) {
	h := newHouse(t)
	for path, method := range map[string]string{"events/live": "POST", "events/suggest": "GET", "no-such-call": "GET", "": "GET", "sql": "DELETE"} {
		got := h.ask("admin", method, apiPrefix+path, "{}")
		if got.status != http.StatusNotFound {
			t.Errorf("%s %s: %d %s", method, path, got.status, got.body)
		}
		secured(t, path, got)
	}
	for _, path := range []string{"events/live", "validate"} { // a HEAD would never end
		if got := h.ask("admin", "HEAD", apiPrefix+path, ""); got.status != http.StatusMethodNotAllowed {
			t.Errorf("HEAD %s: %d", path, got.status)
		}
	}
	for _, path := range []string{"/console/", "/console/events", "/console/assets/index-abc.js"} {
		if got := h.ask("admin", "POST", path, "{}"); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s: %d %s", path, got.status, got.body)
		}
	}
}

func TestRegionsAreChecked(t *testing.T) {
	h := newHouse(t)
	for _, region := range []string{"US-EAST-1", "us east", "../x", strings.Repeat("a", 33), "eu-west-1%0a"} {
		if got := h.ask("admin", "POST", "/console/api/cloudtrail/LookupEvents?region="+strings.ReplaceAll(region, " ", "+"), "{}"); got.status != http.StatusBadRequest {
			t.Errorf("Region %q: %d %s", region, got.status, got.body)
		}
	}
}
