package trail

import "context"

// maxNotice bounds the keys in a notice: SNS takes messages of up to 256 KB.
const maxNotice = 500

// notify tells those who want to know of the files, and notes the outcome.
func (w *worker) notify(ctx context.Context, t *Trail, s *Status) {
	if w.c.cfg.Notify == nil || !w.c.cfg.Notify.Wants(t) {
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
	d := &s.Notifications
	now := w.c.cfg.Now().UTC()
	d.Attempted, d.Error = now, ""
	if err == nil {
		d.Succeeded = now
		return
	}
	d.Error = codeOf(err)
	w.c.metrics.failures.WithLabelValues(w.arn, "notify").Inc()
	w.c.cfg.Logger.Warn("a trail's log files are delivered, but the notice of them is not", "trail", w.arn, "error", err)
}
