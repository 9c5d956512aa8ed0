package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// DefaultTimeout is how long one request may take, besides the time for its
// bytes; see [ClientConfig.Timeout].
const DefaultTimeout = 30 * time.Second

// slowest is the rate, in bytes a second, at which a body may cross before a
// request counts as hung.
const slowest = 128 << 10

// idleConns is how many connections to one endpoint are kept for the next
// request: more than there are deliveries at once.
const idleConns = 64

// Endpoint is where buckets are, and how to talk to it.
type Endpoint struct {
	// URL is the address, such as http://127.0.0.1:4571. Empty is AWS: the
	// endpoint of the bucket's Region.
	URL string
	// Region is what requests are signed for. Empty is us-east-1. Where a store
	// answers that a bucket is in another Region, requests for that bucket follow.
	Region string
	// PathStyle puts the bucket into the path and not into the name of the host.
	// Stores other than AWS mostly need it.
	PathStyle bool
	// Credentials sign. Nil sends requests without a signature.
	Credentials aws.CredentialsProvider
	// NoPolicies says that the store has no bucket policies, or that they are
	// nobody's business here: [Client.CheckBucket] then only tries.
	NoPolicies bool
	// NoSSE sends no header that asks for SSE-S3. Without it they are sent until
	// the store refuses them once.
	NoSSE bool
	// NoKMS sends no KMS key: objects that should be under one are then under
	// what NoSSE says. It is never taken for granted from what a store answers,
	// because somebody asked for that key.
	NoKMS bool
	// NoACL sends no access control list. Without it they are sent until the
	// store refuses them once.
	NoACL bool
}

// ClientConfig is what [NewClient] needs. Everything has a default.
type ClientConfig struct {
	// Default is the endpoint of all buckets that Buckets does not name.
	Default Endpoint
	// Buckets are endpoints of single buckets, by the bucket's name.
	Buckets map[string]Endpoint
	// Transport connects: proxies, certificates, addresses. The client works on a
	// copy. Nil is a copy of [http.DefaultTransport].
	Transport *http.Transport
	// Timeout is how long one request may take. Bodies get a second more for each
	// 128 KiB. Zero is DefaultTimeout.
	Timeout time.Duration
	// Logger is told once of each bucket whose store refuses a header, and of each
	// bucket in another Region. Nil logs nothing.
	Logger *slog.Logger
}

// Client reads and writes objects at any S3 endpoint, by the bucket's name.
//
// A call sends its request once: whether and when to try again is the caller's
// affair, who knows [Error.Retry]. There are two exceptions, each for the first
// request of a bucket only: a store that refuses a header which is no part of
// the object is asked again without it, and a bucket that is said to be in
// another Region is asked for there.
//
// Errors are an [*Error], or a [*Refusal] of [Client.CheckBucket]. The methods
// may be called by many goroutines at once. The client has no goroutines besides
// those of its connections; its lock guards what is known of buckets, and is
// never held during a request.
type Client struct {
	timeout   time.Duration
	logger    *slog.Logger
	transport *http.Transport
	fallback  *store
	stores    map[string]*store

	mu    sync.Mutex
	known map[string]quirks // by bucket
}

// store is one endpoint with its client of the SDK.
type store struct {
	Endpoint
	api *s3.Client
}

// quirks is what a store has answered about a bucket.
type quirks struct {
	region       string // where the bucket is, if not in the endpoint's Region
	noSSE, noACL bool   // the headers are refused
}

// NewClient makes a client. It connects to nothing yet. The error names the
// endpoint that cannot be one.
func NewClient(cfg ClientConfig) (*Client, error) {
	if cfg.Timeout < 0 {
		return nil, fmt.Errorf("requests to buckets may take %s: give a positive time", cfg.Timeout)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	transport := cfg.Transport
	if transport == nil {
		transport = http.DefaultTransport.(*http.Transport)
	}
	transport = transport.Clone()
	// A gzip file is to come as it is. The header that would ask for that is not
	// sent, either; see plainEncoding.
	transport.DisableCompression = true
	transport.MaxIdleConnsPerHost = max(transport.MaxIdleConnsPerHost, idleConns)
	c := &Client{timeout: cfg.Timeout, logger: cfg.Logger, transport: transport, stores: make(map[string]*store), known: make(map[string]quirks)}
	var err error
	if c.fallback, err = c.open(cfg.Default); err != nil {
		return nil, err
	}
	for bucket, endpoint := range cfg.Buckets {
		if c.stores[bucket], err = c.open(endpoint); err != nil {
			return nil, fmt.Errorf("bucket %s: %w", bucket, err)
		}
	}
	return c, nil
}

// Close closes the connections that are idle. The client can be used on.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

func (c *Client) open(e Endpoint) (*store, error) {
	if e.Region == "" {
		e.Region = DefaultRegion
	}
	opts := s3.Options{
		Region:       e.Region,
		UsePathStyle: e.PathStyle,
		HTTPClient:   lowerCase{&http.Client{Transport: c.transport, CheckRedirect: noRedirects}},
		Retryer:      aws.NopRetryer{},
		// The body's SHA-256 is sent as a header. What the SDK would add are
		// checksums behind the body, which many stores do not know.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
		Credentials:                aws.AnonymousCredentials{},
		APIOptions:                 []func(*middleware.Stack) error{plainEncoding},
	}
	if e.Credentials != nil {
		opts.Credentials = credentialSource{e.Credentials}
	}
	if e.URL != "" {
		u, err := url.Parse(e.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("%q is no address of an S3 endpoint: write it as https://host:port", redacted(e.URL))
		}
		opts.BaseEndpoint = &e.URL
	}
	return &store{Endpoint: e, api: s3.New(opts)}, nil
}

// redacted leaves out what may be a password.
func redacted(address string) string {
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		return "…" + address[at:]
	}
	return address
}

