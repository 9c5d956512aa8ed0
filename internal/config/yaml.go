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

// contents are what a YAML file has.
type contents struct {
	entries  []entry
	gateways []Gateway
	buckets  []Bucket
	inlets   []Inlet
	// lines has the line of each key of a list, as "gateways[0].listen".
	lines map[string]int
}

// failer makes a problem of a line.
type failer func(line int, format string, args ...any) []Problem

// parseYAML reads a mapping of settings. Unknown and repeated keys and values of
// the wrong type are problems; the rest is read nevertheless.
func parseYAML(name string, data []byte) (contents, []Problem) {
	fail := func(line int, format string, args ...any) []Problem {
		return []Problem{{Text: fmt.Sprintf(format, args...) + fmt.Sprintf(" in line %d of %s", line, name)}}
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		if syntax, ok := errors.AsType[yaml.Error](err); ok && syntax.GetToken() != nil {
			return contents{}, fail(syntax.GetToken().Position.Line, "not valid YAML: %s", syntax.GetMessage())
		}
		return contents{}, []Problem{{Text: fmt.Sprintf("%s is not valid YAML: %v", name, err)}}
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.NullType:
		case body != nil:
			return contents{}, fail(doc.Body.GetToken().Position.Line, "a second YAML document begins")
		default:
			body = doc.Body
		}
	}
	if body == nil {
		return contents{}, nil
	}
	pairs, ok := mapping(body)
	if !ok {
		return contents{}, fail(body.GetToken().Position.Line, "the file must be lines of the form \"key: value\", and something else stands")
	}
	return readPairs(pairs, fail)
}

// mapping gives the pairs of a node that is a mapping.
func mapping(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// fileKeys are the keys that the file may have.
var fileKeys = func() []string {
	out := []string{gatewaysKey, bucketsKey, inletsKey}
	for i := range settings {
		if !settings[i].outside {
			out = append(out, settings[i].key)
		}
	}
	return out
}()

// readPairs takes the pairs of the file's mapping apart.
func readPairs(pairs []*ast.MappingValueNode, fail failer) (out contents, problems []Problem) {
	seen := map[string]int{}
	out.lines = map[string]int{}
	for _, pair := range pairs {
		token := pair.Key.GetToken()
		key, line := token.Value, token.Position.Line
		s := find(key)
		first, repeated := seen[key]
		switch {
		case s == nil && key != gatewaysKey && key != bucketsKey && key != inletsKey:
			problems = append(problems, unknown(key, line, "", fileKeys, fail)...)
			continue
		case s != nil && s.outside:
			problems = append(problems, fail(line, "%q cannot be set in the file itself; use the flag --%s or %s; it stands", key, key, s.env)...)
			continue
		case repeated:
			problems = append(problems, fail(line, "key %q was given in line %d already, and again", key, first)...)
			continue
		case key == gatewaysKey:
			seen[key] = line
			var more []Problem
			out.gateways, more = (&list[Gateway]{gatewaysKey, "a gateway", gatewayKeys}).read(pair.Value, line, out.lines, fail)
			problems = append(problems, more...)
			continue
		case key == bucketsKey:
			seen[key] = line
			var more []Problem
			out.buckets, more = (&list[Bucket]{bucketsKey, "a bucket", bucketKeys}).read(pair.Value, line, out.lines, fail)
			problems = append(problems, more...)
			continue
		case key == inletsKey:
			seen[key] = line
			var more []Problem
			out.inlets, more = (&list[Inlet]{inletsKey, "an inlet", inletKeys}).read(pair.Value, line, out.lines, fail)
			problems = append(problems, more...)
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
			out.entries = append(out.entries, entry{setting: s, text: text, line: line})
		}
	}
	return out, problems
}

// unknown is the problem of a key that nobody knows, in what was named.
func unknown(key string, line int, in string, known []string, fail failer) []Problem {
	p := fail(line, "unknown key %q%s", key, in)
	if near := nearest(key, known); near != "" {
		p[0].Text += fmt.Sprintf("; did you mean %q?", near)
	}
	return p
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
func nearest(key string, known []string) string {
	best, distance := "", len(key)
	for _, k := range known {
		if d := edits(key, k); d < distance && d <= max(2, len(k)/3) {
			best, distance = k, d
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
