package signin

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/store"
)

const (
	account  = "111122223333"
	password = "correct horse battery"
)

var (
	alice = identity.Ref{AccountID: account, Type: identity.User, Name: "alice"}
	root  = identity.Ref{AccountID: account, Type: identity.Root}
	cheap = identity.PasswordHashing{MemoryKiB: 64, Passes: 1, Threads: 1, Slots: 2, Waiting: 64}
)

// house is a service over a real directory and store, with a clock that tests move.
type house struct {
	t         testing.TB
	db        *store.DB
	key       identity.Key
	directory *identity.Directory
	service   *Service
	cfg       Config
	clock     atomic.Int64
	log       syncBuffer

	mu    sync.Mutex // guards what follows
	calls []recorder.Call
	fail  error
}

// syncBuffer is a log that may be written and read at the same time.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newHouse(t testing.TB, change ...func(*Config)) *house {
	t.Helper()
	h := &house{t: t}
	h.clock.Store(time.Date(2026, 3, 14, 15, 9, 0, 0, time.UTC).UnixNano())
	var err error
	h.db, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	h.check(err)
	t.Cleanup(func() { _ = h.db.Close() })
	h.key, err = identity.LoadOrCreateKey(filepath.Join(t.TempDir(), "key"))
	h.check(err)
	h.cfg = Config{
		Store: h.db, Key: h.key, Record: h.record, Now: h.now, DefaultRegion: "eu-west-1", DefaultAccountID: account, Version: "1.2.3", S3Endpoint: "http://127.0.0.1:4571",
		Logger: slog.New(slog.NewTextHandler(&h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&h.cfg)
	}
	h.restart()
	_, err = h.directory.CreateAccount(t.Context(), account, "home")
	h.check(err)
	_, err = h.directory.CreateUser(t.Context(), account, "alice", "")
	h.check(err)
	for _, r := range []identity.Ref{alice, root} {
		h.check(h.directory.CreateLoginProfile(t.Context(), r, password))
	}
	return h
}

// restart opens directory and service anew over the same store.
func (h *house) restart() {
	h.t.Helper()
	var err error
	h.directory, err = identity.OpenDirectory(h.t.Context(), h.db, h.key, h.now, identity.WithPasswordHashing(cheap))
	h.check(err)
	h.cfg.Directory = h.directory
	h.service, err = Open(h.t.Context(), h.cfg)
	h.check(err)
}

// closedStore is a store that fails.
func (h *house) closedStore() *store.DB {
	h.t.Helper()
	db, err := store.Open(h.t.Context(), filepath.Join(h.t.TempDir(), "state.db"))
	h.check(err)
	h.check(db.Close())
	return db
}

// forgive forgets all failures.
func (h *house) forgive() {
	h.t.Helper()
	l := h.service.limiter
	l.mu.Lock()
	for _, t := range l.tables {
		for key := range t.byKey {
			l.remove(key)
		}
	}
	l.mu.Unlock()
	l.write(h.t.Context())
}

func (h *house) now() time.Time          { return time.Unix(0, h.clock.Load()).UTC() }
func (h *house) advance(d time.Duration) { h.clock.Add(int64(d)) }

func (h *house) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) record(_ context.Context, c recorder.Call) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fail != nil {
		return h.fail
	}
	h.calls = append(h.calls, c)
	return nil
}

func (h *house) failRecords(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fail = err
}

// names are the records so far, as "ConsoleLogin Failure", and forgotten then.
func (h *house) names() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []string
	for i := range h.calls {
		c := &h.calls[i]
		name := c.EventName
		if c.ErrorMessage != "" || c.ErrorCode != "" {
			name += "!"
		}
		out = append(out, name)
	}
	h.calls = nil
	return strings.Join(out, " ")
}

// last is the last record, as it is written.
func (h *house) last() map[string]any {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.calls) == 0 {
		h.t.Fatal("nothing was recorded")
	}
	var out map[string]any
	h.check(json.Unmarshal(recorder.Record(h.calls[len(h.calls)-1], "e0000000-0000-4000-8000-000000000000"), &out))
	return out
}

// browser is somebody at a browser: its cookies, and the CSRF token of its page.
type browser struct {
	h       *house
	address string
	agent   string
	host    string
	tls     *tls.ConnectionState
	cookies map[string]string
	set     map[string]*http.Cookie // the cookies of the last answer
	csrf    string
	header  http.Header // of each request
}

