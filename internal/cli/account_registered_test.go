package cli

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/store"
)

// believer takes every call for one of the first account's administrator.
type believer struct{ *identity.Directory }

func (b believer) Verify(*http.Request, string) (identity.Caller, error) {
	admin, _ := b.Principal(identity.Ref{AccountID: "111122223333", Type: identity.User, Name: identity.AdminUser})
	return identity.Caller{Principal: admin, AccessKeyID: "AKIAIOSFODNN7EXAMPLE", Region: "us-east-1", Service: "cairn"}, nil
}

// noHistory is an event history with nothing in it.
type noHistory struct{}

func (noHistory) Lookup(context.Context, lake.LookupQuery) (lake.LookupPage, error) {
	return lake.LookupPage{}, nil
}

// apiServer is the real API over a directory with two accounts, without
// signatures and records.
func apiServer(t *testing.T) (url string, d *identity.Directory) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	check(err)
	t.Cleanup(func() { _ = db.Close() })
	key, err := identity.LoadOrCreateKey(filepath.Join(t.TempDir(), "key"))
	check(err)
	d, err = identity.OpenDirectory(t.Context(), db, key, time.Now, identity.WithPasswordHashing(identity.PasswordHashing{MemoryKiB: 64, Passes: 1, Threads: 1, Slots: 2, Waiting: 8}))
	check(err)
	for _, account := range []string{"111122223333", "444455556666"} {
		_, err := d.CreateAccount(t.Context(), account, "")
		check(err)
	}
	handler, err := api.New(api.Config{
		Auth: believer{d}, Allowed: d.Allowed, STS: d, Directory: d, History: noHistory{},
		Record:   func(context.Context, recorder.Call) error { return nil },
		TokenKey: [32]byte{1}, DefaultAccountID: "111122223333", DefaultRegion: "us-east-1",
	})
	check(err)
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL, d
}

