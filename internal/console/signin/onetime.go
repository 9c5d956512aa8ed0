package signin

import (
	"container/list"
	"sync"
	"time"
)

// maxPending bounds what waits in memory: half-done sign-ins, and tokens of the
// federation endpoint. Each took a proof, so only who has credentials can fill it; the
// oldest makes room.
const maxPending = 10000

// pending are things that wait under a token for a while, each to be taken once.
type pending[T any] struct {
	now      func() time.Time
	lifetime time.Duration

	mu    sync.Mutex               // guards what follows
	byKey map[string]*list.Element // by the digest of the token
	order *list.List               // of *waiting[T], the oldest first
}

type waiting[T any] struct {
	key     string
	expires time.Time
	value   T
}

func newPending[T any](now func() time.Time, lifetime time.Duration) *pending[T] {
	return &pending[T]{now: now, lifetime: lifetime, byKey: make(map[string]*list.Element), order: list.New()}
}

// add keeps a value and gives its token.
func (p *pending[T]) add(value T) string {
	token := newToken()
	p.mu.Lock()
	defer p.mu.Unlock()
	// What expired long ago is gone; what expired lately can still be told apart.
	for front := p.order.Front(); front != nil; front = p.order.Front() {
		if w := front.Value.(*waiting[T]); len(p.byKey) < maxPending && p.now().Sub(w.expires) < p.lifetime {
			break
		}
		p.remove(front)
	}
	key := digest(token)
	p.byKey[key] = p.order.PushBack(&waiting[T]{key, p.now().Add(p.lifetime), value})
	return token
}

// get finds a value; fresh tells that it has not expired.
func (p *pending[T]) get(token string) (value T, fresh, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.byKey[digest(token)]
	if !ok {
		return value, false, false
	}
	w := e.Value.(*waiting[T])
	return w.value, p.now().Before(w.expires), true
}

// take removes a value; only one of those who take it gets true.
func (p *pending[T]) take(token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.byKey[digest(token)]
	if ok {
		p.remove(e)
	}
	return ok
}

// drop removes all values that are unwanted.
func (p *pending[T]) drop(unwanted func(T) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for e := p.order.Front(); e != nil; {
		next := e.Next()
		if unwanted(e.Value.(*waiting[T]).value) {
			p.remove(e)
		}
		e = next
	}
}

// remove needs mu.
func (p *pending[T]) remove(e *list.Element) {
	delete(p.byKey, e.Value.(*waiting[T]).key)
	p.order.Remove(e)
}
