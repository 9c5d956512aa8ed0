package trino_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/cairntrail/cairn/internal/app"
	"github.com/cairntrail/cairn/internal/config"
	"github.com/cairntrail/cairn/internal/lake/table"
)

// TestServer is a server whose queries run on Trino: events that it recorded are in
// the answer, an error has Trino's words, and a query that is cancelled ends there.
func TestServer(t *testing.T) {
	trino := open(t)
	catalog := fmt.Sprintf("server_%d", time.Now().UnixNano())
	database := newDatabase(t, catalog)
	cfg, err := config.Load(config.Sources{Flags: map[string]string{
		"data-dir": t.TempDir(), "listen": "127.0.0.1:0", "admin-listen": "127.0.0.1:0", "s3-listen": "127.0.0.1:0", "log-level": "error",
		"lake-catalog": database.String(), "lake-commit-interval": "100ms", "trino-url": server(t), "trino-catalog": catalog,
	}})
	check(t, err)
	s, err := app.Runner{}.Start(t.Context(), cfg, io.Discard)
	check(t, err)
	t.Cleanup(func() { check(t, s.Stop(context.Background())) })
	sdk, err := awsconfig.LoadDefaultConfig(t.Context(), awsconfig.WithSharedCredentialsFiles([]string{s.CredentialsFile()}), awsconfig.WithSharedConfigFiles(nil),
		awsconfig.WithRegion("us-east-1"), awsconfig.WithBaseEndpoint(s.APIURL()))
	check(t, err)
	keys, err := sdk.Credentials.Retrieve(t.Context())
	check(t, err)
	reader := readOnly(t, database)
	password, _ := reader.User.Password()
	ask(t, trino, `CREATE CATALOG `+catalog+` USING iceberg WITH (
		"iceberg.catalog.type" = 'jdbc', "iceberg.jdbc-catalog.catalog-name" = '`+table.CatalogName+`', "iceberg.jdbc-catalog.driver-class" = 'org.postgresql.Driver',
		"iceberg.jdbc-catalog.connection-url" = 'jdbc:postgresql://`+reader.Host+reader.Path+`', "iceberg.jdbc-catalog.connection-user" = '`+reader.User.Username()+`',
		"iceberg.jdbc-catalog.connection-password" = '`+password+`', "iceberg.jdbc-catalog.default-warehouse-dir" = 's3://`+bucket+`',
		"fs.native-s3.enabled" = 'true', "s3.endpoint" = '`+s.S3URL()+`', "s3.region" = 'us-east-1', "s3.path-style-access" = 'true',
		"s3.aws-access-key" = '`+keys.AccessKeyID+`', "s3.aws-secret-key" = '`+keys.SecretAccessKey+`')`)
	t.Cleanup(func() {
		rows, err := trino.Query(context.Background(), "DROP CATALOG "+catalog)
		check(t, err)
		check(t, rows.Close())
	})

	client := cloudtrail.NewFromConfig(sdk)
	made, err := client.CreateEventDataStore(t.Context(), &cloudtrail.CreateEventDataStoreInput{Name: aws.String("main")})
	check(t, err)
	_, store, _ := strings.Cut(*made.EventDataStoreArn, "eventdatastore/")
	for range 3 {
		_, err := client.ListTrails(t.Context(), &cloudtrail.ListTrailsInput{})
		check(t, err)
	}
	start := func(sql string) *string {
		q, err := client.StartQuery(t.Context(), &cloudtrail.StartQueryInput{QueryStatement: &sql})
		check(t, err)
		return q.QueryId
	}
	until := func(id *string, done func(types.QueryStatus) bool) *cloudtrail.DescribeQueryOutput {
		t.Helper()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for range 3000 {
			q, err := client.DescribeQuery(t.Context(), &cloudtrail.DescribeQueryInput{QueryId: id})
			check(t, err)
			if done(q.QueryStatus) {
				return q
			}
			<-tick.C
		}
		t.Fatal("the query does not go on")
		return nil
	}
	ended := func(s types.QueryStatus) bool {
		return s != types.QueryStatusQueued && s != types.QueryStatusRunning
	}
	count := "SELECT eventName, count(*) AS n, max(eventTime) < current_timestamp AS past FROM " + store + " WHERE eventName = 'ListTrails' GROUP BY 1"
	rows := "" // the events come by and by
	for deadline := time.Now().Add(time.Minute); rows != "ListTrails 3 true" && time.Now().Before(deadline); {
		id := start(count)
		q := until(id, ended)
		if q.QueryStatus == types.QueryStatusFailed && strings.Contains(aws.ToString(q.ErrorMessage), "no table yet") {
			continue
		}
		if q.QueryStatus != types.QueryStatusFinished {
			t.Fatalf("the query is %s: %s", q.QueryStatus, aws.ToString(q.ErrorMessage))
		}
		page, err := client.GetQueryResults(t.Context(), &cloudtrail.GetQueryResultsInput{QueryId: id})
		check(t, err)
		if rows = ""; len(page.QueryResultRows) == 1 {
			for _, column := range page.QueryResultRows[0] {
				for _, v := range column {
					rows = strings.TrimSpace(rows + " " + v)
				}
			}
			if *q.QueryStatistics.EventsScanned < 3 || *q.QueryStatistics.BytesScanned <= 0 {
				t.Errorf("figures: %d events, %d bytes", *q.QueryStatistics.EventsScanned, *q.QueryStatistics.BytesScanned)
			}
		}
	}
	if rows != "ListTrails 3 true" {
		t.Errorf("the answer is %q", rows)
	}
	if q := until(start("SELECT 1 / (length(eventName) - length(eventName)) FROM "+store), ended); q.QueryStatus != types.QueryStatusFailed || !strings.Contains(aws.ToString(q.ErrorMessage), "Division by zero") {
		t.Errorf("a division by zero is %s: %s", q.QueryStatus, aws.ToString(q.ErrorMessage))
	}
	long := start("SELECT count(*) FROM unnest(sequence(1, 10000)) a(x) CROSS JOIN unnest(sequence(1, 10000)) b(y) CROSS JOIN unnest(sequence(1, 10000)) c(z) WHERE x * y * z % 7 = 1")
	until(long, func(s types.QueryStatus) bool { return s == types.QueryStatusRunning })
	_, err = client.CancelQuery(t.Context(), &cloudtrail.CancelQueryInput{QueryId: long})
	check(t, err)
	if q := until(long, ended); q.QueryStatus != types.QueryStatusCancelled {
		t.Errorf("the cancelled query is %s", q.QueryStatus)
	}
}
