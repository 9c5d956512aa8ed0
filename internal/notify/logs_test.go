package notify

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

func TestStreamName(t *testing.T) {
	is := func(n int, want string) {
		t.Helper()
		if got := StreamName("111122223333", "eu-west-1", n); got != want {
			t.Errorf("StreamName %d is %s, want %s", n, got, want)
		}
	}
	is(0, "111122223333_CloudTrail_eu-west-1")
	is(1, "111122223333_CloudTrail_eu-west-1_1")
	is(12, "111122223333_CloudTrail_eu-west-1_12")
}

func TestBatchBounds(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	record := func(after time.Duration, size int) Record {
		return Record{Time: start.Add(after), Raw: bytes.Repeat([]byte{'x'}, size)}
	}
	repeat := func(n int, r Record) []Record { return slices.Repeat([]Record{r}, n) }
	is := func(name string, records []Record, wantBatch, wantN int) {
		t.Helper()
		batch, n := nextBatch(records, start)
		if len(batch) != wantBatch || n != wantN {
			t.Errorf("%s: a batch of %d passes %d records; want %d and %d", name, len(batch), n, wantBatch, wantN)
		}
	}
	is("none", nil, 0, 0)
	is("10,000 events", repeat(10_001, record(0, 1)), 10_000, 10_000)
	// 4 × (262144 - 26 + 26) is 1 MiB.
	is("1 MiB with what each event counts", repeat(5, record(0, MaxRecord-26)), 4, 4)
	is("a byte more", append(repeat(3, record(0, MaxRecord-26)), record(0, MaxRecord-25)), 3, 3)
	is("256 KB", []Record{record(0, MaxRecord), record(0, 1)}, 2, 2)
	is("over 256 KB", []Record{record(0, MaxRecord+1), record(0, 1), record(0, MaxRecord+1)}, 1, 3)
	is("nothing but over 256 KB", repeat(3, record(0, MaxRecord+1)), 0, 3)
	is("empty", []Record{{}, record(0, 1)}, 1, 2)
	is("24 h", []Record{record(0, 1), record(24*time.Hour, 1)}, 2, 2)
	is("over 24 h", []Record{record(0, 1), record(24*time.Hour+time.Millisecond, 1)}, 1, 1)
	is("over 24 h, backwards", []Record{record(0, 1), record(time.Hour, 1), record(-23*time.Hour-time.Millisecond, 1)}, 2, 2)
	is("no time is now", []Record{{Raw: []byte("x")}, record(24*time.Hour, 1)}, 2, 2)
}

// Whatever comes, batches keep their bounds, and each record is in one of them.
func TestBatchesOfAnything(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var records []Record
	var want []string
	for i := range 20_000 {
		size := 20 + rng.IntN(3000)
		if rng.IntN(100) == 0 {
			size = MaxRecord - 50 + rng.IntN(100)
		}
		raw := fmt.Appendf(nil, "%06d", i)
		raw = append(raw, bytes.Repeat([]byte{'x'}, size)...)
		records = append(records, Record{Time: start.Add(time.Duration(rng.Int64N(int64(30 * time.Hour)))), Raw: raw})
		if len(raw) <= MaxRecord {
			want = append(want, string(raw[:6]))
		}
	}
	var got []string
	for done := 0; done < len(records); {
		batch, n := nextBatch(records[done:], start)
		size := 0
		for _, e := range batch {
			size += len(*e.Message) + 26
			got = append(got, (*e.Message)[:6])
		}
		inOrder := slices.IsSortedFunc(batch, func(a, b types.InputLogEvent) int { return int(*a.Timestamp - *b.Timestamp) })
		if n == 0 || size > 1<<20 || len(batch) > 10_000 || !inOrder || len(batch) > 0 && *batch[len(batch)-1].Timestamp-*batch[0].Timestamp > 86_400_000 {
			t.Fatalf("a batch of %d events and %d bytes behind record %d, in order: %t", len(batch), size, done, inOrder)
		}
		done += n
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%d events for %d records", len(got), len(want))
	}
}

