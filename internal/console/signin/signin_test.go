package signin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

func TestPasswordSignIn(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.get("/session").want(401, CodeNotSignedIn)
	got := b.tryPassword(alice, password)
	var d description
	h.check(json.Unmarshal([]byte(got.body), &d))
	if got.status != 200 || d.Account != account || d.AccountName != "home" || d.UserName != "alice" || d.Type != "IAMUser" || d.ARN != "arn:aws:iam::111122223333:user/alice" || d.MFA ||
		d.CSRF == "" || d.Region != "eu-west-1" || len(d.Regions) < 30 || d.IdleTimeoutSeconds != 3600 || !d.Expires.Equal(h.now().Add(12*time.Hour)) || d.Version != "1.2.3" || d.S3Endpoint == "" {
		t.Errorf("signed in as %s", got.body)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "application/json", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q", name, got.header.Get(name))
		}
	}
	if again := b.get("/session"); again.status != 200 || again.body != got.body {
		t.Errorf("the session is %s, was %s", again.body, got.body)
	}
	h.browser().signIn(root)
	if got := h.names(); got != "ConsoleLogin ConsoleLogin" {
		t.Errorf("recorded %s", got)
	}
}

// TestFailuresLookAlike: nothing in an answer tells which part was wrong, and the
// same work is done for each.
func TestFailuresLookAlike(t *testing.T) {
	h := newHouse(t)
	_, err := h.directory.CreateUser(t.Context(), account, "bob", "")
	h.check(err)
	var first answer
	for i, r := range []identity.Ref{alice, {AccountID: account, Type: identity.User, Name: "bob"}, {AccountID: account, Type: identity.User, Name: "nobody"},
		{AccountID: "999900001111", Type: identity.User, Name: "alice"}, {AccountID: "not an account", Type: identity.User, Name: "x"}, root, {AccountID: "999900001111", Type: identity.Root}} {
		b := h.browser()
		b.address = fmt.Sprintf("192.0.2.%d", 10+i)
		before := h.directory.PasswordHashes()
		got := b.tryPassword(r, "the wrong password").want(401, CodeAuthenticationFailed)
		if n := h.directory.PasswordHashes() - before; n != 1 {
			t.Errorf("%v: %d hashes", r, n)
		}
		if i == 0 {
			first = got
		}
		if got.body != first.body || len(got.header) != len(first.header) || len(b.set) != 0 {
			t.Errorf("%v is told apart: %s %v", r, got.body, got.header)
		}
		record := h.last()
		if record["recipientAccountId"] != account || record["errorCode"] != nil || record["errorMessage"] == nil {
			t.Errorf("%v: recorded %v", r, record)
		}
		if raw, _ := json.Marshal(record); strings.Contains(string(raw), "wrong password") || strings.Contains(string(raw), "nobody") || strings.Contains(string(raw), "not an account") {
			t.Errorf("%v: the record repeats what was typed: %s", r, raw)
		}
	}
}

// TestUnknownUserRecord: the name of a user that does not exist may be a password.
func TestUnknownUserRecord(t *testing.T) {
	h := newHouse(t)
	h.browser().tryPassword(identity.Ref{AccountID: account, Type: identity.User, Name: "hunter2"}, "x").want(401, CodeAuthenticationFailed)
	got := h.last()
	want := object{"type": "IAMUser", "accountId": account, "accessKeyId": "", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}
	if fmt.Sprint(got["userIdentity"]) != fmt.Sprint(want) || got["errorMessage"] != "No username found in supplied account" || fmt.Sprint(got["responseElements"]) != "map[ConsoleLogin:Failure]" {
		t.Errorf("recorded %v", got)
	}
}

