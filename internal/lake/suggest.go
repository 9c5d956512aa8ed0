package lake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/event"
)

// SuggestQuery asks which values an attribute has among the events of a lookup.
type SuggestQuery struct {
	// LookupQuery says which events count; its Limit is how many values are asked for.
	LookupQuery
	Key AttributeKey
	// Text stands anywhere in the values, in whatever case.
	Text string
	// Budget is how long to look at most; the newest events come first.
	Budget time.Duration
}

// Suggestion is a value and how many events have it.
type Suggestion struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Suggestions are the values that were found, those that begin with the text first,
// and then the most frequent.
type Suggestions struct {
	Values []Suggestion `json:"values"`
	// Sampled is how many events were counted: all, if the budget lasted.
	Sampled int `json:"sampled"`
}

// columns are the attributes that data files keep in a column with a dictionary.
var columns = map[AttributeKey]string{
	EventName: "eventname", EventSource: "eventsource", Username: "username", AccessKeyID: "accesskeyid", ReadOnly: "readonly",
}

// Suggest counts the values of an attribute. For those with a column it reads no rows:
// a file's dictionary has the values, and the index the rows of each. For names and
// types of resources, and event ids, it reads the newest events, as many as their work
// allows: however busy the machine is, they are the same.
func (h *History) Suggest(ctx context.Context, q SuggestQuery) (Suggestions, error) {
	return h.suggest(ctx, q, maxWork)
}

func (h *History) suggest(ctx context.Context, q SuggestQuery, work int) (Suggestions, error) {
	ctx, cancel := context.WithTimeout(ctx, q.Budget)
	defer cancel()
	snap := h.snapshot()
	defer h.done(snap)
	s := &suggesting{merge: h.newMerge(snap, &q.LookupQuery), q: &q, work: work, text: strings.ToLower(q.Text), counts: make(map[string]int)}
	err := s.read(ctx, snap)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return Suggestions{}, fmt.Errorf("look for values of %s: %w", q.Key, err)
	}
	return s.result(), nil
}

// suggesting is one run of Suggest.
type suggesting struct {
	*merge
	q       *SuggestQuery
	work    int // how much may be read, see maxWork
	text    string
	counts  map[string]int
	sampled int
}

func (s *suggesting) fits(value string) bool {
	return value != "" && (s.text == "" || strings.Contains(strings.ToLower(value), s.text))
}

// count adds to a value, which may share memory with a record. Whether it fits is
// asked once a value, at the end.
func (s *suggesting) count(value string, n int) {
	have, ok := s.counts[value]
	if !ok {
		value = strings.Clone(value)
	}
	s.counts[value] = have + n
}

func (s *suggesting) read(ctx context.Context, snap *snapshot) error {
	column, ok := columns[s.q.Key]
	if !ok {
		return s.readRecords(ctx, snap)
	}
	for _, t := range snap.tables {
		if err := s.readTable(ctx, t.view); err != nil {
			return err
		}
	}
	for _, f := range snap.files {
		if err := s.readFile(ctx, f, column); err != nil {
			return err
		}
	}
	return nil
}

// SuggestBudget is how long to look for suggestions while somebody types.
const SuggestBudget = 75 * time.Millisecond

// checked is how many steps are taken between two looks at the time.
const checked = 512

// readTable counts what memory holds, the last that came first.
func (s *suggesting) readTable(ctx context.Context, v memView) error {
	for i := len(v.rows) - 1; i >= 0; i-- {
		if i%checked == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r := &v.rows[i]
		if !r.within(s.live, s.backfill, s.taken) || !containsAll(v.keysOf(i), s.keys) {
			continue
		}
		s.sampled++
		s.count(r.row.attribute(s.q.Key), 1)
	}
	return nil
}

// attribute is the row's value of an attribute that has a column.
func (r *historyRow) attribute(key AttributeKey) string {
	switch key {
	case EventName:
		return r.EventName
	case EventSource:
		return r.EventSource
	case Username:
		return r.Username
	case AccessKeyID:
		return r.AccessKeyID
	case ReadOnly:
		return r.ReadOnly
	}
	return ""
}

