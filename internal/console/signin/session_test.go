package signin

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestCookies: what a browser is told of the token, over plain HTTP and over TLS.
func TestCookies(t *testing.T) {
	for name, c := range map[string]struct {
		tls    *tls.ConnectionState
		url    string
		cookie string
		secure bool
	}{
		"plain": {nil, "", "cairn-console", false}, "TLS": {&tls.ConnectionState{Version: tls.VersionTLS13}, "", "__Host-cairn-console", true},
		"behind TLS": {nil, "https://trail.example.com", "__Host-cairn-console", true}, "behind a plain proxy": {nil, "http://trail.example.com", "cairn-console", false},
	} {
		h := newHouse(t, func(cfg *Config) { cfg.ConsoleURL = c.url })
		b := h.browser()
		b.tls = c.tls
		b.signIn(alice)
		got := b.set[c.cookie]
		if got == nil || len(b.set) != 1 {
			t.Fatalf("%s: cookies %v", name, b.set)
		}
		if !got.HttpOnly || got.Secure != c.secure || got.SameSite != http.SameSiteStrictMode || got.Path != "/" || got.Domain != "" || got.MaxAge != 0 || !got.Expires.IsZero() || len(got.Value) != 43 {
			t.Errorf("%s: %+v", name, got)
		}
		b.get("/session").want(200, "")
		// A cookie without the prefix, which any page of the host could have set, is
		// none over TLS.
		if c.secure {
			b.cookies = map[string]string{"cairn-console": got.Value}
			b.get("/session").want(401, CodeNotSignedIn)
		}
	}
}

// TestTokensAtRest: the store has neither the token nor the CSRF token.
func TestTokensAtRest(t *testing.T) {
	h := newHouse(t)
	b := h.browser().signIn(alice)
	items, err := h.service.sessions.collection.List(t.Context(), "")
	h.check(err)
	raw, err := json.Marshal(items)
	h.check(err)
	if len(items) != 1 || strings.Contains(string(raw), b.cookies["cairn-console"]) || strings.Contains(string(raw), b.csrf) {
		t.Errorf("the store has %s", raw)
	}
}

// TestFixation: a token that is in the browser before a sign-in is worth nothing
// after it, whoever it belongs to.
func TestFixation(t *testing.T) {
	h := newHouse(t)
	attacker := h.browser().signIn(root)
	planted := attacker.cookies["cairn-console"]
	victim := h.browser()
	victim.cookies["cairn-console"] = planted
	victim.signIn(alice)
	if victim.cookies["cairn-console"] == planted {
		t.Fatal("the token stayed the same")
	}
	if got := victim.get("/session"); got.member("userName") != "alice" {
		t.Errorf("signed in as %s", got.body)
	}
	attacker.get("/session").want(401, CodeNotSignedIn)
	made := h.browser()
	made.cookies["cairn-console"] = strings.Repeat("A", 43)
	made.get("/session").want(401, CodeNotSignedIn)
	first := victim.cookies["cairn-console"]
	victim.signIn(alice)
	if victim.cookies["cairn-console"] == first {
		t.Error("a second sign-in kept the token")
	}
	if got := len(h.service.sessions.byKey); got != 1 {
		t.Errorf("%d sessions", got)
	}
}

func TestCSRF(t *testing.T) {
	h := newHouse(t)
	b, other := h.browser().signIn(alice), h.browser().signIn(alice)
	good := b.csrf
	if good == other.csrf || good == "" {
		t.Fatal("two sessions have one token")
	}
	for _, path := range []string{"/sign-out", "/sign-out-everywhere", "/credentials/password", "/credentials/mfa/begin", "/credentials/mfa/enable", "/credentials/mfa/deactivate"} {
		for name, value := range map[string]string{"missing": "", "wrong": good + "x", "another session's": other.csrf, "that of sign-ins": signInCSRF} {
			b.csrf = value
			if got := b.post(path, object{}); got.status != 403 || got.member("code") != CodeCsrfRefused {
				t.Errorf("%s with a token that is %s: %d %s", path, name, got.status, got.body)
			}
		}
		b.csrf = good
		for name, header := range map[string]http.Header{
			"cross-site": {"Sec-Fetch-Site": {"cross-site"}}, "same-site": {"Sec-Fetch-Site": {"same-site"}}, "another origin": {"Origin": {"http://evil.example"}}, "no origin": {"Origin": {"null"}},
			"another port": {"Origin": {"http://127.0.0.1:9999"}}, "a form": {"Content-Type": {"application/x-www-form-urlencoded"}}, "text": {"Content-Type": {"text/plain"}},
		} {
			b.header = header
			if got := b.post(path, object{}); got.status != 403 || got.member("code") != CodeCsrfRefused {
				t.Errorf("%s from %s: %d %s", path, name, got.status, got.body)
			}
		}
		b.header = http.Header{}
	}
	if got := b.call("DELETE", "/credentials/sessions/x", nil); got.status != 404 {
		t.Errorf("with the right token: %d %s", got.status, got.body)
	}
	b.csrf = ""
	b.call("DELETE", "/credentials/sessions/x", nil).want(403, CodeCsrfRefused)

	// A sign-in too: else a page could sign somebody in as somebody else.
	c := h.browser()
	c.csrf = ""
	body := object{"account": account, "user": "alice", "password": password}
	for _, path := range []string{"/sign-in", "/sign-in/mfa", "/sign-in/key"} {
		c.post(path, body).want(403, CodeCsrfRefused)
	}
	c.csrf, c.header = signInCSRF, http.Header{"Sec-Fetch-Site": {"cross-site"}}
	c.post("/sign-in", body).want(403, CodeCsrfRefused)
	c.header = http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://127.0.0.1:4570"}}
	c.post("/sign-in", body).want(200, "")

	// Behind something that changes the Host, the console's own URL is its origin.
	behind := newHouse(t, func(cfg *Config) { cfg.ConsoleURL = "https://trail.example.com" })
	d := behind.browser()
	d.header = http.Header{"Origin": {"https://trail.example.com"}}
	d.signIn(alice)
}

