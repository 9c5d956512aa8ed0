package trinosql

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

// patterns are compiled ones, by their text. There are few in a statement; the bound is for
// statements that make one for every row.
var patterns = struct {
	sync.Mutex
	m map[string]*regexp.Regexp
}{m: make(map[string]*regexp.Regexp)}

const maxPatterns = 1000

// compilePattern compiles a pattern of Trino's. Matching takes time linear in the text
// whatever the pattern, at the price of look-around and back references, as with Trino's
// RE2J.
func compilePattern(text string) (*regexp.Regexp, error) {
	patterns.Lock()
	defer patterns.Unlock()
	if re, ok := patterns.m[text]; ok {
		return re, nil
	}
	re, err := regexp.Compile(translatePattern(text))
	if err != nil {
		message := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		return nil, fmt.Errorf("the regular expression '%s' is not supported: %s", strings.ReplaceAll(text, failEnd, ""), message)
	}
	if len(patterns.m) >= maxPatterns {
		clear(patterns.m)
	}
	patterns.m[text] = re
	return re, nil
}

// javaClasses are classes that Java has and Go has by another name.
var javaClasses = strings.NewReplacer(
	`\p{Alpha}`, `\p{L}`, `\p{Lower}`, `\p{Ll}`, `\p{Upper}`, `\p{Lu}`, `\p{Digit}`, `\d`, `\p{Space}`, `\s`,
	`\p{Alnum}`, `\p{L}\d`, `\p{Punct}`, `[:punct:]`, `\p{XDigit}`, `0-9a-fA-F`, `\p{ASCII}`, `\x00-\x7F`,
	`\p{IsAlphabetic}`, `\p{L}`, `\p{IsLetter}`, `\p{L}`, `\p{IsDigit}`, `\d`)

// translatePattern is a pattern of Java's in the words of Go and DuckDB.
func translatePattern(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	inClass := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			end := i + 2
			if (text[i+1] == 'p' || text[i+1] == 'P') && end < len(text) && text[end] == '{' {
				if n := strings.IndexByte(text[end:], '}'); n > 0 {
					end += n + 1
				}
			}
			word := text[i:end]
			replaced := javaClasses.Replace(word)
			switch {
			case word == `\Z`:
				replaced = `\z`
			case word == `\h`:
				replaced = ifText(inClass, ` \t`, `[ \t]`)
			case replaced != word && !inClass && len(replaced) > 2 && !strings.HasPrefix(replaced, `\p{L`) || word == `\p{Alnum}` && !inClass:
				replaced = "[" + replaced + "]"
			}
			b.WriteString(replaced)
			i = end - 1
		case c == '[':
			inClass = true
			b.WriteByte(c)
		case c == ']':
			inClass = false
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// withPattern makes a function whose second argument is a pattern.
func withPattern(name, result string, params []string, call func(re *regexp.Regexp, s string, a []any) (any, error)) value.Function {
	return goFunc(name, result, params, func(a []any) (any, error) {
		re, err := compilePattern(str(a[1]))
		if err != nil {
			return nil, badArgument("%s", err)
		}
		return call(re, str(a[0]), a)
	})
}

func checkGroup(re *regexp.Regexp, n int64) error {
	if n < 0 {
		return badArgument("Group cannot be negative")
	}
	if n > int64(re.NumSubexp()) {
		return badArgument("Pattern has %d groups. Cannot access group %d", re.NumSubexp(), n)
	}
	return nil
}

// group is a group of a match; nil if it took no part.
func group(s string, m []int, n int64) any {
	if m[2*n] < 0 {
		return nil
	}
	return s[m[2*n]:m[2*n+1]]
}

var regexpGo = []value.Function{
	withPattern("trino_regexp_like", "BOOLEAN", types("VARCHAR", "VARCHAR"), func(re *regexp.Regexp, s string, _ []any) (any, error) {
		return re.MatchString(s), nil
	}),
	withPattern("trino_regexp_count", "BIGINT", types("VARCHAR", "VARCHAR"), func(re *regexp.Regexp, s string, _ []any) (any, error) {
		return int64(len(re.FindAllStringIndex(s, -1))), nil
	}),
	withPattern("trino_regexp_extract", "VARCHAR", types("VARCHAR", "VARCHAR", "BIGINT"), func(re *regexp.Regexp, s string, a []any) (any, error) {
		if err := checkGroup(re, num(a[2])); err != nil {
			return nil, err
		}
		m := re.FindStringSubmatchIndex(s)
		if m == nil {
			return nil, nil
		}
		return group(s, m, num(a[2])), nil
	}),
	withPattern("trino_regexp_extract_all", "VARCHAR[]", types("VARCHAR", "VARCHAR", "BIGINT"), func(re *regexp.Regexp, s string, a []any) (any, error) {
		if err := checkGroup(re, num(a[2])); err != nil {
			return nil, err
		}
		out := []any{}
		for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
			out = append(out, group(s, m, num(a[2])))
		}
		return out, nil
	}),
	withPattern("trino_regexp_position", "INTEGER", types("VARCHAR", "VARCHAR", "INTEGER", "INTEGER"), func(re *regexp.Regexp, s string, a []any) (any, error) {
		return regexpPosition(re, s, num(a[2]), num(a[3]))
	}),
	withPattern("trino_regexp_replace", "VARCHAR", types("VARCHAR", "VARCHAR", "VARCHAR"), func(re *regexp.Regexp, s string, a []any) (any, error) {
		return regexpReplace(re, s, str(a[2]))
	}),
	withPattern("trino_regexp_split", "VARCHAR[]", types("VARCHAR", "VARCHAR"), func(re *regexp.Regexp, s string, _ []any) (any, error) {
		return regexpParts(re, s), nil
	}),
	withPattern("trino_regexp_parts", "VARCHAR[]", types("VARCHAR", "VARCHAR"), func(re *regexp.Regexp, s string, _ []any) (any, error) {
		return regexpParts(re, s), nil
	}),
	withPattern("trino_regexp_groups", "VARCHAR[][]", types("VARCHAR", "VARCHAR"), func(re *regexp.Regexp, s string, _ []any) (any, error) {
		out := []any{}
		for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
			groups := []any{}
			for n := 1; n <= re.NumSubexp(); n++ {
				groups = append(groups, group(s, m, int64(n)))
			}
			out = append(out, groups)
		}
		return out, nil
	}),
}

