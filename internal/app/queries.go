package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sys/unix"

	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/lake/schema"
	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/objects"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/query/duckdb"
	"github.com/cairntrail/cairn/internal/query/trino"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// openQueries makes what queries are made of: an engine over the tables of event
// data stores, and the service that the API asks.
func (a *App) openQueries(ctx context.Context) error {
	engine, err := a.queryEngine()
	if err != nil {
		return err
	}
	a.queries, err = query.Open(ctx, query.Config{
		Store: a.db, Dir: a.path("queries"), Stores: a.stores, Schema: schema.Columns,
		Engine:  engine,
		Buckets: resultBuckets{a}, Signer: a.keys, Slots: a.cfg.QuerySlots, Room: a.cfg.QueryResults,
		Free: a.freeDisk, MinFree: queryReserve * a.cfg.MinFreeDisk,
		Now: time.Now, Logger: a.log, Registerer: a.registry,
	})
	return err
}

// queryEngine is DuckDB in this process, or a Trino server.
func (a *App) queryEngine() (query.Engine, error) {
	if a.cfg.TrinoURL == "" {
		return duckdb.New(a.warehouse, duckdb.Config{Memory: a.cfg.QueryMemory, Spill: a.spillRoom}), nil
	}
	cfg := trino.Config{URL: a.cfg.TrinoURL, User: a.cfg.TrinoUser, Certificates: a.cfg.TrinoCertificates, Catalog: a.cfg.TrinoCatalog, Schema: table.Namespace}
	if a.cfg.TrinoPassword != "" {
		password, err := os.ReadFile(a.cfg.TrinoPassword)
		if err != nil {
			return nil, fmt.Errorf("the password of the Trino server's user: %w", err)
		}
		cfg.Password = strings.TrimSpace(string(password))
	}
	server, err := trino.Open(cfg)
	if err != nil {
		return nil, err
	}
	a.started("client of the Trino server", func(context.Context) error { return server.Close() })
	return trino.NewRunner(server, a.trinoTable), nil
}

// fileGrace is how long files of tables are kept that were replaced, 0 for the usual
// time. DuckDB's queries hold on to theirs; a Trino server's cannot, so that they get
// as long as a query may run.
func (a *App) fileGrace() time.Duration {
	if a.cfg.TrinoURL == "" {
		return 0
	}
	return query.DefaultTimeLimit + 15*time.Minute
}

// trinoTable is an event data store's table as the Trino server knows it.
func (a *App) trinoTable(ctx context.Context, s query.Store) (trino.Table, error) {
	plan, err := a.warehouse.Plan(ctx, s.ID, s.From, s.To)
	if errors.Is(err, table.ErrNoTable) {
		return trino.Table{}, &trinosql.Error{Code: trinosql.CodeTableNotFound, Message: "The event data store " + s.ID + " has no table yet. Try again in some seconds."}
	}
	if err != nil {
		return trino.Table{}, err
	}
	defer plan.Release()
	return trino.Table{Catalog: a.cfg.TrinoCatalog, Schema: table.Namespace, Name: s.ID, Columns: plan.Columns, Oldest: plan.Oldest}, nil
}

// queryReserve is how many times min-free-disk queries leave on the disk: events are
// refused at one, and questions are to stop before.
const queryReserve = 2

// freeDisk is the room on the disk of the data directory.
func (a *App) freeDisk() (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(a.cfg.DataDir, &st); err != nil {
		return 0, fmt.Errorf("the free space of %s: %w", a.cfg.DataDir, err)
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// spillRoom is what one query may spill: half of what is left above the reserve.
func (a *App) spillRoom() int64 {
	free, err := a.freeDisk()
	if err != nil {
		return 0
	}
	return (free - queryReserve*a.cfg.MinFreeDisk) / 2
}

// runQueries runs queries until the server stops. Those that run then are stopped.
func (a *App) runQueries(ctx context.Context) error {
	run, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.queries.Run(run); err != nil {
			a.fail(fmt.Errorf("queries: %w", err))
		}
	}()
	a.started("queries", func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	return nil
}

// resultBuckets is the client of buckets as queries see it.
type resultBuckets struct{ a *App }

// CheckBucket implements query.Buckets.
func (b resultBuckets) CheckBucket(ctx context.Context, q *query.Query) error {
	source := "arn:aws:cloudtrail:" + q.Region + ":" + q.AccountID + ":eventdatastore/none"
	if len(q.Stores) > 0 {
		source = q.Stores[0].ARN
	}
	check := objects.BucketCheck{Bucket: q.Delivery.Bucket, Prefix: q.Delivery.Prefix, AccountID: q.AccountID, TrailARN: source, Results: true, Reader: b.reader(q.AccountID)}
	_, err := b.a.buckets.CheckBucket(ctx, check)
	refused, ok := errors.AsType[*objects.Refusal](err)
	switch {
	case !ok:
		return err
	case refused.Exception == objects.ExceptionNoBucket:
		return &query.Error{Code: query.CodeNoBucket, Message: fmt.Sprintf("The bucket %s does not exist. Make it first, or name another.", q.Delivery.Bucket), Cause: err}
	case refused.Exception == objects.ExceptionBucketPolicy:
		return &query.Error{Code: query.CodeInsufficientBucketPolicy, Message: fmt.Sprintf("Results can not be delivered to the bucket %s. %s", q.Delivery.Bucket, refused.Text()), Cause: err}
	}
	return &query.Error{Code: query.CodeInsufficientEncryptionPolicy, Message: refused.Text(), Cause: err}
}

// reader acts as an account at the embedded endpoint; elsewhere there is none.
func (b resultBuckets) reader(account string) aws.CredentialsProvider {
	if b.a.cfg.BucketsEndpoint == config.Embedded && b.a.s3 != nil {
		return b.a.delivery.reader(account)
	}
	return nil
}

// Put implements query.Buckets.
func (b resultBuckets) Put(ctx context.Context, q *query.Query, key, contentType string, body []byte) error {
	err := b.a.buckets.Put(ctx, objects.PutInput{Bucket: q.Delivery.Bucket, Key: key, Body: body, ContentType: contentType})
	failed, ok := errors.AsType[*objects.Error](err)
	if !ok {
		return err
	}
	reason := query.OtherReason
	switch {
	case failed.Kind == objects.KindGone:
		reason = query.Gone
	case failed.Kind == objects.KindDenied:
		reason = query.Denied
	case failed.Status == 0:
		reason = query.NoAnswer
	}
	return &query.PutError{Reason: reason, Retry: failed.Retry, Err: failed}
}
