package trinosql

import (
	"strconv"
	"strings"
)

// wordPrimary reads what begins with a word: a literal, one of the forms with a syntax of
// their own, a call, a lambda, or a name.
func (p *parser) wordPrimary() node {
	at, word := position(p.tok.start), p.tok.lower()
	next := p.peek(0)
	if form, ok := wordForms[word]; ok {
		if n := form(p, at, next); n != nil {
			return n
		}
	}
	if next.kind == tokString && !reserved[word] {
		return p.typedLiteral(at)
	}
	if reserved[word] {
		p.unexpected("an expression")
	}
	switch {
	case next.isOp("->"):
		return p.lambda()
	case next.isOp("("):
		if n := p.parameterLiteral(at); n != nil {
			return n
		}
		p.next()
		return p.call(at, word)
	}
	name := p.tok.text
	p.next()
	return &ident{at, name, false}
}

// wordForms are the words with a syntax of their own. A form that returns nil is not one
// here, and the word is a name.
var wordForms map[string]func(p *parser, at position, next token) node

func init() {
	wordForms = map[string]func(p *parser, at position, next token) node{
		"null":              func(p *parser, at position, _ token) node { p.next(); return &nullLit{at} },
		"true":              func(p *parser, at position, _ token) node { p.next(); return &boolLit{at, true} },
		"false":             func(p *parser, at position, _ token) node { p.next(); return &boolLit{at, false} },
		"case":              func(p *parser, at position, _ token) node { return p.caseForm(at) },
		"cast":              func(p *parser, at position, _ token) node { return p.cast(at, false) },
		"try_cast":          ifParen(func(p *parser, at position) node { return p.cast(at, true) }),
		"exists":            func(p *parser, at position, _ token) node { return p.exists(at) },
		"extract":           func(p *parser, at position, _ token) node { return p.extract(at) },
		"interval":          (*parser).interval,
		"array":             (*parser).array,
		"row":               ifParen((*parser).row),
		"position":          ifParen((*parser).position),
		"substring":         ifParen((*parser).substring),
		"trim":              ifParen((*parser).trim),
		"normalize":         ifParen((*parser).normalize),
		"listagg":           ifParen((*parser).listagg),
		"grouping":          ifParen((*parser).grouping),
		"current_date":      currentForm,
		"current_time":      currentForm,
		"current_timestamp": currentForm,
		"localtime":         currentForm,
		"localtimestamp":    currentForm,
		"current_user":      currentForm,
		"current_catalog":   currentForm,
		"current_schema":    currentForm,
		"current_path":      refused("CURRENT_PATH"),
		"current_role":      refused("CURRENT_ROLE"),
		"json_exists":       ifParen((*parser).jsonPathCall),
		"json_value":        ifParen((*parser).jsonPathCall),
		"json_query":        ifParen((*parser).jsonPathCall),
		"json_object":       ifParen((*parser).jsonObject),
		"json_array":        ifParen((*parser).jsonArray),
	}
}

func ifParen(form func(p *parser, at position) node) func(p *parser, at position, next token) node {
	return func(p *parser, at position, next token) node {
		if !next.isOp("(") {
			return nil
		}
		return form(p, at)
	}
}

func refused(name string) func(p *parser, at position, next token) node {
	return func(p *parser, _ position, _ token) node {
		p.fail(p.tok, CodeNotSupported, "%s is not supported", name)
		return nil
	}
}

func currentForm(p *parser, at position, _ token) node {
	c := &current{position: at, name: p.tok.lower(), precision: -1}
	p.next()
	if c.name != "current_date" && p.tryOp("(") {
		c.precision = p.typeNumber()
		p.op(")")
	}
	return c
}

