package gateway

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// outcome is how a call ended, as metrics count it.
type outcome int

// The outcomes, and the label of each.
const (
	passed outcome = iota
	denied
	rejected
	unrecorded
	clientGone
	requestMalformed
	upstreamUnavailable
	upstreamTimeout
	upstreamCut
	internalFailure
	outcomes
)

var outcomeNames = [outcomes]string{
	"passed", "denied", "rejected", "unrecorded", "client_gone", "request_malformed",
	"upstream_unavailable", "upstream_timeout", "upstream_cut", "internal",
}

// outcomeOf is the outcome of a call with a failure.
func outcomeOf(f Failure) outcome {
	switch f {
	case "":
		return passed
	case ClientGone:
		return clientGone
	case RequestMalformed:
		return requestMalformed
	case UpstreamTimeout:
		return upstreamTimeout
	case UpstreamCut:
		return upstreamCut
	case UpstreamUnavailable:
		return upstreamUnavailable
	default:
		return internalFailure
	}
}

type metrics struct {
	requests                        *prometheus.CounterVec
	inFlight                        *prometheus.GaugeVec
	received, sent, failures, dials *prometheus.CounterVec
	upstream                        *prometheus.HistogramVec
}

// listenerMetrics are those of one listener, looked up once.
type listenerMetrics struct {
	requests                        [outcomes]prometheus.Counter
	inFlight                        prometheus.Gauge
	received, sent, failures, dials prometheus.Counter
	upstream                        prometheus.Observer
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"listener"}, labels...))
	}
	m := &metrics{
		requests: counter("cairn_gateway_requests_total", "Calls through the gateway, by how they ended.", "outcome"),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "cairn_gateway_in_flight", Help: "Calls that are under way."}, []string{"listener"}),
		received: counter("cairn_gateway_received_bytes_total", "Bytes of request bodies that came from clients."),
		sent:     counter("cairn_gateway_sent_bytes_total", "Bytes of answers' bodies that were sent to clients."),
		failures: counter("cairn_gateway_recording_failures_total", "Calls that could not be recorded, and whose answer was withheld."),
		dials:    counter("cairn_gateway_upstream_dials_total", "Connections made to upstreams, failed ones included."),
		upstream: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cairn_gateway_upstream_seconds", Help: "Time from forwarding a call to the head of its answer.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 20),
		}, []string{"listener"}),
	}
	for _, c := range []prometheus.Collector{m.requests, m.inFlight, m.received, m.sent, m.failures, m.dials, m.upstream} {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("register the gateway's metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) of(listener string) listenerMetrics {
	out := listenerMetrics{
		inFlight: m.inFlight.WithLabelValues(listener),
		received: m.received.WithLabelValues(listener),
		sent:     m.sent.WithLabelValues(listener),
		failures: m.failures.WithLabelValues(listener),
		dials:    m.dials.WithLabelValues(listener),
		upstream: m.upstream.WithLabelValues(listener),
	}
	for i, name := range outcomeNames {
		out.requests[i] = m.requests.WithLabelValues(listener, name)
	}
	return out
}
