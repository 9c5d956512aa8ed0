package trinosql

import (
	"strconv"
	"strings"
)

// selectQuery checks a SELECT with the ORDER BY and LIMIT of n.
func (c *checker) selectQuery(s *selectNode, outer *scope, n *queryNode) *queryIR {
	from, fields := c.fromList(s.from, outer)
	in := &scope{parent: outer, fields: fields, windows: c.namedWindows(s)}
	core := &coreIR{distinct: s.distinct, from: from}
	q := &queryIR{core: core, limit: -1}
	if s.where != nil {
		core.where = c.condition(s.where, in.without("WHERE clause"), "WHERE clause")
	}
	columns := c.items(s, in, core)
	outputs := make([]field, len(columns))
	for i, col := range columns {
		outputs[i] = field{name: col.Name, x: core.project[i]}
	}
	var having *expr
	if s.having != nil {
		having = c.condition(s.having, in.noWindows("HAVING clause"), "HAVING clause")
	}
	orderScope := *in
	orderScope.outputs = outputs
	for _, k := range n.order {
		q.order = append(q.order, c.sortKey(k, &orderScope, core.project))
	}
	if s.group != nil || having != nil || usesAggregate(core.project) || usesAggregate(sortExprs(q.order)) {
		c.aggregate(s, in, q, having)
	}
	if s.distinct {
		for i, x := range core.project {
			if !isComparable(x.typ) {
				c.fail(s.at(), CodeTypeMismatch, "DISTINCT can only be applied to comparable types (actual: %s)", core.project[i].typ)
			}
		}
		for _, k := range q.realOrder() {
			if q.outputOf(k.x) == 0 {
				c.fail(s.at(), CodeNotInDistinct, "For SELECT DISTINCT, ORDER BY expressions must appear in select list")
			}
		}
	}
	q.columns = columns
	for i := range q.columns {
		q.columns[i].Type = core.project[i].typ
	}
	c.limits(q, n)
	if core.distinct && q.ties {
		return c.tiesOverDistinct(q)
	}
	return q
}

// tiesOverDistinct moves DISTINCT below FETCH FIRST WITH TIES, which adds columns.
func (c *checker) tiesOverDistinct(q *queryIR) *queryIR {
	inner := &queryIR{columns: q.columns, core: q.core, limit: -1, with: q.with}
	rel := c.newRel()
	out := &queryIR{columns: q.columns, limit: q.limit, offset: q.offset, ties: true, core: &coreIR{from: &fromIR{alias: rel, query: inner}}}
	for i, col := range q.columns {
		out.core.project = append(out.core.project, &expr{kind: columnExpr, typ: col.Type, rel: rel, column: "c" + strconv.Itoa(i+1)})
	}
	for _, k := range q.realOrder() {
		k.x = out.core.project[q.outputOf(k.x)-1]
		out.order = append(out.order, k)
	}
	return out
}

// without is the scope where neither aggregates nor windows may stand.
func (s *scope) without(place string) *scope {
	n := *s
	n.noAgg = place
	return &n
}

func (s *scope) noWindows(place string) *scope {
	n := *s
	n.noAgg = "no windows in " + place
	return &n
}

func (c *checker) namedWindows(s *selectNode) map[string]*windowNode {
	out := make(map[string]*windowNode, len(s.windows))
	for _, w := range s.windows {
		key := strings.ToLower(w.name)
		if out[key] != nil {
			c.fail(w.at(), CodeDuplicateWindow, "WINDOW name '%s' specified more than once", w.name)
		}
		out[key] = w.spec
	}
	return out
}

// condition checks an expression that must be a boolean.
func (c *checker) condition(n node, s *scope, place string) *expr {
	x := c.expr(n, s)
	if x.typ.Kind != BooleanKind && x.typ.Kind != UnknownKind {
		c.fail(n.at(), CodeTypeMismatch, "%s must evaluate to a boolean: actual type %s", place, x.typ)
	}
	return c.must(x, Boolean)
}

