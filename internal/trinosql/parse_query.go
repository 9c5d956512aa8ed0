package trinosql

import (
	"strconv"
	"strings"
)

// query reads a query with its WITH.
func (p *parser) query() *queryNode {
	p.enter()
	defer p.leave()
	q := &queryNode{position: position(p.tok.start)}
	if p.tryWord("with") {
		q.recursive = p.tryWord("recursive")
		for {
			q.with = append(q.with, p.withItem())
			if !p.tryOp(",") {
				break
			}
		}
	}
	q.body = p.body(0)
	p.queryTail(q)
	return q
}

func (p *parser) withItem() withNode {
	w := withNode{position: position(p.tok.start)}
	w.name, _ = p.name("the name of a query in WITH")
	if p.tok.isOp("(") {
		w.columns = p.names("a column's name")
	}
	p.word("as")
	p.op("(")
	w.query = p.query()
	p.op(")")
	return w
}

// queryTail reads ORDER BY, OFFSET, LIMIT and FETCH.
func (p *parser) queryTail(q *queryNode) {
	if p.tok.is("order") {
		q.order = p.orderBy()
	}
	if p.tryWord("offset") {
		q.offset = p.rowCount(false)
		if !p.tryWord("rows") {
			p.tryWord("row")
		}
	}
	switch {
	case p.tryWord("limit"):
		q.limit = p.rowCount(true)
		if p.tok.is("offset") {
			p.fail(p.tok, CodeSyntax, "mismatched input '%s': OFFSET comes before LIMIT", p.tok.text)
		}
	case p.tok.is("fetch"):
		p.next()
		if !p.tryWord("first") && !p.tryWord("next") {
			p.unexpected("FIRST or NEXT")
		}
		q.fetch = true
		q.limit = &numberOrParam{position: position(p.tok.start), value: 1}
		if p.tok.kind == tokInteger || p.tok.kind == tokParam {
			q.limit = p.rowCount(false)
		}
		if !p.tryWord("row") {
			p.word("rows")
		}
		if !p.tryWord("only") {
			p.word("with")
			p.word("ties")
			q.ties = true
		}
	}
}

// rowCount reads the number after OFFSET, LIMIT or FETCH FIRST.
func (p *parser) rowCount(all bool) *numberOrParam {
	n := &numberOrParam{position: position(p.tok.start)}
	if all && p.tryWord("all") {
		n.all = true
		return n
	}
	v, err := strconv.ParseInt(p.tok.text, 10, 64)
	if p.tok.kind != tokInteger && p.tok.kind != tokParam || err != nil {
		p.unexpected("a number of rows")
	}
	p.next()
	n.value = v
	return n
}

func (p *parser) orderBy() []sortNode {
	p.word("order")
	p.word("by")
	var keys []sortNode
	for {
		k := sortNode{x: p.expr()}
		if !p.tryWord("asc") {
			k.desc = p.tryWord("desc")
		}
		if p.tryWord("nulls") {
			switch {
			case p.tryWord("first"):
				k.nulls = "first"
			case p.tryWord("last"):
				k.nulls = "last"
			default:
				p.unexpected("FIRST or LAST")
			}
		}
		keys = append(keys, k)
		if !p.tryOp(",") {
			return keys
		}
	}
}

// setPrecedence is how tight a set operation binds; 0 is none.
func (p *parser) setPrecedence() int {
	if p.tok.kind != tokIdent {
		return 0
	}
	switch p.tok.lower() {
	case "union", "except":
		return 1
	case "intersect":
		return 2
	}
	return 0
}

// body reads selects joined by set operations that bind tighter than min.
func (p *parser) body(min int) bodyNode {
	return p.bodyAfter(p.bodyPrimary(), min)
}

// bodyAfter reads on where the first operand is read already.
func (p *parser) bodyAfter(left bodyNode, min int) bodyNode {
	for {
		prec := p.setPrecedence()
		if prec <= min {
			return left
		}
		s := &setNode{position: position(p.tok.start), op: p.tok.lower(), l: left}
		p.next()
		if p.tryWord("all") {
			s.all = true
		} else {
			p.tryWord("distinct")
		}
		if p.tok.is("corresponding") {
			p.fail(p.tok, CodeNotSupported, "CORRESPONDING is not supported: name the columns in both queries")
		}
		s.r = p.body(prec)
		left = s
	}
}

func (p *parser) bodyPrimary() bodyNode {
	p.enter()
	defer p.leave()
	at := position(p.tok.start)
	switch {
	case p.tok.is("select"):
		return p.selectBody()
	case p.tryWord("values"):
		v := &valuesNode{position: at}
		for {
			v.rows = append(v.rows, p.expr())
			if !p.tryOp(",") {
				return v
			}
		}
	case p.tok.is("table"):
		p.next()
		return &tableNode{position: at, table: p.tableName()}
	case p.tryOp("("):
		n := &parenNode{position: at, query: p.query()}
		p.op(")")
		return n
	}
	p.onlySelect()
	p.unexpected("SELECT")
	return nil
}

