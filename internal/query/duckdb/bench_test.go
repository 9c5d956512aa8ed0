package duckdb

import (
	"context"
	"testing"
)

// BenchmarkSmallQuery is what a query costs that has next to nothing to read: the
// engine that is made for it.
func BenchmarkSmallQuery(b *testing.B) {
	l := newLake(b, Config{})
	l.fill(storeA, made(100, begin), 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := l.ask(context.Background(), "SELECT count(*) FROM "+storeA); err != nil {
			b.Fatal(err)
		}
	}
}