// TestRebinding: a page with a name of its own for this machine does not sign in.
func TestRebinding(t *testing.T) {
	h := newHouse(t)
	behind := newHouse(t, func(c *Config) { c.ConsoleURL = "https://trail.example.com" })
	try := func(h *house, local, host string) int {
		b := h.browser()
		b.host = host
		r := b.request("POST", "/sign-in", object{"account": account, "user": "alice", "password": password})
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.ParseIP(local), Port: 4570}))
		return b.send(h.service.Handler(), r).status
	}
	for host, want := range map[string]int{
		"127.0.0.1:4570": 200, "localhost:4570": 200, "LOCALHOST.": 200, "cairn.localhost:4570": 200, "[::1]:4570": 200, "10.0.0.7": 200, "my-machine:4570": 200,
		"evil.example:4570": 403, "evil.example": 403, "localhost.evil.example": 403, "127.0.0.1.evil.example": 403,
	} {
		if got := try(h, "127.0.0.1", host); got != want {
			t.Errorf("%s: %d", host, got)
		}
	}
	if got := try(h, "192.0.2.1", "trail.internal:4570"); got != 200 {
		t.Errorf("by its name in a network: %d", got)
	}
	if got := try(behind, "127.0.0.1", "trail.example.com"); got != 200 {
		t.Errorf("behind a proxy: %d", got)
	}
	h.names()
	h.browser().federate("GET", signinValues(h.role("ops", "alice"), "")).want(200, "")
	b := h.browser()
	b.host = "evil.example"
	r := b.request("GET", "/federation?Action=login&SigninToken=x", nil)
	r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.IPv6loopback}))
	b.send(h.service.Federation(), r).want(403, CodeCsrfRefused)
	// A name as long as headers can be is not repeated at length.
	long := h.browser()
	long.host = strings.Repeat("a", 30_000)
	long.signIn(alice)
	if got := len(h.last()["additionalEventData"].(object)["LoginTo"].(string)); got > 300 {
		t.Errorf("LoginTo has %d characters", got)
	}
}

// TestEveryCallNeedsASession: no answer without one.
func TestEveryCallNeedsASession(t *testing.T) {
	h := newHouse(t)
	for _, call := range []string{"GET /session", "POST /sign-out", "POST /sign-out-everywhere", "GET /credentials", "POST /credentials/password", "POST /credentials/mfa/begin",
		"POST /credentials/mfa/enable", "POST /credentials/mfa/deactivate", "DELETE /credentials/sessions/x"} {
		method, path, _ := strings.Cut(call, " ")
		if got := h.browser().call(method, path, nil); got.status != 401 || got.member("code") != CodeNotSignedIn {
			t.Errorf("%s: %d %s", call, got.status, got.body)
		}
	}
}

