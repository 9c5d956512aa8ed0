package identity

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// knownKey is a key of a user that an operator registered.
func knownKey(id, user string) KnownKey {
	return KnownKey{Registered: true, Identity: UserIdentity{
		Type: string(User), PrincipalID: "AIDA" + strings.ToUpper(user), ARN: "arn:aws:iam::" + testAccount + ":user/" + user,
		AccountID: testAccount, AccessKeyID: id, UserName: user,
	}}
}

// learnedKey is one that a service handed out for an hour from now.
func (h *house) learnedKey(id, user string) KnownKey {
	k := knownKey(id, user)
	k.Registered, k.Expires = false, h.clock.now().UTC().Add(time.Hour)
	k.Identity.Session = &UserSession{Created: h.clock.now().UTC()}
	return k
}

// knownIDs are the ids that are known, after a look whether memory and store
// say the same.
func (h *house) knownIDs() []string {
	h.t.Helper()
	before := h.ListKnown()
	h.reopen()
	if after := h.ListKnown(); !reflect.DeepEqual(before, after) {
		h.t.Errorf("in memory were\n%+v\nand in the store are\n%+v", before, after)
	}
	var ids []string
	for _, k := range before {
		ids = append(ids, k.Identity.AccessKeyID)
	}
	return ids
}

func TestKnownKeyIDs(t *testing.T) {
	h := newHouse(t)
	for _, tc := range []struct {
		id   string
		want bool
	}{
		{"m", true},
		{"minioadmin", true},
		{"!#/%'~", true},
		{strings.Repeat("x", 128), true},
		{strings.Repeat("x", 129), false},
		{"", false},
		{"two words", false},
		{"line\n", false},
		{"\x00", false},
		{"\x7f", false},
		{"schlüssel", false},
		{"\xff", false},
	} {
		err := h.Learn(t.Context(), knownKey(tc.id, "bob"))
		if tc.want {
			check(t, err)
		} else {
			wantCode(t, err, CodeInvalidInput)
		}
		if _, known := h.Known(tc.id); known != tc.want {
			t.Errorf("%q is known: %v", tc.id, known)
		}
	}
	nobody := knownKey("AKIANOTYPE", "bob")
	nobody.Identity.Type = ""
	wantCode(t, h.Learn(t.Context(), nobody), CodeInvalidInput)
	if ids := h.knownIDs(); len(ids) != 4 || !slices.IsSorted(ids) {
		t.Errorf("known are %q", ids)
	}
}

// TestKnownKeyOwners: who may say again whom a key belongs to.
func TestKnownKeyOwners(t *testing.T) {
	h := newHouse(t)
	for _, tc := range []struct {
		name        string
		first, then bool // registered
		replaced    bool
	}{
		{"seen", false, false, true},
		{"seen then registered", false, true, true},
		{"registered", true, true, true},
		{"registered then seen", true, false, false},
	} {
		id := "ASIA" + strings.ToUpper(strings.ReplaceAll(tc.name, " ", ""))
		first, then := knownKey(id, "ann"), knownKey(id, "bob")
		first.Registered, then.Registered = tc.first, tc.then
		check(t, h.Learn(t.Context(), first))
		want := first
		if err := h.Learn(t.Context(), then); tc.replaced {
			check(t, err)
			want = then
		} else {
			wantCode(t, err, CodeEntityAlreadyExists)
		}
		if got, _ := h.Known(id); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: known is %+v, want %+v", tc.name, got, want)
		}
	}
	for _, registered := range []bool{true, false} {
		k := knownKey(h.admin.AccessKeyID, "mallory")
		k.Registered = registered
		wantCode(t, h.Learn(t.Context(), k), CodeEntityAlreadyExists)
	}
	if ids := h.knownIDs(); len(ids) != 4 {
		t.Errorf("known are %q", ids)
	}
}

func TestForget(t *testing.T) {
	h := newHouse(t)
	check(t, h.Learn(t.Context(), knownKey("AKIAONE", "ann")))
	check(t, h.Learn(t.Context(), h.learnedKey("ASIATWO", "bob")))
	check(t, h.Forget(t.Context(), "AKIAONE"))
	wantCode(t, h.Forget(t.Context(), "AKIAONE"), CodeNoSuchEntity)
	wantCode(t, h.Forget(t.Context(), h.admin.AccessKeyID), CodeNoSuchEntity)
	if ids := h.knownIDs(); !slices.Equal(ids, []string{"ASIATWO"}) {
		t.Errorf("known are %q", ids)
	}
	// It is free again, also for what is only seen.
	check(t, h.Learn(t.Context(), h.learnedKey("AKIAONE", "bob")))
}

// TestKnownKeysAreDurable: what the store did not take is not known, and what it
// did not let go still is.
func TestKnownKeysAreDurable(t *testing.T) {
	h := newHouse(t)
	check(t, h.Learn(t.Context(), knownKey("AKIAOLD", "ann")))
	check(t, h.db.Close())
	if err := h.Learn(t.Context(), knownKey("AKIANEW", "bob")); err == nil {
		t.Error("a closed store took a key")
	}
	if err := h.Forget(t.Context(), "AKIAOLD"); err == nil {
		t.Error("a closed store let a key go")
	}
	_, old := h.Known("AKIAOLD")
	if _, fresh := h.Known("AKIANEW"); fresh || !old {
		t.Errorf("the new key is known: %v, the old one: %v", fresh, old)
	}
}

