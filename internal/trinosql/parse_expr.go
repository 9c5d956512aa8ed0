package trinosql

import (
	"regexp"
	"strings"
)

// expr reads an expression: OR binds least.
func (p *parser) expr() node {
	p.enter()
	defer p.leave()
	left := p.and()
	for p.tok.is("or") {
		at := position(p.tok.start)
		p.next()
		left = &infix{position: at, op: "or", l: left, r: p.and()}
	}
	return left
}

func (p *parser) and() node {
	left := p.not()
	for p.tok.is("and") {
		at := position(p.tok.start)
		p.next()
		left = &infix{position: at, op: "and", l: left, r: p.not()}
	}
	return left
}

func (p *parser) not() node {
	if p.tok.is("not") {
		p.enter()
		defer p.leave()
		at := position(p.tok.start)
		p.next()
		return &unary{position: at, op: "not", x: p.not()}
	}
	return p.predicate()
}

// predicate reads a value and at most one comparison after it.
func (p *parser) predicate() node {
	x := p.value()
	at := position(p.tok.start)
	if p.tok.kind == tokOp {
		switch op := p.tok.text; op {
		case "=", "<>", "!=", "<", "<=", ">", ">=":
			p.next()
			if op == "!=" {
				op = "<>"
			}
			return p.comparison(at, op, x)
		}
		return x
	}
	switch {
	case p.tok.is("is"):
		return p.isPredicate(x)
	case p.tok.is("not") && (p.peek(0).is("between") || p.peek(0).is("in") || p.peek(0).is("like")):
		p.next()
		return p.notable(at, x, true)
	case p.tok.is("between"), p.tok.is("in"), p.tok.is("like"):
		return p.notable(at, x, false)
	}
	return x
}

func (p *parser) comparison(at position, op string, x node) node {
	all := p.tok.is("all")
	if (all || p.tok.is("any") || p.tok.is("some")) && p.peek(0).isOp("(") && p.peekBeginsQuery(1) {
		p.next()
		p.op("(")
		q := p.query()
		p.op(")")
		return &quantified{position: at, op: op, all: all, x: x, query: q}
	}
	return &infix{position: at, op: op, l: x, r: p.value()}
}

// peekBeginsQuery says whether a query begins n tokens on, perhaps in parentheses.
func (p *parser) peekBeginsQuery(n int) bool {
	for n < maxNesting && p.peek(n).isOp("(") {
		n++
	}
	t := p.peek(n)
	return t.is("select") || t.is("with") || t.is("values") || t.is("table")
}

func (p *parser) isPredicate(x node) node {
	at := position(p.tok.start)
	p.word("is")
	not := p.tryWord("not")
	if p.tryWord("null") {
		return &isNull{position: at, not: not, x: x}
	}
	if p.tok.is("true") || p.tok.is("false") || p.tok.is("unknown") || p.tok.is("json") {
		p.fail(p.tok, CodeSyntax, "mismatched input '%s': expected NULL or DISTINCT FROM", p.tok.text)
	}
	p.word("distinct")
	p.word("from")
	return &isDistinct{position: at, not: not, l: x, r: p.value()}
}

// notable reads a predicate that may have NOT before it.
func (p *parser) notable(at position, x node, not bool) node {
	switch {
	case p.tryWord("between"):
		lo := p.value()
		p.word("and")
		return &between{position: at, not: not, x: x, lo: lo, hi: p.value()}
	case p.tryWord("like"):
		l := &like{position: at, not: not, x: x, pattern: p.value()}
		if p.tryWord("escape") {
			l.escape = p.value()
		}
		return l
	}
	p.word("in")
	open := p.tok
	p.op("(")
	if p.beginsQuery() {
		q := p.query()
		p.op(")")
		return &inQuery{position: at, not: not, x: x, query: q}
	}
	var list []node
	for {
		list = append(list, p.expr())
		if !p.tryOp(",") {
			break
		}
	}
	p.op(")")
	// A query in more parentheses than one is still a query.
	if s, ok := list[0].(*subquery); ok && len(list) == 1 && p.lex.at(open.end) == '(' {
		return &inQuery{position: at, not: not, x: x, query: s.query}
	}
	return &inList{position: at, not: not, x: x, list: list}
}

// value reads an expression of values: || binds least.
func (p *parser) value() node {
	p.enter()
	defer p.leave()
	left := p.sum()
	for p.tok.isOp("||") {
		at := position(p.tok.start)
		p.next()
		left = &infix{position: at, op: "||", l: left, r: p.sum()}
	}
	return left
}

func (p *parser) sum() node {
	left := p.product()
	for p.tok.isOp("+") || p.tok.isOp("-") {
		at, op := position(p.tok.start), p.tok.text
		p.next()
		left = &infix{position: at, op: op, l: left, r: p.product()}
	}
	return left
}

func (p *parser) product() node {
	left := p.signed()
	for p.tok.isOp("*") || p.tok.isOp("/") || p.tok.isOp("%") {
		at, op := position(p.tok.start), p.tok.text
		p.next()
		left = &infix{position: at, op: op, l: left, r: p.signed()}
	}
	return left
}

func (p *parser) signed() node {
	if p.tok.isOp("-") || p.tok.isOp("+") {
		p.enter()
		defer p.leave()
		at, op := position(p.tok.start), p.tok.text
		p.next()
		return &unary{position: at, op: op, x: p.signed()}
	}
	return p.zoned()
}

func (p *parser) zoned() node {
	x := p.postfix(p.primary())
	for p.tok.is("at") && p.peek(0).is("time") && p.peek(1).is("zone") {
		at := position(p.tok.start)
		p.tryWords("at", "time", "zone")
		x = &atTimeZone{position: at, x: x, zone: p.postfix(p.primary())}
	}
	return x
}

