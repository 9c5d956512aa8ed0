package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
)

// registeredHouse has a second account whose administrator signs with AKIDOTHER,
// and a clock that stands still.
func registeredHouse(t *testing.T) *house {
	h := newHouse(t, func(c *Config) {
		c.Now = func() time.Time { return time.Date(2026, 3, 14, 15, 9, 26, 535, time.UTC) }
	})
	if _, err := h.directory.CreateAccount(t.Context(), otherAccount, "other"); err != nil {
		t.Fatal(err)
	}
	admin, _ := h.directory.Principal(identity.Ref{AccountID: otherAccount, Type: identity.User, Name: identity.AdminUser})
	h.auth.keys["AKIDOTHER"] = identity.Caller{Principal: admin}
	return h
}

// cairnAs makes a call of the administration API with a key, and returns the
// answer's code, "OK" without an error, with its message or output.
func (h *house) cairnAs(t *testing.T, key, op, body string) (code, text string) {
	t.Helper()
	got := h.do(signAs(jsonRequest("Cairn_20261121."+op, body), key, "eu-west-1", "cairn"))
	if got.status == 200 {
		return "OK", got.body
	}
	return got.code(t)
}

// TestRegisterAccessKey: what a registration makes of what it says, as calls
// with the key are recorded and as it is answered.
func TestRegisterAccessKey(t *testing.T) {
	h := registeredHouse(t)
	ann, err := h.directory.CreateUser(t.Context(), homeAccount, "Ann", "/team/")
	if err != nil {
		t.Fatal(err)
	}
	session := func(issuer identity.SessionIssuer) *identity.UserSession {
		return &identity.UserSession{Created: time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC), Issuer: &issuer}
	}
	for _, tc := range []struct {
		name, says string
		want       identity.UserIdentity
		shown      string // without AccessKeyId and Learned
	}{
		{"a user by name", `"Type":"IAMUser","UserName":"bob"`,
			identity.UserIdentity{Type: "IAMUser", PrincipalID: "AIDALVJQHVDRCRTEIZII2", ARN: "arn:aws:iam::111122223333:user/bob", AccountID: homeAccount, UserName: "bob"},
			`{"AccountId":"111122223333","Type":"IAMUser","UserName":"bob","Arn":"arn:aws:iam::111122223333:user/bob","PrincipalId":"AIDALVJQHVDRCRTEIZII2"}`},
		{"a user by ARN", `"Type":"IAMUser","Arn":"arn:aws:iam::444455556666:user/team/a/bob","AccountId":"444455556666","PrincipalId":"minio-bob"`,
			identity.UserIdentity{Type: "IAMUser", PrincipalID: "minio-bob", ARN: "arn:aws:iam::444455556666:user/team/a/bob", AccountID: otherAccount, UserName: "bob"},
			`{"AccountId":"444455556666","Type":"IAMUser","UserName":"bob","Arn":"arn:aws:iam::444455556666:user/team/a/bob","PrincipalId":"minio-bob"}`},
		{"a user of the directory", `"Type":"IAMUser","UserName":"ann"`,
			identity.UserIdentity{Type: "IAMUser", PrincipalID: ann.ID, ARN: ann.ARN, AccountID: homeAccount, UserName: "Ann"},
			`{"AccountId":"111122223333","Type":"IAMUser","UserName":"Ann","Arn":"arn:aws:iam::111122223333:user/team/Ann","PrincipalId":"` + ann.ID + `"}`},
		{"a user of the directory, with an id", `"Type":"IAMUser","UserName":"Ann","PrincipalId":"AIDAANN"`,
			identity.UserIdentity{Type: "IAMUser", PrincipalID: "AIDAANN", ARN: ann.ARN, AccountID: homeAccount, UserName: "Ann"}, ``},
		{"not quite the user of the directory", `"Type":"IAMUser","Arn":"arn:aws:iam::111122223333:user/Ann"`,
			identity.UserIdentity{Type: "IAMUser", PrincipalID: "AIDAXI4U57BRCABH6EEGR", ARN: "arn:aws:iam::111122223333:user/Ann", AccountID: homeAccount, UserName: "Ann"}, ``},
		{"root", `"Type":"Root","AccountId":"444455556666"`,
			identity.UserIdentity{Type: "Root", PrincipalID: otherAccount, ARN: "arn:aws:iam::444455556666:root", AccountID: otherAccount},
			`{"AccountId":"444455556666","Type":"Root","Arn":"arn:aws:iam::444455556666:root","PrincipalId":"444455556666"}`},
		{"a role by name", `"Type":"AssumedRole","RoleName":"deploy","SessionName":"run-1"`,
			identity.UserIdentity{Type: "AssumedRole", PrincipalID: "AROAHCTODKKISWELHSTBH:run-1", ARN: "arn:aws:sts::111122223333:assumed-role/deploy/run-1", AccountID: homeAccount,
				Session: session(identity.SessionIssuer{Type: "Role", PrincipalID: "AROAHCTODKKISWELHSTBH", ARN: "arn:aws:iam::111122223333:role/deploy", AccountID: homeAccount, UserName: "deploy"})},
			`{"AccountId":"111122223333","Type":"AssumedRole","Arn":"arn:aws:sts::111122223333:assumed-role/deploy/run-1","RoleArn":"arn:aws:iam::111122223333:role/deploy","PrincipalId":"AROAHCTODKKISWELHSTBH:run-1"}`},
		{"a role by ARN", `"Type":"AssumedRole","RoleArn":"arn:aws:iam::111122223333:role/ci/deploy","SessionName":"run-1","PrincipalId":"AROADEPLOY"`,
			identity.UserIdentity{Type: "AssumedRole", PrincipalID: "AROADEPLOY:run-1", ARN: "arn:aws:sts::111122223333:assumed-role/deploy/run-1", AccountID: homeAccount,
				Session: session(identity.SessionIssuer{Type: "Role", PrincipalID: "AROADEPLOY", ARN: "arn:aws:iam::111122223333:role/ci/deploy", AccountID: homeAccount, UserName: "deploy"})}, ``},
		{"a service", `"Type":"AWSService","InvokedBy":"rds.amazonaws.com"`,
			identity.UserIdentity{Type: "AWSService", InvokedBy: "rds.amazonaws.com"},
			`{"Type":"AWSService","InvokedBy":"rds.amazonaws.com"}`},
	} {
		// One key for all: each registration replaces the one before.
		code, text := h.cairnAs(t, "AKIDADMIN", "RegisterAccessKey", `{"AccessKeyId":"minio-key",`+tc.says+`}`)
		if code != "OK" {
			t.Errorf("%s: %s %s", tc.name, code, text)
			continue
		}
		tc.want.AccessKeyID = "minio-key"
		if got, ok := h.directory.Identify("minio-key", ""); !ok || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: identified %v\n%+v, want\n%+v", tc.name, ok, got, tc.want)
		}
		if tc.shown == "" {
			continue
		}
		want := strings.Replace(tc.shown, `"Type"`, `"AccessKeyId":"minio-key","Type"`, 1)
		want = `{"RegisteredAccessKey":` + strings.TrimSuffix(want, "}") + `,"Learned":false}}`
		if text != want {
			t.Errorf("%s: answered\n%s, want\n%s", tc.name, text, want)
		}
	}
	r := h.last(t)
	if r.EventName != "RegisterAccessKey" || r.ReadOnly || !strings.Contains(string(r.RequestParameters), `"accessKeyId":"minio-key"`) || !strings.Contains(string(r.ResponseElements), `"invokedBy":"rds.amazonaws.com"`) {
		t.Errorf("recorded %+v %s %s", r, r.RequestParameters, r.ResponseElements)
	}
}

