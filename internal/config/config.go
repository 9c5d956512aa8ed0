// Package config is the settings of a Cairn server: what can be set, where a
// setting may come from, and whether the whole makes sense.
//
// A setting has one name everywhere: a kebab-case key in the YAML file
// ("data-dir"), a flag ("--data-dir") and an environment variable
// ("CAIRN_DATA_DIR"). Defaults are overridden by the file, the file by the
// environment, the environment by flags.
//
// It guarantees that a setting that is not understood is an error and never
// ignored, and that [Load] reports everything that is wrong at once, each
// problem with its key and where the value came from. It opens nothing except
// the YAML file, and the TLS files and endpoint policies that the settings name.
// It has no locks and starts no goroutines.
//
// To add a setting, add a field to [Config]; the flag, the environment
// variable, the YAML key and its line in docs/configuration.md follow from the
// field's tags. Only [Gateway] is a mapping of its own, which only the YAML file
// can hold; its keys are rows of a table.
package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Config is every setting of `cairn serve`. The tags are its manual: name is
// the key, value the default in the notation of the YAML file, help one
// sentence for people, choices what is allowed, unit "bytes" marks a size, and
// source "outside" a setting that the YAML file itself cannot hold.
type Config struct {
	// DataDir is the folder that everything is kept in: the journal, the event
	// history, the control-plane database, the master key and the credentials
	// file of the first account. It is created with mode 0700. Two servers
	// cannot share one.
	DataDir string `name:"data-dir" type:"setting" placeholder:"DIR" help:"Folder that keeps everything; required."`

	// File is the YAML file that the other settings may stand in, as
	// "listen: 127.0.0.1:4570", one a line.
	File string `name:"config" type:"setting" placeholder:"FILE" source:"outside" help:"YAML file with any of these settings."`

	// Listen is the address of the API.
	Listen string `name:"listen" type:"setting" placeholder:"ADDR" value:"127.0.0.1:4570" help:"Address of the API; port 0 takes a free one."`

	// S3Listen is the address of the embedded S3 endpoint, over the folder buckets
	// of DataDir, with the keys of the directory.
	S3Listen string `name:"s3-listen" type:"setting" placeholder:"ADDR" value:"127.0.0.1:4571" help:"Address of the embedded S3 endpoint; port 0 takes a free one, and off turns it off."`

	// BucketsEndpoint is where trails' buckets are: the embedded endpoint, AWS, or
	// the URL of another store. BucketsProfile is the AWS profile whose credentials
	// deliver there; without one they are found as the AWS CLI finds them.
	// BucketsPolicies is off for stores that have no bucket policies.
	BucketsEndpoint string `name:"buckets-endpoint" type:"setting" placeholder:"URL" value:"embedded" help:"Where trails' buckets are: embedded, aws, or the URL of an S3 endpoint."`
	BucketsProfile  string `name:"buckets-profile" type:"setting" placeholder:"NAME" help:"AWS profile that delivers to buckets elsewhere; otherwise found as the AWS CLI does."`
	BucketsPolicies bool   `name:"buckets-policies" type:"setting-bool" value:"true" help:"Check the bucket policy when a trail is made; false for stores that have none."`

	// SNSEndpoint, LogsEndpoint and EventsEndpoint are where trails notify topics,
	// and send their records: off, aws, or the URL of a service that stands in.
	// NotifyProfile is the AWS profile whose credentials do it.
	SNSEndpoint    string `name:"sns-endpoint" type:"setting" placeholder:"URL" value:"off" help:"SNS for trails with a topic: off, aws, or a URL."`
	LogsEndpoint   string `name:"logs-endpoint" type:"setting" placeholder:"URL" value:"off" help:"CloudWatch Logs for trails with a log group: off, aws, or a URL."`
	EventsEndpoint string `name:"events-endpoint" type:"setting" placeholder:"URL" value:"off" help:"EventBridge for the records of all trails: off, aws, or a URL."`
	NotifyProfile  string `name:"notify-profile" type:"setting" placeholder:"NAME" help:"AWS profile for these services; otherwise found as the AWS CLI does."`

	// WebhookURL is told of the log files of all trails; WebhookSecrets is a file
	// with the secrets that sign what it is told.
	WebhookURL     string `name:"webhook-url" type:"setting" placeholder:"URL" help:"Address that is told of each trail's new log files; needs webhook-secrets too."`
	WebhookSecrets string `name:"webhook-secrets" type:"setting" placeholder:"FILE" help:"File with secrets that sign webhooks, whsec_ and base64, one a line."`

	// LogFileInterval is how often trails deliver log files; DigestInterval how
	// often digest files.
	LogFileInterval time.Duration `name:"log-file-interval" type:"setting" placeholder:"TIME" value:"5m" help:"How often trails deliver log files."`
	DigestInterval  time.Duration `name:"digest-interval" type:"setting" placeholder:"TIME" value:"1h" help:"How often trails deliver digest files; a multiple of log-file-interval."`

	// SigningKeyLifetime is how long a Region's key signs digest files before
	// another takes its place.
	SigningKeyLifetime time.Duration `name:"signing-key-lifetime" type:"setting" placeholder:"TIME" value:"29d" help:"How long a key signs digest files before it is replaced; from 1m to 29d."`

	// AdminListen is the address of metrics and profiles, which ask for no
	// credentials: keep it on loopback, or behind something that asks.
	AdminListen string `name:"admin-listen" type:"setting" placeholder:"ADDR" value:"127.0.0.1:4572" help:"Address of metrics, without authentication; port 0 takes a free one."`

	// TLSCert and TLSKey are PEM files; with both the API speaks TLS only.
	TLSCert string `name:"tls-cert" type:"setting" placeholder:"FILE" help:"PEM certificate chain of the API; needs tls-key too."`
	TLSKey  string `name:"tls-key" type:"setting" placeholder:"FILE" help:"PEM private key of the API; needs tls-cert too."`

	// Console serves the web console at /console/ of the API's listener. ConsoleURL is
	// where browsers see that listener, if they come through a proxy: with https,
	// cookies are for https only. ConsoleIdleTimeout ends a session that is not used,
	// ConsoleSessionDuration every session.
	Console                bool          `name:"console" type:"setting-bool" value:"true" help:"Serve the web console at the API's address; false for none."`
	ConsoleURL             string        `name:"console-url" type:"setting" placeholder:"URL" help:"Where browsers see the API's address, as https://trail.example.com, if they come through a proxy."`
	ConsoleIdleTimeout     time.Duration `name:"console-idle-timeout" type:"setting" placeholder:"TIME" value:"1h" help:"How long somebody stays signed in to the console without using it."`
	ConsoleSessionDuration time.Duration `name:"console-session-duration" type:"setting" placeholder:"TIME" value:"12h" help:"How long somebody stays signed in to the console at most; up to 12h."`

	// AccountID is the account that the first start makes. It administers the
	// others, and receives the records of calls by nobody known. It cannot be
	// changed afterwards.
	AccountID string `name:"account-id" type:"setting" placeholder:"ID" value:"111122223333" help:"The first account: twelve digits, made at the first start."`

	// Region is the Region of calls that name none, and of the first profile.
	Region string `name:"region" type:"setting" placeholder:"REGION" value:"us-east-1" help:"Region of calls that name none."`

	// LogFormat is how the server's own log is written: text for people, json
	// for machines.
	LogFormat string `name:"log-format" type:"setting" placeholder:"FORMAT" value:"text" choices:"text,json" help:"Form of the server's log: text or json."`

	// LogLevel is the least important kind of line that the log has.
	LogLevel string `name:"log-level" type:"setting" placeholder:"LEVEL" value:"info" choices:"debug,info,warn,error" help:"What the log has: debug, info, warn or error."`

	// LookupQuota is how many LookupEvents calls per second an account may make
	// in a Region before ThrottlingException. AWS allows 2.
	LookupQuota float64 `name:"lookup-quota" type:"setting" placeholder:"N" value:"0" help:"LookupEvents calls per second for each account and Region; 0 is no limit, 2 is what AWS has."`

	// LakeCommitInterval is how long events wait for others before the tables of event
	// data stores take them together: queries see an event so much later. LakeCatalog
	// is where the tables' catalogue is: embedded is a file in DataDir, and a
	// PostgreSQL database lets other Iceberg readers, as Trino, find the tables.
	// LakeMemory is what writing or merging files of tables may use before it spills
	// to disk.
	LakeCommitInterval time.Duration `name:"lake-commit-interval" type:"setting" placeholder:"TIME" value:"2s" help:"How long events wait before the tables of event data stores take them together."`
	LakeCatalog        string        `name:"lake-catalog" type:"setting" placeholder:"URL" value:"embedded" help:"Catalogue of the tables of event data stores: embedded, or postgres://USER@HOST/DATABASE."`
	LakeMemory         int64         `name:"lake-memory" type:"setting" placeholder:"SIZE" value:"1GiB" unit:"bytes" help:"Memory for writing and merging files of tables; what needs more is spilled to disk."`

	// QuerySlots is how many queries over event data stores run at once, of all
	// accounts; more wait. QueryMemory is what one of them may use before it spills to
	// disk, and QueryResults what the results of all may take on disk.
	QuerySlots   int   `name:"query-slots" type:"setting" placeholder:"N" value:"4" help:"How many queries over event data stores run at once."`
	QueryMemory  int64 `name:"query-memory" type:"setting" placeholder:"SIZE" value:"1GiB" unit:"bytes" help:"Memory of one query; what needs more is spilled to disk."`
	QueryResults int64 `name:"query-results" type:"setting" placeholder:"SIZE" value:"8GiB" unit:"bytes" help:"Room on disk for the results of queries, which are kept for seven days."`

	// TrinoURL is a Trino server that runs queries in place of DuckDB, over the same
	// tables: it has a catalogue TrinoCatalog that is the lake's, which has to be in
	// PostgreSQL then. TrinoUser is who it is asked as, TrinoPassword a file with the
	// user's password, and TrinoCertificates one with certificates to trust.
	TrinoURL          string `name:"trino-url" type:"setting" placeholder:"URL" help:"Trino server that runs queries, as https://trino:8443; without one DuckDB does, in this process."`
	TrinoCatalog      string `name:"trino-catalog" type:"setting" placeholder:"NAME" value:"cairn" help:"The server's catalogue that has the tables of event data stores."`
	TrinoUser         string `name:"trino-user" type:"setting" placeholder:"NAME" value:"cairn" help:"Who the Trino server is asked as."`
	TrinoPassword     string `name:"trino-password" type:"setting" placeholder:"FILE" help:"File with that user's password; needs https."`
	TrinoCertificates string `name:"trino-certificates" type:"setting" placeholder:"FILE" help:"PEM file with certificates that are trusted beside the system's."`

	// HistoryRetention is how long the event history keeps events, counted from
	// their eventTime. AWS keeps 90 days.
	HistoryRetention time.Duration `name:"history-retention" type:"setting" placeholder:"TIME" value:"90d" help:"How long the event history keeps events."`

	// HistoryFlushAge is how long events stay in memory, journaled already,
	// before they are written to the event history's files.
	HistoryFlushAge time.Duration `name:"history-flush-age" type:"setting" placeholder:"TIME" value:"5m" help:"How long events wait in memory, journaled already, for the history's files."`

	// JournalMaxBytes bounds the journal on disk. A full journal refuses events;
	// it never drops one.
	JournalMaxBytes int64 `name:"journal-max-bytes" type:"setting" placeholder:"SIZE" value:"16GiB" unit:"bytes" help:"Largest size of the journal; when full, events are refused."`

	// MinFreeDisk is how much room stays free on the data folder's disk: with
	// less, events are refused while the rest still works. 0 turns that off.
	MinFreeDisk int64 `name:"min-free-disk" type:"setting" placeholder:"SIZE" value:"256MiB" unit:"bytes" help:"Room to leave free on the disk; below it, events are refused."`

	// AcceptJournalDamage starts with a journal that failed its check: it is moved
	// aside and rebuilt from what can be read. Without it the server refuses to start.
	AcceptJournalDamage bool `name:"accept-journal-damage" type:"setting-bool" value:"false" help:"Start with a damaged journal: it is moved aside and rebuilt from what can be read."`

	// ShutdownTimeout is how long a stop waits for requests in flight.
	ShutdownTimeout time.Duration `name:"shutdown-timeout" type:"setting" placeholder:"TIME" value:"30s" help:"How long a stop waits for requests in flight."`

	// IngestConcurrency is how many uploads of recorded events are read at
	// once; more wait, or are told to come back.
	IngestConcurrency int `name:"ingest-concurrency" type:"setting" placeholder:"N" value:"4" help:"How many uploads of events are read at once."`

	// GatewayListen and GatewayUpstream are a recording gateway with one upstream;
	// [Config.Listeners] has it together with those in Gateways.
	GatewayListen   string `name:"gateway-listen" type:"setting" placeholder:"ADDR" help:"Address of a recording gateway; needs gateway-upstream too."`
	GatewayUpstream string `name:"gateway-upstream" type:"setting" placeholder:"URL" help:"Where that gateway forwards calls to, as http://127.0.0.1:9000; needs gateway-listen too."`

	// GatewayFailOpen answers calls through gateways also when they cannot be
	// recorded. Without it such a call's answer is withheld.
	GatewayFailOpen bool `name:"gateway-fail-open" type:"setting-bool" value:"false" help:"Let calls pass when they cannot be recorded, and record a gap."`

	// RedactionRules is a file with rules for what records leave out. It is read
	// and checked by whoever applies it.
	RedactionRules string `name:"redaction-rules" type:"setting" placeholder:"FILE" help:"File with rules for what is left out of the records of a gateway's calls."`

	// EventSelectors is a file with the advanced event selectors of the data and
	// network activity events that gateways record; management events always are.
	EventSelectors string `name:"event-selectors" type:"setting" placeholder:"FILE" help:"JSON file of advanced event selectors: the data and network activity events that gateways record."`

	// ServiceModels is a folder of service models that adds to the catalogue.
	ServiceModels string `name:"service-models" type:"setting" placeholder:"DIR" help:"Folder of service models, laid out as botocore's data folder, that add to or replace the built-in ones."`

	// Gateways are the recording gateways of the YAML file.
	Gateways []Gateway `kong:"-"`

	// Buckets are the buckets of the YAML file that are elsewhere than
	// BucketsEndpoint says.
	Buckets []Bucket `kong:"-"`

	// Inlets are the inlets of the YAML file.
	Inlets []Inlet `kong:"-"`
}