// items checks the select list, and puts its expressions into core.
func (c *checker) items(s *selectNode, in *scope, core *coreIR) []Column {
	var columns []Column
	add := func(name string, x *expr) {
		columns = append(columns, Column{name, x.typ})
		core.project = append(core.project, x)
	}
	for _, it := range s.items {
		switch {
		case it.star && it.of == nil:
			if len(s.from) == 0 {
				c.fail(it.at(), Code("COLUMN_NOT_FOUND"), "SELECT * not allowed in queries without FROM clause")
			}
			for _, f := range in.fields {
				add(f.name, placed(f.x, it.at()))
			}
		case it.star:
			c.starOf(it, in, add)
		default:
			x := c.expr(it.x, in)
			name := it.alias
			if name == "" {
				name = outputName(it.x)
			}
			add(name, x)
		}
	}
	return columns
}

// outputName is the name of a column that was given none: that of the column or field that
// it is.
func outputName(n node) string {
	switch n := n.(type) {
	case *ident:
		return n.name
	case *deref:
		return n.field
	}
	return ""
}

// starOf adds the columns of a relation, or the fields of a row.
func (c *checker) starOf(it itemNode, in *scope, add func(string, *expr)) {
	var columns []Column
	var exprs []*expr
	if id, ok := it.of.(*ident); ok {
		for _, f := range in.fields {
			if strings.EqualFold(f.rel, id.name) && !f.merged {
				columns = append(columns, Column{f.name, f.x.typ})
				exprs = append(exprs, f.x)
			}
		}
		if columns == nil {
			c.fail(it.of.at(), CodeTableNotFound, "Unable to resolve reference %s", id.name)
		}
	} else {
		x := c.expr(it.of, in)
		if x.typ.Kind != RowKind {
			c.fail(it.of.at(), CodeTypeMismatch, "expected expression of type Row")
		}
		for i, name := range x.typ.Names {
			columns = append(columns, Column{name, x.typ.Elems[i]})
			exprs = append(exprs, fieldOf(x, i))
		}
	}
	columns = c.renamed(columns, it.columns, it.at())
	for i, x := range exprs {
		add(columns[i].Name, x)
	}
}

// sortKey checks a key of ORDER BY. A literal integer is the position of an output.
func (c *checker) sortKey(k sortNode, s *scope, outputs []*expr) sortIR {
	out := sortIR{desc: k.desc, first: k.nulls == "first"}
	if lit, ok := k.x.(*numberLit); ok && lit.kind == tokInteger {
		n, _ := intLit(lit.text)
		if n < 1 || int(n) > len(outputs) {
			c.fail(k.x.at(), CodeInvalidColumn, "ORDER BY position %s is not in select list", lit.text)
		}
		out.x = outputs[n-1]
	} else {
		out.x = c.expr(k.x, s)
	}
	if !isOrderable(out.x.typ) {
		c.fail(k.x.at(), CodeTypeMismatch, "Type %s is not orderable, and therefore cannot be used in ORDER BY", out.x.typ)
	}
	return out
}

func sortExprs(keys []sortIR) []*expr {
	out := make([]*expr, len(keys))
	for i, k := range keys {
		out[i] = k.x
	}
	return out
}

// usesAggregate says whether one of the expressions has an aggregate of this query.
func usesAggregate(xs []*expr) bool {
	found := false
	for _, x := range xs {
		x.walk(func(e *expr) bool {
			if e.kind == aggExpr {
				found = true
			}
			return !found && e.query == nil
		})
	}
	return found
}

// aggregate splits a select in two: one that groups and whose columns are the keys and
// the aggregates, and one over it that computes everything else. So HAVING is the outer
// one's WHERE, and windows see groups.
func (c *checker) aggregate(s *selectNode, in *scope, q *queryIR, having *expr) {
	outer := q.core
	g := &grouping{c: c, rel: c.newRel(), keys: make(map[string]int), aggs: make(map[string]*expr), own: make(map[string]bool)}
	outer.from.relations(g.own)
	inner := &coreIR{from: outer.from, where: outer.where, aggregates: true}
	g.groupBy(s, in, outer.project)
	for _, k := range g.keyExprs {
		inner.project = append(inner.project, k)
	}
	inner.sets = g.sets
	g.inner = inner
	lifted := make([]*expr, len(outer.project))
	for i, x := range outer.project {
		lifted[i] = g.lift(x)
	}
	for i, k := range q.order {
		q.order[i].x = g.lift(k.x)
	}
	out := &coreIR{distinct: outer.distinct, project: lifted}
	if having != nil {
		out.where = g.lift(having)
	}
	out.from = &fromIR{alias: g.rel, query: &queryIR{core: inner, limit: -1, columns: make([]Column, len(inner.project))}}
	if len(inner.project) == 0 {
		// SELECT 1 FROM t GROUP BY (): one row, of which nothing is needed.
		inner.project = []*expr{{kind: aggExpr, typ: Bigint, tmpl: "count(*)", agg: &aggIR{}}}
	}
	q.core = out
}

