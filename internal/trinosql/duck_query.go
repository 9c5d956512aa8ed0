package trinosql

import (
	"strconv"
	"strings"
)

// query writes a query whose columns are c1, c2, ...
func (p *duckPrinter) query(q *queryIR) {
	p.with(q.with)
	if q.ties {
		p.tiesQuery(q)
		return
	}
	switch {
	case q.core != nil:
		p.core(q.core)
	case q.set != nil:
		p.setOperand(q.set.l)
		p.put(" ", strings.ToUpper(q.set.op), ifText(q.set.all, " ALL ", " "))
		p.setOperand(q.set.r)
	default:
		p.values(q)
	}
	p.tail(q)
}

func (p *duckPrinter) with(list []*withIR) {
	for i, w := range list {
		if i == 0 {
			p.put("WITH ")
			for _, r := range list {
				if r.recursive {
					p.put("RECURSIVE ")
					break
				}
			}
		} else {
			p.put(", ")
		}
		// What is read once is better computed with what its reader asks for.
		p.put(quoteIdent(w.name), ifText(!w.recursive && w.ref.used == 1, " AS NOT MATERIALIZED (", " AS ("))
		if !w.recursive {
			p.query(w.query)
		} else {
			p.recursive(w)
		}
		p.put(")")
	}
	if len(list) > 0 {
		p.put(" ")
	}
}

// recursive writes a query that refers to itself. Its depth goes along in a column d.
func (p *duckPrinter) recursive(w *withIR) {
	p.put("SELECT *, 0 AS \"d\" FROM (")
	p.query(w.query)
	p.put(") UNION ALL (")
	p.query(w.step)
	p.put(")")
}

func (p *duckPrinter) setOperand(q *queryIR) {
	p.put("(")
	p.query(q)
	p.put(")")
}

// core writes a SELECT.
func (p *duckPrinter) core(c *coreIR) {
	p.put("SELECT ", ifText(c.distinct, "DISTINCT ", ""))
	for i, x := range c.project {
		if i > 0 {
			p.put(", ")
		}
		p.expr(x)
		p.put(" AS \"c", strconv.Itoa(i+1), "\"")
	}
	if c.from != nil {
		p.put(" FROM ")
		p.from(c.from)
	}
	if c.where != nil {
		p.put(" WHERE ")
		p.expr(c.where)
	}
	if !c.aggregates || len(c.sets) == 1 && len(c.sets[0]) == 0 {
		return
	}
	p.put(" GROUP BY ")
	if len(c.sets) == 1 {
		p.keys(c, c.sets[0])
		return
	}
	p.put("GROUPING SETS (")
	for i, set := range c.sets {
		if i > 0 {
			p.put(", ")
		}
		p.put("(")
		p.keys(c, set)
		p.put(")")
	}
	p.put(")")
}

func (p *duckPrinter) keys(c *coreIR, set []int) {
	for i, k := range set {
		if i > 0 {
			p.put(", ")
		}
		p.key(c.project[k])
	}
}

// key writes a key so that a literal is not taken for a position.
func (p *duckPrinter) key(x *expr) {
	if x.kind == constExpr {
		p.put("CAST(")
		p.expr(x)
		p.put(" AS ", duckType(x.typ), ")")
		return
	}
	p.expr(x)
}

// values writes rows.
func (p *duckPrinter) values(q *queryIR) {
	p.put("SELECT ")
	for i := range q.columns {
		if i > 0 {
			p.put(", ")
		}
		c := "c" + strconv.Itoa(i+1)
		p.put("\"", c, "\"")
	}
	p.put(" FROM (VALUES ")
	for i, row := range q.values {
		if i > 0 {
			p.put(", ")
		}
		p.put("(")
		p.joined(row, ", ")
		p.put(")")
	}
	p.put(") AS \"v\"(")
	for i := range q.columns {
		if i > 0 {
			p.put(", ")
		}
		p.put("\"c", strconv.Itoa(i+1), "\"")
	}
	p.put(")")
}

func (p *duckPrinter) tail(q *queryIR) {
	if keys := q.realOrder(); len(keys) > 0 {
		p.put(" ORDER BY ")
		for i, k := range keys {
			if i > 0 {
				p.put(", ")
			}
			if n := q.outputOf(k.x); n > 0 {
				p.put(strconv.Itoa(n))
			} else {
				p.expr(k.x)
			}
			p.put(ifText(k.desc, " DESC", " ASC"), ifText(k.first, " NULLS FIRST", " NULLS LAST"))
		}
	}
	if q.limit >= 0 {
		p.put(" LIMIT ", strconv.FormatInt(q.limit, 10))
	}
	if q.offset > 0 {
		p.put(" OFFSET ", strconv.FormatInt(q.offset, 10))
	}
}

