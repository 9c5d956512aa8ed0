package signin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/store"
)

const (
	// maxSessions bounds the sessions of a principal; the one that was used longest
	// ago makes room.
	maxSessions = 50
	// touchEvery is how far the last use in the store lags behind. After a restart a
	// session may end so much earlier.
	touchEvery = time.Minute
	// deadKept is how long a session that has ended is told apart from none.
	deadKept = 24 * time.Hour
	// maxAgent bounds what is kept of a browser's name.
	maxAgent = 512
)

// sessions are the sessions in memory and in the store.
type sessions struct {
	s          *Service
	collection *store.Collection[stored]

	mu    sync.Mutex // guards what follows; not held while the store works
	byKey map[string]*live
	byID  map[string]*live
}

// live is a session in memory.
type live struct {
	stored
	key     string // the digest of the token
	version int64  // in the store
	// written is the last use that the store has.
	written time.Time
	// over is closed when the session has ended.
	over     chan struct{}
	overOnce sync.Once
	// enrolment is the secret of an MFA device that is being set up.
	enrolment enrolment
}

func (l *live) close() { l.overOnce.Do(func() { close(l.over) }) }

func openSessions(ctx context.Context, s *Service) (*sessions, error) {
	t := &sessions{s: s, collection: store.NewCollection[stored](s.cfg.Store, "console.sessions"), byKey: make(map[string]*live), byID: make(map[string]*live)}
	items, err := t.collection.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("signin: read the console's sessions: %w", err)
	}
	for _, it := range items {
		t.put(&live{stored: it.Value, key: it.ID, version: it.Version, written: it.Value.LastSeen, over: make(chan struct{})})
	}
	return t, t.sweep(ctx)
}

// put needs mu, but for the start.
func (t *sessions) put(l *live) {
	t.byKey[l.key] = l
	t.byID[l.ID] = l
}

// drop needs mu.
func (t *sessions) drop(l *live) {
	delete(t.byKey, l.key)
	delete(t.byID, l.ID)
	l.close()
}

// use finds the session of a token and, if a person asks, counts its use. known tells
// that there was one.
func (t *sessions) use(ctx context.Context, token string, person bool) (session *Session, known bool) {
	now := t.s.cfg.Now()
	t.mu.Lock()
	l := t.byKey[digest(token)]
	if l == nil {
		t.mu.Unlock()
		return nil, false
	}
	p, ok := t.s.alive(&l.stored, now)
	if !ok {
		l.close()
		t.mu.Unlock()
		return nil, true
	}
	if person && now.After(l.LastSeen) {
		l.LastSeen = now
	}
	session = t.s.view(&l.stored, p, token)
	behind := l.LastSeen.Sub(l.written) >= touchEvery
	value, version := l.stored, l.version
	if behind {
		l.written = l.LastSeen
	}
	t.mu.Unlock()
	if behind {
		t.touch(ctx, l, value, version)
	}
	return session, true
}

// touch writes the last use. Update and not Put: a session that was deleted in the
// meantime must not come back.
func (t *sessions) touch(ctx context.Context, l *live, value stored, version int64) {
	it, err := t.collection.Update(context.WithoutCancel(ctx), l.key, version, value)
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrConflict):
	case err != nil:
		t.s.cfg.Logger.Warn("the last use of a console session could not be stored", "error", err)
	default:
		t.mu.Lock()
		l.version = it.Version
		t.mu.Unlock()
	}
}

// add stores a session under a new token and, when confirm has agreed, lets it be used.
// Where confirm fails nothing remains.
func (t *sessions) add(ctx context.Context, value stored, confirm func() error) (token string, err error) {
	if len(value.UserAgent) > maxAgent {
		value.UserAgent = value.UserAgent[:maxAgent]
	}
	token = newToken()
	l := &live{stored: value, key: digest(token), written: value.LastSeen, over: make(chan struct{})}
	it, err := t.collection.Create(ctx, l.key, value)
	if err != nil {
		return "", fmt.Errorf("store the session: %w", err)
	}
	l.version = it.Version
	if err := confirm(); err != nil {
		// If the deletion fails too, what is left is a session whose token nobody
		// ever saw.
		return "", errors.Join(err, t.collection.Delete(ctx, l.key))
	}
	t.mu.Lock()
	t.put(l)
	old := t.surplus(&value)
	t.mu.Unlock()
	if err := t.remove(ctx, old); err != nil {
		t.s.cfg.Logger.Warn("an old console session could not be removed", "error", err)
	}
	return token, nil
}

// surplus takes sessions of a person out of memory, until there are few enough. It
// needs mu.
func (t *sessions) surplus(value *stored) []*live {
	own := t.of(value.person())
	if len(own) <= maxSessions {
		return nil
	}
	slices.SortFunc(own, func(a, b *live) int { return a.LastSeen.Compare(b.LastSeen) })
	own = own[:len(own)-maxSessions]
	for _, l := range own {
		t.drop(l)
	}
	return own
}

