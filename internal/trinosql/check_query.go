package trinosql

import (
	"strconv"
	"strings"
)

// query checks a query. outer is what names may mean beside the query's own, and want the
// types that its columns must become, or nil.
func (c *checker) query(n *queryNode, outer *scope, want []Type) *queryIR {
	if c.depth++; c.depth > maxNesting {
		c.fail(n.at(), CodeTooComplex, "the statement nests too deep")
	}
	defer func() { c.depth-- }()
	var with []*withIR
	if len(n.with) > 0 {
		outer = &scope{parent: outer, ctes: make(map[string]*cte), lambda: true}
		for _, w := range n.with {
			with = append(with, c.with(w, n.recursive, outer))
		}
	}
	q := c.body(n.body, outer, n)
	if want != nil {
		q = c.convert(q, want, n.at())
	}
	q.with = append(with, q.with...)
	return q
}

// with checks a query of WITH and makes it known in the scope.
func (c *checker) with(w withNode, recursive bool, s *scope) *withIR {
	key := strings.ToLower(w.name)
	if _, twice := s.ctes[key]; twice {
		c.fail(w.at(), CodeDuplicateQuery, "WITH query name '%s' specified more than once", w.name)
	}
	c.withs++
	out := &withIR{name: "w#" + strconv.Itoa(c.withs)} // no table is called so
	if recursive && c.mentions(w.query, key) {
		c.recursive(w, s, out)
	} else {
		out.query = c.query(w.query, s, nil)
	}
	columns := c.renamed(out.query.columns, w.columns, w.at())
	out.columns = len(columns)
	out.ref = &cte{name: out.name, columns: columns}
	s.ctes[key] = out.ref
	return out
}

// renamed are columns with other names.
func (c *checker) renamed(columns []Column, names []string, at int) []Column {
	out := append([]Column{}, columns...)
	if names == nil {
		return out
	}
	if len(names) != len(out) {
		c.fail(at, CodeAliases, "Column alias list has %d entries but relation has %d columns", len(names), len(out))
	}
	for i, n := range names {
		out[i].Name = n
	}
	return out
}

// mentions says whether a query names a table so.
func (c *checker) mentions(q *queryNode, name string) bool {
	return queryMentions(q, name)
}

// recursive checks a query that refers to itself: an anchor, UNION ALL, and a step.
func (c *checker) recursive(w withNode, s *scope, out *withIR) {
	set, ok := w.query.body.(*setNode)
	if !ok || set.op != "union" || len(w.query.order) > 0 || w.query.limit != nil || w.query.offset != nil || len(w.query.with) > 0 {
		c.fail(w.at(), CodeInvalidRecursion, "a recursive query is an anchor, UNION ALL, and a step that refers to the query")
	}
	if !set.all {
		c.fail(set.at(), CodeNotSupported, "UNION without ALL is not supported in a recursive query")
	}
	if w.columns == nil {
		c.fail(w.at(), Code("MISSING_COLUMN_ALIASES"), "missing column aliases in recursive WITH query")
	}
	if bodyMentions(set.l, strings.ToLower(w.name)) {
		c.fail(set.l.at(), CodeInvalidRecursion, "WITH table name is referenced in the base relation of recursion")
	}
	out.recursive = true
	out.query = c.body(set.l, s, &queryNode{position: position(set.l.at())})
	columns := c.renamed(out.query.columns, w.columns, w.at())
	self := &cte{name: out.name, columns: columns, recursive: out}
	inner := &scope{parent: s, ctes: map[string]*cte{strings.ToLower(w.name): self}, lambda: true}
	step := c.body(set.r, inner, &queryNode{position: position(set.r.at())})
	if self.used != 1 || out.stepRel == "" || step.core == nil || step.core.aggregates || step.core.distinct || !step.core.from.has(out.stepRel) {
		c.fail(set.r.at(), CodeInvalidRecursion, "the step of a recursive query names it once, in its FROM, and neither groups nor removes duplicates")
	}
	types := make([]Type, len(columns))
	for i := range columns {
		types[i] = columns[i].Type
	}
	if len(step.columns) != len(types) {
		c.fail(set.r.at(), CodeTypeMismatch, "base and step relations of recursion have different number of fields: %d, %d", len(types), len(step.columns))
	}
	core := *step.core
	core.project = nil
	for i, x := range step.core.project {
		y, ok := c.coerced(x, types[i])
		if !ok {
			c.fail(set.r.at(), CodeTypeMismatch, "recursion step relation output type (%s) is not coercible to recursion base relation output type (%s) at column %d", x.typ, types[i], i+1)
		}
		core.project = append(core.project, y)
	}
	depth := &expr{kind: columnExpr, typ: Integer, rel: out.stepRel, column: "d"}
	core.project = append(core.project, op(Integer, "CASE WHEN $1 >= $2 THEN $3 ELSE $1 + 1 END", depth, literal(Integer, int64(c.options.MaxRecursion)),
		failure(Integer, CodeNotSupported, "Recursion depth limit exceeded ("+strconv.Itoa(c.options.MaxRecursion)+"): the query refers to itself too often", depth)))
	step.core = &core
	out.step = step
}

