package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/intake"
	"github.com/cairntrail/cairn/internal/sdkhttp"
)

// TestMain runs the tests or, for those that kill a server, the server.
func TestMain(m *testing.M) {
	if dir := os.Getenv("CAIRN_TEST_SERVE"); dir != "" {
		serveForTest(dir)
		return
	}
	os.Exit(m.Run())
}

func serveForTest(dir string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	cfg, err := testConfig(dir, nil)
	if err == nil {
		var a *App
		if a, err = (Runner{}).Start(ctx, cfg, io.Discard); err == nil {
			fmt.Println(a.APIURL(), "s3="+a.S3URL(), strings.Join(a.Gateways(), " "))
			<-ctx.Done()
			err = a.Stop(context.Background())
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func testConfig(dir string, change map[string]string) (config.Config, error) {
	flags := map[string]string{"data-dir": dir, "listen": "127.0.0.1:0", "admin-listen": "127.0.0.1:0", "s3-listen": "off", "log-level": "error"}
	for k := range flags {
		if os.Getenv(config.EnvName(k)) != "" { // as a test of its own process gives it
			delete(flags, k)
		}
	}
	for k, v := range change {
		flags[k] = v
	}
	return config.Load(config.Sources{Flags: flags})
}

// server is a Cairn in this process.
type server struct {
	*App
	tb  testing.TB
	dir string
}

func start(tb testing.TB, dir string, change map[string]string) *server {
	tb.Helper()
	cfg, err := testConfig(dir, change)
	if err != nil {
		tb.Fatal(err)
	}
	a, err := Runner{}.Start(tb.Context(), cfg, os.Stderr)
	if err != nil {
		tb.Fatal(err)
	}
	s := &server{App: a, tb: tb, dir: dir}
	tb.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// client signs requests for one endpoint with a profile of its data directory.
type client struct {
	tb       testing.TB
	endpoint string
	cfg      aws.Config
	http     *http.Client
}

func newClient(tb testing.TB, endpoint, dir, profile string) *client {
	tb.Helper()
	cfg, err := awsconfig.LoadDefaultConfig(context.Background(), awsconfig.WithSharedCredentialsFiles([]string{filepath.Join(dir, "credentials")}),
		awsconfig.WithSharedConfigFiles(nil), awsconfig.WithSharedConfigProfile(profile), awsconfig.WithRegion("us-east-1"), awsconfig.WithBaseEndpoint(endpoint),
		awsconfig.WithRetryMaxAttempts(1))
	if err != nil {
		tb.Fatal(err)
	}
	cfg.HTTPClient = sdkhttp.WholeBodies{} // not an option: those of the environment would not fit it
	return &client{tb: tb, endpoint: endpoint, cfg: cfg, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

func (s *server) client(profile string) *client {
	s.tb.Helper()
	return newClient(s.tb, s.APIURL(), s.dir, profile)
}

func (c *client) trail() *cloudtrail.Client { return cloudtrail.NewFromConfig(c.cfg) }
func (c *client) sts() *sts.Client          { return sts.NewFromConfig(c.cfg) }

// request makes a signed request; change sees it before the signature.
func (c *client) request(service, path string, body []byte, change func(*http.Request)) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, c.endpoint+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	r.Header.Set("X-Amz-Content-Sha256", hash)
	if change != nil {
		change(r)
	}
	creds, err := c.cfg.Credentials.Retrieve(context.Background())
	if err != nil {
		return nil, err
	}
	return r, v4.NewSigner().SignHTTP(context.Background(), creds, r, r.Header.Get("X-Amz-Content-Sha256"), service, c.cfg.Region, time.Now())
}

// callerIdentity makes a GetCallerIdentity call and returns its request id.
func (c *client) callerIdentity() (string, error) {
	r, err := c.request("sts", "/", []byte("Action=GetCallerIdentity&Version=2011-06-15"), func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	})
	if err != nil {
		return "", err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%d %s %w", resp.StatusCode, body, err)
	}
	return resp.Header.Get("X-Amzn-Requestid"), nil
}

// ingest sends a stream of records.
func (c *client) ingest(body []byte, gzip, createAccounts bool) (sum intake.Summary, err error) {
	r, err := c.request("cairn", fmt.Sprintf("/cairn/v1/ingest?create-accounts=%v", createAccounts), body, func(r *http.Request) {
		if gzip {
			r.Header.Set("Content-Encoding", "gzip")
		}
	})
	if err != nil {
		return sum, err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return sum, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return sum, fmt.Errorf("%d %s %w", resp.StatusCode, answer, err)
	}
	return sum, json.Unmarshal(answer, &sum)
}

func (c *client) mustIngest(body []byte, gzip bool) intake.Summary {
	c.tb.Helper()
	sum, err := c.ingest(body, gzip, true)
	if err != nil {
		c.tb.Fatal(err)
	}
	return sum
}

// settle waits until lookups see everything that was acknowledged.
func (s *server) settle() {
	s.tb.Helper()
	if err := s.history.WaitFor(context.Background(), s.journal.Last()); err != nil {
		s.tb.Fatal(err)
	}
}

func lines(records [][]byte) []byte { return bytes.Join(records, []byte("\n")) }

func contains(tb testing.TB, text any, want ...string) {
	tb.Helper()
	got := fmt.Sprint(text)
	for _, w := range want {
		if !strings.Contains(got, w) {
			tb.Errorf("%q does not contain %q", got, w)
		}
	}
}

func gzipped(tb testing.TB, plain []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(plain); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// credentialsOf is a provider of fixed credentials.
func credentialsOf(id, secret, token string) func(context.Context) (aws.Credentials, error) {
	return func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token}, nil
	}
}
