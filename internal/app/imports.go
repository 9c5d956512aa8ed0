package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/intake/imports"
	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/objects"
)

// openImports makes what copies log files into event data stores.
func (a *App) openImports(ctx context.Context) (err error) {
	a.imports, err = imports.NewService(ctx, imports.Config{
		Store: a.db, Stores: importStores{a}, Open: a.importBucket, NewID: uuid.NewString, Now: time.Now, Logger: a.log,
	})
	if err == nil {
		a.stores.Importing(a.imports.Busy)
	}
	return err
}

// runImports runs imports until the server stops.
func (a *App) runImports(ctx context.Context) error {
	a.run(ctx, "imports", a.imports.Run)
	return nil
}

// importStores are the event data stores as imports see them.
type importStores struct{ a *App }

// Destination implements imports.Stores.
func (s importStores) Destination(ctx context.Context, c imports.Caller, name string) (imports.Destination, error) {
	d, err := s.a.stores.ImportDestination(ctx, datastore.Caller(c), name)
	return imports.Destination{ID: d.ID, ARN: d.ARN, Keeps: time.Duration(d.RetentionPeriod) * 24 * time.Hour}, err
}

// Table implements imports.Stores. The ingester has made the table, or does.
func (s importStores) Table(ctx context.Context, id string) (imports.Table, error) {
	d, err := s.a.stores.ByID(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.a.warehouse.Table(ctx, table.Spec{ID: d.ID, Category: d.Category(), Retention: time.Duration(d.RetentionPeriod) * 24 * time.Hour})
}

// maxLogFile bounds a compressed log file; CloudTrail's have 50 MB uncompressed.
const maxLogFile = 512 << 20

// importBucket opens a source. A bucket at the embedded endpoint is read as the
// account, which its policy has to allow; others with the credentials of the
// settings.
func (a *App) importBucket(ctx context.Context, account, bucket, _ string) (imports.Bucket, error) {
	b := importBucket{client: a.buckets, name: bucket, close: func() {}}
	if a.embedded(bucket) {
		own, err := a.accountClient(ctx, account)
		if err != nil {
			return nil, err
		}
		b.client, b.close = own, own.Close
	}
	for _, err := range b.client.List(ctx, bucket, "", "") {
		if err != nil {
			b.close()
			return nil, storeError(fmt.Errorf("list the bucket %s: %w", bucket, err))
		}
		break
	}
	return b, nil
}

// accountClient reads buckets at the embedded endpoint as an account.
func (a *App) accountClient(ctx context.Context, account string) (*objects.Client, error) {
	e, err := a.bucketEndpoint(ctx, config.Bucket{Endpoint: config.Embedded})
	if err != nil {
		return nil, err
	}
	e.Credentials = a.delivery.reader(account)
	cfg := objects.ClientConfig{Default: e, Logger: a.log}
	if cfg.Transport, err = a.ownTransport(); err != nil {
		return nil, err
	}
	return objects.NewClient(cfg)
}

// storeError lets those who ask see the store's code of an error.
func storeError(err error) error {
	var failed *objects.Error
	if errors.As(err, &failed) {
		return putError{err: failed}
	}
	return err
}

// importBucket is a bucket as imports read it.
type importBucket struct {
	client *objects.Client
	name   string
	close  func()
}

// Close implements imports.Bucket.
func (b importBucket) Close() { b.close() }

// List implements imports.Bucket.
func (b importBucket) List(ctx context.Context, prefix, after string) iter.Seq2[imports.Object, error] {
	return func(yield func(imports.Object, error) bool) {
		for entry, err := range b.client.List(ctx, b.name, prefix, after) {
			if !yield(imports.Object{Key: entry.Key, Size: entry.Size}, storeError(err)) {
				return
			}
		}
	}
}

// Get implements imports.Bucket.
func (b importBucket) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	got, err := b.client.Get(ctx, b.name, key, maxLogFile)
	if err != nil {
		return nil, storeError(err)
	}
	return io.NopCloser(bytes.NewReader(got.Body)), nil
}
