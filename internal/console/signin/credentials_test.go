package signin

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/identity"
)

func (b *browser) credentials() credentials {
	b.h.t.Helper()
	var out credentials
	b.h.check(json.Unmarshal([]byte(b.get("/credentials").want(200, "").body), &out))
	return out
}

func TestChangePassword(t *testing.T) {
	h := newHouse(t)
	b, other := h.browser().signIn(alice), h.browser().signIn(alice)
	other.agent = "another browser"
	h.advance(90e9)
	c := b.credentials()
	if !c.Password.Set || c.Password.Changed.IsZero() || len(c.Sessions) != 2 || len(c.MFADevices) != 0 {
		t.Errorf("credentials %+v", c)
	}
	const fresh = "a new password here"
	b.post("/credentials/password", object{"old": "not this one at all", "new": fresh}).want(401, CodeAuthenticationFailed)
	if r := h.last(); r["errorCode"] != "AccessDenied" || r["errorMessage"] != "The old password is incorrect." || r["requestParameters"] != nil || r["sessionCredentialFromConsole"] != "true" {
		t.Errorf("recorded %v", r)
	}
	for _, bad := range []string{"short", password, "alice in wonderland", "xxxxxxxxxxxxxxxxxx"} {
		b.post("/credentials/password", object{"old": password, "new": bad}).want(400, CodePasswordPolicyViolation)
	}
	b.post("/credentials/password", object{"old": password}).want(400, CodeInvalidRequest)
	b.post("/credentials/password", object{"old": password, "new": fresh}).want(204, "")
	if r := h.last(); r["errorCode"] != nil || r["eventSource"] != "iam.amazonaws.com" || r["awsRegion"] != "us-east-1" || r["requestID"] == nil || r["tlsDetails"] != nil {
		t.Errorf("recorded %v", r)
	}
	other.get("/session").want(401, CodeSessionExpired)
	b.get("/session").want(200, "")
	h.restart()
	b.get("/session").want(200, "")
	h.browser().tryPassword(alice, password).want(401, CodeAuthenticationFailed)
	h.browser().tryPassword(alice, fresh).want(200, "")
	for _, call := range h.calls {
		if raw := fmt.Sprintf("%s%s%s%s", call.RequestParameters, call.ResponseElements, call.AdditionalEventData, call.ErrorMessage); strings.Contains(raw, password) || strings.Contains(raw, fresh) {
			t.Errorf("a record has a password: %s", raw)
		}
	}

	// The old password cannot be guessed here either.
	for range freeFailures {
		b.post("/credentials/password", object{"old": "not this one at all", "new": fresh})
	}
	b.post("/credentials/password", object{"old": fresh, "new": password}).want(429, CodeTooManyAttempts)
}

func TestDevicesOfOnesOwn(t *testing.T) {
	h := newHouse(t)
	b := h.browser().signIn(alice)
	b.post("/credentials/mfa/enable", object{"name": "phone", "code1": "1", "code2": "2"}).want(400, CodeInvalidRequest)
	begun := b.post("/credentials/mfa/begin", object{"name": "phone"}).want(200, "")
	secret := begun.member("secret")
	if begun.member("serialNumber") != "arn:aws:iam::111122223333:mfa/phone" || !strings.HasPrefix(begun.member("uri"), "otpauth://totp/Cairn:alice@111122223333?") {
		t.Errorf("begun %s", begun.body)
	}
	enable := func(b *browser, name string) answer {
		return b.post("/credentials/mfa/enable", object{"name": name, "code1": h.code(secret, -1), "code2": h.code(secret, 0)})
	}
	b.post("/credentials/mfa/enable", object{"name": "phone", "code1": "123456", "code2": "123456"}).want(400, identity.CodeInvalidAuthenticationCode)
	enable(b, "my phone").want(400, identity.CodeInvalidInput)
	other := h.browser().signIn(alice)
	enable(other, "phone").want(400, CodeInvalidRequest) // begun in another session
	h.advance(enrolmentLifetime)
	enable(b, "phone").want(400, CodeInvalidRequest)
	secret = b.post("/credentials/mfa/begin", nil).want(200, "").member("secret")
	enable(b, "phone").want(204, "")
	enable(b, "tablet").want(400, CodeInvalidRequest)
	if r := h.last(); fmt.Sprint(r["requestParameters"]) != "map[serialNumber:arn:aws:iam::111122223333:mfa/phone userName:alice]" || r["eventName"] != "EnableMFADevice" {
		t.Errorf("recorded %v", r)
	}
	serial := b.credentials().MFADevices[0].SerialNumber

	// A session without a code does not take the device away.
	b.post("/credentials/mfa/deactivate", object{"serialNumber": serial}).want(403, identity.CodeAccessDenied)
	if r := h.last(); r["errorCode"] != "AccessDenied" || r["eventName"] != "DeactivateMFADevice" {
		t.Errorf("recorded %v", r)
	}
	h.advance(30e9)
	with := h.browser()
	challenge := with.tryPassword(alice, password).challenge()
	with.post("/sign-in/mfa", object{"challenge": challenge, "code": h.code(secret, 0)}).want(200, "")
	with.post("/credentials/mfa/deactivate", object{"serialNumber": serial + "x"}).want(404, CodeNoSuchEntity)
	with.post("/credentials/mfa/deactivate", object{"serialNumber": serial}).want(204, "")
	if len(with.credentials().MFADevices) != 0 {
		t.Error("the device is still there")
	}
	h.browser().signIn(alice)
}

