package trail

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// Bucket takes files. Put is called by several goroutines at once.
type Bucket interface {
	// Put stores an object and returns when it is durable. The same object may be
	// put again, with the same bytes. Put does not try again by itself. An error
	// may say more by a method ErrorCode() string, the code that GetTrailStatus
	// shows, such as NoSuchBucket, and by Retryable() bool: one that is not is
	// tried again less often, for somebody may repair the bucket.
	Put(ctx context.Context, in PutInput) error
}

// PutInput is an object of a trail.
type PutInput struct {
	Bucket, Key                  string
	Body                         []byte
	ContentType, ContentEncoding string
	// Metadata has names in lower case. The AWS CLI finds a digest's signature
	// under no other.
	Metadata map[string]string
	// KMSKeyID is the trail's key, empty for none.
	KMSKeyID string
	TrailARN string
}

// Signer has the keys that sign digests; it is a keys.Ring.
type Signer interface {
	// Signer gives the fingerprint of the Region's key for digests that end at a
	// time, and signs a SHA-256 sum with it (RSASSA-PKCS1-v1_5).
	Signer(ctx context.Context, region string, at time.Time) (fingerprint string, sign func(sum []byte) ([]byte, error), err error)
}

// Notice says that log files were delivered.
type Notice struct {
	Bucket string
	Keys   []string
}

// Notifier publishes notices, to a trail's topic or wherever else somebody wants
// to know. Errors may have ErrorCode, as those of Bucket.
type Notifier interface {
	// Wants tells whether anybody is to be told of the trail's files.
	Wants(t *Trail) bool
	Notify(ctx context.Context, t Trail, n Notice) error
}

// CourierConfig is what a [Courier] is made of.
type CourierConfig struct {
	Store   *store.DB
	Journal journal.Source
	Bucket  Bucket
	Signer  Signer
	// Notify, if set, is called behind the delivery of log files. Its failure is in
	// the status and holds up nothing.
	Notify Notifier
	// Regions are those that a multi-Region trail has digests of, also when
	// nothing happened there.
	Regions []string
	// Interval is how long a window is, DigestInterval what a digest covers. Zero
	// is 5 minutes and 1 hour, as CloudTrail has it.
	Interval, DigestInterval time.Duration
	// GiveUp is how long delivery is tried. Zero is 30 days.
	GiveUp time.Duration
	// RetryMin and RetryMax bound the pause between two tries, which doubles. Zero
	// is 1 second and 5 minutes.
	RetryMin, RetryMax time.Duration
	// PartBytes is after how many bytes of records the files of a window are
	// delivered before it ends: it bounds memory, to what they compress to. Zero is
	// 256 MiB.
	PartBytes int64
	// MaxFile bounds a log file before compression. Zero is CloudTrail's 50 MB.
	MaxFile int64

	Now        func() time.Time
	Jitter     func() float64 // from 0 to 1; nil is random
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

func (c *CourierConfig) fill() {
	def(&c.Interval, 5*time.Minute)
	def(&c.DigestInterval, time.Hour)
	def(&c.GiveUp, 30*24*time.Hour)
	def(&c.RetryMin, time.Second)
	def(&c.RetryMax, 5*time.Minute)
	def(&c.PartBytes, 256<<20)
	def(&c.MaxFile, maxLogFile)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
}

func def[T int64 | time.Duration](v *T, to T) {
	if *v == 0 {
		*v = to
	}
}

// codeOf is what GetTrailStatus says of a failure. A request that timed out has
// no code there: "GetTrailStatus", CloudTrail API reference.
func codeOf(err error) string {
	code := "InternalError"
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		code = coded.ErrorCode()
	}
	if code == "RequestTimeout" || errors.Is(err, context.DeadlineExceeded) {
		return ""
	}
	return code
}
