package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/keys"
	"github.com/cairntrail/cairn/internal/objects"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/trail"
)

// openTrails makes what trails are made of: signing keys, a client of buckets, the
// courier that delivers, and the service that the API asks. The courier must tell
// the journal of its trails before another sink releases what they have not read.
func (a *App) openTrails(ctx context.Context) (err error) {
	if a.keys, err = keys.Open(ctx, keys.Config{Store: a.db, Seal: a.key, Now: time.Now, Lifetime: a.cfg.SigningKeyLifetime}); err != nil {
		return err
	}
	if a.buckets, err = a.bucketClient(ctx); err != nil {
		return err
	}
	a.started("bucket client", func(context.Context) error { a.buckets.Close(); return nil })
	if err := a.openSinks(ctx); err != nil {
		return err
	}
	sinks := trailSinks{a}
	if a.courier, err = trail.NewCourier(ctx, trail.CourierConfig{
		Store: a.db, Journal: a.journal.Source(), Bucket: trailBuckets{a}, Signer: a.keys,
		Notify:   sinks,
		Interval: a.cfg.LogFileInterval, DigestInterval: a.cfg.DigestInterval, Regions: []string{a.cfg.Region},
		Now: time.Now, Logger: a.log, Registerer: a.registry,
	}); err != nil {
		return err
	}
	if a.forwarder, err = trail.NewForwarder(ctx, trail.ForwarderConfig{
		Store: a.db, Journal: a.journal.Source(), Targets: sinks.targets(), Now: time.Now, Logger: a.log, Registerer: a.registry,
	}); err != nil {
		return err
	}
	cfg := trail.Config{Store: a.db, Journal: a.journal, Keys: publicKeys{a.keys}, Buckets: trailBuckets{a}, Logs: sinks, Deliverer: trailChanges{a}, Now: time.Now}
	if a.cfg.SNSEndpoint != config.Off {
		cfg.Topics = sinks
	}
	a.trails = trail.NewService(cfg)
	a.demand = recorder.NewDemand()
	kept, err := store.NewCollection[trail.Trail](a.db, "trails").List(ctx, "")
	for i := range kept {
		a.demandOf(&kept[i].Value)
	}
	return err
}

// trailChanges tells who has to know of a trail's change: the courier that
// delivers it, and the gateways, which record data events for those who want them.
type trailChanges struct{ a *App }

// Changed implements trail.Deliverer.
func (c trailChanges) Changed(arn string) {
	it, err := store.NewCollection[trail.Trail](c.a.db, "trails").Get(context.Background(), arn)
	switch {
	case err == nil:
		c.a.demandOf(&it.Value)
	case errors.Is(err, store.ErrNotFound):
		c.a.demand.Set(arn, nil)
	default:
		c.a.log.Error("what a trail wants of the gateways could not be read; it wants what it did", "trail", arn, "error", err)
	}
	c.a.courier.Changed(arn)
	c.a.forwarder.Changed(arn)
}

// demandOf makes a trail's selectors part of what gateways record.
func (a *App) demandOf(t *trail.Trail) {
	now := t.Now()
	if !now.Logging {
		a.demand.Set(t.ARN, nil)
		return
	}
	m, err := selector.Compile(now.Selectors)
	if err != nil {
		a.log.Error("a trail's selectors cannot be used; gateways record no data events for it", "trail", t.ARN, "error", err)
	}
	a.demand.Set(t.ARN, m)
}

// runTrails delivers and forwards until the server stops.
func (a *App) runTrails(ctx context.Context) error {
	a.run(ctx, "trails' courier", a.courier.Run)
	a.run(ctx, "trails' forwarder", a.forwarder.Run)
	return nil
}

// run runs a component until the server stops. One that ends by itself stops the
// server.
func (a *App) run(ctx context.Context, name string, f func(context.Context) error) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := f(ctx); err != nil && !errors.Is(err, context.Canceled) {
			a.fail(fmt.Errorf("%s: %w", name, err))
		}
	}()
	a.started(name, func(context.Context) error {
		cancel()
		<-done
		return nil
	})
}

// bucketClient is the client of trails' buckets: at the embedded endpoint, or
// where buckets-endpoint and buckets say.
func (a *App) bucketClient(ctx context.Context) (*objects.Client, error) {
	others := config.Bucket{Endpoint: a.cfg.BucketsEndpoint, Profile: a.cfg.BucketsProfile, NoPolicies: !a.cfg.BucketsPolicies}
	usual, err := a.bucketEndpoint(ctx, others)
	if err != nil {
		return nil, err
	}
	cfg := objects.ClientConfig{Default: usual, Buckets: make(map[string]objects.Endpoint), Logger: a.log}
	for _, b := range a.cfg.Buckets {
		if cfg.Buckets[b.Name], err = a.bucketEndpoint(ctx, b); err != nil {
			return nil, fmt.Errorf("bucket %s: %w", b.Name, err)
		}
	}
	if cfg.Transport, err = a.ownTransport(); err != nil {
		return nil, err
	}
	return objects.NewClient(cfg)
}

