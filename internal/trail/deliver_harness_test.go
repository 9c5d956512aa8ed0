package trail

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	"golang.org/x/sync/errgroup"

	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
	"github.com/cairntrail/cairn/verify"
)

const (
	testAccount = "111122223333"
	testRegion  = "us-east-1"
)

// memJournal is a journal in memory, whose batches are dated by time.Now.
type memJournal struct {
	mu       sync.Mutex
	batches  []journal.Batch
	more     chan struct{}
	released map[string]uint64
	// late is how many of the last batches Last does not tell yet.
	late int
	// releasing is called before a release.
	releasing func(done uint64)
}

func newMemJournal() *memJournal {
	return &memJournal{more: make(chan struct{}), released: make(map[string]uint64)}
}

func (j *memJournal) add(at time.Time, events ...[]byte) uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := uint64(len(j.batches) + 1)
	j.batches = append(j.batches, journal.Batch{Sequence: n, Time: at, Events: events})
	close(j.more)
	j.more = make(chan struct{})
	return n
}

func (j *memJournal) Last() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return uint64(len(j.batches) - j.late)
}

func (j *memJournal) Read(_ context.Context, after uint64) (journal.Reader, error) {
	return &memTap{j: j, next: after}, nil
}

func (j *memJournal) Register(sink string, done uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.released[sink] = done
}

func (j *memJournal) Check(context.Context, uint64) error { return nil }

