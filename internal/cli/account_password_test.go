package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/cairntrail/cairn/internal/identity"
)

// invokeWith is invoke with something on standard input.
func invokeWith(t *testing.T, url, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stdin")
	if err := os.WriteFile(file, []byte(stdin), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := t.TempDir()
	credentials := "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
	if err := os.WriteFile(filepath.Join(dir, "credentials"), []byte(credentials), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	sh := &shell{runner: brokenRunner{}, stdin: f, stdout: &out, stderr: &errs, settings: map[string]string{}}
	code = sh.run(t.Context(), append(args, "--endpoint", url, "--data-dir", dir))
	return code, out.String(), errs.String()
}

// TestPasswordCommand runs against the real API.
func TestPasswordCommand(t *testing.T) {
	url, d := apiServer(t)
	admin := identity.Ref{AccountID: "111122223333", Type: identity.User, Name: "admin"}
	signsIn := func(r identity.Ref, password string) {
		t.Helper()
		if _, err := d.VerifyPassword(t.Context(), r, password); err != nil {
			t.Errorf("%q is not the password of %v: %v", password, r, err)
		}
	}
	run := func(stdin, args string, want int) (out, errs string) {
		t.Helper()
		code, out, errs := invokeWith(t, url, stdin, strings.Fields("account "+args)...)
		if code != want {
			t.Fatalf("%s: exit %d, want %d\n%s%s", args, code, want, out, errs)
		}
		return out, errs
	}

	run("first password, long\n", "password --user admin", exitDone)
	signsIn(admin, "first password, long")
	if out, _ := run("second one with CRLF\r\nmore\n", "password --user admin @- --json", exitDone); !strings.Contains(out, `"PasswordChangeDate"`) || strings.Contains(out, "second") {
		t.Errorf("printed %s", out)
	}
	signsIn(admin, "second one with CRLF")
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("from a file, no line end"), 0o600); err != nil {
		t.Fatal(err)
	}
	run("", "password --root --account 444455556666 @"+file, exitDone)
	signsIn(identity.Ref{AccountID: "444455556666", Type: identity.Root}, "from a file, no line end")

	out, errs := run("", "password --root --generate", exitDone)
	made := strings.TrimSpace(out)
	if !regexp.MustCompile(`^([a-z2-7]{5}-){3}[a-z2-7]{5}$`).MatchString(made) || !strings.Contains(errs, "only time") {
		t.Errorf("printed %q, %q", out, errs)
	}
	signsIn(identity.Ref{AccountID: "111122223333", Type: identity.Root}, made)
	if again, _ := run("", "password --root --generate", exitDone); again == out {
		t.Error("the same password was made twice")
	}

	run("", "password --user admin --delete", exitDone)
	if _, ok := d.LoginProfile(admin); ok {
		t.Error("the password is still there")
	}
	if _, errs := run("", "password --user admin --delete", exitFailed); !strings.Contains(errs, "NoSuchEntity") {
		t.Errorf("deleted twice: %s", errs)
	}
	for _, c := range []struct {
		stdin, args, errs string
		code              int
	}{
		{"too short\n", "password --user admin", "12 to 128 characters", exitFailed},
		{"nobody's password\n", "password --user nobody", "NoSuchEntity", exitFailed},
		{"\n", "password --user admin", "no password in the input", exitUsage},
		{"", "password --user admin hunter2hunter2", "shell's history", exitUsage},
		{"", "password --user admin --generate --delete", "can't be used together", exitUsage},
		{"", "password --user admin --generate @-", "take no password", exitUsage},
		{"x\n", "password", "missing flags", exitUsage},
		{"", "password --user admin @/no/such/file", "cannot be read", exitFailed},
	} {
		if _, errs := run(c.stdin, c.args, c.code); !strings.Contains(errs, c.errs) {
			t.Errorf("%s: %s", c.args, errs)
		}
	}
}

// TestMFACommands: what the commands about devices and sessions say and do.
func TestMFACommands(t *testing.T) {
	url, d := apiServer(t)
	admin := identity.Ref{AccountID: "111122223333", Type: identity.User, Name: "admin"}
	dev := enableMFA(t, d, admin, "phone")
	code, out, errs := invoke(t, url, strings.Fields("account mfa list")...)
	if code != exitDone || !strings.Contains(out, "admin  ") || !strings.Contains(out, dev.Serial) {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if _, out, _ := invoke(t, url, strings.Fields("account mfa list --root --json")...); !strings.Contains(out, `"MFADevices": []`) {
		t.Errorf("root has %s", out)
	}
	if code, _, errs := invoke(t, url, "account", "mfa", "deactivate", dev.Serial, "--root"); code != exitFailed || !strings.Contains(errs, "NoSuchEntity") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if code, out, errs := invoke(t, url, "account", "mfa", "deactivate", dev.Serial, "--user", "admin"); code != exitDone || !strings.Contains(out, "no device of admin any more") || len(d.MFADevices(admin)) != 0 {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	before := d.LoginEpoch(admin)
	if code, out, errs := invoke(t, url, strings.Fields("account sign-out --user admin")...); code != exitDone || !strings.Contains(out, "have ended") || d.LoginEpoch(admin) == before {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if code, _, errs := invoke(t, url, strings.Fields("account sign-out --role nobody")...); code != exitFailed || !strings.Contains(errs, "NoSuchEntity") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// enableMFA gives a principal a device.
func enableMFA(t *testing.T, d *identity.Directory, r identity.Ref, name string) identity.MFADevice {
	t.Helper()
	secret, _, err := identity.NewMFASecret(r)
	if err != nil {
		t.Fatal(err)
	}
	code := func(steps int) string {
		c, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(steps)*30*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	dev, err := d.EnableMFADevice(t.Context(), r, name, secret, code(-1), code(0))
	if err != nil {
		t.Fatal(err)
	}
	return dev
}
