package sqltest

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	text := "# a comment\ntable t\nSELECT *\nFROM (VALUES 1)\n----\n\n" +
		"query rowsort ext map(varchar, bigint); decimal(3,2)\nSELECT a,\n\n  b FROM t\n----\n{a=1}\tNULL\n(empty)\tx\\ty\n# no comment\n\n" +
		"query bigint\nSELECT 1\n----\n\n\nerror DIVISION_BY_ZERO\nSELECT 1/0\n----\n\n" +
		"# why\n#\n# it is\nerror X unlike\nS\n----\n\n#\nquery unlike\nS\n----"
	got, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{Line: 2, Comment: []string{"a comment"}, Kind: Table, Name: "t", SQL: "SELECT *\nFROM (VALUES 1)"},
		{Line: 7, Kind: Query, Sorted: true, Extension: true, Types: []string{"map(varchar, bigint)", "decimal(3,2)"}, SQL: "SELECT a,\n\n  b FROM t",
			Rows: [][]string{{"{a=1}", "NULL"}, {"(empty)", `x\ty`}, {"# no comment"}}},
		{Line: 16, Kind: Query, Types: []string{"bigint"}, SQL: "SELECT 1"},
		{Line: 21, Kind: Error, Name: "DIVISION_BY_ZERO", SQL: "SELECT 1/0"},
		{Line: 28, Comment: []string{"why", "", "it is"}, Kind: Error, Name: "X", Unlike: true, SQL: "S"},
		{Line: 33, Comment: []string{""}, Kind: Query, Unlike: true, SQL: "S"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
	again, err := Parse(Write(got))
	if err != nil {
		t.Fatal(err)
	}
	for i := range again {
		again[i].Line = got[i].Line
	}
	if !reflect.DeepEqual(again, want) {
		t.Errorf("written and read again: %+v\nwant\n%+v", again, want)
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"\nquestion\nSELECT 1\n----\n":     "2: an entry begins with",
		"table\nSELECT 1\n----\n":          "1: table wants one name",
		"error A B\nSELECT 1\n----\n":      "1: error wants one name",
		"query\nSELECT 1\n":                "1: there is no ----",
		"query\n----\n":                    "1: there is no statement",
		"error X\nSELECT 1\n----\nrow\n":   "1: only a query has rows",
		"query unlike\nSELECT 1\n----\n":   "1: a comment has to say",
		"table t unlike\nSELECT 1\n----\n": "1: a table is unlike nothing",
		"table t\nSELECT 1\n----\nrow\n":   "1: only a query has rows",
	} {
		if got, err := Parse(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
	file := filepath.Join(t.TempDir(), "x.test")
	if err := os.WriteFile(file, []byte("query\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(file); err == nil || !strings.HasPrefix(err.Error(), "x.test:1: ") {
		t.Errorf("the error does not say where: %v", err)
	}
	if _, err := Read(file + "x"); err == nil {
		t.Error("a file that is not there can be read")
	}
}

func TestCell(t *testing.T) {
	for _, c := range []struct {
		text  string
		valid bool
		want  string
	}{{"x", false, "NULL"}, {"", true, "(empty)"}, {"a\tb\nc\\", true, `a\tb\nc\\`}} {
		if got := Cell(c.text, c.valid); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestCompare(t *testing.T) {
	e := Entry{Rows: [][]string{{"1", "a"}, {"2", "b"}}}
	swapped := [][]string{{"2", "b"}, {"1", "a"}}
	if d := e.Compare(e.Rows); d != "" {
		t.Error(d)
	}
	if e.Compare(swapped) == "" || e.Compare(e.Rows[:1]) == "" || e.Compare([][]string{{"1", "a"}, {"2", "c"}}) == "" {
		t.Error("other rows are the same")
	}
	e.Sorted = true
	if d := e.Compare(swapped); d != "" {
		t.Error(d)
	}
}
