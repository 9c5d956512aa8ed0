package journal

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	events, bytes prometheus.Counter
	syncs         prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer, j *Journal) metrics {
	m := metrics{
		events: prometheus.NewCounter(prometheus.CounterOpts{Name: "cairn_journal_events_total", Help: "Events made durable."}),
		bytes:  prometheus.NewCounter(prometheus.CounterOpts{Name: "cairn_journal_bytes_total", Help: "Bytes of records made durable, uncompressed."}),
		syncs: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "cairn_journal_commit_seconds", Help: "Time to make one batch durable.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16)}),
	}
	lag := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cairn_journal_lag_batches", Help: "Batches that the slowest sink has not kept yet."}, func() float64 {
		j.mu.Lock()
		defer j.mu.Unlock()
		floor := j.last.Load()
		for _, d := range j.mu.released {
			floor = min(floor, d)
		}
		return float64(j.last.Load() - floor)
	})
	if reg != nil {
		reg.MustRegister(m.events, m.bytes, m.syncs, lag)
	}
	return m
}

func (m metrics) committed(calls []*appendCall, size, _ int, took time.Duration) {
	n := 0
	for _, c := range calls {
		n += len(c.events)
	}
	m.events.Add(float64(n))
	m.bytes.Add(float64(size))
	m.syncs.Observe(took.Seconds())
}

// natsLogger passes the embedded server's messages on; its notices are details.
type natsLogger struct{ log *slog.Logger }

func (l natsLogger) msg(format string, v []any) string { return fmt.Sprintf(format, v...) }

func (l natsLogger) Noticef(format string, v ...any) {
	l.log.Debug("jetstream", "text", l.msg(format, v))
}
func (l natsLogger) Warnf(format string, v ...any) { l.log.Warn("jetstream", "text", l.msg(format, v)) }
func (l natsLogger) Fatalf(format string, v ...any) {
	l.log.Error("jetstream", "text", l.msg(format, v))
}
func (l natsLogger) Errorf(format string, v ...any) {
	l.log.Error("jetstream", "text", l.msg(format, v))
}
func (l natsLogger) Debugf(format string, v ...any) {
	l.log.Debug("jetstream", "text", l.msg(format, v))
}
func (l natsLogger) Tracef(format string, v ...any) {
	l.log.Debug("jetstream", "text", l.msg(format, v))
}
