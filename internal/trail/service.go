package trail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

// MaxPerRegion is how many trails an account may have in a Region. A
// multi-Region trail counts in every Region. Source: "Quotas in AWS CloudTrail".
const MaxPerRegion = 5

// The collections of the store.
const (
	trailsCollection = "trails"
	statusCollection = "trails.status"
)

// Buckets checks the bucket of a trail before the trail is made or changed.
type Buckets interface {
	// CheckBucket tells whether log files can be delivered. A refusal is an
	// *Error, made by [NoBucket], [BucketPolicy] or [KeyPolicy]; any other error is
	// a failure of the check, and fails the operation.
	CheckBucket(ctx context.Context, t *Trail) error
}

// Topics checks the SNS topic of a trail.
type Topics interface {
	// CheckTopic tells whether notifications can be published. A refusal is an
	// *Error, made by [TopicPolicy].
	CheckTopic(ctx context.Context, t *Trail) error
}

// Logs checks the log group and the role of a trail.
type Logs interface {
	// CheckLogs tells whether the role can write to the log group. A refusal is an
	// *Error, made by [LogGroupDenied], [LogGroupUnknown], [RoleDenied] or
	// [LogsUnavailable].
	CheckLogs(ctx context.Context, t *Trail) error
}

// KMS resolves what names a KMS key.
type KMS interface {
	// KeyARN returns the ARN of the key that an ARN of a key or an alias stands
	// for. A refusal is an *Error with a KMS exception.
	KeyARN(ctx context.Context, arn string) (string, error)
}

// PublicKey is a key that digests are signed with.
type PublicKey struct {
	// Value is the public key in DER, PKCS #1.
	Value      []byte
	Start, End time.Time
	// Fingerprint is what digest files name the key by.
	Fingerprint string
}

// Keys has the public keys of every Region.
type Keys interface {
	// PublicKeys returns the Region's keys whose validity touches the time from
	// start to end, both inclusive, oldest first.
	PublicKeys(ctx context.Context, region string, start, end time.Time) ([]PublicKey, error)
}

// Deliverer is told of changes.
type Deliverer interface {
	// Changed says that the trail of that ARN was made, changed or deleted. The
	// change is committed. Changed does not block.
	Changed(arn string)
}

// Config is what a [Service] is made of.
type Config struct {
	// Store keeps the trails. Required.
	Store *store.DB
	// Journal tells the sequence of the last batch that is durable. Required.
	Journal interface{ Last() uint64 }
	// Keys has the public keys for ListPublicKeys. Nil has none.
	Keys Keys
	// Buckets, Topics and Logs check what a trail delivers to. Nil checks nothing.
	Buckets Buckets
	Topics  Topics
	Logs    Logs
	// KMS resolves aliases of keys. Nil keeps them as they are.
	KMS KMS
	// Deliverer is told of changes. Nil tells nobody.
	Deliverer Deliverer
	// Regions are those that multi-Region trails appear in, besides their home
	// Region. Empty means all.
	Regions []string
	// Now is the clock. Nil takes the real one.
	Now func() time.Time
}

// Service answers the operations on trails: it keeps what CloudTrail's
// CreateTrail, UpdateTrail and so on set, and answers as CloudTrail does.
//
// A change is one transaction of the store, which reads the trail, checks the
// rules and writes: of two changes at once none is lost. What asks others
// (buckets, topics, log groups) is asked before. What a trail logs changes by
// an [Epoch] that begins after the last durable batch of the journal, so an
// event that was acknowledged before the change is not touched by it.
//
// Methods refuse with an *Error. Any other error is a failure, whose text is
// not for the caller. They have no locks and start no goroutines.
type Service struct {
	cfg    Config
	trails *store.Collection[Trail]
	status *store.Collection[Status]
	// forwarded is the Forwarder's; the service only reads it.
	forwarded *store.Collection[forwarding]
}

