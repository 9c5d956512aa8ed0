package trail

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// A bucket that is gone for hours holds up its own trail, tells so in the
// status, and gets everything once when it is back.
func TestOutage(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		sick := h.trail("sick", nil)
		well := h.trail("well", func(t *Trail) { t.S3BucketName = "well" })
		h.event(testRegion)
		h.until("00:06")
		h.bucket.set(func(in PutInput) error {
			if in.Bucket == "logs" {
				return fmt.Errorf("put: %w", badBucket{code: "NoSuchBucket"})
			}
			return nil
		}, nil)
		for _, at := range []string{"00:07", "00:31", "01:59", "02:02"} {
			h.until(at)
			h.event(testRegion)
		}
		h.until("05:31")
		s := h.status(sick)
		if s.Sequence != 1 || s.Logs.Error != "NoSuchBucket" || s.Logs.Succeeded.Format("15:04") != "00:05" || time.Since(s.Logs.Attempted) > 6*time.Minute {
			h.Errorf("status %+v", s)
		}
		if s := h.status(well); s.Sequence != 5 || s.Logs.Error != "" || s.Digests.Succeeded.Format("15:04") != "05:00" {
			h.Errorf("status of the other trail %+v", s)
		}
		for _, c := range []struct {
			metric string
			trail  *Trail
			want   float64
		}{{"batches", sick, 4}, {"batches", well, 0}, {"seconds", sick, 5*3600 + 24*60}, {"seconds", well, 0}} {
			if got := h.metric("cairn_trail_backlog_"+c.metric, c.trail.ARN); got != c.want {
				h.Errorf("backlog of %s: %v %s, want %v", c.trail.Name, got, c.metric, c.want)
			}
		}
		h.restart()
		h.until("05:35")
		h.bucket.set(nil, nil)
		h.until("05:41")
		s = h.status(sick)
		if s.Sequence != 5 || s.Logs.Error != "" || s.Digests.Error != "" {
			h.Errorf("status %+v", s)
		}
		for _, tr := range []*Trail{sick, well} {
			r := h.validate(tr, testRegion)
			if r.Digests.Valid != 5 || r.Logs.Valid != 5 || r.Gaps != 0 || r.Orphans != 0 {
				h.Errorf("%s: report %+v", tr.Name, r)
			}
		}
	})
}

// The digests' folder alone is denied: log files go on, and the digests come
// later, each with its own.
func TestDigestsDenied(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.bucket.set(func(in PutInput) error {
			if strings.Contains(in.Key, folderDigests) {
				return badBucket{code: "AccessDenied"}
			}
			return nil
		}, nil)
		h.until("01:30")
		h.event(testRegion)
		h.until("03:30")
		if s := h.status(tr); s.Digests.Error != "AccessDenied" || !s.Digests.Succeeded.IsZero() || s.Logs.Error != "" || s.Sequence != 2 {
			h.Errorf("status %+v", s)
		}
		h.wantTimes("20000101T0005Z", "20000101T0135Z")
		h.restart()
		h.bucket.set(nil, nil)
		h.until("04:10")
		if r := h.sound(tr); r.Digests.Valid != 4 || r.Logs.Valid != 2 || r.Gaps != 0 {
			h.Errorf("report %+v", r)
		}
		if n := len(h.digest(h.bucket.keys("logs/AWSLogs/" + testAccount + "/CloudTrail-Digest/" + testRegion)[0]).LogFiles); n != 1 {
			h.Errorf("the first digest names %d log files", n)
		}
	})
}

// A trail whose bucket fails is repaired by pointing it at another one.
func TestRepairByMove(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprintf("restart=%v", restart), func(t *testing.T) {
			inCourierHouse(t, nil, func(h *courierHouse) {
				h.start()
				tr := h.trail("all", nil)
				h.event(testRegion)
				h.until("01:01")
				h.bucket.set(func(in PutInput) error {
					if in.Bucket == "logs" {
						return badBucket{code: "NoSuchBucket", hard: true}
					}
					return nil
				}, nil)
				h.event(testRegion)
				h.until("01:30")
				if restart {
					h.stop()
				}
				tr.S3BucketName, tr.S3KeyPrefix = "new", "p"
				h.set(tr)
				if restart {
					h.start()
				}
				h.until("02:01")
				h.wantTimes("20000101T0005Z")
				if r := h.sound(tr); r.Digests.Valid != 2 || r.Logs.Valid != 2 || r.Gaps != 0 {
					h.Errorf("report %+v", r)
				}
			})
		})
	}
}