// postfix reads subscripts and fields.
func (p *parser) postfix(x node) node {
	for {
		at := position(p.tok.start)
		switch {
		case p.tryOp("["):
			x = &subscript{position: at, x: x, index: p.value()}
			p.op("]")
		case p.tok.isOp("."):
			p.next()
			if p.tryOp("*") {
				return &deref{position: at, x: x, field: "*"}
			}
			// After a dot every word is a name: fields are called type, or user.
			if p.tok.kind == tokIdent {
				x = &deref{position: at, x: x, field: p.tok.text}
				p.next()
				break
			}
			field, quoted := p.name("a field's name")
			x = &deref{position: at, x: x, field: field, quoted: quoted}
		default:
			return x
		}
		if p.tok.isOp("(") {
			p.fail(p.tok, CodeFunctionNotFound, "functions have no catalog or schema, and fields are not called")
		}
	}
}

// uuidLike is an event data store's id before a dot, in an expression.
var uuidLike = regexp.MustCompile(`^[A-Za-z0-9]{7,8}-[A-Za-z0-9]{4}-[A-Za-z0-9]{4}-[A-Za-z0-9]{4}-[A-Za-z0-9]{12}\.`)

func (p *parser) primary() node {
	p.enter()
	defer p.leave()
	at := position(p.tok.start)
	if p.tok.kind == tokIdent || p.tok.kind == tokInteger || p.tok.kind == tokBad || p.tok.kind == tokDouble || p.tok.kind == tokDecimal {
		if id := uuidLike.FindString(p.lex.text[p.tok.start:]); id != "" {
			p.reread(len(id) - 1)
			return &ident{position: at, name: id[:len(id)-1], quoted: true}
		}
	}
	t := p.tok
	switch t.kind {
	case tokString:
		p.next()
		return &stringLit{at, t.text}
	case tokBinary:
		p.next()
		return &binaryLit{at, t.text}
	case tokInteger, tokDecimal, tokDouble:
		p.next()
		return &numberLit{at, t.kind, t.text}
	case tokParam:
		p.next()
		return paramLiteral(at, t.text)
	case tokQuoted:
		if p.peek(0).isOp("->") {
			return p.lambda()
		}
		if p.peek(0).isOp("(") {
			p.fail(p.tok, CodeFunctionNotFound, "function names are written without quotes")
		}
		p.next()
		return &ident{at, t.text, true}
	case tokOp:
		if t.text == "(" {
			return p.parens()
		}
	case tokIdent:
		return p.wordPrimary()
	}
	p.unexpected("an expression")
	return nil
}

var (
	integerText   = regexp.MustCompile(`^[0-9]+$`)
	decimalDigits = regexp.MustCompile(`^[0-9]*\.[0-9]+$|^[0-9]+\.$`)
)

// paramLiteral is what a question mark outside quotes stands for: a number if it looks
// like one, and else a string.
func paramLiteral(at position, text string) node {
	switch {
	case integerText.MatchString(text):
		return &numberLit{at, tokInteger, text}
	case decimalDigits.MatchString(text):
		return &numberLit{at, tokDecimal, text}
	}
	return &stringLit{at, text}
}

// parens reads what an opening parenthesis begins: a lambda, a query, a row, or an
// expression.
func (p *parser) parens() node {
	at := position(p.tok.start)
	if p.lambdaAhead() {
		return p.lambda()
	}
	p.op("(")
	if p.beginsQuery() {
		q := p.query()
		p.op(")")
		return &subquery{at, q}
	}
	first := p.expr()
	if s, ok := first.(*subquery); ok && p.continuesQuery() {
		q := p.queryAfter(s.position, s.query)
		p.op(")")
		return &subquery{at, q}
	}
	if p.tok.is("as") {
		p.fail(p.tok, CodeSyntax, "fields of a row are named with CAST(ROW(...) AS ROW(name type, ...))")
	}
	if !p.tryOp(",") {
		p.op(")")
		return first
	}
	r := &rowNode{position: at, implicit: true, elems: []node{first}}
	for {
		r.elems = append(r.elems, p.expr())
		if !p.tryOp(",") {
			break
		}
	}
	p.op(")")
	return r
}

// lambdaAhead says whether the parenthesis here begins the parameters of a lambda.
func (p *parser) lambdaAhead() bool {
	n := 0
	if p.peek(0).isOp(")") {
		return p.peek(1).isOp("->")
	}
	for {
		if !p.peek(n).isName() {
			return false
		}
		if p.peek(n + 1).isOp(")") {
			return p.peek(n + 2).isOp("->")
		}
		if !p.peek(n + 1).isOp(",") {
			return false
		}
		n += 2
	}
}

func (p *parser) lambda() node {
	l := &lambda{position: position(p.tok.start)}
	if p.tryOp("(") {
		for !p.tok.isOp(")") {
			n, _ := p.name("a parameter's name")
			l.params = append(l.params, n)
			if !p.tryOp(",") {
				break
			}
		}
		p.op(")")
	} else {
		n, _ := p.name("a parameter's name")
		l.params = append(l.params, n)
	}
	p.op("->")
	l.body = p.expr()
	for i, n := range l.params {
		for _, m := range l.params[:i] {
			if strings.EqualFold(n, m) {
				panic(&Error{Pos: p.lex.pos(l.at()), Code: CodeInvalidArguments, Message: "a lambda has the parameter " + n + " twice"})
			}
		}
	}
	return l
}
