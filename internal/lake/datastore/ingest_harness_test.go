package datastore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/store"
)

// memJournal is a journal in memory, whose batches are dated by time.Now. It
// deletes what every sink has released.
type memJournal struct {
	mu       sync.Mutex
	batches  []journal.Batch
	first    uint64 // sequence of the first batch that is left
	more     chan struct{}
	released map[string]uint64
}

func newMemJournal() *memJournal {
	return &memJournal{more: make(chan struct{}), released: make(map[string]uint64), first: 1}
}

func (j *memJournal) add(events ...[]byte) uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := uint64(len(j.batches) + 1)
	j.batches = append(j.batches, journal.Batch{Sequence: n, Time: time.Now(), Events: events})
	close(j.more)
	j.more = make(chan struct{})
	return n
}

func (j *memJournal) Last() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return uint64(len(j.batches))
}

func (j *memJournal) Check(_ context.Context, after uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if after+1 < j.first || after > uint64(len(j.batches)) {
		return fmt.Errorf("the journal has batches %d to %d, and what is behind %d was asked for", j.first, len(j.batches), after)
	}
	return nil
}

func (j *memJournal) Read(_ context.Context, after uint64) (journal.Reader, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if after+1 < j.first {
		return nil, fmt.Errorf("the journal begins with batch %d, but batch %d was asked for", j.first, after+1)
	}
	return &memTap{j: j, next: after}, nil
}

func (j *memJournal) Register(sink string, done uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.released[sink] = done
}

func (j *memJournal) Release(_ context.Context, sink string, done uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.released[sink] = max(done, j.released[sink])
	floor := done
	for _, d := range j.released {
		floor = min(floor, d)
	}
	j.first = max(j.first, min(floor, uint64(len(j.batches)))+1)
	return nil
}

// kept is the first batch that some sink needs; what is before may be deleted any
// time, as by other sinks' releases.
func (j *memJournal) kept() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	floor := uint64(len(j.batches))
	for _, d := range j.released {
		floor = min(floor, d)
	}
	return floor + 1
}

type memTap struct {
	j    *memJournal
	next uint64
}

func (t *memTap) Close() {}

func (t *memTap) Next(ctx context.Context) (journal.Batch, error) {
	for {
		t.j.mu.Lock()
		more := t.j.more
		if t.next < uint64(len(t.j.batches)) {
			if t.next+1 < t.j.first {
				defer t.j.mu.Unlock()
				return journal.Batch{}, fmt.Errorf("batch %d was deleted before it was read", t.next+1)
			}
			b := t.j.batches[t.next]
			t.next++
			t.j.mu.Unlock()
			return b, nil
		}
		t.j.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return journal.Batch{}, ctx.Err()
		}
	}
}

// memTables are all tables, in memory. They fail as they are told.
type memTables struct {
	mu     sync.Mutex
	tables map[string]*memTable
	// open, before and after may fail: an append that stores nothing, or that has
	// stored. drop may fail a drop that has dropped.
	open, before, after, drop func(id string) error
}

type memTable struct {
	all       *memTables
	spec      TableSpec
	rows      []string
	sequence  uint64
	commits   int
	committed []time.Time
}

func (m *memTables) Open(_ context.Context, spec TableSpec) (Table, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open != nil {
		if err := m.open(spec.ID); err != nil {
			return nil, err
		}
	}
	if m.tables[spec.ID] == nil {
		m.tables[spec.ID] = &memTable{all: m}
	}
	m.tables[spec.ID].spec = spec
	return &openTable{m.tables[spec.ID]}, nil
}

func (m *memTables) Drop(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.tables, id)
	if m.drop != nil {
		return m.drop(id)
	}
	return nil
}

// openTable is a table as it was opened: after Close it is none.
type openTable struct{ *memTable }

func (t *openTable) Close() error { t.memTable = nil; return nil }

func (t *memTable) Sequence() uint64 {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	return t.sequence
}

func (t *memTable) SetRetention(_ context.Context, keep time.Duration) error {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	t.spec.Retention = keep
	return nil
}

func (t *memTable) Append(ctx context.Context, events [][]byte, sequence uint64) error {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	if t.all.before != nil {
		if err := t.all.before(t.spec.ID); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if sequence <= t.sequence {
		return fmt.Errorf("batch %d comes behind %d", sequence, t.sequence)
	}
	for _, e := range events {
		t.rows = append(t.rows, string(e))
	}
	t.sequence = sequence
	t.commits++
	t.committed = append(t.committed, time.Now())
	if t.all.after != nil {
		return t.all.after(t.spec.ID)
	}
	return nil
}

var errInjected = errors.New("injected failure")

// once fails the next time, and then never.
func once() func(string) error {
	done := false
	return func(string) error {
		if done {
			return nil
		}
		done = true
		return errInjected
	}
}

// lakeHouse is an ingester with all that it needs, in virtual time.
type lakeHouse struct {
	*testing.T
	db       *store.DB
	journal  *memJournal
	tables   *memTables
	registry *prometheus.Registry
	change   func(*IngestConfig)

	svc    *Service
	in     *Ingester
	cancel context.CancelFunc
	ended  chan error
	n      int
}

// inLakeHouse runs a test in virtual time, which begins at midnight, 1 January
// 2000, with an ingester that runs.
func inLakeHouse(t *testing.T, f func(h *lakeHouse)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &lakeHouse{T: t, journal: newMemJournal(), tables: &memTables{tables: make(map[string]*memTable)}}
		h.db = openDB(t, filepath.Join(t.TempDir(), "state.db"))
		h.journal.add(h.record(nil)) // Nobody wants what was before.
		h.start()
		t.Cleanup(h.stop)
		f(h)
	})
}

