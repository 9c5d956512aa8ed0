package trail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/selector"
)

// times are the times in the names of log files of the home Region.
func (h *courierHouse) times() (out []string) {
	for _, k := range h.bucket.keys("logs/AWSLogs/" + testAccount + "/CloudTrail/" + testRegion) {
		out = append(out, strings.Split(k, "_")[3])
	}
	return out
}

func (h *courierHouse) wantTimes(want ...string) {
	h.Helper()
	if got := h.times(); !slices.Equal(got, want) {
		h.Errorf("files of %q, want %q", got, want)
	}
}

func TestWindowsByTime(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.until("00:04:59")
		h.event(testRegion)
		h.until("00:05")
		h.event(testRegion) // of the next window: windows have their beginning, not their end
		h.until("00:10")
		h.wantTimes("20000101T0005Z", "20000101T0010Z")
		// A batch that the journal dated before the window's end, and acknowledged
		// behind the next window's beginning.
		h.until("00:12")
		h.event(testRegion)
		h.until("00:14:59")
		h.journal.mu.Lock()
		h.journal.late = 1
		h.journal.mu.Unlock()
		h.event(testRegion)
		h.until("00:15:01")
		h.wantTimes("20000101T0005Z", "20000101T0010Z", "20000101T0015Z")
		h.journal.mu.Lock()
		h.journal.late = 0
		h.journal.mu.Unlock()
		h.event(testRegion)
		h.until("00:20")
		h.wantTimes("20000101T0005Z", "20000101T0010Z", "20000101T0015Z", "20000101T0020Z")
		// The journal's clock is set back.
		h.journal.add(time.Now().Add(-20*time.Minute), h.record(testRegion, "ec2.amazonaws.com", false, ""))
		h.expected[h.lastID()] = true
		h.until("00:30")
		h.wantTimes("20000101T0005Z", "20000101T0010Z", "20000101T0015Z", "20000101T0020Z", "20000101T0025Z")
		h.until("02:01")
		if r := h.sound(tr); r.Digests.Valid != 2 || r.Logs.Valid != 5 || r.Orphans != 0 {
			h.Errorf("report %+v", r)
		}
	})
}

// A server that was down reads on where it was, and windows are those of then.
func TestBacklog(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("00:06")
		h.stop()
		for _, at := range []string{"00:07", "00:08", "00:12", "03:31", "03:34:59"} {
			h.until(at)
			h.event(testRegion)
		}
		h.until("09:10")
		h.start()
		h.wantTimes("20000101T0005Z", "20000101T0010Z", "20000101T0015Z", "20000101T0335Z")
		if r := h.sound(tr); r.Digests.Valid != 9 || r.Logs.Valid != 4 || r.Orphans != 0 {
			h.Errorf("report %+v", r)
		}
	})
}

// Selectors, Regions and global events change inside of a window: each batch is
// taken by what held when it was journaled.
func TestEpochsInsideAWindow(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event("eu-west-1")
		h.epoch(tr, func(e *Epoch) { e.MultiRegion = false })
		h.stray(h.record("eu-west-1", "ec2.amazonaws.com", false, ""))
		h.event(testRegion)
		h.epoch(tr, func(e *Epoch) {
			e.Selectors.Basic = []selector.EventSelector{{ReadWriteType: selector.ReadOnly, IncludeManagementEvents: true}}
		})
		h.stray(h.record(testRegion, "ec2.amazonaws.com", false, ""))
		h.journal.add(time.Now(), h.record(testRegion, "ec2.amazonaws.com", true, ""), h.record(testRegion, "ec2.amazonaws.com", false, ""))
		h.expected[fmt.Sprintf("event-%06d", h.n-1)] = true
		h.epoch(tr, func(e *Epoch) { e.Logging = false })
		h.stray(h.record(testRegion, "ec2.amazonaws.com", true, ""))
		h.epoch(tr, func(e *Epoch) { e.Logging, e.MultiRegion = true, true; e.Selectors = selector.Default(selector.Trail) })
		h.event("eu-west-1")
		h.until("02:10")
		r := h.sound(tr)
		// The chain ends with the window in which logging was stopped; another begins
		// behind it.
		if r.Gaps != 1 || r.Digests.Valid != 3 || r.Logs.Valid != 1 {
			h.Errorf("report %+v", r)
		}
		item, err := h.trails().Get(h.Context(), tr.ARN)
		h.check(err)
		if n := len(item.Value.Epochs); n != 1 {
			h.Errorf("%d epochs are left", n)
		}
	})
}

