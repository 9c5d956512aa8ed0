package recorder

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	records, passed, refused, learned, lost prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	m := &metrics{
		records: counter("cairn_recorder_records_total", "Records written for calls through gateways."),
		passed:  counter("cairn_recorder_unrecorded_data_events_total", "Data events that nobody selects, and that passed without a record."),
		refused: counter("cairn_recorder_refused_calls_total", "Calls that were not forwarded since they could not be recorded."),
		learned: counter("cairn_recorder_learned_credentials_total", "Temporary credentials that were learned from answers."),
		lost:    counter("cairn_recorder_gap_calls_total", "Calls that passed without a record in fail-open mode."),
	}
	if reg != nil {
		reg.MustRegister(m.records, m.passed, m.refused, m.learned, m.lost)
	}
	return m
}
