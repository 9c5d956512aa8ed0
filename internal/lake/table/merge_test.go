package table

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

func f(bytes, first int64) *file { return &file{path: fmt.Sprint(first), bytes: bytes, first: first} }

func TestChoose(t *testing.T) {
	const target = 1 << 20
	many := func(n int, bytes int64) (out []*file) {
		for i := range n {
			out = append(out, f(bytes, int64(i)))
		}
		return out
	}
	check := func(files []*file, over bool, want int) {
		t.Helper()
		if got := len(choose(files, target, over)); got != want {
			t.Errorf("%d files were chosen, want %d", got, want)
		}
	}
	check(nil, true, 0)
	check(many(7, 1000), false, 0)
	check(many(8, 1000), false, 8)
	check(many(200, 1000), false, 64)
	check(many(7, 1000), true, 7)
	check(many(1, 1000), true, 0)
	check(many(20, target/2), true, 0) // large enough
	check(many(20, target/2-1), true, 4)
	check(many(20, target/4), false, 8)
	check(append(many(7, 1000), many(7, 100_000)...), false, 0)
	check(append(many(7, 1000), many(7, 100_000)...), true, 14)
}

// The number of files stays small and they get large, however events come.
func TestMergesKeepUp(t *testing.T) {
	var files []*file
	const target, each = 256 << 20, 300 << 10
	written, appended := int64(0), int64(0)
	most := 0
	for i := range 20_000 {
		files = append(files, f(each, int64(i)))
		appended += each
		for {
			chosen := choose(files, target, false)
			if chosen == nil {
				break
			}
			size := int64(0)
			for _, c := range chosen {
				size += c.bytes
			}
			written += size
			if size > 2*target {
				t.Fatalf("a merge of %d bytes", size)
			}
			files = slices.DeleteFunc(files, func(f *file) bool { return slices.Contains(chosen, f) })
			files = append(files, f(size, chosen[0].first))
		}
		if small := len(slices.DeleteFunc(slices.Clone(files), func(f *file) bool { return f.bytes >= target/2 })); small > most {
			most = small
		}
	}
	large := len(slices.DeleteFunc(slices.Clone(files), func(f *file) bool { return f.bytes < target/2 }))
	if most > 40 || large < 5 || written > 6*appended {
		t.Errorf("up to %d small files, %d large ones, %.1f bytes written for each that came", most, large, float64(written)/float64(appended))
	}
}

const question = `SELECT eventname, useridentity.username, count(*), count(errorcode), min(eventtime), max(eventtime),
	sum(cardinality(requestparameters))::BIGINT, count(DISTINCT element_at(requestparameters, 'bucketName')), bool_or(readonly),
	sum(len(resources))::BIGINT, md5(string_agg(eventjson, '' ORDER BY eventid))
	FROM t WHERE eventtime >= '2026-11-01 22:30:00' AND eventtime < '2026-11-02 01:00:00' GROUP BY 1, 2 ORDER BY 1, 2`

// The same question has the same answer however the events are spread over files,
// before and after merges, and with and without the files that its times exclude.
func TestAnswersDoNotDependOnFiles(t *testing.T) {
	events := records(3, 6000, 1, start)
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	var want [][]any
	from, to := start.Add(30*time.Minute), start.Add(3*time.Hour)
	ask := func(h *house, what string) {
		t.Helper()
		for _, bounds := range [][2]time.Time{{}, {from, to}, {from, {}}, {{}, to}} {
			got, _ := h.ask(bounds[0], bounds[1], question)
			if want == nil {
				want = got
			}
			if len(got) < 100 || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s, asked from %v to %v, the answer is another", what, bounds[0], bounds[1])
			}
		}
	}
	splits := []int{1, 3, 20}
	if testing.Short() {
		splits = []int{1, 20}
	}
	for _, batches := range splits {
		h := newHouse(t, func(c *Config) { c.Now = func() time.Time { return start.Add(1000 * time.Hour) } })
		for i := range batches {
			h.append(events[i*len(events)/batches:(i+1)*len(events)/batches], uint64(i+1))
		}
		ask(h, fmt.Sprintf("in %d batches", batches))
		before := h.t.Stats()
		if err := h.t.upkeep(t.Context()); err != nil {
			t.Fatal(err)
		}
		after := h.t.Stats()
		if after.Rows != before.Rows || (batches == 20 && after.Files >= before.Files) {
			t.Errorf("before the merges %+v, after %+v", before, after)
		}
		ask(h, fmt.Sprintf("in %d batches, merged", batches))
		h.check(events)
		h.reopen()
		ask(h, fmt.Sprintf("in %d batches, merged, after a restart", batches))
		if h.t.Stats() != after {
			t.Errorf("after a restart %+v, before %+v", h.t.Stats(), after)
		}
	}
}

