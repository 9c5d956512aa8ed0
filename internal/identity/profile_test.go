package identity

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials")
	step := func(profile string, c Credential, want string) {
		t.Helper()
		check(t, WriteProfile(path, profile, c))
		got, err := os.ReadFile(path)
		check(t, err)
		if string(got) != want {
			t.Fatalf("after writing %s:\n%s\nwant:\n%s", profile, got, want)
		}
	}
	one := Credential{AccessKeyID: "AKIA1", SecretAccessKey: "s1", Region: "us-east-1"}
	two := Credential{AccessKeyID: "AKIA2", SecretAccessKey: "s2"}
	def := "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s1\nregion = us-east-1\n"
	acct := "[111122223333]\naws_access_key_id = AKIA2\naws_secret_access_key = s2\n"
	step("default", one, def)
	step("111122223333", two, def+"\n"+acct)
	step("default", two, "[default]\naws_access_key_id = AKIA2\naws_secret_access_key = s2\n\n"+acct)
	step("default", one, def+"\n"+acct)

	// A file that people have edited.
	check(t, os.WriteFile(path, []byte("# top\n[ default ] # mine\naws_access_key_id=OLD\n# inside\naws_session_token = t\n\n; about x\n[x]\na=b\n[default]\nc=d"), 0o644))
	step("default", one, "# top\n"+def+"\n; about x\n[x]\na=b\n")
	st, err := os.Stat(path)
	check(t, err)
	if st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", st.Mode())
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("temporary files are left: %v", entries)
	}
	for _, bad := range []string{"", "a]b", "a\nb", " a", "#"} {
		if WriteProfile(path, bad, one) == nil {
			t.Errorf("profile name %q was accepted", bad)
		}
	}
	if WriteProfile(path, "x", Credential{AccessKeyID: "a\nb", SecretAccessKey: "s"}) == nil || WriteProfile(path, "x", Credential{}) == nil {
		t.Error("an impossible credential was accepted")
	}
}
