package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

type thing struct {
	Name  string   `json:"name"`
	Count int      `json:"count"`
	Tags  []string `json:"tags,omitempty"`
}

func open(t *testing.T, path string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func things(t *testing.T) (*store.DB, *store.Collection[thing]) {
	db := open(t, filepath.Join(t.TempDir(), "state.db"))
	return db, store.NewCollection[thing](db, "things")
}

func mustIs(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func ok[V any](v V, err error) func(*testing.T) V {
	return func(t *testing.T) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestLifeOfAResource(t *testing.T) {
	_, c := things(t)
	ctx := t.Context()

	_, err := c.Get(ctx, "a")
	mustIs(t, err, store.ErrNotFound)
	mustIs(t, c.Delete(ctx, "a"), store.ErrNotFound)
	_, err = c.Update(ctx, "a", 1, thing{})
	mustIs(t, err, store.ErrNotFound)

	it := ok(c.Create(ctx, "a", thing{Name: "first", Tags: []string{"x"}}))(t)
	if it.Version != 1 {
		t.Fatalf("new resource at version %d", it.Version)
	}
	_, err = c.Create(ctx, "a", thing{Name: "second"})
	mustIs(t, err, store.ErrExists)

	it = ok(c.Update(ctx, "a", 1, thing{Name: "changed"}))(t)
	if it.Version != 2 {
		t.Fatalf("updated resource at version %d", it.Version)
	}
	_, err = c.Update(ctx, "a", 1, thing{Name: "late"})
	mustIs(t, err, store.ErrConflict)

	it = ok(c.Put(ctx, "a", thing{Name: "put"}))(t)
	if it.Version != 3 {
		t.Fatalf("put resource at version %d", it.Version)
	}
	got := ok(c.Get(ctx, "a"))(t)
	if got.Value.Name != "put" || got.Version != 3 || !got.Updated.Equal(it.Updated) {
		t.Fatalf("read back %+v, wrote %+v", got, it)
	}
	if it := ok(c.Put(ctx, "new", thing{}))(t); it.Version != 1 {
		t.Fatalf("put of a new id at version %d", it.Version)
	}
	if err := c.Delete(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	_, err = c.Get(ctx, "a")
	mustIs(t, err, store.ErrNotFound)
	if _, err := c.Create(ctx, "", thing{}); err == nil {
		t.Fatal("an empty id was accepted")
	}
}

func TestListIsByteOrderedAndLiteral(t *testing.T) {
	db, c := things(t)
	ctx := t.Context()
	other := store.NewCollection[thing](db, "others")
	ok(other.Create(ctx, "p/zzz", thing{}))(t)
	for _, id := range []string{"p/b", "P/a", "p/a", "p/ä", "p%x", "p_x", "q", "p", "日本/1", "日/2"} {
		ok(c.Create(ctx, id, thing{Name: id}))(t)
	}
	for _, tc := range []struct{ prefix, want string }{
		{"", "P/a p p%x p/a p/b p/ä p_x q 日/2 日本/1"},
		{"p/", "p/a p/b p/ä"},
		{"p%", "p%x"},
		{"p_", "p_x"},
		{"日", "日/2 日本/1"},
		{"nothing", ""},
	} {
		items := ok(c.List(ctx, tc.prefix))(t)
		var ids []string
		for _, it := range items {
			if it.Value.Name != it.ID {
				t.Errorf("id %q carries the value of %q", it.ID, it.Value.Name)
			}
			ids = append(ids, it.ID)
		}
		if got := strings.Join(ids, " "); got != tc.want {
			t.Errorf("List(%q) = %s, want %s", tc.prefix, got, tc.want)
		}
	}
}

// Values are data, never SQL, whatever they look like.
func TestHostileText(t *testing.T) {
	_, c := things(t)
	for _, text := range []string{`'); DROP TABLE resources; --`, "? ?0 ?1 ?TableName", `a\'b"c\\`, "\u2028 日本 \U0001F600"} {
		it := ok(c.Put(t.Context(), text, thing{Name: text}))(t)
		if got := ok(c.Get(t.Context(), text))(t); got.Value.Name != text || got.Version != it.Version {
			t.Errorf("stored %q, read %q", text, got.Value.Name)
		}
		if got := ok(c.List(t.Context(), text))(t); len(got) != 1 {
			t.Errorf("List(%q) found %d", text, len(got))
		}
	}
}

func TestImpossibleIDs(t *testing.T) {
	_, c := things(t)
	ctx := t.Context()
	for _, id := range []string{"", "nul\x00end", "broken \xff"} {
		if _, err := c.Create(ctx, id, thing{}); err == nil {
			t.Errorf("Create(%q) was accepted", id)
		}
		if _, err := c.Put(ctx, id, thing{}); err == nil {
			t.Errorf("Put(%q) was accepted", id)
		}
		_, err := c.Get(ctx, id)
		mustIs(t, err, store.ErrNotFound)
		mustIs(t, c.Delete(ctx, id), store.ErrNotFound)
		if got := ok(c.List(ctx, id))(t); len(got) != 0 {
			t.Errorf("List(%q) found %d", id, len(got))
		}
	}
}

func TestTransactions(t *testing.T) {
	db, c := things(t)
	ctx := t.Context()
	boom := errors.New("boom")

	err := db.Tx(ctx, func(ctx context.Context) error {
		ok(c.Create(ctx, "a", thing{Count: 1}))(t)
		ok(c.Put(ctx, "b", thing{Count: 2}))(t)
		if got := ok(c.List(ctx, ""))(t); len(got) != 2 {
			t.Errorf("the transaction sees %d of its own writes", len(got))
		}
		// A reader outside sees nothing and does not wait.
		if got := ok(c.List(t.Context(), ""))(t); len(got) != 0 {
			t.Errorf("uncommitted writes are visible outside")
		}
		return boom
	})
	mustIs(t, err, boom)
	if got := ok(c.List(ctx, ""))(t); len(got) != 0 {
		t.Fatalf("%d resources survived a rollback", len(got))
	}

	err = db.Tx(ctx, func(ctx context.Context) error {
		ok(c.Create(ctx, "a", thing{}))(t)
		// A failed statement does not end the transaction.
		_, err := c.Create(ctx, "a", thing{})
		mustIs(t, err, store.ErrExists)
		return db.Tx(ctx, func(ctx context.Context) error { // joins
			if !db.InTx(ctx) {
				t.Error("InTx is false inside a transaction")
			}
			_, err := c.Update(ctx, "a", 1, thing{Name: "inner"})
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := ok(c.Get(ctx, "a"))(t); got.Value.Name != "inner" || got.Version != 2 {
		t.Fatalf("after commit: %+v", got)
	}
	if db.InTx(ctx) {
		t.Error("InTx is true outside")
	}

	dying, cancel := context.WithCancel(ctx)
	err = db.Tx(dying, func(ctx context.Context) error {
		ok(c.Create(ctx, "canceled", thing{}))(t)
		cancel()
		return nil
	})
	if err == nil || errors.Is(err, store.ErrUncertain) {
		t.Errorf("commit with an ended context: %v", err)
	}
	_, err = c.Get(ctx, "canceled")
	mustIs(t, err, store.ErrNotFound)

	func() {
		defer func() { _ = recover() }()
		_ = db.Tx(ctx, func(ctx context.Context) error {
			ok(c.Create(ctx, "panic", thing{}))(t)
			panic("in the middle")
		})
	}()
	_, err = c.Get(ctx, "panic")
	mustIs(t, err, store.ErrNotFound)
	ok(c.Create(ctx, "after", thing{}))(t) // the connection was given back
}

// Many goroutines raise counters with compare-and-swap and in transactions;
// no increment may be lost.
func TestConcurrentWritersLoseNothing(t *testing.T) {
	db, c := things(t)
	ctx := t.Context()
	ok(c.Create(ctx, "cas", thing{}))(t)
	ok(c.Create(ctx, "tx", thing{}))(t)
	const workers, rounds = 8, 15
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range rounds {
				for {
					it, err := c.Get(ctx, "cas")
					if err != nil {
						t.Error(err)
						return
					}
					it.Value.Count++
					_, err = c.Update(ctx, "cas", it.Version, it.Value)
					if err == nil {
						break
					}
					if !errors.Is(err, store.ErrConflict) {
						t.Error(err)
						return
					}
				}
				err := db.Tx(ctx, func(ctx context.Context) error {
					it, err := c.Get(ctx, "tx")
					if err != nil {
						return err
					}
					it.Value.Count++
					_, err = c.Put(ctx, "tx", it.Value)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				if _, err := c.List(ctx, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, id := range []string{"cas", "tx"} {
		it := ok(c.Get(ctx, id))(t)
		if it.Value.Count != workers*rounds || it.Version != workers*rounds+1 {
			t.Errorf("%s: count %d at version %d, want %d", id, it.Value.Count, it.Version, workers*rounds)
		}
	}
}

func TestOneCreatorWins(t *testing.T) {
	_, c := things(t)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = c.Create(t.Context(), "x", thing{Count: i}) })
	}
	wg.Wait()
	won := slices.IndexFunc(errs, func(err error) bool { return err == nil })
	for i, err := range errs {
		if i != won {
			mustIs(t, err, store.ErrExists)
		}
	}
	if it := ok(c.Get(t.Context(), "x"))(t); it.Value.Count != won {
		t.Errorf("creator %d won, the value is of %d", won, it.Value.Count)
	}
}

func TestReopen(t *testing.T) {
	// Characters that mean something in a URI must not change which file it is.
	path := filepath.Join(t.TempDir(), "odd ?name#%41&x=1.db")
	at := time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)
	db, err := store.Open(t.Context(), path, store.WithClock(func() time.Time { return at }))
	if err != nil {
		t.Fatal(err)
	}
	c := store.NewCollection[thing](db, "things")
	for i := range 50 {
		ok(c.Create(t.Context(), fmt.Sprintf("id-%02d", i), thing{Count: i}))(t)
	}
	st := ok(os.Stat(path))(t)
	if st.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v", st.Mode())
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, path)
	items := ok(store.NewCollection[thing](db, "things").List(t.Context(), "id-"))(t)
	if len(items) != 50 || items[49].Value.Count != 49 || !items[0].Updated.Equal(at) {
		t.Fatalf("after reopening: %d items, first updated %v", len(items), items[0].Updated)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	raw := ok(sql.Open("sqlite", path))(t)
	ok(raw.Exec(`UPDATE schema_version SET version = 99`))(t)
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), path)
	mustIs(t, err, store.ErrNewerSchema)
	if !strings.Contains(err.Error(), "version 99") {
		t.Errorf("the error does not say the version: %v", err)
	}
}

func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("this is no database ", 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), garbage)
	mustIs(t, err, store.ErrDamaged)

	path := filepath.Join(dir, "state.db")
	db := open(t, path)
	c := store.NewCollection[thing](db, "things")
	for i := range 200 {
		ok(c.Create(t.Context(), fmt.Sprintf("id-%03d", i), thing{Name: strings.Repeat("x", 500)}))(t)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data := ok(os.ReadFile(path))(t)
	for i := 2 * 4096; i < len(data); i += 4096 { // every page header but the first two
		copy(data[i:], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), path)
	mustIs(t, err, store.ErrDamaged)

	_, err = store.Open(t.Context(), filepath.Join(dir, "no", "such", "dir.db"))
	mustIs(t, err, os.ErrNotExist)
}
