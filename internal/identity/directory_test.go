package identity

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

func TestFirstAccount(t *testing.T) {
	h := newHouse(t)
	again, created, err := h.EnsureFirstAccount(t.Context(), "999999999999")
	check(t, err)
	if created || again != (Credential{}) {
		t.Fatal("a second first account was made")
	}
	for what, tc := range map[string]struct{ value, pattern string }{
		"access key id": {h.admin.AccessKeyID, `^AKIA[A-Z2-7]{16}$`},
		"secret":        {h.admin.SecretAccessKey, `^[A-Za-z0-9+/]{40}$`},
	} {
		if !regexp.MustCompile(tc.pattern).MatchString(tc.value) {
			t.Errorf("%s %q does not look like one", what, tc.value)
		}
	}
	principals, err := h.ListPrincipals(testAccount)
	check(t, err)
	if len(principals) != 2 || principals[0].ARN != "arn:aws:iam::111122223333:root" || principals[0].ID != testAccount ||
		principals[1].ARN != "arn:aws:iam::111122223333:user/admin" || !strings.HasPrefix(principals[1].ID, "AIDA") || len(principals[1].ID) != 21 {
		t.Fatalf("principals %+v", principals)
	}
	admin := Caller{Principal: principals[1]}
	if !h.Allowed(admin, "cloudtrail:DeleteTrail", "*") || !h.Allowed(Caller{Principal: principals[0]}, "x:Y", "*") {
		t.Error("the administrator or root is not allowed everything")
	}
	if h.Allowed(Caller{}, "x:Y", "*") {
		t.Error("nobody is allowed something")
	}
}

func TestDirectoryRefusals(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	user, _ := h.user("bob", "")
	ref := user.Principal.Ref()
	trust := []byte(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}`)
	role, err := h.CreateRole(ctx, testAccount, "auditor", "/team/x/", trust)
	check(t, err)
	if role.ARN != "arn:aws:iam::111122223333:role/team/x/auditor" || !strings.HasPrefix(role.ID, "AROA") {
		t.Errorf("role %+v", role)
	}
	policy := []byte(`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*"}}`)
	root := Ref{testAccount, Root, ""}
	ghost := Ref{testAccount, User, "ghost"}
	_, err = h.CreateAccessKey(ctx, ref)
	check(t, err) // the second
	for _, tc := range []struct {
		code string
		do   func() error
	}{
		{CodeInvalidInput, func() error { _, err := h.CreateAccount(ctx, "12345", ""); return err }},
		{CodeInvalidInput, func() error { _, err := h.CreateAccount(ctx, "12345678901a", ""); return err }},
		{CodeEntityAlreadyExists, func() error { _, err := h.CreateAccount(ctx, testAccount, ""); return err }},
		{CodeEntityAlreadyExists, func() error { _, err := h.CreateUser(ctx, testAccount, "BOB", ""); return err }},
		{CodeEntityAlreadyExists, func() error { _, err := h.CreateRole(ctx, testAccount, "Auditor", "", trust); return err }},
		{CodeInvalidInput, func() error { _, err := h.CreateUser(ctx, testAccount, "a/b", ""); return err }},
		{CodeInvalidInput, func() error { _, err := h.CreateUser(ctx, testAccount, "c", "team"); return err }},
		{CodeInvalidInput, func() error { _, err := h.CreateUser(ctx, testAccount, "", ""); return err }},
		{CodeNoSuchEntity, func() error { _, err := h.CreateUser(ctx, "999999999999", "c", ""); return err }},
		{CodeMalformedPolicyDocument, func() error { _, err := h.CreateRole(ctx, testAccount, "r", "", policy); return err }},
		{CodeLimitExceeded, func() error { _, err := h.CreateAccessKey(ctx, ref); return err }},
		{CodeInvalidInput, func() error { _, err := h.CreateAccessKey(ctx, role.Ref()); return err }},
		{CodeNoSuchEntity, func() error { _, err := h.CreateAccessKey(ctx, ghost); return err }},
		{CodeNoSuchEntity, func() error { return h.DeletePrincipal(ctx, ghost) }},
		{CodeInvalidInput, func() error { return h.DeletePrincipal(ctx, root) }},
		{CodeInvalidInput, func() error { return h.AttachPolicy(ctx, root, "x", policy) }},
		{CodeNoSuchEntity, func() error { return h.AttachPolicy(ctx, ghost, "x", policy) }},
		{CodeNoSuchEntity, func() error { return h.AttachPolicy(ctx, ref, "NoSuchManaged", nil) }},
		{CodeMalformedPolicyDocument, func() error { return h.AttachPolicy(ctx, ref, "x", trust) }},
		{CodeInvalidInput, func() error { return h.AttachPolicy(ctx, ref, "a b", policy) }},
		{CodeNoSuchEntity, func() error { return h.DetachPolicy(ctx, ref, "x") }},
		{CodeNoSuchEntity, func() error { return h.DeleteAccessKey(ctx, "999999999999", h.admin.AccessKeyID) }},
		{CodeNoSuchEntity, func() error { return h.SetAccessKeyStatus(ctx, testAccount, "AKIANO", Active) }},
		{CodeInvalidInput, func() error { return h.SetAccessKeyStatus(ctx, testAccount, h.admin.AccessKeyID, "Odd") }},
		{CodeNoSuchEntity, func() error { _, err := h.ListPrincipals("999999999999"); return err }},
		{CodeNoSuchEntity, func() error { _, err := h.ListAccessKeys("999999999999"); return err }},
	} {
		wantCode(t, tc.do(), tc.code)
	}
	for i := range maxPolicies {
		check(t, h.AttachPolicy(ctx, ref, fmt.Sprintf("p%d", i), policy))
	}
	check(t, h.AttachPolicy(ctx, ref, "p0", policy)) // replaces
	wantCode(t, h.AttachPolicy(ctx, ref, "one-more", policy), CodeLimitExceeded)
}

