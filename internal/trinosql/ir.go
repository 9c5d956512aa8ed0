package trinosql

// The checked tree. The checker turns every expression into an expr, which knows its type
// and how DuckDB writes it, and every query into a queryIR. Names are gone from it: a
// relation is r1, r2, ..., its columns are c1, c2, ... unless it is a table, and a column
// is always written with its relation. So what a name means is decided here, and an
// engine's own rules of resolution have nothing to decide.

type exprKind uint8

const (
	opExpr       exprKind = iota // a template over args
	constExpr                    // a literal
	columnExpr                   // a column of a relation
	aggExpr                      // an aggregate function
	windowExpr                   // a function over a window
	lambdaExpr                   // a lambda: its body is args[0]
	paramExpr                    // a lambda's parameter
	subqueryExpr                 // a scalar query
	existsExpr                   // EXISTS
	inExpr                       // args[0] IN query
	quantExpr                    // args[0] op ALL/ANY query
)

// An expr is a checked expression. It is not changed once it is made; what rewrites it
// makes a new one.
type expr struct {
	kind exprKind
	typ  Type
	at   int
	// tmpl is how DuckDB writes it: $1 to $9 are args, $* all of them with commas, $& with
	// AND, $| with OR and $~ with || between, $T the type, and $T1 to $T9 the types of args.
	tmpl string
	args []*expr
	// value is a literal's: nil, bool, int64, float64, string (varchar, decimal, and all
	// other types, as text).
	value any
	// rel and column say which column it is.
	rel, column string
	// params are a lambda's.
	params []string
	query  *queryIR
	not    bool // NOT EXISTS, NOT IN
	all    bool // ALL
	agg    *aggIR
	over   *overIR
	// volatile expressions differ from call to call and are never the same as another.
	volatile bool
}

// An aggIR is what belongs to an aggregate beside its arguments.
type aggIR struct {
	distinct bool
	order    []sortIR
	filter   *expr
	grouping bool
}

// An overIR is a window with the treatment of nulls.
type overIR struct {
	partition   []*expr
	order       []sortIR
	frame       *frameIR
	ignoreNulls bool
}

type frameIR struct {
	unit       string
	start, end boundIR
}

type boundIR struct {
	kind  string
	value *expr
}

type sortIR struct {
	x     *expr
	desc  bool
	first bool // NULLs first
}

// A queryIR is a checked query. Its columns are c1, c2, ... with these names and types.
type queryIR struct {
	with    []*withIR
	columns []Column
	// Exactly one of these is set.
	core   *coreIR
	set    *setIR
	values [][]*expr
	// limit and offset are -1 if there is none. They belong to the order of core.
	order  []sortIR
	limit  int64
	offset int64
	ties   bool
}

type withIR struct {
	name      string // w#1, w#2, ...
	ref       *cte
	recursive bool
	columns   int
	query     *queryIR
	// step is the part that refers to itself, and stepRel its reference.
	step    *queryIR
	stepRel string
}

// A coreIR is SELECT project FROM from WHERE where.
type coreIR struct {
	distinct bool
	project  []*expr
	from     *fromIR
	where    *expr
	// sets are the grouping sets, as places of projected keys; nil if it does not
	// aggregate. Projected are first the keys, then aggregates.
	aggregates bool
	sets       [][]int
}

type setIR struct {
	op   string
	all  bool
	l, r *queryIR
}

// A fromIR is a relation, or a join of two. A nil one is no FROM.
type fromIR struct {
	alias string
	// Exactly one of these is set.
	table  string // a table of the catalog
	cte    string // a query of WITH
	query  *queryIR
	unnest *unnestIR
	join   *joinIR

	lateral bool
	sample  *float64
	system  bool
}

// An unnestIR has the columns e1, e2, ... and, with ordinality, o.
type unnestIR struct {
	lists      []*expr // arrays; a map is two
	ordinality bool
}

type joinIR struct {
	kind string
	l, r *fromIR
	on   *expr
}

// walk calls f for e and everything below it, also in queries. If f returns false, what is
// below is left out.
func (e *expr) walk(f func(*expr) bool) {
	if e == nil || !f(e) {
		return
	}
	e.eachChild(func(c *expr) { c.walk(f) })
}

// eachChild calls f for the expressions directly below.
func (e *expr) eachChild(f func(*expr)) {
	for _, a := range e.args {
		f(a)
	}
	if e.agg != nil {
		for _, k := range e.agg.order {
			f(k.x)
		}
		if e.agg.filter != nil {
			f(e.agg.filter)
		}
	}
	if e.over != nil {
		for _, x := range e.over.partition {
			f(x)
		}
		for _, k := range e.over.order {
			f(k.x)
		}
		if fr := e.over.frame; fr != nil {
			for _, b := range []boundIR{fr.start, fr.end} {
				if b.value != nil {
					f(b.value)
				}
			}
		}
	}
	if e.query != nil {
		e.query.eachExpr(f)
	}
}

