package datastore

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cairntrail/cairn/internal/selector"
)

// TestIngest: a table has what its store selects, byte for byte, and within the
// interval.
func TestIngest(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		h.add(nil) // Before the store.
		d := h.make("all")
		one := h.make("one", func(in *CreateInput) { in.MultiRegion = new(false) })
		data := h.make("data", with(selector.Data))
		h.wantStatus(d, Enabled)
		begun := time.Now()
		first := h.add(nil)
		elsewhere := h.add(map[string]string{"awsRegion": "us-east-2"})
		h.add(map[string]string{"recipientAccountId": other})
		h.add(map[string]string{"eventCategory": "Data"})
		h.add(map[string]string{"eventCategory": "Insight"})
		h.add(map[string]string{"eventTime": time.Now().Add(-367 * day).UTC().Format(time.RFC3339)})
		old := h.add(map[string]string{"eventTime": time.Now().Add(-365 * day).UTC().Format(time.RFC3339)})
		h.journal.add([]byte("{not JSON"))
		object := strings.Replace(string(h.record(map[string]string{"eventCategory": "Data"})), "{", `{"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"}],`, 1)
		both := []byte(string(h.record(nil)))
		h.journal.add([]byte(object), both)
		h.pass(2 * time.Second)
		h.wantRows("all", d, first, elsewhere, old, string(both))
		h.wantRows("one", one, first, old, string(both))
		h.wantRows("data", data, object)
		if at := h.table(d).committed; len(at) != 1 || at[0].Sub(begun) > 2*time.Second {
			t.Errorf("committed at %v, begun at %v", at, begun)
		}
		if spec := h.table(data).spec; spec.Category != selector.Data || spec.Retention != 366*day {
			t.Errorf("the table is %+v", spec)
		}
		for name, want := range map[string]float64{"cairn_eventdatastore_events_total": 8, "cairn_eventdatastore_unreadable_total": 3, "cairn_eventdatastore_expired_total": 2} {
			got := h.metric(name, d.ID) + h.metric(name, one.ID) + h.metric(name, data.ID)
			if got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
	})
}

// TestBacklog: a table that fails holds back its own store and what that has not
// taken, and tells so; when it works again nothing is lost.
func TestBacklog(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		d, broken := h.make("works"), h.make("broken")
		h.tables.mu.Lock()
		h.tables.before = func(id string) error {
			if id == broken.ID {
				return errInjected
			}
			return nil
		}
		h.tables.mu.Unlock()
		var want []string
		for range 5 {
			want = append(want, h.add(nil))
			h.pass(time.Minute)
		}
		h.wantRows("works", d, want...)
		h.wantRows("broken", broken)
		if first := h.journal.kept(); first > 2 {
			t.Errorf("the journal begins with batch %d, and batch 2 is not in a table", first)
		}
		for id, want := range map[string]float64{d.ID: 0, broken.ID: 5} {
			if got := h.metric("cairn_eventdatastore_backlog_batches", id); got != want {
				t.Errorf("store %s is %v batches behind, want %v", id, got, want)
			}
		}
		if h.metric("cairn_eventdatastore_failures_total", broken.ID) == 0 || h.metric("cairn_eventdatastore_backlog_seconds", broken.ID) < 0 {
			t.Error("the failures are not told")
		}
		// A store that fails can be changed and deleted.
		h.do(h.svc.DeleteEventDataStore, broken)
		h.restore(broken)
		h.tables.mu.Lock()
		h.tables.before = nil
		h.tables.mu.Unlock()
		h.pass(2 * time.Minute)
		h.wantRows("works again", broken, want...)
		if first := h.journal.kept(); first != h.journal.Last()+1 {
			t.Errorf("the journal keeps batch %d, of %d", first, h.journal.Last())
		}
	})
}