// has says whether a relation is one of those that FROM names, and not below a query.
func (r *fromIR) has(alias string) bool {
	switch {
	case r == nil:
		return false
	case r.join != nil:
		return r.join.l.has(alias) || r.join.r.has(alias)
	}
	return r.alias == alias
}

// body checks what is between WITH and ORDER BY, and the ORDER BY, LIMIT and OFFSET of n.
func (c *checker) body(b bodyNode, outer *scope, n *queryNode) *queryIR {
	switch b := b.(type) {
	case *selectNode:
		return c.selectQuery(b, outer, n)
	case *parenNode:
		q := c.query(b.query, outer, nil)
		if n.plain() {
			return q
		}
		return c.ordered(q, outer, n)
	case *tableNode:
		s := &selectNode{position: b.position, items: []itemNode{{position: b.position, star: true}}, from: []relNode{b.table}}
		return c.selectQuery(s, outer, n)
	case *setNode:
		q := c.setQuery(b, outer)
		if n.plain() {
			return q
		}
		return c.ordered(q, outer, n)
	case *valuesNode:
		q := c.valuesQuery(b, outer)
		if n.plain() {
			return q
		}
		return c.ordered(q, outer, n)
	}
	panic("BUG: no such body")
}

// plain says whether a query has neither ORDER BY nor LIMIT nor OFFSET.
func (n *queryNode) plain() bool {
	return len(n.order) == 0 && n.limit == nil && n.offset == nil
}

// ordered puts the ORDER BY, LIMIT and OFFSET of n around a query. It sorts by output
// columns.
func (c *checker) ordered(q *queryIR, outer *scope, n *queryNode) *queryIR {
	rel := c.newRel()
	out := &queryIR{columns: q.columns, limit: -1, core: &coreIR{from: &fromIR{alias: rel, query: q}}}
	s := &scope{parent: outer, noAgg: "ORDER BY"}
	for i, col := range q.columns {
		x := &expr{kind: columnExpr, typ: col.Type, rel: rel, column: "c" + strconv.Itoa(i+1)}
		out.core.project = append(out.core.project, x)
		s.fields = append(s.fields, field{name: col.Name, x: x})
	}
	for _, k := range n.order {
		out.order = append(out.order, c.sortKey(k, s, out.core.project))
	}
	c.limits(out, n)
	return out
}

// limits sets LIMIT and OFFSET.
func (c *checker) limits(q *queryIR, n *queryNode) {
	q.limit = -1
	if n.offset != nil {
		q.offset = n.offset.value
	}
	if n.limit == nil || n.limit.all {
		return
	}
	q.limit = n.limit.value
	if n.fetch && q.limit == 0 {
		c.fail(n.limit.at(), CodeInvalidLimit, "FETCH FIRST row count must be positive (actual value: 0)")
	}
	if n.ties && len(n.order) == 0 {
		c.fail(n.limit.at(), CodeMissingOrderBy, "FETCH FIRST WITH TIES clause requires ORDER BY")
	}
	q.ties = n.ties && len(q.realOrder()) > 0
	if n.ties && !q.ties {
		q.limit = -1 // all rows tie
	}
}