// After 30 days of failure a window is given up; what is younger is kept.
func TestGiveUp(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("00:06")
		h.bucket.set(func(PutInput) error { return badBucket{code: "AccessDenied"} }, nil)
		h.event(testRegion)
		lost := h.lastID()
		h.pass(29 * 24 * time.Hour)
		h.event(testRegion)
		h.pass(23 * time.Hour)
		if n := h.metric("cairn_trail_given_up_total", "log"); n != 0 {
			h.Errorf("%v windows are given up before 30 days", n)
		}
		h.pass(2 * time.Hour)
		if n := h.metric("cairn_trail_given_up_total", "log"); n != 1 {
			h.Errorf("%v windows are given up", n)
		}
		s := h.status(tr)
		if s.Sequence != 2 || s.Digests.Error != "AccessDenied" {
			h.Errorf("status %+v", s)
		}
		h.bucket.set(nil, nil)
		h.pass(2 * time.Hour)
		delete(h.expected, lost)
		got := h.delivered()
		if len(got) != 2 || got[lost] != nil || got[h.lastID()] == nil {
			h.Errorf("delivered %v", got)
		}
	})
}

// The rest of a deleted trail is not tried for ever.
func TestDeletedAndDenied(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.bucket.set(func(PutInput) error { return badBucket{code: "NoSuchBucket"} }, nil)
		h.until("00:10")
		h.delete(tr)
		h.pass(10 * time.Minute)
		if _, err := h.progress.Get(context.Background(), tr.ARN); err != nil {
			h.Errorf("given up too early: %v", err)
		}
		h.pass(30 * time.Minute)
		if _, err := h.progress.Get(context.Background(), tr.ARN); err == nil {
			h.Error("the trail's state is still there")
		}
		if h.journal.released[sinkName(tr.ARN)] != math.MaxUint64-1 {
			h.Error("the journal still waits")
		}
	})
}

// A pause doubles up to its limit, and is the longest at once for what a retry
// alone does not help.
func TestPauses(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		var at []time.Time
		hard := false
		h.bucket.set(func(PutInput) error {
			at = append(at, time.Now())
			return badBucket{code: "SlowDown", hard: hard}
		}, nil)
		h.start()
		h.trail("all", nil)
		h.event(testRegion)
		h.until("00:50")
		want := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300}
		for i, w := range want {
			if i+1 < len(at) && at[i+1].Sub(at[i]) != w*time.Second {
				h.Errorf("pause %d is %v", i, at[i+1].Sub(at[i]))
			}
		}
		if len(at) < 12 {
			h.Errorf("%d tries", len(at))
		}
		h.stop()
		at, hard = nil, true
		h.start()
		h.pass(7 * time.Minute)
		if len(at) != 2 || at[1].Sub(at[0]) != 5*time.Minute {
			h.Errorf("tries at %v", at)
		}
	})
}

// Signing fails: nothing unsigned is put.
func TestSignerFails(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.keys.fail = errBoom
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("02:30")
		if n := len(h.bucket.keys("logs/AWSLogs/" + testAccount + "/CloudTrail-Digest")); n != 0 {
			h.Errorf("%d digests", n)
		}
		if s := h.status(tr); s.Digests.Error != "InternalError" {
			h.Errorf("status %+v", s)
		}
		h.keys.mu.Lock()
		h.keys.fail = nil
		h.keys.mu.Unlock()
		h.until("03:00")
		h.sound(tr)
	})
}

// The digest behind a rotation names the new key, and the chain goes on.
func TestKeyRotation(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.keys.rotate = time.Date(2000, 1, 1, 3, 0, 0, 0, time.UTC)
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("05:00")
		if r := h.sound(tr); r.Digests.Valid != 5 || len(r.Keys) != 2 {
			h.Errorf("report %+v", r)
		}
	})
}

// told is a Notifier that notes what it gets.
type told struct {
	notices []string
	err     error
}

func (n *told) Wants(t *Trail) bool { return t.SNSTopicARN != "" }

func (n *told) Notify(_ context.Context, t Trail, in Notice) error {
	n.notices = append(n.notices, fmt.Sprintf("%s %s %d", t.SNSTopicARN, in.Bucket, len(in.Keys)))
	return n.err
}

func TestNotices(t *testing.T) {
	var n told
	inCourierHouse(t, func(c *CourierConfig) { c.Notify = &n }, func(h *courierHouse) {
		h.start()
		quiet := h.trail("quiet", func(t *Trail) { t.S3BucketName = "quiet" })
		tr := h.trail("all", func(t *Trail) { t.SNSTopicARN = "topic" })
		h.event(testRegion)
		h.event("eu-west-1")
		h.until("00:05:30")
		if !slices.Equal(n.notices, []string{"topic logs 2"}) || h.status(tr).Notifications.Succeeded.IsZero() {
			h.Errorf("told %+v, status %+v", n, h.status(tr))
		}
		n.err = badBucket{code: "AuthorizationError"}
		h.event(testRegion)
		h.until("00:10:30")
		s := h.status(tr)
		if s.Notifications.Error != "AuthorizationError" || s.Logs.Error != "" || s.Sequence != 3 ||
			s.Notifications.Succeeded.Format("15:04") != "00:05" || s.Notifications.Attempted.Format("15:04") != "00:10" {
			h.Errorf("status %+v", s)
		}
		if s := h.status(quiet); !s.Notifications.Attempted.IsZero() {
			h.Errorf("status of the quiet trail %+v", s)
		}
	})
}

func TestCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("x: %w", badBucket{code: "AccessDenied"}), "AccessDenied"},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), ""},
		{fmt.Errorf("x: %w", badBucket{code: "RequestTimeout"}), ""},
		{errors.New("x"), "InternalError"},
	} {
		if got := codeOf(c.err); got != c.want {
			t.Errorf("%v has the code %q, want %q", c.err, got, c.want)
		}
	}
}

// A window of many records is delivered in parts, before it ends, and so is one
// that is flushed; a restart in between goes on with the next part.
func TestParts(t *testing.T) {
	change := func(c *CourierConfig) { c.PartBytes, c.MaxFile = 2500, 1000 }
	inCourierHouse(t, change, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		for range 20 { // of some 280 bytes
			h.event(testRegion)
		}
		n := len(h.times())
		if n < 4 {
			h.Errorf("%d files before the window's end", n)
		}
		h.restart()
		for range 5 {
			h.event("eu-west-1")
		}
		h.check(h.Flush(context.Background()))
		if s := h.status(tr); s.Sequence != h.journal.Last() || !time.Now().Equal(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) {
			h.Errorf("at %v the status is %+v", time.Now(), s)
		}
		h.event(testRegion)
		h.until("00:06")
		h.event(testRegion)
		h.until("01:01")
		for _, at := range h.times()[:len(h.times())-1] {
			if at != "20000101T0005Z" {
				h.Errorf("a part has the time %s", at)
			}
		}
		if r := h.sound(tr); r.Digests.Valid != 1 || r.Logs.Valid != len(h.times()) {
			h.Errorf("report %+v", r)
		}
	})
}

// After 30 days digests are given up, and the next ones name them all the same,
// so that validation says that they are missing.
func TestDigestsGivenUp(t *testing.T) {
	inCourierHouse(t, func(c *CourierConfig) { c.DigestInterval = 24 * time.Hour }, func(h *courierHouse) {
		h.start()
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.bucket.set(func(in PutInput) error {
			if strings.Contains(in.Key, folderDigests) {
				return badBucket{code: "AccessDenied"}
			}
			return nil
		}, nil)
		h.pass(31*24*time.Hour + time.Hour)
		if n := h.metric("cairn_trail_given_up_total", "digest"); n != 1 {
			h.Errorf("%v digests are given up", n)
		}
		h.bucket.set(nil, nil)
		h.pass(time.Hour)
		first := h.digest(h.bucket.keys("logs/AWSLogs/" + testAccount + "/CloudTrail-Digest/" + testRegion)[0])
		if first.StartTime != "2000-01-02T00:00:00Z" || first.PreviousObject == nil || !strings.HasSuffix(*first.PreviousObject, "20000102T000000Z.json.gz") {
			h.Errorf("the next digest is %+v", first)
		}
		if s := h.status(tr); s.Digests.Error != "" {
			h.Errorf("status %+v", s)
		}
	})
}

// brokenTap fails after what the journal has.
type brokenTap struct{ *memJournal }

func (j brokenTap) Read(context.Context, uint64) (journal.Reader, error) { return nil, errBoom }

// What may not be gone on from ends the courier, and what may ends nothing.
func TestFatalErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(h *courierHouse, c *CourierConfig)
		want   error
	}{
		{"commit uncertain", func(h *courierHouse, _ *CourierConfig) { h.keys.fail = fmt.Errorf("x: %w", store.ErrUncertain) }, store.ErrUncertain},
		{"journal unreadable", func(h *courierHouse, c *CourierConfig) { c.Journal = brokenTap{h.journal} }, errBoom},
		{"signer fails", func(h *courierHouse, _ *CourierConfig) { h.keys.fail = errBoom }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var house *courierHouse
			inCourierHouse(t, func(cfg *CourierConfig) { c.change(house, cfg) }, func(h *courierHouse) {
				house = h
				h.start()
				h.trail("all", nil)
				h.event(testRegion)
				h.until("02:00")
				if c.want == nil {
					return
				}
				select {
				case err := <-h.ended:
					if !errors.Is(err, c.want) {
						h.Errorf("the courier ended with %v", err)
					}
					h.cancel()
					h.cancel = nil
				default:
					h.Error("the courier goes on")
				}
			})
		})
	}
}

// A trail that nobody made, as when it was deleted at once, leaves nothing.
func TestUnknownTrail(t *testing.T) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		h.start()
		h.Changed("arn:nobody")
		h.pass(time.Second)
		if n := h.journal.released[sinkName("arn:nobody")]; n != math.MaxUint64-1 {
			h.Errorf("the journal waits behind %d", n)
		}
		h.check(h.Settle(h.Context(), 0))
	})
}
