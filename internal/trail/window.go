package trail

import (
	"slices"
	"strings"
	"time"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/journal"
	"github.com/cairntrail/cairn/internal/selector"
)

// window gathers what a trail logs in a span of the journal's time.
type window struct {
	end time.Time
	// through is the last batch that was added, and first the time of the first.
	through uint64
	first   time.Time
	// raw is the size of the records gathered, in bytes.
	raw    int64
	events int
	files  map[group][]*logFile
	c      *compressor
	limit  int64 // of a file, in bytes before compression
}

func newWindow(end time.Time, c *compressor, limit int64) *window {
	return &window{end: end, files: make(map[group][]*logFile), c: c, limit: limit}
}

// add takes what the trail logs of a batch. It returns how many records could
// not be read: they stay in the journal's other sinks and are in no log file.
func (w *window) add(b journal.Batch, t *Trail, r *rule) (unreadable int) {
	w.through = b.Sequence
	if w.first.IsZero() {
		w.first = b.Time
	}
	return r.each(b, t, func(g group, raw []byte, env *event.Envelope) { w.write(g, raw, env.EventTime) })
}

func (w *window) write(g group, raw []byte, at time.Time) {
	files := w.files[g]
	if len(files) == 0 || !files[len(files)-1].fits(len(raw), w.limit) {
		if len(files) > 0 {
			files[len(files)-1].close()
		}
		files = append(files, newLogFile(w.c))
		w.files[g] = files
	}
	files[len(files)-1].add(raw, at)
	w.raw += int64(len(raw))
	w.events++
}

// builtFile is a log file that is complete, and which one it is.
type builtFile struct {
	place
	*logFile
}

// finish closes all files, in the order of their groups.
func (w *window) finish(part int) []builtFile {
	var out []builtFile
	for g, files := range w.files {
		files[len(files)-1].close()
		for i, f := range files {
			out = append(out, builtFile{place{g, w.end, part, i}, f})
		}
	}
	slices.SortFunc(out, func(a, b builtFile) int {
		if c := strings.Compare(a.folder+"/"+a.account+"/"+a.region, b.folder+"/"+b.account+"/"+b.region); c != 0 {
			return c
		}
		return a.number - b.number
	})
	return out
}

// discard ends what the window has begun.
func (w *window) discard() {
	for _, files := range w.files {
		for _, f := range files {
			f.wait()
		}
	}
}

// rule is a compiled epoch.
type rule struct {
	Epoch
	match *selector.Matcher
	// plain says that the selectors look only at what the envelope has: category,
	// source and readOnly, as basic ones for management events do. Reading the
	// record a second time for the rest costs a tenth of a delivery.
	plain bool
}

// rules are a trail's epochs, oldest first.
type rules []rule

func compileRules(epochs []Epoch) (rules, error) {
	out := make(rules, len(epochs))
	for i, e := range epochs {
		s := e.Selectors
		if len(s.Basic) == 0 && len(s.Advanced) == 0 {
			s = selector.Default(selector.Trail)
		}
		m, err := selector.Compile(s)
		if err != nil {
			return nil, err
		}
		data := func(b selector.EventSelector) bool { return len(b.DataResources) > 0 }
		out[i] = rule{e, m, len(s.Advanced) == 0 && !slices.ContainsFunc(s.Basic, data)}
	}
	return out, nil
}

// at is the rule that holds for a batch, nil when there is none yet.
func (rs rules) at(sequence uint64) *rule {
	for i := len(rs) - 1; i >= 0; i-- {
		if rs[i].After < sequence {
			return &rs[i]
		}
	}
	return nil
}

// each calls yield with what a trail logs of a batch, and returns how many records
// could not be read. A nil rule logs nothing.
func (r *rule) each(b journal.Batch, t *Trail, yield func(g group, raw []byte, env *event.Envelope)) (unreadable int) {
	if r == nil || !r.Logging {
		return 0
	}
	for _, raw := range b.Events {
		env, err := event.Parse(raw)
		if err != nil {
			unreadable++
			continue
		}
		g, ok := r.group(t, &env)
		if !ok {
			continue
		}
		e := selector.Event{Category: env.Category, Source: env.EventSource, ReadOnly: env.ReadOnly}
		if !r.plain {
			if e, err = selector.ReadEvent(raw); err != nil {
				unreadable++
				continue
			}
		}
		if r.selects(t, &e) {
			yield(g, raw, &env)
		}
	}
	return unreadable
}

// selects tells whether the selectors take an event. Insights events are not
// theirs: a trail with Insights selectors has them.
func (r *rule) selects(t *Trail, e *selector.Event) bool {
	if e.Category == selector.Insight {
		return len(t.InsightSelectors) > 0
	}
	return r.match.Match(e)
}

// globalRegion is where global services record their events, and globalServices
// are those that IncludeGlobalServiceEvents decides on: "Enabling and disabling
// global service event logging", CloudTrail User Guide. An event of theirs of
// another Region, as of a regional STS endpoint, is one like any other.
const globalRegion = "us-east-1"

var globalServices = map[string]bool{
	"cloudfront.amazonaws.com": true,
	"iam.amazonaws.com":        true,
	"route53.amazonaws.com":    true,
	"sts.amazonaws.com":        true,
}

// isRegion tells whether a text may stand in a key as a Region.
func isRegion(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) < 64
}

// group tells whose log file an event belongs to, if the trail logs events of
// its account and Region.
func (r *rule) group(t *Trail, e *event.Envelope) (group, bool) {
	region := e.Region
	if e.AccountID != t.AccountID || !r.MultiRegion && region != t.HomeRegion {
		return group{}, false
	}
	if !isRegion(region) {
		// The record names no Region; a trail of all Regions must not lose it.
		region = t.HomeRegion
	}
	if region == globalRegion && globalServices[e.EventSource] && !r.GlobalServiceEvents {
		return group{}, false
	}
	g := group{account: t.AccountID, region: region, folder: folderLogs}
	if e.Category == selector.Insight {
		g.folder = folderInsight
	}
	return g, true
}
