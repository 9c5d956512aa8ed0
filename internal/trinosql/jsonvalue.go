package trinosql

import (
	"errors"
	"math/big"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A jsonValue is a value of JSON that keeps what encoding/json does not: the order of
// members, and a number as it was written.
type jsonValue struct {
	kind  byte // n, t, f, # a number, s a string, [ an array, { an object
	text  string
	items []jsonValue
	keys  []string
}

var errJSON = errors.New("not JSON")

// maxJSONDepth bounds how deep JSON may nest: what Jackson takes.
const maxJSONDepth = 1000

// parseJSON reads one value.
func parseJSON(text string) (jsonValue, error) {
	p := jsonParser{s: text}
	v, ok := p.value(0)
	p.space()
	if !ok || p.i != len(text) {
		return jsonValue{}, errJSON
	}
	return v, nil
}

type jsonParser struct {
	s string
	i int
}

func (p *jsonParser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *jsonParser) take(s string) bool {
	if strings.HasPrefix(p.s[p.i:], s) {
		p.i += len(s)
		return true
	}
	return false
}

func (p *jsonParser) value(depth int) (jsonValue, bool) {
	p.space()
	if p.i >= len(p.s) || depth > maxJSONDepth {
		return jsonValue{}, false
	}
	switch c := p.s[p.i]; c {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		s, ok := p.str()
		return jsonValue{kind: 's', text: s}, ok
	case 't':
		return jsonValue{kind: 't'}, p.take("true")
	case 'f':
		return jsonValue{kind: 'f'}, p.take("false")
	case 'n':
		return jsonValue{kind: 'n'}, p.take("null")
	}
	return p.number()
}

func (p *jsonParser) object(depth int) (jsonValue, bool) {
	v := jsonValue{kind: '{'}
	p.i++
	p.space()
	if p.take("}") {
		return v, true
	}
	for {
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != '"' {
			return v, false
		}
		key, ok := p.str()
		if p.space(); !ok || !p.take(":") {
			return v, false
		}
		item, ok := p.value(depth + 1)
		if !ok {
			return v, false
		}
		v.keys, v.items = append(v.keys, key), append(v.items, item)
		p.space()
		if p.take("}") {
			return v, true
		}
		if !p.take(",") {
			return v, false
		}
	}
}

func (p *jsonParser) array(depth int) (jsonValue, bool) {
	v := jsonValue{kind: '['}
	p.i++
	p.space()
	if p.take("]") {
		return v, true
	}
	for {
		item, ok := p.value(depth + 1)
		if !ok {
			return v, false
		}
		v.items = append(v.items, item)
		p.space()
		if p.take("]") {
			return v, true
		}
		if !p.take(",") {
			return v, false
		}
	}
}

func (p *jsonParser) number() (jsonValue, bool) {
	start := p.i
	p.take("-")
	digits := func() int {
		n := p.i
		for p.i < len(p.s) && isDigit(p.s[p.i]) {
			p.i++
		}
		return p.i - n
	}
	first := p.i
	n := digits()
	if n == 0 || n > 1 && p.s[first] == '0' {
		return jsonValue{}, false
	}
	if p.take(".") && digits() == 0 {
		return jsonValue{}, false
	}
	if p.take("e") || p.take("E") {
		if !p.take("+") {
			p.take("-")
		}
		if digits() == 0 {
			return jsonValue{}, false
		}
	}
	return jsonValue{kind: '#', text: p.s[start:p.i]}, true
}

// str reads a string in quotes.
func (p *jsonParser) str() (string, bool) {
	p.i++
	start := p.i
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return p.s[start : p.i-1], true
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", false
		}
		p.i++
	}
	return "", false
}

// escaped reads on where the first escape of a string is.
func (p *jsonParser) escaped(start int) (string, bool) {
	b := []byte(p.s[start:p.i])
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch {
		case c == '"':
			return string(b), true
		case c < 0x20:
			return "", false
		case c != '\\':
			b = append(b, c)
			continue
		}
		if p.i >= len(p.s) {
			return "", false
		}
		c = p.s[p.i]
		p.i++
		if c == 'u' {
			r, ok := p.unicode()
			if !ok {
				return "", false
			}
			b = utf8.AppendRune(b, r)
			continue
		}
		n := strings.IndexByte(`"\/bfnrt`, c)
		if n < 0 {
			return "", false
		}
		b = append(b, "\"\\/\b\f\n\r\t"[n])
	}
	return "", false
}

