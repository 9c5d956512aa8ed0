package objects

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3response"
)

// Everything that an object needs to be found again is synced before it is
// acknowledged, and nothing is acknowledged when that fails.
func TestSyncedBeforeAcknowledged(t *testing.T) {
	for name, sidecar := range map[string]bool{"attributes": false, "files": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			folder, err := prepare(dir, sidecar, tryAttributes)
			check(t, err)
			attributes, err := folder.storer()
			check(t, err)
			here, err := os.Getwd()
			check(t, err)
			files, err := folder.open(attributes)
			check(t, err)
			t.Cleanup(func() { files.Shutdown(); os.Chdir(here) })

			d := newDurable(files, folder, false)
			var synced []string
			fails := ""
			note := func(path string) error {
				rel, err := filepath.Rel(dir, path)
				if err != nil {
					return err
				}
				synced = append(synced, rel)
				if rel == fails {
					return errors.New("no more disk")
				}
				return nil
			}
			d.file, d.all = note, note
			b, key, length := "logs", "a/b", int64(1)
			put := func() error {
				_, err := d.PutObject(ctx(t), s3response.PutObjectInput{Bucket: &b, Key: &key, Body: strings.NewReader("x"), ContentLength: &length})
				return err
			}
			want := func(paths ...string) {
				t.Helper()
				for _, p := range paths {
					if strings.HasPrefix(p, "metadata") && !sidecar {
						continue
					}
					if !slices.Contains(synced, p) {
						t.Errorf("%s was not synced, but %v", p, synced)
					}
				}
				synced = nil
			}
			check(t, d.CreateBucket(ctx(t), &s3.CreateBucketInput{Bucket: &b, CreateBucketConfiguration: &types.CreateBucketConfiguration{}}, []byte(`{"Owner":"111111111111"}`)))
			want("buckets", "buckets/logs", "metadata/logs/meta/acl", "metadata/logs/meta", "metadata/logs", "metadata")
			check(t, put())
			want("buckets/logs/a/b", "buckets/logs/a", "buckets/logs", "metadata/logs/a/b/meta/etag", "metadata/logs/a/b/meta", "metadata/logs/a/b", "metadata/logs/a")
			check(t, d.PutBucketPolicy(ctx(t), b, []byte(`{"Statement":[]}`)))
			want("buckets/logs", "metadata/logs/meta/policy")
			all := []string{"buckets/logs/a/b", "buckets/logs/a", "buckets"}
			if sidecar {
				all = append(all, "metadata/logs/a/b/meta/etag", "metadata/logs/a")
			}
			for _, fails = range all {
				if err := put(); err == nil {
					t.Errorf("acknowledged, although %s was not synced", fails)
				}
			}
			fails = ""
			check(t, d.PutBucketVersioning(ctx(t), b, types.BucketVersioningStatusEnabled))
			synced = nil
			check(t, put())
			want("buckets")
		})
	}
}

func TestSyncPath(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	check(t, os.WriteFile(file, []byte("x"), 0o600))
	for _, path := range []string{file, dir, filepath.Join(dir, "gone")} {
		check(t, syncPath(path))
	}
	check(t, syncFileSystem(dir))
	if err := syncPath(filepath.Join(file, "below a file")); err == nil {
		t.Error("a path that cannot be is synced")
	}
}
