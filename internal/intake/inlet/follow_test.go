package inlet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/intake"
	"github.com/cairntrail/cairn/internal/store"
)

// TestObjects: all forms of messages, with keys that have to be unescaped.
func TestObjects(t *testing.T) {
	s3 := `{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"AWSLogs%2Fa+b.json.gz"}}},{"s3":{"bucket":{"name":"b"},"object":{"key":"c"}}}]}`
	wrap := func(message string) string {
		return string(marshal(map[string]any{"Type": "Notification", "Message": message}))
	}
	two := []Object{{"b", "AWSLogs/a b.json.gz"}, {"b", "c"}}
	for body, want := range map[string][]Object{
		s3: two, wrap(s3): two,
		wrap(`{"s3Bucket":"b","s3ObjectKey":["x+y","z"]}`): {{"b", "x+y"}, {"b", "z"}}, `{"s3Bucket":"b","s3ObjectKey":["x"]}`: {{"b", "x"}},
		`{"Service":"Amazon S3","Event":"s3:TestEvent"}`: nil, `{"detail-type":"Object Created","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}}`: {{"b", "k"}},
	} {
		if got, err := Objects(body); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s tells of %v, %v", body, got, err)
		}
	}
	for _, body := range []string{"", "{}", wrap("CloudTrail validation message."), `{"Records":[{}]}`} {
		if got, err := Objects(body); err == nil {
			t.Errorf("%s tells of %v", body, got)
		}
	}
}

// house is a bucket, a journal, a directory and a queue.
type house struct {
	files    map[string][]byte
	denied   map[string]bool
	reads    []string // keys that were read
	lists    []string // where listings began
	journal  []string
	messages []Message
	deleted  []string
	full     error
}

func (h *house) List(_ context.Context, prefix, after string) iter.Seq2[string, error] {
	h.lists = append(h.lists, after)
	return func(yield func(string, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(h.files)) {
			if strings.HasPrefix(key, prefix) && key > after && !yield(key, nil) {
				return
			}
		}
	}
}

func (h *house) Get(_ context.Context, key string) (io.ReadCloser, error) {
	if h.denied[key] {
		return nil, errors.New("access denied")
	}
	h.reads = append(h.reads, key)
	return io.NopCloser(bytes.NewReader(h.files[key])), nil
}

func (h *house) Append(_ context.Context, events ...[]byte) error {
	if h.full != nil {
		return h.full
	}
	for _, e := range events {
		h.journal = append(h.journal, string(e))
	}
	return nil
}

func (h *house) Receive(context.Context) ([]Message, error) { return h.messages, nil }

func (h *house) Delete(_ context.Context, m Message) error {
	h.deleted = append(h.deleted, m.Receipt)
	return nil
}

func (h *house) HasAccount(id string) bool                { return id == testAccount }
func (h *house) AddAccount(context.Context, string) error { return nil }
func (h *house) Knows(*event.Envelope) (bool, error)      { return false, nil }
func (h *house) Close()                                   {}

// put makes a log file of one record, with blanks that have to stay.
func (h *house) put(t *testing.T, region, day, name string) string {
	t.Helper()
	key := "AWSLogs/" + testAccount + "/CloudTrail/" + region + "/" + day + "/" + name + ".json.gz"
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, `{"Records":[ `+h.record(region, name)+` ]}`); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	h.files[key] = b.Bytes()
	return key
}

func (h *house) record(region, name string) string {
	return `{"eventID": "` + name + `",  "eventTime":"2026-11-27T10:00:00Z","awsRegion":"` + region + `","recipientAccountId":"` + testAccount + `"}`
}

func newFollower(t *testing.T) (*house, *Follower) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &house{files: make(map[string][]byte), denied: make(map[string]bool)}
	return h, &Follower{
		Name: "aws", BucketName: "b", Since: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), Bucket: h, Ingester: intake.NewIngester(h, func() intake.Known { return h }, h, 1),
		Files: store.NewCollection[File](db, "inlets.files"), Starts: store.NewCollection[Start](db, "inlets.starts"), Now: func() time.Time { return testNow },
		Metrics: NewMetrics(prometheus.NewRegistry()), Logger: quiet(),
	}
}