func TestCodeSignIn(t *testing.T) {
	h := newHouse(t)
	secret, _ := h.device(alice, "phone")
	b := h.browser()
	challenge := b.tryPassword(alice, password).challenge()
	if c := b.set["cairn-sign-in"]; c == nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || b.cookies["cairn-console"] != "" {
		t.Fatalf("cookies %v", b.set)
	}
	b.get("/session").want(401, CodeNotSignedIn)
	b.post("/sign-in/mfa", object{"challenge": challenge, "code": "000000"}).want(401, CodeAuthenticationFailed)
	code := h.code(secret, 0)
	got := b.post("/sign-in/mfa", object{"challenge": challenge, "code": code})
	if got.status != 200 || !strings.Contains(got.body, `"mfa":true`) || b.cookies["cairn-sign-in"] != "" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := h.names(); got != "CheckMfa ConsoleLogin! ConsoleLogin" {
		t.Errorf("recorded %s", got)
	}

	// Neither the challenge nor the code is good twice.
	b.csrf = signInCSRF
	b.post("/sign-in/mfa", object{"challenge": challenge, "code": h.code(secret, 1)}).want(401, CodeChallengeEnded)
	if got := h.last(); got["eventName"] != checkMFA || got["userIdentity"].(object)["type"] != "Unknown" || got["recipientAccountId"] != account {
		t.Errorf("recorded %v", got)
	}
	h.names()
	other := h.browser()
	challenge = other.tryPassword(alice, password).challenge()
	other.post("/sign-in/mfa", object{"challenge": challenge, "code": code}).want(401, CodeAuthenticationFailed)
	// Nor in another browser.
	thief := h.browser()
	thief.post("/sign-in/mfa", object{"challenge": challenge, "code": h.code(secret, 1)}).want(401, CodeChallengeEnded)
	if got := h.names(); got != "CheckMfa ConsoleLogin! CheckMfa!" {
		t.Errorf("recorded %s", got)
	}
	// Which ends the challenge for everybody.
	other.post("/sign-in/mfa", object{"challenge": challenge, "code": h.code(secret, 1)}).want(401, CodeChallengeEnded)
}

// TestChallengeEnds: with time, with too many codes, and with the password.
func TestChallengeEnds(t *testing.T) {
	h := newHouse(t)
	secret, _ := h.device(alice, "phone")
	b := h.browser()
	challenge := b.tryPassword(alice, password).challenge()
	h.advance(challengeLifetime)
	b.post("/sign-in/mfa", object{"challenge": challenge, "code": h.code(secret, 0)}).want(401, CodeChallengeEnded)

	challenge = b.tryPassword(alice, password).challenge()
	for range maxCodes {
		h.forgive() // the lock-out comes first otherwise
		b.post("/sign-in/mfa", object{"challenge": challenge, "code": "000000"}).want(401, CodeAuthenticationFailed)
	}
	h.forgive()
	b.post("/sign-in/mfa", object{"challenge": challenge, "code": h.code(secret, 0)}).want(401, CodeChallengeEnded)
	h.names()

	challenge = b.tryPassword(alice, password).challenge()
	h.check(h.directory.UpdateLoginProfile(t.Context(), alice, "a new password here"))
	b.post("/sign-in/mfa", object{"challenge": challenge, "code": h.code(secret, 0)}).want(401, CodeChallengeEnded)
	if got := h.names(); got != "CheckMfa CheckMfa!" {
		t.Errorf("recorded %s", got)
	}
}

