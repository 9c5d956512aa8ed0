package imports

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cairntrail/cairn/internal/store"
)

const (
	account  = "111122223333"
	storeARN = "arn:aws:cloudtrail:us-east-1:" + account + ":eventdatastore/s1"
	role     = "arn:aws:iam::111122223333:role/import"
	day      = "AWSLogs/" + account + "/CloudTrail/us-east-1/2026/11/"
)

var owner = Caller{account, "us-east-1"}

// badBucket is an error of a bucket, with a code.
type badBucket struct{ code string }

func (e badBucket) Error() string     { return "refused: " + e.code }
func (e badBucket) ErrorCode() string { return e.code }

// memBucket is a bucket in memory.
type memBucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	fail    map[string]error
	listed  int
	// page and get are how long a page of a thousand keys and an object take.
	page, get time.Duration
}

func (b *memBucket) Close() {}

func (b *memBucket) List(_ context.Context, prefix, after string) iter.Seq2[Object, error] {
	b.mu.Lock()
	defer b.mu.Unlock()
	keys := slices.Sorted(maps.Keys(b.objects))
	return func(yield func(Object, error) bool) {
		n := 0
		for _, k := range keys {
			if strings.HasPrefix(k, prefix) && k > after {
				if n++; n%1000 == 1 {
					<-time.After(b.page)
				}
				b.listed++
				if !yield(Object{k, int64(len(b.objects[k]))}, nil) {
					return
				}
			}
		}
	}
}

func (b *memBucket) Get(_ context.Context, key string) (io.ReadCloser, error) {
	<-time.After(b.get)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.fail[key]; err != nil {
		return nil, err
	}
	body, ok := b.objects[key]
	if !ok {
		return nil, badBucket{"NoSuchKey"}
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

// memTable keeps events and positions together, and fails when it is told to: before
// or behind the moment at which they are there.
type memTable struct {
	mu            sync.Mutex
	events        []string
	positions     map[string]string
	commits       int
	before, after func(commit int) error
}

func (t *memTable) Import(_ context.Context, events [][]byte, source, position string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.commits++
	if t.before != nil {
		if err := t.before(t.commits); err != nil {
			return err
		}
	}
	for _, e := range events {
		t.events = append(t.events, string(e))
	}
	if t.positions[source] = position; position == "" {
		delete(t.positions, source)
	}
	if t.after != nil {
		return t.after(t.commits)
	}
	return nil
}

func (t *memTable) Position(source string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.positions[source]
}

// house is a service with a bucket and a table, in virtual time.
type house struct {
	*testing.T
	*Service
	db     *store.DB
	bucket *memBucket
	table  *memTable
	ids    int
	n      int
	wanted map[string]bool // events that have to be in the table
	cancel context.CancelFunc
	ended  chan error
}

func inHouse(t *testing.T, f func(h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, bucket: &memBucket{objects: make(map[string][]byte), fail: make(map[string]error)}, table: &memTable{positions: make(map[string]string)}, wanted: make(map[string]bool)}
		<-time.After(time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC).Sub(time.Now())) // of the virtual clock
		db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
		h.check(err)
		h.db = db
		t.Cleanup(func() {
			h.kill()
			h.check(db.Close())
		})
		h.start()
		f(h)
	})
}

func (h *house) check(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// start makes a service over what there is, and runs it.
func (h *house) start() {
	h.Helper()
	s, err := NewService(context.Background(), Config{Store: h.db, Stores: h, Readers: 3, BatchEvents: 10, NewID: func() string { h.ids++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", h.ids) },
		Open: func(_ context.Context, _, bucket, _ string) (Bucket, error) {
			if bucket != "logs" {
				return nil, badBucket{"NoSuchBucket"}
			}
			return h.bucket, nil
		}})
	h.check(err)
	ctx, cancel := context.WithCancel(context.Background())
	h.Service, h.cancel, h.ended = s, cancel, make(chan error, 1)
	go func() { h.ended <- s.Run(ctx) }()
	synctest.Wait()
}

// kill ends the service where it is.
func (h *house) kill() {
	if h.cancel == nil {
		return
	}
	h.cancel()
	if err := <-h.ended; err != nil {
		h.Error(err)
	}
	h.cancel = nil
}

func (h *house) Destination(_ context.Context, _ Caller, name string) (Destination, error) {
	if name != storeARN {
		return Destination{}, &Error{Code: "EventDataStoreNotFoundException", Message: "none"}
	}
	return Destination{"s1", storeARN, 100 * 24 * time.Hour}, nil
}

func (h *house) Table(context.Context, string) (Table, error) { return h.table, nil }

// file puts a log file of some events, of the middle of a day of November.
func (h *house) file(d, n, events int) string {
	h.Helper()
	var records []string
	for range events {
		h.n++
		r := fmt.Sprintf(`{"eventVersion":"1.08","eventTime":"2026-11-%02dT12:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"X","awsRegion":"us-east-1","eventID":"e-%05d","recipientAccountId":"%s","eventCategory":"Management"}`, d, h.n, account)
		records = append(records, r)
		h.wanted[r] = true
	}
	key := fmt.Sprintf("%s%02d/%s_CloudTrail_us-east-1_202611%02dT1200Z_%016d.json.gz", day, d, account, d, n)
	h.bucket.objects[key] = zipped(`{"Records":[` + strings.Join(records, ",") + `]}`)
	return key
}

func zipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.Bytes()
}

// without says that the events of a file need not be in the table.
func (h *house) without(key string) {
	z, err := gzip.NewReader(bytes.NewReader(h.bucket.objects[key]))
	h.check(err)
	text, err := io.ReadAll(z)
	h.check(err)
	for r := range h.wanted {
		if strings.Contains(string(text), r) {
			delete(h.wanted, r)
		}
	}
}

func (h *house) begin(change func(*StartInput)) Import {
	h.Helper()
	in := StartInput{Destinations: []string{storeARN}, Source: &Source{"s3://logs/", "us-east-1", role}}
	if change != nil {
		change(&in)
	}
	im, err := h.Start(h.Context(), owner, in)
	h.check(err)
	synctest.Wait()
	return im
}

func (h *house) get(id string) Import {
	h.Helper()
	im, err := h.Get(h.Context(), owner, id)
	h.check(err)
	return im
}

// sound tells whether the table has each wanted event once, and nothing else.
func (h *house) sound(what string) {
	h.Helper()
	got := make(map[string]int)
	for _, e := range h.table.events {
		if got[e]++; !h.wanted[e] {
			h.Errorf("%s: %s is in the table", what, e)
		}
	}
	for e := range h.wanted {
		if got[e] != 1 {
			h.Errorf("%s: %s is %d times in the table", what, e, got[e])
		}
	}
}

func (h *house) refused(what string, err error, code string) {
	h.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		h.Errorf("%s: %v, want %s", what, err, code)
	}
}
