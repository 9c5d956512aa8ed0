package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cairntrail/cairn/internal/lake/datastore"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/internal/trinosql"
)

const (
	testAccount  = "111122223333"
	otherAccount = "444455556666"
	testRegion   = "us-east-1"
	storeA       = "aaaaaaaa-1111-4111-8111-111111111111"
	storeB       = "bbbbbbbb-2222-4222-8222-222222222222"
	storeOther   = "cccccccc-3333-4333-8333-333333333333"
)

func arnOf(account, id string) string {
	return "arn:aws:cloudtrail:" + testRegion + ":" + account + ":eventdatastore/" + id
}

var testCaller = Caller{AccountID: testAccount, Region: testRegion}

// house is a service with what it stands on, which a test can take away and give
// back.
type house struct {
	t       testing.TB
	dir     string
	db      *store.DB
	service *Service
	engine  *testEngine
	stores  *testStores
	bucket  *testBucket
	signer  *testSigner
	config  func(*Config)
	stopped chan error
	cancel  context.CancelFunc
}

// inHouse runs a test in a house, where time is virtual.
func inHouse(t *testing.T, config func(*Config), test func(h *house)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, config)
		h.start()
		defer h.stop()
		test(h)
	})
}

func newHouse(t testing.TB, dir string, config func(*Config)) *house {
	return &house{t: t, dir: dir, engine: newTestEngine(), stores: newTestStores(), bucket: newTestBucket(), signer: newTestSigner(), config: config}
}

// start opens the service on what is on disk, and runs it.
func (h *house) start() {
	h.t.Helper()
	var err error
	if h.db, err = store.Open(context.Background(), filepath.Join(h.dir, "state.db")); err != nil {
		h.t.Fatal(err)
	}
	cfg := Config{
		Store: h.db, Dir: filepath.Join(h.dir, "queries"), Stores: h.stores, Engine: h.engine, Buckets: h.bucket, Signer: h.signer,
		Schema: func(category string) ([]trinosql.Column, error) {
			if category != selector.Management {
				return nil, errors.New("no schema")
			}
			return []trinosql.Column{{Name: "eventid", Type: trinosql.Varchar}, {Name: "eventname", Type: trinosql.Varchar}}, nil
		},
		Logger: slog.New(slog.NewTextHandler(testLog{h.t}, nil)),
	}
	if h.config != nil {
		h.config(&cfg)
	}
	if h.service, err = Open(context.Background(), cfg); err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel, h.stopped = cancel, make(chan error, 1)
	go func() { h.stopped <- h.service.Run(ctx) }()
}

// stop ends the service as a server does.
func (h *house) stop() {
	h.t.Helper()
	if h.cancel == nil {
		return
	}
	h.cancel()
	if err := <-h.stopped; err != nil {
		h.t.Errorf("Run: %v", err)
	}
	if err := h.db.Close(); err != nil {
		h.t.Error(err)
	}
	h.cancel = nil
}

// query starts a query and fails if it is refused.
func (h *house) query(in StartInput) Query {
	h.t.Helper()
	if in.Statement == "" && in.Alias == "" {
		in.Statement = "SELECT * FROM " + storeA
	}
	q, err := h.service.StartQuery(context.Background(), testCaller, in)
	if err != nil {
		h.t.Fatal(err)
	}
	return q
}

func (h *house) describe(id string) Query {
	h.t.Helper()
	q, _, err := h.service.DescribeQuery(context.Background(), testCaller, Reference{ID: id})
	if err != nil {
		h.t.Fatal(err)
	}
	return q
}

// rows reads all rows of a query, page by page.
func (h *house) rows(id string, limit int) (out [][]Cell) {
	h.t.Helper()
	var at Position
	for {
		p, err := h.service.GetQueryResults(context.Background(), testCaller, Reference{ID: id}, at, limit)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(p.Rows) > limit {
			h.t.Fatalf("a page of %d rows, limit %d", len(p.Rows), limit)
		}
		out = append(out, p.Rows...)
		if p.Next == nil {
			return out
		}
		if p.Next.Row != int64(len(out)) {
			h.t.Fatalf("the next page begins at row %d, and %d were read", p.Next.Row, len(out))
		}
		at = *p.Next
	}
}

// code is the exception of a refusal.
func code(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	if e, ok := errors.AsType[*datastore.Error](err); ok {
		return e.Code
	}
	return fmt.Sprint(err)
}