func TestKeySignIn(t *testing.T) {
	h := newHouse(t)
	cred, err := h.directory.CreateAccessKey(t.Context(), alice)
	h.check(err)
	b := h.browser()
	body := func(id, secret, token string) object {
		return object{"accessKeyId": id, "secretAccessKey": secret, "sessionToken": token}
	}
	if got := b.post("/sign-in/key", body(cred.AccessKeyID, cred.SecretAccessKey, "")); got.status != 200 || got.member("userName") != "alice" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if u := h.last()["userIdentity"].(object); u["accessKeyId"] != cred.AccessKeyID || u["arn"] != "arn:aws:iam::111122223333:user/alice" {
		t.Errorf("recorded %v", u)
	}
	other := h.browser()
	other.post("/sign-in/key", body(cred.AccessKeyID, cred.SecretAccessKey+"x", "")).want(401, CodeAuthenticationFailed)
	if r := h.last(); fmt.Sprint(r["userIdentity"].(object)["accessKeyId"]) != cred.AccessKeyID || r["userIdentity"].(object)["arn"] != nil {
		t.Errorf("recorded %v", r)
	}
	other.post("/sign-in/key", body("my secret in the wrong field", "x", "")).want(401, CodeAuthenticationFailed)
	if r := h.last(); fmt.Sprint(r["userIdentity"]) != "map[accessKeyId:HIDDEN_DUE_TO_SECURITY_REASONS type:Unknown]" {
		t.Errorf("recorded %v", r["userIdentity"])
	}

	// A session by key ends when the key does.
	h.check(h.directory.SetAccessKeyStatus(t.Context(), account, cred.AccessKeyID, identity.Inactive))
	b.get("/session").want(401, CodeSessionExpired)

	// Temporary credentials: the session is the role's, and no longer than they are.
	temporary := h.role("ops", "alice-at-work")
	got := h.browser().post("/sign-in/key", body(temporary.AccessKeyID, temporary.SecretAccessKey, temporary.SessionToken))
	var d description
	h.check(json.Unmarshal([]byte(got.body), &d))
	if d.Type != "AssumedRole" || d.UserName != "ops/alice-at-work" || d.ARN != "arn:aws:sts::111122223333:assumed-role/ops/alice-at-work" || !d.Expires.Equal(temporary.Expiration) {
		t.Errorf("signed in as %s", got.body)
	}

	// Who has a device needs it here too.
	secret, _ := h.device(alice, "phone")
	h.check(h.directory.SetAccessKeyStatus(t.Context(), account, cred.AccessKeyID, identity.Active))
	third := h.browser()
	challenge := third.post("/sign-in/key", body(cred.AccessKeyID, cred.SecretAccessKey, "")).challenge()
	if got := third.post("/sign-in/mfa", object{"challenge": challenge, "code": h.code(secret, 0)}); got.status != 200 || !strings.Contains(got.body, `"mfa":true`) {
		t.Fatalf("%d %s", got.status, got.body)
	}
}

// TestNoRecordNoSession: a sign-in that cannot be recorded did not happen.
func TestNoRecordNoSession(t *testing.T) {
	h := newHouse(t)
	h.failRecords(errDiskFull)
	b := h.browser()
	got := b.tryPassword(alice, password).want(503, CodeServiceUnavailable)
	if len(b.set) != 0 || got.header.Get("Retry-After") == "" || strings.Contains(got.body, "disk") {
		t.Errorf("answered %v %s, cookies %v", got.header, got.body, b.set)
	}
	b.tryPassword(alice, "a wrong password").want(503, CodeServiceUnavailable)
	h.failRecords(nil)
	p, _ := h.directory.Principal(alice)
	if n := len(h.service.sessions.list(person{alice, p.ID, ""})); n != 0 {
		t.Errorf("%d sessions remain", n)
	}
	h.restart()
	items, err := h.service.sessions.collection.List(t.Context(), "")
	h.check(err)
	if len(items) != 0 {
		t.Errorf("%d sessions remain in the store", len(items))
	}
	h.browser().signIn(alice)

	// A device's challenge too.
	h.device(alice, "phone")
	h.failRecords(errDiskFull)
	h.browser().tryPassword(alice, password).want(503, CodeServiceUnavailable)
}

