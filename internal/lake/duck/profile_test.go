package duck

import (
	"io"
	"path/filepath"
	"testing"
)

func TestMatched(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.parquet")
	w := open(t, Config{Write: []string{dir}})
	if err := w.Exec(t.Context(), "COPY (SELECT i, 'name' || i % 7 AS name, repeat('x', 100) || i AS wide FROM range(100000) r(i)) TO "+Quote(file)+" (FORMAT parquet, ROW_GROUP_SIZE 10000)"); err != nil {
		t.Fatal(err)
	}
	e := open(t, Config{Files: []string{file}, Setup: []string{`CREATE VIEW t AS SELECT * FROM ` + ReadParquet([]string{file}) + ` WHERE i >= 1000`}})
	check := func(sql string, want int64) {
		t.Helper()
		rows, err := e.Query(t.Context(), sql)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		defer rows.Close()
		for err == nil {
			_, err = rows.Next()
		}
		if got := rows.Matched(); err != io.EOF || got != want {
			t.Errorf("%s: %d rows matched, want %d (%v)", sql, got, want, err)
		}
	}
	check(`SELECT * FROM t`, 99000)
	check(`SELECT name, count(*) FROM t WHERE i % 10 = 3 GROUP BY 1 ORDER BY 2`, 9900)
	check(`SELECT count(*) FROM t WHERE name LIKE 'name3%' AND i % 2 = 0`, 7072)
	check(`SELECT count(*) FROM t a JOIN t b ON a.i = b.i WHERE a.name = 'name1'`, 14143+99000)
	check(`SELECT wide FROM t WHERE i = 55555`, 1)
	check(`SELECT * FROM t ORDER BY wide DESC LIMIT 10`, 99000)
	check(`SELECT * FROM t WHERE i % 10 = 3 ORDER BY name LIMIT 10`, 9900)
	check(`SELECT 1`, 0)
	check(`SELECT count(*) FROM t WHERE i < 0`, 0)
	check(`SELECT x.n FROM (SELECT name AS n, i FROM t WHERE i % 10 = 3) x WHERE x.n = 'name1' AND i % 3 = 0`, 472)
}
