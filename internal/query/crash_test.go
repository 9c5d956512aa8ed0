package query

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// moment is what a kill at a step of a query's life leaves.
type moment struct {
	step    string
	dir     string
	objects map[string][]byte
}

// TestKilledAtEachStep lives the life of three queries, one that waits, one that
// runs and one that is delivered, and notes what is on disk and in the bucket at each
// step. Then it starts from each of these moments and checks everything.
func TestKilledAtEachStep(t *testing.T) {
	var moments []moment
	left := t.TempDir()
	var q Query
	var want map[string][]byte
	rows := [][]any{{"1", "x"}, {"2", strings.Repeat("y", 100_000)}, {"3", nil}}
	oneSlot := func(c *Config) { c.Slots, c.PartBytes = 1, 1 }
	inHouse(t, oneSlot, func(h *house) {
		note := func(step string) {
			dir := filepath.Join(left, fmt.Sprint(len(moments)))
			if err := os.CopyFS(dir, os.DirFS(h.dir)); err != nil {
				t.Fatal(err)
			}
			moments = append(moments, moment{step, dir, maps.Clone(h.bucket.objects)})
		}
		blocks := h.query(StartInput{Statement: "SELECT * FROM " + storeB})
		synctest.Wait()
		q = h.query(StartInput{DeliveryURI: "s3://results"})
		synctest.Wait()
		note("queued")
		close(h.engine.run(blocks.ID).rows)
		synctest.Wait()
		note("running")
		run := h.engine.run(q.ID)
		if err := os.MkdirAll(run.job.Scratch, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(run.job.Scratch, "spilled"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			run.rows <- row
			synctest.Wait()
			h.rows(q.ID, 10) // what was spooled is in the file then
			note(fmt.Sprintf("spooled %d", i+1))
		}
		n := 0
		h.bucket.failing(func(string) (error, bool) { // it is called with the bucket's lock
			n++
			note(fmt.Sprintf("before put %d", n))
			return nil, false
		})
		close(run.rows)
		synctest.Wait()
		note("delivered")
		if got := h.describe(q.ID); got.Delivery.Status != DeliverySuccess {
			t.Fatalf("the first life: %+v", got.Delivery)
		}
		q, want = h.describe(q.ID), h.bucket.all()
	})
	if len(moments) < 9 {
		t.Fatalf("only %d moments", len(moments))
	}
	for _, m := range moments {
		t.Run(m.step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, m.dir, oneSlot)
				h.bucket.objects = maps.Clone(m.objects)
				h.start()
				defer h.stop()
				later(time.Minute)
				h.afterKill(m.step, q, want)
			})
		})
	}
}

// afterKill checks what became of a query.
func (h *house) afterKill(step string, was Query, want map[string][]byte) {
	h.t.Helper()
	got := h.describe(was.ID)
	files, err := os.ReadDir(filepath.Join(h.dir, "queries"))
	if err != nil {
		h.t.Fatal(err)
	}
	var sizes int64
	names := map[string]bool{}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			h.t.Fatal(err)
		}
		names[f.Name()], sizes = true, sizes+info.Size()
	}
	if used := h.service.room.used.Load(); used != sizes || names[scratchFolder] {
		h.t.Errorf("%d bytes of room are taken, and there are %d in %v", used, sizes, names)
	}
	if !strings.HasPrefix(step, "before put") && step != "delivered" {
		text := textStopped
		if step == "queued" {
			text = textUnstarted
		}
		if got.Status != Failed || got.Error != text || got.Delivery.Status != DeliveryFailed || got.Ended.IsZero() {
			h.t.Errorf("%+v, %+v", got, got.Delivery)
		}
		if names[rowsFile(got.ID)] || len(h.rows(got.ID, 10)) != 0 || len(h.bucket.all()) != 0 {
			h.t.Error("something of its results is there")
		}
		return
	}
	if !reflect.DeepEqual(got, was) {
		h.t.Errorf("it is\n%+v\nand was\n%+v", got, was)
	}
	if len(h.rows(got.ID, 2)) != 3 {
		h.t.Error("its rows are not all there")
	}
	if all := h.bucket.all(); !reflect.DeepEqual(all, want) {
		h.t.Errorf("the bucket has %d objects, or others than %d", len(all), len(want))
	}
	h.delivered(got)
}

// A result that was damaged on disk is not shown, and not delivered.
func TestDamagedResults(t *testing.T) {
	inHouse(t, nil, func(h *house) {
		h.engine.feed = func(Job) [][]any { return [][]any{{"1", "x"}, {"2", "y"}} }
		h.bucket.failing(func(string) (error, bool) {
			return &PutError{Reason: NoAnswer, Retry: true, Err: fmt.Errorf("busy")}, false
		})
		q := h.query(StartInput{DeliveryURI: "s3://results"})
		synctest.Wait()
		h.stop()
		path := h.service.rowsPath(q.ID)
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		body[len(body)-1] ^= 1
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		h.bucket.failing(nil)
		h.start()
		synctest.Wait()
		if got := h.describe(q.ID); got.Delivery.Status != DeliveryFailed || len(h.bucket.all()) != 0 {
			t.Errorf("delivery %s of %d objects", got.Delivery.Status, len(h.bucket.all()))
		}
		_, err = h.service.GetQueryResults(context.Background(), testCaller, Reference{ID: q.ID}, Position{}, 10)
		if err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("damaged rows are shown: %v", err)
		}
	})
}