func TestLogs(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	s, f := newFake(t, func(n int, r seen) answer {
		if n == 0 {
			return jsonError(400, "ResourceNotFoundException", "The specified log stream does not exist.")
		}
		return ok(r)
	}, func(c *Config) { c.Now = func() time.Time { return at } })
	raw := `{"a":"<ü>  \" & "}`
	skipped, err := s.Logs(t.Context(), LogGroup{ARN: groupARN, RoleARN: roleARN}, "stream", []Record{
		{Time: at.Add(time.Second), Raw: []byte("2")}, {Raw: []byte(raw)}, {Raw: make([]byte, MaxRecord+1)},
	})
	mustNot(t, err)
	if got := f.operations(); got != "PutLogEvents CreateLogStream PutLogEvents" {
		t.Fatalf("called %s", got)
	}
	r := f.got[2]
	in := putLogEvents(r)
	if in.LogGroupName != "CloudTrail/logs" || in.LogStreamName != "stream" || len(in.LogEvents) != 2 || skipped != 1 {
		t.Fatalf("%d skipped, and sent %+v", skipped, in)
	}
	if e := in.LogEvents[0]; e.Message != raw || e.Timestamp != at.UnixMilli() {
		t.Errorf("the first event is %+v", e)
	}
	if e := in.LogEvents[1]; e.Message != "2" || e.Timestamp != at.UnixMilli()+1000 {
		t.Errorf("the second event is %+v", e)
	}
	// Without an endpoint of STS, roles are not looked at.
	if r.key != "AKIAOWN" || r.region != "eu-west-1" || r.service != "logs" {
		t.Errorf("signed by %s for %s in %s", r.key, r.service, r.region)
	}
}

func TestLogsStreamIsThere(t *testing.T) {
	s, f := newFake(t, func(n int, r seen) answer {
		switch n {
		case 0:
			return jsonError(400, "ResourceNotFoundException", "no stream")
		case 1:
			return jsonError(400, "ResourceAlreadyExistsException", "somebody was faster")
		}
		return ok(r)
	})
	_, err := s.Logs(t.Context(), LogGroup{ARN: groupARN}, "stream", []Record{{Raw: []byte("{}")}})
	if err != nil || len(f.got) != 3 {
		t.Errorf("%v after %s", err, f.operations())
	}
}

func TestLogsFailures(t *testing.T) {
	rows := []struct {
		name       string
		answer     func(n int, r seen) answer
		code       string
		done       int
		operations string
	}{
		{"no group", func(int, seen) answer { return jsonError(400, "ResourceNotFoundException", "no group") }, CodeNotFound, 0, "PutLogEvents CreateLogStream"},
		{"no permission", func(int, seen) answer { return jsonError(400, "AccessDeniedException", "no") }, CodeDenied, 0, "PutLogEvents"},
		{"the second batch is refused", func(n int, r seen) answer {
			if n == 1 {
				return jsonError(400, "InvalidParameterException", "no")
			}
			return ok(r)
		}, CodeInvalid, 2, "PutLogEvents PutLogEvents"},
		{"down behind the first batch", func(n int, r seen) answer {
			if n > 0 {
				return answer{err: errors.New("connection refused")}
			}
			return ok(r)
		}, CodeConnection, 2, "PutLogEvents PutLogEvents PutLogEvents PutLogEvents"},
	}
	// The first is too large, the third is of another day than the second.
	now := time.Now()
	records := []Record{{Raw: make([]byte, MaxRecord+1)}, {Raw: []byte("1"), Time: now}, {Raw: []byte("2"), Time: now.Add(-25 * time.Hour)}}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, f := newFake(t, row.answer)
				_, err := s.Logs(t.Context(), LogGroup{ARN: groupARN}, "stream", records)
				if e := failed(t, err); e.Code != row.code || e.Done != row.done {
					t.Errorf("code %s and %d done; want %s and %d", e.Code, e.Done, row.code, row.done)
				}
				if got := f.operations(); got != row.operations {
					t.Errorf("called %s, want %s", got, row.operations)
				}
			})
		})
	}
}

func TestRejectedAreSkipped(t *testing.T) {
	is := func(body string, want int) {
		t.Helper()
		s, _ := newFake(t, func(int, seen) answer { return answer{status: 200, body: body} })
		skipped, err := s.Logs(t.Context(), LogGroup{ARN: groupARN}, "stream", slices.Repeat([]Record{{Raw: []byte("{}")}}, 10))
		if err != nil || skipped != want {
			t.Errorf("%s: %d are skipped, %v; want %d", body, skipped, err, want)
		}
	}
	is(`{}`, 0)
	is(`{"rejectedLogEventsInfo":{}}`, 0)
	is(`{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":3}}`, 3)
	is(`{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":3,"expiredLogEventEndIndex":4}}`, 4)
	is(`{"rejectedLogEventsInfo":{"tooNewLogEventStartIndex":9}}`, 1)
	is(`{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":3,"tooNewLogEventStartIndex":9}}`, 4)
	is(`{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":10}}`, 10)
	is(`{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":99,"tooNewLogEventStartIndex":-1}}`, 10)
}

