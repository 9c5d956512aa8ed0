package datastore

import (
	"context"
	"flag"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cairntrail/cairn/internal/selector"
)

var randomSeeds = flag.Int("random.seeds", 40, "how many histories TestRandomHistories tries")

// model is what a store's table has to have, and what the store takes now.
type model struct {
	d                             Store
	rows                          []string
	ingesting, multi, writes, end bool
}

// takes tells whether the store takes an event.
func (m *model) takes(elsewhere, read bool) bool {
	return m.ingesting && (m.multi || !elsewhere) && !(m.writes && read)
}

// TestRandomHistories makes histories of calls, events, failures and kills, and
// compares what is in the tables with what has to be.
func TestRandomHistories(t *testing.T) {
	for seed := range uint64(*randomSeeds) {
		inLakeHouse(t, func(h *lakeHouse) {
			rng := rand.New(rand.NewPCG(seed, 7))
			models := []*model{{d: h.make("first"), ingesting: true, multi: true}, {d: h.make("second", func(in *CreateInput) { in.MultiRegion = new(false) }), ingesting: true}}
			for range 60 {
				h.randomStep(rng, models)
			}
			h.tables.mu.Lock()
			h.tables.before, h.tables.after, h.tables.open = nil, nil, nil
			h.tables.mu.Unlock()
			h.pass(2 * time.Minute) // The longest pause between two tries.
			h.flush()
			for _, m := range models {
				h.wantRows("at the end", m.d, m.rows...)
			}
			if first := h.journal.kept(); first != h.journal.Last()+1 {
				h.pass(10 * time.Second) // What is not wanted is written down late.
				if first := h.journal.kept(); first != h.journal.Last()+1 {
					t.Errorf("the journal keeps batch %d of %d", first, h.journal.Last())
				}
			}
			if t.Failed() {
				t.Fatalf("with the seed %d", seed)
			}
		})
	}
}

func (h *lakeHouse) randomStep(rng *rand.Rand, models []*model) {
	h.Helper()
	m := models[rng.IntN(len(models))]
	status := h.get(m.d).Status
	switch rng.IntN(12) {
	case 0:
		if status == Enabled {
			h.do(h.svc.StopEventDataStoreIngestion, m.d)
			m.ingesting = false
		}
	case 1:
		if status == StoppedIngestion {
			h.do(h.svc.StartEventDataStoreIngestion, m.d)
			m.ingesting = true
		}
	case 2:
		if status != PendingDeletion {
			h.do(h.svc.DeleteEventDataStore, m.d)
			m.end, m.ingesting = m.ingesting, false
		}
	case 3, 4:
		if status == PendingDeletion {
			h.restore(m.d)
			m.ingesting = m.end
		}
	case 5:
		if status != PendingDeletion {
			h.randomUpdate(rng, m)
		}
	case 6:
		h.restart()
	case 7:
		h.tables.mu.Lock()
		switch rng.IntN(4) {
		case 0:
			h.tables.before = once()
		case 1:
			h.tables.after = once()
		case 2:
			h.tables.open = once()
		case 3:
			h.tables.before = func(string) error { return errInjected }
		}
		h.tables.mu.Unlock()
	case 8:
		h.tables.mu.Lock()
		h.tables.before = nil
		h.tables.mu.Unlock()
		h.pass(time.Duration(rng.IntN(20_000)) * time.Millisecond)
	default:
		var batch [][]byte
		for range 1 + rng.IntN(3) {
			elsewhere, read := rng.IntN(3) == 0, rng.IntN(3) == 0
			change := map[string]string{}
			if elsewhere {
				change["awsRegion"] = "us-east-2"
			}
			if read {
				change["eventName"] = "DescribeInstances"
			}
			raw := h.record(change)
			batch = append(batch, raw)
			for _, m := range models {
				if m.takes(elsewhere, read) {
					m.rows = append(m.rows, string(raw))
				}
			}
		}
		h.journal.add(batch...)
		synctest.Wait()
	}
}

func (h *lakeHouse) randomUpdate(rng *rand.Rand, m *model) {
	h.Helper()
	var s Settings
	if rng.IntN(2) == 0 {
		m.multi = !m.multi
		s.MultiRegion = new(m.multi)
	} else {
		m.writes = !m.writes
		s.Selectors = of(selector.Management)
		if m.writes {
			s.Selectors[0].FieldSelectors = append(s.Selectors[0].FieldSelectors, selector.FieldSelector{Field: "eventName", NotStartsWith: []string{"Describe"}})
		}
	}
	_, err := h.svc.UpdateEventDataStore(context.Background(), ireland, UpdateInput{EventDataStore: m.d.ID, Settings: s})
	h.check(err)
	synctest.Wait()
}
