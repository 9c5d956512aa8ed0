package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/cairntrail/cairn/internal/app"
	"github.com/cairntrail/cairn/internal/cli"
	"github.com/cairntrail/cairn/internal/config"
)

// server is one in this process, with free ports.
type server struct {
	*testing.T
	api, s3, dir string
}

func start(t *testing.T) *server {
	t.Helper()
	dir := t.TempDir()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data-dir": dir, "listen": "127.0.0.1:0", "admin-listen": "127.0.0.1:0", "s3-listen": "127.0.0.1:0", "log-level": "error"}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Runner{}.Start(t.Context(), cfg, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &server{t, a.APIURL(), a.S3URL(), dir}
}

// cairn runs a command against the server.
func (s *server) cairn(want int, args ...string) (stdout, stderr string) {
	s.Helper()
	var out, errs bytes.Buffer
	args = append(args, "--endpoint", s.api, "--data-dir", s.dir)
	if got := cli.Main(s.Context(), nil, args, strings.NewReader(""), &out, &errs); got != want {
		s.Errorf("cairn %v ended with %d, want %d:\n%s%s", args, got, want, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

// TestImport copies the log files of a folder into an event data store and queries
// them; one that is damaged is told, and tried again when it is mended.
func TestImport(t *testing.T) {
	s := start(t)
	s.Setenv("AWS_ENDPOINT_URL_S3", s.s3)
	folder := filepath.Join(t.TempDir(), "AWSLogs", "111122223333", "CloudTrail", "us-east-1", "2026", "11", "20")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Add(-24 * time.Hour).Format(time.RFC3339)
	for i := range 3 {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		fmt.Fprintf(z, `{"Records":[{"eventVersion":"1.08","eventTime":%q,"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"us-east-1","eventID":"00000000-0000-4000-8000-00000000000%d","recipientAccountId":"111122223333","eventCategory":"Management","readOnly":false}]}`, at, i)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		body := b.Bytes()
		if i == 2 {
			body = body[:len(body)/2]
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("111122223333_CloudTrail_us-east-1_20261120T1200Z_%016d.json.gz", i)), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root := strings.TrimSuffix(folder, filepath.Join("AWSLogs", "111122223333", "CloudTrail", "us-east-1", "2026", "11", "20"))
	_, said := s.cairn(1, "import", root)
	if !strings.Contains(said, "no event data store") {
		t.Error(said)
	}
	s.createStore()
	out, said := s.cairn(1, "import", "--json", root)
	var end struct {
		ImportID   string
		Status     string
		Statistics struct{ FilesCompleted, EventsCompleted, FailedEntries int }
	}
	if err := json.Unmarshal([]byte(out), &end); err != nil || end.Status != "FAILED" || end.Statistics.EventsCompleted != 2 || end.Statistics.FailedEntries != 1 {
		t.Fatal(out, said, err)
	}
	out, said = s.cairn(1, "import", "--retry", end.ImportID)
	if !strings.Contains(said, "InvalidFile: The file is damaged") || !strings.Contains(out, "Events    2") {
		t.Error(out, said)
	}
	if out, _ = s.cairn(0, "query", "--format", "csv", "-q", "SELECT count(*) AS n, min(eventName) AS name FROM $EDS_ID"); !strings.Contains(out, "2,RunInstances") {
		t.Error(out)
	}
	out, said = s.cairn(0, "import", "--start-time", "1h", root)
	if !strings.Contains(out, "Events    0") || !strings.Contains(said, "Nothing was imported") {
		t.Error(out, said)
	}
	s.cairn(2, "import")
	s.cairn(2, "import", "--verify", root)
}

// createStore makes an event data store that takes no new events.
func (s *server) createStore() {
	s.Helper()
	cfg, err := awsconfig.LoadDefaultConfig(s.Context(), awsconfig.WithSharedCredentialsFiles([]string{filepath.Join(s.dir, "credentials")}), awsconfig.WithSharedConfigFiles(nil),
		awsconfig.WithSharedConfigProfile("default"), awsconfig.WithRegion("us-east-1"), awsconfig.WithBaseEndpoint(s.api))
	if err != nil {
		s.Fatal(err)
	}
	if _, err := cloudtrail.NewFromConfig(cfg).CreateEventDataStore(s.Context(), &cloudtrail.CreateEventDataStoreInput{Name: aws.String("copied"), StartIngestion: aws.Bool(false)}); err != nil {
		s.Fatal(err)
	}
}
