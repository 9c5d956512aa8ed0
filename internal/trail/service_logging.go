package trail

import (
	"context"
	"fmt"
)

// StartLogging has the trail log. A trail that logs already stays as it is.
func (s *Service) StartLogging(ctx context.Context, c Caller, name string) error {
	_, err := s.change(ctx, c, name, func(_ context.Context, t *Trail) error {
		if !t.Now().Logging {
			t.StartLogging = s.now()
			s.epoch(t, func(e *Epoch) { e.Logging = true })
		}
		return nil
	})
	return err
}

// StopLogging has the trail log no more, which turns Insights off too
// ("Stopping and starting logging for a trail", User Guide). What was recorded
// before is delivered.
func (s *Service) StopLogging(ctx context.Context, c Caller, name string) error {
	_, err := s.change(ctx, c, name, func(_ context.Context, t *Trail) error {
		t.InsightSelectors = nil
		if t.Now().Logging {
			t.StopLogging = s.now()
			s.epoch(t, func(e *Epoch) { e.Logging = false })
		}
		return nil
	})
	return err
}

// DeleteTrail removes the trail. Its bucket, its log files and its topic stay.
// The status of its delivery is the deliverer's to remove; a trail that is made
// again under the same name is told by Created.
func (s *Service) DeleteTrail(ctx context.Context, c Caller, name string) error {
	var arn string
	err := s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		t, err := s.home(ctx, c, name)
		if err != nil {
			return err
		}
		arn = t.ARN
		return s.trails.Delete(ctx, arn)
	})
	if err != nil {
		return fmt.Errorf("delete the trail: %w", err)
	}
	s.changed(arn)
	return nil
}
