package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/cairntrail/cairn/internal/event"
	"github.com/cairntrail/cairn/internal/redact"
)

// redactPrinter prints events, or what was hidden in them.
type redactPrinter interface {
	// event gets a record, what it is now, and what was hidden in it. Nothing of
	// it is kept.
	event(e *event.Record, raw []byte, hidden []redact.Hidden) error
	// end writes what is left. It is called once, after an error too.
	end() error
}

// redactedPrinter prints the events, one a line.
type redactedPrinter struct {
	w      *bufio.Writer
	escape bool
}

func (p *redactedPrinter) event(_ *event.Record, raw []byte, _ []redact.Hidden) error {
	if p.escape {
		raw = cleanJSON(raw)
	}
	// Between members only: strings have no line ends as they are.
	for _, c := range raw {
		if c == '\n' || c == '\r' {
			c = ' '
		}
		if err := p.w.WriteByte(c); err != nil {
			return err
		}
	}
	return p.w.WriteByte('\n')
}

func (p *redactedPrinter) end() error { return p.w.Flush() }

// ruleCount is a line of the summary.
type ruleCount struct {
	Rule string `json:"rule"`
	// Hidden counts values; Already those that were hidden before.
	Hidden  int  `json:"hidden"`
	Already int  `json:"already"`
	Builtin bool `json:"builtin"`
}

// hiddenPrinter prints what was hidden, and counts for each rule.
type hiddenPrinter struct {
	out    io.Writer
	table  *table // nil for JSON
	json   *json.Encoder
	counts []*ruleCount
	byName map[string]*ruleCount
	events int
	hit    int
}

func newHiddenPrinter(sh *shell, rules, own *redact.Rules, asJSON bool) *hiddenPrinter {
	p := &hiddenPrinter{out: sh.stdout, byName: make(map[string]*ruleCount)}
	if asJSON {
		p.json = json.NewEncoder(sh.stdout)
		p.json.SetEscapeHTML(false)
	} else {
		p.table = newTable(sh.stdout, "TIME (UTC)", "SOURCE", "EVENT", "EVENT ID", "PATH", "RULE", "ACTION", "BEFORE", "AFTER")
	}
	for _, r := range rules.List() {
		p.count(r.Name).Builtin = true
	}
	for _, r := range own.List() {
		p.count(r.Name).Builtin = false
	}
	return p
}

func (p *hiddenPrinter) count(rule string) *ruleCount {
	c := p.byName[rule]
	if c == nil {
		c = &ruleCount{Rule: rule}
		p.byName[rule] = c
		p.counts = append(p.counts, c)
	}
	return c
}

// hiddenLine is a value in the output of --json.
type hiddenLine struct {
	EventTime   string `json:"eventTime"`
	EventSource string `json:"eventSource"`
	EventName   string `json:"eventName"`
	EventID     string `json:"eventID"`
	redact.Hidden
}

func (p *hiddenPrinter) event(e *event.Record, _ []byte, hidden []redact.Hidden) error {
	p.events++
	changed := false
	for _, h := range hidden {
		c := p.count(h.Rule)
		if h.Already {
			c.Already++
		} else {
			c.Hidden++
			changed = true
		}
		if err := p.line(e, h); err != nil {
			return err
		}
	}
	if changed {
		p.hit++
	}
	return nil
}

// line prints one value. The table leaves out what was hidden already.
func (p *hiddenPrinter) line(e *event.Record, h redact.Hidden) error {
	if p.json != nil {
		return p.json.Encode(hiddenLine{e.EventTime.UTC().Format("2006-01-02T15:04:05Z"), e.EventSource, e.EventName, e.EventID, h})
	}
	if h.Already {
		return nil
	}
	after := h.After
	if h.Action == redact.Drop {
		after = "-"
	}
	return p.table.add(moment(&e.EventTime), e.EventSource, e.EventName, e.EventID, h.Path, h.Rule, string(h.Action), before(h), after)
}

// before describes what stood there, without showing it.
func before(h redact.Hidden) string {
	unit := "byte"
	switch h.Kind {
	case "null", "stream":
		return h.Kind
	case "list":
		unit = "element"
	case "object":
		unit = "member"
	}
	return h.Kind + ", " + plural(int64(h.Length), unit)
}

func (p *hiddenPrinter) end() error {
	if p.json != nil {
		return p.json.Encode(struct {
			Summary []*ruleCount `json:"summary"`
		}{p.counts})
	}
	if err := p.table.flush(); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.out, "\n%s, of which %s.\n\n", plural(int64(p.events), "event"), thousands(int64(p.hit))+" changed"); err != nil {
		return err
	}
	t := newTable(p.out, "RULE", "HIDDEN", "ALREADY")
	idle := 0
	for _, c := range p.counts {
		if c.Builtin && c.Hidden+c.Already == 0 {
			idle++
			continue
		}
		note := thousands(int64(c.Hidden))
		if c.Hidden+c.Already == 0 {
			note = "never matched"
		}
		if err := t.add(c.Rule, note, thousands(int64(c.Already))); err != nil {
			return err
		}
	}
	if err := t.flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.out, "\n%s matched nothing.\n", plural(int64(idle), "built-in rule"))
	return err
}
