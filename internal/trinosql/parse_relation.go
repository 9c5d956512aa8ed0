package trinosql

import (
	"regexp"
	"strings"
)

// relation reads a relation with its joins.
func (p *parser) relation() relNode {
	p.enter()
	defer p.leave()
	return p.joins(p.sampled())
}

// joins reads the joins that follow a relation, which are left-associative.
func (p *parser) joins(left relNode) relNode {
	for {
		j := &joinRel{position: position(p.tok.start), l: left}
		switch {
		case p.tryWords("cross", "join"):
			j.kind = "cross"
			j.r = p.sampled()
			left = j
			continue
		case p.tok.is("natural"):
			p.next()
			j.natural = true
		}
		if !p.joinKind(j) {
			if j.natural {
				p.unexpected("JOIN")
			}
			return left
		}
		if j.natural {
			j.r = p.sampled()
			left = j
			continue
		}
		// ON may come after a join on the right: a JOIN b JOIN c ON ... ON ...
		j.r = p.relation1()
		switch {
		case p.tryWord("on"):
			j.on = p.expr()
		case p.tok.is("using"):
			p.next()
			j.using = p.names("a column's name")
		default:
			p.unexpected("ON or USING")
		}
		left = j
	}
}

// relation1 reads the right side of a join. Joins that follow belong to it as long as
// each has a condition of its own left over for this one.
func (p *parser) relation1() relNode {
	p.enter()
	defer p.leave()
	right := p.sampled()
	for !p.tok.is("on") && !p.tok.is("using") {
		before := p.tok.start
		right = p.joinOnce(right)
		if p.tok.start == before {
			return right
		}
	}
	return right
}

// joinOnce reads one join after left, or nothing.
func (p *parser) joinOnce(left relNode) relNode {
	j := &joinRel{position: position(p.tok.start), l: left}
	if p.tryWords("cross", "join") {
		j.kind = "cross"
		j.r = p.sampled()
		return j
	}
	if p.tok.is("natural") {
		p.next()
		j.natural = true
	}
	if !p.joinKind(j) {
		return left
	}
	if j.natural {
		j.r = p.sampled()
		return j
	}
	j.r = p.relation1()
	switch {
	case p.tryWord("on"):
		j.on = p.expr()
	case p.tok.is("using"):
		p.next()
		j.using = p.names("a column's name")
	default:
		p.unexpected("ON or USING")
	}
	return j
}

// joinKind reads up to JOIN, if there is a join.
func (p *parser) joinKind(j *joinRel) bool {
	switch {
	case p.tryWord("join"), p.tryWords("inner", "join"):
		j.kind = "inner"
		return true
	}
	for _, kind := range []string{"left", "right", "full"} {
		if p.tryWords(kind, "join") || p.tryWords(kind, "outer", "join") {
			j.kind = kind
			return true
		}
	}
	return false
}

// sampled reads a relation with its alias and its sample.
func (p *parser) sampled() relNode {
	r := p.aliased(p.relationPrimary())
	if p.tok.is("tablesample") {
		s := &sampleRel{position: position(p.tok.start), rel: r}
		p.next()
		s.method = p.tok.lower()
		if !p.tryWord("bernoulli") && !p.tryWord("system") {
			p.unexpected("BERNOULLI or SYSTEM")
		}
		p.op("(")
		s.x = p.expr()
		p.op(")")
		return s
	}
	return r
}

func (p *parser) aliased(r relNode) relNode {
	if p.tok.is("match_recognize") && p.peek(0).isOp("(") {
		p.fail(p.tok, CodeNotSupported, "MATCH_RECOGNIZE is not supported: use window functions")
	}
	if p.tok.is("for") && (p.peek(0).is("version") || p.peek(0).is("timestamp")) {
		p.fail(p.tok, CodeNotSupported, "earlier versions of an event data store cannot be queried")
	}
	a := &aliasRel{position: position(p.tok.start), rel: r}
	switch {
	case p.tryWord("as"):
		a.alias, _ = p.name("an alias")
	case p.implicitAlias():
		a.alias = p.tok.text
		p.next()
	default:
		return r
	}
	if p.tok.isOp("(") {
		a.columns = p.names("a column's name")
	}
	return a
}

