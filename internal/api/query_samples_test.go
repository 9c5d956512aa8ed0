package api

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
)

func TestSearchSampleQueries(t *testing.T) {
	h := newHouse(t)
	client := trailClient(h.listen(t), credentials("AKIDADMIN", "x", ""))
	search := func(phrase, token string, most int32) *cloudtrail.SearchSampleQueriesOutput {
		t.Helper()
		in := &cloudtrail.SearchSampleQueriesInput{SearchPhrase: &phrase}
		if most > 0 {
			in.MaxResults = &most
		}
		if token != "" {
			in.NextToken = &token
		}
		out, err := client.SearchSampleQueries(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := search("failed console logins", "", 0)
	if len(first.SearchResults) != 10 || first.NextToken == nil {
		t.Fatalf("%d results, next %v", len(first.SearchResults), first.NextToken)
	}
	if r := first.SearchResults[0]; *r.Name != "Failed sign-ins to the console" || !strings.HasPrefix(*r.SQL, "SELECT") || *r.Description == "" || r.Relevance <= 0 || r.Relevance > 1 {
		t.Errorf("%+v", r)
	}
	// Page by page everything is found once, the most relevant first.
	seen, token, last := map[string]bool{}, "", float32(1)
	for {
		page := search("failed console logins", token, 7)
		for _, r := range page.SearchResults {
			if seen[*r.Name] || r.Relevance > last {
				t.Errorf("%s, relevance %v behind %v", *r.Name, r.Relevance, last)
			}
			seen[*r.Name], last = true, r.Relevance
		}
		if token = aws.ToString(page.NextToken); token == "" {
			break
		}
	}
	if len(seen) < 11 {
		t.Errorf("%d results", len(seen))
	}
	_, err := client.SearchSampleQueries(t.Context(), &cloudtrail.SearchSampleQueriesInput{SearchPhrase: aws.String("another phrase"), NextToken: first.NextToken})
	wantCode(t, err, "InvalidParameterException")
	for _, in := range []string{`{}`, `{"SearchPhrase":"x"}`, `{"SearchPhrase":"console","MaxResults":51}`, `{"SearchPhrase":"Königin"}`} {
		if code, _ := h.trail("SearchSampleQueries", in).code(t); code != "InvalidParameterException" {
			t.Errorf("%s: %s", in, code)
		}
	}
	if none := search("xyzzy", "", 0); len(none.SearchResults) != 0 || none.NextToken != nil {
		t.Errorf("%+v", none)
	}
	h.allowed = false
	_, err = client.SearchSampleQueries(t.Context(), &cloudtrail.SearchSampleQueriesInput{SearchPhrase: aws.String("console")})
	wantCode(t, err, "AccessDeniedException")
}
