package trinosql

import (
	"context"
	"strings"
	"testing"
)

type oneTable struct{}

func (oneTable) Table(_ context.Context, name string) (*Table, error) {
	return &Table{Name: name, Columns: []Column{{Name: "a", Type: Varchar}}}, nil
}

// What the engine gives stands wherever a table is read, and nowhere else.
func TestDuckDBFrom(t *testing.T) {
	parsed, err := Parse(`SELECT x.a, '"t" AS "r1"' FROM t x JOIN t y ON x.a = y.a WHERE EXISTS (SELECT 1 FROM u WHERE u.a = x.a)`)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := Check(t.Context(), parsed, oneTable{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := checked.DuckDBFrom(func(name string) string { return "read_" + name + "('f')" })
	if strings.Count(got, "read_t('f') AS ") != 2 || strings.Count(got, "read_u('f') AS ") != 1 || strings.Count(got, `'"t" AS "r1"'`) != 1 {
		t.Error(got)
	}
	back := strings.NewReplacer("read_t('f')", `"t"`, "read_u('f')", `"u"`).Replace(got)
	if back != checked.DuckDB() {
		t.Errorf("%s\nis otherwise unlike\n%s", got, checked.DuckDB())
	}
	// A long list of files is not the statement's fault.
	long := strings.Repeat("f", maxPrinted)
	if got := checked.DuckDBFrom(func(string) string { return long }); len(got) < 3*maxPrinted {
		t.Errorf("%d bytes", len(got))
	}
}