// readFile counts the values of a data file.
func (s *suggesting) readFile(ctx context.Context, f *dataFile, column string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	rows, err := s.rowsOf(f)
	if err != nil || rows == nil || rows.IsEmpty() {
		return err
	}
	s.sampled += int(rows.GetCardinality())
	lo, hi, _ := s.span(f)
	if lo > 0 || hi < f.meta.Rows || len(s.q.Attributes) > 0 {
		return f.tally(ctx, column, rows, s.count)
	}
	// All of the file counts: the index has the number of each value.
	var hash keyDigest
	hash.scope(s.q.AccountID, s.q.Region)
	code, n := attributeCode[s.q.Key], 0
	return f.values(column, func(value string) error {
		if n++; n%checked == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if s.fits(value) {
			if e, ok := f.idx.find(hash.key(code, value)); ok { // else it is another account's
				s.count(value, int(e.count))
			}
		}
		return nil
	})
}

// readRecords counts attributes that have no column, of the newest events.
func (s *suggesting) readRecords(ctx context.Context, snap *snapshot) error {
	s.scan(snap, maxSampled)
	for n := 0; n < maxSampled && n+pageWork*s.pages < s.work; n++ {
		if n%64 == 0 && ctx.Err() != nil && (n >= leastSampled || !errors.Is(ctx.Err(), context.DeadlineExceeded)) {
			return ctx.Err()
		}
		e, err := s.event()
		if e == nil || err != nil {
			return err
		}
		if matches(&e.Envelope, &s.q.LookupQuery) {
			s.sampled++
			s.countRecord(&e.Envelope)
		}
		s.advance()
	}
	return nil
}

// Bounds of reading records for attributes without a column.
const (
	// maxSampled is how many events are read at most. They take 25 ms of an idle machine.
	maxSampled = 16_000
	// maxWork bounds the work, also where a filter leaves few events of a page: an event
	// counts one, and a page as much as it costs, pageWork.
	maxWork  = 24_000
	pageWork = 30
	// leastSampled is how many are read also when the budget is used up.
	leastSampled = 256
)

func (s *suggesting) countRecord(e *event.Envelope) {
	switch s.q.Key {
	case EventID:
		s.count(e.EventID, 1)
	case ResourceName:
		for i, r := range e.Resources[:min(len(e.Resources), maxResourceKeys)] {
			if !named(e.Resources[:i], r.Name) {
				s.count(r.Name, 1)
			}
		}
	case ResourceType:
		for i, r := range e.Resources[:min(len(e.Resources), maxResourceKeys)] {
			if !typed(e.Resources[:i], r.Type) {
				s.count(r.Type, 1)
			}
		}
	}
}

// result ranks what was counted.
func (s *suggesting) result() Suggestions {
	best := ranking{most: s.q.Limit}
	for value, n := range s.counts {
		if s.fits(value) {
			begins := len(value) >= len(s.text) && strings.EqualFold(value[:len(s.text)], s.text)
			best.add(ranked{Suggestion{value, n}, begins})
		}
	}
	out := Suggestions{Values: make([]Suggestion, 0, len(best.values)), Sampled: s.sampled}
	for _, r := range best.values {
		out.Values = append(out.Values, r.Suggestion)
	}
	return out
}

// ranking keeps the best suggestions of many, the best first.
type ranking struct {
	most   int
	values []ranked
}

type ranked struct {
	Suggestion
	begins bool // with the text that is looked for
}

func (r *ranking) add(v ranked) {
	if len(r.values) == r.most && v.compare(r.values[r.most-1]) > 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(r.values, v, ranked.compare)
	r.values = slices.Insert(r.values, at, v)
	r.values = r.values[:min(len(r.values), r.most)]
}

// compare is negative if a is the better suggestion.
func (a ranked) compare(b ranked) int {
	if a.begins != b.begins {
		if a.begins {
			return -1
		}
		return 1
	}
	return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value))
}
