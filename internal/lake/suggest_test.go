package lake

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/synth"
)

// spread makes a history of n events of this account, and as many of another, in some
// files and in memory, and gives the events.
func spread(t *testing.T, n int) (*house, []event.Envelope) {
	t.Helper()
	h := newHouse(t, func(c *HistoryConfig) { c.FlushRows = n / 2 })
	start := time.Unix(h.now.Load(), 0).Add(-time.Hour)
	mine := records(n, synth.Config{Seed: 5, Start: start, PerSecond: 3, Users: 40})
	others := records(n, synth.Config{Seed: 6, Account: "444455556666", Start: start, PerSecond: 3, Users: 400})
	var all []event.Envelope
	for i := range mine {
		e, err := event.Parse(mine[i])
		if err != nil {
			t.Fatal(err)
		}
		if e.Category == "Management" {
			all = append(all, e)
		}
	}
	for i := 0; i < n; i += 500 {
		h.append(slices.Concat(mine[i:min(i+500, n)], others[i:min(i+500, n)])...)
	}
	return h, all
}

// modelValues counts the values of an attribute by looking at every event.
func modelValues(all []event.Envelope, q SuggestQuery) (values []Suggestion, sampled int) {
	counts := make(map[string]int)
	for i := range all {
		e := &all[i]
		if !matches(e, &q.LookupQuery) || !q.Start.IsZero() && e.EventTime.Before(q.Start) || !q.End.IsZero() && e.EventTime.After(q.End) {
			continue
		}
		sampled++
		has := map[string]bool{}
		switch q.Key {
		case EventName:
			has[e.EventName] = true
		case EventSource:
			has[e.EventSource] = true
		case Username:
			has[e.Username] = true
		case AccessKeyID:
			has[e.AccessKeyID] = true
		case ReadOnly:
			has[e.ReadOnly] = true
		case EventID:
			has[e.EventID] = true
		case ResourceName:
			for _, r := range e.Resources {
				has[r.Name] = true
			}
		case ResourceType:
			for _, r := range e.Resources {
				has[r.Type] = true
			}
		}
		for v := range has {
			if v != "" && strings.Contains(strings.ToLower(v), strings.ToLower(q.Text)) {
				counts[v]++
			}
		}
	}
	for v, n := range counts {
		values = append(values, Suggestion{v, n})
	}
	slices.SortFunc(values, func(a, b Suggestion) int {
		first := func(v string) int {
			if strings.HasPrefix(strings.ToLower(v), strings.ToLower(q.Text)) {
				return 0
			}
			return 1
		}
		return cmp.Or(first(a.Value)-first(b.Value), b.Count-a.Count, strings.Compare(a.Value, b.Value))
	})
	return values[:min(len(values), q.Limit)], sampled
}

