package console

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/cairntrail/cairn/internal/console/signin"
	"github.com/cairntrail/cairn/internal/identity"
)

// maxInput bounds the body of a call that is no operation of CloudTrail, which has
// its own bound.
const maxInput = 256 << 10

// route is a call of the console. Its path is what comes behind /console/api/.
type route struct {
	method, path string
	run          func(*call) error
}

// routes are all calls but those of sign-in. Each needs a session, and each that is
// no GET brings the session's token along.
func (c *Console) routes() []route {
	return []route{
		{http.MethodPost, "cloudtrail/{operation}", c.operation},
		{http.MethodPost, "events/suggest", c.suggest},
		{http.MethodGet, "events/live", c.live},
		{http.MethodGet, "events/download", c.download},
		{http.MethodGet, "buckets", c.listBuckets},
		{http.MethodPost, "buckets", c.forBucket(c.makeBucket)},
		{http.MethodPut, "buckets", c.forBucket(c.putPolicy)},
		{http.MethodGet, "validate", c.validate},
		{http.MethodGet, "catalogue", c.showCatalogue},
		{http.MethodGet, "sql", c.showLanguage},
		{http.MethodGet, "saved-queries", c.listSaved},
		{http.MethodPost, "saved-queries", c.createSaved},
		{http.MethodPut, "saved-queries/{id}", c.updateSaved},
		{http.MethodDelete, "saved-queries/{id}", c.deleteSaved},
		{http.MethodGet, "queries", c.listQueries},
		{http.MethodPost, "query-results", c.queryResults},
		{http.MethodGet, "query-results/download", c.downloadResults},
	}
}

// signInPaths are the beginnings of the paths that package signin serves.
var signInPaths = []string{"sign-in", "sign-in/", "session", "sign-out", "sign-out-everywhere", "credentials", "credentials/"}

func (c *Console) router() *http.ServeMux {
	mux := http.NewServeMux()
	signIn := http.StripPrefix(strings.TrimSuffix(apiPrefix, "/"), c.cfg.Sessions.Handler())
	for _, p := range signInPaths {
		mux.Handle(apiPrefix+p, signIn)
	}
	for _, r := range c.routes() {
		mux.HandleFunc(r.method+" "+apiPrefix+r.path, func(w http.ResponseWriter, req *http.Request) { c.guard(w, req, r.run) })
	}
	mux.HandleFunc(apiPrefix, func(w http.ResponseWriter, req *http.Request) {
		c.guard(w, req, func(*call) error { return notFound("The console has no such call.") })
	})
	return mux
}

// errSite is the answer to what another site's page asks for.
var errSite = &signin.Error{Status: http.StatusForbidden, Code: signin.CodeCsrfRefused, Message: "The request came from another site's page. Open the console itself."}

// serveCall finds the call. What another site's page asks for is refused before: a
// GET changes nothing, but it makes work and a record. Browsers say so of all requests
// to addresses that they take for safe, which loopback is.
func (c *Console) serveCall(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		errSite.Write(w)
		return
	}
	c.calls.ServeHTTP(w, r)
}

// call is one call of somebody who is signed in.
type call struct {
	w http.ResponseWriter
	*http.Request
	session *signin.Session
	// caller is the session's, with the call's Region.
	caller identity.Caller
}

// guard finds the session, checks that the console's page asks, and runs the call.
func (c *Console) guard(w http.ResponseWriter, r *http.Request, run func(*call) error) {
	session, refused := c.cfg.Sessions.Authenticate(r)
	if refused == nil {
		refused = c.cfg.Sessions.CheckCSRF(r, session)
	}
	if refused != nil {
		refused.Write(w)
		return
	}
	x := &call{w: w, Request: r, session: session, caller: session.Caller}
	err := x.region(c.cfg.Region)
	if err == nil {
		err = run(x)
	}
	if err != nil {
		c.fail(w, r, err)
	}
}

var regionPattern = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// region puts the call's Region into its caller.
func (x *call) region(usual string) error {
	x.caller.Region = usual
	if given := x.URL.Query().Get("region"); given != "" {
		if !regionPattern.MatchString(given) {
			return invalid("The Region is not one: small letters, digits and hyphens, at most 32.")
		}
		x.caller.Region = given
	}
	return nil
}

// fail answers with an error, unless an answer has begun or nobody reads it.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil || errors.Is(err, context.Canceled) {
		panic(http.ErrAbortHandler) // nobody reads it, or the session ended in the middle
	}
	status, out, known := refusalOf(err)
	if !known && !errors.Is(err, errGone) {
		c.cfg.Logger.Error("A call of the console failed.", "path", r.URL.Path, "error", err)
	}
	if g, ok := w.(*guarded); ok && g.began {
		panic(http.ErrAbortHandler) // a cut answer must not look like a whole one
	}
	for _, name := range []string{"Content-Disposition", "Content-Encoding", "Vary"} {
		w.Header().Del(name) // of a file that was to come
	}
	if p, ok := errors.AsType[*signin.Error](err); ok {
		p.Write(w)
		return
	}
	writeJSON(w, status, out)
}

// read reads the call's JSON input.
func (x *call) read(v any) error {
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.Body, maxInput))
	if err != nil {
		return &signin.Error{Status: http.StatusRequestEntityTooLarge, Code: signin.CodeRequestTooLarge, Message: "The request is too large, or was cut off."}
	}
	if err := json.Unmarshal(body, v); err != nil {
		return invalid("The request is not the JSON object that it has to be.")
	}
	return nil
}

// may asks for a permission, and refuses as the API does.
func (c *Console) may(x *call, action, resource string) error {
	if c.cfg.Allowed(x.caller, action, resource) {
		return nil
	}
	return denied(x.caller, action, resource)
}

// operation is a call of CloudTrail's API.
func (c *Console) operation(x *call) error {
	c.cfg.API.ServeConsole(x.w, x.Request, x.PathValue("operation"), x.caller)
	return nil
}
