package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/identity"
)

// TestCredentialAdministration: passwords of users and root, and that no record, no
// answer and no message has one.
func TestCredentialAdministration(t *testing.T) {
	const first, second = "first-Secret-pass", "second-Secret-pass"
	h := newHouse(t)
	call := func(op, body string, status int, code string) string {
		t.Helper()
		got := h.cairn(op, body)
		if got.status != status {
			t.Fatalf("%s %s: %d %s", op, body, got.status, got.body)
		}
		if code != "" {
			if c, message := got.code(t); c != code {
				t.Errorf("%s: %s %s, want %s", op, c, message, code)
			}
		}
		r := h.last(t)
		raw, err := json.Marshal(r)
		if err != nil || strings.Contains(string(raw), "Secret-pass") || strings.Contains(got.body, "Secret-pass") {
			t.Errorf("%s shows the password: %s %s (%v)", op, raw, got.body, err)
		}
		if r.EventName != op || r.EventSource != "cairn.amazonaws.com" {
			t.Errorf("recorded %s %s", r.EventSource, r.EventName)
		}
		return got.body
	}
	admin := identity.Ref{AccountID: homeAccount, Type: identity.User, Name: "admin"}

	call("GetLoginProfile", `{"UserName":"admin"}`, 404, "NoSuchEntity")
	call("UpdateLoginProfile", `{"UserName":"admin","Password":"`+first+`"}`, 404, "NoSuchEntity")
	if body := call("CreateLoginProfile", `{"UserName":"admin","Password":"`+first+`"}`, 200, ""); !strings.Contains(body, `"CreateDate"`) {
		t.Errorf("answered %s", body)
	}
	if params := string(h.last(t).RequestParameters); params != `{"userName":"admin","password":"HIDDEN_DUE_TO_SECURITY_REASONS"}` {
		t.Errorf("recorded %s", params)
	}
	call("CreateLoginProfile", `{"UserName":"admin","Password":"`+first+`"}`, 409, "EntityAlreadyExists")
	call("UpdateLoginProfile", `{"UserName":"admin","Password":"`+second+`"}`, 200, "")
	if _, err := h.directory.VerifyPassword(t.Context(), admin, second); err != nil {
		t.Error(err)
	}
	call("UpdateLoginProfile", `{"UserName":"admin","Password":"short"}`, 400, "PasswordPolicyViolation")
	call("UpdateLoginProfile", `{"UserName":"admin","Password":"`+strings.Repeat("Secret-pass", 20)+`"}`, 400, "ValidationException")
	call("UpdateLoginProfile", `{"Password":"`+second+`"}`, 400, "InvalidInput")
	call("UpdateLoginProfile", `{"UserName":"admin","Root":true,"Password":"`+second+`"}`, 400, "InvalidInput")
	call("CreateLoginProfile", `{"Root":true,"Password":"`+first+`"}`, 200, "")
	if body := call("GetLoginProfile", `{"Root":true}`, 200, ""); !strings.Contains(body, `"PasswordChangeDate"`) || strings.Contains(body, "UserName") {
		t.Errorf("answered %s", body)
	}
	if r := h.last(t); !r.ReadOnly {
		t.Error("GetLoginProfile is recorded as a write")
	}
	call("DeleteLoginProfile", `{"UserName":"admin"}`, 200, "")
	call("DeleteLoginProfile", `{"UserName":"admin"}`, 404, "NoSuchEntity")

	if body := call("ListMFADevices", `{}`, 200, ""); !strings.Contains(body, `"MFADevices":[]`) {
		t.Errorf("answered %s", body)
	}
	call("ListMFADevices", `{"UserName":"nobody"}`, 404, "NoSuchEntity")
	call("ListMFADevices", `{"UserName":"admin","Root":true}`, 400, "InvalidInput")
	call("DeactivateMFADevice", `{"UserName":"admin","SerialNumber":"arn:aws:iam::111122223333:mfa/x"}`, 404, "NoSuchEntity")
	before := h.directory.LoginEpoch(admin)
	call("SignOutPrincipal", `{"UserName":"admin"}`, 200, "")
	if h.directory.LoginEpoch(admin) == before {
		t.Error("nobody was signed out")
	}
	call("SignOutPrincipal", `{"RoleName":"nobody"}`, 404, "NoSuchEntity")
	call("SignOutPrincipal", `{"RoleName":"x","UserName":"admin"}`, 400, "InvalidInput")
	call("SignOutPrincipal", `{}`, 400, "InvalidInput")
}