func TestIdleAndAbsoluteEnd(t *testing.T) {
	h := newHouse(t)
	b := h.browser().signIn(alice)
	for range 11 { // used at least once an hour
		h.advance(time.Hour - time.Second)
		b.get("/session").want(200, "")
	}
	h.advance(30 * time.Minute)
	b.get("/session").want(200, "")
	h.advance(31 * time.Minute) // twelve hours since the sign-in
	b.get("/session").want(401, CodeSessionExpired)

	b = h.browser().signIn(alice)
	h.advance(time.Hour)
	b.get("/session").want(401, CodeSessionExpired)
	b.get("/session").want(401, CodeSessionExpired) // and asking does not bring it back

	// What a page asks for by itself keeps no session alive, but does not end one.
	alone := h.browser().signIn(root)
	alone.header.Set(unattendedHeader, "1")
	for range 59 {
		h.advance(time.Minute)
		alone.get("/session").want(200, "")
	}
	h.restart()
	h.advance(time.Minute)
	alone.get("/session").want(401, CodeSessionExpired)
	short := newHouse(t, func(c *Config) { c.IdleTimeout, c.SessionDuration = time.Minute, 90*time.Second })
	b = short.browser().signIn(alice)
	short.advance(59 * time.Second)
	b.get("/session").want(200, "")
	short.advance(31 * time.Second)
	b.get("/session").want(401, CodeSessionExpired)
}

// TestRestart: sessions outlive the server, and their last use is known to a minute.
func TestRestart(t *testing.T) {
	h := newHouse(t)
	b := h.browser().signIn(alice)
	h.advance(50 * time.Minute)
	b.get("/session").want(200, "")
	h.restart()
	h.advance(50 * time.Minute)
	b.get("/session").want(200, "")
	csrf := b.csrf
	h.restart()
	if got := b.get("/session").want(200, ""); got.member("csrf") != csrf {
		t.Error("the page's token is another one")
	}
	h.advance(time.Hour)
	h.restart()
	b.get("/session").want(401, CodeSessionExpired)
	h.advance(deadKept)
	h.restart()
	b.get("/session").want(401, CodeNotSignedIn) // forgotten
	items, err := h.service.sessions.collection.List(t.Context(), "")
	h.check(err)
	if len(items) != 0 {
		t.Errorf("%d sessions remain in the store", len(items))
	}
}

func TestSignOut(t *testing.T) {
	h := newHouse(t)
	b, other := h.browser().signIn(alice), h.browser().signIn(alice)
	ended := h.service.Ended(sessionID(t, b))
	token := b.cookies["cairn-console"]
	if got := b.post("/sign-out", object{}); got.status != 204 || b.cookies["cairn-console"] != "" {
		t.Fatalf("%d %s, cookies %v", got.status, got.body, b.cookies)
	}
	select {
	case <-ended:
	default:
		t.Error("who watches the session was not told")
	}
	b.cookies["cairn-console"] = token
	b.get("/session").want(401, CodeNotSignedIn)
	other.get("/session").want(200, "")
	r := h.last()
	if r["eventName"] != "ConsoleLogout" || r["eventType"] != "AwsConsoleSignIn" || r["requestID"] != nil || golden(r).object("responseElements")["ConsoleLogout"] != "Success" ||
		!strings.HasPrefix(golden(r).who()["accessKeyId"].(string), "ASIA") || golden(r).object("additionalEventData")["SignedOut"] != "This session" {
		t.Errorf("recorded %v", r)
	}
	h.restart()
	b.get("/session").want(401, CodeNotSignedIn)

	// The session ends even if that cannot be recorded.
	h.failRecords(errDiskFull)
	other.post("/sign-out", object{}).want(503, CodeServiceUnavailable)
	h.failRecords(nil)
	if len(h.service.sessions.byKey) != 0 {
		t.Error("the session goes on")
	}
}

func TestSignOutEverywhere(t *testing.T) {
	h := newHouse(t)
	b, other, stranger := h.browser().signIn(alice), h.browser().signIn(alice), h.browser().signIn(root)
	ended := h.service.Ended(sessionID(t, other))
	b.post("/sign-out-everywhere", object{}).want(204, "")
	select {
	case <-ended:
	default:
		t.Error("who watches the session was not told")
	}
	other.get("/session").want(401, CodeNotSignedIn)
	b.get("/session").want(401, CodeNotSignedIn)
	stranger.get("/session").want(200, "")
	if got := golden(h.last()).object("additionalEventData")["SignedOut"]; got != "All sessions" {
		t.Errorf("recorded %v", got)
	}
	h.browser().signIn(alice).get("/session").want(200, "")
}

