package trino_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/lake/duck"
	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/query/duckdb"
	"github.com/cairntrail/cairn/internal/query/sqltest"
	"github.com/cairntrail/cairn/internal/query/trino"
	"github.com/cairntrail/cairn/internal/synth"
	"github.com/cairntrail/cairn/internal/trinosql"
)

var (
	speedEvents = flag.Int("speed.events", 0, "measure the speed of both engines over so many events")
	speedRounds = flag.Int("speed.rounds", 5, "how often each query is run")
)

// speedStore is the store that is asked.
const speedStore = "t"

// TestSpeed asks the same questions of Cairn with DuckDB, of DuckDB by hand, and of
// Cairn with Trino, in turns over the same files, and prints the medians.
func TestSpeed(t *testing.T) {
	if *speedEvents == 0 {
		t.Skip("-speed.events says over how many events to measure")
	}
	l := newLake(t)
	id := l.fill(*speedEvents)
	cairn := duckdb.New(l.warehouse, duckdb.Config{Memory: 4 << 30})
	remote := trino.NewRunner(l.trino, l.tables)
	fmt.Printf("| query | Cairn, DuckDB | DuckDB by hand | overhead | Trino | Trino takes |\n|---|---|---|---|---|---|\n")
	var overheads, ratios []float64
	for _, q := range speedQueries {
		statement := checked(t, l, strings.ReplaceAll(q.lake, "EVENTID", id))
		byHand := strings.ReplaceAll(q.duckDB, "EVENTID", id)
		var took [3][]time.Duration
		var answers [3]string
		runs := [3]func() string{
			func() string { return l.run(cairn, statement) },
			func() string { return l.byHand(byHand, statement.Columns()) },
			func() string { return l.run(remote, statement) },
		}
		for round := range *speedRounds {
			for turn := range runs {
				// Each is first as often as the others: what one leaves behind to be done
				// is in the time of the next.
				i := (round + turn) % len(runs)
				if round%2 == 1 {
					i = (round - turn + len(runs)) % len(runs)
				}
				begun := time.Now()
				answers[i] = runs[i]()
				took[i] = append(took[i], time.Since(begun))
			}
		}
		if answers[0] != answers[1] || answers[0] != answers[2] || answers[0] == "" {
			t.Errorf("%s: Cairn answers\n%s\nDuckDB by hand\n%s\nTrino\n%s", q.name, answers[0], answers[1], answers[2])
		}
		ours, hand, theirs := median(took[0]), median(took[1]), median(took[2])
		overheads = append(overheads, ours/hand)
		ratios = append(ratios, theirs/ours)
		fmt.Printf("| %s | %.0f ms | %.0f ms | %+.0f %% | %.0f ms | %.1f times as long |\n", q.name, ours, hand, 100*(ours/hand-1), theirs, theirs/ours)
	}
	slices.Sort(overheads)
	slices.Sort(ratios)
	fmt.Printf("median overhead %+.1f %%, median ratio %.1f\n", 100*(overheads[len(overheads)/2]-1), ratios[len(ratios)/2])
}

// median is the median of some times, in milliseconds.
func median(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2].Microseconds()) / 1000
}

// fill makes the store of n events over eleven days, and returns the id of one.
func (l *lake) fill(n int) string {
	l.Helper()
	const batch = 250_000
	g := synth.New(synth.Config{Seed: 1, Start: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), PerSecond: max(1, n/(11*24*60*60))})
	begun := time.Now()
	var picked string
	for done := 0; done < n; {
		events := make([][]byte, min(batch, n-done))
		for i := range events {
			var id string
			events[i], id = g.Next(nil)
			if done+i == n/2 {
				picked = id
			}
		}
		done += len(events)
		l.store(speedStore, "Management", events, uint64(done))
	}
	t, err := l.warehouse.Find(l.Context(), speedStore)
	check(l, err)
	fmt.Printf("%d events written in %.0f s: %+v\n", n, time.Since(begun).Seconds(), t.Stats())
	return picked
}

// catalog knows the tables of stores.
type catalog struct{ *lake }

func (c catalog) Table(ctx context.Context, name string) (*trinosql.Table, error) {
	t, err := c.warehouse.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	return &trinosql.Table{Name: name, Columns: t.Columns()}, nil
}

// checked reads and checks a statement.
func checked(t testing.TB, l *lake, text string) *trinosql.Checked {
	t.Helper()
	parsed, err := trinosql.Parse(text)
	check(t, err)
	statement, err := trinosql.Check(t.Context(), parsed, catalog{l}, trinosql.Options{})
	check(t, err)
	return statement
}

