package verify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// aws serves what validate-logs asks for: the bucket, its Region, and the keys.
func (c *chain) aws(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".ListPublicKeys") {
			type key struct {
				Value, Fingerprint                 string
				ValidityStartTime, ValidityEndTime int64
			}
			var out struct{ PublicKeyList []key }
			for name, der := range c.keys {
				out.PublicKeyList = append(out.PublicKeyList, key{base64.StdEncoding.EncodeToString(der), name, midnight.Unix(), midnight.Add(30 * 24 * time.Hour).Unix()})
			}
			json.NewEncoder(w).Encode(out)
			return
		}
		key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/logs"), "/")
		c.mu.Lock()
		defer c.mu.Unlock()
		switch body, ok := c.objects[key]; {
		case key == "" && r.URL.Query().Has("location"):
			fmt.Fprint(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`)
		case key == "":
			c.list(w, r)
		case !ok:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>`)
		default:
			for k, v := range c.meta[key] {
				// Names in lower case: the AWS CLI does not find others.
				w.Header()["x-amz-meta-"+k] = []string{v}
			}
			w.Write(body)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (c *chain) list(w http.ResponseWriter, r *http.Request) {
	type entry struct{ Key string }
	out := struct {
		XMLName     xml.Name `xml:"ListBucketResult"`
		Contents    []entry
		IsTruncated bool
	}{}
	q := r.URL.Query()
	for _, k := range slices.Sorted(maps.Keys(c.objects)) {
		if strings.HasPrefix(k, q.Get("prefix")) && k > q.Get("marker") {
			out.Contents = append(out.Contents, entry{k})
		}
	}
	xml.NewEncoder(w).Encode(out)
}

// TestAgreesWithTheAWSCLI does the same damage to a bucket for both, and
// compares line by line what they say of each file, and the counts. What only
// this package sees (see the package comment) is left out of the comparison.
func TestAgreesWithTheAWSCLI(t *testing.T) {
	cli := os.Getenv("CAIRN_AWS_CLI")
	if cli == "" {
		var err error
		if cli, err = exec.LookPath("aws"); err != nil {
			t.Skip("no AWS CLI on this machine: make test installs one where it can")
		}
	}
	f := func(name string, tamper func(c *chain, digest, log string)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChain(t, 8, 4)
			tamper(c, c.digests[2], c.logs[2][1])
			report, found := c.validate(t, c)
			var ours []string
			for _, f := range found {
				if f.Kind == DigestFile || f.Kind == LogFileOf {
					ours = append(ours, fmt.Sprintf("%s\ts3://%s/%s\t%s", f.Kind, f.Bucket, f.Key, f.Message))
				}
			}
			server := c.aws(t)
			cmd := exec.CommandContext(t.Context(), cli, "--region", "us-east-1", "cloudtrail", "validate-logs", "--verbose",
				"--trail-arn", trail.ARN, "--s3-bucket", trail.Bucket, "--s3-prefix", trail.Prefix,
				"--start-time", stamp(midnight), "--end-time", stamp(midnight.Add(24*time.Hour)))
			cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+server.URL, "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=y", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
			out, err := cmd.CombinedOutput()
			if (err != nil) != report.Damaged() {
				t.Errorf("the AWS CLI ended with %v, here damaged is %v:\n%s", err, report.Damaged(), out)
			}
			var theirs []string
			for line := range strings.Lines(string(out)) {
				if line = strings.TrimRight(line, "\n"); strings.HasPrefix(line, "Digest file\t") || strings.HasPrefix(line, "Log file\t") {
					theirs = append(theirs, line)
				}
			}
			slices.Sort(ours)
			slices.Sort(theirs)
			if !slices.Equal(ours, theirs) {
				t.Errorf("here:\n%s\nAWS CLI:\n%s", strings.Join(ours, "\n"), out)
			}
			if !strings.Contains(string(out), report.Digests.line("digest files")) || !strings.Contains(string(out), report.Logs.line("log files")) {
				t.Errorf("summary:\n%s\nAWS CLI:\n%s", report.Summary(), out)
			}
		})
	}
	f("sound", func(*chain, string, string) {})
	f("log modified", func(c *chain, _, log string) { c.objects[log] = zipped([]byte("{}")) })
	f("log no gzip", func(c *chain, _, log string) { c.objects[log] = []byte("{}") })
	f("log truncated", func(c *chain, _, log string) { c.objects[log] = c.objects[log][:len(c.objects[log])/2] })
	f("logs swapped", func(c *chain, _, log string) {
		c.objects[log], c.objects[c.logs[1][0]] = c.objects[c.logs[1][0]], c.objects[log]
	})
	f("log renamed", func(c *chain, _, log string) {
		c.objects[strings.Replace(log, ".json.gz", "x.json.gz", 1)] = c.objects[log]
		delete(c.objects, log)
	})
	f("digest truncated", func(c *chain, digest, _ string) { c.objects[digest] = c.objects[digest][:len(c.objects[digest])/2] })
	f("digests swapped", func(c *chain, digest, _ string) {
		other := c.digests[1]
		c.objects[digest], c.objects[other] = c.objects[other], c.objects[digest]
		c.meta[digest], c.meta[other] = c.meta[other], c.meta[digest]
	})
	f("digest renamed", func(c *chain, digest, _ string) {
		moved := strings.Replace(digest, "00Z.json.gz", "07Z.json.gz", 1)
		c.objects[moved], c.meta[moved] = c.objects[digest], c.meta[digest]
		delete(c.objects, digest)
	})
	f("chain broken", func(c *chain, _, _ string) {
		for _, digest := range c.digests[1:4] {
			delete(c.objects, digest)
		}
	})
	f("log deleted", func(c *chain, _, log string) { delete(c.objects, log) })
	f("digest modified", func(c *chain, digest, _ string) {
		c.objects[digest] = zipped([]byte(strings.Replace(string(mustUnzip(c.objects[digest])), `"hashValue":"`, `"hashValue":"0`, 1)))
	})
	f("digest no digest", func(c *chain, digest, _ string) { c.objects[digest] = zipped([]byte(`{"logFiles":[]}`)) })
	f("digest deleted", func(c *chain, digest, _ string) { delete(c.objects, digest) })
	f("digest in another's place", func(c *chain, digest, _ string) {
		c.objects[digest], c.meta[digest] = c.objects[c.digests[1]], c.meta[c.digests[1]]
	})
	f("wrong signature", func(c *chain, digest, _ string) { c.meta[digest] = c.meta[c.digests[1]] })
	f("key missing", func(c *chain, _, _ string) { delete(c.keys, "key0") })
	f("wrong key", func(c *chain, _, _ string) { c.keys["key0"] = c.keys["key1"] })
	f("key damaged", func(c *chain, _, _ string) { c.keys["key0"] = []byte("x") })
}

