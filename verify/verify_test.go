package verify

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/synth"
)

// bucket is a Source in memory, of one bucket.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	meta    map[string]map[string]string
	fail    map[string]error
}

func (b *bucket) Get(_ context.Context, name, key string) (Object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.fail[key]; err != nil {
		return Object{}, err
	}
	body, ok := b.objects[key]
	if !ok || name != "logs" {
		return Object{}, fmt.Errorf("get %s: %w", key, ErrNotFound)
	}
	return Object{Body: io.NopCloser(bytes.NewReader(body)), Metadata: b.meta[key]}, nil
}

func (b *bucket) List(_ context.Context, _, prefix, after string, yield func(string) bool) error {
	b.mu.Lock()
	keys := slices.Sorted(maps.Keys(b.objects))
	b.mu.Unlock()
	for _, k := range keys {
		if strings.HasPrefix(k, prefix) && k > after && !yield(k) {
			break
		}
	}
	return nil
}

func zipped(content []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(content)
	z.Close()
	return b.Bytes()
}

var (
	midnight = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	trail    = Trail{ARN: "arn:aws:cloudtrail:us-east-1:111122223333:trail/all", Bucket: "logs", Prefix: "audit"}
)

// chain is a trail's bucket with one digest an hour, each with three log files.
type chain struct {
	bucket
	keys    map[string][]byte
	private []*rsa.PrivateKey
	digests []string   // keys, oldest first
	logs    [][]string // keys of each digest's log files
}

var newKeys = sync.OnceValue(func() (out []*rsa.PrivateKey) {
	for range 2 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		out = append(out, k)
	}
	return out
})

// newChain makes hours digests; restart is the hour at which validation was off
// and on again, 0 for never. Keys change in the middle.
func newChain(t testing.TB, hours, restart int) *chain {
	t.Helper()
	return buildChain(t, hours, restart, 3, func(h, n int) []byte { return fmt.Appendf(nil, `{"Records":[{"eventID":"%d-%d"}]}`, h, n) })
}

// newBigChain makes files of a size that counts.
func newBigChain(t testing.TB, hours, files, size int) *chain {
	t.Helper()
	return buildChain(t, hours, 0, files, func(h, n int) []byte {
		g := synth.New(synth.Config{Seed: uint64(h*100 + n), Start: midnight})
		body := []byte(`{"Records":[`)
		for len(body) < size-2 {
			body, _ = g.Next(body)
			body = append(body, ',')
		}
		return append(body[:size-2], "]}"...)
	})
}

func buildChain(t testing.TB, hours, restart, files int, log func(h, n int) []byte) *chain {
	t.Helper()
	c := &chain{bucket: bucket{objects: map[string][]byte{}, meta: map[string]map[string]string{}, fail: map[string]error{}}, keys: map[string][]byte{}, private: newKeys()}
	for i, k := range c.private {
		c.keys[fmt.Sprintf("key%d", i)] = x509.MarshalPKCS1PublicKey(&k.PublicKey)
	}
	filled, err := trail.fill()
	if err != nil {
		t.Fatal(err)
	}
	var previous Digest
	var previousContent []byte
	previousSignature := ""
	for h := range hours {
		start := midnight.Add(time.Duration(h) * time.Hour)
		d := Digest{AWSAccountID: "111122223333", StartTime: start, EndTime: start.Add(time.Hour), S3Bucket: "logs",
			S3Object: filled.digestKey(start.Add(time.Hour)), KeyFingerprint: fmt.Sprintf("key%d", h*2/hours), LogFiles: []LogFile{}}
		if previousSignature != "" && h != restart {
			sum := sha256.Sum256(previousContent)
			d.PreviousS3Bucket, d.PreviousS3Object, d.PreviousHash, d.PreviousSignature = "logs", previous.S3Object, hex.EncodeToString(sum[:]), previousSignature
		}
		var logs []string
		for n := range files {
			at := start.Add(time.Duration(10+n*45/files) * time.Minute)
			key := filled.folder("CloudTrail") + at.Format("2006/01/02/") + fmt.Sprintf("111122223333_CloudTrail_us-east-1_%s_%016d.json.gz", at.Format(logTime), h*10+n)
			content := log(h, n)
			sum := sha256.Sum256(content)
			c.objects[key] = zipped(content)
			d.LogFiles = append(d.LogFiles, LogFile{S3Bucket: "logs", S3Object: key, Hash: hex.EncodeToString(sum[:]), HashAlgorithm: "SHA-256"})
			logs = append(logs, key)
		}
		content, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.ReplaceAll(content, []byte(`":""`), []byte(`":null`)) // as CloudTrail writes a first digest
		signature := c.sign(t, &d, content)
		c.objects[d.S3Object] = zipped(content)
		c.meta[d.S3Object] = map[string]string{"signature": signature, "signature-algorithm": "SHA256withRSA"}
		c.digests, c.logs = append(c.digests, d.S3Object), append(c.logs, logs)
		previous, previousContent, previousSignature = d, content, signature
	}
	return c
}

