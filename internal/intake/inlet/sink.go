package inlet

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/intake/channel"
)

// maxRecord leaves room in a record for what is around an event.
const maxRecord = event.MaxSize - 2048

// Channel takes events of a channel; a channel.Service. The events are durable if
// none failed.
type Channel interface {
	Take(ctx context.Context, arn string, events []channel.AuditEvent) (failed []channel.Failed, err error)
}

// Journal takes records. Append returns when they are durable.
type Journal interface {
	Append(ctx context.Context, records ...[]byte) error
	Ready() error
}

// Target is where an inlet's events go.
type Target struct {
	// Name is the inlet's, in metrics.
	Name string
	// Find gives the ARN of the channel of events that have one. It is asked each time:
	// the channel may be made later than the inlet.
	Find func(ctx context.Context) (arn string, err error)
	// Account and Region are those of records that name none, and the account that
	// owns the channel.
	Account, Region string
	Channel         Channel
	Journal         Journal
	// Known tells whether there is an account; records of others are the inlet's.
	Known   func(account string) bool
	Now     func() time.Time
	Metrics *Metrics
}

// Ready implements Sink.
func (t *Target) Ready() error { return t.Journal.Ready() }

// Take implements Sink.
func (t *Target) Take(ctx context.Context, b Batch) error {
	now := t.Now().UTC()
	if err := t.takeEvents(ctx, &b, now); err != nil {
		return err
	}
	if len(b.Records) > 0 {
		raw := make([][]byte, len(b.Records))
		for i := range b.Records {
			raw[i] = t.record(&b.Records[i], now)
			if _, err := event.Parse(raw[i]); err != nil {
				return fmt.Errorf("a record cannot be read: %w", errors.Join(err, ErrRefused))
			}
		}
		if err := t.Journal.Append(ctx, raw...); err != nil {
			return err
		}
	}
	t.Metrics.took(t.Name, &b)
	return nil
}

// takeEvents puts events into the channel. One that the channel refuses all the same,
// which the limits here should not let happen, is not understood.
func (t *Target) takeEvents(ctx context.Context, b *Batch, now time.Time) error {
	if len(b.Events) == 0 {
		return nil
	}
	arn, err := t.Find(ctx)
	if err != nil {
		return err
	}
	seen := make(map[[sha256.Size]byte]int, len(b.Events))
	events, index := make([]channel.AuditEvent, len(b.Events)), make(map[string]int, len(b.Events))
	for i := range b.Events {
		e := &b.Events[i]
		sum := sha256.Sum256(e.Original)
		id := e.EventID(arn, seen[sum])
		seen[sum]++
		events[i], index[id] = channel.AuditEvent{ID: id, Data: string(e.Data(t.Account, now))}, i
	}
	failed, err := t.Channel.Take(ctx, arn, events)
	if err != nil || len(failed) == 0 {
		return err
	}
	for _, f := range failed {
		i := index[f.ID]
		b.Events[i] = unmapped(b.Events[i].Original, b.Events[i].Source, "the channel refuses the event: "+f.Message)
		events[i].Data = string(b.Events[i].Data(t.Account, now))
	}
	if failed, err = t.Channel.Take(ctx, arn, events); err == nil && len(failed) > 0 {
		err = fmt.Errorf("the channel refuses an event: %s: %w", failed[0].Message, ErrRefused)
	}
	return err
}

// ErrRefused says that trying again does not help.
var ErrRefused = errors.New("the document cannot be taken")

// record is a record of a category of its own, as event data stores have it.
func (t *Target) record(r *Record, now time.Time) []byte {
	account, region, at := r.Account, or(r.Region, t.Region), r.Time
	if account == "" || !t.Known(account) {
		account = t.Account
	}
	if at.IsZero() || at.Year() > 9999 {
		at = now
	}
	e := Event{Original: append([]byte(r.Category), r.Data...)}
	out := []byte(`{"eventVersion":"1.0"`)
	for _, f := range [][2]string{
		{"eventCategory", r.Category}, {"eventType", r.Type}, {"eventID", e.EventID(account, 0)}, {"eventTime", at.UTC().Format("2006-01-02T15:04:05Z")},
		{"awsRegion", region}, {"recipientAccountId", account},
	} {
		out = append(out, `,"`+f[0]+`":`...)
		out = event.AppendString(out, f[1])
	}
	out = append(out, `,"eventData":`...)
	return append(append(out, r.Data...), '}')
}

// Metrics count what inlets take.
type Metrics struct {
	events, unmapped, refused, lost, files *prometheus.CounterVec
}

// NewMetrics registers them.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"inlet"}, labels...))
		reg.MustRegister(c)
		return c
	}
	return &Metrics{
		events:   vec("cairn_inlet_events_total", "Events that inlets made durable."),
		unmapped: vec("cairn_inlet_unmapped_total", "Of these, events of entries that were not understood."),
		refused:  vec("cairn_inlet_refused_total", "Documents that were refused, by reason.", "reason"),
		lost:     vec("cairn_inlet_lost_total", "Events, or parts of them, that senders say they dropped, and gaps in files."),
		files:    vec("cairn_inlet_files_total", "Log files that followers read, by outcome.", "outcome"),
	}
}

func (m *Metrics) took(inlet string, b *Batch) {
	m.events.WithLabelValues(inlet).Add(float64(len(b.Events) + len(b.Records)))
	m.lost.WithLabelValues(inlet).Add(float64(b.Dropped))
	for i := range b.Events {
		if b.Events[i].Unmapped != "" {
			m.unmapped.WithLabelValues(inlet).Inc()
		}
	}
}
