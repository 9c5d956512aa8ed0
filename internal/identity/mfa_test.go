package identity

import (
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pquerna/otp/hotp"
)

// codeAt is the code that a device shows some steps from now.
func (h *house) codeAt(secret string, steps int64) string {
	h.t.Helper()
	code, err := hotp.GenerateCode(secret, uint64(h.clock.now().Unix()/mfaPeriod+steps))
	check(h.t, err)
	return code
}

// device gives a principal a device and returns its secret; the clock moves past the
// codes that were used.
func (h *house) mfa(r Ref, name string) (MFADevice, string) {
	h.t.Helper()
	secret, _, err := NewMFASecret(r)
	check(h.t, err)
	dev, err := h.EnableMFADevice(h.t.Context(), r, name, secret, h.codeAt(secret, -1), h.codeAt(secret, 0))
	check(h.t, err)
	h.clock.advance(mfaPeriod * 1e9)
	return dev, secret
}

// TestTOTP: the vectors of RFC 6238, appendix B, in six digits.
func TestTOTP(t *testing.T) {
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for seconds, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if !codeMatches(secret, seconds/mfaPeriod, want) {
			t.Errorf("at %d the code is not %s", seconds, want)
		}
	}
	if codeMatches("not base32!", 1, "287082") || codeMatches(secret, 1, "") || codeMatches(secret, 1, "0287082") {
		t.Error("something matched that must not")
	}
}

func TestMFADevices(t *testing.T) {
	h := newHouse(t)
	h.user("alice", "")
	ctx := t.Context()
	secret, uri, err := NewMFASecret(alice)
	check(t, err)
	u, err := url.Parse(uri)
	check(t, err)
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Cairn:alice@"+testAccount || u.Query().Get("secret") != secret || u.Query().Get("issuer") != "Cairn" || len(secret) != 32 {
		t.Errorf("the address is %s, the secret has %d characters", uri, len(secret))
	}
	for name, codes := range map[string][2]string{
		"the same code twice": {h.codeAt(secret, 0), h.codeAt(secret, 0)}, "the wrong order": {h.codeAt(secret, 0), h.codeAt(secret, -1)},
		"not next to each other": {h.codeAt(secret, -2), h.codeAt(secret, 0)}, "too old": {h.codeAt(secret, -3), h.codeAt(secret, -2)}, "none": {"", ""},
	} {
		_, err := h.EnableMFADevice(ctx, alice, "phone", secret, codes[0], codes[1])
		if err == nil {
			t.Fatalf("%s was taken", name)
		}
		wantCode(t, err, CodeInvalidAuthenticationCode)
	}
	_, err = h.EnableMFADevice(ctx, alice, "my phone", secret, h.codeAt(secret, -1), h.codeAt(secret, 0))
	wantCode(t, err, CodeInvalidInput)
	dev, err := h.EnableMFADevice(ctx, alice, "phone", secret, h.codeAt(secret, -1), h.codeAt(secret, 0))
	check(t, err)
	if dev.Serial != "arn:aws:iam::111122223333:mfa/phone" {
		t.Errorf("serial number %s", dev.Serial)
	}
	_, err = h.EnableMFADevice(ctx, alice, "phone", secret, h.codeAt(secret, -1), h.codeAt(secret, 0))
	wantCode(t, err, CodeEntityAlreadyExists)

	// The code that enabled it is used up; those of a clock half a minute off do.
	for _, c := range []struct {
		steps int64
		ok    bool
	}{{0, false}, {-1, false}, {2, false}, {1, true}, {1, false}, {0, false}} {
		_, err := h.VerifyMFACode(ctx, alice, h.codeAt(secret, c.steps))
		if c.ok != (err == nil) || err != nil && !errors.Is(err, ErrWrongCode) {
			t.Errorf("the code of step %+d: %v", c.steps, err)
		}
	}
	h.reopen() // also after a restart
	if _, err := h.VerifyMFACode(ctx, alice, h.codeAt(secret, 1)); !errors.Is(err, ErrWrongCode) {
		t.Errorf("a code was used again after a restart: %v", err)
	}
	h.clock.advance(3 * mfaPeriod * 1e9)
	_, second := h.mfa(alice, "tablet")
	used, err := h.VerifyMFACode(ctx, alice, h.codeAt(second, 0))
	check(t, err)
	if used.Name != "tablet" || used.SealedSecret != nil || len(h.MFADevices(alice)) != 2 {
		t.Errorf("used %+v", used)
	}
	wantCode(t, h.DeactivateMFADevice(ctx, Ref{testAccount, User, "admin"}, dev.Serial), CodeNoSuchEntity)
	check(t, h.DeactivateMFADevice(ctx, alice, dev.Serial))
	if _, err := h.VerifyMFACode(ctx, alice, h.codeAt(secret, 0)); !errors.Is(err, ErrWrongCode) {
		t.Error("a device that was taken away still works")
	}
	for i := range maxMFADevices - 1 {
		h.mfa(alice, fmt.Sprintf("more-%d", i))
	}
	_, err = h.EnableMFADevice(ctx, alice, "one-more", secret, h.codeAt(secret, -1), h.codeAt(secret, 0))
	wantCode(t, err, CodeLimitExceeded)

	check(t, h.DeletePrincipal(ctx, alice))
	h.user("alice", "")
	h.reopen()
	if n := len(h.MFADevices(alice)); n != 0 {
		t.Errorf("the new alice has %d devices of the old one", n)
	}
}