func (c *chain) sign(t testing.TB, d *Digest, content []byte) string {
	t.Helper()
	sum := sha256.Sum256([]byte(d.SigningString(content)))
	sig, err := rsa.SignPKCS1v15(nil, c.private[d.KeyFingerprint[3]-'0'], crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sig)
}

func (c *chain) validate(t testing.TB, src Source) (*Report, []Finding) {
	t.Helper()
	var found []Finding
	r, err := Validate(t.Context(), src, c.keys, trail, Options{Start: midnight, End: midnight.Add(24 * time.Hour), Workers: 4, Found: func(f Finding) { found = append(found, f) }})
	if err != nil {
		t.Fatal(err)
	}
	return r, found
}

// bad are the findings that are not "valid", as short lines.
func bad(found []Finding) (out []string) {
	for _, f := range found {
		if !f.Valid {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s: %s", f.Kind, filepath.Base(f.Key), f.Message)))
		}
	}
	return out
}

func TestSoundChain(t *testing.T) {
	c := newChain(t, 12, 0)
	r, found := c.validate(t, c)
	if len(bad(found)) != 0 || r.Digests != (Counts{12, 0}) || r.Logs != (Counts{36, 0}) || r.Damaged() {
		t.Errorf("%+v %v", r, bad(found))
	}
	if !slices.Equal(r.Keys, []string{"key1", "key0"}) {
		t.Errorf("keys %v", r.Keys)
	}
	want := "Results requested for 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z\nResults found for 2026-11-01T00:00:00Z to 2026-11-01T12:00:00Z:\n\n12/12 digest files valid\n36/36 log files valid\n"
	if r.Summary() != want {
		t.Errorf("summary %q", r.Summary())
	}
	// Newest first, each digest with its log files behind it, in their order.
	for i, f := range found {
		d := len(c.digests) - 1 - i/4
		key := c.digests[d]
		if i%4 > 0 {
			key = c.logs[d][i%4-1]
		}
		if f.Key != key {
			t.Fatalf("finding %d is %s, want %s", i, f.Key, key)
		}
	}
}

