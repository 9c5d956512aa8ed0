package query

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the figures of all queries.
type metrics struct {
	queries    *prometheus.CounterVec
	seconds    prometheus.Histogram
	scanned    prometheus.Counter
	bytes      prometheus.Counter
	deliveries *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer, s *Service) (*metrics, error) {
	m := &metrics{
		queries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "cairn_queries_total", Help: "Queries that ended, by their final status."}, []string{"status"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "cairn_query_seconds", Help: "How long queries ran.",
			Buckets: []float64{.01, .05, .1, .5, 1, 5, 10, 60, 300, 1800, 3600}}),
		scanned:    prometheus.NewCounter(prometheus.CounterOpts{Name: "cairn_query_scanned_events_total", Help: "Events that queries read."}),
		bytes:      prometheus.NewCounter(prometheus.CounterOpts{Name: "cairn_query_scanned_bytes_total", Help: "Bytes that queries read of tables' files."}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "cairn_query_deliveries_total", Help: "Deliveries of results to buckets that ended, by their final status."}, []string{"status"}),
	}
	for _, status := range statuses {
		if status.Ended() {
			m.queries.WithLabelValues(strings.ToLower(string(status)))
		}
	}
	if r == nil {
		return m, nil
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	count := func(status Status) func() float64 { return func() float64 { return float64(s.count(status)) } }
	for _, c := range []prometheus.Collector{
		m.queries, m.seconds, m.scanned, m.bytes, m.deliveries,
		gauge("cairn_queries_queued", "Queries that wait to run.", count(Queued)),
		gauge("cairn_queries_running", "Queries that run.", count(Running)),
		gauge("cairn_query_results_bytes", "Bytes of results that are kept on disk.", func() float64 { return float64(s.room.used.Load()) }),
	} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register the metrics of queries: %w", err)
		}
	}
	return m, nil
}

// count is how many queries are in a state.
func (s *Service) count(status Status) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.mu.active {
		if a.query.Status == status {
			n++
		}
	}
	return n
}

// ended counts a query that has its final state.
func (m *metrics) ended(q *Query, now time.Time) {
	m.queries.WithLabelValues(strings.ToLower(string(q.Status))).Inc()
	m.seconds.Observe(q.Took(now).Seconds())
}

// read counts what a query read that ran.
func (m *metrics) read(q *Query) {
	m.scanned.Add(float64(q.Statistics.EventsScanned))
	m.bytes.Add(float64(q.Statistics.BytesScanned))
}