// relations puts the names of the relations in FROM into a set.
func (r *fromIR) relations(set map[string]bool) {
	switch {
	case r == nil:
	case r.join != nil:
		r.join.l.relations(set)
		r.join.r.relations(set)
	default:
		set[r.alias] = true
	}
}

// A grouping turns expressions over the rows into expressions over the groups.
type grouping struct {
	c        *checker
	rel      string
	inner    *coreIR
	own      map[string]bool // the relations that are grouped
	keyExprs []*expr
	keys     map[string]int   // by text
	aggs     map[string]*expr // by text
	sets     [][]int
	simple   map[int]bool
}

// key is the place of a grouping key, which becomes one if it is none.
func (g *grouping) key(x *expr, at int) int {
	if !isComparable(x.typ) {
		g.c.fail(at, CodeTypeMismatch, "%s is not comparable, and therefore cannot be used in GROUP BY", x.typ)
	}
	if usesAggregate([]*expr{x}) || usesWindow(x) {
		g.c.fail(at, CodeNotScalar, "GROUP BY clause cannot contain aggregations, window functions or grouping operations")
	}
	text := duckText(x)
	if i, ok := g.keys[text]; ok {
		return i
	}
	g.keys[text] = len(g.keyExprs)
	g.keyExprs = append(g.keyExprs, x)
	return len(g.keyExprs) - 1
}

func usesWindow(x *expr) bool {
	found := false
	x.walk(func(e *expr) bool {
		found = found || e.kind == windowExpr
		return !found && e.query == nil
	})
	return found
}

// maxGroupingSets is Trino's bound.
const maxGroupingSets = 2048

// groupBy reads GROUP BY into keys and sets.
func (g *grouping) groupBy(s *selectNode, in *scope, project []*expr) {
	g.sets = [][]int{{}}
	if s.group == nil {
		return
	}
	in = in.without("GROUP BY clause")
	if s.group.auto {
		for _, x := range project {
			if !usesAggregate([]*expr{x}) && !usesWindow(x) {
				g.cross([][]int{{g.key(x, x.at)}}, s.group)
			}
		}
		return
	}
	for _, e := range s.group.elems {
		if e.kind == "" {
			g.cross([][]int{{g.element(e.x, in, project)}}, s.group)
			continue
		}
		sets := make([][]int, len(e.sets))
		for i, set := range e.sets {
			sets[i] = []int{}
			for _, x := range set {
				sets[i] = append(sets[i], g.element(x, in, project))
			}
		}
		g.cross(expandSets(e.kind, sets, g, e), s.group)
	}
	if s.group.distinct {
		g.distinctSets()
	}
}

// element is the place of an expression of GROUP BY, which may be the position of an item.
func (g *grouping) element(n node, in *scope, project []*expr) int {
	if lit, ok := n.(*numberLit); ok && lit.kind == tokInteger {
		i, _ := intLit(lit.text)
		if i < 1 || int(i) > len(project) {
			g.c.fail(n.at(), CodeInvalidColumn, "GROUP BY position %s is not in select list", lit.text)
		}
		return g.key(project[i-1], n.at())
	}
	return g.key(g.c.expr(n, in), n.at())
}

// expandSets makes grouping sets of CUBE and ROLLUP.
func expandSets(kind string, sets [][]int, g *grouping, e groupElem) [][]int {
	switch kind {
	case "rollup":
		var out [][]int
		for n := len(sets); n >= 0; n-- {
			out = append(out, joinSets(sets[:n]))
		}
		return out
	case "cube":
		if len(sets) > 11 {
			g.c.fail(e.at(), Code("TOO_MANY_GROUPING_SETS"), "GROUP BY has more than %d grouping sets", maxGroupingSets)
		}
		var out [][]int
		for mask := 1<<len(sets) - 1; mask >= 0; mask-- {
			var chosen [][]int
			for i := range sets {
				if mask&(1<<(len(sets)-1-i)) != 0 {
					chosen = append(chosen, sets[i])
				}
			}
			out = append(out, joinSets(chosen))
		}
		return out
	}
	return sets
}

