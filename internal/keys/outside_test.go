package keys

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/verify"
)

// shelf is a bucket in memory.
type shelf map[string]struct {
	body      []byte
	signature string
}

func (s shelf) Get(_ context.Context, _, key string) (verify.Object, error) {
	o, ok := s[key]
	if !ok {
		return verify.Object{}, verify.ErrNotFound
	}
	return verify.Object{Body: io.NopCloser(bytes.NewReader(o.body)), Metadata: map[string]string{"signature": o.signature}}, nil
}

func (s shelf) List(_ context.Context, _, prefix, after string, yield func(key string) bool) error {
	var keys []string
	for k := range s {
		if strings.HasPrefix(k, prefix) && k > after {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		if !yield(k) {
			break
		}
	}
	return nil
}

// Two months of daily digests, made as a trail makes them and chained over the
// rotations, validate with the keys that the ring lists for their time.
func TestDigestsValidate(t *testing.T) {
	h := newHouse(t, 0)
	midnight := start.Truncate(day)
	const days = 60
	bucket := make(shelf)
	var previous *verify.Digest
	var previousHash, previousSignature string
	for n := range days {
		end := midnight.Add(time.Duration(n+1) * day)
		h.ns.Store(end.UnixNano())
		fingerprint, sign, err := h.Signer(t.Context(), east, end)
		check(t, err)
		d := verify.Digest{
			AWSAccountID: "111122223333", StartTime: end.Add(-day), EndTime: end, S3Bucket: "logs", LogFiles: []verify.LogFile{},
			S3Object: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/" + end.Format("2006/01/02/") +
				"111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_" + end.Format("20060102T150405Z") + ".json.gz",
			KeyFingerprint: fingerprint,
		}
		if previous != nil {
			d.PreviousS3Bucket, d.PreviousS3Object = previous.S3Bucket, previous.S3Object
			d.PreviousHash, d.PreviousSignature = previousHash, previousSignature
		}
		content, err := json.Marshal(d)
		check(t, err)
		signature, err := sign(digestOf(d.SigningString(content)))
		check(t, err)
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		_, err = z.Write(content)
		check(t, err)
		check(t, z.Close())
		sum := sha256.Sum256(content)
		previous, previousHash, previousSignature = &d, hex.EncodeToString(sum[:]), hex.EncodeToString(signature)
		o := bucket[d.S3Object]
		o.body, o.signature = zipped.Bytes(), previousSignature
		bucket[d.S3Object] = o
	}
	h.reopen()

	from, to := midnight, midnight.Add(days*day)
	listed := make(map[string][]byte)
	for _, k := range h.Public(from, to) {
		listed[k.Fingerprint] = k.Value
	}
	var bad []string
	report, err := verify.Validate(t.Context(), bucket, listed, verify.Trail{ARN: "arn:aws:cloudtrail:us-east-1:111122223333:trail/t", Bucket: "logs"},
		verify.Options{Start: from, End: to, Found: func(f verify.Finding) {
			if !f.Valid && f.Kind != verify.Gap {
				bad = append(bad, fmt.Sprintf("%s: %s", f.Key, f.Message))
			}
		}})
	check(t, err)
	if report.Digests.Valid != days || len(bad) != 0 || len(report.Keys) != 3 {
		t.Errorf("%+v, keys %v\n%s", report.Digests, report.Keys, strings.Join(bad, "\n"))
	}
}

// Other programs take the keys and signatures as ours: openssl, and the module and
// calls of Python that the AWS CLI validates digests with.
func TestOtherPrograms(t *testing.T) {
	h := newHouse(t, 0)
	r, err := h.open() // keys of the real size
	check(t, err)
	text := []byte("2026-03-14T15:00:00Z\nlogs/key\n00\nnull")
	signature, _, err := r.Sign(t.Context(), east, start, digestOf(string(text)))
	check(t, err)
	key := r.Public(start, start)[0].Value

	f := func(name string, at func(t *testing.T) string, args func(dir string) []string) {
		t.Run(name, func(t *testing.T) {
			program := at(t)
			run := func(text []byte) ([]byte, error) {
				dir := t.TempDir()
				for file, content := range map[string][]byte{
					"text": text, "signature": signature, "key": []byte(base64.StdEncoding.EncodeToString(key)),
					"key.pem": pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: key}),
				} {
					check(t, os.WriteFile(filepath.Join(dir, file), content, 0o600))
				}
				return exec.CommandContext(t.Context(), program, args(dir)...).CombinedOutput()
			}
			if out, err := run(text); err != nil {
				t.Errorf("refuses a good signature: %v\n%s", err, out)
			}
			if out, err := run(append([]byte("x"), text...)); err == nil || !bytes.Contains(out, []byte("erif")) {
				t.Errorf("on a changed text: %v\n%s", err, out)
			}
		})
	}
	f("openssl", func(t *testing.T) string {
		path, err := exec.LookPath("openssl")
		if err != nil {
			t.Skip("no openssl on this machine")
		}
		return path
	}, func(dir string) []string {
		return []string{"dgst", "-sha256", "-verify", filepath.Join(dir, "key.pem"), "-signature", filepath.Join(dir, "signature"), filepath.Join(dir, "text")}
	})
	f("python", func(t *testing.T) string {
		path, err := exec.LookPath("python3")
		if err != nil {
			t.Skip("no python3 on this machine")
		}
		if exec.CommandContext(t.Context(), path, "-c", "import rsa").Run() != nil {
			t.Skip("python3 has no module rsa: it comes with the AWS CLI of PyPI")
		}
		return path
	}, func(dir string) []string {
		return []string{"-c", `
import base64, pathlib, sys, rsa
d = pathlib.Path(sys.argv[1])
key = rsa.PublicKey.load_pkcs1(base64.b64decode((d / "key").read_bytes()), format="DER")
rsa.verify((d / "text").read_bytes(), (d / "signature").read_bytes(), key)`, dir}
	})
}

func BenchmarkSign(b *testing.B) {
	h := newHouse(b, 0)
	r, err := h.open()
	check(b, err)
	digest := digestOf("x")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := r.Sign(b.Context(), east, start, digest); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	h := newHouse(b, 0)
	r, err := h.open()
	check(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.generate(); err != nil {
			b.Fatal(err)
		}
	}
}
