package console

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"github.com/cairntrail/cairn/internal/api"
	"github.com/cairntrail/cairn/internal/console/signin"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/query"
	"github.com/cairntrail/cairn/internal/recorder"
	refusals "github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/trinosql"
	"github.com/cairntrail/cairn/verify"
)

const (
	homeAccount  = "111122223333"
	otherAccount = "444455556666"
	homeRegion   = "us-east-1"
)

// people is a fake of package signin: a session's cookie is its id.
type people struct {
	mu       sync.Mutex
	sessions map[string]*signin.Session
	ended    map[string]chan struct{}
}

func (p *people) Authenticate(r *http.Request) (*signin.Session, *signin.Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if cookie, err := r.Cookie("cairn-console"); err == nil {
		if s, ok := p.sessions[cookie.Value]; ok {
			return s, nil
		}
	}
	return nil, &signin.Error{Status: http.StatusUnauthorized, Code: signin.CodeNotSignedIn, Message: "Sign in first."}
}

func (p *people) CheckCSRF(r *http.Request, s *signin.Session) *signin.Error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("X-Cairn-Csrf") != s.CSRF {
		return &signin.Error{Status: http.StatusForbidden, Code: signin.CodeCsrfRefused, Message: "Reload the page."}
	}
	return nil
}

func (p *people) Ended(id string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended[id]
}

func (p *people) signOut(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, id)
	close(p.ended[id])
}

func (p *people) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "sign-in "+r.URL.Path) })
}

func (p *people) Federation() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "federation "+r.URL.RawQuery) })
}

// fakeBuckets is an endpoint that has what a test puts there.
type fakeBuckets struct {
	mu         sync.Mutex
	elsewhere  string
	made       []NewBucket
	by         []string
	fail       error
	failPolicy error
	files      verify.Source
}

func (b *fakeBuckets) Elsewhere() string { return b.elsewhere }

func (b *fakeBuckets) List(_ context.Context, account string) (out []Bucket, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, n := range b.made {
		if b.by[i] == account {
			out = append(out, Bucket{Name: n.Name, Created: time.Unix(1, 0).UTC()})
		}
	}
	return out, b.fail
}

func (b *fakeBuckets) Create(_ context.Context, account, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return b.fail
	}
	b.made, b.by = append(b.made, NewBucket{Name: name}), append(b.by, account)
	return nil
}

func (b *fakeBuckets) Remove(_ context.Context, _, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made, b.by = b.made[:len(b.made)-1], b.by[:len(b.by)-1]
	return nil
}

func (b *fakeBuckets) Policy(_ string, n NewBucket) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func (b *fakeBuckets) PutPolicy(_ context.Context, account, name, policy string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failPolicy != nil {
		return b.failPolicy
	}
	i := slices.IndexFunc(b.made, func(n NewBucket) bool { return n.Name == name })
	if i < 0 || b.by[i] != account {
		return ErrNoBucket
	}
	b.made[i] = NewBucket{}
	return json.Unmarshal([]byte(policy), &b.made[i])
}

func (b *fakeBuckets) Source(string) verify.Source { return b.files }

// noStores has no event data stores: statements read none.
type noStores struct{}

func (noStores) Active(context.Context, datastore.Caller, string) (datastore.Store, error) {
	return datastore.Store{}, refusals.New("EventDataStoreNotFoundException", "There is no such event data store.")
}

// rowsEngine answers each statement with the same rows.
type rowsEngine struct {
	mu   sync.Mutex
	rows [][]any
}

func (e *rowsEngine) Name() string { return "rows" }

func (e *rowsEngine) Run(context.Context, query.Job) (query.Rows, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return &engineRows{rows: e.rows}, nil
}

type engineRows struct{ rows [][]any }

