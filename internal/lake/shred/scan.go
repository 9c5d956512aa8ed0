package shred

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads JSON in b up to end. It does not check what it skips: records are
// valid JSON where they come from, and of one that is not, what stands before the
// error is what there is.
type scanner struct {
	b      []byte
	i, end int
}

// next skips white space and is the byte there, 0 at the end.
func (s *scanner) next() byte {
	for s.i < s.end {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// expect skips one byte if it is there.
func (s *scanner) expect(c byte) bool {
	if s.next() != c {
		return false
	}
	s.i++
	return true
}

// text reads a string, from its quote, and is the place of what is between the quotes
// and whether there is a backslash in it.
func (s *scanner) text() (from, to int, escaped, ok bool) {
	s.i++
	from = s.i
	for {
		n := bytes.IndexByte(s.b[s.i:s.end], '"')
		if n < 0 {
			s.i = s.end
			return from, s.end, false, false
		}
		if bytes.IndexByte(s.b[s.i:s.i+n], '\\') < 0 {
			to = s.i + n
			s.i = to + 1
			return from, to, escaped, true
		}
		escaped = true
		if to, ok = s.escapedEnd(); ok {
			return from, to, true, true
		}
		return from, s.end, true, false
	}
}

// escapedEnd finds the end of a string that has backslashes, from where s is.
func (s *scanner) escapedEnd() (to int, ok bool) {
	for s.i < s.end {
		switch s.b[s.i] {
		case '\\':
			s.i++
		case '"':
			s.i++
			return s.i - 1, true
		}
		s.i++
	}
	s.i = s.end
	return s.end, false
}

// skip skips a value and is the place of it.
func (s *scanner) skip() (from, to int, ok bool) {
	c := s.next()
	from = s.i
	switch c {
	case '"':
		_, _, _, ok = s.text()
		return from, s.i, ok
	case '{', '[':
		ok = s.skipNested()
		return from, s.i, ok
	}
	for s.i < s.end {
		switch s.b[s.i] {
		case ',', '}', ']', ':', ' ', '\t', '\n', '\r', '"', '{', '[':
			return from, s.i, s.i > from
		}
		s.i++
	}
	return from, s.i, s.i > from
}

// skipNested skips an object or a list with all that is in it, by counting.
func (s *scanner) skipNested() bool {
	depth := 0
	for s.i < s.end {
		switch s.b[s.i] {
		case '"':
			if _, _, _, ok := s.text(); !ok {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				s.i++
				return true
			}
		}
		s.i++
	}
	return false
}

// key reads the name of a member and the colon behind it.
func (s *scanner) key() (from, to int, escaped, ok bool) {
	if s.next() != '"' {
		return 0, 0, false, false
	}
	if from, to, escaped, ok = s.text(); !ok {
		return from, to, escaped, false
	}
	return from, to, escaped, s.expect(':')
}

// unescape appends the text of a string with backslashes.
func unescape(dst, body []byte) []byte {
	for i := 0; i < len(body); {
		c := body[i]
		if c != '\\' || i+1 == len(body) {
			dst = append(dst, c)
			i++
			continue
		}
		c = body[i+1]
		i += 2
		switch c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, n := hex4(body[i:])
			i += n
			if utf16.IsSurrogate(r) {
				low, m := rune(0), 0
				if i+1 < len(body) && body[i] == '\\' && body[i+1] == 'u' {
					low, m = hex4(body[i+2:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 2 + m
				}
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// hex4 reads the four digits of \u, and how many of them there were.
func hex4(b []byte) (r rune, n int) {
	for n < 4 && n < len(b) {
		var d byte
		switch c := b[n]; {
		case '0' <= c && c <= '9':
			d = c - '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			d = c | 0x20 - 'a' + 10
		default:
			return utf8.RuneError, n
		}
		r = r<<4 | rune(d)
		n++
	}
	if n < 4 {
		return utf8.RuneError, n
	}
	return r, n
}
