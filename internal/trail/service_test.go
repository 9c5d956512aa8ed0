package trail

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
)

const (
	account = "111122223333"
	other   = "444455556666"
)

var (
	ireland = Caller{account, "eu-west-1"}
	ohio    = Caller{account, "us-east-2"}
	foreign = Caller{other, "eu-west-1"}
)

// world is a service with everything around it.
type world struct {
	*Service
	db      *store.DB
	last    uint64 // the journal's last batch
	clock   time.Time
	changed []string
	checked []string // what was checked: "bucket NAME", "topic ARN", "logs ARN"
	refuse  error    // what checks answer
	keys    []PublicKey
}

func (w *world) Last() uint64       { return w.last }
func (w *world) Changed(arn string) { w.changed = append(w.changed, arn) }

func (w *world) CheckBucket(_ context.Context, t *Trail) error {
	w.checked = append(w.checked, "bucket "+t.S3BucketName)
	return w.refuse
}

func (w *world) CheckTopic(_ context.Context, t *Trail) error {
	w.checked = append(w.checked, "topic "+t.SNSTopicARN)
	return w.refuse
}

func (w *world) CheckLogs(_ context.Context, t *Trail) error {
	w.checked = append(w.checked, "logs "+t.CloudWatchLogsLogGroupARN)
	return w.refuse
}

func (w *world) KeyARN(_ context.Context, arn string) (string, error) {
	if strings.HasSuffix(arn, ":alias/known") {
		return strings.TrimSuffix(arn, "alias/known") + "key/12345678-1234-1234-1234-123456789012", nil
	}
	if strings.HasSuffix(arn, ":alias/gone") {
		return "", refusal.New("KmsKeyNotFoundException", "gone")
	}
	return arn, nil
}

func (w *world) PublicKeys(_ context.Context, region string, start, end time.Time) ([]PublicKey, error) {
	var out []PublicKey
	for _, k := range w.keys {
		if !k.Start.After(end) && !k.End.Before(start) {
			k.Fingerprint += " " + region
			out = append(out, k)
		}
	}
	return out, nil
}

func newWorld(t *testing.T, change ...func(*Config)) *world {
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
	w := &world{db: db, last: 7, clock: time.Date(2026, 11, 21, 10, 0, 0, 123456789, time.UTC)}
	cfg := Config{
		Store: db, Journal: w, Keys: w, Buckets: w, Topics: w, Logs: w, KMS: w, Deliverer: w,
		Now: func() time.Time { w.clock = w.clock.Add(time.Second); return w.clock },
	}
	for _, f := range change {
		f(&cfg)
	}
	w.Service = NewService(cfg)
	return w
}

