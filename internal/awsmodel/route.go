package awsmodel

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Label is a part of a path that a template names, decoded. Name is the one in
// the template, which is the WireName of a member of the input.
type Label struct{ Name, Value string }

// router finds the operations of one REST service by method and path. It is a
// trie of path segments for each method, after the rules of "HTTP bindings" in
// the Smithy documentation: {label} takes one segment, {label+} one or more.
type router struct {
	methods map[string]*routeNode
}

type routeNode struct {
	literals map[string]*routeNode
	label    *routeNode
	// ends are operations whose template ends here.
	ends []*route
	// greedy are operations whose template goes on with a greedy label, and
	// after it suffix.
	greedy []*route
}

// route is a compiled template.
type route struct {
	op       *Operation
	segments []string
	// suffix has the segments after a greedy label.
	suffix []string
	// class has a character for each segment: '0' literal, '1' label, '2'
	// greedy, and '9' for the end. The smaller class is the more specific path.
	class string
	// constants are the query parameters of the template.
	constants []constant
	// required are members of the input that must be in the query or a header.
	required []*Member
	slash    bool
}

type constant struct{ name, value string }

// match is a route that a request fits.
type match struct {
	route *route
	// missing counts required members that the request does not have.
	missing int
	// hint is set where the request's hint names the operation.
	hint bool
	// slash is set where template and path agree in their trailing slash.
	slash bool
}

func (s *Service) router() *router {
	s.compile.Do(func() {
		r := &router{methods: make(map[string]*routeNode)}
		for _, op := range s.Operations() {
			r.add(compileRoute(op))
		}
		s.routes = r
	})
	return s.routes
}

func compileRoute(op *Operation) *route {
	path, query, _ := strings.Cut(op.URI, "?")
	r := &route{op: op, slash: strings.HasSuffix(path, "/")}
	r.segments = pathSegments(path)
	var class []byte
	for i, segment := range r.segments {
		switch {
		case isGreedy(segment):
			class = append(class, '2')
			r.suffix = r.segments[i+1:]
		case isLabel(segment):
			class = append(class, '1')
		default:
			class = append(class, '0')
		}
	}
	r.class = string(append(class, '9'))
	for _, part := range strings.Split(query, "&") {
		if part != "" {
			name, value, _ := strings.Cut(part, "=")
			r.constants = append(r.constants, constant{name, value})
		}
	}
	if op.Input != nil {
		for i := range op.Input.Members {
			m := &op.Input.Members[i]
			if m.Required && (m.Location == InQuery || m.Location == InHeader) {
				r.required = append(r.required, m)
			}
		}
	}
	return r
}