// TestExpiredKeysAreForgotten: a day after their end, a bounded number at a
// time, looked for once an hour.
func TestExpiredKeysAreForgotten(t *testing.T) {
	h := newHouse(t)
	const many = maxStale + 50
	check(t, h.Learn(t.Context(), knownKey("AKIAFOREVER", "ann")))
	for i := range many {
		check(t, h.Learn(t.Context(), h.learnedKey(fmt.Sprintf("ASIA%03d", i), "bob")))
	}
	learn := func(after time.Duration, id string, want int) {
		t.Helper()
		h.clock.advance(after)
		check(t, h.Learn(t.Context(), h.learnedKey(id, "eve")))
		if n := len(h.ListKnown()); n != want {
			t.Errorf("before %s: %d keys are known, want %d", id, n, want)
		}
	}
	learn(time.Hour+expiredKept, "ASIAX1", many+2) // The last moment that they are kept.
	if u, ok := h.Identify("ASIA000", ""); !ok || u.UserName != "bob" {
		t.Errorf("credentials that expired a day ago are of %+v", u)
	}
	learn(time.Minute, "ASIAX2", many+3)        // Nobody looks for an hour.
	learn(time.Hour, "ASIAX3", many+4-maxStale) // As many as one call forgets,
	learn(0, "ASIAX4", many+5-maxStale-50)      // and the rest.
	learn(0, "ASIAX4", many+5-maxStale-50)      // Nothing is left to forget.
	learn(30*time.Hour, "ASIAX4", 2)            // A key that is forgotten may come again.
	if ids := h.knownIDs(); !slices.Equal(ids, []string{"AKIAFOREVER", "ASIAX4"}) {
		t.Errorf("known are %q", ids)
	}
}

func TestIdentify(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	bob, bobKey := h.user("bob", allowStar)
	gone, goneKey := h.user("gone", allowAll)
	role := h.role("deploy", trustOf(`{"AWS":"`+testAccount+`"}`))
	assumed, err := h.AssumeRole(ctx, bob, AssumeRoleInput{RoleARN: role.ARN, SessionName: "run-1", SourceIdentity: "bob-the-person"})
	check(t, err)
	session, err := h.GetSessionToken(ctx, bob, 0)
	check(t, err)
	lost, err := h.GetSessionToken(ctx, gone, 0)
	check(t, err)
	reborn, _ := h.user("reborn", allowAll)
	earlier, err := h.GetSessionToken(ctx, reborn, 0)
	check(t, err)
	check(t, h.DeletePrincipal(ctx, gone.Principal.Ref()))
	check(t, h.DeletePrincipal(ctx, reborn.Principal.Ref()))
	h.user("reborn", allowAll)
	check(t, h.SetAccessKeyStatus(ctx, testAccount, bobKey.AccessKeyID, Inactive))
	check(t, h.Learn(ctx, knownKey("minio", "ann")))
	check(t, h.Learn(ctx, h.learnedKey("ASIASEEN", "eve")))
	h.clock.advance(2 * time.Hour)

	user := UserIdentity{Type: "IAMUser", PrincipalID: bob.Principal.ID, ARN: "arn:aws:iam::111122223333:user/bob", AccountID: testAccount, UserName: "bob"}
	named := func(u UserIdentity, key string, s *UserSession) *UserIdentity {
		u.AccessKeyID, u.Session = key, s
		return &u
	}
	inRole := UserIdentity{Type: TypeAssumedRole, PrincipalID: role.ID + ":run-1", ARN: "arn:aws:sts::111122223333:assumed-role/deploy/run-1", AccountID: testAccount}
	roleSession := &UserSession{
		Issuer:  &SessionIssuer{Type: "Role", PrincipalID: role.ID, ARN: "arn:aws:iam::111122223333:role/ops/deploy", AccountID: testAccount, UserName: "deploy"},
		Created: assumed.Caller.Session.Created, SourceIdentity: "bob-the-person",
	}
	seen, _ := h.Known("ASIASEEN")
	minio, _ := h.Known("minio")
	for _, tc := range []struct {
		name, key, token string
		want             *UserIdentity
	}{
		{"no key", "", "", nil},
		{"no key, but a token", "", session.SessionToken, nil},
		{"unknown key", "AKIANOBODY", "", nil},
		{"a user's own, inactive", bobKey.AccessKeyID, "", named(user, bobKey.AccessKeyID, nil)},
		{"a deleted user's", goneKey.AccessKeyID, "", nil},
		{"role session", assumed.AccessKeyID, assumed.SessionToken, named(inRole, assumed.AccessKeyID, roleSession)},
		{"user session", session.AccessKeyID, session.SessionToken, named(user, session.AccessKeyID, &UserSession{Created: session.Caller.Session.Created})},
		{"session without its token", session.AccessKeyID, "", nil},
		{"session with another's token", session.AccessKeyID, assumed.SessionToken, nil},
		{"session with a broken token", session.AccessKeyID, session.SessionToken[1:], nil},
		{"session of a deleted user", lost.AccessKeyID, lost.SessionToken, nil},
		{"session of an earlier user of that name", earlier.AccessKeyID, earlier.SessionToken, nil},
		{"registered", "minio", "", &minio.Identity},
		{"registered, with another's token", "minio", session.SessionToken, &minio.Identity},
		{"seen, and expired", "ASIASEEN", "a token of somebody else", &seen.Identity},
	} {
		u, ok := h.Identify(tc.key, tc.token)
		if ok != (tc.want != nil) {
			t.Errorf("%s: identified %v, %+v", tc.name, ok, u)
		}
		if tc.want == nil {
			tc.want = &UserIdentity{}
		}
		if !reflect.DeepEqual(&u, tc.want) {
			t.Errorf("%s: got\n%+v, want\n%+v", tc.name, u, *tc.want)
		}
	}
}
