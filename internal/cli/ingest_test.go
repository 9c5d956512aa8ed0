package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cairntrail/cairn/internal/intake"
)

// intakeServer takes files. Its answer function sees each one's body; nil
// answers that one record was taken.
type intakeServer struct {
	*httptest.Server
	answer func(body string) (status int, text string)

	mu     sync.Mutex
	bodies []string
	heads  []http.Header
}

func newIntakeServer(t *testing.T) *intakeServer {
	s := &intakeServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		sum := sha256.Sum256(body)
		if hash := r.Header.Get("X-Amz-Content-Sha256"); hash != unsignedPayload && hash != hex.EncodeToString(sum[:]) {
			t.Errorf("the hash is %s", hash)
		}
		if auth := r.Header.Get("Authorization"); !strings.Contains(auth, "/cairn/aws4_request") || !strings.Contains(auth, "x-amz-content-sha256") {
			t.Errorf("authorization %s", auth)
		}
		if r.URL.Path != intake.Path || r.Method != http.MethodPost {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bodies = append(s.bodies, string(body))
		head := r.Header.Clone()
		head.Set("Query", r.URL.RawQuery)
		head.Set("Length", fmt.Sprint(r.ContentLength))
		s.heads = append(s.heads, head)
		status, text := 200, `{"records":1,"accepted":1}`
		if s.answer != nil {
			status, text = s.answer(string(body))
		}
		w.WriteHeader(status)
		fmt.Fprint(w, text)
	}))
	t.Cleanup(s.Close)
	return s
}

// job makes a job against the server whose pauses take no time: they move a
// clock of its own.
func (s *intakeServer) job(t *testing.T, sources ...source) (*ingestJob, *strings.Builder) {
	var errs strings.Builder
	provider := credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", "")
	c := &caller{endpoint: s.URL, region: "us-east-1", aws: aws.Config{Credentials: provider}}
	j := newIngestJob(&shell{stderr: &errs}, c, sources, 4, true)
	var mu sync.Mutex
	clock := time.Unix(0, 0)
	j.sender.now = func() time.Time { mu.Lock(); defer mu.Unlock(); return clock }
	j.sender.wait = func(ctx context.Context, d time.Duration) error {
		if d < firstPause/2 || d > longestPause {
			t.Errorf("a pause of %v", d)
		}
		mu.Lock()
		defer mu.Unlock()
		clock = clock.Add(d)
		return ctx.Err()
	}
	return j, &errs
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestIngestFolder: which files are taken, and how each is sent.
func TestIngestFolder(t *testing.T) {
	s := newIntakeServer(t)
	dir := t.TempDir()
	for path, text := range map[string]string{
		"a.json": "A", "b/c.json.gz": zipped(t, "B"), "b/plain.json.gz": "not zipped", "d.jsonl": zipped(t, "named plain"),
		"e.ndjson": "E", "f.log": "F", "g.LOG.gz": zipped(t, "G"), "h.jsonl.gz": zipped(t, "H"), "empty.json": "",
		"LICENSE": "x", "i.txt": "x", "j.csv.gz": "x",
		"CloudTrail-Digest/x.json.gz": "x", "deep/CloudTrail-Insight/y/z.json": "x",
	} {
		write(t, filepath.Join(dir, filepath.FromSlash(path)), text)
	}
	if err := os.Symlink(dir, dir+"-link"); err != nil {
		t.Fatal(err)
	}
	code, out, errs := invoke(t, s.URL, "ingest", "--json", "--create-accounts", dir+"-link")
	var sum ingestSummary
	if err := json.Unmarshal([]byte(out), &sum); err != nil || code != exitDone {
		t.Fatalf("exit %d, %v, %s, %s", code, err, out, errs)
	}
	if sum.FilesSent != 9 || sum.FilesSkipped != 5 || sum.DigestsSkipped != 2 || sum.FilesFailed != 0 || sum.Accepted != 9 {
		t.Errorf("summary %+v", sum)
	}
	want := []string{"", "A", "E", "F", "not zipped", zipped(t, "B"), zipped(t, "G"), zipped(t, "H"), zipped(t, "named plain")}
	got := slices.Clone(s.bodies)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("sent %q", got)
	}
	for i, h := range s.heads {
		if zip := strings.HasPrefix(s.bodies[i], "\x1f\x8b"); (h.Get("Content-Encoding") == "gzip") != zip {
			t.Errorf("%q was sent with %q", s.bodies[i], h.Get("Content-Encoding"))
		}
		if h.Get("Query") != "create-accounts=true" || h.Get("Length") != fmt.Sprint(len(s.bodies[i])) {
			t.Errorf("query %s, length %s", h.Get("Query"), h.Get("Length"))
		}
	}
}