func (p *parser) selectBody() *selectNode {
	s := &selectNode{position: position(p.tok.start)}
	p.word("select")
	if p.tryWord("distinct") {
		s.distinct = true
	} else {
		p.tryWord("all")
	}
	for {
		s.items = append(s.items, p.selectItem())
		if !p.tryOp(",") {
			break
		}
	}
	if p.tok.is("into") {
		p.fail(p.tok, CodeNotSupported, "only SELECT statements are taken, and this is SELECT INTO")
	}
	if p.tryWord("from") {
		for {
			s.from = append(s.from, p.relation())
			if !p.tryOp(",") {
				break
			}
		}
	}
	if p.tryWord("where") {
		s.where = p.expr()
	}
	if p.tok.is("group") {
		s.group = p.groupBy()
	}
	if p.tryWord("having") {
		s.having = p.expr()
	}
	if p.tok.is("window") {
		p.next()
		for {
			w := namedWindow{position: position(p.tok.start)}
			w.name, _ = p.name("a window's name")
			p.word("as")
			w.spec = p.windowSpec()
			s.windows = append(s.windows, w)
			if !p.tryOp(",") {
				break
			}
		}
	}
	return s
}

func (p *parser) selectItem() itemNode {
	it := itemNode{position: position(p.tok.start)}
	if p.tryOp("*") {
		it.star = true
		return it
	}
	it.x = p.expr()
	if d, ok := it.x.(*deref); ok && d.field == "*" && !d.quoted {
		it.star, it.of, it.x = true, d.x, nil
		if p.tryWord("as") {
			it.columns = p.names("a column's name")
		}
		return it
	}
	if p.tryWord("as") {
		it.alias, _ = p.name("a column's name")
	} else if p.implicitAlias() {
		it.alias = p.tok.text
		p.next()
	}
	return it
}

// implicitAlias says whether the token is a name without AS: one that does not begin the
// next clause.
func (p *parser) implicitAlias() bool {
	if !p.tok.isName() {
		return false
	}
	if p.tok.kind == tokQuoted {
		return true
	}
	next := p.peek(0)
	switch p.tok.lower() {
	case "limit", "offset":
		return next.kind == tokEOF || next.isOp(",") || next.isOp(")") || next.isOp(";") || next.is("limit") || next.is("offset") ||
			next.kind == tokIdent && reserved[next.lower()]
	case "fetch":
		return !next.is("first") && !next.is("next")
	case "window":
		return !next.isName() || !p.peek(1).is("as")
	case "tablesample":
		return !next.is("bernoulli") && !next.is("system")
	case "match_recognize":
		return !next.isOp("(")
	}
	return true
}

func (p *parser) groupBy() *groupNode {
	g := &groupNode{position: position(p.tok.start)}
	p.word("group")
	p.word("by")
	if p.tryWord("distinct") {
		g.distinct = true
	} else {
		p.tryWord("all")
	}
	if p.tok.is("auto") && !p.peek(0).isOp(",") && !p.peek(0).isOp(".") {
		p.next()
		g.auto = true
		return g
	}
	for {
		g.elems = append(g.elems, p.groupElem())
		if !p.tryOp(",") {
			return g
		}
	}
}

func (p *parser) groupElem() groupElem {
	e := groupElem{position: position(p.tok.start)}
	switch {
	case p.tryWords("grouping", "sets"):
		e.kind = "sets"
	case p.tok.is("cube") && p.peek(0).isOp("("):
		p.next()
		e.kind = "cube"
	case p.tok.is("rollup") && p.peek(0).isOp("("):
		p.next()
		e.kind = "rollup"
	case p.tok.isOp("(") && p.peek(0).isOp(")"):
		e.kind = "sets"
		e.sets = [][]node{p.groupingSet()}
		return e
	default:
		e.x = p.expr()
		return e
	}
	p.op("(")
	for {
		e.sets = append(e.sets, p.groupingSet())
		if !p.tryOp(",") {
			break
		}
	}
	p.op(")")
	return e
}

// groupingSet reads one set: expressions in parentheses, or one expression.
func (p *parser) groupingSet() []node {
	if p.tok.isOp("(") && p.peek(0).isOp(")") {
		p.next()
		p.next()
		return nil
	}
	x := p.expr()
	if r, ok := x.(*rowNode); ok && r.implicit {
		return r.elems
	}
	return []node{x}
}

// isKeywordAt says whether the token begins a query.
func (p *parser) beginsQuery() bool {
	if p.tok.kind != tokIdent {
		return false
	}
	switch strings.ToLower(p.tok.text) {
	case "select", "with", "values":
		return true
	case "table":
		return p.peek(0).isName()
	}
	return false
}
