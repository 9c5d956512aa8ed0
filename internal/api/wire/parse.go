package wire

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep the objects and arrays of a request may nest. The
// deepest input of the service models has eight levels; the limit keeps a
// hostile body from growing the stack.
const MaxDepth = 200

// MaxValues is how many values a request may hold. The largest inputs of the
// service models have some thousands; a tree takes up to a hundred times the
// memory of its text, so a hostile body of small values would cost 100 MB.
const MaxValues = 50_000

// ErrSyntax is wrapped by every error of [ParseJSON] and [ParseQuery].
var ErrSyntax = errors.New("malformed request body")

// ParseJSON reads one JSON text (RFC 8259) into a tree. An empty text is an
// empty object, as AWS services read it. Invalid UTF-8, nesting deeper than
// [MaxDepth], more than [MaxValues] and anything behind the value are errors;
// repeated names are kept, and the last one counts.
func ParseJSON(data []byte) (Value, error) {
	if !utf8.Valid(data) {
		return Value{}, fmt.Errorf("%w: invalid UTF-8", ErrSyntax)
	}
	p := parser{data: data}
	p.space()
	if p.at == len(data) {
		return Value{Kind: ObjectValue}, nil
	}
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	p.space()
	if p.at != len(data) {
		return Value{}, p.fail("unexpected data behind the value")
	}
	return v, nil
}

// parser reads JSON by recursive descent; its depth is bounded by MaxDepth.
type parser struct {
	data   []byte
	at     int
	values int
}

func (p *parser) fail(what string) error {
	return fmt.Errorf("%w: %s at byte %d", ErrSyntax, what, p.at)
}

func (p *parser) space() {
	for p.at < len(p.data) {
		switch p.data[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

// peek returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.at < len(p.data) {
		return p.data[p.at]
	}
	return 0
}

func (p *parser) value(depth int) (Value, error) {
	if depth > MaxDepth {
		return Value{}, p.fail("nested too deeply")
	}
	if p.values++; p.values > MaxValues {
		return Value{}, p.fail("too many values")
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		s, err := p.string()
		return Value{Kind: StringValue, Text: s}, err
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return Value{Kind: BoolValue, Bool: true}, p.literal("true")
	case c == 'f':
		return Value{Kind: BoolValue}, p.literal("false")
	case c == 'n':
		return Value{}, p.literal("null")
	}
	return Value{}, p.fail("expected a value")
}

func (p *parser) literal(word string) error {
	if len(p.data)-p.at < len(word) || string(p.data[p.at:p.at+len(word)]) != word {
		return p.fail("expected " + word)
	}
	p.at += len(word)
	return nil
}

func (p *parser) object(depth int) (Value, error) {
	v := Value{Kind: ObjectValue}
	p.at++
	p.space()
	if p.peek() == '}' {
		p.at++
		return v, nil
	}
	for {
		if p.peek() != '"' {
			return v, p.fail("expected a member name")
		}
		name, err := p.string()
		if err != nil {
			return v, err
		}
		p.space()
		if p.peek() != ':' {
			return v, p.fail("expected a colon")
		}
		p.at++
		p.space()
		member, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.Fields = append(v.Fields, Field{Name: name, Value: member})
		p.space()
		switch p.peek() {
		case ',':
			p.at++
			p.space()
		case '}':
			p.at++
			return v, nil
		default:
			return v, p.fail("expected a comma or a closing brace")
		}
	}
}

func (p *parser) array(depth int) (Value, error) {
	v := Value{Kind: ListValue}
	p.at++
	p.space()
	if p.peek() == ']' {
		p.at++
		return v, nil
	}
	for {
		item, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.Items = append(v.Items, item)
		p.space()
		switch p.peek() {
		case ',':
			p.at++
			p.space()
		case ']':
			p.at++
			return v, nil
		default:
			return v, p.fail("expected a comma or a closing bracket")
		}
	}
}

// number accepts the grammar of RFC 8259, which strconv would widen.
func (p *parser) number() (Value, error) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	switch c := p.peek(); {
	case c == '0':
		p.at++
	case c >= '1' && c <= '9':
		p.digits()
	default:
		return Value{}, p.fail("expected a digit")
	}
	if p.peek() == '.' {
		p.at++
		if !p.digits() {
			return Value{}, p.fail("expected a digit")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.digits() {
			return Value{}, p.fail("expected a digit")
		}
	}
	return Number(string(p.data[start:p.at])), nil
}

func (p *parser) digits() bool {
	start := p.at
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	return p.at > start
}

// string reads a string at its opening quote. A lone surrogate escape becomes
// U+FFFD, as encoding/json has it: it has no UTF-8 form.
func (p *parser) string() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case c == '"':
			p.at++
			return string(p.data[start : p.at-1]), nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", p.fail("control character in a string")
		default:
			p.at++
		}
	}
	return "", p.fail("unterminated string")
}

// escaped goes on with a string that has an escape, from its start.
func (p *parser) escaped(start int) (string, error) {
	out := append(make([]byte, 0, p.at-start+32), p.data[start:p.at]...)
	for p.at < len(p.data) {
		c := p.data[p.at]
		p.at++
		switch {
		case c == '"':
			return string(out), nil
		case c < 0x20:
			return "", p.fail("control character in a string")
		case c != '\\':
			out = append(out, c)
			continue
		}
		esc := p.peek()
		p.at++
		switch esc {
		case '"', '\\', '/':
			out = append(out, esc)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, err := p.hex4()
			if err != nil {
				return "", err
			}
			if utf16.IsSurrogate(r) {
				r = p.pair(r)
			}
			out = utf8.AppendRune(out, r)
		default:
			return "", p.fail("unknown escape")
		}
	}
	return "", p.fail("unterminated string")
}

func (p *parser) hex4() (rune, error) {
	if p.at+4 > len(p.data) {
		return 0, p.fail("unfinished escape")
	}
	n, err := strconv.ParseUint(string(p.data[p.at:p.at+4]), 16, 16)
	if err != nil {
		return 0, p.fail("expected four hexadecimal digits")
	}
	p.at += 4
	return rune(n), nil
}

// pair completes a surrogate pair, or gives U+FFFD and leaves what follows.
func (p *parser) pair(high rune) rune {
	if p.at+6 > len(p.data) || p.data[p.at] != '\\' || p.data[p.at+1] != 'u' {
		return utf8.RuneError
	}
	before := p.at
	p.at += 2
	low, err := p.hex4()
	if r := utf16.DecodeRune(high, low); err == nil && r != utf8.RuneError {
		return r
	}
	p.at = before
	return utf8.RuneError
}