// NewService makes a service over the collections "trails" and "trails.status".
func NewService(cfg Config) *Service {
	if cfg.Store == nil || cfg.Journal == nil {
		panic("BUG: trail: a service needs a store and a journal")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{
		cfg:       cfg,
		trails:    store.NewCollection[Trail](cfg.Store, trailsCollection),
		status:    store.NewCollection[Status](cfg.Store, statusCollection),
		forwarded: store.NewCollection[forwarding](cfg.Store, forwardedCollection),
	}
}

// Caller is who calls, and the Region that is called.
type Caller struct {
	AccountID string
	Region    string
}

// visible tells whether a trail of the caller's account shows in the Region:
// in its home Region, and elsewhere as a shadow of a multi-Region trail.
func (s *Service) visible(t *Trail, region string) bool {
	if t.HomeRegion == region {
		return true
	}
	return t.Now().MultiRegion && (len(s.cfg.Regions) == 0 || slices.Contains(s.cfg.Regions, region))
}

// ofAccount returns the trails of an account, in the order of their ARNs.
func (s *Service) ofAccount(ctx context.Context, account string) ([]Trail, error) {
	items, err := s.trails.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the trails: %w", err)
	}
	var out []Trail
	for _, it := range items {
		if it.Value.AccountID == account {
			out = append(out, it.Value)
		}
	}
	return out, nil
}

// get returns a trail of the account; ok is false when there is none.
func (s *Service) get(ctx context.Context, arn, account string) (t Trail, ok bool, err error) {
	item, err := s.trails.Get(ctx, arn)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Trail{}, false, nil
	case err != nil:
		return Trail{}, false, fmt.Errorf("read the trail: %w", err)
	}
	return item.Value, item.Value.AccountID == account, nil
}

// read finds a trail for an operation that changes nothing. A name means a
// trail whose home Region is the caller's; a shadow trail is found by its ARN
// only (GetTrailStatus of the CloudTrail API reference).
func (s *Service) read(ctx context.Context, c Caller, name string) (Trail, error) {
	arn, err := ARN(c, name)
	if err != nil {
		return Trail{}, err
	}
	t, ok, err := s.get(ctx, arn, c.AccountID)
	if err != nil {
		return Trail{}, err
	}
	if !ok || !s.visible(&t, c.Region) {
		return Trail{}, unknownTrail(arn, c.AccountID)
	}
	return t, nil
}

// home finds a trail for an operation that changes it, which only its home
// Region may. A shadow trail of that name is refused with
// InvalidHomeRegionException.
func (s *Service) home(ctx context.Context, c Caller, name string) (Trail, error) {
	arn, err := ARN(c, name)
	if err != nil {
		return Trail{}, err
	}
	t, ok, err := s.get(ctx, arn, c.AccountID)
	if err != nil {
		return Trail{}, err
	}
	if ok {
		if t.HomeRegion != c.Region {
			return Trail{}, notHome(&t)
		}
		return t, nil
	}
	if !strings.HasPrefix(name, arnStart) {
		all, err := s.ofAccount(ctx, c.AccountID)
		if err != nil {
			return Trail{}, err
		}
		for i := range all {
			if all[i].Name == name && s.visible(&all[i], c.Region) {
				return Trail{}, notHome(&all[i])
			}
		}
	}
	return Trail{}, unknownTrail(arn, c.AccountID)
}

// change reads a trail, changes it and writes it, in one transaction.
func (s *Service) change(ctx context.Context, c Caller, name string, apply func(context.Context, *Trail) error) (Trail, error) {
	var t Trail
	err := s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		var err error
		if t, err = s.home(ctx, c, name); err != nil {
			return err
		}
		if err := apply(ctx, &t); err != nil {
			return err
		}
		_, err = s.trails.Put(ctx, t.ARN, t)
		return err
	})
	if err != nil {
		return Trail{}, fmt.Errorf("change the trail: %w", err)
	}
	s.changed(t.ARN)
	return t, nil
}

func (s *Service) changed(arn string) {
	if s.cfg.Deliverer != nil {
		s.cfg.Deliverer.Changed(arn)
	}
}

// now is the clock in the resolution that answers have.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Millisecond) }