// An epoch that comes late, behind batches that were read already, holds for
// them all the same.
func TestLateEpoch(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		after := h.event(testRegion)
		h.stray(h.record(testRegion, "ec2.amazonaws.com", false, ""))
		e := tr.Now()
		e.After, e.Logging = after, false
		tr.Epochs = append(tr.Epochs, e)
		h.set(tr)
		h.until("02:00")
		if r := h.sound(tr); r.Digests.Valid != 1 || r.Logs.Valid != 1 {
			h.Errorf("report %+v", r)
		}
	})
}

func TestStopAndStart(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("02:31:07")
		h.event(testRegion)
		h.epoch(tr, func(e *Epoch) { e.Logging = false })
		h.until("02:36")
		last := h.bucket.keys("logs/AWSLogs/" + testAccount + "/CloudTrail-Digest/" + testRegion)
		d := h.digest(last[len(last)-1])
		if d.StartTime != "2000-01-01T02:00:00Z" || d.EndTime != "2000-01-01T02:35:00Z" || len(d.LogFiles) != 1 {
			h.Errorf("the final digest is %+v", d)
		}
		h.until("06:31:30")
		h.stray(h.record(testRegion, "ec2.amazonaws.com", false, ""))
		if n := len(h.bucket.keys("logs/AWSLogs/" + testAccount + "/CloudTrail-Digest/" + testRegion)); n != 3 {
			h.Errorf("%d digests", n)
		}
		h.epoch(tr, func(e *Epoch) { e.Logging = true })
		h.event(testRegion)
		h.until("08:30")
		all := h.bucket.keys("logs/AWSLogs/" + testAccount + "/CloudTrail-Digest/" + testRegion)
		if d := h.digest(all[3]); d.StartTime != "2000-01-01T06:31:30Z" || d.PreviousObject != nil || len(d.LogFiles) != 1 {
			h.Errorf("the first digest is %+v", d)
		}
		if r := h.sound(tr); r.Digests.Valid != 5 || r.Logs.Valid != 3 || r.Gaps != 1 {
			h.Errorf("report %+v", r)
		}
	})
}

// Logging is stopped where nothing else happens.
func TestStopWhenIdle(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("02:31:07")
		h.epoch(tr, func(e *Epoch) { e.Logging = false })
		h.until("23:00")
		if r := h.sound(tr); r.Digests.Valid != 3 || r.Logs.Valid != 1 || r.Gaps != 0 || !r.FoundEnd.Equal(time.Date(2000, 1, 1, 2, 35, 0, 0, time.UTC)) {
			h.Errorf("report %+v", r)
		}
	})
}

func TestValidationOffAndOn(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("00:10")
		tr.LogFileValidation = false
		h.set(tr)
		h.until("00:17")
		h.event(testRegion) // T0020Z, in no digest
		h.until("01:02")
		tr.LogFileValidation = true
		h.set(tr)
		h.event(testRegion)
		h.until("03:00")
		r := h.sound(tr, "T0020Z")
		if r.Digests.Valid != 3 || r.Logs.Valid != 2 || r.Gaps != 1 || r.Orphans != 1 {
			h.Errorf("report %+v", r)
		}
	})
}

// A bucket and a prefix are changed: the chain goes on through both.
func TestBucketMove(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("01:01")
		h.event(testRegion)
		h.until("01:06")
		h.event(testRegion)
		tr.S3BucketName, tr.S3KeyPrefix = "other", "p"
		h.set(tr)
		h.until("02:01")
		name := "other/p/AWSLogs/" + testAccount + "/CloudTrail-Digest/" + testRegion
		d := h.digest(h.bucket.keys(name)[0])
		if *d.PreviousBucket != "logs" || len(d.LogFiles) != 2 || d.LogFiles[0].Bucket != "logs" || d.LogFiles[1].Bucket != "other" {
			h.Errorf("digest %+v", d)
		}
		if r := h.sound(tr); r.Digests.Valid != 2 || r.Logs.Valid != 3 || r.Gaps != 0 {
			h.Errorf("report %+v", r)
		}
	})
}

