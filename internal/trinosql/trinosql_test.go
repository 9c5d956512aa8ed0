package trinosql

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

// scriptStatements are the statements of all scripts.
func scriptStatements(tb testing.TB) []string {
	tb.Helper()
	var out []string
	for _, name := range []string{"seeds", "grammar", "errors", "hostile", "bounds", "trino", "pretty"} {
		text, err := os.ReadFile("testdata/" + name + ".txt")
		if err != nil {
			tb.Fatal(err)
		}
		for _, block := range strings.Split(string(text), "\n\n") {
			_, rest, ok := strings.Cut(block, "\n")
			if sql, _, found := strings.Cut(rest, "\n----"); ok && found {
				out = append(out, sql)
			}
		}
	}
	if len(out) < 300 {
		tb.Fatalf("only %d statements in the scripts", len(out))
	}
	return out
}

// What is written anew is read as the same, and so is what Trino and the editor are given.
func TestWrittenAnew(t *testing.T) {
	catalog := newStores()
	for _, sql := range scriptStatements(t) {
		stmt, err := Parse(sql)
		if err != nil {
			continue
		}
		roundTrip(t, stmt)
		pretty, err := Pretty(sql)
		if err != nil {
			t.Errorf("%s\n%v", sql, err)
			continue
		}
		again, err := Parse(pretty)
		if err != nil || again.String() != stmt.String() {
			t.Errorf("%s\nis formatted as\n%s\nwhich is read as something else (%v)", sql, pretty, err)
		}
		if twice, _ := Pretty(pretty); twice != pretty {
			t.Errorf("%s\nis formatted twice as\n%s", pretty, twice)
		}
		checked, err := Check(t.Context(), stmt, catalog, Options{Now: testNow, EventDataStore: "x"})
		if err != nil {
			continue
		}
		trino := checked.Trino(func(name string) string { return quoteIdent(name) })
		forTrino, err := Parse(trino)
		if err != nil {
			t.Errorf("%s\nis for Trino\n%s\n%v", sql, trino, err)
			continue
		}
		strict, err := Check(t.Context(), forTrino, catalog, Options{Now: testNow, Strict: true})
		if err != nil {
			t.Errorf("%s\nis for Trino\n%s\nwhich it does not take: %v", sql, trino, err)
			continue
		}
		for i, c := range strict.Columns() {
			if want := checked.Columns()[i]; c.Name != want.Name && want.Name != "" || !c.Type.Equal(want.Type) {
				t.Errorf("%s\ncolumn %d is %v, and for Trino %v", sql, i+1, want, c)
			}
		}
	}
}

func roundTrip(t *testing.T, stmt *Statement) {
	t.Helper()
	text := stmt.String()
	again, err := ParseLimit(text, 100*MaxLength)
	if err != nil {
		t.Fatalf("%s\nis written as\n%s\n%v", stmt.Text, text, err)
	}
	if have := again.String(); have != text {
		t.Fatalf("%s\nis written as\n%s\nand that as\n%s", stmt.Text, text, have)
	}
}

// A statement that is too long, too deep or too much is an error, and soon.
func TestTooMuch(t *testing.T) {
	catalog := newStores()
	check := func(sql string, code Code) {
		t.Helper()
		stmt, err := ParseLimit(sql, 1<<20)
		if err == nil {
			_, err = Check(t.Context(), stmt, catalog, Options{Now: testNow})
		}
		var e *Error
		if code == "" && err != nil || code != "" && (!errors.As(err, &e) || e.Code != code) {
			t.Errorf("%.60s...: %v, want %s", sql, err, code)
		}
	}
	if _, err := Parse("SELECT '" + strings.Repeat("x", MaxLength) + "'"); err == nil {
		t.Error("a statement over the limit is taken")
	}
	if _, err := Parse("SELECT '" + strings.Repeat("é", MaxLength-9) + "'"); err != nil {
		t.Error("the limit is not in characters:", err)
	}
	deep := func(open, x, end string, n int) string {
		return "SELECT " + strings.Repeat(open, n) + x + strings.Repeat(end, n)
	}
	check(deep("(", "1", ")", 20), "")
	check(deep("(", "1", ")", 5000), CodeTooComplex)
	check(deep("(SELECT ", "1", ")", 5000), CodeTooComplex)
	check(deep("ARRAY[", "1", "]", 5000), CodeTooComplex)
	check(deep("NOT ", "true", "", 5000), CodeTooComplex)
	check(deep("- ", "1", "", 5000), CodeTooComplex)
	check(deep("abs(", "1", ")", 5000), CodeTooComplex)
	check(deep("CASE WHEN true THEN ", "1", " END", 5000), CodeTooComplex)
	check(deep("x -> ", "x", "", 5000), CodeTooComplex)
	check("SELECT * FROM "+strings.Repeat("(", 5000)+"s"+strings.Repeat(")", 5000), CodeTooComplex)
	check("SELECT CAST(1 AS "+strings.Repeat("array(", 5000)+"integer"+strings.Repeat(")", 5001), CodeTooComplex)
	// What is long and flat is taken.
	check("SELECT "+strings.Repeat("true AND ", 20000)+"true", "")
	check("SELECT "+strings.Repeat("'x' || ", 20000)+"'x'", "")
	check("SELECT eventname FROM s WHERE eventname IN ("+strings.Repeat("'x', ", 50000)+"'x')", "")
	check("SELECT "+strings.Repeat("1, ", 5000)+"1", "")
	check("SELECT 1"+strings.Repeat(" UNION ALL SELECT 1", 1000), "")
	check("VALUES "+strings.Repeat("(1, 'x'), ", 5000)+"(1, 'x')", "")
	// An operation that is written twice doubles what it is in.
	nested := "eventid"
	for range 60 {
		nested = "substr(" + nested + ", -1)"
	}
	check("SELECT "+nested+" FROM s", "")
	nested = "length(eventid)"
	for range 60 {
		nested = "(1 / " + nested + ")"
	}
	check("SELECT "+nested+" FROM s", CodeTooComplex)
}