// regexpParts are the texts between the matches, empty ones too.
func regexpParts(re *regexp.Regexp, s string) []any {
	out := []any{}
	last := 0
	for _, m := range re.FindAllStringIndex(s, -1) {
		out = append(out, s[last:m[0]])
		last = m[1]
	}
	return append(out, s[last:])
}

func regexpPosition(re *regexp.Regexp, s string, start, occurrence int64) (any, error) {
	if start < 1 {
		return nil, badArgument("start position cannot be smaller than 1")
	}
	if occurrence < 1 {
		return nil, badArgument("occurrence cannot be smaller than 1")
	}
	if start > int64(utf8.RuneCountInString(s)) {
		return int64(-1), nil
	}
	for _, m := range re.FindAllStringIndex(s, -1) {
		at := int64(utf8.RuneCountInString(s[:m[0]])) + 1
		if at < start {
			continue
		}
		if occurrence--; occurrence == 0 {
			return at, nil
		}
	}
	return int64(-1), nil
}

// regexpReplace puts a replacement in for every match: $1 and ${name} are groups, a
// backslash takes the meaning from what follows it.
func regexpReplace(re *regexp.Regexp, s, replacement string) (any, error) {
	pieces, err := replacementPieces(re, replacement)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	last := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(s[last:m[0]])
		for _, p := range pieces {
			if p.group < 0 {
				b.WriteString(p.text)
			} else if m[2*p.group] >= 0 {
				b.WriteString(s[m[2*p.group]:m[2*p.group+1]])
			}
		}
		last = m[1]
	}
	b.WriteString(s[last:])
	return b.String(), nil
}

type piece struct {
	text  string
	group int // -1 if it is text
}

func replacementPieces(re *regexp.Regexp, r string) ([]piece, error) {
	var out []piece
	for i := 0; i < len(r); i++ {
		switch c := r[i]; {
		case c == '\\':
			if i++; i == len(r) {
				return nil, badArgument("Illegal replacement sequence: %s", r)
			}
			out = append(out, piece{r[i : i+1], -1})
		case c != '$':
			out = append(out, piece{r[i : i+1], -1})
		case i+1 < len(r) && r[i+1] == '{':
			end := strings.IndexByte(r[i:], '}')
			if end < 0 {
				return nil, badArgument("Illegal replacement sequence: %s", r)
			}
			name := r[i+2 : i+end]
			n := re.SubexpIndex(name)
			if n < 0 {
				return nil, badArgument("Illegal replacement sequence: unknown group { %s }", name)
			}
			out = append(out, piece{group: n})
			i += end
		default:
			end := i + 1
			for end < len(r) && isDigit(r[end]) {
				if n, _ := strconv.Atoi(r[i+1 : end+1]); end > i+1 && n > re.NumSubexp() {
					break
				}
				end++
			}
			n, err := strconv.Atoi(r[i+1 : end])
			if err != nil {
				return nil, badArgument("Illegal replacement sequence: %s", r)
			}
			if n > re.NumSubexp() {
				return nil, badArgument("Illegal replacement sequence: unknown group %d", n)
			}
			out = append(out, piece{group: n})
			i = end - 1
		}
	}
	return out, nil
}