func isLabel(s string) bool  { return strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") }
func isGreedy(s string) bool { return isLabel(s) && strings.HasSuffix(s, "+}") }

// pathSegments splits a path; its trailing slash does not count.
func pathSegments(path string) []string {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

func (r *router) add(t *route) {
	n := r.methods[t.op.Method]
	if n == nil {
		n = new(routeNode)
		r.methods[t.op.Method] = n
	}
	for i, segment := range t.segments {
		switch t.class[i] {
		case '2':
			n.greedy = append(n.greedy, t)
			return
		case '1':
			if n.label == nil {
				n.label = new(routeNode)
			}
			n = n.label
		default:
			if n.literals == nil {
				n.literals = make(map[string]*routeNode)
			}
			if n.literals[segment] == nil {
				n.literals[segment] = new(routeNode)
			}
			n = n.literals[segment]
		}
	}
	n.ends = append(n.ends, t)
}

// routeRequest is what routing needs of a request.
type routeRequest struct {
	method string
	path   string // as it was sent, with its escapes
	query  url.Values
	header http.Header
	hint   string // the operation that x-id or the host names, or ""
}

// best finds the operation that fits best, or false.
func (r *router) best(q *routeRequest) (match, bool) {
	n := r.methods[q.method]
	if n == nil {
		return match{}, false
	}
	var found match
	ok := false
	try := func(t *route) {
		if m, fits := t.fits(q); fits && (!ok || m.better(found)) {
			found, ok = m, true
		}
	}
	n.walk(strings.TrimPrefix(q.path, "/"), try)
	return found, ok
}

// walk calls try with each route whose path fits. rest is the path that is
// left, without its leading slash; it may be empty.
func (n *routeNode) walk(rest string, try func(*route)) {
	if rest == "" {
		for _, t := range n.ends {
			try(t)
		}
		return
	}
	for _, t := range n.greedy {
		if suffixFits(rest, t.suffix) {
			try(t)
		}
	}
	segment, after, _ := strings.Cut(rest, "/")
	if next := n.literals[segment]; next != nil {
		next.walk(after, try)
	} else if strings.Contains(segment, "%") {
		if plain, err := url.PathUnescape(segment); err == nil && n.literals[plain] != nil {
			n.literals[plain].walk(after, try)
		}
	}
	if n.label != nil && segment != "" {
		n.label.walk(after, try)
	}
}

// suffixFits tells whether a path ends in the segments after a greedy label and
// leaves something for the label.
func suffixFits(rest string, suffix []string) bool {
	if len(suffix) == 0 {
		return true
	}
	segments := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	from := len(segments) - len(suffix)
	if from < 1 {
		return false
	}
	for i, want := range suffix {
		if !isLabel(want) && segments[from+i] != want {
			return false
		}
	}
	return true
}

// fits checks what a template asks of query and headers. Constants must be
// there; required members may be missing, which makes the match a worse one.
func (t *route) fits(q *routeRequest) (match, bool) {
	for _, c := range t.constants {
		values, ok := q.query[c.name]
		if !ok || c.value != "" && !slices.Contains(values, c.value) {
			return match{}, false
		}
	}
	m := match{route: t, slash: t.slash == strings.HasSuffix(q.path, "/")}
	for _, member := range t.required {
		if member.Location == InQuery && !q.query.Has(member.WireName()) ||
			member.Location == InHeader && len(q.header.Values(member.WireName())) == 0 {
			m.missing++
		}
	}
	m.hint = q.hint == t.op.Name
	return m, true
}

// better orders two matches of one request: all required members there, the
// more specific path, more constants, fewer missing, more required, the one
// that is hinted at, not deprecated, the same trailing slash, the service with
// the fuller model (Amazon Q in Connect and not Wisdom, whose paths it took
// over), and then the name.
func (m match) better(o match) bool {
	a, b := m.route, o.route
	switch {
	case (m.missing == 0) != (o.missing == 0):
		return m.missing == 0
	case a.class != b.class:
		return a.class < b.class
	case len(a.constants) != len(b.constants):
		return len(a.constants) > len(b.constants)
	case m.missing != o.missing:
		return m.missing < o.missing
	case len(a.required) != len(b.required):
		return len(a.required) > len(b.required)
	case m.hint != o.hint:
		return m.hint
	case a.op.Deprecated != b.op.Deprecated:
		return b.op.Deprecated
	case m.slash != o.slash:
		return m.slash
	}
	if n, o := a.op.Service.OperationCount, b.op.Service.OperationCount; n != o {
		return n > o
	}
	return a.op.Name < b.op.Name
}

// labels reads the labels of a path that the route fits. A label whose escapes
// are wrong is taken as it is.
func (t *route) labels(path string) []Label {
	rest := strings.TrimPrefix(path, "/")
	var out []Label
	for i, segment := range t.segments {
		var value string
		if t.class[i] == '2' {
			value, rest = cutGreedy(rest, len(t.suffix))
		} else {
			value, rest, _ = strings.Cut(rest, "/")
		}
		if t.class[i] != '0' {
			if plain, err := url.PathUnescape(value); err == nil {
				value = plain
			}
			out = append(out, Label{strings.TrimSuffix(segment[1:len(segment)-1], "+"), value})
		}
	}
	return out
}

// cutGreedy splits a path into what a greedy label takes and the n segments
// after it.
func cutGreedy(rest string, n int) (value, after string) {
	if n == 0 {
		return rest, ""
	}
	rest = strings.TrimSuffix(rest, "/")
	at := len(rest)
	for range n {
		if at = strings.LastIndexByte(rest[:at], '/'); at < 0 {
			return rest, ""
		}
	}
	return rest[:at], rest[at+1:]
}
