// Package sharing keeps the resource-based policies of channels and event data
// stores: who may use them, principals of other accounts among them.
//
// It guarantees that a policy that it keeps is enforced completely, since what
// package identity could not decide is refused, and that it holds to the rules of
// its kind of resource: which actions it may name, and no resource but its own. A
// policy is gone when its resource is, by [Service.Forget].
//
// The policies rest in the collection "resource-policies" of the control-plane
// store, under the ARN of the resource. The package has no locks and starts no
// goroutines. What it does not do: it asks nobody for permission; [Service.Policy]
// is for those who do.
//
// Source of the rules: "Resource-based policy examples" of the CloudTrail User
// Guide, and PutResourcePolicy of the CloudTrail API reference.
package sharing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/naming"
	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/store"
)

// Error refuses an operation. Code is the name of the CloudTrail API's exception
// and Message its text, both for the caller.
type Error = refusal.Error

// The exceptions of the operations on resource policies.
const (
	CodeARNNotValid      = "ResourceARNNotValidException"
	CodePolicyNotValid   = "ResourcePolicyNotValidException"
	CodeNotFound         = "ResourceNotFoundException"
	CodePolicyNotFound   = "ResourcePolicyNotFoundException"
	CodeTypeNotSupported = "ResourceTypeNotSupportedException"
)

// Caller is whose resources are meant.
type Caller struct{ AccountID, Region string }

// Exists tells whether there is a resource of its kind with an ARN.
type Exists func(ctx context.Context, arn string) (bool, error)

// Config is what a [Service] is made of.
type Config struct {
	Store *store.DB
	// Channels and EventDataStores find the resources of their kinds; without one
	// of them its kind is not supported.
	Channels, EventDataStores Exists
	// Now is the clock; nil takes the real one.
	Now func() time.Time
}

// kept is a policy as the store has it.
type kept struct {
	Policy  string    `json:"policy"`
	Updated time.Time `json:"updated"`
}

// Service answers the operations on resource policies.
type Service struct {
	cfg      Config
	policies *store.Collection[kept]
}

// NewService makes a service over the collection "resource-policies".
func NewService(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg, store.NewCollection[kept](cfg.Store, "resource-policies")}
}

// Put attaches a policy to a resource, in place of the one it has.
func (s *Service) Put(ctx context.Context, c Caller, arn, policy string) error {
	k, err := s.find(ctx, c, arn)
	if err != nil {
		return err
	}
	if err := k.check(arn, policy); err != nil {
		return err
	}
	if _, err := s.policies.Put(ctx, arn, kept{policy, s.cfg.Now().UTC()}); err != nil {
		return fmt.Errorf("keep the resource policy: %w", err)
	}
	return nil
}

// Get returns the policy of a resource as it was put.
func (s *Service) Get(ctx context.Context, c Caller, arn string) (string, error) {
	if _, err := s.find(ctx, c, arn); err != nil {
		return "", err
	}
	item, err := s.policies.Get(ctx, arn)
	if errors.Is(err, store.ErrNotFound) {
		return "", noPolicy(arn)
	}
	if err != nil {
		return "", fmt.Errorf("read the resource policy: %w", err)
	}
	return item.Value.Policy, nil
}

// Delete takes the policy of a resource away.
func (s *Service) Delete(ctx context.Context, c Caller, arn string) error {
	if _, err := s.find(ctx, c, arn); err != nil {
		return err
	}
	err := s.policies.Delete(ctx, arn)
	if errors.Is(err, store.ErrNotFound) {
		return noPolicy(arn)
	}
	if err != nil {
		return fmt.Errorf("delete the resource policy: %w", err)
	}
	return nil
}

func noPolicy(arn string) error {
	return refusal.New(CodePolicyNotFound, "%.300s has no resource-based policy.", arn)
}

// Forget removes what is kept of a resource that was deleted, in the transaction
// of ctx if it has one.
func (s *Service) Forget(ctx context.Context, arn string) error {
	if err := s.policies.Delete(ctx, arn); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forget the resource policy: %w", err)
	}
	return nil
}

// Policy is the policy of a resource, and whether it has one.
func (s *Service) Policy(ctx context.Context, arn string) (identity.ResourcePolicy, bool, error) {
	item, err := s.policies.Get(ctx, arn)
	if errors.Is(err, store.ErrNotFound) {
		return identity.ResourcePolicy{}, false, nil
	}
	if err != nil {
		return identity.ResourcePolicy{}, false, fmt.Errorf("read the resource policy: %w", err)
	}
	p, err := identity.ParseResourcePolicy([]byte(item.Value.Policy))
	if err != nil {
		// A policy that cannot be read any more must not open what it closed.
		return identity.ResourcePolicy{}, false, fmt.Errorf("the policy of %s, which was checked when it was put: %w", arn, err)
	}
	return p, true, nil
}

// find is the kind of a resource of the caller's that exists.
func (s *Service) find(ctx context.Context, c Caller, arn string) (*kind, error) {
	a, ok := naming.ParseARN(arn)
	if !ok || a.Service != "cloudtrail" || a.Region == "" || !naming.IsAccount(a.Account) {
		return nil, refusal.New(CodeARNNotValid, "The ARN %.300q is not valid. Use one such as arn:aws:cloudtrail:us-east-2:123456789012:channel/01234567-89ab-cdef-0123-456789abcdef.", arn)
	}
	name, id, _ := strings.Cut(a.Resource, "/")
	k := kinds[name]
	exists := map[string]Exists{channels: s.cfg.Channels, eventDataStores: s.cfg.EventDataStores}[name]
	switch {
	case k == nil || exists == nil:
		return nil, refusal.New(CodeTypeNotSupported, "Resources of the type %.100q have no resource-based policies here. Channels and event data stores have.", name)
	case id == "":
		return nil, refusal.New(CodeARNNotValid, "The ARN %.300q names no resource.", arn)
	}
	if a.Account != c.AccountID || a.Region != c.Region {
		return nil, missing(arn)
	}
	there, err := exists(ctx, arn)
	if err != nil {
		return nil, fmt.Errorf("look for the resource: %w", err)
	}
	if !there {
		return nil, missing(arn)
	}
	return k, nil
}

func missing(arn string) error {
	return refusal.New(CodeNotFound, "There is no resource %.300s in this account and Region.", arn)
}