func (r *engineRows) Next() ([]any, error) {
	if len(r.rows) == 0 {
		return nil, io.EOF
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return row, nil
}

func (r *engineRows) Statistics() query.Statistics { return query.Statistics{EventsScanned: 7} }
func (r *engineRows) Close() error                 { return nil }

// house is a console with what it stands on: a real history, directory and API, and
// fakes of sign-in, buckets and the engine.
type house struct {
	*httptest.Server
	t         testing.TB
	console   *Console
	people    *people
	buckets   *fakeBuckets
	engine    *rowsEngine
	directory *identity.Directory
	journal   *journal.Journal
	history   *lake.History

	mu     sync.Mutex
	calls  []recorder.Call
	refuse error
}

const page = `<!doctype html><html><head><meta name="csp-nonce" content="{{NONCE}}"><script type="module" src="/console/assets/index-abc.js"></script></head><body></body></html>`

func built() fstest.MapFS {
	return fstest.MapFS{
		"index.html": {Data: []byte(page)}, "NOT-BUILT": {Data: []byte("x")},
		"assets/index-abc.js": {Data: []byte("console.log(1)")}, "assets/index-abc.js.br": {Data: []byte("br-js")}, "assets/index-abc.js.gz": {Data: []byte("gz-js")},
		"assets/index-abc.css": {Data: []byte("body{}")}, "assets/logo.svg": {Data: []byte("<svg/>")}, "assets/deep/font.woff2": {Data: []byte("font")},
	}
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, buckets: &fakeBuckets{}, engine: &rowsEngine{}, people: &people{sessions: map[string]*signin.Session{}, ended: map[string]chan struct{}{}}}
	ctx, dir := t.Context(), t.TempDir()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(ctx, filepath.Join(dir, "state.db"))
	must(err)
	key, err := identity.LoadOrCreateKey(filepath.Join(dir, "key"))
	must(err)
	h.directory, err = identity.OpenDirectory(ctx, db, key, time.Now)
	must(err)
	for _, id := range []string{homeAccount, otherAccount} {
		_, err = h.directory.CreateAccount(ctx, id, "")
		must(err)
	}
	h.journal, err = journal.Open(ctx, journal.Config{Dir: filepath.Join(dir, "journal"), MaxBytes: 1 << 30, Logger: log})
	must(err)
	h.history, err = lake.OpenHistory(ctx, lake.HistoryConfig{Dir: filepath.Join(dir, "history"), Store: db, Journal: h.journal, Retention: 90 * 24 * time.Hour,
		FlushRows: lake.DefaultFlushRows, FlushBytes: lake.DefaultFlushBytes, FlushAge: time.Hour, Now: time.Now, Logger: log})
	must(err)
	queries, err := query.Open(ctx, query.Config{Store: db, Dir: filepath.Join(dir, "queries"), Stores: noStores{}, Engine: h.engine, Logger: log,
		Schema: func(string) ([]trinosql.Column, error) { return nil, errors.New("no schema") }})
	must(err)
	run, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, f := range []func(context.Context) error{h.history.Run, queries.Run} {
		running.Go(func() {
			if err := f(run); err != nil {
				t.Error(err)
			}
		})
	}
	server, err := api.New(api.Config{Auth: h.directory, Allowed: h.directory.Allowed, Record: h.record, History: h.history, STS: h.directory, Directory: h.directory,
		Queries: queries, TokenKey: [32]byte{1}, DefaultAccountID: homeAccount, DefaultRegion: homeRegion, LookupQuota: 1, Logger: log})
	must(err)
	h.console, err = New(Config{Sessions: h.people, API: server, Allowed: h.directory.Allowed, History: h.history, Buckets: h.buckets, Queries: queries, Store: db,
		Assets: built(), Region: homeRegion, Logger: log})
	must(err)
	h.Server = httptest.NewServer(h.console)
	t.Cleanup(func() {
		h.console.Close()
		h.Server.Close()
		stop()
		running.Wait()
		for _, end := range []func() error{h.history.Close, h.journal.Close, db.Close} {
			if err := end(); err != nil {
				t.Error(err)
			}
		}
	})
	h.signIn("admin", homeAccount, identity.AdminUser)
	return h
}

