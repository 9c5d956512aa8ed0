package datastore

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// ingestMetrics are counted as things happen, except for the backlog, which is
// asked for. Stores are labels: there are a few in each Region.
type ingestMetrics struct {
	in                                           *Ingester
	events, bytes, unreadable, expired, failures *prometheus.CounterVec
	commits                                      prometheus.Histogram
	behind, age, hourly                          *prometheus.Desc
	hour                                         *hourly
}

func newIngestMetrics(reg prometheus.Registerer, in *Ingester) *ingestMetrics {
	byStore := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"store"})
	}
	m := &ingestMetrics{
		in:         in,
		events:     byStore("cairn_eventdatastore_events_total", "Events that an event data store's table took."),
		bytes:      byStore("cairn_eventdatastore_bytes_total", "Bytes of these events' JSON."),
		unreadable: byStore("cairn_eventdatastore_unreadable_total", "Records of the journal that an event data store leaves out because they cannot be read."),
		expired:    byStore("cairn_eventdatastore_expired_total", "Events that were older than an event data store keeps them when they came."),
		failures:   byStore("cairn_eventdatastore_failures_total", "Tries of an event data store that failed: its table, or its state."),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "cairn_eventdatastore_commit_seconds", Help: "How long a table takes to commit events.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 12)}),
		behind: prometheus.NewDesc("cairn_eventdatastore_backlog_batches", "Batches of the journal that an event data store has not taken.", []string{"store"}, nil),
		age:    prometheus.NewDesc("cairn_eventdatastore_backlog_seconds", "Age of the oldest batch with events that an event data store has read and its table has not taken.", []string{"store"}, nil),
	}
	m.hour = newHourly()
	m.hourly = prometheus.NewDesc("cairn_eventdatastore_hourly_ingested_bytes", "Bytes of JSON of the events that an event data store took in the last 60 minutes (HourlyDataIngested).", []string{"store"}, nil)
	if reg != nil {
		reg.MustRegister(m.events, m.bytes, m.unreadable, m.expired, m.failures, m.commits, m)
	}
	return m
}

func (m *ingestMetrics) committed(id string, events int, bytes int64, took time.Duration) {
	m.events.WithLabelValues(id).Add(float64(events))
	m.bytes.WithLabelValues(id).Add(float64(bytes))
	m.commits.Observe(took.Seconds())
	m.hour.add(id, m.in.cfg.Now(), bytes)
}

func (m *ingestMetrics) left(id string, t tally) {
	if t.unreadable > 0 {
		m.unreadable.WithLabelValues(id).Add(float64(t.unreadable))
	}
	if t.expired > 0 {
		m.expired.WithLabelValues(id).Add(float64(t.expired))
	}
}

// drop forgets a store that is gone.
func (m *ingestMetrics) drop(id string) {
	for _, v := range []*prometheus.CounterVec{m.events, m.bytes, m.unreadable, m.expired, m.failures} {
		v.DeleteLabelValues(id)
	}
	m.hour.drop(id)
}

// Describe implements prometheus.Collector for the backlog.
func (m *ingestMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- m.behind
	to <- m.age
	to <- m.hourly
}

// Collect implements prometheus.Collector for the backlog.
func (m *ingestMetrics) Collect(to chan<- prometheus.Metric) {
	last, now := m.in.cfg.Journal.Last(), m.in.cfg.Now()
	m.in.mu.Lock()
	defer m.in.mu.Unlock()
	for id, w := range m.in.mu.workers {
		behind, age := 0.0, 0.0
		if at := w.reached.Load(); at < last {
			behind = float64(last - at)
		}
		if at := w.oldest.Load(); at != 0 {
			age = math.Max(0, now.Sub(time.Unix(0, at)).Seconds())
		}
		to <- prometheus.MustNewConstMetric(m.behind, prometheus.GaugeValue, behind, id)
		to <- prometheus.MustNewConstMetric(m.age, prometheus.GaugeValue, age, id)
		to <- prometheus.MustNewConstMetric(m.hourly, prometheus.GaugeValue, float64(m.hour.sum(id, now)), id)
	}
}