// typedLiteral reads a type's name followed by a string.
func (p *parser) typedLiteral(at position) node {
	word := p.tok
	t, ok := simpleTypes[word.lower()]
	if !ok {
		switch word.lower() {
		case "time":
			t = Time
		case "timestamp":
			t = Timestamp
		case "decimal":
			t = Decimal(38, 0)
		case "char":
			t = CharOf(1)
		case "varchar":
			t = Varchar
		default:
			p.fail(p.tok, CodeTypeNotFound, "%s is no type, and no string can follow it", word.text)
		}
	}
	p.next()
	text := p.tok.text
	p.next()
	return &typedLit{at, t, text}
}

// parameterLiteral reads a literal whose type has parameters, such as
// decimal(10, 2) '1.50', if there is one here.
func (p *parser) parameterLiteral(at position) node {
	switch p.tok.lower() {
	case "decimal", "char", "varchar", "time", "timestamp":
	default:
		return nil
	}
	n := 1
	for ; n < 4 && (p.peek(n).kind == tokInteger || p.peek(n).isOp(",")); n++ {
	}
	if !p.peek(n).isOp(")") || p.peek(n+1).kind != tokString {
		return nil
	}
	t := p.typeName()
	text := p.tok.text
	p.next()
	return &typedLit{at, t, text}
}

func (p *parser) caseForm(at position) node {
	c := &caseNode{position: at}
	p.word("case")
	if !p.tok.is("when") {
		c.operand = p.expr()
	}
	for p.tryWord("when") {
		w := whenNode{when: p.expr()}
		p.word("then")
		w.then = p.expr()
		c.whens = append(c.whens, w)
	}
	if len(c.whens) == 0 {
		p.unexpected("WHEN")
	}
	if p.tryWord("else") {
		c.other = p.expr()
	}
	p.word("end")
	return c
}

func (p *parser) cast(at position, try bool) node {
	c := &castNode{position: at, try: try}
	p.next()
	p.op("(")
	c.x = p.expr()
	p.word("as")
	c.typ = p.typeName()
	p.op(")")
	return c
}

func (p *parser) exists(at position) node {
	p.next()
	p.op("(")
	q := p.query()
	p.op(")")
	return &exists{at, q}
}

func (p *parser) extract(at position) node {
	e := &extract{position: at}
	p.next()
	p.op("(")
	if p.tok.kind != tokIdent {
		p.unexpected("a field such as YEAR")
	}
	e.field = p.tok.lower()
	p.next()
	p.word("from")
	e.x = p.value()
	p.op(")")
	return e
}

// interval reads INTERVAL '1-2' YEAR TO MONTH and its kin.
func (p *parser) interval(at position, next token) node {
	signed := next.isOp("-") || next.isOp("+")
	if next.kind != tokString && !(signed && p.peek(1).kind == tokString) {
		return nil
	}
	p.next()
	i := &intervalLit{position: at}
	if signed {
		i.negative = next.isOp("-")
		p.next()
	}
	i.value = p.tok.text
	p.next()
	unit := func() string {
		w := strings.TrimSuffix(p.tok.lower(), "s")
		switch w {
		case "year", "month", "week", "day", "hour", "minute", "second":
			if p.tok.kind == tokIdent {
				p.next()
				return w
			}
		}
		p.fail(p.tok, CodeTypeNotFound, "an interval has a field behind it: YEAR, MONTH, DAY, HOUR, MINUTE or SECOND")
		return ""
	}
	i.from = unit()
	if p.tryWord("to") {
		i.to = unit()
	}
	return i
}

func (p *parser) array(at position, next token) node {
	if !next.isOp("[") {
		if !next.isOp("(") {
			return nil
		}
		p.fail(p.tok, CodeSyntax, "arrays are written ARRAY[...]")
	}
	p.next()
	return &arrayNode{at, p.list("[", "]")}
}

// list reads expressions between brackets, perhaps none.
func (p *parser) list(open, end string) []node {
	var out []node
	p.op(open)
	if p.tryOp(end) {
		return nil
	}
	for {
		out = append(out, p.expr())
		if !p.tryOp(",") {
			break
		}
	}
	p.op(end)
	return out
}

