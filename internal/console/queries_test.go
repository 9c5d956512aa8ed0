package console

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// run starts a statement whose rows are the engine's, and waits for its end.
func (h *house) run(session, statement string) (id string) {
	h.t.Helper()
	text, _ := json.Marshal(map[string]string{"QueryStatement": statement})
	var started struct{ QueryId string }
	h.ask(session, "POST", "/console/api/cloudtrail/StartQuery", string(text)).into(h.t, &started)
	for {
		var q struct{ QueryStatus, ErrorMessage string }
		h.ask(session, "POST", "/console/api/cloudtrail/DescribeQuery", `{"QueryId":"`+started.QueryId+`"}`).into(h.t, &q)
		switch q.QueryStatus {
		case "FINISHED":
			return started.QueryId
		case "FAILED", "CANCELLED", "TIMED_OUT":
			h.t.Fatalf("%s: %s", q.QueryStatus, q.ErrorMessage)
		}
		runtime.Gosched()
	}
}

// statement has a column of numbers and one of texts, as the engine's rows.
const statement = "SELECT * FROM (VALUES (BIGINT '1', 'a')) AS t (n, what)"

func TestQueryResults(t *testing.T) {
	h := newHouse(t)
	for i := range 2500 {
		what := any(fmt.Sprintf("row %d", i))
		switch i {
		case 7:
			what = nil
		case 9:
			what = "<script>Needle</script>"
		case 2400:
			what = "=needle()"
		}
		h.engine.rows = append(h.engine.rows, []any{int64(-i), what})
	}
	id := h.run("admin", statement)
	h.recorded()
	type page struct {
		Status, NextToken string
		Columns           []resultColumn
		Rows              [][]*string
		Total, Scanned    int
	}
	ask := func(body string) (p page) {
		t.Helper()
		got := h.ask("admin", "POST", "/console/api/query-results", strings.Replace(body, "{", `{"queryId":"`+id+`",`, 1))
		secured(t, "results", got)
		if strings.Contains(got.body, "<script") {
			t.Errorf("a text left as it is: %.300s", got.body)
		}
		got.into(t, &p)
		return p
	}
	first := ask(`{"maxResults":10}`)
	if first.Status != "FINISHED" || first.Total != 2500 || len(first.Rows) != 10 || first.NextToken == "" || first.Rows[7][1] != nil || *first.Rows[8][0] != "-8" || *first.Rows[9][1] != "<script>Needle</script>" ||
		len(first.Columns) != 2 || first.Columns[0] != (resultColumn{"n", "bigint"}) || first.Columns[1].Name != "what" || !strings.HasPrefix(first.Columns[1].Type, "varchar") {
		t.Errorf("%+v", first)
	}
	if second := ask(`{"maxResults":10,"nextToken":"` + first.NextToken + `"}`); len(second.Rows) != 10 || *second.Rows[0][0] != "-10" {
		t.Errorf("%+v", second)
	}
	found := ask(`{"filter":"NEEDLE"}`)
	if len(found.Rows) != 2 || *found.Rows[1][1] != "=needle()" || found.NextToken != "" || found.Scanned != 2500 || found.Total != 2500 {
		t.Errorf("%+v", found)
	}
	one := ask(`{"filter":"needle","maxResults":1}`)
	if len(one.Rows) != 1 || one.NextToken == "" {
		t.Errorf("%+v", one)
	}
	if two := ask(`{"filter":"needle","maxResults":1,"nextToken":"` + one.NextToken + `"}`); len(two.Rows) != 1 || *two.Rows[0][1] != "=needle()" {
		t.Errorf("%+v", two)
	}
	if none := ask(`{"filter":"no such text"}`); len(none.Rows) != 0 || none.Rows == nil {
		t.Errorf("%+v", none)
	}
	calls := h.recorded()
	if len(calls) != 6 || calls[0].EventName != "GetQueryResults" || !calls[0].SessionCredentialFromConsole || !strings.Contains(string(calls[0].RequestParameters), id) {
		t.Errorf("recorded %+v", calls)
	}
	for _, bad := range []string{`{"queryId":"` + id + `","nextToken":"forged"}`, `{"queryId":"` + id + `","maxResults":1001}`, `{"queryId":"6f9619ff-8b86-4d01-b42d-00c04fc964ff"}`, `{}`} {
		if got := h.ask("admin", "POST", "/console/api/query-results", bad); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", bad, got.status, got.body)
		}
	}
	table := h.ask("admin", "GET", "/console/api/query-results/download?format=csv&queryId="+id, "")
	rows, err := csv.NewReader(strings.NewReader(table.body)).ReadAll()
	if err != nil || len(rows) != 2501 || strings.Join(rows[0], ",") != "n,what" || rows[2401][1] != "'=needle()" || rows[2401][0] != "-2400" || table.header.Get("Content-Disposition") != "attachment; filename=query_results_"+id+".csv" {
		t.Errorf("%d rows, %v, %v, %q", len(rows), err, table.header, rows[:3])
	}
	var file struct {
		Columns []resultColumn
		Rows    [][]*string
	}
	h.ask("admin", "GET", "/console/api/query-results/download?format=json&queryId="+id, "").into(t, &file)
	if len(file.Rows) != 2500 || file.Rows[7][1] != nil || file.Columns[0].Type != "bigint" {
		t.Errorf("%d rows, %+v", len(file.Rows), file.Columns)
	}
	// Results are the account's and the Region's.
	h.signIn("other", otherAccount, "admin")
	for _, c := range [][2]string{{"other", ""}, {"admin", "&region=eu-west-1"}} {
		if got := h.ask(c[0], "GET", "/console/api/query-results/download?format=csv&queryId="+id+c[1], ""); got.status != http.StatusBadRequest {
			t.Errorf("%v: %d %.100s", c, got.status, got.body)
		}
	}
}