// Parameters are texts, whatever is in them.
func TestParameters(t *testing.T) {
	check := func(sql, want string, params ...string) {
		t.Helper()
		stmt, err := Parse(sql, params...)
		if err != nil {
			want, have, _ := strings.Cut(want, "error ")
			if have == "" || !strings.Contains(err.Error(), have) {
				t.Errorf("%s: %v, want %s", sql, err, want)
			}
			return
		}
		if have := stmt.String(); have != want {
			t.Errorf("%s is %s, want %s", sql, have, want)
		}
	}
	check("SELECT '?'", "SELECT '?'")
	check("SELECT '?', ?", "SELECT 'a''b', 'c'", "a'b", "c")
	check("SELECT ? + ?", "SELECT (5 + 1.5)", "5", "1.5")
	check("SELECT * FROM ? WHERE a > '?' LIMIT ?", `SELECT * FROM "x-1" WHERE ("a" > '2024') LIMIT 3`, "x-1", "2024", "3")
	check("SELECT ? -- ?\n, \"?\" /* ? */", `SELECT 'x', "?"`, "x")
	check("SELECT 'a?b?c'", "SELECT 'a1b2c'", "1", "2")
	check("SELECT ?", "SELECT '1); DROP TABLE x; --'", "1); DROP TABLE x; --")
	check("SELECT ?", "error 1 question marks for 2", "a", "b")
	check("SELECT ?, ?", "error 2 question marks for 1", "a")
	check("SELECT ?", "error no parameter")
	check("SELECT * FROM s LIMIT ?", "error expected a number of rows", "1 OR 1")
}

// Every function that Trino lists is in the registry, even if it is refused.
func TestRegistryIsWhole(t *testing.T) {
	text, err := os.ReadFile("testdata/functions.list")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(text))
	if len(names) < 300 {
		t.Fatal("the list is short")
	}
	for _, n := range names {
		if registry[n] == nil {
			t.Errorf("%s is not in the registry", n)
		}
	}
}

// Every row of the registry says how it is computed, or why it is not, and uses nothing
// that is not there.
func TestRegistryRows(t *testing.T) {
	for _, f := range Registry() {
		if (f.Duck == "" && f.build == nil) != (f.Unsupported != "") {
			t.Errorf("%s%s is neither computed nor refused, or both", f.Name, f.Sig)
		}
		for _, n := range helperName.FindAllString(f.Duck, -1) {
			if _, ok := macroList()[n]; !ok && goFunctions()[n] == nil {
				t.Errorf("%s%s uses %s, which is not there", f.Name, f.Sig, n)
			}
		}
	}
	for name, m := range macroList() {
		_, body, _ := strings.Cut(m.SQL, " AS (")
		for _, n := range helperName.FindAllString(body, -1) {
			if _, ok := macroList()[n]; !ok && goFunctions()[n] == nil {
				t.Errorf("macro %s uses %s, which is not there", name, n)
			}
		}
		if strings.Contains(body, "FAIL(") {
			t.Errorf("macro %s has a FAIL that is not understood", name)
		}
	}
}

