package redact

import (
	"errors"
	"fmt"
	"strings"
)

// stepKind is how a step of a path goes down one level, or several.
type stepKind uint8

const (
	byName  stepKind = iota // the member of this name
	anyName                 // *: any member
	element                 // []: any element of a list
	deep                    // **: any number of levels, of members and elements
)

type step struct {
	kind stepKind
	name string
}

// maxSteps and maxDeep bound a path, and with it what one value of a tree can
// cost.
const (
	maxSteps = 64
	maxDeep  = 4
)

// ErrPath is a path that cannot be read.
var ErrPath = errors.New("not a path")

// parsePath reads a path: names with dots between them, where
//
//   - is any member, at one level
//     **       is any number of levels, members and elements alike; at the end at
//     least one
//     []       behind a name is any element of the list there
//     ['a.b']  is a name with dots, brackets or stars in it, as is a\.b
//
// A quote within ['...'] is written twice.
func parsePath(text string) ([]step, error) {
	var steps []step
	rest, dot := text, true // a name may begin
	for rest != "" {
		var s step
		var err error
		switch {
		case rest[0] == '[':
			if s, rest, err = parseBracket(rest); err == nil && s.kind == element && len(steps) == 0 {
				err = errors.New("[] has to stand behind the name of a list")
			}
		case !dot:
			err = fmt.Errorf("%q where a dot or a bracket belongs", rest)
		default:
			s, rest, err = parseName(rest)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %w", ErrPath, text, err)
		}
		if n := len(steps); s.kind != deep || n == 0 || steps[n-1].kind != deep {
			steps = append(steps, s)
		}
		if len(steps) > maxSteps {
			return nil, fmt.Errorf("%w: it has over %d steps", ErrPath, maxSteps)
		}
		if dot = strings.HasPrefix(rest, "."); dot {
			if rest = rest[1:]; rest == "" || rest[0] == '[' && strings.HasPrefix(rest, "[]") {
				return nil, fmt.Errorf("%w: %q: a name belongs behind the dot", ErrPath, text)
			}
		}
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrPath)
	}
	if n := count(steps, deep); n > maxDeep {
		return nil, fmt.Errorf("%w: %q has ** %d times, and may %d times", ErrPath, text, n, maxDeep)
	}
	return steps, nil
}

func count(steps []step, kind stepKind) (n int) {
	for _, s := range steps {
		if s.kind == kind {
			n++
		}
	}
	return n
}

// parseBracket reads [] or ['name'].
func parseBracket(text string) (s step, rest string, err error) {
	if strings.HasPrefix(text, "[]") {
		return step{kind: element}, text[2:], nil
	}
	if !strings.HasPrefix(text, "['") {
		return s, "", errors.New("a bracket holds nothing (any element) or a name in quotes, as ['a.b']")
	}
	var name strings.Builder
	for i := 2; i < len(text); i++ {
		if text[i] != '\'' {
			name.WriteByte(text[i])
			continue
		}
		if i++; strings.HasPrefix(text[i:], "'") {
			name.WriteByte('\'')
			continue
		}
		if !strings.HasPrefix(text[i:], "]") || name.Len() == 0 {
			break
		}
		return step{kind: byName, name: name.String()}, text[i+1:], nil
	}
	return s, "", errors.New("a name in brackets has the form ['name']; a quote in it is written twice")
}

// parseName reads a name, or a step of stars, up to a dot or bracket.
func parseName(text string) (s step, rest string, err error) {
	var name strings.Builder
	i, star := 0, false
	for ; i < len(text) && text[i] != '.' && text[i] != '['; i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
		case text[i] == '\\':
			return s, "", errors.New("a backslash has to stand before a character")
		case text[i] == '*':
			star = true
		case text[i] == ']' || text[i] == '\'':
			return s, "", fmt.Errorf("a name with %q in it is written in brackets, as ['a.b']", text[i])
		}
		name.WriteByte(text[i])
	}
	switch text[:i] {
	case "":
		return s, "", errors.New("a name is empty")
	case "*":
		return step{kind: anyName}, text[i:], nil
	case "**":
		return step{kind: deep}, text[i:], nil
	}
	if star {
		return s, "", fmt.Errorf("the star in %q has to be a step of its own; a name with a star is written in brackets, as ['a*']", text[:i])
	}
	return step{kind: byName, name: name.String()}, text[i:], nil
}

// formatPath writes steps so that parsePath reads the same.
func formatPath(steps []step) string {
	var b []byte
	for _, s := range steps {
		switch s.kind {
		case byName:
			b = appendName(b, s.name)
		case element:
			b = append(b, "[]"...)
		case anyName:
			b = append(appendDot(b), '*')
		case deep:
			b = append(appendDot(b), "**"...)
		}
	}
	return string(b)
}

func appendDot(b []byte) []byte {
	if len(b) > 0 {
		b = append(b, '.')
	}
	return b
}

// appendName adds a member's name to a path, in brackets where it needs them.
func appendName(b []byte, name string) []byte {
	if name == "" || strings.ContainsAny(name, `.[]*\'`) {
		b = append(b, "['"...)
		b = append(b, strings.ReplaceAll(name, "'", "''")...)
		return append(b, "']"...)
	}
	return append(appendDot(b), name...)
}

// glob matches a pattern in which * is any text and ? one byte, without regard
// to case.
func glob(pattern, text string) bool {
	star, mark := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || lower(pattern[p]) == lower(text[t])):
			p++
			t++
		case star >= 0: // the last star takes one byte more
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// sameName compares names without regard to the case of ASCII letters, which
// all names of the models have; several times as fast as strings.EqualFold.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
