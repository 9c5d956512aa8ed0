package trail

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// courierMetrics are counted as things happen, except for the backlog, which is
// asked for. Trails are labels: there are a few in each Region.
type courierMetrics struct {
	c                            *Courier
	events, skipped              prometheus.Counter
	files, bytes, failures, lost *prometheus.CounterVec
	behind, age                  *prometheus.Desc
}

func newCourierMetrics(reg prometheus.Registerer, c *Courier) *courierMetrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &courierMetrics{
		c:        c,
		events:   counter("cairn_trail_events_total", "Events delivered in log files, counted once for each trail."),
		skipped:  counter("cairn_trail_unreadable_total", "Records of the journal that trails leave out because they cannot be read."),
		files:    vector("cairn_trail_files_total", "Files put into buckets: log or digest.", "kind"),
		bytes:    vector("cairn_trail_bytes_total", "Bytes of files put into buckets, compressed: log or digest.", "kind"),
		failures: vector("cairn_trail_failures_total", "Tries that failed, by trail and step: log, digest, load, notify.", "trail", "step"),
		lost:     vector("cairn_trail_given_up_total", "Deliveries that were given up after failing for too long: log (events are in no log file) or digest.", "kind"),
		behind:   prometheus.NewDesc("cairn_trail_backlog_batches", "Batches of the journal that a trail has not delivered.", []string{"trail"}, nil),
		age:      prometheus.NewDesc("cairn_trail_backlog_seconds", "Age of the oldest batch that a trail has read and not delivered.", []string{"trail"}, nil),
	}
	if reg != nil {
		reg.MustRegister(m.events, m.skipped, m.files, m.bytes, m.failures, m.lost, m)
	}
	return m
}

// Describe implements prometheus.Collector for the backlog.
func (m *courierMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- m.behind
	to <- m.age
}

// Collect implements prometheus.Collector for the backlog.
func (m *courierMetrics) Collect(to chan<- prometheus.Metric) {
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	last := m.c.cfg.Journal.Last()
	for arn, w := range m.c.mu.workers {
		done, age := w.sequence.Load(), 0.0
		if at := w.oldest.Load(); at != 0 {
			age = math.Max(0, m.c.cfg.Now().Sub(time.Unix(0, at)).Seconds())
		}
		to <- prometheus.MustNewConstMetric(m.behind, prometheus.GaugeValue, float64(last-min(last, done)), arn)
		to <- prometheus.MustNewConstMetric(m.age, prometheus.GaugeValue, age, arn)
	}
}

// drop forgets what was counted of a trail.
func (m *courierMetrics) drop(arn string) {
	m.failures.DeletePartialMatch(prometheus.Labels{"trail": arn})
}
