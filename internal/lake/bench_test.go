package lake

import (
	"context"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/synth"
)

var benchRows = flag.Int("bench.rows", 500_000, "events in the history that BenchmarkLookup asks")

// BenchmarkFill measures the way from an append to visibility, files included.
func BenchmarkFill(b *testing.B) {
	recs := records(100_000, synth.Config{Seed: 9, Start: time.Now().Add(-24 * time.Hour)})
	h := newHouse(b, nil)
	size := 0
	for _, r := range recs {
		size += len(r)
	}
	g := synth.New(synth.Config{Seed: 10, Start: time.Now().Add(-24 * time.Hour)})
	b.SetBytes(int64(size))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		b.StopTimer()
		for i := range recs {
			recs[i], _ = g.Next(recs[i][:0])
		}
		b.StartTimer()
		for chunk := range slices.Chunk(recs, 1000) {
			if err := h.journal.Append(context.Background(), chunk...); err != nil {
				b.Fatal(err)
			}
		}
		h.settle()
		n += len(recs)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkLookup asks a history of -bench.rows events, spread over 80 days,
// for pages of 50 without time bounds, and reports quantiles.
func BenchmarkLookup(b *testing.B) {
	h := newHouse(b, func(c *HistoryConfig) { c.FlushAge = time.Hour })
	start := time.Now().Add(-80 * 24 * time.Hour)
	g := synth.New(synth.Config{Seed: 11, Start: start, PerSecond: max(1, *benchRows/(80*86400))})
	var sample []event.Envelope
	chunk := make([][]byte, 0, 1000)
	filled := time.Now()
	for i := range *benchRows {
		rec, _ := g.Next(nil)
		if i%(*benchRows/500) == 0 {
			e, err := event.Parse(rec)
			if err != nil {
				b.Fatal(err)
			}
			sample = append(sample, e)
		}
		if chunk = append(chunk, rec); len(chunk) == cap(chunk) {
			if err := h.journal.Append(context.Background(), chunk...); err != nil {
				b.Fatal(err)
			}
			chunk = chunk[:0]
		}
	}
	h.settle()
	b.Logf("filled %d events in %v", *benchRows, time.Since(filled).Round(time.Second))
	if err := h.history.maintain(context.Background(), false); err != nil {
		b.Fatal(err)
	}
	bytes := int64(0)
	for _, f := range h.history.mu.files {
		bytes += f.meta.Bytes
	}
	b.Logf("%d files, %d bytes an event, after %v", len(h.history.mu.files), bytes/int64(*benchRows), time.Since(filled).Round(time.Second))
	kinds := []struct {
		name string
		attr func(e event.Envelope, i int) []Attribute
	}{
		{"all", func(event.Envelope, int) []Attribute { return nil }},
		{"EventName", func(e event.Envelope, _ int) []Attribute { return []Attribute{{EventName, e.EventName}} }},
		{"Username", func(e event.Envelope, _ int) []Attribute { return []Attribute{{Username, e.Username}} }},
		{"AccessKeyId", func(e event.Envelope, _ int) []Attribute { return []Attribute{{AccessKeyID, e.AccessKeyID}} }},
		{"ReadOnly", func(e event.Envelope, _ int) []Attribute { return []Attribute{{ReadOnly, "false"}} }},
		{"EventId-once", func(e event.Envelope, _ int) []Attribute { return []Attribute{{EventID, e.EventID}} }},
		{"EventId-never", func(e event.Envelope, i int) []Attribute { return []Attribute{{EventID, e.EventID + "x"}} }},
		{"ResourceName", func(e event.Envelope, i int) []Attribute {
			if len(e.Resources) == 0 {
				return []Attribute{{ResourceName, "never"}}
			}
			return []Attribute{{ResourceName, e.Resources[0].Name}}
		}},
		{"User-and-Name", func(e event.Envelope, _ int) []Attribute {
			return []Attribute{{Username, e.Username}, {EventName, e.EventName}}
		}},
	}
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			var took []time.Duration
			for b.Loop() {
				i := rng.IntN(len(sample))
				q := LookupQuery{AccountID: account, Region: region, Limit: 50, Attributes: k.attr(sample[i], i)}
				t := time.Now()
				if _, err := h.history.Lookup(context.Background(), q); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(t))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}
