package redact

import (
	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// state is a rule and how many of its steps a place in the tree has taken; all
// of them where the rule ends there.
type state struct{ rule, step uint16 }

// walker goes through one tree once, with all rules at the same time: the
// states of a place are those of its children's parent. Recursion is as deep as
// the tree, which its decoder bounds.
type walker struct {
	call      Call
	side      Side
	rules     []*rule
	keys      *Keyring
	sensitive Sensitive
	explain   bool
	// recorded values may be tokens already, and then stay.
	recorded bool

	changed int
	hidden  []Hidden
	// path is where the walk is; kept up for explain and sensitive only.
	path []string
	// states is a stack of the states of all places from the root to here.
	states []state
	room   [32]state
}

// verdict is what becomes of a value.
type verdict uint8

const (
	kept verdict = iota
	changed
	dropped
)

func (w *walker) tracks() bool { return w.explain || w.sensitive != nil }

// root hides in a top-level member. Null has nothing to hide.
func (w *walker) root(v *decode.Value) {
	if v.Kind == decode.Null {
		return
	}
	w.states = w.room[:0]
	if w.tracks() {
		w.path = append(make([]string, 0, 8), w.side.String())
	}
	for i, r := range w.rules {
		if r.failed != "" && r.failed != w.call.ErrorMessage {
			continue
		}
		first := uint16(1)
		if r.steps[0].kind == deep {
			first = 0
		}
		w.enter(0, state{uint16(i), first})
	}
	if after, what := w.value(v, w.states, nil); what != kept {
		*v = after
	}
}

// enter adds a state to those from base on, and those that follow from it
// without going down: ** may be no level at all, except at the end. The states
// of a rule stand together.
func (w *walker) enter(base int, s state) {
	for i := len(w.states) - 1; i >= base && w.states[i].rule == s.rule; i-- {
		if w.states[i] == s {
			return
		}
	}
	w.states = append(w.states, s)
	steps := w.rules[s.rule].steps
	if n := int(s.step); n < len(steps)-1 && steps[n].kind == deep {
		w.enter(base, state{s.rule, s.step + 1})
	}
}

// child adds the states of a child of a place with the states from. name is ""
// for elements of lists.
func (w *walker) child(from []state, name string, isMember bool) []state {
	base := len(w.states)
	for _, s := range from {
		steps := w.rules[s.rule].steps
		n := int(s.step)
		if n == len(steps) {
			continue
		}
		switch step := &steps[n]; step.kind {
		case deep:
			w.enter(base, s)
			if n == len(steps)-1 {
				w.enter(base, state{s.rule, s.step + 1})
			}
		case byName:
			if isMember && sameName(step.name, name) {
				w.enter(base, state{s.rule, s.step + 1})
			}
		case anyName:
			if isMember {
				w.enter(base, state{s.rule, s.step + 1})
			}
		case element:
			if !isMember {
				w.enter(base, state{s.rule, s.step + 1})
			}
		}
	}
	return w.states[base:len(w.states):len(w.states)]
}

// value decides about one value, and goes down if it stays. It changes nothing:
// unless the verdict is kept, after is what belongs in its place, null where
// nothing does.
func (w *walker) value(v *decode.Value, at []state, m *awsmodel.Member) (after decode.Value, what verdict) {
	if r := w.ending(v, at); r != nil {
		return w.act(v, r.Name, r.Action, r.Literal, r.Domain)
	}
	if w.sensitive != nil && len(w.path) > 1 {
		if literal, hide := w.sensitive(w.call, w.path, m); hide {
			if literal == "" {
				literal = DefaultLiteral
			}
			return w.act(v, "", Mask, literal, "")
		}
	}
	switch {
	case len(at) == 0 && w.sensitive == nil:
	case v.Kind == decode.Object:
		return w.object(v, at)
	case v.Kind == decode.List:
		return w.list(v, at, m)
	}
	return after, kept
}

// ending is the first rule that ends here and takes the value.
func (w *walker) ending(v *decode.Value, at []state) *rule {
	best := -1
	for _, s := range at {
		r := w.rules[s.rule]
		if int(s.step) == len(r.steps) && (best < 0 || int(s.rule) < best) && w.takes(r, v) {
			best = int(s.rule)
		}
	}
	if best < 0 {
		return nil
	}
	return w.rules[best]
}

func (w *walker) takes(r *rule, v *decode.Value) bool {
	scalar := v.Kind != decode.Object && v.Kind != decode.List
	if !scalar && (r.value != nil || w.side.scalarsOnly()) {
		return false
	}
	return r.value == nil || r.value.MatchString(v.Text)
}

// object goes through the members. Fields are copied before the first change:
// the slice may be another tree's too.
func (w *walker) object(v *decode.Value, at []state) (after decode.Value, what verdict) {
	var out []decode.Field // once there was a change
	for i := range v.Fields {
		f := &v.Fields[i]
		mark := len(w.states)
		now, what := decode.Value{}, kept
		if next := w.child(at, f.Name, true); len(next) > 0 || w.sensitive != nil {
			w.down(f.Name)
			now, what = w.value(&f.Value, next, f.Member)
			w.up()
		}
		w.states = w.states[:mark]
		if what != kept && out == nil {
			out = append(make([]decode.Field, 0, len(v.Fields)), v.Fields[:i]...)
		}
		switch {
		case out == nil || what == dropped:
		case what == kept:
			out = append(out, *f)
		default:
			out = append(out, decode.Field{Name: f.Name, Member: f.Member, Value: now})
		}
	}
	if out == nil {
		return after, kept
	}
	return decode.Value{Kind: decode.Object, Fields: out}, changed
}

// list is object for elements.
func (w *walker) list(v *decode.Value, at []state, m *awsmodel.Member) (after decode.Value, what verdict) {
	mark := len(w.states)
	next := w.child(at, "", false)
	if len(next) == 0 && w.sensitive == nil {
		return after, kept
	}
	var of *awsmodel.Member
	if m != nil && m.Shape != nil && m.Shape.Type == awsmodel.List {
		of = m.Shape.Element()
	}
	var out []decode.Value
	w.down("[]")
	for i := range v.Items {
		now, what := w.value(&v.Items[i], next, of)
		if what != kept && out == nil {
			out = append(make([]decode.Value, 0, len(v.Items)), v.Items[:i]...)
		}
		switch {
		case out == nil || what == dropped:
		case what == kept:
			out = append(out, v.Items[i])
		default:
			out = append(out, now)
		}
	}
	w.up()
	w.states = w.states[:mark]
	if out == nil {
		return after, kept
	}
	return decode.Value{Kind: decode.List, Items: out}, changed
}

// down and up keep the path.
func (w *walker) down(name string) {
	if w.tracks() {
		w.path = append(w.path, name)
	}
}

func (w *walker) up() {
	if w.tracks() {
		w.path = w.path[:len(w.path)-1]
	}
}

// act hides a value, in the sense of value.
func (w *walker) act(v *decode.Value, rule string, action Action, literal, domain string) (after decode.Value, what verdict) {
	h := Hidden{Rule: rule, Action: action}
	what = changed
	switch {
	case action == Drop:
		what = dropped
	case action == Empty:
		h.After, h.Already = "{}", v.Kind == decode.Object && len(v.Fields) == 0
		after.Kind = decode.Object
	case action != Token || v.Streamed:
		h.After, h.Already = literal, v.Kind == decode.Text && v.Text == literal
		after = decode.Value{Kind: decode.Text, Text: literal}
	case v.Kind == decode.Null || w.recorded && v.Kind == decode.Text && w.keys.made(v.Text):
		h.Already = true
	default:
		h.After = w.keys.token(domain, v)
		after = decode.Value{Kind: decode.Text, Text: h.After}
	}
	if w.explain {
		h.Path, h.Kind, h.Length = formatPlace(w.path), kindOf(v), lengthOf(v)
		w.hidden = append(w.hidden, h)
	}
	if h.Already {
		return after, kept
	}
	w.changed++
	return after, what
}

// formatPlace writes the names from the root to a value as a path.
func formatPlace(path []string) string {
	var b []byte
	for _, name := range path {
		if name == "[]" {
			b = append(b, name...)
			continue
		}
		b = appendName(b, name)
	}
	return string(b)
}

func kindOf(v *decode.Value) string {
	if v.Streamed {
		return "stream"
	}
	return [...]string{"null", "bool", "number", "string", "bytes", "list", "object"}[v.Kind]
}

func lengthOf(v *decode.Value) int {
	switch v.Kind {
	case decode.List:
		return len(v.Items)
	case decode.Object:
		return len(v.Fields)
	}
	return len(v.Text)
}
