package identity

import (
	"strings"
	"testing"
	"time"
)

// endpointCallers are callers of every kind that a policy can tell apart.
var endpointCallers = map[string]UserIdentity{
	"nobody": Unproven("AKIANOBODY"),
	"root":   {Type: "Root", PrincipalID: testAccount, ARN: "arn:aws:iam::111122223333:root", AccountID: testAccount},
	"ann":    {Type: "IAMUser", PrincipalID: "AIDAANN", ARN: "arn:aws:iam::111122223333:user/ann", AccountID: testAccount, UserName: "ann"},
	"far":    {Type: "IAMUser", PrincipalID: "AIDAFAR", ARN: "arn:aws:iam::444455556666:user/far", AccountID: account2, UserName: "far"},
	"mfa": {Type: "IAMUser", PrincipalID: "AIDAANN", ARN: "arn:aws:iam::111122223333:user/ann", AccountID: testAccount, UserName: "ann",
		Session: &UserSession{Created: time.Unix(0, 0), MFA: true}},
	"ops": {Type: TypeAssumedRole, PrincipalID: "AROAOPS:run", ARN: "arn:aws:sts::111122223333:assumed-role/ops/run", AccountID: testAccount,
		Session: &UserSession{SourceIdentity: "ann",
			Issuer: &SessionIssuer{Type: "Role", PrincipalID: "AROAOPS", ARN: "arn:aws:iam::111122223333:role/team/ops", AccountID: testAccount, UserName: "ops"}}},
	// A federated user is not the user whose credentials made it.
	"fed": {Type: TypeFederatedUser, PrincipalID: "111122223333:guest", ARN: "arn:aws:sts::111122223333:federated-user/guest", AccountID: testAccount,
		Session: &UserSession{Issuer: &SessionIssuer{Type: "IAMUser", PrincipalID: "AIDAANN", ARN: "arn:aws:iam::111122223333:user/ann", AccountID: testAccount, UserName: "ann"}}},
	"service": {Type: TypeAWSService, InvokedBy: "rds.amazonaws.com"},
}

func TestEndpointPolicy(t *testing.T) {
	all := strings.Fields("nobody root ann far mfa ops fed service")
	const get = `{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*","Principal":`
	const deny = `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*","Principal":`
	object, inRegion := []string{"arn:aws:s3:::b/k"}, `"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}}`
	for _, tc := range []struct {
		name, policy, action string
		resources            []string
		passes               []string
	}{
		{"no policy", ``, "s3:GetObject", object, all},
		{"everyone", get + `"*"}}`, "s3:GetObject", object, all},
		{"another action", get + `"*"}}`, "s3:PutObject", object, nil},
		{"another resource", get + `"*"}}`, "s3:GetObject", []string{"arn:aws:s3:::c/k"}, nil},
		{"one of its resources is another", get + `"*"}}`, "s3:GetObject", []string{"arn:aws:s3:::b/k", "arn:aws:s3:::c/k"}, nil},
		{"all of its resources", get + `"*"}}`, "s3:GetObject", []string{"arn:aws:s3:::b/k", "arn:aws:s3:::b/l"}, all},
		{"no resource", get + `"*"}}`, "s3:GetObject", nil, nil},
		{"an account", get + `{"AWS":"111122223333"}}}`, "s3:GetObject", object, []string{"root", "ann", "mfa", "ops", "fed"}},
		{"an account by its root", get + `{"AWS":["arn:aws:iam::444455556666:root"]}}}`, "s3:GetObject", object, []string{"far"}},
		{"a user", get + `{"AWS":"arn:aws:iam::111122223333:user/ann"}}}`, "s3:GetObject", object, []string{"ann", "mfa"}},
		{"a role", get + `{"AWS":"arn:aws:iam::111122223333:role/team/ops"}}}`, "s3:GetObject", object, []string{"ops"}},
		{"a session", get + `{"AWS":"arn:aws:sts::111122223333:assumed-role/ops/run"}}}`, "s3:GetObject", object, []string{"ops"}},
		{"another session", get + `{"AWS":"arn:aws:sts::111122223333:assumed-role/ops/walk"}}}`, "s3:GetObject", object, nil},
		{"a user is denied", deny + `{"AWS":"arn:aws:iam::111122223333:user/ann"}}]}`, "s3:GetObject", object, strings.Fields("nobody root far ops fed service")},
		{"a deny of another action", deny + `"*"}]}`, "sqs:SendMessage", nil, all},
		{"in its Region", get + inRegion, "s3:GetObject", object, all},
		{"in another Region", get + strings.Replace(inRegion, "eu-west-1", "eu-west-2", 1), "s3:GetObject", object, nil},
		{"with a second factor", get + `"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`, "s3:GetObject", object, []string{"mfa"}},
		{"by ARN", get + `"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/team/*"}}}}`, "s3:GetObject", object, []string{"ops"}},
		{"by user id", get + `"*","Condition":{"StringLike":{"aws:userid":"AROAOPS:*"}}}}`, "s3:GetObject", object, []string{"ops"}},
		{"by user name", get + `"*","Condition":{"StringEquals":{"aws:username":["ann","ops"]}}}}`, "s3:GetObject", object, []string{"ann", "mfa"}},
		{"by source identity", get + `"*","Condition":{"StringEquals":{"aws:SourceIdentity":"ann"}}}}`, "s3:GetObject", object, []string{"ops"}},
	} {
		p, err := ParseEndpointPolicy([]byte(tc.policy))
		check(t, err)
		var passes []string
		for _, who := range all {
			if p.Allows(endpointCallers[who], "eu-west-1", tc.action, tc.resources...) {
				passes = append(passes, who)
			}
		}
		if strings.Join(passes, " ") != strings.Join(tc.passes, " ") {
			t.Errorf("%s: %q pass, want %q", tc.name, passes, tc.passes)
		}
	}
}

func TestMalformedEndpointPolicies(t *testing.T) {
	for _, tc := range []struct{ text, says string }{
		{` `, "JSON"},
		{`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, "Principal"},
		{`{"Statement":{"Effect":"Allow","Action":"*","Principal":"*"}}`, "resources"},
		{`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":"ann"}}}`, "ann"},
		{`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","NotPrincipal":"*"}}`, "NotPrincipal"},
		{`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}`, "IpAddress"},
	} {
		_, err := ParseEndpointPolicy([]byte(tc.text))
		wantCode(t, err, CodeMalformedPolicyDocument)
		if !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want a message with %q", tc.text, err, tc.says)
		}
	}
}