func TestQueriesOfTheLastDays(t *testing.T) {
	h := newHouse(t)
	h.engine.rows = [][]any{{int64(1), "x"}}
	var ids []string
	for range pageOfQueries + 3 {
		ids = append(ids, h.run("admin", statement))
	}
	h.recorded()
	var got struct {
		Queries   []pastQuery
		NextToken string
	}
	h.ask("admin", "GET", "/console/api/queries", "").into(t, &got)
	if len(got.Queries) != pageOfQueries || got.NextToken == "" || got.Queries[0].QueryID != ids[len(ids)-1] || got.Queries[0].Statement != statement || got.Queries[0].Status != "FINISHED" || got.Queries[0].EventsScanned != 7 {
		t.Errorf("%d queries, %+v", len(got.Queries), got.Queries[0])
	}
	if calls := h.recorded(); len(calls) != 1 || calls[0].EventName != "ListQueries" || calls[0].ErrorCode != "" {
		t.Errorf("recorded %+v", calls)
	}
	token := url.QueryEscape(got.NextToken)
	got.NextToken = ""
	h.ask("admin", "GET", "/console/api/queries?nextToken="+token, "").into(t, &got)
	if len(got.Queries) != 3 || got.NextToken != "" || got.Queries[2].QueryID != ids[0] {
		t.Errorf("%+v", got)
	}
	h.ask("admin", "GET", "/console/api/queries?status=FAILED", "").into(t, &got)
	if len(got.Queries) != 0 {
		t.Errorf("failed: %+v", got)
	}
	for _, bad := range []string{"?nextToken=forged", "?status=FAILED&nextToken=" + token, "?eventDataStore=6f9619ff-8b86-4d01-b42d-00c04fc964ff"} {
		if a := h.ask("admin", "GET", "/console/api/queries"+bad, ""); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", bad, a.status, a.body)
		}
	}
	h.signIn("other", otherAccount, "admin")
	for _, c := range [][2]string{{"other", ""}, {"admin", "?region=eu-west-1"}} {
		if h.ask(c[0], "GET", "/console/api/queries"+c[1], "").into(t, &got); len(got.Queries) != 0 {
			t.Errorf("%v sees %d queries", c, len(got.Queries))
		}
	}
}

