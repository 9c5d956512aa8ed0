package channel

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/sharing"
)

func (w *world) put(in PutInput) ([]Successful, []Failed) {
	w.Helper()
	ok, failed, err := w.Put(w.Context(), user(account), in)
	w.check(err)
	return ok, failed
}

// What the sender gave is in the record with its bytes.
func TestRecord(t *testing.T) {
	w := newWorld(t)
	ch := w.channel()
	text := data(`{"n":1}`, "{ \"n\" : 1.50,\n\"é\":\"\\u00e9\" }")
	sum := sha256.Sum256([]byte(text))
	ok, failed := w.put(PutInput{ChannelARN: ch.ARN, Events: []AuditEvent{{"1", text, new(base64.StdEncoding.EncodeToString(sum[:]))}}})
	if len(ok) != 1 || len(failed) != 0 || ok[0].ID != "1" || len(w.journal) != 1 {
		t.Fatal(ok, failed, w.journal)
	}
	want := `{"eventVersion":"1.0","eventCategory":"ActivityAuditLog","eventType":"ActivityLog","eventID":"` + ok[0].EventID + `","eventTime":"2026-11-27T11:59:58Z","awsRegion":"us-east-1","recipientAccountId":"111122223333","metadata":{"ingestionTime":"2026-11-27T12:00:00Z","channelARN":"` + ch.ARN + `"},"eventData":` + text + `}`
	if got := string(w.journal[0]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	env, err := event.Parse(w.journal[0])
	if err != nil || env.Category != "ActivityAuditLog" || env.AccountID != account || env.Region != "us-east-1" {
		t.Errorf("envelope %+v, %v", env, err)
	}
}

// An event that is refused says why, and the others are taken.
func TestFailures(t *testing.T) {
	w := newWorld(t)
	ch := w.channel()
	for name, c := range map[string]struct{ data, code, text string }{
		"no JSON":                  {"x", InvalidData, "not a JSON object"},
		"a list":                   {"[]", InvalidData, "not a JSON object"},
		"bad UTF-8":                {data("Deploy", "\xff"), InvalidData, "UTF-8"},
		"version missing":          {data(`"version":"1.0",`, ""), FieldNotFound, "version is required"},
		"null":                     {data(`"u-1"`, "null"), FieldNotFound, "UID is required"},
		"identity a text":          {data(`{"type":"CustomUserIdentity","principalId":"p-1","details":{"team":"blue"}}`, `"p"`), InvalidData, "userIdentity is not a JSON object"},
		"identity without type":    {data(`"type":"CustomUserIdentity",`, ""), FieldNotFound, "userIdentity.type"},
		"name a number":            {data(`"Deploy"`, "1"), InvalidData, "eventName is not a text"},
		"name too long":            {data("Deploy", strings.Repeat("x", 1025)), FieldTooLong, "1025 bytes"},
		"type too long":            {data("CustomUserIdentity", strings.Repeat("x", 129)), FieldTooLong, "userIdentity.type"},
		"parameters too long":      {data(`{"n":1}`, `{"n":"`+strings.Repeat("x", 100<<10)+`"}`), FieldTooLong, "requestParameters"},
		"parameters a list":        {data(`{"n":1}`, "[]"), InvalidData, "requestParameters"},
		"another recipient":        {data(account, "444455556666"), InvalidRecipient, "444455556666"},
		"time":                     {data("2026-11-27T11:59:58Z", "yesterday"), InvalidData, "eventTime"},
		"address":                  {data(`"UID"`, `"sourceIPAddress":"home","UID"`), InvalidData, "sourceIPAddress"},
		"deeper than sinks read":   {data(`{"n":1}`, `{"n":`+strings.Repeat("[", 300)+strings.Repeat("]", 300)+"}"), InvalidData, "cannot be taken"},
		"larger than a record may": {data(`"Deploy"`, `"Deploy","more":"`+strings.Repeat("x", 1<<20-600)+`"`), InvalidData, "1 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			w.journal = nil
			events := []AuditEvent{{"bad", c.data, nil}}
			if len(c.data) < 1<<19 {
				events = append(events, AuditEvent{"good", data(), nil})
			}
			ok, failed := w.put(PutInput{ChannelARN: ch.ARN, Events: events})
			if len(failed) != 1 || failed[0].ID != "bad" || failed[0].Code != c.code || !strings.Contains(failed[0].Message, c.text) || len(ok) != len(events)-1 || len(w.journal) != len(ok) {
				t.Errorf("successful %v, failed %v, %d journaled", ok, failed, len(w.journal))
			}
		})
	}
	_, failed := w.put(PutInput{ChannelARN: ch.ARN, Events: []AuditEvent{{"1", data(), new("AAAA")}}})
	if len(failed) != 1 || failed[0].Code != InvalidChecksum {
		t.Error(failed)
	}
	ok, _ := w.put(PutInput{ChannelARN: ch.ARN, Events: []AuditEvent{{"1", data("58Z", "58"), nil}, {"2", data(`"UID"`, `"sourceIPAddress":"2001:db8::1","UID"`), nil}}})
	if len(ok) != 2 {
		t.Error(ok)
	}
}

