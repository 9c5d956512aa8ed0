package sharing

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/store"
)

const (
	channelARN = "arn:aws:cloudtrail:us-east-1:111122223333:channel/01234567-89ab-cdef-0123-456789abcdef"
	storeARN   = "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef"
)

var owner = Caller{"111122223333", "us-east-1"}

func newService(t *testing.T) *Service {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	is := func(arn string) Exists {
		return func(_ context.Context, asked string) (bool, error) { return asked == arn, nil }
	}
	return NewService(Config{Store: db, Channels: is(channelARN), EventDataStores: is(storeARN)})
}

func wantCode(t *testing.T, what string, err error, code, text string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, text) {
		t.Errorf("%s: %v, want %s with %q", what, err, code, text)
	}
}

// statement is one of a channel's policy, with a change.
func statement(replace ...string) string {
	return strings.NewReplacer(replace...).Replace(`{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::444455556666:root"]},"Action":"cloudtrail-data:PutAuditEvents","Resource":"` + channelARN + `"}`)
}

func policy(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func TestPolicies(t *testing.T) {
	s, ctx := newService(t), t.Context()
	_, err := s.Get(ctx, owner, channelARN)
	wantCode(t, "none", err, CodePolicyNotFound, "")
	wantCode(t, "delete none", s.Delete(ctx, owner, channelARN), CodePolicyNotFound, "")
	text := policy(statement())
	if err := s.Put(ctx, owner, channelARN, text); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(ctx, owner, channelARN); err != nil || got != text {
		t.Errorf("got %s, %v", got, err)
	}
	p, there, err := s.Policy(ctx, channelARN)
	if err != nil || !there {
		t.Fatal(there, err)
	}
	caller := identity.Caller{Principal: identity.Principal{AccountID: "444455556666", Type: identity.User, Name: "partner", ARN: "arn:aws:iam::444455556666:user/partner"}}
	if allowed, denied := p.Decide(caller, "cloudtrail-data:PutAuditEvents", channelARN, ""); !allowed || denied {
		t.Error("the principal of the policy is refused")
	}
	if err := s.Forget(ctx, channelARN); err != nil {
		t.Fatal(err)
	}
	if _, there, err := s.Policy(ctx, channelARN); there || err != nil {
		t.Error(there, err)
	}
}

func TestRefusals(t *testing.T) {
	s, ctx := newService(t), t.Context()
	for arn, code := range map[string]string{
		"x": CodeARNNotValid, "arn:aws:s3:::bucket": CodeARNNotValid, "arn:aws:cloudtrail:us-east-1:111122223333:channel/": CodeARNNotValid,
		"arn:aws:cloudtrail:us-east-1:111122223333:trail/a": CodeTypeNotSupported,
		channelARN + "0": CodeNotFound, strings.Replace(channelARN, "us-east-1", "eu-west-1", 1): CodeNotFound, strings.Replace(channelARN, "1111", "2222", 1): CodeNotFound,
	} {
		wantCode(t, arn, s.Put(ctx, owner, arn, policy(statement())), code, "")
	}
	many := strings.Repeat(statement()+",", 20) + statement()
	var principals []string
	for i := range 51 {
		principals = append(principals, fmt.Sprintf(`"%012d"`, i))
	}
	for name, c := range map[string]struct{ text, why string }{
		"no JSON":        {"x", "not valid"},
		"another action": {policy(statement("PutAuditEvents", "GetAuditEvents")), "has the action"},
		"wildcard":       {policy(statement("PutAuditEvents", "*")), "has the action"},
		"two actions":    {policy(statement(`"cloudtrail-data:PutAuditEvents"`, `["cloudtrail-data:PutAuditEvents","cloudtrail-data:PutAuditEvents"]`)), "2 actions"},
		"not an action":  {policy(statement(`"Action"`, `"NotAction"`)), "NotAction"},
		"other resource": {policy(statement(channelARN, channelARN+"0")), "another resource"},
		"21 statements":  {policy(many), "up to 20 statements"},
		"51 principals":  {policy(statement(`["arn:aws:iam::444455556666:root"]`, "["+strings.Join(principals, ",")+"]")), "51 principals"},
		"no principal":   {policy(statement(`"Principal":{"AWS":["arn:aws:iam::444455556666:root"]},`, "")), "Principal"},
		"other key":      {policy(statement(`"Effect"`, `"Condition":{"StringEquals":{"aws:Nonsense":"x"}},"Effect"`)), "not supported"},
	} {
		wantCode(t, name, s.Put(ctx, owner, channelARN, c.text), CodePolicyNotValid, c.why)
	}
	stores := strings.NewReplacer(channelARN, storeARN, "cloudtrail-data:PutAuditEvents", "cloudtrail:StartQuery")
	if err := s.Put(ctx, owner, storeARN, stores.Replace(policy(many))); err != nil {
		t.Error(err)
	}
	wantCode(t, "another action", s.Put(ctx, owner, storeARN, strings.ReplaceAll(stores.Replace(policy(statement())), "StartQuery", "DeleteEventDataStore")), CodePolicyNotValid, "may have")
}
