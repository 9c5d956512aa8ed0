package console

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/console/signin"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/store"
)

// The console's paths on the API's listener.
const (
	// Prefix is the beginning of all of the console's paths but Federation's.
	Prefix = "/console/"
	// Federation is AWS's endpoint for signing in with temporary credentials.
	Federation = "/federation"

	apiPrefix    = Prefix + "api/"
	assetsPrefix = Prefix + "assets/"
)

// Sessions knows who is signed in. It is a *[signin.Service].
type Sessions interface {
	// Authenticate finds the session of a request, and counts as its use.
	Authenticate(r *http.Request) (*signin.Session, *signin.Error)
	// CheckCSRF refuses what a page of another origin may have asked for.
	CheckCSRF(r *http.Request, session *signin.Session) *signin.Error
	// Ended is closed when the session ends, however it does.
	Ended(id string) <-chan struct{}
	// Handler serves the calls of signing in and out and of credentials, which have
	// their own checks; its paths begin behind /console/api. Federation serves its path.
	Handler() http.Handler
	Federation() http.Handler
}

var _ Sessions = (*signin.Service)(nil)

// History is the event history: a *[lake.History].
type History interface {
	// Walk gives the query's events, newest first, until yield fails.
	Walk(ctx context.Context, q lake.LookupQuery, yield func(*lake.LookupEvent) error) error
	// Suggest counts the values of an attribute among the newest events.
	Suggest(ctx context.Context, q lake.SuggestQuery) (lake.Suggestions, error)
	// Count says how many events a query has, and Skip the place behind the first n.
	Count(ctx context.Context, q lake.LookupQuery) (int, error)
	Skip(ctx context.Context, q lake.LookupQuery, n int) (*lake.Position, error)
	// Follow gives the events that become visible from now on.
	Follow(q lake.LookupQuery) *lake.Follower
}

var _ History = (*lake.History)(nil)

// Config is what a [Console] is made of. Everything is required but Assets, Now, whose
// nil is the real clock, and Logger, whose nil is silence.
type Config struct {
	Sessions Sessions
	// API answers and records calls.
	API *api.Server
	// Allowed asks whether a caller's policies allow an action on a resource.
	Allowed func(c identity.Caller, action, resource string) bool
	History History
	Buckets Buckets
	Queries *query.Service
	// Store keeps saved queries.
	Store *store.DB
	// Assets are the files of the web build, with index.html and assets/. Nil is a
	// server that was built without them.
	Assets fs.FS
	// Region is that of calls that name none.
	Region string
	Now    func() time.Time
	Logger *slog.Logger
}

// Console is the console's http.Handler, for paths that begin with [Prefix], and for
// [Federation].
type Console struct {
	cfg     Config
	pages   *pages
	calls   *http.ServeMux
	streams *streams
	asked   *asked

	saved *store.Collection[savedQuery]

	// What does not change is made when it is first asked for.
	catalogue, language func() []byte

	closing chan struct{}
	closed  sync.Once
}

// New makes the console.
func New(cfg Config) (*Console, error) {
	pages, err := newPages(cfg.Assets)
	if err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Console{cfg: cfg, pages: pages, streams: newStreams(), asked: newAsked(cfg.Now), closing: make(chan struct{}), saved: store.NewCollection[savedQuery](cfg.Store, "saved-queries"),
		catalogue: sync.OnceValue(catalogue), language: sync.OnceValue(language)}
	c.calls = c.router()
	return c, nil
}

// Close ends what streams, so that a server that stops does not wait for it.
func (c *Console) Close() { c.closed.Do(func() { close(c.closing) }) }

// errMethod is the answer to methods that a path does not have.
var errMethod = &signin.Error{Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed", Message: "The path does not take this method."}

// ServeHTTP answers pages, their files, and calls.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	guard := &guarded{ResponseWriter: w}
	defer c.recovered(guard, r)
	switch {
	case strings.HasPrefix(r.URL.Path, apiPrefix):
		secureAnswer(w.Header())
		c.serveCall(guard, r)
	case r.URL.Path == Federation:
		secureAnswer(w.Header())
		c.cfg.Sessions.Federation().ServeHTTP(guard, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		secureAnswer(w.Header())
		w.Header().Set("Allow", "GET, HEAD")
		errMethod.Write(guard)
	case strings.HasPrefix(r.URL.Path, assetsPrefix):
		c.pages.asset(guard, r)
	default:
		c.pages.page(guard, r)
	}
}

// FromBrowser tells whether somebody opened the server's address in a browser: a GET
// of / that is no call of the API.
func FromBrowser(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Path == "/" && r.URL.RawQuery == "" && r.Header.Get("Authorization") == "" &&
		r.Header.Get("X-Amz-Target") == "" && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// recovered answers a panic with 500, or ends the connection if an answer has begun.
func (c *Console) recovered(w *guarded, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	c.cfg.Logger.Error("A call of the console failed for an unknown reason.", "path", r.URL.Path, "panic", p, "stack", stack())
	if w.began {
		panic(http.ErrAbortHandler)
	}
	errUnknown.Write(w)
}
