package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/lake/table"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/trinosql"
)

var begin = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

func TestEngine(t *testing.T) {
	l := newLake(t, Config{})
	records := made(20_000, begin)
	l.fill(storeA, records, 4)
	l.fill(storeB, records[:100], 1)
	if l.engine.Name() != "duckdb" {
		t.Errorf("its name is %s", l.engine.Name())
	}
	all := l.want("SELECT count(eventName) FROM "+storeA, "20000")
	if all.EventsScanned != 20_000 || all.EventsMatched != 20_000 || all.BytesScanned <= 0 || all.Progress != 1 {
		t.Errorf("all events: %+v", all)
	}
	wide := l.want("SELECT count(eventName), count(eventJSON) FROM "+storeA, "20000|20000")
	if wide.BytesScanned < 10*all.BytesScanned {
		t.Errorf("with the records themselves: %+v, without: %+v", wide, all)
	}
	field, row := l.want("SELECT count(userIdentity.type) FROM "+storeA, "20000"), l.want("SELECT count(CAST(userIdentity AS json)) FROM "+storeA, "20000")
	if field.BytesScanned*3 > row.BytesScanned {
		t.Errorf("a field of a row: %+v, all of it: %+v", field, row)
	}
	twice := l.want("SELECT count(a.eventName) FROM "+storeA+" a JOIN "+storeA+" b ON a.eventID = b.eventID", "20000")
	if twice.EventsScanned != 40_000 {
		t.Errorf("read twice: %+v", twice)
	}
	some := l.want("SELECT count(eventName) FROM "+storeA+" WHERE eventTime >= timestamp '2026-11-20 00:10:00' AND eventTime < timestamp '2026-11-20 00:20:00'", "600")
	if some.EventsMatched != 600 || some.EventsScanned < 600 || some.EventsScanned > 10_000 || some.BytesScanned >= wide.BytesScanned {
		t.Errorf("ten minutes of five hours: %+v", some)
	}
	// Both bounds are included where the statement says so, to the millisecond.
	l.want("SELECT count(*) FROM "+storeA+" WHERE eventTime BETWEEN timestamp '2026-11-20 00:10:00' AND timestamp '2026-11-20 00:10:01'", "2")
	l.want("SELECT count(*) FROM "+storeA+" WHERE eventTime > '2026-11-20 05:33:18'", "1")
	two := l.want("SELECT count(*) FROM "+storeA+" a JOIN "+storeB+" b ON a.eventID = b.eventID", "100")
	if two.EventsScanned != 20_100 {
		t.Errorf("two stores: %+v", two)
	}
	l.want("SELECT count(*), max(eventName) FROM "+storeNew, "0|NULL")
	l.want("SELECT 1, 'x'", "1|x")
	none := l.want("SELECT eventID FROM " + storeA + " WHERE eventTime > '2030-01-01'")
	if none.EventsScanned != 0 || none.BytesScanned != 0 || none.EventsMatched != 0 {
		t.Errorf("no events: %+v", none)
	}
}

// An error of a statement has Trino's name; what the engine says of itself stays here.
func TestEngineErrors(t *testing.T) {
	l := newLake(t, Config{})
	l.fill(storeA, made(1000, begin), 1)
	for sql, want := range map[string]trinosql.Code{
		"SELECT 1 / (length(eventName) - length(eventName)) FROM " + storeA: trinosql.CodeDivisionByZero,
		"SELECT CAST(eventName AS bigint) FROM " + storeA:                   trinosql.CodeInvalidCast,
		"SELECT (SELECT eventID FROM " + storeA + ") FROM " + storeA:        trinosql.CodeMultipleRows,
		"SELECT resources[99] FROM " + storeA:                               trinosql.CodeInvalidArgument,
	} {
		_, _, err := l.ask(t.Context(), sql)
		wrong, ok := errors.AsType[*trinosql.Error](err)
		if !ok || wrong.Code != want {
			t.Errorf("%s: %v, want %s", sql, err, want)
		}
		if ok && (strings.Contains(wrong.Message, l.dir) || strings.Contains(wrong.Message, "read_parquet")) {
			t.Errorf("%s: the message says how: %s", sql, wrong.Message)
		}
	}
}

