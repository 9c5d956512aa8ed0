package app

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/cairntrail/cairn/internal/synth"
)

// BenchmarkEventDataStore measures events from the journal to the table of an event
// data store: appended to the journal as fast as it takes them, until the table has
// them all. The event history reads along.
func BenchmarkEventDataStore(b *testing.B) {
	s := start(b, b.TempDir(), nil)
	ctx := context.Background()
	if _, err := s.client("default").trail().CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String("bench")}); err != nil {
		b.Fatal(err)
	}
	if err := s.ingester.Flush(ctx); err != nil {
		b.Fatal(err)
	}
	const batch = 1000
	g := synth.New(synth.Config{Seed: 1, Account: "111122223333", Start: time.Now().Add(-time.Hour)})
	var size int64
	b.ResetTimer()
	for left := b.N; left > 0; left -= batch {
		b.StopTimer()
		var events [][]byte
		for range min(batch, left) {
			raw, _ := g.Next(nil)
			events, size = append(events, raw), size+int64(len(raw))
		}
		b.StartTimer()
		if err := s.journal.Append(ctx, events...); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.ingester.Flush(ctx); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.SetBytes(size / int64(b.N))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkVisible measures how long after a call was answered a query would see its
// event, while a hundred others come each second: the 50th and 99th percentile.
func BenchmarkVisible(b *testing.B) {
	s := start(b, b.TempDir(), nil)
	ctx := context.Background()
	made, err := s.client("default").trail().CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String("bench")})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.ingester.Flush(ctx); err != nil {
		b.Fatal(err)
	}
	id := (*made.EventDataStoreArn)[strings.LastIndex(*made.EventDataStoreArn, "/")+1:]
	g := synth.New(synth.Config{Seed: 1, Account: "111122223333", Start: time.Now().Add(-time.Hour)})
	type call struct {
		sequence uint64
		answered time.Time
	}
	var waiting []call
	var took []time.Duration
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 0; n < b.N || len(waiting) > 0; n++ {
		now := <-tick.C
		if n < b.N {
			raw, _ := g.Next(nil)
			if err := s.journal.Append(ctx, raw); err != nil {
				b.Fatal(err)
			}
			waiting = append(waiting, call{s.journal.Last(), time.Now()})
		}
		t, err := s.warehouse.Find(ctx, id)
		if err != nil {
			b.Fatal(err)
		}
		for at := t.Sequence(); len(waiting) > 0 && waiting[0].sequence <= at; waiting = waiting[1:] {
			took = append(took, now.Sub(waiting[0].answered))
		}
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds(), "p50-s")
	b.ReportMetric(took[len(took)*99/100].Seconds(), "p99-s")
	b.ReportMetric(took[len(took)-1].Seconds(), "max-s")
}
