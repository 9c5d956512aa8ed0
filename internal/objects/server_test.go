package objects

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestOneServerAProcess(t *testing.T) {
	e := start(t, Config{})
	if _, err := Open(t.Context(), Config{Dir: t.TempDir(), Addr: "127.0.0.1:0", Keys: directory()}); !errors.Is(err, ErrRunning) {
		t.Errorf("a second one: %v", err)
	}
	e.bucket(e.client(alice), "first-goes-on")
	check(t, e.Server.Close(t.Context()))
	e.bucket(start(t, Config{}).client(alice), "another")
}

func TestConfigIsChecked(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer taken.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	check(t, os.WriteFile(file, nil, 0o600))
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"keys":          {func(c *Config) { c.Keys = nil }, "directory of keys"},
		"address":       {func(c *Config) { c.Addr = "" }, "address"},
		"no port":       {func(c *Config) { c.Addr = "localhost" }, "host:port"},
		"taken":         {func(c *Config) { c.Addr = taken.Addr().String() }, "address already in use"},
		"relative":      {func(c *Config) { c.Dir = "here" }, "absolute path"},
		"no folder":     {func(c *Config) { c.Dir = filepath.Join(file, "sub") }, "not a directory"},
		"half TLS":      {func(c *Config) { c.CertFile = file }, "without a key"},
		"relative cert": {func(c *Config) { c.CertFile, c.KeyFile = "cert", "key" }, "absolute path"},
		"bad cert":      {func(c *Config) { c.CertFile, c.KeyFile = file, file }, "certificate of the S3 endpoint"},
		"limits":        {func(c *Config) { c.MaxConnections, c.MaxRequests = 5, 10 }, "no more requests than connections"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Dir: filepath.Join(dir, "data"), Addr: "127.0.0.1:0", Keys: directory()}
			c.change(&cfg)
			before, err := os.Getwd()
			check(t, err)
			s, err := Open(t.Context(), cfg)
			if err == nil {
				t.Fatal("it started", s.Close(t.Context()))
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v does not tell %q", err, c.want)
			}
			if after, err := os.Getwd(); err != nil || after != before {
				t.Errorf("the working directory is %s (%v), and was %s", after, err, before)
			}
		})
	}
	start(t, Config{})
}

func TestOpenGivesUpWithItsContext(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(gone, Config{Dir: t.TempDir(), Addr: "127.0.0.1:0", Keys: directory()}); !errors.Is(err, context.Canceled) {
		t.Errorf("open: %v", err)
	}
	start(t, Config{})
}

func TestEverythingIsThereAgain(t *testing.T) {
	for _, sidecar := range []bool{false, true} {
		dir := t.TempDir()
		e := start(t, Config{Dir: dir, Sidecar: sidecar})
		c := e.client(alice)
		b := e.bucket(c, "logs")
		_, err := c.PutObject(ctx(t), &s3.PutObjectInput{Bucket: &b, Key: aws.String("a/b"), Body: strings.NewReader("text"), Metadata: map[string]string{"a": "b"}})
		check(t, err)
		_, err = c.PutBucketPolicy(ctx(t), &s3.PutBucketPolicyInput{Bucket: &b, Policy: policy("Allow", "*", []string{"s3:GetObject"}, "arn:aws:s3:::logs/*")})
		check(t, err)
		check(t, e.Server.Close(t.Context()))

		// How metadata is kept stays, whatever is asked for.
		e = start(t, Config{Dir: dir})
		out, err := e.client(bob).GetObject(ctx(t), &s3.GetObjectInput{Bucket: &b, Key: aws.String("a/b")})
		check(t, err)
		if got := readAll(t, out.Body); got != "text" || out.Metadata["a"] != "b" {
			t.Errorf("sidecar=%v: %q with %v", sidecar, got, out.Metadata)
		}
		if got := e.get(e.client(carol), b, "a/b"); got != "text" {
			t.Errorf("by the bucket policy: %q", got)
		}
		check(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && path != dir && info.Mode().Perm()&0o077 != 0 && !strings.HasPrefix(path, filepath.Join(dir, "metadata")+"/") {
				t.Errorf("%s is readable by others: %v", path, info.Mode())
			}
			return err
		}))
		check(t, e.Server.Close(t.Context()))
		if !sidecar {
			if _, err := Open(t.Context(), Config{Dir: dir, Addr: "127.0.0.1:0", Keys: directory(), Sidecar: true}); err == nil || !strings.Contains(err.Error(), "extended attributes already") {
				t.Errorf("metadata in files from now on: %v", err)
			}
		}
	}
}

// knocking tells of every key that is asked for.
type knocking struct {
	people
	asked chan string
}

func (k knocking) Key(id, token string) (Identity, error) {
	who, err := k.people.Key(id, token)
	select {
	case k.asked <- id:
	default:
	}
	return who, err
}

