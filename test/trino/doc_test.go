// Package trino_test compares Cairn with a real Trino server, which start.sh
// starts: what statements mean, and what is in tables. "make trino" runs it. Without
// the server's address in CAIRN_TRINO_URL every test is skipped.
package trino_test

import (
	"errors"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/cairntrail/cairn/internal/query/trino"
)

// server is the address of the Trino to test with.
func server(t testing.TB) string {
	t.Helper()
	url := os.Getenv("CAIRN_TRINO_URL")
	if url == "" {
		t.Skip("there is no Trino to compare with: run make trino")
	}
	return url
}

// open makes an engine on the real server.
func open(t testing.TB, change ...func(*trino.Config)) *trino.Engine {
	t.Helper()
	cfg := trino.Config{URL: server(t), User: "cairn", Catalog: "memory", Schema: "default"}
	for _, f := range change {
		f(&cfg)
	}
	e, err := trino.Open(cfg)
	check(t, err)
	t.Cleanup(func() { check(t, e.Close()) })
	return e
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask runs a statement to its end.
func ask(t testing.TB, e *trino.Engine, statement string) ([][]any, trino.Stats) {
	t.Helper()
	rows, err := e.Query(t.Context(), statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer func() { check(t, rows.Close()) }()
	var out [][]any
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return out, rows.Stats()
		}
		if err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		out = append(out, slices.Clone(row))
	}
}
