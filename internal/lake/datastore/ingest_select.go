package datastore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/selector"
)

// rule is a compiled epoch.
type rule struct {
	Epoch
	match *selector.Matcher
	// plain says that the selectors look only at what the envelope has. Reading the
	// record a second time for the rest costs as much as the first.
	plain bool
}

// enveloped are the fields of selectors that an envelope has.
var enveloped = []string{"eventCategory", "eventName", "eventSource", "eventType", "readOnly", "errorCode"}

func plain(list []selector.AdvancedEventSelector) bool {
	for _, a := range list {
		for _, f := range a.FieldSelectors {
			if !slices.Contains(enveloped, f.Field) {
				return false
			}
		}
	}
	return true
}

// rules are a store's epochs, oldest first.
type rules []rule

func compileRules(epochs []Epoch) (rules, error) {
	out := make(rules, len(epochs))
	for i, e := range epochs {
		m, err := selector.Compile(advanced(e.Selectors))
		if err != nil {
			return nil, fmt.Errorf("compile the event selectors: %w", err)
		}
		out[i] = rule{e, m, plain(e.Selectors)}
	}
	return out, nil
}

// at is the rule that holds for a batch, nil when there is none yet, and next the
// one that follows it, nil for the last.
func (rs rules) at(sequence uint64) (holds, next *rule) {
	for i := range rs {
		if rs[i].After >= sequence {
			return holds, &rs[i]
		}
		holds = &rs[i]
	}
	return holds, nil
}

// tally counts records that a store leaves out although it might take them.
type tally struct{ unreadable, expired int }

// selects appends the records of a batch that a store takes to rows, and returns
// them with the bytes that were added.
//
// A store takes events of its own account: of its own Region, or of all. Events
// that are older than the store keeps them, when the journal took them, would
// leave at once.
func (r *rule) selects(rows [][]byte, d *Store, b journal.Batch, t *tally) (_ [][]byte, added int64) {
	oldest := b.Time.Add(-time.Duration(d.RetentionPeriod) * day)
	before, whole := len(rows), int64(0)
	for i, takes := range r.decide(b.Events, d, oldest, t) {
		raw := b.Events[i]
		whole += int64(len(raw))
		if takes {
			rows, added = append(rows, raw), added+int64(len(raw))
		}
	}
	// The records of a batch share memory: a few must not hold all of it.
	if added < whole/2 {
		for i := before; i < len(rows); i++ {
			rows[i] = bytes.Clone(rows[i])
		}
	}
	return rows, added
}

// decide tells which records a store takes. Many are shared among the processors:
// while a store reads them, its table waits.
func (r *rule) decide(records [][]byte, d *Store, oldest time.Time, t *tally) []bool {
	takes := make([]bool, len(records))
	parts := max(1, min(runtime.GOMAXPROCS(0), len(records)/leastPart))
	tallies := make([]tally, parts)
	var running sync.WaitGroup
	for p := range parts {
		from, to := p*len(records)/parts, (p+1)*len(records)/parts
		part := func() {
			for i := from; i < to; i++ {
				takes[i] = r.selectsOne(records[i], d, oldest, &tallies[p])
			}
		}
		if p == parts-1 {
			part()
		} else {
			running.Go(part)
		}
	}
	running.Wait()
	for _, one := range tallies {
		t.unreadable, t.expired = t.unreadable+one.unreadable, t.expired+one.expired
	}
	return takes
}

// leastPart is how many records are worth a goroutine: some tenths of a millisecond.
const leastPart = 128

// selectsOne tells whether a store takes a record.
func (r *rule) selectsOne(raw []byte, d *Store, oldest time.Time, t *tally) bool {
	env, err := event.Parse(raw)
	if err != nil {
		t.unreadable++
		return false
	}
	if env.AccountID != d.AccountID || !r.MultiRegion && env.Region != d.Region {
		return false
	}
	e := selector.Event{Category: env.Category, Name: env.EventName, Source: env.EventSource, Type: env.EventType, ReadOnly: env.ReadOnly, ErrorCode: env.ErrorCode}
	if !r.plain {
		if e, err = selector.ReadEvent(raw); err != nil {
			t.unreadable++
			return false
		}
	}
	if !r.match.Match(&e) || env.Category == selector.ActivityAuditLog && !r.takes(raw) {
		return false
	}
	if env.EventTime.Before(oldest) {
		t.expired++
		return false
	}
	return true
}

// takes tells whether an event came through one of the store's channels.
func (r *rule) takes(raw []byte) bool {
	var e struct {
		Metadata struct {
			ChannelARN string `json:"channelARN"`
		} `json:"metadata"`
	}
	return json.Unmarshal(raw, &e) == nil && slices.Contains(r.Channels, e.Metadata.ChannelARN)
}

// day is what a retention period counts.
const day = 24 * time.Hour
