package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// inletsKey is the key of the list of inlets in the YAML file.
const inletsKey = "inlets"

// CloudTrail is the kind of inlets that follow a bucket.
const CloudTrail = "cloudtrail"

// The kinds of inlets whose events go to a channel, and of those whose do not.
var (
	channelKinds = []string{"minio", "kubernetes", "vault", "keystone", "json", "otlp"}
	recordKinds  = []string{"config-items", "evidence"}
	lineKinds    = []string{"vault", "json", "minio", "kubernetes", "keystone"}
)

// Inlet is where events come in that another system recorded.
type Inlet struct {
	// Name is its name in metrics, logs and positions; no two have the same.
	Name string
	// Kind is the sender's: minio, kubernetes, vault, keystone, json, otlp,
	// config-items, evidence or cloudtrail.
	Kind string
	// Channel is the name, id or ARN of the channel, of an account in a Region: those
	// of the server if they are empty.
	Channel, AccountID, Region string
	// Listen is the address of HTTP, and Path where documents are sent to. TokenFile
	// has the bearer token that senders show.
	Listen, Path, TokenFile string
	TLSCert, TLSKey         string
	// MaxBody bounds a document; 0 is [DefaultMaxBody].
	MaxBody int64
	// Tail is a file with an entry a line; Socket takes such lines, as unix:FILE or
	// tcp:HOST:PORT.
	Tail, Socket string
	// Fields tells for json where fields are.
	Fields map[string]string
	// Bucket and Prefix are what cloudtrail follows, from the day Since on; Queue is
	// the URL of an SQS queue that is told of new files, and Profile the AWS profile
	// for it. CreateAccounts makes the accounts that files are of.
	Bucket, Prefix, Queue, Profile string
	Since                          time.Time
	// Every is how often the bucket is listed; 0 is [DefaultEvery].
	Every          time.Duration
	CreateAccounts bool
}

// The defaults of inlets.
const (
	DefaultMaxBody = 16 << 20
	DefaultEvery   = time.Minute
)

// inletKeys are the keys of an inlet, in the order of the manual.
var inletKeys = []listKey[Inlet]{
	{"name", "Name in metrics and logs; required, and different for each inlet.", inText(func(v *Inlet) *string { return &v.Name })},
	{"kind", "What sends: `minio`, `kubernetes`, `vault`, `keystone`, `json`, `otlp`, `config-items`, `evidence` or `cloudtrail`; required.", inText(func(v *Inlet) *string { return &v.Kind })},
	{"channel", "Name, id or ARN of the channel that takes the events; required but for `config-items`, `evidence` and `cloudtrail`, which have none.", inText(func(v *Inlet) *string { return &v.Channel })},
	{"account-id", "Account that owns the channel, and of items that name none; that of the server if not set.", inText(func(v *Inlet) *string { return &v.AccountID })},
	{"region", "Region of the channel, and of items that name none; that of the server if not set.", inText(func(v *Inlet) *string { return &v.Region })},
	{"listen", "Address of HTTP to listen at.", inText(func(v *Inlet) *string { return &v.Listen })},
	{"path", "Path that documents are sent to; `/`, and for `otlp` `/v1/logs`, if not set.", inText(func(v *Inlet) *string { return &v.Path })},
	{"token-file", "File with the bearer token that senders show; required unless the address is of loopback.", inText(func(v *Inlet) *string { return &v.TokenFile })},
	{"tls-cert", "PEM certificate chain; needs tls-key too.", inText(func(v *Inlet) *string { return &v.TLSCert })},
	{"tls-key", "PEM private key; needs tls-cert too.", inText(func(v *Inlet) *string { return &v.TLSKey })},
	{"max-body", "Largest document, decompressed, as `32MiB`; 16MiB if not set.", inParsed(func(v *Inlet, text string) (err error) { v.MaxBody, err = ParseSize(text); return err })},
	{"tail", "File with an entry a line that is read as it grows, also over rotation; not for `otlp`, `config-items` and `evidence`.", inText(func(v *Inlet) *string { return &v.Tail })},
	{"socket", "Socket that takes an entry a line: `unix:FILE` or, on loopback, `tcp:HOST:PORT`; for the same kinds as tail.", inText(func(v *Inlet) *string { return &v.Socket })},
	{"fields", "For `json`: paths of fields of the event, as `eventName: request.action`.", inFields},
	{"bucket", "For `cloudtrail`: the bucket that is followed; where it is, `buckets-endpoint` and `buckets` say.", inText(func(v *Inlet) *string { return &v.Bucket })},
	{"prefix", "For `cloudtrail`: what keys begin with, before `AWSLogs`.", inText(func(v *Inlet) *string { return &v.Prefix })},
	{"since", "For `cloudtrail`: the first day, as `2026-11-01`; the day of the first start if not set.", inParsed(func(v *Inlet, text string) (err error) { v.Since, err = time.Parse(time.DateOnly, text); return err })},
	{"every", "For `cloudtrail`: how often the bucket is listed; `1m` if not set.", inParsed(func(v *Inlet, text string) (err error) { v.Every, err = ParseDuration(text); return err })},
	{"queue", "For `cloudtrail`: URL of an SQS queue that is told of new files; the bucket is not listed then.", inText(func(v *Inlet) *string { return &v.Queue })},
	{"profile", "For `cloudtrail`: AWS profile for the queue; otherwise found as the AWS CLI does.", inText(func(v *Inlet) *string { return &v.Profile })},
	{"create-accounts", "For `cloudtrail`: `true` makes the accounts that files are of; otherwise records of unknown accounts are left out.", inBool(func(v *Inlet) *bool { return &v.CreateAccounts })},
}

