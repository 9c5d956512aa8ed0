package config

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// minJournal is the least room for the journal: a few of its largest batches.
const minJournal = 16 << 20

// maxIngest bounds ingest-concurrency: each upload that is read holds buffers
// of some megabytes.
const maxIngest = 256

// maxQuerySlots bounds query-slots, and minQuery is the least that a query can work
// with, in memory and for its results.
const (
	maxQuerySlots = 64
	minQuery      = 64 << 20
)

// The bounds of lake-commit-interval: each commit writes a file, and the journal
// holds what is not committed.
const (
	minCommitInterval = 100 * time.Millisecond
	maxCommitInterval = time.Hour
)

// maxKeyLifetime makes keys that are valid for 30 days, with the half days before
// and behind in which they do not sign.
const maxKeyLifetime = 29 * 24 * time.Hour

var (
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	// regionPattern fits every Region of AWS, as us-gov-west-1 and
	// eusc-de-east-1; the length limit is the one of the API.
	regionPattern = regexp.MustCompile(`^[a-z]{2,8}(-[a-z]{2,16}){1,3}-[0-9]{1,2}$`)
)

// Validate checks the settings as a whole. An error is an *[Error] with every
// problem there is. The only files it reads are TLS pairs and endpoint policies.
func (c *Config) Validate() error {
	if problems := c.validate(); len(problems) > 0 {
		return &Error{Problems: problems}
	}
	return nil
}

func (c *Config) validate() []Problem {
	var out []Problem
	bad := func(key, format string, args ...any) {
		out = append(out, Problem{Key: key, Text: fmt.Sprintf(format, args...)})
	}
	if c.DataDir == "" {
		bad("data-dir", "is required; name the folder to keep everything in, with --data-dir DIR or %s", EnvName("data-dir"))
	}
	for _, a := range []struct{ key, addr string }{{"listen", c.Listen}, {"admin-listen", c.AdminListen}} {
		if why := checkAddress(a.addr); why != "" {
			bad(a.key, "%s", why)
		}
	}
	if c.S3Listen != Off {
		if why := checkAddress(c.S3Listen); why != "" {
			bad("s3-listen", "%s; or write off", why)
		}
		for _, a := range []struct{ key, addr string }{{"listen", c.Listen}, {"admin-listen", c.AdminListen}} {
			if sameAddress(c.S3Listen, a.addr) {
				bad("s3-listen", "%s is the address of %s too; the two must differ", c.S3Listen, a.key)
			}
		}
	}
	for _, e := range []struct{ key, value, none string }{
		{"buckets-endpoint", c.BucketsEndpoint, Embedded}, {"sns-endpoint", c.SNSEndpoint, Off}, {"logs-endpoint", c.LogsEndpoint, Off}, {"events-endpoint", c.EventsEndpoint, Off},
	} {
		if e.value != e.none && e.value != AWS && !isURL(e.value) {
			bad(e.key, "%q is neither %s, nor aws, nor a URL", e.value, e.none)
		}
	}
	switch {
	case (c.WebhookURL == "") != (c.WebhookSecrets == ""):
		bad("webhook-url", "webhook-url and webhook-secrets come together: give both or none")
	case c.WebhookURL != "" && !isURL(c.WebhookURL):
		bad("webhook-url", "%q is not a URL", c.WebhookURL)
	}
	if sameAddress(c.Listen, c.AdminListen) {
		bad("admin-listen", "%s is the address of listen too; the two must differ", c.AdminListen)
	}
	if why := checkTLS(c.TLSCert, c.TLSKey); why != "" {
		bad("tls-cert", "%s", why)
	}
	c.validateConsole(bad)
	if !accountPattern.MatchString(c.AccountID) {
		bad("account-id", "%q is not twelve digits", c.AccountID)
	}
	if len(c.Region) > 32 || !regionPattern.MatchString(c.Region) {
		bad("region", "%q is not a Region, as us-east-1", c.Region)
	}
	for _, key := range []string{"log-format", "log-level"} {
		value := map[string]string{"log-format": c.LogFormat, "log-level": c.LogLevel}[key]
		if err := find(key).set(new(Config), value); err != nil {
			bad(key, "%v", err)
		}
	}
	switch {
	case c.TrinoURL == "":
	case !isURL(c.TrinoURL):
		bad("trino-url", "%q is not a URL; write it as https://trino:8443", c.TrinoURL)
	case c.LakeCatalog == Embedded:
		bad("trino-url", "a Trino server does not see the embedded catalogue of tables; set lake-catalog to a PostgreSQL database that both know")
	case c.TrinoPassword != "" && !strings.HasPrefix(c.TrinoURL, "https://"):
		bad("trino-password", "a password is sent over https only; trino-url is %s", c.TrinoURL)
	}
	if c.QuerySlots < 1 || c.QuerySlots > maxQuerySlots {
		bad("query-slots", "%d is not between 1 and %d", c.QuerySlots, maxQuerySlots)
	}
	for _, m := range []struct {
		key   string
		value int64
	}{{"lake-memory", c.LakeMemory}, {"query-memory", c.QueryMemory}, {"query-results", c.QueryResults}} {
		if m.value < minQuery {
			bad(m.key, "%d bytes are too few; give at least %dMiB", m.value, minQuery>>20)
		}
	}
	if !(c.LookupQuota >= 0) {
		bad("lookup-quota", "%v is negative; 0 is no limit", c.LookupQuota)
	}
	for _, d := range []struct {
		key   string
		value time.Duration
	}{{"history-retention", c.HistoryRetention}, {"history-flush-age", c.HistoryFlushAge}, {"shutdown-timeout", c.ShutdownTimeout}, {"log-file-interval", c.LogFileInterval}, {"digest-interval", c.DigestInterval}} {
		if d.value <= 0 {
			bad(d.key, "%v is not longer than zero", d.value)
		}
	}
	if c.LogFileInterval > 0 && c.DigestInterval > 0 && c.DigestInterval%c.LogFileInterval != 0 {
		bad("digest-interval", "%v is not a multiple of log-file-interval, %v", c.DigestInterval, c.LogFileInterval)
	}
	if c.SigningKeyLifetime < time.Minute || c.SigningKeyLifetime > maxKeyLifetime {
		bad("signing-key-lifetime", "%v is not between 1m and 29d: CloudTrail's keys are valid for 30 days", c.SigningKeyLifetime)
	}
	if c.HistoryFlushAge > 0 && c.HistoryRetention > 0 && c.HistoryFlushAge >= c.HistoryRetention {
		bad("history-flush-age", "%v is not shorter than history-retention, %v", c.HistoryFlushAge, c.HistoryRetention)
	}
	if c.JournalMaxBytes < minJournal {
		bad("journal-max-bytes", "%d bytes are too few; the journal needs 16MiB at least", c.JournalMaxBytes)
	}
	if c.MinFreeDisk < 0 {
		bad("min-free-disk", "%d is negative", c.MinFreeDisk)
	}
	if c.IngestConcurrency < 1 || c.IngestConcurrency > maxIngest {
		bad("ingest-concurrency", "%d is not between 1 and %d", c.IngestConcurrency, maxIngest)
	}
	if c.LakeCommitInterval < minCommitInterval || c.LakeCommitInterval > maxCommitInterval {
		bad("lake-commit-interval", "%v is not between %v and %v", c.LakeCommitInterval, minCommitInterval, maxCommitInterval)
	}
	if u, err := url.Parse(c.LakeCatalog); c.LakeCatalog != Embedded && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Host == "") {
		bad("lake-catalog", "is neither embedded nor the URL of a PostgreSQL database, as postgres://cairn@127.0.0.1/lake")
	}
	c.validateGateways(bad)
	c.validateBuckets(bad)
	c.validateInlets(bad)
	return out
}

