package datastore

import (
	"encoding/json"
	"fmt"
	"slices"
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

// selects appends the records of a batch that a store takes to rows.
//
// A store takes events of its own account: of its own Region, or of all. Events
// that are older than the store keeps them, when the journal took them, would
// leave at once.
func (r *rule) selects(rows [][]byte, d *Store, b journal.Batch, t *tally) [][]byte {
	oldest := b.Time.Add(-time.Duration(d.RetentionPeriod) * day)
	for _, raw := range b.Events {
		env, err := event.Parse(raw)
		if err != nil {
			t.unreadable++
			continue
		}
		if env.AccountID != d.AccountID || !r.MultiRegion && env.Region != d.Region {
			continue
		}
		e := selector.Event{Category: env.Category, Name: env.EventName, Source: env.EventSource, Type: env.EventType, ReadOnly: env.ReadOnly, ErrorCode: env.ErrorCode}
		if !r.plain {
			if e, err = selector.ReadEvent(raw); err != nil {
				t.unreadable++
				continue
			}
		}
		switch {
		case !r.match.Match(&e):
		case env.Category == selector.ActivityAuditLog && !r.takes(raw):
		case env.EventTime.Before(oldest):
			t.expired++
		default:
			rows = append(rows, raw)
		}
	}
	return rows
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