// bucketEndpoint is the endpoint of a bucket, or of all that have none of their
// own.
func (a *App) bucketEndpoint(ctx context.Context, b config.Bucket) (objects.Endpoint, error) {
	e := objects.Endpoint{Region: a.cfg.Region, PathStyle: true, NoPolicies: b.NoPolicies, NoSSE: b.NoSSE, NoKMS: b.NoKMS, NoACL: b.NoACL}
	if b.Endpoint == config.Embedded {
		if e.URL = a.S3URL(); e.URL == "" {
			// Nothing answers there: trails cannot be made until there is an endpoint.
			e.URL = "http://127.0.0.1:1"
		}
		e.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: a.delivery.id, SecretAccessKey: a.delivery.secret, Source: "cairn"}, nil
		})
		return e, nil
	}
	options := []func(*awsconfig.LoadOptions) error{awsconfig.WithRegion(a.cfg.Region)}
	if b.Profile != "" {
		options = append(options, awsconfig.WithSharedConfigProfile(b.Profile))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return e, fmt.Errorf("the credentials for buckets: %w", err)
	}
	e.Credentials, e.Region = cfg.Credentials, cfg.Region
	if b.Region != "" {
		e.Region = b.Region
	}
	if b.Endpoint == config.AWS {
		e.PathStyle = false
	} else {
		e.URL = b.Endpoint
	}
	return e, nil
}

// embedded tells whether a bucket is at the embedded endpoint.
func (a *App) embedded(bucket string) bool {
	endpoint := a.cfg.BucketsEndpoint
	for _, b := range a.cfg.Buckets {
		if b.Name == bucket {
			endpoint = b.Endpoint
		}
	}
	return endpoint == config.Embedded && a.s3 != nil
}

// ownTransport connects to stores, and to the embedded endpoint, whose
// certificate is the server's, whoever signed it and for whatever name: that it
// is the very same is what is checked. Other certificates are checked as always.
func (a *App) ownTransport() (*http.Transport, error) {
	if a.cfg.TLSCert == "" {
		return nil, nil
	}
	own, err := tls.LoadX509KeyPair(a.cfg.TLSCert, a.cfg.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("read the TLS certificate: %w", err)
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection does all of it
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return errors.New("the store has no certificate")
			}
			if bytes.Equal(s.PeerCertificates[0].Raw, own.Certificate[0]) {
				return nil
			}
			between := x509.NewCertPool()
			for _, c := range s.PeerCertificates[1:] {
				between.AddCert(c)
			}
			_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: s.ServerName, Intermediates: between})
			return err
		},
	}
	return t, nil
}

// trailBuckets is the client as trails see it.
type trailBuckets struct{ a *App }

// Put implements trail.Bucket.
func (b trailBuckets) Put(ctx context.Context, in trail.PutInput) error {
	put := objects.PutInput{
		Bucket: in.Bucket, Key: in.Key, Body: in.Body, ContentType: in.ContentType, ContentEncoding: in.ContentEncoding,
		Metadata: in.Metadata, KMSKeyID: in.KMSKeyID, ACL: "bucket-owner-full-control",
	}
	if in.KMSKeyID != "" {
		put.KMSContext = map[string]string{"aws:cloudtrail:arn": in.TrailARN}
	}
	return storeError(b.a.buckets.Put(ctx, put))
}

// putError is a store's answer with what a courier asks of it.
type putError struct{ err *objects.Error }

func (e putError) Error() string     { return e.err.Error() }
func (e putError) ErrorCode() string { return e.err.Code }
func (e putError) Retryable() bool   { return e.err.Retry }
func (e putError) Unwrap() error     { return e.err }

// CheckBucket implements trail.Buckets.
func (b trailBuckets) CheckBucket(ctx context.Context, t *trail.Trail) error {
	check := objects.BucketCheck{Bucket: t.S3BucketName, Prefix: t.S3KeyPrefix, AccountID: t.AccountID, TrailARN: t.ARN, KMSKeyID: t.KMSKeyID}
	if b.a.embedded(t.S3BucketName) {
		check.Reader = b.a.delivery.reader(t.AccountID)
	}
	warnings, err := b.a.buckets.CheckBucket(ctx, check)
	for _, w := range warnings {
		b.a.log.Warn("a trail's bucket will do, but", "trail", t.ARN, "bucket", t.S3BucketName, "warning", w)
	}
	var refused *objects.Refusal
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Exception {
	case objects.ExceptionNoBucket:
		return trail.NoBucket(t.S3BucketName)
	case objects.ExceptionKeyPolicy:
		return trail.KeyPolicy(t.S3BucketName, t.KMSKeyID)
	case objects.ExceptionBucketPolicy:
		return trail.BucketPolicy(t.S3BucketName, refused.Text())
	}
	return &trail.Error{Code: refused.Exception, Message: refused.Text()}
}

// publicKeys has the keys of the ring as ListPublicKeys asks for them.
type publicKeys struct{ ring *keys.Ring }

// PublicKeys implements trail.Keys.
func (k publicKeys) PublicKeys(_ context.Context, region string, start, end time.Time) ([]trail.PublicKey, error) {
	var out []trail.PublicKey
	for _, p := range k.ring.Public(start, end) {
		if p.Region == region {
			out = append(out, trail.PublicKey{Value: p.Value, Start: p.ValidityStart, End: p.ValidityEnd, Fingerprint: p.Fingerprint})
		}
	}
	return out, nil
}
