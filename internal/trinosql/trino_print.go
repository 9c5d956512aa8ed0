package trinosql

import (
	"strconv"
	"strings"
)

// Trino is the statement as Trino understands it. from gives what stands in FROM for a
// table, by its [Table.Name]: a quoted name, or a query in parentheses. What CloudTrail
// Lake takes and Trino does not is written so that Trino takes it.
func (c *Checked) Trino(from func(table string) string) string {
	p := &trinoPrinter{checked: c, from: from}
	p.query(c.stmt.query)
	return p.b.String()
}

// String is the statement written anew, with all parentheses that it could have.
func (s *Statement) String() string {
	p := &trinoPrinter{}
	p.query(s.query)
	return p.b.String()
}

// A trinoPrinter writes the tree that was parsed.
type trinoPrinter struct {
	b       strings.Builder
	checked *Checked
	from    func(table string) string
}

func (p *trinoPrinter) put(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
}

func (p *trinoPrinter) query(q *queryNode) {
	for i, w := range q.with {
		p.put(ifText(i > 0, ", ", ifText(q.recursive, "WITH RECURSIVE ", "WITH ")), quoteIdent(w.name))
		p.columns(w.columns)
		p.put(" AS (")
		p.query(w.query)
		p.put(")")
	}
	if len(q.with) > 0 {
		p.put(" ")
	}
	p.body(q.body)
	p.orderBy(" ", q.order)
	if q.offset != nil {
		p.put(" OFFSET ", strconv.FormatInt(q.offset.value, 10))
	}
	switch n := q.limit; {
	case n == nil:
	case q.fetch:
		p.put(" FETCH FIRST ", strconv.FormatInt(n.value, 10), " ROWS ", ifText(q.ties, "WITH TIES", "ONLY"))
	case n.all:
		p.put(" LIMIT ALL")
	default:
		p.put(" LIMIT ", strconv.FormatInt(n.value, 10))
	}
}

func (p *trinoPrinter) columns(names []string) {
	for i, n := range names {
		p.put(ifText(i == 0, " (", ", "), quoteIdent(n))
	}
	if len(names) > 0 {
		p.put(")")
	}
}

func (p *trinoPrinter) body(b bodyNode) {
	switch b := b.(type) {
	case *selectNode:
		p.selectBody(b)
	case *setNode:
		p.operand(b.l)
		p.put(" ", strings.ToUpper(b.op), ifText(b.all, " ALL ", " "))
		p.operand(b.r)
	case *valuesNode:
		p.put("VALUES ")
		p.list(b.rows)
	case *tableNode:
		p.put("SELECT * FROM ")
		p.relation(b.table)
	case *parenNode:
		p.put("(")
		p.query(b.query)
		p.put(")")
	}
}

// operand writes an operand of a set operation in parentheses, unless it has them.
func (p *trinoPrinter) operand(b bodyNode) {
	if _, ok := b.(*parenNode); ok {
		p.body(b)
		return
	}
	p.put("(")
	p.body(b)
	p.put(")")
}

func (p *trinoPrinter) selectBody(s *selectNode) {
	p.put("SELECT ", ifText(s.distinct, "DISTINCT ", ""))
	for i, it := range s.items {
		p.put(ifText(i > 0, ", ", ""))
		switch {
		case it.star && it.of == nil:
			p.put("*")
		case it.star:
			p.expr(it.of)
			p.put(".*")
			if it.columns != nil {
				p.put(" AS")
				p.columns(it.columns)
			}
		default:
			p.expr(it.x)
			if it.alias != "" {
				p.put(" AS ", quoteIdent(it.alias))
			}
		}
	}
	for i, r := range s.from {
		p.put(ifText(i == 0, " FROM ", ", "))
		p.relation(r)
	}
	if s.where != nil {
		p.put(" WHERE ")
		p.expr(s.where)
	}
	if s.group != nil {
		p.group(s.group)
	}
	if s.having != nil {
		p.put(" HAVING ")
		p.expr(s.having)
	}
	for i, w := range s.windows {
		p.put(ifText(i == 0, " WINDOW ", ", "), quoteIdent(w.name), " AS ")
		p.window(w.spec)
	}
}