func TestRegisterAccessKeyRefusals(t *testing.T) {
	h := registeredHouse(t)
	for _, tc := range []struct{ says, code, message string }{
		{`"Type":"IAMUser","UserName":"bob","AccountId":"777788889999"`, "NoSuchEntity", "cairn account create 777788889999"},
		{`"Type":"IAMUser"`, "InvalidInput", "UserName or Arn"},
		{`"Type":"AssumedRole","SessionName":"run"`, "InvalidInput", "RoleName or RoleArn"},
		{`"Type":"AssumedRole","RoleName":"ops"`, "InvalidInput", "SessionName"},
		{`"Type":"AWSService"`, "InvalidInput", "InvokedBy"},
		{`"Type":"Root","UserName":"bob"`, "InvalidInput", "UserName does not go with a key of the type Root"},
		{`"Type":"Root","PrincipalId":"x"`, "InvalidInput", "PrincipalId does not"},
		{`"Type":"IAMUser","UserName":"bob","SessionName":"run"`, "InvalidInput", "SessionName does not"},
		{`"Type":"IAMUser","UserName":"bob","RoleName":"ops"`, "InvalidInput", "RoleName does not"},
		{`"Type":"IAMUser","UserName":"bob","InvokedBy":"rds.amazonaws.com"`, "InvalidInput", "InvokedBy does not"},
		{`"Type":"AssumedRole","RoleName":"ops","SessionName":"run","Arn":"arn:aws:iam::111122223333:role/ops"`, "InvalidInput", "Arn does not"},
		{`"Type":"IAMUser","UserName":"bob","RoleArn":"arn:aws:iam::111122223333:role/ops"`, "InvalidInput", "RoleArn does not"},
		{`"Type":"AWSService","InvokedBy":"rds.amazonaws.com","AccountId":"111122223333"`, "InvalidInput", "AccountId does not"},
		{`"Type":"IAMUser","Arn":"arn:aws:iam::111122223333:role/ops"`, "InvalidInput", "not the ARN of a user, which is like arn:aws:iam::111122223333:user/NAME"},
		{`"Type":"AssumedRole","SessionName":"run","RoleArn":"arn:aws:sts::111122223333:assumed-role/ops/run"`, "InvalidInput", "not the ARN of a role"},
		{`"Type":"IAMUser","Arn":"arn:aws:iam::444455556666:user/bob"`, "InvalidInput", "with AccountId"},
		{`"Type":"IAMUser","Arn":"arn:aws:iam::111122223333:user/bob","UserName":"ann"`, "InvalidInput", "not the ARN of the user ann"},
		{`"Type":"Federated"`, "ValidationException", "type"},
		{`"Type":"IAMUser","UserName":"a b"`, "ValidationException", "userName"},
		{`"Type":"AWSService","InvokedBy":"a b"`, "ValidationException", "invokedBy"},
	} {
		code, message := h.cairnAs(t, "AKIDADMIN", "RegisterAccessKey", `{"AccessKeyId":"minio-key",`+tc.says+`}`)
		if code != tc.code || !strings.Contains(message, tc.message) {
			t.Errorf("%s: %s %s, want %s with %q", tc.says, code, message, tc.code, tc.message)
		}
	}
	for id, want := range map[string]string{"": "ValidationException", "two words": "ValidationException", strings.Repeat("x", 129): "ValidationException", h.admin.AccessKeyID: "EntityAlreadyExists"} {
		if code, message := h.cairnAs(t, "AKIDADMIN", "RegisterAccessKey", `{"AccessKeyId":"`+id+`","Type":"Root"}`); code != want {
			t.Errorf("key %q: %s %s, want %s", id, code, message, want)
		}
	}
	if known := h.directory.ListKnown(); len(known) > 0 {
		t.Errorf("refused, and known: %+v", known)
	}
}

