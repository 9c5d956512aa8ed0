package trinosql

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokIdent
	tokQuoted  // "name", and `name`
	tokString  // 'text', and U&'text'
	tokBinary  // X'00'
	tokInteger // 12, 0x1F, 1_000
	tokDecimal // 1.5
	tokDouble  // 1E5
	tokOp
	tokParam // ?
	tokBad   // text is what is wrong
)

// A token is a word of a statement. Its text is the value: unquoted, unescaped.
type token struct {
	kind       tokenKind
	text       string
	start, end int
}

// is says whether the token is that word, in any case and not quoted.
func (t token) is(word string) bool {
	return t.kind == tokIdent && strings.EqualFold(t.text, word)
}

func (t token) isOp(op string) bool { return t.kind == tokOp && t.text == op }

func (t token) lower() string { return strings.ToLower(t.text) }

// A lexer reads tokens from any place of a statement. It keeps no place of its own, so
// that the parser can read the same text again as something else: an event data
// store's id is letters and dashes only where a table is expected.
type lexer struct {
	text string
	// params are what stands for the question marks, by the place of each.
	params map[int]string
}

// pos is the line and column of an offset.
func (l *lexer) pos(offset int) Pos {
	before := l.text[:min(offset, len(l.text))]
	line := strings.Count(before, "\n")
	column := before[strings.LastIndexByte(before, '\n')+1:]
	return Pos{Line: line + 1, Column: utf8.RuneCountInString(column) + 1}
}

// skip is the offset of the first byte at or after at that is neither space nor
// comment. bad is not empty if a comment does not end.
func (l *lexer) skip(at int) (offset int, bad string) {
	for at < len(l.text) {
		rest := l.text[at:]
		switch {
		case strings.HasPrefix(rest, "--"):
			if n := strings.IndexByte(rest, '\n'); n >= 0 {
				at += n + 1
			} else {
				at = len(l.text)
			}
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return at, "a comment that begins with /* does not end"
			}
			at += n + 4
		default:
			r, size := utf8.DecodeRuneInString(rest)
			if !unicode.IsSpace(r) && r != '\ufeff' && r != '\u200b' {
				return at, ""
			}
			at += size
		}
	}
	return at, ""
}

// scan reads the token that begins at or after an offset.
func (l *lexer) scan(at int) token {
	at, bad := l.skip(at)
	if bad != "" {
		return token{kind: tokBad, text: bad, start: at, end: len(l.text)}
	}
	if at >= len(l.text) {
		return token{kind: tokEOF, start: at, end: at}
	}
	c := l.text[at]
	switch {
	case c == '\'':
		return l.quoted(at, at, '\'', tokString)
	case c == '"':
		return l.quoted(at, at, '"', tokQuoted)
	case c == '`':
		return token{kind: tokBad, text: "names are quoted with double quotes, not with backquotes", start: at, end: at + 1}
	case (c == 'x' || c == 'X') && l.at(at+1) == '\'':
		return l.binary(at)
	case (c == 'u' || c == 'U') && l.at(at+1) == '&' && l.at(at+2) == '\'':
		return l.unicode(at)
	case c >= '0' && c <= '9', c == '.' && isDigit(l.at(at+1)):
		return l.number(at)
	case isIdentStart(c) || c >= utf8.RuneSelf:
		return l.ident(at)
	case c == '$' && strings.HasPrefix(l.text[at:], edsPlaceholder) && !isIdentPart(l.at(at+len(edsPlaceholder))):
		return token{kind: tokQuoted, text: edsPlaceholder, start: at, end: at + len(edsPlaceholder)}
	case c == '?':
		if p, ok := l.params[at]; ok {
			return token{kind: tokParam, text: p, start: at, end: at + 1}
		}
		return token{kind: tokBad, text: "there is no parameter for this question mark", start: at, end: at + 1}
	}
	return l.operator(at)
}

// edsPlaceholder stands for the id of an event data store in statements that were made
// for any.
const edsPlaceholder = "$EDS_ID"

