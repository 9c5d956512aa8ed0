package trino_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/objects"
	"github.com/cairntrail/cairn/internal/query/trino"
	"github.com/cairntrail/cairn/internal/trinosql/value"
)

const (
	bucket  = "cairn-lake"
	account = "111122223333"
	key     = "AKIALAKE"
	secret  = "the secret of the lake"
)

// keys are the S3 endpoint's only access key.
type keys struct{}

func (keys) Key(id, _ string) (objects.Identity, error) {
	if id != key {
		return objects.Identity{}, objects.ErrNoKey
	}
	return objects.Identity{Secret: secret, Account: account, ARN: "arn:aws:iam::" + account + ":user/lake"}, nil
}

// lake is a warehouse of Cairn's whose catalogue is in PostgreSQL and whose files are
// in a bucket of the embedded S3 endpoint, and a catalogue of Trino's over it.
type lake struct {
	testing.TB
	warehouse *table.Warehouse
	trino     *trino.Engine
	// catalog is what Trino knows it by.
	catalog string
}

// newLake makes a lake. Trino reaches it through PostgreSQL and S3 only.
func newLake(t testing.TB) *lake {
	t.Helper()
	l := &lake{TB: t, trino: open(t), catalog: fmt.Sprintf("lake_%d", time.Now().UnixNano())}
	dir := t.TempDir()
	endpoint := serveBucket(t, filepath.Join(dir, "objects"))
	database := newDatabase(t, l.catalog)
	var err error
	l.warehouse, err = table.Open(t.Context(), table.Config{
		Catalog: database.String(), Warehouse: "s3://" + bucket, Root: filepath.Join(dir, "objects", "buckets", bucket), Spill: filepath.Join(dir, "spill"),
	})
	check(t, err)
	t.Cleanup(func() { check(t, l.warehouse.Close()) })
	l.createCatalog(endpoint, readOnly(t, database))
	return l
}

// readOnly makes a role that can read what a database has, and nothing else.
func readOnly(t testing.TB, database *url.URL) *url.URL {
	t.Helper()
	name := strings.TrimPrefix(database.Path, "/") + "_reader"
	db, err := sql.Open("pgx", database.String())
	check(t, err)
	defer func() { check(t, db.Close()) }()
	for _, statement := range []string{
		"CREATE ROLE " + name + " LOGIN PASSWORD '" + name + "'",
		"GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + name,
	} {
		_, err := db.ExecContext(t.Context(), statement)
		check(t, err)
	}
	reader := *database
	reader.User = url.UserPassword(name, name)
	return &reader
}

// serveBucket runs the S3 endpoint with an empty bucket, and returns its address.
func serveBucket(t testing.TB, dir string) string {
	t.Helper()
	server, err := objects.Open(t.Context(), objects.Config{Dir: dir, Addr: "127.0.0.1:0", Keys: keys{}})
	check(t, err)
	t.Cleanup(func() { check(t, server.Close(context.Background())) })
	client := s3.New(s3.Options{Region: objects.DefaultRegion, BaseEndpoint: aws.String(server.URL()), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, "")})
	_, err = client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucket)})
	check(t, err)
	return server.URL()
}

// newDatabase makes a database in the test's PostgreSQL.
func newDatabase(t testing.TB, name string) *url.URL {
	t.Helper()
	address := os.Getenv("CAIRN_TRINO_POSTGRES")
	db, err := sql.Open("pgx", address)
	check(t, err)
	defer func() { check(t, db.Close()) }()
	_, err = db.ExecContext(t.Context(), "CREATE DATABASE "+name)
	check(t, err)
	u, err := url.Parse(address)
	check(t, err)
	u.Path = "/" + name
	return u
}

// createCatalog tells Trino of the warehouse, as docs/trino.md says.
func (l *lake) createCatalog(endpoint string, database *url.URL) {
	l.Helper()
	password, _ := database.User.Password()
	properties := map[string]string{
		"iceberg.catalog.type":                       "jdbc",
		"iceberg.jdbc-catalog.catalog-name":          table.CatalogName,
		"iceberg.jdbc-catalog.driver-class":          "org.postgresql.Driver",
		"iceberg.jdbc-catalog.connection-url":        "jdbc:postgresql://" + database.Host + database.Path,
		"iceberg.jdbc-catalog.connection-user":       database.User.Username(),
		"iceberg.jdbc-catalog.connection-password":   password,
		"iceberg.jdbc-catalog.default-warehouse-dir": "s3://" + bucket,
		"fs.native-s3.enabled":                       "true",
		"s3.endpoint":                                endpoint,
		"s3.region":                                  objects.DefaultRegion,
		"s3.path-style-access":                       "true",
		"s3.aws-access-key":                          key,
		"s3.aws-secret-key":                          secret,
	}
	var with []string
	for name, v := range properties {
		with = append(with, fmt.Sprintf(`"%s" = '%s'`, name, v))
	}
	ask(l, l.trino, "CREATE CATALOG "+l.catalog+" USING iceberg WITH ("+strings.Join(with, ", ")+")")
	l.Cleanup(func() {
		rows, err := l.trino.Query(context.Background(), "DROP CATALOG "+l.catalog)
		check(l, err)
		check(l, rows.Close())
	})
}

// store puts events into the table of an event data store, which is made if there is
// none. The sequence is larger than that of earlier ones.
func (l *lake) store(id, category string, events [][]byte, sequence uint64) *table.Table {
	l.Helper()
	t, err := l.warehouse.Table(l.Context(), table.Spec{ID: id, Category: category})
	check(l, err)
	check(l, t.Append(l.Context(), events, sequence))
	return t
}

// name is a store's table for Trino.
func (l *lake) name(id string) string {
	return fmt.Sprintf(`%s.%s."%s"`, l.catalog, table.Namespace, id)
}

// duckDB runs a query of DuckDB's over a store, whose name in it is t.
func (l *lake) duckDB(id, query string) [][]any {
	l.Helper()
	plan, err := l.warehouse.Plan(l.Context(), id, time.Time{}, time.Time{})
	check(l, err)
	defer plan.Release()
	e, err := duck.Open(l.Context(), duck.Config{Files: plan.Files, Setup: []string{plan.View("t")}})
	check(l, err)
	defer func() { check(l, e.Close()) }()
	rows, err := e.Query(l.Context(), query)
	check(l, err)
	defer func() { check(l, rows.Close()) }()
	var out [][]any
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		check(l, err)
		out = append(out, slices.Clone(row))
	}
}

// sorted brings the maps inside of a value into the order of their keys.
func sorted(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = sorted(v[i])
		}
	case value.Row:
		for i := range v {
			v[i] = sorted(v[i])
		}
	case value.Map:
		for i := range v {
			v[i].Value = sorted(v[i].Value)
		}
		slices.SortFunc(v, func(a, b value.Entry) int { return cmp.Compare(fmt.Sprint(a.Key), fmt.Sprint(b.Key)) })
	}
	return v
}
