package api

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count requests. Labels are bounded: services and operations are
// those of the models, codes those of the error table; everything else is
// "other".
type metrics struct {
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	other    operationMetrics
}

// operationMetrics are the series of one operation, looked up once.
type operationMetrics struct {
	requests *prometheus.CounterVec
	ok       prometheus.Counter
	latency  prometheus.Observer
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cairn_api_requests_total",
			Help: "API requests by service, operation and error code; the code of success is OK.",
		}, []string{"service", "operation", "code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "cairn_api_request_duration_seconds",
			Help:    "Time from the request's header to its answer, the durable record included.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"service", "operation"}),
	}
	if reg != nil {
		if err := errors.Join(reg.Register(m.requests), reg.Register(m.latency)); err != nil {
			return nil, fmt.Errorf("api: register the metrics: %w", err)
		}
	}
	m.other = m.of("other", "other")
	return m, nil
}

// of returns the series of an operation.
func (m *metrics) of(service, operation string) operationMetrics {
	requests := m.requests.MustCurryWith(prometheus.Labels{"service": service, "operation": operation})
	return operationMetrics{
		requests: requests,
		ok:       requests.WithLabelValues("OK"),
		latency:  m.latency.WithLabelValues(service, operation),
	}
}

// observe counts a request; code is empty for success, and from the error
// table otherwise.
func (o operationMetrics) observe(code string, took time.Duration) {
	if code == "" {
		o.ok.Inc()
	} else {
		o.requests.WithLabelValues(code).Inc()
	}
	o.latency.Observe(took.Seconds())
}