func (p *parser) row(at position) node {
	p.next()
	r := &rowNode{position: at}
	p.op("(")
	for {
		r.elems = append(r.elems, p.expr())
		name := ""
		if p.tryWord("as") {
			name, _ = p.name("a field's name")
		}
		r.names = append(r.names, name)
		if !p.tryOp(",") {
			break
		}
	}
	p.op(")")
	return r
}

// position reads POSITION(part IN whole), which is strpos the other way round.
func (p *parser) position(at position) node {
	p.next()
	p.op("(")
	part := p.value()
	p.word("in")
	whole := p.value()
	p.op(")")
	return &call{position: at, name: "strpos", args: []node{whole, part}}
}

func (p *parser) substring(at position) node {
	p.next()
	p.op("(")
	c := &call{position: at, name: "substring", args: []node{p.expr()}}
	if p.tryWord("from") {
		c.args = append(c.args, p.expr())
		if p.tryWord("for") {
			c.args = append(c.args, p.expr())
		}
	} else {
		for p.tryOp(",") {
			c.args = append(c.args, p.expr())
		}
	}
	p.op(")")
	return p.callTail(c)
}

// trim reads TRIM([side] [characters] FROM text), which is trim, ltrim or rtrim.
func (p *parser) trim(at position) node {
	p.next()
	c := &call{position: at, name: "trim"}
	p.op("(")
	side := false
	for _, s := range []string{"both", "leading", "trailing"} {
		if p.tok.is(s) && !p.peek(0).isOp(")") && !p.peek(0).isOp(",") {
			p.next()
			c.name = map[string]string{"both": "trim", "leading": "ltrim", "trailing": "rtrim"}[s]
			side = true
			break
		}
	}
	if side && p.tryWord("from") {
		c.args = []node{p.expr()}
		p.op(")")
		return c
	}
	first := p.expr()
	switch {
	case p.tryWord("from"):
		c.args = []node{p.expr(), first}
	case p.tryOp(","):
		c.args = []node{first, p.expr()}
	case side:
		p.unexpected("FROM")
	default:
		c.args = []node{first}
	}
	p.op(")")
	return c
}

func (p *parser) normalize(at position) node {
	p.next()
	p.op("(")
	c := &call{position: at, name: "normalize", args: []node{p.expr()}}
	form := "NFC"
	formAt := at
	if p.tryOp(",") {
		formAt = position(p.tok.start)
		form = strings.ToUpper(p.tok.text)
		switch form {
		case "NFC", "NFD", "NFKC", "NFKD":
			p.next()
		default:
			p.unexpected("NFC, NFD, NFKC or NFKD")
		}
	}
	c.args = append(c.args, &stringLit{formAt, form})
	p.op(")")
	return c
}

func (p *parser) grouping(at position) node {
	p.next()
	return &call{position: at, name: "grouping", args: p.list("(", ")")}
}

// listagg reads LISTAGG(x [, separator] [ON OVERFLOW ...]) WITHIN GROUP (ORDER BY ...).
func (p *parser) listagg(at position) node {
	p.next()
	c := &call{position: at, name: "listagg"}
	p.op("(")
	if p.tryWord("distinct") {
		c.distinct = true
	} else {
		p.tryWord("all")
	}
	c.args = []node{p.expr()}
	if p.tryOp(",") {
		c.args = append(c.args, p.expr())
	}
	if p.tryWords("on", "overflow") {
		c.overflow = &overflowNode{filler: "..."}
		if !p.tryWord("error") {
			p.word("truncate")
			c.overflow.truncate = true
			if p.tok.kind == tokString {
				c.overflow.filler = p.tok.text
				p.next()
			}
			c.overflow.withCount = p.tryWord("with")
			if !c.overflow.withCount {
				p.word("without")
			}
			p.word("count")
		}
	}
	p.op(")")
	if !p.tok.is("within") || !p.peek(0).is("group") {
		p.unexpected("WITHIN GROUP (ORDER BY ...)")
	}
	return p.callTail(c)
}

