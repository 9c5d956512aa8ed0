package inlet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/intake"
	"github.com/cairntrail/cairn/internal/intake/imports"
	"github.com/cairntrail/cairn/internal/store"
)

const day = 24 * time.Hour

// lateness is how long after a day's end its log files may come.
const lateness = 2 * day

// remembered is how long files are known that a queue told of: SQS keeps messages for 14
// days.
const remembered = 15 * day

// Bucket is a bucket that is followed.
type Bucket interface {
	// List gives the keys that begin with prefix and come after after, in order.
	List(ctx context.Context, prefix, after string) iter.Seq2[string, error]
	Get(ctx context.Context, key string) (io.ReadCloser, error)
}

// Queue is a queue that is told of new files.
type Queue interface {
	// Receive waits a while for messages.
	Receive(ctx context.Context) ([]Message, error)
	Delete(ctx context.Context, m Message) error
}

// Message is a message of a queue.
type Message struct{ Body, Receipt string }

// File is a log file that was taken, or is damaged.
type File struct {
	Done    time.Time `json:"done"`
	Records int       `json:"records"`
	Damaged string    `json:"damaged,omitempty"`
}

// Start is from which day on a bucket is listed.
type Start struct {
	Day time.Time `json:"day"`
}

// Follower takes the log files of a bucket of CloudTrail's, each once: that a file was
// taken is written behind its records, which are those of the file byte for byte. A
// crash between the two reads the file again, and the records that the event history
// knows by their eventIDs are not taken twice.
type Follower struct {
	Name, BucketName, Prefix string
	// Since is the first day, zero for that of the first start.
	Since time.Time
	Every time.Duration
	// Accounts makes the accounts that are not known.
	Accounts bool
	Bucket   Bucket
	// Queue is told of files; nil lists the bucket.
	Queue    Queue
	Ingester *intake.Ingester
	Files    *store.Collection[File]
	Starts   *store.Collection[Start]
	Now      func() time.Time
	Metrics  *Metrics
	Logger   *slog.Logger
}

// Run follows the bucket until ctx ends.
func (f *Follower) Run(ctx context.Context) error {
	next := f.Pass
	if f.Queue != nil {
		next = f.Messages
	}
	for ctx.Err() == nil {
		wait := f.Every
		if err := next(ctx); err != nil && ctx.Err() == nil {
			f.Logger.Warn("an inlet cannot follow its bucket, and tries again", "inlet", f.Name, "bucket", f.BucketName, "error", err)
		} else if f.Queue != nil {
			wait = 0 // the queue itself waits
		}
		if pause(ctx, wait) != nil {
			break
		}
	}
	return nil
}

// start is the first day that is listed.
func (f *Follower) start(ctx context.Context) (time.Time, error) {
	item, err := f.Starts.Get(ctx, f.Name)
	if err == nil {
		return item.Value.Day, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return time.Time{}, err
	}
	first := Start{f.Since}
	if first.Day.IsZero() {
		first.Day = f.Now().UTC().Truncate(day)
	}
	_, err = f.Starts.Put(ctx, f.Name, first)
	return first.Day, err
}

// Pass lists what may have files that were not taken, and takes them: of each Region of
// each account the days since the start, and no others. A file that cannot be read is
// tried again in the next pass, and the start stays until then.
func (f *Follower) Pass(ctx context.Context) error {
	start, err := f.start(ctx)
	if err != nil {
		return err
	}
	failed, err := f.walk(ctx, start)
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	if next := f.Now().UTC().Truncate(day).Add(-lateness); next.After(start) {
		if _, err := f.Starts.Put(ctx, f.Name, Start{next}); err != nil {
			return err
		}
		return f.forget(ctx, func(key string, _ File) bool { d, ok := dayOf(key); return ok && d.Before(next) })
	}
	return nil
}

// walk takes the files from a day on. failed is the last file's that could not be read.
func (f *Follower) walk(ctx context.Context, start time.Time) (failed, err error) {
	judge := imports.Judge(f.Prefix, start)
	for after, more := "", true; more; {
		more = false
		for key, err := range f.Bucket.List(ctx, f.Prefix, after) {
			if err != nil {
				return failed, err
			}
			take, skip := judge(key)
			if skip > key {
				after, more = skip, true
				break
			}
			if !take || !isLogFile(key) {
				continue
			}
			why, err := f.file(ctx, key)
			if err != nil {
				return failed, err
			}
			if why != nil {
				failed = why
			}
		}
	}
	return failed, nil
}

