package trail

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
)

// taker is a target that notes the eventIDs it gets.
type taker struct {
	mu   sync.Mutex
	ids  []string
	err  error
	last []Record
}

// fails says what the target answers from now on; nil is well.
func (k *taker) fails(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}

func (k *taker) got() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.ids)
}

func (k *taker) forward(_ context.Context, records []Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return k.err
	}
	k.last = records
	for _, r := range records {
		env, err := event.Parse(r.Raw)
		if err != nil {
			return err
		}
		k.ids = append(k.ids, env.EventID)
	}
	return nil
}

// withGroup is a trail with a log group.
func withGroup(t *Trail) { t.CloudWatchLogsLogGroupARN = "group" }

// inForwardingHouse runs a test with two targets: the log groups of trails, and a
// bus for all of them.
func inForwardingHouse(t *testing.T, f func(h *courierHouse, logs, bus *taker)) {
	inCourierHouse(t, nil, func(h *courierHouse) {
		var logs, bus taker
		h.targets = map[string]func(Trail) Forward{
			CloudWatchLogs: func(t Trail) Forward {
				if t.CloudWatchLogsLogGroupARN == "" {
					return nil
				}
				return logs.forward
			},
			"events": func(Trail) Forward { return bus.forward },
		}
		h.start()
		f(h, &logs, &bus)
	})
}

// ids are the eventIDs of what the journal has, from a batch on.
func (h *courierHouse) ids(after uint64) (out []string) {
	h.Helper()
	for _, b := range h.journal.batches {
		for _, raw := range b.Events {
			env, err := event.Parse(raw)
			h.check(err)
			if b.Sequence > after {
				out = append(out, env.EventID)
			}
		}
	}
	return out
}

func (h *courierHouse) logsStatus(t *Trail) Delivery {
	h.Helper()
	item, err := h.forwarder.state.Get(context.Background(), t.ARN+"|"+CloudWatchLogs)
	h.check(err)
	return item.Value.Status
}

// Records go on at once and in order, not with the log files, and the journal
// keeps none of them.
func TestForward(t *testing.T) {
	inForwardingHouse(t, func(h *courierHouse, logs, bus *taker) {
		tr := h.trail("all", withGroup)
		h.event(testRegion)
		h.event("eu-west-1")
		h.stray(bytes.Replace(h.record(testRegion, "s3.amazonaws.com", true, ""), []byte(`"Management"`), []byte(`"Data"`), 1))
		h.event(testRegion)
		h.pass(time.Second)
		want := append(h.ids(0)[:2:2], h.ids(3)...)
		if !slices.Equal(logs.got(), want) || !slices.Equal(bus.got(), want) {
			h.Errorf("got %v and %v, want %v", logs.got(), bus.got(), want)
		}
		if r := logs.last[0]; r.Account != testAccount || r.Region != testRegion || r.Category != "Management" || string(r.Raw) != string(h.journal.batches[3].Events[0]) {
			h.Errorf("record %+v", r)
		}
		if s := h.logsStatus(tr); s.Succeeded.IsZero() || s.Error != "" {
			h.Errorf("status %+v", s)
		}
		for _, target := range []string{CloudWatchLogs, "events"} {
			if done := h.journal.released[sinkName(tr.ARN+"|"+target)]; done != 4 {
				h.Errorf("%s has released %d", target, done)
			}
		}
		if len(h.times()) != 0 {
			h.Error("log files are there already")
		}
	})
}

