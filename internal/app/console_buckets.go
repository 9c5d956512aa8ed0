package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/console"
	"github.com/cairntrail/cairn/internal/objects"
	"github.com/cairntrail/cairn/internal/trail/trailfiles"
	"github.com/cairntrail/cairn/verify"
)

// consoleBuckets is what the console sees of buckets. At the embedded endpoint it acts
// as the account; elsewhere it reads with the credentials that deliver.
type consoleBuckets struct {
	a         *App
	transport *http.Transport
}

// Elsewhere implements console.Buckets.
func (b consoleBuckets) Elsewhere() string {
	switch {
	case b.a.cfg.BucketsEndpoint != config.Embedded:
		return b.a.cfg.BucketsEndpoint
	case b.a.s3 == nil:
		return "no endpoint: s3-listen is off"
	}
	return ""
}

// own is a client of the embedded endpoint that acts as an account.
func (b consoleBuckets) own(account string) *s3.Client {
	return b.client(objects.Endpoint{URL: b.a.S3URL(), Region: b.a.cfg.Region, PathStyle: true, Credentials: b.a.delivery.reader(account)})
}

func (b consoleBuckets) client(e objects.Endpoint) *s3.Client {
	return s3.New(s3.Options{}, func(o *s3.Options) {
		o.Region, o.Credentials, o.UsePathStyle, o.HTTPClient = e.Region, e.Credentials, e.PathStyle, &http.Client{Transport: b.transport}
		if e.URL != "" {
			o.BaseEndpoint = aws.String(e.URL)
		}
	})
}

// List implements console.Buckets.
func (b consoleBuckets) List(ctx context.Context, account string) (out []console.Bucket, err error) {
	pages := s3.NewListBucketsPaginator(b.own(account), &s3.ListBucketsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the buckets of %s: %w", account, err)
		}
		for _, one := range page.Buckets {
			if aws.ToString(one.Name) == lakeBucket {
				continue // nobody may write there
			}
			out = append(out, console.Bucket{Name: aws.ToString(one.Name), Created: aws.ToTime(one.CreationDate)})
		}
	}
	return out, nil
}

// Create implements console.Buckets.
func (b consoleBuckets) Create(ctx context.Context, account, name string) error {
	_, err := b.own(account).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name})
	if err != nil {
		return createError(err)
	}
	return nil
}

// Remove implements console.Buckets.
func (b consoleBuckets) Remove(ctx context.Context, account, name string) error {
	if _, err := b.own(account).DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &name}); err != nil {
		return fmt.Errorf("take the bucket %s away: %w", name, err)
	}
	return nil
}

// Policy implements console.Buckets.
func (b consoleBuckets) Policy(account string, n console.NewBucket) string {
	check := objects.BucketCheck{Bucket: n.Name, Prefix: n.Prefix, AccountID: account, TrailARN: n.TrailARN}
	if n.TrailARN == "" {
		check.Results, check.TrailARN = true, "arn:aws:cloudtrail:"+n.Region+":"+account+":eventdatastore/none"
	}
	return check.Policy()
}

// PutPolicy implements console.Buckets.
func (b consoleBuckets) PutPolicy(ctx context.Context, account, name, policy string) error {
	_, err := b.own(account).PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &name, Policy: &policy})
	if code := codeOf(err); code == "NoSuchBucket" || code == "AccessDenied" {
		return console.ErrNoBucket
	}
	if err != nil {
		return fmt.Errorf("write the policy of bucket %s: %w", name, err)
	}
	return nil
}

func createError(err error) error {
	switch codeOf(err) {
	case "BucketAlreadyExists", "BucketAlreadyOwnedByYou":
		return console.ErrTaken
	case "InvalidBucketName", "InvalidArgument":
		return console.ErrBucketName
	}
	return fmt.Errorf("make a bucket: %w", err)
}

// codeOf is the code of an endpoint's refusal; empty for none.
func codeOf(err error) string {
	refused, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err)
	if !ok {
		return ""
	}
	return refused.ErrorCode()
}

// Source implements console.Buckets.
func (b consoleBuckets) Source(account string) verify.Source { return accountFiles{b, account} }

// accountFiles reads the buckets of trails, wherever they are, for an account.
type accountFiles struct {
	consoleBuckets
	account string
}

func (f accountFiles) at(ctx context.Context, bucket string) (trailfiles.Source, error) {
	if f.a.embedded(bucket) {
		return trailfiles.Source{Client: f.own(f.account)}, nil
	}
	where := config.Bucket{Endpoint: f.a.cfg.BucketsEndpoint, Profile: f.a.cfg.BucketsProfile}
	for _, b := range f.a.cfg.Buckets {
		if b.Name == bucket {
			where = b
		}
	}
	e, err := f.a.bucketEndpoint(ctx, where)
	return trailfiles.Source{Client: f.client(e)}, err
}

// Get implements verify.Source.
func (f accountFiles) Get(ctx context.Context, bucket, key string) (verify.Object, error) {
	src, err := f.at(ctx, bucket)
	if err != nil {
		return verify.Object{}, err
	}
	return src.Get(ctx, bucket, key)
}

// List implements verify.Source.
func (f accountFiles) List(ctx context.Context, bucket, prefix, after string, yield func(key string) bool) error {
	src, err := f.at(ctx, bucket)
	if err != nil {
		return err
	}
	return src.List(ctx, bucket, prefix, after, yield)
}