// make creates a trail with a bucket.
func (w *world) make(t *testing.T, c Caller, name string, change ...func(*CreateTrailInput)) Trail {
	t.Helper()
	in := CreateTrailInput{Name: name, Settings: Settings{S3BucketName: new("bucket")}}
	for _, f := range change {
		f(&in)
	}
	out, err := w.CreateTrail(t.Context(), c, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func multiRegion(in *CreateTrailInput) { in.MultiRegion = new(true) }

// stored reads a trail as it is on disk.
func (w *world) stored(t *testing.T, arn string) Trail {
	t.Helper()
	item, err := w.trails.Get(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	return item.Value
}

func wantError(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != code || !strings.Contains(e.Message, message) {
		t.Errorf("%s: got %v, want %s with %q", what, err, code, message)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestCreateDefaults(t *testing.T) {
	w := newWorld(t)
	got := w.make(t, ireland, "my-trail")
	want := Trail{
		Name: "my-trail", ARN: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/my-trail", AccountID: account, HomeRegion: "eu-west-1",
		S3BucketName: "bucket", Created: got.Created,
		Epochs: []Epoch{{After: 7, GlobalServiceEvents: true, Selectors: selector.Default(selector.Trail)}},
	}
	if !reflect.DeepEqual(got, want) || got.Created.IsZero() {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if stored := w.stored(t, got.ARN); !reflect.DeepEqual(stored, want) {
		t.Errorf("stored %+v\nwant %+v", stored, want)
	}
	if !slices.Equal(w.changed, []string{got.ARN}) || !slices.Equal(w.checked, []string{"bucket bucket"}) {
		t.Errorf("changed %v, checked %v", w.changed, w.checked)
	}
	if got.HasCustomEventSelectors() || got.SNSTopicName() != "" {
		t.Error("a new trail has selectors or a topic of its own")
	}
}

// TestCreateErrors: every refusal of CreateTrail, none of which leaves a trail.
func TestCreateErrors(t *testing.T) {
	const group, role = "arn:aws:logs:eu-west-1:111122223333:log-group:g:*", "arn:aws:iam::111122223333:role/r"
	rows := []struct {
		what          string
		change        func(*CreateTrailInput)
		code, message string
	}{
		{"blank name", func(in *CreateTrailInput) { in.Name = " " }, CodeInvalidName, "Trail name cannot be blank!"},
		{"short name", func(in *CreateTrailInput) { in.Name = "ab" }, CodeInvalidName, "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters."},
		{"long name", func(in *CreateTrailInput) { in.Name = strings.Repeat("a", 129) }, CodeInvalidName, "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters."},
		{"name begins badly", func(in *CreateTrailInput) { in.Name = "-abc" }, CodeInvalidName, "Trail name must starts with a letter or number."},
		{"name ends badly", func(in *CreateTrailInput) { in.Name = "abc." }, CodeInvalidName, "Trail name must ends with a letter or number."},
		{"name with a space", func(in *CreateTrailInput) { in.Name = "my trail" }, CodeInvalidName, "Trail name or ARN can only contain uppercase letters"},
		{"name beyond ASCII", func(in *CreateTrailInput) { in.Name = "aéa" }, CodeInvalidName, "can only contain"},
		{"name of two separators", func(in *CreateTrailInput) { in.Name = "my-_namespace" }, CodeInvalidName, "adjacent periods (.), hyphens (-), or underscores (_)"},
		{"name like an address", func(in *CreateTrailInput) { in.Name = "192.168.5.4" }, CodeInvalidName, "Trail names must not be formatted as an IP address."},
		{"name is an ARN", func(in *CreateTrailInput) { in.Name = nameARN(ireland, "abc") }, CodeInvalidName, "can only contain"},
		{"no bucket", func(in *CreateTrailInput) { in.S3BucketName = nil }, CodeInvalidBucketName, "cannot be blank"},
		{"bucket too short", func(in *CreateTrailInput) { in.S3BucketName = new("ab") }, CodeInvalidBucketName, "between 3 and 63"},
		{"bucket too long", func(in *CreateTrailInput) { in.S3BucketName = new(strings.Repeat("a", 64)) }, CodeInvalidBucketName, "between 3 and 63"},
		{"bucket of capitals", func(in *CreateTrailInput) { in.S3BucketName = new("Bucket") }, CodeInvalidBucketName, "uppercase"},
		{"bucket with underscore", func(in *CreateTrailInput) { in.S3BucketName = new("a_bucket") }, CodeInvalidBucketName, "'_'"},
		{"bucket with two dots", func(in *CreateTrailInput) { in.S3BucketName = new("a..b") }, CodeInvalidBucketName, "adjacent periods"},
		{"bucket with dash and dot", func(in *CreateTrailInput) { in.S3BucketName = new("a-.b") }, CodeInvalidBucketName, "dashes next to periods"},
		{"bucket like an address", func(in *CreateTrailInput) { in.S3BucketName = new("198.51.100.24") }, CodeInvalidBucketName, "IP Address"},
		{"bucket ends with a dash", func(in *CreateTrailInput) { in.S3BucketName = new("bucket-") }, CodeInvalidBucketName, "begin and end"},
		{"bucket with a slash", func(in *CreateTrailInput) { in.S3BucketName = new("a/b") }, CodeInvalidBucketName, "only contain"},
		{"long prefix", func(in *CreateTrailInput) { in.S3KeyPrefix = new(strings.Repeat("p", 201)) }, CodeInvalidPrefix, "200"},
		{"topic with a dot", func(in *CreateTrailInput) { in.SNSTopicName = new("a.b") }, CodeInvalidTopicName, "not valid"},
		{"long topic", func(in *CreateTrailInput) { in.SNSTopicName = new(strings.Repeat("t", 257)) }, CodeInvalidTopicName, "not valid"},
		{"topic of another service", func(in *CreateTrailInput) { in.SNSTopicName = new("arn:aws:sqs:eu-west-1:111122223333:q") }, CodeInvalidTopicName, "not valid"},
		{"topic's ARN is cut", func(in *CreateTrailInput) { in.SNSTopicName = new("arn:aws:sns") }, CodeInvalidTopicName, "not valid"},
		{"key of no form", func(in *CreateTrailInput) { in.KMSKeyID = new("my-key") }, CodeInvalidKeyID, "not valid"},
		{"key's ARN of another service", func(in *CreateTrailInput) { in.KMSKeyID = new("arn:aws:s3:::bucket") }, CodeInvalidKeyID, "not valid"},
		{"alias of bad letters", func(in *CreateTrailInput) { in.KMSKeyID = new("alias/a b") }, CodeInvalidKeyID, "not valid"},
		{"key is gone", func(in *CreateTrailInput) { in.KMSKeyID = new("alias/gone") }, "KmsKeyNotFoundException", "gone"},
		{"group without role", func(in *CreateTrailInput) { in.CloudWatchLogsLogGroupARN = new(group) }, CodeInvalidRole, "You must specify a role ARN as well as a log group."},
		{"role without group", func(in *CreateTrailInput) { in.CloudWatchLogsRoleARN = new(role) }, CodeInvalidLogGroup, "You must specify a log group as well as a role ARN."},
		{"group without star", func(in *CreateTrailInput) {
			in.CloudWatchLogsLogGroupARN, in.CloudWatchLogsRoleARN = new(strings.TrimSuffix(group, ":*")), new(role)
		}, CodeInvalidLogGroup, "CloudTrail cannot validate the specified log group ARN."},
		{"group of another account", func(in *CreateTrailInput) {
			in.CloudWatchLogsLogGroupARN, in.CloudWatchLogsRoleARN = new(strings.Replace(group, account, other, 1)), new(role)
		}, CodeInvalidLogGroup, "cannot validate"},
		{"role of another account", func(in *CreateTrailInput) {
			in.CloudWatchLogsLogGroupARN, in.CloudWatchLogsRoleARN = new(group), new("arn:aws:iam::444455556666:role/r")
		}, CodeInvalidRole, "role in your account"},
		{"role is a user", func(in *CreateTrailInput) {
			in.CloudWatchLogsLogGroupARN, in.CloudWatchLogsRoleARN = new(group), new("arn:aws:iam::111122223333:user/u")
		}, CodeInvalidRole, "role in your account"},
		{"multi-Region without global", func(in *CreateTrailInput) { in.MultiRegion, in.GlobalServiceEvents = new(true), new(false) },
			CodeInvalidParameterCombination, "Multi-Region trail must include global service events."},
		{"organization", func(in *CreateTrailInput) { in.Organization = new(true) }, CodeOrganizationsNotInUse, "member of an organization"},
		{"bad tag", func(in *CreateTrailInput) { in.Tags = []Tag{{Key: "aws:x", Value: ""}} }, CodeInvalidTag, "reserved"},
	}
	for _, row := range rows {
		w := newWorld(t)
		in := CreateTrailInput{Name: "my-trail", Settings: Settings{S3BucketName: new("bucket")}}
		row.change(&in)
		_, err := w.CreateTrail(t.Context(), ireland, in)
		wantError(t, row.what, err, row.code, row.message)
		if all, err := w.ListTrails(t.Context(), ireland); err != nil || len(all) != 0 || len(w.changed) != 0 || len(w.checked) != 0 {
			t.Errorf("%s: trails %v, %v, changed %v, checked %v", row.what, all, err, w.changed, w.checked)
		}
	}
}

// TestChecks: what a bucket, a topic or a log group answers refuses the trail.
func TestChecks(t *testing.T) {
	for _, row := range []struct {
		refuse        error
		code, message string
	}{
		{NoBucket("bucket"), CodeNoBucket, "S3 bucket bucket does not exist!"},
		{BucketPolicy("bucket", ""), CodeInsufficientBucketPolicy, "Incorrect S3 bucket policy is detected for bucket: bucket"},
		{BucketPolicy("bucket", "It lacks s3:GetBucketAcl."), CodeInsufficientBucketPolicy, "for bucket: bucket. It lacks s3:GetBucketAcl."},
		{KeyPolicy("bucket", "key"), CodeInsufficientEncryptionPolicy, "Insufficient permissions to access S3 bucket bucket or KMS key key."},
		{TopicPolicy(), CodeInsufficientTopicPolicy, "SNS Topic does not exist or the topic policy is incorrect!"},
		{LogGroupDenied(), CodeInvalidLogGroup, "Access denied. Check the permissions for your role."},
		{RoleDenied(), CodeInvalidRole, "Access denied. Check the trust relationships for your role."},
		{LogsUnavailable("eu-west-1"), "CloudWatchLogsDeliveryUnavailableException", "eu-west-1"},
	} {
		w := newWorld(t)
		w.refuse = row.refuse
		_, err := w.CreateTrail(t.Context(), ireland, CreateTrailInput{Name: "my-trail", Settings: Settings{S3BucketName: new("bucket")}})
		wantError(t, row.code, err, row.code, row.message)
		w.refuse = nil
		w.make(t, ireland, "my-trail")
		w.refuse = row.refuse
		_, err = w.UpdateTrail(t.Context(), ireland, UpdateTrailInput{Name: "my-trail", Settings: Settings{S3BucketName: new("another")}})
		wantError(t, row.code+" on update", err, row.code, row.message)
		if got := w.stored(t, nameARN(ireland, "my-trail")); got.S3BucketName != "bucket" {
			t.Errorf("the refused update left %+v", got)
		}
	}
	w := newWorld(t)
	w.refuse = errors.New("no connection")
	_, err := w.CreateTrail(t.Context(), ireland, CreateTrailInput{Name: "my-trail", Settings: Settings{S3BucketName: new("bucket")}})
	if _, typed := errors.AsType[*Error](err); err == nil || typed {
		t.Errorf("a check that failed gives %v, want an error for the log only", err)
	}
}

// TestForms: how topics and keys are spelled, and how they are kept.
func TestForms(t *testing.T) {
	const id = "12345678-1234-1234-1234-123456789012"
	for _, row := range []struct{ topic, arn, name string }{
		{"my-topic", "arn:aws:sns:eu-west-1:111122223333:my-topic", "my-topic"},
		{"arn:aws:sns:eu-west-1:111122223333:my-topic", "arn:aws:sns:eu-west-1:111122223333:my-topic", "my-topic"},
		{"arn:aws:sns:us-east-2:111122223333:my-topic", "arn:aws:sns:us-east-2:111122223333:my-topic", "arn:aws:sns:us-east-2:111122223333:my-topic"},
		{"arn:aws:sns:eu-west-1:444455556666:t", "arn:aws:sns:eu-west-1:444455556666:t", "arn:aws:sns:eu-west-1:444455556666:t"},
	} {
		w := newWorld(t)
		got := w.make(t, ireland, "abc", func(in *CreateTrailInput) { in.SNSTopicName = &row.topic })
		if got.SNSTopicARN != row.arn || got.SNSTopicName() != row.name || !slices.Contains(w.checked, "topic "+row.arn) {
			t.Errorf("%s: got %s and %s, checked %v", row.topic, got.SNSTopicARN, got.SNSTopicName(), w.checked)
		}
	}
	for _, row := range []struct{ key, arn string }{
		{id, "arn:aws:kms:eu-west-1:111122223333:key/" + id},
		{"mrk-0123456789abcdef0123456789abcdef", "arn:aws:kms:eu-west-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef"},
		{"alias/known", "arn:aws:kms:eu-west-1:111122223333:key/" + id},
		{"arn:aws:kms:eu-west-1:444455556666:alias/known", "arn:aws:kms:eu-west-1:444455556666:key/" + id},
		{"alias/MyAliasName", "arn:aws:kms:eu-west-1:111122223333:alias/MyAliasName"},
		{"arn:aws:kms:us-east-2:444455556666:key/" + id, "arn:aws:kms:us-east-2:444455556666:key/" + id},
	} {
		w := newWorld(t)
		if got := w.make(t, ireland, "abc", func(in *CreateTrailInput) { in.KMSKeyID = &row.key }); got.KMSKeyID != row.arn {
			t.Errorf("%s: got %s, want %s", row.key, got.KMSKeyID, row.arn)
		}
	}
}

func TestUpdate(t *testing.T) {
	const group, role = "arn:aws:logs:eu-west-1:111122223333:log-group:g:*", "arn:aws:iam::111122223333:role/r"
	w := newWorld(t)
	arn := w.make(t, ireland, "abc").ARN
	w.checked = nil
	update := func(s Settings) Trail {
		t.Helper()
		got, err := w.UpdateTrail(t.Context(), ireland, UpdateTrailInput{Name: "abc", Settings: s})
		check(t, err)
		if stored := w.stored(t, arn); !reflect.DeepEqual(stored, got) {
			t.Errorf("stored %+v\nanswered %+v", stored, got)
		}
		return got
	}
	got := update(Settings{
		S3BucketName: new("other"), S3KeyPrefix: new("p"), SNSTopicName: new("topic"), KMSKeyID: new("alias/known"),
		CloudWatchLogsLogGroupARN: new(group), CloudWatchLogsRoleARN: new(role), LogFileValidation: new(true),
	})
	if got.S3BucketName != "other" || got.S3KeyPrefix != "p" || got.SNSTopicARN == "" || !strings.Contains(got.KMSKeyID, ":key/") ||
		got.CloudWatchLogsLogGroupARN != group || got.CloudWatchLogsRoleARN != role || !got.LogFileValidation || len(got.Epochs) != 1 {
		t.Errorf("got %+v", got)
	}
	if want := []string{"bucket other", "topic " + got.SNSTopicARN, "logs " + group}; !slices.Equal(w.checked, want) {
		t.Errorf("checked %v, want %v", w.checked, want)
	}
	w.checked = nil
	if again := update(Settings{}); !reflect.DeepEqual(again, got) || w.checked != nil {
		t.Errorf("an update of nothing gives %+v, want %+v; checked %v", again, got, w.checked)
	}
	got = update(Settings{
		S3KeyPrefix: new(""), SNSTopicName: new(""), KMSKeyID: new(""), CloudWatchLogsLogGroupARN: new(""), CloudWatchLogsRoleARN: new(""), LogFileValidation: new(false),
	})
	if got.S3BucketName != "other" || got.S3KeyPrefix+got.SNSTopicARN+got.KMSKeyID+got.CloudWatchLogsLogGroupARN+got.CloudWatchLogsRoleARN != "" || got.LogFileValidation {
		t.Errorf("got %+v", got)
	}
	_, err := w.UpdateTrail(t.Context(), ireland, UpdateTrailInput{Name: "abc", Settings: Settings{CloudWatchLogsLogGroupARN: new(group)}})
	wantError(t, "group alone", err, CodeInvalidRole, "as well as a log group")
	_, err = w.UpdateTrail(t.Context(), ireland, UpdateTrailInput{Name: "abc", Settings: Settings{S3BucketName: new("")}})
	wantError(t, "empty bucket", err, CodeInvalidBucketName, "blank")
	_, err = w.UpdateTrail(t.Context(), ireland, UpdateTrailInput{Name: "abc", Settings: Settings{Organization: new(true)}})
	wantError(t, "organization", err, CodeOrganizationsNotInUse, "")
	update(Settings{GlobalServiceEvents: new(false)})
	_, err = w.UpdateTrail(t.Context(), ireland, UpdateTrailInput{Name: "abc", Settings: Settings{MultiRegion: new(true)}})
	wantError(t, "multi-Region without global", err, CodeInvalidParameterCombination, "must include global")
	got = update(Settings{MultiRegion: new(true), GlobalServiceEvents: new(true)})
	// One call may turn both off again.
	got = update(Settings{MultiRegion: new(false), GlobalServiceEvents: new(false)})
	if got.Now().MultiRegion || got.Now().GlobalServiceEvents {
		t.Errorf("got %+v", got)
	}
}

// TestEpochs: what is logged changes behind the journal's last batch, and only
// if it changes.
func TestEpochs(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	arn := w.make(t, ireland, "abc").ARN
	basic := selector.Selectors{Basic: []selector.EventSelector{{ReadWriteType: selector.WriteOnly, IncludeManagementEvents: true, DataResources: []selector.DataResource{}, ExcludeManagementEventSources: []string{}}}}
	steps := []struct {
		what string
		last uint64
		do   func() error
		want string
	}{
		{"start at the same batch replaces", 7, func() error { return w.StartLogging(ctx, ireland, "abc") }, "7 on"},
		{"start again is nothing", 9, func() error { return w.StartLogging(ctx, ireland, "abc") }, "7 on"},
		{"settings that are not logged are nothing", 9, func() error {
			_, err := w.UpdateTrail(ctx, ireland, UpdateTrailInput{Name: "abc", Settings: Settings{LogFileValidation: new(true), GlobalServiceEvents: new(true)}})
			return err
		}, "7 on"},
		{"selectors", 12, func() error { _, err := w.PutEventSelectors(ctx, ireland, "abc", basic); return err }, "7 on, 12 on custom"},
		{"the same selectors", 13, func() error { _, err := w.PutEventSelectors(ctx, ireland, "abc", basic); return err }, "7 on, 12 on custom"},
		{"multi-Region", 20, func() error {
			_, err := w.UpdateTrail(ctx, ireland, UpdateTrailInput{Name: "abc", Settings: Settings{MultiRegion: new(true)}})
			return err
		}, "7 on, 12 on custom, 20 on multi custom"},
		{"stop", 21, func() error { return w.StopLogging(ctx, ireland, "abc") }, "7 on, 12 on custom, 20 on multi custom, 21 off multi custom"},
		{"a journal that was put back", 3, func() error { return w.StartLogging(ctx, ireland, "abc") }, "7 on, 12 on custom, 20 on multi custom, 21 on multi custom"},
	}
	for _, step := range steps {
		w.last = step.last
		check(t, step.do())
		var got []string
		for _, e := range w.stored(t, arn).Epochs {
			one := fmt.Sprint(e.After, map[bool]string{true: " on", false: " off"}[e.Logging])
			if e.MultiRegion {
				one += " multi"
			}
			if !reflect.DeepEqual(e.Selectors, selector.Default(selector.Trail)) {
				one += " custom"
			}
			got = append(got, one)
		}
		if strings.Join(got, ", ") != step.want {
			t.Errorf("%s: got %v, want %s", step.what, got, step.want)
		}
	}
}