// setQuery checks UNION, EXCEPT or INTERSECT.
func (c *checker) setQuery(n *setNode, outer *scope) *queryIR {
	plain := &queryNode{position: n.position}
	l, r := c.body(n.l, outer, plain), c.body(n.r, outer, plain)
	name := strings.ToUpper(n.op)
	if len(l.columns) != len(r.columns) {
		c.fail(n.at(), CodeTypeMismatch, "%s query has different number of fields: %d, %d", name, len(l.columns), len(r.columns))
	}
	types := make([]Type, len(l.columns))
	for i := range types {
		t, ok := commonType(l.columns[i].Type, r.columns[i].Type)
		if !ok {
			c.fail(n.at(), CodeTypeMismatch, "column %d in %s query has incompatible types: %s, %s", i+1, name, l.columns[i].Type, r.columns[i].Type)
		}
		if !n.all && !isComparable(t) {
			c.fail(n.at(), CodeTypeMismatch, "Type %s is not comparable and therefore cannot be used in %s", t, name)
		}
		types[i] = t
	}
	out := &queryIR{set: &setIR{op: n.op, all: n.all, l: c.convert(l, types, n.at()), r: c.convert(r, types, n.at())}, limit: -1}
	for i, t := range types {
		out.columns = append(out.columns, Column{l.columns[i].Name, t})
	}
	return out
}

// convert makes the columns of a query have these types.
func (c *checker) convert(q *queryIR, types []Type, at int) *queryIR {
	same := true
	for i, t := range types {
		same = same && q.columns[i].Type.Equal(t)
	}
	if same {
		return q
	}
	rel := c.newRel()
	out := &queryIR{limit: -1, core: &coreIR{from: &fromIR{alias: rel, query: q}}}
	for i, t := range types {
		x := &expr{kind: columnExpr, typ: q.columns[i].Type, rel: rel, column: "c" + strconv.Itoa(i+1), at: at}
		y, ok := c.coerced(x, t)
		if !ok {
			c.fail(at, CodeTypeMismatch, "%s does not become %s", x.typ, t)
		}
		out.core.project = append(out.core.project, y)
		out.columns = append(out.columns, Column{q.columns[i].Name, t})
	}
	return out
}

// valuesQuery checks VALUES.
func (c *checker) valuesQuery(n *valuesNode, outer *scope) *queryIR {
	s := &scope{parent: outer, noAgg: "VALUES", lambda: true}
	out := &queryIR{limit: -1}
	var types []Type
	for i, row := range n.rows {
		xs := c.valuesRow(row, s)
		if i == 0 {
			for _, x := range xs {
				types = append(types, x.typ)
			}
		}
		if len(xs) != len(types) {
			c.fail(row.at(), CodeTypeMismatch, "Values rows have mismatched types: a row has %d values, another %d", len(types), len(xs))
		}
		for j, x := range xs {
			t, ok := commonType(types[j], x.typ)
			if !ok {
				c.fail(row.at(), CodeTypeMismatch, "Values rows have mismatched types: %s and %s", types[j], x.typ)
			}
			types[j] = t
		}
		out.values = append(out.values, xs)
	}
	for _, row := range out.values {
		for j := range row {
			row[j] = c.must(row[j], types[j])
		}
	}
	for _, t := range types {
		out.columns = append(out.columns, Column{"", t})
	}
	return out
}

// valuesRow is a row of VALUES: the fields of a row, or one value.
func (c *checker) valuesRow(row node, s *scope) []*expr {
	if r, ok := row.(*rowNode); ok {
		var out []*expr
		for _, e := range r.elems {
			out = append(out, c.expr(e, s))
		}
		return out
	}
	x := c.expr(row, s)
	if x.typ.Kind != RowKind {
		return []*expr{x}
	}
	var out []*expr
	for i := range x.typ.Elems {
		out = append(out, fieldOf(x, i))
	}
	return out
}

// subquery checks a query that stands in an expression.
func (c *checker) subquery(n *queryNode, s *scope) *queryIR {
	return c.query(n, s, nil)
}
