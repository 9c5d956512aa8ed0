package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// logFile is one file to send.
type logFile struct {
	source source
	// name is the path, or s3://bucket/key.
	name    string
	size    int64
	changed time.Time
}

// source is a place that log files come from.
type source interface {
	// list gives every file to send, and counts into t what it gives and what
	// it skips. It goes on behind folders that cannot be read.
	list(ctx context.Context, t *tally, give func(logFile)) error
	// open opens a file and tells how many bytes it has now.
	open(ctx context.Context, name string) (io.ReadCloser, int64, error)
	// String is the place as the command line named it.
	String() string
}

// sources makes the places of the command line.
func (c *ingestCmd) sources(ctx context.Context) ([]source, error) {
	var out []source
	var client *s3.Client
	for _, p := range c.Paths {
		rest, isBucket := strings.CutPrefix(p, "s3://")
		if !isBucket {
			out = append(out, folder(p))
			continue
		}
		bucket, prefix, _ := strings.Cut(rest, "/")
		if bucket == "" {
			return nil, usagef("%q names no bucket; write s3://bucket/prefix", p)
		}
		if client == nil {
			cfg, err := loadAWS(ctx, c.Region, c.S3Profile, nil)
			if err != nil {
				return nil, err
			}
			client = newS3(cfg, c.S3Endpoint)
		}
		out = append(out, &bucketPrefix{client: client, bucket: bucket, prefix: prefix})
	}
	return out, nil
}

// logName tells whether a file in a folder or bucket is taken for a log file.
func logName(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	for _, ending := range []string{".json", ".jsonl", ".ndjson", ".log"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// besides tells whether a path lies in a folder of a trail's bucket that has
// digests or Insights events instead of log files.
func besides(path string) bool {
	for part := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		if part == "CloudTrail-Digest" || part == "CloudTrail-Insight" {
			return true
		}
	}
	return false
}

// folder is a file, or a folder with everything below it.
type folder string

func (f folder) String() string { return string(f) }

func (f folder) list(ctx context.Context, t *tally, give func(logFile)) error {
	info, err := os.Stat(string(f))
	if err != nil {
		return err
	}
	if !info.IsDir() {
		t.found(info.Size())
		give(logFile{source: f, name: string(f), size: info.Size(), changed: info.ModTime()})
		return nil
	}
	// WalkDir does not enter a link, not even as the root.
	root, err := filepath.EvalSymlinks(string(f))
	if err != nil {
		return err
	}
	var unread error
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			// The folder is left out, and the rest is read.
			if unread == nil {
				unread = err
			}
			return fs.SkipDir
		}
		if d.IsDir() {
			return nil
		}
		below, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case besides(below):
			t.skippedBesides.Add(1)
			return nil
		case !logName(path):
			t.skippedOther.Add(1)
			return nil
		}
		info, err := os.Stat(path) // through a link
		if err != nil || !info.Mode().IsRegular() {
			t.skippedOther.Add(1)
			return nil
		}
		t.found(info.Size())
		give(logFile{source: f, name: filepath.Join(string(f), below), size: info.Size(), changed: info.ModTime()})
		return nil
	})
	if err == nil {
		err = unread
	}
	return err
}

func (f folder) open(_ context.Context, name string) (io.ReadCloser, int64, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", name)
	}
	if err != nil {
		_ = file.Close() // Nothing was written.
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// bucketPrefix is every object of a bucket whose key begins with the prefix.
type bucketPrefix struct {
	client         *s3.Client
	bucket, prefix string
}

func (b *bucketPrefix) String() string { return "s3://" + b.bucket + "/" + b.prefix }

func (b *bucketPrefix) list(ctx context.Context, t *tally, give func(logFile)) error {
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: &b.prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("the bucket cannot be listed: %w", err)
		}
		for i := range page.Contents {
			o := &page.Contents[i]
			key := text(o.Key)
			switch {
			case strings.HasSuffix(key, "/"):
			case besides(key):
				t.skippedBesides.Add(1)
			case !logName(key) && key != b.prefix:
				t.skippedOther.Add(1)
			default:
				size := aws.ToInt64(o.Size)
				t.found(size)
				give(logFile{source: b, name: "s3://" + b.bucket + "/" + key, size: size, changed: aws.ToTime(o.LastModified)})
			}
		}
	}
	return nil
}

func (b *bucketPrefix) open(ctx context.Context, name string) (io.ReadCloser, int64, error) {
	key := strings.TrimPrefix(name, "s3://"+b.bucket+"/")
	object, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: &key})
	if err != nil {
		return nil, 0, fmt.Errorf("the object cannot be read: %w", err)
	}
	if object.ContentLength == nil {
		_ = object.Body.Close() // Nothing was written.
		return nil, 0, fmt.Errorf("the bucket does not tell the object's size")
	}
	return object.Body, *object.ContentLength, nil
}
