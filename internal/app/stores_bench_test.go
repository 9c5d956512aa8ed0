package app

import (
	"context"
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
