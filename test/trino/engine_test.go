package trino_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/query/trino"
	"github.com/cairntrail/cairn/internal/trinosql"
)

func TestStats(t *testing.T) {
	rows, stats := ask(t, open(t), `SELECT count(*) FROM tpch.tiny.orders o JOIN tpch.tiny.customer c ON o.custkey = c.custkey
		WHERE o.totalprice > 100000 AND c.acctbal > 0`)
	if len(rows) != 1 || stats.State != "FINISHED" {
		t.Fatalf("%v, %+v", rows, stats)
	}
	counts, _ := ask(t, open(t), `SELECT (SELECT count(*) FROM tpch.tiny.orders), (SELECT count(*) FROM tpch.tiny.customer),
		(SELECT count(*) FROM tpch.tiny.customer WHERE acctbal > 0)`)
	orders, customers, rich := counts[0][0].(int64), counts[0][1].(int64), counts[0][2].(int64)
	if stats.Read != orders+customers {
		t.Errorf("%d rows were read of %d orders and %d customers", stats.Read, orders, customers)
	}
	// The orders' condition leaves some of them, and so may the join's own filter.
	if stats.Matched <= rich || stats.Matched >= orders+rich {
		t.Errorf("%d rows matched, %d of them customers", stats.Matched, rich)
	}
}

func TestManyPages(t *testing.T) {
	const n = 100_000
	rows, err := open(t).Query(t.Context(), fmt.Sprintf("SELECT orderkey, comment FROM tpch.sf1.orders LIMIT %d", n))
	check(t, err)
	seen := make(map[int64]bool)
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		check(t, err)
		seen[row[0].(int64)] = true
	}
	check(t, rows.Close())
	if len(seen) != n {
		t.Errorf("%d different rows, want %d", len(seen), n)
	}
}

func TestErrorNames(t *testing.T) {
	e := open(t)
	for statement, code := range map[string]trinosql.Code{
		"SELECT 1/0":    trinosql.CodeDivisionByZero,
		"SELECT nobody": trinosql.CodeColumnNotFound,
		"SELECT":        trinosql.CodeSyntax,
		"SELECT CAST(name AS bigint) FROM tpch.tiny.nation": trinosql.CodeInvalidCast,
	} {
		rows, err := e.Query(t.Context(), statement)
		if err == nil {
			_, err = rows.Next()
			check(t, rows.Close())
		}
		var said *trinosql.Error
		if !errors.As(err, &said) || said.Code != code {
			t.Errorf("%s: %v, want %s", statement, err, code)
		}
	}
}

// endless is a statement that runs for hours.
const endless = "SELECT count(*) FROM tpch.sf100.lineitem a CROSS JOIN tpch.sf100.lineitem b WHERE a.comment || b.comment LIKE '%nothing%'"

// A statement that nobody waits for any more ends on the server, whether it has
// begun to compute or not.
func TestCancel(t *testing.T) {
	for name, state := range map[string]string{"at once": "", "while it runs": "RUNNING"} {
		t.Run(name, func(t *testing.T) {
			e := open(t, func(c *trino.Config) { c.User = "canceler" })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			answer := make(chan error, 1)
			go func() {
				rows, err := e.Query(ctx, endless)
				if err == nil {
					_, err = rows.Next()
					err = errors.Join(err, rows.Close())
				}
				answer <- err
			}()
			if state != "" {
				await(t, e, "canceler", state)
			}
			cancel()
			if err := <-answer; !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
			await(t, e, "canceler", "")
		})
	}
}

// await waits until a user has a statement over lineitem in a state, or none that has
// not ended.
func await(t *testing.T, e *trino.Engine, user, state string) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for {
		rows, _ := ask(t, e, fmt.Sprintf(`SELECT state FROM system.runtime.queries
			WHERE "user" = '%s' AND query LIKE '%%tpch.sf100.lineitem a%%' AND state NOT IN ('FINISHED', 'FAILED')
			AND query NOT LIKE '%%system.runtime%%'`, user))
		if state == "" && len(rows) == 0 || state != "" && len(rows) == 1 && rows[0][0] == state {
			return
		}
		select {
		case <-limit:
			t.Fatalf("the statements are %v", rows)
		case <-tick.C:
		}
	}
}
