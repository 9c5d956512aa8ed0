package identity

import (
	"reflect"
	"testing"
	"time"
)

func TestUserIdentity(t *testing.T) {
	created := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	root := Principal{AccountID: testAccount, Type: Root, ID: testAccount, ARN: "arn:aws:iam::111122223333:root"}
	user := Principal{AccountID: testAccount, Type: User, Name: "ann", Path: "/team/", ID: "AIDAANN", ARN: "arn:aws:iam::111122223333:user/team/ann"}
	role := Principal{AccountID: testAccount, Type: Role, Name: "ops", Path: "/team/", ID: "AROAOPS", ARN: "arn:aws:iam::111122223333:role/team/ops"}
	for _, tc := range []struct {
		name   string
		caller Caller
		want   UserIdentity
	}{
		{"nobody", Caller{}, UserIdentity{Type: TypeUnknown}},
		{"nobody, with a key", Caller{AccessKeyID: "AKIA1"}, UserIdentity{Type: TypeUnknown}},
		{"root", Caller{Principal: root, AccessKeyID: "AKIA1"},
			UserIdentity{Type: "Root", PrincipalID: testAccount, ARN: root.ARN, AccountID: testAccount, AccessKeyID: "AKIA1"}},
		{"user", Caller{Principal: user, AccessKeyID: "AKIA1"},
			UserIdentity{Type: "IAMUser", PrincipalID: "AIDAANN", ARN: user.ARN, AccountID: testAccount, AccessKeyID: "AKIA1", UserName: "ann"}},
		{"user session", Caller{Principal: user, AccessKeyID: "ASIA1", Session: &Session{Created: created, MFA: true}},
			UserIdentity{Type: "IAMUser", PrincipalID: "AIDAANN", ARN: user.ARN, AccountID: testAccount, AccessKeyID: "ASIA1", UserName: "ann",
				Session: &UserSession{Created: created, MFA: true}}},
		{"role session", Caller{Principal: role, AccessKeyID: "ASIA1", Session: &Session{Name: "run", Created: created, SourceIdentity: "ann"}},
			UserIdentity{Type: "AssumedRole", PrincipalID: "AROAOPS:run", ARN: "arn:aws:sts::111122223333:assumed-role/ops/run", AccountID: testAccount, AccessKeyID: "ASIA1",
				Session: &UserSession{Created: created, SourceIdentity: "ann",
					Issuer: &SessionIssuer{Type: "Role", PrincipalID: "AROAOPS", ARN: role.ARN, AccountID: testAccount, UserName: "ops"}}}},
	} {
		if got := tc.caller.UserIdentity(); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: got\n%+v, want\n%+v", tc.name, got, tc.want)
		}
	}
	if got := Unproven("AKIA1"); !reflect.DeepEqual(got, UserIdentity{Type: "Unknown", AccessKeyID: "AKIA1"}) {
		t.Errorf("unproven is %+v", got)
	}
}
