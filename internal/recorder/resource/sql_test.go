package resource

import (
	"strings"
	"testing"
)

func TestSQLTables(t *testing.T) {
	f := func(reading, statement, want string) {
		t.Helper()
		var got []string
		for _, d := range readings[reading](&Call{}, statement) {
			got = append(got, d.text)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s of %s: %q, want %q", reading, statement, s, want)
		}
	}
	f("sqltable", `SELECT * FROM Music`, "Music")
	f("sqltable", `select a from "My Table" where b='x'`, "My Table")
	f("sqltable", `SELECT * FROM "Music"."byArtist"`, "Music")
	f("sqltable", `SELECT * FROM "arn:aws:dynamodb:us-west-2:111122223333:table/T"`, "arn:aws:dynamodb:us-west-2:111122223333:table/T")
	f("sqltable", `INSERT INTO Music VALUE {'a': 'from x'}`, "Music")
	f("sqltable", `UPDATE "Music" SET a=1 WHERE b='it''s from x'`, "Music")
	f("sqltable", `DELETE FROM "Music" -- from others`, "Music")
	f("sqltable", "DELETE /* from x */ FROM\n\tMusic", "Music")
	f("sqltable", `EXISTS(SELECT * FROM Music)`, "Music")
	f("sqltable", "select * from `my-domain` where x = '1'", "my-domain")
	f("sqltable", `SELECT "from" , x`, "")
	f("sqltable", `SELECT * FROM (SELECT * FROM t)`, "t")
	f("sqltable", `SELECT * FROM`, "")
	f("sqltable", `'never closed FROM t`, "")
	f("sqltable", ``, "")
	f("sqlbase", `SELECT * FROM "d"."t"`, "d")
	f("sqlbase", `SELECT * FROM t`, "")
	f("sqlboth", `WITH x AS (SELECT * FROM d.t) SELECT * FROM x`, "d/table/t")
	f("sqlboth", `SELECT * FROM a.b.c`, "")
}

// Scanning ends, and gives nothing that the statement does not have.
func FuzzSQLTables(f *testing.F) {
	for _, s := range []string{`SELECT * FROM "a"."b"`, "UPDATE x", "from 'x' from \"", "from a.b.", "/* -- from", "from ..a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, d := range sqlTables(1)(&Call{}, s) {
			if !strings.Contains(s, d.text) {
				t.Errorf("%q is not in %q", d.text, s)
			}
		}
		for _, d := range sqlTables(3)(&Call{}, s) {
			if base, table, ok := strings.Cut(d.text, "/table/"); !ok || !strings.Contains(s, base) || !strings.Contains(s, table) {
				t.Errorf("%q is not of %q", d.text, s)
			}
		}
	})
}
