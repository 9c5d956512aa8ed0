package trail

import (
	"context"
	"errors"
	"reflect"

	"github.com/cairntrail/cairn/internal/selector"
)

// PutEventSelectors replaces what the trail selects. Basic selectors take the
// place of advanced ones and the other way around. Selectors are kept, and
// answered, as they are given; the caller fills the defaults of basic ones in,
// as [selector.EventSelector] has them.
func (s *Service) PutEventSelectors(ctx context.Context, c Caller, name string, selectors selector.Selectors) (Trail, error) {
	return s.change(ctx, c, name, func(_ context.Context, t *Trail) error {
		if err := selectors.Validate(selector.Trail); err != nil {
			if bad, ok := errors.AsType[*selector.Error](err); ok {
				return &Error{Code: bad.Code, Message: bad.Message}
			}
			return err
		}
		s.epoch(t, func(e *Epoch) { e.Selectors = selectors })
		return nil
	})
}

// GetEventSelectors returns a trail with what it selects, of the kind that is
// in force; see [Trail.Selectors].
func (s *Service) GetEventSelectors(ctx context.Context, c Caller, name string) (Trail, error) {
	return s.read(ctx, c, name)
}

// Selectors is what the trail selects now.
func (t *Trail) Selectors() selector.Selectors { return t.Now().Selectors }

// HasCustomEventSelectors tells whether the trail selects something else than
// a new trail does.
//
// What AWS answers for a trail that was given selectors equal to the default
// is not documented. Terraform reads selectors only where it is true, and drops
// the default when it reads it; so this answer is the one with which its plans
// settle whether or not a configuration spells the default out.
func (t *Trail) HasCustomEventSelectors() bool {
	return !reflect.DeepEqual(t.Selectors(), selector.Default(selector.Trail))
}
