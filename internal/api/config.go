package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/intake/channel"
	"github.com/cairntrail/cairn/internal/intake/imports"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/sharing"
	"github.com/cairntrail/cairn/internal/trail"
)

// Authenticator proves who signed a request.
type Authenticator interface {
	// Verify checks the signature of r against payloadHash, the SHA-256 of the
	// body in lower-case hexadecimal. It does not read the body. A refusal is
	// an *identity.AuthError.
	Verify(r *http.Request, payloadHash string) (identity.Caller, error)
}

// History answers LookupEvents.
type History interface {
	// Lookup returns one page of the query's account and Region, newest first.
	Lookup(ctx context.Context, q lake.LookupQuery) (lake.LookupPage, error)
}

// Config is what a [Server] is made of.
type Config struct {
	// Auth proves callers. Required.
	Auth Authenticator
	// Allowed asks whether the caller's policies allow the action, as
	// "cloudtrail:LookupEvents", on the resource, an ARN or "*". Required.
	Allowed func(c identity.Caller, action, resource string) bool
	// Record makes the record of a finished call and returns when it is
	// durable. After an error the caller gets 503 instead of the answer.
	// Required. Its context outlives the caller's connection.
	Record func(ctx context.Context, call recorder.Call) error
	// Ready is asked before an operation runs; an error refuses the call with
	// 503 before anything changes. Nil is always ready.
	Ready func() error
	// History is the event history. Required.
	History History
	// STS issues temporary credentials. Required.
	STS TokenIssuer
	// Directory keeps accounts and principals. Required.
	Directory Directory
	// Trails keeps trails. Nil has none, and operations on trails are not
	// supported.
	Trails *trail.Service
	// EventDataStores keeps event data stores. Nil has none, and operations on them
	// are not supported.
	EventDataStores *datastore.Service
	// Channels keeps channels and takes their events. Nil has none, and operations on
	// them are not supported.
	Channels *channel.Service
	// Imports copies log files into event data stores. Nil has none.
	Imports *imports.Service
	// ResourcePolicies keeps the policies of channels and event data stores. Nil has
	// none.
	ResourcePolicies *sharing.Service
	// Queries runs queries over event data stores. Nil has none, and operations on
	// queries are not supported.
	Queries *query.Service
	// CredentialIssued is told of the first access key of an account that
	// CreateAccount made, under the name of a profile, so that it can be put
	// into the credentials file. After an error CreateAccount fails. Nil does
	// nothing.
	CredentialIssued func(profile string, key identity.Credential) error
	// TokenKey authenticates NextToken; every process that may get another's
	// token needs the same.
	TokenKey [32]byte
	// DefaultAccountID is the installation's first account. It receives the
	// records of calls by nobody known, and its principals, if their policies
	// allow it, administer the other accounts too.
	DefaultAccountID string
	// DefaultRegion is the Region of calls that name none, or no valid one.
	DefaultRegion string
	// LookupQuota is how many LookupEvents calls per second an account may make
	// in a Region before ThrottlingException; AWS has 2. Zero is no limit.
	LookupQuota float64
	// Now is the clock, NewUUID makes request ids. Nil takes the real ones.
	Now     func() time.Time
	NewUUID func() string
	// Logger takes failures. Nil is silence.
	Logger *slog.Logger
	// Registerer takes the metrics. Nil keeps them unpublished.
	Registerer prometheus.Registerer
}

// check names what is missing.
func (c *Config) check() error {
	for name, missing := range map[string]bool{
		"Auth":             c.Auth == nil,
		"Allowed":          c.Allowed == nil,
		"Record":           c.Record == nil,
		"History":          c.History == nil,
		"STS":              c.STS == nil,
		"Directory":        c.Directory == nil,
		"DefaultAccountID": c.DefaultAccountID == "",
		"DefaultRegion":    c.DefaultRegion == "",
		"TokenKey":         c.TokenKey == [32]byte{},
	} {
		if missing {
			return fmt.Errorf("api: the configuration has no %s", name)
		}
	}
	if c.LookupQuota < 0 {
		return fmt.Errorf("api: LookupQuota is %v, it must not be negative", c.LookupQuota)
	}
	return nil
}

// fill puts the defaults in.
func (c *Config) fill() {
	if c.Ready == nil {
		c.Ready = func() error { return nil }
	}
	if c.CredentialIssued == nil {
		c.CredentialIssued = func(string, identity.Credential) error { return nil }
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
}
