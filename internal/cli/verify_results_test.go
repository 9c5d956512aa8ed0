package cli

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/verify"
)

// deliverResults writes the results of a query into a folder, and gives the list of
// public keys as a service answers it.
func deliverResults(t *testing.T) (folder string, keys string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	body := []byte("the bytes of a gzip file")
	sum := sha256.Sum256(body)
	f := verify.SignFile{Version: verify.SignVersion, Region: "eu-west-1", HashAlgorithm: verify.HashAlgorithm, SignatureAlgorithm: verify.SignatureAlgorithm,
		Files:             []verify.SignedFile{{FileHashValue: hex.EncodeToString(sum[:]), FileName: "result_1.csv.gz"}},
		QueryCompleteTime: "2026-11-27T10:00:00Z", PublicKeyFingerprint: "67b9fa73676d86966b449dd677850753"}
	digest := sha256.Sum256([]byte(f.SigningString()))
	signature, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	f.HashSignature = hex.EncodeToString(signature)
	signed, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"result_1.csv.gz": body, verify.SignFileName: signed} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder, fmt.Sprintf(`{"PublicKeyList":[{"Fingerprint":"other","Value":"AAAA"},{"Fingerprint":"67b9fa73676d86966b449dd677850753","Value":"%s"}]}`,
		base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&private.PublicKey)))
}

func verifyWith(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Main(t.Context(), nil, append([]string{"verify-results"}, args...), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

const resultsAreRight = "Successfully validated sign and query result files\n"

// With saved keys and a folder nobody is asked.
func TestVerifyResultsOffline(t *testing.T) {
	folder, keys := deliverResults(t)
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, []byte(keys), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(want int, stdout, stderr string) {
		t.Helper()
		code, out, errs := verifyWith(t, "--local-export-path", folder, "--keys", file)
		if code != want || out != stdout || !strings.Contains(errs, stderr) {
			t.Errorf("exit %d\n%s%s", code, out, errs)
		}
	}
	check(exitDone, resultsAreRight, "")
	if err := os.WriteFile(file, []byte(strings.Replace(keys, "67b9", "0000", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	check(exitFailed, "", "No public keys found for key with fingerprint: 67b9fa73676d86966b449dd677850753")
	if err := os.WriteFile(filepath.Join(folder, "result_1.csv.gz"), []byte("other bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	check(exitFailed, "", "ValidationError: File result_1.csv.gz has inconsistent hash value")
	if err := os.Remove(filepath.Join(folder, "result_1.csv.gz")); err != nil {
		t.Fatal(err)
	}
	check(exitFailed, "", "no such file")
}

// From a bucket, with keys that are asked for as the AWS CLI does.
func TestVerifyResultsFromBucket(t *testing.T) {
	folder, keys := deliverResults(t)
	const prefix = "some/where"
	bucket := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, "/results/"+prefix+"/")
		body, err := os.ReadFile(filepath.Join(folder, filepath.Base(name)))
		if !ok || err != nil {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
			return
		}
		w.Write(body)
	}))
	defer bucket.Close()
	asked := 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ StartTime, EndTime float64 }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		at := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
		if in.StartTime != float64(at.Unix()) || in.EndTime != float64(at.AddDate(0, 0, 20).Unix()) || !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/cloudtrail/") {
			t.Errorf("asked for keys from %v to %v with %s", in.StartTime, in.EndTime, r.Header.Get("Authorization"))
		}
		asked++
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		io.WriteString(w, keys)
	}))
	defer service.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	for _, name := range []string{"AWS_CA_BUNDLE", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_CLOUDTRAIL"} {
		t.Setenv(name, "")
	}
	for _, p := range []string{prefix, prefix + "/"} {
		code, out, errs := verifyWith(t, "--s3-bucket", "results", "--s3-prefix", p, "--s3-endpoint", bucket.URL, "--endpoint", service.URL)
		if code != exitDone || out != resultsAreRight {
			t.Errorf("exit %d\n%s%s", code, out, errs)
		}
	}
	if asked != 2 {
		t.Errorf("the keys were asked for %d times", asked)
	}
	code, _, errs := verifyWith(t, "--s3-bucket", "results", "--s3-endpoint", bucket.URL, "--endpoint", service.URL)
	if code != exitFailed || !strings.Contains(errs, "s3://results/result_sign.json") {
		t.Errorf("another prefix: exit %d, %s", code, errs)
	}
}