// TestIngestRejections: every rejection is on standard error, the rest goes on,
// and the exit code is 1.
func TestIngestRejections(t *testing.T) {
	s := newIntakeServer(t)
	s.answer = func(body string) (int, string) {
		switch body {
		case "half":
			return 200, `{"records":3,"accepted":1,"duplicates":1,"rejected":1,"rejections":[{"record":2,"offset":345,"reason":"no eventID\u001b[0m"}],"rejectionsCut":7,"accounts":["222233334444"]}`
		case "torn":
			return 200, `{"records":1,"accepted":1,"incomplete":"unexpected end"}`
		case "bad":
			return 400, `{"__type":"InvalidInput","message":"not JSON"}`
		}
		return 200, `{"records":2,"accepted":2,"rejections":[],"accounts":["111122223333"],"incomplete":""}`
	}
	dir := t.TempDir()
	for _, text := range []string{"half", "torn", "bad", "good"} {
		write(t, filepath.Join(dir, text+".json"), text)
	}
	code, out, errs := invoke(t, s.URL, "ingest", dir)
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	for _, want := range []string{
		`half.json: record 2 at byte 345: no eventID\x1b[0m` + "\n",
		"half.json: 7 records more rejected, which the server did not list\n",
		"torn.json: the rest of the file could not be read: unexpected end\n",
		"bad.json: InvalidInput: not JSON\n",
	} {
		if !strings.Contains(errs, want) {
			t.Errorf("%q\nlacks %q", errs, want)
		}
	}
	for _, want := range []string{
		"Files     2 sent, 2 failed, 0 skipped",
		"Records   6 read: 4 new, 1 known already, 1 rejected",
		"Accounts  created 111122223333, 222233334444",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s\nlacks %s", out, want)
		}
	}
}