// A Region that nobody listed has digests from its first event on; a trail that
// becomes one of a single Region ends the chains of the others.
func TestRegionsOfDigests(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.until("01:30")
		h.event("ap-south-1")
		h.until("03:30")
		h.epoch(tr, func(e *Epoch) { e.MultiRegion = false })
		h.event(testRegion)
		h.until("06:30")
		h.sound(tr)
		for region, want := range map[string]int{"ap-south-1": 3, "eu-west-1": 4, testRegion: 6} {
			if n := len(h.bucket.keys("logs/AWSLogs/" + testAccount + "/CloudTrail-Digest/" + region)); n != want {
				h.Errorf("%d digests in %s, want %d", n, region, want)
			}
		}
	})
}

// A trail is deleted, and another one made under its name in the same window.
func TestDeleteAndMakeAnew(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("01:06:10")
		h.event(testRegion)
		h.delete(tr)
		h.pass(time.Second)
		h.stray(h.record(testRegion, "ec2.amazonaws.com", false, ""))
		if p := h.bucket.keys("logs/AWSLogs/" + testAccount + "/CloudTrail-Digest/" + testRegion); len(p) != 2 || h.digest(p[1]).EndTime != "2000-01-01T01:06:10Z" {
			h.Errorf("digests %q", p)
		}
		if _, err := h.progress.Get(h.Context(), tr.ARN); err == nil {
			h.Error("the trail's state is still there")
		}
		if n := h.journal.released[sinkName(tr.ARN)]; n < 1<<62 {
			h.Errorf("the journal waits behind %d", n)
		}
		h.pass(time.Second)
		again := h.trail("all", nil)
		h.event(testRegion)
		h.until("03:01")
		if r := h.sound(again); r.Digests.Valid != 4 || r.Logs.Valid != 3 || r.Gaps != 1 {
			h.Errorf("report %+v", r)
		}
	})
}

// The same while the server is down: the old one's rest is delivered before the
// new one begins.
func TestMadeAnewWhileDown(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("01:06:10")
		h.event(testRegion)
		h.stop()
		h.delete(tr)
		h.stray(h.record(testRegion, "ec2.amazonaws.com", false, ""))
		h.pass(30 * time.Second)
		again := h.trail("all", nil)
		h.event(testRegion)
		h.until("01:30")
		h.start()
		h.until("02:01")
		// What came between the deletion and the new trail is the old one's: nobody
		// knows any more when it was deleted.
		h.expected["event-000003"] = true
		if r := h.sound(again); r.Digests.Valid != 3 || r.Logs.Valid != 3 || r.Gaps != 1 {
			h.Errorf("report %+v", r)
		}
	})
}

// A trail that never logs has no files, and holds up nothing.
func TestNotLogging(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", func(t *Trail) { t.Epochs[0].Logging = false })
		for range 10 {
			h.stray(h.record(testRegion, "ec2.amazonaws.com", false, ""))
			h.pass(10 * time.Minute)
		}
		if n := h.journal.released[sinkName(tr.ARN)]; n != 10 || len(h.bucket.keys("")) != 0 {
			h.Errorf("released %d, files %q", n, h.bucket.keys(""))
		}
		h.delete(tr)
		if _, err := h.progress.Get(h.Context(), tr.ARN); err == nil {
			h.Error("the trail's state is still there")
		}
	})
}

// The epochs that a delivery passes, each once, also when the API replaced one.
func TestPassing(t *testing.T) {
	on, off := func(after uint64) Epoch { return Epoch{After: after, Logging: true} }, func(after uint64) Epoch { return Epoch{After: after} }
	pointer := func(e Epoch) *Epoch { return &e }
	for _, c := range []struct {
		name    string
		passed  *Epoch
		epochs  []Epoch
		through uint64
		want    []Epoch
	}{
		{"new trail", nil, []Epoch{off(0), on(3), off(9)}, 5, []Epoch{off(0), on(3)}},
		{"nothing new", pointer(on(3)), []Epoch{off(0), on(3)}, 5, nil},
		{"one more", pointer(on(3)), []Epoch{on(3), off(5)}, 5, []Epoch{off(5)}},
		{"not yet", pointer(on(3)), []Epoch{on(3), off(6)}, 5, nil},
		{"replaced", pointer(off(5)), []Epoch{off(0), on(3), on(5)}, 5, []Epoch{on(5)}},
		{"begins where the passed one does", pointer(off(5)), []Epoch{off(5), on(5)}, 5, []Epoch{on(5)}},
		{"late", pointer(on(3)), []Epoch{on(3), off(4)}, 9, []Epoch{off(4)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := progress{Passed: c.passed}
			if got := p.passing(c.epochs, c.through); !sameEpochs(got, c.want) {
				t.Errorf("passes %+v, want %+v", got, c.want)
			}
		})
	}
}