// noRedirects lets the client see redirects: what is signed for one host is
// refused by another.
func noRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// lowerCase sends the names of user metadata in lower case. net/http and the SDK
// write them as X-Amz-Meta-Signature; a store that keeps the spelling it is given
// would give it to the AWS CLI, which finds "signature" only.
type lowerCase struct{ next *http.Client }

const metadataPrefix = "x-amz-meta-"

func (l lowerCase) Do(r *http.Request) (*http.Response, error) {
	for name, values := range r.Header {
		if lower := strings.ToLower(name); lower != name && strings.HasPrefix(lower, metadataPrefix) {
			delete(r.Header, name)
			r.Header[lower] = values
		}
	}
	return l.next.Do(r)
}

// plainEncoding takes out the header Accept-Encoding, which the SDK signs and some
// stores change on the way to their own check, Google Cloud Storage for one.
func plainEncoding(stack *middleware.Stack) error {
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("PlainEncoding", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		if r, ok := in.Request.(*smithyhttp.Request); ok {
			r.Header.Del("Accept-Encoding")
		}
		return next.HandleFinalize(ctx, in)
	}), "Signing", middleware.Before)
}

// credentialSource marks the errors of credentials, which are no answers of the
// store.
type credentialSource struct{ aws.CredentialsProvider }

type credentialError struct{ error }

func (e credentialError) Unwrap() error { return e.error }

func (s credentialSource) Retrieve(ctx context.Context) (aws.Credentials, error) {
	creds, err := s.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		err = credentialError{err}
	}
	return creds, err
}

// call is one request about a bucket or an object.
type call struct {
	do          string // what is done, for errors
	bucket, key string
	head        bool // the answer has no body, nor does an error's
	// size is how many bytes cross, at most.
	size int64
	// credentials sign instead of those of the endpoint. Nil are those.
	credentials aws.CredentialsProvider
}

func (c *Client) store(bucket string) *store {
	if s := c.stores[bucket]; s != nil {
		return s
	}
	return c.fallback
}

func (c *Client) quirks(bucket string) quirks {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known[bucket]
}

func (c *Client) learn(bucket string, learn func(*quirks)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := c.known[bucket]
	learn(&q)
	c.known[bucket] = q
}

// send makes a request, within its time, and gives its error a type. If the
// bucket turns out to be in another Region, it makes it a second time.
func (c *Client) send(ctx context.Context, in call, request func(context.Context, *s3.Client, func(*s3.Options)) error) error {
	if in.bucket == "" {
		return &Error{Op: in.do, Code: "InvalidBucketName", Kind: KindOther, Hint: "give the name of a bucket"}
	}
	s, at := c.store(in.bucket), c.quirks(in.bucket).region
	err := c.attempt(ctx, in, s, at, request)
	var failed *Error
	if !errors.As(err, &failed) || failed.region == "" || failed.region == at || failed.region == s.Region && at == "" {
		return err
	}
	if err := c.attempt(ctx, in, s, failed.region, request); err != nil {
		return err
	}
	c.logger.Info("a bucket is in another Region than its endpoint", "bucket", in.bucket, "region", failed.region, "endpointRegion", s.Region)
	c.learn(in.bucket, func(q *quirks) { q.region = failed.region })
	return nil
}

func (c *Client) attempt(ctx context.Context, in call, s *store, region string, request func(context.Context, *s3.Client, func(*s3.Options)) error) error {
	limit := c.timeout + time.Duration(in.size/slowest)*time.Second
	bounded, cancel := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer cancel()
	err := request(bounded, s.api, func(o *s3.Options) {
		if region != "" {
			o.Region = region
		}
		if in.credentials != nil {
			o.Credentials = credentialSource{in.credentials}
		}
	})
	if err == nil {
		return nil
	}
	if ctx.Err() == nil && errors.Is(context.Cause(bounded), errTimeout) {
		err = fmt.Errorf("%w of %s: %w", errTimeout, limit, err)
	}
	return newError(in, s, err)
}

var errTimeout = errors.New("no answer within the time-out")

// isTimeout tells whether an error is that of a clock, ours or the network's.
func isTimeout(err error) bool {
	var network net.Error
	return errors.Is(err, errTimeout) || errors.As(err, &network) && network.Timeout()
}