// isLogFile tells log files from what else is in a bucket.
func isLogFile(key string) bool { return strings.HasSuffix(key, ".json.gz") }

var dayFolder = regexp.MustCompile(`/(\d{4}/\d{2}/\d{2})/[^/]*$`)

// dayOf is the day that a key stands under.
func dayOf(key string) (time.Time, bool) {
	m := dayFolder.FindStringSubmatch(key)
	if m == nil {
		return time.Time{}, false
	}
	d, err := time.Parse("2006/01/02", m[1])
	return d, err == nil
}

// id is under which a file is known.
func (f *Follower) id(key string) string { return f.Name + "/" + key }

// file takes a file, if it was not. failed is why it cannot be read; err is about the
// journal or the store.
func (f *Follower) file(ctx context.Context, key string) (failed, err error) {
	if _, err := f.Files.Get(ctx, f.id(key)); !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	body, err := f.Bucket.Get(ctx, key)
	if err != nil {
		f.Metrics.files.WithLabelValues(f.Name, "failed").Inc()
		return fmt.Errorf("read %s: %w", key, err), ctx.Err()
	}
	defer body.Close()
	got, err := f.Ingester.Ingest(ctx, body, intake.Options{Gzip: true, CreateAccounts: f.Accounts, PayloadHash: "UNSIGNED-PAYLOAD"})
	if err != nil {
		return nil, fmt.Errorf("take %s: %w", key, err)
	}
	outcome := "taken"
	if got.Incomplete != "" {
		outcome = "damaged"
		f.Logger.Warn("a log file is damaged; what could be read of it is taken", "inlet", f.Name, "key", key, "records", got.Accepted, "why", got.Incomplete)
	}
	if got.Rejected > 0 {
		f.Metrics.lost.WithLabelValues(f.Name).Add(float64(got.Rejected))
		f.Logger.Warn("records of a log file are left out", "inlet", f.Name, "key", key, "records", got.Rejected, "first", got.Rejections[0].Reason)
	}
	if _, err := f.Files.Put(ctx, f.id(key), File{Done: f.Now().UTC(), Records: got.Accepted, Damaged: got.Incomplete}); err != nil {
		return nil, err
	}
	f.Metrics.files.WithLabelValues(f.Name, outcome).Inc()
	f.Metrics.events.WithLabelValues(f.Name).Add(float64(got.Accepted))
	return nil, nil
}

// Messages waits for messages and takes the files that they tell of. A message goes when
// its files are taken; one that is not understood stays for the queue to deal with.
func (f *Follower) Messages(ctx context.Context) error {
	messages, err := f.Queue.Receive(ctx)
	if err != nil {
		return err
	}
	judge := imports.Judge(f.Prefix, time.Time{})
	var failed error
	for _, m := range messages {
		objects, err := Objects(m.Body)
		if err != nil {
			f.Metrics.refused.WithLabelValues(f.Name, "document").Inc()
			failed = err
			continue
		}
		done := true
		for _, o := range objects {
			take, _ := judge(o.Key)
			if o.Bucket != f.BucketName || !strings.HasPrefix(o.Key, f.Prefix) || !take || !isLogFile(o.Key) {
				continue
			}
			why, err := f.file(ctx, o.Key)
			if err != nil {
				return err
			}
			if why != nil {
				done, failed = false, why
			}
		}
		if done {
			if err := f.Queue.Delete(ctx, m); err != nil {
				return fmt.Errorf("delete a message: %w", err)
			}
		}
	}
	if len(messages) > 0 && failed == nil {
		return f.forgetOld(ctx)
	}
	return failed
}

// forgetOld forgets, once a day, files that no message tells of any more.
func (f *Follower) forgetOld(ctx context.Context) error {
	last, err := f.start(ctx)
	now := f.Now().UTC()
	if err != nil || now.Sub(last) < 2*day {
		return err
	}
	if _, err := f.Starts.Put(ctx, f.Name, Start{now.Truncate(day)}); err != nil {
		return err
	}
	return f.forget(ctx, func(_ string, file File) bool { return now.Sub(file.Done) > remembered })
}

// forget deletes what is known of files.
func (f *Follower) forget(ctx context.Context, old func(key string, file File) bool) error {
	items, err := f.Files.List(ctx, f.id(""))
	if err != nil {
		return err
	}
	for _, item := range items {
		if old(strings.TrimPrefix(item.ID, f.id("")), item.Value) {
			if err := f.Files.Delete(ctx, item.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
	}
	return nil
}
