package verify

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Dir is a Source over a local copy of buckets: the object KEY of every bucket
// is the file Root/KEY, as "aws s3 sync s3://BUCKET Root" leaves it. Such a copy
// has no object metadata, so the newest digest of a chain cannot be checked; the
// others can, since each digest holds the signature of the one before.
type Dir struct{ Root string }

var _ Source = Dir{}

// Get implements Source.
func (d Dir) Get(_ context.Context, _, key string) (Object, error) {
	if !filepath.IsLocal(filepath.FromSlash(key)) {
		return Object{}, ErrNotFound
	}
	f, err := os.Open(filepath.Join(d.Root, filepath.FromSlash(key)))
	if errors.Is(err, fs.ErrNotExist) {
		return Object{}, ErrNotFound
	}
	if err != nil {
		return Object{}, err
	}
	return Object{Body: f}, nil
}

// List implements Source.
func (d Dir) List(ctx context.Context, _, prefix, after string, yield func(key string) bool) error {
	var keys []string
	root := filepath.Join(d.Root, filepath.FromSlash(prefix))
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return errors.Join(err, ctx.Err())
		}
		rel, err := filepath.Rel(d.Root, path)
		if key := filepath.ToSlash(rel); key > after && strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	slices.Sort(keys)
	for _, k := range keys {
		if !yield(k) {
			break
		}
	}
	return nil
}