func (p *parser) relationPrimary() relNode {
	at := position(p.tok.start)
	switch {
	case p.tok.is("lateral") && p.peek(0).isOp("("):
		p.next()
		p.op("(")
		q := &queryRel{position: at, lateral: true, query: p.query()}
		p.op(")")
		return q
	case p.tok.is("unnest"):
		return p.unnest()
	case p.tok.is("table") && p.peek(0).isOp("("):
		p.fail(p.tok, CodeNotSupported, "table functions are not supported: for numbers use UNNEST(sequence(...))")
	case p.tok.is("json_table"):
		p.fail(p.tok, CodeNotSupported, "JSON_TABLE is not supported: use UNNEST(CAST(json_extract(...) AS ARRAY(JSON)))")
	case p.tok.isOp("("):
		return p.parenRelation()
	}
	return p.tableName()
}

func (p *parser) unnest() relNode {
	u := &unnestRel{position: position(p.tok.start)}
	p.next()
	p.op("(")
	for {
		u.exprs = append(u.exprs, p.expr())
		if !p.tryOp(",") {
			break
		}
	}
	p.op(")")
	u.ordinality = p.tryWords("with", "ordinality")
	return u
}

// parenRelation reads a query or a relation in parentheses. What begins with a second
// parenthesis is known only after that one is read, so a query in parentheses that a set
// operation or an ORDER BY follows becomes the first operand of a longer one.
func (p *parser) parenRelation() relNode {
	p.enter()
	defer p.leave()
	at := position(p.tok.start)
	p.op("(")
	if p.beginsQuery() {
		q := &queryRel{position: at, query: p.query()}
		p.op(")")
		return q
	}
	r := p.relation()
	if q, ok := r.(*queryRel); ok && !q.lateral && p.continuesQuery() {
		whole := p.queryAfter(q.position, q.query)
		p.op(")")
		return &queryRel{position: at, query: whole}
	}
	p.op(")")
	if q, ok := r.(*queryRel); ok && !q.lateral {
		return &queryRel{position: at, query: q.query}
	}
	return &parenRel{position: at, rel: r}
}

// continuesQuery says whether the token goes on with a query whose first operand was in
// parentheses.
func (p *parser) continuesQuery() bool {
	return p.setPrecedence() > 0 || p.tok.is("order") || p.tok.is("limit") || p.tok.is("offset") || p.tok.is("fetch")
}

// queryAfter reads on with a query whose first operand, in parentheses, is read.
func (p *parser) queryAfter(at position, first *queryNode) *queryNode {
	q := &queryNode{position: at}
	q.body = p.bodyAfter(&parenNode{position: at, query: first}, 0)
	p.queryTail(q)
	return q
}

// storeID is an event data store's id as it may stand in FROM without quotes: words of
// letters and digits with dashes between.
var storeID = regexp.MustCompile(`^[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)+`)

// tableName reads the name of a table: an event data store's id with or without quotes,
// its ARN in quotes, $EDS_ID, or a query of WITH.
func (p *parser) tableName() *tableRel {
	t := &tableRel{position: position(p.tok.start)}
	if id := storeID.FindString(p.lex.text[p.tok.start:]); id != "" && p.tok.kind != tokQuoted && p.tok.kind != tokString {
		p.reread(len(id))
		t.name = id
		return t
	}
	switch {
	case p.tok.kind == tokParam:
		t.name = p.tok.text
		p.next()
	case p.tok.kind == tokString:
		p.fail(p.tok, CodeSyntax, "an event data store's name is written in double quotes, not in single ones")
	default:
		t.name, _ = p.name("the id of an event data store")
	}
	if p.tok.isOp(".") {
		p.fail(p.tok, CodeNotSupported, "catalogs and schemas are not supported: an event data store is named by its id alone")
	}
	if p.tok.isOp("(") {
		p.fail(p.tok, CodeNotSupported, "%s is a function, and no event data store: only event data stores, UNNEST, VALUES and queries stand in FROM", strings.ToLower(t.name))
	}
	return t
}

// reread makes the n bytes from the current token on one token that is read.
func (p *parser) reread(n int) {
	p.ahead = nil
	p.last = token{kind: tokIdent, start: p.tok.start, end: p.tok.start + n}
	p.tok = p.lex.scan(p.tok.start + n)
}
