package identity

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	account2   = "444455556666"
	allowAll   = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	allowStar  = `{"Statement":{"Effect":"Allow","Action":"sts:*","Resource":"arn:aws:iam::*:role/*"}}`
	denyAssume = `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}]}`
)

func trustOf(principal string) string {
	return `{"Statement":{"Effect":"Allow","Principal":` + principal + `,"Action":["sts:AssumeRole","sts:SetSourceIdentity"]}}`
}

func (h *house) role(name, trust string) Principal {
	h.t.Helper()
	p, err := h.CreateRole(h.t.Context(), testAccount, name, "/ops/", []byte(trust))
	check(h.t, err)
	return p
}

func TestTrust(t *testing.T) {
	h := newHouse(t)
	_, err := h.CreateAccount(t.Context(), account2, "")
	check(t, err)
	bobARN := `{"AWS":"arn:aws:iam::111122223333:user/bob"}`
	bob, _ := h.user("bob", "")
	rich, _ := h.user("rich", allowStar)
	denied, _ := h.user("denied", denyAssume)
	far, _ := h.userIn(account2, "far", allowStar)
	poor, _ := h.userIn(account2, "poor", "")
	rootP, _ := h.Principal(Ref{testAccount, Root, ""})
	root := Caller{Principal: rootP}
	for i, tc := range []struct {
		name, trust string
		caller      Caller
		in          AssumeRoleInput
		want        bool
	}{
		{"named in the account", trustOf(bobARN), bob, AssumeRoleInput{}, true},
		{"another in the account", trustOf(bobARN), rich, AssumeRoleInput{}, false},
		{"account, with a policy", trustOf(`{"AWS":"111122223333"}`), rich, AssumeRoleInput{}, true},
		{"account as root ARN, with a policy", trustOf(`{"AWS":["arn:aws:iam::111122223333:root"]}`), rich, AssumeRoleInput{}, true},
		{"account, without a policy", trustOf(`{"AWS":"111122223333"}`), bob, AssumeRoleInput{}, false},
		{"everyone, without a policy", trustOf(`"*"`), bob, AssumeRoleInput{}, false},
		{"everyone, with a policy", trustOf(`{"AWS":"*"}`), far, AssumeRoleInput{}, true},
		{"named, but denied", trustOf(`{"AWS":"arn:aws:iam::111122223333:user/denied"}`), denied, AssumeRoleInput{}, false},
		{"other account, both", trustOf(`{"AWS":"444455556666"}`), far, AssumeRoleInput{}, true},
		{"other account, named, no policy", trustOf(`{"AWS":"arn:aws:iam::444455556666:user/poor"}`), poor, AssumeRoleInput{}, false},
		{"other account, not trusted", trustOf(`{"AWS":"111122223333"}`), far, AssumeRoleInput{}, false},
		{"a service", trustOf(`{"Service":"ec2.amazonaws.com"}`), rich, AssumeRoleInput{}, false},
		{"root", trustOf(`"*"`), root, AssumeRoleInput{}, false},
		{"nobody", trustOf(`"*"`), Caller{}, AssumeRoleInput{}, false},
		{"trust denies", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:*"},{"Effect":"Deny","Principal":` + bobARN + `,"Action":"sts:AssumeRole"}]}`, bob, AssumeRoleInput{}, false},
		{"other action", `{"Statement":{"Effect":"Allow","Principal":` + bobARN + `,"Action":"sts:TagSession"}}`, bob, AssumeRoleInput{}, false},
		{"external id", `{"Statement":{"Effect":"Allow","Principal":` + bobARN + `,"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"s3cret"}}}}`, bob, AssumeRoleInput{ExternalID: "s3cret"}, true},
		{"wrong external id", `{"Statement":{"Effect":"Allow","Principal":` + bobARN + `,"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"s3cret"}}}}`, bob, AssumeRoleInput{ExternalID: "S3cret"}, false},
		{"no external id", `{"Statement":{"Effect":"Allow","Principal":` + bobARN + `,"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"s3cret"}}}}`, bob, AssumeRoleInput{}, false},
		{"source identity", trustOf(bobARN), bob, AssumeRoleInput{SourceIdentity: "bob-the-person"}, true},
		{"source identity not allowed", `{"Statement":{"Effect":"Allow","Principal":` + bobARN + `,"Action":"sts:AssumeRole"}}`, bob, AssumeRoleInput{SourceIdentity: "bob"}, false},
	} {
		role := h.role("r"+string(rune('a'+i)), tc.trust)
		tc.in.RoleARN, tc.in.SessionName = role.ARN, "session"
		got, err := h.AssumeRole(t.Context(), tc.caller, tc.in)
		if tc.want {
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
			} else if got.Caller.Session.SourceIdentity != tc.in.SourceIdentity {
				t.Errorf("%s: source identity %q", tc.name, got.Caller.Session.SourceIdentity)
			}
			continue
		}
		if err == nil {
			t.Errorf("%s: was allowed", tc.name)
			continue
		}
		wantCode(t, err, CodeAccessDenied)
	}
	_, err = h.AssumeRole(t.Context(), bob, AssumeRoleInput{RoleARN: "arn:aws:iam::111122223333:role/none", SessionName: "ss"})
	wantCode(t, err, CodeAccessDenied)
	if want := "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/none"; err.(*Error).Message != want {
		t.Errorf("message %q", err.(*Error).Message)
	}
}