// A question about an hour reads the files of that hour.
func TestPlanPrunes(t *testing.T) {
	h := newHouse(t, nil)
	day := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	const days = 6
	sequence := uint64(0)
	for d := range days {
		for hour := range 24 {
			if hour%8 != 0 {
				continue
			}
			sequence++
			h.append(records(sequence, 60, 1, day.AddDate(0, 0, d).Add(time.Duration(hour)*time.Hour)), sequence)
		}
	}
	if n := h.t.Stats().Files; n != 3*days {
		t.Fatalf("%d files", n)
	}
	at := day.AddDate(0, 0, 3).Add(8 * time.Hour)
	count := func(from, to time.Time, files int, rows int64) {
		t.Helper()
		got, p := h.ask(from, to, "SELECT count(*) FROM t WHERE eventtime >= "+timestamp(from)+" AND eventtime < "+timestamp(to))
		if len(p.Files) != files || got[0][0] != rows {
			t.Errorf("%d files and %v events, want %d and %d", len(p.Files), got[0][0], files, rows)
		}
	}
	count(at, at.Add(time.Hour), 1, 60)
	count(at.Add(59*time.Second), at.Add(time.Hour), 1, 1)
	count(at.Add(60*time.Second), at.Add(time.Hour), 0, 0)
	count(at.Add(-time.Hour), at, 0, 0) // the end does not count
	count(at.Add(-time.Hour), at.Add(time.Second), 1, 1)
	count(day, day.AddDate(0, 0, 1), 3, 180)
	count(day, day.AddDate(0, 0, days), 3*days, 60*3*days)
}

func TestColumnBytes(t *testing.T) {
	h := newHouse(t, nil)
	check := func() {
		t.Helper()
		p, err := h.t.Plan(time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Release()
		all := int64(0)
		for _, c := range p.Columns {
			one := p.ColumnBytes(c.Name)
			if one <= 0 {
				t.Errorf("%s has %d bytes", c.Name, one)
			}
			all += one
		}
		// What is not columns is their description.
		if all >= p.Bytes || p.Bytes-all > 40_000*int64(len(p.Files)) {
			t.Errorf("the columns have %d bytes, the files %d", all, p.Bytes)
		}
		if raw, id := p.ColumnBytes("eventjson"), p.ColumnBytes("eventid"); raw < 2*id || p.ColumnBytes("eventjson", "eventid") != raw+id {
			t.Errorf("eventjson has %d bytes, eventid %d", raw, id)
		}
	}
	for i := range 8 {
		h.append(records(uint64(i), 2000, 10, start), uint64(i+1))
	}
	check()
	h.reopen()
	check()
	if err := h.t.upkeep(t.Context()); err != nil {
		t.Fatal(err)
	}
	check()
}

// A day that is over is merged for good while others get events.
func TestQuietDays(t *testing.T) {
	now := start.AddDate(0, 0, 3)
	h := newHouse(t, func(c *Config) { c.Now = func() time.Time { return now } })
	files := func(want int) {
		t.Helper()
		if err := h.t.upkeep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := h.t.Stats().Files; n != want {
			t.Errorf("%d files, want %d", n, want)
		}
	}
	for i := range 3 {
		h.append(records(uint64(i), 10, 1, start), uint64(i+1))
	}
	files(3)
	now = now.Add(9 * time.Minute)
	h.append(records(8, 10, 1, now.AddDate(0, 0, -1)), 4)
	files(4)
	now = now.Add(2 * time.Minute) // nine minutes more for the other day
	h.append(records(9, 10, 1, now.AddDate(0, 0, -1)), 5)
	files(1 + 2)
	now = now.Add(11 * time.Minute)
	files(1 + 1)
}