func TestLogGroupARN(t *testing.T) {
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) })
	send := func(arn string) error {
		_, err := s.Logs(t.Context(), LogGroup{ARN: arn}, "s", []Record{{Raw: []byte("{}")}})
		return err
	}
	mustNot(t, send(groupARN))
	mustNot(t, send(strings.TrimSuffix(groupARN, ":*")))
	for _, r := range f.got {
		if in := putLogEvents(r); in.LogGroupName != "CloudTrail/logs" {
			t.Errorf("the group is %s", in.LogGroupName)
		}
	}
	for _, arn := range []string{"", "CloudTrail/logs", "arn:aws:s3:::b", "arn:aws:logs:eu-west-1:111122223333:log-group:", "arn:aws:logs:eu-west-1:111122223333:destination:d", "arn:aws:logs:eu-west-1:111122223333:log-group:g:log-stream:s"} {
		if e := failed(t, send(arn)); e.Code != CodeInvalid || e.Retry {
			t.Errorf("%q: %v", arn, e)
		}
	}
}

func TestLogsAsRole(t *testing.T) {
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) }, withRoles)
	for range 2 {
		_, err := s.Logs(t.Context(), LogGroup{ARN: groupARN, RoleARN: roleARN}, "stream", []Record{{Raw: []byte("{}")}})
		mustNot(t, err)
	}
	if got := f.operations(); got != "AssumeRole PutLogEvents PutLogEvents" {
		t.Fatalf("called %s", got)
	}
	if r := f.got[0]; r.key != "AKIAOWN" || r.region != "eu-west-1" || r.service != "sts" || r.form.Get("RoleArn") != roleARN || r.form.Get("RoleSessionName") != "CLOUDWATCH_LOGS_DELIVERY_SESSION" {
		t.Errorf("assumed with %+v", r)
	}
	for _, r := range f.got[1:] {
		if r.key != "ASIAROLE" || r.header.Get("X-Amz-Security-Token") != "token" {
			t.Errorf("put by %s", r.key)
		}
	}
	mustNot(t, s.CheckLogs(t.Context(), LogGroup{ARN: groupARN, RoleARN: roleARN}))
	if got := f.operations(); got != "AssumeRole PutLogEvents PutLogEvents AssumeRole CreateLogStream" {
		t.Errorf("a check does not assume the role anew: %s", got)
	}
	if r := f.got[4]; r.key != "ASIAROLE" || r.region != "eu-west-1" || string(r.body) != `{"logGroupName":"CloudTrail/logs","logStreamName":"111122223333_CloudTrail_eu-west-1"}` {
		t.Errorf("made by %s: %s", r.key, r.body)
	}
}

// Credentials are renewed a minute before they end.
func TestRoleIsRenewed(t *testing.T) {
	for left, want := range map[time.Duration]string{
		50 * time.Second: "AssumeRole PutLogEvents AssumeRole PutLogEvents",
		10 * time.Minute: "AssumeRole PutLogEvents PutLogEvents",
	} {
		s, f := newFake(t, func(_ int, r seen) answer {
			a := ok(r)
			a.body = strings.Replace(a.body, "2999-01-01T00:00:00Z", time.Now().Add(left).UTC().Format(time.RFC3339), 1)
			return a
		}, withRoles)
		for range 2 {
			_, err := s.Logs(t.Context(), LogGroup{ARN: groupARN, RoleARN: roleARN}, "stream", []Record{{Raw: []byte("{}")}})
			mustNot(t, err)
		}
		if got := f.operations(); got != want {
			t.Errorf("with %v left: %s", left, got)
		}
	}
}

func TestLogsRoleDenied(t *testing.T) {
	s, f := newFake(t, func(int, seen) answer { return xmlError(403, "AccessDenied", "not you") }, withRoles)
	_, err := s.Logs(t.Context(), LogGroup{ARN: groupARN, RoleARN: roleARN}, "stream", []Record{{Raw: []byte("{}")}})
	if e := failed(t, err); e.Code != CodeDenied || e.Hint != "check the trust policy of the role" || !strings.Contains(e.Op, "assume "+roleARN) || len(f.got) != 1 {
		t.Errorf("%v after %s", err, f.operations())
	}
}

