package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/intake"
)

// story is what the demo does with its server.
type story struct {
	sh      *shell
	out     io.Writer
	cfg     config.Config
	server  Running
	admin   *caller
	account string
	arn     string
	began   time.Time
	// steps is the table of the calls made.
	steps *table
}

func newStory(ctx context.Context, sh *shell, cfg config.Config, server Running) (*story, error) {
	s := &story{sh: sh, out: sh.stdout, cfg: cfg, server: server, began: time.Now().Truncate(time.Second)}
	var err error
	s.admin, err = s.profile(ctx, "default")
	return s, err
}

// profile is a caller with the credentials of the server's own file.
func (s *story) profile(ctx context.Context, name string) (*caller, error) {
	loaded, err := loadAWS(ctx, s.cfg.Region, name, []string{s.server.CredentialsFile()})
	if err != nil {
		return nil, err
	}
	return &caller{endpoint: s.server.APIURL(), region: s.cfg.Region, aws: loaded}, nil
}

// as is a caller with the given keys.
func (s *story) as(id, secret, token string) *caller {
	c := *s.admin
	c.aws.Credentials = credentials.NewStaticCredentialsProvider(id, secret, token)
	return &c
}

// tell plays all of it.
func (s *story) tell(ctx context.Context, records string) error {
	fmt.Fprintf(s.out, "A Cairn server runs at %s and keeps everything in %s.\n", s.server.APIURL(), s.cfg.DataDir)
	if err := s.store(ctx); err != nil {
		return err
	}
	fmt.Fprint(s.out, "\n1. Some people make calls, with the AWS SDK\n\n")
	s.steps = newTable(s.out, "WHO", "CALLS", "RESULT")
	if err := s.calls(ctx); err != nil {
		return err
	}
	if err := s.steps.flush(); err != nil {
		return err
	}
	fmt.Fprint(s.out, "\n2. Records from elsewhere are loaded\n\n")
	if err := s.load(ctx, records); err != nil {
		return err
	}
	fmt.Fprint(s.out, "\n3. Who did what? The calls of this demo, as the event history has them\n\n")
	if err := s.history(ctx); err != nil {
		return err
	}
	fmt.Fprint(s.out, "\n4. And in the loaded records: the newest calls that changed something\n\n")
	if err := s.changes(ctx); err != nil {
		return err
	}
	fmt.Fprint(s.out, "\n5. A trail delivers signed log files, and they are checked\n\n")
	if err := s.trail(ctx); err != nil {
		return err
	}
	fmt.Fprint(s.out, "\n6. The calls of this demo, asked in SQL from an event data store\n\n")
	if err := s.query(ctx); err != nil {
		return err
	}
	s.commands()
	return nil
}

// step makes a call and notes its result. expect is the error code that must
// come, empty for success; "any" takes both.
func (s *story) step(name, what, expect string, call func() error) error {
	err := call()
	code := ""
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		code = e.ErrorCode()
	} else if e, ok := errors.AsType[*apiError](err); ok {
		code = e.code
	}
	switch {
	case err != nil && code == "":
		return fmt.Errorf("%s as %s: %w", what, name, err)
	case expect != "any" && code != expect:
		if err == nil {
			err = errors.New("it succeeded")
		}
		return fmt.Errorf("%s as %s should have ended with %q: %w", what, name, expect, err)
	}
	result := "ok"
	if code != "" {
		result = code
	}
	return s.steps.add(name, what, result)
}

// calls are the calls of the first chapter.
func (s *story) calls(ctx context.Context) error {
	err := s.step("admin", "GetCallerIdentity", "", func() error {
		me, err := s.security(s.admin).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err == nil {
			s.account, s.arn = text(me.Account), text(me.Arn)
		}
		return err
	})
	if err != nil {
		return err
	}
	const readOnly = "AWSCloudTrail_ReadOnlyAccess"
	alice, err := s.user(ctx, "alice", readOnly)
	if err != nil {
		return err
	}
	mallory, err := s.user(ctx, "mallory")
	if err != nil {
		return err
	}
	trust := trustPolicy([]string{s.arn})
	role := &cairnapi.CreateRoleInput{RoleName: aws.String("auditor"), AssumeRolePolicyDocument: &trust, Policies: []string{readOnly}}
	if err := s.step("admin", "CreateRole auditor", "", func() error {
		return s.fresh(ctx, "auditor", cairnapi.PrincipalTypeRole, func() error {
			return s.admin.call(ctx, cairnapi.OpCreateRole, role, &cairnapi.CreateRoleOutput{})
		})
	}); err != nil {
		return err
	}
	var session *caller
	if err := s.step("admin", "AssumeRole auditor", "", func() error {
		out, err := s.security(s.admin).AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: aws.String("arn:aws:iam::" + s.account + ":role/auditor"), RoleSessionName: aws.String("demo-audit"),
		})
		if err == nil {
			session = s.as(text(out.Credentials.AccessKeyId), text(out.Credentials.SecretAccessKey), text(out.Credentials.SessionToken))
		}
		return err
	}); err != nil {
		return err
	}
	lookup := func(c *caller) func() error {
		return func() error {
			_, err := c.trail().LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(5)})
			return err
		}
	}
	forged := s.as(text(mallory.AccessKeyId), "not/the/secret/of/this/key", "")
	return errors.Join(
		s.step("auditor (role)", "LookupEvents", "", lookup(session)),
		s.step("alice", "LookupEvents", "", lookup(s.as(text(alice.AccessKeyId), text(alice.SecretAccessKey), ""))),
		s.step("mallory", "LookupEvents", "AccessDeniedException", lookup(s.as(text(mallory.AccessKeyId), text(mallory.SecretAccessKey), ""))),
		s.step("mallory, wrong secret", "LookupEvents", "SignatureDoesNotMatch", lookup(forged)),
		// Later versions may have this operation.
		s.step("admin", "ListDashboards, which is not built yet", "any", func() error {
			_, err := s.admin.trail().ListDashboards(ctx, &cloudtrail.ListDashboardsInput{})
			return err
		}),
	)
}