// TestRegisteredKeyCommands goes from the command line through the API to the
// directory and back.
func TestRegisteredKeyCommands(t *testing.T) {
	url, d := apiServer(t)
	if err := d.Learn(t.Context(), identity.KnownKey{Expires: time.Date(2099, 11, 1, 10, 0, 30, 0, time.UTC), Identity: identity.UserIdentity{
		Type: identity.TypeAssumedRole, PrincipalID: "AROAX:job", ARN: "arn:aws:sts::111122223333:assumed-role/x/job", AccountID: "111122223333", AccessKeyID: "ASIALEARNED",
	}}); err != nil {
		t.Fatal(err)
	}
	const register, deregister = "account key register ", "account key deregister "
	for _, c := range []struct {
		args      string
		code      int
		out, errs string
	}{
		{register + "minioadmin --root", exitDone, "minioadmin is registered; its calls are by arn:aws:iam::111122223333:root.\n", ""},
		{register + "AKIAALICE --user alice --account 444455556666", exitDone, "by arn:aws:iam::444455556666:user/alice.\n", ""},
		{register + "AKIAALICE --user alice --account 444455556666 --arn arn:aws:iam::444455556666:user/team/alice --principal-id AIDAALICE", exitDone, "by arn:aws:iam::444455556666:user/team/alice.\n", ""},
		{register + "AKIABOB --user arn:aws:iam::111122223333:user/ops/bob --json", exitDone, `"Arn": "arn:aws:iam::111122223333:user/ops/bob"`, ""},
		{register + "ASIADEPLOY --role deploy --session nightly --principal-id AROADEPLOY", exitDone, "by arn:aws:sts::111122223333:assumed-role/deploy/nightly.\n", ""},
		{register + "ASIACI --role arn:aws:iam::111122223333:role/ci/build --session run-7 --json", exitDone, `"RoleArn": "arn:aws:iam::111122223333:role/ci/build"`, ""},
		{register + "backup --service rds.amazonaws.com", exitDone, "by rds.amazonaws.com.\n", ""},

		{register + "AKIANEW --user eve --account 777788889999", exitFailed, "", "cairn account create 777788889999"},
		{register + "AKIANEW --user eve --arn arn:aws:iam::111122223333:user/bob", exitFailed, "", "is not the ARN of the user eve"},
		{register + "AKIANEW", exitUsage, "", `missing flags: --user=NAME or --root or --role=ROLE or --service=HOST`},
		{register + "--root", exitUsage, "", `expected "<key-id>"`},
		{register + "AKIANEW --user eve --root", exitUsage, "", "can't be used together"},
		{register + "AKIANEW --role ops", exitUsage, "", "--role and --session go together"},
		{register + "AKIANEW --user eve --session run", exitUsage, "", "--role and --session go together"},
		{register + "AKIANEW --root --principal-id x", exitUsage, "", "go with --user or --role"},
		{register + "AKIANEW --service rds.amazonaws.com --arn arn:x", exitUsage, "", "go with --user or --role"},
		{register + "AKIANEW --service rds.amazonaws.com --account 111122223333", exitUsage, "", "belong to no account"},

		{"account key list --registered", exitDone, strings.Join([]string{
			"KEY          WHO                          ACCOUNT       KIND        EXPIRES",
			"AKIABOB      user/ops/bob                 111122223333  registered",
			"ASIACI       assumed-role/build/run-7     111122223333  registered",
			"ASIADEPLOY   assumed-role/deploy/nightly  111122223333  registered",
			"ASIALEARNED  assumed-role/x/job           111122223333  learned     2099-11-01 10:00",
			"backup       rds.amazonaws.com                          registered",
			"minioadmin   root                         111122223333  registered",
			""}, "\n"), ""},
		{"account key list --registered --account 444455556666 --json", exitDone, `{
  "RegisteredAccessKeys": [
    {
      "AccountId": "444455556666",
      "AccessKeyId": "AKIAALICE",
      "Type": "IAMUser",
      "UserName": "alice",
      "Arn": "arn:aws:iam::444455556666:user/team/alice",
      "PrincipalId": "AIDAALICE",
      "Learned": false
    }
  ]
}
`, ""},
		{"account key list --registered --account 777788889999", exitFailed, "", "cannot be found"},
		{deregister + "minioadmin", exitDone, "minioadmin is not registered any more.\n", ""},
		{deregister + "ASIALEARNED --json", exitDone, "{}\n", ""},
		{deregister + "minioadmin", exitFailed, "", "NoSuchEntity: The access key minioadmin is not registered."},
	} {
		code, out, errs := invoke(t, url, strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) || (code == exitDone) != (errs == "") {
			t.Errorf("%s: exit %d, want %d\nout  %s\nerr  %s", c.args, code, c.code, out, errs)
		}
	}
	var ids []string
	for _, k := range d.ListKnown() {
		ids = append(ids, k.Identity.AccessKeyID)
	}
	if got := strings.Join(ids, " "); got != "AKIAALICE AKIABOB ASIACI ASIADEPLOY backup" {
		t.Errorf("known are %s", got)
	}
}

// TestRegisteredKeyPages: the list asks on until it has everything.
func TestRegisteredKeyPages(t *testing.T) {
	url, d := apiServer(t)
	const more = 1001 // One more than a page has.
	for i := range more {
		id := "ASIA" + string(rune('A'+i/100)) + string(rune('A'+i/10%10)) + string(rune('A'+i%10))
		if err := d.Learn(t.Context(), identity.KnownKey{Identity: identity.UserIdentity{Type: "Root", AccountID: "111122223333", AccessKeyID: id}}); err != nil {
			t.Fatal(err)
		}
	}
	for args, want := range map[string]int{"account key list --registered": 1 + more, "account key list --registered --json": 0} {
		code, out, errs := invoke(t, url, strings.Fields(args)...)
		lines := strings.Count(out, "\n")
		if strings.HasSuffix(args, "--json") {
			lines, want = strings.Count(out, `"Learned": true`), more
		}
		if code != exitDone || lines != want || strings.Contains(out, "NextToken") {
			t.Errorf("%s: exit %d, %d lines, want %d\n%s", args, code, lines, want, errs)
		}
	}
}