// TestIngestBusy: a server that is busy is asked again, for a while.
func TestIngestBusy(t *testing.T) {
	s := newIntakeServer(t)
	file := filepath.Join(t.TempDir(), "a.json")
	write(t, file, "body")
	left := 9
	s.answer = func(string) (int, string) {
		if left--; left >= 0 {
			return 503, `{"__type":"ServiceUnavailable","message":"later"}`
		}
		return 200, `{"records":1,"accepted":1}`
	}
	j, errs := s.job(t, folder(file))
	if err := j.once(t.Context()); err != nil || j.tally.bad() || errs.Len() > 0 {
		t.Errorf("%v, %s", err, errs)
	}
	if len(s.bodies) != 10 || s.bodies[0] != "body" || s.bodies[9] != "body" || j.tally.bytesSent.Load() != 4 {
		t.Errorf("%d requests, %d bytes", len(s.bodies), j.tally.bytesSent.Load())
	}
	left = 1 << 30
	j, _ = s.job(t, folder(file))
	err := j.once(t.Context())
	if err == nil || !strings.Contains(err.Error(), "busy or away for") || !strings.Contains(err.Error(), "later") {
		t.Errorf("got %v", err)
	}
	if waited := j.sender.now().Sub(time.Unix(0, 0)); waited < 30*time.Second || waited > 2*patience {
		t.Errorf("gave up after %v", waited)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.once(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// TestIngestRefused: what concerns all files ends the run at once.
func TestIngestRefused(t *testing.T) {
	s := newIntakeServer(t)
	dir := t.TempDir()
	for i := range 50 {
		write(t, filepath.Join(dir, fmt.Sprint(i, ".json")), "x")
	}
	s.answer = func(string) (int, string) { return 403, `{"__type":"AccessDeniedException","message":"no."}` }
	code, out, errs := invoke(t, s.URL, "ingest", "--parallel", "1", dir)
	if code != exitFailed || !strings.Contains(errs, "attach a policy") || !strings.Contains(out, "Files ") || len(s.bodies) != 1 {
		t.Errorf("exit %d after %d requests, %s%s", code, len(s.bodies), out, errs)
	}
}

// TestIngestStream: a large file is not read into memory; it is sent again from
// its beginning.
func TestIngestStream(t *testing.T) {
	s := newIntakeServer(t)
	first := true
	s.answer = func(string) (int, string) {
		if first {
			first = false
			return 503, ""
		}
		return 200, `{"records":1}`
	}
	text := zipped(t, strings.Repeat("0123456789abcdef", 1000))
	file := filepath.Join(t.TempDir(), "a.json")
	write(t, file, text)
	j, errs := s.job(t, folder(file))
	j.sender.maxSigned = 10
	if err := j.once(t.Context()); err != nil || errs.Len() > 0 {
		t.Fatal(err, errs)
	}
	if len(s.bodies) != 2 || s.bodies[1] != text {
		t.Fatalf("%d requests", len(s.bodies))
	}
	if h := s.heads[1]; h.Get("X-Amz-Content-Sha256") != unsignedPayload || h.Get("Content-Encoding") != "gzip" || h.Get("Length") != fmt.Sprint(len(text)) {
		t.Errorf("headers %v", h)
	}
}

// TestWatcher: a file is ready when it rests, and again when it has grown.
func TestWatcher(t *testing.T) {
	w := &watcher{files: map[string]watched{}}
	at := time.Unix(100, 0)
	look := func(want string, files ...logFile) {
		t.Helper()
		var got []string
		for _, f := range w.look(files) {
			got = append(got, fmt.Sprint(f.name, f.size))
			w.sent(f)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
	a := func(size int64) logFile { return logFile{name: "a", size: size, changed: at} }
	look("", a(1))
	look("", a(2))
	look("a2", a(2))
	look("", a(2))
	look("", logFile{name: "a", size: 2, changed: at.Add(1)}, logFile{name: "b", size: 5})
	look("a2 b5", logFile{name: "a", size: 2, changed: at.Add(1)}, logFile{name: "b", size: 5})
	look("")
	if len(w.files) != 0 {
		t.Errorf("remembers %v", w.files)
	}
	look("", a(2))
	look("a2", a(2))
	w.look([]logFile{a(3)})
	if ready := w.look([]logFile{a(3)}); len(ready) != 1 {
		t.Errorf("ready %v", ready)
	}
	look("a3", a(3)) // It was not sent, so it is ready again.
}

// TestIngestFollow: files that come and grow are sent until the end, which is
// no failure.
func TestIngestFollow(t *testing.T) {
	s := newIntakeServer(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "a.ndjson")
	write(t, file, "1\n")
	ctx, cancel := context.WithCancel(t.Context())
	s.answer = func(body string) (int, string) {
		switch body {
		case "1\n":
			write(t, file, "1\n2\n")
		case "1\n2\n":
			write(t, filepath.Join(dir, "b.json"), "last")
		case "last":
			cancel()
		}
		return 200, `{"records":1,"accepted":1}`
	}
	j, errs := s.job(t, folder(dir))
	if err := j.follow(ctx, 10*time.Millisecond); err != nil || errs.Len() > 0 {
		t.Errorf("%v, %s", err, errs)
	}
	if got := strings.Join(s.bodies, "|"); got != "1\n|1\n2\n|last" {
		t.Errorf("sent %q", got)
	}
}

// TestIngestBucket: a bucket is listed page by page, and objects go through as
// they are.
func TestIngestBucket(t *testing.T) {
	objects := map[string]string{
		"logs/a.json.gz": zipped(t, "A"), "logs/b.json": "B", "logs/CloudTrail-Digest/c.json.gz": "x", "logs/readme.txt": "x",
	}
	bucket := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.URL.Path, "/trail/")
		if r.URL.Query().Get("list-type") == "" {
			text, ok := objects[key]
			if !ok {
				t.Errorf("asked for %s", r.URL)
			}
			fmt.Fprint(w, text)
			return
		}
		keys := []string{"logs/a.json.gz", "logs/CloudTrail-Digest/c.json.gz"}
		next := "<IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>"
		if r.URL.Query().Get("continuation-token") == "more" {
			keys, next = []string{"logs/b.json", "logs/readme.txt"}, "<IsTruncated>false</IsTruncated>"
		}
		if r.URL.Query().Get("prefix") != "logs/" {
			t.Errorf("listed %s", r.URL)
		}
		fmt.Fprint(w, "<ListBucketResult>", next)
		for _, k := range keys {
			fmt.Fprintf(w, "<Contents><Key>%s</Key><Size>%d</Size><LastModified>2026-11-01T10:00:00Z</LastModified></Contents>", k, len(objects[k]))
		}
		fmt.Fprint(w, "</ListBucketResult>")
	}))
	defer bucket.Close()
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &bucket.URL, UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	s := newIntakeServer(t)
	j, errs := s.job(t, &bucketPrefix{client: client, bucket: "trail", prefix: "logs/"})
	if err := j.once(t.Context()); err != nil || j.tally.bad() || errs.Len() > 0 {
		t.Fatal(err, errs)
	}
	slices.Sort(s.bodies)
	if want := []string{objects["logs/a.json.gz"], "B"}; !slices.Equal(s.bodies, want) {
		t.Errorf("sent %q", s.bodies)
	}
	if j.tally.skippedBesides.Load() != 1 || j.tally.skippedOther.Load() != 1 {
		t.Error("skipped files are not counted")
	}
}

// TestProgress: lines stand above the bar, and the bar goes at the end.
func TestProgress(t *testing.T) {
	tl := &tally{}
	tl.found(1000)
	tl.found(3000)
	tl.filesDone.Add(1)
	tl.bytesSent.Add(1000)
	tl.records.Add(500)
	if got, want := tl.state(10*time.Second).text, "1 of 2+ files, 1000 B of 3.9 KiB+, 500 records, 50/s"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	tl.listed.Store(true)
	line := tl.state(10 * time.Second).text
	if want := "1 of 2 files, 1000 B of 3.9 KiB, 500 records, 50/s, about 30s left"; line != want {
		t.Errorf("got %s, want %s", line, want)
	}
	var out strings.Builder
	p := newProgress(&out, tl.state)
	p.columns = 40
	p.draw(tl.state(10 * time.Second))
	p.lines([]string{"a rejection"})
	p.draw(tl.state(10 * time.Second))
	p.lines(nil)
	drawn := eraseLine + "[#####...............] 1 of 2 files, 1…"
	if want := drawn + eraseLine + "a rejection\n" + drawn + eraseLine; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
