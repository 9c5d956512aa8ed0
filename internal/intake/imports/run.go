package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/cairntrail/cairn/internal/store"
)

// Run runs imports until ctx ends. Those that are at work then go on at the next
// start.
func (s *Service) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for {
		s.mu.Lock()
		var later []string
		for _, id := range s.mu.pending {
			if s.mu.running[id] != nil { // it was stopped, and has not ended yet
				later = append(later, id)
				continue
			}
			ctx, cancel := context.WithCancel(ctx)
			s.mu.running[id] = cancel
			g.Go(func() error {
				defer cancel()
				err := s.work(ctx, id)
				s.mu.Lock()
				defer s.mu.Unlock()
				delete(s.mu.running, id)
				s.signal()
				return err
			})
		}
		s.mu.pending = later
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return g.Wait()
		case <-s.news:
		}
	}
}

// position is how far an import is, as it is committed with its events.
type position struct {
	// Key is the last key of the listing that is done with.
	Key        string     `json:"key"`
	Statistics Statistics `json:"statistics"`
}

// run is an import at work.
type run struct {
	*Service
	im     Import
	bucket Bucket
	name   string // of the bucket
	root   string
	table  Table
	// oldest, start and end are the times of events that are imported, zero for no bound.
	oldest, start, end time.Time
	// at is how far the listing is, second the tries of files that had failed.
	at, second position
	// failing has the files that had failed when the run began, by key.
	failing map[string]Failure
}

func (r *run) location(key string) string { return "s3://" + r.name + "/" + key }

// work runs an import. An error is one that ends the server: what goes wrong with
// the import is its status.
func (s *Service) work(ctx context.Context, id string) error {
	item, err := s.imports.Get(ctx, id)
	if err != nil {
		return s.outcome(ctx, fmt.Errorf("read the import %s: %w", id, err))
	}
	im := item.Value
	r := &run{Service: s, im: im, oldest: im.Oldest, start: im.Start, end: im.End, failing: make(map[string]Failure)}
	err = r.all(ctx)
	if ctx.Err() != nil {
		return nil // stopped, or the server ends
	}
	if err != nil {
		err = r.broken(ctx, err)
	} else {
		err = r.finish(ctx)
	}
	return s.outcome(ctx, err)
}

// broken notes what ended an import. How far it came is in the table; the next
// attempt goes on there.
func (r *run) broken(ctx context.Context, why error) error {
	r.cfg.Logger.Warn("an import failed", "import", r.im.ID, "error", why)
	if err := r.fail(ctx, &Failure{Location: r.im.Source.URI, Status: FailureFailed, ErrorType: codeOf(why), Message: why.Error()}); err != nil {
		return err
	}
	if r.table != nil {
		if _, err := r.positions(); err != nil {
			return err
		}
	}
	return r.save(ctx, Failed)
}

// positions reads how far the listing and this attempt are, and returns how far the
// attempt before was.
func (r *run) positions() (previous position, err error) {
	for source, at := range map[string]*position{r.im.ID: &r.at, r.im.again(r.im.Attempt): &r.second, r.im.again(r.im.Attempt - 1): &previous} {
		*at = position{}
		if text := r.table.Position(source); text != "" {
			if err := json.Unmarshal([]byte(text), at); err != nil {
				return position{}, fmt.Errorf("the table's position of the import: %w", err)
			}
		}
	}
	return previous, nil
}

// outcome keeps errors that nobody can go on from.
func (s *Service) outcome(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	if errors.Is(err, store.ErrUncertain) {
		return err
	}
	s.cfg.Logger.Error("an import cannot go on; it does at the next start", "error", err)
	return nil
}

// all imports what is new, and then what had failed before.
func (r *run) all(ctx context.Context) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	defer r.bucket.Close()
	through := r.at.Key // what had failed behind it, the listing finds again
	if err := r.listing(ctx); err != nil {
		return err
	}
	return r.again(ctx, through)
}

// begin opens everything and says that the import is at work.
func (r *run) begin(ctx context.Context) (err error) {
	if r.name, r.root, err = parseURI(r.im.Source.URI); err != nil {
		return err
	}
	if r.bucket, err = r.cfg.Open(ctx, r.im.AccountID, r.name, r.im.Source.Region); err != nil {
		return err
	}
	if r.table, err = r.cfg.Stores.Table(ctx, r.im.StoreID); err != nil {
		return fmt.Errorf("open the table: %w", err)
	}
	previous, err := r.positions()
	if err != nil {
		return err
	}
	r.im.fold(r.im.Attempt-1, previous.Statistics)
	if err := r.known(ctx, max(previous.Key, r.second.Key)); err != nil {
		return err
	}
	return r.save(ctx, InProgress)
}