func TestBodies(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	good := fmt.Sprintf(`{"account":"%s","user":"alice","password":"%s"}`, account, password)
	for name, body := range map[string]string{
		"not JSON": "account=1&user=x", "an array": "[1]", "a text": `"x"`, "two objects": good + good, "rubbish after": good + "x", "an unknown member": `{"account":"1","user":"x","password":"y","admin":true}`,
		"a wrong type": `{"account":1}`, "nothing": "", "no password": `{"account":"1","user":"x"}`, "user and root": `{"account":"1","user":"x","root":true,"password":"y"}`, "nobody": `{"account":"1","password":"y"}`,
		"another site": strings.Replace(good, "}", `,"destination":"https://evil.example/console/"}`, 1),
	} {
		got := b.post("/sign-in", body)
		if got.status != 400 || got.member("code") != CodeInvalidRequest {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	b.post("/sign-in", `{"account":"1","user":"x","password":"`+strings.Repeat("x", maxBody)+`"}`).want(413, CodeRequestTooLarge)
	chunked := b.request("POST", "/sign-in", `{"account":"1","user":"x","password":"`+strings.Repeat("x", maxBody)+`"}`)
	chunked.ContentLength = -1
	b.send(h.service.Handler(), chunked).want(413, CodeRequestTooLarge)
	if got := h.names(); got != "" {
		t.Errorf("recorded %s", got)
	}
	b.post("/sign-in", good)
	b.get("/session").want(200, "")
	b.get("/no-such-call").want(404, "NotFound")
	b.get("/sign-in").want(404, "NotFound")
}

// TestManySignIns: with -race, of many who sign in at the same time each has a session
// of its own, and a code lets one in.
func TestManySignIns(t *testing.T) {
	h := newHouse(t)
	secret, _ := h.device(root, "phone")
	var mu sync.Mutex
	seen, in := map[string]bool{}, 0
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			b := h.browser()
			b.address = fmt.Sprintf("192.0.2.%d", i)
			// Retried as a person would: at the same time few attempts are free.
			got := b.tryPassword(alice, password)
			for got.status == 429 {
				h.advance(maxDelay)
				got = b.tryPassword(alice, password)
			}
			mu.Lock()
			defer mu.Unlock()
			if got.status != 200 || seen[b.cookies["cairn-console"]] {
				t.Errorf("%d %s", got.status, got.body)
			}
			seen[b.cookies["cairn-console"]] = true
		})
	}
	group.Wait()
	h.forgive()
	code := h.code(secret, 0)
	browsers := make([]*browser, 4)
	challenges := make([]string, len(browsers))
	for i := range browsers {
		browsers[i] = h.browser()
		challenges[i] = browsers[i].tryPassword(root, password).challenge()
	}
	for i, b := range browsers {
		group.Go(func() {
			if got := b.post("/sign-in/mfa", object{"challenge": challenges[i], "code": code}); got.status == 200 {
				mu.Lock()
				in++
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if in != 1 {
		t.Errorf("%d got in with one code", in)
	}

	// One challenge lets one in, also with good codes of two devices.
	second, _ := h.device(root, "tablet")
	h.forgive()
	b := h.browser()
	challenge := b.tryPassword(root, password).challenge()
	handler, in := h.service.Handler(), 0
	for _, code := range []string{h.code(secret, 0), h.code(second, 0)} {
		r := b.request("POST", "/sign-in/mfa", object{"challenge": challenge, "code": code})
		group.Go(func() {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			mu.Lock()
			defer mu.Unlock()
			if w.Code == 200 {
				in++
			}
		})
	}
	group.Wait()
	if in != 1 {
		t.Errorf("%d got in with one challenge", in)
	}
}

// TestNothingSecretIsLogged: not even when everything fails.
func TestNothingSecretIsLogged(t *testing.T) {
	h := newHouse(t)
	b := h.browser().signIn(alice)
	token := b.cookies["cairn-console"]
	b.post("/credentials/password", object{"old": password, "new": "short"})
	h.failRecords(errDiskFull)
	b.post("/credentials/password", object{"old": password, "new": "a new password here"})
	h.browser().tryPassword(alice, password)
	h.check(h.db.Close())
	b.post("/sign-out", object{})
	h.browser().tryPassword(alice, "a new password here")
	log := h.log.String()
	if !strings.Contains(log, "disk is full") {
		t.Error("failures are not logged")
	}
	for _, secret := range []string{password, "a new password", token, b.csrf} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q: %s", secret, log)
		}
	}
}
