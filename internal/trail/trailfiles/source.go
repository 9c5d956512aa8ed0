// Package trailfiles reads the files of trails from buckets, for package verify.
//
// It keeps nothing, has no locks and starts no goroutines.
package trailfiles

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cairntrail/cairn/verify"
)

// Source reads buckets with a client of S3.
type Source struct{ Client *s3.Client }

var _ verify.Source = Source{}

// Get implements verify.Source.
func (s Source) Get(ctx context.Context, bucket, key string) (verify.Object, error) {
	out, err := s.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return verify.Object{}, fmt.Errorf("get s3://%s/%s: %w", bucket, key, NotThere(err))
	}
	return verify.Object{Body: out.Body, Metadata: out.Metadata}, nil
}

// NotThere wraps verify.ErrNotFound around an error that says that there is no such object.
func NotThere(err error) error {
	_, noKey := errors.AsType[*types.NoSuchKey](err)
	_, noBucket := errors.AsType[*types.NoSuchBucket](err)
	if noKey || noBucket {
		return fmt.Errorf("%w: %w", verify.ErrNotFound, err)
	}
	return err
}

// List implements verify.Source.
func (s Source) List(ctx context.Context, bucket, prefix, after string, yield func(key string) bool) error {
	in := &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
	if after != "" {
		in.StartAfter = &after
	}
	for pages := s3.NewListObjectsV2Paginator(s.Client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list s3://%s/%s: %w", bucket, prefix, NotThere(err))
		}
		for _, o := range page.Contents {
			if !yield(aws.ToString(o.Key)) {
				return nil
			}
		}
	}
	return nil
}
