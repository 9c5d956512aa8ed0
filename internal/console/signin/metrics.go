package signin

import "github.com/prometheus/client_golang/prometheus"

// metrics are the series of sign-ins.
type metrics struct {
	signIns *prometheus.CounterVec
}

// outcomes are what became of steps of signing in.
//
//nolint:gochecknoglobals // a table
var outcomes = map[string]string{
	"": "accepted", CodeAuthenticationFailed: "failed", CodeChallengeEnded: "failed", CodeTooManyAttempts: "delayed", CodeServiceUnavailable: "unavailable", CodeInternal: "unavailable",
}

func newMetrics(reg prometheus.Registerer, sessions, leftOut func() float64) *metrics {
	m := &metrics{signIns: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "cairn_console_sign_ins_total", Help: "Steps of signing in to the console, by outcome.",
	}, []string{"outcome"})}
	for _, outcome := range outcomes {
		m.signIns.WithLabelValues(outcome) // there from the beginning
	}
	if reg != nil {
		reg.MustRegister(m.signIns,
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cairn_console_sessions", Help: "Sessions of the console."}, sessions),
			prometheus.NewCounterFunc(prometheus.CounterOpts{
				Name: "cairn_console_sign_ins_unrecorded_total", Help: "Attempts to sign in that are in no record, since there were too many: during a lock-out, with an unknown token, or at the same time.",
			}, leftOut))
	}
	return m
}

// count counts a step of signing in; requests that were no attempt do not count.
func (m *metrics) count(refused *Error) {
	code := ""
	if refused != nil {
		code = refused.Code
	}
	if outcome, ok := outcomes[code]; ok {
		m.signIns.WithLabelValues(outcome).Inc()
	}
}
