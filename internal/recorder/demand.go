package recorder

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cairntrail/cairn/internal/selector"
)

// Demand is which data and network activity events somebody wants: the union
// of what trails and event data stores select, and what the operator asks for.
// Management events are always wanted. It is safe for concurrent use; asking
// takes no lock.
type Demand struct {
	mu      sync.Mutex // serializes Set
	byName  map[string]*selector.Matcher
	current atomic.Pointer[demanded]
}

type demanded struct {
	matchers      []*selector.Matcher
	data, network bool
}

// NewDemand makes a demand for nothing.
func NewDemand() *Demand {
	d := &Demand{byName: make(map[string]*selector.Matcher)}
	d.current.Store(&demanded{})
	return d
}

// Set says what name wants, in place of what it wanted before; nil is nothing.
func (d *Demand) Set(name string, m *selector.Matcher) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m == nil {
		delete(d.byName, name)
	} else {
		d.byName[name] = m
	}
	next := &demanded{}
	for _, m := range d.byName {
		data, network := slices.Contains(m.Categories(), selector.Data), slices.Contains(m.Categories(), selector.NetworkActivity)
		next.data, next.network = next.data || data, next.network || network
		if data || network {
			next.matchers = append(next.matchers, m)
		}
	}
	d.current.Store(next)
}

// data tells whether anybody wants data events at all; network likewise.
func (d *Demand) data() bool    { return d.current.Load().data }
func (d *Demand) network() bool { return d.current.Load().network }

// Wants tells whether somebody wants an event.
func (d *Demand) Wants(e *selector.Event) bool {
	for _, m := range d.current.Load().matchers {
		if m.Match(e) {
			return true
		}
	}
	return false
}
