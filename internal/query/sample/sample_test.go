package sample

import (
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

// There are enough queries, each with a name of its own and within what the API takes.
func TestQueries(t *testing.T) {
	all := Queries()
	if len(all) < 60 {
		t.Errorf("there are %d sample queries", len(all))
	}
	seen := make(map[string]bool)
	for _, q := range all {
		if seen[q.Name] || seen[q.SQL] {
			t.Errorf("%s is there twice", q.Name)
		}
		seen[q.Name], seen[q.SQL] = true, true
		if n := utf8.RuneCountInString(q.SQL); n > 10_000 || utf8.RuneCountInString(q.Description) > 250 {
			t.Errorf("%s: %d characters of SQL", q.Name, n)
		}
		if !strings.HasSuffix(q.Description, ".") || strings.ContainsAny(q.Name, ".\n") {
			t.Errorf("%s: %s", q.Name, q.Description)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no name":  "SELECT * FROM $EDS_ID",
		"no about": "-- name: x\n-- words: y\nSELECT * FROM $EDS_ID",
		"no SQL":   "-- name: x\n-- about: y.\n-- words: z",
		"no store": "-- name: x\n-- about: y.\n-- words: z\nSELECT 1",
	} {
		if _, err := read(fstest.MapFS{"queries/a.sql": {Data: []byte(text)}}); err == nil {
			t.Errorf("%s: nobody minds", name)
		}
	}
}

// The best match for a phrase.
func TestSearch(t *testing.T) {
	best := func(phrase, want string) {
		t.Helper()
		got := Search(phrase)
		if len(got) == 0 || got[0].Name != want {
			for i, m := range got[:min(len(got), 4)] {
				t.Logf("%d. %.3f %s", i+1, m.Relevance, m.Name)
			}
			t.Errorf("%q: want %s", phrase, want)
		}
		for i, m := range got {
			if m.Relevance <= 0 || m.Relevance > 1 || i > 0 && m.Relevance > got[i-1].Relevance {
				t.Errorf("%q: match %d has the relevance %v", phrase, i, m.Relevance)
			}
		}
	}
	best("failed console logins", "Failed sign-ins to the console")
	best("who logged in without MFA?", "Sign-ins without a second factor")
	best("Investigate who made console changes", "Investigate who made console changes")
	best("Investigate user actions", "Investigate user actions")
	best("root user activity", "What the root user did")
	best("secrets somebody read", "Secrets that were read")
	best("top errors last month", "Most frequent errors")
	best("public S3 buckets", "Buckets that were opened to everybody")
	best("open security groups", "Security groups that were opened")
	best("crypto mining large instances", "Large instances that were started")
	best("which services are used most", "Most used services")
	best("stop cloudtrail logging", "Changes of trails and of recording")
	best("cross account access", "Roles that accounts elsewhere took")
	best("throttling", "Throttled calls")
	best("KMS key usage", "Use of encryption keys")
	best("lambda code changes", "Functions whose code changed")
	if got := Search("Investigate user actions"); got[0].Relevance != 1 {
		t.Errorf("a name word for word has the relevance %v", got[0].Relevance)
	}
	for _, phrase := range []string{"xyzzy", "the of", "", "¿?"} {
		if got := Search(phrase); len(got) != 0 {
			t.Errorf("%q finds %d queries", phrase, len(got))
		}
	}
}