// Off is the value of an address at which nothing listens.
const Off = "off"

// Embedded and AWS are the values of BucketsEndpoint that are no URL.
const (
	Embedded = "embedded"
	AWS      = "aws"
)

// lists is how many fields at the end of Config are lists of the YAML file.
const lists = 3

// setting is one field of Config as its tags describe it.
type setting struct {
	key, env, def, help string
	choices             []string
	// size marks bytes; outside marks what the YAML file cannot hold.
	size, outside bool
	index         int
}

// settings lists the fields of Config in their order, but for the lists at its end.
var settings = func() []setting {
	t := reflect.TypeFor[Config]()
	out := make([]setting, t.NumField()-lists)
	for i := range out {
		tag := t.Field(i).Tag
		out[i] = setting{
			key:     tag.Get("name"),
			env:     EnvName(tag.Get("name")),
			def:     tag.Get("value"),
			help:    tag.Get("help"),
			size:    tag.Get("unit") == "bytes",
			outside: tag.Get("source") == "outside",
			index:   i,
		}
		if c := tag.Get("choices"); c != "" {
			out[i].choices = strings.Split(c, ",")
		}
	}
	return out
}()

// EnvName is the environment variable of a key: CAIRN_DATA_DIR for data-dir.
func EnvName(key string) string {
	return "CAIRN_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// Default is the default of a key in the notation of the YAML file; empty if it
// has none or there is no such key.
func Default(key string) string {
	if s := find(key); s != nil {
		return s.def
	}
	return ""
}

// Defaults returns a Config with every default and an empty DataDir.
func Defaults() Config {
	var c Config
	for i := range settings {
		if s := &settings[i]; s.def != "" {
			if err := s.set(&c, s.def); err != nil {
				panic(fmt.Sprintf("BUG: config: the default of %s: %v", s.key, err))
			}
		}
	}
	return c
}

func find(key string) *setting {
	for i := range settings {
		if settings[i].key == key {
			return &settings[i]
		}
	}
	return nil
}