// halfUpload sends the head and half of the body of an object, and gives the
// way to send the rest, and what came of it.
func halfUpload(e *endpoint, b string, asked chan string) (rest *io.PipeWriter, came chan error) {
	e.Helper()
	r, w := io.Pipe()
	e.Cleanup(func() { w.Close() })
	came = make(chan error, 1)
	presigned, err := s3.NewPresignClient(e.client(alice)).PresignPutObject(ctx(e), &s3.PutObjectInput{Bucket: &b, Key: aws.String("half")})
	check(e, err)
	conn, err := new(net.Dialer).DialContext(ctx(e), "tcp", e.Addr())
	check(e, err)
	e.Cleanup(func() { conn.Close() })
	go func() {
		path := strings.TrimPrefix(presigned.URL, e.URL())
		_, err := io.WriteString(conn, "PUT "+path+" HTTP/1.1\r\nHost: "+e.Addr()+"\r\nContent-Length: 2000000\r\nConnection: close\r\n\r\n"+strings.Repeat("x", 1000000))
		if err == nil {
			_, err = io.Copy(conn, r)
		}
		answer, readErr := io.ReadAll(conn)
		if err == nil {
			err = readErr
		}
		if err == nil && !strings.HasPrefix(string(answer), "HTTP/1.1 200 ") {
			err = errors.New(string(answer))
		}
		came <- err
	}()
	<-asked
	return w, came
}

func TestCloseCutsAnUpload(t *testing.T) {
	dir := t.TempDir()
	asked := make(chan string)
	e := start(t, Config{Dir: dir, Keys: knocking{directory(), asked}})
	b := e.bucket(e.client(alice), "logs")
	e.put(e.client(alice), b, "whole", "text")
	rest, came := halfUpload(e, b, asked)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	check(t, e.Server.Close(gone))
	rest.Close()
	if err := <-came; err == nil {
		t.Error("half an upload was acknowledged")
	}
	if !strings.Contains(e.log.String(), "cut off") {
		t.Error("the log does not tell of it")
	}
	e = start(t, Config{Dir: dir})
	out, err := e.client(alice).ListObjectsV2(ctx(t), &s3.ListObjectsV2Input{Bucket: &b})
	check(t, err)
	if len(out.Contents) != 1 || e.get(e.client(alice), b, "whole") != "text" {
		t.Errorf("there are %d objects", len(out.Contents))
	}
}

func TestCloseWaitsForAnUpload(t *testing.T) {
	dir := t.TempDir()
	asked := make(chan string)
	e := start(t, Config{Dir: dir, Keys: knocking{directory(), asked}})
	b := e.bucket(e.client(alice), "logs")
	rest, came := halfUpload(e, b, asked)
	closed := make(chan error, 1)
	go func() { closed <- e.Server.Close(context.Background()) }()
	for !e.requests.closing() {
		runtime.Gosched()
	}
	_, err := io.WriteString(rest, strings.Repeat("y", 1000000))
	check(t, err)
	rest.Close()
	check(t, <-came)
	check(t, <-closed)
	e = start(t, Config{Dir: dir})
	if got := e.get(e.client(alice), b, "half"); len(got) != 2000000 {
		t.Errorf("%d bytes are there", len(got))
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	e := start(t, Config{})
	run, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(run) }()
	e.bucket(e.client(alice), "while-it-runs")
	cancel()
	check(t, <-ended)
	e.bucket(e.client(alice), "until-it-is-closed")
	go func() { ended <- e.Run(context.Background()) }()
	check(t, e.Server.Close(t.Context()))
	check(t, <-ended)
	check(t, e.Server.Close(t.Context()))
}

// Standard output belongs to the program that the server is in.
func TestPrintsNothing(t *testing.T) {
	r, w, err := os.Pipe()
	check(t, err)
	kept := os.Stdout
	os.Stdout = w
	defer func() { os.Stdout = kept }()
	e := start(t, Config{Sidecar: true})
	c := e.client(alice)
	e.put(c, e.bucket(c, "logs"), "k", "v")
	_, err = c.GetObject(ctx(t), &s3.GetObjectInput{Bucket: aws.String("logs"), Key: aws.String("not")})
	e.refused(err, "NoSuchKey")
	check(t, e.Server.Close(t.Context()))
	check(t, w.Close())
	if got := readAll(t, r); got != "" {
		t.Errorf("it printed %q", got)
	}
	for _, secret := range []string{secretOf(alice), "root-"} {
		if strings.Contains(e.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// A port that is taken between finding it and listening on it is given up for
// another one.
func TestFreePortIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer taken.Close()
	tries := 0
	s, err := open(t.Context(), Config{Dir: t.TempDir(), Addr: "127.0.0.1:0", Keys: directory()}, func(host string) (string, error) {
		if tries++; tries < 3 {
			return taken.Addr().String(), nil
		}
		return freeAddr(host)
	})
	check(t, err)
	if tries != 3 || s.Addr() == taken.Addr().String() {
		t.Errorf("%s after %d tries", s.Addr(), tries)
	}
	check(t, s.Close(t.Context()))
	if _, err := open(t.Context(), Config{Dir: t.TempDir(), Addr: "127.0.0.1:0", Keys: directory()}, func(string) (string, error) {
		return taken.Addr().String(), nil
	}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("no free port at all: %v", err)
	}
}

func TestTLS(t *testing.T) {
	cert, key, pool := certificate(t)
	e := start(t, Config{CertFile: cert, KeyFile: key})
	if !strings.HasPrefix(e.URL(), "https://127.0.0.1:") {
		t.Errorf("it is at %s", e.URL())
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	c := e.client(alice, func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: transport} })
	b := e.bucket(c, "logs")
	e.put(c, b, "k", "v")
	if got := e.get(c, b, "k"); got != "v" {
		t.Errorf("got %q", got)
	}
}

// certificate makes one for 127.0.0.1.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	check(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	check(t, err)
	dir := t.TempDir()
	cert, key, pool = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), x509.NewCertPool()
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	pool.AppendCertsFromPEM(chain)
	check(t, os.WriteFile(cert, chain, 0o600))
	check(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	return cert, key, pool
}