func TestSuggestAgainstModel(t *testing.T) {
	h, all := spread(t, 6000)
	view := h.history.View()
	if len(view.s.files) == 0 {
		t.Fatal("all of it is in memory")
	}
	view.Close()
	from, to := all[len(all)/4].EventTime, all[3*len(all)/4].EventTime
	for _, key := range slices.Sorted(maps.Keys(attributeCode)) {
		if key == "" {
			continue
		}
		for i, c := range []struct {
			text       string
			attributes []Attribute
			start, end time.Time
		}{
			{}, {text: "i"}, {text: "GET"}, {text: "no such text"}, {start: from, end: to}, {text: "e", end: to},
			{attributes: []Attribute{{ReadOnly, "false"}}}, {text: "a", attributes: []Attribute{{EventName, all[7].EventName}, {Username, all[7].Username}}, start: from},
			{attributes: []Attribute{{Username, "nobody"}}},
		} {
			q := SuggestQuery{Key: key, Text: c.text, Budget: time.Hour, LookupQuery: LookupQuery{AccountID: account, Region: region, Attributes: c.attributes, Start: c.start, End: c.end, Limit: 20}}
			got, err := h.history.Suggest(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			want, sampled := modelValues(all, q)
			if !slices.Equal(got.Values, want) || got.Sampled != sampled {
				t.Errorf("%s, case %d: %d events, %v\nwant %d, %v", key, i, got.Sampled, got.Values, sampled, want)
			}
		}
	}
}

// TestSuggestPages: a column of many rows has several pages.
func TestSuggestPages(t *testing.T) {
	h := newHouse(t, func(c *HistoryConfig) { c.FlushRows = 17_000 })
	var all []event.Envelope
	for chunk := range slices.Chunk(records(40_000, synth.Config{Seed: 5, Start: time.Unix(h.now.Load(), 0).Add(-5 * time.Hour), PerSecond: 3}), 4000) {
		for _, r := range chunk {
			e, err := event.Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			if e.Category == "Management" {
				all = append(all, e)
			}
		}
		h.append(chunk...)
	}
	view := h.history.View()
	if len(view.s.files) == 0 || view.s.files[0].meta.Rows <= pageBytes/4 {
		t.Fatalf("no file has several pages: %d events", len(all))
	}
	view.Close()
	for _, start := range []time.Time{{}, all[len(all)/4].EventTime, all[3*len(all)/4].EventTime} {
		q := SuggestQuery{Key: Username, Budget: time.Hour, LookupQuery: LookupQuery{AccountID: account, Region: region, Attributes: []Attribute{{ReadOnly, "false"}}, Start: start, Limit: 50}}
		got, err := h.history.Suggest(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if want, sampled := modelValues(all, q); !slices.Equal(got.Values, want) || got.Sampled != sampled {
			t.Errorf("from %v: %d events, %v\nwant %d, %v", start, got.Sampled, got.Values, sampled, want)
		}
	}
}

// TestSuggestBudget: what was found is given when the time is over.
func TestSuggestBudget(t *testing.T) {
	h, _ := spread(t, 6000)
	q := SuggestQuery{Key: ResourceName, LookupQuery: LookupQuery{AccountID: account, Region: region, Limit: 20}}
	got, err := h.history.Suggest(context.Background(), q)
	if err != nil || got.Sampled != leastSampled {
		t.Errorf("%v, %v", got, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	q.Budget = time.Hour
	if got, err := h.history.Suggest(gone, q); err == nil {
		t.Errorf("nobody waits, but there is %v", got)
	}
}

// TestSuggestWork: pages that are read for few events of each count as well.
func TestSuggestWork(t *testing.T) {
	h, all := spread(t, 6000)
	view := h.history.View()
	end := time.Unix(view.s.files[0].meta.Max.Time, 0)
	view.Close()
	sampled := func(work int, attributes ...Attribute) int {
		t.Helper()
		q := SuggestQuery{Key: ResourceName, Budget: time.Hour, LookupQuery: LookupQuery{AccountID: account, Region: region, Attributes: attributes, End: end, Limit: 20}}
		got, err := h.history.suggest(context.Background(), q, work)
		if err != nil {
			t.Fatal(err)
		}
		return got.Sampled
	}
	const work = 1000
	one := Attribute{Username, all[0].Username}
	everything, some := sampled(work), sampled(work, one)
	if everything == 0 || everything > work-pageWork || some == 0 || some > everything/2 || some == sampled(maxWork, one) {
		t.Errorf("%d events are counted of all, and %d of one user", everything, some)
	}
}

func TestWalk(t *testing.T) {
	h, all := spread(t, 9000)
	walk := func(q LookupQuery) (ids []string) {
		t.Helper()
		q.AccountID, q.Region = account, region
		if err := h.history.Walk(context.Background(), q, func(e *LookupEvent) error { ids = append(ids, e.EventID); return nil }); err != nil {
			t.Fatal(err)
		}
		return ids
	}
	for i, q := range []LookupQuery{
		{}, {Limit: 1}, {Limit: walkRows}, {Limit: walkRows + 1}, {Limit: 3 * walkRows}, {Start: all[2000].EventTime, End: all[7000].EventTime},
		{Attributes: []Attribute{{ReadOnly, "false"}}}, {Attributes: []Attribute{{Username, "nobody"}}},
	} {
		want := q
		want.AccountID, want.Region = account, region
		expected := model(all, want)
		if q.Limit > 0 {
			expected = expected[:min(len(expected), q.Limit)]
		}
		if got := walk(q); !slices.Equal(got, expected) {
			t.Errorf("case %d: %d events, want %d", i, len(got), len(expected))
		}
		if q.Limit > 0 {
			continue
		}
		if n, err := h.history.Count(context.Background(), want); err != nil || n != len(expected) {
			t.Errorf("case %d: %d events are counted, %v, want %d", i, n, err, len(expected))
		}
		for _, n := range []int{0, 1, len(expected) / 2, len(expected), len(expected) + 1} {
			rest := want
			var err error
			if rest.After, err = h.history.Skip(context.Background(), rest, n); err != nil {
				t.Fatal(err)
			}
			if got := walk(rest); !slices.Equal(got, expected[min(n, len(expected)):]) {
				t.Errorf("case %d: %d events behind the first %d of %d", i, len(got), n, len(expected))
			}
		}
	}
	stop := errors.New("stop")
	n := 0
	if err := h.history.Walk(context.Background(), LookupQuery{AccountID: account, Region: region}, func(*LookupEvent) error {
		if n++; n == 3 {
			return stop
		}
		return nil
	}); !errors.Is(err, stop) || n != 3 {
		t.Errorf("stopped after %d with %v", n, err)
	}
}

func TestFollow(t *testing.T) {
	h := newHouse(t, nil)
	now := time.Unix(h.now.Load(), 0)
	next := func(f *Follower, want string, lost int) {
		t.Helper()
		var got []string
		missed := 0
		for len(got) < len(strings.Fields(want)) || missed < lost {
			events, m, err := f.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got, missed = append(got, ids(events)...), missed+m
		}
		if strings.Join(got, " ") != want || missed != lost {
			t.Errorf("followed %v and missed %d, want %v and %d", got, missed, want, lost)
		}
	}
	begun := h.history.Follow(LookupQuery{AccountID: account, Region: region})
	h.append(plain("before", now, ""))
	next(begun, "before", 0)
	begun.Close()
	everything, mine := h.history.Follow(LookupQuery{AccountID: account, Region: region}), h.history.Follow(LookupQuery{AccountID: account, Region: region, Attributes: []Attribute{{EventID, "b"}}})
	defer mine.Close()
	h.append(plain("a", now, ""), plain("b", now, ""), []byte(strings.Replace(string(plain("other", now, "")), account, "444455556666", -1)))
	next(everything, "a b", 0)
	next(mine, "b", 0)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := mine.Next(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing came, but Next gave %v", err)
	}
	var many [][]byte
	var kept []string
	for i := range followed + 7 {
		id := fmt.Sprintf("id%d", i)
		many = append(many, plain(id, now, ""))
		if i < followed {
			kept = append(kept, id)
		}
	}
	// Followers are told in the order in which they came: when the last event has
	// reached this one, nothing more comes for everything.
	last := h.history.Follow(LookupQuery{AccountID: account, Region: region, Attributes: []Attribute{{EventID, fmt.Sprintf("id%d", followed+6)}}})
	defer last.Close()
	h.append(many...)
	next(last, fmt.Sprintf("id%d", followed+6), 0)
	next(everything, strings.Join(kept, " "), 7)
	everything.Close()
	h.append(plain("after", now, ""))
	if n := len(everything.mu.waiting); n != 0 {
		t.Errorf("%d events wait for a follower that has gone", n)
	}
}

var suggestRows = flag.Int("bench.suggest", 1_000_000, "events in the history of BenchmarkSuggest")

// BenchmarkSuggest asks a history of -bench.suggest events, spread over 80 days, for
// suggestions, and reports quantiles.
func BenchmarkSuggest(b *testing.B) {
	h := newHouse(b, func(c *HistoryConfig) { c.FlushAge = time.Hour })
	g := synth.New(synth.Config{Seed: 11, Start: time.Now().Add(-80 * 24 * time.Hour), PerSecond: max(1, *suggestRows/(80*86400)), Users: 5000, Buckets: 5000, Instances: 20000})
	chunk := make([][]byte, 0, 1000)
	for range *suggestRows {
		rec, _ := g.Next(nil)
		if chunk = append(chunk, rec); len(chunk) == cap(chunk) {
			if err := h.journal.Append(context.Background(), chunk...); err != nil {
				b.Fatal(err)
			}
			chunk = chunk[:0]
		}
	}
	h.settle()
	b.Logf("%d files, %d rows in memory", len(h.history.mu.files), len(h.history.mu.active.rows))
	for _, key := range slices.Sorted(maps.Keys(attributeCode)) {
		for _, c := range []struct {
			name, text string
			attributes []Attribute
			end        time.Time
		}{{name: "all"}, {name: "text", text: "in"}, {name: "filtered", text: "e", attributes: []Attribute{{ReadOnly, "false"}}, end: time.Now().Add(-24 * time.Hour)}} {
			if key == "" {
				continue
			}
			b.Run(string(key)+"/"+c.name, func(b *testing.B) {
				var took []time.Duration
				sampled := 0
				for b.Loop() {
					t := time.Now()
					got, err := h.history.Suggest(context.Background(), SuggestQuery{Key: key, Text: c.text, Budget: SuggestBudget, LookupQuery: LookupQuery{AccountID: account, Region: region, Attributes: c.attributes, End: c.end, Limit: 50}})
					if err != nil {
						b.Fatal(err)
					}
					took, sampled = append(took, time.Since(t)), got.Sampled
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
				b.ReportMetric(float64(sampled), "events")
			})
		}
	}
}

// BenchmarkWalk reads a whole history.
func BenchmarkWalk(b *testing.B) {
	h := newHouse(b, func(c *HistoryConfig) { c.FlushAge = time.Hour })
	for chunk := range slices.Chunk(records(300_000, synth.Config{Seed: 11, Start: time.Now().Add(-time.Hour), PerSecond: 100}), 1000) {
		if err := h.journal.Append(context.Background(), chunk...); err != nil {
			b.Fatal(err)
		}
	}
	h.settle()
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		if err := h.history.Walk(context.Background(), LookupQuery{AccountID: account, Region: region}, func(*LookupEvent) error { n++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}