// record keeps a call and makes its record.
func (h *house) record(ctx context.Context, call recorder.Call) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse != nil {
		return h.refuse
	}
	h.calls = append(h.calls, call)
	return h.journal.Append(ctx, recorder.Record(call, uuid.NewString()))
}

// recorded gives the calls that were recorded since it was called last.
func (h *house) recorded() []recorder.Call {
	h.mu.Lock()
	defer h.mu.Unlock()
	calls := h.calls
	h.calls = nil
	return calls
}

// signIn opens a session of a user, whom it makes if needed: without any rights.
func (h *house) signIn(session, account, user string) {
	h.t.Helper()
	ref := identity.Ref{AccountID: account, Type: identity.User, Name: user}
	p, ok := h.directory.Principal(ref)
	if !ok {
		var err error
		if p, err = h.directory.CreateUser(context.Background(), account, user, "/"); err != nil {
			h.t.Fatal(err)
		}
	}
	h.people.mu.Lock()
	defer h.people.mu.Unlock()
	now := time.Now().UTC().Truncate(time.Second)
	h.people.ended[session] = make(chan struct{})
	h.people.sessions[session] = &signin.Session{ID: session, CSRF: "token of " + session, Created: now, Expires: now.Add(time.Hour),
		Caller: identity.Caller{Principal: p, AccessKeyID: "ASIACONSOLE" + strings.ToUpper(session), Session: &identity.Session{Created: now, Expires: now.Add(time.Hour)}}}
}

// append puts records into the history and waits until it shows them.
func (h *house) append(records ...[]byte) {
	h.t.Helper()
	for len(records) > 0 {
		n := min(len(records), 1000)
		if err := h.journal.Append(context.Background(), records[:n]...); err != nil {
			h.t.Fatal(err)
		}
		records = records[n:]
	}
	if err := h.history.WaitFor(context.Background(), h.journal.Last()); err != nil {
		h.t.Fatal(err)
	}
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask makes a request of the console's page in a session; change sees it last.
func (h *house) ask(session, method, path, body string, change ...func(*http.Request)) answer {
	h.t.Helper()
	resp := h.open(context.Background(), session, method, path, body, change...)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

func (h *house) open(ctx context.Context, session, method, path, body string, change ...func(*http.Request)) *http.Response {
	h.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, h.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "cairn-console", Value: session})
		r.Header.Set("X-Cairn-Csrf", "token of "+session)
		r.Header.Set("Content-Type", "application/json")
	}
	for _, f := range change {
		f(r)
	}
	resp, err := h.Client().Transport.RoundTrip(r)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp
}

// into reads a JSON answer.
func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
}

// code is the code of an error answer, and its message.
func (a answer) code(t testing.TB) (code, message string) {
	t.Helper()
	var e struct{ Code, Message string }
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatalf("%v: %d %s", err, a.status, a.body)
	}
	return e.Code, e.Message
}

// sent is a server-sent event.
type sent struct{ event, data string }

// events reads server-sent events until the stream ends.
func events(body io.Reader) func() (sent, bool) {
	in := bufio.NewScanner(body)
	in.Buffer(nil, 16<<20)
	return func() (e sent, ok bool) {
		for in.Scan() {
			name, value, _ := strings.Cut(in.Text(), ": ")
			switch name {
			case "event":
				e.event = value
			case "data":
				e.data = value
			case "":
				if e.event != "" {
					return e, true
				}
				e = sent{}
			}
		}
		return e, false
	}
}

// plain is a record of the account's.
func plain(id, name, account, region string, at time.Time, more string) []byte {
	return []byte(`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","accountId":"` + account + `","userName":"alice"},"eventTime":"` + at.UTC().Format(time.RFC3339) +
		`","eventSource":"ec2.amazonaws.com","eventName":` + strconv.Quote(name) + `,"awsRegion":"` + region + `","sourceIPAddress":"192.0.2.1","eventID":"` + id +
		`","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"` + account + `","eventCategory":"Management"` + more + `}`)
}