// TestRegisteredKeysOfAccounts: administrators have a say about the keys of their
// account, those of the first account about all.
func TestRegisteredKeysOfAccounts(t *testing.T) {
	h := registeredHouse(t)
	learned := func(key, account string) {
		t.Helper()
		if err := h.directory.Learn(t.Context(), identity.KnownKey{
			Expires:  time.Date(2026, 3, 14, 16, 0, 0, 0, time.UTC),
			Identity: identity.UserIdentity{Type: identity.TypeAssumedRole, AccessKeyID: key, AccountID: account, Session: &identity.UserSession{}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	learned("ASIAHOME", homeAccount)
	learned("ASIAOTHER", otherAccount)
	learned("ASIAFAR", "777788889999") // An account that Cairn does not have.
	const user, service = `"Type":"IAMUser","UserName":"bob"`, `"Type":"AWSService","InvokedBy":"rds.amazonaws.com"`
	const first, other = "AKIDADMIN", "AKIDOTHER"
	for _, tc := range []struct{ by, op, body, want string }{
		{first, "RegisterAccessKey", `{"AccessKeyId":"k-home",` + user + `}`, "OK"},
		{first, "RegisterAccessKey", `{"AccessKeyId":"k-first","AccountId":"444455556666",` + user + `}`, "OK"},
		{first, "RegisterAccessKey", `{"AccessKeyId":"k-service",` + service + `}`, "OK"},
		{other, "RegisterAccessKey", `{"AccessKeyId":"k-other",` + user + `}`, "OK"},
		{other, "RegisterAccessKey", `{"AccessKeyId":"k-evil","AccountId":"111122223333",` + user + `}`, CodeAccessDenied},
		{other, "RegisterAccessKey", `{"AccessKeyId":"k-evil",` + service + `}`, CodeAccessDenied},
		// Nobody takes over the keys of an account in which he has no say.
		{other, "RegisterAccessKey", `{"AccessKeyId":"k-home",` + user + `}`, "EntityAlreadyExists"},
		{other, "RegisterAccessKey", `{"AccessKeyId":"k-service",` + user + `}`, "EntityAlreadyExists"},
		{other, "RegisterAccessKey", `{"AccessKeyId":"ASIAHOME",` + user + `}`, "EntityAlreadyExists"},
		{other, "RegisterAccessKey", `{"AccessKeyId":"ASIAFAR",` + user + `}`, "EntityAlreadyExists"},
		{other, "RegisterAccessKey", `{"AccessKeyId":"k-first",` + user + `}`, "OK"},
		{other, "ListRegisteredAccessKeys", `{}`, "ASIAOTHER k-first k-other"},
		{other, "ListRegisteredAccessKeys", `{"AccountId":"444455556666"}`, "ASIAOTHER k-first k-other"},
		{other, "ListRegisteredAccessKeys", `{"AccountId":"111122223333"}`, CodeAccessDenied},
		{first, "ListRegisteredAccessKeys", `{}`, "ASIAFAR ASIAHOME k-home k-service"},
		{first, "ListRegisteredAccessKeys", `{"AccountId":"444455556666"}`, "ASIAOTHER k-first k-other"},
		{first, "ListRegisteredAccessKeys", `{"AccountId":"777788889999"}`, "NoSuchEntity"},
		{other, "DeregisterAccessKey", `{"AccessKeyId":"k-home"}`, "NoSuchEntity"},
		{other, "DeregisterAccessKey", `{"AccessKeyId":"k-service"}`, "NoSuchEntity"},
		{other, "DeregisterAccessKey", `{"AccessKeyId":"k-nowhere"}`, "NoSuchEntity"},
		{other, "DeregisterAccessKey", `{"AccessKeyId":"k-other"}`, "OK"},
		{other, "DeregisterAccessKey", `{"AccessKeyId":"k-other"}`, "NoSuchEntity"},
		{other, "DeregisterAccessKey", `{"AccessKeyId":"ASIAOTHER"}`, "OK"},
		{first, "DeregisterAccessKey", `{"AccessKeyId":"k-first"}`, "OK"},
		{first, "DeregisterAccessKey", `{"AccessKeyId":"k-service"}`, "OK"},
		{first, "DeregisterAccessKey", `{"AccessKeyId":"` + h.admin.AccessKeyID + `"}`, "NoSuchEntity"},
		{other, "ListRegisteredAccessKeys", `{}`, ""},
		{first, "ListRegisteredAccessKeys", `{}`, "ASIAFAR ASIAHOME k-home"},
	} {
		got, text := h.cairnAs(t, tc.by, tc.op, tc.body)
		if strings.HasPrefix(tc.op, "List") && got == "OK" {
			_, ids := listed(t, text)
			got = strings.Join(ids, " ")
		}
		if got != tc.want {
			t.Errorf("%s %s by %s: got %s, want %s (%s)", tc.op, tc.body, tc.by, got, tc.want, text)
		}
	}
	_, text := h.cairnAs(t, first, "ListRegisteredAccessKeys", `{"MaxResults":1}`)
	if want := `{"RegisteredAccessKeys":[{"AccountId":"777788889999","AccessKeyId":"ASIAFAR","Type":"AssumedRole","Learned":true,"Expiration":1773504000}],"NextToken":"ASIAFAR"}`; text != want {
		t.Errorf("listed %s, want %s", text, want)
	}
}

// listed reads an answer of ListRegisteredAccessKeys.
func listed(t *testing.T, text string) (next string, ids []string) {
	t.Helper()
	var out struct {
		RegisteredAccessKeys []struct{ AccessKeyId string }
		NextToken            string
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	for _, k := range out.RegisteredAccessKeys {
		ids = append(ids, k.AccessKeyId)
	}
	return out.NextToken, ids
}

// TestRegisteredPages: the pages together are the whole, without repetition,
// whatever their size, also when keys come and go between them.
func TestRegisteredPages(t *testing.T) {
	h := registeredHouse(t)
	register := func(id string) {
		t.Helper()
		if code, text := h.cairnAs(t, "AKIDADMIN", "RegisterAccessKey", `{"AccessKeyId":"`+id+`","Type":"Root"}`); code != "OK" {
			t.Fatal(code, text)
		}
	}
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprintf("key-%d", i))
		register(want[i])
	}
	pages := func(size int, between func()) []string {
		t.Helper()
		var all []string
		for token, more := "", true; more; {
			body := fmt.Sprintf(`{"MaxResults":%d}`, size)
			if token != "" {
				body = fmt.Sprintf(`{"MaxResults":%d,"NextToken":"%s"}`, size, token)
			}
			_, text := h.cairnAs(t, "AKIDADMIN", "ListRegisteredAccessKeys", body)
			next, ids := listed(t, text)
			if len(ids) > size || next != "" && len(ids) != size {
				t.Errorf("a page of %d has %q, and goes on at %q", size, ids, next)
			}
			all, token, more = append(all, ids...), next, next > token
			between()
		}
		return all
	}
	for _, size := range []int{1, 2, 6, 7, 8, 1000} {
		if got := pages(size, func() {}); !slices.Equal(got, want) {
			t.Errorf("pages of %d have %q", size, got)
		}
	}
	changes := map[string]func(){
		"the last key of a page goes": func() { _, _ = h.cairnAs(t, "AKIDADMIN", "DeregisterAccessKey", `{"AccessKeyId":"key-1"}`) },
		"a key comes before":          func() { register("key-00") },
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if got := pages(2, changes[name]); !slices.Equal(slices.Compact(got), got) || len(got) < 6 || got[len(got)-1] != "key-6" {
			t.Errorf("%s: pages have %q", name, got)
		}
	}
	for _, body := range []string{`{"MaxResults":0}`, `{"MaxResults":1001}`, `{"NextToken":"two words"}`} {
		if code, text := h.cairnAs(t, "AKIDADMIN", "ListRegisteredAccessKeys", body); code != "ValidationException" {
			t.Errorf("%s: %s %s", body, code, text)
		}
	}
}
