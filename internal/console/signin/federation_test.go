package signin

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// federate calls the endpoint as tools do: with everything in the query.
func (b *browser) federate(method string, values url.Values) answer {
	b.h.t.Helper()
	r := b.request("GET", "/federation?"+values.Encode(), nil)
	if method == "POST" {
		r = b.request("POST", "/federation", values.Encode())
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Del(csrfHeader)
	}
	return b.send(b.h.service.Federation(), r)
}

func signinValues(c identity.Credentials, duration string) url.Values {
	session, _ := json.Marshal(object{"sessionId": c.AccessKeyID, "sessionKey": c.SecretAccessKey, "sessionToken": c.SessionToken})
	values := url.Values{"Action": {"getSigninToken"}, "SessionType": {"json"}, "Session": {string(session)}}
	if duration != "" {
		values.Set("SessionDuration", duration)
	}
	return values
}

func (b *browser) signinToken(c identity.Credentials, duration string) string {
	b.h.t.Helper()
	return b.federate("GET", signinValues(c, duration)).want(200, "").member("SigninToken")
}

func (b *browser) login(token, destination string) answer {
	b.h.t.Helper()
	return b.federate("GET", url.Values{"Action": {"login"}, "Issuer": {"https://broker.example"}, "Destination": {destination}, "SigninToken": {token}})
}

func TestFederation(t *testing.T) {
	h := newHouse(t)
	c := h.role("ops", "alice")
	b := h.browser()
	token := b.signinToken(c, "")
	if got := b.login(token, "/console/events?x=1#top"); got.status != 302 || got.header.Get("Location") != "/console/events?x=1#top" || b.cookies["cairn-console"] == "" {
		t.Fatalf("%d %v %s", got.status, got.header, got.body)
	}
	got := b.get("/session").want(200, "")
	if got.member("arn") != "arn:aws:sts::111122223333:assumed-role/ops/alice" || !strings.Contains(got.body, `"expires":"`+c.Expiration.UTC().Format(time.RFC3339)+`"`) {
		t.Errorf("signed in as %s", got.body)
	}
	b.login(token, "").want(400, CodeAuthenticationFailed)

	// A duration of its own outlives the credentials; POST works too.
	other := h.browser()
	token = other.federate("POST", signinValues(c, "7200")).want(200, "").member("SigninToken")
	other.login(token, "").want(302, "")
	h.advance(3601 * time.Second)
	b.get("/session").want(401, CodeSessionExpired)
	h.service.cfg.IdleTimeout = 12 * time.Hour // what ends it is not idleness
	other.get("/session").want(200, "")
	h.advance(3600 * time.Second)
	other.get("/session").want(401, CodeSessionExpired)
}

