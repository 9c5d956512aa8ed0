package recorder

import (
	"context"
	"net/http"

	"github.com/cairntrail/cairn/internal/gateway"
)

var _ gateway.Observer = (*Recorder)(nil)

// Begin decides what becomes of a call before anything is forwarded: a data
// event that nobody wants passes unobserved, a call that its endpoint's policy
// does not let pass is refused, and without room for its record a call is not
// forwarded.
func (r *Recorder) Begin(_ context.Context, q *gateway.Request) gateway.Plan {
	p := r.begin(q)
	plan := gateway.Plan{Service: p.call.ServiceName, State: p}
	if p.network && !r.passes(q, p) {
		p.denied = true
		plan.Deny = refuse(p, http.StatusForbidden, "AccessDenied", vpceMessage)
	}
	p.wanted = p.data && r.wantedEarly(q, p)
	plan.Record = p.denied || !p.data || p.wanted || p.network && r.cfg.Demand.network()
	if !plan.Record {
		r.metrics.passed.Inc()
		return plan
	}
	plan.Request, plan.Response = p.kept()
	if err := r.cfg.Ready(); err != nil && !r.cfg.FailOpen {
		r.metrics.refused.Inc()
		plan.Record = false // there is no room to say even this
		plan.Deny = refuse(p, http.StatusServiceUnavailable, "ServiceUnavailable",
			"Cairn's gateway did not forward this call, since it cannot be recorded: "+err.Error())
	}
	return plan
}

// Finish makes the call's records durable. With FailOpen a call whose records
// could not be written is counted, and passes.
func (r *Recorder) Finish(ctx context.Context, x *gateway.Exchange) error {
	p, ok := x.State.(*pending)
	if !ok {
		panic("BUG: recorder: an exchange of another observer")
	}
	return r.write(ctx, r.records(ctx, x, p), x.Done)
}

// Amend corrects the record of an answer that was streamed, where it was not
// what its head announced.
func (r *Recorder) Amend(ctx context.Context, x *gateway.Exchange) {
	p, ok := x.State.(*pending)
	if !ok || p.eventID == "" || x.Failure == "" {
		return
	}
	c := p.first
	c.Time = x.Done
	c.ErrorCode, c.ErrorMessage = failureOf(x)
	c.AdditionalEventData = r.additional(x, p)
	c.Addendum = &Addendum{Reason: "UPDATED_DATA", UpdatedFields: "errorCode,errorMessage,additionalEventData", OriginalEventID: p.eventID, OriginalRequestID: c.RequestID}
	// The answer has gone; all that is left to do with an error is to count it.
	if err := r.write(ctx, [][]byte{Record(c, r.newID())}, x.Done); err != nil {
		r.cfg.Logger.Error("the end of a streamed answer could not be recorded", "event", p.eventID, "failure", x.Failure, "error", err)
	}
}