// TestPass: files of the days that are asked for are taken once each, byte for byte, and
// neither digests nor years of older files are looked at.
func TestPass(t *testing.T) {
	h, f := newFollower(t)
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		for d := range 300 {
			h.put(t, region, testNow.AddDate(0, 0, -300+d).Format("2006/01/02"), region+"-old-"+testNow.AddDate(0, 0, -300+d).Format("0102"))
		}
		h.put(t, region, "2026/11/27", region+"-b")
	}
	h.files["AWSLogs/"+testAccount+"/CloudTrail-Digest/us-east-1/2026/11/27/d.json.gz"] = []byte("x")
	late := h.put(t, "us-east-1", "2026/11/26", "late")
	h.denied[late] = true
	if err := f.Pass(t.Context()); err == nil || !strings.Contains(err.Error(), "access denied") {
		t.Fatal(err)
	}
	want := []string{h.record("eu-west-1", "eu-west-1-old-1125"), h.record("eu-west-1", "eu-west-1-old-1126"), h.record("eu-west-1", "eu-west-1-b"),
		h.record("us-east-1", "us-east-1-old-1125"), h.record("us-east-1", "us-east-1-old-1126"), h.record("us-east-1", "us-east-1-b")}
	if !slices.Equal(h.journal, want) {
		t.Errorf("the journal has\n%s", strings.Join(h.journal, "\n"))
	}
	if len(h.lists) > 6 {
		t.Errorf("%d listings: %v", len(h.lists), h.lists)
	}
	h.denied[late] = false
	h.put(t, "us-east-1", "2026/11/27", "us-east-1-a") // comes later, and stands before
	h.full = errors.New("the journal is full")
	if err := f.Pass(t.Context()); !errors.Is(err, h.full) {
		t.Error(err)
	}
	h.full = nil
	for range 2 {
		if err := f.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.journal) != 8 || !slices.Contains(h.journal, h.record("us-east-1", "late")) || !slices.Contains(h.journal, h.record("us-east-1", "us-east-1-a")) {
		t.Errorf("the journal has %v", h.journal)
	}
	// Two days later the start follows, and what is known of older files goes.
	f.Now = func() time.Time { return testNow.AddDate(0, 0, 2) }
	for range 2 {
		if err := f.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	known, err := f.Files.List(t.Context(), "")
	if err != nil || len(known) != 3 || len(h.journal) != 8 {
		t.Errorf("%d files are known, and %d records, %v", len(known), len(h.journal), err)
	}
}

// TestDamagedFile: what can be read of one is taken, and it does not come back.
func TestDamagedFile(t *testing.T) {
	h, f := newFollower(t)
	key := h.put(t, "us-east-1", "2026/11/27", "a")
	h.files[key] = h.files[key][:len(h.files[key])-9]
	for range 2 {
		if err := f.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	item, err := f.Files.Get(t.Context(), "aws/"+key)
	if err != nil || item.Value.Damaged == "" || len(h.reads) != 1 {
		t.Errorf("%+v, %v, read %d times", item.Value, err, len(h.reads))
	}
}

// TestMessages: a message goes when its files are taken, and stays otherwise.
func TestMessages(t *testing.T) {
	h, f := newFollower(t)
	f.Queue = h
	a, b := h.put(t, "us-east-1", "2026/11/27", "a"), h.put(t, "us-east-1", "2026/11/27", "b")
	h.denied[b] = true
	tell := func(receipt string, keys ...string) {
		h.messages = append(h.messages, Message{string(marshal(map[string]any{"s3Bucket": "b", "s3ObjectKey": keys})), receipt})
	}
	tell("1", a)
	tell("2", a, b)
	tell("3", "AWSLogs/"+testAccount+"/CloudTrail-Digest/us-east-1/2026/11/27/d.json.gz")
	h.messages = append(h.messages, Message{"what?", "4"})
	if err := f.Messages(t.Context()); err == nil {
		t.Error("what cannot be read is no error")
	}
	if !slices.Equal(h.deleted, []string{"1", "3"}) || len(h.journal) != 1 {
		t.Errorf("deleted %v, %d records", h.deleted, len(h.journal))
	}
	h.denied[b], h.messages = false, h.messages[1:2]
	if err := f.Messages(t.Context()); err != nil {
		t.Error(err)
	}
	if !slices.Equal(h.deleted, []string{"1", "3", "2"}) || len(h.journal) != 2 {
		t.Errorf("deleted %v, %d records", h.deleted, len(h.journal))
	}
}
