package query

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/verify"
)

// Buckets are where results are delivered.
type Buckets interface {
	// CheckBucket tells whether the results of a query can be delivered as its
	// Delivery says. A refusal is an [*Error].
	CheckBucket(ctx context.Context, q *Query) error
	// Put writes an object, in place of one that is there. Its error is a
	// [*PutError], or the end of ctx.
	Put(ctx context.Context, q *Query, key, contentType string, body []byte) error
}

// Reason is why a bucket did not take an object.
type Reason uint8

// The reasons.
const (
	OtherReason Reason = iota
	// Gone: there is no such bucket. Denied: it is not for Cairn to write to.
	Gone
	Denied
	// NoAnswer: nobody can tell whether the object is there.
	NoAnswer
)

// PutError is an object that a bucket did not take. Retry tells that the same request
// may work in a moment.
type PutError struct {
	Reason Reason
	Retry  bool
	Err    error
}

func (e *PutError) Error() string { return e.Err.Error() }

// Unwrap gives the bucket's answer.
func (e *PutError) Unwrap() error { return e.Err }

// Signer gives the key that signs what a Region delivers at a time; it is a
// keys.Ring.
type Signer interface {
	Signer(ctx context.Context, region string, at time.Time) (fingerprint string, sign func(digest []byte) ([]byte, error), err error)
}

// deliveriesAtOnce bounds the deliveries at once, and with them the memory for the
// files that are on their way.
const deliveriesAtOnce = 2

// DefaultBackoff tries for about an hour, at first each second and then each five
// minutes.
func DefaultBackoff(attempt int) (time.Duration, bool) {
	const most = 5 * time.Minute
	return min(time.Second<<min(attempt-1, 20), most), attempt < 20
}

// deliveryURI is what DeliveryS3Uri may be: the model's pattern, in parts.
var deliveryURI = regexp.MustCompile(`^s3://([^/]*)(/.*)?$`)

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// maxPrefix is how long a prefix may be, in characters, as for trails.
const maxPrefix = 200

// delivery reads a DeliveryS3Uri and asks its bucket.
func (s *Service) delivery(ctx context.Context, q *Query, uri string) (*Delivery, error) {
	parts := deliveryURI.FindStringSubmatch(uri)
	switch {
	case parts == nil:
		return nil, refusal.New(CodeInvalidParameter, "DeliveryS3Uri %.300s is not valid. Use s3://BUCKET or s3://BUCKET/PREFIX.", uri)
	case !bucketName.MatchString(parts[1]) || strings.Contains(parts[1], ".."):
		return nil, refusal.New(CodeInvalidBucketName, "The bucket name %.100q in DeliveryS3Uri is not valid.", parts[1])
	}
	prefix := strings.Trim(parts[2], "/")
	if utf8.RuneCountInString(prefix) > maxPrefix || strings.ContainsFunc(prefix, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, refusal.New(CodeInvalidPrefix, "The prefix in DeliveryS3Uri has more than %d characters, or control characters.", maxPrefix)
	}
	if s.cfg.Buckets == nil || s.cfg.Signer == nil {
		return nil, refusal.New(CodeInvalidParameter, "This server has no S3 endpoint to deliver results to. Leave DeliveryS3Uri out, and read the results with GetQueryResults.")
	}
	d := &Delivery{URI: uri, Bucket: parts[1], Prefix: prefix, Status: DeliveryPending}
	with := *q
	with.Delivery = d
	if err := s.cfg.Buckets.CheckBucket(ctx, &with); err != nil {
		return nil, err
	}
	return d, nil
}

// Folder is the part of the keys of a query's files that they have in common, with
// a slash at its end. The day is that on which the query ended.
func (q *Query) Folder() string {
	prefix := q.Delivery.Prefix
	if prefix != "" {
		prefix += "/"
	}
	return fmt.Sprintf("%sAWSLogs/%s/CloudTrail-Lake/Query/%s/%s/", prefix, q.AccountID, q.Ended.UTC().Format("2006/01/02"), q.ID)
}

// undelivered are the queries that ended before this start and are to be delivered.
func (s *Service) undelivered() (out []Query) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.mu.active {
		if a.query.Status == Finished {
			out = append(out, a.snapshot())
		}
	}
	return out
}

