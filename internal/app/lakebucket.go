package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/cairntrail/cairn/internal/objects"
)

// lakeBucket is the bucket that the tables of event data stores are in, at the
// embedded S3 endpoint. It belongs to the first account, which may let others read
// there; nobody writes through the endpoint, since what event data stores have
// does not change.
const lakeBucket = "cairn-lake"

// makeLakeBucket makes the bucket at the first start. Without an endpoint the
// tables are in the same folder, which then is nobody's bucket and closed to all.
func (a *App) makeLakeBucket(ctx context.Context) error {
	if a.s3 == nil {
		return nil
	}
	transport, err := a.ownTransport()
	if err != nil {
		return err
	}
	options := s3.Options{BaseEndpoint: aws.String(a.S3URL()), UsePathStyle: true, Region: a.cfg.Region, Credentials: a.delivery.reader(a.cfg.AccountID)}
	if transport != nil {
		options.HTTPClient = &http.Client{Transport: transport}
	}
	_, err = s3.New(options).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(lakeBucket)})
	var refused smithy.APIError
	if errors.As(err, &refused) {
		switch refused.ErrorCode() {
		case "BucketAlreadyOwnedByYou":
			return nil
		case "BucketAlreadyExists":
			a.log.Info("the bucket of tables was made without an S3 endpoint; nobody reads it there", "bucket", lakeBucket)
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("make the bucket %s for the tables of event data stores: %w", lakeBucket, err)
	}
	return nil
}

// keepLake refuses what would change the bucket of tables, whatever policies say.
func keepLake(may func(action, resource string) objects.Verdict) func(action, resource string) objects.Verdict {
	const arn = "arn:aws:s3:::" + lakeBucket
	return func(action, resource string) objects.Verdict {
		tables := resource == arn || strings.HasPrefix(resource, arn+"/")
		if reads := strings.HasPrefix(action, "s3:Get") || strings.HasPrefix(action, "s3:List"); tables && !reads && action != "s3:PutBucketPolicy" && action != "s3:DeleteBucketPolicy" {
			return objects.Denied
		}
		return may(action, resource)
	}
}