// eachExpr calls f for the expressions of a query, the outermost of each.
func (q *queryIR) eachExpr(f func(*expr)) {
	for _, w := range q.with {
		w.query.eachExpr(f)
		if w.step != nil {
			w.step.eachExpr(f)
		}
	}
	switch {
	case q.core != nil:
		for _, x := range q.core.project {
			f(x)
		}
		if q.core.where != nil {
			f(q.core.where)
		}
		q.core.from.eachExpr(f)
	case q.set != nil:
		q.set.l.eachExpr(f)
		q.set.r.eachExpr(f)
	default:
		for _, row := range q.values {
			for _, x := range row {
				f(x)
			}
		}
	}
	for _, k := range q.order {
		f(k.x)
	}
}

func (r *fromIR) eachExpr(f func(*expr)) {
	switch {
	case r == nil:
	case r.query != nil:
		r.query.eachExpr(f)
	case r.unnest != nil:
		for _, x := range r.unnest.lists {
			f(x)
		}
	case r.join != nil:
		r.join.l.eachExpr(f)
		r.join.r.eachExpr(f)
		if r.join.on != nil {
			f(r.join.on)
		}
	}
}

// rewrite replaces e by f(e) where that is not nil, and else what is below it.
func (e *expr) rewrite(f func(*expr) *expr) *expr {
	if e == nil {
		return nil
	}
	if n := f(e); n != nil {
		return n
	}
	c := *e
	c.args = rewriteAll(e.args, f)
	if e.agg != nil {
		a := *e.agg
		a.order = rewriteSorts(a.order, f)
		a.filter = a.filter.rewrite(f)
		c.agg = &a
	}
	if e.over != nil {
		o := *e.over
		o.partition = rewriteAll(o.partition, f)
		o.order = rewriteSorts(o.order, f)
		if o.frame != nil {
			fr := *o.frame
			fr.start.value, fr.end.value = fr.start.value.rewrite(f), fr.end.value.rewrite(f)
			o.frame = &fr
		}
		c.over = &o
	}
	if e.query != nil {
		c.query = e.query.rewrite(f)
	}
	return &c
}

func rewriteAll(xs []*expr, f func(*expr) *expr) []*expr {
	if xs == nil {
		return nil
	}
	out := make([]*expr, len(xs))
	for i, x := range xs {
		out[i] = x.rewrite(f)
	}
	return out
}

func rewriteSorts(keys []sortIR, f func(*expr) *expr) []sortIR {
	out := make([]sortIR, len(keys))
	for i, k := range keys {
		out[i] = k
		out[i].x = k.x.rewrite(f)
	}
	return out
}

func (q *queryIR) rewrite(f func(*expr) *expr) *queryIR {
	if q == nil {
		return nil
	}
	c := *q
	c.with = nil
	for _, w := range q.with {
		n := *w
		n.query, n.step = w.query.rewrite(f), w.step.rewrite(f)
		c.with = append(c.with, &n)
	}
	if q.core != nil {
		n := *q.core
		n.project = rewriteAll(n.project, f)
		n.where = n.where.rewrite(f)
		n.from = n.from.rewrite(f)
		c.core = &n
	}
	if q.set != nil {
		n := *q.set
		n.l, n.r = n.l.rewrite(f), n.r.rewrite(f)
		c.set = &n
	}
	c.values = nil
	for _, row := range q.values {
		c.values = append(c.values, rewriteAll(row, f))
	}
	c.order = rewriteSorts(q.order, f)
	return &c
}

func (r *fromIR) rewrite(f func(*expr) *expr) *fromIR {
	if r == nil {
		return nil
	}
	c := *r
	c.query = r.query.rewrite(f)
	if r.unnest != nil {
		n := *r.unnest
		n.lists = rewriteAll(n.lists, f)
		c.unnest = &n
	}
	if r.join != nil {
		n := *r.join
		n.l, n.r, n.on = n.l.rewrite(f), n.r.rewrite(f), n.on.rewrite(f)
		c.join = &n
	}
	return &c
}

// op makes an operation.
func op(t Type, tmpl string, args ...*expr) *expr {
	return &expr{kind: opExpr, typ: t, tmpl: tmpl, args: args, at: firstAt(args)}
}

func firstAt(args []*expr) int {
	if len(args) > 0 {
		return args[0].at
	}
	return 0
}

// literal makes a constant.
func literal(t Type, v any) *expr { return &expr{kind: constExpr, typ: t, value: v} }

func nullOf(t Type) *expr { return literal(t, nil) }

func textOf(s string) *expr { return literal(VarcharOf(len([]rune(s))), s) }

func intOf(n int64) *expr { return literal(Bigint, n) }

// isNullConst says whether e is the literal NULL.
func (e *expr) isNullConst() bool { return e.kind == constExpr && e.value == nil }

// constText is the text of a constant varchar.
func (e *expr) constText() (string, bool) {
	s, ok := e.value.(string)
	return s, ok && e.kind == constExpr && (e.typ.Kind == VarcharKind || e.typ.Kind == CharKind)
}

func (e *expr) constInt() (int64, bool) {
	n, ok := e.value.(int64)
	return n, ok && e.kind == constExpr
}
