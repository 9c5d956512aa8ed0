package trinosql

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// MaxLength is how many characters a statement may have for [Parse]: what StartQuery
	// takes.
	MaxLength = 10000
	// maxNesting bounds how deep parentheses and what is like them may nest; a pair of them
	// counts three times.
	maxNesting = 360
)

// Parse reads a statement, which may end with a semicolon. params stand for the question
// marks in it, also for those inside strings, where the text is put in; there must be as
// many. Its errors are of the type [*Error].
func Parse(sql string, params ...string) (*Statement, error) {
	return ParseLimit(sql, MaxLength, params...)
}

// ParseLimit is [Parse] with a limit of one's own, in characters.
func ParseLimit(sql string, limit int, params ...string) (*Statement, error) {
	if n := utf8.RuneCountInString(sql); n > limit {
		return nil, &Error{Code: CodeTooLarge, Message: fmt.Sprintf("the statement has %d characters: at most %d are taken", n, limit)}
	}
	p := &parser{}
	if err := p.start(sql, len(sql), params...); err != nil {
		return nil, err
	}
	s := &Statement{Text: sql, Params: params}
	err := catch(func() {
		p.onlySelect()
		s.query = p.query()
		if p.tryOp(";") && p.tok.kind != tokEOF {
			p.fail(p.tok, CodeSyntax, "only one statement is taken: there is more after the semicolon")
		}
		if p.tok.kind != tokEOF {
			p.unexpected("the end of the statement")
		}
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// A parser reads by recursive descent, and panics with an *Error, which catch returns.
type parser struct {
	lex   lexer
	tok   token
	ahead []token
	depth int
	// starts are the tokens at which the current expression began, for messages.
	last token
}

func (p *parser) start(text string, limit int, params ...string) error {
	if !utf8.ValidString(text) {
		return &Error{Code: CodeSyntax, Message: "the statement is not valid UTF-8"}
	}
	if strings.IndexByte(text, 0) >= 0 {
		return &Error{Code: CodeSyntax, Message: "the statement has a zero byte"}
	}
	for i, v := range params {
		if !utf8.ValidString(v) || strings.IndexByte(v, 0) >= 0 {
			return &Error{Code: CodeInvalidParameters, Message: fmt.Sprintf("parameter %d is not valid UTF-8, or has a zero byte", i+1)}
		}
	}
	p.lex = lexer{text: text}
	if n := p.lex.bindParams(params); n != 0 {
		return &Error{Code: CodeInvalidParameters, Message: fmt.Sprintf("the statement has %d question marks for %d parameters", len(params)-n, len(params))}
	}
	p.tok = p.lex.scan(0)
	return nil
}

func (p *parser) fail(at token, code Code, format string, args ...any) {
	panic(&Error{Pos: p.lex.pos(at.start), Code: code, Message: fmt.Sprintf(format, args...)})
}

// unexpected fails at the current token, where something else should be.
func (p *parser) unexpected(want string) {
	switch p.tok.kind {
	case tokBad:
		p.fail(p.tok, CodeSyntax, "%s", p.tok.text)
	case tokEOF:
		p.fail(p.tok, CodeSyntax, "the statement ends where %s is expected", want)
	}
	p.fail(p.tok, CodeSyntax, "mismatched input '%s': expected %s", p.lex.text[p.tok.start:p.tok.end], want)
}

func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail(p.tok, CodeTooComplex, "the statement nests too deep")
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) next() {
	if p.tok.kind == tokBad {
		p.unexpected("")
	}
	p.last = p.tok
	if len(p.ahead) > 0 {
		p.tok, p.ahead = p.ahead[0], p.ahead[1:]
		return
	}
	p.tok = p.lex.scan(p.tok.end)
}

// peek is the token n places after the current one.
func (p *parser) peek(n int) token {
	for len(p.ahead) <= n {
		from := p.tok.end
		if len(p.ahead) > 0 {
			from = p.ahead[len(p.ahead)-1].end
		}
		p.ahead = append(p.ahead, p.lex.scan(from))
	}
	return p.ahead[n]
}

func (p *parser) tryOp(op string) bool {
	if p.tok.isOp(op) {
		p.next()
		return true
	}
	return false
}

func (p *parser) op(op string) {
	if !p.tryOp(op) {
		p.unexpected("'" + op + "'")
	}
}

func (p *parser) tryWord(word string) bool {
	if p.tok.is(word) {
		p.next()
		return true
	}
	return false
}

// tryWords takes all of the words, or none.
func (p *parser) tryWords(words ...string) bool {
	if !p.tok.is(words[0]) {
		return false
	}
	for i, w := range words[1:] {
		if !p.peek(i).is(w) {
			return false
		}
	}
	for range words {
		p.next()
	}
	return true
}

func (p *parser) word(word string) {
	if !p.tryWord(word) {
		p.unexpected(strings.ToUpper(word))
	}
}

// Keywords are the words that statements are made of, sorted.
func Keywords() []string {
	all := maps.Clone(reserved)
	for _, words := range []map[string]bool{clauseWords, joinWords, moreWords} {
		maps.Copy(all, words)
	}
	return slices.Sorted(maps.Keys(all))
}

// moreWords are words of statements that can be names as well.
var moreWords = wordSet(`all any array asc at cast count current day desc distinct exclude filter first following hour if ignore
	interval last lateral limit map minute month no nullif nulls offset only ordinality over partition preceding
	range respect row rows second some substring time timestamp try try_cast unbounded within year zone`)

// reserved are the words that are no names without quotes.
var reserved = wordSet(`alter and as between by case cast constraint create cross cube current_catalog
	current_date current_path current_role current_schema current_time current_timestamp current_user
	deallocate delete describe distinct drop else end escape except execute exists extract false for from
	full group grouping having in inner insert intersect into is join json_array json_exists json_object
	json_query json_table json_value left like listagg localtime localtimestamp natural normalize not null
	on or order outer prepare recursive right rollup select skip table then trim true uescape union unnest
	using values when where with`)

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// isName says whether the token can be a name.
func (t token) isName() bool {
	return t.kind == tokQuoted || t.kind == tokIdent && !reserved[t.lower()]
}

// name reads a name: what it is called, and whether it was quoted.
func (p *parser) name(what string) (string, bool) {
	if !p.tok.isName() {
		if p.tok.kind == tokIdent {
			p.fail(p.tok, CodeSyntax, "'%s' is a reserved word: as %s it is written in double quotes", p.tok.text, what)
		}
		p.unexpected(what)
	}
	text, quoted := p.tok.text, p.tok.kind == tokQuoted
	p.next()
	return text, quoted
}

// names reads names in parentheses.
func (p *parser) names(what string) []string {
	var out []string
	p.op("(")
	for {
		n, _ := p.name(what)
		out = append(out, n)
		if !p.tryOp(",") {
			break
		}
	}
	p.op(")")
	return out
}

// otherStatements are the first words of what is not a query, with what it is called.
var otherStatements = wordSet(`alter analyze attach begin call checkpoint comment commit copy create deallocate
	delete deny describe detach drop execute explain export force grant import insert install load merge pragma prepare
	refresh replace reset revoke rollback set show start truncate update use vacuum`)

// onlySelect refuses by name what is not a query.
func (p *parser) onlySelect() {
	switch {
	case p.tok.kind == tokEOF:
		p.fail(p.tok, CodeSyntax, "the statement is empty")
	case p.tok.kind == tokIdent && otherStatements[p.tok.lower()]:
		p.fail(p.tok, CodeNotSupported, "only SELECT statements are taken, and this is %s", strings.ToUpper(p.tok.text))
	}
}
