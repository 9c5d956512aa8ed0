package lake

import (
	"github.com/cairntrail/cairn/internal/event"
)

// snapshot is the history at one moment: readers hold no lock while they use it.
type snapshot struct {
	tables []memSnapshot
	files  []*dataFile // each held by a reference
}

type memSnapshot struct {
	view  memView
	table *memtable
}

func (h *History) snapshot() *snapshot {
	h.mu.RLock()
	defer h.mu.RUnlock()
	s := &snapshot{files: h.mu.files}
	for _, m := range []*memtable{h.mu.active, h.mu.sealed} {
		if m != nil {
			s.tables = append(s.tables, memSnapshot{view: m.view(), table: m})
		}
	}
	for _, f := range s.files {
		f.acquire()
	}
	return s
}

// done gives the snapshot's files back.
func (h *History) done(s *snapshot) {
	for _, f := range s.files {
		if err := f.release(); err != nil {
			h.cfg.Logger.Warn("closing a data file", "file", f.meta.Name, "error", err)
		}
	}
}

// knows tells whether an event with this eventID is there; id is its key.
func (h *History) knows(s *snapshot, id uint64, env *event.Envelope) (bool, error) {
	if raw := h.inMemory(s, id); raw != nil {
		if other, err := event.Parse(raw); err == nil && other.EventID == env.EventID {
			return true, nil
		}
	}
	for _, f := range s.files {
		if !f.idx.filter.Contains(id) {
			continue
		}
		if known, err := f.knows(id, env); known || err != nil {
			return known, err
		}
	}
	return false, nil
}

// inMemory returns the record whose eventID has this key, or nil.
func (h *History) inMemory(s *snapshot, id uint64) []byte {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, t := range s.tables {
		if i, ok := t.table.ids[id]; ok {
			return t.table.rows[i].row.EventJSON
		}
	}
	return nil
}

func (d *dataFile) knows(id uint64, env *event.Envelope) (bool, error) {
	e, ok := d.idx.find(id)
	if !ok {
		return false, nil
	}
	rows, err := d.idx.posting(e)
	if err != nil {
		return false, err
	}
	for it := rows.Iterator(); it.HasNext(); {
		raw, _, err := d.raw(int(it.Next()))
		if err != nil {
			return false, err
		}
		if other, err := event.Parse(raw); err == nil && other.EventID == env.EventID {
			return true, nil
		}
	}
	return false, nil
}

// View is the history at one moment, for asking after many events.
type View struct {
	h *History
	s *snapshot
}

// View returns the history as it is now. It must be closed.
func (h *History) View() *View { return &View{h: h, s: h.snapshot()} }

// Knows tells whether the history has an event with this eventID, in the
// account and Region of the envelope.
func (v *View) Knows(env *event.Envelope) (bool, error) {
	return v.h.knows(v.s, lookupKey(env.AccountID, env.Region, EventID, env.EventID), env)
}

// Close gives the view's files back.
func (v *View) Close() { v.h.done(v.s) }
