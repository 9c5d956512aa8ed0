package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// stagingBucket is where log files of a folder are while they are imported.
const stagingBucket = "cairn-import-staging"

// stage puts the log files of a folder into a bucket that the server reads, below a
// prefix of their own. done removes them.
func (c *importCmd) stage(ctx context.Context, sh *shell, server *caller) (uri string, done func(), err error) {
	done = func() {}
	if !isFolder(c.From) {
		return "", done, usagef("%q is neither s3://BUCKET/PREFIX nor a folder", c.From)
	}
	buckets := newS3(server.aws, c.S3Endpoint)
	bucket := stagingBucket
	if _, err := buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		if _, there := errors.AsType[*s3types.BucketAlreadyOwnedByYou](err); !there {
			return "", done, fmt.Errorf("make the bucket %s at %s for the log files: %w; --s3-endpoint says where the server's S3 endpoint is", bucket, c.S3Endpoint, err)
		}
	}
	var files []string
	var total int64
	err = filepath.WalkDir(c.From, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".gz") && !strings.HasSuffix(path, ".json") {
			return err
		}
		info, err := e.Info()
		if err == nil {
			files, total = append(files, path), total+info.Size()
		}
		return err
	})
	if err != nil {
		return "", done, fmt.Errorf("read the folder: %w", err)
	}
	if len(files) == 0 {
		return "", done, fmt.Errorf("%s has no log files (.json.gz)", c.From)
	}
	prefix := uuid.NewString() + "/"
	keys := make([]string, len(files))
	for i, f := range files {
		rel, err := filepath.Rel(c.From, f)
		if err != nil {
			return "", done, err
		}
		keys[i] = prefix + filepath.ToSlash(rel)
	}
	done = func() {
		for _, key := range keys {
			if _, err := buckets.DeleteObject(context.WithoutCancel(ctx), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}); err != nil {
				fmt.Fprintf(sh.stderr, "cairn: s3://%s/%s, which was put there for the import, could not be removed: %v\n", bucket, key, err)
				return
			}
		}
	}
	if err := putFiles(ctx, sh, buckets, bucket, files, keys, total); err != nil {
		done()
		return "", func() {}, err
	}
	return "s3://" + bucket + "/" + prefix, done, nil
}

func putFiles(ctx context.Context, sh *shell, buckets *s3.Client, bucket string, files, keys []string, total int64) error {
	var sent, done atomic.Int64
	shown := newProgress(sh.stderr, func(time.Duration) amount {
		return amount{sent.Load(), total, fmt.Sprintf("%s of %s files sent", thousands(done.Load()), thousands(int64(len(files))))}
	})
	stop := shown.run(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i := range files {
		g.Go(func() error {
			f, err := os.Open(files[i])
			if err != nil {
				return fmt.Errorf("read a log file: %w", err)
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return fmt.Errorf("read a log file: %w", err)
			}
			if _, err := buckets.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &keys[i], Body: f}); err != nil {
				return fmt.Errorf("send %s: %w", files[i], err)
			}
			sent.Add(info.Size())
			done.Add(1)
			return nil
		})
	}
	return g.Wait()
}