// A query that needs more than it may have says so, and leaves nothing.
func TestEngineResources(t *testing.T) {
	l := newLake(t, Config{Memory: 64 << 20, Threads: 2, Spill: func() int64 { return 0 }})
	l.fill(storeA, made(20_000, begin), 1)
	_, _, err := l.ask(t.Context(), "SELECT a.eventJSON, b.eventJSON FROM "+storeA+" a CROSS JOIN "+storeA+" b ORDER BY a.eventID || b.eventID LIMIT 100000")
	if wrong, ok := errors.AsType[*trinosql.Error](err); !ok || wrong.Code != trinosql.CodeResources {
		t.Errorf("too much: %v", err)
	}
	l.want("SELECT count(*) FROM "+storeA, "20000")
}

// Cancelling stops the engine, while it computes and while its rows are read.
func TestEngineStops(t *testing.T) {
	l := newLake(t, Config{})
	l.fill(storeA, made(20_000, begin), 1)
	why := errors.New("nobody waits")
	check := func(what, sql string, rowsFirst int) {
		t.Helper()
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		job, err := l.job(sql)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := l.engine.Run(ctx, job)
		if err != nil {
			t.Fatal(err)
		}
		for range rowsFirst {
			if _, err := rows.Next(); err != nil {
				t.Fatal(err)
			}
		}
		if rowsFirst == 0 {
			began := make(chan struct{})
			go func() {
				close(began)
				// The statement takes hours; by now it runs or is about to.
				for range 100 {
					rows.Statistics()
				}
				cancel(why)
			}()
			<-began
		} else {
			cancel(why)
		}
		for err == nil {
			_, err = rows.Next()
		}
		if !errors.Is(err, why) {
			t.Errorf("%s: %v", what, err)
		}
		if s := rows.Statistics(); s.EventsMatched != 0 || s.Progress < 0 {
			t.Errorf("%s: %+v", what, s)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
		if err := rows.Close(); err != nil {
			t.Errorf("%s: close again: %v", what, err)
		}
		rows.Statistics()
		if _, err := os.Stat(job.Scratch); err == nil {
			t.Errorf("%s: the scratch folder is left", what)
		}
	}
	check("computing", "SELECT count(*) FROM "+storeA+" a, "+storeA+" b, "+storeA+" c WHERE a.eventName < b.eventName AND b.userAgent > c.userAgent", 0)
	check("reading", "SELECT a.eventID FROM "+storeA+" a CROSS JOIN "+storeA+" b", 5)
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, _, err := l.ask(ended, "SELECT count(*) FROM "+storeA); !errors.Is(err, why) {
		t.Errorf("before it began: %v", err)
	}
}

// A query reads one commit of a table, whatever is written meanwhile.
func TestEngineReadsOneCommit(t *testing.T) {
	l := newLake(t, Config{})
	records := made(3000, begin)
	l.fill(storeA, records[:1000], 1)
	job, err := l.job("SELECT eventID FROM " + storeA)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := l.engine.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	l.fill(storeA, records[1000:], 2)
	n := 0
	for {
		if _, err := rows.Next(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1000 {
		t.Errorf("%d events", n)
	}
	l.want("SELECT count(*) FROM "+storeA, "3000")
}

// failing are tables that cannot be planned.
type failing struct{ err error }

func (f failing) Plan(context.Context, string, time.Time, time.Time) (*table.Plan, error) {
	return nil, f.err
}

func TestEngineWithoutTables(t *testing.T) {
	l := newLake(t, Config{})
	broken := errors.New("broken")
	l.engine = New(failing{broken}, Config{})
	if _, _, err := l.ask(t.Context(), "SELECT 1 FROM "+storeA); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// What is known of files is bounded, and a damaged file is an error.
func TestFooters(t *testing.T) {
	var f footers
	f.known = make(map[string][]group)
	for i := range maxFooters {
		f.known[fmt.Sprint(i)] = nil
	}
	l := newLake(t, Config{})
	l.fill(storeA, made(100, begin), 1)
	p, err := l.w.Plan(t.Context(), storeA, time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Release()
	in, err := f.input(p.Files, query.Store{}, map[string]bool{"eventid": true, "useridentity": true})
	if err != nil || in.rows != 100 || in.bytes <= 0 || in.bytes > p.Bytes || len(f.known) != len(p.Files) {
		t.Errorf("%+v of %d bytes, %d known, %v", in, p.Bytes, len(f.known), err)
	}
	bad := l.dir + "/bad.parquet"
	if err := os.WriteFile(bad, []byte("PAR1 nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.input([]string{bad}, query.Store{}, nil); err == nil {
		t.Error("a damaged file is read")
	}
}
