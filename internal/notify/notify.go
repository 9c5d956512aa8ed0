package notify

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// The defaults of [Config]. Delivery of log files waits for what goes with it,
// so an endpoint that hangs must not hold it up for long.
const (
	DefaultTimeout  = 10 * time.Second
	DefaultAttempts = 3
)

// Endpoint is where an AWS service is, and how to talk to it.
type Endpoint struct {
	// URL is the address, such as http://127.0.0.1:5000. Empty is AWS itself.
	URL string
	// Region is what requests are signed for. Empty is the Region that the topic,
	// the log group or the record names, which is right for AWS.
	Region string
	// Credentials sign. They are needed.
	Credentials aws.CredentialsProvider
}

// Config says where to deliver. What is nil is not delivered to: a call for it
// fails with [CodeNotConfigured].
type Config struct {
	// Topics is SNS, and Logs is CloudWatch Logs.
	Topics, Logs *Endpoint
	// Roles is STS, where the role of a log group is assumed. Without it the
	// credentials of Logs are used as they are, and roles are not looked at.
	Roles *Endpoint
	// Bus is EventBridge.
	Bus *Bus
	// Hook is told of log files besides the topics.
	Hook *Hook

	// Timeout bounds one request; zero is DefaultTimeout. Attempts is how often a
	// request is sent at most; zero is DefaultAttempts.
	Timeout  time.Duration
	Attempts int
	// Transport connects: proxies, certificates. Nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Now is the clock, Jitter gives numbers from 0 to 1. Nil is the real ones.
	Now    func() time.Time
	Jitter func() float64
}

// Sinks delivers. Its methods may be called by many goroutines at once; no calls
// wait for each other. Errors are an [*Error], or a [*Refusal] of CheckLogs and
// CheckTopic.
type Sinks struct {
	cfg  Config
	http *http.Client

	topics *sns.Client
	logs   *cloudwatchlogs.Client
	bus    *eventbridge.Client
	hook   *signedHook

	mu    sync.Mutex
	roles map[roleKey]aws.CredentialsProvider
}

// New makes Sinks. It connects to nothing yet. The error says which setting is
// not right.
func New(cfg Config) (*Sinks, error) {
	if cfg.Timeout < 0 || cfg.Attempts < 0 {
		return nil, fmt.Errorf("deliveries may take %v and %d attempts: give positive numbers, or none for the defaults", cfg.Timeout, cfg.Attempts)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Attempts == 0 {
		cfg.Attempts = DefaultAttempts
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Float64
	}
	s := &Sinks{cfg: cfg, roles: make(map[roleKey]aws.CredentialsProvider)}
	// A redirect would lead a signed request to somewhere that nobody configured.
	s.http = &http.Client{Transport: cfg.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if err := s.clients(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Sinks) clients() error {
	c := &s.cfg
	services := []struct {
		name string
		at   *Endpoint
	}{{"SNS", c.Topics}, {"CloudWatch Logs", c.Logs}, {"STS", c.Roles}, {"EventBridge", nil}}
	if c.Bus != nil {
		services[3].at = &c.Bus.Endpoint
	}
	for _, v := range services {
		if err := v.at.check(); err != nil {
			return fmt.Errorf("the endpoint of %s: %w", v.name, err)
		}
	}
	// One attempt a call: try counts them.
	if c.Topics != nil {
		s.topics = sns.New(sns.Options{BaseEndpoint: c.Topics.base(), Region: c.Topics.region(""), Credentials: signer{of: c.Topics.Credentials}, HTTPClient: s.http, Retryer: aws.NopRetryer{}})
	}
	if c.Logs != nil {
		s.logs = cloudwatchlogs.New(cloudwatchlogs.Options{BaseEndpoint: c.Logs.base(), Region: c.Logs.region(""), Credentials: signer{of: c.Logs.Credentials}, HTTPClient: s.http, Retryer: aws.NopRetryer{}})
	}
	if c.Bus != nil {
		s.bus = eventbridge.New(eventbridge.Options{BaseEndpoint: c.Bus.base(), Region: c.Bus.region(""), Credentials: signer{of: c.Bus.Credentials}, HTTPClient: s.http, Retryer: aws.NopRetryer{}})
	}
	if c.Hook != nil {
		h, err := c.Hook.signed()
		if err != nil {
			return fmt.Errorf("the webhook: %w", err)
		}
		s.hook = h
	}
	return nil
}

// check finds what cannot be right; nil is right.
func (e *Endpoint) check() error {
	if e == nil {
		return nil
	}
	if e.Credentials == nil {
		return errors.New("it has no credentials; give some")
	}
	if e.URL == "" {
		return nil
	}
	return checkURL(e.URL)
}

// checkURL keeps the URL itself out of its errors: those of webhooks are secrets.
func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return fmt.Errorf("its URL cannot be read: %w", withoutURL(err))
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return errors.New("its URL does not begin as https://host does")
	case u.User != nil:
		return errors.New("its URL has a name or a password; leave them out")
	case u.Fragment != "":
		return errors.New("its URL has a #; leave it out, and what follows it")
	}
	return nil
}

// base is the endpoint as the SDK wants it: nil is AWS.
func (e *Endpoint) base() *string {
	if e.URL == "" {
		return nil
	}
	return &e.URL
}

// defaultRegion is where those things are that name no Region.
const defaultRegion = "us-east-1"

// region is what requests about something in a Region are signed for.
func (e *Endpoint) region(of string) string {
	switch {
	case e.Region != "":
		return e.Region
	case of != "":
		return of
	}
	return defaultRegion
}