// TestFailures: whatever fails of a commit, and wherever it is killed, every event
// is in the table once.
func TestFailures(t *testing.T) {
	fail := map[string]func(*lakeHouse){
		"not stored":        func(h *lakeHouse) { h.tables.before = once() },
		"failed but stored": func(h *lakeHouse) { h.tables.after = once() },
		"cannot be opened":  func(h *lakeHouse) { h.tables.before, h.tables.open = once(), once() },
		"killed before":     func(h *lakeHouse) { h.tables.before = h.killed() },
		"killed behind":     func(h *lakeHouse) { h.tables.after = h.killed() },
		"nothing":           func(*lakeHouse) {},
	}
	for name, inject := range fail {
		t.Run(name, func(t *testing.T) {
			inLakeHouse(t, func(h *lakeHouse) {
				d := h.make("abc")
				var want []string
				want = append(want, h.add(nil))
				h.pass(3 * time.Second)
				h.tables.mu.Lock()
				inject(h)
				h.tables.mu.Unlock()
				want = append(want, h.add(nil), h.add(nil))
				h.pass(3 * time.Second)
				want = append(want, h.add(nil))
				if strings.HasPrefix(name, "killed") {
					h.restart()
				}
				h.pass(5 * time.Minute)
				h.wantRows(name, d, want...)
				h.restart()
				want = append(want, h.add(nil))
				h.flush()
				h.wantRows("behind another start", d, want...)
			})
		})
	}
}

// killed ends the ingester in the middle of what calls it, once.
func (h *lakeHouse) killed() func(string) error {
	done := false
	return func(string) error {
		if done {
			return nil
		}
		done = true
		h.cancel()
		return errInjected
	}
}

// TestStopped: what was recorded while a store did not ingest is never in its
// table, across restarts, and the journal does not keep it.
func TestStopped(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		d := h.make("abc", func(in *CreateInput) { in.StartIngestion = new(false) })
		h.wantStatus(d, StoppedIngestion)
		h.add(nil)
		h.do(h.svc.StartEventDataStoreIngestion, d)
		h.wantStatus(d, Enabled)
		want := []string{h.add(nil)}
		// Stopping ends when what came before is in the table, at once.
		h.do(h.svc.StopEventDataStoreIngestion, d)
		h.wantStatus(d, StoppedIngestion)
		h.wantRows("stopped", d, want...)
		h.add(nil)
		h.restart()
		h.add(nil)
		if first := h.journal.kept(); first != h.journal.Last()+1 {
			t.Errorf("the journal keeps batch %d for a store that is stopped", first)
		}
		h.do(h.svc.StartEventDataStoreIngestion, d)
		want = append(want, h.add(nil))
		h.restart()
		want = append(want, h.add(nil))
		h.flush()
		h.wantRows("started", d, want...)
		h.do(h.svc.DeleteEventDataStore, d)
		h.add(nil)
		h.pass(24 * time.Hour)
		h.restart()
		h.restore(d)
		h.wantStatus(d, Enabled)
		want = append(want, h.add(nil))
		h.flush()
		h.wantRows("restored", d, want...)
	})
}

// TestStoppingWaits: a store whose table fails is STOPPING_INGESTION until what
// came before is in it, and CREATED until it has one.
func TestStoppingWaits(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		h.fails(func(m *memTables) { m.open = func(string) error { return errInjected } })
		d := h.make("abc")
		want := []string{h.add(nil)}
		h.pass(time.Hour)
		h.wantStatus(d, Created)
		h.tables.mu.Lock()
		h.tables.open, h.tables.before = nil, func(string) error { return errInjected }
		h.tables.mu.Unlock()
		h.pass(time.Minute)
		h.wantStatus(d, Enabled)
		h.do(h.svc.StopEventDataStoreIngestion, d)
		h.add(nil)
		h.pass(time.Hour)
		h.wantStatus(d, StoppingIngestion)
		h.restart()
		h.tables.mu.Lock()
		h.tables.before = nil
		h.tables.mu.Unlock()
		h.pass(time.Minute)
		h.wantStatus(d, StoppedIngestion)
		h.wantRows("stopped", d, want...)
	})
}

