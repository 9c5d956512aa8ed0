package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/verify"
)

const (
	// maxFindings is how many findings a report lists.
	maxFindings = 1000
	// progressEvery is how often a page is told how far a validation is.
	progressEvery = 250 * time.Millisecond
	// validators is how many files one validation reads at once.
	validators = 8
)

// validation is one run of a trail's validation.
type validation struct {
	trail      verify.Trail
	start, end time.Time
	keys       map[string][]byte
	source     permitted

	digests, listed, logs, bytes atomic.Int64

	mu       sync.Mutex // guards findings and more
	findings []verify.Finding
	more     int
}

// validate checks a trail's log files as "cairn validate" does, and tells of its
// progress. It asks for the trail and the public keys over the API, as that does.
func (c *Console) validate(x *call) error {
	if x.Method != http.MethodGet {
		return errMethod
	}
	return c.streaming(x, func(ctx context.Context) error {
		v, err := c.newValidation(x)
		if err != nil {
			return err
		}
		out, err := newSender(x.w)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var ticker sync.WaitGroup
		ticker.Go(func() { v.tell(ctx, cancel, out) })
		report, err := verify.Validate(ctx, counting{v.source, &v.bytes}, v.keys, v.trail, verify.Options{
			Start: v.start, End: v.end, Workers: validators,
			Listed: func(n int) { v.listed.Add(int64(n)) }, Found: func(f verify.Finding) { v.found(out, f) },
		})
		gone := ctx.Err() != nil
		cancel()
		ticker.Wait()
		if gone {
			return context.Canceled
		}
		if err != nil {
			if _, why, ok := refusalOf(err); ok {
				return out.send("failed", why)
			}
			c.cfg.Logger.Warn("a validation of the console could not be finished", "trail", v.trail.ARN, "error", err)
			return out.send("failed", refusal{Code: "ValidationFailed", Message: "The validation could not be finished: " + err.Error()})
		}
		if err := out.send("progress", v.progress()); err != nil {
			return err
		}
		return out.send("report", v.report(report))
	})
}

// newValidation reads the call, asks for permissions, and finds files and keys.
func (c *Console) newValidation(x *call) (*validation, error) {
	v := &validation{keys: make(map[string][]byte), findings: []verify.Finding{}}
	view, err := viewOf(x.URL.Query())
	if err != nil {
		return nil, err
	}
	if view.Start == nil {
		return nil, invalid("The parameter start is missing: the time from which log files are checked, as 2026-11-27T10:00:00Z.")
	}
	v.start, v.end = view.Start.UTC().Truncate(time.Second), c.cfg.Now().UTC().Truncate(time.Second)
	if view.End != nil {
		v.end = view.End.UTC().Truncate(time.Second)
	}
	if !v.start.Before(v.end) {
		return nil, invalid("The start is not before the end.")
	}
	if err := c.findTrail(x, v); err != nil {
		return nil, err
	}
	folder := v.trail.Prefix
	if folder != "" {
		folder += "/"
	}
	v.source = permitted{c.cfg.Buckets.Source(x.caller.AccountID()), func(action, resource string) error { return c.may(x, action, resource) }}
	if err := v.source.may("s3:ListBucket", bucketARN(v.trail.Bucket)); err != nil {
		return nil, err
	}
	if err := v.source.may("s3:GetObject", bucketARN(v.trail.Bucket)+"/"+folder+"AWSLogs/"+x.caller.AccountID()+"/"); err != nil {
		return nil, err
	}
	return v, c.findKeys(x, v)
}

