package table

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what operators see of tables.
type metrics struct {
	events   prometheus.Counter
	seconds  prometheus.Histogram
	merges   *prometheus.CounterVec
	removed  prometheus.Counter
	failures prometheus.Counter
}

func newMetrics(r prometheus.Registerer, w *Warehouse) *metrics {
	m := &metrics{
		events:   prometheus.NewCounter(prometheus.CounterOpts{Name: "cairn_table_events_total", Help: "Events written to tables."}),
		seconds:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "cairn_table_append_seconds", Help: "Time to write and commit a batch of events.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 12)}),
		merges:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "cairn_table_merged_bytes_total", Help: "Bytes of files that merges read and wrote."}, []string{"direction"}),
		removed:  prometheus.NewCounter(prometheus.CounterOpts{Name: "cairn_table_files_removed_total", Help: "Files removed because nothing needs them any more."}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{Name: "cairn_table_upkeep_failures_total", Help: "Merges and clean-ups of tables that failed and are tried again."}),
	}
	if r == nil {
		return m
	}
	sum := func(of func(Stats) int64) func() float64 {
		return func() float64 {
			n := int64(0)
			for _, t := range w.opened() {
				n += of(t.Stats())
			}
			return float64(n)
		}
	}
	r.MustRegister(m.events, m.seconds, m.merges, m.removed, m.failures,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cairn_table_files", Help: "Data files of tables."}, sum(func(s Stats) int64 { return int64(s.Files) })),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cairn_table_bytes", Help: "Bytes of the data files of tables."}, sum(func(s Stats) int64 { return s.Bytes })),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cairn_table_rows", Help: "Events in tables."}, sum(func(s Stats) int64 { return s.Rows })))
	return m
}

func (m *metrics) appended(events int, took time.Duration) {
	m.events.Add(float64(events))
	m.seconds.Observe(took.Seconds())
}