// maxConsoleSession is how long AWS's console keeps users signed in.
const maxConsoleSession = 12 * time.Hour

func (c *Config) validateConsole(bad func(key, format string, args ...any)) {
	if c.ConsoleURL != "" {
		u, err := url.Parse(c.ConsoleURL)
		if err != nil || !isURL(c.ConsoleURL) || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
			bad("console-url", "%q is not the URL of a host; write it as https://trail.example.com", c.ConsoleURL)
		}
	}
	if c.ConsoleIdleTimeout <= 0 {
		bad("console-idle-timeout", "%v is not longer than zero", c.ConsoleIdleTimeout)
	}
	if c.ConsoleSessionDuration <= 0 || c.ConsoleSessionDuration > maxConsoleSession {
		bad("console-session-duration", "%v is not between zero and %v", c.ConsoleSessionDuration, maxConsoleSession)
	}
	if c.ConsoleIdleTimeout > c.ConsoleSessionDuration {
		bad("console-idle-timeout", "%v is longer than console-session-duration, %v", c.ConsoleIdleTimeout, c.ConsoleSessionDuration)
	}
}

// checkTLS says what is wrong with a certificate and its key.
func checkTLS(cert, key string) string {
	if (cert == "") != (key == "") {
		return "tls-cert and tls-key come together: give both or none"
	}
	if cert != "" {
		if _, err := tls.LoadX509KeyPair(cert, key); err != nil {
			return fmt.Sprintf("the certificate and its key cannot be used: %v", err)
		}
	}
	return ""
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// checkAddress says what is wrong with a listen address; names are not
// resolved.
func checkAddress(addr string) string {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Sprintf("%q is not an address; write HOST:PORT, as 127.0.0.1:4570", addr)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Sprintf("%q has no port between 0 and 65535", addr)
	} else if strconv.FormatUint(n, 10) != port {
		return fmt.Sprintf("%q has no plain port number", addr)
	}
	return ""
}

// sameAddress tells that two listeners cannot both have their address: the
// ports are equal, and the hosts are or one of them means every address.
func sameAddress(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	every := func(host string) bool {
		ip := net.ParseIP(host)
		return host == "" || ip != nil && ip.IsUnspecified()
	}
	loopback := func(host string) string {
		if host == "localhost" {
			return "127.0.0.1"
		}
		return host
	}
	return loopback(hostA) == loopback(hostB) || every(hostA) || every(hostB)
}