var speed = flag.Bool("speed", false, "run TestSpeedAgainstTheAWSCLI, some minutes")

// TestSpeedAgainstTheAWSCLI times both on the same bucket, over HTTP on
// loopback, once as it is and once with 20 ms added to each request: a week of
// hourly digests, with 12 log files of 150 KB each.
func TestSpeedAgainstTheAWSCLI(t *testing.T) {
	if !*speed {
		t.Skip("takes minutes: -speed runs it")
	}
	cli := os.Getenv("CAIRN_AWS_CLI")
	if cli == "" {
		cli = "aws"
	}
	c := newBigChain(t, 168, 12, 150_000)
	raw := 168 * 12 * 150_000
	for _, delay := range []time.Duration{0, 20 * time.Millisecond} {
		server := c.aws(t)
		inner := server.Config.Handler
		slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if delay > 0 {
				<-time.After(delay)
			}
			inner.ServeHTTP(w, r)
		}))
		defer slow.Close()
		begun := time.Now()
		cmd := exec.CommandContext(t.Context(), cli, "--region", "us-east-1", "cloudtrail", "validate-logs", "--trail-arn", trail.ARN, "--s3-bucket", trail.Bucket,
			"--s3-prefix", trail.Prefix, "--start-time", stamp(midnight), "--end-time", stamp(midnight.Add(168*time.Hour)))
		cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+slow.URL, "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=y", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		theirs := time.Since(begun)
		begun = time.Now()
		r, err := Validate(t.Context(), overHTTP{slow.URL}, c.keys, trail, Options{Start: midnight, End: midnight.Add(168 * time.Hour), Workers: 64})
		if err != nil || r.Digests.Valid != 168 || r.Logs.Valid != 168*12 {
			t.Fatal(r, err)
		}
		ours := time.Since(begun)
		t.Logf("%v added to each request: AWS CLI %v, here %v (%.0f MB/s of raw log data), ratio %.0f", delay, theirs.Round(time.Millisecond), ours.Round(time.Millisecond),
			float64(raw)/ours.Seconds()/1e6, theirs.Seconds()/ours.Seconds())
	}
}

// overHTTP reads the stub's bucket as the AWS CLI does, without a signature.
type overHTTP struct{ url string }

func (s overHTTP) Get(ctx context.Context, bucket, key string) (Object, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/"+bucket+"/"+key, nil)
	if err != nil {
		return Object{}, err
	}
	resp, err := httpClient.Do(req)
	if err != nil {
		return Object{}, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return Object{}, ErrNotFound
	}
	return Object{Body: resp.Body, Metadata: map[string]string{"signature": resp.Header.Get("X-Amz-Meta-Signature")}}, nil
}

var httpClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

func (s overHTTP) List(ctx context.Context, bucket, prefix, after string, yield func(string) bool) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/"+bucket+"?prefix="+prefix+"&marker="+after, nil)
	if err != nil {
		return err
	}
	resp, err := httpClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var out struct{ Contents []struct{ Key string } }
	if err := xml.NewDecoder(resp.Body).Decode(&out); err != nil {
		return err
	}
	for _, e := range out.Contents {
		if !yield(e.Key) {
			break
		}
	}
	return nil
}