func TestRootMFA(t *testing.T) {
	h := newHouse(t)
	root := Ref{testAccount, Root, ""}
	first, _ := h.mfa(root, "phone")
	second, _ := h.mfa(root, "tablet")
	if first.Serial != "arn:aws:iam::111122223333:mfa/root-account-mfa-device" || second.Serial != "arn:aws:iam::111122223333:mfa/tablet" {
		t.Errorf("serial numbers %s, %s", first.Serial, second.Serial)
	}
}

// TestMFASecretAtRest: the store does not have the secret in the open.
func TestMFASecretAtRest(t *testing.T) {
	h := newHouse(t)
	h.user("alice", "")
	dev, secret := h.mfa(alice, "phone")
	it, err := h.devices.Get(t.Context(), dev.Serial)
	check(t, err)
	if len(it.Value.SealedSecret) == 0 || strings.Contains(string(it.Value.SealedSecret), secret) {
		t.Error("the secret is not sealed")
	}
	if _, err := OpenDirectory(t.Context(), h.db, newKey([keySize]byte{9}), h.clock.now); err == nil {
		t.Error("the directory opened with another key")
	}
}

// TestOneCodeOnce: of many who use a code at the same time one gets in.
func TestOneCodeOnce(t *testing.T) {
	h := newHouse(t)
	h.user("alice", "")
	_, secret := h.mfa(alice, "phone")
	code := h.codeAt(secret, 0)
	var in atomic.Int32
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if _, err := h.VerifyMFACode(t.Context(), alice, code); err == nil {
				in.Add(1)
			}
		})
	}
	group.Wait()
	if in.Load() != 1 {
		t.Errorf("%d got in", in.Load())
	}
}

func TestVerifyAccessKey(t *testing.T) {
	h := newHouse(t)
	caller, cred := h.user("alice", "")
	got, err := h.VerifyAccessKey(cred.AccessKeyID, cred.SecretAccessKey, "")
	check(t, err)
	if got.Principal.ID != caller.Principal.ID || got.AccessKeyID != cred.AccessKeyID || !h.ActiveKey(cred.AccessKeyID, got.Principal) {
		t.Errorf("proved %+v", got)
	}
	temporary, err := h.GetSessionToken(t.Context(), caller, 900)
	check(t, err)
	got, err = h.VerifyAccessKey(temporary.AccessKeyID, temporary.SecretAccessKey, temporary.SessionToken)
	check(t, err)
	if got.Session == nil || got.Session.Expires != temporary.Expiration {
		t.Errorf("proved %+v", got)
	}
	for name, c := range map[string][3]string{
		"another secret": {cred.AccessKeyID, cred.SecretAccessKey + "x", ""}, "no secret": {cred.AccessKeyID, "", ""}, "no such key": {"AKIAIOSFODNN7EXAMPLE", cred.SecretAccessKey, ""},
		"a token too many": {cred.AccessKeyID, cred.SecretAccessKey, temporary.SessionToken}, "no token": {temporary.AccessKeyID, temporary.SecretAccessKey, ""},
		"another's token": {"ASIAIOSFODNN7EXAMPLE", temporary.SecretAccessKey, temporary.SessionToken},
	} {
		if _, err := h.VerifyAccessKey(c[0], c[1], c[2]); err == nil {
			t.Errorf("%s was taken", name)
		} else if e := (*AuthError)(nil); !errors.As(err, &e) || e.Kind != InvalidClientTokenID || e.AccessKeyID != c[0] {
			t.Errorf("%s: %v", name, err)
		}
	}
	check(t, h.SetAccessKeyStatus(t.Context(), testAccount, cred.AccessKeyID, Inactive))
	if _, err := h.VerifyAccessKey(cred.AccessKeyID, cred.SecretAccessKey, ""); err == nil || h.ActiveKey(cred.AccessKeyID, got.Principal) {
		t.Error("an inactive key was taken")
	}
	h.clock.advance(901e9)
	if _, err := h.VerifyAccessKey(temporary.AccessKeyID, temporary.SecretAccessKey, temporary.SessionToken); err == nil {
		t.Error("expired credentials were taken")
	}
}