// deliverable is the query if it is to be delivered now.
func (s *Service) deliverable(a *active) (Query, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := a.snapshot()
	return q, q.Status == Finished && q.Delivery != nil && q.Delivery.Status == DeliveryPending
}

// deliver writes a query's results to its bucket, and tries until that works or is
// in vain. If ctx ends before, the next start goes on.
func (s *Service) deliver(ctx context.Context, slots chan struct{}, q Query) {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return
	}
	for attempt := 1; ; attempt++ {
		status, err := s.attempt(ctx, &q)
		if ctx.Err() != nil && err != nil {
			return
		}
		if err == nil {
			s.delivered(q.ID, status)
			return
		}
		wait, again := s.cfg.Backoff(attempt)
		if failed, ok := errors.AsType[*PutError](err); !again || errors.Is(err, errDamaged) || ok && !failed.Retry {
			s.cfg.Logger.Warn("the results of a query could not be delivered", "query", q.ID, "bucket", q.Delivery.Bucket, "status", status, "error", err)
			s.delivered(q.ID, status)
			return
		}
		s.cfg.Logger.Info("the results of a query could not be delivered yet", "query", q.ID, "bucket", q.Delivery.Bucket, "attempt", attempt, "wait", wait, "error", err)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// delivered keeps how a delivery ended.
func (s *Service) delivered(id string, status DeliveryStatus) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.mu.active[id]
	a.query.Delivery = new(*a.query.Delivery)
	a.query.Delivery.Status = status
	s.put(a)
	delete(s.mu.active, id)
	s.metrics.deliveries.WithLabelValues(strings.ToLower(string(status))).Inc()
}

// attempt writes all of a query's files, and last the one that signs them. With an
// error it says what state that is, should it be the last one.
func (s *Service) attempt(ctx context.Context, q *Query) (DeliveryStatus, error) {
	folder := q.Folder()
	signed := verify.SignFile{
		Version: verify.SignVersion, Region: q.Region, HashAlgorithm: verify.HashAlgorithm, SignatureAlgorithm: verify.SignatureAlgorithm,
		QueryCompleteTime: q.Ended.UTC().Truncate(time.Second).Format(time.RFC3339),
	}
	err := s.parts(q, func(body []byte) error {
		name := fmt.Sprintf("result_%d.csv.gz", len(signed.Files)+1)
		sum := sha256.Sum256(body)
		signed.Files = append(signed.Files, verify.SignedFile{FileHashValue: hex.EncodeToString(sum[:]), FileName: name})
		return s.cfg.Buckets.Put(ctx, q, folder+name, "application/gzip", body)
	})
	if err != nil {
		return reasonOf(err, DeliveryFailed, DeliveryAccessDenied), err
	}
	if err := s.sign(ctx, q, &signed); err != nil {
		return DeliveryFailedSigning, err
	}
	body, err := json.Marshal(signed)
	if err != nil {
		return DeliveryFailedSigning, err
	}
	if err := s.cfg.Buckets.Put(ctx, q, folder+verify.SignFileName, "application/json", body); err != nil {
		return reasonOf(err, DeliveryFailedSigning, DeliveryAccessDeniedSigns), err
	}
	return DeliverySuccess, nil
}

// sign signs the hashes of the files with the Region's key of when the query ended.
func (s *Service) sign(ctx context.Context, q *Query, f *verify.SignFile) error {
	fingerprint, sign, err := s.cfg.Signer.Signer(ctx, q.Region, q.Ended.UTC().Truncate(time.Second))
	if err != nil {
		return fmt.Errorf("sign the results: %w", err)
	}
	digest := sha256.Sum256([]byte(f.SigningString()))
	signature, err := sign(digest[:])
	if err != nil {
		return fmt.Errorf("sign the results: %w", err)
	}
	f.PublicKeyFingerprint, f.HashSignature = fingerprint, hex.EncodeToString(signature)
	return nil
}

// reasonOf is the state of a delivery whose last attempt failed.
func reasonOf(err error, failed, denied DeliveryStatus) DeliveryStatus {
	why, ok := errors.AsType[*PutError](err)
	switch {
	case !ok:
		return failed
	case why.Reason == Gone:
		return DeliveryResourceNotFound
	case why.Reason == Denied:
		return denied
	case why.Reason == NoAnswer:
		return DeliveryUnknown
	}
	return failed
}
