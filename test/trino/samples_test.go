package trino_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/query/duckdb"
	"github.com/cairntrail/cairn/internal/query/sample"
	"github.com/cairntrail/cairn/internal/query/trino"
	"github.com/cairntrail/cairn/internal/trinosql"
)

var limit = regexp.MustCompile(`\sLIMIT \d+$`)

// TestSamples asks every sample query of both engines, over real records where there
// are some, a day after they were made.
func TestSamples(t *testing.T) {
	l := newLake(t)
	events := realRecords(t)
	now := time.Date(2023, 7, 11, 0, 0, 0, 0, time.UTC)
	if events == nil {
		events, now = synthetic(5000, 1), time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	}
	l.store(storeID, "Management", events, 1)
	local := duckdb.New(l.warehouse, duckdb.Config{})
	remote := trino.NewRunner(l.trino, l.tables)
	answered := 0
	for _, q := range sample.Queries() {
		// Which of the rows that are alike to ORDER BY are the last ones is anybody's choice.
		parsed, err := trinosql.Parse(limit.ReplaceAllString(q.SQL, ""))
		check(t, err)
		statement, err := trinosql.Check(t.Context(), parsed, catalog{l}, trinosql.Options{Now: now, EventDataStore: storeID})
		if err != nil {
			t.Errorf("%s: %v", q.Name, err)
			continue
		}
		ours, theirs := l.run(local, statement), l.run(remote, statement)
		if ours != "" {
			answered++
		}
		if a, b := difference(ours, theirs); a != "" || b != "" {
			t.Errorf("%s:\n%s\nonly DuckDB answers\n%s\nonly Trino answers\n%s", q.Name, q.SQL, a, b)
		}
	}
	t.Logf("%d of %d queries have an answer in %d events", answered, len(sample.Queries()), len(events))
}

// difference are the rows that only one of two answers has. Rows that are alike to ORDER BY
// come in any order, and so do the elements of what array_agg collects.
func difference(a, b string) (onlyA, onlyB string) {
	lines := func(rows string) []string {
		out := strings.Split(rows, "\n")
		for i, line := range out {
			cells := strings.Split(line, "\t")
			for j, cell := range cells {
				if inside, ok := strings.CutPrefix(cell, "["); ok && strings.HasSuffix(inside, "]") {
					elements := strings.Split(strings.TrimSuffix(inside, "]"), ", ")
					slices.Sort(elements)
					cells[j] = "[" + strings.Join(elements, ", ") + "]"
				}
			}
			out[i] = strings.Join(cells, "\t")
		}
		return out
	}
	except := func(from, what []string) string {
		var out []string
		for _, line := range from {
			if i := slices.Index(what, line); i >= 0 {
				what = slices.Delete(slices.Clone(what), i, i+1)
			} else {
				out = append(out, line)
			}
		}
		return strings.Join(out, "\n")
	}
	x, y := lines(a), lines(b)
	return except(x, y), except(y, x)
}