// realOrder are the keys that order something: a literal does not.
func (q *queryIR) realOrder() []sortIR {
	var out []sortIR
	for _, k := range q.order {
		if k.x.kind != constExpr {
			out = append(out, k)
		}
	}
	return out
}

// outputOf is the position, from 1, of the output column that is the same expression; 0 if
// there is none.
func (q *queryIR) outputOf(x *expr) int {
	if q.core == nil || x.volatile {
		return 0
	}
	for i, o := range q.core.project {
		if o == x {
			return i + 1
		}
	}
	text := duckText(x)
	for i, o := range q.core.project {
		if o.kind == x.kind && duckText(o) == text {
			return i + 1
		}
	}
	return 0
}

// tiesQuery writes FETCH FIRST n ROWS WITH TIES, for which DuckDB has no words: the rows
// whose rank is at most n.
func (p *duckPrinter) tiesQuery(q *queryIR) {
	inner := *q
	inner.with, inner.ties, inner.limit = nil, false, -1
	core := *q.core
	core.project = append([]*expr{}, core.project...)
	n := len(core.project)
	for _, k := range q.order {
		core.project = append(core.project, k.x)
	}
	inner.core = &core
	p.put("SELECT * EXCLUDE (\"k\"")
	for i := range q.order {
		p.put(", \"c", strconv.Itoa(n+i+1), "\"")
	}
	p.put(") FROM (SELECT *, rank() OVER (ORDER BY ")
	for i, k := range q.order {
		p.put(ifText(i > 0, ", ", ""), "\"c", strconv.Itoa(n+i+1), "\"",
			ifText(k.desc, " DESC", " ASC"), ifText(k.first, " NULLS FIRST", " NULLS LAST"))
	}
	p.put(") AS \"k\" FROM (")
	p.query(&inner)
	p.put(")) WHERE \"k\" <= ", strconv.FormatInt(q.limit, 10), " ORDER BY \"k\"")
}

// from writes a relation.
func (p *duckPrinter) from(r *fromIR) {
	switch {
	case r.join != nil:
		p.join(r.join)
		return
	case r.table != "":
		if p.table == nil {
			p.put(quoteIdent(r.table))
			break
		}
		text := p.table(r.table)
		p.given += len(text)
		p.put(text)
	case r.cte != "":
		p.put(quoteIdent(r.cte))
	case r.query != nil:
		p.put(ifText(r.lateral, "LATERAL ", ""), "(")
		p.query(r.query)
		p.put(")")
	default:
		p.unnest(r)
	}
	p.put(" AS ", quoteIdent(r.alias))
	if r.sample != nil {
		p.put(" TABLESAMPLE ", strconv.FormatFloat(*r.sample, 'f', -1, 64), "% (", ifText(r.system, "SYSTEM", "BERNOULLI"), ")")
	}
}

// join writes a join in parentheses, so that its shape is its own.
func (p *duckPrinter) join(j *joinIR) {
	p.put("(")
	p.from(j.l)
	switch {
	case j.kind == "cross":
		p.put(" CROSS JOIN ")
		p.from(j.r)
	default:
		p.put(" ", strings.ToUpper(j.kind), " JOIN ")
		p.from(j.r)
		p.put(" ON ")
		if j.on == nil {
			p.put("true")
		} else {
			p.expr(j.on)
		}
	}
	p.put(")")
}

// unnest writes the elements of arrays side by side; the shorter ones are filled with
// NULL, which is what DuckDB does as well.
func (p *duckPrinter) unnest(r *fromIR) {
	p.put(ifText(r.lateral, "LATERAL ", ""), "(SELECT ")
	for i, x := range r.unnest.lists {
		if i > 0 {
			p.put(", ")
		}
		p.put("unnest(")
		p.expr(x)
		p.put(") AS \"e", strconv.Itoa(i+1), "\"")
	}
	if r.unnest.ordinality {
		p.put(", unnest(range(1, 1 + greatest(0")
		for _, x := range r.unnest.lists {
			p.put(", len(")
			p.expr(x)
			p.put(")")
		}
		p.put("))) AS \"o\"")
	}
	p.put(")")
}
