package signin

import (
	"context"
	"net/http"
)

// Service signs people in and keeps their sessions. It is safe for concurrent use.
type Service struct {
	cfg Config
}

// Open reads the sessions from the store.
func Open(ctx context.Context, cfg Config) (*Service, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	return &Service{cfg: cfg}, nil
}

// Run notices sessions that end by themselves, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Handler serves the sign-in part of the console's API. Its paths are relative to
// /console/api/: strip that first.
func (s *Service) Handler() http.Handler { return http.NotFoundHandler() }

// Federation serves /federation, AWS's endpoint for signing in with temporary
// credentials ("Enabling custom identity broker access to the AWS console", IAM User
// Guide).
func (s *Service) Federation() http.Handler { return http.NotFoundHandler() }