// findTrail asks where the trail delivers. The Region whose files are checked is the
// call's, and for a trail of one Region that one.
func (c *Console) findTrail(x *call, v *validation) error {
	out, err := c.cfg.API.Call(x.Request, api.ConsoleCall{Operation: "GetTrail", Caller: x.caller, Input: map[string]string{"Name": x.URL.Query().Get("trail")}})
	if err != nil {
		return err
	}
	var got struct {
		Trail struct {
			TrailARN, HomeRegion, S3BucketName, S3KeyPrefix string
			IsMultiRegionTrail                              bool
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		return fmt.Errorf("read GetTrail's answer: %w", err)
	}
	t := &got.Trail
	if !t.IsMultiRegionTrail {
		x.caller.Region = t.HomeRegion
	}
	v.trail = verify.Trail{ARN: t.TrailARN, Region: x.caller.Region, Bucket: t.S3BucketName, Prefix: t.S3KeyPrefix}
	return nil
}

// findKeys asks for the keys of the range, and two hours around it, in which digests
// that cover its edges may have been signed.
func (c *Console) findKeys(x *call, v *validation) error {
	out, err := c.cfg.API.Call(x.Request, api.ConsoleCall{Operation: "ListPublicKeys", Caller: x.caller, Input: map[string]int64{
		"StartTime": v.start.Add(-2 * time.Hour).Unix(), "EndTime": v.end.Add(2 * time.Hour).Unix(),
	}})
	if err != nil {
		return err
	}
	var got struct {
		PublicKeyList []struct {
			Value       []byte
			Fingerprint string
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		return fmt.Errorf("read ListPublicKeys' answer: %w", err)
	}
	for _, k := range got.PublicKeyList {
		v.keys[k.Fingerprint] = k.Value
	}
	return nil
}

// found counts a finding, and sends what is not valid at once.
func (v *validation) found(out *sender, f verify.Finding) {
	switch f.Kind {
	case verify.DigestFile:
		v.digests.Add(1)
	case verify.LogFileOf:
		v.logs.Add(1)
	}
	if f.Valid {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.findings) == maxFindings {
		v.more++
		return
	}
	v.findings = append(v.findings, f)
	_ = out.send("finding", f) // tell notices that the browser has gone
}

// tell sends how far it is until ctx ends, and ends it when nobody listens.
func (v *validation) tell(ctx context.Context, stop context.CancelFunc, out *sender) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		if err := out.send("progress", v.progress()); err != nil {
			stop()
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (v *validation) progress() map[string]int64 {
	return map[string]int64{"digests": v.digests.Load(), "listed": v.listed.Load(), "logFiles": v.logs.Load(), "bytes": v.bytes.Load()}
}

// report is the end of a validation, with the lines that "cairn validate" prints.
func (v *validation) report(r *verify.Report) map[string]any {
	v.mu.Lock()
	defer v.mu.Unlock()
	const layout = "2006-01-02T15:04:05Z"
	var text strings.Builder
	fmt.Fprintf(&text, "Validating log files for trail %s between %s and %s\n\n", v.trail.ARN, v.start.Format(layout), v.end.Format(layout))
	for _, f := range v.findings {
		fmt.Fprintf(&text, "%s\t", f.Kind)
		if f.Key != "" {
			fmt.Fprintf(&text, "s3://%s/%s\t", f.Bucket, f.Key)
		}
		fmt.Fprintln(&text, f.Message)
	}
	if v.more > 0 {
		fmt.Fprintf(&text, "and %d more findings\n", v.more)
	}
	text.WriteString("\n" + r.Summary() + r.Beyond())
	return map[string]any{
		"digests": r.Digests, "logFiles": r.Logs, "gaps": r.Gaps, "orphans": r.Orphans, "start": r.Start, "end": r.End,
		"foundStart": known(r.FoundStart), "foundEnd": known(r.FoundEnd), "findings": v.findings, "more": v.more, "damaged": r.Damaged(),
		"bytes": v.bytes.Load(), "region": v.trail.Region, "text": text.String(),
	}
}

// known is nil for no time.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func bucketARN(bucket string) string { return "arn:aws:s3:::" + bucket }

// permitted reads what the person may read: also of buckets that the trail had before,
// which the chain of digests names.
type permitted struct {
	verify.Source
	may func(action, resource string) error
}

// Get implements verify.Source.
func (s permitted) Get(ctx context.Context, bucket, key string) (verify.Object, error) {
	if err := s.may("s3:GetObject", bucketARN(bucket)+"/"+key); err != nil {
		return verify.Object{}, err
	}
	return s.Source.Get(ctx, bucket, key)
}

// List implements verify.Source.
func (s permitted) List(ctx context.Context, bucket, prefix, after string, yield func(key string) bool) error {
	if err := s.may("s3:ListBucket", bucketARN(bucket)); err != nil {
		return err
	}
	return s.Source.List(ctx, bucket, prefix, after, yield)
}

// counting counts the bytes that are read.
type counting struct {
	verify.Source
	bytes *atomic.Int64
}

// Get implements verify.Source.
func (s counting) Get(ctx context.Context, bucket, key string) (verify.Object, error) {
	o, err := s.Source.Get(ctx, bucket, key)
	if err == nil {
		o.Body = countedBody{o.Body, s.bytes}
	}
	return o, err
}

type countedBody struct {
	io.ReadCloser
	bytes *atomic.Int64
}

// Read implements io.Reader.
func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	return n, err
}