// user makes a user with an access key.
func (s *story) user(ctx context.Context, name string, policies ...string) (*cairnapi.AccessKey, error) {
	with := " without any policy"
	if len(policies) > 0 {
		with = " with " + strings.Join(policies, ", ")
	}
	var key cairnapi.CreateAccessKeyOutput
	err := s.step("admin", "CreateUser "+name+with, "", func() error {
		in := &cairnapi.CreateUserInput{UserName: &name, Policies: policies}
		return s.fresh(ctx, name, cairnapi.PrincipalTypeIAMUser, func() error {
			return s.admin.call(ctx, cairnapi.OpCreateUser, in, &cairnapi.CreateUserOutput{})
		})
	})
	if err != nil {
		return nil, err
	}
	err = s.step("admin", "CreateAccessKey for "+name, "", func() error {
		return s.admin.call(ctx, cairnapi.OpCreateAccessKey, &cairnapi.CreateAccessKeyInput{UserName: &name}, &key)
	})
	if err == nil && key.AccessKey == nil {
		err = errors.New("the new access key is not in the answer")
	}
	return key.AccessKey, err
}

// fresh makes a principal; one that an earlier demo left in the same folder is
// deleted first.
func (s *story) fresh(ctx context.Context, name string, kind cairnapi.PrincipalType, create func() error) error {
	err := create()
	if e, ok := errors.AsType[*apiError](err); !ok || e.code != cairnapi.CodeEntityAlreadyExists {
		return err
	}
	in := &cairnapi.DeletePrincipalInput{Name: &name, Type: kind}
	if err := s.admin.call(ctx, cairnapi.OpDeletePrincipal, in, &cairnapi.DeletePrincipalOutput{}); err != nil {
		return err
	}
	return create()
}

func (s *story) security(c *caller) *sts.Client {
	return sts.NewFromConfig(c.aws, func(o *sts.Options) { o.BaseEndpoint = &c.endpoint })
}

// load ingests the records, and makes the accounts that they name.
func (s *story) load(ctx context.Context, records string) error {
	if records == "" {
		var err error
		if records, err = writeSample(filepath.Join(s.cfg.DataDir, "demo-records.jsonl"), s.account, time.Now()); err != nil {
			return err
		}
	}
	job := newIngestJob(s.sh, s.admin, []source{folder(records)}, 4, true)
	if err := job.once(ctx); err != nil {
		return err
	}
	if err := job.tally.summary(s.out, false); err != nil {
		return err
	}
	if job.tally.mu.FilesFailed > 0 {
		return fmt.Errorf("not all of %s could be loaded", records)
	}
	return nil
}

// history waits until the refused calls and the load are in the history, and shows
// everything since the story began, except the demo's own looking.
func (s *story) history(ctx context.Context) error {
	var events []types.Event
	look := func(ctx context.Context) (bool, error) {
		events = events[:0]
		refused, loaded := map[string]bool{}, false
		_, err := eachEvent(ctx, s.admin.trail(), &cloudtrail.LookupEventsInput{StartTime: &s.began}, 0, func(e *types.Event) error {
			d := detail(e)
			refused[strings.TrimSuffix(d.ErrorCode, "Exception")] = true
			loaded = loaded || text(e.EventName) == intake.Operation
			if !(text(e.EventName) == "LookupEvents" && who(e, &d) == identity.AdminUser) {
				events = append(events, *e)
			}
			return nil
		})
		return loaded && refused["AccessDenied"] && refused["SignatureDoesNotMatch"], err
	}
	if err := until(ctx, "the appearance of the calls in the event history", look); err != nil {
		return err
	}
	slices.Reverse(events)
	t := newTable(s.out, "WHEN (UTC)", "WHO", "WHAT", "RESULT")
	for i := 0; i < len(events); {
		e := &events[i]
		d := detail(e)
		row := []string{who(e, &d), text(e.EventName), outcome(&d)}
		n := 1
		for ; i+n < len(events); n++ {
			next := &events[i+n]
			d := detail(next)
			if !slices.Equal(row, []string{who(next, &d), text(next.EventName), outcome(&d)}) {
				break
			}
		}
		if n > 1 {
			row[2] += fmt.Sprintf(", %d times", n)
		}
		if err := t.add(moment(e.EventTime), row[0], row[1], row[2]); err != nil {
			return err
		}
		i += n
	}
	return t.flush()
}