// known reads the failures. Those that were being tried, up to a key, were committed
// before a crash or a stop.
func (r *run) known(ctx context.Context, through string) error {
	items, err := r.failures.List(ctx, r.im.ID+"|")
	if err != nil {
		return fmt.Errorf("list the failures: %w", err)
	}
	for _, it := range items {
		f := it.Value
		ofImport := f.Location == r.im.Source.URI // of the import as a whole, which is tried again
		if ofImport || f.Status == FailureRetry && f.Location <= r.location(through) {
			f.Status = FailureSucceeded
			if err := r.fail(ctx, &f); err != nil {
				return err
			}
		}
		if !ofImport {
			r.failing[f.Location] = f
		}
	}
	return nil
}

// save keeps the state for those who ask, unless the import was stopped meanwhile.
func (r *run) save(ctx context.Context, to Status) error {
	return r.cfg.Store.Tx(ctx, func(ctx context.Context) error {
		item, err := r.imports.Get(ctx, r.im.ID)
		if err != nil {
			return err
		}
		im := item.Value
		if im.Status == Stopped {
			to = Stopped
		}
		im.Earlier, im.Folded = r.im.Earlier, r.im.Folded
		im.Status, im.Updated, im.Statistics = to, r.cfg.Now().UTC(), r.statistics(&im)
		if im.Statistics.FailedEntries, err = r.failed(ctx); err != nil {
			return err
		}
		r.im = im
		_, err = r.imports.Put(ctx, im.ID, im)
		return err
	})
}

// statistics are those of the listing and of all tries of failed files.
func (r *run) statistics(im *Import) Statistics {
	st := r.at.Statistics
	now := *im
	now.fold(im.Attempt, r.second.Statistics)
	st.FilesCompleted += now.Earlier.FilesCompleted
	st.EventsCompleted += now.Earlier.EventsCompleted
	return st
}

// failed counts the failures that are ones still.
func (r *run) failed(ctx context.Context) (n int64, err error) {
	items, err := r.failures.List(ctx, r.im.ID+"|")
	for _, it := range items {
		if it.Value.Status != FailureSucceeded {
			n++
		}
	}
	return n, err
}

// fail notes a failure, or what became of one.
func (r *run) fail(ctx context.Context, f *Failure) error {
	f.Updated = r.cfg.Now().UTC()
	if _, err := r.failures.Put(ctx, r.im.ID+"|"+f.Location, *f); err != nil {
		return fmt.Errorf("note the failure of %s: %w", f.Location, err)
	}
	return nil
}

// finish says how the import ended.
func (r *run) finish(ctx context.Context) error {
	n, err := r.failed(ctx)
	if err != nil {
		return err
	}
	to := Completed
	if n > 0 {
		to = Failed
	}
	r.im.fold(r.im.Attempt, r.second.Statistics)
	if err := r.save(ctx, to); err != nil {
		return err
	}
	forget := []string{r.im.again(r.im.Attempt), r.im.again(r.im.Attempt - 1)}
	if to == Completed && r.im.Status == Completed {
		forget = append(forget, r.im.ID) // else another try goes on behind it
	}
	for _, source := range forget {
		if r.table.Position(source) == "" {
			continue
		}
		if err := r.table.Import(ctx, nil, source, ""); err != nil {
			r.cfg.Logger.Warn("the position of an import that is done stays in the table", "import", r.im.ID, "error", err)
		}
	}
	return nil
}

// listing imports the files of the location behind the position.
func (r *run) listing(ctx context.Context) error {
	s := &sieve{root: r.root, start: r.start, end: r.end}
	objects := func(yield func(o Object) bool) error {
		after := r.at.Key
		for again := true; again; {
			again = false
			for o, err := range r.bucket.List(ctx, r.root, after) {
				if err != nil {
					return fmt.Errorf("list %s: %w", r.im.Source.URI, err)
				}
				take, skip := s.judge(o.Key)
				if take && !yield(o) {
					return nil
				}
				if skip > o.Key {
					after, again = skip, true
					break
				}
			}
		}
		return nil
	}
	b := &batch{run: r, source: r.im.ID, at: &r.at, folders: true}
	if err := r.pipe(ctx, objects, b.add); err != nil {
		return err
	}
	r.at.Statistics.PrefixesCompleted = r.at.Statistics.PrefixesFound
	return b.commit(ctx)
}