// inParsed reads a text in a form of its own.
func inParsed[T any](parse func(v *T, text string) error) func(*T, ast.Node) (string, error) {
	return func(v *T, value ast.Node) (want string, err error) {
		text, ok := plainText(value)
		if !ok {
			return "text", nil
		}
		return "", parse(v, text)
	}
}

func inFields(v *Inlet, value ast.Node) (want string, err error) {
	const form = "lines of the form \"field: path\""
	pairs, ok := mapping(value)
	if !ok {
		return form, nil
	}
	v.Fields = make(map[string]string, len(pairs))
	for _, pair := range pairs {
		field := pair.Key.GetToken().Value
		text, ok := plainText(pair.Value)
		if !ok {
			return form, nil
		}
		if _, twice := v.Fields[field]; twice {
			return "", fmt.Errorf("the field %q was given twice", field)
		}
		v.Fields[field] = text
	}
	return "", nil
}

// validateInlets checks the inlets, each by itself and all together.
func (c *Config) validateInlets(bad func(key, format string, args ...any)) {
	names, taken := map[string]bool{}, []string{c.Listen, c.AdminListen, c.S3Listen}
	for _, g := range c.Listeners() {
		taken = append(taken, g.Listen)
	}
	for i := range c.Inlets {
		v := &c.Inlets[i]
		inside := func(key, format string, args ...any) { bad(nested(inletsKey, i, key), format, args...) }
		switch {
		case v.Name == "":
			inside("", "the inlet has no name; give it with the key name")
		case !namePattern.MatchString(v.Name):
			inside("name", "%q is not a name: letters, digits, _, . and -, up to 63", v.Name)
		case names[v.Name]:
			inside("name", "the inlet %q is there twice", v.Name)
		}
		names[v.Name] = true
		if v.AccountID != "" && !accountPattern.MatchString(v.AccountID) {
			inside("account-id", "%q is not twelve digits", v.AccountID)
		}
		if v.Region != "" && !regionPattern.MatchString(v.Region) {
			inside("region", "%q is not a Region, as us-east-1", v.Region)
		}
		v.validateKind(inside)
		if v.Listen != "" {
			v.validateListen(inside)
			for _, other := range taken {
				if sameAddress(v.Listen, other) {
					inside("listen", "%s is the address of another listener; the two must differ", v.Listen)
					break
				}
			}
			taken = append(taken, v.Listen)
		}
	}
}

// validateKind checks what a kind needs and what it does not take.
func (v *Inlet) validateKind(inside func(key, format string, args ...any)) {
	sources := 0
	for _, s := range []string{v.Listen, v.Tail, v.Socket} {
		if s != "" {
			sources++
		}
	}
	withChannel := slices.Contains(channelKinds, v.Kind)
	switch {
	case v.Kind == CloudTrail:
		if v.Bucket == "" {
			inside("", "an inlet of the kind cloudtrail needs a bucket")
		}
		if v.Queue != "" && !isURL(v.Queue) {
			inside("queue", "%q is not the URL of a queue", v.Queue)
		}
		if sources > 0 || v.Channel != "" {
			inside("", "an inlet of the kind cloudtrail has neither channel nor listen, tail or socket")
		}
		if v.Every < 0 {
			inside("every", "%v is negative", v.Every)
		}
		return
	case !withChannel && !slices.Contains(recordKinds, v.Kind):
		inside("kind", "%q is no kind of inlet; there are %s and %s", v.Kind, strings.Join(append(channelKinds, recordKinds...), ", "), CloudTrail)
		return
	case v.Bucket != "" || v.Queue != "":
		inside("", "only an inlet of the kind cloudtrail has a bucket or a queue")
	}
	if withChannel != (v.Channel != "") {
		inside("channel", "inlets of the kinds %s have a channel, and others have none", strings.Join(channelKinds, ", "))
	}
	if sources == 0 {
		inside("", "the inlet has no way in; give listen, tail or socket")
	}
	if (v.Tail != "" || v.Socket != "") && !slices.Contains(lineKinds, v.Kind) {
		inside("kind", "the kind %s comes through HTTP only", v.Kind)
	}
	if v.Fields != nil && v.Kind != "json" {
		inside("fields", "only the kind json has fields")
	}
	if v.MaxBody < 0 {
		inside("max-body", "%d is negative", v.MaxBody)
	}
	if v.Socket != "" {
		network, address, _ := strings.Cut(v.Socket, ":")
		if network != "unix" && network != "tcp" || address == "" {
			inside("socket", "%q is neither unix:FILE nor tcp:HOST:PORT", v.Socket)
		} else if network == "tcp" && !onLoopback(address) {
			inside("socket", "%s is not on loopback: whoever reaches the socket can write events", address)
		}
	}
}

// validateListen checks the address, and that not everybody can send.
func (v *Inlet) validateListen(inside func(key, format string, args ...any)) {
	if why := checkAddress(v.Listen); why != "" {
		inside("listen", "%s", why)
		return
	}
	if v.TokenFile == "" && !onLoopback(v.Listen) {
		inside("token-file", "is required: %s is not on loopback, and without a token everybody who reaches it can write events", v.Listen)
	}
	if why := checkTLS(v.TLSCert, v.TLSKey); why != "" {
		inside("tls-cert", "%s", why)
	}
	if u, err := url.Parse(v.Path); v.Path != "" && (err != nil || !strings.HasPrefix(v.Path, "/") || u.Path != v.Path) {
		inside("path", "%q is not a path, as /audit", v.Path)
	}
}

func onLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}
