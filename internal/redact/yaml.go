package redact

import (
	"errors"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// rulesFile is a rules file as it was written.
type rulesFile struct {
	name        string
	rules, keys []*entry
}

// entry is one mapping of a list: its texts, and their lines.
type entry struct {
	text map[string]string
	line map[string]int
}

// The keys of a rule and of a key, and which are required.
var (
	ruleKeys     = []string{"name", "event-source", "event-name", "path", "value", "action", "literal", "domain"}
	ruleRequired = []string{"name", "path", "action"}
	keyKeys      = []string{"id", "created", "file"}
)

// readRulesFile reads the form of the file, and all mistakes in it.
func readRulesFile(name string, data []byte) (*rulesFile, error) {
	f := &rulesFile{name: name}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		if syntax, ok := errors.AsType[yaml.Error](err); ok && syntax.GetToken() != nil {
			return nil, f.at(syntax.GetToken().Position.Line, "not YAML: %s", syntax.GetMessage())
		}
		return nil, f.at(0, "not YAML: %w", err)
	}
	var problems []error
	seen := false
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.NullType {
			continue
		}
		if seen {
			return nil, f.at(lineOf(doc.Body), "a second YAML document; put all rules under one \"rules:\"")
		}
		seen = true
		problems = append(problems, f.top(doc.Body)...)
	}
	if len(problems) == 0 && !seen {
		problems = append(problems, f.at(0, "there is nothing in the file; it has a list \"rules:\""))
	}
	return f, errors.Join(problems...)
}

// top reads the mapping of the whole file.
func (f *rulesFile) top(body ast.Node) (problems []error) {
	problems = f.mapping(body, []string{"rules", "keys"}, func(key string, value ast.Node) error {
		list, ok := value.(*ast.SequenceNode)
		if !ok {
			return f.at(lineOf(value), "%s is a list, whose lines begin with \"- \"", key)
		}
		var inner []error
		for _, item := range list.Values {
			var problems []error
			if key == "rules" {
				problems = f.entry(item, &f.rules, ruleKeys, ruleRequired)
			} else {
				problems = f.entry(item, &f.keys, keyKeys, keyKeys)
			}
			inner = append(inner, problems...)
		}
		return errors.Join(inner...)
	})
	return problems
}

// entry reads one item of a list.
func (f *rulesFile) entry(item ast.Node, to *[]*entry, known, required []string) []error {
	e := &entry{text: map[string]string{}, line: map[string]int{}}
	problems := f.mapping(item, known, func(key string, value ast.Node) error {
		e.line[key] = lineOf(value)
		text, ok := scalar(value)
		if !ok {
			return f.at(lineOf(value), "%s is a text; write it in quotes", key)
		}
		e.text[key] = text
		return nil
	})
	if len(problems) > 0 {
		return problems
	}
	for _, key := range required {
		if e.text[key] == "" {
			problems = append(problems, f.at(lineOf(item), "%s is missing", key))
		}
	}
	*to = append(*to, e)
	return problems
}

// mapping calls take with each pair of a mapping whose key is known and new.
func (f *rulesFile) mapping(n ast.Node, known []string, take func(key string, value ast.Node) error) (problems []error) {
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		return []error{f.at(lineOf(n), "lines of the form \"key: value\" belong here")}
	}
	first := map[string]int{}
	for _, pair := range pairs {
		token := pair.Key.GetToken()
		key, line := token.Value, token.Position.Line
		switch before, repeated := first[key]; {
		case !slices.Contains(known, key):
			problems = append(problems, f.at(line, "unknown key %q%s", key, suggest(key, known)))
		case repeated:
			problems = append(problems, f.at(line, "%s was given in line %d already", key, before))
		default:
			first[key] = line
			if err := take(key, pair.Value); err != nil {
				problems = append(problems, err)
			}
		}
	}
	return problems
}

// scalar gives the text of a value that is one: as it was written, where YAML
// would take it for a number, a time or a boolean.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil {
		return 0
	}
	return n.GetToken().Position.Line
}