// call reads the arguments of a function and what may follow them.
func (p *parser) call(at position, name string) node {
	c := &call{position: at, name: name}
	p.op("(")
	switch {
	case p.tryOp(")"):
		return p.callTail(c)
	case p.tok.isOp("*") && p.peek(0).isOp(")"):
		p.next()
		c.star = true
	default:
		if p.tryWord("distinct") {
			c.distinct = true
		} else if p.tok.is("all") && !p.peek(0).isOp("(") {
			p.next()
		}
		for {
			if p.tok.isName() && p.peek(0).isOp("=>") {
				p.fail(p.tok, CodeNotSupported, "named arguments are not supported")
			}
			c.args = append(c.args, p.expr())
			if !p.tryOp(",") {
				break
			}
		}
		if p.tok.is("order") {
			c.order = p.orderBy()
		}
	}
	p.op(")")
	return p.callTail(c)
}

// callTail reads WITHIN GROUP, FILTER, the treatment of nulls, and OVER.
func (p *parser) callTail(c *call) node {
	if p.tryWords("within", "group") {
		p.op("(")
		c.within = p.orderBy()
		p.op(")")
	}
	if p.tok.is("filter") && p.peek(0).isOp("(") {
		p.next()
		p.op("(")
		p.word("where")
		c.filter = p.expr()
		p.op(")")
	}
	if p.tryWords("ignore", "nulls") {
		c.nulls = "ignore"
	} else if p.tryWords("respect", "nulls") {
		c.nulls = "respect"
	}
	if p.tok.is("over") && (p.peek(0).isOp("(") || p.peek(0).isName()) {
		at := position(p.tok.start)
		p.next()
		if p.tok.isOp("(") {
			c.over = p.windowSpec()
		} else {
			c.over = &windowNode{position: at, onlyName: true}
			c.over.name, _ = p.name("a window's name")
		}
	}
	return c
}

func (p *parser) windowSpec() *windowNode {
	w := &windowNode{position: position(p.tok.start)}
	p.op("(")
	if p.tok.isName() && !(p.tok.is("partition") && p.peek(0).is("by")) && !p.frameAhead() {
		w.name, _ = p.name("a window's name")
	}
	if p.tryWords("partition", "by") {
		for {
			w.partition = append(w.partition, p.expr())
			if !p.tryOp(",") {
				break
			}
		}
	}
	if p.tok.is("order") {
		w.order = p.orderBy()
	}
	if p.frameAhead() {
		w.frame = p.frame()
	}
	p.op(")")
	return w
}

func (p *parser) frameAhead() bool {
	if !p.tok.is("rows") && !p.tok.is("range") && !p.tok.is("groups") {
		return false
	}
	next := p.peek(0)
	return next.kind != tokEOF && !next.isOp(")") && !next.is("order") && !next.is("partition")
}

func (p *parser) frame() *frameNode {
	f := &frameNode{position: position(p.tok.start), unit: p.tok.lower()}
	p.next()
	if p.tryWord("between") {
		f.start = p.bound()
		p.word("and")
		f.end = p.bound()
		f.hasEnd = true
		return f
	}
	f.start = p.bound()
	return f
}

func (p *parser) bound() boundNode {
	switch {
	case p.tryWords("unbounded", "preceding"):
		return boundNode{kind: "unbounded preceding"}
	case p.tryWords("unbounded", "following"):
		return boundNode{kind: "unbounded following"}
	case p.tryWords("current", "row"):
		return boundNode{kind: "current row"}
	}
	b := boundNode{value: p.value()}
	switch {
	case p.tryWord("preceding"):
		b.kind = "preceding"
	case p.tryWord("following"):
		b.kind = "following"
	default:
		p.unexpected("PRECEDING or FOLLOWING")
	}
	return b
}

// intLit is an integer in any of its notations.
func intLit(text string) (int64, bool) {
	v, err := strconv.ParseInt(text, 0, 64)
	if err != nil || len(text) > 1 && text[0] == '0' && isDigit(text[1]) {
		v, err = strconv.ParseInt(text, 10, 64)
	}
	return v, err == nil
}