// Requests that are refused as a whole.
func TestRequests(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	ch := w.channel()
	fails := func(what string, in PutInput, code, text string) {
		t.Helper()
		_, _, err := w.Put(ctx, user(account), in)
		w.refused(what, err, code, text)
	}
	one := []AuditEvent{{"1", data(), nil}}
	fails("no ARN", PutInput{ChannelARN: "arn:aws:s3:::x", Events: one}, CodePutInvalidARN, "")
	fails("no channel", PutInput{ChannelARN: ch.ARN + "0", Events: one}, CodePutNoChannel, "")
	fails("twice", PutInput{ChannelARN: ch.ARN, Events: append(one, one...)}, CodePutDuplicate, "twice")
	var many []AuditEvent
	for i := range 101 {
		many = append(many, AuditEvent{fmt.Sprint(i), data(), nil})
	}
	fails("too many", PutInput{ChannelARN: ch.ARN, Events: many}, CodePutTooLarge, "101 events")
	fails("too large", PutInput{ChannelARN: ch.ARN, Events: []AuditEvent{{"1", strings.Repeat(" ", 1<<20+1), nil}}}, CodePutTooLarge, "1048577 bytes")
	elsewhere := user(account)
	elsewhere.Region = "eu-west-1"
	_, _, err := w.Put(ctx, elsewhere, PutInput{ChannelARN: ch.ARN, Events: one})
	w.refused("another Region", err, CodePutNoChannel, "eu-west-1")
	w.fail = errors.New("full")
	if _, _, err := w.Put(ctx, user(account), PutInput{ChannelARN: ch.ARN, Events: one}); !errors.Is(err, w.fail) {
		t.Error(err)
	}
	if len(w.journal) != 0 {
		t.Errorf("%d are journaled", len(w.journal))
	}
}

// Who may put events, with and without external IDs.
func TestPermission(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	ch := w.channel()
	const partner = "444455556666"
	try := func(account, externalID string) error {
		_, _, err := w.Put(ctx, user(account), PutInput{ChannelARN: ch.ARN, ExternalID: externalID, Events: []AuditEvent{{"1", data(), nil}}})
		return err
	}
	attach := func(text string) {
		t.Helper()
		w.check(w.policies.Put(ctx, sharing.Caller(owner), ch.ARN, text))
	}
	w.check(try(account, ""))
	w.refused("without a policy", try(partner, ""), CodePutPermission, "only its owner")
	attach(policy(ch.ARN, partner, ""))
	w.check(try(partner, ""))
	w.check(try(partner, "is-not-asked-for"))
	w.check(try(account, ""))
	w.refused("another one", try("777788889999", ""), CodePutPermission, "does not allow")
	attach(policy(ch.ARN, partner, "secret-1"))
	w.check(try(partner, "secret-1"))
	w.check(try(account, "secret-1"))
	w.refused("no external ID", try(partner, ""), CodePutPermission, "external ID")
	w.refused("another external ID", try(partner, "secret-2"), CodePutPermission, "external ID")
	w.refused("the owner without", try(account, ""), CodePutPermission, "external ID")
	attach(strings.Replace(policy(ch.ARN, account, ""), "Allow", "Deny", 1))
	w.refused("the owner, denied", try(account, ""), CodePutPermission, "denies")
}

