package trail

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// scene is what happens in the life of a trail, step by step.
var scene = []struct {
	at string
	do func(h *courierHouse, t *Trail)
}{
	{"00:01", func(h *courierHouse, t *Trail) { h.event(testRegion); h.event("eu-west-1") }},
	{"00:04:59", func(h *courierHouse, t *Trail) { h.event(testRegion) }},
	{"00:05", func(h *courierHouse, t *Trail) { h.event("eu-west-1") }},
	{"00:58", func(h *courierHouse, t *Trail) { h.event(testRegion); h.event(testRegion) }},
	{"01:20", func(h *courierHouse, t *Trail) { h.event(testRegion) }},
	{"01:31", func(h *courierHouse, t *Trail) { h.epoch(t, func(e *Epoch) { e.Logging = false }) }},
	{"01:32", func(h *courierHouse, t *Trail) { h.stray(h.record(testRegion, "ec2.amazonaws.com", false, "")) }},
	{"02:11", func(h *courierHouse, t *Trail) { h.epoch(t, func(e *Epoch) { e.Logging = true }); h.event(testRegion) }},
	{"02:13", func(h *courierHouse, t *Trail) {
		t.S3BucketName = "other"
		h.set(t)
		h.event("eu-west-1")
	}},
	{"03:59:58", func(h *courierHouse, t *Trail) { h.event(testRegion) }},
}

// moment is what a kill at a step would leave.
type moment struct {
	step    string
	at      time.Time
	next    int // of the scene
	trail   Trail
	dir     string
	objects map[string]PutInput
	batches []journal.Batch
	n       int
	wanted  map[string]bool
}

// TestCrashAtEachStepOfDelivery lives the scene once, and notes what is on disk
// and in the buckets before and after each put, before each signature, and
// between each commit and its release. (A commit whose outcome is not known is
// one of the two around it.) Then it goes on from each of these moments, with a
// batch more that the journal had dated before, and checks everything.
func TestCrashAtEachStepOfDelivery(t *testing.T) {
	small := func(c *CourierConfig) { c.MaxFile = 700 } // two records
	var moments []moment
	left := t.TempDir()
	inCourierHouse(t, small, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		next := 0
		note := func(step string, objects map[string]PutInput) {
			dir := filepath.Join(left, fmt.Sprint(len(moments)))
			h.check(os.Mkdir(dir, 0o700))
			overlayStore(h, filepath.Dir(h.dbPath), dir)
			h.journal.mu.Lock()
			defer h.journal.mu.Unlock()
			moments = append(moments, moment{fmt.Sprintf("%03d %s", len(moments), step), time.Now().UTC(), next, *tr, dir, maps.Clone(objects), append([]journal.Batch(nil), h.journal.batches...), h.n, maps.Clone(h.expected)})
		}
		h.bucket.set(
			func(in PutInput) error { note("before put "+filepath.Base(in.Key), h.bucket.objects); return nil },
			func(in PutInput) error { note("after put "+filepath.Base(in.Key), h.bucket.objects); return nil })
		h.journal.releasing = func(done uint64) {
			item, err := h.progress.Get(h.Context(), tr.ARN)
			h.check(err)
			if item.Value.Sequence < done {
				h.Errorf("batch %d is released, and delivered up to %d", done, item.Value.Sequence)
			}
			h.bucket.mu.Lock()
			defer h.bucket.mu.Unlock()
			note("before the release", h.bucket.objects)
		}
		for i, s := range scene {
			h.until(s.at)
			next = i + 1
			s.do(h, tr)
		}
		h.until("06:30")
		h.bucket.set(nil, nil)
		h.journal.releasing = nil
		h.until("07:06")
		checkScene(h, tr)
	})
	if len(moments) < 45 {
		t.Fatalf("only %d moments", len(moments))
	}
	for _, m := range moments {
		t.Run(m.step, func(t *testing.T) { goOn(t, m, small, false) })
		if m.trail.S3BucketName == "logs" {
			t.Run(m.step+", moved", func(t *testing.T) { goOn(t, m, small, true) })
		}
	}
}

// goOn starts on what was left, and lives the rest of the scene. With moved, the
// trail is pointed at the other bucket while the courier is down: what was begun
// for the first one is finished there.
func goOn(t *testing.T, m moment, change func(*CourierConfig), moved bool) {
	inCourierHouse(t, change, func(h *courierHouse) {
		h.check(h.db.Close())
		overlayStore(h, m.dir, filepath.Dir(h.dbPath))
		db, err := store.Open(h.Context(), h.dbPath)
		h.check(err)
		h.db = db
		h.bucket.objects, h.journal.batches, h.n, h.expected = maps.Clone(m.objects), append([]journal.Batch(nil), m.batches...), m.n, maps.Clone(m.wanted)
		if wait := m.at.Sub(time.Now()); wait > 0 {
			h.pass(wait)
		}
		tr := m.trail
		item, err := h.trails().Get(h.Context(), tr.ARN)
		h.check(err)
		h.journal.add(time.Now().Add(-time.Millisecond), h.record("eu-west-1", "ec2.amazonaws.com", false, ""))
		if item.Value.Now().Logging {
			h.expected[h.lastID()] = true
		}
		if moved {
			item.Value.S3BucketName = "other"
			tr = item.Value
			h.set(&tr)
		}
		h.start()
		for _, s := range scene[m.next:] {
			h.until(s.at)
			s.do(h, &tr)
		}
		h.until("07:06")
		if moved {
			h.sound(&tr)
			return
		}
		checkScene(h, &tr)
	})
}

func checkScene(h *courierHouse, t *Trail) {
	h.Helper()
	h.stop()
	r := h.sound(t)
	if r.Digests.Valid != 5 || r.Gaps != 0 || stamp(r.FoundStart) != "2000-01-01T02:11:00Z" || stamp(r.FoundEnd) != "2000-01-01T07:00:00Z" {
		h.Errorf("report %+v", r)
	}
	// The chain that ended when logging was stopped, in the first bucket.
	old := *t
	old.S3BucketName = "logs"
	r = h.validate(&old, testRegion)
	if r.Digests.Valid != 2 || r.Gaps != 0 || stamp(r.FoundEnd) != "2000-01-01T01:35:00Z" {
		h.Errorf("report of the first bucket %+v", r)
	}
	waiting, err := h.files.List(h.Context(), "")
	h.check(err)
	if len(waiting) != 0 {
		h.Errorf("%d deliveries wait for a digest", len(waiting))
	}
	item, err := h.progress.Get(h.Context(), t.ARN)
	h.check(err)
	if item.Value.Cut != nil || item.Value.Sequence != h.journal.Last() {
		h.Errorf("delivered up to %d, cut %+v", item.Value.Sequence, item.Value.Cut)
	}
}

// overlayStore copies the store's files from a folder to another.
func overlayStore(h *courierHouse, from, to string) {
	h.Helper()
	for _, name := range []string{"state.db", "state.db-wal"} {
		body, err := os.ReadFile(filepath.Join(from, name))
		if os.IsNotExist(err) {
			h.check(os.RemoveAll(filepath.Join(to, name)))
			continue
		}
		h.check(err)
		h.check(os.WriteFile(filepath.Join(to, name), body, 0o600))
	}
	h.check(os.RemoveAll(filepath.Join(to, "state.db-shm")))
}