// TestDeniedSelfService: a policy can forbid it.
func TestDeniedSelfService(t *testing.T) {
	h := newHouse(t)
	h.check(h.directory.AttachPolicy(t.Context(), alice, "no-changes", []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:*","Resource":"*"}}`)))
	b := h.browser().signIn(alice)
	b.post("/credentials/password", object{"old": password, "new": "a new password here"}).want(403, identity.CodeAccessDenied)
	if r := h.last(); r["errorCode"] != "AccessDenied" || r["eventName"] != "ChangePassword" {
		t.Errorf("recorded %v", r)
	}
	secret := b.post("/credentials/mfa/begin", object{}).member("secret")
	b.post("/credentials/mfa/enable", object{"name": "phone", "code1": h.code(secret, -1), "code2": h.code(secret, 0)}).want(403, identity.CodeAccessDenied)
}

// TestRolesHaveNoCredentials: a role's session has no password and no devices.
func TestRolesHaveNoCredentials(t *testing.T) {
	h := newHouse(t)
	c := h.role("ops", "alice")
	b := h.browser()
	b.post("/sign-in/key", object{"accessKeyId": c.AccessKeyID, "secretAccessKey": c.SecretAccessKey, "sessionToken": c.SessionToken}).want(200, "")
	if got := b.credentials(); got.Password.Set || len(got.Sessions) != 1 || !got.Sessions[0].Current {
		t.Errorf("credentials %+v", got)
	}
	b.post("/credentials/password", object{"old": "x", "new": "y"}).want(400, CodeInvalidRequest)
	b.post("/credentials/mfa/begin", object{}).want(400, CodeInvalidRequest)
	b.post("/sign-out-everywhere", object{}).want(204, "")
	b.get("/session").want(401, CodeNotSignedIn)
}

// TestEndOneSession: one's own sessions end one by one, others' do not.
func TestEndOneSession(t *testing.T) {
	h := newHouse(t)
	b := h.browser().signIn(alice)
	h.advance(1e9)
	other, stranger := h.browser().signIn(alice), h.browser().signIn(root)
	list := b.credentials().Sessions
	if len(list) != 2 || list[0].Current || !list[1].Current || list[1].SourceIP != b.address || list[1].UserAgent != b.agent {
		t.Fatalf("sessions %+v", list)
	}
	stranger.call("DELETE", "/credentials/sessions/"+list[0].ID, nil).want(404, CodeNoSuchEntity)
	other.get("/session").want(200, "")
	b.call("DELETE", "/credentials/sessions/"+list[0].ID, nil).want(204, "")
	other.get("/session").want(401, CodeNotSignedIn)
	if got := golden(h.last()).object("additionalEventData")["SignedOut"]; got != "Another session" {
		t.Errorf("recorded %v", got)
	}
	b.call("DELETE", "/credentials/sessions/"+list[0].ID, nil).want(404, CodeNoSuchEntity)
	b.call("DELETE", "/credentials/sessions/"+list[1].ID, nil).want(204, "")
	b.get("/session").want(401, CodeNotSignedIn)
}

// TestRolesAreShared: people who use one role under different names neither see nor end
// each other's sessions, and one of them who signs out everywhere leaves the others.
func TestRolesAreShared(t *testing.T) {
	h := newHouse(t)
	sign := func(c identity.Credentials) *browser {
		b := h.browser()
		b.post("/sign-in/key", object{"accessKeyId": c.AccessKeyID, "secretAccessKey": c.SecretAccessKey, "sessionToken": c.SessionToken}).want(200, "")
		return b
	}
	a1 := sign(h.role("ops", "alice"))
	a2, bob := sign(h.assume(account, "ops", "alice")), sign(h.assume(account, "ops", "bob"))
	token := bob.signinToken(h.assume(account, "ops", "alice"), "")
	if got := bob.credentials().Sessions; len(got) != 1 || !got[0].Current {
		t.Errorf("bob sees %+v", got)
	}
	for _, v := range a1.credentials().Sessions {
		bob.call("DELETE", "/credentials/sessions/"+v.ID, nil).want(404, CodeNoSuchEntity)
	}
	a1.post("/sign-out-everywhere", object{}).want(204, "")
	a2.get("/session").want(401, CodeNotSignedIn)
	bob.get("/session").want(200, "")
	bob.login(token, "").want(400, CodeAuthenticationFailed)
	h.restart()
	a2.get("/session").want(401, CodeNotSignedIn)
	// An administrator ends all of a role.
	h.check(h.directory.SignOut(t.Context(), identity.Ref{AccountID: account, Type: identity.Role, Name: "ops"}))
	bob.get("/session").want(401, CodeSessionExpired)
}
