package datastore

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/refusal"
)

// MaxContextKeys is how many keys of a kind a store may add to events.
const MaxContextKeys = 50

// conditionKeys are the condition keys that events can have ("Supported IAM global
// condition keys for enriched events", CloudTrail User Guide).
var conditionKeys = []string{
	"aws:FederatedProvider", "aws:TokenIssueTime", "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:SourceIdentity",
	"aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths",
	"aws:PrincipalServiceName", "aws:PrincipalServiceNamesList", "aws:PrincipalType", "aws:userid", "aws:username",
	"aws:RequestedRegion", "aws:SecureTransport", "aws:ViaAWSService", "aws:CurrentTime", "aws:EpochTime", "aws:SourceAccount", "aws:SourceOrgID",
}

// principalTag begins the keys that name a tag of the principal, which the guide
// announces beside the list.
const principalTag = "aws:PrincipalTag/"

// PutConfigurationInput is the input of [Service.PutEventConfiguration]. What is
// nil stays as it is; an empty list of selectors removes them.
type PutConfigurationInput struct {
	EventDataStore string
	MaxEventSize   *string
	Selectors      []ContextKeySelector
}

// PutEventConfiguration sets how large a store's events may be and what is added
// to them, which needs events of the Large size. It is kept and answered: events
// have in eventContext what they were recorded with.
func (s *Service) PutEventConfiguration(ctx context.Context, c Caller, in PutConfigurationInput) (Store, error) {
	return s.change(ctx, c, in.EventDataStore, func(_ context.Context, d *Store) error {
		if d.Status == PendingDeletion {
			return inactive(d)
		}
		if err := configurable(d); err != nil {
			return err
		}
		if in.MaxEventSize != nil {
			if size := *in.MaxEventSize; size != StandardSize && size != LargeSize {
				return refusal.New(CodeInvalidParameter, "MaxEventSize %.100q is not known. Use %s or %s.", size, StandardSize, LargeSize)
			}
			d.Configuration.MaxEventSize = *in.MaxEventSize
		}
		if in.Selectors != nil {
			if err := checkContextKeys(in.Selectors); err != nil {
				return err
			}
			d.Configuration.ContextKeySelectors = in.Selectors
		}
		if d.Configuration.MaxEventSize != LargeSize && len(d.Configuration.ContextKeySelectors) > 0 {
			return refusal.New(CodeInvalidParameterCombination, "ContextKeySelectors need MaxEventSize %s. Set it, or remove the selectors.", LargeSize)
		}
		return nil
	})
}

// GetEventConfiguration returns a store with its configuration.
func (s *Service) GetEventConfiguration(ctx context.Context, c Caller, name string) (Store, error) {
	d, err := s.find(ctx, c, name)
	if err != nil {
		return Store{}, err
	}
	if d.Status == PendingDeletion {
		return Store{}, refusal.New(CodeInvalidStatus, "%s", inactive(&d).Message)
	}
	if err := configurable(&d); err != nil {
		return Store{}, err
	}
	return d, nil
}

// configurable refuses stores of other events than CloudTrail's own.
func configurable(d *Store) error {
	if !ofCloudTrail(d.Category()) {
		return refusal.New(CodeInvalidCategory, "The event data store %s is for %s events. Only one for CloudTrail events has an event configuration.", d.ARN, d.Category())
	}
	return nil
}

func checkContextKeys(list []ContextKeySelector) error {
	bad := func(format string, args ...any) error { return refusal.New(CodeInvalidParameter, format, args...) }
	for i, sel := range list {
		if slices.ContainsFunc(list[:i], func(o ContextKeySelector) bool { return o.Type == sel.Type }) {
			return bad("The type %s is there twice. Put all its keys into one selector.", sel.Type)
		}
		if n := len(sel.Equals); n == 0 || n > MaxContextKeys {
			return bad("The selector of type %s has %d keys; it has 1 to %d.", sel.Type, n, MaxContextKeys)
		}
		for k, key := range sel.Equals {
			if slices.Contains(sel.Equals[:k], key) {
				return bad("The key %.128q is there twice. Leave one of them out.", key)
			}
			if n := utf8.RuneCountInString(key); n == 0 || n > 128 {
				return bad("A key of type %s has %d characters; it has 1 to 128.", sel.Type, n)
			}
		}
		switch sel.Type {
		case TagContext:
		case RequestContext:
			for _, key := range sel.Equals {
				name, tag := strings.CutPrefix(key, principalTag)
				if !slices.Contains(conditionKeys, key) && (!tag || name == "") {
					return bad("The condition key %.128q can not be added to events. Use %sTAG, or one of %s.", key, principalTag, strings.Join(conditionKeys, ", "))
				}
			}
		default:
			return bad("The type %.100q is not known. Use %s or %s.", sel.Type, TagContext, RequestContext)
		}
	}
	return nil
}
