package table

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/synth"
)

var (
	benchEvents = flag.Int("bench.events", 500_000, "events in the tables of the larger benchmarks")
	benchBatch  = flag.Int("bench.batch", 250_000, "events of one append")
)

// BenchmarkAppend is the way from records in memory to a table: columns, files, and
// the commit.
func BenchmarkAppend(b *testing.B) {
	h := newHouse(b, func(c *Config) { c.Memory = 3 << 30 })
	g := synth.New(synth.Config{Seed: 1, Start: start, PerSecond: 1000})
	events := make([][]byte, *benchBatch)
	size := 0
	for i := range events {
		events[i], _ = g.Next(nil)
		size += len(events[i])
	}
	b.SetBytes(int64(size))
	n := uint64(0)
	for b.Loop() {
		n++
		h.append(events, n)
	}
	s := h.t.Stats()
	b.ReportMetric(float64(s.Rows)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(s.Bytes)/float64(s.Rows), "bytes/event")
}

// BenchmarkFreshness appends a little twice a second's worth at a time, for as long as
// it takes, while merges go on, and tells how long the slowest hundredth took until a
// plan has it.
func BenchmarkFreshness(b *testing.B) {
	h := newHouse(b, func(c *Config) { c.Upkeep = time.Second })
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := h.w.Run(ctx); err != nil {
			b.Error(err)
		}
	})
	batches := make([][][]byte, 20)
	for i := range batches {
		batches[i] = records(uint64(i), 1000, 1000, start.Add(time.Duration(i)*time.Minute))
	}
	var took []time.Duration
	n := uint64(0)
	for b.Loop() {
		begun := time.Now()
		h.append(batches[n%20], n+1)
		n++
		p, err := h.t.Plan(time.Time{}, time.Time{})
		if err != nil {
			b.Fatal(err)
		}
		p.Release()
		took = append(took, time.Since(begun))
	}
	cancel()
	wg.Wait()
	slices.Sort(took)
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
	b.ReportMetric(float64(h.t.Stats().Files), "files")
}

// BenchmarkMerge appends the events of one day in batches that overlap by a minute, and
// merges what there is.
func BenchmarkMerge(b *testing.B) {
	now := start
	h := newHouse(b, func(c *Config) { c.Now = func() time.Time { return now } })
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	const batch = 100_000
	perSecond := max(1, *benchEvents/80_000)
	for n := range *benchEvents / batch {
		g := synth.New(synth.Config{Seed: uint64(n), Start: day.Add(time.Duration(n*batch/perSecond)*time.Second - time.Minute), PerSecond: perSecond})
		events := make([][]byte, batch)
		for i := range events {
			events[i], _ = g.Next(nil)
		}
		h.append(events, uint64(n+1))
	}
	before := h.t.Stats()
	now = start.AddDate(0, 0, 2)
	for b.Loop() { // the first round does it all
		if err := h.t.upkeep(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	after := h.t.Stats()
	b.ReportMetric(float64(before.Rows)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(before.Files), "files-before")
	b.ReportMetric(float64(after.Files), "files")
	b.ReportMetric(float64(after.Bytes)/float64(after.Rows), "bytes/event")
	b.ReportMetric(float64(after.Bytes)/float64(after.Files)/1e6, "MB/file")
}

// BenchmarkHour asks for one hour of a table of 90 days, whose days are merged.
func BenchmarkHour(b *testing.B) {
	const days = 90
	now := start.AddDate(0, 0, days+2)
	h := newHouse(b, func(c *Config) { c.Memory, c.Now = 3<<30, func() time.Time { return now } })
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	perDay := *benchEvents / days
	const parts = 4 // of a day, as an import brings them
	for day := range days {
		for part := range parts {
			g := synth.New(synth.Config{Seed: uint64(day*parts + part), Start: first.AddDate(0, 0, day).Add(time.Duration(part) * 24 / parts * time.Hour), PerSecond: max(1, perDay/86400)})
			events := make([][]byte, perDay/parts)
			for i := range events {
				events[i], _ = g.Next(nil)
			}
			h.append(events, uint64(day*parts+part+1))
		}
	}
	s := h.t.Stats()
	from := first.AddDate(0, 0, 45).Add(6 * time.Hour)
	to := from.Add(time.Hour)
	ask := func(b *testing.B) {
		var files int
		var read int64
		for b.Loop() {
			rows, p := h.ask(from, to, fmt.Sprintf("SELECT eventname, count(*) FROM t WHERE eventtime >= %s AND eventtime < %s GROUP BY 1", timestamp(from), timestamp(to)))
			if len(rows) == 0 {
				b.Fatal("no answer")
			}
			files, read = len(p.Files), p.Bytes
		}
		b.ReportMetric(float64(files), "files-read")
		b.ReportMetric(float64(read)/float64(s.Bytes)*100, "%-of-bytes")
		b.ReportMetric(float64(s.Files), "files")
		b.ReportMetric(float64(s.Bytes)/float64(s.Rows), "bytes/event")
	}
	b.Run("hour", ask)
	from, to = time.Time{}.AddDate(1999, 0, 0), now.AddDate(1, 0, 0)
	b.Run("everything", ask)
}
