package console

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/identity"
)

func TestBuckets(t *testing.T) {
	h := newHouse(t)
	create := func(body string) answer {
		t.Helper()
		got := h.ask("admin", "POST", "/console/api/buckets?region=eu-west-1", body)
		secured(t, body, got)
		return got
	}
	if got := create(`{"name":"logs-of-trail","purpose":"trail","prefix":"/some/","trailName":"main"}`); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := create(`{"name":"results","purpose":"query-results"}`); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if want := (NewBucket{Name: "logs-of-trail", Prefix: "some", Region: "eu-west-1", TrailARN: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"}); h.buckets.made[0] != want || h.buckets.by[0] != homeAccount {
		t.Errorf("made %+v for %s", h.buckets.made, h.buckets.by)
	}
	if want := (NewBucket{Name: "results", Region: "eu-west-1"}); h.buckets.made[1] != want {
		t.Errorf("made %+v", h.buckets.made)
	}
	calls := h.recorded()
	if len(calls) != 4 || calls[0].EventName != "CreateBucket" || calls[1].EventName != "PutBucketPolicy" || calls[1].EventSource != "s3.amazonaws.com" || calls[1].ReadOnly || !calls[1].SessionCredentialFromConsole ||
		calls[1].Region != "eu-west-1" || calls[1].UserAgent == "" || calls[1].Resources[0].ARN != "arn:aws:s3:::logs-of-trail" || !strings.Contains(string(calls[1].RequestParameters), `"bucketPolicy":{`) {
		t.Errorf("recorded %+v", calls)
	}
	h.signIn("other", otherAccount, "admin")
	for session, want := range map[string]string{"admin": `{"buckets":[{"name":"logs-of-trail","created":"1970-01-01T00:00:01Z"},{"name":"results","created":"1970-01-01T00:00:01Z"}]}`, "other": `{"buckets":[]}`} {
		if got := h.ask(session, "GET", "/console/api/buckets", ""); got.body != want {
			t.Errorf("%s: %d %s", session, got.status, got.body)
		}
	}
	for _, bad := range []string{`{}`, `{"name":"some","purpose":"other"}`, `{"name":"some","purpose":"trail"}`, `{"name":"some","purpose":"trail","trailName":"no spaces"}`, `{"name":"some","purpose":"query-results","prefix":"a\nb"}`,
		`{"name":"..","purpose":"query-results"}`, `{"name":"../x","purpose":"query-results"}`, `{"name":"Upper","purpose":"query-results"}`, `{"name":"not..so","purpose":"query-results"}`, `{"name":"a*c","purpose":"query-results"}`} {
		if got := create(bad); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", bad, got.status, got.body)
		}
	}
	f := func(fail error, elsewhere, code string, status int) {
		t.Helper()
		h.buckets.fail, h.buckets.elsewhere = fail, elsewhere
		got := create(`{"name":"some","purpose":"query-results"}`)
		if c, message := got.code(t); got.status != status || c != code || strings.Contains(message, "secret") {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	f(ErrTaken, "", "BucketAlreadyExists", http.StatusConflict)
	f(ErrBucketName, "", "InvalidBucketName", http.StatusBadRequest)
	f(errors.New("a secret of the store"), "", "InternalFailure", http.StatusInternalServerError)
	if calls := h.recorded(); calls[len(calls)-1].ErrorCode != "InternalFailure" || strings.Contains(calls[len(calls)-1].ErrorMessage, "secret") {
		t.Errorf("recorded %+v", calls[len(calls)-1])
	}
	h.buckets.failPolicy = errors.New("a secret of the store")
	f(nil, "", "InternalFailure", http.StatusInternalServerError)
	if len(h.buckets.made) != 2 {
		t.Errorf("a bucket without a policy is left: %+v", h.buckets.made)
	}
	f(nil, "https://minio.example.com", "BucketsElsewhere", http.StatusConflict)
	h.buckets.elsewhere = ""
	h.signIn("half", homeAccount, "half")
	if err := h.directory.AttachPolicy(t.Context(), identity.Ref{AccountID: homeAccount, Type: identity.User, Name: "half"}, "half",
		[]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:CreateBucket","Resource":"*"}]}`)); err != nil {
		t.Fatal(err)
	}
	got := h.ask("half", "POST", "/console/api/buckets", `{"name":"of-half","purpose":"query-results"}`)
	if _, message := got.code(t); got.status != http.StatusForbidden || !strings.Contains(message, "s3:PutBucketPolicy on resource: arn:aws:s3:::of-half") || len(h.buckets.made) != 2 {
		t.Errorf("%d %s, %+v", got.status, got.body, h.buckets.made)
	}
	h.buckets.elsewhere = "https://minio.example.com"
	if got := h.ask("admin", "GET", "/console/api/buckets", ""); got.status != http.StatusConflict {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestBucketOfAnotherTry(t *testing.T) {
	h := newHouse(t)
	ask := func(session, method, body string) answer {
		t.Helper()
		return h.ask(session, method, "/console/api/buckets?region=eu-west-1", body)
	}
	if got := ask("admin", "POST", `{"name":"logs","purpose":"trail","trailName":"taken"}`); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := ask("admin", "PUT", `{"name":"logs","purpose":"trail","trailName":"free","prefix":"some"}`); got.status != http.StatusOK || got.body != `{"name":"logs"}` {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if want := (NewBucket{Name: "logs", Prefix: "some", Region: "eu-west-1", TrailARN: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/free"}); len(h.buckets.made) != 1 || h.buckets.made[0] != want {
		t.Errorf("made %+v", h.buckets.made)
	}
	if calls := h.recorded(); len(calls) != 3 || calls[2].EventName != "PutBucketPolicy" || calls[2].Resources[0].ARN != "arn:aws:s3:::logs" {
		t.Errorf("recorded %+v", calls)
	}
	h.signIn("other", otherAccount, "admin")
	for _, c := range []struct{ session, name string }{{"other", "logs"}, {"admin", "gone"}} {
		got := ask(c.session, "PUT", `{"name":"`+c.name+`","purpose":"query-results"}`)
		if code, message := got.code(t); got.status != http.StatusNotFound || code != "NoSuchBucket" || !strings.Contains(message, c.name) {
			t.Errorf("%v: %d %s", c, got.status, got.body)
		}
	}
	h.signIn("nobody", homeAccount, "nobody")
	if got := ask("nobody", "PUT", `{"name":"logs","purpose":"query-results"}`); got.status != http.StatusForbidden {
		t.Errorf("%d %s", got.status, got.body)
	}
	h.buckets.elsewhere = "https://minio.example.com"
	if got := ask("admin", "PUT", `{"name":"logs","purpose":"query-results"}`); got.status != http.StatusConflict {
		t.Errorf("%d %s", got.status, got.body)
	}
}