func TestFederationRefuses(t *testing.T) {
	h := newHouse(t)
	c := h.role("ops", "alice")
	wrong := c
	wrong.SecretAccessKey += "x"
	b := h.browser()
	for name, f := range map[string]struct {
		values url.Values
		status int
		code   string
	}{
		"no action":          {url.Values{}, 400, CodeInvalidRequest},
		"another action":     {url.Values{"Action": {"logout"}}, 400, CodeInvalidRequest},
		"no session":         {url.Values{"Action": {"getSigninToken"}}, 400, CodeInvalidRequest},
		"no JSON":            {url.Values{"Action": {"getSigninToken"}, "Session": {"x"}}, 400, CodeInvalidRequest},
		"long-term":          {url.Values{"Action": {"getSigninToken"}, "Session": {`{"sessionId":"AKIA","sessionKey":"x"}`}}, 400, CodeInvalidRequest},
		"too short":          {signinValues(c, "899"), 400, CodeInvalidRequest},
		"too long":           {signinValues(c, "43201"), 400, CodeInvalidRequest},
		"no number":          {signinValues(c, "an hour"), 400, CodeInvalidRequest},
		"a wrong secret":     {signinValues(wrong, ""), 401, CodeAuthenticationFailed},
		"an unknown token":   {url.Values{"Action": {"login"}, "SigninToken": {"x"}}, 400, CodeAuthenticationFailed},
		"another site":       {url.Values{"Action": {"login"}, "SigninToken": {"x"}, "Destination": {"https://evil.example/console/"}}, 400, CodeInvalidRequest},
		"a look-alike of us": {url.Values{"Action": {"login"}, "SigninToken": {"x"}, "Destination": {"https://console.aws.amazon.com.evil.example/"}}, 400, CodeInvalidRequest},
	} {
		got := b.federate("GET", f.values)
		if got.status != f.status || got.member("code") != f.code || len(b.cookies) != 0 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := strings.Fields(h.names()); len(got) != 2 || !slices.Contains(got, "GetSigninToken!") || !slices.Contains(got, "ConsoleLogin!") {
		t.Errorf("recorded %s", got)
	}
	// A page that somebody looks at cannot lock their address out.
	b.header.Set("Sec-Fetch-Site", "cross-site")
	for range freeSourceFailures + 1 {
		b.federate("GET", signinValues(wrong, "")).want(403, CodeCsrfRefused)
	}
	b.header.Del("Sec-Fetch-Site")
	if got := h.names(); got != "" {
		t.Errorf("recorded %s", got)
	}
	if got := b.send(h.service.Federation(), b.request("DELETE", "/federation", nil)); got.status != 405 {
		t.Errorf("DELETE: %d", got.status)
	}

	// A token ends with its time, with its role, and with a sign-out of the role.
	token := b.signinToken(c, "")
	h.advance(signinTokenLifetime)
	b.login(token, "").want(400, CodeAuthenticationFailed)
	ops := identity.Ref{AccountID: account, Type: identity.Role, Name: "ops"}
	token = b.signinToken(c, "")
	h.check(h.directory.SignOut(t.Context(), ops))
	b.login(token, "").want(400, CodeAuthenticationFailed)
	token = b.signinToken(c, "900")
	h.check(h.directory.DeletePrincipal(t.Context(), ops))
	h.names()
	b.login(token, "").want(400, CodeAuthenticationFailed)
	if got := h.last(); got["errorMessage"] != messageFailed || !strings.HasSuffix(got["userIdentity"].(object)["arn"].(string), "ops/alice") {
		t.Errorf("recorded %v", got)
	}

	// It is no way around a device.
	p, _ := h.directory.Principal(alice)
	own, err := h.directory.GetSessionToken(t.Context(), identity.Caller{Principal: p, AccessKeyID: "AKIA"}, 0)
	h.check(err)
	b.signinToken(own, "")
	h.device(alice, "phone")
	h.names()
	b.federate("GET", signinValues(own, "")).want(403, identity.CodeAccessDenied)
	if got := h.names(); got != "GetSigninToken!" {
		t.Errorf("recorded %s", got)
	}

	// Without a record there is neither token nor session.
	c = h.role("dev", "alice")
	token = b.signinToken(c, "")
	h.failRecords(errDiskFull)
	b.federate("GET", signinValues(c, "")).want(503, CodeServiceUnavailable)
	b.login(token, "").want(503, CodeServiceUnavailable)
	if len(b.cookies) != 0 {
		t.Errorf("cookies %v", b.cookies)
	}
}

// TestDestinations: where a sign-in may lead to.
func TestDestinations(t *testing.T) {
	h := newHouse(t)
	r := h.browser().request("GET", "/federation", nil)
	for destination, want := range map[string]string{
		"": "/console/", "/console/": "/console/", "/console": "/console", "/console/trails/x?y=z": "/console/trails/x?y=z",
		"http://127.0.0.1:4570/console/events": "/console/events", "http://127.0.0.1:4570/": "-", "https://127.0.0.1:4570/console/": "-",
		"https://console.aws.amazon.com/cloudtrailv2/home?region=us-east-1": "/console/", "https://eu-west-1.console.aws.amazon.com/": "/console/",
		"//evil.example/console/": "-", "/\\evil.example/console/": "-", "https://evil.example": "-", "javascript:alert(1)": "-", "/console/../federation": "-", "/console/%2e%2e/federation": "-",
		"/console/api/session": "-", "console/": "-", "/console\n/": "-", "http://127.0.0.1:4570@evil.example/console/": "-", "http://user@127.0.0.1:4570/console/": "-", "https://user@console.aws.amazon.com/": "-",
		"/other": "-", "/console/" + strings.Repeat("x", maxDestination): "-", "/consoles": "-", "https://evilconsole.aws.amazon.com/": "-",
	} {
		got, ok := h.service.federationPage(r, destination)
		if ok != (want != "-") || ok && got != want {
			t.Errorf("%q leads to %q %v, want %q", destination, got, ok, want)
		}
	}
	behind := newHouse(t, func(c *Config) { c.ConsoleURL = "https://trail.example.com" })
	if got, ok := behind.service.federationPage(r, "https://trail.example.com/console/trails"); !ok || got != "/console/trails" {
		t.Errorf("%q %v", got, ok)
	}
	if got := behind.browser().signIn(alice); got.set["__Host-cairn-console"] == nil {
		t.Errorf("cookies %v", got.set)
	}
	behind.loginTo("https://trail.example.com/console/")
	if _, err := Open(t.Context(), Config{}); err == nil {
		t.Error("opened without anything")
	}
	for _, bad := range []string{"trail.example.com", "ftp://x", "https://", "https://a@b"} {
		c := behind.cfg
		c.ConsoleURL = bad
		if _, err := Open(t.Context(), c); err == nil {
			t.Errorf("%q was taken for an address", bad)
		}
	}
}
