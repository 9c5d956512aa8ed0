package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/refusal"
	"github.com/cairntrail/cairn/internal/store"
)

// Bucket reads the bucket of a source.
type Bucket interface {
	// List gives the objects whose keys begin with prefix and come behind after, in
	// order. An error is the last that it gives.
	List(ctx context.Context, prefix, after string) iter.Seq2[Object, error]
	// Get opens an object. Errors say more by ErrorCode() string, as NoSuchKey.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	Close()
}

// Object is an object of a listing.
type Object struct {
	Key  string
	Size int64
}

// Table is the table of an event data store.
type Table interface {
	// Import makes events durable together with a position of a source: both, or
	// neither. An empty position forgets the source.
	Import(ctx context.Context, events [][]byte, source, position string) error
	// Position is the last one of a source, empty for none.
	Position(source string) string
}

// Destination is a store that may be imported into.
type Destination struct {
	ID, ARN string
	// Keeps is how long the store keeps events.
	Keeps time.Duration
}

// Stores are the event data stores.
type Stores interface {
	// Destination finds the store that a request names. It refuses, with the exception
	// for the caller, one that takes no imports.
	Destination(ctx context.Context, c Caller, name string) (Destination, error)
	// Table opens the table of a store.
	Table(ctx context.Context, id string) (Table, error)
}

// Config is what a [Service] is made of.
type Config struct {
	Store  *store.DB
	Stores Stores
	// Open opens the bucket of a source as the account may read it, and fails if it
	// cannot be read at all.
	Open  func(ctx context.Context, account, bucket, region string) (Bucket, error)
	NewID func() string
	// Readers is how many files are read at once, as long as they have not more than
	// ReadAhead bytes together, compressed; zero is 64 files and 12 MiB.
	Readers   int
	ReadAhead int64
	// BatchEvents and BatchBytes are when what was read is committed; zero is 100,000
	// events and 128 MiB.
	BatchEvents int
	BatchBytes  int64
	// Now is the clock; nil takes the real one.
	Now    func() time.Time
	Logger *slog.Logger
}

// Service answers the operations on imports and runs them.
type Service struct {
	cfg      Config
	imports  *store.Collection[Import]
	failures *store.Collection[Failure]

	mu struct {
		sync.Mutex
		// running has the cancel functions of imports at work.
		running map[string]context.CancelFunc
		// pending are ids that Run has not seen yet.
		pending []string
	}
	news chan struct{}
}

// NewService makes a service over the collections "imports" and "imports.failures".
// Imports that were at work when the server ended go on with Run.
func NewService(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Stores == nil || cfg.Open == nil || cfg.NewID == nil {
		panic("BUG: imports: a service needs a store, stores, buckets and ids")
	}
	if cfg.Readers == 0 {
		cfg.Readers = 64
	}
	if cfg.ReadAhead == 0 {
		cfg.ReadAhead = 12 << 20
	}
	if cfg.BatchEvents == 0 {
		cfg.BatchEvents = 100_000
	}
	if cfg.BatchBytes == 0 {
		cfg.BatchBytes = 128 << 20
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{cfg: cfg, imports: store.NewCollection[Import](cfg.Store, "imports"), failures: store.NewCollection[Failure](cfg.Store, "imports.failures"), news: make(chan struct{}, 1)}
	s.mu.running = make(map[string]context.CancelFunc)
	all, err := s.imports.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the imports: %w", err)
	}
	for _, it := range all {
		if it.Value.atWork() {
			s.mu.pending = append(s.mu.pending, it.ID)
		}
	}
	return s, nil
}

func (im *Import) atWork() bool { return im.Status == Initializing || im.Status == InProgress }

// StartInput is what StartImport is given: an import to make, or the id of one to go
// on with.
type StartInput struct {
	ImportID     string
	Destinations []string
	Source       *Source
	Start, End   *time.Time
}

// Start makes an import and has it run, or has one that stopped or failed run again.
func (s *Service) Start(ctx context.Context, c Caller, in StartInput) (Import, error) {
	if in.ImportID != "" {
		if in.Destinations != nil || in.Source != nil || in.Start != nil || in.End != nil {
			return Import{}, refusal.New(CodeInvalidParameter, "An import is tried again with its ImportId alone. Leave the other parameters out.")
		}
		return s.restart(ctx, c, in.ImportID)
	}
	im, err := s.make(ctx, c, in)
	if err != nil {
		return Import{}, err
	}
	err = s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		if err := s.alone(ctx, c); err != nil {
			return err
		}
		_, err := s.imports.Create(ctx, im.ID, im)
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("start the import: %w", err)
	}
	s.enqueue(im.ID)
	return im, nil
}

