package query

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/trinosql"
)

func TestLife(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		q := h.query(StartInput{})
		if q.Status != Queued || len(q.ID) != 36 || !reflect.DeepEqual(q.Columns, []string{"eventid", "eventname"}) {
			t.Errorf("started: %+v", q)
		}
		synctest.Wait()
		run := h.engine.run(q.ID)
		if got := h.describe(q.ID); got.Status != Running || got.Started.IsZero() {
			t.Errorf("running: %+v", got)
		}
		if want := []Store{{ID: storeA, Category: "Management"}}; !reflect.DeepEqual(run.job.Stores, want) {
			t.Errorf("the engine reads %+v", run.job.Stores)
		}
		run.rows <- []any{"1", "RunInstances"}
		run.rows <- []any{"2", nil}
		synctest.Wait()
		want := [][]Cell{{{Text: "1"}, {Text: "RunInstances"}}, {{Text: "2"}, {Null: true}}}
		if got := h.rows(q.ID, 1); !reflect.DeepEqual(got, want) {
			t.Errorf("while it runs: %v", got)
		}
		if got := h.describe(q.ID); got.Rows != 2 || got.Statistics.BytesScanned != 200 {
			t.Errorf("figures while it runs: %+v", got)
		}
		later(3 * time.Second)
		close(run.rows)
		synctest.Wait()
		got, took, err := h.service.DescribeQuery(context.Background(), testCaller, Reference{ID: q.ID, EventDataStore: arnOf(testAccount, storeA)})
		if err != nil || got.Status != Finished || got.Rows != 2 || got.Statistics != (Statistics{EventsScanned: 20, EventsMatched: 2, BytesScanned: 200}) || took != 3*time.Second {
			t.Errorf("finished: %+v after %s, %v", got, took, err)
		}
		if !run.isClosed() {
			t.Error("the engine's rows were not closed")
		}
		h.stop()
		h.start()
		if again := h.describe(q.ID); !reflect.DeepEqual(again, got) {
			t.Errorf("after a restart:\n%+v\nbefore:\n%+v", again, got)
		}
		for _, limit := range []int{1, 2, 1000} {
			if got := h.rows(q.ID, limit); !reflect.DeepEqual(got, want) {
				t.Errorf("pages of %d: %v", limit, got)
			}
		}
	})
}

// A server that stops ends what runs, and says so; what waits is told at the next
// start.
func TestStop(t *testing.T) {
	inHouse(t, func(c *Config) { c.Slots = 1 }, func(h *house) {
		running := h.query(StartInput{DeliveryURI: "s3://results"})
		synctest.Wait()
		waiting := h.query(StartInput{})
		run := h.engine.run(running.ID)
		run.rows <- []any{"1", "x"}
		h.stop()
		if !run.isClosed() {
			t.Error("the engine goes on")
		}
		h.start()
		for id, text := range map[string]string{running.ID: textStopped, waiting.ID: textUnstarted} {
			if got := h.describe(id); got.Status != Failed || got.Error != text {
				t.Errorf("%s: %q", got.Status, got.Error)
			}
		}
		if got := h.describe(running.ID); got.Statistics.EventsScanned != 10 || got.Delivery.Status != DeliveryFailed {
			t.Errorf("%+v, %+v", got, got.Delivery)
		}
	})
}

func TestForget(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		h.engine.feed = func(Job) [][]any { return [][]any{{"1", "x"}} }
		old := h.query(StartInput{})
		later(2 * time.Hour)
		young := h.query(StartInput{})
		later(Retention - 2*time.Hour)
		if _, _, err := h.service.DescribeQuery(context.Background(), testCaller, Reference{ID: old.ID}); code(err) != CodeNotFound {
			t.Errorf("after seven days: %v", err)
		}
		h.describe(young.ID)
		later(forgetEvery)
		if _, err := os.Stat(h.service.rowsPath(old.ID)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the old rows: %v", err)
		}
		if got := h.rows(young.ID, 10); len(got) != 1 {
			t.Errorf("the young rows: %v", got)
		}
		later(2 * time.Hour)
		if used := h.service.room.used.Load(); used != 0 {
			t.Errorf("%d bytes of room are gone", used)
		}
		items, err := h.service.queries.List(context.Background(), "")
		if err != nil || len(items) != 0 {
			t.Errorf("%d queries are kept, %v", len(items), err)
		}
	})
}