// changes shows what the loaded records say about each account.
func (s *story) changes(ctx context.Context) error {
	var all cairnapi.ListAccountsOutput
	if err := s.admin.call(ctx, cairnapi.OpListAccounts, &cairnapi.ListAccountsInput{}, &all); err != nil {
		return err
	}
	t := newTable(s.out, "WHEN (UTC)", "ACCOUNT", "WHO", "WHAT", "SERVICE", "RESULT")
	shown := 0
	for _, account := range all.Accounts {
		n, err := s.changesOf(ctx, t, text(account.AccountId))
		if err != nil {
			return err
		}
		shown += n
	}
	if shown == 0 {
		_, err := fmt.Fprintf(s.out, "None in the Region %s.\n", s.cfg.Region)
		return err
	}
	return t.flush()
}

// changesOf adds the newest writing calls of an account, and gives how many.
func (s *story) changesOf(ctx context.Context, t *table, account string) (int, error) {
	// most is how many to show, within how many to look.
	const most, within = 12, 200
	c := s.admin
	if account != s.account {
		var err error
		if c, err = s.profile(ctx, account); err != nil {
			return 0, err
		}
	}
	in := &cloudtrail.LookupEventsInput{LookupAttributes: []types.LookupAttribute{
		{AttributeKey: types.LookupAttributeKeyReadOnly, AttributeValue: aws.String("false")},
	}}
	n := 0
	_, err := eachEvent(ctx, c.trail(), in, within, func(e *types.Event) error {
		if n == most || text(e.EventSource) == cairnapi.Service.EventSource {
			return nil
		}
		n++
		d := detail(e)
		return t.add(moment(e.EventTime), account, who(e, &d), text(e.EventName), strings.TrimSuffix(text(e.EventSource), ".amazonaws.com"), outcome(&d))
	})
	return n, err
}

// commands prints what to try next.
func (s *story) commands() {
	env := "AWS_SHARED_CREDENTIALS_FILE=" + quoted(s.server.CredentialsFile())
	cli := fmt.Sprintf("%s aws --endpoint-url %s --region %s", env, s.server.APIURL(), s.cfg.Region)
	own := fmt.Sprintf("--endpoint %s --data-dir %s", s.server.APIURL(), quoted(s.cfg.DataDir))
	fmt.Fprint(s.out, "\n7. What to try next\n\n")
	for _, c := range []string{
		cli + " cloudtrail lookup-events --max-results 5",
		cli + " cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=mallory",
		cli + " sts get-caller-identity",
		"cairn lookup " + own + " --username mallory --since 1h",
		"cairn lookup " + own + " --read-only false --format csv --limit 0",
		"cairn account principals " + own,
		"cairn query " + own + " 'SELECT eventName, count(*) FROM $EDS_ID GROUP BY 1 ORDER BY 2 DESC'",
		fmt.Sprintf("AWS_ENDPOINT_URL_S3=%s %s cloudtrail validate-logs --trail-arn %s --start-time %s --verbose", s.server.S3URL(), cli, s.trailARN(), s.began.UTC().Format(time.RFC3339)),
	} {
		fmt.Fprintln(s.out, "  "+c)
	}
}

// goOn says that the server stays, and how to look at it in a browser. The
// administrator gets a password for that, unless the folder's has one already.
func (s *story) goOn(ctx context.Context) error {
	password, user := newPassword(), identity.AdminUser
	how := fmt.Sprintf("account %s, user %s, password %s", s.account, user, password)
	in := &cairnapi.CreateLoginProfileInput{UserName: &user, Password: &password}
	err := s.admin.call(ctx, cairnapi.OpCreateLoginProfile, in, &cairnapi.CreateLoginProfileOutput{})
	if refused, ok := errors.AsType[*apiError](err); ok && refused.code == cairnapi.CodeEntityAlreadyExists {
		how, err = "with the password of the user "+user+" in account "+s.account, nil
	}
	if err != nil {
		return fmt.Errorf("give %s a password for the console: %w", user, err)
	}
	_, err = fmt.Fprintf(s.out, `
The server goes on for you to look at. Ctrl-C stops it.

  console  %s/  (sign in: %s)
  API      %s
  metrics  %s/metrics
`, s.server.APIURL(), how, s.server.APIURL(), s.server.AdminURL())
	return err
}

// quoted makes a path safe to paste into a shell.
func quoted(s string) string {
	plain := strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%", r))
	}) < 0
	if plain && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
