package identity

import (
	"errors"
	"strings"
	"testing"
)

func TestPolicies(t *testing.T) {
	h := newHouse(t)
	trail := "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
	for _, tc := range []struct {
		name, policy, action, resource string
		want                           bool
	}{
		{"default deny", `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, "cloudtrail:GetTrail", "*", false},
		{"one statement", `{"Statement":{"Effect":"Allow","Action":"cloudtrail:GetTrail","Resource":"*"}}`, "cloudtrail:GetTrail", trail, true},
		{"action case", `{"Statement":{"Effect":"Allow","Action":"CLOUDTRAIL:gettrail","Resource":"*"}}`, "cloudtrail:GetTrail", trail, true},
		{"question mark", `{"Statement":{"Effect":"Allow","Action":"cloudtrail:Get?rail","Resource":"*"}}`, "cloudtrail:GetTrail", trail, true},
		{"question mark is one", `{"Statement":{"Effect":"Allow","Action":"cloudtrail:Get?rail","Resource":"*"}}`, "cloudtrail:Getrail", trail, false},
		{"resource", `{"Statement":{"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::x","arn:aws:cloudtrail:*:*:trail/m*n"]}}`, "cloudtrail:GetTrail", trail, true},
		{"resource case", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:cloudtrail:*:*:trail/MAIN"}}`, "cloudtrail:GetTrail", trail, false},
		{"resource is not star", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:cloudtrail:*:*:trail/main"}}`, "cloudtrail:ListTrails", "*", false},
		{"deny wins", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"cloudtrail:Delete*","Resource":"*"}]}`, "cloudtrail:DeleteTrail", trail, false},
		{"deny of other", `{"Statement":[{"Effect":"Deny","Action":"cloudtrail:Delete*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}`, "cloudtrail:GetTrail", trail, true},
		{"not action", `{"Statement":{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"}}`, "cloudtrail:GetTrail", trail, true},
		{"not action named", `{"Statement":{"Effect":"Allow","NotAction":["iam:*","cloudtrail:*"],"Resource":"*"}}`, "cloudtrail:GetTrail", trail, false},
		{"not resource", `{"Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:aws:cloudtrail:*:*:trail/main"}}`, "cloudtrail:GetTrail", trail, false},
		{"condition true", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"]}}}}`, "cloudtrail:GetTrail", trail, true},
		{"condition false", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:requestedregion":"us-east-1"}}}}`, "cloudtrail:GetTrail", trail, false},
		{"conditions are anded", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:username":"u-*"},"StringEquals":{"aws:PrincipalAccount":"999999999999"}}}}`, "cloudtrail:GetTrail", trail, false},
		{"arn like", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/u-*"}}}}`, "cloudtrail:GetTrail", trail, true},
		{"arn star stays in its part", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:user/u-*"}}}}`, "cloudtrail:GetTrail", trail, false},
		{"missing key", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":true}}}}`, "cloudtrail:GetTrail", trail, false},
		{"missing key if exists", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}}}`, "cloudtrail:GetTrail", trail, true},
		{"missing key negated", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotLike":{"aws:SourceIdentity":"x"}}}}`, "cloudtrail:GetTrail", trail, true},
		{"never passed", managedDocuments[CloudTrailFull], "iam:PassRole", "*", false},
		{"full access", managedDocuments[CloudTrailFull], "cloudtrail:DeleteTrail", trail, true},
		{"read only reads", managedDocuments[CloudTrailReadOnly], "cloudtrail:LookupEvents", "*", true},
		{"read only writes not", managedDocuments[CloudTrailReadOnly], "cloudtrail:StopLogging", trail, false},
		{"read only queries not", managedDocuments[CloudTrailReadOnly], "cloudtrail:StartQuery", "*", false},
	} {
		name := "u-" + strings.ReplaceAll(tc.name, " ", "-")
		c, _ := h.user(name, tc.policy)
		c.Region = "us-east-1"
		if got := h.Allowed(c, tc.action, tc.resource); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
		c.Principal.ID = "AIDASOMEONEELSE"
		if h.Allowed(c, tc.action, tc.resource) {
			t.Errorf("%s: a principal of the same name and another id is allowed", tc.name)
		}
	}
}

func TestMalformedPolicies(t *testing.T) {
	long := `{"Statement":{"Sid":"` + strings.Repeat("x", maxDocument) + `"}}`
	for _, tc := range []struct{ text, says string }{
		{``, "JSON"},
		{`[]`, "JSON"},
		{`{"Statement":[]}`, "Statement"},
		{`{}`, "Statement"},
		{`{"Statement":[null]}`, "JSON"},
		{`{"Version":"2020-01-01","Statement":{}}`, "version"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*"}} {}`, "follows"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*"}`, "JSON"},
		{`{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"a:B","Resource":"*"}}`, "twice"},
		{`{"Statement":{"Effect":"allow","Action":"a:B","Resource":"*"}}`, "Effect"},
		{`{"Statement":{"Action":"a:B","Resource":"*"}}`, "Effect"},
		{`{"Statement":{"Effect":"Allow","Resource":"*"}}`, "actions"},
		{`{"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}}`, "Action"},
		{`{"Statement":{"Effect":"Allow","Action":[null],"Resource":"*"}}`, "Action"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","NotAction":"a:C","Resource":"*"}}`, "NotAction"},
		{`{"Statement":{"Effect":"Allow","Action":"GetTrail","Resource":"*"}}`, "vendor"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B"}}`, "resources"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"trail"}}`, "ARN format"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"arn:aws:s3:::${aws:username}"}}`, "variables"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*","Principal":"*"}}`, "principal"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*","Conditions":{}}}`, "Conditions"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}`, "IpAddress"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"v"}}}}`, "aws:SourceVpc"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"StringEquals":{"aws:username":[]}}}}`, "aws:username"},
		{`{"Statement":{"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:username":"x"}}}}`, "ForAllValues"},
		{`{"Statement":[{"Sid":"a","Effect":"Allow","Action":"a:B","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"a:B","Resource":"*"}]}`, "unique"},
		{`{"Statement":{"Sid":"no spaces","Effect":"Allow","Action":"a:B","Resource":"*"}}`, "SID"},
		{long, "10240"},
	} {
		err := CheckPolicy([]byte(tc.text))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, tc.says) {
			t.Errorf("%.100s: %v, want a message with %q", tc.text, err, tc.says)
		}
	}
	for _, tc := range []struct{ text, says string }{
		{`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}`, "Principal"},
		{`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*"}}`, "prohibited"},
		{`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"bob"}}}`, "bob"},
		{`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::111122223333:user/*"}}}`, "user/*"},
		{`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Federated":"x"}}}`, "Federated"},
		{`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":"*"}}`, "NotPrincipal"},
		{`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{}}}`, "principal"},
	} {
		err := CheckTrustPolicy([]byte(tc.text))
		wantCode(t, err, CodeMalformedPolicyDocument)
		if !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want a message with %q", tc.text, err, tc.says)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, tc := range []struct {
		p, s string
		want bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"**", "abc", true}, {"a*", "abc", true}, {"*c", "abc", true},
		{"a*c", "ac", true}, {"a*b*c", "aXbXbYc", true}, {"a*b*c", "aXcXb", false}, {"?", "", false}, {"a?c", "abc", true},
		{"*?", "", false}, {"*?", "x", true}, {"*ab", "aab", true}, {"*a?b", "aaxb", true}, {"A", "a", false},
	} {
		if got := glob(tc.p, tc.s, false); got != tc.want {
			t.Errorf("glob(%q, %q) = %v", tc.p, tc.s, got)
		}
	}
	// Work is bounded by the product of the lengths, not exponential.
	if glob(strings.Repeat("*a", 200)+"b", strings.Repeat("a", 2000), false) {
		t.Error("matched")
	}
}
