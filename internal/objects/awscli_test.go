package objects

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAWSCLI drives the endpoint with the command line that users have.
func TestAWSCLI(t *testing.T) {
	cli := os.Getenv("CAIRN_AWS_CLI")
	if cli == "" {
		var err error
		if cli, err = exec.LookPath("aws"); err != nil {
			t.Skip("no AWS CLI on this machine: make test installs one where it can")
		}
	}
	if testing.Short() {
		t.Skip("the AWS CLI takes a second a call")
	}
	e := start(t, Config{})
	run := func(args ...string) (string, error) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), cli, append([]string{"--endpoint-url", e.URL(), "--region", DefaultRegion, "--output", "json"}, args...)...)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+alice, "AWS_SECRET_ACCESS_KEY="+secretOf(alice), "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := run(args...)
		if err != nil {
			t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	dir := t.TempDir()
	small, large := filepath.Join(dir, "small"), filepath.Join(dir, "large")
	check(t, os.WriteFile(small, []byte("text"), 0o600))
	check(t, os.WriteFile(large, make([]byte, 20<<20), 0o600))
	must("s3", "mb", "s3://logs")
	must("s3api", "put-bucket-policy", "--bucket", "logs", "--policy", trailPolicy)
	must("s3", "cp", small, "s3://logs/a/small", "--metadata", "Signature=abc")
	must("s3", "cp", "--no-progress", large, "s3://logs/a/large")
	var head struct {
		ContentLength int
		Metadata      map[string]string
	}
	check(t, json.Unmarshal([]byte(must("s3api", "head-object", "--bucket", "logs", "--key", "a/small")), &head))
	if head.ContentLength != 4 || head.Metadata["signature"] != "abc" {
		t.Errorf("head: %+v", head)
	}
	back := filepath.Join(dir, "back")
	must("s3", "sync", "--no-progress", "s3://logs/a", back)
	for name, size := range map[string]int64{"small": 4, "large": 20 << 20} {
		info, err := os.Stat(filepath.Join(back, name))
		check(t, err)
		if info.Size() != size {
			t.Errorf("%s came back with %d bytes", name, info.Size())
		}
	}
	if out, err := run("s3", "ls", "s3://nowhere"); err == nil || !strings.Contains(out, "NoSuchBucket") {
		t.Errorf("ls of nowhere: %v: %s", err, out)
	}
	must("s3", "rb", "--force", "s3://logs")
}
