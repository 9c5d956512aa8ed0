package event

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// MaxDepth is how deep objects and arrays of a record may nest. CloudTrail's
// own records stay under 30.
const MaxDepth = 200

// errShort says that the input ended inside a value that is fine so far.
var errShort = errors.New("the record ends before its closing brace")

// scanner walks JSON text (RFC 8259) once, without building values. All of
// its methods leave i behind what they read, or at the byte they refuse.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) fail(format string, args ...any) error {
	return fmt.Errorf("invalid JSON at byte %d: %s", s.i, fmt.Sprintf(format, args...))
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\n', '\t', '\r':
			s.i++
		default:
			return
		}
	}
}

// next skips white space and returns the byte it stands at.
func (s *scanner) next() (byte, error) {
	s.space()
	if s.i >= len(s.b) {
		return 0, errShort
	}
	return s.b[s.i], nil
}

func (s *scanner) expect(c byte) error {
	got, err := s.next()
	if err != nil {
		return err
	}
	if got != c {
		return s.fail("%q where %q belongs", got, c)
	}
	s.i++
	return nil
}

// value skips one value of any kind.
func (s *scanner) value(depth int) error {
	c, err := s.next()
	if err != nil {
		return err
	}
	switch {
	case c == '"':
		_, _, err := s.str()
		return err
	case c == '{':
		return s.object(depth, nil)
	case c == '[':
		return s.array(depth, nil)
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	return s.fail("%q cannot begin a value", c)
}

// object reads an object; member is called at each value, with the raw key,
// and must read exactly that value. A nil member skips.
func (s *scanner) object(depth int, member func(key []byte) error) error {
	if depth >= MaxDepth {
		return fmt.Errorf("nested deeper than %d levels at byte %d", MaxDepth, s.i)
	}
	if err := s.expect('{'); err != nil {
		return err
	}
	if c, err := s.next(); err != nil || c == '}' {
		s.i++
		return err
	}
	for {
		if c, err := s.next(); err != nil {
			return err
		} else if c != '"' {
			return s.fail("%q where a member name belongs", c)
		}
		key, _, err := s.str()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if member == nil {
			err = s.value(depth + 1)
		} else {
			err = member(key)
		}
		if err != nil {
			return err
		}
		if done, err := s.more('}'); done || err != nil {
			return err
		}
	}
}

// array reads an array; element is called at each element and must read it.
func (s *scanner) array(depth int, element func() error) error {
	if depth >= MaxDepth {
		return fmt.Errorf("nested deeper than %d levels at byte %d", MaxDepth, s.i)
	}
	if err := s.expect('['); err != nil {
		return err
	}
	if c, err := s.next(); err != nil || c == ']' {
		s.i++
		return err
	}
	for {
		var err error
		if element == nil {
			err = s.value(depth + 1)
		} else {
			err = element()
		}
		if err != nil {
			return err
		}
		if done, err := s.more(']'); done || err != nil {
			return err
		}
	}
}

// more reads the comma or the closing bracket behind a member or element.
func (s *scanner) more(closing byte) (done bool, err error) {
	c, err := s.next()
	switch {
	case err != nil:
		return false, err
	case c == closing:
		s.i++
		return true, nil
	case c == ',':
		s.i++
		return false, nil
	}
	return false, s.fail("%q where ',' or %q belongs", c, closing)
}

func (s *scanner) literal(word string) error {
	for k := range len(word) {
		if s.i+k >= len(s.b) {
			return errShort
		}
		if s.b[s.i+k] != word[k] {
			return s.fail("no literal of JSON")
		}
	}
	s.i += len(word)
	return nil
}

func (s *scanner) digits() error {
	if s.i >= len(s.b) {
		return errShort
	}
	if c := s.b[s.i]; c < '0' || c > '9' {
		return s.fail("%q in a number", c)
	}
	for s.i < len(s.b) && '0' <= s.b[s.i] && s.b[s.i] <= '9' {
		s.i++
	}
	return nil
}

func (s *scanner) number() error {
	if s.b[s.i] == '-' {
		s.i++
	}
	if s.i < len(s.b) && s.b[s.i] == '0' {
		s.i++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.i < len(s.b) && (s.b[s.i] == 'e' || s.b[s.i] == 'E') {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		return s.digits()
	}
	return nil
}

// special has the high bit set in each byte of w that is a quote, a backslash
// or a control character (the usual SWAR tests; bytes from 0x80 up never match).
func special(w uint64) uint64 {
	const lo, hi = 0x0101010101010101, 0x8080808080808080
	quote := w ^ lo*'"'
	slash := w ^ lo*'\\'
	return ((quote-lo)&^quote | (slash-lo)&^slash | (w-lo*0x20)&^w) & hi
}

// str reads a string and returns what stands between its quotes, and whether
// that holds escapes.
func (s *scanner) str() (body []byte, escaped bool, err error) {
	s.i++
	start := s.i
	for {
		for s.i+8 <= len(s.b) {
			if m := special(binary.LittleEndian.Uint64(s.b[s.i:])); m != 0 {
				s.i += bits.TrailingZeros64(m) >> 3
				break
			}
			s.i += 8
		}
		if s.i >= len(s.b) {
			return nil, false, errShort
		}
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[start : s.i-1], escaped, nil
		case c == '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return nil, false, err
			}
		case c < 0x20:
			return nil, false, s.fail("control character 0x%02x in a string", c)
		default:
			s.i++
		}
	}
}

func (s *scanner) escape() error {
	if s.i+1 >= len(s.b) {
		return errShort
	}
	switch c := s.b[s.i+1]; c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i += 2
		return nil
	case 'u':
		for k := 2; k < 6; k++ {
			if s.i+k >= len(s.b) {
				return errShort
			}
			if hexDigit(s.b[s.i+k]) < 0 {
				return s.fail("bad \\u escape in a string")
			}
		}
		s.i += 6
		return nil
	default:
		return s.fail("bad escape \\%c in a string", c)
	}
}

// text returns a string's value, sharing the record's memory where it can.
func text(body []byte, escaped bool) string {
	if len(body) == 0 {
		return ""
	}
	if !escaped {
		return unsafe.String(&body[0], len(body))
	}
	return unescape(body)
}

func unescape(body []byte) string {
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			out = append(out, body[i])
			continue
		}
		i++
		switch body[i] {
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
			r := hex4(body[i+1:])
			i += 4
			if utf16.IsSurrogate(r) && i+6 < len(body) && body[i+1] == '\\' && body[i+2] == 'u' {
				if pair := utf16.DecodeRune(r, hex4(body[i+3:])); pair != utf8.RuneError {
					r = pair
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, body[i])
		}
	}
	return string(out)
}

func hex4(b []byte) rune {
	var r rune
	for k := range 4 {
		r = r<<4 | rune(hexDigit(b[k]))
	}
	return r
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