func TestAssumeRoleInput(t *testing.T) {
	h := newHouse(t)
	bob, _ := h.user("bob", allowAll)
	role := h.role("ops", trustOf(`{"AWS":"111122223333"}`))
	ok := AssumeRoleInput{RoleARN: role.ARN, SessionName: "me@example.com"}
	for _, tc := range []struct {
		change func(in *AssumeRoleInput)
		code   string
	}{
		{func(in *AssumeRoleInput) {}, ""},
		{func(in *AssumeRoleInput) { in.DurationSeconds = 900 }, ""},
		{func(in *AssumeRoleInput) { in.DurationSeconds = 43200 }, ""},
		{func(in *AssumeRoleInput) { in.DurationSeconds = 899 }, CodeValidationError},
		{func(in *AssumeRoleInput) { in.DurationSeconds = 43201 }, CodeValidationError},
		{func(in *AssumeRoleInput) { in.DurationSeconds = -1 }, CodeValidationError},
		{func(in *AssumeRoleInput) { in.SessionName = "x" }, CodeValidationError},
		{func(in *AssumeRoleInput) { in.SessionName = "a b" }, CodeValidationError},
		{func(in *AssumeRoleInput) { in.SessionName = strings.Repeat("x", 65) }, CodeValidationError},
		{func(in *AssumeRoleInput) { in.SourceIdentity = "a:b" }, CodeValidationError},
		{func(in *AssumeRoleInput) { in.ExternalID = strings.Repeat("x", 1225) }, CodeValidationError},
		{func(in *AssumeRoleInput) { in.RoleARN = "ops" }, CodeValidationError},
		{func(in *AssumeRoleInput) { in.RoleARN = "arn:aws:iam::111122223333:role/ops" }, CodeAccessDenied}, // without its path
		{func(in *AssumeRoleInput) { in.RoleARN = "arn:aws:iam::111122223333:role/ops/OPS" }, CodeAccessDenied},
	} {
		in := ok
		tc.change(&in)
		_, err := h.AssumeRole(t.Context(), bob, in)
		if tc.code == "" {
			check(t, err)
			continue
		}
		wantCode(t, err, tc.code)
	}
}

// sessionCall is the usual call, signed with temporary credentials.
func (h *house) sessionCall(c Credentials) call {
	k := h.lookup()
	k.creds = aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
	return k
}

