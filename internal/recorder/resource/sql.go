package resource

import "strings"

// sqlTables is for statements of SQL and PartiQL: it gives the tables behind
// FROM, JOIN, INTO and UPDATE. Of a dotted name it gives, by parts:
//
//	1: the first part, the table of DynamoDB's "table"."index" and of SimpleDB;
//	2: the database of Timestream's "database"."table";
//	3: "database/table/table" of the same.
//
// It is a scanner and no parser: it knows strings, quoted names and comments,
// and takes for a table what stands where a table can. A statement that the
// service would not accept may give anything.
func sqlTables(parts int) reading {
	return func(_ *Call, statement string) []draft {
		var out []draft
		s := scanner{rest: statement}
		for word := s.next(); word.text != ""; {
			if word.quoted || !tableFollows(word.text) {
				word = s.next()
				continue
			}
			var names []string
			for word = s.next(); word.name; {
				names = append(names, word.text)
				if word = s.next(); word.text != "." {
					break
				}
				word = s.next()
			}
			if d, ok := tableDraft(names, parts); ok {
				out = append(out, d)
			}
		}
		return out
	}
}

func tableFollows(word string) bool {
	switch strings.ToUpper(word) {
	case "FROM", "JOIN", "INTO", "UPDATE":
		return true
	}
	return false
}

func tableDraft(names []string, parts int) (draft, bool) {
	switch {
	case parts == 1 && len(names) > 0:
		return draft{names[0], isARN(names[0])}, true
	case parts == 2 && len(names) == 2:
		return draft{text: names[0]}, true
	case parts == 3 && len(names) == 2:
		return draft{text: names[0] + "/table/" + names[1]}, true
	}
	return draft{}, false
}

// token is a word, a name in quotes, or a sign. The end has an empty text.
type token struct {
	text   string
	name   bool
	quoted bool
}

type scanner struct{ rest string }

// next gives the next token; strings and comments are passed over.
func (s *scanner) next() token {
	for {
		s.rest = strings.TrimLeft(s.rest, " \t\r\n")
		switch {
		case s.rest == "":
			return token{}
		case s.rest[0] == '\'':
			s.skipPast(1, "'")
		case strings.HasPrefix(s.rest, "--"):
			s.skipPast(2, "\n")
		case strings.HasPrefix(s.rest, "/*"):
			s.skipPast(2, "*/")
		case s.rest[0] == '"' || s.rest[0] == '`':
			quote := s.rest[:1]
			if name := s.skipPast(1, quote); name != "" {
				return token{name, true, true}
			}
		default:
			return s.word()
		}
	}
}

// skipPast gives what stands up to the end mark, and goes behind it. A quote
// that is doubled to stand for itself ends one string and begins the next,
// which makes no difference here.
func (s *scanner) skipPast(start int, end string) string {
	inside, after, _ := strings.Cut(s.rest[start:], end)
	s.rest = after
	return inside
}

func (s *scanner) word() token {
	n := 0
	for n < len(s.rest) && wordByte(s.rest[n]) {
		n++
	}
	word := token{text: s.rest[:max(n, 1)], name: n > 0}
	s.rest = s.rest[max(n, 1):]
	return word
}

// wordByte tells bytes of names that need no quotes. Hyphens are not of PartiQL,
// but lenient servers take them.
func wordByte(b byte) bool {
	return b == '_' || b == '-' || b == '$' || b >= 0x80 ||
		'0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