// GetChannel tells of the last events, also after a restart.
func TestIngestion(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	ch := w.channel()
	ok, _ := w.put(PutInput{ChannelARN: ch.ARN, Events: []AuditEvent{{"1", data(), nil}}})
	first := w.now
	want := Ingestion{Attempt: first, Success: first, AttemptEventID: ok[0].EventID, SuccessEventID: ok[0].EventID}
	w.open()
	if _, got, err := w.Get(ctx, owner, ch.ARN); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	w.now = w.now.Add(2 * time.Second)
	w.put(PutInput{ChannelARN: ch.ARN, Events: []AuditEvent{{"1", "x", nil}}})
	want.Attempt, want.ErrorCode = w.now, InvalidData
	if _, got, err := w.Get(ctx, owner, ch.ARN); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	w.open()
	if _, got, err := w.Get(ctx, owner, ch.ARN); err != nil || got != want {
		t.Errorf("after a restart %+v, %v, want %+v", got, err, want)
	}
}

// TestTake: what the server itself puts into a channel is all there or nothing is.
func TestTake(t *testing.T) {
	w := newWorld(t)
	ch := w.channel()
	found, err := w.Find(t.Context(), owner, "abc")
	if err != nil || found.ARN != ch.ARN {
		t.Fatal(found, err)
	}
	if found, err = w.Find(t.Context(), owner, ch.ARN); err != nil || found.Name != "abc" {
		t.Fatal(found, err)
	}
	if _, err := w.Find(t.Context(), owner, "nobody"); err == nil {
		t.Error("a channel that is not there was found")
	}
	good := `{"version":"1.0","userIdentity":{"type":"a","principalId":"b"},"eventSource":"s","eventName":"n","eventTime":"2026-11-27T12:00:00Z","UID":"u","recipientAccountId":"` + account + `"}`
	failed, err := w.Take(t.Context(), ch.ARN, []AuditEvent{{ID: "e-1", Data: good}, {ID: "e-2", Data: `{"version":"1.0"}`}})
	if err != nil || len(failed) != 1 || failed[0].ID != "e-2" || len(w.journal) != 0 {
		t.Fatal(failed, err, len(w.journal))
	}
	if failed, err := w.Take(t.Context(), ch.ARN, []AuditEvent{{ID: "e-1", Data: good}}); err != nil || failed != nil {
		t.Fatal(failed, err)
	}
	if len(w.journal) != 1 || !strings.Contains(string(w.journal[0]), `"eventID":"e-1"`) || !strings.Contains(string(w.journal[0]), good) {
		t.Errorf("the journal has %q", w.journal)
	}
	if _, last, err := w.Get(t.Context(), owner, ch.ARN); err != nil || last.SuccessEventID != "e-1" {
		t.Error(last, err)
	}
	w.fail = errors.New("the disk is full")
	if _, err := w.Take(t.Context(), ch.ARN, []AuditEvent{{ID: "e-3", Data: good}}); !errors.Is(err, w.fail) {
		t.Error(err)
	}
	if _, err := w.Take(t.Context(), "arn:aws:cloudtrail:us-east-1:"+account+":channel/0", nil); err == nil {
		t.Error("a channel that is not there took events")
	}
}