// person is whose sessions belong together: a principal's and, since many people may
// use a role, those of one session name of it.
type person struct {
	ref         identity.Ref
	id, session string
}

func (v *stored) person() person { return person{v.ref(), v.PrincipalID, v.Session.Name} }

func personOf(c identity.Caller) person {
	return person{c.Principal.Ref(), c.Principal.ID, c.Session.Name}
}

// of lists a person's sessions, in any state. It needs mu.
func (t *sessions) of(who person) []*live {
	var out []*live
	for _, l := range t.byKey {
		if l.person() == who {
			out = append(out, l)
		}
	}
	return out
}

// list gives a person's sessions that may be used, the newest first.
func (t *sessions) list(who person) []stored {
	now := t.s.cfg.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []stored
	for _, l := range t.of(who) {
		if _, ok := t.s.alive(&l.stored, now); ok {
			out = append(out, l.stored)
		}
	}
	slices.SortFunc(out, func(a, b stored) int { return b.Created.Compare(a.Created) })
	return out
}

// count is how many sessions may be used.
func (t *sessions) count() float64 {
	now, n := t.s.cfg.Now(), 0
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.byKey {
		if _, ok := t.s.alive(&l.stored, now); ok {
			n++
		}
	}
	return float64(n)
}

// end ends the session of an id, if it is the person's. In memory it ends in any
// case; an error tells that it may be there again after a restart.
func (t *sessions) end(ctx context.Context, who person, id string) (found bool, err error) {
	t.mu.Lock()
	l := t.byID[id]
	if l == nil || l.person() != who {
		t.mu.Unlock()
		return false, nil
	}
	t.drop(l)
	t.mu.Unlock()
	return true, t.remove(ctx, []*live{l})
}

// endAll ends all sessions of a person, as end does one.
func (t *sessions) endAll(ctx context.Context, who person) error {
	t.mu.Lock()
	own := t.of(who)
	for _, l := range own {
		t.drop(l)
	}
	t.mu.Unlock()
	return t.remove(ctx, own)
}

// forget ends the session of a token, whoever's it is.
func (t *sessions) forget(ctx context.Context, token string) {
	t.mu.Lock()
	l := t.byKey[digest(token)]
	if l != nil {
		t.drop(l)
	}
	t.mu.Unlock()
	if l == nil {
		return
	}
	if err := t.remove(ctx, []*live{l}); err != nil {
		t.s.cfg.Logger.Warn("a console session could not be removed", "error", err)
	}
}

// renew lets a session live on in the principal's epoch of now; all others of the
// principal have ended with their epoch.
func (t *sessions) renew(ctx context.Context, id string, epoch int64) error {
	t.mu.Lock()
	l := t.byID[id]
	if l == nil {
		t.mu.Unlock()
		return nil
	}
	l.Epoch = epoch
	l.written = l.LastSeen
	value := l.stored
	t.mu.Unlock()
	it, err := t.collection.Get(ctx, l.key)
	if err == nil {
		it, err = t.collection.Update(ctx, l.key, it.Version, value)
	}
	if err != nil {
		return fmt.Errorf("store the session: %w", err)
	}
	t.mu.Lock()
	l.version = it.Version
	t.mu.Unlock()
	return nil
}

// remove deletes sessions from the store.
func (t *sessions) remove(ctx context.Context, list []*live) error {
	var failed []error
	for _, l := range list {
		if err := t.collection.Delete(ctx, l.key); err != nil && !errors.Is(err, store.ErrNotFound) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (t *sessions) ended(id string) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.byID[id]; l != nil {
		return l.over
	}
	over := make(chan struct{})
	close(over)
	return over
}

// sweep tells who watches the sessions that have ended by themselves, and forgets
// those that ended long ago.
func (t *sessions) sweep(ctx context.Context) error {
	now := t.s.cfg.Now()
	var old []*live
	t.mu.Lock()
	for _, l := range t.byKey {
		if _, ok := t.s.alive(&l.stored, now); ok {
			continue
		}
		l.close()
		if now.Sub(l.LastSeen) > deadKept {
			t.drop(l)
			old = append(old, l)
		}
	}
	t.mu.Unlock()
	return t.remove(ctx, old)
}

// enrol keeps the secret of a device that is being set up, and enrolled gives it.
func (t *sessions) enrol(id string, e enrolment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.byID[id]; l != nil {
		l.enrolment = e
	}
}

func (t *sessions) enrolled(id string) enrolment {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.byID[id]; l != nil {
		return l.enrolment
	}
	return enrolment{}
}
