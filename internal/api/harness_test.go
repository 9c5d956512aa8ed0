package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/lake"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/store"
)

const (
	homeAccount  = "111122223333"
	otherAccount = "444455556666"
)

// fakeAuth believes the Authorization header. Keys are callers by key id.
type fakeAuth struct {
	keys map[string]identity.Caller
	// fail, if set, is what every Verify answers.
	fail error
}

func (f *fakeAuth) Verify(r *http.Request, _ string) (identity.Caller, error) {
	if f.fail != nil {
		return identity.Caller{}, f.fail
	}
	_, credential, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if !ok {
		return identity.Caller{}, &identity.AuthError{Kind: identity.MissingAuthenticationToken, Message: "Request is missing Authentication Token"}
	}
	credential, _, _ = strings.Cut(credential, ",")
	scope := strings.Split(credential, "/")
	c, ok := f.keys[scope[0]]
	if !ok {
		return identity.Caller{}, &identity.AuthError{
			Kind: identity.InvalidClientTokenID, Message: "The security token included in the request is invalid.",
			AccessKeyID: scope[0], Region: scope[2], Service: scope[3],
		}
	}
	c.AccessKeyID, c.Region, c.Service = scope[0], scope[2], scope[3]
	return c, nil
}

// memoryHistory is a History over a list, newest first.
type memoryHistory struct {
	mu     sync.Mutex
	events []lake.LookupEvent
	asked  []lake.LookupQuery
	fail   error
}

func (h *memoryHistory) Lookup(_ context.Context, q lake.LookupQuery) (lake.LookupPage, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, q)
	if h.fail != nil {
		return lake.LookupPage{}, h.fail
	}
	var page lake.LookupPage
	for i, e := range h.events {
		if q.After != nil && e.Ordinal >= q.After.Ordinal {
			continue
		}
		page.Events = append(page.Events, e)
		if len(page.Events) == q.Limit {
			if i+1 < len(h.events) {
				page.Next = &lake.Position{Time: e.Position.Time, Ordinal: e.Ordinal}
			}
			break
		}
	}
	return page, nil
}

func (h *memoryHistory) last(t *testing.T) lake.LookupQuery {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.asked) == 0 {
		t.Fatal("the history was not asked")
	}
	return h.asked[len(h.asked)-1]
}

// house is a server with everything around it.
type house struct {
	*Server
	cfg       Config
	auth      *fakeAuth
	history   *memoryHistory
	directory *identity.Directory
	admin     identity.Credential
	around    *aroundTrails
	stores    *aroundStores
	queries   *aroundQueries

	mu      sync.Mutex
	calls   []recorder.Call
	refuse  error // what Record answers
	ready   error // what Ready answers
	allowed bool  // what Allowed answers
	issued  map[string]identity.Credential
}

// newHouse makes a server over a real directory with one account. Signatures
// are believed unless the test takes the directory as Config.Auth.
func newHouse(t testing.TB, change ...func(*Config)) *house {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	key, err := identity.LoadOrCreateKey(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	directory, err := identity.OpenDirectory(ctx, db, key, time.Now, identity.WithPasswordHashing(identity.PasswordHashing{MemoryKiB: 64, Passes: 1, Threads: 1, Slots: 2, Waiting: 8}))
	if err != nil {
		t.Fatal(err)
	}
	admin, err := directory.CreateAccount(ctx, homeAccount, "home")
	if err != nil {
		t.Fatal(err)
	}
	user, _ := directory.Principal(identity.Ref{AccountID: homeAccount, Type: identity.User, Name: identity.AdminUser})
	h := &house{
		auth:      &fakeAuth{keys: map[string]identity.Caller{"AKIDADMIN": {Principal: user}}},
		history:   &memoryHistory{},
		directory: directory,
		admin:     admin,
		around:    &aroundTrails{},
		stores:    &aroundStores{t: t},
		queries:   &aroundQueries{},
		allowed:   true,
		issued:    map[string]identity.Credential{},
	}
	h.cfg = Config{
		Auth:    h.auth,
		Allowed: func(identity.Caller, string, string) bool { return h.allowed },
		Record: func(_ context.Context, call recorder.Call) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.refuse != nil {
				return h.refuse
			}
			h.calls = append(h.calls, call)
			return nil
		},
		Ready:           func() error { return h.ready },
		History:         h.history,
		STS:             directory,
		Directory:       directory,
		Trails:          h.around.service(db),
		EventDataStores: h.stores.service(db),
		Queries:         h.queries.service(t, db, h.stores),
		CredentialIssued: func(profile string, key identity.Credential) error {
			h.issued[profile] = key
			return nil
		},
		TokenKey:         [32]byte{1},
		DefaultAccountID: homeAccount,
		DefaultRegion:    "us-east-1",
	}
	for _, f := range change {
		f(&h.cfg)
	}
	if h.Server, err = New(h.cfg); err != nil {
		t.Fatal(err)
	}
	return h
}

// realAuth has signatures verified and policies evaluated.
func realAuth(c *Config) {
	d := c.Directory.(*identity.Directory)
	c.Auth, c.Allowed = d, d.Allowed
}

// last returns the newest recorded call.
func (h *house) last(t testing.TB) recorder.Call {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.calls) == 0 {
		t.Fatal("nothing was recorded")
	}
	return h.calls[len(h.calls)-1]
}

func (h *house) recorded() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.calls)
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request through the handler, without a network.
func (h *house) do(r *http.Request) answer {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

func signAs(r *http.Request, key, region, service string) *http.Request {
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20260101/"+region+"/"+service+"/aws4_request, SignedHeaders=host;x-amz-date;x-cairn-lookup, Signature=00")
	return r
}

// jsonRequest is a call of a JSON service by the administrator.
func jsonRequest(target, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", target)
	service := "cloudtrail"
	if strings.HasPrefix(target, "Cairn") {
		service = "cairn"
	}
	return signAs(r, "AKIDADMIN", "eu-west-1", service)
}

func queryRequest(form string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return signAs(r, "AKIDADMIN", "us-east-1", "sts")
}

func (h *house) trail(op, body string) answer {
	return h.do(jsonRequest("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."+op, body))
}

func (h *house) cairn(op, body string) answer { return h.do(jsonRequest("Cairn_20261121."+op, body)) }

// code returns the error code of a JSON answer and its message.
func (a answer) code(t testing.TB) (code, message string) {
	t.Helper()
	var e struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatalf("the answer %q is not JSON: %v", a.body, err)
	}
	return e.Type, e.Message
}

// testEvent is an event of the history.
func testEvent(ordinal uint64, when time.Time) lake.LookupEvent {
	return lake.LookupEvent{
		Envelope: event.Envelope{
			EventID: "id-" + string(rune('a'+ordinal)), EventName: "CreateTrail", EventSource: "cloudtrail.amazonaws.com",
			EventTime: when, Username: "alice", ReadOnly: "false",
			Resources: []event.Resource{{Name: "t"}, {Name: "b", Type: "AWS::S3::Bucket"}},
		},
		Position: lake.Position{Time: when.Unix(), Ordinal: ordinal},
		Raw:      []byte("{\"a\": \"<&>\\u0041\u2028é\", \"n\" : 1.0e2}"),
	}
}

// compact drops the white space of JSON.
func compact(t testing.TB, raw []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