// again tries the files up to a key that had failed before this attempt.
func (r *run) again(ctx context.Context, through string) error {
	var keys []string
	for location, f := range r.failing {
		key := location[len(r.location("")):]
		if f.Status == FailureSucceeded || f.ErrorType == invalidEvents || key > through {
			continue // the good events of the latter are there already
		}
		f.Status = FailureRetry
		if err := r.fail(ctx, &f); err != nil {
			return err
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	b := &batch{run: r, source: r.im.again(r.im.Attempt), at: &r.second}
	err := r.pipe(ctx, func(yield func(Object) bool) error {
		for _, k := range keys {
			if !yield(Object{k, unknownSize}) {
				break
			}
		}
		return nil
	}, b.add)
	if err != nil {
		return err
	}
	return b.commit(ctx)
}

// listAhead is how many keys are listed before their files are read: two pages.
const listAhead = 2000

// unknownSize is what a file is taken for whose size was not listed.
const unknownSize = 1 << 20

// reading is a file that is being read, or waits for its turn.
type reading struct {
	content chan content
	weight  int64
}

// pipe lists, reads files, and gives them to add, all at the same time. Files are read
// ahead, and added in order, so that one key says how far the import is.
func (r *run) pipe(ctx context.Context, objects func(yield func(o Object) bool) error, add func(ctx context.Context, c content) error) error {
	g, ctx := errgroup.WithContext(ctx)
	listed := make(chan Object, listAhead)
	g.Go(func() error {
		defer close(listed)
		return objects(func(o Object) bool {
			select {
			case listed <- o:
				return true
			case <-ctx.Done():
				return false
			}
		})
	})
	ordered := make(chan reading, r.cfg.Readers)
	ahead := semaphore.NewWeighted(r.cfg.ReadAhead)
	g.Go(func() error {
		defer close(ordered)
		for o := range listed {
			one := reading{make(chan content, 1), min(max(o.Size, 1), r.cfg.ReadAhead)}
			// In order, so that the file whose turn it is never waits for later ones.
			if err := ahead.Acquire(ctx, one.weight); err != nil {
				return err
			}
			select {
			case ordered <- one:
			case <-ctx.Done():
				return ctx.Err()
			}
			g.Go(func() error {
				one.content <- r.read(ctx, o.Key)
				return nil
			})
		}
		return nil
	})
	g.Go(func() error {
		for one := range ordered {
			select {
			case c := <-one.content:
				if c.err != nil {
					return c.err
				}
				if err := add(ctx, c); err != nil {
					return err
				}
				ahead.Release(one.weight)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}

// batch gathers files until it is worth a commit.
type batch struct {
	*run
	source string
	// at is how far the source is, the files in the batch included.
	at *position
	// folders counts the prefixes that files are in.
	folders bool
	events  [][]byte
	bytes   int64
	// done are the files that had failed before and are in the batch.
	done  []Failure
	dirty bool
	last  string // folder of the last file
}

// add takes a file, and commits when the batch is full.
func (b *batch) add(ctx context.Context, c content) error {
	st := &b.at.Statistics
	if f := folder(c.key); b.folders && f != b.last {
		if b.last != "" {
			st.PrefixesCompleted++
		}
		// The folder of the position was counted before a restart.
		if b.last != "" || b.at.Key == "" || f != folder(b.at.Key) {
			st.PrefixesFound++
		}
		b.last = f
	}
	if c.bad != nil {
		if err := b.fail(ctx, c.bad); err != nil {
			return err
		}
	}
	if c.bad == nil || c.bad.ErrorType == invalidEvents {
		st.FilesCompleted++
		st.EventsCompleted += int64(len(c.events))
		if f, had := b.failing[b.location(c.key)]; had && c.bad == nil && f.Status != FailureSucceeded {
			b.done = append(b.done, f)
		}
	}
	b.events, b.bytes, b.dirty = append(b.events, c.events...), b.bytes+c.bytes, true
	b.at.Key = c.key
	if len(b.events) >= b.cfg.BatchEvents || b.bytes >= b.cfg.BatchBytes {
		return b.commit(ctx)
	}
	return nil
}

// commit makes the batch and the position durable, and then tells.
func (b *batch) commit(ctx context.Context) error {
	if !b.dirty {
		return nil
	}
	text, err := json.Marshal(b.at)
	if err != nil {
		return fmt.Errorf("write the position: %w", err)
	}
	if err := b.table.Import(ctx, b.events, b.source, string(text)); err != nil {
		return fmt.Errorf("commit the events: %w", err)
	}
	for i := range b.done {
		b.done[i].Status = FailureSucceeded
		if err := b.fail(ctx, &b.done[i]); err != nil {
			return err
		}
	}
	b.events, b.bytes, b.done, b.dirty = nil, 0, nil, false
	return b.save(ctx, InProgress)
}
