package signin

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// sweepEvery is how soon a session that has ended by itself is noticed.
const sweepEvery = 5 * time.Second

// Service signs people in and keeps their sessions. It is safe for concurrent use.
type Service struct {
	cfg        Config
	csrfKey    [32]byte
	origins    *http.CrossOriginProtection
	limiter    *limiter
	sessions   *sessions
	challenges *pending[challenge]
	tokens     *pending[signinToken]
	metrics    *metrics
}

// counter counts; it is shared by copies of what has it.
type counter struct{ n atomic.Int64 }

func (c *counter) next() int64 { return c.n.Add(1) }

// Open reads the sessions and the lock-outs from the store.
func Open(ctx context.Context, cfg Config) (*Service, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	origins, err := newOrigins(cfg.base)
	if err != nil {
		return nil, fmt.Errorf("signin: the console's URL: %w", err)
	}
	s := &Service{
		cfg: cfg, csrfKey: cfg.Key.Derive("console-csrf"), origins: origins,
		challenges: newPending[challenge](cfg.Now, challengeLifetime), tokens: newPending[signinToken](cfg.Now, signinTokenLifetime),
	}
	if s.limiter, err = openLimiter(ctx, cfg.Store, cfg.Key, cfg.Now, cfg.Logger); err != nil {
		return nil, err
	}
	if s.sessions, err = openSessions(ctx, s); err != nil {
		return nil, err
	}
	s.metrics = newMetrics(cfg.Registerer, s.sessions.count, s.limiter.leftOutInAll)
	return s, nil
}

// Run notices sessions and lock-outs that end by themselves, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.limiter.report(true)
			return nil
		case <-tick.C:
			if err := s.sessions.sweep(ctx); err != nil && ctx.Err() == nil {
				s.cfg.Logger.Warn("console sessions that ended long ago could not be removed", "error", err)
			}
			s.limiter.sweep(ctx)
			s.limiter.report(false)
		}
	}
}

// Handler serves the sign-in part of the console's API. Its paths are relative to
// /console/api: strip that first.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /sign-in", s.open(s.passwordSignIn))
	mux.Handle("POST /sign-in/mfa", s.open(s.codeSignIn))
	mux.Handle("POST /sign-in/key", s.open(s.keySignIn))
	mux.Handle("GET /session", s.signedIn(s.showSession))
	mux.Handle("POST /sign-out", s.signedIn(s.signOut))
	mux.Handle("POST /sign-out-everywhere", s.signedIn(s.signOutEverywhere))
	mux.Handle("GET /credentials", s.signedIn(s.showCredentials))
	mux.Handle("POST /credentials/password", s.signedIn(s.changePassword))
	mux.Handle("POST /credentials/mfa/begin", s.signedIn(s.beginMFA))
	mux.Handle("POST /credentials/mfa/enable", s.signedIn(s.enableMFA))
	mux.Handle("POST /credentials/mfa/deactivate", s.signedIn(s.deactivateMFA))
	mux.Handle("DELETE /credentials/sessions/{id}", s.signedIn(s.endSession))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		(&Error{Status: http.StatusNotFound, Code: "NotFound", Message: "The console's API has no such call."}).Write(w)
	})
	return mux
}

// open is a call that takes no session.
func (s *Service) open(call func(http.ResponseWriter, *http.Request) *Error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refused := s.checkHost(r)
		if refused == nil {
			refused = s.checkCSRF(r, signInCSRF)
		}
		if refused == nil {
			refused = call(w, r)
		}
		s.metrics.count(refused)
		if refused != nil {
			refused.Write(w)
		}
	})
}

// signedIn is a call of a session.
func (s *Service) signedIn(call func(http.ResponseWriter, *http.Request, *Session) *Error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, refused := s.Authenticate(r)
		if refused == nil {
			refused = s.CheckCSRF(r, session)
		}
		if refused == nil {
			refused = call(w, r, session)
		}
		if refused != nil {
			refused.Write(w)
		}
	})
}
