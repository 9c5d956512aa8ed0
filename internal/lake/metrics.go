package lake

import "github.com/prometheus/client_golang/prometheus"

type historyMetrics struct {
	events                            prometheus.Counter
	skipped, failures                 *prometheus.CounterVec
	visible, lookups, flushes, merges prometheus.Histogram
}

func newHistoryMetrics(reg prometheus.Registerer, h *History) historyMetrics {
	histogram := func(name, help string, first float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(first, 2, 18)})
	}
	m := historyMetrics{
		events: prometheus.NewCounter(prometheus.CounterOpts{Name: "cairn_history_events_total", Help: "Events that became visible to LookupEvents."}),
		skipped: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "cairn_history_skipped_total",
			Help: "Events of the journal that the history does not take: duplicate, category (not a management event), unreadable."}, []string{"reason"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "cairn_history_failures_total", Help: "Flushes and maintenance runs that failed and are tried again."}, []string{"step"}),
		visible:  histogram("cairn_history_visible_seconds", "Time from the journal's commit of a batch until LookupEvents sees it.", 0.0001),
		lookups:  histogram("cairn_history_lookup_seconds", "Time of one lookup.", 0.00005),
		flushes:  histogram("cairn_history_flush_seconds", "Time to write the events in memory as a data file.", 0.001),
		merges:   histogram("cairn_history_merge_seconds", "Time to merge data files.", 0.01),
	}
	files := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cairn_history_files", Help: "Data files of the event history."}, func() float64 {
		h.mu.RLock()
		defer h.mu.RUnlock()
		return float64(len(h.mu.files))
	})
	if reg != nil {
		reg.MustRegister(m.events, m.skipped, m.failures, m.visible, m.lookups, m.flushes, m.merges, files)
	}
	return m
}
