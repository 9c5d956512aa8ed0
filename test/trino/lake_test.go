package trino_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/synth"
)

const storeID = "8a5ad2f9-0c6e-4b0e-9a94-3f2d6c1e7b55"

// Trino reads each value of each column as Cairn does, through the catalogue and the
// S3 endpoint alone.
func TestTables(t *testing.T) {
	l := newLake(t)
	events := append(synthetic(5000, 1), realRecords(t)...)
	l.store(storeID, "Management", events, 1)
	// A second commit, and a table of another store beside it.
	stands := l.store(storeID, "Management", synthetic(1000, 2), 2)
	l.store("0b1c", "Management", synthetic(10, 3), 1)
	var names []string
	for _, c := range stands.Columns() {
		names = append(names, `"`+c.Name+`"`)
	}
	list := strings.Join(names, ", ")
	want := l.duckDB(storeID, "SELECT "+list+" FROM t ORDER BY eventid, eventjson")
	got, stats := ask(t, l.trino, "SELECT "+list+" FROM "+l.name(storeID)+" ORDER BY eventid, eventjson")
	if len(want) != len(events)+1000 || len(got) != len(want) || stats.Read != int64(len(want)) {
		t.Fatalf("%d events were written; DuckDB reads %d, Trino %d (%+v)", len(events)+1000, len(want), len(got), stats)
	}
	different := 0
	for i := range want {
		for c := range names {
			a, b := sorted(want[i][c]), sorted(got[i][c])
			if reflect.DeepEqual(a, b) {
				continue
			}
			if different++; different <= 10 {
				t.Errorf("row %d, %s: DuckDB reads %#v, Trino %#v", i, names[c], a, b)
			}
		}
	}
	if different > 10 {
		t.Errorf("%d values are different", different)
	}
	if rows, _ := ask(t, l.trino, "SHOW TABLES FROM "+l.catalog+".lake"); len(rows) != 2 {
		t.Errorf("Trino sees the tables %v", rows)
	}
}

// What is committed is there for Trino's next question, while files are merged
// beneath it; and a dropped table is gone.
func TestFresh(t *testing.T) {
	const batch, batches = 300, 20
	l := newLake(t)
	ctx, stop := context.WithCancel(t.Context())
	merged := make(chan error, 1)
	go func() { merged <- l.warehouse.Run(ctx) }()
	count := "SELECT count(*), count(DISTINCT eventid) FROM " + l.name(storeID)
	var stands *table.Table
	for i := range batches {
		stands = l.store(storeID, "Management", synthetic(batch, uint64(i)), uint64(i+1))
		want := int64((i + 1) * batch)
		if rows, _ := ask(t, l.trino, count); rows[0][0] != want || rows[0][1] != want {
			t.Fatalf("after %d events Trino counts %v", want, rows[0])
		}
	}
	stop()
	check(t, <-merged)
	if files := stands.Stats().Files; files >= batches {
		t.Errorf("nothing was merged: %d files", files)
	}
	check(t, l.warehouse.Drop(t.Context(), storeID))
	if rows, _ := ask(t, l.trino, "SHOW TABLES FROM "+l.catalog+".lake"); len(rows) != 0 {
		t.Errorf("Trino sees the dropped table: %v", rows)
	}
}

// synthetic are n records that never happened.
func synthetic(n int, seed uint64) [][]byte {
	g := synth.New(synth.Config{Seed: seed, Start: time.Date(2026, 11, 1, 22, 0, 0, 0, time.UTC)})
	out := make([][]byte, n)
	for i := range out {
		out[i], _ = g.Next(nil)
	}
	return out
}

// realRecords are the records of the log files below CAIRN_REAL_DATA; none without.
func realRecords(t testing.TB) [][]byte {
	t.Helper()
	root := os.Getenv("CAIRN_REAL_DATA")
	if root == "" {
		t.Log("CAIRN_REAL_DATA names no log files, so all records are synthetic")
		return nil
	}
	var out [][]byte
	check(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(name, ".json") {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".gz") {
			zr, err := gzip.NewReader(bufio.NewReader(bytes.NewReader(b)))
			if err != nil {
				return err
			}
			var plain bytes.Buffer
			if _, err := plain.ReadFrom(zr); err != nil {
				return err
			}
			b = plain.Bytes()
		}
		var log struct{ Records []json.RawMessage }
		if err := json.Unmarshal(b, &log); err != nil {
			return err
		}
		for _, r := range log.Records {
			out = append(out, r)
		}
		return nil
	}))
	if len(out) == 0 {
		t.Fatal("CAIRN_REAL_DATA has no records:", root)
	}
	return out
}