func TestTimeLimit(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		q := h.query(StartInput{DeliveryURI: "s3://results"})
		synctest.Wait()
		h.engine.run(q.ID).rows <- []any{"1", "x"}
		later(time.Hour)
		got := h.describe(q.ID)
		if got.Status != TimedOut || got.Delivery.Status != DeliveryFailed || !strings.Contains(got.Error, "1h0m0s") {
			t.Errorf("after an hour: %+v", got)
		}
		if rows := h.rows(q.ID, 10); len(rows) != 1 {
			t.Errorf("its partial results: %v", rows)
		}
		if all := h.bucket.all(); len(all) != 0 {
			t.Errorf("partial results were delivered: %v", all)
		}
	})
}

func TestCancel(t *testing.T) {
	inHouse(t, func(c *Config) { c.Slots = 1 }, func(h *house) {
		first := h.query(StartInput{})
		synctest.Wait()
		second := h.query(StartInput{DeliveryURI: "s3://results"})
		run := h.engine.run(first.ID)
		run.rows <- []any{"1", "x"}
		for _, q := range []Query{second, first} {
			got, err := h.service.CancelQuery(context.Background(), testCaller, Reference{ID: q.ID})
			if err != nil || got.Status != Cancelled {
				t.Errorf("cancel: %+v, %v", got, err)
			}
		}
		synctest.Wait()
		if run.ctx.Err() == nil || !run.isClosed() {
			t.Error("the engine goes on")
		}
		if h.engine.run(second.ID) != nil {
			t.Error("a query that was cancelled before it ran was run")
		}
		if got := h.describe(second.ID); got.Delivery.Status != DeliveryCancelled || got.Took(time.Now()) != 0 {
			t.Errorf("the second: %+v", got)
		}
		got := h.describe(first.ID)
		if got.Status != Cancelled || got.Statistics.EventsScanned != 10 || len(h.rows(first.ID, 10)) != 0 {
			t.Errorf("the first: %+v", got)
		}
		if _, err := h.service.CancelQuery(context.Background(), testCaller, Reference{ID: first.ID}); code(err) != CodeInactiveQuery {
			t.Errorf("cancel again: %v", err)
		}
		if used := h.service.room.used.Load(); used != 0 {
			t.Errorf("%d bytes of room are gone", used)
		}
		// The slot is free again.
		third := h.query(StartInput{})
		synctest.Wait()
		if h.describe(third.ID).Status != Running {
			t.Error("the next query does not run")
		}
	})
}

func TestTenAtOnce(t *testing.T) {
	inHouse(t, func(c *Config) { c.Slots = 3 }, func(h *house) {
		var all []Query
		for range MaxActive {
			all = append(all, h.query(StartInput{}))
			synctest.Wait()
		}
		if running, queued := h.service.count(Running), h.service.count(Queued); running != 3 || queued != 7 {
			t.Errorf("%d run and %d wait", running, queued)
		}
		_, err := h.service.StartQuery(context.Background(), testCaller, StartInput{Statement: "SELECT * FROM " + storeA})
		if code(err) != CodeTooMany {
			t.Errorf("the eleventh: %v", err)
		}
		// Another account has ten of its own, and is served before the first one's
		// fourth.
		other := Caller{AccountID: otherAccount, Region: testRegion}
		q, err := h.service.StartQuery(context.Background(), other, StartInput{Statement: "SELECT * FROM " + storeOther})
		if err != nil {
			t.Fatal(err)
		}
		close(h.engine.run(all[0].ID).rows)
		synctest.Wait()
		if h.engine.run(q.ID) == nil {
			t.Error("the other account waits behind the first")
		}
		if got, err := h.service.get(context.Background(), testCaller, q.ID); err == nil {
			t.Errorf("another account's query is read: %+v", got)
		}
		h.query(StartInput{})
	})
}