type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Logf("%s", b)
	return len(b), nil
}

// testEngine returns the rows that a test feeds it.
type testEngine struct {
	mu   sync.Mutex
	runs map[string]*testRun
	// feed are the rows of queries that a test does not feed itself; nil waits.
	feed func(job Job) [][]any
	// refuse is the error of Run.
	refuse error
}

func newTestEngine() *testEngine { return &testEngine{runs: make(map[string]*testRun)} }

func (e *testEngine) Name() string { return "test" }

func (e *testEngine) Run(ctx context.Context, job Job) (Rows, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refuse != nil {
		return nil, e.refuse
	}
	r := &testRun{ctx: ctx, job: job, rows: make(chan any)}
	e.runs[job.ID] = r
	if e.feed != nil {
		all := e.feed(job)
		r.rows = make(chan any, len(all))
		for _, row := range all {
			r.rows <- row
		}
		close(r.rows)
	}
	return r, nil
}

// run is the run of a query that has begun.
func (e *testEngine) run(id string) *testRun {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.runs[id]
}

// testRun is a statement that runs. A test sends rows, an error, or a function to be
// called in Next, and closes.
type testRun struct {
	ctx    context.Context
	job    Job
	rows   chan any
	mu     sync.Mutex
	stats  Statistics
	closed bool
}

func (r *testRun) Next() ([]any, error) {
	select {
	case row, ok := <-r.rows:
		if !ok {
			return nil, io.EOF
		}
		if err, bad := row.(error); bad {
			return nil, err
		}
		if bug, bad := row.(func()); bad {
			bug()
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.stats.EventsScanned += 10
		r.stats.EventsMatched++
		r.stats.BytesScanned += 100
		return row.([]any), nil
	case <-r.ctx.Done():
		return nil, fmt.Errorf("stopped: %w", context.Cause(r.ctx))
	}
}

func (r *testRun) Statistics() Statistics {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stats
}

func (r *testRun) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return nil
}

func (r *testRun) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// testStores are event data stores by id.
type testStores struct {
	mu  sync.Mutex
	all map[string]datastore.Store
}

func newTestStores() *testStores {
	s := &testStores{all: make(map[string]datastore.Store)}
	for id, account := range map[string]string{storeA: testAccount, storeB: testAccount, storeOther: otherAccount} {
		s.all[id] = datastore.Store{ID: id, ARN: arnOf(account, id), AccountID: account, Region: testRegion, Status: datastore.Enabled,
			Epochs: []datastore.Epoch{{Selectors: selector.Default(selector.EventDataStore).Advanced}}}
	}
	return s
}

func (s *testStores) Active(_ context.Context, c datastore.Caller, name string) (datastore.Store, error) {
	id, account, region, err := datastore.ParseName(c, name)
	if err != nil {
		return datastore.Store{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.all[id]
	if !ok || d.AccountID != account || account != c.AccountID || region != d.Region || region != c.Region {
		return datastore.Store{}, &datastore.Error{Code: datastore.CodeNotFound, Message: "no store " + name}
	}
	if !d.Queryable() {
		return datastore.Store{}, &datastore.Error{Code: datastore.CodeInactive, Message: "inactive store " + name}
	}
	return d, nil
}

func (s *testStores) set(id string, status datastore.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.all[id]
	d.Status = status
	s.all[id] = d
}

// testBucket is where results are delivered.
type testBucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	// fail says what becomes of a put; stored tells that the object is there all the
	// same.
	fail    func(key string) (err error, stored bool)
	refuse  error
	checked []Query
	puts    int
}

func newTestBucket() *testBucket { return &testBucket{objects: make(map[string][]byte)} }

func (b *testBucket) CheckBucket(_ context.Context, q *Query) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checked = append(b.checked, *q)
	return b.refuse
}

func (b *testBucket) Put(ctx context.Context, q *Query, key, _ string, body []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.puts++
	if b.fail != nil {
		if err, stored := b.fail(key); err != nil {
			if stored {
				b.objects[q.Delivery.Bucket+"/"+key] = append([]byte{}, body...)
			}
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b.objects[q.Delivery.Bucket+"/"+key] = append([]byte{}, body...)
	return nil
}

func (b *testBucket) all() map[string][]byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.objects)
}

func (b *testBucket) failing(f func(key string) (error, bool)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = f
}

// later waits until nothing moves, and so long.
func later(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
