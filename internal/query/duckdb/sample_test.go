package duckdb

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/query/sample"
)

var update = flag.Bool("update", false, "rewrite testdata/samples.golden")

// Every sample query runs, on records that never happened.
func TestSamples(t *testing.T) {
	l := newLake(t, Config{})
	l.fill(storeA, made(5000, begin), 2)
	l.now = begin.Add(2 * time.Hour)
	for _, q := range sample.Queries() {
		_, err := l.job(q.SQL)
		if err == nil && !testing.Short() {
			_, _, err = l.ask(t.Context(), q.SQL)
		}
		if err != nil {
			t.Errorf("%s: %v", q.Name, err)
		}
	}
}

// Every sample query runs on real records, and finds as many rows as it is known to.
// The golden file is of the records of an attack simulation of July 2023.
func TestSamplesOnRealRecords(t *testing.T) {
	records := realRecords(t)
	const known = 1666
	l := newLake(t, Config{})
	l.fill(storeA, records, 3)
	l.now = time.Date(2023, 7, 11, 0, 0, 0, 0, time.UTC)
	var got strings.Builder
	found := 0
	for _, q := range sample.Queries() {
		rows, _, err := l.ask(t.Context(), q.SQL)
		if err != nil {
			t.Errorf("%s: %v", q.Name, err)
		}
		if len(rows) > 0 {
			found++
		}
		fmt.Fprintf(&got, "%d\t%s\n", len(rows), q.Name)
	}
	t.Logf("%d of %d sample queries find something in %d records", found, len(sample.Queries()), len(records))
	if len(records) != known {
		t.Skipf("these are not the records of the golden file, which has %d", known)
	}
	path := filepath.Join("testdata", "samples.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the samples find\n%s\nand %s has\n%s", got.String(), path, want)
	}
}