func TestFailures(t *testing.T) {
	wrong := &trinosql.Error{Pos: trinosql.Pos{Line: 1, Column: 8}, Code: trinosql.CodeDivisionByZero, Message: "Division by zero"}
	big := make([]any, 2)
	big[0], big[1] = strings.Repeat("x", 600), ""
	for name, c := range map[string]struct {
		send any
		want string
	}{
		"of the statement": {wrong, "line 1:8: Division by zero"},
		"of memory":        {&trinosql.Error{Code: trinosql.CodeResources, Message: "out of memory"}, "Query exhausted resources at this scale factor"},
		"of the engine":    {errors.New("secret: file /x"), "internal error"},
		"internal":         {&trinosql.Error{Code: trinosql.CodeInternal, Message: "secret"}, "internal error"},
		"of size":          {big, "Query response is too large"},
		"of its store":     {fmt.Errorf("plan: %w", &datastore.Error{Code: datastore.CodeNotFound, Message: "The store is gone."}), "The store is gone."},
		"of columns":       {[]any{"1"}, "internal error"},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(c *Config) { c.ResultLimit = 500 }, func(h *house) {
				q := h.query(StartInput{DeliveryURI: "s3://results"})
				synctest.Wait()
				h.engine.run(q.ID).rows <- []any{"1", "x"}
				h.engine.run(q.ID).rows <- c.send
				synctest.Wait()
				got := h.describe(q.ID)
				if got.Status != Failed || !strings.Contains(got.Error, c.want) || strings.Contains(got.Error, "secret") || got.Delivery.Status != DeliveryFailed {
					t.Errorf("%+v, %+v", got, got.Delivery)
				}
				if rows := h.rows(q.ID, 10); len(rows) != 0 {
					t.Errorf("rows of a failed query: %v", rows)
				}
				if used := h.service.room.used.Load(); used != 0 {
					t.Errorf("%d bytes of room are gone", used)
				}
			})
		})
	}
	t.Run("of whoever wrote the engine", func(t *testing.T) {
		inHouse(t, nil, func(h *house) {
			q := h.query(StartInput{})
			synctest.Wait()
			h.engine.run(q.ID).rows <- func() { panic("BUG: an engine") }
			synctest.Wait()
			if got := h.describe(q.ID); got.Status != Failed || !strings.Contains(got.Error, "internal error") {
				t.Errorf("%+v", got)
			}
			h.query(StartInput{})
		})
	})
	t.Run("of the start", func(t *testing.T) {
		inHouse(t, nil, func(h *house) {
			h.engine.refuse = wrong
			q := h.query(StartInput{})
			synctest.Wait()
			if got := h.describe(q.ID); got.Status != Failed || got.Error != "line 1:8: Division by zero" {
				t.Errorf("%+v", got)
			}
		})
	})
}

