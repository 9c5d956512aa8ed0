package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// aroundQueries is what package query asks: an engine that returns as many rows as a
// test says, and holds back the last one until it is told to go on.
type aroundQueries struct {
	svc *query.Service

	mu   sync.Mutex
	rows int
	hold chan struct{}
}

func (a *aroundQueries) service(t testing.TB, db *store.DB, stores *aroundStores) *query.Service {
	t.Helper()
	svc, err := query.Open(t.Context(), query.Config{
		Store: db, Dir: t.TempDir(), Stores: stores.svc, Engine: a,
		Schema: func(string) ([]trinosql.Column, error) {
			return []trinosql.Column{{Name: "eventid", Type: trinosql.Varchar}, {Name: "errorcode", Type: trinosql.Varchar}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.svc = svc
	return svc
}

// run runs queries until the test ends.
func (a *aroundQueries) run(t *testing.T, rows int, hold chan struct{}) {
	a.rows, a.hold = rows, hold
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.svc.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func (a *aroundQueries) Name() string { return "test" }

func (a *aroundQueries) Run(ctx context.Context, _ query.Job) (query.Rows, error) {
	return &heldRows{ctx: ctx, left: a.rows, hold: a.hold}, nil
}

type heldRows struct {
	ctx   context.Context
	given int
	left  int
	hold  chan struct{}
}

func (r *heldRows) Next() ([]any, error) {
	if r.left == 0 {
		return nil, io.EOF
	}
	if r.left == 1 && r.hold != nil {
		select {
		case <-r.hold:
		case <-r.ctx.Done():
			return nil, r.ctx.Err()
		}
	}
	r.given, r.left = r.given+1, r.left-1
	return []any{fmt.Sprint(r.given), nil}, nil
}

func (r *heldRows) Statistics() query.Statistics {
	return query.Statistics{EventsScanned: 7, EventsMatched: 3, BytesScanned: 1234}
}

func (r *heldRows) Close() error { return nil }

// ended waits until a query has ended.
func ended(t *testing.T, client *cloudtrail.Client, id *string) *cloudtrail.DescribeQueryOutput {
	t.Helper()
	for {
		out, err := client.DescribeQuery(t.Context(), &cloudtrail.DescribeQueryInput{QueryId: id})
		if err != nil {
			t.Fatal(err)
		}
		if out.QueryStatus != cttypes.QueryStatusQueued && out.QueryStatus != cttypes.QueryStatusRunning {
			return out
		}
	}
}

// TestSDKQueries takes queries through their life with the AWS SDK, signatures
// verified and policies evaluated.
func TestSDKQueries(t *testing.T) {
	h := newHouse(t, realAuth)
	hold := make(chan struct{})
	h.queries.run(t, 2500, hold)
	ctx, url := t.Context(), h.listen(t)
	client := trailClient(url, credentials(h.admin.AccessKeyID, h.admin.SecretAccessKey, ""))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"one", "two"} {
		_, err := client.CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String(name + "-store")})
		must(err)
	}
	statement := aws.String("SELECT * FROM " + store1)
	started, err := client.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: statement, EventDataStoreOwnerAccountId: aws.String(homeAccount)})
	must(err)
	if len(*started.QueryId) != 36 || *started.EventDataStoreOwnerAccountId != homeAccount {
		t.Errorf("started %+v", started)
	}
	// What there is so far can be read while it runs.
	for {
		page, err := client.GetQueryResults(ctx, &cloudtrail.GetQueryResultsInput{QueryId: started.QueryId, MaxQueryResults: aws.Int32(10)})
		must(err)
		if page.QueryStatus == cttypes.QueryStatusRunning && *page.QueryStatistics.TotalResultsCount == 2499 {
			if len(page.QueryResultRows) != 10 || page.NextToken == nil {
				t.Errorf("while it runs: %d rows, next %v", len(page.QueryResultRows), page.NextToken)
			}
			break
		}
	}
	close(hold)
	described := ended(t, client, started.QueryId)
	if s := described.QueryStatistics; described.QueryStatus != cttypes.QueryStatusFinished || *described.QueryString != *statement || *s.EventsScanned != 7 ||
		*s.EventsMatched != 3 || *s.BytesScanned != 1234 || s.CreationTime == nil || s.ExecutionTimeInMillis == nil || described.ErrorMessage != nil || described.DeliveryStatus != "" {
		t.Errorf("described %+v", described)
	}
	pages, n := cloudtrail.NewGetQueryResultsPaginator(client, &cloudtrail.GetQueryResultsInput{QueryId: started.QueryId}), 0
	var sizes []int32
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		must(err)
		sizes = append(sizes, *page.QueryStatistics.ResultsCount)
		for _, row := range page.QueryResultRows {
			n++
			if want := []map[string]string{{"eventid": fmt.Sprint(n)}, {"errorcode": ""}}; !reflect.DeepEqual(row, want) {
				t.Fatalf("row %d is %v", n, row)
			}
		}
	}
	if !reflect.DeepEqual(sizes, []int32{1000, 1000, 500}) {
		t.Errorf("pages of %v", sizes)
	}
	r := h.last(t)
	if r.EventName != "GetQueryResults" || !r.ReadOnly || len(r.Resources) != 1 || r.Resources[0].ARN != storeARN+store1 || r.Resources[0].Type != "AWS::CloudTrail::EventDataStore" {
		t.Errorf("recorded %+v", r)
	}

	second, err := client.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: aws.String("SELECT * FROM " + store2)})
	must(err)
	ended(t, client, second.QueryId)
	var ids []string
	for range 3 {
		q, err := client.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: statement})
		must(err)
		ids = append([]string{*q.QueryId}, ids...)
		ended(t, client, q.QueryId)
	}
	var listed []string
	list := cloudtrail.NewListQueriesPaginator(client, &cloudtrail.ListQueriesInput{EventDataStore: aws.String(storeARN + store1), MaxResults: aws.Int32(3), QueryStatus: cttypes.QueryStatusFinished})
	for list.HasMorePages() {
		page, err := list.NextPage(ctx)
		must(err)
		for _, q := range page.Queries {
			listed = append(listed, *q.QueryId)
		}
	}
	if want := append(ids, *started.QueryId); !reflect.DeepEqual(listed, want) {
		t.Errorf("listed %v, want %v", listed, want)
	}
	_, err = client.CancelQuery(ctx, &cloudtrail.CancelQueryInput{QueryId: started.QueryId})
	if _, ok := errors.AsType[*cttypes.InactiveQueryException](err); !ok {
		t.Errorf("cancel what ended: %v", err)
	}

	// A user who may query one store.
	viewer := identity.Ref{AccountID: homeAccount, Type: identity.User, Name: "viewer"}
	_, err = h.directory.CreateUser(ctx, homeAccount, "viewer", "/")
	must(err)
	must(h.directory.AttachPolicy(ctx, viewer, "view", []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudtrail:StartQuery","cloudtrail:GetQueryResults"],"Resource":"`+storeARN+store2+`"}]}`)))
	key, err := h.directory.CreateAccessKey(ctx, viewer)
	must(err)
	restricted := trailClient(url, credentials(key.AccessKeyID, key.SecretAccessKey, ""))
	_, err = restricted.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: statement})
	wantCode(t, err, "AccessDeniedException")
	if !strings.Contains(err.Error(), storeARN+store1) {
		t.Errorf("the denial does not say on what: %v", err)
	}
	if r := h.last(t); r.ErrorCode != "AccessDenied" {
		t.Errorf("recorded %+v", r)
	}
	_, err = restricted.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: aws.String("SELECT * FROM " + store2)})
	must(err)
	_, err = restricted.GetQueryResults(ctx, &cloudtrail.GetQueryResultsInput{QueryId: second.QueryId})
	must(err)
	_, err = restricted.GetQueryResults(ctx, &cloudtrail.GetQueryResultsInput{QueryId: started.QueryId})
	wantCode(t, err, "AccessDeniedException")
	_, err = restricted.DescribeQuery(ctx, &cloudtrail.DescribeQueryInput{QueryId: second.QueryId})
	wantCode(t, err, "AccessDeniedException")
}

