package cli

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/verify"
)

// deliver makes what a trail delivers in three hours, and the keys file.
func deliver(t *testing.T) (objects, signatures map[string]string, keysFile string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	zipped := func(s []byte) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(s)
		z.Close()
		return b.String()
	}
	objects, signatures = map[string]string{}, map[string]string{}
	var before verify.Digest
	signature, hash := "", ""
	for h := range 3 {
		start := time.Date(2026, 11, 1, h, 0, 0, 0, time.UTC)
		log := fmt.Appendf(nil, `{"Records":[{"eventID":"%d"}]}`, h)
		sum := sha256.Sum256(log)
		name := fmt.Sprintf("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/01/111122223333_CloudTrail_us-east-1_20261101T%02d30Z_%016d.json.gz", h, h)
		objects[name] = zipped(log)
		d := verify.Digest{StartTime: start, EndTime: start.Add(time.Hour), S3Bucket: "logs", KeyFingerprint: "k1",
			S3Object: fmt.Sprintf("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/01/111122223333_CloudTrail-Digest_us-east-1_all_us-east-1_20261101T%02d0000Z.json.gz", h+1),
			LogFiles: []verify.LogFile{{S3Bucket: "logs", S3Object: name, Hash: hex.EncodeToString(sum[:]), HashAlgorithm: "SHA-256"}}}
		if signature != "" {
			d.PreviousS3Bucket, d.PreviousS3Object, d.PreviousHash, d.PreviousSignature = "logs", before.S3Object, hash, signature
		}
		content, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		signed := sha256.Sum256([]byte(d.SigningString(content)))
		raw, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, signed[:])
		if err != nil {
			t.Fatal(err)
		}
		contentSum := sha256.Sum256(content)
		before, signature, hash = d, hex.EncodeToString(raw), hex.EncodeToString(contentSum[:])
		objects[d.S3Object], signatures[d.S3Object] = zipped(content), signature
	}
	keysFile = filepath.Join(t.TempDir(), "keys.json")
	list := fmt.Sprintf(`{"PublicKeyList":[{"Fingerprint":"k1","Value":"%s"}]}`, base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&key.PublicKey)))
	if err := os.WriteFile(keysFile, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	return objects, signatures, keysFile
}

func validateWith(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	args = append([]string{"validate", "--trail-arn", "arn:aws:cloudtrail:us-east-1:111122223333:trail/all", "--start-time", "2026-11-01", "--end-time", "2026-11-02", "--s3-bucket", "logs"}, args...)
	code = Main(t.Context(), nil, args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestValidateFolder(t *testing.T) {
	objects, _, keys := deliver(t)
	dir := t.TempDir()
	victim := ""
	for key, body := range objects {
		path := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(key, "T0030Z") {
			victim = path
		}
	}
	code, out, errs := validateWith(t, "--folder", dir, "--keys", keys, "--verbose")
	if code != 0 || !strings.Contains(out, "2/2 digest files valid\n2/2 log files valid\n") || !strings.Contains(errs, "the newest digest cannot be checked") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	if err := os.WriteFile(victim, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs = validateWith(t, "--folder", dir, "--keys", keys)
	if code != 1 || !strings.Contains(out, "1/2 log files valid, 1/2 log files INVALID") || !strings.Contains(errs, "INVALID: invalid format") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	code, out, _ = validateWith(t, "--folder", dir, "--keys", keys, "--json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 1 || !slices.ContainsFunc(lines, func(l string) bool { return json.Valid([]byte(l)) && strings.Contains(l, `"INVALID: invalid format"`) }) || !strings.HasPrefix(lines[len(lines)-1], `{"report":{`) {
		t.Errorf("code %d\n%s", code, out)
	}
}

func TestValidateBucket(t *testing.T) {
	objects, signatures, keys := deliver(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/logs"), "/")
		body, ok := objects[key]
		switch {
		case key == "":
			type entry struct{ Key string }
			out := struct {
				XMLName  xml.Name `xml:"ListBucketResult"`
				Contents []entry
			}{}
			for k := range objects {
				if strings.HasPrefix(k, r.URL.Query().Get("prefix")) && k > r.URL.Query().Get("start-after") {
					out.Contents = append(out.Contents, entry{k})
				}
			}
			slices.SortFunc(out.Contents, func(a, b entry) int { return strings.Compare(a.Key, b.Key) })
			xml.NewEncoder(w).Encode(out)
		case !ok:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `<Error><Code>NoSuchKey</Code></Error>`)
		default:
			w.Header().Set("X-Amz-Meta-Signature", signatures[key])
			w.Write([]byte(body))
		}
	}))
	defer s.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "y")
	t.Setenv("AWS_CA_BUNDLE", "")
	code, out, errs := validateWith(t, "--s3-endpoint", s.URL, "--keys", keys)
	if code != 0 || !strings.Contains(out, "3/3 digest files valid\n3/3 log files valid\n") || errs != "" {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	for k := range objects {
		if strings.Contains(k, "Digest") && strings.Contains(k, "T020000Z") {
			delete(objects, k)
		}
	}
	code, out, errs = validateWith(t, "--s3-endpoint", s.URL, "--keys", keys)
	if code != 1 || !strings.Contains(errs, "INVALID: not found") || !strings.Contains(errs, "1 digest files in a row are missing") || !strings.Contains(out, "1 log file that no valid digest names") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
}

func TestValidateUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--folder", "x"}, "--folder needs --keys"},
		{[]string{"--parallel", "0"}, "between 1 and 256"},
		{[]string{"--end-time", "2026-10-01"}, "not before --end-time"},
		{[]string{"--end-time", "soon"}, "--end-time"},
	} {
		if code, _, errs := validateWith(t, c.args...); code != 2 || !strings.Contains(errs, c.want) {
			t.Errorf("%v: code %d, %s", c.args, code, errs)
		}
	}
}
