package resource

import (
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// template is a compiled template of ARNs: text and places.
type template []part

// part is text or, when place is not nil, a place.
type part struct {
	text  string
	place *place
}

// place is what stands between braces: of each group the first path that leads
// to something, read the same way.
type place struct {
	groups   [][]path
	read     reading
	optional bool
}

// path leads to values of a call.
type path struct {
	builtin string
	answer  bool
	steps   []string
}

// compile reads a template. Braces hold a path of members of the input, with
// dots; lists on the way fan out. A step * goes into all fields of a structure
// or map, and @ gives the keys of a map. Paths that begin with answer lead into
// the output. The names partition, region and account are those of the call;
// owner is the account that owns its bucket.
//
// Paths separated by | are alternatives: the first that has values counts.
// Groups of them separated by a comma all count. After a colon stands the
// [reading] of each value. A question mark at the end allows nothing to be
// there; other places without a value make the template give nothing.
//
// A template that cannot be read is an error of the program: it panics.
func compile(text string) template {
	var t template
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			t = append(t, part{text: before})
		}
		if !found {
			break
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			panic("BUG: template without closing brace: " + text)
		}
		t = append(t, part{place: compilePlace(inside)})
		text = after
	}
	return t
}

func compilePlace(text string) *place {
	p := new(place)
	text, p.optional = strings.CutSuffix(text, "?")
	text, name, read := strings.Cut(text, ":")
	if read {
		if p.read = readings[name]; p.read == nil {
			panic("BUG: template with an unknown reading: " + name)
		}
	}
	for group := range strings.SplitSeq(text, ",") {
		var paths []path
		for alternative := range strings.SplitSeq(group, "|") {
			paths = append(paths, compilePath(alternative))
		}
		p.groups = append(p.groups, paths)
	}
	return p
}

func compilePath(text string) path {
	switch text {
	case "":
		panic("BUG: template with an empty path")
	case "partition", "region", "account", "owner":
		return path{builtin: text}
	}
	steps := strings.Split(text, ".")
	if steps[0] == "answer" {
		return path{answer: true, steps: steps[1:]}
	}
	return path{steps: steps}
}

// draft is an ARN in the making. A whole one takes no more text.
type draft struct {
	text  string
	whole bool
}

// expand gives the ARNs of a call.
func (t template) expand(c *Call) []string {
	drafts := []draft{{}}
	for i := range t {
		if t[i].place == nil {
			for j := range drafts {
				if !drafts[j].whole {
					drafts[j].text += t[i].text
				}
			}
			continue
		}
		values := t[i].place.values(c)
		switch {
		case len(values) == 0 && t[i].place.optional:
		case len(values) == 0:
			return nil
		case len(values) == 1:
			for j := range drafts {
				drafts[j] = drafts[j].with(values[0])
			}
		default:
			drafts = product(drafts, values)
		}
	}
	out := make([]string, len(drafts))
	for i, d := range drafts {
		out[i] = d.text
	}
	return out
}

func (d draft) with(v draft) draft {
	if d.whole || v.whole {
		if d.whole {
			return d
		}
		return v
	}
	return draft{text: d.text + v.text}
}

func product(drafts, values []draft) []draft {
	var out []draft
	for _, d := range drafts {
		for _, v := range values {
			if len(out) == maxResources {
				return out
			}
			out = append(out, d.with(v))
		}
	}
	return out
}

// values reads what the place has in a call, at most maxResources values.
func (p *place) values(c *Call) []draft {
	var out []draft
	for _, group := range p.groups {
		before := len(out)
		for i := range group {
			out = p.follow(c, &group[i], out)
			if len(out) > before {
				break
			}
		}
	}
	return out
}

func (p *place) follow(c *Call, at *path, out []draft) []draft {
	switch {
	case at.builtin != "":
		return p.take(c, builtin(c, at.builtin), out)
	case at.answer && (c.ErrorCode != "" || c.Output == nil):
		return out
	case at.answer:
		return p.walk(c, c.Output, at.steps, out)
	case c.Service == "s3" && len(at.steps) == 1 && at.steps[0] == "Bucket":
		return p.take(c, bucketOf(c), out)
	case c.Input == nil:
		return out
	}
	return p.walk(c, c.Input, at.steps, out)
}

func builtin(c *Call, name string) string {
	switch name {
	case "region":
		return c.Region
	case "account":
		return c.AccountID
	case "owner":
		return bucketOwner(c, bucketOf(c))
	}
	return partition(c)
}

func partition(c *Call) string {
	if c.Partition == "" {
		return "aws"
	}
	return c.Partition
}

// walk goes down a value. Lists are gone into without a step of their own.
func (p *place) walk(c *Call, v *decode.Value, steps []string, out []draft) []draft {
	if len(out) >= maxResources {
		return out
	}
	if v.Kind == decode.List {
		for i := range v.Items {
			out = p.walk(c, &v.Items[i], steps, out)
		}
		return out
	}
	if len(steps) == 0 {
		if v.Kind == decode.Text || v.Kind == decode.Number {
			return p.take(c, v.Text, out)
		}
		return out
	}
	switch steps[0] {
	case "@":
		for i := range v.Fields {
			if len(out) < maxResources {
				out = p.take(c, v.Fields[i].Name, out)
			}
		}
	case "*":
		for i := range v.Fields {
			out = p.walk(c, &v.Fields[i].Value, steps[1:], out)
		}
	default:
		if f := v.Get(steps[0]); f != nil {
			return p.walk(c, f, steps[1:], out)
		}
	}
	return out
}

// take reads one value and adds it, unless the reading drops it.
func (p *place) take(c *Call, text string, out []draft) []draft {
	if p.read == nil {
		if text == "" && !p.optional {
			return out
		}
		return append(out, draft{text: text})
	}
	for _, d := range p.read(c, text) {
		if len(out) < maxResources {
			out = append(out, d)
		}
	}
	return out
}

// inHead tells whether all that the template needs of an operation's input is
// in the head of the request, and nothing in the answer.
func (t template) inHead(op *awsmodel.Operation) bool {
	for _, part := range t {
		if part.place == nil {
			continue
		}
		for _, group := range part.place.groups {
			for _, at := range group {
				if at.builtin != "" {
					continue
				}
				if at.answer || op.Input == nil {
					return false
				}
				// A member that the operation does not have cannot arrive.
				if m := op.Input.Member(at.steps[0]); m != nil && m.Location == awsmodel.InBody {
					return false
				}
			}
		}
	}
	return true
}

// answers tells whether a place of the template is in the answer.
func (t template) answers() bool {
	for _, part := range t {
		if part.place == nil {
			continue
		}
		for _, group := range part.place.groups {
			for _, at := range group {
				if at.answer {
					return true
				}
			}
		}
	}
	return false
}