func TestRoleSession(t *testing.T) {
	h := newHouse(t)
	bob, _ := h.user("bob", allowAll)
	role := h.role("ops", trustOf(`{"AWS":"111122223333"}`))
	check(t, h.AttachPolicy(t.Context(), role.Ref(), "p", []byte(`{"Statement":{"Effect":"Allow","Action":["cloudtrail:Get*","sts:*"],"Resource":"*"}}`)))
	creds, err := h.AssumeRole(t.Context(), bob, AssumeRoleInput{RoleARN: role.ARN, SessionName: "deploy", SourceIdentity: "bob"})
	check(t, err)
	if !strings.HasPrefix(creds.AccessKeyID, "ASIA") || len(creds.AccessKeyID) != 20 || !creds.Expiration.Equal(h.clock.now().Add(time.Hour)) {
		t.Errorf("credentials %+v", creds)
	}
	k := h.sessionCall(creds)
	for _, restart := range []bool{false, true} { // nothing is stored, and a restart ends no session
		if restart {
			h.reopen()
		}
		for _, r := range []string{"header", "query"} {
			req := k.signed(t)
			if r == "query" {
				req = k.presigned(t)
			}
			c, err := h.Verify(req, hashOf(k.body))
			check(t, err)
			if c.ARN() != "arn:aws:sts::111122223333:assumed-role/ops/deploy" || c.PrincipalID() != role.ID+":deploy" ||
				c.ARN() != creds.Caller.ARN() || c.Session.SourceIdentity != "bob" || c.Session.MFA || !c.Session.Created.Equal(h.clock.now()) {
				t.Errorf("caller %+v", c)
			}
			if !h.Allowed(c, "cloudtrail:GetTrail", "*") || h.Allowed(c, "cloudtrail:DeleteTrail", "*") {
				t.Error("the session has other rights than the role")
			}
		}
	}
	c := mustCaller(t, h, k.signed(t), hashOf(k.body))

	// Chaining: at most an hour, and the source identity stays.
	second := h.role("second", trustOf(`{"AWS":"arn:aws:sts::111122223333:assumed-role/ops/deploy"}`))
	in := AssumeRoleInput{RoleARN: second.ARN, SessionName: "next"}
	chained, err := h.AssumeRole(t.Context(), c, in)
	check(t, err)
	if chained.Caller.Session.SourceIdentity != "bob" {
		t.Error("the source identity is lost")
	}
	in.DurationSeconds = 3601
	_, err = h.AssumeRole(t.Context(), c, in)
	wantCode(t, err, CodeValidationError)
	in.DurationSeconds, in.SourceIdentity = 0, "alice"
	_, err = h.AssumeRole(t.Context(), c, in)
	wantCode(t, err, CodeAccessDenied)
	_, err = h.GetSessionToken(t.Context(), c, 0)
	wantCode(t, err, CodeAccessDenied)

	// The role made again under its name is another one.
	check(t, h.DeletePrincipal(t.Context(), role.Ref()))
	_, err = h.Verify(k.signed(t), hashOf(k.body))
	h.wantKind(t, err, InvalidClientTokenID, msgInvalidToken)
	h.role("ops", trustOf(`"*"`))
	_, err = h.Verify(k.signed(t), hashOf(k.body))
	h.wantKind(t, err, InvalidClientTokenID, msgInvalidToken)
	if h.Allowed(c, "cloudtrail:GetTrail", "*") {
		t.Error("the session of a deleted role is allowed something")
	}
}