func (h *lakeHouse) check(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// start makes a service and an ingester over what is there, and runs it.
func (h *lakeHouse) start() {
	h.Helper()
	h.registry = prometheus.NewRegistry()
	h.svc = NewService(Config{Store: h.db, Journal: h.journal})
	cfg := IngestConfig{Store: h.db, Journal: h.journal, Tables: h.tables, Service: h.svc, Jitter: func() float64 { return 1 }, Registerer: h.registry}
	if testing.Verbose() {
		cfg.Logger = slog.New(slog.NewTextHandler(h.Output(), nil))
	}
	if h.change != nil {
		h.change(&cfg)
	}
	in, err := NewIngester(context.Background(), cfg)
	h.check(err)
	h.check(in.Check(context.Background()))
	h.svc.Tell(in)
	ctx, cancel := context.WithCancel(context.Background())
	h.in, h.cancel, h.ended = in, cancel, make(chan error, 1)
	go func() { h.ended <- in.Run(ctx) }()
	synctest.Wait()
}

// stop ends the ingester, if it runs, as a kill would: nothing is flushed.
func (h *lakeHouse) stop() {
	h.Helper()
	if h.cancel == nil {
		return
	}
	h.cancel()
	if err := <-h.ended; err != nil {
		h.Errorf("the ingester ended: %v", err)
	}
	h.cancel = nil
}

func (h *lakeHouse) restart() {
	h.Helper()
	h.stop()
	h.start()
}

// pass lets time go by.
func (h *lakeHouse) pass(d time.Duration) {
	h.Helper()
	<-time.After(d)
	synctest.Wait()
}

// make creates a store, and waits until it is not CREATED any more.
func (h *lakeHouse) make(name string, change ...func(*CreateInput)) Store {
	h.Helper()
	in := CreateInput{Name: name}
	unprotected(&in)
	for _, f := range change {
		f(&in)
	}
	d, err := h.svc.CreateEventDataStore(context.Background(), ireland, in)
	h.check(err)
	synctest.Wait()
	return d
}

// do calls an operation that takes the name of a store, and waits until it is
// acted on.
func (h *lakeHouse) do(op func(context.Context, Caller, string) error, d Store) {
	h.Helper()
	h.check(op(context.Background(), ireland, d.ID))
	synctest.Wait()
}

func (h *lakeHouse) restore(d Store) {
	h.Helper()
	_, err := h.svc.RestoreEventDataStore(context.Background(), ireland, d.ID)
	h.check(err)
	synctest.Wait()
}

func (h *lakeHouse) get(d Store) Store {
	h.Helper()
	got, err := h.svc.GetEventDataStore(context.Background(), ireland, d.ID)
	h.check(err)
	return got
}

// record makes a record of a write management event in Ireland, now, and changes
// its members.
func (h *lakeHouse) record(change map[string]string) []byte {
	h.n++
	members := map[string]string{
		"eventVersion": "1.11", "eventID": fmt.Sprintf("e-%04d", h.n), "eventTime": time.Now().UTC().Format(time.RFC3339), "eventName": "RunInstances",
		"eventSource": "ec2.amazonaws.com", "awsRegion": "eu-west-1", "recipientAccountId": account, "eventCategory": "Management", "eventType": "AwsApiCall",
	}
	maps.Copy(members, change)
	var b strings.Builder
	b.WriteString(`{"readOnly":false`)
	for _, k := range slices.Sorted(maps.Keys(members)) {
		fmt.Fprintf(&b, `,%q:%q`, k, members[k])
	}
	b.WriteString("}")
	return []byte(b.String())
}

// add journals a batch of one event and waits until it is read. It returns the
// event.
func (h *lakeHouse) add(change map[string]string) string {
	raw := h.record(change)
	h.journal.add(raw)
	synctest.Wait()
	return string(raw)
}

// flush has everything in the tables.
func (h *lakeHouse) flush() {
	h.Helper()
	h.check(h.in.Flush(context.Background()))
}

// wantRows compares a store's table with what it has to have.
func (h *lakeHouse) wantRows(what string, d Store, want ...string) {
	h.Helper()
	h.tables.mu.Lock()
	defer h.tables.mu.Unlock()
	table := h.tables.tables[d.ID]
	if table == nil {
		h.Errorf("%s: there is no table", what)
		return
	}
	if !slices.Equal(table.rows, want) {
		h.Errorf("%s: the table has\n%s\nwant\n%s", what, strings.Join(table.rows, "\n"), strings.Join(want, "\n"))
	}
}

func (h *lakeHouse) table(d Store) memTable {
	h.Helper()
	h.tables.mu.Lock()
	defer h.tables.mu.Unlock()
	if h.tables.tables[d.ID] == nil {
		h.Fatal("there is no table")
	}
	return *h.tables.tables[d.ID]
}

// wantStatus tells whether a store is in a state.
func (h *lakeHouse) wantStatus(d Store, want Status) {
	h.Helper()
	if got := h.get(d).Status; got != want {
		h.Errorf("the store is %s, want %s", got, want)
	}
}

// metric is a store's value of a metric.
func (h *lakeHouse) metric(name, id string) float64 {
	h.Helper()
	families, err := h.registry.Gather()
	h.check(err)
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() == name && m.Label[0].GetValue() == id {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return 0
}

// fails changes how tables fail.
func (h *lakeHouse) fails(change func(*memTables)) {
	h.tables.mu.Lock()
	defer h.tables.mu.Unlock()
	change(h.tables)
}