func (p *jsonParser) unicode() (rune, bool) {
	hex := func() (rune, bool) {
		if p.i+4 > len(p.s) {
			return 0, false
		}
		n, err := strconv.ParseUint(p.s[p.i:p.i+4], 16, 32)
		p.i += 4
		return rune(n), err == nil
	}
	r, ok := hex()
	if ok && utf16.IsSurrogate(r) && p.take(`\u`) {
		r2, ok2 := hex()
		return utf16.DecodeRune(r, r2), ok2
	}
	return r, ok
}

// appendJSON writes a value without spaces. Numbers are written as Trino's JSON has them.
func (v jsonValue) appendJSON(b []byte) []byte {
	switch v.kind {
	case 'n':
		return append(b, "null"...)
	case 't':
		return append(b, "true"...)
	case 'f':
		return append(b, "false"...)
	case '#':
		return append(b, jsonNumber(v.text)...)
	case 's':
		return appendJSONString(b, v.text)
	}
	b = append(b, v.kind)
	for i, item := range v.items {
		if i > 0 {
			b = append(b, ',')
		}
		if v.kind == '{' {
			b = append(appendJSONString(b, v.keys[i]), ':')
		}
		b = item.appendJSON(b)
	}
	return append(b, ifText(v.kind == '{', "}", "]")...)
}

func (v jsonValue) String() string { return string(v.appendJSON(nil)) }

// jsonNumber is a number's text: an integer stays, anything else is a double.
func jsonNumber(text string) string {
	if !strings.ContainsAny(text, ".eE") {
		if text == "-0" {
			return "0"
		}
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return javaDoubleText(f)
}

func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		default:
			if c < 0x20 {
				b = append(b, `\u00`...)
				b = append(b, "0123456789ABCDEF"[c>>4], "0123456789ABCDEF"[c&15])
			} else {
				b = append(b, c)
			}
		}
	}
	return append(b, '"')
}

// canonical sorts members; of those with equal keys the last counts.
func (v jsonValue) canonical() jsonValue {
	out := jsonValue{kind: v.kind, text: v.text}
	if v.kind == '[' {
		for _, item := range v.items {
			out.items = append(out.items, item.canonical())
		}
		return out
	}
	at := make(map[string]jsonValue, len(v.keys))
	for i, k := range v.keys {
		if _, ok := at[k]; !ok {
			out.keys = append(out.keys, k)
		}
		at[k] = v.items[i]
	}
	sort.Strings(out.keys)
	for _, k := range out.keys {
		out.items = append(out.items, at[k].canonical())
	}
	return out
}

// canonicalJSON is a text as a value of the type JSON.
func canonicalJSON(text string) (string, error) {
	v, err := parseJSON(text)
	if err != nil {
		return "", err
	}
	return v.canonical().String(), nil
}

// member is the last member of that key.
func (v jsonValue) member(key string) (jsonValue, bool) {
	for i := len(v.keys) - 1; i >= 0; i-- {
		if v.keys[i] == key {
			return v.items[i], true
		}
	}
	return jsonValue{}, false
}

// scalarText is a scalar as a text; ok is false for null, objects and arrays.
func (v jsonValue) scalarText() (string, bool) {
	switch v.kind {
	case 't':
		return "true", true
	case 'f':
		return "false", true
	case 's', '#':
		return v.text, true
	}
	return "", false
}

// number is a number's value.
func (v jsonValue) number() (*big.Rat, bool) {
	if v.kind != '#' || len(v.text) > 400 {
		return nil, false
	}
	if i := strings.IndexAny(v.text, "eE"); i >= 0 {
		if e, err := strconv.Atoi(v.text[i+1:]); err != nil || e > 400 || e < -400 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(v.text)
}