// TestSelectorsChange: events go by the selectors of their time, also when they
// are read later, and again.
func TestSelectorsChange(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		d := h.make("abc")
		reads := map[string]string{"eventName": "DescribeInstances"}
		want := []string{h.add(nil), h.add(reads)}
		update := func(s Settings) {
			t.Helper()
			_, err := h.svc.UpdateEventDataStore(context.Background(), ireland, UpdateInput{EventDataStore: d.ID, Settings: s})
			h.check(err)
			synctest.Wait()
		}
		only := []selector.AdvancedEventSelector{{FieldSelectors: []selector.FieldSelector{
			{Field: "eventCategory", Equals: []string{"Management"}}, {Field: "eventName", StartsWith: []string{"Describe"}}}}}
		update(Settings{Selectors: only})
		h.add(nil)
		want = append(want, h.add(reads))
		update(Settings{MultiRegion: new(false)})
		h.add(map[string]string{"eventName": "DescribeInstances", "awsRegion": "us-east-1"})
		want = append(want, h.add(reads))
		h.restart() // Nothing is committed yet.
		h.flush()
		h.wantRows("changed", d, want...)
		if got := h.get(d); len(got.Epochs) != 1 || got.Now().MultiRegion {
			t.Errorf("left are the epochs %+v", got.Epochs)
		}
		update(Settings{RetentionPeriod: new(30)})
		if keep := h.table(d).spec.Retention; keep != 30*day {
			t.Errorf("the table keeps events for %v", keep)
		}
	})
}

// TestQuiet: a store that selects nothing of what is recorded holds the journal
// up for a few seconds only, and a restart does not begin from its beginning.
func TestQuiet(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		d := h.make("quiet", with(selector.Data))
		for range 100 {
			h.add(nil)
		}
		h.pass(10 * time.Second)
		if first := h.journal.kept(); first != h.journal.Last()+1 {
			t.Errorf("the journal keeps batch %d of %d", first, h.journal.Last())
		}
		h.restart()
		h.flush()
		h.wantRows("quiet", d)
		h.wantStatus(d, Enabled)
	})
}

// TestMaxRows: with so many events a commit comes at once, and what waits is
// bounded.
func TestMaxRows(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		h.stop()
		h.change = func(c *IngestConfig) { c.MaxRows, c.Interval = 3, time.Hour }
		h.start()
		d := h.make("abc")
		var want []string
		for range 7 {
			want = append(want, h.add(nil))
		}
		h.wantRows("two commits", d, want[:6]...)
		if n := h.table(d).commits; n != 2 {
			t.Errorf("there were %d commits", n)
		}
		h.flush()
		h.wantRows("flushed", d, want...)
	})
}

// TestDeletion: after seven days the store is gone with its table, wherever that
// is killed; a restore before takes it back.
func TestDeletion(t *testing.T) {
	for _, name := range []string{"at its time", "across a restart", "later, at a start", "the drop fails", "killed behind the drop"} {
		t.Run(name, func(t *testing.T) {
			inLakeHouse(t, func(h *lakeHouse) {
				d, stays := h.make("goes"), h.make("stays")
				last := h.add(nil)
				h.do(h.svc.DeleteEventDataStore, d)
				h.do(h.svc.DeleteEventDataStore, stays)
				h.wantRows("deleted", d, last)
				h.pass(DeletionWait - time.Second)
				h.wantRows("not yet", d, last)
				h.wantStatus(d, PendingDeletion)
				h.restore(stays)
				switch name {
				case "across a restart":
					h.restart()
				case "later, at a start":
					h.stop()
				case "the drop fails":
					h.fails(func(m *memTables) { m.drop = once() })
				case "killed behind the drop":
					h.fails(func(m *memTables) { m.drop = h.killed() })
				}
				h.pass(time.Second)
				if strings.HasPrefix(name, "killed") {
					h.stop()
				}
				_, err := h.svc.RestoreEventDataStore(context.Background(), ireland, d.ID)
				wantError(t, "too late", err, CodeNotFound, "")
				if h.cancel == nil {
					h.start()
				}
				h.pass(2 * time.Minute)
				h.tables.mu.Lock()
				if h.tables.tables[d.ID] != nil {
					t.Error("the table is there")
				}
				h.tables.mu.Unlock()
				if all, err := h.in.stores.List(context.Background(), ""); err != nil || len(all) != 1 || all[0].ID != stays.ID {
					t.Errorf("left are %v, %v", all, err)
				}
				if all, err := h.in.progress.List(context.Background(), d.ID); err != nil || len(all) != 0 {
					t.Errorf("left are %v, %v", all, err)
				}
				next := h.add(nil)
				h.flush()
				h.wantRows("the other one", stays, last, next)
				if first := h.journal.kept(); first != h.journal.Last()+1 {
					t.Errorf("the journal keeps batch %d of %d", first, h.journal.Last())
				}
			})
		})
	}
}