func (l *lexer) at(i int) byte {
	if i < len(l.text) {
		return l.text[i]
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isIdentStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isIdentPart(c byte) bool { return isIdentStart(c) || isDigit(c) || c == '@' }

// ident reads a name. Letters other than ASCII's are taken only to say that they need
// quotes: Trino does not take them either.
func (l *lexer) ident(at int) token {
	end := at
	for end < len(l.text) && isIdentPart(l.text[end]) {
		end++
	}
	if r, size := utf8.DecodeRuneInString(l.text[end:]); size > 1 || size == 1 && r == utf8.RuneError {
		if unicode.IsLetter(r) || end == at {
			return token{kind: tokBad, text: fmt.Sprintf("unexpected character %q: names with other characters than letters, digits and _ are written in double quotes", r), start: at, end: end + size}
		}
	}
	return token{kind: tokIdent, text: l.text[at:end], start: at, end: end}
}

// quoted reads up to the closing quote; a doubled quote is one quote. Parameters are put
// in for question marks, which for a string are part of its text.
func (l *lexer) quoted(start, at int, quote byte, kind tokenKind) token {
	var b strings.Builder
	for i := at + 1; i < len(l.text); i++ {
		c := l.text[i]
		if p, ok := l.params[i]; ok && c == '?' {
			b.WriteString(p)
			continue
		}
		if c == quote {
			if l.at(i+1) == quote {
				i++
			} else if kind == tokQuoted && b.Len() == 0 {
				return token{kind: tokBad, text: "a name in quotes is empty", start: start, end: i + 1}
			} else {
				return token{kind: kind, text: b.String(), start: start, end: i + 1}
			}
		}
		b.WriteByte(c)
	}
	what := "a string"
	if kind == tokQuoted {
		what = "a name in double quotes"
	}
	return token{kind: tokBad, text: what + " does not end: its closing quote is missing", start: start, end: len(l.text)}
}

func (l *lexer) binary(at int) token {
	t := l.quoted(at, at+1, '\'', tokBinary)
	if t.kind != tokBinary {
		return t
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, t.text)
	if len(digits)%2 != 0 || strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
		return token{kind: tokBad, text: "a binary literal has an even number of hexadecimal digits", start: at, end: t.end}
	}
	t.text = strings.ToUpper(digits)
	return t
}

// unicode reads U&'\0041' with the escapes of four and six digits.
func (l *lexer) unicode(at int) token {
	t := l.quoted(at, at+2, '\'', tokString)
	if t.kind != tokString {
		return t
	}
	var b strings.Builder
	for s := t.text; s != ""; {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		if strings.HasPrefix(s, `\`) {
			b.WriteByte('\\')
			s = s[1:]
			continue
		}
		digits := 4
		if strings.HasPrefix(s, "+") {
			s, digits = s[1:], 6
		}
		r, ok := hexRune(s, digits)
		if !ok {
			return token{kind: tokBad, text: `an escape in a Unicode string is \XXXX or \+XXXXXX with the number of a character`, start: at, end: t.end}
		}
		b.WriteRune(r)
		s = s[digits:]
	}
	t.text = b.String()
	return t
}

func hexRune(s string, digits int) (rune, bool) {
	if len(s) < digits || strings.Trim(s[:digits], "0123456789abcdefABCDEF") != "" {
		return 0, false
	}
	var r rune
	fmt.Sscanf(s[:digits], "%x", &r)
	return r, utf8.ValidRune(r)
}

// number reads an integer, a decimal or a double.
func (l *lexer) number(at int) token {
	digits := func(i int) int {
		for isDigit(l.at(i)) || l.at(i) == '_' && isDigit(l.at(i+1)) {
			i++
		}
		return i
	}
	t := token{kind: tokInteger, start: at}
	if l.at(at) == '0' && strings.ContainsRune("xXoObB", rune(l.at(at+1))) && l.at(at+1) != 0 {
		t.end = at + 2
		for c := l.at(t.end); isDigit(c) || isIdentStart(c); c = l.at(t.end) {
			t.end++
		}
		t.text = strings.ReplaceAll(l.text[at:t.end], "_", "")
		return t
	}
	end := digits(at)
	if l.at(end) == '.' {
		t.kind = tokDecimal
		end = digits(end + 1)
	}
	if c := l.at(end); c == 'e' || c == 'E' {
		exp := end + 1
		if s := l.at(exp); s == '+' || s == '-' {
			exp++
		}
		if isDigit(l.at(exp)) {
			t.kind = tokDouble
			end = digits(exp)
		}
	}
	t.end, t.text = end, strings.ReplaceAll(l.text[at:end], "_", "")
	if isIdentStart(l.at(end)) {
		for isIdentPart(l.at(end)) {
			end++
		}
		return token{kind: tokBad, start: at, end: end,
			text: fmt.Sprintf("%s begins with a digit: a name that does is written in double quotes", l.text[at:end])}
	}
	return t
}

// operators are the longest first.
var operators = []string{"<>", "!=", "<=", ">=", "||", "->", "=>", "(", ")", "[", "]", "{", "}", ",", ".", ";", ":", "+", "-", "*", "/", "%", "=", "<", ">", "|", "^", "$"}

func (l *lexer) operator(at int) token {
	for _, op := range operators {
		if strings.HasPrefix(l.text[at:], op) {
			if split := l.splitOperator(at, op); split != "" {
				return token{kind: tokBad, text: split, start: at, end: at + 1}
			}
			if op == "$" {
				break
			}
			return token{kind: tokOp, text: op, start: at, end: at + len(op)}
		}
	}
	r, size := utf8.DecodeRuneInString(l.text[at:])
	return token{kind: tokBad, text: fmt.Sprintf("unexpected character %q", r), start: at, end: at + size}
}

// splitOperator says so where a comparison of two characters has a space in it, which is
// how some published statements have it.
func (l *lexer) splitOperator(at int, op string) string {
	if op != "<" && op != ">" && op != "!" {
		return ""
	}
	next, _ := l.skip(at + 1)
	if c := l.at(next); next > at+1 && (c == '=' || op == "<" && c == '>') {
		return fmt.Sprintf("%q has a space in it: write %s%c", l.text[at:next+1], op, c)
	}
	return ""
}

// bindParams finds the question marks that parameters stand for: those outside comments
// and names, in order.
func (l *lexer) bindParams(params []string) (unbound int) {
	if len(params) == 0 {
		return 0
	}
	l.params = make(map[int]string, len(params))
	found := 0
	for i := 0; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '"':
			if n := strings.IndexByte(l.text[i+1:], '"'); n >= 0 {
				i += n + 1
			}
		case c == '-' && l.at(i+1) == '-', c == '/' && l.at(i+1) == '*':
			if next, bad := l.skip(i); bad == "" {
				i = next - 1
			}
		case c == '\'':
			for i++; i < len(l.text) && l.text[i] != '\''; i++ {
				if l.text[i] == '?' {
					l.bind(i, &found, params)
				}
			}
		case c == '?':
			l.bind(i, &found, params)
		}
	}
	return len(params) - found
}

func (l *lexer) bind(at int, found *int, params []string) {
	if *found < len(params) {
		l.params[at] = params[*found]
	}
	*found++
}
