package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/synth"
)

// shelf is a journal, a history and a directory in memory.
type shelf struct {
	mu       sync.Mutex
	events   [][]byte
	ids      map[string]bool
	accounts map[string]bool
	fail     error
	after    int // appends that succeed before fail
}

func newShelf() *shelf {
	return &shelf{ids: make(map[string]bool), accounts: map[string]bool{"111122223333": true}}
}

func (s *shelf) Append(_ context.Context, events ...[]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if s.after == 0 {
			return s.fail
		}
		s.after--
	}
	for _, e := range events {
		env, err := event.Parse(e)
		if err != nil {
			return err
		}
		s.ids[strings.Clone(env.EventID)] = true
		s.events = append(s.events, bytes.Clone(e))
	}
	return nil
}

func (s *shelf) Knows(env *event.Envelope) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[env.EventID], nil
}

func (s *shelf) Close() {}

func (s *shelf) HasAccount(id string) bool { return s.accounts[id] }

func (s *shelf) AddAccount(_ context.Context, id string) error {
	s.accounts[id] = true
	return nil
}

func (s *shelf) ingester() *Ingester {
	return NewIngester(s, func() Known { return s }, s, 2)
}

func record(id string, more string) string {
	return `{"eventID":"` + id + `","eventTime":"2026-11-01T10:00:00Z","awsRegion":"us-east-1","recipientAccountId":"111122223333"` + more + `}`
}

func packed(plain string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, plain); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// TestIngest is the table of good and bad streams.
func TestIngest(t *testing.T) {
	f := func(name, body string, opt Options, accepted, duplicates int, rejected []string, incomplete string) {
		t.Helper()
		s := newShelf()
		opt.PayloadHash = "UNSIGNED-PAYLOAD"
		sum, err := s.ingester().Ingest(t.Context(), strings.NewReader(body), opt)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if sum.Accepted != accepted || sum.Duplicates != duplicates || len(s.events) != accepted || sum.Rejected != len(rejected) || sum.Records != accepted+duplicates+len(rejected) {
			t.Errorf("%s: %+v, %d events", name, sum, len(s.events))
		}
		for i, want := range rejected {
			if i < len(sum.Rejections) && !strings.Contains(sum.Rejections[i].Reason, want) {
				t.Errorf("%s: rejection %+v, want %q", name, sum.Rejections[i], want)
			}
		}
		if (sum.Incomplete == "") != (incomplete == "") || !strings.Contains(sum.Incomplete, incomplete) {
			t.Errorf("%s: incomplete %q, want %q", name, sum.Incomplete, incomplete)
		}
	}
	two := `{"Records":[` + record("a", "") + "," + record("b", "") + `]}`
	zip := Options{Gzip: true}
	f("a log file", two, Options{}, 2, 0, nil, "")
	f("a log file in gzip", packed(two), zip, 2, 0, nil, "")
	f("two gzip members", packed(record("a", ""))+packed("\n"+record("b", "")), zip, 2, 0, nil, "")
	f("the same eventID twice", record("a", "")+record("a", `,"x":1`), Options{}, 1, 1, nil, "")
	f("truncated gzip", packed(two)[:60], zip, 0, 0, nil, "unexpected EOF")
	f("no gzip", two, zip, 0, 0, nil, "not a gzip file")
	damaged := []byte(packed(two))
	damaged[len(damaged)-6] ^= 1
	f("a gzip file that fails its checksum", string(damaged), zip, 2, 0, nil, "checksum")
	f("a bomb of nothing", packed(strings.Repeat(" ", 100<<20)), zip, 0, 0, nil, "unpacks to over 200 times its size")
	f("a bomb in a string", packed(`{"eventID":"`+strings.Repeat("x", 100<<20)), zip, 0, 0, nil, "unpacks to over 200 times its size")
	f("invalid UTF-8", record("a\xff", "")+record("b", ""), Options{}, 1, 0, []string{"not valid UTF-8"}, "")
	f("no eventID, no eventTime", `{"eventTime":"2026-11-01T10:00:00Z"}`+"\n"+`{"eventID":"x"}`+"\n"+record("b", ""), Options{}, 1, 0, []string{"no eventID", "no eventTime"}, "")
	f("over 1 MB", record("a", `,"p":"`+strings.Repeat("x", 1<<20)+`"`)+"\n"+record("b", ""), Options{}, 1, 0, []string{"over 1 MB"}, "")
	f("10,000 levels", record("a", `,"p":`+strings.Repeat("[", 10000)+strings.Repeat("]", 10000))+"\n"+record("b", ""), Options{}, 1, 0, []string{"nested deeper than 200"}, "")
	f("a key twice", record("a", `,"eventID":"b"`)+"\n"+record("b", ""), Options{}, 1, 0, []string{"a key twice"}, "")
	f("no account", strings.Replace(record("a", ""), "recipientAccountId", "x", 1)+record("b", ""), Options{}, 1, 0, []string{"names no account"}, "")
	f("no Region", strings.Replace(record("a", ""), "awsRegion", "x", 1)+record("b", ""), Options{}, 1, 0, []string{"no awsRegion"}, "")
	other := strings.Replace(record("a", ""), "111122223333", "444455556666", 1)
	f("an unknown account", other+record("b", ""), Options{}, 1, 0, []string{"account 444455556666 is not known"}, "")
	f("an unknown account, to be created", other+record("b", ""), Options{CreateAccounts: true}, 2, 0, nil, "")
	f("another account's records", other+record("b", ""), Options{OnlyAccount: "111122223333", CreateAccounts: true}, 1, 0, []string{"may only ingest their own"}, "")
	f("no account id", strings.Replace(other, "444455556666", "my-account", 1), Options{CreateAccounts: true}, 0, 0, []string{"no account id"}, "")
	f("not JSON", "<html>", Options{}, 0, 0, nil, "neither a CloudTrail log file")
}