func TestAttachAndDetach(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	c, _ := h.user("eve", "")
	ref := c.Principal.Ref()
	may := func(want bool) {
		t.Helper()
		if got := h.Allowed(c, "cloudtrail:LookupEvents", "*"); got != want {
			t.Errorf("allowed: %v, want %v", got, want)
		}
	}
	may(false)
	check(t, h.AttachPolicy(ctx, ref, CloudTrailReadOnly, nil))
	check(t, h.AttachPolicy(ctx, ref, managedPrefix+CloudTrailReadOnly, nil)) // again
	may(true)
	check(t, h.AttachPolicy(ctx, ref, CloudTrailReadOnly,
		[]byte(`{"Statement":{"Effect":"Deny","Action":"cloudtrail:Lookup*","Resource":"*"}}`)))
	may(false)
	check(t, h.DetachPolicy(ctx, ref, CloudTrailReadOnly)) // the inline one of that name
	may(true)
	h.reopen()
	may(true)
	check(t, h.DetachPolicy(ctx, ref, CloudTrailReadOnly))
	may(false)
	check(t, h.DeletePrincipal(ctx, ref))
	if _, ok := h.Principal(ref); ok {
		t.Error("a deleted user is found")
	}
}

// What was acknowledged is there after a restart, and secrets rest sealed.
func TestDirectoryReopens(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	_, cred := h.user("bob", `{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*"}}`)
	check(t, h.SetAccessKeyStatus(ctx, testAccount, cred.AccessKeyID, Inactive))
	_, err := h.CreateAccount(ctx, "444455556666", "Second")
	check(t, err)
	h.reopen()
	if got := h.ListAccounts(); len(got) != 2 || got[1].Name != "Second" {
		t.Errorf("accounts %+v", got)
	}
	if secret, who, err := h.SigningSecret(h.admin.AccessKeyID, ""); err != nil || secret != h.admin.SecretAccessKey || who.Principal.Name != "admin" {
		t.Error("the administrator's key is lost")
	}
	if _, _, err := h.SigningSecret(cred.AccessKeyID, ""); err == nil {
		t.Error("an inactive key gives its secret")
	}
	keys, err := h.ListAccessKeys(testAccount)
	check(t, err)
	for _, k := range keys {
		if k.SealedSecret != nil {
			t.Error("a listing shows a sealed secret")
		}
	}
	rows, err := h.keys.List(ctx, "")
	check(t, err)
	for _, r := range rows {
		if strings.Contains(string(r.Value.SealedSecret), h.admin.SecretAccessKey) {
			t.Error("a secret is stored in the clear")
		}
	}
	if _, err := OpenDirectory(ctx, h.db, newKey([keySize]byte{9}), h.clock.now); err == nil {
		t.Error("the directory opened with another key")
	}
}

