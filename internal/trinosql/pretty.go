package trinosql

import "strings"

// Pretty is a statement with every clause on a line of its own, for an editor. Only the
// space between words changes: comments, capitals and all else stay. What cannot be read
// as a statement is an error, and its text stays as it is.
func Pretty(sql string) (string, error) {
	if _, err := ParseLimit(sql, 10*MaxLength); err != nil {
		return "", err
	}
	f := &prettyPrinter{lex: lexer{text: sql}}
	f.run()
	return f.b.String(), nil
}

// A prettyPrinter goes over the tokens, and knows how deep it is in parentheses.
type prettyPrinter struct {
	lex    lexer
	b      strings.Builder
	open   []bool
	prev   token
	clause string
	line   bool // at the beginning of a line
}

// clauseWords begin a line. A word of two parts is one by its first.
var clauseWords = wordSet("select from where group having order limit offset fetch union except intersect with window values")

// joinWords begin a line inside FROM.
var joinWords = wordSet("join left right full inner cross natural")

func (f *prettyPrinter) run() {
	at := 0
	f.line = true
	for {
		t := f.token(at)
		f.comments(at, t.start)
		if t.kind == tokEOF {
			return
		}
		f.word(t)
		at, f.prev = t.end, t
	}
}

// token is the token at an offset; an id with dashes after FROM or JOIN is one.
func (f *prettyPrinter) token(at int) token {
	t := f.lex.scan(at)
	if id := uuidLike.FindString(f.lex.text[t.start:]); id != "" && t.kind != tokQuoted && t.kind != tokString {
		return token{kind: tokIdent, text: id[:len(id)-1], start: t.start, end: t.start + len(id) - 1}
	}
	if f.prev.is("from") || f.prev.is("join") || f.clause == "from" && f.prev.isOp(",") {
		if id := storeID.FindString(f.lex.text[t.start:]); id != "" && t.kind != tokQuoted {
			return token{kind: tokIdent, text: id, start: t.start, end: t.start + len(id)}
		}
	}
	return t
}

// comments keeps the comments between two offsets, each on a line of its own.
func (f *prettyPrinter) comments(from, to int) {
	for gap := strings.TrimSpace(f.lex.text[from:to]); gap != ""; gap = strings.TrimSpace(gap) {
		end := strings.IndexByte(gap, '\n')
		if strings.HasPrefix(gap, "/*") {
			end = strings.Index(gap, "*/") + 2
		}
		if end < 0 {
			end = len(gap)
		}
		if !f.line {
			f.b.WriteString(" ")
		}
		f.b.WriteString(strings.TrimRight(gap[:end], " \t\r"))
		f.newline(0)
		gap = gap[end:]
	}
}

func (f *prettyPrinter) depth() int {
	n := 0
	for _, query := range f.open {
		if query {
			n++
		}
	}
	return n
}

// newline begins a line, further in by so many steps than the query is.
func (f *prettyPrinter) newline(further int) {
	if f.b.Len() > 0 && !strings.HasSuffix(f.b.String(), "\n") {
		trimmed := strings.TrimRight(f.b.String(), " ")
		f.b.Reset()
		f.b.WriteString(trimmed + "\n")
	}
	text := strings.TrimRight(f.b.String(), " ")
	f.b.Reset()
	f.b.WriteString(text)
	f.b.WriteString(strings.Repeat("  ", f.depth()+further))
	f.line = true
}

func (f *prettyPrinter) inQuery() bool { return len(f.open) == 0 || f.open[len(f.open)-1] }

func (f *prettyPrinter) word(t token) {
	text := f.lex.text[t.start:t.end]
	if t.isOp(")") && len(f.open) > 0 {
		query := f.open[len(f.open)-1]
		f.open = f.open[:len(f.open)-1]
		if query {
			f.newline(0)
		}
	}
	word := ""
	if t.kind == tokIdent {
		word = t.lower()
	}
	switch {
	case f.inQuery() && clauseWords[word] && !f.prev.isOp(".") && !f.prev.is("distinct") && !f.continues(word):
		if f.b.Len() > 0 && !f.line {
			f.newline(0)
		}
		f.clause = word
	case f.inQuery() && f.clause == "from" && joinWords[word] && !joinWords[f.lastWord()] && !f.prev.is("outer"):
		f.newline(1)
	case f.inQuery() && (word == "and" || word == "or") && (f.clause == "where" || f.clause == "having") && !f.between():
		f.newline(1)
	}
	if f.space(t) {
		f.b.WriteString(" ")
	}
	f.b.WriteString(text)
	f.line = false
	if t.isOp("(") {
		next := f.lex.scan(t.end)
		query := next.is("select") || next.is("with") || next.is("values") && f.clause != ""
		f.open = append(f.open, query)
		if query {
			f.newline(0)
		}
	}
	if t.isOp(",") && f.inQuery() && f.clause == "select" {
		f.newline(2)
	}
}

// continues says whether the word belongs to the one before: ORDER in WITHIN GROUP, FROM
// in IS DISTINCT FROM, FIRST after FETCH.
func (f *prettyPrinter) continues(word string) bool {
	return word == "group" && f.prev.is("within") || word == "with" && (f.clause == "fetch" || f.clause == "from") ||
		word == "values" && f.clause == "values" || word == "select" && f.prev.is("all") && f.clause == "select"
}

func (f *prettyPrinter) lastWord() string {
	if f.prev.kind == tokIdent {
		return f.prev.lower()
	}
	return ""
}

// between says whether an AND is that of BETWEEN.
func (f *prettyPrinter) between() bool {
	text := strings.ToLower(f.b.String())
	i := strings.LastIndex(text, "between ")
	return i >= 0 && !strings.Contains(text[i:], " and ")
}

// space says whether there is a space before a token.
func (f *prettyPrinter) space(t token) bool {
	switch {
	case f.line || f.b.Len() == 0:
		return false
	case t.isOp(",") || t.isOp(")") || t.isOp("]") || t.isOp(".") || t.isOp(";") || t.isOp("["):
		return t.isOp("[") && (f.prev.is("array") == false && f.prev.kind == tokOp && !f.prev.isOp(")") && !f.prev.isOp("]"))
	case f.prev.isOp("(") || f.prev.isOp("[") || f.prev.isOp("."):
		return false
	case t.isOp("("):
		return f.prev.kind != tokIdent || reserved[f.prev.lower()] && !f.prev.is("cast") && !f.prev.is("extract") && !f.prev.is("trim") || f.prev.is("over") || f.prev.is("filter")
	}
	return true
}