// TestTampering is the table of what can be done to a bucket. Digest 5 of 12 is
// the victim, or its second log file.
func TestTampering(t *testing.T) {
	f := func(name string, tamper func(c *chain, digest, log string), digests, logs Counts, want ...string) {
		t.Run(name, func(t *testing.T) {
			c := newChain(t, 12, 0)
			tamper(c, c.digests[5], c.logs[5][1])
			r, found := c.validate(t, c)
			got := strings.Join(bad(found), "\n")
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("not found: %q in\n%s", w, got)
				}
			}
			if r.Digests != digests || r.Logs != logs {
				t.Errorf("digests %+v, logs %+v, want %+v, %+v:\n%s", r.Digests, r.Logs, digests, logs, got)
			}
		})
	}
	ok, okLogs := Counts{12, 0}, Counts{36, 0}
	one, lostLogs := Counts{11, 1}, Counts{33, 0}
	f("log modified", func(c *chain, _, log string) { c.objects[log] = zipped([]byte(`{"Records":[]}`)) }, ok, Counts{35, 1}, "Log file 111122223333_CloudTrail_us-east-1_20261101T0525Z", "INVALID: hash value doesn't match")
	f("log truncated", func(c *chain, _, log string) { c.objects[log] = c.objects[log][:20] }, ok, Counts{35, 1}, "INVALID: hash value doesn't match")
	f("log no gzip", func(c *chain, _, log string) { c.objects[log] = []byte("{}") }, ok, Counts{35, 1}, "INVALID: invalid format")
	f("log with a member appended", func(c *chain, _, log string) { c.objects[log] = append(c.objects[log], zipped([]byte("more"))...) }, ok, Counts{35, 1}, "INVALID: bytes follow behind the end of the gzip file")
	f("log with rubbish appended", func(c *chain, _, log string) { c.objects[log] = append(c.objects[log], 'x') }, ok, Counts{35, 1}, "INVALID: bytes follow")
	f("log deleted", func(c *chain, _, log string) { delete(c.objects, log) }, ok, Counts{35, 1}, "INVALID: not found")
	f("logs swapped", func(c *chain, _, log string) {
		other := c.logs[6][0]
		c.objects[log], c.objects[other] = c.objects[other], c.objects[log]
	}, ok, Counts{34, 2}, "INVALID: hash value doesn't match")
	f("log renamed", func(c *chain, _, log string) {
		c.objects[strings.Replace(log, "00000", "00009", 1)] = c.objects[log]
		delete(c.objects, log)
	}, ok, Counts{35, 1}, "INVALID: not found", "Orphan")
	f("log added", func(c *chain, _, log string) { c.objects[strings.Replace(log, "00000", "00009", 1)] = c.objects[log] }, ok, okLogs, "no valid digest names this log file")

	const unchecked = "Log files delivered between 2026-11-01T05:00:00Z and 2026-11-01T06:00:00Z cannot be validated"
	f("digest modified", func(c *chain, digest, _ string) {
		content := bytes.Replace(mustUnzip(c.objects[digest]), []byte(`"hashValue":"`), []byte(`"hashValue":"0`), 1)
		c.objects[digest] = zipped(content)
	}, one, lostLogs, "INVALID: signature verification failed", unchecked, "Orphan")
	f("digest truncated", func(c *chain, digest, _ string) { c.objects[digest] = c.objects[digest][:30] }, one, lostLogs, "INVALID: invalid format", unchecked)
	f("digest is no digest", func(c *chain, digest, _ string) { c.objects[digest] = zipped([]byte(`{"logFiles":[]}`)) }, one, lostLogs, "INVALID: invalid format")
	f("digest with bytes appended", func(c *chain, digest, _ string) { c.objects[digest] = append(c.objects[digest], 'x') }, one, lostLogs, "INVALID: bytes follow")
	f("digest deleted", func(c *chain, digest, _ string) { delete(c.objects, digest) }, one, lostLogs, "INVALID: not found", unchecked+": 1 digest files in a row are missing")
	f("three digests deleted", func(c *chain, _, _ string) {
		for _, d := range c.digests[4:7] {
			delete(c.objects, d)
		}
	}, Counts{9, 1}, Counts{27, 0}, "INVALID: not found", "between 2026-11-01T04:00:00Z and 2026-11-01T07:00:00Z cannot be validated: 3 digest files in a row are missing", "Orphan")
	f("digest in another's place", func(c *chain, digest, _ string) {
		c.objects[digest], c.meta[digest] = c.objects[c.digests[4]], c.meta[c.digests[4]]
	}, one, lostLogs, "INVALID: has been moved from its original location")
	f("signature of another digest", func(c *chain, digest, _ string) { c.meta[digest] = c.meta[c.digests[4]] }, one, lostLogs, "INVALID: signature verification failed")
	f("signature no hexadecimal", func(c *chain, digest, _ string) { c.meta[digest] = map[string]string{"signature": "zz"} }, one, lostLogs, "INVALID: signature verification failed")
	f("signed again with the real key", func(c *chain, digest, _ string) {
		var d Digest
		if err := json.Unmarshal(mustUnzip(c.objects[digest]), &d); err != nil {
			panic(err)
		}
		d.LogFiles = d.LogFiles[:1]
		content, _ := json.Marshal(d)
		c.objects[digest] = zipped(content)
		c.meta[digest] = map[string]string{"signature": c.sign(t, &d, content)}
	}, one, lostLogs, "INVALID: is signed, but is not the digest that the next one names")
	f("key missing", func(c *chain, _, _ string) { delete(c.keys, "key0") }, Counts{6, 6}, Counts{18, 0}, "INVALID: public key not found in region us-east-1 for fingerprint key0")
	f("key damaged", func(c *chain, _, _ string) { c.keys["key0"] = []byte("x") }, Counts{6, 6}, Counts{18, 0}, "INVALID: Unable to load PKCS #1 key with fingerprint key0")
	f("wrong key", func(c *chain, _, _ string) { c.keys["key0"] = c.keys["key1"] }, Counts{6, 6}, Counts{18, 0}, "INVALID: signature verification failed")
}