func TestConcurrentChanges(t *testing.T) {
	h := newHouse(t)
	var wg sync.WaitGroup
	won := make([]bool, 8)
	for i := range won {
		wg.Go(func() {
			_, err := h.CreateUser(t.Context(), testAccount, "racer", "")
			won[i] = err == nil
			_, err = h.CreateUser(t.Context(), testAccount, fmt.Sprintf("u%d", i), "")
			if err != nil {
				t.Error(err)
			}
			for range 20 {
				h.Allowed(Caller{Principal: Principal{AccountID: testAccount, Type: User, Name: "racer", ID: "x"}}, "a:B", "*")
				_, _ = h.ListPrincipals(testAccount)
			}
		})
	}
	wg.Wait()
	n := 0
	for _, w := range won {
		if w {
			n++
		}
	}
	if list, _ := h.ListPrincipals(testAccount); n != 1 || len(list) != 2+1+8 {
		t.Errorf("%d racers won, %d principals", n, len(list))
	}
}

func TestNoChangeInsideATransaction(t *testing.T) {
	h := newHouse(t)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	_ = h.db.Tx(t.Context(), func(ctx context.Context) error {
		_, err := h.CreateUser(ctx, testAccount, "bob", "")
		return err
	})
}

func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "master.key")
	keys := make([]Key, 6)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = LoadOrCreateKey(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	k := keys[0]
	sealed := k.Seal("p", []byte("secret"))
	for _, other := range keys {
		if plain, err := other.Open("p", sealed); err != nil || string(plain) != "secret" {
			t.Fatalf("processes that started at once have different keys: %v", err)
		}
	}
	st, err := os.Stat(path)
	check(t, err)
	if st.Mode().Perm() != 0o600 || st.Size() != 32 {
		t.Errorf("key file: %v, %d bytes", st.Mode(), st.Size())
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("temporary files are left: %v", entries)
	}
	if _, err := k.Open("other purpose", sealed); err == nil {
		t.Error("opened for another purpose")
	}
	for i := range sealed {
		sealed[i] ^= 1
		if _, err := k.Open("p", sealed); err == nil {
			t.Errorf("a flip in byte %d was not noticed", i)
		}
		sealed[i] ^= 1
	}
	if k.Derive("a") == k.Derive("b") || k.Derive("a") != keys[1].Derive("a") {
		t.Error("derived keys are not a function of the purpose")
	}
	if s := fmt.Sprintf("%v %+v %#v %s", k, k, k, k); strings.Count(s, "redacted") != 4 {
		t.Errorf("a key prints as %q", s)
	}

	check(t, os.Chmod(path, 0o640))
	if _, err := LoadOrCreateKey(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that the group can read: %v", err)
	}
	for _, size := range []int{0, 31, 33} {
		p := filepath.Join(dir, fmt.Sprint(size))
		check(t, os.WriteFile(p, make([]byte, size), 0o600))
		if _, err := LoadOrCreateKey(p); err == nil || !strings.Contains(err.Error(), "must have 32") {
			t.Errorf("a key of %d bytes: %v", size, err)
		}
	}
	if _, err := LoadOrCreateKey(dir); err == nil {
		t.Error("a directory was taken for a key")
	}
}