func (h *house) browser() *browser {
	return &browser{h: h, address: "192.0.2.7", agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/144.0", host: "127.0.0.1:4570", cookies: map[string]string{}, csrf: signInCSRF, header: http.Header{}}
}

type answer struct {
	t      testing.TB
	status int
	body   string
	header http.Header
}

// member reads a text out of the answer.
func (a answer) member(name string) string {
	var m map[string]any
	_ = json.Unmarshal([]byte(a.body), &m)
	s, _ := m[name].(string)
	return s
}

func (a answer) challenge() string {
	a.t.Helper()
	var m struct{ MFA struct{ Challenge string } }
	if err := json.Unmarshal([]byte(a.body), &m); err != nil || a.status != 200 || m.MFA.Challenge == "" {
		a.t.Fatalf("no challenge: %d %s", a.status, a.body)
	}
	return m.MFA.Challenge
}

func (a answer) want(status int, code string) answer {
	a.t.Helper()
	if a.status != status || a.member("code") != code {
		a.t.Fatalf("got %d %s, want %d %q", a.status, a.body, status, code)
	}
	return a
}

func (b *browser) request(method, path string, body any) *http.Request {
	b.h.t.Helper()
	var reader io.Reader
	switch v := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(v)
	default:
		raw, err := json.Marshal(v)
		b.h.check(err)
		reader = bytes.NewReader(raw)
	}
	r := httptest.NewRequestWithContext(b.h.t.Context(), method, "http://"+b.host+path, reader)
	r.RemoteAddr, r.Host, r.TLS = b.address+":40000", b.host, b.tls
	if strings.Contains(b.address, ":") {
		r.RemoteAddr = "[" + b.address + "]:40000"
	}
	r.Header.Set("User-Agent", b.agent)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if method != http.MethodGet {
		r.Header.Set(csrfHeader, b.csrf)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for name, values := range b.header {
		r.Header[name] = values
	}
	return r
}

func (b *browser) send(handler http.Handler, r *http.Request) answer {
	b.h.t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	got := w.Result()
	b.set = map[string]*http.Cookie{}
	for _, c := range got.Cookies() {
		b.set[c.Name] = c
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	a := answer{b.h.t, got.StatusCode, w.Body.String(), got.Header}
	if csrf := a.member("csrf"); csrf != "" {
		b.csrf = csrf
	}
	return a
}

func (b *browser) call(method, path string, body any) answer {
	b.h.t.Helper()
	return b.send(b.h.service.Handler(), b.request(method, path, body))
}

type object = map[string]any

func (b *browser) post(path string, body any) answer {
	b.h.t.Helper()
	return b.call("POST", path, body)
}
func (b *browser) get(path string) answer { b.h.t.Helper(); return b.call("GET", path, nil) }

func (b *browser) tryPassword(r identity.Ref, password string) answer {
	b.h.t.Helper()
	b.csrf = signInCSRF
	if r.Type == identity.Root {
		return b.post("/sign-in", object{"account": r.AccountID, "root": true, "password": password})
	}
	return b.post("/sign-in", object{"account": r.AccountID, "user": r.Name, "password": password})
}

// signIn signs in by password, without a device.
func (b *browser) signIn(r identity.Ref) *browser {
	b.h.t.Helper()
	if a := b.tryPassword(r, password); a.status != 200 || a.member("csrf") == "" {
		b.h.t.Fatalf("sign-in: %d %s", a.status, a.body)
	}
	return b
}

// device gives a principal an MFA device; the clock moves past the codes it took.
func (h *house) device(r identity.Ref, name string) (secret, serial string) {
	h.t.Helper()
	secret, _, err := identity.NewMFASecret(r)
	h.check(err)
	d, err := h.directory.EnableMFADevice(h.t.Context(), r, name, secret, h.code(secret, -1), h.code(secret, 0))
	h.check(err)
	h.advance(30 * time.Second)
	return secret, d.Serial
}

// code is what a device shows some steps from now.
func (h *house) code(secret string, steps int) string {
	h.t.Helper()
	code, err := totp.GenerateCode(secret, h.now().Add(time.Duration(steps)*30*time.Second))
	h.check(err)
	return code
}

// role makes a role that alice may assume, and credentials of a session of it.
func (h *house) role(name, session string) identity.Credentials {
	h.t.Helper()
	p, _ := h.directory.Principal(alice)
	_, err := h.directory.CreateRole(h.t.Context(), account, name, "", []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"`+p.ARN+`"},"Action":"sts:AssumeRole"}}`))
	h.check(err)
	return h.assume(account, name, session)
}

func (h *house) assume(account, name, session string) identity.Credentials {
	h.t.Helper()
	p, _ := h.directory.Principal(alice)
	c, err := h.directory.AssumeRole(h.t.Context(), identity.Caller{Principal: p, AccessKeyID: "AKIAIOSFODNN7EXAMPLE"},
		identity.AssumeRoleInput{RoleARN: "arn:aws:iam::" + account + ":role/" + name, SessionName: session})
	h.check(err)
	return c
}

var errDiskFull = errors.New("the disk is full")
