package signin

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/store"
)

// Defaults of a [Config].
const (
	DefaultIdleTimeout     = time.Hour
	DefaultSessionDuration = 12 * time.Hour
)

// Config is what a [Service] is made of.
type Config struct {
	// Directory has the accounts, principals, passwords and devices. Required.
	Directory *identity.Directory
	// Store keeps the sessions. Required.
	Store *store.DB
	// Key seals and derives secrets. Required.
	Key identity.Key
	// Record makes the record of a call and returns when it is durable. Required.
	Record func(ctx context.Context, call recorder.Call) error
	// Now is the clock; nil is the real one.
	Now func() time.Time
	// ConsoleURL is where browsers see the server, as https://trail.example.com,
	// where that is not what they send as Host; empty otherwise.
	ConsoleURL string
	// IdleTimeout ends a session that is not used, SessionDuration every session.
	// Zero means the defaults.
	IdleTimeout, SessionDuration time.Duration
	// DefaultRegion is the Region of sign-ins, and of sessions at first. Required.
	DefaultRegion string
	// DefaultAccountID receives the records of failures for accounts that do not
	// exist. Required.
	DefaultAccountID string
	// Version and S3Endpoint are shown to who is signed in, and HistoryRetention,
	// for how long the event history keeps events.
	Version, S3Endpoint string
	HistoryRetention    time.Duration
	// NewUUID makes request ids; nil takes random ones.
	NewUUID func() string
	// Logger takes failures; nil is silence.
	Logger *slog.Logger
	// Registerer takes the metrics; nil keeps them unpublished.
	Registerer prometheus.Registerer

	// base is ConsoleURL.
	base *url.URL
}

// fill checks the configuration and puts the defaults in.
func (c *Config) fill() error {
	for name, missing := range map[string]bool{
		"Directory": c.Directory == nil, "Store": c.Store == nil, "Key": c.Key == identity.Key{}, "Record": c.Record == nil,
		"DefaultRegion": c.DefaultRegion == "", "DefaultAccountID": c.DefaultAccountID == "",
	} {
		if missing {
			return fmt.Errorf("BUG: signin: the configuration has no %s", name)
		}
	}
	if c.IdleTimeout < 0 || c.SessionDuration < 0 {
		return fmt.Errorf("signin: the idle time-out %s and the duration %s of sessions must not be negative", c.IdleTimeout, c.SessionDuration)
	}
	if c.ConsoleURL != "" {
		base, err := url.Parse(c.ConsoleURL)
		if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil {
			return fmt.Errorf("signin: the console's URL %q is not valid: it is like https://trail.example.com", c.ConsoleURL)
		}
		c.base = base
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = DefaultIdleTimeout
	}
	if c.SessionDuration == 0 {
		c.SessionDuration = DefaultSessionDuration
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewUUID == nil {
		c.NewUUID = uuid.NewString
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}
