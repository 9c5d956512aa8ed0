package query_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/query/sqltest"
	"github.com/cairntrail/cairn/internal/trinosql"
)

// TestEveryFunctionIsRun looks for every function that is supported in the statements: one
// that no statement calls is not known to work.
func TestEveryFunctionIsRun(t *testing.T) {
	files, err := filepath.Glob("testdata/*.slt")
	if err != nil {
		t.Fatal(err)
	}
	called := make(map[string]bool)
	count := 0
	name := regexp.MustCompile(`([a-z_0-9]+)\s*(\(|$)`)
	for _, path := range files {
		entries, err := sqltest.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		count += len(entries)
		for _, e := range entries {
			if e.Kind == sqltest.Error {
				continue
			}
			for _, m := range name.FindAllStringSubmatch(strings.ToLower(e.SQL), -1) {
				called[m[1]] = true
			}
			called["current_date"] = called["current_date"] || strings.Contains(strings.ToLower(e.SQL), "current_date")
		}
	}
	if count < 600 {
		t.Errorf("there are %d statements, and should be 600", count)
	}
	for _, f := range trinosql.Registry() {
		if f.Unsupported == "" && !called[f.Name] {
			t.Errorf("no statement calls %s", f.Name)
		}
	}
}
