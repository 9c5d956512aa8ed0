package objects

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// durable is VersityGW's file backend, which syncs nothing, with what is written
// synced before it is acknowledged: objects, buckets and bucket policies. Tags,
// retention and deletions reach the disk when the system sees fit. What was not
// acknowledged may be there after a crash, whole or empty.
type durable struct {
	backend.Backend
	layout layout
	// file syncs a file or folder, and all a whole file system.
	file, all func(path string) error
}

func newDurable(files backend.Backend, folder layout, off bool) *durable {
	d := &durable{Backend: files, layout: folder, file: syncPath, all: syncFileSystem}
	if off {
		nothing := func(string) error { return nil }
		d.file, d.all = nothing, nothing
	}
	return d
}

// PutObject stores an object.
func (d *durable) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	out, err := d.Backend.PutObject(ctx, in)
	if err == nil {
		err = d.sync(*in.Bucket, *in.Key, out.VersionID)
	}
	return out, err
}

// CopyObject stores a copy of an object.
func (d *durable) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	out, err := d.Backend.CopyObject(ctx, in)
	if err == nil {
		version := ""
		if out.VersionId != nil {
			version = *out.VersionId
		}
		err = d.sync(*in.Bucket, *in.Key, version)
	}
	return out, err
}

// CompleteMultipartUpload stores the object that an upload was for.
func (d *durable) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	out, version, err := d.Backend.CompleteMultipartUpload(ctx, in)
	if err == nil {
		err = d.sync(*in.Bucket, *in.Key, version)
	}
	return out, version, err
}

// CreateBucket makes a bucket.
func (d *durable) CreateBucket(ctx context.Context, in *s3.CreateBucketInput, acl []byte) error {
	if err := d.Backend.CreateBucket(ctx, in, acl); err != nil {
		return err
	}
	return d.sync(*in.Bucket, "", "")
}

// PutBucketPolicy sets the policy of a bucket.
func (d *durable) PutBucketPolicy(ctx context.Context, bucket string, policy []byte) error {
	policy, err := wholeAccounts(policy)
	if err != nil {
		return err
	}
	if err := d.Backend.PutBucketPolicy(ctx, bucket, policy); err != nil {
		// Wrapped, it would be answered as an internal error: that a file system
		// has no room for so much beside a folder (ext4 has less than 4 KiB).
		var refused s3err.APIError
		if errors.As(err, &refused) {
			return refused
		}
		return err
	}
	return d.sync(bucket, "", "")
}

// sync brings an object, or a bucket if the key is empty, to the disk: what it
// is, and by which names it is found.
func (d *durable) sync(bucket, key, version string) error {
	if err := d.syncNow(bucket, key, version); err != nil {
		return fmt.Errorf("sync %s/%s to disk: %w", bucket, key, err)
	}
	return nil
}

func (d *durable) syncNow(bucket, key, version string) error {
	// The version before is a file of its own somewhere below versions, with
	// new folders around it.
	if version != "" {
		return d.all(d.layout.buckets)
	}
	if err := d.upTo(d.layout.buckets, filepath.Join(d.layout.buckets, bucket, key)); err != nil {
		return err
	}
	if d.layout.metadata == "" {
		return nil
	}
	attributes := filepath.Join(d.layout.metadata, bucket, key, "meta")
	files, err := os.ReadDir(attributes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, f := range files {
		if err := d.file(filepath.Join(attributes, f.Name())); err != nil {
			return err
		}
	}
	return d.upTo(d.layout.metadata, attributes)
}

// upTo syncs a path and the folders that lead to it, up to top.
func (d *durable) upTo(top, path string) error {
	for ; ; path = filepath.Dir(path) {
		if err := d.file(path); err != nil {
			return err
		}
		if len(path) <= len(top) {
			return nil
		}
	}
}

// syncPath syncs a file or folder. One that is gone has been deleted or replaced
// since, which is as good.
func syncPath(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
