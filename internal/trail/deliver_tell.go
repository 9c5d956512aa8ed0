package trail

import (
	"context"
	"fmt"

	"github.com/cairntrail/cairn/internal/event"
)

// maxNotice bounds the keys in a notice: SNS takes messages of up to 256 KB.
const maxNotice = 500

// notify tells the topic.
func (w *worker) notify(ctx context.Context, t *Trail, s *Status) {
	if w.c.cfg.Notify == nil || t.SNSTopicARN == "" {
		return
	}
	var err error
	for i := 0; i < len(w.sending) && err == nil; i += maxNotice {
		n := Notice{Bucket: t.S3BucketName}
		for _, o := range w.sending[i:min(i+maxNotice, len(w.sending))] {
			n.Keys = append(n.Keys, o.in.Key)
		}
		err = w.c.cfg.Notify.Notify(ctx, *t, n)
	}
	w.tell("notify", &s.Notifications, err)
}

// tell notes the outcome of what goes elsewhere.
func (w *worker) tell(step string, d *Delivery, err error) {
	now := w.c.cfg.Now().UTC()
	d.Attempted, d.Error = now, ""
	if err == nil {
		d.Succeeded = now
		return
	}
	d.Error = codeOf(err)
	w.c.metrics.failures.WithLabelValues(w.arn, step).Inc()
	w.c.cfg.Logger.Warn("a trail's log files are delivered, but what goes with them is not", "trail", w.arn, "step", step, "error", err)
}

// forwarded is how many records are forwarded at once.
const forwarded = 500

// forward hands the records on.
func (w *worker) forward(ctx context.Context, t *Trail, s *Status) {
	if w.c.cfg.Records == nil {
		return
	}
	to := w.c.cfg.Records(*t)
	if to == nil {
		return
	}
	var err error
	for _, o := range w.sending {
		if err = forwardFile(ctx, to, o); err != nil {
			break
		}
	}
	w.tell("records", &s.CloudWatch, err)
}

func forwardFile(ctx context.Context, to Forward, o *object) error {
	content := unpack(o.in.Body)
	defer content.Close()
	r := event.NewReader(content)
	for left := o.file.events; left > 0; {
		records := make([]Record, 0, min(left, forwarded))
		for range cap(records) {
			rec, err := r.Next()
			if err != nil {
				return fmt.Errorf("read %s again: %w", o.in.Key, err)
			}
			records = append(records, Record{Raw: append([]byte(nil), rec.Raw...), Time: rec.EventTime, Account: o.file.account, Region: o.file.region, Category: rec.Category})
		}
		if err := to(ctx, records); err != nil {
			return err
		}
		left -= len(records)
	}
	return nil
}