// A target that is down keeps everything, and another one does not wait for it.
// A restart in between does not matter.
func TestForwardFails(t *testing.T) {
	inForwardingHouse(t, func(h *courierHouse, logs, bus *taker) {
		tr := h.trail("all", withGroup)
		h.event(testRegion)
		h.pass(time.Second)
		logs.fails(badBucket{code: "ThrottlingException"})
		h.event(testRegion)
		h.event(testRegion)
		h.pass(2 * time.Hour)
		if s := h.logsStatus(tr); s.Error != "ThrottlingException" || s.Succeeded.After(s.Attempted.Add(-time.Hour)) {
			h.Errorf("status %+v", s)
		}
		if len(logs.got()) != 1 || len(bus.got()) != 3 || h.journal.released[sinkName(tr.ARN+"|"+CloudWatchLogs)] != 1 {
			h.Errorf("got %v and %v, released %v", logs.got(), bus.got(), h.journal.released)
		}
		h.epoch(tr, func(e *Epoch) { e.Logging = false })
		h.stray(h.record(testRegion, "ec2.amazonaws.com", false, ""))
		h.pass(time.Hour) // the log files pass the epoch, the target has not
		h.restart()
		h.pass(time.Minute)
		logs.fails(nil)
		h.pass(time.Minute)
		if want := h.ids(0)[:3]; !slices.Equal(logs.got(), want) || !slices.Equal(bus.got(), want) {
			h.Errorf("got %v and %v, want %v", logs.got(), bus.got(), want)
		}
		if s := h.logsStatus(tr); s.Error != "" {
			h.Errorf("status %+v", s)
		}
	})
}

// What fails for a day is given up, and counted; what is younger is not.
func TestForwardGivesUp(t *testing.T) {
	inForwardingHouse(t, func(h *courierHouse, logs, _ *taker) {
		h.trail("all", withGroup)
		logs.fails(badBucket{code: "AccessDeniedException", hard: true})
		h.event(testRegion)
		h.pass(23 * time.Hour)
		h.event(testRegion)
		if n := h.metric("cairn_trail_forward_given_up_total", CloudWatchLogs); n != 0 {
			h.Errorf("%v are given up early", n)
		}
		h.pass(2 * time.Hour)
		logs.fails(nil)
		h.pass(2 * time.Minute)
		if n := h.metric("cairn_trail_forward_given_up_total", CloudWatchLogs); n != 1 || !slices.Equal(logs.got(), h.ids(1)) {
			h.Errorf("%v are given up, got %v, want %v", n, logs.got(), h.ids(1))
		}
	})
}

// A group that a trail gets later has what comes from then on, one that it loses
// gets nothing more, and a trail that is deleted is forwarded to its end.
func TestForwardChanges(t *testing.T) {
	inForwardingHouse(t, func(h *courierHouse, logs, bus *taker) {
		tr := h.trail("all", nil)
		h.event(testRegion)
		h.until("00:06")
		withGroup(tr)
		h.set(tr)
		h.event(testRegion)
		h.pass(time.Second)
		if want := h.ids(1); !slices.Equal(logs.got(), want) {
			h.Errorf("got %v, want %v", logs.got(), want)
		}
		tr.CloudWatchLogsLogGroupARN = ""
		h.set(tr)
		h.event(testRegion)
		h.pass(time.Second)
		if len(logs.got()) != 1 || h.journal.released[sinkName(tr.ARN+"|"+CloudWatchLogs)] != math.MaxUint64-1 {
			h.Errorf("got %v, released %v", logs.got(), h.journal.released)
		}
		bus.fails(badBucket{code: "Down"})
		h.event(testRegion)
		h.delete(tr)
		h.stray(h.record(testRegion, "ec2.amazonaws.com", false, ""))
		h.pass(5 * time.Minute)
		bus.fails(nil)
		h.pass(2 * time.Minute)
		if want := h.ids(0)[:4]; !slices.Equal(bus.got(), want) {
			h.Errorf("the bus got %v, want %v", bus.got(), want)
		}
		if states, err := h.forwarder.state.List(context.Background(), ""); err != nil || len(states) != 0 {
			h.Errorf("states %v, %v", states, err)
		}
		if again := h.trail("all", withGroup); !strings.HasSuffix(again.ARN, "all") {
			h.Fatal(again.ARN)
		}
		h.event(testRegion)
		h.pass(time.Second)
		if want := h.ids(5); !slices.Equal(logs.got()[1:], want) || !slices.Equal(bus.got()[4:], want) {
			h.Errorf("of the trail made anew: %v and %v, want %v", logs.got()[1:], bus.got()[4:], want)
		}
	})
}