func TestRefusals(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		ctx := context.Background()
		start := func(in StartInput) error {
			_, err := h.service.StartQuery(ctx, testCaller, in)
			return err
		}
		sel := "SELECT * FROM "
		gone := "dddddddd-4444-4444-8444-444444444444"
		for name, c := range map[string]struct {
			in   StartInput
			want string
		}{
			"nothing":         {StartInput{}, CodeInvalidParameter},
			"both":            {StartInput{Statement: sel + storeA, Alias: "x"}, CodeInvalidParameter},
			"no alias":        {StartInput{Alias: "x"}, CodeInvalidParameter},
			"syntax":          {StartInput{Statement: "SELEC"}, CodeInvalidStatement},
			"not a select":    {StartInput{Statement: "DELETE FROM " + storeA}, CodeInvalidStatement},
			"no store":        {StartInput{Statement: sel + gone}, datastore.CodeNotFound},
			"no id":           {StartInput{Statement: sel + "nonsense"}, datastore.CodeARNInvalid},
			"another's store": {StartInput{Statement: sel + storeOther}, datastore.CodeNotFound},
			"another's name":  {StartInput{Statement: sel + storeA, Owner: otherAccount}, CodeNotPermitted},
			"uri":             {StartInput{Statement: sel + storeA, DeliveryURI: "http://x"}, CodeInvalidParameter},
			"bucket name":     {StartInput{Statement: sel + storeA, DeliveryURI: "s3://X_x"}, CodeInvalidBucketName},
			"prefix":          {StartInput{Statement: sel + storeA, DeliveryURI: "s3://results/" + strings.Repeat("x", 201)}, CodeInvalidPrefix},
		} {
			if got := code(start(c.in)); got != c.want {
				t.Errorf("%s: %s", name, got)
			}
		}
		err := start(StartInput{Statement: "SELECT\n  FROM " + storeA})
		if code(err) != CodeInvalidStatement || !strings.Contains(err.Error(), "line 2:3") {
			t.Errorf("a syntax error: %v", err)
		}
		h.bucket.refuse = refusal.New(CodeInsufficientBucketPolicy, "no")
		if got := code(start(StartInput{Statement: sel + storeA, DeliveryURI: "s3://results"})); got != CodeInsufficientBucketPolicy {
			t.Errorf("the bucket's policy: %s", got)
		}
		h.stores.set(storeA, datastore.PendingDeletion)
		if got := code(start(StartInput{Statement: sel + storeA})); got != datastore.CodeInactive {
			t.Errorf("a store that is pending deletion: %s", got)
		}
		if items, err := h.service.queries.List(ctx, ""); err != nil || len(items) != 0 {
			t.Errorf("refused queries were kept: %v, %v", items, err)
		}
	})
}

// What a caller may do with a query is what it may do with the stores that it reads.
func TestPermission(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		ctx := context.Background()
		h.engine.feed = func(Job) [][]any { return nil }
		denied := errors.New("denied")
		only := Caller{AccountID: testAccount, Region: testRegion, Allowed: func(resource string) error {
			if resource == arnOf(testAccount, storeB) {
				return nil
			}
			return denied
		}}
		if _, err := h.service.StartQuery(ctx, only, StartInput{Statement: "SELECT * FROM " + storeA}); !errors.Is(err, denied) {
			t.Errorf("start on a store that is not allowed: %v", err)
		}
		b, err := h.service.StartQuery(ctx, only, StartInput{Statement: "SELECT * FROM " + storeB})
		if err != nil {
			t.Fatal(err)
		}
		a := h.query(StartInput{})
		synctest.Wait()
		for name, f := range map[string]func(id string) error{
			"describe": func(id string) error { _, _, err := h.service.DescribeQuery(ctx, only, Reference{ID: id}); return err },
			"results": func(id string) error {
				_, err := h.service.GetQueryResults(ctx, only, Reference{ID: id}, Position{}, 1)
				return err
			},
			"cancel": func(id string) error {
				_, err := h.service.CancelQuery(ctx, only, Reference{ID: id})
				if code(err) == CodeInactiveQuery {
					return nil
				}
				return err
			},
		} {
			if err := f(a.ID); !errors.Is(err, denied) {
				t.Errorf("%s of a query on another store: %v", name, err)
			}
			if err := f(b.ID); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := f("00000000-0000-4000-8000-000000000000"); !errors.Is(err, denied) {
				t.Errorf("%s of no query: %v", name, err)
			}
		}
		if _, _, err := h.service.ListQueries(ctx, only, ListInput{EventDataStore: storeA, Limit: 10}); !errors.Is(err, denied) {
			t.Errorf("list on a store that is not allowed: %v", err)
		}
		if got, more, err := h.service.History(ctx, only, ListInput{Limit: 10}); err != nil || more || len(got) != 1 || got[0].ID != b.ID {
			t.Errorf("over all stores: %v, %v, %v", got, more, err)
		}
		if got, more, err := h.service.History(ctx, testCaller, ListInput{Limit: 1}); err != nil || !more || len(got) != 1 || got[0].ID != a.ID {
			t.Errorf("over all stores with every right: %v, %v, %v", got, more, err)
		}
		nothing := Caller{AccountID: testAccount, Region: testRegion, Allowed: func(string) error { return denied }}
		if _, _, err := h.service.History(ctx, nothing, ListInput{Limit: 10}); !errors.Is(err, denied) {
			t.Errorf("over all stores without rights: %v", err)
		}
		if got, _, err := h.service.History(ctx, testCaller, ListInput{Status: Cancelled, Limit: 10}); err != nil || len(got) != 0 {
			t.Errorf("queries that were cancelled: %v, %v", got, err)
		}
		h.stores.set(storeB, datastore.PendingDeletion)
		if _, _, err := h.service.DescribeQuery(ctx, only, Reference{ID: b.ID}); code(err) != datastore.CodeInactive {
			t.Errorf("describe when the store is pending deletion: %v", err)
		}
	})
}

