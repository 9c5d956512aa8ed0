package trail

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/synth"
)

// discard takes everything and keeps nothing.
type discard struct{}

func (discard) Put(context.Context, PutInput) error { return nil }

// BenchmarkDelivery measures the way from a journal on disk to a bucket, with
// validation on: reading, selecting, hashing, compressing and putting 400,000
// records a time, of two Regions.
func BenchmarkDelivery(b *testing.B) {
	b.Run("discard", func(b *testing.B) { benchmarkDelivery(b, discard{}) })
	b.Run("embedded", func(b *testing.B) {
		_, bucket := endpoint(b, false, "logs")
		benchmarkDelivery(b, bucket)
	})
}

func benchmarkDelivery(b *testing.B, bucket Bucket) {
	ctx, dir := b.Context(), b.TempDir()
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	j, err := journal.Open(ctx, journal.Config{Dir: filepath.Join(dir, "journal"), MaxBytes: 8 << 30, Logger: slog.New(slog.DiscardHandler)})
	check(err)
	defer j.Close()
	db, err := store.Open(ctx, filepath.Join(dir, "state.db"))
	check(err)
	defer db.Close()
	t := Trail{Name: "all", ARN: "arn:aws:cloudtrail:us-east-1:" + testAccount + ":trail/all", AccountID: testAccount, HomeRegion: testRegion, S3BucketName: "logs",
		LogFileValidation: true, Created: time.Now(), StartLogging: time.Now(),
		Epochs: []Epoch{{Logging: true, MultiRegion: true, GlobalServiceEvents: true, Selectors: selector.Default(selector.Trail)}}}
	_, err = store.NewCollection[Trail](db, trailsCollection).Put(ctx, t.ARN, t)
	check(err)
	const n = 400_000
	var regions []*synth.Generator
	for i, region := range []string{testRegion, "eu-west-1"} {
		regions = append(regions, synth.New(synth.Config{Seed: uint64(i), Region: region, Start: time.Now()}))
	}
	fill := func() (size int64) {
		records := make([][]byte, 1000)
		for range n / len(records) {
			for i := range records {
				records[i], _ = regions[i%2].Next(records[i][:0])
				size += int64(len(records[i]))
			}
			check(j.Append(ctx, slices.Clone(records)...))
		}
		return size
	}
	size, events := int64(0), 0
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		size = fill()
		c, err := NewCourier(ctx, CourierConfig{Store: db, Journal: j.Source(), Bucket: bucket, Signer: &testKeys{}, Regions: []string{testRegion, "eu-west-1"}})
		check(err)
		run, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		b.StartTimer()
		go func() { ended <- c.Run(run) }()
		check(c.Flush(ctx))
		b.StopTimer()
		events += n
		cancel()
		check(<-ended)
		b.StartTimer()
	}
	b.SetBytes(size)
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