func (j *memJournal) Release(_ context.Context, sink string, done uint64) error {
	if j.releasing != nil {
		j.releasing(done)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.released[sink] = done
	return nil
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
		if int(t.next) < len(t.j.batches)-t.j.late {
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

// memBucket is all buckets, in memory. It refuses other bytes under a name that
// is taken, and is a source of verify.
type memBucket struct {
	mu      sync.Mutex
	objects map[string]PutInput // by BUCKET/KEY
	puts    int
	// before and after may fail a put that stores nothing, or that has stored.
	before, after func(in PutInput) error
	conflicts     []string
}

func newMemBucket() *memBucket { return &memBucket{objects: make(map[string]PutInput)} }

func (b *memBucket) Put(ctx context.Context, in PutInput) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.before != nil {
		if err := b.before(in); err != nil {
			return err
		}
	}
	name := in.Bucket + "/" + in.Key
	if old, ok := b.objects[name]; ok && !bytes.Equal(old.Body, in.Body) {
		b.conflicts = append(b.conflicts, name)
	}
	b.objects[name] = in
	b.puts++
	if b.after != nil {
		return b.after(in)
	}
	return nil
}

func (b *memBucket) Get(_ context.Context, bucket, key string) (verify.Object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	in, ok := b.objects[bucket+"/"+key]
	if !ok {
		return verify.Object{}, verify.ErrNotFound
	}
	return verify.Object{Body: io.NopCloser(bytes.NewReader(in.Body)), Metadata: in.Metadata}, nil
}

func (b *memBucket) List(_ context.Context, bucket, prefix, after string, yield func(string) bool) error {
	for _, k := range b.keys(bucket + "/" + prefix) {
		if k = strings.TrimPrefix(k, bucket+"/"); k > after && !yield(k) {
			break
		}
	}
	return nil
}

// keys lists BUCKET/KEY, sorted.
func (b *memBucket) keys(prefix string) (out []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k := range b.objects {
		if strings.HasPrefix(k, prefix) {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

func (b *memBucket) content(t testing.TB, name string) []byte {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	z, err := gzip.NewReader(bytes.NewReader(b.objects[name].Body))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	content, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return content
}

func (b *memBucket) set(before, after func(PutInput) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.before, b.after = before, after
}

// badBucket is an error of a bucket.
type badBucket struct {
	code string
	hard bool
}

func (e badBucket) Error() string     { return "refused: " + e.code }
func (e badBucket) ErrorCode() string { return e.code }
func (e badBucket) Retryable() bool   { return !e.hard }

// testKeys signs with one of two keys, which change at a time.
type testKeys struct {
	mu     sync.Mutex
	rotate time.Time
	fail   error
}

var rsaKeys = sync.OnceValue(func() (out []*rsa.PrivateKey) {
	for range 2 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		out = append(out, k)
	}
	return out
})

func fingerprint(k *rsa.PrivateKey) string {
	sum := md5.Sum(x509.MarshalPKCS1PublicKey(&k.PublicKey))
	return hex.EncodeToString(sum[:])
}

func (s *testKeys) Signer(_ context.Context, _ string, at time.Time) (string, func([]byte) ([]byte, error), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return "", nil, s.fail
	}
	k := rsaKeys()[0]
	if !s.rotate.IsZero() && !at.Before(s.rotate) {
		k = rsaKeys()[1]
	}
	return fingerprint(k), func(sum []byte) ([]byte, error) { return rsa.SignPKCS1v15(nil, k, crypto.SHA256, sum) }, nil
}

func publicKeys() map[string][]byte {
	out := make(map[string][]byte)
	for _, k := range rsaKeys() {
		out[fingerprint(k)] = x509.MarshalPKCS1PublicKey(&k.PublicKey)
	}
	return out
}

// courierHouse is a courier with all that it needs.
type courierHouse struct {
	testing.TB
	db       *store.DB
	dbPath   string
	journal  *memJournal
	bucket   *memBucket
	keys     *testKeys
	registry *prometheus.Registry
	change   func(*CourierConfig)
	// targets, set before start, are what a forwarder forwards to.
	targets   map[string]func(Trail) Forward
	forwarder *Forwarder

	*Courier
	cancel context.CancelFunc
	ended  chan error

	n        int
	expected map[string]bool // eventIDs that have to be delivered
}

// inCourierHouse runs a test in virtual time, which begins at midnight, 1
// January 2000. The test starts the courier.
func inCourierHouse(t *testing.T, change func(*CourierConfig), f func(h *courierHouse)) {
	t.Helper()
	rsaKeys()
	synctest.Test(t, func(t *testing.T) {
		h := &courierHouse{TB: t, journal: newMemJournal(), bucket: newMemBucket(), keys: &testKeys{}, change: change, expected: make(map[string]bool)}
		h.dbPath = filepath.Join(t.TempDir(), "state.db")
		db, err := store.Open(t.Context(), h.dbPath)
		h.check(err)
		h.db = db
		t.Cleanup(func() {
			h.stop()
			h.check(h.db.Close())
		})
		f(h)
	})
}

func (h *courierHouse) check(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// start makes a courier and runs it.
func (h *courierHouse) start() {
	h.Helper()
	h.registry = prometheus.NewRegistry()
	cfg := CourierConfig{Store: h.db, Journal: h.journal, Bucket: h.bucket, Signer: h.keys, Regions: []string{testRegion, "eu-west-1"},
		Jitter: func() float64 { return 1 }, Registerer: h.registry}
	if testing.Verbose() {
		cfg.Logger = slog.New(slog.NewTextHandler(h.Output(), nil))
	}
	if h.change != nil {
		h.change(&cfg)
	}
	c, err := NewCourier(context.Background(), cfg)
	h.check(err)
	ctx, cancel := context.WithCancel(context.Background())
	h.Courier, h.cancel, h.ended = c, cancel, make(chan error, 1)
	run := []func(context.Context) error{c.Run}
	if h.targets != nil {
		h.forwarder, err = NewForwarder(context.Background(), ForwarderConfig{Store: h.db, Journal: h.journal, Targets: h.targets,
			Jitter: func() float64 { return 1 }, Logger: cfg.Logger, Registerer: h.registry})
		h.check(err)
		run = append(run, h.forwarder.Run)
	}
	go func() {
		var all errgroup.Group
		for _, f := range run {
			all.Go(func() error { return f(ctx) })
		}
		h.ended <- all.Wait()
	}()
	synctest.Wait()
}

// stop ends the courier, if it runs, as a kill would: nothing is flushed.
func (h *courierHouse) stop() {
	h.Helper()
	if h.cancel == nil {
		return
	}
	h.cancel()
	if err := <-h.ended; err != nil {
		h.Errorf("the courier ended: %v", err)
	}
	h.cancel = nil
}

func (h *courierHouse) restart() {
	h.Helper()
	h.stop()
	h.start()
}

// pass lets time go by.
func (h *courierHouse) pass(d time.Duration) {
	h.Helper()
	<-time.After(d)
	synctest.Wait()
}

// until lets time go by up to a time of the day, as 14:05 or 14:05:30.
func (h *courierHouse) until(clock string) {
	h.Helper()
	layout := "15:04:05"
	if len(clock) == 5 {
		clock += ":00"
	}
	at, err := time.Parse(layout, clock)
	h.check(err)
	now := time.Now().UTC()
	target := now.Truncate(24 * time.Hour).Add(at.Sub(at.Truncate(24 * time.Hour)))
	if target.Before(now) {
		target = target.Add(24 * time.Hour)
	}
	h.pass(target.Sub(now))
}

// trail makes a trail that logs management events from now on.
func (h *courierHouse) trail(name string, change func(*Trail)) *Trail {
	h.Helper()
	t := &Trail{Name: name, ARN: "arn:aws:cloudtrail:us-east-1:" + testAccount + ":trail/" + name, AccountID: testAccount, HomeRegion: testRegion,
		S3BucketName: "logs", LogFileValidation: true, Created: time.Now().UTC(), StartLogging: time.Now().UTC(),
		Epochs: []Epoch{{After: h.journal.Last(), Logging: true, MultiRegion: true, GlobalServiceEvents: true, Selectors: selector.Default(selector.Trail)}}}
	if change != nil {
		change(t)
	}
	h.set(t)
	return t
}

func (h *courierHouse) trails() *store.Collection[Trail] {
	return store.NewCollection[Trail](h.db, trailsCollection)
}

// set writes a trail and tells the courier, if it runs.
func (h *courierHouse) set(t *Trail) {
	h.Helper()
	_, err := h.trails().Put(context.Background(), t.ARN, *t)
	h.check(err)
	h.tell(t)
}

func (h *courierHouse) tell(t *Trail) {
	if h.cancel != nil {
		h.Changed(t.ARN)
		if h.forwarder != nil {
			h.forwarder.Changed(t.ARN)
		}
		synctest.Wait()
	}
}

// epoch changes what a trail logs from now on.
func (h *courierHouse) epoch(t *Trail, change func(*Epoch)) {
	h.Helper()
	item, err := h.trails().Get(context.Background(), t.ARN)
	h.check(err)
	*t = item.Value
	e := t.Now()
	e.After = h.journal.Last()
	change(&e)
	if e.Logging && !t.Now().Logging {
		t.StartLogging = time.Now().UTC()
	}
	t.Epochs = append(t.Epochs, e)
	h.set(t)
}

func (h *courierHouse) delete(t *Trail) {
	h.Helper()
	h.check(h.trails().Delete(context.Background(), t.ARN))
	h.tell(t)
}

// record makes a record; members are more of its JSON.
func (h *courierHouse) record(region, source string, readOnly bool, members string) []byte {
	h.n++
	return fmt.Appendf(nil, `{"eventVersion":"1.08","eventTime":"%s","eventSource":"%s","eventName":"Name%d","awsRegion":"%s","eventID":"event-%06d","readOnly":%v,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"%s"%s,"eventCategory":"Management"}`,
		stamp(time.Now()), source, h.n, region, h.n, readOnly, testAccount, members)
}

func (h *courierHouse) lastID() string { return fmt.Sprintf("event-%06d", h.n) }

// event journals a batch of one event that has to be delivered.
func (h *courierHouse) event(region string) uint64 {
	h.Helper()
	n := h.journal.add(time.Now(), h.record(region, "ec2.amazonaws.com", false, ""))
	h.expected[h.lastID()] = true
	synctest.Wait()
	return n
}

// stray journals a batch of one event that must not be delivered.
func (h *courierHouse) stray(record []byte) {
	h.Helper()
	h.journal.add(time.Now(), record)
	synctest.Wait()
}

func (h *courierHouse) status(t *Trail) Status {
	h.Helper()
	item, err := store.NewCollection[Status](h.db, statusCollection).Get(context.Background(), t.ARN)
	h.check(err)
	return item.Value
}

// delivered are the eventIDs in the log files, with the names of the files.
func (h *courierHouse) delivered() map[string][]string {
	h.Helper()
	out := make(map[string][]string)
	for _, name := range h.bucket.keys("") {
		if strings.Contains(name, "/CloudTrail-Digest/") {
			continue
		}
		var file struct {
			Records []struct {
				EventID string `json:"eventID"`
			}
		}
		h.check(json.Unmarshal(h.bucket.content(h, name), &file))
		if len(file.Records) == 0 {
			h.Errorf("%s is empty", name)
		}
		for _, r := range file.Records {
			out[r.EventID] = append(out[r.EventID], name)
		}
	}
	return out
}

// digest reads a digest.
func (h *courierHouse) digest(name string) (d digestFile) {
	h.Helper()
	h.check(json.Unmarshal(h.bucket.content(h, name), &d))
	return d
}

// sound checks that every expected event is in exactly one log file, every log
// file in exactly one digest, except for those whose names contain one of
// without, and that verify finds nothing wrong. It returns verify's report of
// the home Region.
func (h *courierHouse) sound(t *Trail, without ...string) *verify.Report {
	h.Helper()
	got := h.delivered()
	for id, names := range got {
		if len(names) != 1 {
			h.Errorf("%s is in %v", id, names)
		}
		if !h.expected[id] {
			h.Errorf("%s was delivered, in %v", id, names)
		}
	}
	for id := range h.expected {
		if got[id] == nil {
			h.Errorf("%s is in no log file", id)
		}
	}
	if len(h.bucket.conflicts) > 0 {
		h.Errorf("names with different contents: %v", h.bucket.conflicts)
	}
	named := make(map[string]int)
	regions := map[string]string{} // of digests, to a bucket
	for _, name := range h.bucket.keys("") {
		if parts := strings.Split(name, "/CloudTrail-Digest/"); len(parts) == 2 {
			regions[strings.Split(parts[1], "/")[0]] = strings.Split(name, "/")[0]
			for _, f := range h.digest(name).LogFiles {
				named[f.Bucket+"/"+f.Object]++
			}
		}
	}
	for _, name := range h.bucket.keys("") {
		excepted := slices.ContainsFunc(without, func(s string) bool { return strings.Contains(name, s) })
		if !strings.Contains(name, "/CloudTrail-Digest/") && named[name] != 1 && !excepted {
			h.Errorf("%s is in %d digests", name, named[name])
		}
	}
	var home *verify.Report
	for _, region := range slices.Sorted(maps.Keys(regions)) {
		r := h.validate(t, region)
		if region == t.HomeRegion {
			home = r
		}
	}
	return home
}

func (h *courierHouse) validate(t *Trail, region string) *verify.Report {
	h.Helper()
	r, err := verify.Validate(context.Background(), h.bucket, publicKeys(), verify.Trail{ARN: t.ARN, Bucket: t.S3BucketName, Prefix: t.S3KeyPrefix, Region: region},
		verify.Options{Start: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Now().Add(time.Hour), Workers: 1, Found: func(f verify.Finding) {
			if !f.Valid && f.Kind != verify.Gap && f.Kind != verify.Orphan {
				h.Errorf("%s: %s %s %s", region, f.Kind, f.Key, f.Message)
			}
		}})
	h.check(err)
	return r
}

// metric reads a metric of one label, 0 if there is none.
func (h *courierHouse) metric(name, label string) float64 {
	h.Helper()
	all, err := h.registry.Gather()
	h.check(err)
	for _, f := range all {
		for _, m := range f.Metric {
			if f.GetName() == name && m.Label[0].GetValue() == label {
				return m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

var errBoom = errors.New("boom")