// job is a query for an engine.
func (l *lake) job(statement *trinosql.Checked) query.Job {
	job := query.Job{ID: "q", Statement: statement, Scratch: filepath.Join(l.TempDir(), "scratch")}
	for _, use := range statement.Tables() {
		job.Stores = append(job.Stores, query.Store{ID: use.Table.Name, Category: "Management", From: use.From, To: use.To})
	}
	return job
}

// tables are the stores' tables as Trino knows them.
func (l *lake) tables(ctx context.Context, s query.Store) (trino.Table, error) {
	plan, err := l.warehouse.Plan(ctx, s.ID, s.From, s.To)
	if err != nil {
		return trino.Table{}, err
	}
	defer plan.Release()
	return trino.Table{Catalog: l.catalog, Schema: table.Namespace, Name: s.ID, Columns: plan.Columns, Oldest: plan.Oldest}, nil
}

// run runs a statement on an engine, and returns the rows as text.
func (l *lake) run(e query.Engine, statement *trinosql.Checked) string {
	l.Helper()
	rows, err := e.Run(l.Context(), l.job(statement))
	check(l, err)
	defer func() { check(l, rows.Close()) }()
	return l.text(rows.Next, statement.Columns())
}

var readsFiles = regexp.MustCompile(`(FROM|JOIN) t([ )\n]|$)`)

// byHand runs SQL of DuckDB over the store's files, read where it says t.
func (l *lake) byHand(statement string, columns []trinosql.Column) string {
	l.Helper()
	plan, err := l.warehouse.Plan(l.Context(), speedStore, time.Time{}, time.Time{})
	check(l, err)
	defer plan.Release()
	e, err := duck.Open(l.Context(), duck.Config{Files: plan.Files, MemoryLimit: 4 << 30})
	check(l, err)
	defer func() { check(l, e.Close()) }()
	rows, err := e.Query(l.Context(), readsFiles.ReplaceAllString(statement, "$1 "+plan.From()+" t$2"))
	check(l, err)
	defer func() { check(l, rows.Close()) }()
	return l.text(rows.Next, columns)
}

// text is all rows as text, whose maps are in order.
func (l *lake) text(next func() ([]any, error), columns []trinosql.Column) string {
	l.Helper()
	var b strings.Builder
	for {
		row, err := next()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		check(l, err)
		for i, v := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(sqltest.Cell(trinosql.Format(columns[i].Type, sorted(v))))
		}
		b.WriteByte('\n')
	}
}

// speedQuery is a question in the SQL of CloudTrail Lake, and as somebody would write it
// for DuckDB by hand. Both name the table t.
type speedQuery struct {
	name, lake, duckDB string
}