// TestAdministratorEndsSessions: by a new password, by taking it away, by a sign-out,
// and with the user; a user of the same name does not get them.
func TestAdministratorEndsSessions(t *testing.T) {
	h := newHouse(t)
	for name, end := range map[string]func() error{
		"password": func() error { return h.directory.UpdateLoginProfile(t.Context(), alice, password) },
		"sign-out": func() error { return h.directory.SignOut(t.Context(), alice) },
		"taken": func() error {
			defer func() { h.check(h.directory.CreateLoginProfile(t.Context(), alice, password)) }()
			return h.directory.DeleteLoginProfile(t.Context(), alice)
		},
		"deleted": func() error {
			defer func() {
				_, err := h.directory.CreateUser(t.Context(), account, "alice", "")
				h.check(err)
				h.check(h.directory.CreateLoginProfile(t.Context(), alice, password))
			}()
			return h.directory.DeletePrincipal(t.Context(), alice)
		},
	} {
		b := h.browser().signIn(alice)
		h.check(end())
		if got := b.get("/session"); got.status != 401 || got.member("code") != CodeSessionExpired {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// TestRunNotices: who watches a session is told when it ends by itself.
func TestRunNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(c *Config) { c.Now = time.Now })
		b := h.browser().signIn(alice)
		id := sessionID(t, b)
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() { h.check(h.service.Run(ctx)) })
		began := time.Now()
		<-h.service.Ended(id)
		if after := time.Since(began); after < time.Hour || after > time.Hour+sweepEvery {
			t.Errorf("noticed after %s", after)
		}
		b = h.browser().signIn(alice)
		ended := h.service.Ended(sessionID(t, b))
		h.check(h.directory.SignOut(t.Context(), alice))
		began = time.Now()
		<-ended
		if after := time.Since(began); after > sweepEvery {
			t.Errorf("noticed after %s", after)
		}
		<-h.service.Ended("no such session")
		cancel()
		group.Wait()
		h.check(h.db.Close())
	})
}

// TestSessionsAreBounded: the one that was used longest ago makes room.
func TestSessionsAreBounded(t *testing.T) {
	h := newHouse(t)
	first := h.browser().signIn(alice)
	var last *browser
	for range maxSessions {
		h.advance(time.Second)
		last = h.browser().signIn(alice)
	}
	first.get("/session").want(401, CodeNotSignedIn)
	last.get("/session").want(200, "")
	p, _ := h.directory.Principal(alice)
	if n := len(h.service.sessions.list(person{alice, p.ID, ""})); n != maxSessions {
		t.Errorf("%d sessions", n)
	}
}

// TestNoResurrection: a use that is written late does not bring a session back.
func TestNoResurrection(t *testing.T) {
	h := newHouse(t)
	b := h.browser().signIn(alice)
	l := h.service.sessions.byKey[digest(b.cookies["cairn-console"])]
	value, version := l.stored, l.version
	b.post("/sign-out", object{}).want(204, "")
	h.service.sessions.touch(t.Context(), l, value, version)
	items, err := h.service.sessions.collection.List(t.Context(), "")
	h.check(err)
	if len(items) != 0 {
		t.Error("the session is in the store again")
	}
}

// sessionID is the id of a browser's session.
func sessionID(t *testing.T, b *browser) string {
	t.Helper()
	session, refused := b.h.service.Authenticate(b.request("GET", "/session", nil))
	if refused != nil {
		t.Fatal(refused)
	}
	return session.ID
}

// TestCaller: as whom a session's calls are recorded.
func TestCaller(t *testing.T) {
	h := newHouse(t)
	b := h.browser().signIn(alice)
	session, refused := h.service.Authenticate(b.request("GET", "/session", nil))
	if refused != nil {
		t.Fatal(refused)
	}
	u := session.Caller.UserIdentity()
	if u.Type != "IAMUser" || !strings.HasPrefix(u.AccessKeyID, "ASIA") || len(u.AccessKeyID) != 20 || u.Session == nil || !u.Session.Created.Equal(h.now()) || u.Session.MFA || session.Caller.Region != "eu-west-1" {
		t.Errorf("calls are by %+v", u)
	}
	// Nobody can sign with that key.
	if _, err := h.directory.VerifyAccessKey(u.AccessKeyID, "", ""); err == nil {
		t.Error("the session's key signs")
	}
}

// TestStoreFails: without the store nobody signs in, and who signs out is out at least
// until a restart, and told that something went wrong.
func TestStoreFails(t *testing.T) {
	h := newHouse(t)
	b, other := h.browser().signIn(alice), h.browser()
	h.check(h.db.Close())
	other.tryPassword(alice, password).want(500, CodeInternal)
	if len(other.cookies) != 0 {
		t.Errorf("cookies %v", other.cookies)
	}
	h.advance(2 * touchEvery)
	b.get("/session").want(200, "") // a use that cannot be stored is a use
	b.post("/sign-out", object{}).want(500, CodeInternal)
	b.get("/session").want(401, CodeNotSignedIn)
	if log := h.log.String(); !strings.Contains(log, "last use") || !strings.Contains(log, "end a session") {
		t.Errorf("the log says %s", log)
	}
}