// The texts are those that Terraform's provider decides on.
func TestCheckLogs(t *testing.T) {
	const (
		role  = "InvalidCloudWatchLogsRoleArnException"
		group = "InvalidCloudWatchLogsLogGroupArnException"
	)
	fails := func(operation string, a answer) func(int, seen) answer {
		return func(_ int, r seen) answer {
			if r.operation == operation {
				return a
			}
			return ok(r)
		}
	}
	rows := []struct {
		name       string
		answer     func(int, seen) answer
		arn        string
		code, text string // none: the check passes
		fails      string // the code of an *Error instead
	}{
		{name: "passes", answer: fails("", answer{})},
		{name: "the stream is there", answer: fails("CreateLogStream", jsonError(400, "ResourceAlreadyExistsException", ""))},
		{name: "trust", answer: fails("AssumeRole", xmlError(403, "AccessDenied", "no")), code: role, text: "Access denied. Check the trust relationships for your role."},
		{name: "a role that is none", answer: fails("AssumeRole", xmlError(400, "ValidationError", "roleArn")), code: role, text: "CloudTrail cannot assume the specified role: roleArn"},
		{name: "permissions", answer: fails("CreateLogStream", jsonError(400, "AccessDeniedException", "no")), code: group, text: "Access denied. Check the permissions for your role."},
		{name: "no group", answer: fails("CreateLogStream", jsonError(400, "ResourceNotFoundException", "no")), code: group, text: "CloudTrail cannot validate the specified log group ARN."},
		{name: "a group that is none", arn: "arn:aws:logs:x", code: group, text: "CloudTrail cannot validate the specified log group ARN."},
		{name: "STS is down", answer: fails("AssumeRole", answer{err: errors.New("refused")}), fails: CodeConnection},
		{name: "CloudWatch Logs is down", answer: fails("CreateLogStream", answer{status: 503}), fails: CodeUnavailable},
		{name: "throttled", answer: fails("CreateLogStream", jsonError(400, "ThrottlingException", "")), fails: CodeThrottling},
		{name: "the server's own key is wrong", answer: fails("AssumeRole", xmlError(403, "InvalidClientTokenId", "no")), fails: "InvalidClientTokenId"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s, f := newFake(t, row.answer, withRoles, once)
			g := LogGroup{ARN: groupARN, RoleARN: roleARN}
			if row.arn != "" {
				g.ARN = row.arn
			}
			err := s.CheckLogs(t.Context(), g)
			var refused *Refusal
			switch isRefusal := errors.As(err, &refused); {
			case row.fails != "":
				if isRefusal || failed(t, err).Code != row.fails {
					t.Errorf("%v, want %s", err, row.fails)
				}
			case row.code == "":
				mustNot(t, err)
			case !isRefusal:
				t.Errorf("%v is no refusal", err)
			case failed(t, err).Code == "" || !strings.HasPrefix(err.Error(), row.code+": "+row.text+": check ") && !strings.HasPrefix(err.Error(), row.code+": "+row.text+": create "):
				t.Errorf("the log gets %v", err)
			case refused.Code != row.code, refused.Message != row.text:
				t.Errorf("%s: %s (%v), want %s: %s", refused.Code, refused.Message, refused.Err, row.code, row.text)
			}
			if strings.Contains(f.operations(), "PutLogEvents") {
				t.Errorf("the check has put something: %s", f.operations())
			}
		})
	}
	s, _ := newFake(t, nil, func(c *Config) { c.Logs = nil })
	var refused *Refusal
	if err := s.CheckLogs(t.Context(), LogGroup{ARN: groupARN}); !errors.As(err, &refused) || refused.Code != "CloudWatchLogsDeliveryUnavailableException" {
		t.Errorf("without an endpoint: %v", err)
	}
}

// An endpoint's own Region beats that of the ARN.
func TestFixedRegion(t *testing.T) {
	s, f := newFake(t, func(_ int, r seen) answer { return ok(r) }, func(c *Config) {
		c.Logs = &Endpoint{URL: "http://aws.test", Region: "local-1", Credentials: aws.AnonymousCredentials{}}
		c.Logs.Credentials = c.Topics.Credentials
	})
	_, err := s.Logs(t.Context(), LogGroup{ARN: groupARN}, "stream", []Record{{Raw: []byte("{}")}})
	if mustNot(t, err); f.got[0].region != "local-1" {
		t.Errorf("signed for %s", f.got[0].region)
	}
}