func mustUnzip(b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		panic(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	return out
}

func TestValidationWasOff(t *testing.T) {
	c := newChain(t, 12, 6)
	delete(c.objects, c.digests[5])
	for _, log := range c.logs[5] {
		delete(c.objects, log)
	}
	r, found := c.validate(t, c)
	if r.Digests != (Counts{11, 0}) || r.Gaps != 1 {
		t.Errorf("%+v", r)
	}
	if got := strings.Join(bad(found), "\n"); !strings.Contains(got, "No log files were delivered by CloudTrail between 2026-11-01T05:00:00Z and 2026-11-01T06:00:00Z") {
		t.Errorf("findings:\n%s", got)
	}
}

// TestFolder: a copy without metadata checks all but the newest digest.
func TestFolder(t *testing.T) {
	c := newChain(t, 6, 0)
	dir := t.TempDir()
	for key, body := range c.objects {
		path := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, found := c.validate(t, Dir{Root: dir})
	if r.Digests != (Counts{5, 0}) || r.Logs != (Counts{15, 0}) || r.Gaps != 1 || r.Orphans != 0 {
		t.Errorf("%+v\n%s", r, strings.Join(bad(found), "\n"))
	}
}

func TestRangeAndErrors(t *testing.T) {
	c := newChain(t, 12, 0)
	var n int
	r, err := Validate(t.Context(), c, c.keys, trail, Options{Start: midnight.Add(3 * time.Hour), End: midnight.Add(7*time.Hour + 30*time.Minute), Found: func(Finding) { n++ }})
	if err != nil || r.Digests != (Counts{6, 0}) || n != 6*4 {
		t.Errorf("%+v, %d findings, %v", r, n, err)
	}
	if r, err = Validate(t.Context(), c, c.keys, trail, Options{Start: midnight.Add(-48 * time.Hour), End: midnight.Add(-24 * time.Hour)}); err != nil || !strings.HasSuffix(r.Summary(), "No digests found\n") {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := Validate(t.Context(), c, c.keys, Trail{ARN: "arn:x"}, Options{Start: midnight, End: midnight.Add(time.Hour)}); err == nil || !strings.Contains(err.Error(), "Invalid trail ARN provided: arn:x") {
		t.Errorf("got %v", err)
	}
	if _, err := Validate(t.Context(), c, c.keys, trail, Options{Start: midnight, End: midnight}); err == nil {
		t.Error("an empty range was taken")
	}
	denied := errors.New("access denied")
	c.fail[c.logs[3][0]] = denied
	if _, err := Validate(t.Context(), c, c.keys, trail, Options{Start: midnight, End: midnight.Add(24 * time.Hour)}); !errors.Is(err, denied) {
		t.Errorf("a file that cannot be read: %v", err)
	}
	delete(c.fail, c.logs[3][0])
	c.fail[c.digests[3]] = denied
	if _, err := Validate(t.Context(), c, c.keys, trail, Options{Start: midnight, End: midnight.Add(24 * time.Hour)}); !errors.Is(err, denied) {
		t.Errorf("a digest that cannot be read: %v", err)
	}
}

// FuzzDigest: no content of a digest makes the parser or the check panic, and
// a flipped bit is always found.
func FuzzDigest(f *testing.F) {
	c := newChain(f, 2, 0)
	good := mustUnzip(c.objects[c.digests[1]])
	f.Add(good, 0)
	f.Add([]byte(`{"logFiles":[]}`), 3)
	f.Fuzz(func(t *testing.T, content []byte, flip int) {
		if d, err := parseDigest(content); err == nil {
			_ = d.checkSignature(content, c.meta[c.digests[1]]["signature"], c.keys["key1"])
		}
		changed := bytes.Clone(good)
		changed[cmp.Compare(flip, 0)*flip%len(changed)] ^= 1
		if d, err := parseDigest(changed); err == nil && d.checkSignature(changed, c.meta[c.digests[1]]["signature"], c.keys["key1"]) == nil {
			t.Fatalf("bit %d of a digest was flipped, and its signature still holds", flip)
		}
	})
}