func joinSets(sets [][]int) []int {
	out := []int{}
	for _, s := range sets {
		for _, k := range s {
			out = addKey(out, k)
		}
	}
	return out
}

func addKey(set []int, k int) []int {
	for _, have := range set {
		if have == k {
			return set
		}
	}
	return append(set, k)
}

// cross combines the sets so far with those of one more element.
func (g *grouping) cross(sets [][]int, at *groupNode) {
	if len(g.sets)*len(sets) > maxGroupingSets {
		g.c.fail(at.at(), Code("TOO_MANY_GROUPING_SETS"), "GROUP BY has more than %d grouping sets", maxGroupingSets)
	}
	var out [][]int
	for _, a := range g.sets {
		for _, b := range sets {
			out = append(out, joinSets([][]int{a, b}))
		}
	}
	g.sets = out
}

func (g *grouping) distinctSets() {
	seen := make(map[string]bool)
	var out [][]int
	for _, set := range g.sets {
		mark := make([]byte, len(g.keyExprs))
		for _, k := range set {
			mark[k] = 1
		}
		if !seen[string(mark)] {
			seen[string(mark)] = true
			out = append(out, set)
		}
	}
	g.sets = out
}

// column is a column of the grouped relation.
func (g *grouping) column(i int, t Type, at int) *expr {
	return &expr{kind: columnExpr, typ: t, rel: g.rel, column: "c" + strconv.Itoa(i+1), at: at}
}

// lift makes an expression over groups of one over rows. What is neither a key nor made of
// keys and aggregates is an error.
func (g *grouping) lift(x *expr) *expr {
	return x.rewrite(func(e *expr) *expr {
		if e.kind == constExpr {
			return e
		}
		if e.kind == aggExpr {
			if e.agg.grouping {
				return g.groupingCall(e)
			}
			return g.aggColumn(e)
		}
		if k := g.keyOrColumn(e); k != nil || e.query == nil {
			return k
		}
		// Aggregates in a query below are that query's own.
		n := *e
		n.args = nil
		for _, a := range e.args {
			n.args = append(n.args, g.lift(a))
		}
		n.query = e.query.rewrite(g.keyOrColumn)
		return &n
	})
}

// keyOrColumn is what a grouping key is over groups, nil for what is none. A column that is
// none is an error.
func (g *grouping) keyOrColumn(e *expr) *expr {
	if e.kind == constExpr {
		return e
	}
	if i, ok := g.keys[duckText(e)]; ok && !e.volatile {
		return g.column(i, e.typ, e.at)
	}
	if e.kind == columnExpr && g.own[e.rel] {
		g.c.fail(e.at, CodeNotAggregate, "'%s' must be an aggregate expression or appear in GROUP BY clause", g.c.textAt(e.at))
	}
	return nil
}

func (g *grouping) aggColumn(e *expr) *expr {
	text := duckText(e)
	if have, ok := g.aggs[text]; ok {
		return have
	}
	g.inner.project = append(g.inner.project, e)
	col := g.column(len(g.inner.project)-1, e.typ, e.at)
	g.aggs[text] = col
	return col
}

// groupingCall is GROUPING(...): its arguments have to be keys.
func (g *grouping) groupingCall(e *expr) *expr {
	for _, a := range e.args {
		if len(g.keys) == 0 {
			g.c.fail(e.at, Code("MISSING_GROUP_BY"), "A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY clause")
		}
		if _, ok := g.keys[duckText(a)]; !ok {
			g.c.fail(e.at, CodeNotAggregate, "'%s' must appear in GROUP BY clause", g.c.textAt(a.at))
		}
	}
	if len(g.sets) == 1 {
		return literal(Integer, int64(0))
	}
	return g.aggColumn(e)
}

// textAt is the word of the statement at an offset, for messages.
func (c *checker) textAt(at int) string {
	rest := c.lex.text[min(at, len(c.lex.text)):]
	end := 0
	for end < len(rest) && (isIdentPart(rest[end]) || rest[end] == '.' || rest[end] == '"') {
		end++
	}
	if strings.HasPrefix(rest, "*") {
		return "*"
	}
	if end == 0 {
		return "an expression"
	}
	return rest[:end]
}