func TestSavedQueries(t *testing.T) {
	h := newHouse(t)
	h.signIn("again", homeAccount, "admin")
	h.signIn("nobody", homeAccount, "nobody")
	h.signIn("other", otherAccount, "admin")
	const path = "/console/api/saved-queries"
	var made shownQuery
	h.ask("admin", "POST", path+"?region=eu-west-1", `{"name":" who <b> ","description":"d","sql":"SELECT 1"}`).into(t, &made)
	if made.ID == "" || made.Name != "who <b>" || made.Region != "eu-west-1" || made.Version != 1 || time.Since(made.Created) > time.Minute {
		t.Errorf("%+v", made)
	}
	list := func(session string) (out []shownQuery) {
		t.Helper()
		var got struct{ Queries []shownQuery }
		h.ask(session, "GET", path, "").into(t, &got)
		if got.Queries == nil {
			t.Error("no list but null")
		}
		return got.Queries
	}
	for session, want := range map[string]int{"admin": 1, "again": 1, "nobody": 0, "other": 0} {
		if got := list(session); len(got) != want || want == 1 && got[0] != made {
			t.Errorf("%s sees %+v", session, got)
		}
	}
	// Nobody else's can be named, not even by its whole key.
	key := url.PathEscape(homeAccount + "/" + "x/" + made.ID)
	for _, session := range []string{"nobody", "other"} {
		for _, id := range []string{made.ID, key, "..", "%2e%2e"} {
			for _, method := range []string{"PUT", "DELETE"} {
				if got := h.ask(session, method, path+"/"+id, `{"name":"mine","sql":"SELECT 2"}`); got.status != http.StatusNotFound && got.status != http.StatusTemporaryRedirect {
					t.Errorf("%s %s %s: %d %s", session, method, id, got.status, got.body)
				}
			}
		}
	}
	var changed shownQuery
	h.ask("again", "PUT", path+"/"+made.ID, `{"name":"what","sql":"SELECT 2","version":1}`).into(t, &changed)
	if changed.Version != 2 || changed.Name != "what" || changed.SQL != "SELECT 2" || !changed.Created.Equal(made.Created) {
		t.Errorf("%+v", changed)
	}
	got := h.ask("admin", "PUT", path+"/"+made.ID, `{"name":"lost","sql":"SELECT 3","version":1}`)
	if code, _ := got.code(t); got.status != http.StatusConflict || code != "ConflictException" {
		t.Errorf("%d %s", got.status, got.body)
	}
	for _, bad := range []string{`{}`, `{"name":"x"}`, `{"name":"  ","sql":"SELECT 1"}`, `{"name":"` + strings.Repeat("n", 129) + `","sql":"SELECT 1"}`, `{"name":"x","sql":"` + strings.Repeat("s", 10_001) + `"}`, `not json`} {
		for method, at := range map[string]string{"POST": path, "PUT": path + "/" + made.ID} {
			if got := h.ask("admin", method, at, bad); got.status != http.StatusBadRequest {
				t.Errorf("%s %.60s: %d %s", method, bad, got.status, got.body)
			}
		}
	}
	if got := h.ask("admin", "POST", path, `{"name":"`+strings.Repeat("x", maxInput)+`"}`); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := h.ask("admin", "DELETE", path+"/"+made.ID, ""); got.status != http.StatusNoContent {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := h.ask("admin", "DELETE", path+"/"+made.ID, ""); got.status != http.StatusNotFound || len(list("admin")) != 0 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestSavedQueriesAreBounded(t *testing.T) {
	h := newHouse(t)
	prefix := savedPrefix(h.people.sessions["admin"].Caller)
	for i := range maxSaved {
		if _, err := h.console.saved.Create(t.Context(), prefix+fmt.Sprint(i), savedQuery{Name: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	got := h.ask("admin", "POST", "/console/api/saved-queries", `{"name":"one more","sql":"SELECT 1"}`)
	if code, _ := got.code(t); got.status != http.StatusConflict || code != "LimitExceeded" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestLanguageAndCatalogue(t *testing.T) {
	h := newHouse(t)
	var sql struct {
		Keywords  []string
		Functions []sqlFunction
		Columns   map[string][]sqlColumn
	}
	h.ask("admin", "GET", "/console/api/sql", "").into(t, &sql)
	found := map[string]sqlFunction{}
	for _, f := range sql.Functions {
		found[f.Name] = f
		for _, s := range f.Signatures {
			if !strings.HasPrefix(s, f.Name) {
				t.Errorf("%s: %q", f.Name, s)
			}
		}
	}
	if f := found["json_extract_scalar"]; f.Kind != "scalar" || len(f.Signatures) == 0 || !strings.Contains(f.Signatures[0], ") -> varchar") {
		t.Errorf("%+v", f)
	}
	if found["count"].Kind != "aggregate" || found["row_number"].Kind != "window" || len(sql.Keywords) < 60 {
		t.Errorf("%+v, %+v, %d words", found["count"], found["row_number"], len(sql.Keywords))
	}
	if c := sql.Columns["Management"]; len(c) < 20 || c[0].Name != "eventversion" || c[0].Type != "varchar" {
		t.Errorf("%+v", c)
	}
	var all struct {
		EventSources, DataResourceTypes, NetworkEventSources, InsightTypes []string
		ResourceTypes                                                      []resourceType
	}
	got := h.ask("admin", "GET", "/console/api/catalogue", "")
	got.into(t, &all)
	if s := strings.Join(all.EventSources, " "); len(all.EventSources) < 250 || !strings.Contains(s, " monitoring.amazonaws.com ") || !strings.Contains(s, " ec2.amazonaws.com ") || strings.Contains(s, " .amazonaws.com") {
		t.Errorf("%d sources: %s", len(all.EventSources), s)
	}
	if len(all.DataResourceTypes) < 50 || len(all.ResourceTypes) != len(all.DataResourceTypes) || all.ResourceTypes[0].Label == "" || len(all.NetworkEventSources) == 0 || len(all.InsightTypes) != 2 {
		t.Errorf("%+v", all)
	}
	for _, r := range all.ResourceTypes {
		if r.Type == "AWS::S3::Object" && !r.ARN {
			t.Error("objects of S3 have no ARN")
		}
	}
	if n := len(slices.DeleteFunc(all.ResourceTypes, func(r resourceType) bool { return r.ARN })); n == 0 {
		t.Error("all types have ARNs")
	}
	if got.header.Get("Cache-Control") != "private, max-age=3600" {
		t.Errorf("%v", got.header)
	}
}