func TestSessionTokens(t *testing.T) {
	h := newHouse(t)
	bob, _ := h.user("bob", allowAll)
	creds, err := h.GetSessionToken(t.Context(), bob, 900)
	check(t, err)
	other, err := h.GetSessionToken(t.Context(), bob, 900)
	check(t, err)
	k := h.sessionCall(creds)
	c := mustCaller(t, h, k.signed(t), hashOf(k.body))
	if c.ARN() != bob.Principal.ARN || c.PrincipalID() != bob.Principal.ID || c.Session == nil || c.Session.Name != "" {
		t.Errorf("caller %+v", c)
	}
	refused := func(what string, change func(*aws.Credentials)) {
		t.Helper()
		k := h.sessionCall(creds)
		change(&k.creds)
		_, err := h.Verify(k.signed(t), hashOf(k.body))
		e := h.wantKind(t, err, InvalidClientTokenID, msgInvalidToken)
		if e.AccessKeyID != k.creds.AccessKeyID {
			t.Errorf("%s: error says key %q", what, e.AccessKeyID)
		}
	}
	refused("no token", func(c *aws.Credentials) { c.SessionToken = "" })
	refused("token of another session", func(c *aws.Credentials) { c.SessionToken = other.SessionToken })
	refused("no base64", func(c *aws.Credentials) { c.SessionToken = "*" })
	refused("huge", func(c *aws.Credentials) { c.SessionToken = strings.Repeat("A", 100<<10) })
	raw, err := base64.StdEncoding.DecodeString(creds.SessionToken)
	check(t, err)
	for i := range raw {
		raw[i] ^= 0x40
		refused("flipped", func(c *aws.Credentials) { c.SessionToken = base64.StdEncoding.EncodeToString(raw) })
		raw[i] ^= 0x40
	}
	k2 := h.sessionCall(creds)
	k2.creds.SecretAccessKey = other.SecretAccessKey
	_, err = h.Verify(k2.signed(t), hashOf(k2.body))
	if e := h.wantKind(t, err, SignatureDoesNotMatch, msgMismatch); e.Claimed.Name != "bob" {
		t.Errorf("claimed %+v", e.Claimed)
	}

	h.clock.advance(900*time.Second - 1)
	k = h.sessionCall(creds)
	_, err = h.Verify(k.signed(t), hashOf(k.body))
	check(t, err)
	h.clock.advance(1)
	k = h.sessionCall(creds)
	_, err = h.Verify(k.signed(t), hashOf(k.body))
	if e := h.wantKind(t, err, ExpiredToken, msgExpiredToken); e.Claimed.Name != "bob" {
		t.Errorf("claimed %+v", e.Claimed)
	}
	// Another installation's token.
	h2 := newHouse(t)
	h2.Directory.key = newKey([keySize]byte{7})
	k = h.sessionCall(other)
	_, err = h2.Verify(k.signed(t), hashOf(k.body))
	h.wantKind(t, err, InvalidClientTokenID, "")
}

func TestGetSessionTokenBounds(t *testing.T) {
	h := newHouse(t)
	bob, _ := h.user("bob", "")
	rootP, _ := h.Principal(Ref{testAccount, Root, ""})
	role := h.role("ops", trustOf(`"*"`))
	for _, tc := range []struct {
		caller  Caller
		seconds int
		want    time.Duration
		code    string
	}{
		{bob, 0, 12 * time.Hour, ""}, {bob, 900, 15 * time.Minute, ""}, {bob, 129600, 36 * time.Hour, ""},
		{bob, 899, 0, CodeValidationError}, {bob, 129601, 0, CodeValidationError},
		{Caller{Principal: rootP}, 0, time.Hour, ""}, {Caller{Principal: rootP}, 1800, 30 * time.Minute, ""},
		{Caller{}, 0, 0, CodeAccessDenied}, {Caller{Principal: role}, 0, 0, CodeAccessDenied},
	} {
		got, err := h.GetSessionToken(t.Context(), tc.caller, tc.seconds)
		if tc.code != "" {
			wantCode(t, err, tc.code)
			continue
		}
		check(t, err)
		if d := got.Expiration.Sub(h.clock.now()); d != tc.want {
			t.Errorf("%d seconds gave %v, want %v", tc.seconds, d, tc.want)
		}
	}
}
