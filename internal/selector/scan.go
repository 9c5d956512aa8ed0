package selector

import (
	"bytes"
	"encoding/json"
	"unsafe"
)

// scan walks the JSON text of a record that is known to be valid. On text that
// is not, it ends with err or skips something; it never panics, and each step
// moves on.
type scan struct {
	b   []byte
	i   int
	err error
}

func (s *scan) fail() {
	if s.err == nil {
		s.err = errRecord
	}
}

// space skips white space and returns the byte it stands at; 0 at the end.
func (s *scan) space() byte {
	for ; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; c {
		case ' ', '\n', '\t', '\r':
		default:
			return c
		}
	}
	return 0
}

// enter steps into an object or array, if there is one.
func (s *scan) enter(opening byte) bool {
	if s.err != nil || s.space() != opening {
		return false
	}
	s.i++
	return true
}

// more tells whether another member or element follows, and steps to it; or
// else out of the object or array.
func (s *scan) more(closing byte) bool {
	if s.err != nil {
		return false
	}
	c := s.space()
	if c == ',' {
		s.i++
		c = s.space()
	}
	switch c {
	case 0:
		s.fail()
		return false
	case closing:
		s.i++
		return false
	}
	return true
}

// key reads a member's name, as it is written, and steps to the value.
func (s *scan) key() []byte {
	if s.space() != '"' {
		s.fail()
		return nil
	}
	key := s.quoted()
	if s.space() != ':' {
		s.fail()
		return nil
	}
	s.i++
	return key
}

// quoted reads a string and returns what is between its quotes.
func (s *scan) quoted() []byte {
	s.i++
	for from, at := s.i, s.i; ; {
		n := bytes.IndexByte(s.b[at:], '"')
		if n < 0 {
			s.i = len(s.b)
			s.fail()
			return nil
		}
		n += at
		slashes := n
		for slashes > at && s.b[slashes-1] == '\\' {
			slashes--
		}
		if (n-slashes)%2 == 0 {
			s.i = n + 1
			return s.b[from:n]
		}
		at = n + 1
	}
}

// str reads a string; a value of another kind it skips.
func (s *scan) str(into *string) {
	if s.space() != '"' {
		s.skip()
		return
	}
	start := s.i
	body := s.quoted()
	switch {
	case s.err != nil:
	case len(body) == 0:
		*into = ""
	case bytes.IndexByte(body, '\\') < 0:
		*into = unsafe.String(&body[0], len(body))
	default:
		// A variable of its own: into must not escape to the heap for the sake
		// of the few strings that need this.
		var decoded string
		if json.Unmarshal(s.b[start:s.i], &decoded) != nil {
			s.fail()
			return
		}
		*into = decoded
	}
}

// skip steps over one value of any kind.
func (s *scan) skip() {
	switch c := s.space(); {
	case s.err != nil:
	case c == '"':
		s.quoted()
	case c == '{' || c == '[':
		s.skipNested()
	default:
		s.skipWord()
	}
}

// skipNested steps over an object or array. It counts brackets instead of
// calling itself: no text is too deep for it.
func (s *scan) skipNested() {
	for depth := 0; s.i < len(s.b) && s.err == nil; {
		switch s.b[s.i] {
		case '"':
			s.quoted()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.i++
		if depth == 0 {
			return
		}
	}
	s.fail()
}

// skipWord steps over a number or a literal.
func (s *scan) skipWord() {
	start := s.i
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\n', '\t', '\r', ',', ':', '}', ']', '{', '[', '"':
			if s.i == start {
				s.fail()
			}
			return
		}
		s.i++
	}
	s.fail()
}
