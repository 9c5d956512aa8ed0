package datastore

import (
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/synth"
)

// BenchmarkSelects is what a store does with each record of the journal before its
// table gets it.
func BenchmarkSelects(b *testing.B) {
	const n = 1000
	g := synth.New(synth.Config{Seed: 1, Start: time.Now()})
	batch, size := journal.Batch{Sequence: 1, Time: time.Now()}, int64(0)
	for range n {
		raw, _ := g.Next(nil)
		batch.Events, size = append(batch.Events, raw), size+int64(len(raw))
	}
	arn := of(selector.Management)
	arn[0].FieldSelectors = append(arn[0].FieldSelectors, selector.FieldSelector{Field: "userIdentity.arn", NotEndsWith: []string{":root"}})
	for name, selectors := range map[string][]selector.AdvancedEventSelector{"all": selector.Default(selector.EventDataStore).Advanced, "by-arn": arn} {
		b.Run(name, func(b *testing.B) {
			compiled, err := compileRules([]Epoch{{Ingesting: true, MultiRegion: true, Selectors: selectors}})
			if err != nil {
				b.Fatal(err)
			}
			d := Store{AccountID: "111122223333", Region: "us-east-1", RetentionPeriod: 3653}
			rows := make([][]byte, 0, n)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				var t tally
				rows, _ = compiled[0].selects(rows[:0], &d, batch, &t)
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "events/s")
			if len(rows) == 0 {
				b.Fatal("nothing is selected")
			}
		})
	}
}
