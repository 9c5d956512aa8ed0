package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/identity"
)

func TestAdministration(t *testing.T) {
	h := newHouse(t)
	ok := func(op, body string) map[string]any {
		t.Helper()
		got := h.cairn(op, body)
		if got.status != 200 {
			t.Fatalf("%s: %d %s", op, got.status, got.body)
		}
		var out map[string]any
		if err := json.Unmarshal([]byte(got.body), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	fails := func(op, body string, status int, code string) {
		t.Helper()
		got := h.cairn(op, body)
		if c, message := got.code(t); got.status != status || c != code {
			t.Errorf("%s %s: got %d %s %s, want %d %s", op, body, got.status, c, message, status, code)
		}
	}

	account := ok("CreateAccount", `{"AccountId":"444455556666","Name":"other"}`)
	key := account["AccessKey"].(map[string]any)
	if issued := h.issued[otherAccount]; issued.AccessKeyID != key["AccessKeyId"] || issued.SecretAccessKey != key["SecretAccessKey"] || issued.SecretAccessKey == "" {
		t.Errorf("issued %v, answered %v", issued, key)
	}
	r := h.last(t)
	if r.EventSource != "cairn.amazonaws.com" || r.ReadOnly || !strings.Contains(string(r.ResponseElements), `"secretAccessKey":"HIDDEN_DUE_TO_SECURITY_REASONS"`) ||
		strings.Contains(string(r.ResponseElements), h.issued[otherAccount].SecretAccessKey) {
		t.Errorf("recorded %+v %s", r, r.ResponseElements)
	}
	fails("CreateAccount", `{"AccountId":"444455556666"}`, 409, "EntityAlreadyExists")
	fails("CreateAccount", `{"AccountId":"4444"}`, 400, "ValidationException")
	if n := len(ok("ListAccounts", "")["Accounts"].([]any)); n != 2 {
		t.Errorf("%d accounts", n)
	}

	user := ok("CreateUser", `{"UserName":"bob","Path":"/team/","Policies":["AdministratorAccess","{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}"]}`)
	p := user["Principal"].(map[string]any)
	if p["Arn"] != "arn:aws:iam::111122223333:user/team/bob" || len(p["PolicyNames"].([]any)) != 2 {
		t.Errorf("made %v", p)
	}
	fails("CreateUser", `{"UserName":"bob"}`, 409, "EntityAlreadyExists")
	fails("CreateUser", `{"UserName":"eve","Policies":["NoSuchPolicy"]}`, 404, "NoSuchEntity")
	fails("CreateUser", `{"UserName":"eve","Policies":["{}"]}`, 400, "MalformedPolicyDocument")
	fails("CreateUser", `{"UserName":"eve","AccountId":"777788889999"}`, 404, "NoSuchEntity")
	if _, there := h.directory.Principal(identity.Ref{AccountID: homeAccount, Type: identity.User, Name: "eve"}); there {
		t.Error("a refused user was made")
	}
	fails("CreateRole", `{"RoleName":"r","AssumeRolePolicyDocument":"{}"}`, 400, "MalformedPolicyDocument")
	ok("CreateRole", `{"RoleName":"bob","AssumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"sts:AssumeRole\"}}"}`)

	made := ok("CreateAccessKey", `{"UserName":"bob"}`)["AccessKey"].(map[string]any)
	id := made["AccessKeyId"].(string)
	ok("UpdateAccessKey", `{"AccessKeyId":"`+id+`","Status":"Inactive"}`)
	fails("UpdateAccessKey", `{"AccessKeyId":"`+id+`","Status":"Off"}`, 400, "ValidationException")
	listed := ok("ListAccessKeys", "{}")
	if text, err := json.Marshal(listed); err != nil || !strings.Contains(string(text), `"Status":"Inactive"`) || strings.Contains(string(text), "Secret") {
		t.Errorf("listed %s, %v", text, err)
	}
	ok("DeleteAccessKey", `{"AccessKeyId":"`+id+`"}`)
	fails("DeleteAccessKey", `{"AccessKeyId":"`+id+`"}`, 404, "NoSuchEntity")
	// The first account administers the others.
	ok("UpdateAccessKey", `{"AccessKeyId":"`+h.issued[otherAccount].AccessKeyID+`","Status":"Inactive"}`)

	fails("DeletePrincipal", `{"Name":"bob"}`, 400, "InvalidInput")
	ok("DeletePrincipal", `{"Name":"bob","Type":"Role"}`)
	ok("DeletePrincipal", `{"Name":"bob"}`)
	fails("DeletePrincipal", `{"Name":"bob"}`, 404, "NoSuchEntity")
	if n := len(ok("ListPrincipals", `{"AccountId":"444455556666"}`)["Principals"].([]any)); n != 2 {
		t.Errorf("%d principals", n)
	}
}

// TestForeignAdministration: the administrator of another account has no say
// outside of it, whatever the policies allow.
func TestForeignAdministration(t *testing.T) {
	h := newHouse(t)
	if _, err := h.directory.CreateAccount(t.Context(), otherAccount, "other"); err != nil {
		t.Fatal(err)
	}
	admin, _ := h.directory.Principal(identity.Ref{AccountID: otherAccount, Type: identity.User, Name: identity.AdminUser})
	h.auth.keys["AKIDOTHER"] = identity.Caller{Principal: admin}
	as := func(op, body string) answer {
		return h.do(signAs(jsonRequest("Cairn_20261121."+op, body), "AKIDOTHER", "eu-west-1", "cairn"))
	}
	for op, body := range map[string]string{
		"CreateAccount":   `{"AccountId":"777788889999"}`,
		"CreateUser":      `{"AccountId":"111122223333","UserName":"eve"}`,
		"CreateRole":      `{"AccountId":"111122223333","RoleName":"eve","AssumeRolePolicyDocument":"{}"}`,
		"CreateAccessKey": `{"AccountId":"111122223333","UserName":"admin"}`,
		"ListPrincipals":  `{"AccountId":"111122223333"}`,
		"ListAccessKeys":  `{"AccountId":"111122223333"}`,
		"DeletePrincipal": `{"AccountId":"111122223333","Name":"admin"}`,

		"CreateLoginProfile":  `{"AccountId":"111122223333","UserName":"admin","Password":"some long password"}`,
		"UpdateLoginProfile":  `{"AccountId":"111122223333","Root":true,"Password":"some long password"}`,
		"DeleteLoginProfile":  `{"AccountId":"111122223333","UserName":"admin"}`,
		"GetLoginProfile":     `{"AccountId":"111122223333","UserName":"admin"}`,
		"ListMFADevices":      `{"AccountId":"111122223333"}`,
		"DeactivateMFADevice": `{"AccountId":"111122223333","UserName":"admin","SerialNumber":"arn:aws:iam::1:mfa/x"}`,
		"SignOutPrincipal":    `{"AccountId":"111122223333","UserName":"admin"}`,
	} {
		got := as(op, body)
		if code, _ := got.code(t); code != CodeAccessDenied {
			t.Errorf("%s: %s", op, got.body)
		}
	}
	for op, body := range map[string]string{
		"DeleteAccessKey": `{"AccessKeyId":"` + h.admin.AccessKeyID + `"}`,
		"UpdateAccessKey": `{"AccessKeyId":"` + h.admin.AccessKeyID + `","Status":"Inactive"}`,
	} {
		got := as(op, body)
		if code, _ := got.code(t); code != "NoSuchEntity" {
			t.Errorf("%s: %s", op, got.body)
		}
	}
	if got := as("ListAccounts", "{}"); strings.Contains(got.body, homeAccount) || !strings.Contains(got.body, otherAccount) {
		t.Errorf("listed %s", got.body)
	}
	if got := as("CreateUser", `{"UserName":"ann"}`); got.status != 200 || !strings.Contains(got.body, "arn:aws:iam::444455556666:user/ann") {
		t.Errorf("in its own account: %s", got.body)
	}
}
