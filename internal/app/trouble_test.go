package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cairntrail/cairn/internal/synth"
)

func gunzipped(t *testing.T, packed []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// certificate makes a self-signed one for 127.0.0.1.
func certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER)
}

func trusting(t *testing.T, cert string) *tls.Config {
	t.Helper()
	body, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(body)
	return &tls.Config{RootCAs: pool}
}

func TestSecondServerIsRefused(t *testing.T) {
	dir := t.TempDir()
	start(t, dir, nil)
	cfg, err := testConfig(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Runner{}.Start(t.Context(), cfg, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "another server uses the data directory") {
		t.Errorf("a second server: %v", err)
	}
}

func TestDamagedJournalIsRefusedWithASentence(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	c := s.client("default")
	for range 20 {
		if _, err := c.callerIdentity(); err != nil {
			t.Fatal(err)
		}
	}
	// The history would release these events at a stop: the copy is what a
	// crash leaves.
	crashed := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(crashed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	blocks, err := filepath.Glob(filepath.Join(crashed, "journal", "jetstream", "*", "streams", "*", "msgs", "*.blk"))
	if err != nil || len(blocks) == 0 {
		t.Fatal(blocks, err)
	}
	body, err := os.ReadFile(blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	body[len(body)/2] ^= 1
	if err := os.WriteFile(blocks[0], body, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := testConfig(crashed, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(crashed, "secret.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Runner{}.Start(t.Context(), cfg, io.Discard)
	if err == nil {
		t.Fatal("a damaged journal was opened")
	}
	contains(t, err, "the journal is damaged", filepath.Base(blocks[0]), "--accept-journal-damage")
}

func TestCredentialsFile(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	st, err := os.Stat(s.CredentialsFile())
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Fatal(st, err)
	}
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.CredentialsFile()); err != nil {
		t.Fatal(err)
	}
	again := start(t, dir, nil)
	if _, err := again.client("default").callerIdentity(); err != nil {
		t.Errorf("the new key: %v", err)
	}
	db, err := os.ReadFile(filepath.Join(dir, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	wal, _ := os.ReadFile(filepath.Join(dir, "state.db-wal"))
	creds, err := again.client("default").cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(append(db, wal...), []byte(creds.SecretAccessKey)) {
		t.Error("a secret is in the store in plain text")
	}
}

// TestHalfADataDirectory: a start that would lose something is refused before
// anything is written.
func TestHalfADataDirectory(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"state.db", "secret.key"} {
		path := filepath.Join(dir, name)
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		cfg, err := testConfig(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Runner{}.Start(t.Context(), cfg, io.Discard)
		contains(t, err, name+" is missing", "restore it from a backup")
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s was made anew", name)
		}
		if err := os.Rename(path+".away", path); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := start(t, dir, nil).client("default").callerIdentity(); err != nil {
		t.Error(err)
	}
}

// TestSignatures sends what a thief or a broken clock would.
func TestSignatures(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	c := s.client("default")
	body := []byte("Action=GetCallerIdentity&Version=2011-06-15")
	f := func(name string, code string, before, after func(*http.Request)) {
		t.Helper()
		r, err := c.request("sts", "/", body, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if before != nil {
				before(r)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if after != nil {
			after(r)
		}
		resp, err := c.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if code == "" && resp.StatusCode != 200 || code != "" && !strings.Contains(string(answer), "<Code>"+code+"</Code>") {
			t.Errorf("%s: %d %s, want %s", name, resp.StatusCode, answer, code)
		}
		if resp.Header.Get("X-Amzn-Requestid") == "" {
			t.Errorf("%s: no request id", name)
		}
	}
	edit := func(from, to string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
		}
	}
	var sent *http.Request
	f("a good one", "", nil, func(r *http.Request) { sent = r.Clone(t.Context()) })
	f("the same again, within 15 minutes, as in AWS", "", nil, func(r *http.Request) { r.Header = sent.Header })
	f("the same over another body", "SignatureDoesNotMatch", nil, func(r *http.Request) {
		r.Header = sent.Header
		other := "Action=GetSessionToken&Version=2011-06-15"
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(other)), int64(len(other))
	})
	f("UNSIGNED-PAYLOAD", "", func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD") }, nil)
	f("another Region in the scope", "SignatureDoesNotMatch", nil, edit("/us-east-1/", "/eu-west-1/"))
	f("another service in the scope", "SignatureDoesNotMatch", nil, edit("/sts/", "/iam/"))
	f("an unknown key", "InvalidClientTokenId", nil, edit("Credential=AKIA", "Credential=AKIX"))
	f("no signature", "MissingAuthenticationToken", nil, func(r *http.Request) { r.Header.Del("Authorization") })
	f("half a header", "IncompleteSignature", nil, func(r *http.Request) {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20261121/us-east-1/sts/aws4_request")
	})
	f("an old clock", "RequestExpired", nil, func(r *http.Request) {
		old := time.Now().Add(-16 * time.Minute).UTC()
		edit(time.Now().UTC().Format("20060102"), old.Format("20060102"))(r)
		r.Header.Set("X-Amz-Date", old.Format("20060102T150405Z"))
	})
}

// TestFullDisk fills a small file system. The journal refuses with a retryable
// error, keeps what it has, and takes events again when there is room.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=96m"); err != nil {
		t.Skipf("cannot mount a small file system here (%v); the refusal itself is tested in internal/journal", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	s := start(t, dir, map[string]string{"min-free-disk": "16MiB"})
	c := s.client("default")
	if _, err := c.callerIdentity(); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 1<<20))
	}
	f.Close()
	deadline := time.Now().Add(10 * time.Second)
	for err = nil; err == nil && time.Now().Before(deadline); {
		_, err = c.callerIdentity()
	}
	if err == nil {
		t.Fatal("calls are taken on a full disk")
	}
	contains(t, err, "503", "ServiceUnavailable")
	if _, err := c.ingest(lines([][]byte{[]byte(`{}`)}), false, false); err == nil {
		t.Error("ingest is taken on a full disk")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for err = io.EOF; err != nil && time.Now().Before(deadline); {
		_, err = c.callerIdentity()
	}
	if err != nil {
		t.Fatalf("there is room again: %v", err)
	}
}

// TestStopFinishesRequests stops the server under load: whatever was
// acknowledged is there at the next start.
func TestStopFinishesRequests(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	c := s.client("default")
	acked := make(chan map[string]bool)
	first := make(chan struct{})
	go func() {
		ids := make(map[string]bool)
		for {
			id, err := c.callerIdentity()
			if err != nil {
				acked <- ids
				return
			}
			if ids[id] = true; len(ids) == 10 {
				close(first)
			}
		}
	}()
	<-first
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	ids := <-acked
	again := start(t, dir, nil)
	again.settle()
	checkAll(t, again, ids, nil)
}

func TestIngestOverHTTP(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	c := s.client("default")
	g := synth.New(synth.Config{Seed: 1, Account: "444455556666", Start: time.Now().Add(-time.Hour)})
	rec, id := g.Next(nil)
	rec = bytes.Clone(rec)
	sum, err := c.ingest(rec, false, false)
	if err != nil || sum.Rejected != 1 {
		t.Fatal(sum, err)
	}
	contains(t, sum.Rejections[0].Reason, "account 444455556666 is not known", "--create-accounts")
	if sum, err = c.ingest(rec, false, true); err != nil || sum.Accepted != 1 || len(sum.Accounts) != 1 {
		t.Fatal(sum, err)
	}
	s.settle()
	events := s.client("444455556666").lookup()
	if *events[0].EventId != id && *events[len(events)-1].EventId != id {
		t.Errorf("the other account sees %d events", len(events))
	}
	r, err := c.request("cairn", "/cairn/v1/ingest", rec, nil)
	if err != nil {
		t.Fatal(err)
	}
	tampered := bytes.Replace(rec, []byte("GetC"), []byte("PutC"), 1)
	tampered[len(tampered)-3] = 'x'
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(tampered)), int64(len(tampered))
	resp, err := c.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || resp.Header.Get("X-Amzn-Errortype") != "SignatureDoesNotMatch" {
		t.Errorf("a body that was not signed: %d %v", resp.StatusCode, resp.Header)
	}
}