func TestListAndAlias(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		ctx := context.Background()
		h.engine.feed = func(Job) [][]any { return [][]any{{"1", "x"}} }
		if err := h.service.PutAlias(ctx, Alias{Name: "AWSCloudTrail-1", AccountID: testAccount, Region: testRegion, Statement: "SELECT * FROM $EDS_ID", Store: storeB, Prompt: "what?"}); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		var ids []string
		for i := range 5 {
			in := StartInput{Alias: "AWSCloudTrail-1", RefreshID: fmt.Sprint(i)}
			if i == 2 {
				in = StartInput{}
			}
			ids = append(ids, h.query(in).ID)
			later(time.Minute)
		}
		list := func(in ListInput) (out []string, more bool) {
			t.Helper()
			if in.Limit == 0 {
				in.Limit = MaxPage
			}
			got, more, err := h.service.ListQueries(ctx, testCaller, in)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range got {
				out = append(out, q.ID)
			}
			return out, more
		}
		check := func(in ListInput, more bool, want ...string) {
			t.Helper()
			if got, m := list(in); !reflect.DeepEqual(got, want) || m != more {
				t.Errorf("%+v: %v, %t; want %v", in, got, m, want)
			}
		}
		check(ListInput{EventDataStore: storeB}, false, ids[4], ids[3], ids[1], ids[0])
		check(ListInput{EventDataStore: arnOf(testAccount, storeA), Status: Finished}, false, ids[2])
		check(ListInput{EventDataStore: storeA, Status: Failed}, false)
		check(ListInput{EventDataStore: storeB, Limit: 2}, true, ids[4], ids[3])
		check(ListInput{EventDataStore: storeB, Limit: 2, Before: h.describe(ids[3]).Sequence}, false, ids[1], ids[0])
		check(ListInput{EventDataStore: storeB, Start: begun.Add(time.Minute), End: begun.Add(3 * time.Minute)}, false, ids[3], ids[1])
		for _, c := range []struct {
			in   ListInput
			want string
		}{
			{ListInput{EventDataStore: storeB, Status: "DONE"}, CodeInvalidStatus},
			{ListInput{EventDataStore: storeB, Start: begun, End: begun}, CodeInvalidDateRange},
			{ListInput{EventDataStore: "x y"}, datastore.CodeARNInvalid},
			{ListInput{EventDataStore: storeOther}, datastore.CodeNotFound},
		} {
			if _, _, err := h.service.ListQueries(ctx, testCaller, c.in); code(err) != c.want {
				t.Errorf("%+v: %v", c.in, err)
			}
		}
		for refresh, want := range map[string]string{"": ids[4], "1": ids[1]} {
			q, _, err := h.service.DescribeQuery(ctx, testCaller, Reference{Alias: "AWSCloudTrail-1", RefreshID: refresh})
			if err != nil || q.ID != want || q.Prompt != "what?" || q.Stores[0].ID != storeB {
				t.Errorf("refresh %q: %+v, %v", refresh, q, err)
			}
		}
		for name, ref := range map[string]Reference{
			"none": {}, "both": {ID: ids[0], Alias: "x"}, "refresh with id": {ID: ids[0], RefreshID: "1"},
		} {
			if _, _, err := h.service.DescribeQuery(ctx, testCaller, ref); code(err) != CodeInvalidParameter {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, ref := range map[string]Reference{"alias": {Alias: "AWSCloudTrail-2"}, "store": {ID: ids[0], EventDataStore: storeA}, "key": {ID: "x/y"}} {
			if _, _, err := h.service.DescribeQuery(ctx, testCaller, ref); code(err) != CodeNotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A page ends where it has many bytes, and every row is on one.
func TestPageBytes(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		h.engine.feed = func(Job) (out [][]any) {
			for i := range 10 {
				out = append(out, []any{fmt.Sprint(i), strings.Repeat("x", 1<<20)})
			}
			return out
		}
		q := h.query(StartInput{})
		synctest.Wait()
		page, err := h.service.GetQueryResults(context.Background(), testCaller, Reference{ID: q.ID}, Position{}, MaxPage)
		if err != nil || len(page.Rows) != 4 || page.Next == nil {
			t.Errorf("%d rows, next %v, %v", len(page.Rows), page.Next, err)
		}
		for i, row := range h.rows(q.ID, MaxPage) {
			if row[0].Text != fmt.Sprint(i) {
				t.Errorf("row %d is %s", i, row[0].Text)
			}
		}
	})
}

// A search looks at so many rows and no more, takes those that are wanted, and goes on
// where it was.
func TestFindQueryResults(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		h.engine.feed = func(Job) (out [][]any) {
			for i := range 100 {
				out = append(out, []any{fmt.Sprint(i), "x"})
			}
			return out
		}
		q := h.query(StartInput{})
		synctest.Wait()
		tens := func(row []Cell) bool { return strings.HasSuffix(row[0].Text, "0") }
		find := func(ctx context.Context, from Position, limit int, scan int64) (string, Page, error) {
			page, err := h.service.FindQueryResults(ctx, testCaller, Reference{ID: q.ID}, from, limit, scan, tens)
			var out []string
			for _, row := range page.Rows {
				out = append(out, row[0].Text)
			}
			return strings.Join(out, " "), page, err
		}
		ctx := context.Background()
		first, page, err := find(ctx, Position{}, 2, 1000)
		if err != nil || first != "0 10" || page.Scanned != 11 || page.Next == nil || page.Next.Row != 11 {
			t.Fatalf("%q, %+v, %v", first, page, err)
		}
		second, page, err := find(ctx, *page.Next, 1000, 30)
		if err != nil || second != "20 30 40" || page.Scanned != 30 || page.Next == nil || page.Next.Row != 41 {
			t.Fatalf("%q, %+v, %v", second, page, err)
		}
		third, page, err := find(ctx, *page.Next, 1000, 1000)
		if err != nil || third != "50 60 70 80 90" || page.Scanned != 59 || page.Next != nil {
			t.Fatalf("%q, %+v, %v", third, page, err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, _, err := find(gone, Position{}, 1000, 1000); !errors.Is(err, context.Canceled) {
			t.Errorf("nobody waits, and it reads on: %v", err)
		}
	})
}
