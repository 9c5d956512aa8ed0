package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite docs/configuration.md")

// load runs Load with an environment and a YAML text.
func load(t *testing.T, yaml string, env, flags map[string]string) (Config, error) {
	t.Helper()
	merged := map[string]string{}
	for k, v := range flags {
		merged[k] = v
	}
	if yaml != "" {
		path := filepath.Join(t.TempDir(), "cairn.yaml")
		if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		merged["config"] = path
	}
	return Load(Sources{Flags: merged, Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
}

func TestDefaults(t *testing.T) {
	got, err := load(t, "", nil, map[string]string{"data-dir": "d"})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		DataDir: "d", Listen: "127.0.0.1:4570", S3Listen: "127.0.0.1:4571", AdminListen: "127.0.0.1:4572",
		BucketsEndpoint: "embedded", BucketsPolicies: true, SNSEndpoint: "off", LogsEndpoint: "off", EventsEndpoint: "off", LogFileInterval: 5 * time.Minute, DigestInterval: time.Hour, SigningKeyLifetime: 29 * 24 * time.Hour,
		Console: true, ConsoleIdleTimeout: time.Hour, ConsoleSessionDuration: 12 * time.Hour,
		AccountID: "111122223333", Region: "us-east-1", LogFormat: "text", LogLevel: "info",
		LakeCommitInterval: 2 * time.Second, LakeCatalog: "embedded", LakeMemory: 1 << 30,
		TrinoCatalog: "cairn", TrinoUser: "cairn", QuerySlots: 4, QueryMemory: 1 << 30, QueryResults: 8 << 30, HistoryRetention: 2160 * time.Hour, HistoryFlushAge: 5 * time.Minute,
		JournalMaxBytes: 16 << 30, MinFreeDisk: 256 << 20, ShutdownTimeout: 30 * time.Second,
		IngestConcurrency: 4,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestPrecedence: each source beats the one before it.
func TestPrecedence(t *testing.T) {
	yaml := "data-dir: from-file # a comment\nregion: eu-west-1\nlog-level: debug\n\nlookup-quota: 2\naccept-journal-damage: true\nhistory-retention: 30d\naccount-id: 012345678901\njournal-max-bytes: 33554432\ntls-cert:\n"
	env := map[string]string{"CAIRN_REGION": "eu-west-2", "CAIRN_LOG_LEVEL": "warn", "CAIRN_LISTEN": ""}
	got, err := load(t, yaml, env, map[string]string{"log-level": "error"})
	if err != nil {
		t.Fatal(err)
	}
	if got.DataDir != "from-file" || got.Region != "eu-west-2" || got.LogLevel != "error" || got.Listen != "127.0.0.1:4570" {
		t.Errorf("got %+v", got)
	}
	if got.LookupQuota != 2 || !got.AcceptJournalDamage || got.HistoryRetention != 720*time.Hour || got.AccountID != "012345678901" || got.JournalMaxBytes != 32<<20 {
		t.Errorf("got %+v", got)
	}
	// A value that a better source replaces is no problem.
	if _, err := load(t, "data-dir: d\nregion: nowhere\nlog-level: loud\n", env, nil); err != nil {
		t.Errorf("overridden values: %v", err)
	}
	// The file may be named by the environment.
	path := filepath.Join(t.TempDir(), "other.yaml")
	if err := os.WriteFile(path, []byte("data-dir: elsewhere\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := load(t, "", map[string]string{"CAIRN_CONFIG": path}, nil); err != nil || got.DataDir != "elsewhere" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestStrictFile(t *testing.T) {
	for yaml, want := range map[string]string{
		"data-dir: d\n\nlisen: x\n":               `unknown key "lisen" in line 3 of cairn.yaml; did you mean "listen"?`,
		"data-dir: d\nzzz: 1\n":                   `unknown key "zzz" in line 2 of cairn.yaml`,
		"data-dir: d\nregion: a\nregion: b\n":     `key "region" was given in line 2 already, and again in line 3 of cairn.yaml`,
		"data-dir: d\nlog-level: [a, b]\n":        `log-level: something else than text stands in line 2 of cairn.yaml`,
		"data-dir: d\nlog-level: 5\n":             `log-level: something else than text`,
		"data-dir: d\nshutdown-timeout: 30\n":     `shutdown-timeout: something else than a duration with its unit, as 5m or 90d`,
		"data-dir: d\nshutdown-timeout: soon\n":   `shutdown-timeout: "soon" is not a duration; write for example 90s, 5m, 36h or 90d (from line 2 of cairn.yaml)`,
		"data-dir: d\ningest-concurrency: 1.5\n":  `ingest-concurrency: something else than a whole number`,
		"data-dir: d\nlookup-quota: fast\n":       `lookup-quota: something else than a number`,
		"data-dir: d\naccept-journal-damage: 1\n": `accept-journal-damage: something else than true or false`,
		"data-dir: d\njournal-max-bytes: big\n":   `journal-max-bytes: "big" is not a size; write for example 256MiB or 16GiB (from line 2`,
		"data-dir: d\nconfig: other.yaml\n":       `"config" cannot be set in the file itself`,
		"- data-dir\n":                            `the file must be lines of the form "key: value"`,
		"data-dir: d\n---\nregion: a\n":           `a second YAML document begins in line 3`,
		"data-dir: [\n":                           `not valid YAML`,
		"data-dir: &a d\nregion: *a\n":            `something else than text`,
	} {
		_, err := load(t, yaml, nil, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", yaml, err, want)
		}
	}
	if _, err := load(t, "", nil, map[string]string{"data-dir": "d", "config": "no-such.yaml"}); err == nil || !strings.Contains(err.Error(), "cannot read the file") {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := load(t, "# nothing\n", nil, map[string]string{"data-dir": "d"}); err != nil {
		t.Errorf("a file of comments: %v", err)
	}
}

// A Trino server reads tables whose catalogue it has.
func TestTrinoNeedsACatalogue(t *testing.T) {
	_, err := load(t, "", nil, map[string]string{"data-dir": "d", "trino-url": "https://trino:8443"})
	if err == nil || !strings.Contains(err.Error(), "trino-url: a Trino server does not see the embedded catalogue of tables") {
		t.Errorf("with the embedded catalogue: %v", err)
	}
	if _, err := load(t, "", nil, map[string]string{"data-dir": "d", "trino-url": "https://trino:8443", "lake-catalog": "postgres://cairn@db/lake", "trino-password": "p"}); err != nil {
		t.Error(err)
	}
	if _, err := load(t, "", nil, map[string]string{"data-dir": "d", "trino-url": "trino"}); err == nil {
		t.Error("trino is no URL, and nobody minds")
	}
}

// TestProblemsTogether: everything wrong is in one error, each with its source.
func TestProblemsTogether(t *testing.T) {
	_, err := load(t, "account-id: '12'\nlisen: 1\nhistory-flush-age: 0s\n",
		map[string]string{"CAIRN_REGION": "Mars", "CAIRN_LOG_FORMAT": "xml", "CAIRN_ADMIN_LISTEN": "127.0.0.1:9"},
		map[string]string{"listen": "localhost:9", "tls-key": "k", "ingest-concurrency": "0", "query-slots": "65", "trino-url": "http://trino:8080", "trino-password": "p", "query-memory": "1MiB", "lake-memory": "2MiB", "lake-commit-interval": "1ms", "lake-catalog": "mysql://h/d", "min-free-disk": "1B", "journal-max-bytes": "1KiB", "lookup-quota": "-1", "shutdown-timeout": "-5s",
			"console-url": "https://trail.example.com/console/", "console-session-duration": "13h", "console-idle-timeout": "14h"})
	var all *Error
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	for _, want := range []string{
		`unknown key "lisen"`,
		`log-format: "xml" is not one of text, json (from the environment variable CAIRN_LOG_FORMAT)`,
		"data-dir: is required",
		"admin-listen: 127.0.0.1:9 is the address of listen too",
		"tls-cert and tls-key come together",
		`account-id: "12" is not twelve digits (from line 1 of cairn.yaml)`,
		`region: "Mars" is not a Region, as us-east-1 (from the environment variable CAIRN_REGION)`,
		"lookup-quota: -1 is negative; 0 is no limit (from the flag --lookup-quota)",
		"history-flush-age: 0s is not longer than zero",
		"shutdown-timeout: -5s is not longer than zero",
		`console-url: "https://trail.example.com/console/" is not the URL of a host`,
		"console-session-duration: 13h0m0s is not between zero and 12h0m0s",
		"console-idle-timeout: 14h0m0s is longer than console-session-duration",
		"journal-max-bytes: 1024 bytes are too few",
		"ingest-concurrency: 0 is not between",
		"query-slots: 65 is not between 1 and 64",
		"trino-password: a password is sent over https only",
		"lake-memory: 2097152 bytes are too few; give at least 64MiB",
		"query-memory: 1048576 bytes are too few; give at least 64MiB",
		"lake-commit-interval: 1ms is not between 100ms and 1h0m0s",
		"lake-catalog: is neither embedded nor the URL of a PostgreSQL database",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
	if len(all.Problems) != 21 {
		t.Errorf("%d problems: %v", len(all.Problems), err)
	}
}

func TestValidateTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	c := Defaults()
	c.DataDir, c.TLSCert, c.TLSKey = dir, cert, key
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "cannot be used") {
		t.Errorf("missing files: %v", err)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestAddresses(t *testing.T) {
	for addr, ok := range map[string]bool{
		"127.0.0.1:0": true, ":4570": true, "[::1]:80": true, "cairn.example:443": true,
		"127.0.0.1": false, "": false, "127.0.0.1:70000": false, "127.0.0.1:http": false, "127.0.0.1:+5": false, "h:007": false,
	} {
		if why := checkAddress(addr); (why == "") != ok {
			t.Errorf("%q: %q", addr, why)
		}
	}
	for pair, same := range map[[2]string]bool{
		{"127.0.0.1:1", "127.0.0.1:2"}: false,
		{":1", "127.0.0.1:1"}:          true,
		{"0.0.0.0:1", "10.0.0.1:1"}:    true,
		{"127.0.0.1:1", "10.0.0.1:1"}:  false,
		{":0", ":0"}:                   false,
	} {
		if got := sameAddress(pair[0], pair[1]); got != same {
			t.Errorf("%v: %v", pair, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 2160 * time.Hour, "2160h": 2160 * time.Hour, "1w": 168 * time.Hour, "1w1d1h": 193 * time.Hour,
		"1.5d": 36 * time.Hour, "1d12h": 36 * time.Hour, "250ms": 250 * time.Millisecond, "-1d": -24 * time.Hour,
		"0s": 0,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "5", "d", "1d1", "1d-1h", "--1d", "99999999999d", "1e9w", "NaNd", "Infd", "1h1d", "106751d24h"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q gave %v", text, got)
		}
	}
}

// TestManual compares docs/configuration.md with the settings.
func TestManual(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "configuration.md")
	if *update {
		if err := os.WriteFile(path, []byte(Manual()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != Manual() {
		t.Error("docs/configuration.md is not what the settings say; run: go test ./internal/config -run TestManual -update")
	}
	for i := range settings {
		if s := &settings[i]; s.key == "" || s.help == "" || strings.Contains(s.help, "|") {
			t.Errorf("setting %d: %+v", i, s)
		}
	}
}
