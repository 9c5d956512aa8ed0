package trino

import (
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/trinosql"
)

func TestFrom(t *testing.T) {
	table := Table{Catalog: "lake", Schema: "stores", Name: `a"b`, Columns: []trinosql.Column{
		{Name: "eventid", Type: trinosql.Varchar},
		{Name: "eventtime", Type: trinosql.Timestamp},
		{Name: "useridentity", Type: trinosql.MustParseType("row(arn varchar, session row(creationdate timestamp(3)))")},
	}}
	const plain = `(SELECT "eventid", CAST("eventtime" AS timestamp(3)) AS "eventtime", "useridentity" FROM "lake"."stores"."a""b")`
	const whole = `(SELECT "eventid", CAST("eventtime" AS timestamp(3)) AS "eventtime", CAST("useridentity" AS row(arn varchar, session row(creationdate timestamp(3)))) AS "useridentity" FROM "lake"."stores"."a""b")`
	for statement, want := range map[string]string{
		"SELECT useridentity.arn, row_number() OVER () FROM x": plain,
		"SELECT useridentity FROM x":                           plain,
		"SELECT useridentity.session.CreationDate FROM x":      whole,
		"SELECT CAST(useridentity AS JSON) FROM x":             whole,
		"SELECT TypeOf(useridentity) FROM x":                   whole,
		"SELECT CAST(useridentity AS ROW (a varchar)) FROM x":  whole,
	} {
		if got := table.from(query.Store{}, statement); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", statement, got, want)
		}
	}
	at := func(hour int) time.Time { return time.Date(2023, 7, 10, hour, 0, 0, 123e6, time.UTC) }
	where := func(oldest, from, to time.Time) string {
		table.Oldest = oldest
		_, conditions, _ := strings.Cut(table.from(query.Store{From: from, To: to}, ""), `"a""b"`)
		return conditions
	}
	const from1, from2, to3 = `eventtime >= TIMESTAMP '2023-07-10 01:00:00.123000'`, `eventtime >= TIMESTAMP '2023-07-10 02:00:00.123000'`, `eventtime <= TIMESTAMP '2023-07-10 03:00:00.123000'`
	for _, c := range []struct {
		oldest, from, to time.Time
		want             string
	}{
		{want: ")"},
		{oldest: at(1), want: " WHERE " + from1 + ")"},
		{oldest: at(1), from: at(2), want: " WHERE " + from2 + ")"},
		{oldest: at(2), from: at(1), to: at(3), want: " WHERE " + from2 + " AND " + to3 + ")"},
		{to: at(3), want: " WHERE " + to3 + ")"},
	} {
		if got := where(c.oldest, c.from, c.to); got != c.want {
			t.Errorf("%v to %v, not before %v: %s, want %s", c.from, c.to, c.oldest, got, c.want)
		}
	}
}