// TestRefusedCreate: a create that is refused leaves nothing that holds the
// journal up.
func TestRefusedCreate(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		h.make("abc")
		_, err := h.svc.CreateEventDataStore(context.Background(), ireland, CreateInput{Name: "abc"})
		wantError(t, "taken", err, CodeExists, "")
		h.add(nil)
		h.flush()
		if first := h.journal.kept(); first != h.journal.Last()+1 {
			t.Errorf("the journal keeps batch %d of %d", first, h.journal.Last())
		}
	})
}

// TestSettleEnds: who waits for a table that fails is let go by its context.
func TestSettleEnds(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		h.make("abc")
		h.tables.mu.Lock()
		h.tables.before = func(string) error { return errInjected }
		h.tables.mu.Unlock()
		h.add(nil)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := h.in.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// TestHold: from Hold to Changed the journal keeps everything for a store that
// needs nothing, whatever its worker does meanwhile.
func TestHold(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		d := h.make("abc", func(in *CreateInput) { in.StartIngestion = new(false) })
		h.add(nil)
		for range 2 {
			h.in.Hold(d.ID)
			at := h.add(nil)
			h.flush() // It wakes the worker, who has no news.
			synctest.Wait()
			if first := h.journal.kept(); first > h.journal.Last() {
				t.Errorf("the journal keeps batch %d on, and %s is before", first, at)
			}
			h.in.Changed(d.ID)
			synctest.Wait()
			if first := h.journal.kept(); first != h.journal.Last()+1 {
				t.Errorf("the journal keeps batch %d of %d", first, h.journal.Last())
			}
		}
		// A change of a store that has everything leaves nothing held.
		enabled := h.make("bcd")
		h.do(h.svc.DeleteEventDataStore, enabled)
		h.restore(enabled)
		if first := h.journal.kept(); first != h.journal.Last()+1 {
			t.Errorf("restored, and the journal keeps batch %d of %d", first, h.journal.Last())
		}
	})
}

// TestLateNews: what waits for a commit by selectors that were replaced before it
// was recorded goes by the new ones.
func TestLateNews(t *testing.T) {
	inLakeHouse(t, func(h *lakeHouse) {
		d := h.make("abc")
		want := []string{h.add(nil)}
		last := h.journal.Last()
		h.in.Hold(d.ID)
		item, err := h.in.stores.Get(context.Background(), d.ID)
		h.check(err)
		h.add(nil) // Read by the worker before the change is told.
		item.Value.Epochs = append(item.Value.Epochs, Epoch{After: last, Selectors: item.Value.Now().Selectors})
		_, err = h.in.stores.Put(context.Background(), d.ID, item.Value)
		h.check(err)
		h.in.Changed(d.ID)
		synctest.Wait()
		h.flush()
		h.wantRows("stopped before it was recorded", d, want...)
	})
}