// make checks what a new import is given.
func (s *Service) make(ctx context.Context, c Caller, in StartInput) (Import, error) {
	bad := func(format string, args ...any) (Import, error) {
		return Import{}, refusal.New(CodeInvalidParameter, format, args...)
	}
	switch {
	case len(in.Destinations) != 1:
		return bad("An import has one destination, the ARN of an event data store.")
	case in.Source == nil:
		return bad("An import has an ImportSource with the S3 location of the log files.")
	case in.Start != nil && in.End != nil && in.End.Before(*in.Start):
		return bad("StartEventTime is after EndEventTime.")
	case in.Start != nil && in.Start.After(s.cfg.Now()):
		return bad("StartEventTime is in the future.")
	}
	bucket, _, err := parseURI(in.Source.URI)
	if err != nil {
		return Import{}, err
	}
	if !strings.HasPrefix(in.Source.RoleARN, "arn:") || !strings.Contains(in.Source.RoleARN, ":role/") {
		return Import{}, refusal.New(CodeInvalidSource, "S3BucketAccessRoleArn %.300q is not the ARN of a role.", in.Source.RoleARN)
	}
	d, err := s.cfg.Stores.Destination(ctx, c, in.Destinations[0])
	if err != nil {
		return Import{}, err
	}
	opened, err := s.cfg.Open(ctx, c.AccountID, bucket, in.Source.Region)
	if err != nil {
		return Import{}, refusal.New(CodeInvalidSource, "The bucket %s cannot be read: %v", bucket, err)
	}
	opened.Close()
	now := s.cfg.Now().UTC()
	im := Import{ID: s.cfg.NewID(), AccountID: c.AccountID, Region: c.Region, StoreID: d.ID, StoreARN: d.ARN, Source: *in.Source, Status: Initializing, Created: now, Updated: now, Oldest: now.Add(-d.Keeps)}
	if in.Start != nil {
		im.Start = in.Start.UTC()
	}
	if in.End != nil {
		im.End = in.End.UTC()
	}
	return im, nil
}

// parseURI takes s3://BUCKET/PREFIX apart.
func parseURI(uri string) (bucket, prefix string, err error) {
	u, parseErr := url.Parse(uri)
	if parseErr != nil || u.Scheme != "s3" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", "", refusal.New(CodeInvalidSource, "S3LocationUri %.500q is not the location of log files. Write s3://BUCKET/ or s3://BUCKET/PREFIX/.", uri)
	}
	return u.Host, strings.TrimPrefix(u.Path, "/"), nil
}

// alone refuses a second import at work.
func (s *Service) alone(ctx context.Context, c Caller) error {
	all, err := s.List(ctx, c)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].atWork() {
			return refusal.New(CodeOngoing, "The import %s is in progress. Wait until it is done, or stop it.", all[i].ID)
		}
	}
	return nil
}

// restart has an import run again.
func (s *Service) restart(ctx context.Context, c Caller, id string) (im Import, err error) {
	err = s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		if im, err = s.get(ctx, c, id); err != nil {
			return err
		}
		if im.Status != Failed && im.Status != Stopped {
			return refusal.New(CodeInvalidParameter, "The import %s is %s. One that is %s or %s can be tried again.", id, im.Status, Failed, Stopped)
		}
		if err := s.alone(ctx, c); err != nil {
			return err
		}
		if _, err := s.cfg.Stores.Destination(ctx, c, im.StoreARN); err != nil {
			return err
		}
		im.Status, im.Updated, im.Attempt = Initializing, s.cfg.Now().UTC(), im.Attempt+1
		_, err := s.imports.Put(ctx, im.ID, im)
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("start the import again: %w", err)
	}
	s.enqueue(id)
	return im, nil
}

func (s *Service) get(ctx context.Context, c Caller, id string) (Import, error) {
	item, err := s.imports.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (item.Value.AccountID != c.AccountID || item.Value.Region != c.Region) {
		return Import{}, refusal.New(CodeNotFound, "There is no import %.100s in this account and Region.", id)
	}
	if err != nil {
		return Import{}, fmt.Errorf("read the import: %w", err)
	}
	return item.Value, nil
}

// Get returns an import with its statistics.
func (s *Service) Get(ctx context.Context, c Caller, id string) (Import, error) {
	return s.get(ctx, c, id)
}

// List returns the imports of an account and Region, newest first.
func (s *Service) List(ctx context.Context, c Caller) ([]Import, error) {
	items, err := s.imports.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the imports: %w", err)
	}
	var out []Import
	for _, it := range items {
		if it.Value.AccountID == c.AccountID && it.Value.Region == c.Region {
			out = append(out, it.Value)
		}
	}
	slices.SortFunc(out, func(a, b Import) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

// Failures returns the failures of an import in the order of their locations.
func (s *Service) Failures(ctx context.Context, c Caller, id string) ([]Failure, error) {
	if _, err := s.get(ctx, c, id); err != nil {
		return nil, err
	}
	items, err := s.failures.List(ctx, id+"|")
	if err != nil {
		return nil, fmt.Errorf("list the failures: %w", err)
	}
	var out []Failure
	for _, it := range items {
		out = append(out, it.Value)
	}
	return out, nil
}

// Stop stops an import that is at work: what is committed stays.
func (s *Service) Stop(ctx context.Context, c Caller, id string) (im Import, err error) {
	err = s.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		if im, err = s.get(ctx, c, id); err != nil {
			return err
		}
		if !im.atWork() {
			return refusal.New(CodeInvalidParameter, "The import %s is %s. Only one that is at work can be stopped.", id, im.Status)
		}
		im.Status, im.Updated = Stopped, s.cfg.Now().UTC()
		_, err := s.imports.Put(ctx, im.ID, im)
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("stop the import: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.mu.running[id]; cancel != nil {
		cancel()
	}
	return im, nil
}

// Busy tells whether an import into a store is at work.
func (s *Service) Busy(ctx context.Context, storeID string) (bool, error) {
	items, err := s.imports.List(ctx, "")
	if err != nil {
		return false, fmt.Errorf("list the imports: %w", err)
	}
	return slices.ContainsFunc(items, func(it store.Item[Import]) bool { return it.Value.StoreID == storeID && it.Value.atWork() }), nil
}

func (s *Service) enqueue(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.pending = append(s.mu.pending, id)
	s.signal()
}

func (s *Service) signal() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}
