package trail

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
)

// randomRecord is a record of about n bytes that hardly compresses.
func randomRecord(rng *rand.Rand, n int) []byte {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	body := make([]byte, n)
	for i := range body {
		body[i] = letters[rng.IntN(64)]
	}
	return append(append([]byte(`{"eventID":"x","eventTime":"2026-01-01T00:00:00Z","requestParameters":{"x":"`), body...), `"}}`...)
}

// A file of many chunks is one gzip member, as others read it, and the same each
// time, however many cores compress.
func TestLogFileBytes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var records [][]byte
	size := len(fileHead) + len(fileTail) - 1
	for size < 20<<20 {
		r := randomRecord(rng, rng.IntN(900<<10))
		records = append(records, r)
		size += len(r) + 1
	}
	write := func() *logFile {
		f := newLogFile(newCompressor())
		for i, r := range records {
			f.add(r, time.Unix(int64(i%7), 0))
		}
		f.close()
		return f
	}
	first := write()
	body := first.body()
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	z.Multistream(false)
	content, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if want := fileHead + string(bytes.Join(records, []byte(","))) + fileTail; string(content) != want {
		t.Fatalf("%d bytes came back, want %d", len(content), len(want))
	}
	sum := sha256.Sum256(content)
	if first.hash() != hex.EncodeToString(sum[:]) || first.size != int64(len(content)) || first.events != len(records) {
		t.Error("hash, size or count is wrong")
	}
	if first.oldest.Unix() != 0 || first.newest.Unix() != 6 {
		t.Errorf("events from %v to %v", first.oldest, first.newest)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if !bytes.Equal(write().body(), body) {
		t.Error("on one core the file is another")
	}
	again, err := io.ReadAll(unpack(body))
	if err != nil || !bytes.Equal(again, content) {
		t.Errorf("unpack gives something else: %v", err)
	}
	empty, err := io.ReadAll(unpack(pack(newCompressor(), nil)))
	if err != nil || len(empty) != 0 {
		t.Errorf("an empty file comes back as %q, %v", empty, err)
	}
}

// Files hold at most 50 MB before compression, and together all records.
func TestFiftyMegabytes(t *testing.T) {
	w := newWindow(time.Unix(300, 0), newCompressor(), maxLogFile)
	g := group{testAccount, testRegion, folderLogs}
	record := []byte(`{"eventID":"x","eventTime":"2026-01-01T00:00:00Z","requestParameters":{"x":"` + strings.Repeat("a", 999_000) + `"}}`)
	const n = 120
	for range n {
		w.write(g, record, time.Unix(1, 0))
	}
	files := w.finish(3)
	if len(files) != 3 {
		t.Fatalf("%d files", len(files))
	}
	total := 0
	for i, f := range files {
		if f.number != i || f.part != 3 || !f.end.Equal(time.Unix(300, 0)) {
			t.Errorf("file %d is %+v", i, f.place)
		}
		content, err := io.ReadAll(unpack(f.body()))
		if err != nil {
			t.Fatal(err)
		}
		if len(content) > 50_000_000 || i < 2 && len(content) < 49_000_000 {
			t.Errorf("file %d has %d bytes", i, len(content))
		}
		r := event.NewReader(bytes.NewReader(content))
		for {
			if _, err := r.Next(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			total++
		}
	}
	if total != n {
		t.Errorf("%d records, want %d", total, n)
	}
}

// A name follows from what the file is, and from everything of it.
func TestNames(t *testing.T) {
	tr := Trail{Name: "n", ARN: "arn:n", Created: time.Unix(1, 0), HomeRegion: "eu-west-1", S3KeyPrefix: "a/b"}
	p := place{group{testAccount, testRegion, folderLogs}, time.Unix(1_700_000_100, 0), 0, 0}
	key := logKey(&tr, p)
	if !strings.HasPrefix(key, "a/b/AWSLogs/111122223333/CloudTrail/us-east-1/2023/11/14/111122223333_CloudTrail_us-east-1_20231114T2215Z_") || logKey(&tr, p) != key {
		t.Errorf("the key is %s", key)
	}
	seen := map[string]string{key: "the first"}
	f := func(name string, t2 Trail, p2 place) {
		t.Helper()
		k := logKey(&t2, p2)
		if other, ok := seen[k]; ok {
			t.Errorf("%s has the key of %s: %s", name, other, k)
		}
		seen[k] = name
	}
	other := tr
	other.ARN = "arn:m"
	f("another trail", other, p)
	other = tr
	other.Created = time.Unix(2, 0)
	f("the trail made anew", other, p)
	q := p
	q.number = 1
	f("the second file", tr, q)
	q = p
	q.part = 1
	f("the second part", tr, q)
	q = p
	q.end = q.end.Add(time.Second)
	f("the next window", tr, q)
	q = p
	q.folder = folderInsight
	f("Insights", tr, q)
	if got := digestKey(&tr, testAccount, testRegion, time.Unix(1_700_000_100, 0)); got != "a/b/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2023/11/14/111122223333_CloudTrail-Digest_us-east-1_n_eu-west-1_20231114T221500Z.json.gz" {
		t.Errorf("the digest's key is %s", got)
	}
}