var speedQueries = []speedQuery{
	{
		"calls by service and name",
		`SELECT eventsource, eventname, count(*) AS calls FROM t GROUP BY eventsource, eventname ORDER BY calls DESC, eventname LIMIT 20`,
		`SELECT eventsource, eventname, count(*) AS calls FROM t GROUP BY eventsource, eventname ORDER BY calls DESC, eventname LIMIT 20`,
	},
	{
		"who is denied what",
		`SELECT useridentity.arn, eventname, count(*) AS denied FROM t WHERE errorcode LIKE '%AccessDenied%'
			GROUP BY useridentity.arn, eventname ORDER BY denied DESC, 1, 2 LIMIT 20`,
		`SELECT useridentity.arn, eventname, count(*) AS denied FROM t WHERE errorcode LIKE '%AccessDenied%'
			GROUP BY useridentity.arn, eventname ORDER BY denied DESC, 1, 2 LIMIT 20`,
	},
	{
		"one user's changes of a day",
		`SELECT eventtime, eventname, sourceipaddress FROM t WHERE useridentity.username = 'user-0007' AND readonly = false
			AND eventtime >= '2026-11-03 00:00:00' AND eventtime < '2026-11-04 00:00:00' ORDER BY eventtime, eventid LIMIT 100`,
		`SELECT eventtime, eventname, sourceipaddress FROM t WHERE useridentity.username = 'user-0007' AND readonly = false
			AND eventtime >= TIMESTAMP '2026-11-03 00:00:00' AND eventtime < TIMESTAMP '2026-11-04 00:00:00' ORDER BY eventtime, eventid LIMIT 100`,
	},
	{
		"calls by the hour",
		`SELECT date_trunc('hour', eventtime) AS hour, count(*), count_if(errorcode IS NOT NULL) FROM t GROUP BY 1 ORDER BY 1`,
		`SELECT date_trunc('hour', eventtime) AS hour, count(*), count(*) FILTER (errorcode IS NOT NULL) FROM t GROUP BY 1 ORDER BY 1`,
	},
	{
		"busiest buckets",
		`SELECT element_at(requestparameters, 'bucketName') AS bucket, count(*) AS calls FROM t WHERE eventsource = 's3.amazonaws.com'
			GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
		`SELECT requestparameters['bucketName'] AS bucket, count(*) AS calls FROM t WHERE eventsource = 's3.amazonaws.com'
			GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
	},
	{
		"addresses of each user",
		`SELECT useridentity.arn, count(DISTINCT sourceipaddress) AS addresses FROM t GROUP BY useridentity.arn ORDER BY 2 DESC, 1 LIMIT 20`,
		`SELECT useridentity.arn, count(DISTINCT sourceipaddress) AS addresses FROM t GROUP BY useridentity.arn ORDER BY 2 DESC, 1 LIMIT 20`,
	},
	{
		"who used a resource",
		`SELECT r.arn, count(*) AS calls, max(eventtime) FROM t CROSS JOIN UNNEST(resources) AS r (accountid, type, arn, arnprefix)
			WHERE r.type = 'AWS::IAM::Role' GROUP BY r.arn ORDER BY 2 DESC, 1 LIMIT 20`,
		`SELECT r.arn, count(*) AS calls, max(eventtime) FROM (SELECT eventtime, unnest(resources) AS r FROM t)
			WHERE r.type = 'AWS::IAM::Role' GROUP BY r.arn ORDER BY 2 DESC, 1 LIMIT 20`,
	},
	{
		"tools by a regular expression",
		`SELECT regexp_extract(useragent, '^[A-Za-z0-9-]+'), count(*) FROM t WHERE regexp_like(useragent, '(?i)terraform|boto3|aws-cli') GROUP BY 1 ORDER BY 2 DESC, 1`,
		`SELECT regexp_extract(useragent, '^[A-Za-z0-9-]+'), count(*) FROM t WHERE regexp_matches(useragent, '(?i)terraform|boto3|aws-cli') GROUP BY 1 ORDER BY 2 DESC, 1`,
	},
	{
		"first and last use of each key",
		`SELECT useridentity.accesskeyid, min(eventtime), max(eventtime), count(*) FROM t GROUP BY useridentity.accesskeyid ORDER BY 4 DESC, 1 LIMIT 20`,
		`SELECT useridentity.accesskeyid, min(eventtime), max(eventtime), count(*) FROM t GROUP BY useridentity.accesskeyid ORDER BY 4 DESC, 1 LIMIT 20`,
	},
	{
		"the latest change of each user",
		`SELECT arn, eventname, eventtime FROM (SELECT useridentity.arn AS arn, eventname, eventtime,
			row_number() OVER (PARTITION BY useridentity.arn ORDER BY eventtime DESC, eventid) AS n FROM t WHERE readonly = false)
			WHERE n = 1 ORDER BY arn LIMIT 50`,
		`SELECT arn, eventname, eventtime FROM (SELECT useridentity.arn AS arn, eventname, eventtime,
			row_number() OVER (PARTITION BY useridentity.arn ORDER BY eventtime DESC, eventid) AS n FROM t WHERE readonly = false)
			WHERE n = 1 ORDER BY arn LIMIT 50`,
	},
	{
		"denied first, allowed later",
		`WITH denied AS (SELECT useridentity.arn AS arn, eventname, min(eventtime) AS at FROM t WHERE errorcode = 'AccessDenied' GROUP BY 1, 2)
			SELECT d.arn, d.eventname, count(*) FROM denied d JOIN t ON t.useridentity.arn = d.arn AND t.eventname = d.eventname
			WHERE t.errorcode IS NULL AND t.eventtime > d.at GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 20`,
		`WITH denied AS (SELECT useridentity.arn AS arn, eventname, min(eventtime) AS at FROM t WHERE errorcode = 'AccessDenied' GROUP BY 1, 2)
			SELECT d.arn, d.eventname, count(*) FROM denied d JOIN t ON t.useridentity.arn = d.arn AND t.eventname = d.eventname
			WHERE t.errorcode IS NULL AND t.eventtime > d.at GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 20`,
	},
	{
		"one event by its id",
		`SELECT eventjson FROM t WHERE eventid = 'EVENTID'`,
		`SELECT eventjson FROM t WHERE eventid = 'EVENTID'`,
	},
	{
		"text in the records",
		`SELECT count(*) FROM t WHERE eventjson LIKE '%ReadOnlyAccess%user-0011%'`,
		`SELECT count(*) FROM t WHERE eventjson LIKE '%ReadOnlyAccess%user-0011%'`,
	},
}
