package duckdb

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/trinosql"
)

// guideEntry is a statement of the guide in the scripts of package trinosql: a command
// with parameters, the statement, and what the command gives.
var guideEntry = regexp.MustCompile(`(?ms)^(?:check|bounds)(?: ([^\n]*))?\n(.*?)\n----\n([^\n]*)`)

// oneStore is a catalog in which every name is the same store.
type oneStore struct{ *lake }

func (s oneStore) Table(ctx context.Context, _ string) (*trinosql.Table, error) {
	return s.lake.Table(ctx, storeA)
}

// Every statement of the User Guide runs on real records, but for those that it
// misprints, which are refused.
func TestGuideOnRealRecords(t *testing.T) {
	records := realRecords(t)
	script, err := os.ReadFile("../../trinosql/testdata/seeds.txt")
	if err != nil {
		t.Fatal(err)
	}
	l := newLake(t, Config{})
	l.fill(storeA, records, 2)
	l.now = time.Date(2023, 7, 11, 0, 0, 0, 0, time.UTC)
	l.catalog = oneStore{l}
	// The guide's times are of other years: in those of the records its statements
	// have something to find.
	years := regexp.MustCompile(`'20\d\d-\d\d-\d\d`)
	ran, found := 0, 0
	for _, e := range guideEntry.FindAllStringSubmatch(string(script), -1) {
		sql, refused := e[2], strings.HasPrefix(e[3], "error ")
		l.params = nil
		if e[1] != "" {
			l.params = strings.Split(e[1], "|")
		}
		n := 0
		sql = years.ReplaceAllStringFunc(sql, func(string) string {
			if n++; n%2 == 1 {
				return "'2023-07-01"
			}
			return "'2023-08-01"
		})
		rows, _, err := l.ask(t.Context(), sql)
		if (err != nil) != refused {
			t.Errorf("%s\n%v", sql, err)
		}
		if err == nil {
			ran++
			found += min(len(rows), 1)
		}
	}
	if ran < 20 {
		t.Errorf("only %d statements ran", ran)
	}
	t.Logf("%d statements ran, %d found something", ran, found)
}