func TestRejectionsAreBounded(t *testing.T) {
	s := newShelf()
	sum, err := s.ingester().Ingest(t.Context(), strings.NewReader(strings.Repeat("{}\n", MaxRejections+5)), Options{PayloadHash: "UNSIGNED-PAYLOAD"})
	if err != nil || len(sum.Rejections) != MaxRejections || sum.RejectionsCut != 5 || sum.Rejected != MaxRejections+5 {
		t.Errorf("%d listed, %d cut, %d in all, %v", len(sum.Rejections), sum.RejectionsCut, sum.Rejected, err)
	}
}

// TestJournalRefuses: after an error the same stream again leaves every event once.
func TestJournalRefuses(t *testing.T) {
	g := synth.New(synth.Config{Seed: 1, Start: time.Now()})
	var body []byte
	var ids []string
	for range 3000 {
		var id string
		body, id = g.Next(body)
		body = append(body, '\n')
		ids = append(ids, id)
	}
	s := newShelf()
	s.fail, s.after = errors.New("the journal is full"), 2
	if _, err := s.ingester().Ingest(t.Context(), bytes.NewReader(body), Options{PayloadHash: "UNSIGNED-PAYLOAD"}); !errors.Is(err, s.fail) {
		t.Fatalf("got %v", err)
	}
	kept := len(s.events)
	if kept == 0 || kept == len(ids) {
		t.Fatalf("%d events before the refusal", kept)
	}
	s.fail = nil
	sum, err := s.ingester().Ingest(t.Context(), bytes.NewReader(body), Options{PayloadHash: "UNSIGNED-PAYLOAD"})
	if err != nil || sum.Duplicates != kept || sum.Accepted != len(ids)-kept || len(s.events) != len(ids) {
		t.Errorf("again: %+v, %v; %d events", sum, err, len(s.events))
	}
	var got []string
	for _, e := range s.events {
		env, err := event.Parse(e)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, env.EventID)
	}
	if !slices.Equal(got, ids) {
		t.Error("the events are not the stream's, in its order")
	}
}

func TestPayload(t *testing.T) {
	const hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // SHA-256 of "hello"
	for _, c := range []struct {
		body, hash string
		want       error
	}{{"hello", hash, nil}, {"hallo", hash, ErrPayload}, {"hallo", "UNSIGNED-PAYLOAD", nil}, {"hello", "", ErrPayload}} {
		r, err := payload(strings.NewReader(c.body), c.hash)
		if !errors.Is(err, c.want) {
			t.Errorf("%s with %.8s: %v", c.body, c.hash, err)
		}
		if err == nil {
			if got, err := io.ReadAll(r); err != nil || string(got) != c.body {
				t.Errorf("read %q, %v", got, err)
			}
		}
	}
	if _, err := payload(io.LimitReader(zeros{}, MaxSigned+10), hash); err == nil || !strings.Contains(fmt.Sprint(err), "UNSIGNED-PAYLOAD") {
		t.Errorf("a body that is too large: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