func TestParseType(t *testing.T) {
	for _, text := range []string{
		"boolean", "tinyint", "varchar", "varchar(5)", "char(3)", "decimal(10,2)", "timestamp(3)", "timestamp(6) with time zone", "time(0)",
		"array(varchar)", "map(varchar, array(bigint))", "row(a varchar, b map(varchar, varchar))", "row(varchar, bigint)",
		`row("Y z" double, "1a" integer)`, "interval day to second", "interval year to month", "row(time time(3), date date)", "json", "HyperLogLog",
	} {
		typ, err := ParseType(text)
		if err != nil {
			t.Error(err)
		} else if typ.String() != text {
			t.Errorf("%s is read as %s", text, typ)
		}
	}
	for _, text := range []string{"", "nothing", "varchar(", "varchar(-1)", "array", "array()", "map(varchar)", "row()", "decimal(39)", "varchar x", "timestamp(13)", "array(varchar))"} {
		if typ, err := ParseType(text); err == nil {
			t.Errorf("%q is read as %s", text, typ)
		}
	}
}

// FuzzStatements: whatever the text, nothing panics; what is read and written anew is read
// as the same; and what is checked is written for both engines.
func FuzzStatements(f *testing.F) {
	for _, sql := range scriptStatements(f) {
		f.Add(sql)
	}
	catalog := newStores()
	f.Fuzz(func(t *testing.T, sql string) {
		stmt, err := Parse(sql)
		if err != nil {
			mustError(t, sql, err)
			return
		}
		roundTrip(t, stmt)
		if _, err := Pretty(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		checked, err := Check(context.Background(), stmt, catalog, Options{Now: testNow, EventDataStore: "x"})
		if err != nil {
			mustError(t, sql, err)
			return
		}
		if checked.DuckDB() == "" || checked.Trino(quoteIdent) == "" {
			t.Fatal("nothing is written")
		}
	})
}

func mustError(t *testing.T, sql string, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code == "" || e.Message == "" {
		t.Fatalf("%q fails with %T: %v", sql, err, err)
	}
}

func BenchmarkStatement(b *testing.B) {
	catalog := newStores()
	const sql = `SELECT eventname, awsregion, count(*) AS n, max_by(element_at(requestparameters, 'bucketName'), eventtime) AS bucket
		FROM 0e5d0ab6-097e-49d8-99ef-0123456789ab
		WHERE eventtime > date_add('day', -7, current_timestamp) AND eventsource = 's3.amazonaws.com' AND errorcode IS NOT NULL
		GROUP BY eventname, awsregion HAVING count(*) > 5 ORDER BY n DESC LIMIT 100`
	b.ReportAllocs()
	for b.Loop() {
		stmt, err := Parse(sql)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Check(b.Context(), stmt, catalog, Options{Now: testNow}); err != nil {
			b.Fatal(err)
		}
	}
}

// The columns that a statement reads are known, wherever they are named.
func TestUsedColumns(t *testing.T) {
	catalog := newStores()
	check := func(sql string, want ...string) {
		t.Helper()
		stmt, err := Parse(sql)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := Check(t.Context(), stmt, catalog, Options{Now: testNow})
		if err != nil {
			t.Fatal(err)
		}
		var have []string
		for _, u := range checked.Tables() {
			have = append(have, u.Table.Name+"("+strings.Join(u.Columns, " ")+")")
		}
		if strings.Join(have, " ") != strings.Join(want, " ") {
			t.Errorf("%s reads %v, want %v", sql, have, want)
		}
	}
	check("SELECT 1")
	check("SELECT count(*) FROM s", "s()")
	check("SELECT eventName, useridentity.arn FROM s WHERE eventtime > '2024-01-01' ORDER BY awsregion", "s(useridentity eventtime eventname awsregion)")
	check("SELECT max(eventid) FROM s GROUP BY eventname HAVING count(requestid) > 1", "s(eventname requestid eventid)")
	check("SELECT eventid FROM s a JOIN t b USING (eventid) WHERE b.readonly", "s(eventid)", "t(eventid readonly)")
	check("SELECT (SELECT max(eventname) FROM t WHERE t.eventid = s.eventid) FROM s WHERE EXISTS (SELECT 1 FROM u WHERE u.requestid = s.requestid)", "s(requestid eventid)", "u(requestid)", "t(eventname eventid)")
	check("WITH w AS (SELECT eventid, r.arn FROM s, UNNEST(resources) r) SELECT arn FROM w", "s(eventid resources)")
	check("SELECT transform(resources, r -> r.arn || eventid) FROM s UNION SELECT ARRAY[eventname] FROM t", "s(eventid resources)", "t(eventname)")
}

// BenchmarkExtract reads a member near the end of a record of usual size.
func BenchmarkExtract(b *testing.B) {
	record := `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","sessionContext":{"attributes":{"x":[1,2,{"y":"z"}]}}},` +
		strings.Repeat(`"padding":"`+strings.Repeat("p", 90)+`",`, 12) + `"requestParameters":{"bucketName":"logs"}}`
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		v, ok, err := extractSimple(record, "$.requestParameters.bucketName")
		if !ok || err != nil || v.text != "logs" {
			b.Fatal(v, ok, err)
		}
	}
}
