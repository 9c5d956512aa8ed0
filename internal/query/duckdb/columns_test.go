package duckdb

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// What a statement names of each store, at each place where it reads it.
func TestRelations(t *testing.T) {
	l := newLake(t, Config{})
	check := func(sql string, want ...string) {
		t.Helper()
		job, err := l.job(sql)
		if err != nil {
			t.Fatal(err)
		}
		stores := map[string]bool{storeA: true, storeB: true}
		var got []string
		for _, r := range relations(job.Statement.DuckDB(), stores) {
			got = append(got, r.store[:1]+": "+strings.Join(slices.Sorted(maps.Keys(r.columns)), " "))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	check("SELECT 1")
	check("SELECT count(*) FROM "+storeA, "a: ")
	check("SELECT eventName FROM "+storeA+" WHERE errorCode = 'a\"r1\".\"x\"' AND eventTime > '2026-01-01' ORDER BY userIdentity.arn", "a: errorcode eventname eventtime useridentity.arn")
	check("SELECT a.eventID, 'it''s \"b\"' FROM "+storeA+" a JOIN "+storeB+" b ON a.requestID = b.requestID", "a: eventid requestid", "b: requestid")
	check("SELECT a.eventID FROM "+storeA+" a WHERE EXISTS (SELECT 1 FROM "+storeA+" b WHERE b.sharedEventID = a.sharedEventID)", "a: eventid sharedeventid", "a: sharedeventid")
	check("WITH x AS (SELECT eventName AS n FROM "+storeA+") SELECT n FROM x UNION ALL SELECT awsRegion FROM "+storeB, "a: eventname", "b: awsregion")
	check("SELECT userIdentity.sessionContext.sessionIssuer.userName, tlsDetails FROM "+storeA+" WHERE userIdentity.type || 'x' = 'Root'", "a: tlsdetails useridentity.sessioncontext.sessionissuer.username useridentity.type")
	check("SELECT res.arn FROM "+storeA+", unnest(resources) AS res", "a: resources")
	check("SELECT element_at(requestParameters, 'a.b') AS \"r1\" FROM "+storeA, "a: requestparameters")
}
