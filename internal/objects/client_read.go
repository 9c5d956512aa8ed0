package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Object is what a store tells of an object.
type Object struct {
	Size     int64
	Modified time.Time
	// ETag is without quotation marks.
	ETag                         string
	ContentType, ContentEncoding string
	// Metadata is the user metadata, names in lower case without x-amz-meta-.
	Metadata map[string]string
	// Body is of Get only, as it is stored: a gzip file stays one.
	Body []byte
}

// Get reads an object of up to limit bytes. A larger one fails with the code
// EntityTooLarge before it is read.
func (c *Client) Get(ctx context.Context, bucket, key string, limit int64) (Object, error) {
	var out Object
	in := call{do: "get", bucket: bucket, key: key, size: limit}
	err := c.send(ctx, in, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
		got, err := api.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key}, opt)
		if err != nil {
			return err
		}
		defer got.Body.Close()
		out = Object{
			Size: aws.ToInt64(got.ContentLength), Modified: aws.ToTime(got.LastModified), ETag: unquoted(got.ETag),
			ContentType: aws.ToString(got.ContentType), ContentEncoding: aws.ToString(got.ContentEncoding), Metadata: lowered(got.Metadata),
		}
		if out.Size > limit {
			return errTooLong
		}
		if out.Body, err = io.ReadAll(io.LimitReader(got.Body, limit+1)); err != nil {
			return fmt.Errorf("read the body: %w", err)
		}
		if out.Size = int64(len(out.Body)); out.Size > limit {
			return errTooLong
		}
		return nil
	})
	if errors.Is(err, errTooLong) {
		return Object{}, &Error{Op: in.String(), Endpoint: c.store(bucket).URL, Code: "EntityTooLarge", Kind: KindOther, Err: err, Hint: fmt.Sprintf("an object of up to %d bytes was expected", limit)}
	}
	if err != nil {
		return Object{}, err
	}
	return out, nil
}

var errTooLong = errors.New("the object is too large")

// Head tells of an object without reading it. Stores answer such a request
// without a document, so a bucket that is not there has the code NoSuchKey, too.
func (c *Client) Head(ctx context.Context, bucket, key string) (Object, error) {
	var out Object
	err := c.send(ctx, call{do: "look at", bucket: bucket, key: key, head: true}, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
		got, err := api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key}, opt)
		if err != nil {
			return err
		}
		out = Object{
			Size: aws.ToInt64(got.ContentLength), Modified: aws.ToTime(got.LastModified), ETag: unquoted(got.ETag),
			ContentType: aws.ToString(got.ContentType), ContentEncoding: aws.ToString(got.ContentEncoding), Metadata: lowered(got.Metadata),
		}
		return nil
	})
	return out, err
}

// Entry is one object of a listing.
type Entry struct {
	Key      string
	Size     int64
	Modified time.Time
	// ETag is without quotation marks.
	ETag string
}

// List gives the objects whose keys begin with prefix and come after the key
// after, in the order of keys. It asks for pages as they are needed. An error is
// the last that it gives.
func (c *Client) List(ctx context.Context, bucket, prefix, after string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		in := &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
		if after != "" {
			in.StartAfter = &after
		}
		for {
			var page *s3.ListObjectsV2Output
			err := c.send(ctx, call{do: "list", bucket: bucket}, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) (err error) {
				page, err = api.ListObjectsV2(ctx, in, opt)
				return err
			})
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, o := range page.Contents {
				if !yield(Entry{Key: aws.ToString(o.Key), Size: aws.ToInt64(o.Size), Modified: aws.ToTime(o.LastModified), ETag: unquoted(o.ETag)}, nil) {
					return
				}
			}
			if !aws.ToBool(page.IsTruncated) || aws.ToString(page.NextContinuationToken) == "" {
				return
			}
			in.ContinuationToken = page.NextContinuationToken
		}
	}
}

// Delete removes an object; one that is not there is removed already. In a
// bucket with versions it becomes an older version.
func (c *Client) Delete(ctx context.Context, bucket, key string) error {
	err := c.send(ctx, call{do: "delete", bucket: bucket, key: key}, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
		_, err := api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}, opt)
		return err
	})
	if IsCode(err, "NoSuchKey") {
		return nil
	}
	return err
}

// Location is the Region that a bucket is in.
func (c *Client) Location(ctx context.Context, bucket string) (string, error) {
	var out string
	err := c.send(ctx, call{do: "find the Region of", bucket: bucket}, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
		got, err := api.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: &bucket}, opt)
		if err != nil {
			return err
		}
		out = string(got.LocationConstraint)
		return nil
	})
	switch {
	case err != nil:
		return "", err
	// Both are names of old ("GetBucketLocation", Amazon S3 API Reference).
	case out == "":
		return "us-east-1", nil
	case out == "EU":
		return "eu-west-1", nil
	}
	return out, nil
}

func unquoted(tag *string) string { return strings.Trim(aws.ToString(tag), `"`) }

// lowered has names in lower case, as stores should give them.
func lowered(metadata map[string]string) map[string]string {
	out := make(map[string]string, len(metadata))
	for name, value := range metadata {
		out[strings.ToLower(name)] = value
	}
	return out
}
