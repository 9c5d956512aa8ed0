package config

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// entry is one "key: value" of the YAML file.
type entry struct {
	*setting
	text string
	line int
}

// parseYAML reads a flat mapping of settings. Unknown and repeated keys and
// values of the wrong type are problems; the rest is read nevertheless.
func parseYAML(name string, data []byte) ([]entry, []Problem) {
	fail := func(line int, format string, args ...any) []Problem {
		return []Problem{{Text: fmt.Sprintf(format, args...) + fmt.Sprintf(" in line %d of %s", line, name)}}
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		if syntax, ok := errors.AsType[yaml.Error](err); ok && syntax.GetToken() != nil {
			return nil, fail(syntax.GetToken().Position.Line, "not valid YAML: %s", syntax.GetMessage())
		}
		return nil, []Problem{{Text: fmt.Sprintf("%s is not valid YAML: %v", name, err)}}
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.NullType:
		case body != nil:
			return nil, fail(doc.Body.GetToken().Position.Line, "a second YAML document begins")
		default:
			body = doc.Body
		}
	}
	var pairs []*ast.MappingValueNode
	switch n := body.(type) {
	case nil:
		return nil, nil
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		return nil, fail(body.GetToken().Position.Line, "the file must be lines of the form \"key: value\", and something else stands")
	}
	return readPairs(pairs, fail)
}

// readPairs takes the pairs of the file's mapping apart.
func readPairs(pairs []*ast.MappingValueNode, fail func(int, string, ...any) []Problem) ([]entry, []Problem) {
	var entries []entry
	var problems []Problem
	seen := map[string]int{}
	for _, pair := range pairs {
		token := pair.Key.GetToken()
		key, line := token.Value, token.Position.Line
		s := find(key)
		first, repeated := seen[key]
		switch {
		case s == nil:
			hint := ""
			if near := nearest(key); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			p := fail(line, "unknown key %q", key)
			p[0].Text += hint
			problems = append(problems, p...)
			continue
		case s.outside:
			problems = append(problems, fail(line, "%q cannot be set in the file itself; use the flag --%s or %s; it stands", key, key, s.env)...)
			continue
		case repeated:
			problems = append(problems, fail(line, "key %q was given in line %d already, and again", key, first)...)
			continue
		}
		seen[key] = line
		text, want := scalar(s, pair.Value)
		if want != "" {
			p := fail(line, "something else than %s stands", want)
			p[0].Key = key
			problems = append(problems, p...)
			continue
		}
		if text != "" {
			entries = append(entries, entry{setting: s, text: text, line: line})
		}
	}
	return entries, problems
}

// scalar gives the text of a value, or what it should have been. A key without
// a value leaves the default.
func scalar(s *setting, node ast.Node) (text, want string) {
	kind := ast.NullType
	if node != nil {
		kind = node.Type()
	}
	if kind == ast.NullType {
		return "", ""
	}
	number := kind == ast.IntegerType || kind == ast.FloatType
	allowed := false
	switch reflect.TypeFor[Config]().Field(s.index).Type {
	case reflect.TypeFor[bool]():
		allowed, want = kind == ast.BoolType, "true or false"
	case reflect.TypeFor[time.Duration]():
		allowed, want = kind == ast.StringType, "a duration with its unit, as 5m or 90d"
	case reflect.TypeFor[string]():
		// An account id looks like a number to YAML; its digits are taken as
		// they stand, with a leading zero too.
		allowed, want = kind == ast.StringType || s.key == "account-id" && number, "text"
	case reflect.TypeFor[float64]():
		allowed, want = number, "a number"
	default:
		if s.size {
			allowed, want = kind == ast.StringType || kind == ast.IntegerType, "a size, as 256MiB"
		} else {
			allowed, want = kind == ast.IntegerType, "a whole number"
		}
	}
	if !allowed {
		return "", want
	}
	if value, ok := node.(*ast.StringNode); ok {
		return value.Value, ""
	}
	return node.GetToken().Value, ""
}

// nearest finds the known key that is fewest edits away, if it is near enough
// to be a slip: at most a third of its letters, and two at least.
func nearest(key string) string {
	best, distance := "", len(key)
	for i := range settings {
		s := &settings[i]
		if d := edits(key, s.key); !s.outside && d < distance && d <= max(2, len(s.key)/3) {
			best, distance = s.key, d
		}
	}
	return best
}

// edits is the Levenshtein distance of two short texts.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, corner+1, row[j]+1)
		}
	}
	return row[len(b)]
}
