package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccountCommands: what each command sends, and what it makes of the
// answer.
func TestAccountCommands(t *testing.T) {
	var target, sent, answer string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if auth := r.Header.Get("Authorization"); !strings.Contains(auth, "/us-east-1/cairn/aws4_request") || !strings.Contains(auth, "x-amz-content-sha256") || !strings.Contains(auth, "x-amz-target") {
			t.Errorf("authorization %s", auth)
		}
		target, sent = r.Header.Get("X-Amz-Target"), string(body)
		fmt.Fprint(w, answer)
	}))
	defer s.Close()
	profiles := filepath.Join(t.TempDir(), "credentials")
	policy := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(policy, []byte(`{"Version":"2012-10-17"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	const key = `"AccessKey":{"AccountId":"444455556666","UserName":"admin","AccessKeyId":"AKIANEW","SecretAccessKey":"s3cret","Status":"Active","CreateDate":1793527200}`
	for _, c := range []struct {
		args         string
		answer       string
		target, sent string
		out, errs    string
	}{
		{"account list", `{"Accounts":[{"AccountId":"111122223333","Name":"a\u001b[0m","CreateDate":1793527200}]}`, "ListAccounts", "{}",
			"ACCOUNT       NAME      CREATED\n111122223333  a\\x1b[0m  2026-11-01 10:00\n", ""},
		{"account list --json", `{"Accounts":[{"AccountId":"111122223333","CreateDate":1793527200}]}`, "ListAccounts", "{}", `"CreateDate": "2026-11-01T10:00:00Z"`, ""},
		{"account create 444455556666 --name x", `{"Account":{"AccountId":"444455556666"},` + key + `}`, "CreateAccount", `{"AccountId":"444455556666","Name":"x"}`,
			"aws_secret_access_key = s3cret\n", "the only time that the secret is shown"},
		{"account create 444455556666 --json --write-profile " + profiles, `{` + key + `}`, "CreateAccount", `{"AccountId":"444455556666"}`,
			`"AccessKeyId": "AKIANEW"`, `the profile "444455556666" in`},
		{"account user create bob --account 444455556666 --policy ReadOnlyAccess --policy @" + policy, `{"Principal":{"Arn":"arn:bob","PolicyNames":["ReadOnlyAccess","inline-2"]}}`,
			"CreateUser", `{"AccountId":"444455556666","UserName":"bob","Policies":["ReadOnlyAccess","{\"Version\":\"2012-10-17\"}"]}`, "Made arn:bob, with ReadOnlyAccess, inline-2.\n", ""},
		{"account role create r --assumed-by arn:a --assumed-by arn:b", `{"Principal":{"Arn":"arn:r"}}`, "CreateRole",
			`\"Principal\":{\"AWS\":[\"arn:a\",\"arn:b\"]},\"Action\":\"sts:AssumeRole\"`, "no policies", ""},
		{"account principals", `{"Principals":[{"Type":"Role","Name":"r","Arn":"arn:r"}]}`, "ListPrincipals", "{}", "arn:r", ""},
		{"account delete bob --type user", `{}`, "DeletePrincipal", `{"Name":"bob","Type":"IAMUser"}`, "bob is deleted", ""},
		{"account key create bob --write-profile " + profiles + " --profile-name mine", `{` + key + `}`, "CreateAccessKey", `{"UserName":"bob"}`, "AKIANEW\n", `the profile "mine" in`},
		{"account key create bob --write-profile /no/such/folder/file", `{` + key + `}`, "CreateAccessKey", `{"UserName":"bob"}`, "s3cret", "could not be written"},
		{"account key list", `{"AccessKeys":[{"AccessKeyId":"AKIANEW","Status":"Inactive"}]}`, "ListAccessKeys", "{}", "(root)  Inactive", ""},
		{"account key disable AKIANEW", `{}`, "UpdateAccessKey", `{"AccessKeyId":"AKIANEW","Status":"Inactive"}`, "AKIANEW is inactive.\n", ""},
		{"account key enable AKIANEW", `{}`, "UpdateAccessKey", `{"AccessKeyId":"AKIANEW","Status":"Active"}`, "AKIANEW is active.\n", ""},
		{"account key delete AKIANEW --json", `{}`, "DeleteAccessKey", `{"AccessKeyId":"AKIANEW"}`, "{}\n", ""},
	} {
		answer = c.answer
		code, out, errs := invoke(t, s.URL, strings.Fields(c.args)...)
		if code != exitDone || target != "Cairn_20261121."+c.target || !strings.Contains(sent, c.sent) || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) {
			t.Errorf("%s: exit %d\nsent %s %s\nout  %s\nerr  %s", c.args, code, target, sent, out, errs)
		}
		if strings.Contains(c.args, profiles) && strings.Contains(out, "s3cret") {
			t.Errorf("%s: the secret is in the profile and shown too", c.args)
		}
	}
	written, err := os.ReadFile(profiles)
	if err != nil || strings.Count(string(written), "aws_secret_access_key = s3cret") != 2 || !strings.Contains(string(written), "[mine]") {
		t.Errorf("%v, %s", err, written)
	}
}