func (p *trinoPrinter) group(g *groupNode) {
	p.put(" GROUP BY ", ifText(g.distinct, "DISTINCT ", ""), ifText(g.auto, "AUTO", ""))
	for i, e := range g.elems {
		p.put(ifText(i > 0, ", ", ""))
		if e.kind == "" {
			p.expr(e.x)
			continue
		}
		p.put(map[string]string{"sets": "GROUPING SETS (", "cube": "CUBE (", "rollup": "ROLLUP ("}[e.kind])
		for j, set := range e.sets {
			p.put(ifText(j > 0, ", ", ""), "(")
			p.list(set)
			p.put(")")
		}
		p.put(")")
	}
}

func (p *trinoPrinter) orderBy(before string, keys []sortNode) {
	for i, k := range keys {
		p.put(ifText(i == 0, before+"ORDER BY ", ", "))
		p.expr(k.x)
		p.put(ifText(k.desc, " DESC", ""))
		if k.nulls != "" {
			p.put(" NULLS ", strings.ToUpper(k.nulls))
		}
	}
}

func (p *trinoPrinter) relation(r relNode) {
	switch r := r.(type) {
	case *tableRel:
		p.table(r, true)
	case *queryRel:
		p.put(ifText(r.lateral, "LATERAL (", "("))
		p.query(r.query)
		p.put(")")
	case *unnestRel:
		p.put("UNNEST(")
		p.list(r.exprs)
		p.put(")", ifText(r.ordinality, " WITH ORDINALITY", ""))
	case *parenRel:
		p.put("(")
		p.relation(r.rel)
		p.put(")")
	case *aliasRel:
		if t, ok := r.rel.(*tableRel); ok {
			p.table(t, false)
		} else {
			p.relation(r.rel)
		}
		p.put(" AS ", quoteIdent(r.alias))
		p.columns(r.columns)
	case *sampleRel:
		p.relation(r.rel)
		p.put(" TABLESAMPLE ", strings.ToUpper(r.method), " (")
		p.expr(r.x)
		p.put(")")
	case *joinRel:
		p.join(r)
	}
}

// table writes a table. alias gives it the name by which the statement's columns call it.
func (p *trinoPrinter) table(t *tableRel, alias bool) {
	if p.checked == nil {
		p.put(quoteIdent(t.name))
		return
	}
	table, ok := p.checked.refs[t]
	if !ok {
		p.put(quoteIdent(t.name)) // a query of WITH
		return
	}
	p.put(p.from(table.Name))
	if alias {
		p.put(" AS ", quoteIdent(t.name))
	}
}

func (p *trinoPrinter) join(j *joinRel) {
	p.relation(j.l)
	kind := strings.ToUpper(j.kind)
	p.put(ifText(j.natural, " NATURAL", ""), " ", kind, " JOIN ")
	if _, nested := j.r.(*joinRel); nested {
		p.put("(")
		p.relation(j.r)
		p.put(")")
	} else {
		p.relation(j.r)
	}
	if j.on != nil {
		p.put(" ON ")
		p.expr(j.on)
	}
	if j.using != nil {
		p.put(" USING")
		p.columns(j.using)
	}
}

func (p *trinoPrinter) list(xs []node) {
	for i, x := range xs {
		p.put(ifText(i > 0, ", ", ""))
		if _, ok := x.(*lambda); ok {
			p.plain(x)
		} else {
			p.expr(x)
		}
	}
}

func (p *trinoPrinter) window(w *windowNode) {
	if w.onlyName {
		p.put(quoteIdent(w.name))
		return
	}
	p.put("(")
	if w.name != "" {
		p.put(quoteIdent(w.name), " ")
	}
	if w.partition != nil {
		p.put("PARTITION BY ")
		p.list(w.partition)
		p.put(" ")
	}
	p.orderBy("", w.order)
	if f := w.frame; f != nil {
		p.put(" ", strings.ToUpper(f.unit), " ")
		if f.hasEnd {
			p.put("BETWEEN ")
			p.bound(f.start)
			p.put(" AND ")
			p.bound(f.end)
		} else {
			p.bound(f.start)
		}
	}
	p.put(")")
}

func (p *trinoPrinter) bound(b boundNode) {
	if b.value != nil {
		p.expr(b.value)
		p.put(" ")
	}
	p.put(strings.ToUpper(b.kind))
}