func TestCancelQuery(t *testing.T) {
	h := newHouse(t)
	h.queries.run(t, 1, make(chan struct{}))
	client := trailClient(h.listen(t), credentials("AKIDADMIN", "x", ""))
	if _, err := client.CreateEventDataStore(t.Context(), &cloudtrail.CreateEventDataStoreInput{Name: aws.String("one")}); err != nil {
		t.Fatal(err)
	}
	started, err := client.StartQuery(t.Context(), &cloudtrail.StartQueryInput{QueryStatement: aws.String("SELECT * FROM " + store1)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.CancelQuery(t.Context(), &cloudtrail.CancelQueryInput{QueryId: started.QueryId, EventDataStore: aws.String(store1)})
	if err != nil || out.QueryStatus != cttypes.QueryStatusCancelled || *out.QueryId != *started.QueryId {
		t.Errorf("%+v, %v", out, err)
	}
	if got := ended(t, client, started.QueryId); got.QueryStatus != cttypes.QueryStatusCancelled {
		t.Errorf("%+v", got)
	}
}

// Errors have the names of the API's model.
func TestQueryRefusals(t *testing.T) {
	h := newHouse(t)
	h.trail("CreateEventDataStore", `{"Name":"one"}`)
	none := "00000000-0000-4000-8000-000000000000"
	for _, c := range []struct{ op, in, want, message string }{
		{"StartQuery", `{}`, "InvalidParameterException", "QueryStatement"},
		{"StartQuery", `{"QueryStatement":""}`, "InvalidQueryStatementException", ""},
		{"StartQuery", `{"QueryStatement":"SELECT ` + strings.Repeat(" ", 10000) + `"}`, "InvalidQueryStatementException", "10000"},
		{"StartQuery", `{"QueryStatement":"DROP TABLE x"}`, "InvalidQueryStatementException", "line 1:1"},
		{"StartQuery", `{"QueryStatement":"SELECT * FROM ` + store2 + `"}`, "EventDataStoreNotFoundException", store2},
		{"StartQuery", `{"QueryStatement":"SELECT * FROM ` + store1 + `","DeliveryS3Uri":"s3://results"}`, "InvalidParameterException", "DeliveryS3Uri"},
		{"StartQuery", `{"QueryStatement":"SELECT * FROM ` + store1 + `","DeliveryS3Uri":"nowhere"}`, "InvalidParameterException", ""},
		{"StartQuery", `{"QueryStatement":"SELECT * FROM ` + store1 + `","EventDataStoreOwnerAccountId":"444455556666"}`, "OperationNotPermittedException", ""},
		{"StartQuery", `{"QueryAlias":"AWSCloudTrail-x"}`, "InvalidParameterException", "AWSCloudTrail-x"},
		{"DescribeQuery", `{"QueryId":"` + none + `"}`, "QueryIdNotFoundException", none},
		{"DescribeQuery", `{"QueryId":"x"}`, "InvalidParameterException", ""},
		{"DescribeQuery", `{}`, "InvalidParameterException", "QueryId"},
		{"GetQueryResults", `{"QueryId":"` + none + `"}`, "QueryIdNotFoundException", none},
		{"GetQueryResults", `{"QueryId":"` + none + `","MaxQueryResults":1001}`, "InvalidMaxResultsException", ""},
		{"GetQueryResults", `{"QueryId":"` + none + `","NextToken":"abcd"}`, "InvalidNextTokenException", ""},
		{"CancelQuery", `{"QueryId":"` + none + `"}`, "QueryIdNotFoundException", none},
		{"ListQueries", `{"EventDataStore":"` + store1 + `","MaxResults":0}`, "InvalidMaxResultsException", ""},
		{"ListQueries", `{"EventDataStore":"` + store1 + `","NextToken":"abcd"}`, "InvalidNextTokenException", ""},
		{"ListQueries", `{"EventDataStore":"` + store1 + `","QueryStatus":"DONE"}`, "InvalidQueryStatusException", ""},
		{"ListQueries", `{"EventDataStore":"` + store1 + `","StartTime":2000,"EndTime":1000}`, "InvalidDateRangeException", ""},
		{"ListQueries", `{"EventDataStore":"abc"}`, "EventDataStoreARNInvalidException", ""},
		{"ListQueries", `{"EventDataStore":"` + store2 + `"}`, "EventDataStoreNotFoundException", ""},
	} {
		a := h.trail(c.op, c.in)
		code, message := a.code(t)
		if a.status != 400 || code != c.want || !strings.Contains(message, c.message) {
			t.Errorf("%s %s: %d %s: %s; want %s", c.op, c.in, a.status, code, message, c.want)
		}
	}
	h.trail("UpdateEventDataStore", `{"EventDataStore":"`+store1+`","TerminationProtectionEnabled":false}`)
	h.trail("DeleteEventDataStore", `{"EventDataStore":"`+store1+`"}`)
	for op, in := range map[string]string{"StartQuery": `{"QueryStatement":"SELECT * FROM ` + store1 + `"}`, "ListQueries": `{"EventDataStore":"` + store1 + `"}`} {
		if code, _ := h.trail(op, in).code(t); code != "InactiveEventDataStoreException" {
			t.Errorf("%s on a store that is pending deletion: %s", op, code)
		}
	}
}

// A token is good for the query, and the list, that it was made for.
func TestQueryTokens(t *testing.T) {
	h := newHouse(t)
	h.queries.run(t, 3, nil)
	h.trail("CreateEventDataStore", `{"Name":"one"}`)
	client := trailClient(h.listen(t), credentials("AKIDADMIN", "x", ""))
	var ids []*string
	for range 2 {
		q, err := client.StartQuery(t.Context(), &cloudtrail.StartQueryInput{QueryStatement: aws.String("SELECT * FROM " + store1)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, q.QueryId)
		ended(t, client, q.QueryId)
	}
	first, err := client.GetQueryResults(t.Context(), &cloudtrail.GetQueryResultsInput{QueryId: ids[0], MaxQueryResults: aws.Int32(2)})
	if err != nil || first.NextToken == nil {
		t.Fatalf("%+v, %v", first, err)
	}
	_, err = client.GetQueryResults(t.Context(), &cloudtrail.GetQueryResultsInput{QueryId: ids[1], NextToken: first.NextToken})
	wantCode(t, err, "InvalidNextTokenException")
	list, err := client.ListQueries(t.Context(), &cloudtrail.ListQueriesInput{EventDataStore: aws.String(store1), MaxResults: aws.Int32(1)})
	if err != nil || list.NextToken == nil {
		t.Fatalf("%+v, %v", list, err)
	}
	_, err = client.ListQueries(t.Context(), &cloudtrail.ListQueriesInput{EventDataStore: aws.String(store1), NextToken: list.NextToken, QueryStatus: cttypes.QueryStatusFinished})
	wantCode(t, err, "InvalidNextTokenException")
	_, err = client.GetQueryResults(t.Context(), &cloudtrail.GetQueryResultsInput{QueryId: ids[0], NextToken: list.NextToken})
	wantCode(t, err, "InvalidNextTokenException")
}

// TestCLIQueries runs a query with the AWS CLI as the guide does.
func TestCLIQueries(t *testing.T) {
	cli, err := exec.LookPath("aws")
	if name := os.Getenv("CAIRN_AWS_CLI"); name != "" {
		cli, err = exec.LookPath(name)
	}
	if err != nil {
		t.Skipf("the AWS CLI is not on this machine: %v", err)
	}
	h := newHouse(t, realAuth)
	h.queries.run(t, 3, nil)
	url := h.listen(t)
	run := func(args ...string) map[string]any {
		t.Helper()
		cmd := exec.Command(cli, append([]string{"cloudtrail", "--endpoint-url", url, "--region", "eu-west-1", "--output", "json"}, args...)...)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+h.admin.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+h.admin.SecretAccessKey, "AWS_CONFIG_FILE="+os.DevNull,
			"AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true")
		raw, err := cmd.CombinedOutput()
		var out map[string]any
		if err != nil || json.Unmarshal(raw, &out) != nil {
			t.Fatalf("%v: %v\n%s", args, err, raw)
		}
		return out
	}
	run("create-event-data-store", "--name", "one")
	id, _ := run("start-query", "--query-statement", "SELECT * FROM "+store1)["QueryId"].(string)
	client := trailClient(url, credentials(h.admin.AccessKeyID, h.admin.SecretAccessKey, ""))
	ended(t, client, &id)
	if got := run("describe-query", "--query-id", id); got["QueryStatus"] != "FINISHED" {
		t.Errorf("%v", got)
	}
	got := run("get-query-results", "--query-id", id)
	rows, _ := json.Marshal(got["QueryResultRows"])
	if want := `[[{"eventid":"1"},{"errorcode":""}],[{"eventid":"2"},{"errorcode":""}],[{"eventid":"3"},{"errorcode":""}]]`; string(rows) != want || got["NextToken"] != nil {
		t.Errorf("%v", got)
	}
	if list, _ := run("list-queries", "--event-data-store", store1, "--query-status", "FINISHED")["Queries"].([]any); len(list) != 1 {
		t.Errorf("%v", list)
	}
}
